"""OGC API Tiles: vector tiles of the districts in force."""

from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from app.errors import NotFoundError
from app.ogc.answers import GEOJSON, HTML, JSON, MVT, answer, link, open_headers, root_of
from app.ogc.callers import Anybody, TileReader
from app.ogc.crs import CRS84
from app.ogc.parameters import ParameterError, Parameters
from app.ogc.state import respond, state_of, words_of
from app.ogc.tile_server import TMS, place_of, sent
from app.tiles import ALL, LAST_ZOOM, LAYERS, Tiles

router = APIRouter(include_in_schema=False)

READ = ["GET", "HEAD"]
REL = "http://www.opengis.net/def/rel/ogc/1.0/"
TMS_URI = f"http://www.opengis.net/def/tilematrixset/OGC/1.0/{TMS}"
WEB_MERCATOR = "http://www.opengis.net/def/crs/EPSG/0/3857"
HALF = 20037508.342789244
# Of the first tile matrix, of 256 pixels of 0.28 mm.
FIRST_SCALE = 559082264.0287178
FIRST_CELL = 156543.03392804097
ZOOMS = 25


def tile_matrix_set() -> dict[str, Any]:
    """Return the tile matrix set WebMercatorQuad as the standard defines it."""
    return {
        "id": TMS,
        "title": "Google Maps Compatible for the World",
        "uri": TMS_URI,
        "crs": WEB_MERCATOR,
        "orderedAxes": ["X", "Y"],
        "wellKnownScaleSet": "http://www.opengis.net/def/wkss/OGC/1.0/GoogleMapsCompatible",
        "tileMatrices": [
            {
                "id": str(z),
                "scaleDenominator": FIRST_SCALE / 2**z,
                "cellSize": FIRST_CELL / 2**z,
                "cornerOfOrigin": "topLeft",
                "pointOfOrigin": [-HALF, HALF],
                "tileWidth": 256,
                "tileHeight": 256,
                "matrixWidth": 2**z,
                "matrixHeight": 2**z,
            }
            for z in range(ZOOMS)
        ],
    }


@router.api_route("/ogc/tileMatrixSets", methods=READ)
async def tile_matrix_sets(request: Request, _caller: Anybody) -> Response:
    """List the tile matrix sets: there is one."""
    Parameters(request)
    root = root_of(request)
    url = f"{root}/tileMatrixSets/{TMS}"
    data = {
        "tileMatrixSets": [
            {
                "id": TMS,
                "title": "Google Maps Compatible for the World",
                "uri": TMS_URI,
                "crs": WEB_MERCATOR,
                "links": [link(f"{url}?f=json", "self", JSON, TMS)],
            }
        ]
    }
    return respond(request, "/tileMatrixSets", JSON, data, template="ogc_schema.html", links=[])


@router.api_route(f"/ogc/tileMatrixSets/{TMS}", methods=READ)
async def the_tile_matrix_set(request: Request, _caller: Anybody) -> Response:
    """Define the tile matrix set."""
    Parameters(request)
    return respond(
        request,
        f"/tileMatrixSets/{TMS}",
        JSON,
        tile_matrix_set(),
        template="ogc_schema.html",
        links=[],
    )


@router.api_route("/ogc/tiles", methods=READ)
async def tilesets(request: Request, _caller: Anybody) -> Response:
    """List the tilesets of all districts."""
    return _tilesets(request, ALL)


@router.api_route("/ogc/collections/{collection}/tiles", methods=READ)
async def collection_tilesets(collection: str, request: Request, _caller: Anybody) -> Response:
    """List the tilesets of a collection."""
    return _tilesets(request, _layer(collection))


def _tilesets(request: Request, layer: str) -> Response:
    Parameters(request)
    path = _path(layer)
    root = root_of(request)
    words = words_of(request)[1]
    data = {
        "tilesets": [
            {
                "title": _title(layer, words),
                "tileMatrixSetURI": TMS_URI,
                "crs": WEB_MERCATOR,
                "dataType": "vector",
                "links": [
                    link(f"{root}{path}/{TMS}?f=json", "self", JSON, TMS),
                    link(f"{root}{path}/{TMS}?f=html", "alternate", HTML, TMS),
                    link(f"{root}/tileMatrixSets/{TMS}?f=json", f"{REL}tiling-scheme", JSON),
                ],
            }
        ]
    }
    return respond(request, path, JSON, data, template="ogc_tilesets.html", links=[])


@router.api_route(f"/ogc/tiles/{TMS}", methods=READ)
async def tileset(request: Request, _caller: Anybody) -> Response:
    """Describe the tiles of all districts."""
    return await _tileset(request, ALL)


@router.api_route(f"/ogc/collections/{{collection}}/tiles/{TMS}", methods=READ)
async def collection_tileset(collection: str, request: Request, _caller: Anybody) -> Response:
    """Describe the tiles of a collection."""
    return await _tileset(request, _layer(collection))


