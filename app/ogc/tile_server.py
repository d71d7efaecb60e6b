"""The short way of a tile: from memory to the wire, before any route is looked for."""

import re
from functools import lru_cache

from fastapi import FastAPI
from starlette.types import Receive, Scope, Send

from app.access_throttle import network_of
from app.api.parts import Parts
from app.errors import TooManyRequestsError
from app.ogc.answers import MVT, is_among
from app.ogc.state import state_of
from app.tiles import ALL, LAYERS, Tile

TMS = "WebMercatorQuad"
PURPOSE = "tiles"
PLACE = re.compile(
    r"/ogc/(?:collections/(?P<layer>[a-z]+)/)?tiles/WebMercatorQuad/"
    r"(?P<z>\d{1,2})/(?P<y>\d{1,8})/(?P<x>\d{1,8})",
    re.ASCII,
)
NOT_MODIFIED = 304
# What every answer has, see `app.api.guards.SafeHeaders`; and other sites' maps may use it.
ALWAYS = {
    "Access-Control-Allow-Origin": "*",
    "Cache-Control": "no-cache",
    "Cross-Origin-Resource-Policy": "cross-origin",
    "Referrer-Policy": "same-origin",
    "Vary": "Accept-Encoding",
    "X-Content-Type-Options": "nosniff",
}

Place = tuple[str, int, int, int]


@lru_cache(maxsize=65_536)
def place_of(path: str) -> Place | None:
    """Return layer, zoom, column and row that a path asks for; None when it is no tile's."""
    match = PLACE.fullmatch(path)
    if match is None:
        return None
    layer = match["layer"] or ALL
    if match["layer"] is not None and layer not in LAYERS:
        return None
    return layer, int(match["z"]), int(match["x"]), int(match["y"])


def sent(tile: Tile, known: str | None, *, zipped: bool) -> tuple[int, dict[str, str], bytes]:
    """Return status, headers and body with which a tile is answered.

    Parameters
    ----------
    tile : Tile
    known : str or None
        The request's `If-None-Match`.
    zipped : bool
        Whether the client can decompress.
    """
    etag = _etag(tile, zipped=zipped)
    if known is not None and is_among(etag[1:-1], known, weak=True):
        return NOT_MODIFIED, ALWAYS | {"ETag": etag}, b""
    body = tile.body if zipped else tile.plain()
    return 200, _headers(etag, len(body), zipped=zipped), body


def _etag(tile: Tile, *, zipped: bool) -> str:
    # Another encoding is another representation, and so has another tag.
    return tile.etag if zipped else f'{tile.etag[:-1]}-plain"'


def _headers(etag: str, length: int, *, zipped: bool) -> dict[str, str]:
    encoding = {"Content-Encoding": "gzip"} if zipped else {}
    return ALWAYS | {"ETag": etag, "Content-Type": MVT, "Content-Length": str(length)} | encoding


@lru_cache(maxsize=16_384)
def _on_the_wire(etag: str, length: int) -> list[tuple[bytes, bytes]]:
    """Write the headers of a zipped tile once, and not for everybody who asks."""
    return _encoded(_headers(etag, length, zipped=True))


def _encoded(headers: dict[str, str]) -> list[tuple[bytes, bytes]]:
    return [(name.lower().encode(), text.encode()) for name, text in headers.items()]


class TileServer(FastAPI):
    """An application that answers tiles which are in memory, before anything else is done.

    Everything else goes on to the routes, which say what is wrong.
    """

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        if (
            scope["type"] == "http"
            and scope["method"] == "GET"
            and scope["path"].startswith("/ogc/")
            and not scope["query_string"]
        ):
            answer = await _short_way(self, scope)
            if answer is not None:
                status, raw, body = answer
                await send({"type": "http.response.start", "status": status, "headers": raw})
                await send({"type": "http.response.body", "body": body})
                return
        await super().__call__(scope, receive, send)


async def _short_way(
    app: FastAPI, scope: Scope
) -> tuple[int, list[tuple[bytes, bytes]], bytes] | None:
    place = place_of(scope["path"])
    tiles = state_of(app).tiles.fresh() if place else None
    if tiles is None or place is None:
        return None
    found = tiles.by_place.get(place)
    if found is None:
        return None
    known, zipped = None, False
    for name, value in scope["headers"]:
        if name == b"authorization":
            return None
        if name == b"if-none-match":
            known = value.decode("latin-1")
        elif name == b"accept-encoding":
            zipped = b"gzip" in value
    held: Parts = app.state.parts
    client = scope.get("client")
    try:
        await held.rates.spend_often(PURPOSE, network_of(client[0] if client else None))
    except TooManyRequestsError:
        return None
    if zipped and known is None:
        return 200, _on_the_wire(found.etag, len(found.body)), found.body
    status, headers, body = sent(found, known, zipped=zipped)
    return status, _encoded(headers), body
