from decimal import Decimal

import numpy as np
import pytest

from geo.coordinates import (
    MAX_ACCURACY_M,
    CoordinateError,
    checked_point,
    checked_points,
    seems_swapped,
)

CITY = (37.4, 47.0, 37.7, 47.2)


@pytest.mark.parametrize(
    ("lon", "lat", "code"),
    [
        (None, 47.0, "missing"),
        (37.5, None, "missing"),
        (float("nan"), 47.0, "not_a_number"),
        (37.5, float("inf"), "not_a_number"),
        (float("-inf"), 47.0, "not_a_number"),
        (True, 47.0, "not_a_number"),
        (np.bool_(1), 47.0, "not_a_number"),
        ("37.5", 47.0, "not_a_number"),
        (1j, 47.0, "not_a_number"),
        ([37.5], 47.0, "not_a_number"),
        (10**400, 47.0, "not_a_number"),
        (Decimal("NaN"), 47.0, "not_a_number"),
        (180.0000001, 47.0, "out_of_range"),
        (37.5, -90.0000001, "out_of_range"),
        (37.5, 122.3, "out_of_range"),
    ],
)
def test_what_is_no_place(lon: object, lat: object, code: str) -> None:
    with pytest.raises(CoordinateError) as caught:
        checked_point(lon, lat)
    assert caught.value.code == code
    assert str(caught.value).endswith((".", "?"))


@pytest.mark.parametrize(
    ("accuracy", "code"),
    [
        (-0.001, "accuracy_out_of_range"),
        (MAX_ACCURACY_M * 1.001, "accuracy_out_of_range"),
        (float("nan"), "accuracy_not_a_number"),
        (float("inf"), "accuracy_not_a_number"),
        (True, "accuracy_not_a_number"),
        ("5", "accuracy_not_a_number"),
    ],
)
def test_what_is_no_accuracy(accuracy: object, code: str) -> None:
    with pytest.raises(CoordinateError) as caught:
        checked_point(37.5, 47.0, accuracy)
    assert caught.value.code == code


def test_any_real_number_will_do() -> None:
    good = (37.0, 47.0, 5.0)
    assert checked_point(37, 47, 5) == good
    assert checked_point(np.float32(37), np.int64(47), Decimal(5)) == good
    assert checked_point(37.0, 47.0, None) == (37.0, 47.0, 0.0)
    assert checked_point(-180.0, 90.0) == (-180.0, 90.0, 0.0)
    assert all(type(number) is float for number in checked_point(37, np.float64(47), 5))


def test_out_of_range_hints_at_the_order() -> None:
    with pytest.raises(CoordinateError, match="exchanged"):
        checked_point(47.6, -122.3)


def test_the_extent_tells_swapped_and_null_island() -> None:
    for point, code in (((47.1, 37.5), "swapped"), ((0.0, 0.0), "null_island")):
        assert checked_point(*point)[:2] == point
        with pytest.raises(CoordinateError) as caught:
            checked_point(*point, extent=CITY)
        assert caught.value.code == code
    assert checked_point(37.5, 47.1, extent=CITY)[0] == 37.5
    assert checked_point(10.0, 10.0, extent=CITY)[0] == 10.0
    assert checked_point(0.0, 0.0, extent=(-1.0, -1.0, 1.0, 1.0))[0] == 0.0


def test_a_point_of_the_area_is_never_swapped() -> None:
    assert not seems_swapped(10.0, 10.0, (9.0, 9.0, 11.0, 11.0))


def test_many_are_marked() -> None:
    lon, lat, radii, marks = checked_points(
        [37.5, np.nan, np.inf, 181.0, 37.5, 37.5], [47.0, 47.0, 47.0, 47.0, np.nan, 47.0]
    )
    assert marks.tolist() == [0, 1, 2, 3, 1, 0]
    assert radii is None
    assert len(lon) == len(lat) == 6


def test_many_accuracies() -> None:
    point = [37.5] * 6, [47.0] * 6
    _, _, radii, marks = checked_points(*point, [0.0, np.nan, 5.0, -1.0, np.inf, 1e9])
    assert marks.tolist() == [0, 0, 0, 5, 4, 5]
    assert radii is not None
    assert radii[:3].tolist() == [0.0, 0.0, 5.0]
    assert checked_points(*point, 0.0)[2] is None
    spread = checked_points(*point, 7.0)[2]
    assert spread is not None
    assert spread.tolist() == [7.0] * 6


def test_many_take_none_for_missing_and_refuse_what_is_no_number() -> None:
    assert checked_points([None, 37.5], [47.0, 47.0])[3].tolist() == [1, 0]
    for wrong in (["37.5", "x"], [True, False], [37.5, "x"], [37.5, True, None]):
        with pytest.raises(CoordinateError) as caught:
            checked_points(np.array(wrong, object), [47.0] * len(wrong))
        assert caught.value.code == "not_a_number"
    with pytest.raises(CoordinateError):
        checked_points(["37.5"], [47.0])


def test_many_must_have_one_shape() -> None:
    for lon, lat, accuracy in (
        ([1.0], [1.0, 2.0], None),
        ([[1.0]], [[1.0]], None),
        (1.0, 1.0, None),
        ([1.0], [1.0], [1.0, 2.0]),
    ):
        with pytest.raises(CoordinateError) as caught:
            checked_points(lon, lat, accuracy)
        assert caught.value.code == "shape"


def test_none_at_all() -> None:
    assert len(checked_points([], [])[0]) == 0
