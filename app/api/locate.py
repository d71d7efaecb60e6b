"""Who answers for a point: open to all."""

from typing import Annotated

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel

from app.api.callers import Anybody, PartsOf, Transaction, address_of
from app.api.problems import problems
from app.report_shapes import CandidateView, DistrictName
from geo.coordinates import checked_point
from geo.decision import Reason

router = APIRouter(prefix="/api/v1", tags=["open"])


class LocateView(BaseModel):
    """One decision."""

    precinct: DistrictName | None
    beat: DistrictName | None
    reason: Reason
    distance_m: float | None
    share: float | None
    candidates: list[CandidateView]
    boundary_set: int


@router.get("/locate", responses=problems(401, 422, 429, 503))
async def locate(
    request: Request,
    caller: Anybody,
    session: Transaction,
    parts: PartsOf,
    lon: Annotated[float, Query(description="Longitude in degrees, EPSG:4326")],
    lat: Annotated[float, Query(description="Latitude in degrees, EPSG:4326")],
    accuracy: Annotated[float, Query(description="Radius of uncertainty in metres")] = 0.0,
) -> LocateView:
    """Decide which precinct and beat answer for a point."""
    if caller is None:
        await parts.rates.spend("locate", address_of(request))
    directory = await parts.directories.current(session)
    index = await parts.context.index_cache.get(session, directory.boundary_set_id)
    lon, lat, accuracy = checked_point(lon, lat, accuracy, index.extent)
    decision = index.decide(lon, lat, accuracy)
    said = decision.as_dict()

    def named(code: str | None) -> DistrictName | None:
        if code is None:
            return None
        return DistrictName(code=code, name=directory.entries[code].name)

    return LocateView(
        precinct=named(decision.precinct),
        beat=named(decision.beat),
        reason=decision.reason,
        distance_m=said["distance_m"],
        share=said["share"],
        candidates=[CandidateView(**candidate) for candidate in said["candidates"]],
        boundary_set=directory.boundary_set_id,
    )
