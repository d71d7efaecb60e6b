"""The API's definition in OpenAPI 3.0: the application's own is 3.1, which the standard is not."""

from app.ogc.answers import GEOJSON, HTML, JSON, MVT, OPENAPI, SCHEMA
from app.ogc.bodies import MERGE_PATCH
from app.ogc.components import Object, parameters, responses, schemas
from app.ogc.schemas import TITLES
from app.ogc.tile_server import TMS

DRAFT = "draft-{draft}-{level}"
LOGIN: list[Object] = [{"token": []}, {"tokenAsPassword": []}, {"session": []}]
OPEN: list[Object] = [{}, *LOGIN]


def definition(root: str, title: str, description: str) -> Object:
    """Return the definition.

    Parameters
    ----------
    root : str
        Address of the landing page.
    title, description : str
    """
    return {
        "openapi": "3.0.3",
        "info": {
            "title": title,
            "description": description,
            "version": "1.0.0",
            "contact": {"name": "Beatway", "url": root},
            "license": {"name": "Apache-2.0"},
        },
        "servers": [{"url": root}],
        "tags": [
            {"name": "Capabilities", "description": "What is here"},
            {"name": "Data", "description": "Districts in force, and those that were"},
            {"name": "Drafts", "description": "Boundaries in the making, for staff"},
            {"name": "Tiles", "description": "Vector tiles of the districts in force"},
        ],
        "paths": _capabilities() | _data() | _drafts() | _tiles(),
        "components": {
            "parameters": parameters(),
            "responses": responses(),
            "schemas": schemas(),
            "headers": {
                "ETag": {"description": "State of the feature", "schema": {"type": "string"}},
                "ContentCrs": {
                    "description": "What the coordinates are in, in angle brackets",
                    "schema": {"type": "string"},
                },
            },
            "securitySchemes": {
                "token": {"type": "http", "scheme": "bearer", "description": "A staff token"},
                "tokenAsPassword": {
                    "type": "http",
                    "scheme": "basic",
                    "description": "Any name, and a staff token as the password",
                },
                "session": {"type": "apiKey", "in": "cookie", "name": "beatway_session"},
            },
        },
    }


def _parameter(name: str) -> Object:
    return {"$ref": f"#/components/parameters/{name}"}


def _error(status: int) -> Object:
    return {str(status): {"$ref": f"#/components/responses/{_ERRORS[status]}"}}


_ERRORS = {
    400: "BadRequest",
    401: "NotLoggedIn",
    403: "Forbidden",
    404: "NotFound",
    406: "NotAcceptable",
    409: "Conflict",
    412: "PreconditionFailed",
    413: "TooLarge",
    415: "UnsupportedMediaType",
    422: "Invalid",
    428: "PreconditionRequired",
    429: "TooManyRequests",
    503: "Unavailable",
}


def _errors(*statuses: int) -> Object:
    found: Object = {}
    for status in (*statuses, 429, 503):
        found |= _error(status)
    return found


def _read(  # noqa: PLR0913 - each by its name
    operation: str,
    summary: str,
    tag: str,
    schema: str,
    *,
    parameters: list[Object],
    media_type: str = JSON,
    headers: Object | None = None,
    draft: bool = False,
    page: bool = True,
) -> Object:
    content: Object = {media_type: {"schema": {"$ref": f"#/components/schemas/{schema}"}}}
    if page:
        content[HTML] = {"schema": {"type": "string"}}
    answer: Object = {"description": summary, "content": content}
    if headers:
        answer["headers"] = headers
    statuses = (400, 401, 403, 404, 406) if draft else (400, 401, 404, 406)
    return {
        "get": {
            "operationId": operation,
            "summary": summary,
            "tags": [tag],
            "security": LOGIN if draft else OPEN,
            "parameters": parameters,
            "responses": {"200": answer} | _errors(*statuses),
        }
    }


def _capabilities() -> Object:
    page = [_parameter("f")]
    made: Object = {}
    for path, operation, summary, schema, media_type in (
        ("/", "getLandingPage", "Landing page", "LandingPage", JSON),
        ("/conformance", "getConformance", "Conformance classes", "Conformance", JSON),
        ("/collections", "getCollections", "Collections", "Collections", JSON),
        ("/api", "getApi", "This definition", "Definition", OPENAPI),
    ):
        made[path] = _read(
            operation, summary, "Capabilities", schema, parameters=page, media_type=media_type
        )
    return made


ITEM_HEADERS: Object = {
    "Content-Crs": {"$ref": "#/components/headers/ContentCrs"},
    "ETag": {"$ref": "#/components/headers/ETag"},
}
ITEMS_HEADERS: Object = {"Content-Crs": {"$ref": "#/components/headers/ContentCrs"}}


