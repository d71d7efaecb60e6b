"""What was found in a text: a place, how exactly it is known, and what had to be assumed."""

from dataclasses import dataclass
from enum import StrEnum

from shapely.geometry import LineString, MultiLineString

BELIEVED = 0.5
"""Scores below are not offered."""


class Precision(StrEnum):
    """How exactly a place is known."""

    HOUSE = "house"
    CROSSING = "crossing"
    LANDMARK = "landmark"
    STREET = "street"
    CITY = "city"


class Fault(StrEnum):
    """What was assumed to come to a place."""

    HOUSE_INTERPOLATED = "house_interpolated"
    HOUSE_BEYOND = "house_beyond"
    HOUSE_MISSING = "house_missing"
    HOUSE_PART_DROPPED = "house_part_dropped"
    STREET_KIND_GUESSED = "street_kind_guessed"
    NAME_FUZZY = "name_fuzzy"
    NAME_SHORTENED = "name_shortened"
    FORMER_NAME = "former_name"
    SEVERAL_CROSSINGS = "several_crossings"
    CROSSING_GUESSED = "crossing_guessed"
    AREA_ONLY = "area_only"
    OUTSIDE_SERVICE = "outside_service"


class Outcome(StrEnum):
    """What is to be done with an answer."""

    CLEAR = "clear"
    SEVERAL = "several"
    STREET = "street"
    NONE = "none"


COSTS = {
    Fault.HOUSE_INTERPOLATED: 0.9,
    Fault.HOUSE_BEYOND: 0.75,
    Fault.HOUSE_MISSING: 0.8,
    Fault.HOUSE_PART_DROPPED: 0.95,
    Fault.STREET_KIND_GUESSED: 0.9,
    Fault.NAME_FUZZY: 0.85,
    Fault.NAME_SHORTENED: 0.97,
    Fault.FORMER_NAME: 0.99,
    Fault.SEVERAL_CROSSINGS: 0.8,
    Fault.CROSSING_GUESSED: 0.8,
    Fault.AREA_ONLY: 0.75,
    Fault.OUTSIDE_SERVICE: 0.85,
}
WORTH = {
    Precision.HOUSE: 1.0,
    Precision.CROSSING: 0.98,
    Precision.LANDMARK: 0.95,
    Precision.STREET: 0.7,
    Precision.CITY: 0.3,
}


@dataclass(frozen=True, slots=True)
class Found:
    """A place that a text may mean.

    Attributes
    ----------
    label : str
        In full, with today's name, in the language that was asked for.
    lon, lat : float
        Degrees.
    precision : Precision
    score : float
        0 to 1.
    faults : tuple of Fault
    street_ids : tuple of int
    landmark_id : int or None
    matched : str
        The piece of the text.
    course : LineString, MultiLineString or None
        Of a street without a house: all of it that may be meant.
    """

    label: str
    lon: float
    lat: float
    precision: Precision
    score: float
    faults: tuple[Fault, ...]
    street_ids: tuple[int, ...]
    landmark_id: int | None
    matched: str
    course: LineString | MultiLineString | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """What was found in a text.

    Attributes
    ----------
    places : tuple of Found
        The best first, at most `LIMIT`.
    outcome : Outcome
        `CLEAR`: take the first. `SEVERAL`: ask which. `STREET`: only a street is known; whether that
        is enough depends on the districts. `NONE`: ask where.
    """

    places: tuple[Found, ...]
    outcome: Outcome
