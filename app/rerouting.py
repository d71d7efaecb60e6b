"""When boundaries change: which open reports belong elsewhere, and giving them there.

Whoever calls holds the boundary set in force (see `app.boundaries.activate`), so that no report can
be placed meanwhile. Points are read in one stream and decided at once, by the same index as live
ones; only what changes is written, with one entry in the history of each report.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray
from psycopg import AsyncConnection
from psycopg.types.json import Jsonb
from sqlalchemy import BigInteger, bindparam, func, or_, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncSession

from app.cover import CITY_DESK, POSTED, Assignment, Rung, Staff, climb
from app.models import Report
from app.models.reports import OPEN_SQL
from app.staffing import staff_of
from app.workflow import UNACKNOWLEDGED
from geo.decision import Decision
from geo.index import DistrictIndex

RECORD = np.dtype(
    [
        ("fields", ">i2"),
        *(
            pair
            for name, kind in (
                ("id", ">i8"),
                ("lon", ">f8"),
                ("lat", ">f8"),
                ("accuracy_m", ">f8"),
                ("unit", ">i4"),
                ("flags", ">i4"),
            )
            for pair in ((f"{name}_size", ">i4"), (name, kind))
        ),
    ]
)
# PostgreSQL's binary COPY: a signature of 11 bytes, flags, the length of an extension; at the end
# a field count of -1.
COPY_HEAD, COPY_TAIL = 19, 2

NOWHERE, UNKNOWN = -1, -2
CONFIRMED, PROPOSED, GONE = 1, 2, 4

# What somebody gave by hand is in another district than its place: there, the decision counts.
READ = f"""
COPY (
    SELECT r.id, ST_X(r.place), ST_Y(r.place), coalesce(r.place_accuracy_m, 0),
           CASE WHEN at.precinct IS NULL THEN {NOWHERE} ELSE coalesce(k.n, {UNKNOWN}) END::int4,
           ((r.place_kind = 'confirmed')::int4 * {CONFIRMED}
            + (r.proposed_move IS NOT NULL)::int4 * {PROPOSED}
            + coalesce(r.rung = '{Rung.BY_HAND}' AND r.assigned_desk <> '{CITY_DESK}'
                       AND r.assigned_desk <> ALL (%(desks)s::text[]), false)::int4 * {GONE})
      FROM report r
     CROSS JOIN LATERAL (
           SELECT CASE r.rung WHEN '{Rung.BY_HAND}' THEN r.decision->>'precinct'
                              ELSE r.precinct_code END AS precinct,
                  CASE r.rung WHEN '{Rung.BY_HAND}' THEN r.decision->>'beat'
                              ELSE r.beat_code END AS beat) AS at
      LEFT JOIN unnest(%(precincts)s::text[], %(beats)s::text[], %(numbers)s::int4[])
             AS k (precinct, beat, n)
             ON k.precinct = at.precinct AND k.beat = coalesce(at.beat, '')
     WHERE r.{OPEN_SQL} AND r.place IS NOT NULL
) TO STDOUT (FORMAT BINARY)
"""  # noqa: S608 - names and numbers of this program

DETAILS = "SELECT id, decision, proposed_move FROM report WHERE id = ANY(%s)"


@dataclass(frozen=True, slots=True)
class Points:
    """Open reports that have a place, as columns.

    Attributes
    ----------
    id, unit, flags : ndarray, shape (n,)
        `unit`: the position of the report's district in the index's units, `NOWHERE` for none,
        `UNKNOWN` for one that the index does not have. `flags`: a sum of `CONFIRMED`, `PROPOSED`
        and `GONE`.
    lon, lat, accuracy_m : ndarray of float64, shape (n,)
    """

    id: NDArray[np.int64]
    lon: NDArray[np.float64]
    lat: NDArray[np.float64]
    accuracy_m: NDArray[np.float64]
    unit: NDArray[np.int64]
    flags: NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Change:
    """A report that another decision holds for now.

    Attributes
    ----------
    precinct, beat : str or None
    decision : dict or None
        As the report keeps it; None when it only loses the move that was proposed.
    """

    report_id: int
    precinct: str | None
    beat: str | None
    decision: dict[str, Any] | None


async def connection_of(session: AsyncSession) -> AsyncConnection[Any]:
    """Return the session's own psycopg connection, in its transaction."""
    await session.flush()
    raw = await (await session.connection()).get_raw_connection()
    connection = raw.driver_connection
    if not isinstance(connection, AsyncConnection):
        message = "the session is not over psycopg"
        raise TypeError(message)
    return connection


async def read_points(connection: AsyncConnection[Any], index: DistrictIndex) -> Points:
    """Stream every open report that has a place, in PostgreSQL's binary form."""
    pairs = [index.unit(unit.code) for unit in index.units]
    chunks = bytearray()
    async with connection.cursor().copy(
        READ,
        {
            "precincts": [precinct for precinct, _ in pairs],
            "beats": [beat or "" for _, beat in pairs],
            "numbers": list(range(len(pairs))),
            "desks": _desks(index),
        },
    ) as copy:
        async for chunk in copy:
            chunks += chunk
    rows = np.frombuffer(bytes(chunks[COPY_HEAD : len(chunks) - COPY_TAIL]), RECORD)
    return Points(
        id=rows["id"].astype(np.int64),
        lon=rows["lon"].astype(np.float64),
        lat=rows["lat"].astype(np.float64),
        accuracy_m=rows["accuracy_m"].astype(np.float64),
        unit=rows["unit"].astype(np.int64),
        flags=rows["flags"].astype(np.int64),
    )


