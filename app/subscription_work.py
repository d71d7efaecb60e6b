"""The work on subscriptions that goes on beside the web server, in any number of processes."""

import asyncio
import logging
import time
from datetime import timedelta

import httpx
from sqlalchemy import delete, func, literal, select
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.ext.asyncio import AsyncSession

from app import subscription_chats, webhooks
from app.cancellation import heed_cancellation
from app.context import UseCases
from app.db import Database
from app.directory import DirectoryCache
from app.errors import BeatwayError
from app.identity import Sealer
from app.models import SubscriptionDelivery
from app.settings import Settings
from app.subscription_events import make_deliveries

log = logging.getLogger(__name__)

LOOK_EVERY_S = 1.0
FORGET_EVERY_S = 3600.0
KEPT = timedelta(days=30)
AT_ONCE = 5000


async def keep_subscribers_told(
    database: Database, context: UseCases, settings: Settings, sealer: Sealer | None
) -> None:
    """Find what subscribers are to be told, and tell them, until cancelled.

    Webhooks go on by themselves: a slow receiver keeps nobody from being told in Telegram.
    """
    async with asyncio.TaskGroup() as together:
        together.create_task(_tell(database, context, DirectoryCache(settings.languages)))
        if sealer is not None:
            together.create_task(_send(database, sealer, loopback=settings.webhook_loopback))


async def tell_once(database: Database, context: UseCases, directories: DirectoryCache) -> None:
    """Read the history to its end and say in Telegram what may be said now."""
    found = 1
    while found:
        async with database.transaction() as session:
            found = await make_deliveries(session, context, directories)
    async with database.transaction() as session:
        waiting = await subscription_chats.waiting(session)
    for subscription_id in waiting:
        async with database.transaction() as session:
            await subscription_chats.tell(session, context, subscription_id)


async def _tell(database: Database, context: UseCases, directories: DirectoryCache) -> None:
    forget_at = time.monotonic()
    while True:
        try:
            await tell_once(database, context, directories)
            if time.monotonic() >= forget_at:
                async with database.transaction() as session:
                    await forget_old(session)
                forget_at = time.monotonic() + FORGET_EVERY_S
        except (DBAPIError, InterfaceError, OperationalError, OSError, BeatwayError) as error:
            heed_cancellation()
            log.warning("subscribers could not be told: %s", error)
        await asyncio.sleep(LOOK_EVERY_S)


async def _send(database: Database, sealer: Sealer, *, loopback: bool) -> None:
    async with webhooks.open_client() as client:
        while True:
            sent = 0
            try:
                sent = await webhooks.send_due(database, sealer, client, loopback=loopback)
            except (
                DBAPIError,
                InterfaceError,
                OperationalError,
                OSError,
                httpx.HTTPError,
            ) as error:
                heed_cancellation()
                log.warning("webhooks could not be sent: %s", error)
            if not sent:
                await asyncio.sleep(LOOK_EVERY_S)


async def forget_old(session: AsyncSession) -> None:
    """Delete what was told long ago."""
    old = (
        select(SubscriptionDelivery.id)
        .where(
            SubscriptionDelivery.created_at < func.now() - literal(KEPT),
            SubscriptionDelivery.state.not_in(("queued", "sending")),
        )
        .limit(AT_ONCE)
    )
    await session.execute(
        delete(SubscriptionDelivery)
        .where(SubscriptionDelivery.id.in_(old))
        .execution_options(synchronize_session=False)
    )
