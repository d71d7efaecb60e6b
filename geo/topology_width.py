"""How wide narrow shapes are, in metres: the width of a shape is that of the largest circle in it.

Unlike area divided by length, this is not fooled by a wide gap that runs out into a long thin tail.
"""

from math import pi

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from geo.metres import metres_per_degree
from geo.topology_threads import spread

PRECISION = 1.1
TINY = 1e-12
OVERSHOOT_M = 0.001

Objects = NDArray[np.object_]
Flags = NDArray[np.bool_]
Floats = NDArray[np.float64]


def in_metres(geometries: Objects) -> Objects:
    """Stretch each geometry to metres by the scale at its own middle.

    Parameters
    ----------
    geometries : ndarray of geometry
        In degrees, each no larger than some tens of kilometres.

    Returns
    -------
    ndarray of geometry
        In metres from (0, 0).
    """
    if not len(geometries):
        return geometries
    bounds = shapely.bounds(geometries)
    x, y = metres_per_degree((bounds[:, 1] + bounds[:, 3]) / 2)
    xy, owner = shapely.get_coordinates(geometries, return_index=True)
    # Taken from its own corner, a piece keeps all digits of its width.
    moved = (xy - bounds[owner, :2]) * np.column_stack([x, y])[owner]
    stretched: Objects = shapely.set_coordinates(geometries.copy(), moved)
    return stretched


def wider(geometries: Objects, width_m: float) -> Flags:
    """Tell which polygons hold a circle of a diameter.

    Parameters
    ----------
    geometries : ndarray of Polygon or MultiPolygon
        In degrees.
    width_m : float
        Metres.

    Returns
    -------
    ndarray of bool
    """
    stretched = in_metres(geometries)
    radius, area = width_m / 2, shapely.area(stretched)
    found: Flags = area > 0.0
    if width_m <= 0.0:
        return found
    # Most are rounding errors, which their area tells at once.
    found &= area > pi * radius * radius
    # As far as the radius from an outline there cannot be more ground than this (Sz.-Nagy).
    holes = _holes(stretched)
    sure = area > radius * shapely.length(stretched) + pi * radius * radius * holes
    asked = np.flatnonzero(found & ~sure)
    inner = spread(_shrunk, stretched[asked], np.full(len(asked), radius))
    found[asked] = ~shapely.is_empty(inner)
    return found


def _holes(geometries: Objects) -> NDArray[np.int64]:
    parts, owner = shapely.get_parts(geometries, return_index=True)
    found: NDArray[np.int64] = np.bincount(
        owner, weights=shapely.get_num_interior_rings(parts), minlength=len(geometries)
    ).astype(np.int64)
    return found


def mean_widths_m(shapes: Objects) -> Floats:
    """Twice the area by the outline of many polygons in degrees: no more than their widths."""
    stretched = in_metres(shapes)
    with np.errstate(invalid="ignore"):
        found: Floats = 2 * shapely.area(stretched) / shapely.length(stretched)
    return np.nan_to_num(found)


def widths_m(shapes: Objects) -> Floats:
    """Diameters of the largest circles in many polygons, to a tenth of them.

    Parameters
    ----------
    shapes : ndarray of Polygon or MultiPolygon
        In degrees.

    Returns
    -------
    ndarray of float64
        Metres; 0 without any ground.
    """
    parts, owner = shapely.get_parts(shapes, return_index=True)
    parts = in_metres(parts)
    area = shapely.area(parts)
    low = np.zeros(len(shapes))
    high = np.zeros(len(shapes))
    # No shape is narrower than twice its area by its outline, or wider than a circle of its area.
    np.maximum.at(low, owner, 2 * area / np.maximum(shapely.length(parts), TINY))
    np.maximum.at(high, owner, np.sqrt(4 / pi * area))
    # Halving beats the search for the circle's centre, which takes seconds for a long sliver.
    while (going := high > low * PRECISION).any():
        middle = np.sqrt(low * high)
        asked = np.flatnonzero(going[owner])
        inner = spread(_shrunk, parts[asked], middle[owner[asked]] / 2)
        fits = np.zeros(len(shapes), bool)
        fits[owner[asked[~shapely.is_empty(inner)]]] = True
        low[going & fits] = middle[going & fits]
        high[going & ~fits] = middle[going & ~fits]
    return np.sqrt(low * high)


def opened(geometry: BaseGeometry, width_m: float) -> BaseGeometry:
    """Take what is narrow from a polygon: its tails, and necks between wide parts.

    Parameters
    ----------
    geometry : Polygon or MultiPolygon
        In degrees.
    width_m : float
        Metres.

    Returns
    -------
    Polygon or MultiPolygon
        In degrees, a millimetre larger than what is left of the polygon: to cut or clip it with.
    """
    bounds = shapely.bounds(geometry)
    scale = np.array(metres_per_degree(float((bounds[1] + bounds[3]) / 2)))
    ground = shapely.transform(geometry, lambda xy: (xy - bounds[:2]) * scale)
    # Mitred, so that corners come back as they were.
    core = shapely.buffer(ground, -width_m / 2, join_style="mitre")
    wide = shapely.buffer(core, width_m / 2 + OVERSHOOT_M, join_style="mitre")
    return shapely.transform(wide, lambda xy: xy / scale + bounds[:2])


def _shrunk(shapes: Objects, by_m: Floats) -> Objects:
    inner: Objects = shapely.buffer(shapes, -by_m, quad_segs=4, join_style="mitre")
    return inner
