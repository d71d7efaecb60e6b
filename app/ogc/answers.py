"""Answers: which format is wanted, links, and the headers that go with them."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from fastapi import Request
from starlette.responses import Response

from app.api.parts import parts
from app.errors import BeatwayError
from app.ogc.parameters import ParameterError

JSON = "application/json"
GEOJSON = "application/geo+json"
SCHEMA = "application/schema+json"
OPENAPI = "application/vnd.oai.openapi+json;version=3.0"
HTML = "text/html"
MVT = "application/vnd.mapbox-vector-tile"
# What else a format is asked for as, beside its own name.
ALIASES = {GEOJSON: (JSON,), SCHEMA: (JSON,), OPENAPI: (JSON, "application/vnd.oai.openapi+json")}

Link = dict[str, Any]


class NotAcceptableError(BeatwayError):
    """None of the formats that are accepted can be had here."""

    status = 406
    code = "not-acceptable"


def root_of(request: Request) -> str:
    """Return the address of the landing page, without a slash at its end."""
    public = parts(request).settings.public_url
    return f"{public or str(request.base_url).rstrip('/')}/ogc"


def wants_html(request: Request, data: str) -> bool:
    """Tell whether an answer is wanted as a page; else it is wanted as data.

    Parameters
    ----------
    request : Request
    data : str
        Media type of the data.

    Raises
    ------
    ParameterError
        When `f` names neither.
    NotAcceptableError
    """
    said = request.query_params.get("f")
    if said is not None:
        if said not in {"json", "html"}:
            raise ParameterError(f"f is json or html, not {said!r}")
        return said == "html"
    accept = request.headers.get("accept")
    if accept is None:
        return False
    ranges = _ranges(accept)
    as_data = max(_quality(ranges, media_type) for media_type in (data, *ALIASES.get(data, ())))
    as_page = _quality(ranges, HTML)
    if max(as_data, as_page) <= 0.0:
        raise NotAcceptableError
    return as_page > as_data


def _ranges(accept: str) -> list[tuple[str, float]]:
    found = []
    for part in accept.split(","):
        media, *rest = (piece.strip().lower() for piece in part.split(";"))
        quality = 1.0
        for piece in rest:
            if piece.startswith("q="):
                try:
                    quality = float(piece[2:])
                except ValueError:
                    quality = 0.0
        found.append((media, quality))
    return found


def _quality(ranges: list[tuple[str, float]], media_type: str) -> float:
    bare = media_type.partition(";")[0]
    # The narrowest range that fits counts.
    for fits in (bare, f"{bare.partition('/')[0]}/*", "*/*"):
        for media, quality in ranges:
            if media == fits:
                return quality
    return 0.0


def link(
    href: str, rel: str, media_type: str | None = None, title: str | None = None, **more: Any
) -> Link:
    """Make a link object."""
    made: Link = {"href": href, "rel": rel}
    if media_type:
        made["type"] = media_type
    if title:
        made["title"] = title
    return made | more


def with_query(url: str, query: Mapping[str, Any]) -> str:
    """Return an address with a query."""
    return f"{url}?{urlencode(query)}" if query else url


def own_links(request: Request, path: str, data: str, *, html: bool) -> list[Link]:
    """Return `self` and `alternate` of what is answered.

    Parameters
    ----------
    request : Request
    path : str
        Below the landing page.
    data : str
        Media type of the data.
    html : bool
        Whether this answer is the page.
    """
    url = root_of(request) + path
    query = {name: value for name, value in request.query_params.items() if name != "f"}
    page, plain = (
        (with_query(url, query | {"f": name}), media)
        for name, media in (("html", HTML), ("json", data))
    )
    mine, other = (page, plain) if html else (plain, page)
    return [
        link(mine[0], "self", mine[1], "This document"),
        link(other[0], "alternate", other[1], "This document in another format"),
    ]


def tag(*parts_of: str | bytes) -> str:
    """Return a strong entity tag of some content, without quotes."""
    digest = hashlib.sha256()
    for part in parts_of:
        digest.update(part.encode() if isinstance(part, str) else part)
        digest.update(b"\0")
    return digest.hexdigest()[:24]


def open_headers(request: Request) -> dict[str, str]:
    """Return the headers of what everybody may read: other sites' pages, too."""
    if "authorization" in request.headers or "cookie" in request.headers:
        return {"Vary": "Accept, Accept-Language, Authorization, Cookie"}
    return {
        "Access-Control-Allow-Origin": "*",
        "Access-Control-Expose-Headers": "Content-Crs, ETag, Link, Location",
        "Cross-Origin-Resource-Policy": "cross-origin",
        "Cache-Control": "no-cache",
        "Vary": "Accept, Accept-Language, Authorization, Cookie",
    }


def answer(
    request: Request,
    body: str | Mapping[str, Any],
    media_type: str,
    *,
    headers: Mapping[str, str] | None = None,
    status: int = 200,
    etag: str | None = None,
) -> Response:
    """Answer with data, or only say that the client's copy is still right.

    Parameters
    ----------
    request : Request
    body : str or mapping
        A mapping is written as JSON.
    media_type : str
    headers : mapping, optional
    status : int
    etag : str, optional
        Entity tag without quotes.
    """
    text = body if isinstance(body, str) else json.dumps(body, ensure_ascii=False)
    found = open_headers(request) | dict(headers or {})
    if etag is not None:
        found["ETag"] = f'"{etag}"'
        known = request.headers.get("if-none-match")
        if known is not None and is_among(etag, known, weak=True):
            return Response(status_code=304, headers=found)
    return Response(text, status, found, media_type)


def is_among(etag: str, header: str, *, weak: bool = False) -> bool:
    """Tell whether an entity tag is in an `If-Match` or `If-None-Match` header.

    Parameters
    ----------
    etag : str
        Without quotes.
    header : str
    weak : bool
        Whether weak tags count.
    """
    if header.strip() == "*":
        return True
    for part in header.split(","):
        known = part.strip()
        if weak:
            known = known.removeprefix("W/")
        if known == f'"{etag}"':
            return True
    return False
