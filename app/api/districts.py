"""Districts, their queues and the map."""

import json
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, Field, WithJsonSchema
from sqlalchemy.ext.asyncio import AsyncSession

from app.access import Caller
from app.api.callers import PartsOf, SeesDistricts, SeesReports, Transaction
from app.api.parts import Parts
from app.api.problems import STAFF, problems
from app.api.shapes import Code, DistrictCode
from app.directory import Entry
from app.duty import PostedOfficer, posted_by_beat, why_unattended
from app.models import Report
from app.observing import Sight, sight_of, told_to
from app.permissions import Action, Scope, may, scope_of
from app.queues import ALL, Part, open_by_district, open_by_status, queue
from app.report_shapes import ReportView
from app.report_views import Viewer, point_of, views
from app.workflow import Status
from geo.districts import Level

router = APIRouter(prefix="/api/v1", tags=["districts"])

GEOJSON = "application/geo+json"


class BoundarySetView(BaseModel):
    """The boundary set in force."""

    id: int
    label: str
    approximate: bool


class DistrictView(BaseModel):
    """A precinct or a beat; bbox is west, south, east, north in degrees."""

    code: str
    level: Level
    parent: str | None
    name: dict[str, str]
    bbox: tuple[float, float, float, float]
    open_reports: int
    unattended: bool | None


class DistrictsView(BaseModel):
    """Every district somebody sees."""

    boundary_set: BoundarySetView
    districts: list[DistrictView]


class PostedView(BaseModel):
    """An officer posted to a beat."""

    code: str
    name: str
    kind: str
    on_shift: bool


Geometry = Annotated[
    dict[str, Any], WithJsonSchema({"type": "object", "title": "GeoJSON geometry"})
]


class FullDistrictView(DistrictView):
    """A district with its outline and its officers."""

    geometry: Geometry
    station_address: str | None
    phone: str | None
    officers: list[PostedView]


class QueueView(BaseModel):
    """Open reports in working order; counts are of all of them, by status.

    `at` is the server's time, by which deadlines have passed or not.
    """

    at: datetime
    district: DistrictView | None
    reports: list[ReportView]
    counts: dict[str, int]


class MapView(BaseModel):
    """A GeoJSON FeatureCollection (RFC 7946)."""

    type: str
    features: list[dict[str, Any]]


MAP: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "GeoJSON: precincts, beats and open reports",
        "content": {GEOJSON: {"schema": {"$ref": "#/components/schemas/MapView"}}},
    }
}


@router.get("/districts", responses=problems(401, 403, 503))
async def districts(caller: SeesDistricts, session: Transaction, parts: PartsOf) -> DistrictsView:
    """List the districts of the boundary set in force."""
    scope = scope_of(caller)
    directory = await parts.directories.current(session)
    posted = await posted_by_beat(session, parts.context.clock())
    sight = await sight_of(session, caller, parts.directories)
    counts = await open_by_district(session, scope, told_to(sight))
    return DistrictsView(
        boundary_set=BoundarySetView(
            id=directory.boundary_set_id,
            label=directory.label,
            approximate=directory.approximate,
        ),
        districts=[
            DistrictView(**_plain(entry, counts, posted)) for entry in directory.seen_by(scope)
        ],
    )


@router.get("/districts/{code}", responses=STAFF)
async def district(
    code: DistrictCode, caller: SeesDistricts, session: Transaction, parts: PartsOf
) -> FullDistrictView:
    """Return one district with its outline and who is posted to it."""
    scope = scope_of(caller)
    directory = await parts.directories.current(session)
    entry = directory.entry(code, scope)
    beats = [part.code for part in directory.within(entry)]
    posted = await posted_by_beat(session, parts.context.clock(), beats)
    sight = await sight_of(session, caller, parts.directories)
    counts = await open_by_district(session, scope, told_to(sight))
    there = [officer for part in directory.within(entry) for officer in posted.get(part.code, ())]
    return FullDistrictView(
        **_plain(entry, counts, posted),
        geometry=json.loads(entry.geometry),
        station_address=entry.station_address,
        phone=entry.phone,
        officers=[
            PostedView(
                code=officer.code,
                name=officer.name,
                kind=officer.kind,
                on_shift=officer.on_shift,
            )
            for officer in dict.fromkeys(there)
        ],
    )


@router.get("/districts/{code}/queue", responses=STAFF)
async def district_queue(
    code: DistrictCode, caller: SeesReports, session: Transaction, parts: PartsOf
) -> QueueView:
    """Return the open reports of a precinct or beat, in working order."""
    scope = scope_of(caller)
    directory = await parts.directories.current(session)
    entry = directory.entry(code, scope)
    beats = [each.code for each in directory.within(entry)]
    sight = await sight_of(session, caller, parts.directories)
    now, part = parts.context.clock(), Part(entry, told=told_to(sight))
    posted = await posted_by_beat(session, now, beats)
    counts = await open_by_status(session, scope, now, part)
    reports = await queue(session, scope, now, part)
    total = {entry.code: sum(counts.values())}
    return QueueView(
        at=now,
        district=DistrictView(**_plain(entry, total, posted)),
        reports=await views(session, Viewer(caller, parts.directories), reports),
        counts=counts,
    )


