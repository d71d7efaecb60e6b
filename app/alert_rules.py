"""What may be published of a report: whose words, and of where. Pure."""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import shapely
from pydantic import BaseModel, ConfigDict

from app.categories import Precision
from app.errors import InvalidError

METRES_A_DEGREE = 111_320.0
DIGITS = 6
# The least radius of a circle, by how exactly a category may be shown; others get no circle.
LEAST_RADIUS_M = {Precision.EXACT: 200, Precision.BLOCK: 500}
MOST_RADIUS_M = 20_000
# The middle is moved to a grid of this share of the least radius: the place stays inside the circle.
GRID_SHARE = 0.7
# So many words in a row are no coincidence.
QUOTE_WORDS = 5
_WORD = re.compile(r"\w+")
_REACHED_BY = re.compile(
    r"\+?\d[\d\s()\-]{7,}\d|[\w.+-]+@[\w-]+(?:\.[\w-]+)+|(?<!\w)@\w{4,}|t\.me/\w+", re.IGNORECASE
)
_PSEUDONYM = re.compile(r"\bR-[0-9A-Z]{7}\b")

Ring = list[tuple[float, float]]


class MsgType(StrEnum):
    """What a message does to the ones before it."""

    ALERT = "Alert"
    UPDATE = "Update"
    CANCEL = "Cancel"


class Kind(StrEnum):
    """CAP's categories that police work is about."""

    SAFETY = "Safety"
    SECURITY = "Security"
    RESCUE = "Rescue"
    FIRE = "Fire"
    HEALTH = "Health"
    ENV = "Env"
    TRANSPORT = "Transport"
    INFRA = "Infra"
    MET = "Met"
    OTHER = "Other"


class Urgency(StrEnum):
    """When one has to act."""

    IMMEDIATE = "Immediate"
    EXPECTED = "Expected"
    FUTURE = "Future"
    PAST = "Past"
    UNKNOWN = "Unknown"


class Severity(StrEnum):
    """How great the threat is."""

    EXTREME = "Extreme"
    SEVERE = "Severe"
    MODERATE = "Moderate"
    MINOR = "Minor"
    UNKNOWN = "Unknown"


class Certainty(StrEnum):
    """How sure it is."""

    OBSERVED = "Observed"
    LIKELY = "Likely"
    POSSIBLE = "Possible"
    UNLIKELY = "Unlikely"
    UNKNOWN = "Unknown"


class Says(BaseModel):
    """The words of a message, all of them staff's own."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    language: str
    kind: Kind
    event: str
    urgency: Urgency
    severity: Severity
    certainty: Certainty
    headline: str
    description: str = ""
    instruction: str = ""
    note: str = ""


class AreaKind(StrEnum):
    """What is named as the place."""

    BEAT = "beat"
    PRECINCT = "precinct"
    CIRCLE = "circle"


class Area(BaseModel):
    """Where it is: rings of longitude and latitude, or a circle."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    kind: AreaKind
    desc: str
    rings: list[Ring] = []
    centre: tuple[float, float] | None = None
    radius_m: int | None = None


class NotOwnWordsError(InvalidError):
    """Only your own words are published: no telephone, no name, nothing the citizen wrote."""

    code = "not-own-words"


class TooExactError(InvalidError):
    """The area is smaller than what may be shown of this category."""

    code = "area-too-exact"


def check_words(said: Says, heard: Sequence[str]) -> None:
    """Refuse words that are not staff's own.

    Parameters
    ----------
    said : Says
    heard : sequence of str
        What the citizen wrote.

    Raises
    ------
    NotOwnWordsError
    """
    for field in ("event", "headline", "description", "instruction", "note"):
        words = getattr(said, field)
        if _REACHED_BY.search(words) or _PSEUDONYM.search(words):
            raise NotOwnWordsError(field=field, fault="contact")
        if any(_quotes(words, each) for each in heard):
            raise NotOwnWordsError(field=field, fault="citizens_words")


def _quotes(words: str, heard: str) -> bool:
    said, told = (_WORD.findall(each.casefold()) for each in (words, heard))
    runs = {tuple(told[at : at + QUOTE_WORDS]) for at in range(len(told) - QUOTE_WORDS + 1)}
    return any(
        tuple(said[at : at + QUOTE_WORDS]) in runs for at in range(len(said) - QUOTE_WORDS + 1)
    )


def kinds_of(precision: Precision) -> tuple[AreaKind, ...]:
    """Return what may be named as the place, the most exact last."""
    if precision is Precision.NONE:
        return (AreaKind.PRECINCT,)
    if precision is Precision.BEAT:
        return (AreaKind.PRECINCT, AreaKind.BEAT)
    return (AreaKind.PRECINCT, AreaKind.BEAT, AreaKind.CIRCLE)


def check_kind(kind: AreaKind, precision: Precision) -> None:
    """Refuse an area that tells more than the category's precision.

    Raises
    ------
    TooExactError
    """
    if kind not in kinds_of(precision):
        raise TooExactError(f"Of this category no {kind} may be named")


def circle(lon: float, lat: float, radius_m: int, precision: Precision, desc: str) -> Area:
    """Return a circle with the place in it, but not in its middle.

    The middle lies on a grid, so that the same place always gives the same one: whoever sees it
    published twice learns nothing more.

    Raises
    ------
    TooExactError, InvalidError
    """
    check_kind(AreaKind.CIRCLE, precision)
    least = LEAST_RADIUS_M[precision]
    if radius_m < least:
        raise TooExactError(f"The circle's radius is {least} m at least", least_radius_m=least)
    if radius_m > MOST_RADIUS_M:
        message = f"The circle's radius is {MOST_RADIUS_M} m at most"
        raise InvalidError(message)
    step = least * GRID_SHARE / METRES_A_DEGREE
    row = math.floor(lat / step)
    middle = (row + 0.5) * step
    # By the row's own latitude, so that all of a row have the same columns.
    wide = step / max(0.05, math.cos(math.radians(middle)))
    centre = (math.floor(lon / wide) + 0.5) * wide
    return Area(
        kind=AreaKind.CIRCLE,
        desc=desc,
        centre=(round(centre, DIGITS), round(middle, DIGITS)),
        radius_m=radius_m,
    )


def polygon(kind: AreaKind, geojson: str, desc: str) -> Area:
    """Return a district's outline; a hole in it is filled, as CAP has none."""
    shape = shapely.from_geojson(geojson)
    parts = shape.geoms if isinstance(shape, shapely.MultiPolygon) else [shape]
    rings = [
        [(round(x, DIGITS), round(y, DIGITS)) for x, y in part.exterior.coords] for part in parts
    ]
    return Area(kind=kind, desc=desc, rings=rings)


@dataclass(frozen=True, slots=True)
class Reference:
    """A message that came before."""

    sender: str
    identifier: str
    sent: str

    def __str__(self) -> str:
        return f"{self.sender},{self.identifier},{self.sent}"
