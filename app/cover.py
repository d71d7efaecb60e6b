"""Who answers for a report: the ladder from the beat's officer to the city desk.

Pure functions over a snapshot, so that every rung can be tested without a database.
"""

from collections import defaultdict
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from operator import attrgetter
from types import MappingProxyType

CITY_DESK = "city"

Skip = dict[str, str | None]
Neighbours = Sequence[tuple[str, float]]


class Rung(StrEnum):
    """The step of the ladder at which an owner was found, or the person or rule that chose one."""

    PRIMARY = "primary"
    DEPUTY = "deputy"
    NEIGHBOUR = "neighbour"
    PRECINCT_OFFICER = "precinct_officer"
    PRECINCT_DESK = "precinct_desk"
    CITY_DESK = "city_desk"
    TAKEN = "taken"
    BY_HAND = "by_hand"
    BY_RULE = "by_rule"


LADDER = tuple(Rung)[:6]
"""From the first choice to the last."""

CHOSEN = frozenset({Rung.BY_HAND, Rung.BY_RULE})
"""What somebody, or a rule that somebody made, gave to its owner: it does not move by itself."""

POSTED = frozenset({Rung.PRIMARY, Rung.DEPUTY})
"""Whoever holds a report on another rung of the ladder covers for these."""


class Duty(StrEnum):
    """Whether an officer is there."""

    ON = "on"
    OFF = "off_shift"
    LEAVE = "on_leave"


class Why(StrEnum):
    """Why a rung, or an officer on it, was passed over."""

    VACANT = "vacant"
    OFF_SHIFT = "off_shift"
    ON_LEAVE = "on_leave"
    AT_LIMIT = "at_limit"
    REFUSED = "refused"
    NO_ANSWER = "no_answer"
    NO_NEIGHBOURS = "no_neighbours"
    NOBODY_ON_SHIFT = "nobody_on_shift"
    NOBODY_ELSE = "nobody_else"
    DESK_UNMANNED = "desk_unmanned"


Without = Mapping[int, Why]
# The default below: all may be given a report.
NOBODY: Without = MappingProxyType({})


def passed_over(late: Iterable[int], refused: Iterable[int]) -> dict[int, Why]:
    """Return the officers who do not get a report again, and why, by their ids."""
    return dict.fromkeys(late, Why.NO_ANSWER) | dict.fromkeys(refused, Why.REFUSED)


@dataclass(frozen=True, slots=True)
class Posted:
    """An officer posted to a beat, as things stand at one instant."""

    officer_id: int
    officer: str
    name: str
    rank: str | None
    kind: str
    on_shift: bool
    reception: str | None = None


@dataclass(frozen=True, slots=True)
class OfficerNow:
    """An officer as things stand at one instant.

    Attributes
    ----------
    officer_id : int
    officer : str
        The code.
    name : str
    rank : str or None
    duty : Duty
    limit : int or None
        Open reports with which no more are given to them; None: no limit.
    precinct : str
    postings : tuple of (str, str)
        Beats and what they are there: `primary` or `deputy`.
    """

    officer_id: int
    officer: str
    name: str
    rank: str | None
    duty: Duty
    limit: int | None
    precinct: str
    postings: tuple[tuple[str, str], ...] = ()


@dataclass(slots=True)
class Staff:
    """The officers of one or more precincts at one instant, and what each has to do.

    Attributes
    ----------
    officers : mapping of int to OfficerNow
        By id.
    load : dict of int to int
        Open reports by officer's id; `give` and `take_back` keep it true.
    unmanned_desks : frozenset of str
        Desks that have a roster, and nobody on it now.
    """

    officers: Mapping[int, OfficerNow]
    load: dict[int, int] = field(default_factory=dict)
    unmanned_desks: frozenset[str] = frozenset()
    _posted: dict[tuple[str, str], list[OfficerNow]] = field(init=False, repr=False)
    _of_precinct: dict[str, list[OfficerNow]] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        # A change of shift climbs for thousands of reports over thousands of officers.
        self._posted, self._of_precinct = defaultdict(list), defaultdict(list)
        for officer in sorted(self.officers.values(), key=attrgetter("officer")):
            self._of_precinct[officer.precinct].append(officer)
            for posting in officer.postings:
                self._posted[posting].append(officer)

    def posted(self, beat: str, kind: str) -> Sequence[OfficerNow]:
        """Return who is posted to a beat as that, by code."""
        return self._posted.get((beat, kind), ())

    def of_precinct(self, precinct: str) -> Sequence[OfficerNow]:
        """Return who belongs to a precinct, by code."""
        return self._of_precinct.get(precinct, ())

    def obstacle(self, officer: OfficerNow, without: Without = NOBODY) -> Why | None:
        """Tell why an officer can be given nothing now, or None when they can."""
        if officer.officer_id in without:
            return without[officer.officer_id]
        if officer.duty is not Duty.ON:
            return Why(officer.duty.value)
        if officer.limit is not None and self.load_of(officer) >= officer.limit:
            return Why.AT_LIMIT
        return None

    def load_of(self, officer: OfficerNow) -> int:
        """Return how many open reports an officer has."""
        return self.load.get(officer.officer_id, 0)

    def give(self, officer_id: int | None) -> None:
        """Count one more report of an officer."""
        if officer_id is not None:
            self.load[officer_id] = self.load.get(officer_id, 0) + 1

    def take_back(self, officer_id: int | None) -> None:
        """Count one report of an officer less."""
        if officer_id is not None:
            self.load[officer_id] = self.load.get(officer_id, 0) - 1


