"""The ladder again, for reports that nobody has acknowledged, when who is there has changed."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from operator import attrgetter
from typing import Any

from sqlalchemy import BigInteger, and_, bindparam, exists, func, or_, select, text, union
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncSession

from app.context import UseCases
from app.cover import (
    LADDER,
    POSTED,
    Assignment,
    Duty,
    Neighbours,
    OfficerNow,
    Rung,
    Staff,
    better,
    climb,
    passed_over,
)
from app.db import connection_of
from app.desk_duty import unmanned_desks
from app.models import Officer, Report
from app.models.reports import OPEN_SQL
from app.staffing import beats_around, staff_of
from app.workflow import UNACKNOWLEDGED, UNDERWAY, Status
from geo.index import DistrictIndex

KIND = "covered"
COVER = frozenset({Rung.NEIGHBOUR, Rung.PRECINCT_OFFICER})
# Each pass brings a report nearer to its own officer; this many are never needed, and end.
MOST_PASSES = 8
# Who has left the service and still has an open report.
LEFT = select(Officer.id).where(
    ~Officer.active, exists().where(text(OPEN_SQL), Report.assigned_officer_id == Officer.id)
)
# Thousands change hands when a city changes shift, while nobody can be given anything: two
# statements write all of them.
_WRITE = """
UPDATE report
   SET assigned_officer_id = n.officer_id, assigned_desk = n.desk, rung = n.rung,
       skipped = n.skipped::jsonb, assigned_why = NULL, status = n.status,
       owner_untold = report.owner_untold OR (report.assigned_officer_id, report.assigned_desk)
           IS DISTINCT FROM (n.officer_id, n.desk),
       acknowledged_at = CASE WHEN n.status = report.status THEN report.acknowledged_at END,
       -- What comes back to the queue begins to wait anew: see app.deadlines.follow_status.
       acknowledge_due_at = report.acknowledge_due_at + anew.waited,
       on_scene_due_at = report.on_scene_due_at + anew.waited,
       deadlines_from = report.deadlines_from + anew.waited,
       late_by = CASE WHEN n.status = report.status THEN report.late_by ELSE '{}' END,
       escalation_step = CASE WHEN n.status = report.status THEN report.escalation_step ELSE 0 END,
       escalated_at = CASE WHEN n.status = report.status THEN report.escalated_at END,
       version = report.version + 1, updated_at = %(now)s
  FROM unnest(%(ids)s::bigint[], %(officers)s::int[], %(desks)s::text[], %(rungs)s::text[],
              %(skipped)s::text[], %(statuses)s::text[])
       n (id, officer_id, desk, rung, skipped, status)
  JOIN report known ON known.id = n.id
 CROSS JOIN LATERAL (
       SELECT CASE WHEN n.status = known.status THEN interval '0'
                   ELSE %(now)s::timestamptz - known.deadlines_from END AS waited) anew
 WHERE report.id = n.id
"""
_TELL = """
INSERT INTO report_event (report_id, version, actor, kind, before, after, precincts)
SELECT report.id, report.version, %(actor)s, %(kind)s, n.before::jsonb, n.after::jsonb,
       to_jsonb(array_remove(ARRAY[report.precinct_code], NULL))
  FROM unnest(%(ids)s::bigint[], %(before)s::text[], %(after)s::text[]) WITH ORDINALITY
       n (id, before, after, turn)
  JOIN report ON report.id = n.id
 ORDER BY n.turn
