"""Longitudes, latitudes and accuracies as they come in: checked once, here, for everybody."""

from collections.abc import Sequence
from decimal import Decimal
from numbers import Real

import numpy as np
from numpy.typing import ArrayLike, NDArray

MAX_LON, MAX_LAT = 180.0, 90.0  # degrees
MAX_ACCURACY_M = 100_000.0
"""Metres. A wider accuracy circle says nothing of a place in a city, so it is taken for a mistake."""

Column = ArrayLike | Sequence[float | None]
"""Numbers of many points."""

Extent = tuple[float, float, float, float]
"""West, south, east, north, in degrees."""

ROW_ERRORS = (
    "",
    "missing",
    "not_a_number",
    "out_of_range",
    "accuracy_not_a_number",
    "accuracy_out_of_range",
)
"""Codes of what can be wrong with one row of many; the position is the number in the marks."""


class CoordinateError(ValueError):
    """The coordinates cannot be those of a place.

    Attributes
    ----------
    code : str
        `missing`, `not_a_number`, `out_of_range`, `swapped`, `null_island`,
        `accuracy_not_a_number`, `accuracy_out_of_range` or `shape`.
    row : int or None
        The first bad row, where many were given.
    """

    def __init__(self, code: str, message: str, row: int | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.row = row


def checked_point(
    lon: object, lat: object, accuracy_m: object = 0.0, extent: Extent | None = None
) -> tuple[float, float, float]:
    """Check one point and the radius of its accuracy circle.

    Parameters
    ----------
    lon, lat : object
        Degrees, EPSG:4326. Real numbers only: a string or a bool is a mistake of the caller.
    accuracy_m : object, default 0
        Radius in metres; None counts as 0, that is, unknown.
    extent : tuple of float, optional
        Where places are expected. With it, coordinates that fit there only when longitude and
        latitude change places, and (0, 0), are refused too.

    Returns
    -------
    tuple of float
        Longitude, latitude, accuracy in metres.

    Raises
    ------
    CoordinateError
        With a code and a sentence that can be shown.
    """
    # The two comparisons are False for NaN, which therefore takes the slow way to its message.
    if not (
        type(lon) is float
        and type(lat) is float
        and -MAX_LON <= lon <= MAX_LON
        and -MAX_LAT <= lat <= MAX_LAT
    ):
        lon, lat = _checked("longitude", lon, MAX_LON), _checked("latitude", lat, MAX_LAT)
    if type(accuracy_m) is not float or not 0.0 <= accuracy_m <= MAX_ACCURACY_M:
        accuracy_m = _checked_accuracy(accuracy_m)
    if extent is not None:
        _check_place(lon, lat, extent)
    return lon, lat, accuracy_m


def seems_swapped(lon: float, lat: float, extent: Extent) -> bool:
    """Tell whether the point is outside the extent and would be inside, were lon and lat exchanged.

    Parameters
    ----------
    lon, lat : float
        Degrees.
    extent : tuple of float
        West, south, east, north in degrees.
    """
    west, south, east, north = extent
    inside = west <= lon <= east and south <= lat <= north
    return not inside and west <= lat <= east and south <= lon <= north


def checked_points(
    lon: Column, lat: Column, accuracy_m: Column | None = None
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64] | None, NDArray[np.uint8]]:
    """Check many points at once.

    Parameters
    ----------
    lon, lat : array_like, shape (n,)
        Degrees, EPSG:4326. None and NaN are missing values.
    accuracy_m : array_like, shape (n,) or (), optional
        Radii in metres; NaN and None count as 0.

    Returns
    -------
    lon, lat : ndarray of float64, shape (n,)
    accuracy_m : ndarray of float64, shape (n,), or None
        None when there is none, or when all are 0.
    marks : ndarray of uint8, shape (n,)
        0 for a good row, else the position of its code in `ROW_ERRORS`.

    Raises
    ------
    CoordinateError
        When the arrays are not numbers at all, or differ in shape.
    """
    lons, lats = _numbers("longitude", lon), _numbers("latitude", lat)
    if lons.ndim != 1 or lons.shape != lats.shape:
        raise CoordinateError(
            "shape",
            f"Longitudes and latitudes must be two flat arrays of one length, not of shapes "
            f"{lons.shape} and {lats.shape}.",
        )
    marks = np.zeros(len(lons), np.uint8)
    # One comparison finds all of the bad rows; only those are looked at again to name the fault.
    good = (np.abs(lons) <= MAX_LON) & (np.abs(lats) <= MAX_LAT)
    if not good.all():
        bad = np.flatnonzero(~good)
        nans = np.isnan(lons[bad]) | np.isnan(lats[bad])
        infinite = np.isinf(lons[bad]) | np.isinf(lats[bad])
        marks[bad] = np.where(nans, 1, np.where(infinite, 2, 3))
    radii: NDArray[np.float64] | None = None
    if accuracy_m is not None:
        given = _numbers("accuracy", accuracy_m)
        if given.shape not in ((), lons.shape):
            raise CoordinateError(
                "shape",
                f"Accuracies must be one number or one for each point, not of shape {given.shape}.",
            )
        radii = np.broadcast_to(np.where(np.isnan(given), 0.0, given), lons.shape)
        marks[(marks == 0) & np.isinf(radii)] = 4
        marks[(marks == 0) & ~((radii >= 0.0) & (radii <= MAX_ACCURACY_M))] = 5
        if not radii.any():
            radii = None
    return lons, lats, radii, marks


