"""Decide many points at once, in numpy: the same rules as for one, column by column."""

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from geo.cover import HARD, Cover
from geo.decision import REASONS, Decision, Decisions, Reason
from geo.lookup import OPEN, Lookup

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

_CHUNK = 1 << 15  # points whose columns fit in a processor's cache
_NUMBER = {reason: number for number, reason in enumerate(REASONS)}
_INSIDE, _BOUNDARY, _OVERLAP = (
    _NUMBER[reason] for reason in (Reason.INSIDE, Reason.BOUNDARY, Reason.OVERLAP)
)
_SEVERAL = -2
_NEAREST, _OUTSIDE = _NUMBER[Reason.NEAREST], _NUMBER[Reason.OUTSIDE]


@dataclass(slots=True)
class Rows:
    """Decisions in the making.

    Attributes
    ----------
    reason, district, distance_m, share : ndarray, shape (n,)
        As in `Decisions`.
    extras : list of tuple of ndarray
        Candidates besides the winner: point, district, metres, share.
    waiting : list of int
        Rows left to be decided by their accuracy circle, one by one.
    """

    reason: NDArray[np.uint8]
    district: NDArray[np.int32]
    distance_m: Floats
    share: Floats
    extras: list[tuple[Ints, Ints, Floats, Floats]] = field(default_factory=list)
    waiting: list[int] = field(default_factory=list)

    @classmethod
    def blank(cls, size: int) -> "Rows":
        """Begin with all outside."""
        return cls(
            np.full(size, _OUTSIDE, np.uint8),
            np.full(size, -1, np.int32),
            np.full(size, np.nan),
            np.full(size, np.nan),
        )

    def add(self, point: Ints, district: Ints, metres: Floats | float) -> None:
        """Add candidates that have no share."""
        if len(point):
            metres = np.broadcast_to(metres, point.shape)
            self.extras.append((point, district, metres, np.full(point.shape, np.nan)))

    def put(self, row: int, decision: Decision, number: Callable[[str], int]) -> None:
        """Take over a decision made alone.

        Parameters
        ----------
        row : int
        decision : Decision
        number : callable
            Gives a district's number by its code.
        """
        self.reason[row] = _NUMBER[decision.reason]
        others = decision.candidates
        if decision.district is not None:
            self.district[row] = number(decision.district)
            self.distance_m[row] = decision.distance_m
            self.share[row] = np.nan if decision.share is None else decision.share
            others = others[1:]
        if others:
            districts = np.array([number(other.code) for other in others])
            metres = np.array([other.distance_m for other in others])
            shares = np.array([np.nan if other.share is None else other.share for other in others])
            self.extras.append((np.full(len(others), row), districts, metres, shares))

    def decisions(
        self,
        names: tuple[tuple[str, str, str | None], ...],
        marks: NDArray[np.uint8],
        good: Ints | None,
    ) -> Decisions:
        """Finish.

        Parameters
        ----------
        names : tuple
            Code, precinct and beat of each district number.
        marks : ndarray of uint8, shape (m,)
            Faults of all rows.
        good : ndarray of int64, shape (n,), or None
            Where these rows belong among all, when some are bad.
        """
        if good is not None:
            whole = Rows.blank(len(marks))
            for name in ("reason", "district", "distance_m", "share"):
                getattr(whole, name)[good] = getattr(self, name)
            whole.extras = [
                (good[point], district, metres, share)
                for point, district, metres, share in self.extras
            ]
            return whole.decisions(names, marks, None)
        won = self.district >= 0
        count = won.astype(np.int64)
        if self.extras:
            point, district, metres, share = (
                np.concatenate(arrays) for arrays in zip(*self.extras, strict=True)
            )
            falling = np.where(np.isnan(share), 0.0, -share)
            order = np.lexsort((district, metres, falling, point))
            point = point[order]
            count += np.bincount(point, minlength=len(count))
        start = np.zeros(len(count) + 1, np.int64)
        np.cumsum(count, out=start[1:])
        numbers = np.empty(start[-1], np.int32)
        distances, shares = np.empty(start[-1]), np.empty(start[-1])
        winners = np.flatnonzero(won)
        # Without others, the winners follow each other just as they come.
        first = start[winners] if self.extras else slice(None)
        numbers[first] = self.district[winners]
        distances[first] = self.distance_m[winners]
        shares[first] = self.share[winners]
        if self.extras:
            # Those of one point follow each other, after the winner if there is one.
            before = np.searchsorted(point, point)
            place = start[point] + won[point] + (np.arange(len(point)) - before)
            numbers[place], distances[place], shares[place] = (
                district[order],
                metres[order],
                share[order],
            )
        result = Decisions(
            names,
            self.reason,
            self.district,
            self.distance_m,
            self.share,
            start,
            numbers,
            distances,
            shares,
            marks,
        )
        for array in (
            result.reason,
            result.district,
            result.distance_m,
            result.share,
            start,
            numbers,
            distances,
            shares,
            marks,
        ):
            array.setflags(write=False)
        return result


