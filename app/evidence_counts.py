"""What is counted of reports: a fact is one report, and all figures are sums over facts.

Every figure is a sum of counters, so those of a city are those of its precincts added up, and
those of a year those of its months. The counters of some reports are one vector of whole numbers;
where each stands in it is said here and nowhere else.
"""

from dataclasses import dataclass
from enum import IntEnum, IntFlag, StrEnum

import numpy as np
from numpy.typing import NDArray

from app.evidence_grid import BUCKETS, bucket_of
from app.workflow import Status

NOT_YET, NEVER = -1, -2
NO_DEADLINE = -1
HOURS = 7 * 24
MOST_STARS = 5

Vector = NDArray[np.int64]
Facts = NDArray[np.void]


class Metric(StrEnum):
    """What the time since a report's receipt is measured to. See docs/evidence.md."""

    ANSWER = "answer"
    ACKNOWLEDGE = "acknowledge"
    ON_SCENE = "on_scene"
    CLOSE = "close"


class Placed(IntEnum):
    """How the first place of a report became known."""

    NOT = 0
    BY_LOCATION = 1
    BY_TEXT = 2
    BY_DESK = 3


class Mark(IntFlag):
    """What else is counted of a report."""

    DUPLICATE = 1
    OFF_TOPIC = 2
    REOPENED = 4
    CORRECTED = 8
    MOVED = 16
    IN_BEAT = 32
    COVERED = 64
    DANGER = 128


# Facts keep the place of a status in this list: another one is added at its end.
STATUSES = (
    Status.REGISTERED,
    Status.AWAITING_PLACE,
    Status.QUEUED,
    Status.ACKNOWLEDGED,
    Status.EN_ROUTE,
    Status.ON_SCENE,
    Status.RESOLVED,
    Status.REDIRECTED,
    Status.WITHDRAWN,
)
_MARKS = {mark: place for place, mark in enumerate(Mark)}
DEADLINES = (Metric.ACKNOWLEDGE, Metric.ON_SCENE)

FACT = np.dtype(
    [
        ("received", "<i8"),
        ("hour", "u1"),
        ("precinct", "<i2"),
        ("category", "<i2"),
        ("source", "<i2"),
        ("officer", "<i4"),
        ("status", "u1"),
        ("placed", "u1"),
        ("marks", "<u2"),
        ("stars", "u1"),
        ("cell", "<i8"),
        *((metric.value, "<i4") for metric in Metric),
        *((f"{metric}_due", "<i4") for metric in DEADLINES),
    ]
)
"""A fact as it is packed: `received` in seconds since 1970, `hour` of the city's week, codes by
number, a duration in seconds or `NOT_YET` or `NEVER`, a deadline in seconds after the receipt or
`NO_DEADLINE`."""


def _layout() -> tuple[dict[str, slice], int]:
    sizes = {
        "reports": 1,
        "status": len(STATUSES),
        "marks": len(Mark),
        "placed": len(Placed),
        "stars": MOST_STARS,
        "hour": HOURS,
    }
    for metric in Metric:
        sizes |= {f"{metric}_waiting": 1, f"{metric}_never": 1, f"{metric}_times": BUCKETS}
    for metric in DEADLINES:
        # In time, late, and neither as yet.
        sizes[f"{metric}_due"] = 3
    places, begin = {}, 0
    for name, size in sizes.items():
        places[name] = slice(begin, begin + size)
        begin += size
    return places, begin


PLACES, LENGTH = _layout()
IN_TIME, LATE, PENDING = range(3)
# A place after all counters, so that what counts in none needs no test of its own.
NOWHERE = LENGTH


def contributions(facts: Facts, now: int) -> NDArray[np.int64]:
    """Return which counters each fact counts in.

    Parameters
    ----------
    facts : array of FACT, shape (n,)
    now : int
        Seconds since 1970; a report that still waits is late when its deadline has passed by then.

    Returns
    -------
    array, shape (k, n)
        Places in the vector; `NOWHERE` where a fact does not count.
    """
    at = {name: place.start for name, place in PLACES.items()}
    found: list[NDArray[np.integer] | int] = [at["reports"]]
    found += [facts[name] + np.int64(at[name]) for name in ("status", "placed", "hour")]
    marks = facts["marks"].copy()
    for mark, number in _MARKS.items():
        found.append(np.where(marks & mark, at["marks"] + number, NOWHERE))
    stars = facts["stars"].astype(np.int64)
    found.append(np.where(stars > 0, at["stars"] + stars - 1, NOWHERE))
    seconds = {metric: facts[metric.value].astype(np.int64) for metric in Metric}
    for metric, of in seconds.items():
        without = np.where(of == NOT_YET, at[f"{metric}_waiting"], at[f"{metric}_never"])
        bucket = at[f"{metric}_times"] + bucket_of(np.maximum(of, 0))
        found.append(np.where(of >= 0, bucket, without))
    age = now - facts["received"]
    for metric in DEADLINES:
        due = facts[f"{metric}_due"].astype(np.int64)
        found.append(_in_time(seconds[metric], due, age, at[f"{metric}_due"]))
    places = np.empty((len(found), len(facts)), np.int64)
    for row, each in zip(places, found, strict=True):
        row[:] = each
    return places


def _in_time(
    seconds: NDArray[np.int64], due: NDArray[np.int64], age: NDArray[np.int64], at: int
) -> NDArray[np.int64]:
    reached = np.where(seconds <= due, at + IN_TIME, at + LATE)
    waiting = np.where(age > due, at + LATE, at + PENDING)
    verdict = np.where(seconds >= 0, reached, waiting)
    return np.where((due == NO_DEADLINE) | (seconds == NEVER), NOWHERE, verdict)


def next_lateness(facts: Facts, now: int) -> int | None:
    """Return when the first of those that wait becomes late; None when time changes nothing."""
    soonest = []
    for metric in DEADLINES:
        due = facts[f"{metric}_due"].astype(np.int64)
        ends = facts["received"] + due
        waits = (facts[metric.value] == NOT_YET) & (due != NO_DEADLINE) & (ends >= now)
        soonest += [int(ends[waits].min())] if waits.any() else []
    return min(soonest, default=None)


def sums(places: NDArray[np.int64], group: NDArray[np.int64], groups: int) -> NDArray[np.int64]:
    """Add up what facts contribute, by group.

    Parameters
    ----------
    places : array, shape (k, n)
        From `contributions`.
    group : array, shape (n,)
        From 0 to `groups` - 1.
    groups : int

    Returns
    -------
    array, shape (groups, LENGTH)
    """
    width = LENGTH + 1
    counted = np.bincount((places + group * width).ravel(), minlength=groups * width)
    return counted.reshape(groups, width)[:, :NOWHERE]


@dataclass(frozen=True, slots=True)
class Counted:
    """Names for the counters of a vector."""

    vector: Vector

    def part(self, name: str) -> Vector:
        """Return the counters of a kind."""
        return self.vector[PLACES[name]]

    def one(self, name: str) -> int:
        """Return a counter that is the only one of its kind."""
        return int(self.vector[PLACES[name].start])

    def status(self, *statuses: Status) -> int:
        """Return how many are of these statuses."""
        counts = self.part("status")
        return sum(int(counts[STATUSES.index(status)]) for status in statuses)

    def mark(self, mark: Mark) -> int:
        """Return how many have a mark."""
        return int(self.part("marks")[_MARKS[mark]])
