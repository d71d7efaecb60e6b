"""Cracks: narrow ground between districts that is open to the outside, so that no face encloses it.

Two neighbours at the rim that were digitised apart have one between them; districts that were all
drawn a little too small have a web of them everywhere.
"""

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from geo.metres import metres_per_degree
from geo.topology_width import in_metres, opened, wider, widths_m

SNUG = 0.99
"""Of the width: what it fits into is then surely no wider."""

ELONGATED = 80.0
"""Outline squared by area. A wedge between two rims that part at 6 degrees has so much."""

NEAR = 2e-8  # degrees: two millimetres
TWO = 2
REACH = 1.2  # times the width, which is known to a tenth

Objects = NDArray[np.object_]
Flags = NDArray[np.bool_]


def cracks(
    outside: BaseGeometry,
    tree: shapely.STRtree,
    width_m: float,
    floor_m: float,
    *,
    pockets: bool = False,
) -> Objects:
    """Find narrow ground that reaches in from the outside between two districts or more.

    Parameters
    ----------
    outside : Polygon or MultiPolygon
        Ground beyond all districts, in degrees.
    tree : STRtree
        Of the districts.
    width_m : float
        Metres; cracks are no wider.
    floor_m : float
        Metres; those that are nowhere wider are left out.
    pockets : bool
        Have with them the wide ground to which only cracks lead.

    Returns
    -------
    ndarray of Polygon
        In degrees.
    """
    wide = shapely.get_parts(opened(outside, SNUG * width_m))
    pocketed = np.zeros(0, object)
    if pockets:
        low = shapely.bounds(outside)[:2]
        reached = (shapely.bounds(wide)[:, :2] <= low).all(axis=1)
        wide, pocketed = wide[reached], wide[~reached]
    found = shapely.get_parts(shapely.difference(outside, shapely.union_all(wide)))
    found = found[shapely.get_type_id(found) == shapely.GeometryType.POLYGON]
    stretched = in_metres(found)
    long: Flags = shapely.length(stretched) ** 2 > ELONGATED * shapely.area(stretched)
    long[shapely.STRtree(found).query(pocketed, predicate="intersects")[1]] = True
    found = found[long]
    if not len(found):
        return np.zeros(0, object)
    found = found[wider(found, floor_m)]
    which, _ = tree.query(found, predicate="dwithin", distance=NEAR)
    between: Objects = found[np.bincount(which, minlength=len(found)) >= TWO]
    return between


def shared_out(places: Objects, tree: shapely.STRtree) -> list[tuple[int, BaseGeometry]]:
    """Divide the ground of cracks among the districts along them, the first having its side.

    A web of cracks as a whole would give one district tentacles round all the others.

    Parameters
    ----------
    places : ndarray of Polygon
        In degrees.
    tree : STRtree
        Of the districts.

    Returns
    -------
    list of (int, geometry)
        Which district has what, in degrees.
    """
    given = []
    for place, width in zip(places.tolist(), widths_m(places).tolist(), strict=True):
        middle = float(shapely.bounds(place)[[1, 3]].mean())
        # A degree of longitude is the shorter one: so far, the other side is reached anyhow.
        reach = REACH * width / metres_per_degree(middle)[0]
        left = place
        for k in np.sort(tree.query(place, predicate="dwithin", distance=NEAR)).tolist():
            near = shapely.buffer(tree.geometries[k], reach, quad_segs=2)
            given.append((k, shapely.intersection(left, near)))
            left = shapely.difference(left, near)
            if shapely.is_empty(left):
                break
    return given
