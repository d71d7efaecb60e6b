"""Who is told of which reports elsewhere: subscriptions, their secrets and their deliveries."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, literal, select, union_all, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from app.access import Caller
from app.errors import ConflictError, InvalidError, NotFoundError, UnavailableError
from app.identity import Sealer
from app.models import (
    OfficerChat,
    Reporter,
    Staff,
    StaffChat,
    StaffRole,
    Subscription,
    SubscriptionDelivery,
    SubscriptionSecret,
    table_of,
)
from app.subscription_rules import Event, Wanted
from app.web_targets import checked_url
from app.webhook_signing import new_secret

TELEGRAM, WEBHOOK = "telegram", "webhook"
MOST = 50
OWNER_OFF, GONE_OFF, FAILING_OFF = "owner", "gone", "failing"
ID_BYTES = 18
LISTED = 100


class NoChatError(ConflictError):
    """Link your Telegram first."""

    code = "no-telegram"


class NoSecretKeyError(UnavailableError):
    """The server has no secret key to keep a webhook's secret with: set BEATWAY_SECRET_KEY."""

    code = "no-secret-key"


@dataclass(frozen=True, slots=True)
class Draft:
    """What somebody wants to be told of, and how."""

    name: str
    channel: str
    url: str | None
    wanted: Wanted


@dataclass(frozen=True, slots=True)
class Owned:
    """A subscription and whose it is."""

    subscription: Subscription
    login: str
    owner: str


@dataclass(frozen=True, slots=True)
class Chat:
    """Somebody's own chat with the bot."""

    id: int
    language: str


def new_message_id() -> str:
    """Make a name for a delivery."""
    return "msg_" + secrets.token_urlsafe(ID_BYTES)


async def chat_of(session: AsyncSession, staff_id: int) -> Chat | None:
    """Return the chat that somebody linked as themselves or as an officer, unless they left it."""
    own = select(StaffChat.chat_id, literal(1).label("rank")).where(StaffChat.staff_id == staff_id)
    officers = (
        select(OfficerChat.chat_id, literal(2).label("rank"))
        .join(Staff, Staff.officer_id == OfficerChat.officer_id)
        .where(Staff.id == staff_id)
    )
    chats = union_all(own, officers).subquery()
    row = (
        await session.execute(
            select(Reporter.id, Reporter.language)
            .join(chats, chats.c.chat_id == Reporter.id)
            .where(Reporter.blocked_at.is_(None))
            .order_by(chats.c.rank)
            .limit(1)
        )
    ).first()
    return Chat(row.id, row.language) if row else None


async def subscriptions(session: AsyncSession, caller: Caller) -> list[Owned]:
    """Return somebody's subscriptions; an admin's list is everybody's."""
    query = select(Subscription, Staff.login, Staff.name).join(
        Staff, Staff.id == Subscription.staff_id
    )
    if caller.role is not StaffRole.ADMIN:
        query = query.where(Subscription.staff_id == caller.staff_id)
    own_first = (Subscription.staff_id != caller.staff_id).asc()
    rows = await session.execute(query.order_by(own_first, Staff.login, Subscription.id))
    return [Owned(*row) for row in rows]


async def owned(
    session: AsyncSession, caller: Caller, subscription_id: int, *, lock: bool = False
) -> Owned:
    """Return one subscription that is somebody's own, or any to an admin.

    Raises
    ------
    NotFoundError
    """
    query = (
        select(Subscription, Staff.login, Staff.name)
        .join(Staff, Staff.id == Subscription.staff_id)
        .where(Subscription.id == subscription_id)
    )
    if lock:
        query = query.with_for_update(of=Subscription)
    row = (await session.execute(query)).first()
    if row is None or (
        caller.role is not StaffRole.ADMIN and row.Subscription.staff_id != caller.staff_id
    ):
        message = f"There is no subscription {subscription_id}"
        raise NotFoundError(message)
    return Owned(*row)


async def subscribe(
    session: AsyncSession, sealer: Sealer | None, caller: Caller, draft: Draft, *, loopback: bool
) -> tuple[Subscription, str | None]:
    """Let somebody be told from now on.

    Returns
    -------
    subscription : Subscription
    secret : str or None
        Of a webhook; it is never shown again.

    Raises
    ------
    InvalidError, ConflictError, UnavailableError
    """
    # One at a time for each person, so that nobody slips past the limit.
    await session.execute(select(Staff.id).where(Staff.id == caller.staff_id).with_for_update())
    count = await session.execute(
        select(func.count())
        .select_from(Subscription)
        .where(Subscription.staff_id == caller.staff_id)
    )
    if count.scalar_one() >= MOST:
        message = f"There may be {MOST} subscriptions; delete one first"
        raise ConflictError(message)
    await _check(session, caller.staff_id, draft, loopback=loopback)
    made = Subscription(staff_id=caller.staff_id, channel=draft.channel, **_values(draft))
    session.add(made)
    await session.flush()
    secret = await renew_secret(session, sealer, made) if draft.channel == WEBHOOK else None
    await session.refresh(made)
    return made, secret


