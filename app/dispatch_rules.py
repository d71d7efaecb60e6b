"""Which rules send a report somewhere else than its category does, and what they make of it.

Pure: the same document is the shipped fixture, a version in the database and what the page edits.
A rule that cannot be used is skipped and told of; it never keeps a report from being judged.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from functools import cached_property
from typing import Annotated, Any, NamedTuple
from zoneinfo import ZoneInfo

from pydantic import BeforeValidator, Field, StringConstraints

from app.categories import (
    LOWEST_PRIORITY,
    TO_DANGER,
    TOP_PRIORITY,
    Fault,
    Names,
    Piece,
    Response,
)
from app.cover import CITY_DESK
from app.errors import InvalidError
from geo.area import DrawnArea, drawn, is_area

MOST_RULES = 200
MOST_NAMED = 500
MOST_CORNERS = 200
MOST_REPORTS = 10_000

Code = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
Reference = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=100, pattern=r"^[^\x00]*$"),
]
Clock = Annotated[str, Field(pattern=r"^([01]\d|2[0-3]):[0-5]\d$", examples=["22:00"])]
Weekday = Annotated[int, Field(ge=1, le=7)]
Priority = Annotated[int, Field(ge=TOP_PRIORITY, le=LOWEST_PRIORITY)]
Lon = Annotated[float, Field(ge=-180, le=180, allow_inf_nan=False)]
Lat = Annotated[float, Field(ge=-90, le=90, allow_inf_nan=False)]


def _opened(corners: Any) -> Any:
    # GeoJSON repeats the first corner at the end.
    if isinstance(corners, list | tuple) and len(corners) > 1 and corners[0] == corners[-1]:
        return corners[:-1]
    return corners


Area = Annotated[
    tuple[tuple[Lon, Lat], ...], BeforeValidator(_opened), Field(max_length=MOST_CORNERS)
]


class Window(Piece):
    """A time of the day on the city's clock; it may go over midnight.

    Attributes
    ----------
    since, until : str
        `until` is not in it any more. Where it is before `since`, it is of the next day.
    """

    since: Clock
    until: Clock

    @cached_property
    def times(self) -> tuple[time, time]:
        """The same as times."""
        return time.fromisoformat(self.since), time.fromisoformat(self.until)


class When(Piece):
    """What a report has to be; whatever is not said does not matter.

    Attributes
    ----------
    categories : tuple of str
        One of them.
    districts : tuple of str
        In one of these precincts or beats, or in the area.
    area : tuple of (float, float) or None
        Corners of a drawn area, degrees of longitude and latitude.
    weekdays : tuple of int
        1 for Monday. A night belongs to the day on which it begins.
    hours : Window or None
    count : int or None
        At least so many reports of the same thing.
    danger : bool or None
        Whether a life is in danger.
    """

    categories: Annotated[tuple[Code, ...], Field(max_length=MOST_NAMED)] = ()
    districts: Annotated[tuple[Reference, ...], Field(max_length=MOST_NAMED)] = ()
    area: Area | None = None
    weekdays: Annotated[tuple[Weekday, ...], Field(max_length=7)] = ()
    hours: Window | None = None
    count: Annotated[int, Field(ge=1, le=MOST_REPORTS)] | None = None
    danger: bool | None = None

    @cached_property
    def drawn(self) -> DrawnArea | None:
        """The drawn area, ready to be asked."""
        return drawn(self.area) if self.area else None


class Then(Piece):
    """What becomes of a report; whatever is not said stays.

    Attributes
    ----------
    priority : int or None
        A report that is more urgent already keeps its own, unless `lower`.
    lower : bool
        Whether the priority may become a lower one.
    desk : str or None
        Who answers for it: a precinct's code for its desk, or `city`.
    """

    response: Response | None = None
    priority: Priority | None = None
    lower: bool = False
    desk: Reference | None = None


class DispatchRule(Piece):
    """One rule.

    Attributes
    ----------
    active : bool
        A rule that is off stays where it is and does nothing.
    stop : bool
        Whether the rules after it are not looked at any more for a report that it fits.
    """

    code: Code
    names: Names
    active: bool = True
    when: When = When()
    then: Then = Then()
    stop: bool = False


class DispatchRules(Piece):
    """All rules, in the order in which they are looked at."""

    rules: Annotated[tuple[DispatchRule, ...], Field(max_length=MOST_RULES)] = ()

    @cached_property
    def refers_to_places(self) -> bool:
        """Whether any of them names a district or a precinct's desk."""
        return any(
            each.when.districts or each.then.desk not in {None, CITY_DESK} for each in self.rules
        )

    @cached_property
    def by_code(self) -> Mapping[str, DispatchRule]:
        """Rules by their code."""
        return {each.code: each for each in self.rules}


class BadDispatchRulesError(InvalidError):
    """The dispatch rules cannot be used as they are."""

    code = "bad-dispatch-rules"

    def __init__(self, faults: Sequence[Fault]) -> None:
        listed = "; ".join(f"{each.where}: {each.what} {each.text}".strip() for each in faults[:5])
        super().__init__(
            f"The dispatch rules cannot be used: {listed}",
            faults=[each.as_dict() for each in faults],
        )


def faults_of(rules: DispatchRules) -> list[Fault]:
    """Tell what is wrong with rules in themselves, whatever they refer to."""
    faults: list[Fault] = []
    seen: set[str] = set()
    for each in rules.rules:
        if each.code in seen:
            faults.append(Fault(each.code, "twice"))
        seen.add(each.code)
        then, hours = each.then, each.when.hours
        if then.response is None and then.priority is None and then.desk is None and not each.stop:
            faults.append(Fault(each.code, "does_nothing"))
        if then.lower and then.priority is None:
            faults.append(Fault(each.code, "lower_without_priority"))
        if hours is not None and hours.since == hours.until:
            faults.append(Fault(each.code, "no_time", f"{hours.since}–{hours.until}"))
        if each.when.area is not None and not is_area(each.when.area):
            faults.append(Fault(each.code, "no_area"))
    return faults


