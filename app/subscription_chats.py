"""Subscribers are told in Telegram: one by one, and of a storm in one summary a minute."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import func, literal, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.context import UseCases
from app.models import OutboxMessage, Staff, Subscription, SubscriptionDelivery
from app.outbox import enqueue_text
from app.phrases import local_name, phrase
from app.subscription_rules import MINUTE, Event, split
from app.subscriptions import TELEGRAM, Chat, chat_of

PURPOSE = "subscription"
LONGEST_SUMMARY = 12
_LOCK = text("SELECT pg_advisory_xact_lock(hashtextextended(:name, 0))")


async def waiting(session: AsyncSession) -> list[int]:
    """Return subscriptions with something to say in Telegram now."""
    rows = await session.execute(
        select(SubscriptionDelivery.subscription_id)
        .join(Subscription, Subscription.id == SubscriptionDelivery.subscription_id)
        .join(Staff, Staff.id == Subscription.staff_id)
        .where(
            Subscription.active,
            Subscription.channel == TELEGRAM,
            Staff.active,
            SubscriptionDelivery.state == "queued",
            SubscriptionDelivery.next_try_at <= func.now(),
        )
        .distinct()
        .order_by(SubscriptionDelivery.subscription_id)
    )
    return list(rows.scalars())


async def tell(session: AsyncSession, context: UseCases, subscription_id: int) -> int:
    """Say what a subscription has to say now; return how many messages that were."""
    subscription = (
        await session.execute(
            select(Subscription)
            .where(Subscription.id == subscription_id, Subscription.active)
            .with_for_update(skip_locked=True)
        )
    ).scalar()
    if subscription is None:
        return 0
    rows = await session.execute(
        select(SubscriptionDelivery)
        .where(
            SubscriptionDelivery.subscription_id == subscription_id,
            SubscriptionDelivery.state == "queued",
        )
        .order_by(SubscriptionDelivery.id)
    )
    queued = list(rows.scalars())
    chat = await chat_of(session, subscription.staff_id)
    if chat is None:
        await _note(session, queued, state="failed", last_error="no Telegram chat is linked")
        return 0
    # A chat may have several subscriptions, and several workers may be at them.
    await session.execute(_LOCK, {"name": f"beatway subscription {chat.id}"})
    singly, together = split(len(queued), await _said_lately(session, chat))
    for delivery in queued[:singly]:
        await _say(session, chat, message(delivery.body, chat.language, context))
    summed = queued[singly : singly + together]
    if summed:
        await _say(session, chat, summary(subscription.name, summed, chat.language, context))
    await _note(session, queued[: singly + together], state="sent", sent_at=func.now(), attempts=1)
    left = queued[singly + together :]
    await _note(session, left, next_try_at=func.now() + literal(MINUTE / 6))
    return singly + bool(summed)


async def _said_lately(session: AsyncSession, chat: Chat) -> int:
    said = await session.execute(
        select(func.count())
        .select_from(OutboxMessage)
        .where(
            OutboxMessage.chat_id == chat.id,
            OutboxMessage.purpose == PURPOSE,
            OutboxMessage.created_at > func.now() - literal(MINUTE),
        )
    )
    return said.scalar_one()


async def _say(session: AsyncSession, chat: Chat, words: str) -> None:
    await enqueue_text(session, chat.id, words, purpose=PURPOSE)


async def _note(
    session: AsyncSession, chosen: Sequence[SubscriptionDelivery], **values: Any
) -> None:
    if chosen:
        await session.execute(
            update(SubscriptionDelivery)
            .where(SubscriptionDelivery.id.in_([each.id for each in chosen]))
            .values(**values)
            .execution_options(synchronize_session=False)
        )


def message(body: dict[str, Any], language: str, context: UseCases) -> str:
    """Return one delivery in words."""
    data = body["data"]
    if body["type"] == Event.TEST.value:
        return phrase(language, "sub_test", name=data["subscription"])
    closed = body["type"].endswith(Event.CLOSED.value)
    received = datetime.fromisoformat(data["received_at"]).astimezone(context.timezone)
    return phrase(
        language,
        "sub_closed" if closed else "sub_reported",
        number=data["number"],
        category=local_name(data["category_name"], language, data["category"]),
        danger="❗ " if data["danger"] else "",
        priority=data["priority"],
        status=phrase(language, f"word_{data['status']}"),
        where=_where(data, language),
        time=received.strftime("%d.%m %H:%M"),
    )


def _where(data: dict[str, Any], language: str) -> str:
    label = (data["placement"] or {}).get("label")
    districts = [
        local_name(each["name"], language, each["code"])
        for each in (data["beat"], data["precinct"])
        if each
    ]
    return ", ".join(filter(None, [label, *districts])) or phrase(language, "sub_nowhere")


def summary(
    name: str, chosen: Sequence[SubscriptionDelivery], language: str, context: UseCases
) -> str:
    """Return many deliveries in one message: how many of which kind, and since when."""
    counts: Counter[str] = Counter()
    for each in chosen:
        data = each.body["data"]
        if "category" in data:
            words = local_name(data["category_name"], language, data["category"])
            if each.event == Event.CLOSED.value:
                words = phrase(language, "sub_sum_closed", category=words)
            counts[words] += 1
    lines = [f"• {words}: {count}" for words, count in counts.most_common(LONGEST_SUMMARY)]
    if len(counts) > LONGEST_SUMMARY:
        lines.append("…")
    since = min(each.created_at for each in chosen).astimezone(context.timezone)
    return phrase(
        language,
        "sub_summary",
        name=name,
        count=len(chosen),
        time=since.strftime("%H:%M"),
        lines="\n".join(lines),
    )
