"""The short way of a tile: from memory to the wire, before any route is looked for."""

import re

from starlette.types import ASGIApp, Receive, Scope, Send

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
    # Another encoding is another representation, and so has another tag.
    etag = tile.etag if zipped else f'{tile.etag[:-1]}-plain"'
    headers = ALWAYS | {"ETag": etag}
    if known is not None and is_among(etag[1:-1], known, weak=True):
        return NOT_MODIFIED, headers, b""
    body = tile.body if zipped else tile.plain()
    headers |= {"Content-Type": MVT, "Content-Length": str(len(body))}
    if zipped:
        headers["Content-Encoding"] = "gzip"
    return 200, headers, body


class TileServer:
    """Answers what is in memory; everything else goes on to the routes, which say what is wrong.

    Parameters
    ----------
    app
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or pass it on."""
        if (
            scope["type"] == "http"
            and scope["method"] == "GET"
            and scope["path"].startswith("/ogc/")
            and not scope["query_string"]
        ):
            answer = await _short_way(scope)
            if answer is not None:
                status, headers, body = answer
                raw = [(name.lower().encode(), text.encode()) for name, text in headers.items()]
                await send({"type": "http.response.start", "status": status, "headers": raw})
                await send({"type": "http.response.body", "body": body})
                return
        await self._app(scope, receive, send)


async def _short_way(scope: Scope) -> tuple[int, dict[str, str], bytes] | None:
    place = place_of(scope["path"])
    tiles = state_of(scope["app"]).tiles.fresh() if place else None
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
    held: Parts = scope["app"].state.parts
    client = scope.get("client")
    try:
        await held.rates.spend(PURPOSE, network_of(client[0] if client else None))
    except TooManyRequestsError:
        return None
    return sent(found, known, zipped=zipped)
