"""Make polygons fit together, vertices on the ground that stay being the same to the last bit."""

import numpy as np
import shapely
from numpy.typing import NDArray

from geo.metres import metres_per_degree

SNAPS = (1.0, 0.8, 1.2, 0.5, 0.2)
"""Parts of the snapping distance that are tried in turn."""

Objects = NDArray[np.object_]
Floats = NDArray[np.float64]


def cleaned(shapes: Objects, *, gap_width_m: float, snap_m: float) -> Objects:
    """Part overlaps, close narrow gaps, and give neighbours the same vertices.

    Parameters
    ----------
    shapes : ndarray of Polygon or MultiPolygon
        Valid, in degrees. Of an overlap, the first keeps the ground.
    gap_width_m : float
        Metres; gaps that are nowhere wider are closed.
    snap_m : float
        Metres within which vertices become one.

    Returns
    -------
    ndarray of Polygon or MultiPolygon
        In degrees; empty where nothing is left of one.
    """
    bounds = shapely.total_bounds(shapes)
    scale = np.array(metres_per_degree(float((bounds[1] + bounds[3]) / 2)))
    origin = bounds[:2]
    known = np.unique(shapely.get_coordinates(shapes), axis=0)

    def stretched(xy: Floats) -> Floats:
        moved: Floats = (xy - origin) * scale
        return moved

    made = _surely_cleaned(shapely.transform(shapes, stretched), gap_width_m, snap_m)
    images = stretched(known)
    order = np.lexsort((images[:, 1], images[:, 0]))

    def restored(xy: Floats) -> Floats:
        points: Floats = xy / scale + origin
        found = _position(images[order], xy)
        hit = found >= 0
        points[hit] = known[order[found[hit]]]
        return points

    fitted: Objects = shapely.transform(made, restored)
    return fitted


def _surely_cleaned(plane: Objects, gap_width_m: float, snap_m: float) -> Objects:
    """Clean a plane in metres, and with another snapping distance where it went wrong.

    GEOS tells by one point of each face whose it is. Where snapping makes outlines coincide, now and
    then that point is found in the neighbour, who gets the whole face.
    """
    most = shapely.length(plane) * (gap_width_m + snap_m) + snap_m
    for share in SNAPS:
        made: Objects = shapely.coverage_clean(
            plane,
            gap_width=gap_width_m,
            snapping_distance=snap_m * share,
            merge_strategy="min_index",
        )
        if (np.abs(shapely.area(made) - shapely.area(plane)) <= most).all():
            return made
    return plane


def _position(rows: Floats, wanted: Floats) -> NDArray[np.int64]:
    """Where each wanted row is among sorted rows; -1 for one that is not."""
    both = np.vstack([rows, wanted])
    _, number = np.unique(both, axis=0, return_inverse=True)
    number = number.reshape(-1)
    first = np.full(int(number.max()) + 1, -1, np.int64)
    first[number[: len(rows)][::-1]] = np.arange(len(rows))[::-1]
    found: NDArray[np.int64] = first[number[len(rows) :]]
    return found