async def find_changes(session: AsyncSession, index: DistrictIndex) -> list[Change]:
    """Return what changes for open reports when this index decides.

    A citizen's word for the side of a border stands while the district is still a candidate.
    """
    connection = await connection_of(session)
    points = await read_points(connection, index)
    if not len(points.id):
        return []
    radii = points.accuracy_m if points.accuracy_m.any() else None
    decisions = index.decide_many(points.lon, points.lat, radii)
    rows = np.flatnonzero(
        (decisions.district != points.unit) | (points.flags & (PROPOSED | GONE) != 0)
    )
    former = await _details(
        connection, points.id[rows[points.flags[rows] & (CONFIRMED | PROPOSED) != 0]]
    )
    found = (_change(index, points, row, decisions[row], former) for row in rows.tolist())
    # In the order in which they came: who is first gets the free hands.
    return sorted((each for each in found if each is not None), key=lambda each: each.report_id)


Former = dict[int, tuple[dict[str, Any] | None, dict[str, Any] | None]]


def _change(
    index: DistrictIndex, points: Points, row: int, decision: Decision, former: Former
) -> Change | None:
    report_id, unit, flags = int(points.id[row]), int(points.unit[row]), int(points.flags[row])
    before, proposed = former.get(report_id, (None, None))
    said = (before or {}).get("district") if flags & CONFIRMED else None
    code, target, kept = settled(index, decision, said)
    kept |= {"lon": float(points.lon[row]), "lat": float(points.lat[row])}
    stays = unit != UNKNOWN and code == (index.units[unit].code if unit >= 0 else None)
    if stays and not flags & GONE:
        return None if proposed is None else Change(report_id, *target, None)
    if target == _target(proposed):
        return None
    return Change(report_id, *target, kept)


def _target(proposed: dict[str, Any] | None) -> tuple[str | None, str | None] | None:
    return None if proposed is None else (proposed["precinct"], proposed["beat"])


def settled(
    index: DistrictIndex, decision: Decision, said: str | None
) -> tuple[str | None, tuple[str | None, str | None], dict[str, Any]]:
    """Settle where a report belongs: as decided, or where the citizen said while that can be.

    Parameters
    ----------
    index, decision
    said : str or None
        The district that the citizen named for the side of a border, if they did.

    Returns
    -------
    code : str or None
    target : tuple
        Precinct and beat.
    kept : dict
        The decision as a report keeps it, without its point.
    """
    kept = decision.as_dict()
    if said is None or all(candidate.code != said for candidate in decision.candidates):
        return decision.district, (decision.precinct, decision.beat), kept
    precinct, beat = index.unit(said)
    kept |= {"district": said, "precinct": precinct, "beat": beat, "confirmed": True}
    return said, (precinct, beat), kept


def _desks(index: DistrictIndex) -> list[str]:
    return sorted({index.unit(unit.code)[0] for unit in index.units})


async def _details(connection: AsyncConnection[Any], ids: NDArray[np.int64]) -> Former:
    if not len(ids):
        return {}
    rows = await (await connection.execute(DETAILS, [ids.tolist()])).fetchall()
    return {row[0]: (row[1], row[2]) for row in rows}


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
_UNACKNOWLEDGED = ", ".join(f"'{status}'" for status in sorted(UNACKNOWLEDGED))
# What somebody gave by hand stays where it is, unless that desk is no more.
_MOVES = (
    f"(r.status IN ({_UNACKNOWLEDGED}) AND (r.rung <> '{Rung.BY_HAND}' OR coalesce("
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
    beats = sorted({change.beat for change in changes if change.beat})
    staff = await staff_of(session, precincts, beats, now, load_limit)
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
            or_(Report.rung != Rung.BY_HAND.value, Report.assigned_desk.is_not(None)),
        ),
        {"ids": [change.report_id for change in changes if change.decision is not None]},
    )
    return {row[0]: row[1] for row in rows}


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
    await connection.execute(_TABLE)
    async with connection.cursor().copy(_FILL) as copy:
        for change in changes:
            owner = owners[change.report_id]
            await copy.write_row(
                (
                    change.report_id,
                    change.precinct,
                    change.beat,
                    None if change.decision is None else Jsonb(change.decision),
                    owner.officer.officer_id if owner.officer else None,
                    owner.desk,
                    owner.rung.value,
                    Jsonb(list(owner.skipped)),
                )
            )
    values: dict[str, Any] = {
        "boundary_set": boundary_set_id,
        "actor": actor,
        "now": now,
        "desks": _desks(index),
    }
    rows = await (await connection.execute(_LOCK, values)).fetchall()
    for number, proposed, withdrawn, *rest in rows:
        if withdrawn:
            done.withdrawn += 1
        else:
            done.moved.append(Moved(number, proposed, *rest))
    await connection.execute(_EVENTS, values)
    await connection.execute(_MOVE, values)
    await connection.execute(_PROPOSE, values)
    await connection.execute("DROP TABLE rerouted")
    # Whatever reports the session has in memory are old now.
    session.expire_all()
    return done
