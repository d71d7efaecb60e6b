"""From a place to a decision: the boundary set in force and its index."""

import asyncio
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass

import shapely
from geoalchemy2.functions import ST_AsBinary
from sqlalchemy import select, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.ext.asyncio import AsyncSession

from app.errors import UnavailableError
from app.models import DistrictRow, InForce
from geo.decision import Decision
from geo.districts import District, Level
from geo.index import DistrictIndex, RoutingRules

KEPT_SETS = 4
# While a change waits for those who route, those who come after wait for it.
LONGEST_WAIT = "10s"
LOCK_NOT_AVAILABLE = "55P03"
IN_FORCE = select(InForce.boundary_set_id).with_for_update(read=True)


class NoBoundarySetError(UnavailableError):
    """No boundary set is in force; import one with: beatway boundaries import FILE --activate."""

    code = "no-boundary-set"


class BusyError(UnavailableError):
    """Reports are being routed without a pause; nothing was changed, try again in a moment."""

    code = "busy"


@dataclass(frozen=True, slots=True)
class KnownSet:
    """A boundary set in memory: its districts by code, and their index."""

    districts: dict[str, District]
    index: DistrictIndex


class IndexCache:
    """Boundary sets by id; a set never changes, so there is nothing to invalidate.

    Parameters
    ----------
    rules : RoutingRules
    """

    def __init__(self, rules: RoutingRules) -> None:
        self.rules = rules
        self._sets: OrderedDict[int, KnownSet] = OrderedDict()
        self._building = asyncio.Lock()

    async def get(self, session: AsyncSession, boundary_set_id: int) -> DistrictIndex:
        """Return the index of a boundary set, building it at first use."""
        return (await self.known(session, boundary_set_id)).index

    async def known(self, session: AsyncSession, boundary_set_id: int) -> KnownSet:
        """Return a boundary set, read at first use."""
        found = self._sets.get(boundary_set_id)
        if found is not None:
            self._sets.move_to_end(boundary_set_id)
            return found
        async with self._building:
            if boundary_set_id not in self._sets:
                districts = await load_districts(session, boundary_set_id)
                index = await asyncio.to_thread(ready_index, districts, self.rules)
                by_code = {district.code: district for district in districts}
                self._sets[boundary_set_id] = KnownSet(by_code, index)
                while len(self._sets) > KEPT_SETS:
                    self._sets.popitem(last=False)
            return self._sets[boundary_set_id]


def ready_index(districts: Sequence[District], rules: RoutingRules) -> DistrictIndex:
    """Make an index that has its neighbours found: long work, for a thread.

    Raises
    ------
    geo.districts.DistrictError
    """
    index = DistrictIndex(districts, rules)
    index.neighbours("")
    return index


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
    found = (await session.execute(IN_FORCE)).scalar()
    if found is None:
        raise NoBoundarySetError
    return found


async def hold_boundaries(session: AsyncSession) -> None:
    """Keep the boundary set in force where it is, if there is one, until the transaction ends.

    Whoever will place a report that exists does this before locking the report: an activation
    takes the boundaries first and then the reports, and the other order would be a deadlock.
    """
    await session.execute(IN_FORCE)


async def hold_for_change(session: AsyncSession) -> None:
    """Keep everybody else from placing reports or handing them out until the transaction ends.

    Taken before any report, by whoever changes the boundaries or who answers for them: they see
    every report there is, and those who come after see what they changed.

    Raises
    ------
    BusyError
    """
    # Not a lock of the row: those who route come and go, each sharing it with the one before, and
    # might never all let go. Behind a lock of the table they queue.
    try:
        await session.execute(text(f"SET LOCAL lock_timeout = '{LONGEST_WAIT}'"))
        await session.execute(text("LOCK TABLE boundary_in_force IN EXCLUSIVE MODE"))
    except OperationalError as error:
        if getattr(error.orig, "sqlstate", None) == LOCK_NOT_AVAILABLE:
            raise BusyError from error
        raise
    await session.execute(select(InForce).with_for_update())


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
