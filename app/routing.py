"""From a place to a decision: the boundary set in force and its index."""

import asyncio
from collections import OrderedDict

import shapely
from geoalchemy2.functions import ST_AsBinary
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.errors import UnavailableError
from app.models import DistrictRow, InForce
from geo.decision import Decision
from geo.districts import District, Level
from geo.index import DistrictIndex, RoutingRules

KEPT_INDEXES = 4


class NoBoundarySetError(UnavailableError):
    """No boundary set is in force; import one with: beatway boundaries import FILE --activate."""

    code = "no-boundary-set"


class IndexCache:
    """Indexes of boundary sets by id; a set never changes, so there is nothing to invalidate.

    Parameters
    ----------
    rules : RoutingRules
    """

    def __init__(self, rules: RoutingRules) -> None:
        self.rules = rules
        self._indexes: OrderedDict[int, DistrictIndex] = OrderedDict()
        self._building = asyncio.Lock()

    async def get(self, session: AsyncSession, boundary_set_id: int) -> DistrictIndex:
        """Return the index of a boundary set, building it at first use."""
        found = self._indexes.get(boundary_set_id)
        if found is not None:
            self._indexes.move_to_end(boundary_set_id)
            return found
        async with self._building:
            if boundary_set_id not in self._indexes:
                districts = await load_districts(session, boundary_set_id)
                index = await asyncio.to_thread(DistrictIndex, districts, self.rules)
                self._indexes[boundary_set_id] = index
                while len(self._indexes) > KEPT_INDEXES:
                    self._indexes.popitem(last=False)
            return self._indexes[boundary_set_id]


async def load_districts(session: AsyncSession, boundary_set_id: int) -> list[District]:
    """Read every district of a boundary set, ordered by code."""
    rows = await session.execute(
        select(
            DistrictRow.code,
            DistrictRow.level,
            DistrictRow.parent,
            DistrictRow.name,
            DistrictRow.station_address,
            DistrictRow.phone,
            ST_AsBinary(DistrictRow.geom).label("wkb"),
        )
        .where(DistrictRow.boundary_set_id == boundary_set_id)
        .order_by(DistrictRow.code)
    )
    return [
        District(
            code=row.code,
            level=Level(row.level),
            parent=row.parent,
            name=row.name,
            geometry=shapely.from_wkb(bytes(row.wkb)),
            station_address=row.station_address,
            phone=row.phone,
        )
        for row in rows
    ]


async def set_in_force(session: AsyncSession) -> int:
    """Return the id of the boundary set in force and hold it there until the transaction ends.

    Raises
    ------
    NoBoundarySetError
    """
    found = (
        await session.execute(select(InForce.boundary_set_id).with_for_update(read=True))
    ).scalar()
    if found is None:
        raise NoBoundarySetError
    return found


async def current_index(session: AsyncSession, cache: IndexCache) -> tuple[int, DistrictIndex]:
    """Return the boundary set in force and its index.

    Raises
    ------
    NoBoundarySetError
    """
    boundary_set_id = await set_in_force(session)
    return boundary_set_id, await cache.get(session, boundary_set_id)


async def decide(
    session: AsyncSession, cache: IndexCache, lon: float, lat: float, accuracy_m: float = 0.0
) -> tuple[int, Decision]:
    """Decide who answers for a point by the boundary set in force.

    Parameters
    ----------
    session, cache
    lon, lat : float
        Degrees, EPSG:4326.
    accuracy_m : float
        Radius of the circle the point is somewhere in, metres.

    Returns
    -------
    boundary_set_id : int
    decision : Decision

    Raises
    ------
    NoBoundarySetError
    geo.coordinates.CoordinateError
    """
    boundary_set_id, index = await current_index(session, cache)
    return boundary_set_id, index.decide(lon, lat, accuracy_m)
