"""A report joins the one that was there before it: both are one incident.

The one that was there is the only entry of the queues; what joins it follows its status and owner
(the database sees to that, whatever way they change). Locks are taken in this order: boundaries,
the cells of a place, the entry that is joined (shared: any number may join at once), precincts.
Whoever joins writes nothing into the entry: how many there are is counted a moment later.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import product
from math import floor

from sqlalchemy import func, insert, select, text
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncSession

from app.categories import RuleSet
from app.errors import ConflictError
from app.incident_rules import related
from app.incident_search import Candidate, Probe, box, same
from app.models import IncidentTask, NotSame, Report, table_of
from app.models.reports import OPEN_SQL
from app.workflow import OPEN, Status

BY_ITSELF = "system"
COUNT, CHECK = "count", "check"
# Distinguishes the advisory locks of cells from others.
LOCK = 0x1C1DE
CELL_DEGREES = 0.02
ADD_TASK = insert(table_of(IncidentTask)).inline()


class FollowsError(ConflictError):
    """The report follows another one: do it with that."""

    code = "follows-another"


@dataclass(frozen=True, slots=True)
class Joined:
    """An entry that a report was found to belong to, and what spoke for it."""

    lead: Report
    candidate: Candidate


def demand_entry(report: Report) -> None:
    """Raise FollowsError when a report is not the one that its incident is worked on by."""
    if report.duplicate_of_id is not None:
        message = f"Report {report.number} follows another one: do this with that one"
        raise FollowsError(message)


async def hold_cells(session: AsyncSession, rules: RuleSet, probe: Probe) -> None:
    """Let nobody else begin an incident of this kind here until the transaction ends."""
    category = rules.by_code.get(probe.category)
    if probe.place is None or category is None:
        return
    west, south, east, north = box(probe.place, category.duplicates.radius_m)
    across = range(floor(west / CELL_DEGREES), floor(east / CELL_DEGREES) + 1)
    along = range(floor(south / CELL_DEGREES), floor(north / CELL_DEGREES) + 1)
    kin = related(rules, probe.category)
    for key in sorted(f"{x}:{y}:{code}" for x, y, code in product(across, along, kin)):
        await session.execute(select(func.pg_advisory_xact_lock(LOCK, func.hashtext(key))))


async def entry_of(
    session: AsyncSession, rules: RuleSet, probe: Probe, *, may_wait: bool
) -> Joined | None:
    """Find the open entry that a report belongs to, and hold it as it is.

    Parameters
    ----------
    session
        Holds the boundary set in force.
    rules : RuleSet
    probe : Probe
    may_wait : bool
        False where the report itself is locked: then an entry that somebody is changing at this
        instant is passed over, and looked at again a moment later (see `check_soon`).

    Returns
    -------
    Joined or None
        None where the report is the first; nobody else becomes the first until the end.
    """
    found = await _held(session, await same(session, rules, probe), may_wait=may_wait)
    if found is None and _may_join(rules, probe):
        await hold_cells(session, rules, probe)
        found = await _held(session, await same(session, rules, probe), may_wait=may_wait)
    return found


def _may_join(rules: RuleSet, probe: Probe) -> bool:
    category = rules.by_code.get(probe.category)
    return category is not None and category.duplicates.automatic


async def _held(
    session: AsyncSession, candidate: Candidate | None, *, may_wait: bool
) -> Joined | None:
    if candidate is None:
        return None
    lead = (
        await session.execute(
            select(Report)
            .where(Report.id == candidate.id, text(OPEN_SQL))
            .with_for_update(read=True, skip_locked=not may_wait)
            .execution_options(populate_existing=True)
        )
    ).scalar()
    return Joined(lead, candidate) if lead is not None else None


def follow(report: Report, lead: Report, why: dict[str, object], by: str, now: datetime) -> None:
    """Let a report follow another one; from now on the database keeps it so."""
    report.duplicate_of_id, report.joined_at = lead.id, now
    report.duplicate_why = why | {"by": by}
    report.status = lead.status
    report.assigned_officer_id, report.assigned_desk = lead.assigned_officer_id, lead.assigned_desk
    report.rung, report.skipped, report.assigned_why = lead.rung, [], None
    report.precinct_code, report.beat_code = lead.precinct_code, lead.beat_code
    report.acknowledged_at, report.closed_at = lead.acknowledged_at, lead.closed_at
    report.proposed_move = None


async def count_soon(
    session: AsyncSession, lead_id: int, now: datetime, *, danger: bool = False
) -> None:
    """Have the reports that follow one counted, a moment later."""
    await session.execute(
        ADD_TASK, {"report_id": lead_id, "kind": COUNT, "due_at": now, "danger": danger}
    )


async def check_soon(session: AsyncSession, report: Report, now: datetime) -> None:
    """Have it looked at whether a report still belongs, or by now belongs, to an incident."""
    if report.place is None or Status(report.status) not in OPEN:
        return
    await session.execute(
        ADD_TASK,
        {"report_id": report.id, "kind": CHECK, "due_at": now, "danger": report.danger},
    )


def pair_of(one: int, other: int) -> dict[str, int]:
    """Return two reports in the order in which "not the same" is kept of them."""
    return {"low_id": min(one, other), "high_id": max(one, other)}


async def remember_other(
    session: AsyncSession, actor: str, one: int, other: int, now: datetime
) -> bool:
    """Remember that two reports are not the same; False when that is known already."""
    statement = (
        upsert(table_of(NotSame))
        .values(by=actor, at=now, **pair_of(one, other))
        .on_conflict_do_nothing()
        .returning(NotSame.low_id)
    )
    return (await session.execute(statement)).first() is not None


def count_due(lead: Report, now: datetime, pause: timedelta) -> datetime:
    """Return from when an entry may be counted again: whoever answers for it reads each count."""
    return now if lead.counted_at is None else max(now, lead.counted_at + pause)
