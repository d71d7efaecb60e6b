"""One entry of the gazetteer as it is now, with what files say and what staff changed."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import shapely
from psycopg import AsyncConnection
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.db import connection_of
from app.errors import NotFoundError
from app.gazetteer import read_course
from app.gazetteer_corrections import (
    Body,
    landmark_correction,
    names_as_json,
    read_names,
    street_correction,
)
from app.gazetteer_shapes import EntryView, GazetteerNameView, HouseView, Kind, MeetingView
from app.models import GazetteerCorrection
from geo.corrections import corrected_landmark, corrected_street
from geo.courses import middle_of
from geo.gazetteer import Gazetteer, HousePoint, Landmark, Name, Street
from geo.gazetteer_search import others_called
from geo.house_number import parse_house
from geo.street_words import StreetKind

_STREET = (
    "SELECT key, source, kind, names, label, ST_AsBinary(geom) FROM gazetteer_street WHERE id = %s"
)
_LANDMARK = (
    "SELECT key, source, kind, names, label, ST_X(geom), ST_Y(geom)"
    " FROM gazetteer_landmark WHERE id = %s"
)
_HOUSES = "SELECT number, ST_X(geom), ST_Y(geom) FROM gazetteer_house WHERE street_id = %s ORDER BY number"
_RETIRED = """
SELECT l.id, l.kind, l.names, l.label, ST_X(l.geom), ST_Y(l.geom), c.version, c.body
  FROM gazetteer_correction c JOIN gazetteer_landmark l ON l.key = c.key
 WHERE c.kind = 'landmark' AND c.house = '' AND c.body @> '{"retired": true}'
