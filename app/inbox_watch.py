"""What waits in the inbox is looked at: danger to life comes first, and who must wait is told."""

import asyncio
import logging
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import delete, func, literal, or_, select, text, update
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.ext.asyncio import AsyncSession

from app.cancellation import heed_cancellation
from app.conduct import BY_FLOOD, Offence, strike
from app.context import UseCases
from app.db import Database
from app.identity import Sealer, reporter_of
from app.inbox import URGENT, chat_of
from app.models import InboxLimits, InboxPace, InboxUpdate
from app.outbox import enqueue_text
from app.phrases import LANGUAGES, phrase
from app.triage_sets import InUse

log = logging.getLogger(__name__)

LOOK_EVERY_S = 1.0
AT_ONCE = 200
# What is processed at once need not be looked at before.
SOON = timedelta(seconds=3)
TOLD_EVERY = timedelta(hours=1)
FORGOTTEN_AFTER = timedelta(days=2)
KEY = "beatway inbox watch"
PURPOSE = "slower"
ALARMS = frozenset(phrases["danger_button"] for phrases in LANGUAGES.values())
SOS = ("/sos", "sos:")


@dataclass(frozen=True, slots=True)
class Watching:
    """What is needed to look at the inbox.

    Attributes
    ----------
    flood : int
        So many more messages than anybody can read count as a strike.
    """

    database: Database
    context: UseCases
    sealer: Sealer
    flood: int = 100


def words_in(body: Mapping[str, Any]) -> str:
    """Return what somebody wrote, or the data of the button that they pressed."""
    for kind, content in body.items():
        if not isinstance(content, dict):
            continue
        if kind == "callback_query":
            return str(content.get("data") or "")
        words = content.get("text") or content.get("caption")
        if words:
            return str(words)
    return ""


def is_urgent(words: str, in_use: InUse) -> bool:
    """Tell whether somebody's life may be in danger."""
    words = words.strip()
    return words in ALARMS or words.startswith(SOS) or in_use.sorter.read(words).danger


async def look(watching: Watching) -> int:
    """Look at some of what waits; return how many updates that were."""
    async with watching.database.transaction() as session:
        mine = (
            await session.execute(
                text("SELECT pg_try_advisory_xact_lock(hashtext(:key))"), {"key": KEY}
            )
        ).scalar_one()
        if not mine:
            return 0
        rows = (
            await session.execute(
                select(
                    InboxUpdate.update_id,
                    InboxUpdate.chat_key,
                    InboxUpdate.sealed,
                    InboxUpdate.held,
                )
                .where(
                    InboxUpdate.state == "pending",
                    ~InboxUpdate.looked,
                    or_(InboxUpdate.held, InboxUpdate.received_at < func.now() - SOON),
                )
                .order_by(InboxUpdate.update_id)
                .limit(AT_ONCE)
            )
        ).all()
        if not rows:
            return 0
        in_use = await watching.context.triage.get(session)
        bodies = {row.update_id: watching.sealer.unseal(row.sealed) for row in rows}

        def urgent_ones() -> list[int]:
            return [number for number, body in bodies.items() if is_urgent(words_in(body), in_use)]

        urgent = await asyncio.to_thread(urgent_ones)
        await _note(session, list(bodies), urgent)
        await _count_held(session, watching, rows, bodies)
        return len(rows)


async def _note(session: AsyncSession, looked: list[int], urgent: list[int]) -> None:
    waiting = update(InboxUpdate).where(InboxUpdate.state == "pending")
    await session.execute(waiting.where(InboxUpdate.update_id.in_(looked)).values(looked=True))
    if urgent:
        log.info("%d updates about danger to life go before all others", len(urgent))
        await session.execute(
            waiting.where(InboxUpdate.update_id.in_(urgent)).values(
                turn=URGENT, next_try_at=func.now()
            )
        )


async def _count_held(
    session: AsyncSession,
    watching: Watching,
    rows: Sequence[Any],
    bodies: Mapping[int, Mapping[str, Any]],
) -> None:
    counts = Counter(row.chat_key for row in rows if row.held)
    chats = {row.chat_key: chat_of(bodies[row.update_id]) for row in rows if row.held}
    for chat_key, count in counts.items():
        chat = chats[chat_key]
        pace = (
            await session.execute(
                select(InboxPace).where(InboxPace.chat_key == chat_key).with_for_update()
            )
        ).scalar()
        if pace is None or chat is None:
            continue
        before, pace.held = pace.held, pace.held + count
        # Of a group nobody in it is to blame by themselves.
        person = await reporter_of(session, watching.sealer, chat) if chat > 0 else None
        if person is None:
            continue
        now = watching.context.clock()
        if pace.told_at is None or pace.told_at < now - TOLD_EVERY:
            pace.told_at = now
            words = phrase(person.language, "flood_slower")
            await enqueue_text(session, person.id, words, purpose=PURPOSE)
        for _ in range(pace.held // watching.flood - before // watching.flood):
            await strike(session, watching.context, person, Offence(BY_FLOOD, words=f"{pace.held}"))


async def forget_old(database: Database) -> None:
    """Forget the pace of chats that have long been silent."""
    async with database.transaction() as session:
        await session.execute(
            delete(InboxPace).where(
                InboxPace.turn < func.now() - FORGOTTEN_AFTER,
                func.coalesce(InboxPace.slow_until, InboxPace.turn) < func.now(),
            )
        )


async def set_limits(database: Database, steps: Mapping[str, timedelta]) -> None:
    """Let the inbox go by these settings."""
    async with database.transaction() as session:
        values = {name: literal(value) for name, value in steps.items()}
        await session.execute(update(InboxLimits).values(values))


async def keep_looking(watching: Watching) -> None:
    """Look at what waits, until cancelled; any number of processes may."""
    rounds = 0
    while True:
        try:
            if rounds % 3600 == 0:
                await forget_old(watching.database)
            rounds += 1
            while await look(watching) == AT_ONCE:
                pass
        except (DBAPIError, InterfaceError, OperationalError, OSError) as error:
            heed_cancellation()
            log.warning("the inbox could not be looked at: %s", error)
        await asyncio.sleep(LOOK_EVERY_S)
