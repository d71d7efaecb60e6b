"""What staff change in the gazetteer: kept apart from what files say, recorded, and undone again."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from psycopg.types.json import Jsonb
from sqlalchemy import delete, select, text, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.exc import OperationalError
from sqlalchemy.ext.asyncio import AsyncSession

from app.db import connection_of
from app.errors import ConflictError, InvalidError, NotFoundError, UnavailableError
from app.gazetteer_corrections import OF_STAFF, Body, names_as_json
from app.gazetteer_entries import Stands, house_place, house_snapshot, now, snapshot, stands
from app.gazetteer_names import NameEdit, body_with_names, checked_name, names_of_new
from app.gazetteer_shapes import Kind
from app.models import (
    AliasDecision,
    GazetteerChange,
    GazetteerCorrection,
    GazetteerRevision,
)
from geo.coordinates import checked_point
from geo.house_number import parse_house
from geo.romanisation import romanise
from geo.street_words import StreetKind

STAFF_SOURCE = "staff"
_WAIT = text("SET LOCAL lock_timeout = '3s'")
_ADD = """
INSERT INTO gazetteer_landmark (key, source, kind, names, label, geom)
VALUES (%s, %s, %s, %s, %s, ST_SetSRID(ST_MakePoint(%s, %s), 4326))
RETURNING id
"""


class StaleError(ConflictError):
    """Somebody has changed this since you opened it."""

    code = "stale"


@dataclass(frozen=True, slots=True)
class EntryEdit:
    """What shall be different; None stays as it is.

    Attributes
    ----------
    version : int
        Of the entry that was looked at.
    type : str or None
        A street's kind, or what a landmark is.
    place : tuple of float or None
        Of a landmark: longitude and latitude.
    retired : bool or None
        Of a landmark.
    """

    version: int
    names: NameEdit = field(default_factory=NameEdit)
    type: str | None = None
    place: tuple[float, float] | None = None
    retired: bool | None = None


@dataclass(frozen=True, slots=True)
class HouseEdit:
    """Where a house is; neither a place nor misplaced means as files say."""

    version: int
    place: tuple[float, float] | None = None
    misplaced: bool = False


async def hold(session: AsyncSession) -> None:
    """Let edits and imports happen one after the other.

    Raises
    ------
    UnavailableError
        While an import goes on.
    """
    await session.execute(_WAIT)
    try:
        await session.execute(select(GazetteerRevision.revision).with_for_update())
    except OperationalError as error:
        raise UnavailableError("The gazetteer is being imported; try again in a moment") from error


async def edit(
    session: AsyncSession, actor: str, kind: Kind, id_: int, wanted: EntryEdit, what: str = "edited"
) -> int | None:
    """Change a street or a landmark.

    Returns
    -------
    int or None
        The change's id; None where nothing is different.

    Raises
    ------
    NotFoundError, InvalidError
    StaleError
    """
    await hold(session)
    entry = await stands(session, kind, id_)
    _check_version(entry, "", wanted.version)
    body = dict(body_with_names(entry, wanted.names))
    if wanted.type is not None:
        _put(body, "kind", _checked_type(kind, wanted.type), str(entry.base.kind))
    if kind == "landmark":
        if wanted.place is not None:
            checked_point(*wanted.place)
            body["place"] = list(wanted.place)
        if wanted.retired is not None:
            _put(body, "retired", wanted.retired, unless=False)
            what = _retiring(what, entry, retired=wanted.retired)
    elif wanted.place is not None or wanted.retired is not None:
        raise InvalidError("A street is where its houses are: correct those")
    return await _write(session, actor, what, entry, "", body)


def _retiring(what: str, entry: Stands, *, retired: bool) -> str:
    if bool(entry.body_of("").get("retired")) is retired:
        return what
    return "retired" if retired else "restored"


def _checked_type(kind: Kind, wanted: str) -> str:
    if kind == "landmark":
        return wanted
    try:
        return StreetKind(wanted).value
    except ValueError as error:
        message = f"There is no kind of street {wanted!r}"
        raise InvalidError(message) from error


def _put(body: dict[str, Any], name: str, value: object, unless: object) -> None:
    """Keep only what differs from the files: the rest follows them when they change."""
    if value == unless:
        body.pop(name, None)
    else:
        body[name] = value


async def add_landmark(
    session: AsyncSession,
    actor: str,
    type_: str,
    name: Mapping[str, str],
    place: tuple[float, float],
    aliases: tuple[str, ...] = (),
) -> int:
    """Add a landmark that no file has; return its id.

    Raises
    ------
    InvalidError
    geo.coordinates.CoordinateError
    """
    checked_point(*place)
    await hold(session)
    names = names_of_new(name, aliases)
    uk = checked_name(name["uk"])
    label = {"uk": uk, "ru": name.get("ru") or uk, "en": name.get("en") or romanise(uk)}
    connection = await connection_of(session)
    key = f"{OF_STAFF}{uuid4().hex}"
    row = await (
        await connection.execute(
            _ADD, (key, STAFF_SOURCE, type_, Jsonb(names_as_json(names)), Jsonb(label), *place)
        )
    ).fetchone()
    id_ = int(row[0]) if row else 0
    entry = await stands(session, "landmark", id_)
    # Undoing takes it off the map again; its history stays.
    await _write(session, actor, "added", entry, "", {}, undone={"retired": True})
    return id_


async def correct_house(
    session: AsyncSession, actor: str, street_id: int, house: str, wanted: HouseEdit
) -> None:
    """Say where a house is, that it is not where a file has it, or that the file is right.

    Raises
    ------
    NotFoundError, InvalidError
    StaleError
    geo.coordinates.CoordinateError
    """
    number = parse_house(house)
    if number is None:
        message = f"{house!r} is no house number"
        raise InvalidError(message)
    house = str(number)
    await hold(session)
    entry = await stands(session, "street", street_id)
    _check_version(entry, house, wanted.version)
    if wanted.place is not None:
        checked_point(*wanted.place)
        body: dict[str, Any] = {"place": list(wanted.place)}
    elif house not in entry.houses:
        if house_place(entry, house, entry.body_of(house)) is None:
            message = f"There is no house {house}"
            raise NotFoundError(message)
        # Added by staff, and taken away again.
        body = {}
    else:
        body = {"misplaced": True} if wanted.misplaced else {}
    await _write(session, actor, "house", entry, house, body)


async def undo(session: AsyncSession, actor: str, change_id: int) -> tuple[Kind, int]:
    """Bring back what was before a change; return which entry it was.

    Raises
    ------
    NotFoundError
    StaleError
        When something else was changed there since.
    """
    await hold(session)
    change = await session.get(GazetteerChange, change_id)
    if change is None:
        message = f"There is no change {change_id}"
        raise NotFoundError(message)
    kind: Kind = "street" if change.kind == "street" else "landmark"
    id_ = await id_of(session, kind, change.key)
    if id_ is None:
        raise NotFoundError("What was changed is no longer in the gazetteer")
    entry = await stands(session, kind, id_)
    if entry.version_of(change.house) != change.version:
        raise StaleError("It was changed again since: undo that first", thing=[kind, id_])
    await _write(
        session, actor, "undone", entry, change.house, change.body_before, undoes=change_id
    )
    # An alias that was accepted and taken back may be proposed again.
    await session.execute(delete(AliasDecision).where(AliasDecision.change_id == change_id))
    return kind, id_


async def id_of(session: AsyncSession, kind: Kind, key: str) -> int | None:
    """Return the id of a street or landmark, by its key."""
    table = "gazetteer_street" if kind == "street" else "gazetteer_landmark"
    connection = await connection_of(session)
    query = f"SELECT id FROM {table} WHERE key = %s"  # noqa: S608 - one of two names above
    row = await (await connection.execute(query.encode(), (key,))).fetchone()
    return None if row is None else int(row[0])


def _check_version(entry: Stands, house: str, version: int) -> None:
    known = entry.version_of(house)
    if known != version:
        message = f"This is at version {known}, not {version}"
        raise StaleError(message, thing=[entry.kind, entry.base.id])


async def _write(
    session: AsyncSession,
    actor: str,
    what: str,
    entry: Stands,
    house: str,
    body: Body,
    *,
    undone: Body | None = None,
    undoes: int | None = None,
) -> int | None:
    before = entry.body_of(house)
    if body == before and undone is None:
        return None
    version = entry.version_of(house) + 1
    row = {"kind": entry.kind, "key": entry.key, "house": house}
    values = {"version": version, "body": body}
    await session.execute(
        upsert(GazetteerCorrection)
        .values(**row, **values)
        .on_conflict_do_update(index_elements=["kind", "key", "house"], set_=values)
    )
    states: list[dict[str, Any] | None] = [
        house_snapshot(entry, house, each) if house else snapshot(entry, each)
        for each in (before, body)
    ]
    change = GazetteerChange(
        **row,
        actor=actor,
        what=what,
        version=version,
        body_before=undone or before,
        before=None if undone else states[0],
        after=states[1],
        undoes=undoes,
    )
    session.add(change)
    await session.execute(update(GazetteerRevision).values(revision=GazetteerRevision.revision + 1))
    await session.flush()
    return change.id


def label_now(entry: Stands) -> str:
    """Return what an entry is called today."""
    return now(entry).label["uk"]
