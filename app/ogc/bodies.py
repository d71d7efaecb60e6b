"""What a request brings to a draft: GeoJSON features and merge patches, made districts."""

import json
from collections.abc import Mapping
from typing import Any

import numpy as np
import shapely
from fastapi import Request
from shapely.geometry import shape
from shapely.geometry.base import BaseGeometry

from app.errors import BadRequestError, BeatwayError, InvalidError
from app.ogc.answers import GEOJSON, JSON
from app.ogc.crs import Crs
from app.ogc.schemas import LONGEST_CODE, LONGEST_TEXT, texts_of
from app.ogc.sources import LANGUAGES
from geo.districts import District, Level

MERGE_PATCH = "application/merge-patch+json"
ACCEPTED = {GEOJSON: {GEOJSON, JSON}, MERGE_PATCH: {MERGE_PATCH, JSON}}
MEMBERS = frozenset({"type", "id", "geometry", "properties", "bbox", "links"})


class UnsupportedMediaTypeError(BeatwayError):
    """The body is in a format that is not read here."""

    status = 415
    code = "unsupported-media-type"


class FeatureError(InvalidError):
    """The feature cannot be a district."""

    code = "feature"


async def document(request: Request, wanted: str) -> dict[str, Any]:
    """Read the JSON object that a request brings.

    Parameters
    ----------
    request : Request
    wanted : str
        The media type it should have; plain JSON is taken for it.

    Raises
    ------
    BadRequestError
        Without a media type, or when it is no JSON object.
    UnsupportedMediaTypeError
    """
    said = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if not said:
        raise BadRequestError(f"Say what the body is: Content-Type: {wanted}")
    if said not in ACCEPTED[wanted]:
        raise UnsupportedMediaTypeError(f"The body is read as {wanted}, not as {said}")
    try:
        found = json.loads(await request.body(), parse_constant=_no_number)
    except (ValueError, RecursionError) as error:
        raise BadRequestError(f"The body is not JSON: {error}") from error
    if not isinstance(found, dict):
        raise BadRequestError("The body is not a JSON object")
    if unknown := sorted(found.keys() - MEMBERS):
        raise FeatureError(f"A feature has no member {', '.join(unknown)}")
    return found


def _no_number(name: str) -> float:
    raise ValueError(f"{name} is not a number")


def as_new(body: Mapping[str, Any], level: Level, crs: Crs) -> District:
    """Make a district that is not there yet.

    Parameters
    ----------
    body : mapping
        A GeoJSON feature; its id stands for a missing code.
    level : Level
    crs : Crs
        Of its coordinates.

    Raises
    ------
    FeatureError
    """
    properties = _properties(body, level)
    code = properties.get("code")
    feature_id = body.get("id")
    if code is None and isinstance(feature_id, str | int) and not isinstance(feature_id, bool):
        code = _text("id", str(feature_id))
    if code is None:
        raise FeatureError("A new feature needs a code")
    return _district(properties, code, level, _geometry(body.get("geometry"), crs), {})


def as_replaced(body: Mapping[str, Any], former: District, crs: Crs) -> District:
    """Make the district that takes the place of another.

    Parameters
    ----------
    body : mapping
        A whole GeoJSON feature.
    former : District
    crs : Crs
        Of its coordinates.

    Raises
    ------
    FeatureError
    """
    if body.get("type") != "Feature":
        raise FeatureError("The body is not a GeoJSON feature")
    properties = _properties(body, former.level)
    _same_code(body, properties, former)
    geometry = _geometry(body.get("geometry"), crs)
    return _district(properties, former.code, former.level, geometry, former.name)


def as_merged(body: Mapping[str, Any], former: District, crs: Crs) -> District:
    """Make what a merge patch (RFC 7396) makes of a district.

    Parameters
    ----------
    body : mapping
        Members and properties to change; null takes a property away.
    former : District
    crs : Crs
        Of the coordinates in the patch.

    Raises
    ------
    FeatureError
    """
    if body.get("type", "Feature") != "Feature":
        raise FeatureError("The type of a feature is Feature")
    changes = _properties(body, former.level, whole=False)
    _same_code(body, changes, former)
    properties: dict[str, str | None] = {
        "parent": former.parent,
        "station_address": former.station_address,
        "phone": former.phone,
    } | {f"name_{language}": former.name.get(language) for language in LANGUAGES}
    geometry = former.geometry if "geometry" not in body else _geometry(body["geometry"], crs)
    return _district(properties | changes, former.code, former.level, geometry, former.name)


