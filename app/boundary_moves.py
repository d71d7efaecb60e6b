"""Which open reports belong elsewhere when boundaries change.

Points are read in one stream and decided at once, by the same index as live ones.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from psycopg import AsyncConnection
from psycopg.types.json import Jsonb
from sqlalchemy.ext.asyncio import AsyncSession

from app.cover import CHOSEN, CITY_DESK
from app.db import connection_of
from app.models.reports import OPEN_SQL
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
# Reports in one row of what is read: a message for each would cost more than deciding it.
TOGETHER = 8_192
# PostgreSQL's binary COPY: a signature of 11 bytes, flags, the length of an extension. An array has
# dimensions, flags, the type, a length and a lower bound, and then each element behind its size.
COPY_HEAD, ARRAY_HEAD, SIZE = 19, 20, 4

NOWHERE, UNKNOWN = -1, -2
CONFIRMED, PROPOSED, GONE = 1, 2, 4

# In a key that stands for a precinct and a beat; no code has it.
BETWEEN = "\x1f"

_CHOSEN = ", ".join(f"'{rung}'" for rung in sorted(CHOSEN))
# What somebody gave by hand, or a rule to a desk, is in another district than its place: there, the
# decision counts. A district's number is looked up and not joined: of many reports a join would be sorted on disk.
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
     WHERE r.{OPEN_SQL} AND r.place IS NOT NULL
) AS open_report GROUP BY id / {TOGETHER}) TO STDOUT (FORMAT BINARY)
"""  # noqa: S608 - names and numbers of this program

# For the columns of a million reports; beyond it PostgreSQL goes on on disk. Compiling these
# statements takes longer than they run.
ROOM = "SET LOCAL work_mem = '128MB'; SET LOCAL jit = off"
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


async def read_points(connection: AsyncConnection[Any], index: DistrictIndex) -> Points:
    """Stream every open report that has a place, in PostgreSQL's binary form."""
    pairs = [index.unit(unit.code) for unit in index.units]
    chunks = bytearray()
    await connection.execute(ROOM)
    async with connection.cursor().copy(
        READ,
        {
            "numbers": Jsonb(
                {
                    f"{precinct}{BETWEEN}{beat or ''}": number
                    for number, (precinct, beat) in enumerate(pairs)
                }
            ),
            "desks": desks_of(index),
        },
    ) as copy:
        async for chunk in copy:
            chunks += chunk
    parts = list(_parts(bytes(chunks)))
    id_, lon, lat, accuracy_m, unit, flags = (
        np.concatenate([part[at] for part in parts]) if parts else np.empty(0, kind)
        for at, (_, kind) in enumerate(COLUMNS)
    )
    return Points(
        id=id_.astype(np.int64),
        lon=lon.astype(np.float64),
        lat=lat.astype(np.float64),
        accuracy_m=accuracy_m.astype(np.float64),
        unit=unit.astype(np.int64),
        flags=flags.astype(np.int64),
    )


def _parts(copied: bytes) -> Iterator[list[NDArray[Any]]]:
    """Take the rows of a binary COPY apart: a column of each, as it came."""
    at = COPY_HEAD
    while int.from_bytes(copied[at : at + 2], "big", signed=True) > 0:
        at += 2
        row = []
        for _, kind in COLUMNS:
            size = int.from_bytes(copied[at : at + SIZE], "big")
            element = np.dtype([("size", ">i4"), ("value", kind)])
            count = (size - ARRAY_HEAD) // element.itemsize
            row.append(np.frombuffer(copied, element, count, at + SIZE + ARRAY_HEAD)["value"])
            at += SIZE + size
        yield row


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
    # Where a citizen has named the side, the point alone does not tell.
    rows = np.flatnonzero((decisions.district != points.unit) | (points.flags != 0))
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