def _of_collection(
    name: str, suffix: str, tag: str, parameters: list[Object], *, draft: bool
) -> Object:
    """Return the paths to read a collection; items last, as programs look for them."""
    base = f"/collections/{name}"
    here = [*parameters, _parameter("f")]
    texts = [
        _parameter(field)
        for field, (_, description) in TITLES.items()
        if field not in {"boundary_set", "valid_from", "valid_to"} and description
    ]
    items = [
        *parameters,
        *map(_parameter, ("limit", "offset", "bbox", "bboxCrs", "crs", "datetime", "f")),
        *texts,
    ]
    one = [*parameters, _parameter("featureId"), _parameter("crs"), _parameter("f")]
    return {
        base: _read(
            f"describe{suffix}",
            "Description of the collection",
            tag,
            "Collection",
            parameters=here,
            draft=draft,
        ),
        f"{base}/queryables": _read(
            f"get{suffix}Queryables",
            "What features can be asked by",
            tag,
            "JsonSchema",
            parameters=here,
            media_type=SCHEMA,
            draft=draft,
        ),
        f"{base}/schema": _read(
            f"get{suffix}Schema",
            "What features look like",
            tag,
            "JsonSchema",
            parameters=here,
            media_type=SCHEMA,
            draft=draft,
        ),
        f"{base}/items": _read(
            f"get{suffix}Features",
            "Features",
            tag,
            "FeatureCollection",
            parameters=items,
            media_type=GEOJSON,
            headers=ITEMS_HEADERS,
            draft=draft,
        ),
        f"{base}/items/{{featureId}}": _read(
            f"get{suffix}Feature",
            "One feature",
            tag,
            "Feature",
            parameters=one,
            media_type=GEOJSON,
            headers=ITEM_HEADERS,
            draft=draft,
        ),
    }


def _data() -> Object:
    return _of_collection("{collectionId}", "", "Data", [_parameter("collectionId")], draft=False)


def _drafts() -> Object:
    where = [_parameter("draft"), _parameter("level")]
    made = _of_collection(DRAFT, "Draft", "Drafts", where, draft=True)
    items, one = f"/collections/{DRAFT}/items", f"/collections/{DRAFT}/items/{{featureId}}"
    made[items]["post"] = _write(
        "createFeature", "Add a district", where, "NewFeature", GEOJSON, created=True
    )
    this = [*where, _parameter("featureId")]
    made[one]["put"] = _write("replaceFeature", "Replace a district", this, "NewFeature", GEOJSON)
    made[one]["patch"] = _write(
        "updateFeature", "Change parts of a district", this, "FeaturePatch", MERGE_PATCH
    )
    made[one]["delete"] = {
        "operationId": "deleteFeature",
        "summary": "Take a district out of the draft",
        "tags": ["Drafts"],
        "security": LOGIN,
        "parameters": [*this, _parameter("ifMatch")],
        "responses": {"204": {"description": "It is gone"}}
        | _errors(400, 401, 403, 404, 409, 412, 422, 428),
    }
    return made


def _write(
    operation: str,
    summary: str,
    parameters: list[Object],
    schema: str,
    media_type: str,
    *,
    created: bool = False,
) -> Object:
    tag = {"ETag": {"$ref": "#/components/headers/ETag"}}
    where = {"Location": {"schema": {"type": "string", "format": "uri"}}}
    success: Object = (
        {
            "201": {
                "description": "The new feature",
                "headers": tag | where,
                "content": {GEOJSON: {"schema": {"$ref": "#/components/schemas/Feature"}}},
            }
        }
        if created
        else {"204": {"description": "Done", "headers": tag}}
    )
    statuses = [400, 401, 403, 404, 409, 413, 415, 422] + ([] if created else [412, 428])
    return {
        "operationId": operation,
        "summary": summary,
        "tags": ["Drafts"],
        "security": LOGIN,
        "parameters": [
            *parameters,
            _parameter("contentCrs"),
            *([] if created else [_parameter("ifMatch")]),
        ],
        "requestBody": {
            "required": True,
            "content": {media_type: {"schema": {"$ref": f"#/components/schemas/{schema}"}}},
        },
        "responses": success | _errors(*sorted(statuses)),
    }


def _tiles() -> Object:
    page = [_parameter("f")]
    of = [_parameter("collectionId")]
    place = [_parameter(name) for name in ("tileMatrix", "tileRow", "tileCol")]
    made: Object = {}
    for path, operation, summary, schema, taken in (
        ("/tileMatrixSets", "getTileMatrixSets", "Tile matrix sets", "Document", []),
        (f"/tileMatrixSets/{TMS}", "getTileMatrixSet", "Tile matrix set", "Document", []),
        ("/tiles", "dataset.vector.getTileSetsList", "Tilesets", "Document", []),
        (f"/tiles/{TMS}", "dataset.vector.getTileSet", "Tileset", "Document", []),
        (
            "/collections/{collectionId}/tiles",
            "collection.vector.getTileSetsList",
            "Tilesets of a collection",
            "Document",
            of,
        ),
        (
            f"/collections/{{collectionId}}/tiles/{TMS}",
            "collection.vector.getTileSet",
            "Tileset of a collection",
            "Document",
            of,
        ),
    ):
        made[path] = _read(operation, summary, "Tiles", schema, parameters=[*taken, *page])
    for base, operation, taken in (
        ("", "dataset.vector.getTile", []),
        ("/collections/{collectionId}", "collection.vector.getTile", of),
    ):
        made[f"{base}/tiles/{TMS}/{{tileMatrix}}/{{tileRow}}/{{tileCol}}"] = {
            "get": {
                "operationId": operation,
                "summary": "A tile",
                "tags": ["Tiles"],
                "security": OPEN,
                "parameters": [*taken, *place, _parameter("tileFormat")],
                "responses": {
                    "200": {
                        "description": "A Mapbox Vector Tile",
                        "headers": {"ETag": {"$ref": "#/components/headers/ETag"}},
                        "content": {MVT: {"schema": {"type": "string", "format": "binary"}}},
                    },
                    "204": {"description": "Nothing is there"},
                    "304": {"description": "The copy is still right"},
                }
                | _errors(400, 401, 404),
            }
        }
    return made
