"""Which open reports belong elsewhere when boundaries change.

Points are read in large pieces as columns, and decided by the same index as live ones: a piece is
decided while PostgreSQL reads the next.
"""

from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray
from psycopg import AsyncConnection
from psycopg.types.json import Jsonb
from sqlalchemy.ext.asyncio import AsyncSession

from app.cover import CHOSEN, CITY_DESK
from app.db import connection_of
from app.models.reports import OPEN_SQL
from app.overlap import beside
from geo.decision import Decision
from geo.index import DistrictIndex

COLUMNS = (
    ("id", ">i8"),
    ("lon", ">f8"),
    ("lat", ">f8"),
    ("accuracy_m", ">f8"),
    ("unit", ">i4"),
    ("flags", ">i4"),
)
# Reports read at once, as one row: a message for each would cost more than deciding it.
TOGETHER = 65_536
# PostgreSQL's binary COPY: a signature of 11 bytes, flags, the length of an extension. An array has
# dimensions, flags, the type, a length and a lower bound, and then each element behind its size.
COPY_HEAD, ARRAY_HEAD, SIZE = 19, 20, 4

NOWHERE, UNKNOWN = -1, -2
CONFIRMED, PROPOSED, GONE = 1, 2, 4

# In a key that stands for a precinct and a beat; no code has it.
BETWEEN = "\x1f"

_CHOSEN = ", ".join(f"'{rung}'" for rung in sorted(CHOSEN))
# What somebody gave by hand, or a rule to a desk, is in another district than its place: there, the
# decision counts.
READ = f"""
COPY (SELECT array_agg(id), array_agg(lon), array_agg(lat), array_agg(accuracy_m),
             array_agg(unit), array_agg(flags) FROM (
    SELECT r.id, ST_X(r.place) AS lon, ST_Y(r.place) AS lat,
           coalesce(r.place_accuracy_m, 0)::float8 AS accuracy_m,
           CASE WHEN at.precinct IS NULL THEN {NOWHERE} ELSE coalesce((%(numbers)s::jsonb
                -> (at.precinct || '{BETWEEN}' || coalesce(at.beat, '')))::int4, {UNKNOWN}) END
             AS unit,
           ((r.place_kind = 'confirmed')::int4 * {CONFIRMED}
            + (r.proposed_move IS NOT NULL)::int4 * {PROPOSED}
            + coalesce(r.rung IN ({_CHOSEN}) AND r.assigned_desk <> '{CITY_DESK}'
                       AND r.assigned_desk <> ALL (%(desks)s::text[]), false)::int4 * {GONE}) AS flags
      FROM report r
     CROSS JOIN LATERAL (
           SELECT CASE WHEN r.rung IN ({_CHOSEN}) THEN r.decision->>'precinct'
                       ELSE r.precinct_code END AS precinct,
                  CASE WHEN r.rung IN ({_CHOSEN}) THEN r.decision->>'beat'
                       ELSE r.beat_code END AS beat) AS at
     WHERE r.{OPEN_SQL} AND r.place IS NOT NULL AND r.id > %(after)s
     ORDER BY r.id
     LIMIT %(together)s
) AS open_report) TO STDOUT (FORMAT BINARY)
"""  # noqa: S608 - names of this program

# Compiling these statements takes longer than they run, and so does starting helpers for a piece.
ROOM = (
    "SET LOCAL work_mem = '128MB'; SET LOCAL jit = off;"
    " SET LOCAL max_parallel_workers_per_gather = 0"
)
# The decision and the proposed move that reports have so far.
Former = dict[int, tuple[dict[str, Any] | None, dict[str, Any] | None]]
DETAILS = "SELECT id, decision, proposed_move FROM report WHERE id = ANY(%s)"


@dataclass(frozen=True, slots=True)
class Points:
    """Open reports that have a place, as columns.

    Attributes
    ----------
    id, unit, flags : ndarray of int, shape (n,)
        `unit`: the position of the report's district in the index's units, `NOWHERE` for none,
        `UNKNOWN` for one that the index does not have. `flags`: a sum of `CONFIRMED`, `PROPOSED`
        and `GONE`.
    lon, lat, accuracy_m : ndarray of float64, shape (n,)
    """

    id: NDArray[np.int64]
    lon: NDArray[np.float64]
    lat: NDArray[np.float64]
    accuracy_m: NDArray[np.float64]
    unit: NDArray[np.int32]
    flags: NDArray[np.int32]


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


