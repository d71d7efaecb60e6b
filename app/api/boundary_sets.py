"""Boundary sets: uploading, looking, editing a draft, preview and download."""

import asyncio
import json
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Header, Path, Query, Request, Response
from sqlalchemy.ext.asyncio import AsyncSession

from app import boundary_audit, boundary_preview
from app.access import Caller
from app.api.boundary_making import lines_of, make, wants_lines
from app.api.boundary_shapes import (
    AuditView,
    CheckedSetView,
    DeedView,
    ProblemsView,
    ProblemView,
    SetLineView,
    SetsView,
    SetView,
    line,
)
from app.api.boundary_uploads import json_of, larger_bodies, received
from app.api.callers import (
    COUNTS_ALL,
    EditsBoundaries,
    PartsOf,
    SeesBoundaries,
    Transaction,
    allowed_for_long,
)
from app.api.forms import BYTES, form
from app.api.parts import Parts
from app.api.problems import problems
from app.boundaries import list_sets, summary
from app.boundary_drafts import (
    delete_draft,
    draft_districts,
    edit_draft,
    find_set,
    problems_of,
    replace_draft,
    said,
)
from app.boundary_export import ExportFormat, export_bytes
from app.boundary_raw import raw_of_feature
from app.boundary_rows import Given, as_feature
from app.boundary_schedule import schedules
from app.errors import BadRequestError, InvalidError
from app.permissions import Action

router = APIRouter(
    prefix="/api/v1/boundary-sets", tags=["boundaries"], responses=problems(401, 403)
)

SetId = Annotated[int, Path(ge=1, le=2**31 - 1, description="A boundary set's number")]
IfMatch = Annotated[
    str | None, Header(alias="If-Match", description="The revision the change is meant for")
]
GEOJSON = "application/geo+json"
FORM = form(
    file=BYTES | {"description": "Of our own schema, or beats, or precincts"},
    precincts_file=BYTES | {"description": "Where `file` has the beats"},
    mapping={
        "type": "string",
        "description": "JSON: {beats: {code, name, parent}, precincts: {code, name}}; guessed where"
        " it is missing",
    },
    layer={"type": "string", "description": "Of a GeoPackage"},
    precincts_layer={"type": "string"},
    based_on={"type": "integer"},
    label={"type": "string"},
    keep={"type": "boolean", "description": "Store it with its errors"},
    repair={"type": "boolean"},
    tolerance_m={"type": "number"},
)
FEATURES: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {GEOJSON: {"schema": {"type": "object"}}},
    }
}
CHANGES: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            "application/json": {
                "schema": {
                    "type": "object",
                    "properties": {
                        "upsert": {"type": "array", "items": {"type": "object"}},
                        "remove": {"type": "array", "items": {"type": "string"}},
                    },
                }
            }
        },
    }
}
LINES: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "Progress, a line each, and last the outcome as `status` and `body`",
        "content": {"application/x-ndjson": {"schema": {"type": "string"}}},
    }
}

EditsForLong = Annotated[Caller, Depends(allowed_for_long(Action.EDIT_BOUNDARIES))]
SeesForLong = Annotated[Caller, Depends(allowed_for_long(Action.SEE_BOUNDARIES))]


async def set_view(
    session: AsyncSession, caller: Caller, parts: Parts, boundary_set_id: int
) -> SetLineView:
    """Return one boundary set as somebody sees it."""
    row = await summary(session, boundary_set_id)
    scheduled = (await schedules(session, boundary_set_id)).get(boundary_set_id, [])
    return line(row, scheduled, caller, parts.context)


async def checked_view(
    session: AsyncSession, caller: Caller, parts: Parts, boundary_set_id: int
) -> CheckedSetView:
    """Return one boundary set with its problems."""
    view = await set_view(session, caller, parts, boundary_set_id)
    found = said(await problems_of(session, boundary_set_id))
    counts = view.problem_counts
    return CheckedSetView(
        **{name: getattr(view, name) for name in SetView.model_fields},
        problems=[ProblemView.model_validate(each) for each in found],
        problems_total=counts.error + counts.warning + counts.note,
    )


