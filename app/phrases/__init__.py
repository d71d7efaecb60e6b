"""What citizens read, in their own language."""

import re
from collections.abc import Mapping

from app.phrases import en, ru, sorting, talk_en, talk_ru, talk_uk, uk

DEFAULT = "uk"
LANGUAGES = {
    "uk": uk.PHRASES | talk_uk.PHRASES | sorting.UK,
    "ru": ru.PHRASES | talk_ru.PHRASES | sorting.RU,
    "en": en.PHRASES | talk_en.PHRASES | sorting.EN,
}
OWN_NAMES = {"uk": "Українська", "ru": "Русский", "en": "English"}

_UKRAINIAN = re.compile("[іїєґІЇЄҐ]")
_RUSSIAN = re.compile("[ыэёъЫЭЁЪ]")
_CYRILLIC = re.compile("[а-яА-Я]")
_LATIN_WORDS = re.compile(r"[A-Za-z]{3,}\W+[A-Za-z]{2,}")


def phrase(language: str, key: str, **values: object) -> str:
    """Return a phrase in a language, Ukrainian where the language is not ours."""
    return LANGUAGES.get(language, LANGUAGES[DEFAULT])[key].format(**values)


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
