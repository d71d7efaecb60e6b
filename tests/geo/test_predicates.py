import math

import numpy as np
from hypothesis import example, given
from hypothesis import strategies as st

from geo.predicates import exact_side, exact_sides, side, sides

degrees = st.floats(-180, 180)
corners = st.tuples(degrees, degrees, degrees, degrees)


def nudged(value: float, steps: int) -> float:
    for _ in range(abs(steps)):
        value = math.nextafter(value, math.copysign(math.inf, steps))
    return value


def arrays(*values: float) -> list[np.ndarray]:
    return [np.array([value]) for value in values]


@given(corners, st.floats(0, 1), st.integers(-3, 3), st.integers(-3, 3))
@example((0.0, 0.0, 5e-324, 5e-324), 0.5, 1, 0)
@example((1e-300, 1e-300, 180.0, 180.0), 0.5, 0, 1)
def test_all_ways_agree_next_to_the_line(
    edge: tuple[float, float, float, float], at: float, east: int, north: int
) -> None:
    ax, ay, bx, by = edge
    x, y = nudged(ax + at * (bx - ax), east), nudged(ay + at * (by - ay), north)
    truth = exact_side(ax, ay, bx, by, x, y)
    assert side(ax, ay, bx, by, x, y) == truth
    assert sides(*arrays(ax, ay, bx, by, x, y)).tolist() == [truth]
    assert exact_sides(*arrays(ax, ay, bx, by, x, y)).tolist() == [truth]


@given(corners, st.tuples(degrees, degrees))
def test_turning_the_edge_turns_the_side(
    edge: tuple[float, float, float, float], point: tuple[float, float]
) -> None:
    ax, ay, bx, by = edge
    assert side(ax, ay, bx, by, *point) == -side(bx, by, ax, ay, *point)


@given(corners)
def test_ends_are_on_the_line(edge: tuple[float, float, float, float]) -> None:
    ax, ay, bx, by = edge
    assert side(ax, ay, bx, by, ax, ay) == side(ax, ay, bx, by, bx, by) == 0
