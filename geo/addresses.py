"""What a text says of places: names of the gazetteer, with the kinds and house numbers round them.

There is no grammar of addresses. Names are found wherever they stand; what stands round a name
tells whether a place is meant at all, and which.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from geo.cues import (
    COMMON,
    CROSSING,
    HOUSE_WORDS,
    JOINING,
    NUMBERED,
    PARTS,
    PERSONS,
    PREPOSITIONS,
    UNITS,
    breaks,
    is_counted,
    kind_at,
    kind_before,
)
from geo.folding import Word, fold_word, stem, words
from geo.house_in_text import house_near
from geo.house_number import HouseNumber
from geo.names import Hit, NameIndex, Thing, is_ordinal_word
from geo.street_words import GLUED, StreetKind

LONGEST = 4_000
"""Characters; what comes after them is not looked at."""

_WORDS_OF_JOINT = 3
_SHORT_TEXT = 5
_DATE_WORDS = 2
_GLUE_REST = 4
_LONG_NAME = 5
_JOINTS = frozenset(["/", "\\", "-", "–", "—", "+", "&", "*", "×", "x", "х", "→", "->", ">"])

_SPACES = re.compile(r"[^\S\n]+")
BETWEEN_STREETS = JOINING | CROSSING | PREPOSITIONS


@dataclass(frozen=True, slots=True)
class Mention:
    """A name in a text.

    Attributes
    ----------
    hits : tuple of Hit
        All places that the same words may name.
    start, end : int
        Words, as for a slice: the name with its kind and house.
    kind : StreetKind or None
        As it is said.
    house : HouseNumber or None
    trust : float
        0 to 1: how surely a place is meant.
    """

    hits: tuple[Hit, ...]
    start: int
    end: int
    kind: StreetKind | None = None
    house: HouseNumber | None = None
    trust: float = 0.0

    @property
    def is_street(self) -> bool:
        """Whether it may name a street."""
        return any(hit.entry.thing.kind == "street" for hit in self.hits)


@dataclass(frozen=True, slots=True)
class Reading:
    """What was found in a text.

    Attributes
    ----------
    mentions : list of Mention
        In the order of the text.
    joined : set of int
        Positions of mentions that the text joins with the next as a crossing.
    """

    text: str
    words: list[Word]
    mentions: list[Mention] = field(default_factory=list)
    joined: set[int] = field(default_factory=set)

    def piece(self, start: int, end: int) -> str:
        """Return the text of some words, given as for a slice."""
        return self.text[self.words[start].start : self.words[end - 1].end]


def read(text: str, names: NameIndex) -> Reading:
    """Find the places that a text mentions.

    Parameters
    ----------
    text : str
        Of any length and in any language.
    names : NameIndex
    """
    text = _SPACES.sub(" ", text)[:LONGEST]
    listed = _unglued(words(text), names)
    reading = Reading(text, listed)
    at = 0
    while at < len(listed):
        hits = names.at(listed, at)
        if listed[at].is_number or is_ordinal_word(listed[at].folded):
            hits = [hit for hit in hits if _is_numbered_name(listed, hit)]
        if hits:
            mention = _mention(text, listed, hits, names)
            reading.mentions.append(mention)
            at = max(mention.end, hits[0].end)
        else:
            at += 1
    _add_misspelt(text, reading, names)
    _join(reading)
    for number, mention in enumerate(reading.mentions):
        reading.mentions[number] = replace(mention, trust=_trust(listed, mention))
    return reading


def _is_numbered_name(listed: Sequence[Word], hit: Hit) -> bool:
    """Tell whether a name that begins with a number is meant: "9 Мая" is a day, too."""
    # "1 мая 60 проспект"
    after = hit.end + (hit.end < len(listed) and listed[hit.end].is_number)
    is_called = kind_before(listed, hit.start) is not None or kind_at(listed, after) is not None
    if is_called or hit.entry.thing.kind == "landmark":
        return True
    is_date = listed[hit.end - 1].folded in UNITS
    return hit.end - hit.start > 1 and (not is_date or hit.end - hit.start > _DATE_WORDS)


def _unglued(listed: list[Word], names: NameIndex) -> list[Word]:
    found = []
    for word in listed:
        head = next(
            (
                each
                for each in GLUED
                if word.folded.startswith(each)
                and len(word.folded) - len(each) >= _GLUE_REST
                and names.at([_tail(word, len(each))], 0)
            ),
            None,
        )
        if head is None or names.at([word], 0):
            found.append(word)
        else:
            tail = _tail(word, len(head))
            split = tail.start
            first = word.text[: split - word.start]
            found += [Word(first, fold_word(first), word.start, split, word.between), tail]
    return found


def _tail(word: Word, letters: int) -> Word:
    text = word.text[letters:]
    return Word(text, fold_word(text), word.start + letters, word.end, "")


def _breaks_at(listed: Sequence[Word], at: int) -> bool:
    return at >= len(listed) or breaks(listed[at])


def _mention(text: str, listed: Sequence[Word], hits: list[Hit], names: NameIndex) -> Mention:
    end = hits[0].end
    same = [hit for hit in hits if hit.end == end]
    if not all(hit.entry.is_short for hit in same):
        same = [hit for hit in same if not hit.entry.is_short]
    start, kind = hits[0].start, None
    before = kind_before(listed, start)
    if before is not None:
        kind, start = before
    else:
        after = kind_at(listed, end)
        if after is not None and not breaks(listed[end]):
            kind, end = after
    unique: dict[Thing, Hit] = {}
    for hit in same:
        unique.setdefault(hit.entry.thing, hit)
    mention = Mention(tuple(unique.values()), start, end, kind)
    if not mention.is_street:
        return mention
    house, first, last = house_near(text, listed, start, end)
    if house is not None and kind is None and last > end and not _breaks_at(listed, last):
        # "Мира 45 проспект"; but in "Мира 45 ул. Артема 5" it is said of the next.
        after = kind_at(listed, last)
        if after is not None and (_breaks_at(listed, after[1]) or not names.at(listed, after[1])):
            kind, last = after
            mention = replace(mention, kind=kind)
    return replace(mention, start=min(start, first), end=last, house=house)


def _is_of_person(listed: Sequence[Word], at: int) -> bool:
    return at > 0 and not breaks(listed[at]) and stem(listed[at - 1].folded) in PERSONS


def _trust(  # noqa: C901, PLR0911 - rules, the first that fits
    listed: Sequence[Word], mention: Mention
) -> float:
    hit = mention.hits[0]
    name = listed[hit.start : hit.end]
    if hit.edits:
        return 0.8
    if mention.kind is not None:
        return 1.0
    is_common = len(name) == 1 and any(
        hit.entry.stems[0] in COMMON for hit in mention.hits if len(hit.entry.stems) == 1
    )
    if not mention.is_street:
        return 0.9 if not is_common else 0.6
    before = listed[mention.start - 1] if mention.start else None
    if _is_of_person(listed, mention.start):
        return 0.3
    is_after_preposition = (
        before is not None and before.folded in PREPOSITIONS and not breaks(listed[mention.start])
    )
    if mention.house is not None and is_counted(listed, mention.end) and not is_after_preposition:
        return 0.3 if is_common else 0.75
    if mention.house is not None:
        return 0.95 if not is_common or hit.is_exact or is_after_preposition else 0.7
    if len(listed) <= hit.end - hit.start + 1 and (
        is_after_preposition or len(listed) == len(name)
    ):
        return 0.9
    if before is not None and before.folded in CROSSING:
        return 0.9
    is_capital = name[0].is_capital and mention.start > 0
    if is_after_preposition and (not is_common or (is_capital and hit.is_exact)):
        return 0.85 if is_capital or len(name[0].folded) > _LONG_NAME else 0.6
    if is_capital and not is_common and (len(name) > 1 or hit.is_exact):
        return 0.6
    return 0.2


def _add_misspelt(text: str, reading: Reading, names: NameIndex) -> None:
    """Look once more, letter by letter, where a street must be named and none was found."""
    listed = reading.words
    taken = {at for each in reading.mentions for at in range(each.start, each.end)}
    for at, word in enumerate(listed):
        if at in taken or word.is_number or len(word.folded) < _LONG_NAME:
            continue
        if word.folded in HOUSE_WORDS | NUMBERED or kind_at(listed, at) is not None:
            continue
        is_street = kind_before(listed, at) is not None or (
            at + 1 < len(listed) and at + 1 not in taken and kind_at(listed, at + 1) is not None
            and not breaks(listed[at + 1])
        )  # fmt: skip
        house, _, end = house_near(text, listed, at, at + 1)
        is_numbered = house is not None and end > at + 1
        # In a long text a street begins a clause, or a part of its house is named, too.
        is_likely = (
            word.is_capital
            or len(listed) <= _SHORT_TEXT
            or at == 0
            or breaks(word)
            or listed[at - 1].folded in PREPOSITIONS
            or (end + 1 < len(listed) and listed[end].folded in PARTS and listed[end + 1].is_number)
        )
        may_be = is_street or (is_numbered and is_likely)
        hits = names.like(listed, at) if may_be else []
        if hits:
            mention = _mention(text, listed, hits, names)
            reading.mentions.append(mention)
            taken.update(range(mention.start, mention.end))
    reading.mentions.sort(key=lambda each: each.start)


def _join(reading: Reading) -> None:
    """Note which neighbouring streets are said to meet."""
    listed = reading.words
    for number, (one, other) in enumerate(
        zip(reading.mentions, reading.mentions[1:], strict=False)
    ):
        if one.house is not None or other.house is not None:
            continue
        if not (one.is_street and other.is_street):
            continue
        gap = listed[one.end : other.start]
        between = {word.folded for word in gap}
        mark = listed[other.start].between.strip() if other.start < len(listed) else ""
        if len(gap) > _WORDS_OF_JOINT or not between <= BETWEEN_STREETS:
            continue
        lead = listed[max(0, one.start - 3) : one.start]
        tail = listed[other.end : other.end + 2]
        said = between & CROSSING or any(word.folded in CROSSING for word in (*lead, *tail))
        if said or between & JOINING or (not gap and mark in _JOINTS):
            reading.joined.add(number)