@dataclass(frozen=True, slots=True)
class Known:
    """What there is for rules to refer to; None where that cannot be told now."""

    categories: Collection[str] | None
    districts: Collection[str] | None
    desks: Collection[str] | None


class Broken(NamedTuple):
    """A rule that cannot be used, and why, in a code that the page has words for.

    Attributes
    ----------
    rule : str
        Its code; empty when none of the rules can be read.
    what : str
        `no_category`, `no_district`, `no_desk`, `failed` or `unreadable`.
    text : str
        What it refers to, or how it failed.
    """

    rule: str
    what: str
    text: str = ""


def broken(rules: DispatchRules, known: Known) -> list[Broken]:
    """Tell which rules refer to something that is not there; one that is off is not asked."""
    found: list[Broken] = []
    for each in rules.rules:
        if not each.active:
            continue
        desks = [] if each.then.desk is None else [each.then.desk]
        for what, named, there in (
            ("no_category", each.when.categories, known.categories),
            ("no_district", each.when.districts, known.districts),
            ("no_desk", desks, known.desks),
        ):
            if there is not None:
                found += [Broken(each.code, what, code) for code in named if code not in there]
    return found


@dataclass(frozen=True, slots=True)
class Facts:
    """What of a report the rules look at.

    Attributes
    ----------
    received_at : datetime
        When it came, with offset.
    districts : tuple of str
        Codes of its precinct and beat, by its place; empty while that is not known.
    point : (float, float) or None
        Longitude and latitude in degrees.
    count : int
        How many reports there are of the same thing, this one among them.
    """

    category: str
    received_at: datetime
    districts: tuple[str, ...] = ()
    point: tuple[float, float] | None = None
    count: int = 1
    danger: bool = False


@dataclass(frozen=True, slots=True)
class Dispatch:
    """What is done with a report.

    Attributes
    ----------
    desk : str or None
        None where the cover ladder finds who answers for it.
    """

    response: Response
    priority: int
    desk: str | None = None


@dataclass(frozen=True, slots=True)
class Match:
    """A rule that fitted, and what came of it: nothing where that was so already, or forbidden."""

    rule: DispatchRule
    response: Response | None = None
    priority: int | None = None
    desk: str | None = None


@dataclass(frozen=True, slots=True)
class Judged:
    """What the rules made of a report, and which of them."""

    dispatch: Dispatch
    matches: tuple[Match, ...] = ()
    failed: tuple[Broken, ...] = ()


def judge(
    rules: Iterable[DispatchRule],
    facts: Facts,
    base: Dispatch,
    zone: ZoneInfo,
    skipped: Collection[str] = (),
) -> Judged:
    """Apply rules to a report, in order; a later one has the last word.

    Parameters
    ----------
    rules : iterable of DispatchRule
    facts : Facts
    base : Dispatch
        What its category says.
    zone : ZoneInfo
        The city's.
    skipped : collection of str
        Codes of rules that are broken.
    """
    now, local = base, facts.received_at.astimezone(zone)
    if facts.danger:
        now = replace(now, priority=TOP_PRIORITY)
    matches: list[Match] = []
    failed: list[Broken] = []
    for rule in rules:
        if not rule.active or rule.code in skipped:
            continue
        try:
            if not fits(rule.when, facts, local):
                continue
            match, now = _follow(rule, facts, now)
        except Exception as error:  # noqa: BLE001 - whatever one rule does, the others are applied
            failed.append(Broken(rule.code, "failed", type(error).__name__))
            continue
        matches.append(match)
        if rule.stop:
            break
    return Judged(now, tuple(matches), tuple(failed))


def _follow(rule: DispatchRule, facts: Facts, now: Dispatch) -> tuple[Match, Dispatch]:
    then = rule.then
    response, priority = then.response, then.priority
    if response == now.response or (facts.danger and response not in TO_DANGER):
        response = None
    if priority is not None and (
        priority == now.priority or (priority > now.priority and (facts.danger or not then.lower))
    ):
        priority = None
    desk = then.desk if then.desk != now.desk else None
    if facts.danger and not rule.when.danger:
        # Who made the rule was not thinking of danger: whoever is nearest keeps the report.
        desk = None
    after = Dispatch(response or now.response, priority or now.priority, desk or now.desk)
    return Match(rule, response, priority, desk), after


def fits(when: When, facts: Facts, local: datetime) -> bool:
    """Tell whether a report is what a rule asks for.

    Parameters
    ----------
    when, facts
    local : datetime
        When it came, on the city's clock.
    """
    if when.categories and facts.category not in when.categories:
        return False
    if when.danger is not None and when.danger != facts.danger:
        return False
    if when.count is not None and facts.count < when.count:
        return False
    if (when.weekdays or when.hours is not None) and not _is_then(when, local):
        return False
    return (not when.districts and when.area is None) or _is_there(when, facts)


def _is_there(when: When, facts: Facts) -> bool:
    if any(code in when.districts for code in facts.districts):
        return True
    area = when.drawn
    return area is not None and facts.point is not None and area.covers(*facts.point)


def _is_then(when: When, local: datetime) -> bool:
    day, wall = local.date(), local.time()
    if when.hours is not None:
        since, until = when.hours.times
        if since < until:
            if not since <= wall < until:
                return False
        elif wall < until:
            # The night that began yesterday.
            day -= timedelta(days=1)
        elif wall < since:
            return False
    return not when.weekdays or day.isoweekday() in when.weekdays
