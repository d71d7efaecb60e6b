"""Where features come from: the boundary sets that are or were in force, and drafts."""

import asyncio
import json
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.boundary_drafts import APPROVED, find_set
from app.errors import NotFoundError
from app.models import Activation, BoundarySet
from app.ogc.answers import tag
from app.ogc.parameters import Span
from app.routing import load_districts
from geo.coordinates import Extent
from geo.districts import District, Level

KEPT_SETS = 4
LEVELS = {"precincts": Level.PRECINCT, "beats": Level.BEAT}
LANGUAGES = ("uk", "ru", "en")
TEXTS = ("name_uk", "name_ru", "name_en", "station_address", "phone")
# Parts the code of a district that is no longer in force from the set it was in.
OF_SET = "@"


@dataclass(frozen=True, slots=True)
class Layer:
    """The districts of one level of one boundary set, ordered by code."""

    districts: tuple[District, ...]
    tree: shapely.STRtree

    def within(self, area: BaseGeometry) -> list[District]:
        """Return the districts that have a point in common with an area in degrees."""
        found = np.sort(self.tree.query(area, predicate="intersects"))
        return [self.districts[k] for k in found.tolist()]

    @property
    def extent(self) -> Extent | None:
        """West, south, east, north in degrees; None when there are none."""
        if not self.districts:
            return None
        west, south, east, north = shapely.total_bounds(
            [district.geometry for district in self.districts]
        ).tolist()
        return west, south, east, north


@dataclass(frozen=True, slots=True)
class Known:
    """One boundary set in memory."""

    layers: Mapping[Level, Layer]
    by_code: Mapping[str, District]


@dataclass(frozen=True, slots=True)
class Period:
    """A boundary set was in force from one time to another; without an end, it is."""

    boundary_set_id: int
    start: datetime
    end: datetime | None

    def meets(self, span: Span) -> bool:
        """Tell whether any of a stretch of time is in it."""
        return self.start <= span.end and (self.end is None or self.end > span.start)


@dataclass(frozen=True, slots=True)
class Item:
    """One feature of a collection.

    Attributes
    ----------
    id : str
        The code; of a district that is no longer in force, with its set's id behind it.
    period : Period or None
        None in a draft.
    """

    id: str
    district: District
    period: Period | None = None

    @property
    def properties(self) -> dict[str, str | int | None]:
        """What the feature says, flat, as tables of GIS programs have it."""
        district = self.district
        found: dict[str, str | int | None] = {"code": district.code}
        if district.level is Level.BEAT:
            found["parent"] = district.parent
        for language in LANGUAGES:
            found[f"name_{language}"] = district.name.get(language)
        found["station_address"] = district.station_address
        found["phone"] = district.phone
        if self.period is not None:
            found["boundary_set"] = self.period.boundary_set_id
            found["valid_from"] = _time(self.period.start)
            found["valid_to"] = _time(self.period.end)
        return found

    @property
    def state(self) -> str:
        """An entity tag of its content, in whatever form it is shown."""
        return tag(
            json.dumps([self.id, self.properties], ensure_ascii=False),
            shapely.to_wkb(self.district.geometry, output_dimension=2),
        )


