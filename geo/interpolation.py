"""Where a house must be that nobody has drawn: between its neighbours in number."""

from collections.abc import Collection
from dataclasses import dataclass

from geo.gazetteer import HousePoint
from geo.house_number import HouseNumber
from geo.metres import distance_m

_SAME_BLOCK = 12
_FARTHEST_BEYOND = 30
_FARTHEST_APART_M = 1_500.0
_METRES_A_NUMBER = 12.0
_BLOCK_M = 200.0
_HALF = 0.5


@dataclass(frozen=True, slots=True)
class Estimate:
    """Where a house is, in degrees.

    Attributes
    ----------
    is_near : bool
        Whether it lies between close neighbours, and not beyond the last known house.
    """

    lon: float
    lat: float
    is_near: bool


def interpolate(wanted: HouseNumber, houses: Collection[HousePoint]) -> Estimate | None:
    """Estimate the place of a house from the others of its street.

    Parameters
    ----------
    wanted : HouseNumber
    houses : collection of HousePoint
        Of the same street.

    Returns
    -------
    Estimate or None
        None where no house is near enough in number. Houses of its own side, even or odd, come first.
    """
    same_side = [each for each in houses if each.number.number % 2 == wanted.number % 2]
    found = _between(wanted.number, same_side)
    if found is not None and found.is_near:
        return found
    other = _between(wanted.number, list(houses))
    if other is not None and (found is None or other.is_near):
        return other
    return found


def _between(number: int, houses: Collection[HousePoint]) -> Estimate | None:
    below = [each for each in houses if each.number.number <= number]
    above = [each for each in houses if each.number.number >= number]
    low = max(below, key=lambda each: each.number.number, default=None)
    high = min(above, key=lambda each: each.number.number, default=None)
    if low is not None and high is not None:
        first, last = low.number.number, high.number.number
        share = 0.5 if first == last else (number - first) / (last - first)
        apart = distance_m(low.lon, low.lat, high.lon, high.lat)
        if apart > max(_FARTHEST_APART_M, _METRES_A_NUMBER * 4 * (last - first)):
            nearest = low if share <= _HALF else high
            return Estimate(nearest.lon, nearest.lat, is_near=False)
        lon = low.lon + (high.lon - low.lon) * share
        lat = low.lat + (high.lat - low.lat) * share
        return Estimate(lon, lat, is_near=last - first <= _SAME_BLOCK or apart < _BLOCK_M)
    end = low or high
    if end is None or abs(end.number.number - number) > _FARTHEST_BEYOND:
        return None
    return _beyond(number, end, houses)


def _beyond(number: int, end: HousePoint, houses: Collection[HousePoint]) -> Estimate:
    """Go on from the last house in the direction of the ones before it, at their pace."""
    step = number - end.number.number
    back = [
        each
        for each in houses
        if (each.number.number - end.number.number) * step < 0
        and abs(each.number.number - end.number.number) <= _FARTHEST_BEYOND
    ]
    if not back:
        return Estimate(end.lon, end.lat, is_near=False)
    other = max(back, key=lambda each: abs(each.number.number - end.number.number))
    pace = step / (end.number.number - other.number.number)
    pace = max(-1.0, min(1.0, pace))
    return Estimate(
        end.lon + (end.lon - other.lon) * pace,
        end.lat + (end.lat - other.lat) * pace,
        is_near=False,
    )
