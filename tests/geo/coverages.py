"""Made-up cities whose beats cover the ground once, and faults to put into them."""

import itertools
import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import shapely
from hypothesis import assume
from hypothesis import strategies as st
from shapely.geometry.base import BaseGeometry

from geo.districts import District, Level, polygonal
from geo.metres import metres_per_degree

WEST, SOUTH = 37.5, 47.1
CELL = 0.02  # degrees
NAME = {"uk": "Дільниця", "ru": "Участок", "en": "Beat"}


def grid(columns: int = 4, rows: int = 3, wander: Sequence[float] = (0.0,)) -> list[District]:
    """Beats on a grid, a precinct for every two columns; corners wander by shares of a cell."""
    shifts = itertools.cycle(wander)
    corners = {
        (x, y): (WEST + (x + next(shifts)) * CELL, SOUTH + (y + next(shifts)) * CELL)
        for x, y in itertools.product(range(columns + 1), range(rows + 1))
    }
    cells = {
        f"{x}{y}": shapely.Polygon(
            [corners[x, y], corners[x + 1, y], corners[x + 1, y + 1], corners[x, y + 1]]
        )
        for x, y in itertools.product(range(columns), range(rows))
    }
    return with_precincts(cells, {code: f"P{int(code[0]) // 2}" for code in cells})


def with_precincts(cells: dict[str, shapely.Polygon], parents: dict[str, str]) -> list[District]:
    precincts = [
        District(
            parent,
            Level.PRECINCT,
            None,
            NAME,
            shapely.coverage_union_all([cells[code] for code in cells if parents[code] == parent]),
        )
        for parent in sorted(set(parents.values()))
    ]
    beats = [District(code, Level.BEAT, parents[code], NAME, cell) for code, cell in cells.items()]
    return [*precincts, *beats]


def beats_of(districts: Sequence[District]) -> list[District]:
    return [district for district in districts if district.level is Level.BEAT]


def by_code(districts: Sequence[District], code: str) -> District:
    return next(district for district in districts if district.code == code)


def changed(districts: Sequence[District], code: str, geometry: BaseGeometry) -> list[District]:
    shape = polygonal(geometry)
    assert shape is not None
    return [
        replace(district, geometry=shape) if district.code == code else district
        for district in districts
    ]


def square(
    edge: tuple[tuple[float, float], tuple[float, float]], size_m: float, share: float = 0.5
) -> shapely.Polygon:
    """A square of so many metres, half on each side of an edge, at a share of its length."""
    (ax, ay), (bx, by) = edge
    x, y = metres_per_degree((ay + by) / 2)
    east, north = (bx - ax) * x, (by - ay) * y
    length = math.hypot(east, north)
    along = np.array([east, north]) / length * size_m / 2
    across = np.array([-along[1], along[0]])
    middle = np.array([ax + (bx - ax) * share, ay + (by - ay) * share])
    corners = [-along - across, along - across, along + across, across - along]
    return shapely.Polygon([middle + corner / (x, y) for corner in corners])


def length_m(edge: tuple[tuple[float, float], tuple[float, float]]) -> float:
    (ax, ay), (bx, by) = edge
    x, y = metres_per_degree((ay + by) / 2)
    return math.hypot((bx - ax) * x, (by - ay) * y)


def edges_of(shape: BaseGeometry) -> list[tuple[tuple[float, float], tuple[float, float]]]:
    points = [tuple(point) for point in shapely.get_coordinates(shape.exterior).tolist()]
    return list(itertools.pairwise(points))


def with_vertex(shape: BaseGeometry, number: int, share: float) -> shapely.Polygon:
    """The same polygon with one vertex more on an edge, as exactly as floats allow."""
    points = shapely.get_coordinates(shape.exterior)
    number %= len(points) - 1
    point = points[number] + (points[number + 1] - points[number]) * share
    return shapely.Polygon(np.insert(points, number + 1, point, axis=0))


def shrunk(city: Sequence[District], by_m: float) -> list[District]:
    """The same city with every beat drawn a little too small, so that none meets another."""
    x, y = metres_per_degree(SOUTH + CELL)

    def smaller(shape: BaseGeometry) -> BaseGeometry:
        plane = shapely.transform(shape, lambda xy: (xy - (WEST, SOUTH)) * (x, y))
        inner = shapely.buffer(plane, -by_m, join_style="mitre")
        return shapely.transform(inner, lambda xy: xy / (x, y) + (WEST, SOUTH))

    spoiled = list(city)
    for beat in beats_of(city):
        spoiled = changed(spoiled, beat.code, smaller(beat.geometry))
    return spoiled


@st.composite
def cities(draw: st.DrawFn) -> list[District]:
    """Grids with wandering corners, or Voronoi cells of random places; a precinct in each half."""
    if draw(st.booleans()):
        wander = draw(st.lists(st.floats(-0.3, 0.3), min_size=5, max_size=23))
        return grid(draw(st.integers(2, 4)), draw(st.integers(2, 4)), wander)
    places = draw(
        st.lists(
            st.tuples(st.integers(1, 39), st.integers(1, 39)), min_size=4, max_size=14, unique=True
        )
    )
    points = shapely.MultiPoint([(WEST + x * CELL / 10, SOUTH + y * CELL / 10) for x, y in places])
    area = shapely.box(WEST, SOUTH, WEST + 4 * CELL, SOUTH + 4 * CELL)
    drawn = shapely.get_parts(shapely.voronoi_polygons(points, extend_to=area))
    # Cells cut off apart need not have the same ends at the rim; the beats of one file have.
    cells = shapely.coverage_clean(shapely.intersection(drawn, area))
    found = {f"{number:02}": cell for number, cell in enumerate(cells) if cell.area > 0.0}
    parents = {
        code: "W" if cell.centroid.x < WEST + 2 * CELL else "E" for code, cell in found.items()
    }
    city = with_precincts(found, parents)
    # Cells on one side of a line may hang together at a corner only, and that is told.
    assume(all(isinstance(district.geometry, shapely.Polygon) for district in city))
    return city
