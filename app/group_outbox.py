"""Answers in a group, of which Telegram allows few a minute: what waits is said in one message."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.models import OutboxMessage
from app.outbox import enqueue_text

SEND = "sendMessage"
# With so many waiting, the next is said together with the last of them.
CROWDED = 3
LONGEST = 3500
# Whatever stands for another row belongs to a desk's topic.
REFERS = frozenset({"topic_of", "reply_of"})
MOST_ROWS = 12


@dataclass(frozen=True, slots=True)
class Spot:
    """Where in a group something is said: under which message, and in which topic."""

    chat_id: int
    answer_to: int | None = None
    thread_id: int | None = None


async def enqueue_in_group(
    session: AsyncSession,
    spot: Spot,
    text: str,
    *,
    purpose: str,
    report_id: int | None = None,
    buttons: list[list[dict[str, str]]] | None = None,
    short: str | None = None,
) -> None:
    """Queue an answer under a message, or add it to one that waits in the same topic.

    Parameters
    ----------
    session, spot, text, purpose, report_id
    buttons : list of list of dict, optional
        Rows of an inline keyboard; each button says by itself which report it is for.
    short : str, optional
        The words where it is added to another answer; the whole text by default.
    """
    if await _add_to_waiting(session, spot, short or text, buttons or []):
        return
    await enqueue_text(
        session,
        spot.chat_id,
        text,
        purpose=purpose,
        report_id=report_id,
        markup={"inline_keyboard": buttons} if buttons else None,
        # A message from before the group was a supergroup cannot be answered any more.
        answer_to=spot.answer_to if spot.answer_to is not None and spot.answer_to > 0 else None,
        thread_id=spot.thread_id,
    )


async def _add_to_waiting(
    session: AsyncSession,
    spot: Spot,
    text: str,
    buttons: list[list[dict[str, str]]],
) -> bool:
    waits = (OutboxMessage.chat_id == spot.chat_id) & (OutboxMessage.state == "queued")
    waiting = await session.execute(select(func.count()).select_from(OutboxMessage).where(waits))
    if waiting.scalar_one() < CROWDED:
        return False
    # A row that the sender is taking is left to it.
    last = (
        await session.execute(
            select(OutboxMessage)
            .where(waits)
            .order_by(OutboxMessage.id.desc())
            .limit(1)
            .with_for_update(skip_locked=True)
        )
    ).scalar()
    if last is None or last.method != SEND or last.attempts or REFERS & last.payload.keys():
        return False
    payload: dict[str, Any] = last.payload
    rows = [*payload.get("reply_markup", {}).get("inline_keyboard", []), *buttons]
    together = f"{payload['text']}\n\n{text}"
    if (
        payload.get("message_thread_id") != spot.thread_id
        or len(together) > LONGEST
        or len(rows) > MOST_ROWS
    ):
        return False
    markup = {"reply_markup": {"inline_keyboard": rows}} if rows else {}
    last.payload = payload | {"text": together} | markup
    # Whoever answers to it means one of several reports.
    last.report_id = None
    await session.flush()
    return True
