"""OGC API Features, Parts 1 and 2: collections and their features, to read."""

import asyncio
import json
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Annotated, Any
from urllib.parse import quote

import shapely
from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from app.api.callers import Transaction
from app.errors import NotFoundError
from app.ogc.answers import (
    GEOJSON,
    HTML,
    JSON,
    SCHEMA,
    answer,
    link,
    own_links,
    root_of,
    wants_html,
    with_query,
)
from app.ogc.callers import Anybody, SeesBoundaries
from app.ogc.collections import Collection, collection_links, describe
from app.ogc.crs import Crs
from app.ogc.parameters import Parameters
from app.ogc.schemas import queryables, schema, texts_of
from app.ogc.sources import (
    LEVELS,
    DraftSource,
    InForceSource,
    Item,
    draft_source,
    known_of,
    open_drafts,
    periods,
)
from app.ogc.state import page, respond, state_of, words_of
from app.permissions import Action, may
from app.routing import load_districts

router = APIRouter(include_in_schema=False)

READ = ["GET", "HEAD"]
DRAFT = "/ogc/collections/draft-{draft:int}-{kind}"
OPEN = "/ogc/collections/{collection}"
LARGEST_ID = 2**31 - 1


async def _described(
    collection: str, request: Request, _caller: Anybody, session: Transaction
) -> Collection:
    level = LEVELS.get(collection)
    if level is None:
        raise NotFoundError(f"There is no collection {collection}")
    source = InForceSource(level, state_of(request.app).sets, await periods(session))
    return await describe(session, source, words_of(request)[1])


async def _described_draft(
    draft: int, kind: str, request: Request, _caller: SeesBoundaries, session: Transaction
) -> Collection:
    level = LEVELS.get(kind)
    if level is None or draft > LARGEST_ID:
        raise NotFoundError(f"There is no collection draft-{draft}-{kind}")
    source = await draft_source(session, draft, level)
    return await describe(session, source, words_of(request)[1])


Described = Annotated[Collection, Depends(_described)]
DescribedDraft = Annotated[Collection, Depends(_described_draft)]


@router.api_route("/ogc/collections", methods=READ)
async def collections(request: Request, caller: Anybody, session: Transaction) -> Response:
    """List the collections that whoever asks may read."""
    Parameters(request)
    words = words_of(request)[1]
    history = await periods(session)
    store = state_of(request.app).sets
    found = [
        await describe(session, InForceSource(level, store, history), words)
        for level in LEVELS.values()
    ]
    if caller is not None and may(caller, Action.SEE_BOUNDARIES):
        for draft in await open_drafts(session):
            known = await asyncio.to_thread(known_of, await load_districts(session, draft.id))
            found += [
                await describe(session, DraftSource(level, draft, known), words)
                for level in LEVELS.values()
            ]
    root = root_of(request)
    described = [
        each.as_dict(
            [
                link(f"{root}{each.path}?f=json", "self", JSON, each.title),
                link(f"{root}{each.path}?f=html", "alternate", HTML, each.title),
                *collection_links(request, each),
            ]
        )
        for each in found
    ]
    systems = list(dict.fromkeys(uri for each in described for uri in each["crs"]))
    return respond(
        request,
        "/collections",
        JSON,
        {"title": words["collections"], "collections": described, "crs": systems},
        template="ogc_collections.html",
        links=[],
    )


@router.api_route(DRAFT, methods=READ)
async def draft_collection(request: Request, collection: DescribedDraft) -> Response:
    """Describe one level of a draft."""
    return _collection(request, collection)


@router.api_route(OPEN, methods=READ)
async def collection(request: Request, described: Described) -> Response:
    """Describe the precincts or the beats in force."""
    return _collection(request, described)


def _collection(request: Request, collection: Collection) -> Response:
    Parameters(request)
    return respond(
        request,
        collection.path,
        JSON,
        collection.as_dict([]),
        template="ogc_collection.html",
        links=collection_links(request, collection),
    )


@router.api_route(f"{DRAFT}/schema", methods=READ)
async def draft_schema(request: Request, collection: DescribedDraft) -> Response:
    """Describe a draft's features, and what may be written."""
    return _schema(request, collection)


@router.api_route(f"{OPEN}/schema", methods=READ)
async def collection_schema(request: Request, described: Described) -> Response:
    """Describe a collection's features."""
    return _schema(request, described)


def _schema(request: Request, collection: Collection) -> Response:
    Parameters(request)
    path = f"{collection.path}/schema"
    draft = isinstance(collection.source, DraftSource)
    made = schema(root_of(request) + path, collection.title, collection.source.level, draft=draft)
    return respond(request, path, SCHEMA, made, template="ogc_schema.html")


@router.api_route(f"{DRAFT}/queryables", methods=READ)
async def draft_queryables(request: Request, collection: DescribedDraft) -> Response:
    """Describe what a draft's features can be asked by."""
    return _queryables(request, collection)


@router.api_route(f"{OPEN}/queryables", methods=READ)
async def collection_queryables(request: Request, described: Described) -> Response:
    """Describe what features can be asked by."""
    return _queryables(request, described)


def _queryables(request: Request, collection: Collection) -> Response:
    Parameters(request)
    path = f"{collection.path}/queryables"
    made = queryables(root_of(request) + path, collection.title, collection.source.level)
    return respond(request, path, SCHEMA, made, template="ogc_schema.html")


@router.api_route(f"{DRAFT}/items", methods=READ)
async def draft_items(
    request: Request, collection: DescribedDraft, session: Transaction
) -> Response:
    """Return features of a draft."""
    return await _items(request, collection, session)


@router.api_route(f"{OPEN}/items", methods=READ)
async def items(request: Request, described: Described, session: Transaction) -> Response:
    """Return features."""
    return await _items(request, described, session)


