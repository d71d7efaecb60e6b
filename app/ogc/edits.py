"""OGC API Features, Part 4: create, replace, update and delete the districts of a draft."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from app.access import Caller
from app.api.callers import PartsOf, Transaction
from app.boundary_drafts import DRAFT as DRAFT_STATE
from app.boundary_drafts import edit_draft
from app.errors import BeatwayError, ConflictError, NotFoundError
from app.ogc.answers import GEOJSON, is_among, link, own_links, root_of
from app.ogc.answers import answer as answer_data
from app.ogc.bodies import MERGE_PATCH, as_merged, as_new, as_replaced, document, shape_of
from app.ogc.callers import EditsBoundaries, SeesBoundaries
from app.ogc.collections import Collection, describe
from app.ogc.crs import DEFAULT, Crs, find
from app.ogc.features import DRAFT, LARGEST_ID, OPEN, READ, feature_path, feature_text
from app.ogc.parameters import Parameters
from app.ogc.sources import LEVELS, DraftSource, Item, draft_source
from app.ogc.state import words_of
from app.permissions import Action, may
from geo.districts import District

router = APIRouter(include_in_schema=False)

# One district of a whole region, with every vertex of its coast.
LARGER_BODIES = {"/ogc/collections/draft-": 16 * 1024 * 1024}
READS = (*READ, "OPTIONS")
CHANGES_ALL = (*READS, "POST")
CHANGES_ONE = (*READS, "PUT", "PATCH", "DELETE")


class PreconditionRequiredError(BeatwayError):
    """Say which state of the feature you change: send its ETag as If-Match."""

    status = 428
    code = "precondition-required"


class PreconditionFailedError(BeatwayError):
    """The feature has changed since you read it; read it again."""

    status = 412
    code = "precondition-failed"


class CodeTakenError(ConflictError):
    """There is already a district with this code."""

    code = "code-taken"


async def _draft_to_change(
    draft: int, kind: str, request: Request, _caller: EditsBoundaries, session: Transaction
) -> Collection:
    level = LEVELS.get(kind)
    if level is None or draft > LARGEST_ID:
        raise NotFoundError(f"There is no collection draft-{draft}-{kind}")
    # Locked from here on: nobody changes the feature between the look at its tag and the change.
    source = await draft_source(session, draft, level, lock=True)
    return await describe(session, source, words_of(request)[1])


ToChange = Annotated[Collection, Depends(_draft_to_change)]


@router.options(f"{DRAFT}/items")
async def options_of_draft(
    draft: int, kind: str, caller: SeesBoundaries, session: Transaction
) -> Response:
    """Tell what may be done with a draft's features."""
    changeable = await _changeable(session, caller, draft, kind)
    return _options(CHANGES_ALL if changeable else READS)


@router.options(f"{DRAFT}/items/{{feature:path}}")
async def options_of_draft_item(
    draft: int, kind: str, caller: SeesBoundaries, session: Transaction
) -> Response:
    """Tell what may be done with one feature of a draft."""
    changeable = await _changeable(session, caller, draft, kind)
    return _options(CHANGES_ONE if changeable else READS)


@router.options(f"{OPEN}/items")
async def options(collection: str) -> Response:
    """Tell that what is in force can only be read."""
    return _read_only(collection)


@router.options(f"{OPEN}/items/{{feature:path}}")
async def options_of_item(collection: str) -> Response:
    """Tell the same of one feature."""
    return _read_only(collection)


async def _changeable(session: Transaction, caller: Caller, draft: int, kind: str) -> bool:
    level = LEVELS.get(kind)
    if level is None or draft > LARGEST_ID:
        raise NotFoundError(f"There is no collection draft-{draft}-{kind}")
    source = await draft_source(session, draft, level)
    return source.draft.state == DRAFT_STATE and may(caller, Action.EDIT_BOUNDARIES)


def _read_only(collection: str) -> Response:
    if collection not in LEVELS:
        raise NotFoundError(f"There is no collection {collection}")
    return _options(READS)


def _options(methods: tuple[str, ...]) -> Response:
    headers = {"Allow": ", ".join(methods)}
    if "POST" in methods:
        headers["Accept-Post"] = GEOJSON
    if "PATCH" in methods:
        headers["Accept-Patch"] = MERGE_PATCH
    return Response(None, 200, headers)


