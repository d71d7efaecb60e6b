"""Metres on the WGS84 ellipsoid near a point.

Around a point, a degree of longitude and one of latitude are taken for fixed lengths: the plane
they span keeps areas and directions at the point, and a distance *d* in it differs from the
geodesic by less than *d*²·tan(latitude) / 12,000 km: half a centimetre at 250 m in Mariupol.

All of what decisions need is made of additions, multiplications and divisions alone, because the cosine of numpy
and that of `math` may differ in the last bit, and one point alone must be decided exactly as the
same point among a million.
"""

from dataclasses import dataclass
from math import pi
from typing import TypeVar, cast

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

SEMI_MAJOR_M = 6_378_137.0
FLATTENING = 1 / 298.257223563
ECCENTRICITY_2 = FLATTENING * (2 - FLATTENING)
RADIANS = pi / 180

MIN_METRES_PER_LATITUDE_DEGREE = 110_574.0
"""At the equator; more everywhere else."""

MAX_METRES_PER_DEGREE = 111_700.0
"""Of latitude, at the poles; one of longitude is nowhere longer."""

_STEPS_PER_DEGREE = 64

_COSINE = tuple(
    np.cumprod([1.0] + [-1.0 / ((2 * k - 1) * (2 * k)) for k in range(1, 13)]).tolist()[::-1]
)
_NORMAL = (63 / 256, 35 / 128, 5 / 16, 3 / 8, 1 / 2, 1.0)
_MERIDIAN = (693 / 256, 315 / 128, 35 / 16, 15 / 8, 3 / 2, 1.0)

Floats = NDArray[np.float64]
Numbers = TypeVar("Numbers", float, Floats)
Shape = TypeVar("Shape", bound=BaseGeometry)


def metres_per_degree(lat: Numbers) -> tuple[Numbers, Numbers]:
    """Lengths of one degree along the parallel and along the meridian, from the radii of curvature.

    Parameters
    ----------
    lat : float or ndarray of float64
        Degrees.

    Returns
    -------
    tuple
        Metres per degree of longitude, metres per degree of latitude; shaped as `lat`.
    """
    angle = lat * RADIANS
    cosine = _polynomial(_COSINE, angle * angle)
    z = ECCENTRICITY_2 * (1.0 - cosine * cosine)
    normal = SEMI_MAJOR_M * _polynomial(_NORMAL, z)
    meridian = SEMI_MAJOR_M * (1.0 - ECCENTRICITY_2) * _polynomial(_MERIDIAN, z)
    return normal * cosine * RADIANS, meridian * RADIANS


def _polynomial(coefficients: tuple[float, ...], x: Numbers) -> Numbers:
    value = x * 0.0
    for coefficient in coefficients:
        value = value * x + coefficient
    return value