class QueueQuery(BaseModel):
    """Which of the open reports: all that the caller sees by default."""

    status: Annotated[list[Status], Field(description="One or more of the open ones")] = []
    district: Annotated[Code | None, Field(description="Code of a precinct or beat")] = None
    overdue: Annotated[bool, Field(description="Only those whose deadline has passed")] = False
    officer: Annotated[Code | None, Field(description="Only those of this officer")] = None
    unplaced: Annotated[bool, Field(description="Only those in no precinct")] = False


@router.get("/queue", responses=problems(401, 403, 404, 422, 503))
async def whole_queue(
    query: Annotated[QueueQuery, Query()],
    caller: SeesReports,
    session: Transaction,
    parts: PartsOf,
) -> QueueView:
    """Return the open reports the caller sees, or a part of them, in working order."""
    scope, now, entry = scope_of(caller), parts.context.clock(), None
    if query.district is not None:
        entry = (await parts.directories.current(session)).entry(query.district, scope)
    told = told_to(await sight_of(session, caller, parts.directories))
    part = Part(entry, query.status, query.overdue, query.officer, query.unplaced, told)
    return QueueView(
        at=now,
        district=None,
        reports=await views(
            session,
            Viewer(caller, parts.directories),
            await queue(session, scope, now, part),
        ),
        counts=await open_by_status(session, scope, now, part),
    )


@router.get(
    "/districts/{code}/map",
    response_model=MapView,
    response_class=Response,
    responses=STAFF | MAP,
)
async def district_map(
    code: DistrictCode, caller: SeesDistricts, session: Transaction, parts: PartsOf
) -> Response:
    """Return a district, its beats and its open reports as GeoJSON."""
    scope = scope_of(caller)
    directory = await parts.directories.current(session)
    entry = directory.entry(code, scope)
    sight = await sight_of(session, caller, parts.directories)
    part = Part(entry, told=told_to(sight))
    reports = await _drawn(session, parts, caller, part)
    return await _map(session, parts, list(directory.within(entry)), reports, sight)


@router.get(
    "/map",
    response_model=MapView,
    response_class=Response,
    responses=problems(401, 403, 503) | MAP,
)
async def whole_map(caller: SeesDistricts, session: Transaction, parts: PartsOf) -> Response:
    """Return all districts and open reports the caller sees as GeoJSON."""
    scope: Scope = scope_of(caller)
    directory = await parts.directories.current(session)
    reports = await _drawn(session, parts, caller, ALL)
    sight = await sight_of(session, caller, parts.directories)
    return await _map(session, parts, list(directory.seen_by(scope)), reports, sight)


async def _drawn(
    session: AsyncSession, parts: Parts, caller: Caller, part: Part
) -> Sequence[Report]:
    if not may(caller, Action.SEE_REPORTS):
        return []
    return await queue(session, scope_of(caller), parts.context.clock(), part)


async def _map(
    session: AsyncSession,
    parts: Parts,
    entries: Sequence[Entry],
    reports: Iterable[Report],
    sight: Sight | None,
) -> Response:
    beats = [entry.code for entry in entries]
    posted = await posted_by_beat(session, parts.context.clock(), beats)
    features = [
        # The outline is text already, and may be long: it is not read and written again.
        _feature(
            {
                "kind": entry.level.value,
                "code": entry.code,
                "name": entry.name,
                "parent": entry.parent,
                "unattended": _unattended(entry, posted),
            },
            entry.geometry,
        )
        for entry in entries
    ]
    for report in reports:
        point = sight.point(report) if sight else point_of(report.place)
        if point is not None:
            features.append(
                _feature(
                    {
                        "kind": "report",
                        "number": report.number,
                        "status": report.status,
                        "priority": report.priority,
                        "category": report.category,
                        "precinct": report.precinct_code,
                        "beat": report.beat_code,
                        "received_at": report.received_at.isoformat(),
                    },
                    json.dumps({"type": "Point", "coordinates": point}),
                )
            )
    body = '{"type":"FeatureCollection","features":[' + ",".join(features) + "]}"
    return Response(body, media_type=GEOJSON)


def _feature(properties: dict[str, Any], geometry: str) -> str:
    said = json.dumps(properties, ensure_ascii=False)
    return f'{{"type":"Feature","properties":{said},"geometry":{geometry}}}'


def _plain(
    entry: Entry, counts: dict[str, int], posted: dict[str, list[PostedOfficer]]
) -> dict[str, Any]:
    return {
        "code": entry.code,
        "level": entry.level,
        "parent": entry.parent,
        "name": entry.name,
        "bbox": entry.bbox,
        "open_reports": counts.get(entry.code, 0),
        "unattended": _unattended(entry, posted),
    }


def _unattended(entry: Entry, posted: dict[str, list[PostedOfficer]]) -> bool | None:
    if entry.level is Level.PRECINCT:
        return None
    return why_unattended(posted.get(entry.code, ())) is not None
