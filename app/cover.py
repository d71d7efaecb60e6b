"""Who answers for a report: the ladder from the beat's officer to the city desk.

A pure function over a snapshot, so that every rung can be tested without a database.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

CITY_DESK = "city"


class Rung(StrEnum):
    """The step of the ladder at which an owner was found, or the person who chose one."""

    PRIMARY = "primary"
    DEPUTY = "deputy"
    PRECINCT_DESK = "precinct_desk"
    CITY_DESK = "city_desk"
    TAKEN = "taken"
    BY_HAND = "by_hand"


@dataclass(frozen=True, slots=True)
class Posted:
    """An officer posted to the beat, as things stand at one instant."""

    officer_id: int
    officer: str
    name: str
    rank: str | None
    kind: str
    on_shift: bool
    reception: str | None = None


@dataclass(frozen=True, slots=True)
class Assignment:
    """An owner and how the ladder came to it.

    Attributes
    ----------
    officer : Posted or None
    desk : str or None
        A precinct's code, or ``city``. Exactly one of the two is given.
    rung : Rung
    skipped : tuple of dict
        ``{"officer": code or None, "why": "vacant" | "off_shift"}`` for each rung passed over.
    """

    officer: Posted | None
    desk: str | None
    rung: Rung
    skipped: tuple[dict[str, str | None], ...] = ()


def climb(precinct: str | None, beat: str | None, posted: Sequence[Posted]) -> Assignment:
    """Find the owner of a report in a beat.

    Parameters
    ----------
    precinct, beat : str or None
        None where the place is unknown or in no district.
    posted : sequence of Posted
        Officers posted to the beat.
    """
    if precinct is None:
        return Assignment(None, CITY_DESK, Rung.CITY_DESK)
    skipped: list[dict[str, str | None]] = []
    if beat is not None:
        for rung in (Rung.PRIMARY, Rung.DEPUTY):
            holders = sorted((p for p in posted if p.kind == rung.value), key=lambda p: p.officer)
            for holder in holders:
                if holder.on_shift:
                    return Assignment(holder, None, rung, tuple(skipped))
                skipped.append({"officer": holder.officer, "why": "off_shift"})
            if rung is Rung.PRIMARY and not holders:
                skipped.append({"officer": None, "why": "vacant"})
    return Assignment(None, precinct, Rung.PRECINCT_DESK, tuple(skipped))
