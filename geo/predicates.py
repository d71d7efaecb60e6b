"""On which side of a directed edge does a point lie? Answered without error.

Almost always the sign of the determinant in double precision is proven right by its error bound
(J. R. Shewchuk, "Adaptive Precision Floating-Point Arithmetic and Fast Robust Geometric
Predicates", 1997). What is left is computed exactly.
"""

from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

_EPSILON = 2.0**-53
SIDE_ERROR = (3.0 + 16.0 * _EPSILON) * _EPSILON
"""Times the sum of both products' sizes: more than the determinant can be wrong by."""
SIDE_UNDERFLOW = 1e-290
"""Below this the bound does not hold, because products lose digits to underflow."""

_SPLITTER = 134_217_729.0  # 2**27 + 1: Veltkamp's, parts a double in two halves of 26 bits

Floats = NDArray[np.float64]


def side(ax: float, ay: float, bx: float, by: float, x: float, y: float) -> int:
    """Tell on which side of the directed line a → b the point lies.

    Parameters
    ----------
    ax, ay, bx, by, x, y : float
        In any one unit.

    Returns
    -------
    int
        1 on the left, -1 on the right, 0 on the line.
    """
    left, right = (bx - ax) * (y - ay), (by - ay) * (x - ax)
    value = left - right
    bound = SIDE_ERROR * (abs(left) + abs(right)) + SIDE_UNDERFLOW
    if value > bound:
        return 1
    if value < -bound:
        return -1
    return exact_side(ax, ay, bx, by, x, y)


def exact_side(ax: float, ay: float, bx: float, by: float, x: float, y: float) -> int:
    """Do as `side` does, in rational numbers."""
    a_x, a_y = Fraction(ax), Fraction(ay)
    left = (Fraction(bx) - a_x) * (Fraction(y) - a_y)
    right = (Fraction(by) - a_y) * (Fraction(x) - a_x)
    return (left > right) - (left < right)


def sides(ax: Floats, ay: Floats, bx: Floats, by: Floats, x: Floats, y: Floats) -> NDArray[np.int8]:
    """Tell for each edge and its point on which side the point lies.

    Parameters
    ----------
    ax, ay, bx, by, x, y : ndarray of float64, shape (n,)
        In any one unit.

    Returns
    -------
    ndarray of int8, shape (n,)
        1 on the left, -1 on the right, 0 on the line.
    """
    left, right = (bx - ax) * (y - ay), (by - ay) * (x - ax)
    value = left - right
    signs = np.sign(value).astype(np.int8)
    bound = SIDE_ERROR * (np.abs(left) + np.abs(right)) + SIDE_UNDERFLOW
    doubtful = np.flatnonzero(np.abs(value) <= bound)
    if doubtful.size:
        signs[doubtful] = exact_sides(*(array[doubtful] for array in (ax, ay, bx, by, x, y)))
    return signs


def exact_sides(
    ax: Floats, ay: Floats, bx: Floats, by: Floats, x: Floats, y: Floats
) -> NDArray[np.int8]:
    """Do as `sides` does, exactly.

    When all four differences are exact, as they are between neighbouring coordinates of a city,
    both products as unevaluated sums of two doubles are exact too. Rounding keeps order, so the
    greater parts decide unless they are equal, and then the lesser parts do.
    """
    (e, e_tail), (n, n_tail) = _difference(bx, ax), _difference(by, ay)
    (u, u_tail), (v, v_tail) = _difference(x, ax), _difference(y, ay)
    left, left_tail = _product(e, v)
    right, right_tail = _product(n, u)
    signs = np.sign(left - right)
    signs = np.where(signs == 0, np.sign(left_tail - right_tail), signs).astype(np.int8)
    small = 1e-250
    inexact = (e_tail != 0) | (n_tail != 0) | (u_tail != 0) | (v_tail != 0)
    inexact |= (np.abs(left) < small) & (e != 0) & (v != 0)
    inexact |= (np.abs(right) < small) & (n != 0) & (u != 0)
    for k in np.flatnonzero(inexact).tolist():
        signs[k] = exact_side(*(float(array[k]) for array in (ax, ay, bx, by, x, y)))
    return signs


def _difference(a: Floats, b: Floats) -> tuple[Floats, Floats]:
    """Give a - b and what rounding took from it (Knuth)."""
    value = a - b
    b_part = a - value
    a_part = value + b_part
    return value, (a - a_part) + (b_part - b)


def _product(a: Floats, b: Floats) -> tuple[Floats, Floats]:
    """Give a · b and what rounding took from it (Dekker)."""
    value = a * b
    a_high, a_low = _halves(a)
    b_high, b_low = _halves(b)
    tail = a_low * b_low - (((value - a_high * b_high) - a_low * b_high) - a_high * b_low)
    return value, tail


def _halves(a: Floats) -> tuple[Floats, Floats]:
    scaled = _SPLITTER * a
    high = scaled - (scaled - a)
    return high, a - high
