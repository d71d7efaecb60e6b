"""Telegram's updates: stored before they are acknowledged, processed once, in order per chat."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import func, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from app.errors import BadRequestError
from app.identity import Sealer
from app.models import InboxUpdate

MAX_ATTEMPTS = 8
FIRST_WAIT = timedelta(seconds=1)
LONGEST_WAIT = timedelta(minutes=5)
LARGEST_ID = 2**63 - 1
ERROR_LENGTH = 500

# In the order of turns, so that a chat that writes without end takes no more than its share.
# MATERIALIZED, because PostgreSQL might otherwise run the subquery again and take another row.
# What waits for its pace is beyond the room that all chats have, so it is not looked at.
CLAIM = text(
    """
    WITH next AS MATERIALIZED (
        SELECT update_id FROM inbox AS due
        WHERE state = 'pending' AND next_try_at <= now()
            AND turn <= now() + (SELECT room FROM inbox_limits)
            AND (turn = :urgent OR update_id = (
                SELECT min(update_id) FROM inbox AS earlier
                WHERE earlier.chat_key = due.chat_key AND earlier.state = 'pending'))
        ORDER BY turn, update_id LIMIT 1
        FOR UPDATE SKIP LOCKED)
    UPDATE inbox SET state = 'done', done_at = now(), attempts = attempts + 1, last_error = NULL
    FROM next WHERE inbox.update_id = next.update_id
    RETURNING inbox.update_id, inbox.chat_key, sealed, attempts
    """
)
# The turn of what is about danger to life: before all others, its own chat's earlier ones too.
URGENT = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """An update that could not be processed; what it says stays sealed."""

    update_id: int
    received_at: datetime
    attempts: int
    error: str | None


@dataclass(frozen=True, slots=True)
class Claimed:
    """An update taken for processing, with how often that was tried, this time included."""

    update_id: int
    chat_key: int
    sealed: bytes
    attempts: int


def chat_of(update_body: Mapping[str, Any]) -> int | None:
    """Return the id of the chat, or else of the person, that an update belongs to."""
    for kind, content in update_body.items():
        if not isinstance(content, dict):
            continue
        holder = content.get("message") if kind == "callback_query" else content
        chat = holder.get("chat") if isinstance(holder, dict) else None
        person = content.get("from") or content.get("user")
        for found in (chat, person):
            if isinstance(found, dict) and isinstance(found.get("id"), int):
                return int(found["id"])
    return None


def _row(sealer: Sealer, body: Mapping[str, Any]) -> dict[str, Any]:
    update_id = body.get("update_id")
    if (
        not isinstance(update_id, int)
        or isinstance(update_id, bool)
        or not (0 <= update_id <= LARGEST_ID)
    ):
        raise BadRequestError("This is no Telegram update: it has no update_id")
    chat = chat_of(body)
    return {
        "update_id": update_id,
        # An update of no chat waits for no other one.
        "chat_key": update_id if chat is None else sealer.chat_key(chat),
        "sealed": sealer.seal(dict(body)),
        # Telegram's ids of groups are negative.
        "crowd": chat is not None and chat < 0,
    }


async def store(session: AsyncSession, sealer: Sealer, *bodies: Mapping[str, Any]) -> None:
    """Keep updates as they came; one that is here already is left as it is.

    Parameters
    ----------
    session
        Committed by the caller before the updates are acknowledged.
    sealer : Sealer
    *bodies : mapping
        The JSON objects that Telegram sent.

    Raises
    ------
    BadRequestError
        When one of them has no valid ``update_id``.
    """
    rows = [_row(sealer, body) for body in bodies]
    if rows:
        # Naming no index keeps this within the web role's rights: it may insert and not read.
        await session.execute(insert(InboxUpdate).values(rows).on_conflict_do_nothing())


async def claim(session: AsyncSession) -> Claimed | None:
    """Take the update whose turn it is: of each chat the oldest, of chats round and round.

    It is marked as processed at once: to everybody else that becomes true with the commit of the
    transaction that does what the update asks for, and an undone transaction undoes it too.
    """
    row = (await session.execute(CLAIM, {"urgent": URGENT})).first()
    if row is None:
        return None
    return Claimed(row.update_id, row.chat_key, bytes(row.sealed), row.attempts)


async def postpone(session: AsyncSession, claimed: Claimed, error: str) -> bool:
    """Note a failed attempt: wait longer each time, and in the end set the update aside.

    Returns
    -------
    bool
        True when the update is now a dead letter.
    """
    dead = claimed.attempts >= MAX_ATTEMPTS
    wait = min(FIRST_WAIT * 2 ** (claimed.attempts - 1), LONGEST_WAIT)
    await session.execute(
        update(InboxUpdate)
        .where(InboxUpdate.update_id == claimed.update_id, InboxUpdate.state == "pending")
        .values(
            attempts=claimed.attempts,
            last_error=error[:ERROR_LENGTH],
            next_try_at=func.now() + wait,
            state="dead" if dead else "pending",
        )
    )
    return dead


async def dead_letters(session: AsyncSession, limit: int = 100) -> list[DeadLetter]:
    """Return updates that were set aside after the last try, the oldest first."""
    rows = await session.execute(
        select(
            InboxUpdate.update_id,
            InboxUpdate.received_at,
            InboxUpdate.attempts,
            InboxUpdate.last_error,
        )
        .where(InboxUpdate.state == "dead")
        .order_by(InboxUpdate.update_id)
        .limit(limit)
    )
    return [DeadLetter(*row) for row in rows]


async def retry(session: AsyncSession, update_id: int) -> bool:
    """Give a dead letter another round of attempts; tell whether there was one."""
    result = await session.execute(
        update(InboxUpdate)
        .where(InboxUpdate.update_id == update_id, InboxUpdate.state == "dead")
        .values(state="pending", attempts=0, next_try_at=func.now(), turn=func.now())
        .returning(InboxUpdate.update_id)
    )
    return result.first() is not None
