"""What citizens read, in their own language."""

import re
from collections.abc import Mapping

from app.phrases import (
    dispatch,
    en,
    incidents,
    keeping,
    public,
    ru,
    services,
    sorting,
    subscriptions,
    talk_en,
    talk_ru,
    talk_uk,
    uk,
)

DEFAULT = "uk"
# Those that keep all languages of one subject together.
PARTS = (dispatch, incidents, keeping, public, services, sorting, subscriptions)


def _all(*parts: Mapping[str, str]) -> dict[str, str]:
    return {key: words for part in parts for key, words in part.items()}


LANGUAGES = {
    "uk": _all(uk.PHRASES, talk_uk.PHRASES, *(part.UK for part in PARTS)),
    "ru": _all(ru.PHRASES, talk_ru.PHRASES, *(part.RU for part in PARTS)),
    "en": _all(en.PHRASES, talk_en.PHRASES, *(part.EN for part in PARTS)),
}
OWN_NAMES = {"uk": "Українська", "ru": "Русский", "en": "English"}

_UKRAINIAN = re.compile("[іїєґІЇЄҐ]")
_RUSSIAN = re.compile("[ыэёъЫЭЁЪ]")
_CYRILLIC = re.compile("[а-яА-Я]")
_LATIN_WORDS = re.compile(r"[A-Za-z]{3,}\W+[A-Za-z]{2,}")


def phrase(language: str, key: str, **values: object) -> str:
    """Return a phrase in a language, Ukrainian where the language is not ours."""
    return LANGUAGES.get(language, LANGUAGES[DEFAULT])[key].format(**values)


def counted(language: str, key: str, n: int) -> str:
    """Return a phrase about a number of things, in the form that the language has for it."""
    form = "many"
    if language == "en":
        form = "one" if n == 1 else "many"
    elif n % 10 == 1 and n % 100 != 11:  # noqa: PLR2004 - 11 is said as 12 is
        form = "one"
    elif n % 10 in {2, 3, 4} and n % 100 not in {12, 13, 14}:
        form = "few"
    return phrase(language, f"{key}_{form}", n=n)


def local_name(names: Mapping[str, str], language: str, otherwise: str) -> str:
    """Return a district's name in a language, or the nearest there is."""
    for choice in (language, DEFAULT, *names):
        if names.get(choice):
            return names[choice]
    return otherwise


def language_of_text(text: str) -> str | None:
    """Tell the language from letters that only one of ours has.

    Returns
    -------
    str or None
        None where the letters do not tell: many words are spelt alike in Ukrainian and Russian.
    """
    if _UKRAINIAN.search(text):
        return "uk"
    if _RUSSIAN.search(text):
        return "ru"
    if not _CYRILLIC.search(text) and _LATIN_WORDS.search(text):
        return "en"
    return None


def first_language(code: str | None, offered: tuple[str, ...]) -> str:
    """Choose a language for somebody whose Telegram speaks ``code``."""
    wanted = (code or "").split("-")[0].lower()
    return wanted if wanted in offered else offered[0]
