"""Being told of reports elsewhere: in one's own Telegram, or by a signed webhook."""

from collections.abc import Collection
from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Query
from pydantic import BaseModel, Field, StringConstraints
from sqlalchemy.ext.asyncio import AsyncSession

from app import officer_chats, staff_chats, subscriptions
from app.api.callers import PartsOf, Subscribes, Transaction
from app.api.officer_chat import ChatView, CodeView, bot_name
from app.api.parts import Parts
from app.api.problems import problems
from app.api.shapes import LARGEST_ID, STORABLE, Body, Code
from app.errors import InvalidError
from app.models import SubscriptionDelivery
from app.permissions import Scope, scope_of
from app.subscription_events import trial_body
from app.subscription_rules import Wanted
from app.web_targets import LONGEST_URL

router = APIRouter(
    prefix="/api/v1/subscriptions", tags=["subscriptions"], responses=problems(401, 403, 503)
)

SubscriptionId = Annotated[int, Path(ge=1, le=2**31 - 1)]
DeliveryId = Annotated[int, Path(ge=1, le=LARGEST_ID)]
Codes = Annotated[list[Code] | None, Field(max_length=1000, description="Null is all of them")]
Name = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100), STORABLE
]
Url = Annotated[str, StringConstraints(strip_whitespace=True, max_length=LONGEST_URL), STORABLE]
EventName = Literal["reported", "closed"]


class SubscriptionBody(Body):
    """What to tell of, and how."""

    name: Name
    channel: Literal["telegram", "webhook"]
    url: Url | None = None
    categories: Codes = None
    districts: Codes = None
    lowest_priority: Annotated[int | None, Field(ge=1, le=5)] = None
    events: Annotated[list[EventName], Field(min_length=1, max_length=2)]

    def draft(self) -> subscriptions.Draft:
        """Return the same for the use case."""
        wanted = Wanted(self.categories, self.districts, self.lowest_priority, self.events)
        return subscriptions.Draft(self.name, self.channel, self.url, wanted)


class SubscriptionView(BaseModel):
    """A subscription.

    `off_why` is `owner`, `gone` (the receiver answered 410) or `failing`.
    """

    id: int
    login: str
    owner: str
    own: bool
    name: str
    channel: str
    url: str | None
    categories: list[str] | None
    districts: list[str] | None
    lowest_priority: int | None
    events: list[str]
    active: bool
    off_why: str | None
    failing_since: datetime | None
    created_at: datetime


class NewSubscriptionView(SubscriptionView):
    """A subscription that was just made; a webhook's secret is shown this once."""

    secret: str | None


class SecretView(BaseModel):
    """A webhook's new secret, shown this once."""

    secret: str


class SubscriptionsView(BaseModel):
    """One's own first; an admin's list is everybody's."""

    subscriptions: list[SubscriptionView]


class DeliveryView(BaseModel):
    """One message and how it went."""

    id: int
    message_id: str
    event: str
    number: str | None
    state: str
    attempts: int
    next_try_at: datetime | None
    last_status: int | None
    last_error: str | None
    created_at: datetime
    sent_at: datetime | None


class DeliveriesView(BaseModel):
    """The last of them, the newest first."""

    deliveries: list[DeliveryView]


async def check_codes(
    session: AsyncSession,
    parts: Parts,
    categories: Collection[str] | None,
    districts: Collection[str] | None,
    scope: Scope | None = None,
) -> None:
    """Refuse codes of categories and districts that are not there, or not somebody's to see.

    Raises
    ------
    InvalidError
    """
    known = (await parts.context.triage.get(session)).rules.by_code
    unknown = sorted(set(categories or ()) - known.keys())
    if unknown:
        message = f"There is no category {unknown[0]}"
        raise InvalidError(message, unknown=unknown)
    if districts:
        entries = (await parts.directories.current(session)).entries
        unknown = sorted(
            code
            for code in set(districts)
            if code not in entries or (scope and not scope.covers(code, entries[code].parent))
        )
        if unknown:
            message = f"There is no district {unknown[0]}"
            raise InvalidError(message, unknown=unknown)


@router.get("")
async def list_subscriptions(caller: Subscribes, session: Transaction) -> SubscriptionsView:
    """List one's own subscriptions, or everybody's to an admin."""
    found = await subscriptions.subscriptions(session, caller)
    return SubscriptionsView(
        subscriptions=[SubscriptionView(**_values(each, caller.staff_id)) for each in found]
    )


@router.post("", status_code=201, responses=problems(409, 422))
async def subscribe(
    body: SubscriptionBody, caller: Subscribes, session: Transaction, parts: PartsOf
) -> NewSubscriptionView:
    """Be told from now on; a webhook's secret is in the answer and never shown again."""
    await check_codes(session, parts, body.categories, body.districts, scope_of(caller))
    made, secret = await subscriptions.subscribe(
        session,
        parts.sealer,
        caller,
        body.draft(),
        loopback=parts.settings.webhook_loopback,
    )
    owned = subscriptions.Owned(made, caller.login, caller.name)
    return NewSubscriptionView(**_values(owned, caller.staff_id), secret=secret)


@router.get("/chat")
async def chat(caller: Subscribes, session: Transaction) -> ChatView:
    """Tell whether the caller has a Telegram chat to be told in."""
    linked = await staff_chats.linked_at(session, caller.staff_id)
    if linked is None and caller.officer_id is not None:
        linked = await officer_chats.linked_at(session, caller.officer_id)
    return ChatView(linked_at=linked)


