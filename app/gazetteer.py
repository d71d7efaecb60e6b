"""The gazetteer as it is stored, and as every process has it in memory."""

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import shapely
from psycopg import AsyncConnection
from psycopg.types.json import Jsonb
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from app.db import connection_of
from app.gazetteer_corrections import OF_STAFF, corrections_of, names_as_json, read_names
from geo.corrections import corrected
from geo.courses import crossings_in
from geo.gazetteer import (
    Course,
    Crossing,
    Gazetteer,
    Houses,
    Landmark,
    Name,
    Street,
)
from geo.gazetteer_draft import LandmarkDraft, RowFault, StreetDraft
from geo.street_words import StreetKind
from geo.topology import Progress

Keys = dict[tuple[str, str], int]
"""Ids of streets and landmarks by their kind and key."""

REVISION = text("SELECT revision, imported FROM gazetteer_revision")

# A row that says what is known already is left as it is, and not counted as a change.
_STREET = """
WITH changed AS (
    INSERT INTO gazetteer_street AS known (key, source, kind, names, label, geom)
    VALUES (%(key)s, %(source)s, %(kind)s, %(names)s, %(label)s, ST_GeomFromWKB(%(geom)s, 4326))
    ON CONFLICT (key) DO UPDATE SET source = excluded.source, kind = excluded.kind,
        names = excluded.names, label = excluded.label, geom = coalesce(excluded.geom, known.geom)
    WHERE (known.source, known.kind, known.names, known.label, known.geom) IS DISTINCT FROM
        (excluded.source, excluded.kind, excluded.names, excluded.label,
         coalesce(excluded.geom, known.geom))
    RETURNING id)
SELECT id, true FROM changed
UNION ALL
SELECT id, false FROM gazetteer_street WHERE key = %(key)s AND NOT EXISTS (SELECT FROM changed)
"""
_LANDMARK = """
INSERT INTO gazetteer_landmark AS known (key, source, kind, names, label, geom)
VALUES (%s, %s, %s, %s, %s, ST_SetSRID(ST_MakePoint(%s, %s), 4326))
ON CONFLICT (key) DO UPDATE SET source = excluded.source, kind = excluded.kind,
    names = excluded.names, label = excluded.label, geom = excluded.geom
WHERE (known.source, known.kind, known.names, known.label, known.geom) IS DISTINCT FROM
    (excluded.source, excluded.kind, excluded.names, excluded.label, excluded.geom)
"""
_HOUSES_HERE = (
    "CREATE TEMPORARY TABLE new_house (street_id int, number text, lon float8, lat float8)"
    " ON COMMIT DROP"
)
_KEEP_HOUSES = """
INSERT INTO gazetteer_house AS known (street_id, number, geom)
SELECT DISTINCT ON (street_id, number) street_id, number,
       ST_SetSRID(ST_MakePoint(lon, lat), 4326)
  FROM new_house
ON CONFLICT (street_id, number) DO UPDATE SET geom = excluded.geom
WHERE known.geom IS DISTINCT FROM excluded.geom
"""


@dataclass(frozen=True, slots=True)
class GazetteerFile:
    """What a file says of places.

    Attributes
    ----------
    courses : dict of str to LineString or MultiLineString
        By the key of a street.
    """

    streets: Sequence[StreetDraft] = ()
    landmarks: Sequence[LandmarkDraft] = ()
    courses: dict[str, Course] = field(default_factory=dict)
    faults: Sequence[RowFault] = ()


@dataclass(frozen=True, slots=True)
class Stored:
    """How much there is after an import, and how many rows it added or changed."""

    streets: int
    houses: int
    crossings: int
    landmarks: int
    changes: int = 0


class GazetteerCache:
    """The gazetteer in memory, read again when it has changed.

    What files say is read again only after an import; corrections of staff are laid over it.
    """

    def __init__(self) -> None:
        self._known: tuple[int, Gazetteer] = (0, Gazetteer())
        self._base: tuple[int, Gazetteer, Keys] = (0, Gazetteer(), {})
        self._reading = asyncio.Lock()

    async def get(self, session: AsyncSession) -> Gazetteer:
        """Return the gazetteer as it is stored now.

        Not for a transaction that has changed it: what it read might never be committed.
        """
        revision, imported = (await session.execute(REVISION)).one()
        if revision == self._known[0]:
            return self._known[1]
        async with self._reading:
            if revision != self._known[0]:
                connection = await connection_of(session)
                if imported != self._base[0]:
                    self._base = (imported, *await load(connection))
                _, base, keys = self._base
                self._known = (revision, await _with_corrections(connection, base, keys))
        return self._known[1]


def _names(names: Iterable[Name]) -> Jsonb:
    return Jsonb(names_as_json(names))


