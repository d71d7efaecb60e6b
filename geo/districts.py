"""Districts: the polygons somebody answers for."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import shapely
from shapely import MultiPolygon, Polygon
from shapely.geometry.base import BaseGeometry, BaseMultipartGeometry

from geo.coordinates import MAX_LAT, MAX_LON


class Level(StrEnum):
    """Which kind of district."""

    PRECINCT = "precinct"
    BEAT = "beat"


@dataclass(frozen=True, slots=True)
class District:
    """One polygon somebody answers for.

    Attributes
    ----------
    code : str
        Its stable identity, unique among precincts and beats together.
    level : Level
    parent : str or None
        Code of a beat's precinct; None for a precinct.
    name : mapping of str to str
        Names by language.
    geometry : Polygon or MultiPolygon
        Longitudes and latitudes, EPSG:4326.
    station_address, phone : str or None
    """

    code: str
    level: Level
    parent: str | None
    name: Mapping[str, str]
    geometry: Polygon | MultiPolygon
    station_address: str | None = None
    phone: str | None = None


class DistrictError(ValueError):
    """No index can be made of these districts.

    Attributes
    ----------
    code : str
        `no_code`, `duplicate_code`, `no_parent`, `unknown_parent`, `no_geometry`,
        `not_polygonal`, `invalid_geometry` or `out_of_range`.
    district : str
        Code of the district at fault.
    """

    def __init__(self, code: str, district: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.district = district


def routing_units(districts: Sequence[District]) -> list[District]:
    """Choose the districts that places are routed to: beats, and precincts which have none.

    Parameters
    ----------
    districts : sequence of District
        In any order.

    Returns
    -------
    list of District
        Ordered by code. This order, code point by code point as Python compares strings, is also
        the one by which an owner is chosen among equals: the smallest wins.

    Raises
    ------
    DistrictError
        For a missing or repeated code, or a beat whose precinct is not among the districts.
    """
    seen: dict[str, District] = {}
    for district in districts:
        if not district.code:
            raise DistrictError("no_code", "", "A district has no code.")
        if district.code in seen:
            raise DistrictError(
                "duplicate_code", district.code, f"Two districts have the code {district.code!r}."
            )
        seen[district.code] = district
    with_beats = set()
    for district in districts:
        if district.level != Level.BEAT:
            continue
        if district.parent is None:
            raise DistrictError(
                "no_parent", district.code, f"Beat {district.code!r} names no precinct."
            )
        parent = seen.get(district.parent)
        if parent is None or parent.level != Level.PRECINCT:
            raise DistrictError(
                "unknown_parent",
                district.code,
                f"Beat {district.code!r} is in precinct {district.parent!r}, which is not there.",
            )
        with_beats.add(district.parent)
    return sorted(
        (district for district in districts if district.code not in with_beats),
        key=lambda district: district.code,
    )


def check_geometries(districts: Sequence[District]) -> None:
    """Refuse what has no well-defined inside.

    Parameters
    ----------
    districts : sequence of District

    Raises
    ------
    DistrictError
        For a geometry that is missing, empty, not polygonal, invalid, or not in degrees.
    """
    for district in districts:
        geometry = district.geometry
        if geometry is None or (isinstance(geometry, BaseGeometry) and geometry.is_empty):
            raise DistrictError(
                "no_geometry", district.code, f"District {district.code!r} has no geometry."
            )
        if not isinstance(geometry, Polygon | MultiPolygon):
            raise DistrictError(
                "not_polygonal",
                district.code,
                f"District {district.code!r} is a {type(geometry).__name__}, not a polygon.",
            )
    geometries = np.array([district.geometry for district in districts], object)
    west, south, east, north = shapely.bounds(geometries).reshape(-1, 4).T
    # Written so that NaN, too, counts as beyond.
    beyond = ~((west >= -MAX_LON) & (south >= -MAX_LAT) & (east <= MAX_LON) & (north <= MAX_LAT))
    for k in np.flatnonzero(beyond | ~shapely.is_valid(geometries)).tolist():
        code = districts[k].code
        if beyond[k]:
            raise DistrictError(
                "out_of_range",
                code,
                f"District {code!r} goes beyond 180 degrees of longitude or 90 of latitude: its "
                "coordinates are not EPSG:4326.",
            )
        reason = shapely.is_valid_reason(geometries[k])
        raise DistrictError(
            "invalid_geometry", code, f"The geometry of district {code!r} is invalid: {reason}."
        )


def polygonal(geometry: BaseGeometry | None) -> Polygon | MultiPolygon | None:
    """Keep the polygonal parts of a geometry only, as making one valid may leave lines and points.

    Parameters
    ----------
    geometry : geometry or None

    Returns
    -------
    Polygon or MultiPolygon or None
        None when nothing polygonal is there.
    """
    if geometry is None or isinstance(geometry, Polygon | MultiPolygon):
        return None if geometry is None or geometry.is_empty else geometry
    parts = shapely.get_parts(geometry)
    while any(isinstance(part, BaseMultipartGeometry) for part in parts):
        parts = shapely.get_parts(parts)
    polygons = [part for part in parts if isinstance(part, Polygon) and not part.is_empty]
    if not polygons:
        return None
    joined = shapely.union_all(polygons)
    return joined if isinstance(joined, Polygon | MultiPolygon) else None