async def _items(request: Request, collection: Collection, session: Transaction) -> Response:
    texts = texts_of(collection.source.level)
    asked = Parameters(request, "limit", "offset", "bbox", "bbox-crs", "crs", "datetime", *texts)
    html = wants_html(request, GEOJSON)
    crs = asked.crs("crs", collection.systems)
    limit, offset = asked.limit(), asked.offset()
    found = await collection.source.items(session, asked.bbox(collection.systems), asked.datetime())
    wanted = {name: asked.given[name] for name in texts if name in asked.given}
    if wanted:
        found = [item for item in found if _has(item, wanted)]
    shown = found[offset : offset + limit]
    path = f"{collection.path}/items"
    links = own_links(request, path, GEOJSON, html=html)
    links += _pages(request, path, offset, limit, len(found), html=html)
    links.append(link(f"{root_of(request)}{collection.path}", "collection", JSON, collection.title))
    head = {
        "type": "FeatureCollection",
        "timeStamp": datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z"),
        "numberMatched": len(found),
        "numberReturned": len(shown),
        "links": links,
    }
    headers = {"Content-Crs": f"<{crs.uri}>", "Link": _link_header(links)}
    if html:
        names = {
            "data": head,
            "title": collection.title,
            "collection": collection.name,
            "items": shown,
            "by_rel": {each["rel"]: each for each in links},
            "features": _json_links(links),
        }
        return page(request, "ogc_items.html", names, path, headers=headers)
    body = await asyncio.to_thread(_feature_collection, head, shown, crs)
    return answer(request, body, GEOJSON, headers=headers)


def _has(item: Item, wanted: dict[str, str]) -> bool:
    properties = item.properties
    return all(properties.get(name) == value for name, value in wanted.items())


def _pages(
    request: Request, path: str, offset: int, limit: int, total: int, *, html: bool
) -> list[dict[str, Any]]:
    media_type = HTML if html else GEOJSON
    query = dict(request.query_params) | {"limit": str(limit)}
    url = root_of(request) + path
    found = []
    if offset + limit < total:
        after = query | {"offset": str(offset + limit)}
        found.append(link(with_query(url, after), "next", media_type, "Next page"))
    if offset > 0:
        before = query | {"offset": str(max(0, offset - limit))}
        found.append(link(with_query(url, before), "prev", media_type, "Previous page"))
    return found


def _link_header(links: Sequence[dict[str, Any]]) -> str:
    return ", ".join(
        f'<{each["href"]}>; rel="{each["rel"]}"'
        + (f'; type="{each["type"]}"' if "type" in each else "")
        for each in links
    )


def _json_links(links: Sequence[dict[str, Any]]) -> str:
    """Address of the same as data, for the map on the page."""
    return str(next(each["href"] for each in links if each.get("type") == GEOJSON))


def _feature_collection(head: dict[str, Any], shown: Sequence[Item], crs: Crs) -> str:
    features = ",\n".join(feature_text(item, crs) for item in shown)
    return f'{json.dumps(head, ensure_ascii=False)[:-1]}, "features": [\n{features}\n]}}'


def feature_text(item: Item, crs: Crs, links: Sequence[dict[str, Any]] = ()) -> str:
    """Return a feature as GeoJSON, as text.

    Parameters
    ----------
    item : Item
    crs : Crs
        What its coordinates are in.
    links : sequence of Link
        None are written when there are none.
    """
    head: dict[str, Any] = {"type": "Feature", "id": item.id, "properties": item.properties}
    if links:
        head["links"] = list(links)
    # Spliced in as text: coordinates are most of it, and GEOS writes every digit that counts.
    geometry = shapely.to_geojson(crs.from_degrees(item.district.geometry))
    return f'{json.dumps(head, ensure_ascii=False)[:-1]}, "geometry": {geometry}}}'


@router.api_route(f"{DRAFT}/items/{{feature:path}}", methods=READ)
async def draft_item(
    feature: str, request: Request, collection: DescribedDraft, session: Transaction
) -> Response:
    """Return one feature of a draft."""
    return await _item(feature, request, collection, session)


@router.api_route(f"{OPEN}/items/{{feature:path}}", methods=READ)
async def item(
    feature: str, request: Request, described: Described, session: Transaction
) -> Response:
    """Return one feature."""
    return await _item(feature, request, described, session)


async def _item(
    feature: str, request: Request, collection: Collection, session: Transaction
) -> Response:
    asked = Parameters(request, "crs")
    html = wants_html(request, GEOJSON)
    crs = asked.crs("crs", collection.systems)
    found = await collection.source.item(session, feature)
    path = feature_path(collection, found.id)
    links = [
        *own_links(request, path, GEOJSON, html=html),
        link(f"{root_of(request)}{collection.path}", "collection", JSON, collection.title),
    ]
    # Another system, or a page, is another representation, and so has another tag.
    shown = "html" if html else "" if crs.is_default else crs.short
    etag = f"{found.state}-{shown}" if shown else found.state
    headers = {"Content-Crs": f"<{crs.uri}>", "Link": _link_header(links)}
    if html:
        names = {
            "title": found.id,
            "collection": collection.name,
            "item": found,
            "geometry": crs.from_degrees(found.district.geometry),
            "crs": crs,
            "features": _json_links(links),
            "data": {"links": links},
        }
        return page(request, "ogc_item.html", names, path, headers=headers | {"ETag": f'"{etag}"'})
    body = feature_text(found, crs, links)
    return answer(request, body, GEOJSON, headers=headers, etag=etag)


def feature_path(collection: Collection, feature_id: str) -> str:
    """Return the path of a feature below the landing page."""
    return f"{collection.path}/items/{quote(feature_id, safe='')}"
