"""The edges of all districts: each once, with the districts it bounds."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Edges:
    """Edges without direction; two neighbours that share one have the same.

    Attributes
    ----------
    xy : ndarray of float64, shape (n, 4)
        Longitude and latitude of the lower end, then of the upper end, in degrees; of a level edge
        the western end comes first.
    owner_start : ndarray of int64, shape (n + 1,)
        The districts bounded by edge i are at `owner_start[i]:owner_start[i + 1]`.
    owner : ndarray of int64
        District numbers, ascending for each edge.
    one_sided : ndarray of bool, shape (n,)
        True where all its districts lie on the same side, so that the other may be outside.
    """

    xy: Floats
    owner_start: Ints
    owner: Ints
    one_sided: NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.xy)


@dataclass(frozen=True, slots=True)
class Outlines:
    """The same edges for each district, in the direction that has its inside on the left.

    Attributes
    ----------
    xy : ndarray of float64, shape (m, 4)
        Longitude and latitude of the start, then of the end, in degrees.
    start : ndarray of int64, shape (districts + 1,)
        Those of district u are at `start[u]:start[u + 1]`.
    """

    xy: Floats
    start: Ints


def outlines(geometries: Sequence[BaseGeometry]) -> Outlines:
    """Take polygons apart.

    Parameters
    ----------
    geometries : sequence of Polygon or MultiPolygon
        Valid, in degrees.
    """
    parts, part_district = shapely.get_parts(np.array(geometries, object), return_index=True)
    rings, ring_part = shapely.get_rings(shapely.orient_polygons(parts), return_index=True)
    # Adding zero turns -0.0 into 0.0, which must be the same place.
    points, point_ring = shapely.get_coordinates(rings, return_index=True)
    points = points + 0.0
    follows = point_ring[1:] == point_ring[:-1]
    xy = np.hstack([points[:-1], points[1:]])[follows]
    district = part_district[ring_part[point_ring[:-1][follows]]]
    real = (xy[:, 0] != xy[:, 2]) | (xy[:, 1] != xy[:, 3])
    start = np.searchsorted(district[real], np.arange(len(geometries) + 1))
    return Outlines(np.ascontiguousarray(xy[real]), start)


def shared_edges(lines: Outlines) -> Edges:
    """Find which edges are the same.

    Parameters
    ----------
    lines : Outlines
    """
    districts = len(lines.start) - 1
    district = np.repeat(np.arange(districts), np.diff(lines.start))
    ax, ay, bx, by = lines.xy.T
    turned = (by < ay) | ((by == ay) & (bx < ax))
    xy = np.where(turned[:, None], lines.xy[:, [2, 3, 0, 1]], lines.xy)
    order = np.lexsort((district, *xy.T))
    xy, district, turned = xy[order], district[order], turned[order]
    first = np.ones(len(xy), bool)
    first[1:] = (xy[1:] != xy[:-1]).any(axis=1)
    starts = np.flatnonzero(first)
    ends = np.append(starts, len(xy))
    turns = np.add.reduceat(turned.astype(np.int64), starts) if len(xy) else starts
    one_sided = (turns == 0) | (turns == np.diff(ends))
    return Edges(np.ascontiguousarray(xy[first]), ends, district, one_sided)