def decide_rows(
    lookup: Lookup, rows: Rows, lon: Floats, lat: Floats, radii: Floats | None, tolerance_m: float
) -> None:
    """Decide all rows but those left waiting for their circle.

    Parameters
    ----------
    lookup : Lookup
    rows : Rows
        Blank; filled in.
    lon, lat : ndarray of float64, shape (n,)
        Checked, in degrees.
    radii : ndarray of float64, shape (n,), or None
        Metres.
    tolerance_m : float
        Metres.
    """
    faces = lookup.cover.faces
    owner = np.array([_SEVERAL if face[1:] else (*face, -1)[0] for face in faces], np.int32)
    for begin in range(0, len(lon), _CHUNK):
        chunk = slice(begin, begin + _CHUNK)
        x, y = lon[chunk], lat[chunk]
        cell = lookup.cover.grid.cells_of(x, y)
        state = lookup.state[cell]
        # Seen without a sign, what is below 0 is above OPEN as well.
        settled = state.view(np.uint32) < OPEN
        waits = np.zeros(0, np.int64)
        if radii is not None:
            r = radii[chunk]
            certain = r <= np.maximum(tolerance_m, lookup.rings[cell] * lookup.ring_m)
            waits = np.flatnonzero((r > 0.0) & ~(settled & certain))
            rows.waiting.extend((waits + begin).tolist())
        district = owner[np.where(settled, state, 0)]
        rows.district[chunk] = district
        covered = district >= 0
        rows.reason[chunk] = np.where(covered, _INSIDE, _OUTSIDE)
        rows.distance_m[chunk] = np.where(covered, 0.0, np.nan)
        if radii is not None:
            rows.share[chunk] = np.where(covered & (r > 0.0), 1.0, np.nan)
            settled = settled | (r > 0.0)
            waits += begin
            rows.district[waits] = -1
            rows.reason[waits] = _OUTSIDE
            rows.distance_m[waits] = rows.share[waits] = np.nan
        left = np.flatnonzero(~settled)
        if left.size:
            _decide_open(lookup, rows, owner, left + begin, state[left], x[left], y[left])


def _decide_open(
    lookup: Lookup,
    rows: Rows,
    owner: NDArray[np.int32],
    row: Ints,
    state: NDArray[np.int32],
    lon: Floats,
    lat: Floats,
) -> None:
    """Decide points with edges around them."""
    district = np.full(len(row), -1, np.int32)
    reason = np.full(len(row), _OUTSIDE, np.uint8)
    # Whatever else covers a point, as pairs: there are few of them.
    also_point: list[Ints] = []
    also_district: list[Ints] = []
    mixed = np.flatnonzero((state < 0) & (state != HARD))
    if mixed.size:
        covering, inside = lookup.cover.many(state[mixed], lon[mixed], lat[mixed])
        first = lookup.cover.local_start[~state[mixed]]
        district[mixed], rest = _lowest(lookup.cover, first, covering)
        reason[mixed] = _reasons(np.bitwise_count(covering), np.bitwise_count(inside))
        more = np.flatnonzero(rest)
        while more.size:
            other, rest[more] = _lowest(lookup.cover, first[more], rest[more])
            also_point.append(mixed[more])
            also_district.append(other.astype(np.int64))
            more = more[rest[more] != 0]
    whole = np.flatnonzero(state >= OPEN)
    face = state[whole] & (OPEN - 1)
    district[whole] = owner[face]
    reason[whole] = np.where(owner[face] >= 0, _INSIDE, _OUTSIDE)
    # Rare: where districts overlap, or a cell is beyond the short test.
    for k in np.concatenate(
        [whole[owner[face] == _SEVERAL], np.flatnonzero(state == HARD)]
    ).tolist():
        district[k], reason[k], others = _alone(lookup, int(state[k]), float(lon[k]), float(lat[k]))
        also_point.append(np.full(len(others), k))
        also_district.append(np.array(others, np.int64))

    point, near, metres = lookup.near.many_districts(lon, lat)
    distance = np.where(district >= 0, 0.0, np.nan)
    bare = np.flatnonzero(district < 0)
    found, nearest, nearest_m = lookup.far.many_nearest(lon[bare], lat[bare])
    found = bare[found]
    district[found], distance[found], reason[found] = nearest, nearest_m, _NEAREST

    other = near != district[point]
    point, near, metres = point[other], near[other], metres[other]
    if also_point:
        covered_point, covered = np.concatenate(also_point), np.concatenate(also_district)
        if covered_point.size:
            size = int(max(near.max(initial=0), covered.max())) + 1
            uncovered = ~np.isin(point * size + near, covered_point * size + covered)
            point, near, metres = point[uncovered], near[uncovered], metres[uncovered]
            rows.add(row[covered_point], covered, 0.0)
    rows.add(row[point], near, metres)
    rows.district[row], rows.reason[row], rows.distance_m[row] = district, reason, distance


def _lowest(
    cover: Cover, first: NDArray[np.int32], masks: NDArray[np.uint64]
) -> tuple[NDArray[np.int32], NDArray[np.uint64]]:
    """District of the lowest bit, -1 where there is none, and the other bits."""
    one = np.uint64(1)
    below = masks - one  # all bits where there are none: unsigned numbers wrap
    bit = np.bitwise_count(below & ~masks)
    none = masks == 0
    place = np.where(none, 0, first + bit)
    return np.where(none, np.int32(-1), cover.local[place]), masks & below


def _reasons(covering: NDArray[np.uint8], inside: NDArray[np.uint8]) -> NDArray[np.uint8]:
    several = np.where(inside > 1, _OVERLAP, _BOUNDARY)
    return np.where(covering > 1, several, np.where(covering == 1, _INSIDE, _OUTSIDE)).astype(
        np.uint8
    )


def _alone(lookup: Lookup, state: int, lon: float, lat: float) -> tuple[int, int, tuple[int, ...]]:
    """District, reason and whatever else covers a point whose cell is hard, or in known faces."""
    if state == HARD:
        covering, inside = lookup.cover.one(state, lon, lat)
    else:
        covering = lookup.cover.faces[state & (OPEN - 1)]
        inside = len(covering)
    if not covering:
        return -1, _OUTSIDE, ()
    reason = _reasons(np.array([len(covering)], np.uint8), np.array([inside], np.uint8))
    return covering[0], int(reason[0]), covering[1:]