@dataclass(frozen=True, slots=True)
class MetreScale:
    """`metres_per_degree`, tabulated: within a hundred-millionth of it, and much quicker.

    Attributes
    ----------
    rows : ndarray of float64, shape (latitudes, 4)
        For each 1/64 degree of latitude: metres per degree of longitude and of latitude, and how
        much the two grow with each degree north.
    view : memoryview
        The same numbers, one after another, for single look-ups.
    """

    rows: NDArray[np.float64]
    view: memoryview

    @classmethod
    def make(cls) -> "MetreScale":
        """Fill the table."""
        step = 1 / _STEPS_PER_DEGREE
        south: Floats = -90.0 + step * np.arange(180.0 * _STEPS_PER_DEGREE + 1.0, dtype=np.float64)
        x0, y0 = metres_per_degree(south)
        north: Floats = south + step
        x1, y1 = metres_per_degree(north)
        rows = np.column_stack([x0, y0, (x1 - x0) / step, (y1 - y0) / step])
        rows.setflags(write=False)
        return cls(rows, rows.reshape(-1).data)

    def one(self, lat: float) -> tuple[float, float]:
        """Metres per degree of longitude and of latitude at one latitude in degrees."""
        place = (lat + 90.0) * _STEPS_PER_DEGREE
        row = int(place)
        north = (place - row) / _STEPS_PER_DEGREE
        x, y, dx, dy = self.view[4 * row : 4 * row + 4]
        return x + dx * north, y + dy * north

    def many(self, lat: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Metres per degree of longitude and of latitude at many latitudes in degrees."""
        place = (lat + 90.0) * _STEPS_PER_DEGREE
        row = place.astype(np.int64)
        north = (place - row) / _STEPS_PER_DEGREE
        x, y, dx, dy = self.rows[row].T
        return x + dx * north, y + dy * north


def distance_m(lon1: float, lat1: float, lon2: float, lat2: float) -> float:
    """Distance in metres of two points some kilometres apart, by the plane of their mid-latitude.

    Parameters
    ----------
    lon1, lat1, lon2, lat2 : float
        Degrees.

    Returns
    -------
    float
        Metres; wrong by less than a millionth up to 10 km, away from the poles.
    """
    x, y = metres_per_degree((lat1 + lat2) / 2)
    east = (lon2 - lon1 + 180.0) % 360.0 - 180.0
    return float(np.hypot(east * x, (lat2 - lat1) * y))


def equal_area(geometry: Shape) -> Shape:
    """Project onto a plane in which areas are those on the ellipsoid, in square metres.

    Parameters
    ----------
    geometry : geometry
        In degrees.

    Returns
    -------
    geometry
        In metres, by the cylindrical projection; shapes are not kept.
    """
    return cast("Shape", shapely.transform(geometry, _cylindrical))


def area_m2(geometry: BaseGeometry) -> float:
    """Area on the ellipsoid, its edges taken for straight in longitude and latitude.

    Parameters
    ----------
    geometry : geometry
        In degrees.

    Returns
    -------
    float
        Square metres.
    """
    return float(areas_m2(np.array([geometry], object))[0])


def areas_m2(geometries: NDArray[np.object_]) -> Floats:
    """Areas on the ellipsoid; a vertex more on an edge changes nothing, and parts add up.

    Parameters
    ----------
    geometries : ndarray of geometry
        In degrees.

    Returns
    -------
    ndarray of float64
        Square metres.
    """
    parts, part_owner = shapely.get_parts(geometries, return_index=True)
    polygons = shapely.get_type_id(parts) == shapely.GeometryType.POLYGON
    parts, part_owner = parts[polygons], part_owner[polygons]
    rings, ring_part = shapely.get_rings(parts, return_index=True)
    points, ring = shapely.get_coordinates(rings, return_index=True)
    start, end = points[:-1], points[1:]
    # Simpson's rule for the ground below an edge, as its latitude runs evenly along it.
    below = _cylindrical(start)[:, 1] + _cylindrical(end)[:, 1]
    below += 4 * _cylindrical((start + end) / 2)[:, 1]
    ground = SEMI_MAJOR_M * RADIANS * (end[:, 0] - start[:, 0]) * below / 6
    ground[ring[1:] != ring[:-1]] = 0.0
    size = np.abs(np.bincount(ring[:-1], weights=ground, minlength=len(rings)))
    first = np.ones(len(rings), bool)
    first[1:] = ring_part[1:] != ring_part[:-1]
    owner = part_owner[ring_part]
    weights = np.where(first, size, -size)
    found = np.zeros(len(geometries))
    np.add.at(found, owner, weights)
    return found


def _cylindrical(points: Floats) -> Floats:
    e = ECCENTRICITY_2**0.5
    sine = np.sin(points[:, 1] * RADIANS)
    # Snyder, Map Projections: A Working Manual, equations 3-12 and 10-14.
    q = (1.0 - ECCENTRICITY_2) * (
        sine / (1.0 - ECCENTRICITY_2 * sine * sine) + np.arctanh(e * sine) / e
    )
    return np.column_stack([SEMI_MAJOR_M * RADIANS * points[:, 0], SEMI_MAJOR_M * q / 2])