"""


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


@dataclass(slots=True)
class _Held:
    """What of a report the ladder needs to know, and may change."""

    id: int
    number: str
    status: str
    priority: int
    received_at: datetime
    precinct: str | None
    beat: str | None
    officer_id: int | None
    desk: str | None
    rung: str
    skipped: list[Any]
    why: str | None
    refused_by: list[int]
    late_by: list[int]
    before: dict[str, Any] = field(default_factory=dict)

    def said(self) -> dict[str, Any]:
        """Return what history keeps of it; see `app.reports.ownership`."""
        owner = {
            "officer_id": self.officer_id,
            "desk": self.desk,
            "rung": self.rung,
            "skipped": self.skipped,
            "why": self.why,
        }
        return {"assignment": owner, "status": self.status}

    def give(self, found: Assignment) -> None:
        """Write down who has it now."""
        self.officer_id = found.officer.officer_id if found.officer else None
        self.desk, self.rung, self.why = found.desk, found.rung.value, None
        self.skipped = list(found.skipped)
        # A crew whose officer is no more is asked for anew; who is at the place is replaced there.
        if self.status in UNDERWAY:
            self.status = Status.QUEUED.value


COLUMNS = (
    Report.id,
    Report.number,
    Report.status,
    Report.priority,
    Report.received_at,
    Report.precinct_code,
    Report.beat_code,
    Report.assigned_officer_id,
    Report.assigned_desk,
    Report.rung,
    Report.skipped,
    Report.assigned_why,
    Report.refused_by,
    Report.late_by,
)


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
    What was given by hand, and what somebody has acknowledged, stays; unless that officer has left
    the service: then all that they had goes on, wherever it is.

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
    reports = await _held(session, precincts)
    if not reports:
        return []
    beats = beats_around({report.beat for report in reports if report.beat}, index)
    of = sorted({report.precinct for report in reports if report.precinct})
    staff = await staff_of(session, of, beats, now, context.load_limit)
    staff.unmanned_desks = await unmanned_desks(session, of, now)
    for report in reports:
        report.before = report.said()
    in_turn = sorted(reports, key=attrgetter("priority", "received_at", "id"))
    # What goes to its own officer leaves a free hand behind, for one that was looked at before.
    for _ in range(MOST_PASSES):
        changes = [_handed_on(staff, index, report) for report in in_turn]
        if not any(changes):
            break
    changed = [report for report in in_turn if report.said() != report.before]
    if changed:
        await _write(session, changed, actor, now)
    return [
        Handed(
            report.id,
            report.number,
            report.before["assignment"]["officer_id"],
            report.before["assignment"]["desk"],
            report.officer_id,
            report.desk,
            Rung(report.rung),
        )
        for report in changed
    ]


async def _held(session: AsyncSession, precincts: Sequence[str]) -> list[_Held]:
    await session.flush()
    left = list((await session.execute(LEFT)).scalars())
    movable = and_(
        Report.status.in_(UNACKNOWLEDGED), Report.rung.in_([rung.value for rung in LADDER])
    )
    whose = Report.assigned_officer_id.in_(left)
    # Each by its own index, and the officers named: as one condition with a question in it, it was
    # looked for among all reports that were ever closed.
    ids = union(
        select(Report.id).where(text(OPEN_SQL), movable, Report.precinct_code.in_(precincts)),
        *([select(Report.id).where(text(OPEN_SQL), whose)] if left else []),
    )
    found = list((await session.execute(ids)).scalars())
    if not found:
        return []
    rows = await session.execute(
        select(*COLUMNS)
        .where(
            Report.id == func.any(bindparam("ids", type_=ARRAY(BigInteger()))),
            text(OPEN_SQL),
            or_(movable, whose),
        )
        .order_by(Report.id)
        .with_for_update(of=Report),
        {"ids": found},
    )
    return [_Held(*row) for row in rows]


async def _write(
    session: AsyncSession, changed: Sequence[_Held], actor: str, now: datetime
) -> None:
    connection = await connection_of(session)
    ids = [report.id for report in changed]
    await connection.execute(
        _WRITE,
        {
            "now": now,
            "ids": ids,
            "officers": [report.officer_id for report in changed],
            "desks": [report.desk for report in changed],
            "rungs": [report.rung for report in changed],
            "skipped": [_json(report.skipped) for report in changed],
            "statuses": [report.status for report in changed],
        },
    )
    await connection.execute(
        _TELL,
        {
            "actor": actor,
            "kind": KIND,
            "ids": ids,
            "before": [_json(report.before) for report in changed],
            "after": [_json(report.said()) for report in changed],
        },
    )
    # What the session has in memory of them is old now.
    known = session.sync_session.identity_map
    for report_id in ids:
        report = known.get(session.sync_session.identity_key(Report, report_id))
        if report is not None:
            session.expire(report)


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


def _handed_on(staff: Staff, index: DistrictIndex, report: _Held) -> bool:
    found = _found(staff, index, report)
    if found is None:
        return False
    report.give(found)
    return True


def _found(staff: Staff, index: DistrictIndex, report: _Held) -> Assignment | None:
    """The new owner of a report, counted in already; None when it stays."""
    officer_id, beat = report.officer_id, report.beat
    staff.take_back(officer_id)
    near = index.neighbours(beat) if beat else ()
    without = passed_over(report.late_by, report.refused_by)
    found = climb(report.precinct, beat, staff, near, without)
    if _stays(staff, report, found, near):
        staff.give(officer_id)
        return None
    staff.give(found.officer.officer_id if found.officer else None)
    return found


def _stays(staff: Staff, report: _Held, found: Assignment, near: Neighbours) -> bool:
    rung, owner = Rung(report.rung), None
    if report.officer_id is not None:
        owner = staff.officers.get(report.officer_id)
        if owner is None or owner.duty is not Duty.ON:
            return False
    if owner is None:
        return found.desk is not None and found.desk == report.desk
    if rung in POSTED and (report.beat, rung.value) not in owner.postings:
        return False
    if rung in COVER and not _belongs(owner, report, near):
        return False
    if owner == found.officer and rung is found.rung:
        return True
    return not (found.rung in POSTED and better(found.rung, rung))


def _belongs(owner: OfficerNow, report: _Held, near: Neighbours) -> bool:
    """Tell whether whoever covers is still of the precinct, or posted next door."""
    around = {code for code, _ in near} | {report.beat}
    return owner.precinct == report.precinct or any(beat in around for beat, _ in owner.postings)