async def change(
    session: AsyncSession, subscription: Subscription, draft: Draft, *, loopback: bool
) -> None:
    """Let somebody be told of other things; the channel stays.

    Raises
    ------
    InvalidError, ConflictError
    """
    if draft.channel != subscription.channel:
        raise InvalidError("The channel cannot be changed; make another subscription")
    await _check(session, subscription.staff_id, draft, loopback=loopback)
    for name, value in _values(draft).items():
        setattr(subscription, name, value)
    await session.flush()


def _values(draft: Draft) -> dict[str, Any]:
    wanted = draft.wanted
    return {
        "name": draft.name,
        "url": draft.url,
        "categories": None if wanted.categories is None else sorted(set(wanted.categories)),
        "districts": None if wanted.districts is None else sorted(set(wanted.districts)),
        "lowest_priority": wanted.lowest_priority,
        "events": sorted(set(wanted.events)),
    }


async def _check(session: AsyncSession, staff_id: int, draft: Draft, *, loopback: bool) -> None:
    for chosen in (draft.wanted.categories, draft.wanted.districts):
        if chosen is not None and not chosen:
            raise InvalidError("Choose at least one category and district, or all of them")
    if draft.channel == WEBHOOK:
        if draft.url is None:
            raise InvalidError("A webhook needs an address")
        checked_url(draft.url, loopback=loopback)
    elif draft.url is not None:
        raise InvalidError("Only a webhook has an address")
    elif await chat_of(session, staff_id) is None:
        raise NoChatError


async def renew_secret(
    session: AsyncSession, sealer: Sealer | None, subscription: Subscription
) -> str:
    """Make a webhook's secret anew; the one before is no longer good.

    Raises
    ------
    InvalidError, UnavailableError
    """
    if subscription.channel != WEBHOOK:
        raise InvalidError("Only a webhook has a secret")
    if sealer is None:
        raise NoSecretKeyError
    secret = new_secret()
    sealed = sealer.seal({"webhook_secret": secret})
    await session.execute(
        insert(table_of(SubscriptionSecret))
        .values(subscription_id=subscription.id, sealed=sealed)
        .on_conflict_do_update(index_elements=["subscription_id"], set_={"sealed": sealed})
        .inline()
    )
    return secret


async def pause(session: AsyncSession, subscription: Subscription) -> None:
    """Tell nothing until it is resumed; twice is once."""
    if subscription.active:
        subscription.active, subscription.off_why = False, OWNER_OFF
        await session.flush()


async def resume(session: AsyncSession, subscription: Subscription) -> None:
    """Go on, first with what was waiting when it was put off."""
    if subscription.active:
        return
    subscription.active, subscription.off_why, subscription.failing_since = True, None, None
    await session.flush()
    await session.execute(
        update(SubscriptionDelivery)
        .where(
            SubscriptionDelivery.subscription_id == subscription.id,
            SubscriptionDelivery.state == "queued",
        )
        .values(next_try_at=func.now(), attempts=0)
        .execution_options(synchronize_session=False)
    )


async def send_test(session: AsyncSession, subscription: Subscription, body: dict[str, Any]) -> int:
    """Queue a message that tells of nothing; return its number.

    Raises
    ------
    ConflictError
        When it is put off, or a test is already on its way.
    """
    if not subscription.active:
        raise ConflictError("The subscription is off; resume it first")
    waiting = select(SubscriptionDelivery.id).where(
        SubscriptionDelivery.subscription_id == subscription.id,
        SubscriptionDelivery.event == Event.TEST.value,
        SubscriptionDelivery.state.in_(("queued", "sending")),
    )
    if (await session.execute(waiting.limit(1))).scalar() is not None:
        raise ConflictError("A test is on its way already")
    delivery = SubscriptionDelivery(
        message_id=new_message_id(),
        subscription_id=subscription.id,
        event=Event.TEST.value,
        body=body,
    )
    session.add(delivery)
    await session.flush()
    return delivery.id


async def deliveries(
    session: AsyncSession, subscription_ids: Sequence[int], limit: int = LISTED
) -> list[SubscriptionDelivery]:
    """Return what was sent or is to be sent, the newest first."""
    rows = await session.execute(
        select(SubscriptionDelivery)
        .where(SubscriptionDelivery.subscription_id.in_(subscription_ids))
        .order_by(SubscriptionDelivery.id.desc())
        .limit(limit)
    )
    return list(rows.scalars())


async def redeliver(
    session: AsyncSession, subscription: Subscription, delivery_id: int
) -> SubscriptionDelivery:
    """Send something again, under the same name, from the first attempt on.

    Raises
    ------
    NotFoundError, ConflictError
    """
    delivery = (
        await session.execute(
            select(SubscriptionDelivery)
            .where(
                SubscriptionDelivery.id == delivery_id,
                SubscriptionDelivery.subscription_id == subscription.id,
            )
            .with_for_update()
        )
    ).scalar()
    if delivery is None:
        message = f"There is no delivery {delivery_id}"
        raise NotFoundError(message)
    if not subscription.active:
        raise ConflictError("The subscription is off; resume it first")
    if delivery.state == "sending":
        raise ConflictError("It is being sent right now")
    delivery.state, delivery.attempts, delivery.last_error = "queued", 0, None
    await session.flush()
    await session.execute(
        update(SubscriptionDelivery)
        .where(SubscriptionDelivery.id == delivery_id)
        .values(next_try_at=func.now())
        .execution_options(synchronize_session=False)
    )
    await session.refresh(delivery)
    return delivery
