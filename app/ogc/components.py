"""The parts that the API's definition refers to: parameters, errors and the shapes of bodies."""

from typing import Any

from app.api.problems import MEDIA_TYPE as PROBLEM
from app.ogc.parameters import DEFAULT_LIMIT, LARGEST_LIMIT
from app.ogc.schemas import TITLES
from app.ogc.sources import LEVELS

Object = dict[str, Any]


def _in(where: str, name: str, schema: Object, about: str, **more: Any) -> Object:
    return (
        {"name": name, "in": where, "description": about, "schema": schema}
        | ({"required": True} if where == "path" else {"required": False})
        | more
    )


def parameters() -> Object:
    """Return the parameters, by name."""
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


def responses() -> Object:
    """Return the errors, by name."""
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


def schemas() -> Object:
    """Return the shapes of bodies, by name."""
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
