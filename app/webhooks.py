"""Webhooks on their way: signed, tried again for a day, and given up with a word to their owner."""

import asyncio
import json
import logging
import ssl
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import Any

import httpx
from cryptography.exceptions import InvalidTag
from sqlalchemy import and_, exists, func, literal, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from app.db import Database
from app.errors import BeatwayError
from app.identity import Sealer
from app.models import Report, Staff, Subscription, SubscriptionDelivery, SubscriptionSecret
from app.outbox import enqueue_text
from app.permissions import scope_of
from app.phrases import phrase
from app.subscription_events import subscriber
from app.subscription_rules import MOST_ATTEMPTS, wait_s
from app.subscriptions import FAILING_OFF, GONE_OFF, WEBHOOK, chat_of
from app.web_targets import resolve
from app.webhook_signing import signed_headers

log = logging.getLogger(__name__)

AT_ONCE = 8
PATIENCE_S = 15.0
CONNECT_S = 5.0
# Longer than any attempt: then whoever took it is gone.
LEASE = timedelta(seconds=90)
# A receiver that failed for so long, and this message to the last attempt, is given up.
GIVE_UP_AFTER = timedelta(hours=12)
ERROR_LENGTH = 300
PURPOSE = "subscription_off"
AGENT = "Beatway-Webhooks/1"


@dataclass(frozen=True, slots=True)
class Parcel:
    """A delivery taken for sending."""

    id: int
    message_id: str
    subscription_id: int
    url: str
    sealed: bytes | None
    body: dict[str, Any]
    attempts: int


@dataclass(frozen=True, slots=True)
class Outcome:
    """What an attempt led to."""

    status: int | None = None
    error: str | None = None
    asked_s: float | None = None

    @property
    def arrived(self) -> bool:
        """Whether the receiver took it."""
        return (
            self.status is not None and HTTPStatus.OK <= self.status < HTTPStatus.MULTIPLE_CHOICES
        )

    @property
    def gone(self) -> bool:
        """Whether the receiver wants nothing any more."""
        return self.status == HTTPStatus.GONE


def open_client(trusted: ssl.SSLContext | None = None) -> httpx.AsyncClient:
    """Make the client webhooks are sent with: no proxy, no redirect, no connection kept.

    Parameters
    ----------
    trusted : ssl.SSLContext, optional
        Whose certificates are believed; the usual ones by default.
    """
    return httpx.AsyncClient(
        verify=True if trusted is None else trusted,
        trust_env=False,
        follow_redirects=False,
        timeout=httpx.Timeout(PATIENCE_S, connect=CONNECT_S),
        limits=httpx.Limits(max_keepalive_connections=0),
    )


async def send_due(
    database: Database, sealer: Sealer, client: httpx.AsyncClient, *, loopback: bool = False
) -> int:
    """Send what is due, one of each subscription at a time; return how many were tried."""
    async with database.transaction() as session:
        parcels = await take(session)
    if parcels:
        await asyncio.gather(
            *(_carry(database, sealer, client, parcel, loopback=loopback) for parcel in parcels)
        )
    return len(parcels)


async def take(session: AsyncSession) -> list[Parcel]:
    """Mark the next deliveries as being sent, for as long as an attempt can last."""
    other = aliased(SubscriptionDelivery)
    is_free = or_(
        SubscriptionDelivery.state == "queued",
        and_(
            SubscriptionDelivery.state == "sending",
            SubscriptionDelivery.lease_until < func.now(),
        ),
    )
    first = (
        select(SubscriptionDelivery.id)
        .where(
            SubscriptionDelivery.subscription_id == Subscription.id,
            SubscriptionDelivery.next_try_at <= func.now(),
            is_free,
        )
        .order_by(SubscriptionDelivery.next_try_at, SubscriptionDelivery.id)
        .limit(1)
        .correlate(Subscription)
        .lateral()
    )
    busy = exists().where(
        other.subscription_id == Subscription.id,
        other.state == "sending",
        other.lease_until >= func.now(),
    )
    rows = await session.execute(
        select(first.c.id)
        .select_from(Subscription)
        .join(Staff, Staff.id == Subscription.staff_id)
        .join(first, literal(value=True))
        .where(Subscription.active, Subscription.channel == WEBHOOK, Staff.active, ~busy)
        .limit(AT_ONCE)
        .with_for_update(of=Subscription, skip_locked=True)
    )
    # Another worker may have taken some since: only what is free still becomes ours.
    taken = await session.execute(
        update(SubscriptionDelivery)
        .where(SubscriptionDelivery.id.in_(list(rows.scalars())), is_free)
        .values(
            state="sending",
            attempts=SubscriptionDelivery.attempts + 1,
            lease_until=func.now() + literal(LEASE),
        )
        .returning(SubscriptionDelivery.id)
        .execution_options(synchronize_session=False)
    )
    ids = list(taken.scalars())
    if not ids:
        return []
    found = await session.execute(
        select(
            SubscriptionDelivery, Subscription.url, SubscriptionSecret.sealed, Staff.login, Report
        )
        .join(Subscription, Subscription.id == SubscriptionDelivery.subscription_id)
        .join(Staff, Staff.id == Subscription.staff_id)
        .outerjoin(SubscriptionSecret, SubscriptionSecret.subscription_id == Subscription.id)
        .outerjoin(Report, Report.id == SubscriptionDelivery.report_id)
        .where(SubscriptionDelivery.id.in_(ids))
    )
    parcels: list[Parcel] = []
    for delivery, url, sealed, login, report in found.all():
        if await _may_have(session, login, report):
            parcels.append(
                Parcel(
                    id=delivery.id,
                    message_id=delivery.message_id,
                    subscription_id=delivery.subscription_id,
                    url=url or "",
                    sealed=sealed,
                    body=delivery.body,
                    attempts=delivery.attempts,
                )
            )
        else:
            delivery.state = "cancelled"
            delivery.last_error = "its owner does not see this report any more"
    return parcels


