"""What is wrong with a roster file, in every language."""

from collections.abc import Mapping
from datetime import datetime
from types import ModuleType
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from app.city_time import write_time
from app.phrases import roster_en, roster_ru, roster_uk

LANGUAGES: dict[str, ModuleType] = {"uk": roster_uk, "ru": roster_ru, "en": roster_en}
LONGEST_SHOWN = 60


class FaultLike(Protocol):
    """What `app.roster_csv.Fault` has."""

    @property
    def kind(self) -> str:
        """A key of the phrases."""

    @property
    def values(self) -> Mapping[str, Any]:
        """What they name."""


def fault_words(fault: FaultLike, zone: ZoneInfo) -> dict[str, str]:
    """Say a fault in every language."""
    return {language: _say(fault, words, zone) for language, words in LANGUAGES.items()}


def _say(fault: FaultLike, words: ModuleType, zone: ZoneInfo) -> str:
    faults: Mapping[str, str] = words.FAULTS
    values = {name: _shown(value, zone) for name, value in fault.values.items()}
    since, until = (fault.values.get(name) for name in ("since", "until"))
    if isinstance(since, datetime):
        end = values["until"] if until is not None else str(words.NO_END)
        values["period"] = f"{values['since']} – {end}"
    if "other" in values:
        there = str(words.LINE).format(line=values["other"])
        values["place"] = there if fault.values["other"] else str(words.IN_ROSTER)
    if fault.kind == "bad_characters" and not values.get("column"):
        values["column"] = "?"
    return faults[fault.kind].format(**values)


def _shown(value: Any, zone: ZoneInfo) -> str:
    if isinstance(value, datetime):
        return write_time(value, zone)
    text = str(value)
    return text if len(text) <= LONGEST_SHOWN else f"{text[: LONGEST_SHOWN - 1]}…"
