"""Grids of cells over the plane of degrees, and lists of what each cell touches."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Whole = NDArray[np.signedinteger[Any]]

SMALLEST_CELL = 1e-9
"""Degrees, a tenth of a millimetre: far above the rounding of coordinates."""

_LEVEL = 1e-300  # degrees
_SLACK = 1e-6
"""Of a cell: more than rounding can move a point across a cell's border."""


@dataclass(frozen=True, slots=True)
class Grid:
    """Equal cells in rows from the south, columns from the west.

    A point is in the cell that `cell_of` says, even when rounding puts it just across the border;
    `pad_x` and `pad_y` are the degrees by which a cell must be thought wider for that to be true.
    Points beyond the grid count to its outermost cells.
    """

    west: float
    south: float
    columns: int
    rows: int
    width: float
    height: float

    @property
    def cells(self) -> int:
        """How many cells there are."""
        return self.columns * self.rows

    @property
    def pad_x(self) -> float:
        """Degrees of longitude."""
        return self.width * _SLACK + 1e-13

    @property
    def pad_y(self) -> float:
        """Degrees of latitude."""
        return self.height * _SLACK + 1e-13

    def cell_of(self, lon: float, lat: float) -> int:
        """Number of the cell of one point in degrees."""
        # int() cuts towards zero as astype() does in cells_of: the column just west of the grid
        # counts to the first one, and so does all that lies farther west.
        x = int((lon - self.west) / self.width)
        y = int((lat - self.south) / self.height)
        columns, rows = self.columns, self.rows
        x = 0 if x < 0 else columns - 1 if x >= columns else x
        y = 0 if y < 0 else rows - 1 if y >= rows else y
        return y * columns + x

    def cells_of(self, lon: Floats, lat: Floats) -> Ints:
        """Numbers of the cells of points in degrees."""
        x = lon - self.west
        x /= self.width
        y = lat - self.south
        y /= self.height
        np.clip(x, 0.0, self.columns - 1, out=x)
        np.clip(y, 0.0, self.rows - 1, out=y)
        cells = y.astype(np.int64)
        cells *= self.columns
        cells += x.astype(np.int64)
        return cells

    def holds(self, lon: float, lat: float) -> bool:
        """Tell whether a point in degrees is not beyond the grid."""
        return (
            0.0 <= (lon - self.west) / self.width < self.columns
            and 0.0 <= (lat - self.south) / self.height < self.rows
        )


def grid_over(xy: Floats, margin_x: float, margin_y: float, cell_x: float, cell_y: float) -> Grid:
    """Lay a grid over edges.

    Parameters
    ----------
    xy : ndarray of float64, shape (n, 4)
        Edges in degrees.
    margin_x, margin_y : float
        Degrees on every side; a cell more is added.
    cell_x, cell_y : float
        Degrees wanted for the size of a cell.
    """
    west = min(xy[:, 0].min(), xy[:, 2].min()) - margin_x
    east = max(xy[:, 0].max(), xy[:, 2].max()) + margin_x
    south, north = xy[:, 1].min() - margin_y, xy[:, 3].max() + margin_y
    width, height = max(cell_x, SMALLEST_CELL), max(cell_y, SMALLEST_CELL)
    # Not whole cells: a border through round numbers would meet vertices, which often are such.
    west, south = west - 1.2360679 * width, south - 1.4142135 * height
    columns = int((east - west) / width) + 3
    rows = int((north - south) / height) + 3
    return Grid(float(west), float(south), columns, rows, width, height)


def touched_cells(grid: Grid, xy: Floats, pad_x: Floats, pad_y: float) -> tuple[Ints, Ints]:
    """Find all cells which, made wider on every side, an edge may touch.

    Parameters
    ----------
    grid : Grid
    xy : ndarray of float64, shape (n, 4)
        Edges in degrees.
    pad_x : ndarray of float64, shape (n,)
        Degrees by which cells are made wider to the west and east, for each edge.
    pad_y : float
        Degrees to the south and north.

    Returns
    -------
    edge, cell : ndarray of int64
        Pairs; none that touch is missing, a few that do not may be there.
    """
    ax, ay, bx, by = xy.T
    low = _clipped((ay - pad_y - grid.south) / grid.height, grid.rows)
    high = _clipped((by + pad_y - grid.south) / grid.height, grid.rows)
    edge, row = _ranges(low, high)
    bottom = grid.south + row * grid.height - pad_y
    top = grid.south + (row + 1) * grid.height + pad_y
    ax, ay, bx, by = ax[edge], ay[edge], bx[edge], by[edge]
    rise = by - ay
    # Hardly any rise counts as none, for a quotient by it would overflow.
    level = rise <= _LEVEL
    rise = np.where(level, 1.0, rise)
    enters = np.where(level, 0.0, np.clip((bottom - ay) / rise, 0.0, 1.0))
    leaves = np.where(level, 1.0, np.clip((top - ay) / rise, 0.0, 1.0))
    x0, x1 = ax + enters * (bx - ax), ax + leaves * (bx - ax)
    pad = pad_x[edge]
    left = _clipped((np.minimum(x0, x1) - pad - grid.west) / grid.width, grid.columns)
    right = _clipped((np.maximum(x0, x1) + pad - grid.west) / grid.width, grid.columns)
    pair, column = _ranges(left, right)
    return edge[pair], row[pair] * grid.columns + column


def lists(keys: Ints, values: Ints, size: int) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """Group values by key.

    Parameters
    ----------
    keys, values : ndarray of int64, shape (n,)
    size : int
        Keys are below it.

    Returns
    -------
    start : ndarray of int32, shape (size + 1,)
        The values of key k are at `start[k]:start[k + 1]`.
    values : ndarray of int32, shape (n,)
    """
    order = np.argsort(keys, kind="stable")
    start = np.zeros(size + 1, np.int32)
    np.cumsum(np.bincount(keys, minlength=size), out=start[1:])
    return start, values[order].astype(np.int32)


def expand(start: Whole, count: Whole) -> tuple[Ints, Ints]:
    """Spell out ranges.

    Parameters
    ----------
    start, count : ndarray of int, shape (n,)
        Range i is `start[i]:start[i] + count[i]`.

    Returns
    -------
    which, place : ndarray of int64
        For every element of every range, in order: i, and the element.
    """
    which = np.repeat(np.arange(len(count)), count)
    shift = start - (np.cumsum(count) - count)
    return which, np.arange(len(which)) + shift[which]


def batches(count: Whole, limit: int) -> Iterator[slice]:
    """Cut a series of ranges so that each piece spells out to few elements, bounding memory.

    Parameters
    ----------
    count : ndarray of int64, shape (n,)
        Lengths of the ranges.
    limit : int
        Elements wanted at most; one range alone may have more.
    """
    total = np.cumsum(count)
    first = 0
    while first < len(count):
        before = total[first - 1] if first else 0
        last = max(int(np.searchsorted(total, before + limit, side="right")), first + 1)
        yield slice(first, last)
        first = last


def _clipped(place: Floats, size: int) -> Ints:
    return np.clip(np.floor(place), 0, size - 1).astype(np.int64)


def _ranges(low: Ints, high: Ints) -> tuple[Ints, Ints]:
    return expand(low, high - low + 1)