@router.post("/chat", status_code=201)
async def chat_code(caller: Subscribes, session: Transaction, parts: PartsOf) -> CodeView:
    """Make a code for linking one's own chat; the one before is no longer good."""
    made = await staff_chats.new_code(session, parts.context, caller.staff_id)
    payload = f"s_{made.code}"
    username = await bot_name(session)
    return CodeView(
        code=made.code,
        command=f"/start {payload}",
        link=f"https://t.me/{username}?start={payload}" if username else None,
        expires_at=made.expires_at,
    )


@router.delete("/chat", status_code=204)
async def chat_unlink(caller: Subscribes, session: Transaction) -> None:
    """Tell the caller nothing in Telegram any more."""
    await staff_chats.unlink(session, caller.staff_id)


@router.put("/{subscription_id}", responses=problems(404, 409, 422))
async def change(
    subscription_id: SubscriptionId,
    body: SubscriptionBody,
    caller: Subscribes,
    session: Transaction,
    parts: PartsOf,
) -> SubscriptionView:
    """Be told of other things; the channel stays."""
    found = await subscriptions.owned(session, caller, subscription_id, lock=True)
    await check_codes(session, parts, body.categories, body.districts, scope_of(caller))
    await subscriptions.change(
        session, found.subscription, body.draft(), loopback=parts.settings.webhook_loopback
    )
    return SubscriptionView(**_values(found, caller.staff_id))


@router.delete("/{subscription_id}", status_code=204, responses=problems(404, 422))
async def unsubscribe(
    subscription_id: SubscriptionId, caller: Subscribes, session: Transaction
) -> None:
    """Be told no more; what waits is not sent."""
    found = await subscriptions.owned(session, caller, subscription_id, lock=True)
    await session.delete(found.subscription)


@router.post("/{subscription_id}/{step}", responses=problems(404, 422))
async def switch(
    subscription_id: SubscriptionId,
    step: Literal["pause", "resume"],
    caller: Subscribes,
    session: Transaction,
) -> SubscriptionView:
    """Put a subscription off, or go on with what waited."""
    found = await subscriptions.owned(session, caller, subscription_id, lock=True)
    act = subscriptions.pause if step == "pause" else subscriptions.resume
    await act(session, found.subscription)
    return SubscriptionView(**_values(found, caller.staff_id))


@router.post("/{subscription_id}/secret/renew", responses=problems(404, 409, 422))
async def renew_secret(
    subscription_id: SubscriptionId, caller: Subscribes, session: Transaction, parts: PartsOf
) -> SecretView:
    """Make a webhook's secret anew; it is shown this once, and the old one is no longer good."""
    found = await subscriptions.owned(session, caller, subscription_id, lock=True)
    return SecretView(
        secret=await subscriptions.renew_secret(session, parts.sealer, found.subscription)
    )


@router.get("/{subscription_id}/deliveries", responses=problems(404, 422))
async def deliveries(
    subscription_id: SubscriptionId,
    caller: Subscribes,
    session: Transaction,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> DeliveriesView:
    """List what was sent last and what waits, with how it went."""
    found = await subscriptions.owned(session, caller, subscription_id)
    rows = await subscriptions.deliveries(session, [found.subscription.id], limit)
    return DeliveriesView(deliveries=[_delivery(row) for row in rows])


@router.post("/{subscription_id}/deliveries/test", status_code=201, responses=problems(404, 409))
async def send_test(
    subscription_id: SubscriptionId, caller: Subscribes, session: Transaction, parts: PartsOf
) -> DeliveryView:
    """Send a message that tells of nothing."""
    found = await subscriptions.owned(session, caller, subscription_id, lock=True)
    body = trial_body(found.subscription.name, parts.context.clock())
    await subscriptions.send_test(session, found.subscription, body)
    rows = await subscriptions.deliveries(session, [found.subscription.id], 1)
    return _delivery(rows[0])


@router.post(
    "/{subscription_id}/deliveries/{delivery_id}/redeliver", responses=problems(404, 409, 422)
)
async def redeliver(
    subscription_id: SubscriptionId,
    delivery_id: DeliveryId,
    caller: Subscribes,
    session: Transaction,
) -> DeliveryView:
    """Send something once more, under the same id."""
    found = await subscriptions.owned(session, caller, subscription_id, lock=True)
    return _delivery(await subscriptions.redeliver(session, found.subscription, delivery_id))


def _values(owned: subscriptions.Owned, staff_id: int) -> dict[str, Any]:
    subscription = owned.subscription
    own = {"login": owned.login, "owner": owned.owner, "own": subscription.staff_id == staff_id}
    names = SubscriptionView.model_fields.keys() - own.keys()
    return own | {name: getattr(subscription, name) for name in names}


def _delivery(row: SubscriptionDelivery) -> DeliveryView:
    waiting = row.state in {"queued", "sending"}
    return DeliveryView(
        id=row.id,
        message_id=row.message_id,
        event=row.event,
        number=row.body["data"].get("number"),
        state=row.state,
        attempts=row.attempts,
        next_try_at=row.next_try_at if waiting else None,
        last_status=row.last_status,
        last_error=row.last_error,
        created_at=row.created_at,
        sent_at=row.sent_at,
    )
