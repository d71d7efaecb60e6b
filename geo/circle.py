"""Measure how much of an accuracy circle lies in each district.

In the plane of the centre's own metres, where the circle is a circle and edges are straight. A
district's part is the sum, over its edges, of what the circle and the triangle of centre and edge
have in common, counted against the sun as positive: no clipping, and no polygon instead of a
circle.
"""

from dataclasses import dataclass
from math import pi

import numpy as np
from numpy.typing import NDArray

from geo.edges import Outlines
from geo.grid import expand
from geo.reach import edge_distances_m

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

_TINY = 1e-300  # nothing, unless an edge is so short that its square is 0


@dataclass(frozen=True, slots=True)
class Part:
    """What one district has of a circle.

    Attributes
    ----------
    district : int
        Number.
    distance_m : float
        Metres from the centre to the nearest edge.
    share : float
        0 to 1, rounded to a billionth so that equal shares are equal numbers.
    """

    district: int
    distance_m: float
    share: float


def parts(
    lines: Outlines,
    districts: Ints,
    lon: float,
    lat: float,
    radius_m: float,
    metres: tuple[float, float],
) -> list[Part]:
    """Measure districts against a circle.

    Parameters
    ----------
    lines : Outlines
    districts : ndarray of int64
        Numbers of the districts to measure.
    lon, lat : float
        The centre, in degrees.
    radius_m : float
        Metres, above 0.
    metres : tuple of float
        Metres per degree of longitude and of latitude at the centre.

    Returns
    -------
    list of Part
        In the order of `districts`.
    """
    if not districts.size:
        return []
    kx, ky = metres
    count = lines.start[districts + 1] - lines.start[districts]
    _, place = expand(lines.start[districts], count)
    xy = lines.xy[place]
    begins = np.cumsum(count) - count
    distance = edge_distances_m(xy, *(np.full(len(xy), value) for value in (lon, lat, kx, ky)))
    # Scaled so that the radius is 1: a circle's share is then half of the sum, by pi.
    unit = np.array([kx / radius_m, ky / radius_m] * 2)
    doubled = np.add.reduceat(_twice_common(*((xy - [lon, lat, lon, lat]) * unit).T), begins)
    shares = np.clip(np.rint(doubled / (2 * pi) * 1e9) / 1e9, 0.0, 1.0)
    nearest = np.minimum.reduceat(distance, begins)
    return [
        Part(district, metres_, share)
        for district, metres_, share in zip(
            districts.tolist(), nearest.tolist(), shares.tolist(), strict=True
        )
    ]


def _twice_common(ax: Floats, ay: Floats, bx: Floats, by: Floats) -> Floats:
    """Twice the signed area that the unit circle has in common with each triangle 0, a, b."""
    dx, dy = bx - ax, by - ay
    square = dx * dx + dy * dy + _TINY
    along = (ax * dx + ay * dy) / square
    # How far the line passes from the centre, from the cross product: exact for lines through it.
    cross = ax * by - ay * bx
    half = np.sqrt(np.maximum(0.0, 1.0 - cross * cross / square) / square)
    enters, leaves = np.maximum(-along - half, 0.0), np.minimum(-along + half, 1.0)
    doubled = np.empty_like(ax)
    apart = (half <= 0.0) | (enters >= leaves)
    doubled[apart] = _angle(ax[apart], ay[apart], bx[apart], by[apart])
    meets = ~apart
    if meets.any():
        ax, ay, bx, by, dx, dy = (v[meets] for v in (ax, ay, bx, by, dx, dy))
        enters, leaves = enters[meets], leaves[meets]
        px, py = ax + enters * dx, ay + enters * dy
        qx, qy = ax + leaves * dx, ay + leaves * dy
        doubled[meets] = (
            np.where(enters > 0.0, _angle(ax, ay, px, py), 0.0)
            + (leaves - enters) * cross[meets]
            + np.where(leaves < 1.0, _angle(qx, qy, bx, by), 0.0)
        )
    return doubled


def _angle(ax: Floats, ay: Floats, bx: Floats, by: Floats) -> Floats:
    return np.arctan2(ax * by - ay * bx, ax * bx + ay * by)
