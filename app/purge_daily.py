"""What is done about keeping by itself: the history is sealed, what is due goes once a day.

Leaders are told before. The first time ever that is due, nothing goes before they could have read
of it.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.ext.asyncio import AsyncSession

from app.audit import seal_history
from app.cancellation import heed_cancellation
from app.context import UseCases
from app.cover import CITY_DESK
from app.db import Database
from app.kept import BITS, WARNED_FOR, Content
from app.models import Installation, table_of
from app.purge import Count, preview, purge
from app.staff_notices import tell_leaders

log = logging.getLogger(__name__)

KEY = "purge"
LOCK = "beatway purge"
ACTOR = "worker"
NOTICE = "purge_soon"
SEAL_EVERY_S = 5.0
LOOK_EVERY_S = 600.0
EVERY = timedelta(days=1)


async def coming(session: AsyncSession, context: UseCases, now: datetime) -> list[Count]:
    """Count what goes until the warning's time is over, beside what is due already."""
    return await preview(session, context, now + WARNED_FOR)


async def begin(session: AsyncSession, context: UseCases, now: datetime) -> bool:
    """Tell leaders what is coming, and tell whether a purge is to be made now.

    Of all workers that ask, one is told yes, once a day.
    """
    await session.execute(select(func.pg_advisory_xact_lock(func.hashtext(LOCK))))
    row = await session.get(Installation, KEY)
    due = datetime.fromisoformat(row.value["next_at"]) if row else None
    if row and due and now < min(due, datetime.fromisoformat(row.value["tell_at"])):
        return False
    counts = await coming(session, context, now)
    await _warn(session, counts, now)
    is_time = due is not None and now >= due
    due = now + EVERY if is_time else due or now + WARNED_FOR
    value = {
        "next_at": due.isoformat(),
        "tell_at": (now + EVERY).isoformat(),
        "counted_at": now.isoformat(),
        "coming": [[each.content, each.privacy_class, each.count] for each in counts if each.count],
    }
    stored = insert(table_of(Installation)).values(key=KEY, value=value)
    await session.execute(
        stored.on_conflict_do_update(index_elements=["key"], set_={"value": value})
    )
    return is_time


@dataclass(frozen=True, slots=True)
class Plan:
    """When the next purge is made by itself, and what goes until the warning's time is over."""

    next_at: datetime
    counted_at: datetime
    coming: list[tuple[str, str, int]]


async def plan(session: AsyncSession) -> Plan | None:
    """Return what the worker has planned; None before one has ever run.

    Counting takes rights that pages do not have, and a while: the worker does it once a day.
    """
    row = await session.get(Installation, KEY)
    if row is None:
        return None
    coming_counts = [(content, name, count) for content, name, count in row.value["coming"]]
    return Plan(
        next_at=datetime.fromisoformat(row.value["next_at"]),
        counted_at=datetime.fromisoformat(row.value["counted_at"]),
        coming=coming_counts,
    )


async def _warn(session: AsyncSession, coming_counts: list[Count], now: datetime) -> None:
    counts: dict[str, int] = {}
    for each in coming_counts:
        if each.content in BITS or each.content is Content.IDENTITY:
            counts[each.content.value] = counts.get(each.content.value, 0) + each.count
    if not any(counts.values()):
        return
    # Once a week is enough to be read, and not too much to be heeded.
    year, week, _ = now.isocalendar()
    body = {"until": (now + WARNED_FOR).isoformat(), "counts": counts}
    await tell_leaders(session, CITY_DESK, NOTICE, f"{NOTICE}:{year}-{week:02}", body)


async def purge_when_due(database: Database, context: UseCases) -> int:
    """Make today's purge if nobody has; return how much has gone."""
    async with database.transaction() as session:
        is_time = await begin(session, context, context.clock())
    if not is_time:
        return 0
    total = 0
    async for gone in purge(database, context, ACTOR):
        total += gone.count
        # Others are to be served in between.
        await asyncio.sleep(0)
    log.info("%s rows were purged", total)
    return total


async def keep_purging(database: Database, context: UseCases) -> None:
    """Let go of what is due once a day, until cancelled."""

    async def once() -> None:
        await purge_when_due(database, context)

    await _keep(once, LOOK_EVERY_S, "what is due could not be purged")


async def keep_sealing(database: Database) -> None:
    """Vouch for the history of reports in the audit, until cancelled."""

    async def once() -> None:
        more: Any = True
        while more:
            async with database.transaction() as session:
                more = await seal_history(session)

    await _keep(once, SEAL_EVERY_S, "history could not be sealed")


async def _keep(once: Callable[[], Awaitable[None]], every_s: float, failed: str) -> None:
    while True:
        try:
            await once()
        except (DBAPIError, InterfaceError, OperationalError, OSError) as error:
            heed_cancellation()
            log.warning("%s: %s", failed, error)
        except Exception:
            # What is wrong here must not end all else that this program does.
            heed_cancellation()
            log.exception("%s", failed)
        await asyncio.sleep(every_s)
