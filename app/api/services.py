"""Services that are not the police: who is responsible where, and keeping them."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query, Request, Response

from app import service_edits
from app.access import Caller
from app.api.boundary_uploads import FORM_ROOM, received
from app.api.callers import (
    Anybody,
    EditsServices,
    PartsOf,
    SeesServices,
    Transaction,
    address_of,
    allowed_for_long,
)
from app.api.forms import form
from app.api.parts import Parts
from app.api.problems import problems
from app.api.service_shapes import (
    ChangesView,
    EditBody,
    KindView,
    PreviewView,
    ServiceBody,
    ServicesView,
    ServiceView,
    ServingView,
    change_view,
    preview_view,
    served,
    service_view,
)
from app.api.shapes import Code
from app.permissions import Action, may
from app.service_files import ServiceDraft, ServiceFile, read_services
from app.service_lookup import kind_of
from app.triage import given
from geo.coordinates import checked_point

router = APIRouter(prefix="/api/v1/services", tags=["services"])

MOST_MEGABYTES = 20
LARGER_BODIES = {"/api/v1/services/": MOST_MEGABYTES * 1_000_000 + FORM_ROOM}
FORM = form(layer={"type": "string"})

ServiceCode = Annotated[Code, Path(description="Code of a service")]
Imports = Annotated[Caller, Depends(allowed_for_long(Action.EDIT_SERVICES))]
Replaces = Annotated[
    bool, Query(description="Take services that the file does not have out of use")
]


@router.get("", responses=problems(401, 403, 422))
async def services(
    caller: SeesServices,
    session: Transaction,
    parts: PartsOf,
    *,
    retired: Annotated[bool, Query(description="Also those out of use")] = False,
) -> ServicesView:
    """List services, and what categories ask them for."""
    rows = await service_edits.listed(session, retired=retired)
    rules = (await parts.context.triage.get(session)).rules
    return ServicesView(
        services=[service_view(row, parts.context) for row in rows],
        kinds=[
            KindView(kind=kind, names=dict(names))
            for kind, names in service_edits.kinds_asked(rules).items()
        ],
        may_edit=may(caller, Action.EDIT_SERVICES),
    )


@router.get("/locate", responses=problems(401, 422, 429))
async def locate(
    request: Request,
    caller: Anybody,
    session: Transaction,
    parts: PartsOf,
    category: Annotated[Code, Query(description="Code of a category")],
    lon: Annotated[float, Query(description="Longitude in degrees, EPSG:4326")],
    lat: Annotated[float, Query(description="Latitude in degrees, EPSG:4326")],
    accuracy: Annotated[float, Query(description="Radius of uncertainty in metres")] = 0.0,
) -> ServingView:
    """Tell which service is responsible for a category at a point."""
    if caller is None:
        await parts.rates.spend("locate", address_of(request))
    kind = kind_of(given(await parts.context.triage.get(session), category))
    lon, lat, accuracy = checked_point(lon, lat, accuracy)
    found = (await parts.context.services.get(session)).at(kind, lon, lat, accuracy)
    return ServingView(
        category=category,
        kind=kind,
        reason=found.reason,
        services=[served(each, parts.context) for each in found.services],
    )


@router.post("/preview", responses=problems(401, 403, 413, 422), openapi_extra=FORM)
async def preview(
    request: Request, _caller: Imports, parts: PartsOf, *, replace: Replaces = False
) -> PreviewView:
    """Tell what importing a file would do and what is wrong with it; nothing is changed."""
    async with _read(request, parts) as file, parts.database.transaction() as session:
        return preview_view(
            await service_edits.preview(session, parts.context, file, replace=replace)
        )


@router.post("/import", responses=problems(401, 403, 413, 422), openapi_extra=FORM)
async def import_file(
    request: Request, caller: Imports, parts: PartsOf, *, replace: Replaces = False
) -> PreviewView:
    """Import a file; with an error in it nothing is changed."""
    async with _read(request, parts) as file, parts.database.transaction() as session:
        shown, told = await service_edits.apply(
            session, parts.context, file, caller.login, replace=replace
        )
        return preview_view(shown, told)


@asynccontextmanager
async def _read(request: Request, parts: Parts) -> AsyncIterator[ServiceFile]:
    async with received(request) as upload, parts.heavy:
        async with parts.database.transaction() as session:
            kinds = service_edits.kinds_asked((await parts.context.triage.get(session)).rules)
        path = upload.wish.sources.file
        yield await asyncio.to_thread(read_services, path, kinds)


@router.post("/{code}", status_code=201, responses=problems(401, 403, 409, 422))
async def add(
    code: ServiceCode,
    body: ServiceBody,
    caller: EditsServices,
    session: Transaction,
    parts: PartsOf,
) -> ServiceView:
    """Add a service for the whole city; areas come from files."""
    values = body.values()
    active = values.pop("active")
    draft = ServiceDraft(code, **{**values, "kinds": tuple(values["kinds"])})
    row = await service_edits.add(session, parts.context, draft, caller.login)
    if not active:
        row = await service_edits.edit(
            session, parts.context, code, {"active": False}, caller.login, row.version
        )
    return service_view(row, parts.context)


@router.put("/{code}", responses=problems(401, 403, 404, 409, 422))
async def edit(
    code: ServiceCode,
    body: EditBody,
    caller: EditsServices,
    session: Transaction,
    parts: PartsOf,
) -> ServiceView:
    """Change what is said of a service, or take it out of use."""
    row = await service_edits.edit(
        session, parts.context, code, body.values(), caller.login, body.version
    )
    return service_view(row, parts.context)


@router.get("/{code}/changes", responses=problems(401, 403, 422))
async def changes(code: ServiceCode, _: SeesServices, session: Transaction) -> ChangesView:
    """List what was changed of a service."""
    return ChangesView(
        changes=[change_view(each) for each in await service_edits.changes(session, code)]
    )


@router.get("/{code}/area", responses=problems(401, 403, 404, 422))
async def area(code: ServiceCode, _: SeesServices, session: Transaction) -> Response:
    """Return a service's area as GeoJSON, EPSG:4326; null for the whole city."""
    text = await service_edits.area_json(session, code)
    return Response(text, media_type="application/geo+json")