def row_error(mark: int, row: int) -> CoordinateError:
    """Make the exception of one bad row of many.

    Parameters
    ----------
    mark : int
        Position in `ROW_ERRORS`.
    row : int
        Counted from 0.
    """
    what = {
        "missing": "has no longitude or no latitude",
        "not_a_number": "has a longitude or latitude that is not a finite number",
        "out_of_range": "has a longitude beyond 180 or a latitude beyond 90 degrees",
        "accuracy_not_a_number": "has an accuracy that is not a finite number",
        "accuracy_out_of_range": f"has an accuracy below 0 or above {MAX_ACCURACY_M:.0f} metres",
    }
    code = ROW_ERRORS[mark]
    return CoordinateError(code, f"Row {row} (counted from 0) {what[code]}.", row)


def _checked(name: str, value: object, limit: float) -> float:
    if value is None:
        raise CoordinateError("missing", f"The {name} is missing.")
    number = _real(value)
    if number is None:
        raise CoordinateError("not_a_number", f"The {name} must be a finite number, not {value!r}.")
    if abs(number) > limit:
        raise CoordinateError(
            "out_of_range",
            f"The {name} {number} is not between -{limit:.0f} and {limit:.0f} degrees"
            + ("; were longitude and latitude exchanged?" if abs(number) <= MAX_LON else "."),
        )
    return number


def _checked_accuracy(value: object) -> float:
    if value is None:
        return 0.0
    number = _real(value)
    if number is None:
        raise CoordinateError(
            "accuracy_not_a_number",
            f"The accuracy must be a finite number of metres, not {value!r}.",
        )
    if not 0.0 <= number <= MAX_ACCURACY_M:
        raise CoordinateError(
            "accuracy_out_of_range",
            f"The accuracy {number} is not between 0 and {MAX_ACCURACY_M:.0f} metres.",
        )
    return number


def _check_place(lon: float, lat: float, extent: Extent) -> None:
    if seems_swapped(lon, lat, extent):
        raise CoordinateError(
            "swapped",
            f"Longitude {lon} and latitude {lat} seem to be exchanged: the other way round they "
            "are in the area served.",
        )
    west, south, east, north = extent
    if lon == 0.0 and lat == 0.0 and not (west <= 0.0 <= east and south <= 0.0 <= north):
        raise CoordinateError(
            "null_island", "Longitude 0 and latitude 0 are what a device without a position sends."
        )


def _real(value: object) -> float | None:
    # bool is an int to Python, and np.bool_ is no Real.
    if isinstance(value, bool) or not isinstance(value, Real | Decimal):
        return None
    try:
        number = float(value)
    except (OverflowError, ValueError):
        return None
    return number if np.isfinite(number) else None


def _numbers(name: str, values: Column) -> NDArray[np.float64]:
    array = np.asarray(values)
    if array.dtype == object:
        # None becomes NaN by itself; whatever else is no number must not slip through float().
        wrong = [
            row
            for row, value in enumerate(array.flat)
            if value is not None
            and (isinstance(value, bool) or not isinstance(value, Real | Decimal))
        ]
        if wrong:
            raise CoordinateError(
                "not_a_number",
                f"The {name} of row {wrong[0]} (counted from 0) must be a number, not "
                f"{array.flat[wrong[0]]!r}.",
                wrong[0],
            )
    elif array.dtype.kind not in "iuf":
        if array.size == 0:
            return array.astype(np.float64)
        raise CoordinateError("not_a_number", f"The {name} must be numbers, not {array.dtype}.")
    return np.asarray(array, dtype=np.float64, order="C")
