"""The chat page's files, the map library and the base map."""

import json
from pathlib import Path

import httpx
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

from app.emulator.core import Emulator

_TIMEOUT = 10.0


def routes(page: Path, vendor: Path | None) -> list[BaseRoute]:
    """Make the routes of the page.

    Parameters
    ----------
    page
        Folder of our own files.
    vendor
        Folder of the libraries; without it the page does without a map.
    """

    async def index(_: Request) -> Response:
        return FileResponse(page / "index.html", headers={"Cache-Control": "no-cache"})

    found: list[BaseRoute] = [
        Route("/", index),
        Route("/basemap", basemap),
        Mount("/page", _Revalidated(directory=page)),
    ]
    if vendor is not None and vendor.is_dir():
        found.append(Mount("/vendor", StaticFiles(directory=vendor)))
    return found


async def basemap(request: Request) -> Response:
    """Hand the base map on, so that the page needs no other address than ours."""
    emulator: Emulator = request.app.state.emulator
    if emulator.config.map_data_file is not None:
        return FileResponse(emulator.config.map_data_file, media_type="application/geo+json")
    if emulator.config.map_data_url is None:
        return JSONResponse({"type": "FeatureCollection", "features": []})
    if emulator.basemap is None:
        try:
            async with httpx.AsyncClient(timeout=_TIMEOUT, trust_env=False) as client:
                response = await client.get(emulator.config.map_data_url)
                response.raise_for_status()
        except httpx.HTTPError as error:
            return JSONResponse({"detail": f"no base map: {error}"}, status_code=502)
        # An empty map may be filled any moment, when the demo city is loaded.
        if not json.loads(response.content).get("features"):
            return Response(response.content, media_type="application/geo+json")
        emulator.basemap = response.content
    return Response(emulator.basemap, media_type="application/geo+json")


class _Revalidated(StaticFiles):
    """Files of which the browser asks each time whether they changed."""

    def file_response(self, *args: object, **kwargs: object) -> Response:
        response = super().file_response(*args, **kwargs)  # type: ignore[arg-type]  # handed on as they come
        response.headers["Cache-Control"] = "no-cache"
        return response
