"""Names that staff give to places: checked, and written as what differs from the files."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from app.errors import InvalidError
from app.gazetteer_corrections import Body, names_as_json, read_names
from app.gazetteer_entries import Stands, now
from geo.cues import HOUSE_WORDS, PREPOSITIONS, kind_at
from geo.folding import words
from geo.gazetteer import Name, NameKind

LONGEST = 80
_MOST_WORDS = 8
_LETTERS = 3


@dataclass(frozen=True, slots=True)
class NameEdit:
    """Which names shall be different.

    Attributes
    ----------
    added : tuple of Name
    removed : tuple of str
        As they are written.
    name : mapping of str to str or None
        By language, with "uk": what the place is called today.
    keeps_former : bool
        Whether it goes on answering to its name before that.
    """

    added: tuple[Name, ...] = ()
    removed: tuple[str, ...] = ()
    name: Mapping[str, str] | None = None
    keeps_former: bool = True


def checked_name(text: str) -> str:
    """Return a name with single spaces.

    Raises
    ------
    InvalidError
        Where no place could be found by it, or too many would be.
    """
    name = " ".join(text.split())
    listed = words(name)
    if not listed or len(name) > LONGEST or len(listed) > _MOST_WORDS:
        message = f"A name has one to {_MOST_WORDS} words and at most {LONGEST} letters"
        raise InvalidError(message, fault="length")
    telling = [
        word
        for at, word in enumerate(listed)
        if word.is_number
        or (
            len(word.text) >= _LETTERS
            and word.folded not in PREPOSITIONS | HOUSE_WORDS
            and kind_at(listed, at) is None
        )
    ]
    if all(word.is_number for word in telling):
        raise InvalidError(f"Nobody would be understood by {name!r} alone", fault="says_nothing")
    return name


def names_of_new(name: Mapping[str, str], aliases: tuple[str, ...]) -> list[Name]:
    """Return the names of a landmark that staff add."""
    names = [Name(checked_name(text), language) for language, text in name.items() if text]
    return names + [Name(checked_name(each), None, NameKind.ALIAS) for each in aliases]


def body_with_names(entry: Stands, wanted: NameEdit) -> Body:
    """Return an entry's correction with names changed.

    Raises
    ------
    InvalidError
    """
    body = dict(entry.body_of(""))
    if wanted.name is not None:
        _rename(entry, body, wanted)
    for text in wanted.removed:
        _remove(entry, body, text)
    for name in wanted.added:
        _add(entry, body, name)
    return {key: value for key, value in body.items() if value not in ([], {})}


def _rename(entry: Stands, body: dict[str, Any], wanted: NameEdit) -> None:
    name = {
        language: checked_name(text)
        for language, text in (wanted.name or {}).items()
        if text and text.strip()
    }
    if "uk" not in name:
        raise InvalidError("A place needs its name in Ukrainian", fault="no_name")
    before: Mapping[str, str] = body.get("name", {})
    if dict(before) == name:
        return
    added = list(body.get("added", ()))
    if wanted.keeps_former:
        known = {each["text"] for each in added} | set(name.values())
        former = [
            Name(text, language, NameKind.FORMER)
            for language, text in before.items()
            if text not in known
        ]
        added += names_as_json(former)
    body["added"] = [each for each in added if each["text"] not in name.values()]
    body["removed"] = [each for each in body.get("removed", ()) if each not in name.values()]
    as_in_files = {
        each.language: each.text for each in entry.base.names if each.kind is NameKind.TODAY
    }
    if name == {language: as_in_files.get(language) for language in name}:
        body.pop("name", None)
        body.pop("keeps_former", None)
    else:
        body["name"] = name
        body["keeps_former"] = wanted.keeps_former


def _remove(entry: Stands, body: dict[str, Any], text: str) -> None:
    names = [each for each in now(entry, body).names if each.text == text]
    if not names:
        raise InvalidError(f"It is not called {text!r}", fault="no_such_name")
    if any(each.kind is NameKind.TODAY for each in names):
        raise InvalidError("Today's name is not removed: rename it", fault="todays_name")
    added = body.get("added", [])
    body["added"] = [each for each in added if each["text"] != text]
    if any(each.text == text for each in entry.base.names):
        body["removed"] = [*body.get("removed", []), text]


def _add(entry: Stands, body: dict[str, Any], name: Name) -> None:
    text = checked_name(name.text)
    removed = list(body.get("removed", ()))
    if text in removed:
        body["removed"] = [each for each in removed if each != text]
        return
    if any(each.text.lower() == text.lower() for each in now(entry, body).names):
        raise InvalidError(f"It is called {text!r} already", fault="has_name")
    added = read_names(body.get("added", ()))
    body["added"] = names_as_json([*added, Name(text, name.language, name.kind)])
