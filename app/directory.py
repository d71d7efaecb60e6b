"""Districts of a boundary set as staff see them, kept in memory."""

import asyncio
from collections import OrderedDict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from geoalchemy2.functions import (
    ST_XMax,
    ST_XMin,
    ST_YMax,
    ST_YMin,
)
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.errors import NotFoundError
from app.models import BoundarySet, DistrictRow, InForce
from app.permissions import Scope
from app.routing import NoBoundarySetError
from geo.coordinates import Extent
from geo.districts import Level

KEPT = 4
# Centimetres: more digits only make the map slower to load.
DIGITS = 7

Names = dict[str, str]


@dataclass(frozen=True, slots=True)
class Entry:
    """One district.

    Attributes
    ----------
    name : dict of str to str
        In every language the page offers.
    bbox : tuple of float
        West, south, east, north in degrees.
    geometry : str
        GeoJSON, as text: it is only ever passed on.
    """

    code: str
    level: Level
    parent: str | None
    name: Names
    bbox: Extent
    station_address: str | None
    phone: str | None
    geometry: str


@dataclass(frozen=True, slots=True)
class Directory:
    """All districts of one boundary set, by code."""

    boundary_set_id: int
    label: str
    approximate: bool
    entries: Mapping[str, Entry]

    def seen_by(self, scope: Scope) -> Iterator[Entry]:
        """Return the districts that somebody sees: precincts first, each by code."""
        for level in (Level.PRECINCT, Level.BEAT):
            for entry in self.entries.values():
                if entry.level is level and scope.covers(entry.code, entry.parent):
                    yield entry

    def entry(self, code: str, scope: Scope) -> Entry:
        """Return one district.

        Raises
        ------
        NotFoundError
            When there is none, or somebody may not see it.
        """
        entry = self.entries.get(code)
        if entry is None or not scope.covers(entry.code, entry.parent):
            message = f"There is no district {code}"
            raise NotFoundError(message)
        return entry

    def within(self, entry: Entry) -> Iterator[Entry]:
        """Return a district and the beats in it."""
        yield entry
        for other in self.entries.values():
            if other.parent == entry.code:
                yield other


class DirectoryCache:
    """Directories by boundary set; a set never changes, so nothing is ever out of date.

    Parameters
    ----------
    languages : sequence of str
        Those in which every district gets a name.
    """

    def __init__(self, languages: Sequence[str]) -> None:
        self._languages = tuple(languages)
        self._kept: OrderedDict[int, Directory] = OrderedDict()
        self._loading = asyncio.Lock()

    async def current(self, session: AsyncSession) -> Directory:
        """Return the directory of the boundary set in force.

        Raises
        ------
        NoBoundarySetError
        """
        # Not locked: whoever only looks must not hold up an activation.
        found = (await session.execute(select(InForce.boundary_set_id))).scalar()
        if found is None:
            raise NoBoundarySetError
        return await self.get(session, found)

    async def current_or_none(self, session: AsyncSession) -> Directory | None:
        """Return the directory of the boundary set in force, if there is one."""
        try:
            return await self.current(session)
        except NoBoundarySetError:
            return None

    async def get(self, session: AsyncSession, boundary_set_id: int) -> Directory:
        """Return the directory of a boundary set, reading it at first use."""
        if boundary_set_id in self._kept:
            self._kept.move_to_end(boundary_set_id)
            return self._kept[boundary_set_id]
        async with self._loading:
            if boundary_set_id not in self._kept:
                self._kept[boundary_set_id] = await self._load(session, boundary_set_id)
                while len(self._kept) > KEPT:
                    self._kept.popitem(last=False)
            return self._kept[boundary_set_id]

    async def _load(self, session: AsyncSession, boundary_set_id: int) -> Directory:
        boundary_set = await session.get_one(BoundarySet, boundary_set_id)
        geom = DistrictRow.geom
        rows = await session.execute(
            select(
                DistrictRow.code,
                DistrictRow.level,
                DistrictRow.parent,
                DistrictRow.name,
                DistrictRow.station_address,
                DistrictRow.phone,
                ST_XMin(geom).label("west"),
                ST_YMin(geom).label("south"),
                ST_XMax(geom).label("east"),
                ST_YMax(geom).label("north"),
                func.ST_AsGeoJSON(geom, DIGITS).label("geometry"),
            )
            .where(DistrictRow.boundary_set_id == boundary_set_id)
            .order_by(DistrictRow.code)
        )
        entries = {
            row.code: Entry(
                code=row.code,
                level=Level(row.level),
                parent=row.parent,
                name=self._names(row.name, row.code),
                bbox=(row.west, row.south, row.east, row.north),
                station_address=row.station_address,
                phone=row.phone,
                geometry=row.geometry,
            )
            for row in rows
        }
        return Directory(
            boundary_set_id=boundary_set.id,
            label=boundary_set.label,
            approximate=boundary_set.approximate,
            entries=entries,
        )

    def _names(self, given: Mapping[str, str], code: str) -> Names:
        best = (*self._languages, *given)
        some = next((given[language] for language in best if given.get(language)), code)
        return {language: given.get(language) or some for language in self._languages} | {
            language: name for language, name in given.items() if name
        }
