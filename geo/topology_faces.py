"""Divide the plane by edges into faces, and choose and join those of a sort.

Many edges are looked at tile by tile, so that memory and time grow with the fullest tile and no
faster than the number of edges. Edges are cut at the borders of tiles beforehand, once for both
sides, so that faces of neighbouring tiles fit together to the last bit.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from math import ceil

import numpy as np
import shapely
from numpy.typing import NDArray

from geo.topology_edges import lines_of
from geo.topology_groups import Groups
from geo.topology_inside import Classify, sorted_out, well_inside
from geo.topology_threads import WORKERS
from geo.topology_width import in_metres, wider

EDGES_PER_TILE = 40_000
MARGIN = 0.001  # degrees, of free ground round everything
TINY_SHARE = 0.01  # of a square as wide as rounding

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Objects = NDArray[np.object_]
Step = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Face:
    """Ground of one sort.

    Attributes
    ----------
    sort : int
        As the classifier has it.
    geometry : Polygon or MultiPolygon
        In degrees.
    enclosed : bool
        False when it reaches beyond everything.
    """

    sort: int
    geometry: shapely.Geometry
    enclosed: bool


@dataclass(frozen=True, slots=True)
class _Piece:
    sort: int
    geometry: shapely.Geometry
    at_border: bool


def faces(
    xy: Floats,
    classify: Classify,
    rounding_m: float,
    *,
    step: Step | None = None,
    edges_per_tile: int = EDGES_PER_TILE,
) -> list[Face]:
    """Find the faces between edges, joined where neighbours are of one sort.

    Parameters
    ----------
    xy : ndarray of float64, shape (n, 4)
        Start and end of each edge, in degrees; those of one ring after one another.
    classify : callable
        Called with a point of each face, perhaps again with others; see `Classify`.
    rounding_m : float
        Faces that are nowhere wider than this many metres are left out.
    step : callable, optional
        Called with tiles done and their total.
    edges_per_tile : int
        About how many.

    Returns
    -------
    list of Face
        Those whose sort is not 0, in no particular order.
    """
    if not len(xy):
        return []
    ends = xy.reshape(-1, 2)
    low, high = ends.min(axis=0) - MARGIN, ends.max(axis=0) + MARGIN
    sides = ceil((len(xy) / edges_per_tile) ** 0.5)
    middles = (xy[:, :2] + xy[:, 2:]) / 2
    borders = [_borders(middles[:, axis], sides) for axis in (0, 1)]
    for axis in (0, 1):
        xy = _cut(xy, borders[axis], axis)
    tiles = _dealt(xy, borders)
    limits = [np.concatenate([[low[a]], borders[a], [high[a]]]) for a in (0, 1)]

    def work(tile: tuple[int, int]) -> list[_Piece]:
        column, row = tile
        box = shapely.box(
            limits[0][column], limits[1][row], limits[0][column + 1], limits[1][row + 1]
        )
        return _pieces(xy[tiles[tile]], box, classify, rounding_m)

    found: list[_Piece] = []
    order = [(c, r) for c in range(len(limits[0]) - 1) for r in range(len(limits[1]) - 1)]
    with ThreadPoolExecutor(WORKERS) as pool:
        for done, pieces in enumerate(pool.map(work, order), 1):
            found += pieces
            if step is not None:
                step(done, len(order))
    return _joined(found, limits, rounding_m)


def _borders(values: Floats, sides: int) -> Floats:
    """Where to cut so that each strip has as many edges."""
    shares = np.arange(1, sides) / sides
    cuts: Floats = np.unique(np.quantile(values, shares)) if sides > 1 else np.zeros(0)
    return cuts


def _cut(xy: Floats, borders: Floats, axis: int) -> Floats:
    """Cut edges where they cross borders of columns (axis 0) or rows (axis 1)."""
    if not len(borders):
        return xy
    other = 1 - axis
    back = xy[:, axis] > xy[:, axis + 2]
    # Always from the lower end, so that an edge is cut at the same point whichever way it runs.
    low = np.where(back[:, None], xy[:, 2:], xy[:, :2])
    high = np.where(back[:, None], xy[:, :2], xy[:, 2:])
    first = np.searchsorted(borders, low[:, axis], "right")
    crossed = np.maximum(np.searchsorted(borders, high[:, axis], "left") - first, 0)
    if not crossed.any():
        return xy
    owner = np.repeat(np.arange(len(xy)), crossed + 1)
    number = np.arange(len(owner)) - np.repeat(np.cumsum(crossed + 1) - crossed - 1, crossed + 1)
    # The pieces of an edge that runs back are numbered from its upper end.
    number = np.where(back[owner], crossed[owner] - number, number)

    def at(which: Ints) -> Floats:
        """The which-th point from the lower end."""
        points = np.where((which <= 0)[:, None], low[owner], high[owner])
        inner = np.flatnonzero((which > 0) & (which <= crossed[owner]))
        a, b = low[owner[inner]], high[owner[inner]]
        value = borders[first[owner[inner]] + which[inner] - 1]
        share = (value - a[:, axis]) / (b[:, axis] - a[:, axis])
        points[inner, axis] = value
        points[inner, other] = a[:, other] + share * (b[:, other] - a[:, other])
        return points

    lower, upper = at(number), at(number + 1)
    turned = back[owner][:, None]
    return np.hstack([np.where(turned, upper, lower), np.where(turned, lower, upper)])


def _dealt(xy: Floats, borders: list[Floats]) -> defaultdict[tuple[int, int], Ints]:
    """The edges of each tile; those on a border are of both its sides."""
    spans = []
    for axis in (0, 1):
        start, end = xy[:, axis], xy[:, axis + 2]
        middle = (start + end) / 2
        first = np.searchsorted(borders[axis], middle, "left")
        along = start == end
        last = np.where(along, np.searchsorted(borders[axis], middle, "right"), first)
        spans.append((first, last))
    found: defaultdict[tuple[int, int], list[Ints]] = defaultdict(list)
    for column in (0, 1):
        for row in (0, 1):
            chosen = np.ones(len(xy), bool)
            keys = []
            for (first, last), upper in zip(spans, (column, row), strict=True):
                chosen &= (last > first) | (upper == 0)
                keys.append(last if upper else first)
            rows = np.flatnonzero(chosen)
            number = keys[0][rows] * (len(borders[1]) + 1) + keys[1][rows]
            order = np.argsort(number, kind="stable")
            starts = np.flatnonzero(np.diff(number[order], prepend=-1))
            for part in np.split(rows[order], starts[1:]):
                if len(part):
                    found[int(keys[0][part[0]]), int(keys[1][part[0]])].append(part)
    nothing = np.zeros(0, np.int64)
    dealt: defaultdict[tuple[int, int], Ints] = defaultdict(lambda: nothing)
    for tile, parts in found.items():
        dealt[tile] = np.sort(np.concatenate(parts))
    return dealt


def _pieces(
    xy: Floats, box: shapely.Geometry, classify: Classify, rounding_m: float
) -> list[_Piece]:
    lines = shapely.union_all([*lines_of(xy), box.exterior])
    made = shapely.get_parts(shapely.polygonize(shapely.get_parts(lines)))
    made = made[shapely.area(in_metres(made)) > TINY_SHARE * rounding_m * rounding_m]
    at_border = (shapely.bounds(made) == shapely.bounds(box)).any(axis=1)
    kept = at_border.copy()
    kept[~at_border] = wider(made[~at_border], rounding_m)
    made = made[kept]
    sorts = sorted_out(well_inside(made, rounding_m), classify)
    found = []
    for sort in np.unique(sorts[sorts != 0]).tolist():
        joined = shapely.get_parts(shapely.coverage_union_all(made[sorts == sort]))
        outer = (shapely.bounds(joined) == shapely.bounds(box)).any(axis=1)
        found += [
            _Piece(sort, geometry, touches)
            for geometry, touches in zip(joined, outer.tolist(), strict=True)
        ]
    return found


def _joined(pieces: list[_Piece], limits: list[Floats], rounding_m: float) -> list[Face]:
    """Put pieces together over the borders of tiles."""
    spans: defaultdict[tuple[int, float, int], list[tuple[float, float, int]]] = defaultdict(list)
    open_ended = set()
    for k, piece in enumerate(pieces):
        if not piece.at_border:
            continue
        for axis, value, low, high in _on_borders(piece.geometry, limits):
            if value in (limits[axis][0], limits[axis][-1]):
                open_ended.add(k)
            else:
                spans[axis, value, piece.sort].append((low, high, k))
    groups = Groups(len(pieces))
    for listed in spans.values():
        groups.join(_facing(sorted(listed)))
    members = groups.listed()
    whole = np.empty(len(members), object)
    for n, its in enumerate(members):
        shapes = [pieces[k].geometry for k in its]
        whole[n] = shapes[0] if len(shapes) == 1 else shapely.union_all(shapes)
    wide = wider(whole, rounding_m)
    return [
        Face(pieces[its[0]].sort, whole[n], open_ended.isdisjoint(its))
        for n, its in enumerate(members)
        if wide[n]
    ]


def _facing(spans: list[tuple[float, float, int]]) -> Iterator[tuple[int, int]]:
    """Pairs of pieces whose stretches of one border overlap, given in order."""
    reached: list[tuple[float, int]] = []
    for low, high, k in spans:
        # At any place of a border there is one piece on each side, so this list stays short.
        reached = [(end, other) for end, other in reached if end > low]
        for _, other in reached:
            yield other, k
        reached.append((high, k))


def _on_borders(
    geometry: shapely.Geometry, limits: list[Floats]
) -> list[tuple[int, float, float, float]]:
    """Stretches of a piece's outline that lie on borders: axis, value there, from, to."""
    rings = shapely.get_rings(geometry)
    points, ring = shapely.get_coordinates(rings, return_index=True)
    follows = ring[1:] == ring[:-1]
    start, end = points[:-1][follows], points[1:][follows]
    found = []
    for axis in (0, 1):
        value = start[:, axis]
        near = np.minimum(np.searchsorted(limits[axis], value), len(limits[axis]) - 1)
        lies = (value == end[:, axis]) & (limits[axis][near] == value)
        other = 1 - axis
        low = np.minimum(start[lies, other], end[lies, other])
        high = np.maximum(start[lies, other], end[lies, other])
        found += [
            (axis, *span)
            for span in zip(value[lies].tolist(), low.tolist(), high.tolist(), strict=True)
        ]
    return found