@dataclass(frozen=True, slots=True)
class Assignment:
    """An owner and how the ladder came to it.

    Attributes
    ----------
    officer : OfficerNow or None
    desk : str or None
        A precinct's code, or ``city``. Exactly one of the two is given.
    rung : Rung
    skipped : tuple of dict
        ``{"rung", "officer": code or None, "why"}`` for each that was passed over, in order.
    """

    officer: OfficerNow | None
    desk: str | None
    rung: Rung
    skipped: tuple[Skip, ...] = ()


def climb(
    precinct: str | None,
    beat: str | None,
    staff: Staff,
    neighbours: Neighbours = (),
    without: Without = NOBODY,
) -> Assignment:
    """Find the owner of a report in a beat.

    Parameters
    ----------
    precinct, beat : str or None
        None where the place is unknown or in no district.
    staff : Staff
        At least the officers of the precinct and those posted to the beat or a neighbour of it.
    neighbours : sequence of (str, float)
        Beats of the precinct that share an edge with this one, and metres to them.
    without : frozenset of int
        Officers who have said that it is not theirs.
    """
    if precinct is None:
        return Assignment(None, CITY_DESK, Rung.CITY_DESK)
    skipped: list[Skip] = []
    found = None
    rung = Rung.PRECINCT_OFFICER
    if beat is not None:
        for rung in (Rung.PRIMARY, Rung.DEPUTY):
            found = _posted(staff, beat, rung, without, skipped)
            if found is not None:
                return Assignment(found, None, rung, tuple(skipped))
        near = {code: apart for code, apart in neighbours if code != beat}
        rung, found = Rung.NEIGHBOUR, _near(staff, near, without, skipped)
    if found is None:
        rung, found = Rung.PRECINCT_OFFICER, _any(staff, precinct, without, skipped)
    if found is not None:
        return Assignment(found, None, rung, tuple(skipped))
    if precinct in staff.unmanned_desks:
        skipped.append(_skip(Rung.PRECINCT_DESK, None, Why.DESK_UNMANNED))
        return Assignment(None, CITY_DESK, Rung.CITY_DESK, tuple(skipped))
    return Assignment(None, precinct, Rung.PRECINCT_DESK, tuple(skipped))


def to_desk(desk: str, unmanned: Container[str] = ()) -> Assignment:
    """Give a report to a desk because a rule says so; to the city's where nobody is at that one."""
    if desk not in unmanned:
        return Assignment(None, desk, Rung.BY_RULE)
    skipped = (_skip(Rung.PRECINCT_DESK, None, Why.DESK_UNMANNED),)
    return Assignment(None, CITY_DESK, Rung.BY_RULE, skipped)


def better(now: Rung, before: Rung) -> bool:
    """Tell whether one rung of the ladder comes before another."""
    return before not in LADDER or LADDER.index(now) < LADDER.index(before)


def _posted(
    staff: Staff, beat: str, rung: Rung, without: Without, skipped: list[Skip]
) -> OfficerNow | None:
    holders = staff.posted(beat, rung.value)
    if not holders:
        skipped.append(_skip(rung, None, Why.VACANT))
    for holder in holders:
        why = staff.obstacle(holder, without)
        if why is None:
            return holder
        skipped.append(_skip(rung, holder.officer, why))
    return None


def _near(
    staff: Staff, near: Mapping[str, float], without: Without, skipped: list[Skip]
) -> OfficerNow | None:
    if not near:
        skipped.append(_skip(Rung.NEIGHBOUR, None, Why.NO_NEIGHBOURS))
        return None
    apart: dict[int, float] = {}
    for code, metres in near.items():
        for kind in POSTED:
            for officer in staff.posted(code, kind.value):
                known = apart.get(officer.officer_id, metres)
                apart[officer.officer_id] = min(known, metres)
    officers = sorted((staff.officers[each] for each in apart), key=attrgetter("officer"))
    free = _free(staff, officers, Rung.NEIGHBOUR, without, skipped)
    return min(free, key=lambda o: (staff.load_of(o), apart[o.officer_id], o.officer), default=None)


def _any(staff: Staff, precinct: str, without: Without, skipped: list[Skip]) -> OfficerNow | None:
    officers = staff.of_precinct(precinct)
    free = _free(staff, officers, Rung.PRECINCT_OFFICER, without, skipped)
    return min(free, key=lambda o: (staff.load_of(o), o.officer), default=None)


def _free(
    staff: Staff,
    officers: Iterable[OfficerNow],
    rung: Rung,
    without: Without,
    skipped: list[Skip],
) -> list[OfficerNow]:
    free: list[OfficerNow] = []
    passed: list[Skip] = []
    told = {skip["officer"] for skip in skipped}
    nobody = Why.NOBODY_ON_SHIFT
    for officer in officers:
        why = staff.obstacle(officer, without)
        if why is None:
            free.append(officer)
        # Of a whole precinct only those are worth a word who are there and yet get nothing.
        elif officer.duty is Duty.ON and officer.officer in told:
            nobody = Why.NOBODY_ELSE
        elif officer.duty is Duty.ON:
            passed.append(_skip(rung, officer.officer, why))
    if not free:
        skipped += passed or [_skip(rung, None, nobody)]
    return free


def _skip(rung: Rung, officer: str | None, why: Why) -> Skip:
    return {"rung": rung.value, "officer": officer, "why": why.value}
