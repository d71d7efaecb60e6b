"""How far is a point from the districts around it? By a grid of the edges within reach of a cell.

Distances are whole micrometres, so that the same distance found by way of two edges is the same
number, and a tie is seen as one.
"""

from dataclasses import dataclass
from math import floor, sqrt

import numpy as np
from numpy.typing import NDArray

from geo.edges import Edges
from geo.grid import Grid, batches, expand, grid_over, lists, touched_cells
from geo.metres import MIN_METRES_PER_LATITUDE_DEGREE, MetreScale, metres_per_degree

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

_MARGIN = 1.001
_NORTHMOST = 89.5  # nearer to a pole, a degree of longitude is no measure any more
_BATCH = 1 << 19
_TINY = 1e-300  # nothing, unless an edge is so short that its square is 0
_LONG = 48  # entries from which numpy is quicker than a loop


@dataclass(frozen=True, slots=True)
class Reach:
    """Edges that some point of a cell may have within reach.

    Attributes
    ----------
    grid : Grid
    start : ndarray of int32, shape (cells + 1,)
        Entries of cell c are at `start[c]:start[c + 1]`.
    edge : ndarray of int32
        Edge numbers.
    xy : ndarray of float64, shape (edges, 4)
        Degrees.
    first_owner : ndarray of int64, shape (edges,)
        The smallest district that an edge bounds.
    owner_start, owner : ndarray of int64
        All districts that an edge bounds, as in `Edges`.
    scale : MetreScale
    reach_m : float
        Metres.
    """

    grid: Grid
    start: NDArray[np.int32]
    edge: NDArray[np.int32]
    xy: Floats
    first_owner: Ints
    owner_start: Ints
    owner: Ints
    scale: MetreScale
    reach_m: float

    def _near(self, lon: float, lat: float) -> list[tuple[float, int]]:
        """Distances in metres and numbers of the edges within reach of one point."""
        grid = self.grid
        if not grid.holds(lon, lat):
            return []
        cell = grid.cell_of(lon, lat)
        first, last = self.start[cell : cell + 2].tolist()
        if first == last:
            return []
        edge = self.edge[first:last]
        kx, ky = self.scale.one(lat)
        if last - first > _LONG:
            all_m = edge_distances_m(
                self.xy[edge], *(np.full(len(edge), value) for value in (lon, lat, kx, ky))
            )
            within = all_m <= self.reach_m
            return list(zip(all_m[within].tolist(), edge[within].tolist(), strict=True))
        found = []
        reach = self.reach_m
        for (ax, ay, bx, by), number in zip(
            self.xy.take(edge, axis=0).tolist(), edge.tolist(), strict=True
        ):
            # The same steps in the same order as in edge_distances_m.
            dx, dy = (bx - ax) * kx, (by - ay) * ky
            x, y = (ax - lon) * kx, (ay - lat) * ky
            along = -(x * dx + y * dy) / (dx * dx + dy * dy + _TINY)
            if along >= 1.0:
                x, y = (bx - lon) * kx, (by - lat) * ky
            elif along > 0.0:
                x, y = x + along * dx, y + along * dy
            metres = floor(sqrt(x * x + y * y) * 1e6 + 0.5) / 1e6
            if metres <= reach:
                found.append((metres, number))
        return found

    def districts(self, lon: float, lat: float) -> dict[int, float]:
        """Find all districts with an edge within reach of one point.

        Parameters
        ----------
        lon, lat : float
            Degrees.

        Returns
        -------
        dict of int to float
            Metres from the point to the nearest edge, by district number.
        """
        nearest: dict[int, float] = {}
        for metres, edge in self._near(lon, lat):
            first, last = self.owner_start[edge : edge + 2].tolist()
            for district in self.owner[first:last].tolist():
                if metres < nearest.get(district, np.inf):
                    nearest[district] = metres
        return nearest

    def nearest(self, lon: float, lat: float) -> tuple[int, float] | None:
        """Find the nearest district within reach of one point; the smallest among equals.

        Parameters
        ----------
        lon, lat : float
            Degrees.

        Returns
        -------
        tuple of int and float, or None
            District number and metres.
        """
        near = self._near(lon, lat)
        if not near:
            return None
        metres, district = min((metres, self.first_owner[edge].item()) for metres, edge in near)
        return district, metres

    def _pairs(self, lon: Floats, lat: Floats) -> list[tuple[Ints, Ints, Floats]]:
        """Points, edges and metres of all that are within reach of each other, by point."""
        grid = self.grid
        x, y = (lon - grid.west) / grid.width, (lat - grid.south) / grid.height
        held = (x >= 0.0) & (x < grid.columns) & (y >= 0.0) & (y < grid.rows)
        points = np.flatnonzero(held)
        cell = grid.cells_of(lon[points], lat[points])
        first = self.start[cell]
        count = self.start[cell + 1] - first
        some = np.flatnonzero(count)
        points, first, count = points[some], first[some], count[some]
        kx, ky = self.scale.many(lat[points])
        found = []
        for piece in batches(count, _BATCH):
            which, entry = expand(first[piece], count[piece])
            point = points[piece]
            edge = self.edge[entry]
            metres = edge_distances_m(
                self.xy[edge],
                lon[point][which],
                lat[point][which],
                kx[piece][which],
                ky[piece][which],
            )
            within = np.flatnonzero(metres <= self.reach_m)
            found.append((point[which[within]], edge[within].astype(np.int64), metres[within]))
        return found

    def many_districts(self, lon: Floats, lat: Floats) -> tuple[Ints, Ints, Floats]:
        """Find all districts with an edge within reach of each of many points.

        Parameters
        ----------
        lon, lat : ndarray of float64, shape (n,)
            Degrees.

        Returns
        -------
        point, district : ndarray of int64
            Pairs, each once, ordered by both.
        metres : ndarray of float64
            From the point to the nearest edge of the district.
        """
        pieces = []
        districts = len(self.owner) and int(self.owner.max()) + 1
        for point, edge, edge_m in self._pairs(lon, lat):
            first = self.owner_start[edge]
            which, place = expand(first, self.owner_start[edge + 1] - first)
            key = point[which] * districts + self.owner[place]
            order = np.argsort(key, kind="stable")
            key, metres = key[order], edge_m[which][order]
            begins = np.flatnonzero(np.diff(key, prepend=-1))
            if begins.size:
                metres = np.minimum.reduceat(metres, begins)
            pieces.append((key[begins] // districts, key[begins] % districts, metres))
        return _joined(pieces)

    def many_nearest(self, lon: Floats, lat: Floats) -> tuple[Ints, Ints, Floats]:
        """Find the nearest district within reach of each of many points.

        Parameters
        ----------
        lon, lat : ndarray of float64, shape (n,)
            Degrees.

        Returns
        -------
        point, district : ndarray of int64
            Points that have one, ascending, and its number; the smallest among equals.
        metres : ndarray of float64
        """
        pieces = []
        for point, edge, metres in self._pairs(lon, lat):
            owner = self.first_owner[edge]
            order = np.lexsort((owner, metres, point))
            begins = order[np.flatnonzero(np.diff(point[order], prepend=-1))]
            pieces.append((point[begins], owner[begins], metres[begins]))
        return _joined(pieces)


def edge_distances_m(xy: Floats, lon: Floats, lat: Floats, kx: Floats, ky: Floats) -> Floats:
    """Measure from points to edges, in the plane of each point's own metres.

    Parameters
    ----------
    xy : ndarray of float64, shape (n, 4)
        Edges in degrees.
    lon, lat : ndarray of float64, shape (n,)
        Points in degrees.
    kx, ky : ndarray of float64, shape (n,)
        Metres per degree at the points.

    Returns
    -------
    ndarray of float64, shape (n,)
        Metres, in whole micrometres.
    """
    ax, ay, bx, by = xy.T
    dx, dy = (bx - ax) * kx, (by - ay) * ky
    x, y = (ax - lon) * kx, (ay - lat) * ky
    along = -(x * dx + y * dy) / (dx * dx + dy * dy + _TINY)
    at_end = along >= 1.0
    between = ~at_end & (along > 0.0)
    along = np.where(between, along, 0.0)
    x = np.where(at_end, (bx - lon) * kx, x + along * dx)
    y = np.where(at_end, (by - lat) * ky, y + along * dy)
    metres: Floats = np.floor(np.sqrt(x * x + y * y) * 1e6 + 0.5) / 1e6
    return metres


def reach_of(
    edges: Edges, chosen: Ints, reach_m: float, cell_m: float, scale: MetreScale, *, nearest: bool
) -> Reach:
    """Build the lists.

    Parameters
    ----------
    edges : Edges
    chosen : ndarray of int64
        Numbers of the edges that count.
    reach_m : float
        Metres.
    cell_m : float
        Metres wanted for the side of a cell.
    scale : MetreScale
    nearest : bool
        True when only the nearest edge of each point will be asked for: the lists get shorter.
    """
    xy = edges.xy[chosen]
    pad_y = reach_m / MIN_METRES_PER_LATITUDE_DEGREE * _MARGIN
    pad_x = reach_m / narrowest(xy, pad_y) * _MARGIN
    middle_x, middle_y = metres_per_degree(float(xy[:, 1].min() + xy[:, 3].max()) / 2)
    middle_x = max(middle_x, float(metres_per_degree(_NORTHMOST)[0]))
    grid = grid_over(xy, float(pad_x.max()), pad_y, cell_m / middle_x, cell_m / middle_y)
    edge, cell = touched_cells(grid, xy, pad_x + grid.pad_x, pad_y + grid.pad_y)
    if nearest:
        kept = _nearest_only(grid, xy, edge, cell)
        edge, cell = edge[kept], cell[kept]
    start, entry = lists(cell, chosen[edge], grid.cells)
    first_owner = edges.owner[edges.owner_start[:-1]]
    return Reach(
        grid, start, entry, edges.xy, first_owner, edges.owner_start, edges.owner, scale, reach_m
    )


def narrowest(xy: Floats, pad_y: float) -> Floats:
    """Give the fewest metres that a degree of longitude has anywhere near each edge.

    Parameters
    ----------
    xy : ndarray of float64, shape (n, 4)
        Edges in degrees.
    pad_y : float
        Degrees of latitude around the edge.
    """
    highest = np.maximum(np.abs(xy[:, 1]), np.abs(xy[:, 3])) + pad_y
    return metres_per_degree(np.minimum(highest, _NORTHMOST))[0]


def _nearest_only(grid: Grid, xy: Floats, edge: Ints, cell: Ints) -> NDArray[np.bool_]:
    """Drop edges which are farther from all of a cell than another edge is from any of it."""
    row, column = np.divmod(cell, grid.columns)
    lon = grid.west + (column + 0.5) * grid.width
    lat = grid.south + (row + 0.5) * grid.height
    half_x, half_y = grid.width * 0.5 + grid.pad_x, grid.height * 0.5 + grid.pad_y
    # The metres of the cell's middle do for all of it within the margin, unless it is huge.
    kx, ky = metres_per_degree(lat)
    half_m = np.hypot(half_x * kx, half_y * ky)
    metres = edge_distances_m(xy[edge], lon, lat, kx, ky)
    best = np.full(grid.cells, np.inf)
    np.minimum.at(best, cell, metres)
    bend = np.abs(np.tan(np.radians(lat))) * np.radians(1.0)
    error = (metres + half_m) * np.minimum(1.0, (metres / ky + half_y) * bend + 1e-6)
    kept: NDArray[np.bool_] = metres - half_m - error <= best[cell] + half_m + error
    return kept


def _joined(pieces: list[tuple[Ints, Ints, Floats]]) -> tuple[Ints, Ints, Floats]:
    if not pieces:
        none = np.empty(0, np.int64)
        return none, none, np.empty(0)
    point, district, metres = (np.concatenate(arrays) for arrays in zip(*pieces, strict=True))
    return point, district, metres
