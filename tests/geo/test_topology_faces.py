"""Tiles are a matter of speed: the same faces are found with few and with many."""

from collections import defaultdict
from collections.abc import Sequence

import numpy as np
import pytest
import shapely
import shapely.affinity
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from geo.districts import District
from geo.topology_edges import signed_edges
from geo.topology_faces import Face, faces
from geo.topology_inside import UNCERTAIN, depth
from tests.geo.coverages import CELL, beats_of, cities
from tests.samples import chicago

ROUNDING_M = 0.01


def look(shapes: Sequence[shapely.Geometry], edges_per_tile: int) -> list[Face]:
    tree = shapely.STRtree(shapes)

    def sort(points: NDArray[np.object_]) -> NDArray[np.int64]:
        times = depth(points, tree)
        return np.where(times == UNCERTAIN, UNCERTAIN, times + 1)

    edges = signed_edges(shapes)
    xy = np.where(edges.turned[:, None], edges.xy[:, [2, 3, 0, 1]], edges.xy)
    return faces(xy, sort, ROUNDING_M, edges_per_tile=edges_per_tile)


def ground(found: list[Face]) -> dict[tuple[int, bool], float]:
    sizes: defaultdict[tuple[int, bool], float] = defaultdict(float)
    for face in found:
        # The ground beyond everything reaches to a border of the box, wherever that is.
        if face.sort != 1 or face.enclosed:
            sizes[face.sort, face.enclosed] += face.geometry.area
    return sizes


@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
@given(
    cities(),
    st.lists(st.tuples(st.floats(-0.2, 0.2), st.floats(-0.2, 0.2)), min_size=1, max_size=9),
    st.integers(2, 40),
)
def test_many_tiles_find_what_one_does(
    city: list[District], shifts: list[tuple[float, float]], edges_per_tile: int
) -> None:
    shapes = [
        shapely.affinity.translate(
            beat.geometry, *(CELL * shift for shift in shifts[number % len(shifts)])
        )
        for number, beat in enumerate(beats_of(city))
    ]
    one, many = look(shapes, 10**6), look(shapes, edges_per_tile)
    # Pieces narrower than rounding are left out, and borders of tiles make some of those.
    assert ground(many) == pytest.approx(ground(one), abs=1e-9)
    for found in (one, many):
        total = sum(face.geometry.area * (face.sort - 1) for face in found)
        assert total == pytest.approx(sum(shape.area for shape in shapes), abs=1e-9)


def test_gaps_and_overlaps_are_those_of_the_union() -> None:
    shapes = [
        shapely.affinity.rotate(beat.geometry, 1 + number % 3)
        for number, beat in enumerate(beats_of(chicago()))
    ]
    found = look(shapes, 2_000)
    whole = shapely.union_all(shapes)
    holes = sum(
        shapely.Polygon(ring).area for part in shapely.get_parts(whole) for ring in part.interiors
    )
    assert ground(found)[1, True] == pytest.approx(holes, rel=1e-4)
    twice = sum(face.geometry.area * (face.sort - 2) for face in found if face.sort > 2)
    assert twice == pytest.approx(sum(shape.area for shape in shapes) - whole.area, rel=1e-4)
