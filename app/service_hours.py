"""Opening hours as OpenStreetMap writes them: read, told in words, open now or not."""

import re
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from opening_hours import OpeningHours, ParserError  # type: ignore[attr-defined]

DAYS = ("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su")
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
WORDS = {
    "uk": {
        **dict(zip(DAYS, ("пн", "вт", "ср", "чт", "пт", "сб", "нд"), strict=True)),
        **dict(
            zip(
                MONTHS,
                (
                    "січ",
                    "лют",
                    "бер",
                    "квіт",
                    "трав",
                    "черв",
                    "лип",
                    "серп",
                    "вер",
                    "жовт",
                    "лист",
                    "груд",
                ),
                strict=True,
            )
        ),
        "PH": "свята",
        "off": "вихідний",
        "closed": "вихідний",
        "24/7": "цілодобово",
    },
    "ru": {
        **dict(zip(DAYS, ("пн", "вт", "ср", "чт", "пт", "сб", "вс"), strict=True)),
        **dict(
            zip(
                MONTHS,
                (
                    "янв",
                    "фев",
                    "мар",
                    "апр",
                    "май",
                    "июнь",
                    "июль",
                    "авг",
                    "сен",
                    "окт",
                    "ноя",
                    "дек",
                ),
                strict=True,
            )
        ),
        "PH": "праздники",
        "off": "выходной",
        "closed": "выходной",
        "24/7": "круглосуточно",
    },
    "en": {"PH": "public holidays", "off": "closed", "24/7": "around the clock"},
}
_WORD = re.compile(r"24/7|\b(?:" + "|".join([*DAYS, *MONTHS, "PH", "off", "closed"]) + r")\b")
MIDNIGHT = (0, 0)


class HoursError(ValueError):
    """The text is no opening hours."""


@dataclass(frozen=True, slots=True)
class OpenNow:
    """Whether it is open, and until when that stays so.

    Attributes
    ----------
    until : datetime or None
        In the zone asked for; None where it never changes.
    """

    is_open: bool
    until: datetime | None


def check(hours: str) -> None:
    """Raise HoursError when a text is no opening hours."""
    _read(hours, "UTC")


@lru_cache(maxsize=512)
def _read(hours: str, zone: str) -> OpeningHours:
    try:
        return OpeningHours(hours, timezone=ZoneInfo(zone), auto_country=False, auto_timezone=False)
    except ParserError as error:
        raise HoursError(str(error).splitlines()[0]) from error


def open_at(hours: str, now: datetime, zone: ZoneInfo) -> OpenNow:
    """Tell whether it is open at a time, by the clocks of a zone.

    Raises
    ------
    HoursError
    """
    read = _read(hours, zone.key)
    local = now.astimezone(zone)
    changes = read.next_change(local)
    return OpenNow(read.is_open(local), changes.astimezone(zone) if changes else None)


def in_words(hours: str, language: str) -> str:
    """Return opening hours in words of a language."""
    words = WORDS.get(language, WORDS["uk"])
    text = _WORD.sub(lambda found: words.get(found[0], found[0]), hours)
    return text.replace("-", "–").replace(";", "; ").replace("  ", " ").strip()
