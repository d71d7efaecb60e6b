"""When boundaries change: giving open reports that belong elsewhere to those who answer there.

Whoever calls holds the boundary set in force (see `app.boundaries.activate`), so that no report can
be placed meanwhile. Only what changes is written, with one entry in the history of each report.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from operator import attrgetter
from typing import Any

from psycopg import AsyncConnection
from sqlalchemy import BigInteger, bindparam, func, or_, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncSession

from app.boundary_moves import Change, desks_of, find_changes
from app.cover import CHOSEN, CITY_DESK, POSTED, Assignment, Staff, climb
from app.db import connection_of
from app.desk_duty import unmanned_desks
from app.models import Report
from app.models.reports import OPEN_SQL
from app.overlap import beside
from app.staffing import beats_around, staff_of
from app.workflow import UNACKNOWLEDGED
from geo.index import DistrictIndex

# Reports written at once: what one statement has read is still in memory for the next.
BATCH = 4_000


@dataclass(frozen=True, slots=True)
class Moved:
    """A report that changed hands, or would if somebody agreed.

    Attributes
    ----------
    proposed : bool
        True when somebody has taken it on, or gave it by hand: it stays, and the move is offered.
    """

    number: str
    proposed: bool
    precinct: str | None
    beat: str | None
    officer_id: int | None
    desk: str | None
    new_precinct: str | None
    new_beat: str | None
    new_officer_id: int | None
    new_desk: str | None


@dataclass(slots=True)
class Rerouted:
    """What re-routing did."""

    moved: list[Moved] = field(default_factory=list)
    withdrawn: int = 0

    @property
    def counts(self) -> dict[str, int]:
        """How many reports moved, and for how many a move is proposed or no longer so."""
        proposed = sum(report.proposed for report in self.moved)
        return {
            "moved": len(self.moved) - proposed,
            "proposed": proposed,
            "withdrawn": self.withdrawn,
        }


_TABLE = """
CREATE TEMPORARY TABLE rerouted (
    report_id bigint PRIMARY KEY, precinct text, beat text, decision jsonb, officer_id int,
    desk text, rung text, skipped jsonb
) ON COMMIT DROP
"""
_FILL = (
    "COPY rerouted (report_id, precinct, beat, decision, officer_id, desk, rung, skipped)"
    " FROM STDIN"
)
_NULL = r"\N"
_ESCAPED = str.maketrans({"\\": r"\\", "\t": r"\t", "\n": r"\n", "\r": r"\r"})
_UNACKNOWLEDGED = ", ".join(f"'{status}'" for status in sorted(UNACKNOWLEDGED))
_CHOSEN = ", ".join(f"'{rung}'" for rung in sorted(CHOSEN))
# What somebody gave by hand, or a rule to a desk, stays where it is, unless that desk is no more.
_MOVES = (
    f"(r.status IN ({_UNACKNOWLEDGED}) AND (r.rung NOT IN ({_CHOSEN}) OR coalesce("
    f"r.assigned_desk <> '{CITY_DESK}' AND r.assigned_desk <> ALL (%(desks)s::text[]), false)))"
)
# Locked in one order. What was closed since it was read stays as it is.
_LOCK = f"""
SELECT r.number, NOT {_MOVES}, n.decision IS NULL, r.precinct_code, r.beat_code,
       r.assigned_officer_id, r.assigned_desk, n.precinct, n.beat, n.officer_id, n.desk
  FROM report r JOIN rerouted n ON n.report_id = r.id
 WHERE r.{OPEN_SQL}
 ORDER BY r.id
   FOR UPDATE OF r
