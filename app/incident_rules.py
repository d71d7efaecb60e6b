"""When two reports are one incident, and how it can be told why.

Pure: how near they are in space, in time and in words is measured elsewhere.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from app.categories import LOWEST_PRIORITY, TOP_PRIORITY, UNSORTED, Category, Duplicates, RuleSet

# Up to so many times the limits, somebody is asked whether it is the same.
MAYBE_TIMES = 2.0
# So many times its limit after the first report of it an incident takes on no more by itself.
LASTS_TIMES = 4
# Words alone, without a place: only so alike that somebody had better look.
MAYBE_LIKENESS = 0.35
# The same words, whatever they were taken for.
SAME_WORDS = 0.6
# Whoever writes again so soon means the same thing.
AGAIN_MINUTES = 15.0
# A crowd is no life in danger: the top is for those.
RAISED_TO = TOP_PRIORITY + 1
UNKNOWN = 0.5


class Verdict(StrEnum):
    """Whether two reports are one incident."""

    SAME = "same"
    MAYBE = "maybe"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Near:
    """How near a report is to an incident.

    Attributes
    ----------
    distance_m : float or None
        None where one of them has no place.
    vague_m : float
        How far off either of the places may be.
    minutes : float
        Between the report and the last one of the incident before it.
    since_first : float
        Minutes between it and the incident's first one.
    likeness : float or None
        Of the words, 0 to 1; None where one of them has none.
    same_person : bool
    """

    distance_m: float | None
    vague_m: float
    minutes: float
    since_first: float
    likeness: float | None
    same_person: bool = False


@dataclass(frozen=True, slots=True)
class Judged:
    """What was found, and how sure, 0 to 1."""

    verdict: Verdict
    score: float
    why: dict[str, Any]


def related(rules: RuleSet, code: str) -> frozenset[str]:
    """Return the categories that an incident of this one may be taken for, itself among them."""
    category = rules.by_code.get(code)
    own = set(category.duplicates.also) if category else set()
    others = {each.code for each in rules.categories if code in each.duplicates.also}
    return frozenset({code} | own | others)


def limits(one: Category, other: Category) -> Duplicates:
    """Return how near reports of two categories must be: the stricter of each."""
    first, second = one.duplicates, other.duplicates
    if UNSORTED in {one.code, other.code}:
        # What is not known to be the same thing is for somebody to look at.
        return (second if one.code == UNSORTED else first).model_copy(update={"automatic": False})
    return Duplicates(
        automatic=first.automatic and second.automatic,
        radius_m=min(first.radius_m, second.radius_m),
        minutes=min(first.minutes, second.minutes),
        likeness=max(first.likeness, second.likeness),
    )


def judge(near: Near, one: Category, other: Category, *, is_related: bool) -> Judged:
    """Tell whether a report is of an incident.

    Parameters
    ----------
    near : Near
    one, other : Category
        Of the report, and of the incident's first one.
    is_related : bool
        Whether the categories may be of one incident, see `related`.
    """
    within = limits(one, other)
    score = _score(near, within, is_known=is_related)
    why = {
        "distance_m": None if near.distance_m is None else round(near.distance_m),
        "minutes": round(near.minutes),
        "likeness": None if near.likeness is None else round(near.likeness, 2),
        "category": other.code,
        "same_category": one.code == other.code,
        "same_person": near.same_person,
        "score": score,
    }
    if _says_it_again(near, within, is_related=is_related):
        return Judged(Verdict.SAME, score, why)
    if is_related and within.automatic and _is_within(near, within):
        return Judged(Verdict.SAME, score, why)
    known = is_related or UNSORTED in {one.code, other.code}
    verdict = Verdict.MAYBE if _may_be(near, within, known=known) else Verdict.OTHER
    return Judged(verdict, score, why)


def _says_it_again(near: Near, within: Duplicates, *, is_related: bool) -> bool:
    if not near.same_person or near.minutes > AGAIN_MINUTES:
        return False
    if near.distance_m is None or near.distance_m > within.radius_m:
        return False
    alike = near.likeness or 0.0
    return alike >= SAME_WORDS or (is_related and alike >= within.likeness)


def _is_within(near: Near, within: Duplicates) -> bool:
    if near.distance_m is None or near.distance_m > within.radius_m:
        return False
    if near.vague_m > within.radius_m or near.minutes > within.minutes:
        return False
    if near.since_first > LASTS_TIMES * within.minutes:
        return False
    # Who only shares a place and a photo has said nothing that speaks against it.
    return near.likeness is None or near.likeness >= within.likeness


def _may_be(near: Near, within: Duplicates, *, known: bool) -> bool:
    if near.minutes > MAYBE_TIMES * within.minutes:
        return False
    alike = near.likeness or 0.0
    if near.distance_m is None:
        return known and alike >= MAYBE_LIKENESS
    if near.distance_m > MAYBE_TIMES * within.radius_m + near.vague_m:
        return False
    return known or alike >= SAME_WORDS


def _score(near: Near, within: Duplicates, *, is_known: bool) -> float:
    """Weigh place, time and words alike; at twice the limit nothing speaks for it any more."""
    space = UNKNOWN
    if near.distance_m is not None:
        space = max(0.0, 1 - near.distance_m / (MAYBE_TIMES * within.radius_m))
    time = max(0.0, 1 - near.minutes / (MAYBE_TIMES * within.minutes))
    alike = UNKNOWN if near.likeness is None else near.likeness
    score = (space + time + alike) / 3
    return round(score if is_known else score * UNKNOWN, 3)


def steps(crowd: tuple[int, ...], people: int) -> int:
    """Return how many steps more urgent an incident is that so many people tell of."""
    return sum(people >= each for each in crowd)


def raised(priority: int, by: int) -> int:
    """Return a priority raised by some steps; a crowd alone never makes it the top one."""
    return (
        priority if priority <= RAISED_TO else max(RAISED_TO, min(priority, LOWEST_PRIORITY) - by)
    )