async def find_changes(session: AsyncSession, index: DistrictIndex) -> list[Change]:
    """Return what changes for open reports when this index decides.

    A citizen's word for the side of a border stands while the district is still a candidate.

    Returns
    -------
    list of Change
        In the order in which the reports came: who is first gets the free hands.
    """
    connection = await connection_of(session)
    await connection.execute(ROOM)
    pairs = [index.unit(unit.code) for unit in index.units]
    numbers = {
        f"{precinct}{BETWEEN}{beat or ''}": number for number, (precinct, beat) in enumerate(pairs)
    }
    values = {"numbers": Jsonb(numbers), "desks": desks_of(index)}
    found: list[Change] = []
    points = await _read(connection, values, after=-1)
    while len(points.id):
        # Where a citizen has named the side, the point alone does not tell.
        former = await _details(connection, points.id[points.flags & (CONFIRMED | PROPOSED) != 0])
        points, changes = await beside(
            _read(connection, values, int(points.id[-1])), partial(_changes, index, points, former)
        )
        found += changes
    return found


async def _read(connection: AsyncConnection[Any], values: dict[str, Any], after: int) -> Points:
    """Read some open reports that have a place, in the order of their ids."""
    chunks = bytearray()
    async with connection.cursor().copy(
        READ, values | {"after": after, "together": TOGETHER}
    ) as copy:
        async for chunk in copy:
            chunks += chunk
    return _points(bytes(chunks))


def _points(copied: bytes) -> Points:
    """Take the only row of a binary COPY apart: a column of each array, as it came."""
    at, columns = COPY_HEAD + 2, []
    for _, kind in COLUMNS:
        size = int.from_bytes(copied[at : at + SIZE], "big", signed=True)
        element = np.dtype([("size", ">i4"), ("value", kind)])
        # No array at all, of no reports.
        count = max(0, size - ARRAY_HEAD) // element.itemsize
        values = np.frombuffer(copied, element, count, at + SIZE + ARRAY_HEAD if count else 0)
        columns.append(values["value"].astype(kind.replace(">", "=")))
        at += SIZE + max(0, size)
    return Points(*columns)


def _changes(index: DistrictIndex, points: Points, former: Former) -> list[Change]:
    radii = points.accuracy_m if points.accuracy_m.any() else None
    decisions = index.decide_many(points.lon, points.lat, radii)
    rows = np.flatnonzero((decisions.district != points.unit) | (points.flags != 0))
    found = (_change(index, points, row, decisions[row], former) for row in rows.tolist())
    return [each for each in found if each is not None]


def _change(
    index: DistrictIndex, points: Points, row: int, decision: Decision, former: Former
) -> Change | None:
    report_id, unit, flags = int(points.id[row]), int(points.unit[row]), int(points.flags[row])
    before, proposed = former.get(report_id, (None, None))
    said = said_side(before) if flags & CONFIRMED else None
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
    if said is not None:
        # For the boundaries after these: it may be a candidate again.
        kept["said"] = said
    if said is None or all(candidate.code != said for candidate in decision.candidates):
        return decision.district, (decision.precinct, decision.beat), kept
    precinct, beat = index.unit(said)
    kept |= {"district": said, "precinct": precinct, "beat": beat, "confirmed": True}
    return said, (precinct, beat), kept


def said_side(decision: dict[str, Any] | None) -> str | None:
    """Return the district that a citizen named for the side of a border, of a decision as kept."""
    known = decision or {}
    return known.get("said") or known.get("district")


def desks_of(index: DistrictIndex) -> list[str]:
    """Return the codes of the precincts of an index, which have a desk each."""
    return sorted({index.unit(unit.code)[0] for unit in index.units})


async def _details(connection: AsyncConnection[Any], ids: NDArray[np.int64]) -> Former:
    if not len(ids):
        return {}
    rows = await (await connection.execute(DETAILS, [ids.tolist()])).fetchall()
    return {row[0]: (row[1], row[2]) for row in rows}
