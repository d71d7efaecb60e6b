"""All tables of an index, built once from the districts and never changed."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

import numpy as np
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from geo.cover import Cover, cover_of
from geo.edges import Edges, Outlines, outlines, shared_edges
from geo.grid import Grid, grid_over, touched_cells
from geo.metres import MetreScale, metres_per_degree
from geo.reach import Reach, reach_of

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

OPEN = 1 << 30
"""Added to a cell's face when a point there still has to look for edges around it."""

_FEWEST_CELLS, _MOST_CELLS, _CELLS_PER_EDGE = 1 << 19, 1 << 20, 24
_MOST_TOUCHES = 4_000_000
_MOST_RINGS = 32
_FINER = 4  # cells of the grid for the nearest edge, for each limit


@dataclass(frozen=True, slots=True)
class Lookup:
    """Tables of an index over at least one district.

    Attributes
    ----------
    cover : Cover
    near : Reach
        Up to the tolerance.
    far : Reach
        Up to the limit of `nearest`.
    state : ndarray of int32, shape (cells,)
        As that of `cover`; a face below `OPEN` has no more than one district, and its cell no edge
        within the tolerance, nor, when nothing covers it, within the limit.
    rings : ndarray of uint8, shape (cells,)
        How many cells around a cell, on all sides, are free of edges.
    ring_m : float
        Metres that each of them is wide at least.
    scale : MetreScale
    """

    cover: Cover
    near: Reach
    far: Reach
    state: NDArray[np.int32]
    rings: NDArray[np.uint8]
    ring_m: float
    scale: MetreScale

    @property
    def lines(self) -> Outlines:
        """Edges of each district."""
        return self.cover.lines

    def around(self, lon: float, lat: float, radius_m: float) -> Ints:
        """Find the districts whose bounding box may be within a radius.

        Parameters
        ----------
        lon, lat : float
            Degrees.
        radius_m : float
            Metres.

        Returns
        -------
        ndarray of int64
            District numbers, ascending.
        """
        pad_y = radius_m / 110_000.0
        pad_x = 1.001 * radius_m / metres_per_degree(min(abs(lat) + pad_y, 89.5))[0]
        west, south, east, north = self.cover.bounds
        near = (west - pad_x <= lon) & (lon <= east + pad_x)
        near &= (south - pad_y <= lat) & (lat <= north + pad_y)
        return np.flatnonzero(near)


def lookup_of(
    geometries: Sequence[BaseGeometry], tolerance_m: float, nearest_limit_m: float
) -> Lookup:
    """Build the tables.

    Parameters
    ----------
    geometries : sequence of Polygon or MultiPolygon
        At least one, valid, in degrees.
    tolerance_m, nearest_limit_m : float
        Metres.
    """
    lines = outlines(geometries)
    edges = shared_edges(lines)
    scale = MetreScale.make()
    grid, cell_m = _grid(edges)
    cover = cover_of(geometries, lines, edges, grid)
    every = np.arange(len(edges))
    near = reach_of(edges, every, tolerance_m, max(cell_m, tolerance_m), scale, nearest=False)
    outer = _outer(edges, cover)
    far = reach_of(
        edges, outer, nearest_limit_m, max(cell_m, nearest_limit_m / _FINER), scale, nearest=True
    )
    state, rings = _states(cover, near, far)
    south, north = grid.south, grid.south + grid.rows * grid.height
    widths = metres_per_degree(np.clip(np.array([south, north]), -90.0, 90.0))
    ring_m = min(float(widths[0].min()) * grid.width, float(widths[1].min()) * grid.height) * 0.999
    for array in (state, rings):
        array.setflags(write=False)
    return Lookup(cover, near, far, state, rings, max(ring_m, 0.0), scale)


