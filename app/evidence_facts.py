"""From history to facts, event by event; a change that comes late puts its day right again.

What happened is read in the order in which it became visible (see `app.stream.Position`), and each
report that something happened to is read anew as a whole. So it does not matter where this stops or
how often it begins again.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
from h3.api import basic_int as h3
from sqlalchemy import bindparam, delete, func, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from app.context import UseCases
from app.evidence_counts import FACT, STATUSES, Facts, Metric
from app.evidence_history import Course, Happened, Reported, course
from app.models import (
    EvidenceCode,
    EvidenceDay,
    EvidenceMonth,
    EvidenceMonthState,
    EvidenceProgress,
    Report,
    ReportEvent,
    ReportFact,
    table_of,
)
from app.workflow import Status

BATCH = 2_000
# A hexagon of about 0.1 km²; coarser ones are made of these.
FINEST = 9
NONE = 0

_ALONE = text("SELECT pg_try_advisory_xact_lock(hashtext('beatway evidence'))")
_NEW = text(
    """
    SELECT e.xact::text::bigint AS xact, e.id, e.report_id
      FROM report_event e, evidence_progress p
     WHERE (e.xact, e.id) > (p.xact, p.event)
       AND e.xact < pg_snapshot_xmin(pg_current_snapshot())
     ORDER BY e.xact, e.id
     LIMIT :limit
    """
)
_ADVANCE = text(
    "UPDATE evidence_progress SET xact = CAST(CAST(:xact AS text) AS xid8), event = :event"
)
_FACTS = table_of(ReportFact)
_DIMENSIONS = ("precinct", "category", "source")


async def catch_up(session: AsyncSession, context: UseCases, limit: int = BATCH) -> int | None:
    """Take in some of what has happened since the last time.

    Returns
    -------
    int or None
        How many events; None when another process is at it.
    """
    if not (await session.execute(_ALONE)).scalar_one():
        return None
    began = context.clock()
    new = (await session.execute(_NEW, {"limit": limit})).all()
    if new:
        await take_in(session, context.timezone, sorted({row.report_id for row in new}))
        await session.execute(_ADVANCE, {"xact": new[-1].xact, "event": new[-1].id})
    if len(new) < limit:
        await session.execute(update(EvidenceProgress).values(at=began))
    return len(new)


async def begin_anew(session: AsyncSession) -> None:
    """Forget all facts, so that they are made again from the first event on."""
    await session.execute(text("SELECT pg_advisory_xact_lock(hashtext('beatway evidence'))"))
    for table in (ReportFact, EvidenceDay, EvidenceMonth, EvidenceMonthState):
        await session.execute(delete(table))
    await session.execute(_ADVANCE, {"xact": 0, "event": 0})


async def take_in(session: AsyncSession, zone: ZoneInfo, report_ids: Sequence[int]) -> None:
    """Make the facts of some reports again, and what is packed of their days.

    Whoever follows one of them shares what happens to it, with no event of their own.
    """
    followers = select(Report.id).where(
        Report.duplicate_of_id.in_(report_ids), Report.id.not_in(report_ids)
    )
    report_ids = [*report_ids, *(await session.execute(followers)).scalars()]
    rows = await _facts(session, zone, report_ids)
    if not rows:
        return
    ids = [row["report_id"] for row in rows]
    before = await session.execute(
        select(ReportFact.day).where(ReportFact.report_id.in_(ids)).distinct()
    )
    days = {row["day"] for row in rows} | set(before.scalars())
    statement = insert(_FACTS)
    changed = {
        column.name: statement.excluded[column.name]
        for column in _FACTS.columns
        if column.name != "report_id"
    }
    await session.execute(
        statement.on_conflict_do_update(index_elements=["report_id"], set_=changed), rows
    )
    for day in sorted(days):
        await pack(session, day)
    await _spoil(session, {day.replace(day=1) for day in days})


async def pack(session: AsyncSession, day: date) -> None:
    """Write the facts of a day side by side."""
    names = FACT.names or ()
    rows = await session.execute(
        select(*(_FACTS.columns[name] for name in names))
        .where(_FACTS.columns.day == day)
        .order_by(_FACTS.columns.report_id)
    )
    facts = np.array([tuple(row) for row in rows], dtype=FACT)
    statement = insert(EvidenceDay)
    await session.execute(
        statement.on_conflict_do_update(
            index_elements=["day"], set_={"facts": statement.excluded.facts}
        ),
        {"day": day, "facts": facts.tobytes()},
    )


def unpack(packed: Iterable[bytes]) -> Facts:
    """Return the facts of several days."""
    return np.frombuffer(b"".join(packed), dtype=FACT)


async def _spoil(session: AsyncSession, months: set[date]) -> None:
    statement = insert(EvidenceMonthState)
    await session.execute(
        statement.on_conflict_do_update(index_elements=["month"], set_={"stale": True}),
        [{"month": month, "stale": True} for month in sorted(months)],
    )


async def _facts(
    session: AsyncSession, zone: ZoneInfo, report_ids: Sequence[int]
) -> list[dict[str, Any]]:
    reports = (
        await session.execute(
            select(
                Report.id,
                Report.received_at,
                Report.status,
                Report.reporter_id,
                Report.response,
                Report.danger,
                Report.duplicate_of_id,
                Report.joined_at,
                Report.acknowledge_due_at,
                Report.on_scene_due_at,
                Report.precinct_code.label("precinct"),
                Report.category,
                Report.source,
                Report.assigned_officer_id,
                func.ST_X(Report.place).label("lon"),
                func.ST_Y(Report.place).label("lat"),
            ).where(Report.id == func.any(bindparam("ids"))),
            {"ids": list(report_ids)},
        )
    ).all()
    leads = {row.duplicate_of_id for row in reports if row.duplicate_of_id is not None}
    happened = await _happened(session, [*{*report_ids, *leads}])
    codes = await _numbers(
        session, {(kind, getattr(r, kind)) for r in reports for kind in _DIMENSIONS}
    )
    found = []
    for row in reports:
        report = Reported(
            received_at=row.received_at,
            status=Status(row.status),
            is_citizens=row.reporter_id is not None,
            response=row.response,
            danger=row.danger,
            is_duplicate=row.duplicate_of_id is not None,
            acknowledge_due_at=row.acknowledge_due_at,
            on_scene_due_at=row.on_scene_due_at,
        )
        shared = [
            event
            for event in happened.get(row.duplicate_of_id, ())
            if row.joined_at is not None and event.at >= row.joined_at
        ]
        fact = _row(course(report, happened[row.id], shared), report, zone)
        fact |= {kind: codes[kind, getattr(row, kind)] for kind in _DIMENSIONS}
        fact |= {
            "report_id": row.id,
            "officer": row.assigned_officer_id or NONE,
            "cell": NONE if row.lon is None else h3.latlng_to_cell(row.lat, row.lon, FINEST),
        }
        found.append(fact)
    return found


def _row(found: Course, report: Reported, zone: ZoneInfo) -> dict[str, Any]:
    local = report.received_at.astimezone(zone)
    return {
        "day": local.date(),
        "received": int(report.received_at.astimezone(UTC).timestamp()),
        "hour": local.weekday() * 24 + local.hour,
        "status": STATUSES.index(report.status),
        "placed": found.placed.value,
        "marks": found.marks.value,
        "stars": found.stars,
        **{metric.value: found.times[metric] for metric in Metric},
        **{f"{metric}_due": due for metric, due in found.due.items()},
    }


async def _happened(session: AsyncSession, report_ids: Sequence[int]) -> dict[int, list[Happened]]:
    rows = await session.execute(
        select(
            ReportEvent.report_id,
            ReportEvent.at,
            ReportEvent.actor,
            ReportEvent.kind,
            ReportEvent.before,
            ReportEvent.after,
        )
        .where(ReportEvent.report_id == func.any(bindparam("ids")))
        .order_by(ReportEvent.id),
        {"ids": list(report_ids)},
    )
    found: dict[int, list[Happened]] = defaultdict(list)
    for row in rows:
        found[row.report_id].append(Happened(row.at, row.actor, row.kind, row.before, row.after))
    return found


async def _numbers(
    session: AsyncSession, wanted: set[tuple[str, str | None]]
) -> dict[tuple[str, str | None], int]:
    known = {(code.kind, code.code): code.id for code in await all_codes(session)}
    new = [each for each in wanted if each[1] is not None and each not in known]
    if new:
        rows = await session.execute(
            insert(EvidenceCode).returning(EvidenceCode.kind, EvidenceCode.code, EvidenceCode.id),
            [{"kind": kind, "code": code} for kind, code in sorted(new, key=str)],
        )
        known |= {(row.kind, row.code): row.id for row in rows}
    nothing: dict[tuple[str, str | None], int] = {(kind, None): NONE for kind in _DIMENSIONS}
    return nothing | known


async def all_codes(session: AsyncSession) -> list[EvidenceCode]:
    """Return the numbers that stand for codes."""
    return list((await session.execute(select(EvidenceCode))).scalars())


async def up_to(session: AsyncSession) -> datetime:
    """Return until when history has become facts."""
    return (await session.execute(select(EvidenceProgress.at))).scalar_one()
