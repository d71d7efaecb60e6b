"""The API's definition in OpenAPI 3.0: the application's own is 3.1, which the standard is not."""

from typing import Any

from app.api.problems import MEDIA_TYPE as PROBLEM
from app.ogc.answers import GEOJSON, HTML, JSON, MVT, OPENAPI, SCHEMA
from app.ogc.bodies import MERGE_PATCH
from app.ogc.parameters import DEFAULT_LIMIT, LARGEST_LIMIT
from app.ogc.schemas import TITLES
from app.ogc.sources import LEVELS
from app.ogc.tile_server import TMS

Object = dict[str, Any]
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
            "parameters": _parameters(),
            "responses": _responses(),
            "schemas": _schemas(),
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
    for path, operation, summary, schema, parameters in (
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
        made[path] = _read(operation, summary, "Tiles", schema, parameters=[*parameters, *page])
    for base, operation, parameters in (
        ("", "dataset.vector.getTile", []),
        ("/collections/{collectionId}", "collection.vector.getTile", of),
    ):
        made[f"{base}/tiles/{TMS}/{{tileMatrix}}/{{tileRow}}/{{tileCol}}"] = {
            "get": {
                "operationId": operation,
                "summary": "A tile",
                "tags": ["Tiles"],
                "security": OPEN,
                "parameters": [*parameters, *place, _parameter("tileFormat")],
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


def _in(where: str, name: str, schema: Object, about: str, **more: Any) -> Object:
    return (
        {"name": name, "in": where, "description": about, "schema": schema}
        | ({"required": True} if where == "path" else {"required": False})
        | more
    )


def _parameters() -> Object:
    text: Object = {"type": "string"}
    uri: Object = {"type": "string", "format": "uri"}
    number: Object = {"type": "integer", "minimum": 0}
    form: Object = {"style": "form", "explode": False}
    found = {
        "collectionId": _in(
            "path", "collectionId", {"type": "string", "enum": list(LEVELS)}, "The collection"
        ),
        "draft": _in("path", "draft", {"type": "integer", "minimum": 1}, "Id of the draft"),
        "level": _in("path", "level", {"type": "string", "enum": list(LEVELS)}, "Which districts"),
        "featureId": _in("path", "featureId", text, "Code of the district"),
        "tileMatrix": _in("path", "tileMatrix", text, "Zoom"),
        "tileRow": _in("path", "tileRow", number, "Row, from the north"),
        "tileCol": _in("path", "tileCol", number, "Column, from the west"),
        "f": _in("query", "f", {"type": "string", "enum": ["json", "html"]}, "Format"),
        "tileFormat": _in("query", "f", {"type": "string", "enum": ["mvt", "pbf"]}, "Format"),
        "limit": _in(
            "query",
            "limit",
            {
                "type": "integer",
                "minimum": 1,
                "maximum": LARGEST_LIMIT,
                "default": DEFAULT_LIMIT,
            },
            "How many features at most",
            **form,
        ),
        "offset": _in(
            "query", "offset", number | {"default": 0}, "How many features to leave out first"
        ),
        "bbox": _in(
            "query",
            "bbox",
            {
                "type": "array",
                "oneOf": [{"minItems": 4, "maxItems": 4}, {"minItems": 6, "maxItems": 6}],
                "items": {"type": "number"},
            },
            "Only features that have a point in common with this box",
            **form,
        ),
        "bboxCrs": _in("query", "bbox-crs", uri, "What bbox is in", **form),
        "crs": _in("query", "crs", uri, "What coordinates are wanted in", **form),
        "datetime": _in(
            "query",
            "datetime",
            text,
            "Only districts in force then: a time, or two with / between, .. for an open end",
            **form,
        ),
        "ifMatch": _in(
            "header", "If-Match", text, "ETag of the state that is changed", required=True
        ),
        "contentCrs": _in("header", "Content-Crs", text, "What the body's coordinates are in"),
    }
    for field, (_, about) in TITLES.items():
        if field not in {"boundary_set", "valid_from", "valid_to"}:
            found[field] = _in("query", field, text, f"Only features with this: {about}")
    return found


def _responses() -> Object:
    content = {PROBLEM: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    about = {
        "BadRequest": "A parameter or the body is wrong",
        "NotLoggedIn": "Log in first",
        "Forbidden": "Your role does not allow this",
        "NotFound": "There is no such thing",
        "NotAcceptable": "None of the formats that are accepted can be had",
        "Conflict": "The draft does not allow this change now",
        "PreconditionFailed": "The feature has changed since you read it",
        "TooLarge": "The body is too large",
        "UnsupportedMediaType": "The body is in another format",
        "Invalid": "The feature cannot be a district",
        "PreconditionRequired": "If-Match is missing",
        "TooManyRequests": "Wait and try again",
        "Unavailable": "No boundaries are in force, or the database does not answer",
    }
    return {name: {"description": text, "content": content} for name, text in about.items()}


def _schemas() -> Object:
    text: Object = {"type": "string"}
    links: Object = {"type": "array", "items": {"$ref": "#/components/schemas/Link"}}
    properties: Object = {
        name: text | {"nullable": True, "description": about}
        for name, (_, about) in TITLES.items()
        if name not in {"boundary_set", "valid_from", "valid_to"}
    }
    read_only: Object = {
        "boundary_set": {"type": "integer"},
        "valid_from": {"type": "string", "format": "date-time", "nullable": True},
        "valid_to": {"type": "string", "format": "date-time", "nullable": True},
    }
    geometry = {"$ref": "#/components/schemas/Geometry"}
    kind: Object = {"type": "string", "enum": ["Feature"]}
    own: Object = {"type": "object", "properties": properties}
    return {
        "Link": {
            "type": "object",
            "required": ["href", "rel"],
            "properties": {
                "href": text,
                "rel": text,
                "type": text,
                "title": text,
                "templated": {"type": "boolean"},
            },
        },
        "Document": {"type": "object"},
        "Definition": {"type": "object"},
        "JsonSchema": {"type": "object"},
        "LandingPage": {
            "type": "object",
            "required": ["links"],
            "properties": {"title": text, "description": text, "links": links},
        },
        "Conformance": {
            "type": "object",
            "required": ["conformsTo"],
            "properties": {"conformsTo": {"type": "array", "items": text}, "links": links},
        },
        "Collections": {
            "type": "object",
            "required": ["links", "collections"],
            "properties": {
                "title": text,
                "links": links,
                "crs": {"type": "array", "items": text},
                "collections": {
                    "type": "array",
                    "items": {"$ref": "#/components/schemas/Collection"},
                },
            },
        },
        "Collection": {
            "type": "object",
            "required": ["id", "links"],
            "properties": {
                "id": text,
                "title": text,
                "description": text,
                "itemType": text,
                "extent": {"type": "object"},
                "crs": {"type": "array", "items": text},
                "storageCrs": text,
                "links": links,
            },
        },
        "Geometry": {
            "type": "object",
            "description": "A GeoJSON Polygon or MultiPolygon",
            "required": ["type", "coordinates"],
            "properties": {
                "type": {"type": "string", "enum": ["Polygon", "MultiPolygon"]},
                "coordinates": {"type": "array", "items": {}},
            },
        },
        "Feature": {
            "type": "object",
            "required": ["type", "id", "geometry", "properties"],
            "properties": {
                "type": kind,
                "id": text,
                "geometry": geometry,
                "properties": {"type": "object", "properties": properties | read_only},
                "links": links,
            },
        },
        "NewFeature": {
            "type": "object",
            "required": ["type", "geometry", "properties"],
            "properties": {"type": kind, "id": text, "geometry": geometry, "properties": own},
        },
        "FeaturePatch": {
            "type": "object",
            "properties": {"geometry": geometry, "properties": own},
        },
        "FeatureCollection": {
            "type": "object",
            "required": ["type", "features"],
            "properties": {
                "type": {"type": "string", "enum": ["FeatureCollection"]},
                "features": {"type": "array", "items": {"$ref": "#/components/schemas/Feature"}},
                "links": links,
                "timeStamp": {"type": "string", "format": "date-time"},
                "numberMatched": {"type": "integer", "minimum": 0},
                "numberReturned": {"type": "integer", "minimum": 0},
            },
        },
        "Problem": {
            "type": "object",
            "required": ["type", "title", "status", "detail", "code"],
            "properties": {
                "type": text,
                "title": text,
                "status": {"type": "integer"},
                "detail": text,
                "instance": text,
                "code": text,
            },
        },
    }