"""


@dataclass(frozen=True, slots=True)
class Stands:
    """What stands in the database of one street or landmark.

    Attributes
    ----------
    key, source : str
    base : Street or Landmark
        As files say.
    bodies : mapping of str to tuple
        Version and correction by house; of the entry itself under "".
    houses : mapping of str to tuple
        Longitude and latitude of a street's houses, as files say.
    """

    kind: Kind
    key: str
    source: str
    base: Street | Landmark
    bodies: Mapping[str, tuple[int, Body]]
    houses: Mapping[str, tuple[float, float]]

    @property
    def version(self) -> int:
        """Of the entry itself."""
        return self.version_of("")

    def version_of(self, house: str) -> int:
        """Return how often a house (or the entry itself) was changed."""
        return self.bodies.get(house, (0, {}))[0]

    def body_of(self, house: str) -> Body:
        """Return what staff changed of a house, or of the entry itself."""
        return self.bodies.get(house, (0, {}))[1]


async def stands(session: AsyncSession, kind: Kind, id_: int) -> Stands:
    """Read one entry.

    Raises
    ------
    NotFoundError
    """
    connection = await connection_of(session)
    row = await (
        await connection.execute(_STREET if kind == "street" else _LANDMARK, (id_,))
    ).fetchone()
    if row is None:
        message = f"There is no {kind} {id_}"
        raise NotFoundError(message)
    key, source, type_, names, label, *rest = row
    if kind == "street":
        base: Street | Landmark = Street(
            id_, StreetKind(type_), read_names(names), label, read_course(rest[0])
        )
    else:
        base = Landmark(id_, type_, read_names(names), label, *rest)
    # Columns, not objects: those that the session knows already would not be read again.
    rows = await session.execute(
        select(
            GazetteerCorrection.house, GazetteerCorrection.version, GazetteerCorrection.body
        ).where(GazetteerCorrection.kind == kind, GazetteerCorrection.key == key)
    )
    bodies = {house: (version, body) for house, version, body in rows}
    return Stands(kind, key, source, base, bodies, await _houses(connection, kind, id_))


async def _houses(
    connection: AsyncConnection[Any], kind: Kind, id_: int
) -> dict[str, tuple[float, float]]:
    if kind != "street":
        return {}
    rows = await (await connection.execute(_HOUSES, (id_,))).fetchall()
    return {number: (lon, lat) for number, lon, lat in rows}


def now(entry: Stands, body: Body | None = None) -> Street | Landmark:
    """Return an entry as it is with its correction, or would be with another one."""
    body = entry.body_of("") if body is None else body
    if isinstance(entry.base, Street):
        return corrected_street(entry.base, street_correction(body))
    return corrected_landmark(entry.base, landmark_correction(body))


def snapshot(entry: Stands, body: Body) -> dict[str, Any]:
    """Return what the journal keeps of an entry."""
    thing = now(entry, body)
    kept: dict[str, Any] = {
        "label": thing.label["uk"],
        "type": str(thing.kind),
        "names": names_as_json(thing.names),
    }
    if isinstance(thing, Landmark):
        kept |= {"place": [thing.lon, thing.lat], "retired": bool(body.get("retired"))}
    return kept


def house_snapshot(entry: Stands, house: str, body: Body) -> dict[str, Any]:
    """Return what the journal keeps of a house."""
    place = house_place(entry, house, body)
    label = f"{now(entry).label['uk']}, {house}"
    return {"label": label, "place": None if place is None else list(place)}


def house_place(entry: Stands, house: str, body: Body) -> tuple[float, float] | None:
    """Return where a house is with a correction; None where nobody can say."""
    if body.get("misplaced"):
        return None
    place = body.get("place")
    return (place[0], place[1]) if place else entry.houses.get(house)


def view(entry: Stands, gazetteer: Gazetteer) -> EntryView:
    """Show an entry; which others share its names is as of the gazetteer in memory."""
    thing, body = now(entry), entry.body_of("")
    houses = _house_views(entry)
    course = None
    if isinstance(thing, Landmark):
        place: tuple[float, float] | None = (thing.lon, thing.lat)
    else:
        points = [
            HousePoint(number, each.lon, each.lat)
            for each in houses
            if each.state != "misplaced" and (number := parse_house(each.number)) is not None
        ]
        place = middle_of(thing.course, points)
        course = None if thing.course is None else shapely.geometry.mapping(thing.course)
    lon, lat = place or (None, None)
    return EntryView(
        kind=entry.kind,
        id=thing.id,
        type=str(thing.kind),
        label=dict(thing.label),
        names=[_name_view(entry, thing, each, gazetteer) for each in thing.names],
        lon=lon,
        lat=lat,
        retired=bool(body.get("retired")),
        version=entry.version,
        source=entry.source,
        course=course,
        houses=houses,
        crossings=_meetings(entry, gazetteer),
    )


def _name_view(
    entry: Stands, thing: Street | Landmark, name: Name, gazetteer: Gazetteer
) -> GazetteerNameView:
    of_file = {(each.text, each.language) for each in entry.base.names}
    but = (isinstance(thing, Street), thing.id)
    others = others_called(gazetteer, name.text, but=but)
    return GazetteerNameView.model_validate(
        {
            "text": name.text,
            "language": name.language,
            "kind": name.kind,
            "by_staff": (name.text, name.language) not in of_file,
            # Parts of one street, kilometres apart, have all names in common.
            "shared_with": sorted({*others} - {thing.label["uk"]})[:5],
        }
    )


def _house_views(entry: Stands) -> list[HouseView]:
    changed = {house for house in entry.bodies if house}
    found = []
    for number in {*entry.houses, *changed}:
        version, body = entry.bodies.get(number, (0, {}))
        place = body.get("place") or entry.houses.get(number)
        if place is None:
            continue
        if body.get("misplaced"):
            state = "misplaced"
        elif not body.get("place"):
            state = "as_in_file"
        else:
            state = "moved" if number in entry.houses else "added"
        found.append(
            HouseView.model_validate(
                {
                    "number": number,
                    "lon": place[0],
                    "lat": place[1],
                    "state": state,
                    "version": version,
                }
            )
        )
    return sorted(found, key=_by_number)


def _by_number(house: HouseView) -> tuple[int, str]:
    number = parse_house(house.number)
    return (number.number if number else 0), house.number


def _meetings(entry: Stands, gazetteer: Gazetteer) -> list[MeetingView]:
    if entry.kind != "street":
        return []
    found = []
    for each in gazetteer.crossings:
        ends = {each.street_a, each.street_b}
        if entry.base.id in ends and len(ends) > 1:
            other = gazetteer.street.get((ends - {entry.base.id}).pop())
            if other is not None:
                found.append(
                    MeetingView(id=other.id, label=other.label["uk"], lon=each.lon, lat=each.lat)
                )
    return sorted(found, key=lambda each: each.label)


async def retired_landmarks(session: AsyncSession) -> list[tuple[int, Landmark]]:
    """Return the landmarks that are there no more, as they last were, with their version."""
    connection = await connection_of(session)
    rows = await (await connection.execute(_RETIRED)).fetchall()
    found = []
    for id_, type_, names, label, lon, lat, version, body in rows:
        base = Landmark(id_, type_, read_names(names), label, lon, lat)
        found.append((version, corrected_landmark(base, landmark_correction(body))))
    return sorted(found, key=lambda row: row[1].label["uk"])
