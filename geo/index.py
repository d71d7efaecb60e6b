"""From a point and its accuracy to one decision: the only place where that is decided.

Without accuracy
    Covered by one district: `inside`, on its outer edge too. Covered by several: `overlap` when
    two or more have the point in their interior, else `boundary`; the smallest code wins (see
    `geo.districts.routing_units`). Not covered: `nearest` when a district is within
    `nearest_limit_m`, else `outside`.
With accuracy
    The district with the greatest share of the circle wins, the smallest code among equals. With
    less than `uncertain_share` of the whole circle it is `uncertain`, also when the rest of the
    circle is in no district: the citizen may then be outside. Otherwise the reason is that of the
    centre if several districts cover it, else `inside`, even when the centre itself lies just
    outside of the winner: most of where the citizen may be is in it, and `distance_m` tells. A
    circle that reaches no district is decided by its centre: `nearest` or `outside`.
Candidates
    All districts within `tolerance_m` of the point or reached by the circle, the winner first
    (also a `nearest` one farther than the tolerance), then by falling share, distance and code.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from math import isfinite
from types import MappingProxyType
from typing import Literal

import numpy as np
import shapely

from geo.bulk import Rows, decide_rows
from geo.circle import parts
from geo.coordinates import (
    MAX_ACCURACY_M,
    Column,
    Extent,
    checked_point,
    checked_points,
    row_error,
    seems_swapped,
)
from geo.decision import Candidate, Decision, Decisions, Reason
from geo.districts import District, Level, check_geometries, routing_units
from geo.lookup import OPEN, Lookup, lookup_of
from geo.neighbours import Neighbours, neighbouring_beats

SMALLEST_CIRCLE_M = 1e-6
"""Metres: a smaller circle is a point. Distances are whole micrometres, too."""

_OUTSIDE = Decision(Reason.OUTSIDE, None, None, None, None, None, ())


@dataclass(frozen=True, slots=True)
class RoutingRules:
    """What can be set about routing.

    Attributes
    ----------
    nearest_limit_m : float
        Metres beyond which a point that nothing covers is `outside`.
    uncertain_share : float
        0 to 1; a winner with less of the accuracy circle is `uncertain`.
    tolerance_m : float
        Metres within which other districts are candidates.
    """

    nearest_limit_m: float = 250.0
    uncertain_share: float = 0.7
    tolerance_m: float = 15.0

    def __post_init__(self) -> None:
        for name in ("nearest_limit_m", "tolerance_m"):
            value = getattr(self, name)
            if not (isfinite(value) and 0.0 <= value <= MAX_ACCURACY_M):
                raise ValueError(
                    f"{name} must be between 0 and {MAX_ACCURACY_M:.0f} metres, not {value}."
                )
        if not 0.0 <= self.uncertain_share <= 1.0:
            raise ValueError(
                f"uncertain_share must be between 0 and 1, not {self.uncertain_share}."
            )


class DistrictIndex:
    """Decides which district a place belongs to.

    It never changes once made, and threads may share it.

    Parameters
    ----------
    districts : sequence of District
        One complete boundary set, in any order: the order changes no decision.
    rules : RoutingRules, optional

    Raises
    ------
    DistrictError
        When codes, parents or geometries of the districts are not usable.
    """

    __slots__ = (
        "_alone",
        "_by_code",
        "_certain",
        "_lookup",
        "_names",
        "_neighbours",
        "_settled",
        "_states",
        "_units",
        "extent",
        "rules",
    )

    def __init__(self, districts: Sequence[District], rules: RoutingRules | None = None) -> None:
        self.rules = rules or RoutingRules()
        check_geometries(districts)
        self._by_code = MappingProxyType({district.code: district for district in districts})
        self._units = tuple(routing_units(districts))
        self._names = tuple(
            (unit.code, unit.code, None)
            if unit.level == Level.PRECINCT
            else (unit.code, str(unit.parent), unit.code)
            for unit in self._units
        )
        self._neighbours: Mapping[str, Neighbours] | None = None
        self.extent: Extent | None = None
        self._lookup: Lookup | None = None
        self._settled: tuple[Decision, ...] = ()
        self._certain: tuple[Decision, ...] = ()
        self._alone = tuple(self._whole((number,), None) for number in range(len(self._units)))
        self._states = memoryview(b"")
        if self._units:
            geometries = [unit.geometry for unit in self._units]
            west, south, east, north = shapely.total_bounds(geometries).tolist()
            self.extent = (west, south, east, north)
            lookup = lookup_of(geometries, self.rules.tolerance_m, self.rules.nearest_limit_m)
            self._lookup = lookup
            self._states = lookup.state.data
            self._settled = tuple(self._whole(face, None) for face in lookup.cover.faces)
            self._certain = tuple(self._whole(face, 1.0) for face in lookup.cover.faces)

    @property
    def districts(self) -> Mapping[str, District]:
        """All districts by code, precincts that have beats among them."""
        return self._by_code

    @property
    def units(self) -> tuple[District, ...]:
        """The districts that places are routed to, ordered by code."""
        return self._units

    def seems_swapped(self, lon: float, lat: float) -> bool:
        """Tell whether the point would be in the area served, were lon and lat exchanged.

        A decision never refuses such a point, because it may be a place; whoever takes in numbers
        that people type should ask.
        """
        return self.extent is not None and seems_swapped(lon, lat, self.extent)

    def unit(self, code: str) -> tuple[str, str | None]:
        """Return the precinct and the beat that a routing unit's code stands for.

        Raises
        ------
        KeyError
            When it is no code of a beat or of a precinct without beats.
        """
        for unit, precinct, beat in self._names:
            if unit == code:
                return precinct, beat
        raise KeyError(code)

    def neighbours(self, beat: str) -> Neighbours:
        """Return the beats of the same precinct that share an edge with a beat.

        Returns
        -------
        tuple of (str, float)
            Codes, and metres between the middles of the two beats, the nearest first; see
            `geo.neighbours`. Found for all beats when it is first asked.
        """
        if self._neighbours is None:
            self._neighbours = neighbouring_beats(tuple(self._by_code.values()))
        return self._neighbours.get(beat, ())

    def decide(self, lon: float, lat: float, accuracy_m: float | None = 0.0) -> Decision:
        """Decide one place.

        Parameters
        ----------
        lon, lat : float
            Degrees, EPSG:4326.
        accuracy_m : float or None, default 0
            Radius in metres of the circle the place is in; 0 and None: not known.

        Returns
        -------
        Decision

        Raises
        ------
        CoordinateError
            When these are not coordinates.
        """
        lon, lat, radius = checked_point(lon, lat, accuracy_m)
        lookup = self._lookup
        if lookup is None:
            return _OUTSIDE
        cell = lookup.cover.grid.cell_of(lon, lat)
        state = self._states[cell]
        circle = radius >= SMALLEST_CIRCLE_M
        if 0 <= state < OPEN:
            if not circle:
                return self._settled[state]
            if radius <= max(self.rules.tolerance_m, lookup.rings[cell].item() * lookup.ring_m):
                return self._certain[state]
        covering, inner = self._covering(lookup, state, lon, lat)
        if circle:
            return self._by_circle(lookup, covering, inner, lon, lat, radius)
        return self._by_point(lookup, covering, inner, lon, lat)

    def decide_many(
        self,
        lon: Column,
        lat: Column,
        accuracy_m: Column | None = None,
        *,
        errors: Literal["raise", "mark"] = "raise",
    ) -> Decisions:
        """Decide many places, each exactly as `decide` does.

        Parameters
        ----------
        lon, lat : array_like, shape (n,)
            Degrees, EPSG:4326.
        accuracy_m : array_like, shape (n,) or (), optional
            Radii in metres; 0, NaN and None: not known.
        errors : {"raise", "mark"}
            What to do about rows that are no coordinates: raise for the first one, or mark them in
            the result and decide the others.

        Returns
        -------
        Decisions

        Raises
        ------
        CoordinateError
            With the row, when a row is bad and errors are not to be marked.
        """
        lons, lats, radii, marks = checked_points(lon, lat, accuracy_m)
        bad = bool(marks.any())
        if bad and errors == "raise":
            row = int(np.flatnonzero(marks)[0])
            raise row_error(int(marks[row]), row)
        good = np.flatnonzero(marks == 0) if bad else None
        if good is not None:
            lons, lats = lons[good], lats[good]
            radii = None if radii is None else radii[good]
        if radii is not None:
            radii = np.where(radii < SMALLEST_CIRCLE_M, 0.0, radii)
        rows = Rows.blank(len(lons))
        if self._lookup is not None:
            decide_rows(self._lookup, rows, lons, lats, radii, self.rules.tolerance_m)
            if radii is not None:
                for row in rows.waiting:
                    decision = self.decide(float(lons[row]), float(lats[row]), float(radii[row]))
                    rows.put(row, decision, self._number)
        return rows.decisions(self._names, marks, good)

    def _number(self, code: str) -> int:
        low, high = 0, len(self._names)
        while low < high:
            middle = (low + high) // 2
            if self._names[middle][0] < code:
                low = middle + 1
            else:
                high = middle
        return low

    def _covering(
        self, lookup: Lookup, state: int, lon: float, lat: float
    ) -> tuple[tuple[int, ...], int]:
        if state < 0:
            return lookup.cover.one(state, lon, lat)
        face = lookup.cover.faces[state & (OPEN - 1)]
        return face, len(face)

    def _whole(self, face: tuple[int, ...], share: float | None) -> Decision:
        """Make the decision for a cell that lies wholly in the same districts."""
        if not face:
            return _OUTSIDE
        candidates = tuple(Candidate(self._names[number][0], share, 0.0) for number in face)
        return self._decision(_reason(len(face), len(face)), face[0], 0.0, share, candidates)

    def _by_point(
        self, lookup: Lookup, covering: tuple[int, ...], inner: int, lon: float, lat: float
    ) -> Decision:
        near = lookup.near.districts(lon, lat)
        if covering:
            winner, metres, reason = covering[0], 0.0, _reason(len(covering), inner)
            if len(covering) == 1 and len(near) <= 1 and near.keys() <= {winner}:
                return self._alone[winner]
            for number in covering:
                near[number] = 0.0
        else:
            found = lookup.far.nearest(lon, lat)
            if found is None:
                return (
                    replace(_OUTSIDE, candidates=self._candidates(near, None)) if near else _OUTSIDE
                )
            winner, metres = found
            reason = Reason.NEAREST
        near[winner] = metres
        return self._decision(reason, winner, metres, None, self._candidates(near, winner))

    def _candidates(self, near: dict[int, float], winner: int | None) -> tuple[Candidate, ...]:
        order = sorted((number != winner, metres, number) for number, metres in near.items())
        return tuple(Candidate(self._names[number][0], None, metres) for _, metres, number in order)

    def _by_circle(
        self,
        lookup: Lookup,
        covering: tuple[int, ...],
        inner: int,
        lon: float,
        lat: float,
        radius: float,
    ) -> Decision:
        within = max(radius, self.rules.tolerance_m)
        around = lookup.around(lon, lat, within)
        scale = lookup.scale.one(lat)
        found = []
        for part in parts(lookup.lines, around, lon, lat, radius, scale):
            metres = 0.0 if part.district in covering else part.distance_m
            if metres <= within:
                found.append((-part.share, part.district, metres))
        # By the circle first: a district only within the tolerance has no share to win with.
        reached = [item for item in found if item[2] <= radius]
        if reached:
            share, winner, metres = min(reached)
            reason = _reason(len(covering), inner) if len(covering) > 1 else Reason.INSIDE
            if -share < self.rules.uncertain_share:
                reason = Reason.UNCERTAIN
        else:
            nearest = lookup.far.nearest(lon, lat)
            if nearest is None:
                winner, metres, share, reason = -1, 0.0, 0.0, Reason.OUTSIDE
            else:
                (winner, metres), share, reason = nearest, 0.0, Reason.NEAREST
                if all(item[1] != winner for item in found):
                    found.append((0.0, winner, metres))
        found.sort(key=lambda item: (item[1] != winner, item[0], item[2], item[1]))
        candidates = tuple(
            # abs() because no share is to be shown as minus nothing.
            Candidate(self._names[number][0], abs(share_), metres_)
            for share_, number, metres_ in found
        )
        if winner < 0:
            return replace(_OUTSIDE, candidates=candidates)
        return self._decision(reason, winner, metres, abs(share), candidates)

    def _decision(
        self,
        reason: Reason,
        winner: int,
        metres: float,
        share: float | None,
        candidates: tuple[Candidate, ...],
    ) -> Decision:
        code, precinct, beat = self._names[winner]
        return Decision(reason, code, precinct, beat, metres, share, candidates)


def _reason(covering: int, inner: int) -> Reason:
    if covering == 1:
        return Reason.INSIDE
    return Reason.OVERLAP if inner > 1 else Reason.BOUNDARY
