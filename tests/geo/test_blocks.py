"""A block hides the house: one answer for all of it, near enough to be of use."""

import math

from hypothesis import given
from hypothesis import strategies as st
from pyproj import Geod

from geo.blocks import REACH_M, SIDE_M, block_of

EARTH = Geod(ellps="WGS84")
LON, LAT = st.floats(-179.9, 179.9), st.floats(-80, 80)


@given(lon=LON, lat=LAT)
def test_the_middle_is_near_and_its_own_middle(lon: float, lat: float) -> None:
    middle = block_of(lon, lat)
    _, _, metres = EARTH.inv(lon, lat, *middle)
    # The cells are those of a sphere.
    assert metres <= REACH_M * 1.01
    again = block_of(*middle)
    assert math.isclose(again[0], middle[0], abs_tol=1e-9)
    assert math.isclose(again[1], middle[1], abs_tol=1e-9)


@given(lon=LON, lat=LAT, east=st.floats(-0.49, 0.49), north=st.floats(-0.49, 0.49))
def test_everything_in_a_block_gets_the_same_answer(
    lon: float, lat: float, east: float, north: float
) -> None:
    middle = block_of(lon, lat)
    # Within the cell, measured as the cells are.
    degree = 111_195.0
    point = (
        middle[0] + east * SIDE_M / degree / math.cos(math.radians(middle[1])),
        middle[1] + north * SIDE_M / degree,
    )
    assert block_of(*point) == middle
