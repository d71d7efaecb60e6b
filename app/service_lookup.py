"""Which service is responsible for a place, and what a citizen is told of it."""

import asyncio
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

from geoalchemy2.shape import to_shape
from shapely import MultiPolygon
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.categories import Category
from app.models import Service, ServiceRevision
from geo.decision import Reason
from geo.index import RoutingRules
from geo.serving import ServingIndex

# What decided it, where no area did.
WHOLE_CITY = "whole_city"


@dataclass(frozen=True, slots=True)
class ServiceFacts:
    """A service as citizens are told of it."""

    code: str
    names: Mapping[str, str]
    kinds: tuple[str, ...]
    phone: str | None
    url: str | None
    hours: str | None


@dataclass(frozen=True, slots=True)
class Found:
    """Who is responsible.

    Attributes
    ----------
    services : tuple of ServiceFacts
        Nobody where there is none; several where the place leaves it open.
    reason : str
        A `geo.decision.Reason`, or `whole_city` when no area was asked or none has the place.
    """

    services: tuple[ServiceFacts, ...]
    reason: str


@dataclass(frozen=True, slots=True)
class Services:
    """All services in use, ready to be asked."""

    revision: int
    by_code: Mapping[str, ServiceFacts]
    areas: Mapping[str, ServingIndex]
    city: Mapping[str, tuple[str, ...]]

    def knows(self, kind: str) -> bool:
        """Tell whether anybody is responsible for it anywhere."""
        return kind in self.areas or kind in self.city

    def depends_on_place(self, kind: str) -> bool:
        """Tell whether somebody is responsible for a part of the city only."""
        return kind in self.areas

    def everywhere(self, kind: str) -> Found:
        """Return who is responsible for the whole city."""
        return Found(self._facts(self.city.get(kind, ())), WHOLE_CITY)

    def at(self, kind: str, lon: float, lat: float, accuracy_m: float | None = 0.0) -> Found:
        """Return who is responsible for a place; for the whole city where no area has it.

        Raises
        ------
        geo.coordinates.CoordinateError
        """
        index = self.areas.get(kind)
        serving = index.decide(lon, lat, accuracy_m) if index else None
        if serving is None or not serving.codes:
            found = self.everywhere(kind)
            is_outside = serving is not None and not found.services
            return Found(found.services, Reason.OUTSIDE.value if is_outside else WHOLE_CITY)
        return Found(self._facts(serving.codes), serving.reason.value)

    def _facts(self, codes: Sequence[str]) -> tuple[ServiceFacts, ...]:
        return tuple(self.by_code[code] for code in codes)


def kind_of(category: Category) -> str:
    """Return what a category asks a service for."""
    return category.service or category.code


@dataclass
class ServiceCache:
    """The services in memory; any change of them makes another revision."""

    rules: RoutingRules | None = None
    _known: Services | None = None
    _reading: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def get(self, session: AsyncSession) -> Services:
        """Return the services as they are now."""
        revision = (await session.execute(select(ServiceRevision.revision))).scalar_one()
        if self._known is None or self._known.revision != revision:
            async with self._reading:
                if self._known is None or self._known.revision != revision:
                    rows = list(
                        (
                            await session.execute(
                                select(Service).where(Service.active).order_by(Service.code)
                            )
                        ).scalars()
                    )
                    self._known = await asyncio.to_thread(_made, revision, rows, self.rules)
        return self._known


def facts_of(row: Service) -> ServiceFacts:
    """Return what a citizen may know of a service."""
    return ServiceFacts(row.code, row.names, tuple(row.kinds), row.phone, row.url, row.hours)


def _made(revision: int, rows: Sequence[Service], rules: RoutingRules | None) -> Services:
    areas: dict[str, dict[str, MultiPolygon]] = defaultdict(dict)
    city: dict[str, list[str]] = defaultdict(list)
    for row in rows:
        area = to_shape(row.area) if row.area is not None else None
        for kind in row.kinds:
            if area is None:
                city[kind].append(row.code)
            else:
                areas[kind][row.code] = area
    return Services(
        revision,
        MappingProxyType({row.code: facts_of(row) for row in rows}),
        {kind: ServingIndex(each, rules) for kind, each in areas.items()},
        {kind: tuple(codes) for kind, codes in city.items()},
    )
