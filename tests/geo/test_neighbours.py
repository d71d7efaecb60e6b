"""Beats side by side."""

import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from geo.districts import District, Level
from geo.neighbours import neighbouring_beats

STEP = 0.01


def beat(code: str, shape: shapely.Polygon, parent: str = "P") -> District:
    return District(code, Level.BEAT, parent, {"uk": code}, shape)


def cell(column: int, row: int, width: float = 1.0) -> shapely.Polygon:
    west, south = 37.5 + column * STEP, 47.1 + row * STEP
    return shapely.box(west, south, west + width * STEP, south + STEP)


def codes(found: object, code: str) -> list[str]:
    assert isinstance(found, dict)
    return [other for other, _ in found[code]]


def test_an_edge_makes_neighbours_and_a_corner_does_not() -> None:
    city = [beat("A", cell(0, 0)), beat("B", cell(1, 0)), beat("C", cell(1, 1))]
    found = neighbouring_beats(city)
    assert codes(found, "A") == ["B"]
    assert sorted(codes(found, "B")) == ["A", "C"]


def test_beats_of_other_precincts_are_none() -> None:
    found = neighbouring_beats([beat("A", cell(0, 0)), beat("B", cell(1, 0), "Q")])
    assert found == {"A": (), "B": ()}


def test_part_of_an_edge_is_enough_and_so_is_one_drawn_twice() -> None:
    half = shapely.box(37.51, 47.105, 37.52, 47.13)
    assert codes(neighbouring_beats([beat("A", cell(0, 0)), beat("B", half)]), "A") == ["B"]
    apart = shapely.affinity.translate(cell(1, 0), 1e-6)
    assert codes(neighbouring_beats([beat("A", cell(0, 0)), beat("B", apart)]), "A") == ["B"]


def test_the_nearest_comes_first() -> None:
    wide = shapely.box(37.51, 47.1, 37.56, 47.11)
    found = neighbouring_beats([beat("A", cell(0, 0)), beat("B", wide), beat("C", cell(0, 1))])
    assert codes(found, "A") == ["C", "B"]
    assert found["A"][0][1] == pytest.approx(1112, rel=0.01)


@given(st.permutations(range(9)), st.sets(st.integers(0, 8)))
def test_it_is_mutual_and_the_order_of_districts_does_not_matter(
    order: list[int], left_out: set[int]
) -> None:
    cells = [beat(str(n), cell(n % 3, n // 3)) for n in range(9) if n not in left_out]
    shuffled = [beat(str(n), cell(n % 3, n // 3)) for n in order if n not in left_out]
    found = neighbouring_beats(cells)
    assert found == neighbouring_beats(shuffled)
    for code, others in found.items():
        for other, apart in others:
            assert (code, apart) in found[other]
            one, two = int(code), int(other)
            assert abs(one % 3 - two % 3) + abs(one // 3 - two // 3) == 1
