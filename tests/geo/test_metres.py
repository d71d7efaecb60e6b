import math

import numpy as np
import pyproj
import pytest
import shapely
from geopy.distance import geodesic
from hypothesis import given
from hypothesis import strategies as st
from pyproj import Geod

from geo.metres import MetreScale, area_m2, distance_m, equal_area, metres_per_degree

GEOD = Geod(ellps="WGS84")
SCALE = MetreScale.make()
latitudes = st.floats(-89.0, 89.0)


@given(latitudes)
def test_a_degree_is_as_long_as_the_geodesic_says(lat: float) -> None:
    x, y = metres_per_degree(lat)
    step = 1e-4
    east = GEOD.inv(0.0, lat, step, lat)[2] / step
    north = GEOD.inv(0.0, lat - step / 2, 0.0, lat + step / 2)[2] / step
    assert x == pytest.approx(east, rel=1e-7)
    assert y == pytest.approx(north, rel=1e-7)


@given(latitudes)
def test_the_table_says_the_same(lat: float) -> None:
    assert SCALE.one(lat) == pytest.approx(metres_per_degree(lat), rel=1e-6, abs=1e-3)


@given(st.lists(st.floats(-90.0, 90.0), min_size=1))
def test_one_and_many_are_the_same_to_the_last_bit(lats: list[float]) -> None:
    x, y = SCALE.many(np.array(lats))
    assert list(zip(x.tolist(), y.tolist(), strict=True)) == [SCALE.one(lat) for lat in lats]


@given(st.floats(-179, 179), st.floats(-80, 80), st.floats(0, 360), st.floats(0.01, 10_000))
def test_distance_is_that_of_the_geodesic(lon: float, lat: float, to: float, far: float) -> None:
    other_lon, other_lat, _ = GEOD.fwd(lon, lat, to, far)
    assert distance_m(lon, lat, other_lon, other_lat) == pytest.approx(far, rel=2e-5, abs=1e-6)


def test_distance_agrees_with_geopy_in_the_city() -> None:
    here, there = (37.55, 47.10), (37.50, 47.13)
    metres = geodesic(here[::-1], there[::-1]).meters
    assert distance_m(*here, *there) == pytest.approx(metres, rel=1e-6)


def test_distance_across_the_date_line() -> None:
    assert distance_m(179.999, 10.0, -179.999, 10.0) == pytest.approx(
        GEOD.inv(179.999, 10.0, -179.999, 10.0)[2], rel=1e-6
    )


@given(st.floats(-170, 170), st.floats(-85, 85), st.floats(0.001, 0.05))
def test_area_is_that_of_the_ellipsoid(lon: float, lat: float, size: float) -> None:
    box = shapely.box(lon, lat, lon + size, lat + size)
    metres = abs(GEOD.geometry_area_perimeter(box)[0])
    assert area_m2(box) == pytest.approx(metres, rel=1e-3)


def test_area_is_that_of_the_standard_projection() -> None:
    project = pyproj.Transformer.from_crs(4326, "+proj=cea +ellps=WGS84", always_xy=True)
    ours = equal_area(shapely.Point(37.55, 47.1))
    assert (ours.x, ours.y) == pytest.approx(project.transform(37.55, 47.1), abs=1e-4)


def test_parallels_get_shorter() -> None:
    assert metres_per_degree(60.0)[0] < metres_per_degree(59.0)[0]
    assert metres_per_degree(60.0) == metres_per_degree(-60.0)
    assert math.isclose(metres_per_degree(0.0)[0], 111_319.4908, rel_tol=1e-9)