def shape_of(district: District) -> District:
    """Return a district as it will be read again: stored geometries have parts, be it one."""
    geometry = district.geometry
    if isinstance(geometry, shapely.Polygon):
        geometry = shapely.MultiPolygon([geometry])
    return District(
        district.code,
        district.level,
        district.parent,
        district.name,
        geometry,
        district.station_address,
        district.phone,
    )


def _properties(
    body: Mapping[str, Any], level: Level, *, whole: bool = True
) -> dict[str, str | None]:
    if whole and body.get("type") != "Feature":
        raise FeatureError("The body is not a GeoJSON feature")
    given = body.get("properties")
    if given is None:
        if whole or "properties" in body:
            raise FeatureError("The feature has no properties")
        return {}
    if not isinstance(given, dict):
        raise FeatureError("The properties of a feature are an object")
    known = texts_of(level)
    if unknown := sorted(given.keys() - set(known)):
        raise FeatureError(
            f"There is no property {', '.join(unknown)}; there are: {', '.join(known)}"
        )
    return {name: _text(name, value) for name, value in given.items()}


def _text(name: str, value: Any) -> str | None:
    if value is None:
        return None
    if not isinstance(value, str):
        raise FeatureError(f"{name} is a text, not {json.dumps(value, ensure_ascii=False)[:40]}")
    if any(letter < " " or "\ud800" <= letter <= "\udfff" for letter in value):
        raise FeatureError(f"{name} has characters that cannot be shown")
    longest = LONGEST_CODE if name in {"code", "parent"} else LONGEST_TEXT
    if len(value) > longest:
        raise FeatureError(f"{name} is longer than {longest} characters")
    return value.strip() or None


def _same_code(
    body: Mapping[str, Any], properties: Mapping[str, str | None], former: District
) -> None:
    given = [properties["code"]] if "code" in properties else []
    given += [str(body["id"])] if "id" in body else []
    if any(code != former.code for code in given):
        raise FeatureError(
            f"The code of {former.code} stays: for another one add a feature and delete this one"
        )


def _district(
    properties: Mapping[str, str | None],
    code: str,
    level: Level,
    geometry: Any,
    former_name: Mapping[str, str],
) -> District:
    parent = properties.get("parent")
    if level is Level.BEAT and parent is None:
        raise FeatureError("A beat needs the code of its precinct as parent")
    # Names in languages that are no column stay.
    name = {key: text for key, text in former_name.items() if key not in LANGUAGES}
    for language in LANGUAGES:
        text = properties.get(f"name_{language}")
        if text is not None:
            name[language] = text
    return District(
        code=code,
        level=level,
        parent=parent if level is Level.BEAT else None,
        name=name,
        geometry=geometry,
        station_address=properties.get("station_address"),
        phone=properties.get("phone"),
    )


def _geometry(given: Any, crs: Crs) -> BaseGeometry:
    if not isinstance(given, dict) or given.get("type") not in {"Polygon", "MultiPolygon"}:
        raise FeatureError("The geometry of a district is a Polygon or a MultiPolygon")
    try:
        made: BaseGeometry = shapely.force_2d(shape(given))
        made = crs.to_degrees(made)
    except (
        AttributeError,
        IndexError,
        KeyError,
        TypeError,
        ValueError,
        shapely.errors.ShapelyError,
    ) as error:
        raise FeatureError(f"The geometry is not GeoJSON: {error!r}") from error
    if made.is_empty:
        raise FeatureError("The geometry is empty")
    if not np.isfinite(shapely.get_coordinates(made)).all():
        raise FeatureError("The geometry has coordinates that are nowhere")
    return made
