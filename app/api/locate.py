"""Who answers for a point: open to all."""

from typing import Annotated

from fastapi import APIRouter, Query, Request
from pydantic import AwareDatetime, BaseModel

from app.api.callers import Anybody, PartsOf, Transaction, address_of
from app.api.problems import problems
from app.boundaries import in_force_at
from app.permissions import Action, may, scope_of
from app.report_shapes import CandidateView, DistrictName
from app.staffing import posted_officers
from geo.coordinates import checked_point
from geo.decision import Reason

router = APIRouter(prefix="/api/v1", tags=["open"])


class PostedView(BaseModel):
    """An officer posted to the beat at the time asked for, and whether they were on duty."""

    code: str
    name: str
    rank: str | None
    kind: str
    on_shift: bool


class LocateView(BaseModel):
    """One decision.

    With `as_of` it is by the boundary set that was in force then, and staff who see the roster are
    told who was posted there.
    """

    precinct: DistrictName | None
    beat: DistrictName | None
    reason: Reason
    distance_m: float | None
    share: float | None
    candidates: list[CandidateView]
    boundary_set: int
    answered_by: list[PostedView] | None = None


@router.get("/locate", responses=problems(401, 404, 422, 429, 503))
async def locate(
    request: Request,
    caller: Anybody,
    session: Transaction,
    parts: PartsOf,
    lon: Annotated[float, Query(description="Longitude in degrees, EPSG:4326")],
    lat: Annotated[float, Query(description="Latitude in degrees, EPSG:4326")],
    accuracy: Annotated[float, Query(description="Radius of uncertainty in metres")] = 0.0,
    as_of: Annotated[
        AwareDatetime | None, Query(description="The time to look back to; now by default")
    ] = None,
) -> LocateView:
    """Decide which precinct and beat answer for a point, now or at a time gone by."""
    if caller is None:
        await parts.rates.spend("locate", address_of(request))
    if as_of is None:
        directory = await parts.directories.current(session)
    else:
        directory = await parts.directories.get(session, await in_force_at(session, as_of))
    index = await parts.context.index_cache.get(session, directory.boundary_set_id)
    lon, lat, accuracy = checked_point(lon, lat, accuracy, index.extent)
    decision = index.decide(lon, lat, accuracy)
    said = decision.as_dict()

    def named(code: str | None) -> DistrictName | None:
        if code is None:
            return None
        return DistrictName(code=code, name=directory.entries[code].name)

    answered_by = None
    if (
        as_of is not None
        and caller is not None
        and may(caller, Action.SEE_ROSTER)
        and scope_of(caller).allows(decision.precinct)
    ):
        answered_by = [
            PostedView(
                code=posted.officer,
                name=posted.name,
                rank=posted.rank,
                kind=posted.kind,
                on_shift=posted.on_shift,
            )
            for posted in await posted_officers(session, decision.beat or "", as_of)
        ]
    return LocateView(
        answered_by=answered_by,
        precinct=named(decision.precinct),
        beat=named(decision.beat),
        reason=decision.reason,
        distance_m=said["distance_m"],
        share=said["share"],
        candidates=[CandidateView(**candidate) for candidate in said["candidates"]],
        boundary_set=directory.boundary_set_id,
    )