async def store(
    session: AsyncSession, file: GazetteerFile, source: str, progress: Progress
) -> Stored:
    """Keep what a file says; what it says again is replaced, the rest stays.

    Crossings are computed anew over all streets.

    Parameters
    ----------
    session
        With the rights of the owner.
    file : GazetteerFile
    source : str
        Where it comes from, with its attribution.
    progress : callable
        Takes a stage, what is done and the total.
    """
    connection = await connection_of(session)
    await connection.execute("SELECT revision FROM gazetteer_revision FOR UPDATE")
    await connection.execute(_HOUSES_HERE)
    ids: list[int] = []
    changes = 0
    for number, street in enumerate(file.streets, 1):
        course = file.courses.get(street.key)
        row = await (
            await connection.execute(
                _STREET,
                {
                    "key": street.key,
                    "source": source,
                    "kind": street.kind.value,
                    "names": _names(street.names),
                    "label": Jsonb(dict(street.label)),
                    "geom": None if course is None else shapely.to_wkb(course),
                },
            )
        ).fetchone()
        ids.append(row[0] if row else 0)
        changes += bool(row and row[1])
        progress("streets", number, len(file.streets))
    async with connection.cursor().copy(
        "COPY new_house (street_id, number, lon, lat) FROM STDIN"
    ) as copy:
        for street_id, street in zip(ids, file.streets, strict=True):
            for house, (lon, lat) in street.houses.items():
                await copy.write_row((street_id, house, lon, lat))
    changes += (await connection.execute(_KEEP_HOUSES)).rowcount
    for landmark in file.landmarks:
        kept = await connection.execute(
            _LANDMARK,
            (
                landmark.key,
                source,
                landmark.kind,
                _names(landmark.names),
                Jsonb(dict(landmark.label)),
                landmark.lon,
                landmark.lat,
            ),
        )
        changes += kept.rowcount
    if changes:
        await _cross(connection, progress)
        await connection.execute(
            "UPDATE gazetteer_revision SET revision = revision + 1, imported = revision + 1"
        )
    counted = await (
        await connection.execute(
            "SELECT (SELECT count(*) FROM gazetteer_street), (SELECT count(*) FROM gazetteer_house),"
            " (SELECT count(*) FROM gazetteer_crossing), (SELECT count(*) FROM gazetteer_landmark)"
        )
    ).fetchone()
    streets, houses, crossings, landmarks = counted or (0, 0, 0, 0)
    return Stored(streets, houses, crossings, landmarks, changes)


async def _cross(connection: AsyncConnection[Any], progress: Progress) -> None:
    # From what files say alone: what staff correct is laid over that when it is read.
    gazetteer, _ = await load(connection)
    progress("crossings", 0, 1)

    crossings = await asyncio.to_thread(crossings_in, gazetteer)
    await connection.execute("DELETE FROM gazetteer_crossing")
    async with connection.cursor().copy(
        "COPY gazetteer_crossing (street_a, street_b, geom) FROM STDIN"
    ) as copy:
        for each in crossings:
            point = f"SRID=4326;POINT({each.lon!r} {each.lat!r})"
            await copy.write_row((each.street_a, each.street_b, point))
    progress("crossings", 1, 1)


async def load(connection: AsyncConnection[Any]) -> tuple[Gazetteer, Keys]:
    """Read everything that files say; half a million houses take a few seconds.

    Returns
    -------
    gazetteer : Gazetteer
    keys : dict
        Ids of streets and landmarks by their kind and key.
    """
    streets = await _all(
        connection, "SELECT id, kind, names, label, ST_AsBinary(geom), key FROM gazetteer_street"
    )
    crossings = await _all(
        connection, "SELECT street_a, street_b, ST_X(geom), ST_Y(geom) FROM gazetteer_crossing"
    )
    landmarks = await _landmarks(connection, "")
    houses = await _all(
        connection, "SELECT street_id, number, ST_X(geom), ST_Y(geom) FROM gazetteer_house"
    )

    def made() -> tuple[Gazetteer, Keys]:
        gazetteer = Gazetteer(
            [
                Street(id_, StreetKind(kind), read_names(names), label, read_course(wkb))
                for id_, kind, names, label, wkb, _ in streets
            ],
            Houses.of(houses),
            [Crossing(*row) for row in crossings],
            [landmark for landmark, _ in landmarks],
        )
        keys = {("street", row[-1]): row[0] for row in streets}
        return gazetteer, keys | {("landmark", key): each.id for each, key in landmarks}

    return await asyncio.to_thread(made)


async def _landmarks(connection: AsyncConnection[Any], of: str) -> list[tuple[Landmark, str]]:
    rows = await _all(
        connection,
        "SELECT id, kind, names, label, ST_X(geom), ST_Y(geom), key FROM gazetteer_landmark"
        " WHERE starts_with(key, %s)",
        of,
    )
    return [
        (Landmark(id_, kind, read_names(names), label, lon, lat), key)
        for id_, kind, names, label, lon, lat, key in rows
    ]


async def _with_corrections(
    connection: AsyncConnection[Any], base: Gazetteer, keys: Keys
) -> Gazetteer:
    rows = await _all(connection, "SELECT kind, key, house, body FROM gazetteer_correction")
    added = await _landmarks(connection, OF_STAFF)

    def made() -> Gazetteer:
        # Those that staff added since the last import; the others are known.
        new = {each.id: each for each, key in added if ("landmark", key) not in keys}
        ids = keys | {("landmark", key): each.id for each, key in added}
        whole = replace(base, landmarks=[*base.landmarks, *new.values()]) if new else base
        gazetteer = corrected(whole, corrections_of(rows, ids)) if rows else whole
        gazetteer.index()
        return gazetteer

    return await asyncio.to_thread(made)


async def _all(connection: AsyncConnection[Any], query: str, *values: str) -> list[tuple[Any, ...]]:
    return await (await connection.execute(query.encode(), values)).fetchall()


def read_course(wkb: bytes | None) -> Course | None:
    """Return a street's course as it is stored."""
    if wkb is None:
        return None
    course = shapely.from_wkb(wkb)
    return course if isinstance(course, (shapely.LineString, shapely.MultiLineString)) else None
