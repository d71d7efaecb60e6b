"""Made-up maps and the points on them that are hard to place."""

import itertools
import math
from fractions import Fraction

import numpy as np
import shapely
from hypothesis import strategies as st
from numpy.typing import NDArray

from geo.districts import District, Level

Points = NDArray[np.float64]


def precincts(geometries: list[shapely.Geometry]) -> list[District]:
    return [
        District(f"{number:03}", Level.PRECINCT, None, {}, geometry)
        for number, geometry in enumerate(geometries)
    ]


def hard_points(geometries: list[shapely.Geometry], steps: int = 1) -> Points:
    """All vertices and edge midpoints, and their neighbours so many ulps away on every side."""
    rings = shapely.get_rings(shapely.get_parts(geometries))
    points, ring = shapely.get_coordinates(rings, return_index=True)
    same = ring[1:] == ring[:-1]
    middles = (points[1:] + points[:-1])[same] / 2
    base = np.unique(np.vstack([points, middles]), axis=0)
    found = [base]
    for east, north in itertools.product((-1, 0, 1), repeat=2):
        if east or north:
            moved = base.copy()
            for _ in range(steps):
                for column, way in ((0, east), (1, north)):
                    if way:
                        moved[:, column] = np.nextafter(moved[:, column], way * math.inf)
            found.append(moved)
    return np.vstack(found)


# Corners on round numbers meet the borders of cells and each other; the others are like surveys.
_round = st.sampled_from([1.0, 0.1, 0.001, 1e-6])
_origin = st.tuples(st.sampled_from([0.0, -87.6, 37.5, 179.0]), st.sampled_from([0.0, 47.1, -60.0]))


@st.composite
def tiled(draw: st.DrawFn) -> list[shapely.Geometry]:
    """Districts that cover an area once: grid squares or triangles, some of them joined."""
    west, south = draw(_origin)
    size = draw(_round) * 0.1
    columns, rows = draw(st.integers(1, 4)), draw(st.integers(1, 4))
    bend = draw(st.lists(st.floats(-0.3, 0.3), min_size=100, max_size=100))
    even = draw(st.booleans())

    def corner(x: int, y: int) -> tuple[float, float]:
        shift = (0.0, 0.0) if even else (bend[(7 * x + y) % 100], bend[(x + 11 * y + 50) % 100])
        return west + (x + shift[0]) * size, south + (y + shift[1]) * size

    cells = []
    for x, y in itertools.product(range(columns), range(rows)):
        a, b = corner(x, y), corner(x + 1, y)
        c, d = corner(x + 1, y + 1), corner(x, y + 1)
        if draw(st.booleans()):
            cells += [shapely.Polygon([a, b, c]), shapely.Polygon([a, c, d])]
        else:
            cells.append(shapely.Polygon([a, b, c, d]))
    cells = [cell for cell in cells if cell.is_valid and cell.area > 0.0]
    groups: list[int] = draw(st.lists(st.integers(0, 5), min_size=len(cells), max_size=len(cells)))
    joined: dict[int, list[shapely.Geometry]] = {}
    for number, (cell, group) in enumerate(zip(cells, groups, strict=True)):
        joined.setdefault(group or 100 + number, []).append(cell)
    return [found for group in joined.values() if (found := _valid(shapely.union_all(group)))]


@st.composite
def scattered(draw: st.DrawFn) -> list[shapely.Geometry]:
    """Districts that overlap, touch, hold each other as holes, and leave gaps."""
    west, south = draw(_origin)
    size = draw(_round) * 0.05
    place = st.integers(0, 8)
    found: list[shapely.Geometry] = []
    for _ in range(draw(st.integers(1, 6))):
        corners = draw(st.lists(st.tuples(place, place), min_size=3, max_size=6, unique=True))
        shape = shapely.Polygon([(west + x * size, south + y * size) for x, y in corners])
        if draw(st.booleans()):
            shape = shape.envelope
        cut = draw(st.booleans())
        if cut and found and shape.is_valid:
            shape = shape.difference(found[-1])
        if good := _valid(shape):
            found.append(good)
    return found


def _valid(shape: shapely.Geometry) -> shapely.Geometry | None:
    polygonal = isinstance(shape, shapely.Polygon | shapely.MultiPolygon)
    return shape if polygonal and not shape.is_empty and shape.is_valid else None


maps = st.one_of(tiled(), scattered()).filter(bool)


def place(geometry: shapely.Geometry, x: float, y: float) -> int:
    """1 in the interior, 0 on an edge, -1 elsewhere: in rational numbers, edge by edge."""
    crossings = 0
    for ring in shapely.get_rings(shapely.get_parts(geometry)):
        for (ax, ay), (bx, by) in itertools.pairwise(shapely.get_coordinates(ring).tolist()):
            if not min(ay, by) <= y <= max(ay, by):
                continue
            east, north = Fraction(bx) - Fraction(ax), Fraction(by) - Fraction(ay)
            side = east * (Fraction(y) - Fraction(ay)) - north * (Fraction(x) - Fraction(ax))
            if side == 0 and min(ax, bx) <= x <= max(ax, bx):
                return 0
            crossings += (ay <= y) != (by <= y) and (side > 0) == (by > ay)
    return 1 if crossings % 2 else -1