"""  # noqa: S608 - names of this program
_PLACEMENT = (
    "jsonb_build_object('kind', r.place_kind, 'accuracy_m', r.place_accuracy_m,"
    " 'label', r.place_label, 'decision', {}, 'boundary_set', {}, 'precinct', {}, 'beat', {})"
)
_OWNER = (
    "jsonb_build_object('officer_id', {}, 'desk', {}, 'rung', {}, 'skipped', {}, 'why', {}::text)"
)
_SET = "%(boundary_set)s::int"
_PROPOSAL = (
    f"jsonb_build_object('boundary_set', {_SET}, 'precinct', n.precinct, 'beat', n.beat,"
    " 'decision', n.decision, 'officer_id', n.officer_id, 'desk', n.desk, 'rung', n.rung,"
    " 'skipped', n.skipped)"
)
_EVENTS = f"""
INSERT INTO report_event (report_id, version, actor, kind, before, after, precincts)
SELECT r.id, r.version + 1, %(actor)s,
       CASE WHEN n.decision IS NULL THEN 'move_withdrawn' WHEN {_MOVES} THEN 'rerouted'
            ELSE 'move_proposed' END,
       CASE WHEN n.decision IS NOT NULL AND {_MOVES} THEN jsonb_build_object(
                'placement', {
    _PLACEMENT.format("r.decision", "r.boundary_set_id", "r.precinct_code", "r.beat_code")
},
                'assignment', {
    _OWNER.format(
        "r.assigned_officer_id", "r.assigned_desk", "r.rung", "r.skipped", "r.assigned_why"
    )
})
            ELSE jsonb_build_object('proposed_move', r.proposed_move) END,
       CASE WHEN n.decision IS NULL THEN jsonb_build_object('proposed_move', NULL)
            WHEN {_MOVES} THEN jsonb_build_object(
                'placement', {_PLACEMENT.format("n.decision", _SET, "n.precinct", "n.beat")},
                'assignment', {
    _OWNER.format("n.officer_id", "n.desk", "n.rung", "n.skipped", "NULL")
})
            ELSE jsonb_build_object('proposed_move', {_PROPOSAL}) END,
       CASE WHEN n.decision IS NOT NULL AND {_MOVES}
            THEN (SELECT coalesce(jsonb_agg(DISTINCT code ORDER BY code), '[]')
                    FROM unnest(ARRAY[r.precinct_code, n.precinct]) code WHERE code IS NOT NULL)
            ELSE to_jsonb(array_remove(ARRAY[r.precinct_code], NULL)) END
  FROM report r JOIN rerouted n ON n.report_id = r.id
 WHERE r.{OPEN_SQL}
 ORDER BY r.id
"""  # noqa: S608 - names of this program
_MOVE = f"""
UPDATE report r
   SET boundary_set_id = {_SET}, decision = n.decision, precinct_code = n.precinct,
       beat_code = n.beat, assigned_officer_id = n.officer_id, assigned_desk = n.desk,
       rung = n.rung, skipped = n.skipped, assigned_why = NULL, proposed_move = NULL,
       version = r.version + 1, updated_at = %(now)s
  FROM rerouted n
 WHERE n.report_id = r.id AND n.decision IS NOT NULL AND r.{OPEN_SQL} AND {_MOVES}
"""  # noqa: S608 - names of this program
_PROPOSE = f"""
UPDATE report r
   SET proposed_move = CASE WHEN n.decision IS NULL THEN NULL ELSE {_PROPOSAL} END,
       version = r.version + 1, updated_at = %(now)s
  FROM rerouted n
 WHERE n.report_id = r.id AND r.{OPEN_SQL} AND (n.decision IS NULL OR NOT {_MOVES})
"""  # noqa: S608 - names of this program


async def reroute(
    session: AsyncSession,
    index: DistrictIndex,
    boundary_set_id: int,
    actor: str,
    now: datetime,
    load_limit: int | None = None,
) -> Rerouted:
    """Give the open reports that belong elsewhere by this index to those who answer there.

    What nobody has acknowledged moves. For what somebody has taken on or given by hand, the move is
    proposed. Citizens are told nothing: nothing changes for them.

    Parameters
    ----------
    session
        Holds the set in force for update.
    index : DistrictIndex
        Of the set that comes into force.
    boundary_set_id : int
        Its id.
    actor : str
        Who brings it into force.
    now : datetime
    load_limit : int or None
        Of open reports, for officers without one of their own.

    Returns
    -------
    Rerouted
    """
    changes = await find_changes(session, index)
    return await write(session, index, changes, boundary_set_id, actor, now, load_limit)


async def write(
    session: AsyncSession,
    index: DistrictIndex,
    changes: Sequence[Change],
    boundary_set_id: int,
    actor: str,
    now: datetime,
    load_limit: int | None = None,
) -> Rerouted:
    """Write changes that `find_changes` found; see `reroute`."""
    done = Rerouted()
    if not changes:
        return done
    owners = await owners_of(session, index, changes, now, load_limit)
    connection = await connection_of(session)
    values: dict[str, Any] = {
        "boundary_set": boundary_set_id,
        "actor": actor,
        "now": now,
        "desks": desks_of(index),
    }
    ordered = sorted(changes, key=attrgetter("report_id"))
    await connection.execute(_TABLE)
    rows = _rows(ordered[:BATCH], owners)
    for start in range(0, len(ordered), BATCH):
        following = ordered[start + BATCH : start + 2 * BATCH]
        await _lock(connection, rows, values, done)
        _, rows = await beside(_write_locked(connection, values), partial(_rows, following, owners))
    await connection.execute("DROP TABLE rerouted")
    # Whatever reports the session has in memory are old now.
    session.expire_all()
    return done


def _rows(changes: Sequence[Change], owners: Mapping[int, Assignment]) -> bytes:
    """Write changes as PostgreSQL's COPY reads text."""
    lines = []
    for change in changes:
        owner = owners[change.report_id]
        fields = (
            str(change.report_id),
            change.precinct,
            change.beat,
            None if change.decision is None else json.dumps(change.decision),
            str(owner.officer.officer_id) if owner.officer else None,
            owner.desk,
            owner.rung.value,
            json.dumps(owner.skipped, ensure_ascii=False),
        )
        lines.append("\t".join(_NULL if it is None else it.translate(_ESCAPED) for it in fields))
    return "".join(f"{line}\n" for line in lines).encode()