def etag(revision: int) -> str:
    """Return a revision as an entity tag."""
    return f'"{revision}"'


def revision_of(if_match: str | None) -> int | None:
    """Return the revision that an If-Match header names; None for any.

    Raises
    ------
    BadRequestError
    """
    if if_match is None or if_match.strip() == "*":
        return None
    plain = if_match.strip().removeprefix("W/").strip('"')
    if not (plain.isascii() and plain.isdigit() and len(plain) < 10):  # noqa: PLR2004 - of an int
        raise BadRequestError("If-Match names no revision of this draft")
    return int(plain)


@router.get("")
async def boundary_sets(session: Transaction, caller: SeesBoundaries, parts: PartsOf) -> SetsView:
    """List the boundary sets, the newest first."""
    scheduled = await schedules(session)
    return SetsView(
        sets=[
            line(row, scheduled.get(row.id, []), caller, parts.context)
            for row in await list_sets(session)
        ],
        upload_mb=parts.settings.boundary_upload_mb,
    )


@router.post(
    "",
    status_code=201,
    response_model=CheckedSetView,
    responses=problems(413, 422) | LINES,
    openapi_extra=FORM,
)
async def upload(request: Request, caller: EditsForLong, parts: PartsOf) -> Response:
    """Make a draft of a file: read, validated, and repaired if that is asked for.

    With errors nothing is stored, unless `keep` is set. With `Accept: application/x-ndjson` the
    answer is lines of progress and last the outcome.
    """
    if wants_lines(request):
        return await lines_of(request, caller, parts, answer)
    async with received(request) as given:
        made = await make(given, caller, parts)
    body = await answer(caller, parts, made)
    return Response(body.model_dump_json(), status_code=201, media_type="application/json")


async def answer(caller: Caller, parts: Parts, boundary_set_id: int) -> CheckedSetView:
    """Return a set that was just made."""
    async with parts.database.transaction() as session:
        return await checked_view(session, caller, parts, boundary_set_id)


@router.get("/{set_id}", responses=problems(404, 422))
async def boundary_set(
    set_id: SetId, session: Transaction, caller: SeesBoundaries, parts: PartsOf, response: Response
) -> SetLineView:
    """Return one boundary set; its ETag is its revision."""
    view = await set_view(session, caller, parts, set_id)
    response.headers["ETag"] = etag(view.revision)
    return view


@router.delete("/{set_id}", status_code=204, responses=problems(404, 409, 422))
async def delete(set_id: SetId, session: Transaction, caller: EditsBoundaries) -> None:
    """Throw a draft away."""
    await delete_draft(session, set_id, caller.login)


@router.get("/{set_id}/problems", responses=problems(404, 422))
async def set_problems(
    set_id: SetId, session: Transaction, caller: SeesBoundaries, parts: PartsOf
) -> ProblemsView:
    """Return what validation found, the worst first."""
    view = await checked_view(session, caller, parts, set_id)
    return ProblemsView(problems=view.problems, problems_total=view.problems_total)


@router.get(
    "/{set_id}/districts",
    response_class=Response,
    responses=problems(404, 422)
    | {200: {"description": "GeoJSON", "content": {GEOJSON: {"schema": {"type": "object"}}}}},
)
async def districts(set_id: SetId, caller: SeesForLong, parts: PartsOf) -> Response:
    """Return all districts of a set as GeoJSON in our own schema, every digit kept."""
    _ = caller
    async with parts.database.transaction() as session:
        found = await find_set(session, set_id)
        its = await draft_districts(session, set_id)
    document: dict[str, Any] = {"type": "FeatureCollection", "revision": found.revision}
    body = await asyncio.to_thread(
        lambda: json.dumps(
            document | {"features": [as_feature(each) for each in its]}, ensure_ascii=False
        )
    )
    return Response(body, media_type=GEOJSON, headers={"ETag": etag(found.revision)})


