"""What features look like: JSON Schemas of their properties, and those one can ask by."""

from typing import Any

from geo.districts import Level

TITLES: dict[str, tuple[str, str]] = {
    "code": ("Code", "Stable identity of the district"),
    "parent": ("Precinct", "Code of the precinct that the beat is in"),
    "name_uk": ("Name (uk)", "Name in Ukrainian"),
    "name_ru": ("Name (ru)", "Name in Russian"),
    "name_en": ("Name (en)", "Name in English"),
    "station_address": ("Station", "Address of the police station"),
    "phone": ("Telephone", "Telephone of the police station"),
    "boundary_set": ("Boundary set", "Id of the set of boundaries it is part of"),
    "valid_from": ("In force from", "When the boundary came into force"),
    "valid_to": ("In force to", "When it went out of force; null while it is in force"),
}
DIALECT = "https://json-schema.org/draft/2020-12/schema"
LONGEST_TEXT = 500
LONGEST_CODE = 100


def texts_of(level: Level) -> tuple[str, ...]:
    """Return the names of the properties that are texts."""
    return tuple(
        name
        for name in TITLES
        if name not in {"boundary_set", "valid_from", "valid_to"}
        and (name != "parent" or level is Level.BEAT)
    )


def schema(url: str, title: str, level: Level, *, draft: bool) -> dict[str, Any]:
    """Return the schema of a collection's features; a draft's are also what may be written.

    Parameters
    ----------
    url : str
        Its own address.
    title : str
        The collection's.
    level : Level
    draft : bool
    """
    properties = {name: _text(name, k) for k, name in enumerate(texts_of(level), 2)}
    properties["code"]["x-ogc-role"] = "id"
    properties["code"]["maxLength"] = LONGEST_CODE
    properties["name_uk"]["x-ogc-role"] = "primary-title"
    required = ["code", "geometry"]
    if level is Level.BEAT:
        required.insert(1, "parent")
        properties["parent"]["maxLength"] = LONGEST_CODE
    made: dict[str, Any] = {
        "geometry": {
            "title": "Boundary",
            "description": "Area of the district",
            "format": "geometry-multipolygon" if not draft else "geometry-polygon-or-multipolygon",
            "x-ogc-role": "primary-geometry",
            "x-ogc-propertySeq": 1,
        }
    } | properties
    if not draft:
        seq = len(made)
        made["boundary_set"] = _head("boundary_set", seq + 1) | {"type": "integer"}
        made["valid_from"] = _instant("valid_from", seq + 2, "primary-interval-start")
        made["valid_to"] = _instant("valid_to", seq + 3, "primary-interval-end")
    return {
        "$schema": DIALECT,
        "$id": url,
        "type": "object",
        "title": title,
        "properties": made,
        "required": required,
        "additionalProperties": False,
    }


def queryables(url: str, title: str, level: Level) -> dict[str, Any]:
    """Return the schema of the properties one can ask by; see `schema`."""
    return {
        "$schema": DIALECT,
        "$id": url,
        "type": "object",
        "title": title,
        "properties": {name: _text(name) for name in texts_of(level)},
        "additionalProperties": False,
    }


def _head(name: str, seq: int | None = None) -> dict[str, Any]:
    title, description = TITLES[name]
    made: dict[str, Any] = {"title": title, "description": description}
    if seq is not None:
        made["x-ogc-propertySeq"] = seq
    return made


def _text(name: str, seq: int | None = None) -> dict[str, Any]:
    return _head(name, seq) | {"type": "string", "maxLength": LONGEST_TEXT}


def _instant(name: str, seq: int, role: str) -> dict[str, Any]:
    return _head(name, seq) | {
        "type": "string",
        "format": "date-time",
        "readOnly": True,
        "x-ogc-role": role,
    }
