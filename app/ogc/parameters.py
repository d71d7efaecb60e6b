"""Query parameters as OGC API has them: what is unknown or wrong is refused with 400."""

import math
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from fastapi import Request
from shapely.geometry.base import BaseGeometry

from app.errors import BadRequestError
from app.ogc.crs import DEFAULT, Crs, find

DEFAULT_LIMIT = 100
LARGEST_LIMIT = 1_000
LARGEST_OFFSET = 10_000_000
TIME = re.compile(
    r"\d{4}-\d\d-\d\d(?P<time>[Tt ]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d))?", re.ASCII
)
NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", re.ASCII)
OPEN_ENDS = frozenset({"", ".."})
FIRST_MOMENT = datetime.min.replace(tzinfo=UTC)
LAST_MOMENT = datetime.max.replace(tzinfo=UTC)


class ParameterError(BadRequestError):
    """A query parameter is unknown or wrong."""

    code = "parameter"


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of time, both ends included."""

    start: datetime
    end: datetime


class Parameters:
    """The query of one request.

    Parameters
    ----------
    request : Request
    *known : str
        Names that are allowed; `f`, the format, always is.

    Raises
    ------
    ParameterError
        For an unknown name, or one that is given twice.
    """

    def __init__(self, request: Request, *known: str) -> None:
        self.given: dict[str, str] = {}
        allowed = {"f", *known}
        for name, value in request.query_params.multi_items():
            if name not in allowed:
                raise ParameterError(
                    f"There is no parameter {name!r} here; there are: {', '.join(sorted(allowed))}"
                )
            if name in self.given:
                raise ParameterError(f"The parameter {name!r} is given twice")
            self.given[name] = value

    def integer(self, name: str, default: int, least: int, most: int) -> int:
        """Return a whole number; one that is too large counts as the largest allowed."""
        text = self.given.get(name)
        if text is None:
            return default
        if not text.isascii() or not text.isdigit() or int(text[:20]) < least:
            raise ParameterError(f"{name} is a whole number from {least}, not {text!r}")
        return min(int(text[:20]), most)

    def limit(self) -> int:
        """Return how many features are wanted at most."""
        return self.integer("limit", DEFAULT_LIMIT, 1, LARGEST_LIMIT)

    def offset(self) -> int:
        """Return how many features to leave out first."""
        return self.integer("offset", 0, 0, LARGEST_OFFSET)

    def crs(self, name: str, systems: tuple[Crs, ...]) -> Crs:
        """Return the coordinate reference system that a parameter names."""
        uri = self.given.get(name)
        return DEFAULT if uri is None else find(uri, systems)

    def bbox(self, systems: tuple[Crs, ...]) -> BaseGeometry | None:
        """Return the area wanted, in degrees; None when none is named."""
        crs = self.crs("bbox-crs", systems)
        text = self.given.get("bbox")
        if text is None:
            return None
        parts = text.split(",")
        if len(parts) not in {4, 6} or not all(NUMBER.fullmatch(part.strip()) for part in parts):
            raise ParameterError(f"bbox is four or six numbers with commas between, not {text!r}")
        numbers = [float(part) for part in parts]
        if not all(map(math.isfinite, numbers)):
            raise ParameterError("bbox has a number that is too large")
        half = len(numbers) // 2
        (low, high) = (numbers[0], numbers[1]), (numbers[half], numbers[half + 1])
        east_west = 1 if crs.swapped else 0
        if low[1 - east_west] > high[1 - east_west]:
            raise ParameterError("bbox has its lower corner above its upper one")
        if low[east_west] > high[east_west] and crs.authority not in {"OGC:CRS84", "EPSG:4326"}:
            raise ParameterError("bbox has its left side on the right of its right one")
        return crs.box(low, high)

    def datetime(self) -> Span | None:
        """Return the time wanted; None when none is named."""
        text = self.given.get("datetime")
        if text is None:
            return None
        first, slash, last = text.partition("/")
        if not slash:
            return _moment(text)
        if first in OPEN_ENDS and last in OPEN_ENDS:
            return Span(FIRST_MOMENT, LAST_MOMENT)
        start = FIRST_MOMENT if first in OPEN_ENDS else _moment(first).start
        end = LAST_MOMENT if last in OPEN_ENDS else _moment(last).end
        if start > end:
            raise ParameterError("datetime ends before it begins")
        return Span(start, end)


def _moment(text: str) -> Span:
    match = TIME.fullmatch(text)
    try:
        at = datetime.fromisoformat(text.upper().replace(" ", "T")) if match else None
        if match is not None and at is not None and match["time"] is None:
            day = at.replace(tzinfo=UTC)
            return Span(day, day + timedelta(days=1) - timedelta(microseconds=1))
        at = at.astimezone(UTC) if at is not None else None
    except (ValueError, OverflowError):
        at = None
    if at is None:
        raise ParameterError(
            f"datetime is a time such as 2026-05-01T12:00:00Z, or two with / between, not {text!r}"
        )
    return Span(at, at)
