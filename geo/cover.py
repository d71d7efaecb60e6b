"""Which districts cover a point? Exactly, by a grid of the edges in each cell.

A cell that no edge touches lies in the same districts as a whole. In any other cell, the point is
led to the cell's north-eastern corner, for which the answer is known, first level to the eastern
border and then along it: every edge crossed on the way changes sides. Which edges the second leg
crosses depends only on how high it starts, and so it can be folded into the first: an edge that
leaves the cell eastwards gets its range of heights widened (see `_variants`), and one test for
each edge answers both.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from geo.edges import Edges, Outlines
from geo.grid import Grid, Whole, batches, expand, lists, touched_cells
from geo.predicates import SIDE_ERROR, SIDE_UNDERFLOW, exact_side, exact_sides, sides

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Masks = NDArray[np.uint64]

HARD = -(2**31)
"""State of a cell that the short test cannot serve: its points are tested against everything."""

_MOST_LOCAL = 64  # districts of a cell, one bit each
_PLAIN, _EAST_RISING, _EAST_FALLING = 0, 1, 2
_BATCH = 1 << 19


@dataclass(frozen=True, slots=True)
class Cover:
    """The grid and its lists.

    Attributes
    ----------
    grid : Grid
    faces : tuple of tuple of int
        Sets of districts that cover the same area; face 0 is the empty one.
    state : ndarray of int32, shape (cells,)
        The cell's face; or, below 0, ~ of its place in the lists; or `HARD`.
    base : ndarray of uint64, shape (lists,)
        Districts at the corner, a bit each, with the changes that hold for the whole cell.
    start : ndarray of int32, shape (lists + 1,)
        Entries of list k are at `start[k]:start[k + 1]`.
    variant : ndarray of int32
        Rows of `table`, one for each entry.
    mask : ndarray of uint64
        Districts that the entry's edge bounds, a bit each.
    table : ndarray of float64, shape (3 · edges, 6)
        Both ends of an edge and the heights between which it counts, in degrees.
    local_start : ndarray of int32, shape (lists + 1,)
    local : ndarray of int32
        Which district each bit of a list means, ascending.
    lines : Outlines
    bounds : ndarray of float64, shape (4, districts)
        West, south, east, north.
    """

    grid: Grid
    faces: tuple[tuple[int, ...], ...]
    state: NDArray[np.int32]
    base: Masks
    start: NDArray[np.int32]
    variant: NDArray[np.int32]
    mask: Masks
    table: Floats
    local_start: NDArray[np.int32]
    local: NDArray[np.int32]
    lines: Outlines
    bounds: Floats

    def one(self, state: int, lon: float, lat: float) -> tuple[tuple[int, ...], int]:
        """Find the districts that cover a point in a cell with edges.

        Parameters
        ----------
        state : int
            Of the point's cell, below 0.
        lon, lat : float
            Degrees.

        Returns
        -------
        tuple of int
            The districts that cover the point, ascending.
        int
            How many of them have it in their interior.
        """
        if state == HARD:
            return self._by_all(lon, lat)
        k = ~state
        first, last = self.start[k : k + 2].tolist()
        inside, on_edge = self.base[k].item(), 0
        rows = self.table.take(self.variant[first:last], axis=0).tolist()
        for (ax, ay, bx, by, low, high), mask in zip(
            rows, self.mask[first:last].tolist(), strict=True
        ):
            if low <= lat <= high:
                left, right = (bx - ax) * (lat - ay), (by - ay) * (lon - ax)
                value = left - right
                if abs(value) > SIDE_ERROR * (abs(left) + abs(right)) + SIDE_UNDERFLOW:
                    if value > 0.0 and lat < high:
                        inside ^= mask
                    continue
                exact = exact_side(ax, ay, bx, by, lon, lat)
                if exact == 0 and ay <= lat <= by and (ax <= lon <= bx or bx <= lon <= ax):
                    on_edge |= mask
                elif lat < high and (exact > 0 or (exact == 0 and ay == by)):
                    # A level edge counts as just below the points of its height.
                    inside ^= mask
        return self._named(k, inside & ~on_edge, on_edge)

    def _named(self, k: int, inside: int, on_edge: int) -> tuple[tuple[int, ...], int]:
        covering = inside | on_edge
        if not covering:
            return (), 0
        first = self.local_start[k].item()
        if covering & (covering - 1) == 0:
            return (self.local[first + covering.bit_length() - 1].item(),), inside.bit_count()
        bits = range(covering.bit_length())
        found = tuple(self.local[first + bit].item() for bit in bits if covering >> bit & 1)
        return found, inside.bit_count()

    def _by_all(self, lon: float, lat: float) -> tuple[tuple[int, ...], int]:
        west, south, east, north = self.bounds
        near = (west <= lon) & (lon <= east) & (south <= lat) & (lat <= north)
        found, inner = [], 0
        for district in np.flatnonzero(near).tolist():
            place = _place(self.lines, district, lon, lat)
            if place >= 0:
                found.append(district)
                inner += place
        return tuple(found), inner

    def many(self, state: NDArray[np.int32], lon: Floats, lat: Floats) -> tuple[Masks, Masks]:
        """Find the districts that cover each of many points in cells with edges.

        Parameters
        ----------
        state : ndarray of int32, shape (n,)
            Of the points' cells, below 0 and not `HARD`.
        lon, lat : ndarray of float64, shape (n,)
            Degrees.

        Returns
        -------
        covering, inside : ndarray of uint64, shape (n,)
            Bits of the districts that cover the point, and that have it in their interior.
        """
        k = ~state
        covering = self.base[k]
        inside = covering.copy()
        first = self.start[k]
        count = self.start[k + 1] - first
        for piece in batches(count, _BATCH):
            inside[piece], covering[piece] = self._batch(
                covering[piece], first[piece], count[piece], lon[piece], lat[piece]
            )
        return covering, inside

    def _batch(
        self, base: Masks, first: Whole, count: Whole, lon: Floats, lat: Floats
    ) -> tuple[Masks, Masks]:
        point, entry = expand(first, count)
        if not point.size:
            return base, base
        variant = self.variant[entry]
        x, y = lon[point], lat[point]
        ax, ay, bx, by, low, high = (column[variant] for column in self.table.T)
        left, right = (bx - ax) * (y - ay), (by - ay) * (x - ax)
        value = left - right
        counts = (low <= y) & (y < high)
        crossed = counts & (value > 0.0)
        bound = SIDE_ERROR * (np.abs(left) + np.abs(right)) + SIDE_UNDERFLOW
        doubtful = np.flatnonzero((np.abs(value) <= bound) & (low <= y) & (y <= high))
        touching: Ints | None = None
        if doubtful.size:
            ax, ay, bx, by, x, y = (array[doubtful] for array in (ax, ay, bx, by, x, y))
            exact = exact_sides(ax, ay, bx, by, x, y)
            on_edge = (exact == 0) & (ay <= y) & (y <= by)
            on_edge &= (np.minimum(ax, bx) <= x) & (x <= np.maximum(ax, bx))
            level = (exact == 0) & (ay == by)
            crossed[doubtful] = counts[doubtful] & ~on_edge & ((exact > 0) | level)
            touching = doubtful[on_edge]
        masks = self.mask[entry]
        begins = np.cumsum(count) - count
        some = count > 0
        inside = base.copy()
        inside[some] ^= np.bitwise_xor.reduceat(
            np.where(crossed, masks, np.uint64(0)), begins[some]
        )
        if touching is None or not touching.size:
            return inside, inside
        edges = np.zeros_like(base)
        np.bitwise_or.at(edges, point[touching], masks[touching])
        inside &= ~edges
        return inside, inside | edges


def cover_of(
    geometries: Sequence[BaseGeometry], lines: Outlines, edges: Edges, grid: Grid
) -> Cover:
    """Build the lists.

    Parameters
    ----------
    geometries : sequence of Polygon or MultiPolygon
        In the order of district numbers.
    lines : Outlines
    edges : Edges
    grid : Grid
        Covers all edges, with at least a cell to spare on the western side.
    """
    edge, cell = touched_cells(grid, edges.xy, np.full(len(edges), grid.pad_x), grid.pad_y)
    order = np.argsort(cell, kind="stable")
    edge, cell = edge[order], cell[order]
    cells, place = np.unique(cell, return_inverse=True)
    corner_x, corner_y, low_y = _corners(grid, cells)
    kind, flips, unclear = _variants(edges, edge, corner_x[place], corner_y[place], low_y[place])

    corner_place, corner_district = _covers(geometries, corner_x, corner_y)
    faces, face = _faces(corner_place, corner_district, len(cells))

    districts = len(geometries)
    owned, owner_place = expand(
        edges.owner_start[edge], edges.owner_start[edge + 1] - edges.owner_start[edge]
    )
    owner_key = place[owned] * districts + edges.owner[owner_place]
    corner_key = corner_place * districts + corner_district
    keys = np.unique(np.concatenate([owner_key, corner_key]))
    local_start = np.searchsorted(keys, np.arange(len(cells) + 1) * districts)
    sizes = np.diff(local_start)

    def bit(key: Ints) -> Masks:
        position = np.searchsorted(keys, key) - local_start[key // districts]
        return np.left_shift(np.uint64(1), (position % _MOST_LOCAL).astype(np.uint64))

    mask = np.zeros(len(edge), np.uint64)
    np.bitwise_or.at(mask, owned, bit(owner_key))
    base = np.zeros(len(cells), np.uint64)
    np.bitwise_or.at(base, corner_place, bit(corner_key))
    np.bitwise_xor.at(base, place[flips], mask[flips])

    hard = sizes > _MOST_LOCAL
    hard[place[unclear]] = True
    counted = kind >= 0
    start, entry = lists(place[counted], np.flatnonzero(counted), len(cells))
    return Cover(
        grid=grid,
        faces=faces,
        state=_states(grid, cells, face, hard),
        base=base,
        start=start,
        variant=(kind[entry].astype(np.int64) * len(edges) + edge[entry]).astype(np.int32),
        mask=mask[entry],
        table=_table(edges),
        local_start=local_start.astype(np.int32),
        local=(keys % districts).astype(np.int32),
        lines=lines,
        bounds=shapely.bounds(np.array(geometries, object)).T.copy(),
    )


def _corners(grid: Grid, cells: Ints) -> tuple[Floats, Floats, Floats]:
    row, column = np.divmod(cells, grid.columns)
    east = grid.west + (column + 1) * grid.width + grid.pad_x
    north = grid.south + (row + 1) * grid.height + grid.pad_y
    return east, north, grid.south + row * grid.height - grid.pad_y


def _variants(
    edges: Edges, edge: Ints, east: Floats, north: Floats, south: Floats
) -> tuple[NDArray[np.int8], Ints, Ints]:
    """Tell how each edge counts in a cell.

    Crossing the level leg at height y: the edge is there at that height, and the point to the left
    of it. Crossing the leg along the border: the edge leaves eastwards above y. For one that rises
    eastwards and leaves, an odd number of both is the contrary of "y is not below its lower end,
    and the point is to its left", at all heights of the cell; for one that falls eastwards it is
    "y is below its upper end, and the point is to its left".

    Returns
    -------
    kind : ndarray of int8
        Which variant of the edge, or -1 where it cannot be crossed.
    flips : ndarray of int64
        Entries that change the base of their cell.
    unclear : ndarray of int64
        Entries that meet the border in a vertex, or the corner: their cells are hard.
    """
    kind = np.full(len(edge), _PLAIN, np.int8)
    ax, ay, bx, by = edges.xy[edge].T
    kind[(ax > east) & (bx > east)] = -1
    unclear = (ax == east) | (bx == east)
    leaving = np.flatnonzero((np.minimum(ax, bx) < east) & (np.maximum(ax, bx) > east))
    ax, ay, bx, by = (column[leaving] for column in (ax, ay, bx, by))
    at_north = sides(ax, ay, bx, by, east[leaving], north[leaving])
    at_south = sides(ax, ay, bx, by, east[leaving], south[leaving])
    unclear[leaving] |= (at_north == 0) | (at_south == 0)
    rising = ax < bx
    above = np.where(rising, at_north < 0, at_north > 0)
    below = np.where(rising, at_south > 0, at_south < 0)
    kind[leaving] = np.select(
        [rising & above, rising & below, rising, above, below],
        [_PLAIN, -1, _EAST_RISING, -1, _PLAIN],
        _EAST_FALLING,
    )
    return kind, np.flatnonzero(kind == _EAST_RISING), np.flatnonzero(unclear)


def _table(edges: Edges) -> Floats:
    plain = np.column_stack([edges.xy, edges.xy[:, 1], edges.xy[:, 3]])
    rising, falling = plain.copy(), plain.copy()
    rising[:, 5] = np.inf
    falling[:, 4] = -np.inf
    return np.concatenate([plain, rising, falling])


def _covers(geometries: Sequence[BaseGeometry], x: Floats, y: Floats) -> tuple[Ints, Ints]:
    # No corner that matters lies on an edge, so whether that would be covered does not matter.
    tree = shapely.STRtree(geometries)
    point, district = tree.query(shapely.points(x, y), predicate="intersects")
    order = np.lexsort((district, point))
    return point[order], district[order]


def _faces(place: Ints, district: Ints, size: int) -> tuple[tuple[tuple[int, ...], ...], Ints]:
    number: dict[tuple[int, ...], int] = {(): 0}
    start = np.searchsorted(place, np.arange(size + 1)).tolist()
    members = district.tolist()
    face = [
        number.setdefault(tuple(members[first:last]), len(number))
        for first, last in pairwise(start)
    ]
    return tuple(number), np.array(face, np.int64)


def _states(grid: Grid, cells: Ints, face: Ints, hard: NDArray[np.bool_]) -> NDArray[np.int32]:
    """Give cells without edges the face of the corner west of them: nothing parts the two."""
    latest = np.full((grid.rows, grid.columns), -1, np.int32)
    latest.reshape(-1)[cells] = np.arange(len(cells))
    np.maximum.accumulate(latest, axis=1, out=latest)
    state = np.append(face, 0).astype(np.int32)[latest].reshape(-1)
    state[cells] = np.where(hard, HARD, ~np.arange(len(cells)))
    return state


def _place(lines: Outlines, district: int, lon: float, lat: float) -> int:
    """Tell whether a point is in a district's interior (1), on its edge (0), or not in it (-1)."""
    ax, ay, bx, by = lines.xy[lines.start[district] : lines.start[district + 1]].T
    between = (np.minimum(ay, by) <= lat) & (lat <= np.maximum(ay, by))
    ax, ay, bx, by = ax[between], ay[between], bx[between], by[between]
    side = sides(ax, ay, bx, by, np.full(len(ax), lon), np.full(len(ax), lat))
    on_edge = (side == 0) & (np.minimum(ax, bx) <= lon) & (lon <= np.maximum(ax, bx))
    if on_edge.any():
        return 0
    crossed = ((ay <= lat) != (by <= lat)) & (side == np.where(by > ay, 1, -1))
    return 1 if int(crossed.sum()) & 1 else -1
