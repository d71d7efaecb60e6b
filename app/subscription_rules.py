"""What a subscriber is told of, and how often it is tried again. Pure."""

import random
from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

FIRST_WAIT_S, FACTOR, LONGEST_WAIT_S = 5.0, 3.0, 6 * 3600.0
# With the waits between them that is about a day.
MOST_ATTEMPTS = 12
JITTER = 0.2
MOST_A_MINUTE = 6
MINUTE = timedelta(minutes=1)


class Event(StrEnum):
    """What somebody can be told of."""

    REPORTED = "reported"
    CLOSED = "closed"
    TEST = "test"


# Of which history a report may become one that somebody wants to hear of.
MAKES_KNOWN = frozenset({"registered", "placed", "amended", "sorted", "alarmed", "rerouted"})
CLOSES = frozenset({"status", "duplicate"})


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a subscription chooses; None is all.

    Attributes
    ----------
    lowest_priority : int, optional
        The least urgent one; 1 is the most urgent.
    """

    categories: Collection[str] | None
    districts: Collection[str] | None
    lowest_priority: int | None
    events: Collection[str]

    def chooses(self, category: str, priority: int) -> bool:
        """Tell whether it is for reports like that, wherever they are."""
        if self.categories is not None and category not in self.categories:
            return False
        return self.lowest_priority is None or priority <= self.lowest_priority

    def is_there(self, precinct: str | None, beat: str | None) -> bool:
        """Tell whether it is for that place."""
        return self.districts is None or not {precinct, beat}.isdisjoint(self.districts)


def wait_s(attempts: int, asked_s: float | None = None) -> float:
    """Return how long to wait after so many attempts.

    Parameters
    ----------
    attempts : int
        Made so far.
    asked_s : float, optional
        How long the receiver asked us to wait.
    """
    wait = min(FIRST_WAIT_S * FACTOR ** (attempts - 1), LONGEST_WAIT_S)
    # So that what failed together does not come back together.
    wait *= 1 + random.uniform(-JITTER, JITTER)  # noqa: S311 - no secret
    return max(wait, min(asked_s or 0.0, LONGEST_WAIT_S))


def split(waiting: int, said_lately: int) -> tuple[int, int]:
    """Tell how many messages are said one by one now, and how many in one summary.

    What is left waits until the minute is over.

    Parameters
    ----------
    waiting : int
    said_lately : int
        Messages of the last minute, summaries too.
    """
    room = max(0, MOST_A_MINUTE - said_lately)
    if waiting <= room:
        return waiting, 0
    if room == 0:
        return 0, 0
    return room - 1, waiting - room + 1
