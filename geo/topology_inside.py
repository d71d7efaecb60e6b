"""Points inside faces, and how many districts they are in.

Faces are bounded only by edges that do not meet their like, so the edges that do, run through
them. A point may lie on one of those, or so near the face's outline that a float cannot tell.
"""

from collections.abc import Callable

import numpy as np
import shapely
from numpy.typing import NDArray

from geo.metres import MAX_METRES_PER_DEGREE

CLEAR = 1e-9  # degrees, a tenth of a millimetre
HAIR = 1e-11  # degrees, a thousand times what a float can tell
ASKEW = 1.1  # radians, a direction in which no edge is likely to run
TRIES = 8
UNCERTAIN = -1

Ints = NDArray[np.int64]
Objects = NDArray[np.object_]
Classify = Callable[[Objects], Ints]
"""Give the sort of each of many points: 0 for those of no interest, `UNCERTAIN` for those on the
outline of a district."""


def well_inside(shapes: Objects, rounding_m: float) -> Objects:
    """Give a point of each polygon that is clear of its outline, as far as there is one.

    Where two nearly equal edges enclose a wide spot, it has tails thinner than a float can tell,
    and a point of those may be taken to be on either side.

    Parameters
    ----------
    shapes : ndarray of Polygon
        In degrees.
    rounding_m : float
        Metres; wider ones have such a point.
    """
    points: Objects = shapely.point_on_surface(shapes)
    near = np.flatnonzero(shapely.distance(points, shapely.boundary(shapes)) < CLEAR)
    inner = shapely.buffer(shapes[near], -rounding_m / 4 / MAX_METRES_PER_DEGREE, quad_segs=2)
    there = ~shapely.is_empty(inner)
    points[near[there]] = shapely.point_on_surface(inner[there])
    return points


def sorted_out(points: Objects, classify: Classify) -> Ints:
    """Classify points, those on outlines by places a hair's breadth beside them.

    Parameters
    ----------
    points : ndarray of Point
        Clear of the outlines of their faces.
    classify : callable
    """
    sorts = classify(points)
    for number in range(TRIES):
        uncertain = np.flatnonzero(sorts == UNCERTAIN)
        if not len(uncertain):
            break
        # Directions in which no edge is likely to run.
        angle = 0.7 + 2.4 * number
        shift = CLEAR / 3 * np.array([np.cos(angle), np.sin(angle)])
        beside = shapely.transform(points[uncertain], lambda xy, by=shift: xy + by)
        sorts[uncertain] = classify(beside)
    sorts[sorts == UNCERTAIN] = 0
    return sorts


def depth(points: Objects, tree: shapely.STRtree) -> Ints:
    """In how many polygons each point is; `UNCERTAIN` for those on the outline of any.

    Outlines that neighbours have drawn with other vertices run a float's last digit apart, and a
    point between them is in neither. So it is on an outline when a hair's breadth decides.

    Parameters
    ----------
    points : ndarray of Point
    tree : STRtree
        Of polygons.
    """
    which, who = tree.query(points)
    polygons, x, y = (
        tree.geometries[who],
        shapely.get_x(points)[which],
        shapely.get_y(points)[which],
    )
    within = shapely.contains_xy(polygons, x, y)
    on = shapely.intersects_xy(polygons, x, y) & ~within
    for way in (-1.0, 1.0):
        by = way * HAIR * np.array([np.cos(ASKEW), np.sin(ASKEW)])
        on |= shapely.contains_xy(polygons, x + by[0], y + by[1]) != within
    found: Ints = np.bincount(which[within], minlength=len(points))
    found[which[on]] = UNCERTAIN
    return found