async def _lock(
    connection: AsyncConnection[Any], rows: bytes, values: dict[str, Any], done: Rerouted
) -> None:
    async with connection.cursor().copy(_FILL) as copy:
        await copy.write(rows)
    locked = await (await connection.execute(_LOCK, values)).fetchall()
    for number, proposed, withdrawn, *rest in locked:
        if withdrawn:
            done.withdrawn += 1
        else:
            done.moved.append(Moved(number, proposed, *rest))


async def _write_locked(connection: AsyncConnection[Any], values: dict[str, Any]) -> None:
    await connection.execute(_EVENTS, values)
    await connection.execute(_MOVE, values)
    await connection.execute(_PROPOSE, values)
    await connection.execute("TRUNCATE rerouted")


async def owners_of(
    session: AsyncSession,
    index: DistrictIndex,
    changes: Sequence[Change],
    now: datetime,
    load_limit: int | None = None,
) -> dict[int, Assignment]:
    """Climb the cover ladder for each report that would come to another district.

    Parameters
    ----------
    session
    index : DistrictIndex
        Of the set that comes into force.
    changes : sequence of Change
    now : datetime
    load_limit : int or None
        Of open reports, for officers without one of their own.

    Returns
    -------
    dict of int to Assignment
        By report, given in the order of `changes`.
    """
    precincts = sorted({change.precinct for change in changes if change.precinct})
    beats = beats_around({change.beat for change in changes if change.beat}, index)
    staff = await staff_of(session, precincts, beats, now, load_limit)
    staff.unmanned_desks = await unmanned_desks(session, precincts, now)
    moving = await _moving(session, changes)
    for officer_id in moving.values():
        staff.take_back(officer_id)
    owners: dict[int, Assignment] = {}
    last: dict[tuple[str | None, str | None], Assignment] = {}
    for change in changes:
        place = (change.precinct, change.beat)
        found = last.get(place)
        if found is None or not _still(staff, found):
            near = index.neighbours(change.beat) if change.beat else ()
            found = last[place] = climb(*place, staff, near)
        # A move that is only proposed fills nobody's hands yet.
        if change.report_id in moving:
            staff.give(found.officer.officer_id if found.officer else None)
        owners[change.report_id] = found
    return owners


def _still(staff: Staff, found: Assignment) -> bool:
    """Tell whether the ladder would come to the same owner again, as loads have only grown."""
    if found.officer is None:
        return True
    return found.rung in POSTED and staff.obstacle(found.officer) is None


async def _moving(session: AsyncSession, changes: Sequence[Change]) -> dict[int, int | None]:
    """The officers of those reports that move at once."""
    rows = await session.execute(
        select(Report.id, Report.assigned_officer_id).where(
            Report.id == func.any(bindparam("ids", type_=ARRAY(BigInteger()))),
            Report.status.in_(UNACKNOWLEDGED),
            or_(Report.rung.not_in(CHOSEN), Report.assigned_desk.is_not(None)),
        ),
        {"ids": [change.report_id for change in changes if change.decision is not None]},
    )
    return {row[0]: row[1] for row in rows}
