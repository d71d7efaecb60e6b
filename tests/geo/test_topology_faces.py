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

from geo.districts import District, Level
from geo.metres import metres_per_degree
from geo.problem import Kind
from geo.topology import validate
from geo.topology_edges import signed_edges
from geo.topology_faces import Face, faces
from geo.topology_inside import UNCERTAIN, depth
from tests.geo.coverages import CELL, SOUTH, beats_of, cities
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
    # Borders of tiles make some pieces narrower than rounding, and those are left out: also the
    # only one of its kind.
    found_one, found_many = ground(one), ground(many)
    for kind in found_one | found_many:
        assert found_many[kind] == pytest.approx(found_one[kind], abs=1e-9), kind
    # So is what was that narrow before, however long it is.
    narrow = sum(shape.length for shape in shapes) * ROUNDING_M / min(metres_per_degree(SOUTH))
    for found in (one, many):
        total = sum(face.geometry.area * (face.sort - 1) for face in found)
        assert total == pytest.approx(sum(shape.area for shape in shapes), abs=narrow)


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


# A beat whose eastern edge was cut anew runs a float's last digit beside its neighbour's, and the
# middle of the city, at which its largest face is looked at, lies between the two.
HAIRLINE: list[tuple[str, Level, str | None, list[tuple[float, float]]]] = [
    (
        "P0",
        Level.PRECINCT,
        None,
        [
            (37.5, 47.1),
            (37.5, 47.12249353530014),
            (37.50406612424697, 47.14),
            (37.5, 47.160000000000004),
            (37.52, 47.160000000000004),
            (37.54, 47.160000000000004),
            (37.54406612424697, 47.14),
            (37.54, 47.12249353530014),
            (37.54, 47.1),
            (37.52, 47.1),
            (37.5, 47.1),
        ],
    ),
    (
        "00",
        Level.BEAT,
        "P0",
        [
            (37.5, 47.1),
            (37.52, 47.1),
            (37.52, 47.12249353530014),
            (37.5, 47.12249353530014),
            (37.5, 47.1),
        ],
    ),
    (
        "01",
        Level.BEAT,
        "P0",
        [
            (37.52, 47.12249353530014),
            (37.5, 47.12249353530014),
            (37.50406612424697, 47.14),
            (37.524066124246964, 47.14),
            (37.52209496548679, 47.1315132890298),
            (37.52248550539777, 47.13147104348886),
            (37.52236169867116, 47.1309380007294),
            (37.52197115876018, 47.13098024627034),
            (37.52, 47.12249353530014),
        ],
    ),
    (
        "02",
        Level.BEAT,
        "P0",
        [
            (37.50406612424697, 47.14),
            (37.5, 47.160000000000004),
            (37.52, 47.160000000000004),
            (37.524066124246964, 47.14),
            (37.514461604677514, 47.14),
            (37.514461604677514, 47.1402698483055),
            (37.51367064381642, 47.1402698483055),
            (37.51367064381642, 47.14),
            (37.50406612424697, 47.14),
        ],
    ),
    (
        "10",
        Level.BEAT,
        "P0",
        [
            (37.52, 47.1),
            (37.54, 47.1),
            (37.54, 47.12249353530014),
            (37.52, 47.12249353530014),
            (37.52, 47.1),
        ],
    ),
    (
        "11",
        Level.BEAT,
        "P0",
        [
            (37.52, 47.12249353530014),
            (37.54, 47.12249353530014),
            (37.54406612424697, 47.14),
            (37.524066124246964, 47.14),
            (37.52, 47.12249353530014),
        ],
    ),
    (
        "12",
        Level.BEAT,
        "P0",
        [
            (37.524066124246964, 47.14),
            (37.54406612424697, 47.14),
            (37.54, 47.160000000000004),
            (37.52, 47.160000000000004),
            (37.524066124246964, 47.14),
        ],
    ),
]


def test_a_point_between_two_drawings_of_one_edge_is_on_it() -> None:
    city = [District(*its[:3], {"uk": its[0]}, shapely.Polygon(its[3])) for its in HAIRLINE]
    found = [(problem.kind, problem.districts) for problem in validate(city)]
    assert found == [(Kind.OVERLAP, ("01", "11")), (Kind.GAP, ("01", "02"))]
