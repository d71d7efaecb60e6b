"""What can be wrong with a set of districts, where, and how badly."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

import shapely
from shapely.geometry.base import BaseGeometry


class Severity(StrEnum):
    """Whether a set can be put in force with it, the worst first."""

    ERROR = "error"
    """It blocks."""
    WARNING = "warning"
    """Somebody should look, and may go on."""
    NOTE = "note"
    """Worth knowing."""

    @property
    def rank(self) -> int:
        """0 for the worst."""
        return list(Severity).index(self)


class Kind(StrEnum):
    """What is wrong; below each, what `Problem.values` holds beside it."""

    NO_FEATURES = "no_features"
    """Nothing is in the set."""
    NO_CODE = "no_code"
    """A district has no code. `row`."""
    DUPLICATE_CODE = "duplicate_code"
    """Districts have the same code. `code`, `rows`."""
    UNKNOWN_LEVEL = "unknown_level"
    """Neither a precinct nor a beat. `row`."""
    NO_GEOMETRY = "no_geometry"
    """A district has none, or an empty one. `row`."""
    NOT_POLYGONAL = "not_polygonal"
    """A line, a point or a collection. `row`, `type`."""
    OUT_OF_RANGE = "out_of_range"
    """Beyond 180 degrees of longitude or 90 of latitude. `row`, `lon`, `lat`; None for no number."""
    SWAPPED_AXES = "swapped_axes"
    """Latitude stands first. `rows`, `lon`, `lat`: the first point, as it was given."""
    BROKEN_GEOMETRY = "broken_geometry"
    """The ring crosses itself, a hole lies outside, and so on. `row`, `reason`: as GEOS has it."""
    NO_PARENT = "no_parent"
    """A beat names no precinct. `row`."""
    UNKNOWN_PARENT = "unknown_parent"
    """A beat names a precinct that is not there, or a beat. `row`, `parent`."""
    MISSING_NAME = "missing_name"
    """A district has no name in any language. `row`."""
    PRECINCT_WITHOUT_BEATS = "precinct_without_beats"
    """It routes to itself, while other precincts have beats."""
    OVERLAP = "overlap"
    """Two districts have the same ground. `level`, `width_m`."""
    GAP = "gap"
    """Ground within the set that is nobody's. `width_m`, `precincts`: those which hold it."""
    SLIVER = "sliver"
    """Ground so narrow that nobody meant it. `of`: `gap`, `overlap` or `part`; `pieces`,
    `width_m`."""
    OUTSIDE_PRECINCT = "outside_precinct"
    """A beat reaches beyond its precinct. `precinct`, `share`: of the beat, outside."""
    PRECINCT_NOT_COVERED = "precinct_not_covered"
    """Ground of a precinct that is no beat's, at its rim. `share`: of the precinct."""
    TOUCHES_AT_POINT = "touches_at_point"
    """`of`: `parts` when those of a district meet at a point only, `neighbours` when it meets no
    other district but at a point."""
    FAR_OFF = "far_off"
    """Districts far from all others (`of`: `set`), or all of them far from those in force (`of`:
    `in_force`)."""
    SET_SHRUNK = "set_shrunk"
    """The set covers much less than the one in force. `share`: new area / old, `old_m2`."""
    SET_GROWN = "set_grown"
    """The set covers much more than the one in force. `share`: new area / old, `old_m2`."""
    CHANGED_CODE = "changed_code"
    """The place of a district in force under another code. `old`: its code there."""


UNSTORABLE = frozenset(
    {
        Kind.NO_FEATURES,
        Kind.NO_CODE,
        Kind.DUPLICATE_CODE,
        Kind.UNKNOWN_LEVEL,
        Kind.NO_GEOMETRY,
        Kind.NOT_POLYGONAL,
        Kind.OUT_OF_RANGE,
        Kind.SWAPPED_AXES,
        Kind.NO_PARENT,
        Kind.UNKNOWN_PARENT,
    }
)
"""A set with one of these cannot be kept even as a draft."""

_ORDER = {kind: number for number, kind in enumerate(Kind)}


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong.

    Attributes
    ----------
    kind : Kind
    severity : Severity
    districts : tuple of str
        Codes of the districts concerned, sorted; empty when it is the whole set, or has no code.
    place : geometry or None
        What to draw: longitudes and latitudes, EPSG:4326. A point for a broken geometry.
    area_m2 : float or None
        Size on the ellipsoid, in square metres.
    distance_m : float or None
        Metres.
    values : mapping
        What else the words need, JSON-ready; see `Kind`.
    """

    kind: Kind
    severity: Severity
    districts: tuple[str, ...] = ()
    place: BaseGeometry | None = None
    area_m2: float | None = None
    distance_m: float | None = None
    values: Mapping[str, Any] = field(default_factory=dict)

    @property
    def storable(self) -> bool:
        """False when a set that has it cannot be stored at all, not even as a draft."""
        return self.kind not in UNSTORABLE

    def as_dict(self) -> dict[str, Any]:
        """Make it JSON-ready, `place` as a GeoJSON geometry."""
        return {
            "kind": self.kind.value,
            "severity": self.severity.value,
            "districts": list(self.districts),
            "place": None if self.place is None else shapely.geometry.mapping(self.place),
            "area_m2": self.area_m2,
            "distance_m": self.distance_m,
            "values": dict(self.values),
            "storable": self.storable,
        }


def by_weight(problem: Problem) -> tuple[Any, ...]:
    """Sort key: errors first, then by kind, the largest first, then by codes."""
    return (
        problem.severity.rank,
        _ORDER[problem.kind],
        -(problem.area_m2 or 0.0),
        problem.districts,
        str(sorted(problem.values.items(), key=lambda item: item[0])),
    )
