"""The edges of all districts, and those that do not meet their like.

Where two neighbours share an edge, one district begins just where the other ends, so the edge
says nothing about gaps and overlaps and can be left out. In a faultless set nothing remains but
its outline: however many vertices there are, only faults and the outline have to be looked into.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from geo.edges import outlines

CHUNK_VERTICES = 400_000

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]

_FACTORS = tuple(
    np.uint64(number)
    for number in (
        0x9E3779B97F4A7C15,
        0xC2B2AE3D27D4EB4F,
        0x165667B19E3779F9,
        0xD6E8FEB86659FD93,
    )
)


@dataclass(frozen=True, slots=True)
class SignedEdges:
    """Edges without direction, one for every time that one bounds a district.

    Attributes
    ----------
    xy : ndarray of float64, shape (n, 4)
        Longitude and latitude of the lower end, then of the upper end, in degrees.
    turned : ndarray of bool, shape (n,)
        True where the district is on the right of it.
    same : ndarray of int64, shape (n,)
        Number of the edge: equal for equal edges.
    start : ndarray of int64, shape (districts + 1,)
        Those of district d are at `start[d]:start[d + 1]`, ring after ring.
    """

    xy: Floats
    turned: Flags
    same: Ints
    start: Ints

    def of(self, districts: Sequence[int] | Ints) -> Ints:
        """Positions of the edges of some districts."""
        if not len(districts):
            return np.zeros(0, np.int64)
        return np.concatenate([np.arange(self.start[d], self.start[d + 1]) for d in districts])


def signed_edges(
    geometries: Sequence[BaseGeometry], *, step: Callable[[int, int], None] | None = None
) -> SignedEdges:
    """Take polygons apart, a part of them at a time.

    Parameters
    ----------
    geometries : sequence of Polygon or MultiPolygon
        Valid, in degrees.
    step : callable, optional
        Called with polygons done and their total.
    """
    sizes = np.cumsum(shapely.get_num_coordinates(np.array(geometries, object)))
    total = int(sizes[-1]) if len(sizes) else 0
    xy = np.empty((total, 4))
    turned = np.empty(total, bool)
    start = np.zeros(len(geometries) + 1, np.int64)
    first, filled = 0, 0
    while first < len(geometries):
        before = int(sizes[first - 1]) if first else 0
        last = max(first + 1, int(np.searchsorted(sizes, before + CHUNK_VERTICES, "right")))
        lines = outlines(geometries[first:last])
        ax, ay, bx, by = lines.xy.T
        back = (by < ay) | ((by == ay) & (bx < ax))
        end = filled + len(back)
        xy[filled:end] = np.where(back[:, None], lines.xy[:, [2, 3, 0, 1]], lines.xy)
        turned[filled:end] = back
        start[first + 1 : last + 1] = filled + lines.start[1:]
        first, filled = min(last, len(geometries)), end
        if step is not None:
            step(first, len(geometries))
    return SignedEdges(xy[:filled], turned[:filled], _numbered(xy[:filled]), start)


def _numbered(xy: Floats) -> Ints:
    bits = xy.view(np.uint64)
    mixed = np.zeros(len(xy), np.uint64)
    for column, factor in enumerate(_FACTORS):
        mixed ^= bits[:, column]
        mixed *= factor
        mixed ^= mixed >> np.uint64(29)
    order = np.argsort(mixed, kind="stable")
    mixed = mixed[order]
    new = np.ones(len(xy), bool)
    new[1:] = mixed[1:] != mixed[:-1]
    # Different edges may mix to the same number. Taken for different, equal ones that are parted
    # by that only cost time.
    for first in range(1, len(xy), CHUNK_VERTICES):
        part = slice(first, min(first + CHUNK_VERTICES, len(xy)))
        alike = np.flatnonzero(~new[part]) + first
        new[alike] = (xy[order[alike]] != xy[order[alike - 1]]).any(axis=1)
    same = np.empty(len(xy), np.int64)
    same[order] = np.cumsum(new) - 1
    return same


def unmatched(edges: SignedEdges, rows: Ints, flipped: Flags | None = None) -> Ints:
    """Find the edges at which not just one district ends where just one other begins.

    Parameters
    ----------
    edges : SignedEdges
    rows : ndarray of int64
        Positions of the edges to look at.
    flipped : ndarray of bool, shape as `rows`, optional
        True for those of districts that are to be subtracted.

    Returns
    -------
    ndarray of int64
        Positions, in order.
    """
    turned = edges.turned[rows]
    if flipped is not None:
        turned = turned ^ flipped
    same = edges.same[rows]
    if len(rows) * 4 < len(edges.xy):
        _, same = np.unique(same, return_inverse=True)
    times = np.bincount(same)
    right = np.bincount(same, weights=turned)
    left_over: Ints = rows[~((times == 2) & (right == 1))[same]]  # noqa: PLR2004 - one each
    return left_over


def chained(edges: SignedEdges, rows: Ints) -> list[BaseGeometry]:
    """Join edges that follow one another into lines.

    Parameters
    ----------
    edges : SignedEdges
    rows : ndarray of int64
        Positions, in order.

    Returns
    -------
    list of LineString
    """
    if not len(rows):
        return []
    turned = edges.turned[rows][:, None]
    xy = np.where(turned, edges.xy[rows][:, [2, 3, 0, 1]], edges.xy[rows])
    return lines_of(xy)


def lines_of(xy: Floats) -> list[BaseGeometry]:
    """Join edges, given by their start and end, that follow one another into lines.

    Parameters
    ----------
    xy : ndarray of float64, shape (n, 4)
    """
    if not len(xy):
        return []
    begins = np.ones(len(xy), bool)
    begins[1:] = (xy[1:, :2] != xy[:-1, 2:]).any(axis=1)
    chain = np.cumsum(begins) - 1
    # Every chain has one vertex more than it has edges: its start.
    place = np.arange(len(xy)) + chain
    points = np.empty((len(xy) + chain[-1] + 1, 2))
    owner = np.empty(len(points), np.int64)
    points[place + 1], owner[place + 1] = xy[:, 2:], chain
    points[place[begins]], owner[place[begins]] = xy[begins, :2], chain[begins]
    lines: list[BaseGeometry] = list(shapely.linestrings(points, indices=owner))
    return lines