@router.post(f"{DRAFT}/items")
async def create(
    request: Request,
    collection: ToChange,
    caller: EditsBoundaries,
    session: Transaction,
    parts: PartsOf,
) -> Response:
    """Add a district to a draft."""
    Parameters(request)
    source = _source(collection)
    given = as_new(await document(request, GEOJSON), source.level, _crs(request, collection))
    if given.code in source.known.by_code:
        raise CodeTakenError(f"The draft already has a district {given.code}")
    await edit_draft(session, parts.context, source.draft.id, upsert=[given], actor=caller.login)
    item = Item(given.code, shape_of(given))
    path = feature_path(collection, item.id)
    links = own_links(request, path, GEOJSON, html=False)
    links.append(link(f"{root_of(request)}{collection.path}", "collection", title=collection.title))
    headers = {
        "Location": root_of(request) + path,
        "ETag": f'"{item.state}"',
        "Content-Crs": f"<{DEFAULT.uri}>",
    }
    body = feature_text(item, DEFAULT, links)
    return answer_data(request, body, GEOJSON, headers=headers, status=201)


@router.put(f"{DRAFT}/items/{{feature:path}}")
async def replace(
    feature: str,
    request: Request,
    collection: ToChange,
    caller: EditsBoundaries,
    session: Transaction,
    parts: PartsOf,
) -> Response:
    """Put another district in the place of one of a draft."""
    Parameters(request)
    source = _source(collection)
    former = await source.item(session, feature)
    body = await document(request, GEOJSON)
    _check(request, former)
    given = as_replaced(body, former.district, _crs(request, collection))
    return await _changed(session, parts, source, given, caller.login)


@router.patch(f"{DRAFT}/items/{{feature:path}}")
async def update(
    feature: str,
    request: Request,
    collection: ToChange,
    caller: EditsBoundaries,
    session: Transaction,
    parts: PartsOf,
) -> Response:
    """Change some of a district of a draft."""
    Parameters(request)
    source = _source(collection)
    former = await source.item(session, feature)
    body = await document(request, MERGE_PATCH)
    _check(request, former)
    given = as_merged(body, former.district, _crs(request, collection))
    return await _changed(session, parts, source, given, caller.login)


@router.delete(f"{DRAFT}/items/{{feature:path}}")
async def delete(
    feature: str,
    request: Request,
    collection: ToChange,
    caller: EditsBoundaries,
    session: Transaction,
    parts: PartsOf,
) -> Response:
    """Take a district out of a draft."""
    Parameters(request)
    source = _source(collection)
    former = await source.item(session, feature)
    _check(request, former)
    await edit_draft(
        session,
        parts.context,
        source.draft.id,
        upsert=[],
        remove=[former.district.code],
        actor=caller.login,
    )
    return Response(status_code=204)


async def _changed(
    session: Transaction, parts: PartsOf, source: DraftSource, given: District, login: str
) -> Response:
    await edit_draft(session, parts.context, source.draft.id, upsert=[given], actor=login)
    item = Item(given.code, shape_of(given))
    return Response(status_code=204, headers={"ETag": f'"{item.state}"'})


def _source(collection: Collection) -> DraftSource:
    assert isinstance(collection.source, DraftSource)  # noqa: S101 - as `_draft_to_change` makes it
    return collection.source


def _check(request: Request, item: Item) -> None:
    """Refuse a change of a state that whoever asks has not seen."""
    said: Any = request.headers.get("if-match")
    if said is None:
        raise PreconditionRequiredError
    # A representation in another system has what it is in behind the tag of the state.
    plain = ",".join(_bare(part) for part in said.split(","))
    if not is_among(item.state, plain):
        raise PreconditionFailedError


def _bare(etag: str) -> str:
    state, dash, _ = etag.strip().partition("-")
    return f'{state}"' if dash and state.startswith('"') else etag


def _crs(request: Request, collection: Collection) -> Crs:
    said = request.headers.get("content-crs")
    return DEFAULT if said is None else find(said, collection.systems)
