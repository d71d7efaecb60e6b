"""Where a report happened, as told to us."""

from dataclasses import dataclass
from enum import StrEnum


class PlaceKind(StrEnum):
    """How a place is known."""

    SHARED = "shared"
    LIVE = "live"
    VENUE = "venue"
    GEOCODED = "geocoded"
    CONFIRMED = "confirmed"
    OPERATOR = "operator"


@dataclass(frozen=True, slots=True)
class Place:
    """A point in degrees (EPSG:4326) and how exact it is, in metres."""

    lon: float
    lat: float
    kind: PlaceKind
    accuracy_m: float = 0.0
    label: str | None = None