async def _tileset(request: Request, layer: str) -> Response:
    # "tilejson" is what map libraries read.
    asked = request.query_params.get("f")
    if asked != "tilejson":
        Parameters(request)
    tiles = await state_of(request.app).tiles.current()
    path = f"{_path(layer)}/{TMS}"
    root = root_of(request)
    if asked == "tilejson":
        return answer(request, _tilejson(root + path, layer, tiles, words_of(request)[1]), JSON)
    data = _metadata(root, layer, tiles, words_of(request)[1])
    template = f"{root}{path}/{{tileMatrix}}/{{tileRow}}/{{tileCol}}"
    links = [
        link(template, "item", MVT, "Tiles", templated=True),
        link(f"{root}/tileMatrixSets/{TMS}?f=json", f"{REL}tiling-scheme", JSON, TMS),
        link(f"{root}{path}?f=tilejson", "describedby", JSON, "TileJSON"),
    ]
    links += [
        link(f"{root}/collections/{name}?f=json", f"{REL}geodata", JSON, name)
        for name in _layers(layer)
    ]
    names = {"template": f"{root}{path}/{{z}}/{{y}}/{{x}}", "layer": layer}
    return respond(request, path, JSON, data, template="ogc_tileset.html", links=links, names=names)


def _metadata(root: str, layer: str, tiles: Tiles, words: dict[str, str]) -> dict[str, Any]:
    data: dict[str, Any] = {
        "title": _title(layer, words),
        "tileMatrixSetURI": TMS_URI,
        "crs": WEB_MERCATOR,
        "dataType": "vector",
        "mediaTypes": [MVT],
        "layers": [
            {
                "id": name,
                "title": words[name],
                "dataType": "vector",
                "geometryDimension": 2,
                "minTileMatrix": "0",
                "maxTileMatrix": str(_last_zoom(tiles)),
                "propertiesSchema": {
                    "type": "object",
                    "properties": {field: {"type": "string"} for field in _fields(name)},
                },
                "links": [
                    link(f"{root}/collections/{name}/items?f=json", "items", GEOJSON, words[name])
                ],
            }
            for name in _layers(layer)
        ],
        "tileMatrixSetLimits": [
            {
                "tileMatrix": str(limit.z),
                "minTileRow": limit.north,
                "maxTileRow": limit.south,
                "minTileCol": limit.west,
                "maxTileCol": limit.east,
            }
            for limit in tiles.limits
        ],
    }
    if tiles.extent is not None:
        west, south, east, north = tiles.extent
        data["boundingBox"] = {
            "lowerLeft": [west, south],
            "upperRight": [east, north],
            "crs": CRS84,
            "orderedAxes": ["Lon", "Lat"],
        }
    return data


def _tilejson(url: str, layer: str, tiles: Tiles, words: dict[str, str]) -> dict[str, Any]:
    data: dict[str, Any] = {
        "tilejson": "3.0.0",
        "name": _title(layer, words),
        "scheme": "xyz",
        "tiles": [f"{url}/{{z}}/{{y}}/{{x}}"],
        "minzoom": 0,
        "maxzoom": _last_zoom(tiles),
        "vector_layers": [
            {
                "id": name,
                "description": words[name],
                "fields": dict.fromkeys(_fields(name), "String"),
                "minzoom": 0,
                "maxzoom": _last_zoom(tiles),
            }
            for name in _layers(layer)
        ],
    }
    if tiles.extent is not None:
        data["bounds"] = list(tiles.extent)
    return data


@router.api_route(f"/ogc/tiles/{TMS}/{{z}}/{{y}}/{{x}}", methods=READ)
async def tile(request: Request, _caller: TileReader) -> Response:
    """Return one tile of all districts."""
    return await _one(request)


@router.api_route(f"/ogc/collections/{{collection}}/tiles/{TMS}/{{z}}/{{y}}/{{x}}", methods=READ)
async def collection_tile(request: Request, _caller: TileReader) -> Response:
    """Return one tile of a collection."""
    return await _one(request)


async def _one(request: Request) -> Response:
    _check_tile_format(request)
    place = place_of(request.url.path)
    tiles = await state_of(request.app).tiles.current()
    if place is None or not any(
        limit.z == place[1] and limit.has(*place[2:]) for limit in tiles.limits
    ):
        raise NotFoundError("There is no such tile")
    found = tiles.by_place.get(place)
    if found is None:
        # Nothing is there, within what is covered.
        return Response(status_code=204, headers=open_headers(request))
    zipped = "gzip" in request.headers.get("accept-encoding", "")
    status, headers, body = sent(found, request.headers.get("if-none-match"), zipped=zipped)
    return Response(body, status, headers)


def _check_tile_format(request: Request) -> None:
    given = Parameters(request).given.get("f", "mvt")
    if given not in {"mvt", "pbf"}:
        raise ParameterError(f"f is mvt, not {given!r}")


def _fields(layer: str) -> tuple[str, ...]:
    names = ("code", "name_uk", "name_ru", "name_en")
    return (*names, "parent") if layer == "beats" else names


def _layers(layer: str) -> tuple[str, ...]:
    return tuple(LAYERS) if layer == ALL else (layer,)


def _layer(collection: str) -> str:
    if collection not in LAYERS:
        raise NotFoundError(f"The collection {collection} has no tiles")
    return collection


def _path(layer: str) -> str:
    return "/tiles" if layer == ALL else f"/collections/{layer}/tiles"


def _title(layer: str, words: dict[str, str]) -> str:
    return words["tiles"] if layer == ALL else f"{words['tiles']}: {words[layer].lower()}"


def _last_zoom(tiles: Tiles) -> int:
    return tiles.limits[-1].z if tiles.limits else LAST_ZOOM