async def _may_have(session: AsyncSession, login: str, report: Report | None) -> bool:
    caller = await subscriber(session, login)
    return caller is not None and (report is None or scope_of(caller).sees_report(report))


async def _carry(
    database: Database,
    sealer: Sealer,
    client: httpx.AsyncClient,
    parcel: Parcel,
    *,
    loopback: bool,
) -> None:
    outcome = await attempt(sealer, client, parcel, loopback=loopback)
    async with database.transaction() as session:
        await note(session, parcel, outcome)


async def attempt(
    sealer: Sealer, client: httpx.AsyncClient, parcel: Parcel, *, loopback: bool = False
) -> Outcome:
    """Send a parcel once."""
    body = json.dumps(parcel.body, ensure_ascii=False, separators=(",", ":")).encode()
    try:
        secret = sealer.unseal(parcel.sealed)["webhook_secret"] if parcel.sealed else ""
        headers = signed_headers(secret, parcel.message_id, datetime.now(UTC), body)
    except (InvalidTag, KeyError, ValueError):
        return Outcome(error="the secret cannot be read: make a new one")
    try:
        async with asyncio.timeout(PATIENCE_S):
            target = await resolve(parcel.url, loopback=loopback)
            headers |= {
                "Host": target.host,
                "Content-Type": "application/json; charset=utf-8",
                "User-Agent": AGENT,
            }
            # What it answers is of no interest and may be endless: only the status is read.
            async with client.stream(
                "POST",
                target.url,
                content=body,
                headers=headers,
                extensions={"sni_hostname": target.name},
            ) as answer:
                return _outcome(answer)
    except BeatwayError as error:
        return Outcome(error=error.detail)
    except TimeoutError:
        return Outcome(error=f"no answer within {PATIENCE_S:.0f} s")
    except (httpx.HTTPError, httpx.InvalidURL, OSError) as error:
        return Outcome(error=(str(error) or type(error).__name__)[:ERROR_LENGTH])


def _outcome(answer: httpx.Response) -> Outcome:
    status = answer.status_code
    if HTTPStatus.OK <= status < HTTPStatus.MULTIPLE_CHOICES:
        return Outcome(status)
    words = "a redirect, which is not followed" if answer.has_redirect_location else "refused"
    return Outcome(status, f"HTTP {status}: {words}", _asked(answer.headers.get("retry-after")))


def _asked(after: str | None) -> float | None:
    if not after:
        return None
    if after.isascii() and after.isdigit():
        return float(after[:9])
    try:
        return (parsedate_to_datetime(after) - datetime.now(UTC)).total_seconds()
    except (TypeError, ValueError):
        return None


async def note(session: AsyncSession, parcel: Parcel, outcome: Outcome) -> None:
    """Write down how an attempt went, and give up a receiver that is gone or keeps failing."""
    subscription = (
        await session.execute(
            select(Subscription).where(Subscription.id == parcel.subscription_id).with_for_update()
        )
    ).scalar()
    if subscription is None:
        return
    last = outcome.gone or parcel.attempts >= MOST_ATTEMPTS
    values: dict[str, Any] = {
        "state": "sent" if outcome.arrived else "failed" if last else "queued",
        "last_status": outcome.status,
        "last_error": outcome.error,
        "lease_until": None,
    }
    if outcome.arrived:
        values["sent_at"] = func.now()
    else:
        wait = timedelta(seconds=wait_s(parcel.attempts, outcome.asked_s))
        values["next_try_at"] = func.now() + literal(wait)
    ours = await session.execute(
        update(SubscriptionDelivery)
        .where(
            SubscriptionDelivery.id == parcel.id,
            SubscriptionDelivery.state == "sending",
            SubscriptionDelivery.attempts == parcel.attempts,
        )
        .values(**values)
        .returning(SubscriptionDelivery.id)
        .execution_options(synchronize_session=False)
    )
    if ours.scalar() is None:
        # It took so long that another worker sent it meanwhile.
        return
    now = (await session.execute(select(func.now()))).scalar_one()
    if outcome.arrived:
        subscription.failing_since = None
        return
    since = subscription.failing_since = subscription.failing_since or now
    log.info("webhook %s failed: %s", parcel.message_id, outcome.error)
    if outcome.gone:
        await _give_up(session, subscription, GONE_OFF)
    elif last and now - since >= GIVE_UP_AFTER:
        await _give_up(session, subscription, FAILING_OFF)


async def _give_up(session: AsyncSession, subscription: Subscription, why: str) -> None:
    if not subscription.active:
        return
    subscription.active, subscription.off_why = False, why
    await session.flush()
    chat = await chat_of(session, subscription.staff_id)
    if chat is not None:
        words = phrase(chat.language, f"sub_off_{why}", name=subscription.name)
        await enqueue_text(session, chat.id, words, purpose=PURPOSE)