def _grid(edges: Edges) -> tuple[Grid, float]:
    ax, ay, bx, by = edges.xy.T
    south, north = float(ay.min()), float(by.max())
    kx, ky = metres_per_degree(max(-89.5, min(89.5, (south + north) / 2)))
    wide = (max(ax.max(), bx.max()) - min(ax.min(), bx.min())) * kx
    high = (north - south) * ky
    wanted = min(max(_CELLS_PER_EDGE * len(edges), _FEWEST_CELLS), _MOST_CELLS)
    # The second is for a thin strip, where a row of square cells would be too long.
    cell_m = max(sqrt(wide * high / wanted), max(wide, high) / wanted * 8)
    # Long edges through many cells: what the lists would hold bounds the number of cells, too.
    length = float(((np.abs(bx - ax) * kx) + (by - ay) * ky).sum())
    cell_m = max(cell_m, length / _MOST_TOUCHES)
    return grid_over(edges.xy, 0.0, 0.0, cell_m / kx, cell_m / ky), cell_m


def _outer(edges: Edges, cover: Cover) -> Ints:
    """Choose the edges that a point outside of all districts may be nearest to.

    The nearest place is on the outline of all districts together, so an edge that has outside on
    one side passes there; another edge through the same place is in the same cell.
    """
    grid = cover.grid
    edge, cell = touched_cells(grid, edges.xy, np.full(len(edges), grid.pad_x), grid.pad_y)
    outside = np.zeros(grid.cells, bool)
    outside[cell[edges.one_sided[edge]]] = True
    chosen = np.zeros(len(edges), bool)
    chosen[edge[outside[cell]]] = True
    return np.flatnonzero(chosen)


def _states(cover: Cover, near: Reach, far: Reach) -> tuple[NDArray[np.int32], NDArray[np.uint8]]:
    state = cover.state.copy()
    crowded = np.array([len(face) > 1 for face in cover.faces])
    known = state >= 0
    face = np.where(known, state, 0)
    open_ = crowded[face] | _occupied(cover.grid, near) | ((face == 0) & _occupied(cover.grid, far))
    state[known & open_] += OPEN
    return state, _rings(cover, known)


def _occupied(grid: Grid, reach: Reach) -> NDArray[np.bool_]:
    """Tell for each cell whether some point in it has edges to look at."""
    other = reach.grid
    full = (np.diff(reach.start) > 0).reshape(other.rows, other.columns)
    # Running totals: how many cells are full, south and west of a corner.
    total = np.zeros((other.rows + 1, other.columns + 1), np.int64)
    np.cumsum(np.cumsum(full, axis=0), axis=1, out=total[1:, 1:])
    x: Floats = grid.west + np.arange(grid.columns + 1, dtype=np.float64) * grid.width
    y: Floats = grid.south + np.arange(grid.rows + 1, dtype=np.float64) * grid.height
    west = _cell(x[:-1], -2 * grid.pad_x - other.west, other.width, other.columns)
    east = _cell(x[1:], 2 * grid.pad_x - other.west, other.width, other.columns) + 1
    south = _cell(y[:-1], -2 * grid.pad_y - other.south, other.height, other.rows)
    north = _cell(y[1:], 2 * grid.pad_y - other.south, other.height, other.rows) + 1
    upper, lower = total[north], total[south]
    found = upper[:, east] - upper[:, west] - lower[:, east] + lower[:, west]
    # Points beyond the grid count to its border, from where they may still reach.
    result = found > 0
    border = np.ones_like(result)
    border[1:-1, 1:-1] = False
    beyond = (
        other.west < x[0]
        or other.south < y[0]
        or other.west + other.width * other.columns > x[-1]
        or other.south + other.height * other.rows > y[-1]
    )
    return (result | border if beyond else result).reshape(-1)


def _cell(place: Floats, shift: float, size: float, count: int) -> Ints:
    return np.clip(np.floor((place + shift) / size), 0, count - 1).astype(np.int64)


def _rings(cover: Cover, free: NDArray[np.bool_]) -> NDArray[np.uint8]:
    """Count free cells around each, up to `_MOST_RINGS`, by letting the others grow."""
    grid = cover.grid
    taken = ~free.reshape(grid.rows, grid.columns)
    rings = np.zeros(taken.shape, np.uint8)
    for _ in range(_MOST_RINGS):
        if taken.all():
            break
        wider = taken.copy()
        wider[:, 1:] |= taken[:, :-1]
        wider[:, :-1] |= taken[:, 1:]
        taken = wider.copy()
        taken[1:] |= wider[:-1]
        taken[:-1] |= wider[1:]
        rings += ~taken
    return rings.reshape(-1)
