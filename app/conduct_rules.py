"""What follows from being rude: first a word, then slower answers, then silence for a while."""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

# A strike of a moment ago still counts in full.
DIGITS = 1


class Level(StrEnum):
    """How somebody is dealt with."""

    NONE = "none"
    WARNED = "warned"
    SLOW = "slow"
    MUTED = "muted"


@dataclass(frozen=True, slots=True)
class ConductRules:
    """When what follows, and for how long.

    Attributes
    ----------
    half_life : timedelta
        After so long a strike counts half.
    warned_at, slow_at, muted_at : float
        Strikes.
    slow_for, muted_for : timedelta
    delay : timedelta
        How much later a slow person is answered.
    """

    half_life: timedelta = timedelta(days=14)
    warned_at: float = 1.0
    slow_at: float = 3.0
    muted_at: float = 5.0
    slow_for: timedelta = timedelta(hours=24)
    muted_for: timedelta = timedelta(days=7)
    delay: timedelta = timedelta(seconds=60)


def score(strikes: Iterable[datetime], now: datetime, rules: ConductRules) -> float:
    """Add up strikes, each counting for less the longer ago it was."""
    ages = (max(now - at, timedelta()) / rules.half_life for at in strikes)
    return round(math.fsum(math.exp2(-age) for age in ages), DIGITS)


def level_of(strikes: float, rules: ConductRules) -> Level:
    """Tell what so many strikes lead to."""
    if strikes >= rules.muted_at:
        return Level.MUTED
    if strikes >= rules.slow_at:
        return Level.SLOW
    return Level.WARNED if strikes >= rules.warned_at else Level.NONE


def lasts(level: Level, rules: ConductRules) -> timedelta | None:
    """Return how long a measure lasts; None for one that is said and done."""
    return {Level.SLOW: rules.slow_for, Level.MUTED: rules.muted_for}.get(level)
