"""Pieces of a text that may name a place which no gazetteer knows yet."""

from collections.abc import Sequence
from dataclasses import dataclass

from geo.cues import HOUSE_WORDS, PREPOSITIONS, breaks, kind_at
from geo.folding import Word, fold, fold_word, stem, words

LONGEST = 3
"""Words of a piece."""

_MOST = 6
_LETTERS = 3
# Before these words a time or a person, as a rule: "до вечора", "від сусіда", "з дитиною".
_NO_PLACE = frozenset(
    fold_word(each)
    for each in ["о", "об", "до", "після", "после", "від", "от", "з", "із", "с", "со", "по"]
)
# What happens at many places names none: "у дворі", "біля будинку", "на вулиці".
_ANYWHERE = frozenset(
    stem(fold(each))
    for each in (
        "двір", "дворі", "двор", "будинок", "будинку", "дом", "дома", "під'їзд", "під'їзду", "подъезд",
        "подъезда", "вулиця", "вулиці", "улица", "улице", "дорога", "дорозі", "дороге", "місто", "місті",
        "город", "городе", "район", "районі", "центр", "центрі", "мене", "меня", "нас", "неї", "нього",
        "нее", "него", "машина", "машині", "машину", "авто", "людина", "людей", "цей", "цьому", "этот",
        "этом", "той", "тому", "місце", "місці", "место", "месте", "квартира", "квартирі", "квартире",
        "сусід", "сусіда", "сосед", "соседа", "ніч", "ночі", "ночь", "ночью", "телефон", "поверх",
        "поверсі", "этаж", "этаже", "час", "часі", "тротуар", "тротуарі", "тротуаре", "перехрестя",
        "перехресті", "перекресток", "перекрестке", "весь", "всю", "який", "яка", "який-то", "какой-то",
    )
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Piece:
    """Words that may name a place.

    Attributes
    ----------
    text : str
        As written, without the preposition.
    is_street : bool
        Whether a word for a kind of street stands before it.
    """

    text: str
    is_street: bool


def pieces(text: str) -> list[Piece]:
    """Return what stands after a preposition or a word for a kind of street, at most six."""
    listed = words(text)
    found: list[Piece] = []
    for at in range(len(listed)):
        kind = kind_at(listed, at)
        if kind is not None:
            start, is_street = kind[1], True
        elif listed[at].folded in PREPOSITIONS and listed[at].folded not in _NO_PLACE:
            start, is_street = at + 1, False
            if kind_at(listed, start) is not None:
                continue
        else:
            continue
        end = _end(listed, start)
        if end > start:
            piece = Piece(text[listed[start].start : listed[end - 1].end], is_street)
            if piece not in found:
                found.append(piece)
    return found[:_MOST]


def _end(listed: Sequence[Word], start: int) -> int:
    end = start
    while end < len(listed) and end - start < LONGEST:
        word = listed[end]
        if word.is_number or word.folded in PREPOSITIONS or word.folded in HOUSE_WORDS:
            break
        if end > start and breaks(word):
            break
        if end == start and (len(word.folded) < _LETTERS or stem(word.folded) in _ANYWHERE):
            break
        end += 1
    return end


def key_of(text: str) -> tuple[str, ...]:
    """Return the stems of a piece: what all its inflected forms share."""
    return tuple(stem(word.folded) for word in words(text) if not word.is_number)


def bare(text: str) -> str:
    """Return a piece of a text without house numbers, prepositions and words for kinds of streets."""
    listed = words(text)
    first, last = 0, len(listed)
    while first < last:
        kind = kind_at(listed, first)
        if kind is not None and kind[1] < last:
            first = kind[1]
        elif listed[first].folded in PREPOSITIONS:
            first += 1
        else:
            break
    end = first
    while end < last and not listed[end].is_number and listed[end].folded not in HOUSE_WORDS:
        end += 1
    return text[listed[first].start : listed[end - 1].end] if end > first else ""
