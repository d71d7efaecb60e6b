"""The ladder again, for reports that nobody has acknowledged, when who is there has changed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from app.context import UseCases
from app.cover import LADDER, POSTED, Assignment, Duty, Rung, Staff, better, climb
from app.models import Report, ReportEvent, table_of
from app.models.reports import OPEN_SQL
from app.reports import ownership, set_owner, touch
from app.staffing import staff_of
from app.workflow import UNACKNOWLEDGED
from geo.index import DistrictIndex

ADD_EVENTS = insert(table_of(ReportEvent)).inline()
KIND = "covered"
# Each pass brings a report nearer to its own officer; this many are never needed, and end.
MOST_PASSES = 8


@dataclass(frozen=True, slots=True)
class Handed:
    """A report that went from one owner to another."""

    report_id: int
    number: str
    officer_before: int | None
    desk_before: str | None
    officer: int | None
    desk: str | None
    rung: Rung


async def cover_again(
    session: AsyncSession,
    context: UseCases,
    index: DistrictIndex,
    precincts: Sequence[str],
    actor: str,
    now: datetime,
) -> list[Handed]:
    """Let the ladder find owners again in some precincts, where that is called for.

    A report stays where it is while its owner is there and nobody posted to the beat stands before
    them on the ladder, so that nobody's work is shuffled because somebody else has a little less.
    What was given by hand, and what somebody has acknowledged, stays.

    Parameters
    ----------
    session
        Holds the boundaries for a change.
    context : UseCases
    index : DistrictIndex
        Of the set in force.
    precincts : sequence of str
    actor : str
    now : datetime

    Returns
    -------
    list of Handed
        In the order in which they were given: by priority, then the oldest first.
    """
    if not precincts:
        return []
    reports = list(
        (
            await session.execute(
                select(Report)
                .where(
                    text(OPEN_SQL),
                    Report.status.in_(UNACKNOWLEDGED),
                    Report.precinct_code.in_(precincts),
                    Report.rung.in_([rung.value for rung in LADDER]),
                )
                .order_by(Report.id)
                .with_for_update()
            )
        ).scalars()
    )
    beats = sorted({report.beat_code for report in reports if report.beat_code})
    staff = await staff_of(session, precincts, beats, now, context.load_limit)
    before = {report.id: ownership(report) for report in reports}
    owners = {report.id: (report.assigned_officer_id, report.assigned_desk) for report in reports}
    in_turn = sorted(reports, key=lambda r: (r.priority, r.received_at, r.id))
    # What goes to its own officer leaves a free hand behind, for one that was looked at before.
    for _ in range(MOST_PASSES):
        changes = [_handed_on(staff, index, report) for report in in_turn]
        if not any(changes):
            break
    handed: list[Handed] = []
    events: list[dict[str, Any]] = []
    for report in in_turn:
        if ownership(report) == before[report.id]:
            continue
        handed.append(
            Handed(
                report.id,
                report.number,
                *owners[report.id],
                report.assigned_officer_id,
                report.assigned_desk,
                Rung(report.rung),
            )
        )
        touch(report, now)
        events.append(
            {
                "report_id": report.id,
                "version": report.version,
                "actor": actor,
                "kind": KIND,
                "before": {"assignment": before[report.id]},
                "after": {"assignment": ownership(report)},
                "precincts": [report.precinct_code],
            }
        )
    await session.flush()
    if events:
        await session.execute(ADD_EVENTS, events)
    return handed


def _handed_on(staff: Staff, index: DistrictIndex, report: Report) -> bool:
    found = _found(staff, index, report)
    if found is None:
        return False
    set_owner(report, found)
    return True


def _found(staff: Staff, index: DistrictIndex, report: Report) -> Assignment | None:
    """The new owner of a report, counted in already; None when it stays."""
    officer_id, beat = report.assigned_officer_id, report.beat_code
    staff.take_back(officer_id)
    near = index.neighbours(beat) if beat else ()
    without = frozenset(report.refused_by)
    found = climb(report.precinct_code, beat, staff, near, without)
    if _stays(staff, report, found):
        staff.give(officer_id)
        return None
    staff.give(found.officer.officer_id if found.officer else None)
    return found


def _stays(staff: Staff, report: Report, found: Assignment) -> bool:
    rung, owner = Rung(report.rung), None
    if report.assigned_officer_id is not None:
        owner = staff.officers.get(report.assigned_officer_id)
        if owner is None or owner.duty is not Duty.ON:
            return False
    if owner is None:
        return found.desk is not None and found.desk == report.assigned_desk
    if rung in POSTED and (report.beat_code, rung.value) not in owner.postings:
        return False
    if owner == found.officer and rung is found.rung:
        return True
    return not (found.rung in POSTED and better(found.rung, rung))
