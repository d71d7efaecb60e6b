"""Everybody is told of what has changed: officers, desks in their groups, and citizens."""

import asyncio
import logging
from collections.abc import Awaitable, Callable

from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.ext.asyncio import AsyncSession

from app.bell import Bell
from app.cancellation import heed_cancellation
from app.context import UseCases
from app.db import Database
from app.desk_topics import tell_desks
from app.incident_keeping import tend_incidents
from app.incident_news import tell_followers
from app.officer_tasks import tell_officers
from app.owner_notices import tell_owners
from app.redirects import tell_redirects

log = logging.getLogger(__name__)

LOOK_AGAIN_S = 5.0
RECONNECT_S = 1.0
GATHER_S = 0.2

Tell = Callable[[AsyncSession, UseCases], Awaitable[int]]
# Without a bot there is nobody to tell, and still something to count.
TEND: tuple[Tell, ...] = (tend_incidents,)
# First what reports are one: who answers for them is told of one.
TELL: tuple[Tell, ...] = (
    *TEND,
    tell_redirects,
    tell_officers,
    tell_desks,
    tell_followers,
    tell_owners,
)


async def tell_all(database: Database, context: UseCases, tellers: tuple[Tell, ...] = TELL) -> None:
    """Queue all that somebody does not know yet."""
    for tell in tellers:
        told = 1
        while told:
            async with database.transaction() as session:
                told = await tell(session, context)


async def keep_told(
    database: Database, context: UseCases, changed: Bell, tellers: tuple[Tell, ...] = TELL
) -> None:
    """Tell of every change, until cancelled; any number of processes may."""
    while True:
        heard = changed.rung
        try:
            await tell_all(database, context, tellers)
        except (DBAPIError, InterfaceError, OperationalError, OSError) as error:
            heed_cancellation()
            log.warning("not everybody could be told: %s", error)
            await asyncio.sleep(RECONNECT_S)
        await changed.wait(heard, LOOK_AGAIN_S)
        # Many changes at once are looked at together.
        await asyncio.sleep(GATHER_S)