def _time(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat().replace("+00:00", "Z")


def known_of(districts: Sequence[District]) -> Known:
    """Prepare districts for questions."""
    layers = {}
    for level in Level:
        mine = tuple(
            sorted((each for each in districts if each.level is level), key=lambda one: one.code)
        )
        layers[level] = Layer(mine, shapely.STRtree([each.geometry for each in mine]))
    return Known(layers, {district.code: district for district in districts})


@dataclass(slots=True)
class SetStore:
    """Boundary sets that are or were in force, by id; such a set never changes."""

    _kept: OrderedDict[int, Known] = field(default_factory=OrderedDict)
    _loading: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def get(self, session: AsyncSession, boundary_set_id: int) -> Known:
        """Return a set, read at first use."""
        found = self._kept.get(boundary_set_id)
        if found is not None:
            self._kept.move_to_end(boundary_set_id)
            return found
        async with self._loading:
            if boundary_set_id not in self._kept:
                districts = await load_districts(session, boundary_set_id)
                self._kept[boundary_set_id] = await asyncio.to_thread(known_of, districts)
                while len(self._kept) > KEPT_SETS:
                    self._kept.popitem(last=False)
            return self._kept[boundary_set_id]


async def periods(session: AsyncSession) -> list[Period]:
    """Return which set was in force when, the last one first."""
    rows = (
        await session.execute(
            select(Activation.boundary_set_id, Activation.at).order_by(Activation.id)
        )
    ).all()
    ends = [*(row.at for row in rows), None][1:]
    found = [Period(row.boundary_set_id, row.at, end) for row, end in zip(rows, ends, strict=True)]
    return found[::-1]


@dataclass(frozen=True, slots=True)
class InForceSource:
    """The districts in force, and those which were."""

    level: Level
    store: SetStore
    history: Sequence[Period]

    @property
    def current(self) -> Period | None:
        """The period that lasts."""
        return self.history[0] if self.history else None

    async def layer(self, session: AsyncSession) -> Layer | None:
        """Return the districts in force."""
        if self.current is None:
            return None
        known = await self.store.get(session, self.current.boundary_set_id)
        return known.layers[self.level]

    async def items(
        self, session: AsyncSession, area: BaseGeometry | None, span: Span | None
    ) -> list[Item]:
        """Return features ordered by code, the latest first among those with one code."""
        chosen: dict[int, Period] = {}
        for period in self.history if span else self.history[:1]:
            if span is None or period.meets(span):
                chosen.setdefault(period.boundary_set_id, period)
        found = []
        for period in chosen.values():
            known = await self.store.get(session, period.boundary_set_id)
            layer = known.layers[self.level]
            these = layer.districts if area is None else layer.within(area)
            found += [self._item(district, period) for district in these]
        if len(chosen) > 1:
            found.sort(key=lambda item: item.district.code)
        return found

    async def item(self, session: AsyncSession, feature_id: str) -> Item:
        """Return one feature.

        Raises
        ------
        NotFoundError
        """
        code, mark, number = feature_id.rpartition(OF_SET)
        tries = [(feature_id, self.history[:1])]
        if mark and number.isascii() and number.isdigit():
            former = [each for each in self.history if str(each.boundary_set_id) == number]
            tries.append((code, former[:1]))
        for wanted, found in tries:
            for period in found:
                known = await self.store.get(session, period.boundary_set_id)
                district = known.by_code.get(wanted)
                if district is not None and district.level is self.level:
                    return self._item(district, period)
        raise NotFoundError(f"There is no feature {feature_id}")

    def _item(self, district: District, period: Period) -> Item:
        current = self.current
        if current is not None and period.boundary_set_id == current.boundary_set_id:
            return Item(district.code, district, period)
        return Item(f"{district.code}{OF_SET}{period.boundary_set_id}", district, period)


@dataclass(frozen=True, slots=True)
class DraftSource:
    """The districts of a draft as they are now."""

    level: Level
    draft: BoundarySet
    known: Known

    async def layer(self, _session: AsyncSession) -> Layer | None:
        """Return its districts."""
        return self.known.layers[self.level]

    async def items(
        self, _session: AsyncSession, area: BaseGeometry | None, _span: Span | None
    ) -> list[Item]:
        """Return features ordered by code; a draft has no time, so any time selects all of it."""
        layer = self.known.layers[self.level]
        these = layer.districts if area is None else layer.within(area)
        return [Item(district.code, district) for district in these]

    async def item(self, _session: AsyncSession, feature_id: str) -> Item:
        """Return one feature.

        Raises
        ------
        NotFoundError
        """
        district = self.known.by_code.get(feature_id)
        if district is None or district.level is not self.level:
            raise NotFoundError(f"There is no feature {feature_id}")
        return Item(district.code, district)


Source = InForceSource | DraftSource


async def draft_source(
    session: AsyncSession, boundary_set_id: int, level: Level, *, lock: bool = False
) -> DraftSource:
    """Read a draft, or a proposal; approved sets are no drafts any more.

    Parameters
    ----------
    session
    boundary_set_id : int
    level : Level
    lock : bool
        Whether nobody else may change it until the transaction ends.

    Raises
    ------
    NotFoundError
    """
    draft = await find_set(session, boundary_set_id, lock=lock)
    if draft.state == APPROVED:
        raise NotFoundError(f"There is no draft {boundary_set_id}")
    districts = await load_districts(session, boundary_set_id)
    return DraftSource(level, draft, await asyncio.to_thread(known_of, districts))


async def open_drafts(session: AsyncSession) -> list[BoundarySet]:
    """Return drafts and proposals, the newest first."""
    rows = await session.execute(
        select(BoundarySet).where(BoundarySet.state != APPROVED).order_by(BoundarySet.id.desc())
    )
    return list(rows.scalars())