@router.put(
    "/{set_id}/districts",
    responses=problems(400, 404, 409, 413, 422),
    openapi_extra=FEATURES,
)
async def replace(
    set_id: SetId,
    request: Request,
    caller: EditsForLong,
    parts: PartsOf,
    response: Response,
    if_match: IfMatch = None,
) -> CheckedSetView:
    """Put other districts in place of all those of a draft: a GeoJSON FeatureCollection."""
    revision = revision_of(if_match)
    body = await json_of(request, _largest(parts))
    features = body.get("features") if isinstance(body, dict) else None
    given = _given(features, "features")
    async with parts.database.transaction() as session:
        await replace_draft(
            session,
            parts.context,
            set_id,
            districts=given,
            actor=caller.login,
            revision=revision,
        )
        view = await checked_view(session, caller, parts, set_id)
    response.headers["ETag"] = etag(view.revision)
    return view


@router.patch(
    "/{set_id}/districts",
    responses=problems(400, 404, 409, 413, 422),
    openapi_extra=CHANGES,
)
async def edit(
    set_id: SetId,
    request: Request,
    caller: EditsForLong,
    parts: PartsOf,
    response: Response,
    if_match: IfMatch = None,
) -> CheckedSetView:
    """Change some districts of a draft: `upsert` GeoJSON features, `remove` codes."""
    revision = revision_of(if_match)
    body = await json_of(request, _largest(parts))
    if not isinstance(body, dict) or body.keys() - {"upsert", "remove"}:
        raise InvalidError("The body must have `upsert` and `remove`, nothing else")
    remove = body.get("remove", [])
    if not isinstance(remove, list) or not all(isinstance(each, str) for each in remove):
        raise InvalidError("`remove` must be a list of codes", field="remove")
    given = _given(body.get("upsert", []), "upsert")
    async with parts.database.transaction() as session:
        await edit_draft(
            session,
            parts.context,
            set_id,
            upsert=given,
            remove=remove,
            actor=caller.login,
            revision=revision,
        )
        view = await checked_view(session, caller, parts, set_id)
    response.headers["ETag"] = etag(view.revision)
    return view


def _largest(parts: Parts) -> int:
    return larger_bodies(parts.settings)[router.prefix]


def _given(features: Any, field: str) -> list[Given]:
    if not isinstance(features, list):
        raise InvalidError(f"`{field}` must be a list of GeoJSON features", field=field)
    return [raw_of_feature(each, row) for row, each in enumerate(features, 1)]


@router.get("/{set_id}/preview", responses=problems(404, 409, 422), dependencies=[COUNTS_ALL])
async def preview(
    set_id: SetId, session: Transaction, _caller: SeesBoundaries, parts: PartsOf
) -> dict[str, Any]:
    """Tell what putting a set in force would change now: ground, open reports, officers."""
    found = await boundary_preview.preview(session, parts.context, set_id)
    return boundary_preview.as_dict(found)


@router.get("/{set_id}/audit", responses=problems(422))
async def audit(set_id: SetId, session: Transaction, _caller: SeesBoundaries) -> AuditView:
    """Tell who did what to a set, also to a draft that was thrown away."""
    return AuditView(
        audit=[
            DeedView(
                id=deed.id,
                at=deed.at,
                actor=deed.actor,
                kind=deed.kind,
                before=deed.before,
                after=deed.after,
            )
            for deed in await boundary_audit.deeds(session, set_id)
        ]
    )


@router.get(
    "/{set_id}/export",
    response_class=Response,
    responses=problems(404, 422)
    | {
        200: {
            "description": "A file",
            "content": {
                kind: {"schema": {"type": "object"} if kind == GEOJSON else BYTES}
                for kind in sorted({each.media_type for each in ExportFormat})
            },
        }
    },
)
async def export(
    set_id: SetId,
    _caller: SeesForLong,
    parts: PartsOf,
    format_: Annotated[ExportFormat, Query(alias="format")] = ExportFormat.GEOJSON,
) -> Response:
    """Download a set as GeoJSON, GeoPackage or zipped Shapefile."""
    async with parts.database.transaction() as session:
        found = await find_set(session, set_id)
        its = await draft_districts(session, set_id)
    body = await asyncio.to_thread(export_bytes, its, format_, approximate=found.approximate)
    name = f"boundaries-{set_id}{format_.suffix}"
    return Response(
        body,
        media_type=format_.media_type,
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )
