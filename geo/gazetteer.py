"""What a city is called: its streets, houses, crossings and landmarks.

A `Gazetteer` is made once and never changed. Half a million houses are columns of numbers; a
street's houses become a dictionary when the street is first asked for.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from typing import TypeAlias

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry import LineString, MultiLineString

from geo.house_number import HouseNumber, parse_house
from geo.metres import metres_per_degree
from geo.names import NameIndex, Thing
from geo.street_words import StreetKind

Course: TypeAlias = LineString | MultiLineString


class NameKind(StrEnum):
    """What a name is to the place that bears it."""

    TODAY = "today"
    FORMER = "former"
    VARIANT = "variant"
    ALIAS = "alias"


@dataclass(frozen=True, slots=True)
class Name:
    """One name of a place.

    Attributes
    ----------
    text : str
        Of a street without the word for its kind: "Миру", "Богдана Хмельницького".
    language : str or None
        "uk", "ru", "en", or None where it is any or unknown.
    kind : NameKind
    """

    text: str
    language: str | None = None
    kind: NameKind = NameKind.TODAY


@dataclass(frozen=True, slots=True)
class Street:
    """A street, avenue, quarter: whatever has house numbers of its own.

    Attributes
    ----------
    id : int
    kind : StreetKind
    names : tuple of Name
    label : mapping of str to str
        By language: in full, today's: "просп. Миру".
    course : LineString, MultiLineString or None
        Longitude and latitude; None where it is only known by its houses.
    """

    id: int
    kind: StreetKind
    names: tuple[Name, ...]
    label: Mapping[str, str]
    course: Course | None = None


@dataclass(frozen=True, slots=True)
class Crossing:
    """Where two streets meet, in degrees. The order of the two means nothing."""

    street_a: int
    street_b: int
    lon: float
    lat: float


@dataclass(frozen=True, slots=True)
class Landmark:
    """A place known by its own name.

    Attributes
    ----------
    id : int
    kind : str
        "school", "theatre": as the gazetteer's file has it.
    names : tuple of Name
    label : mapping of str to str
        By language.
    lon, lat : float
        Degrees.
    """

    id: int
    kind: str
    names: tuple[Name, ...]
    label: Mapping[str, str]
    lon: float
    lat: float


@dataclass(frozen=True, slots=True)
class Houses:
    """All houses as columns, ordered by street.

    Attributes
    ----------
    street : ndarray of int64, shape (n,)
        Ids of streets.
    number : sequence of str, length n
        As `geo.house_number` writes them.
    lon, lat : ndarray of float64, shape (n,)
        Degrees.
    """

    street: NDArray[np.int64]
    number: Sequence[str]
    lon: NDArray[np.float64]
    lat: NDArray[np.float64]

    @classmethod
    def of(cls, rows: Iterable[tuple[int, str, float, float]]) -> "Houses":
        """Make columns of rows: street's id, number, longitude, latitude."""
        listed = sorted(rows, key=lambda row: row[0])
        return cls(
            np.array([row[0] for row in listed], dtype=np.int64),
            [row[1] for row in listed],
            np.array([row[2] for row in listed], dtype=np.float64),
            np.array([row[3] for row in listed], dtype=np.float64),
        )


@dataclass(frozen=True, slots=True)
class HousePoint:
    """A house of a street that is known."""

    number: HouseNumber
    lon: float
    lat: float


@dataclass(frozen=True, slots=True)
class Nearest:
    """What is nearest to a point; None where nothing of the kind is within reach."""

    house: tuple[Street, HousePoint] | None = None
    house_m: float = float("inf")
    landmark: Landmark | None = None
    landmark_m: float = float("inf")


@dataclass(eq=False)
class Gazetteer:
    """All places of a city, ready to be found by name and by point.

    Parameters
    ----------
    streets, crossings, landmarks : sequence
    houses : Houses
        Of streets that are given.
    """

    streets: Sequence[Street] = ()
    houses: Houses = field(default_factory=lambda: Houses.of(()))
    crossings: Sequence[Crossing] = ()
    landmarks: Sequence[Landmark] = ()
    _opened: dict[int, dict[HouseNumber, HousePoint]] = field(default_factory=dict, repr=False)

    @cached_property
    def names(self) -> NameIndex:
        """Names of streets and landmarks, to be found in text."""
        return NameIndex.build(
            [
                (Thing(kind, place.id), name.text, name.kind is NameKind.FORMER)
                for kind, places in (("street", self.streets), ("landmark", self.landmarks))
                for place in places
                for name in place.names
            ]
        )

    def index(self) -> None:
        """Build now what the first question would have to wait for."""
        self.names.by_first  # noqa: B018 - a cached property
        self._tree.geometries  # noqa: B018 - likewise

    @cached_property
    def street(self) -> Mapping[int, Street]:
        """Streets by id."""
        return {street.id: street for street in self.streets}

    @cached_property
    def landmark(self) -> Mapping[int, Landmark]:
        """Landmarks by id."""
        return {landmark.id: landmark for landmark in self.landmarks}

    @cached_property
    def crossing(self) -> Mapping[frozenset[int], Sequence[Crossing]]:
        """Places where two streets meet, by the ids of the two."""
        found: dict[frozenset[int], list[Crossing]] = defaultdict(list)
        for each in self.crossings:
            found[frozenset((each.street_a, each.street_b))].append(each)
        return found

    def houses_of(self, street_id: int) -> Mapping[HouseNumber, HousePoint]:
        """Return a street's houses by number."""
        known = self._opened.get(street_id)
        if known is None:
            first, last = np.searchsorted(self.houses.street, [street_id, street_id + 1])
            points = [
                HousePoint(number, float(self.houses.lon[row]), float(self.houses.lat[row]))
                for row in range(first, last)
                if (number := parse_house(self.houses.number[row])) is not None
            ]
            # The order of rows must not tell which of two equals is taken anywhere.
            points.sort(key=lambda each: (each.number.number, str(each.number), each.lon, each.lat))
            known = self._opened[street_id] = {}
            for point in points:
                known.setdefault(point.number, point)
        return known

    @cached_property
    def _tree(self) -> shapely.STRtree:
        return shapely.STRtree(shapely.points(self.houses.lon, self.houses.lat))

    @cached_property
    def _landmark_tree(self) -> shapely.STRtree:
        return shapely.STRtree([shapely.Point(each.lon, each.lat) for each in self.landmarks])

    def nearest(self, lon: float, lat: float, within_m: float = 200.0) -> Nearest:
        """Find what is nearest to a point.

        Parameters
        ----------
        lon, lat : float
            Degrees.
        within_m : float
            Metres.
        """
        row, house_m = _nearest(self._tree, lon, lat, within_m)
        house = None
        if row is not None:
            number = parse_house(self.houses.number[row])
            street = self.street.get(int(self.houses.street[row]))
            if number is not None and street is not None:
                x, y = float(self.houses.lon[row]), float(self.houses.lat[row])
                house = street, HousePoint(number, x, y)
        place, landmark_m = _nearest(self._landmark_tree, lon, lat, within_m)
        landmark = None if place is None else self.landmarks[place]
        return Nearest(house, house_m, landmark, landmark_m)


def _nearest(
    tree: shapely.STRtree, lon: float, lat: float, within_m: float
) -> tuple[int | None, float]:
    east, north = metres_per_degree(lat)
    box = shapely.box(
        lon - within_m / east, lat - within_m / north, lon + within_m / east, lat + within_m / north
    )
    rows = tree.query(box)
    if not len(rows):
        return None, float("inf")
    xy = shapely.get_coordinates(tree.geometries[rows])
    away = np.hypot((xy[:, 0] - lon) * east, (xy[:, 1] - lat) * north)
    best = int(np.argmin(away))
    if away[best] > within_m:
        return None, float("inf")
    return int(rows[best]), float(away[best])
