"""The number of a house as it stands round the name of a street, and what only looks like one."""

from collections.abc import Sequence

from geo.cues import CLOCK, HOUSE_WORDS, HOUSES, PARTS, PREPOSITIONS, breaks, is_unit
from geo.folding import Word
from geo.house_number import HouseNumber, read_house
from geo.numerals import spoken

_LARGEST_BARE = 599
_WORDS_TO_HOUSE = 3
_PHONE_GROUPS = 3
_MOST_PARTS = 20
_MOST_LISTED = 4
_PAIR = 2
_LISTING = frozenset(("и", "та", "или", "чи", "або"))

BEFORE_HOUSE = PREPOSITIONS | HOUSE_WORDS


def house_near(
    text: str, listed: Sequence[Word], start: int, end: int
) -> tuple[HouseNumber | None, int, int]:
    """Read the house number after a name, or before it: "дом 24 по ул. Артема".

    Returns
    -------
    house : HouseNumber or None
    start, end : int
        Words, as for a slice: the name with its house.
    """
    at, is_named = _after_house_words(listed, end)
    is_named = is_named or _is_house_said(listed, at)
    found = _number(text, listed, at, is_named=is_named)
    if found is not None and (is_named or at == end):
        return found[0], start, found[1]
    first = start - 1
    while first >= 0 and start - first <= _WORDS_TO_HOUSE + 1 and not listed[first].is_number:
        if listed[first].folded not in BEFORE_HOUSE:
            return None, start, end
        first -= 1
    if first < 0 or start - first > _WORDS_TO_HOUSE + 1 or not listed[first].is_number:
        return None, start, end
    if not _is_house_said_before(listed, first):
        return None, start, end
    found = _number(text, listed, first, is_named=True)
    return (found[0], first, end) if found is not None else (None, start, end)


def _after_house_words(listed: Sequence[Word], end: int) -> tuple[int, bool]:
    at, is_named = end, False
    while at < len(listed) and at - end <= _WORDS_TO_HOUSE and not listed[at].is_number:
        if "\n" in listed[at].between and at > end:
            break
        if listed[at].folded in HOUSE_WORDS:
            is_named = True
        elif listed[at].folded not in PREPOSITIONS:
            break
        at += 1
    return at, is_named


def _is_house_said_before(listed: Sequence[Word], number: int) -> bool:
    before = number
    for _ in range(_MOST_LISTED):  # "домов 111 и 113"
        if before < _PAIR or listed[before - 1].folded not in _LISTING:
            break
        if not listed[before - 2].is_number:
            break
        before -= _PAIR
    named = {before - 1, before - 2, number + 1}
    return any(0 <= each < len(listed) and listed[each].folded in HOUSE_WORDS for each in named)


def _is_house_said(listed: Sequence[Word], number: int) -> bool:
    """Tell whether the word for a house follows a number, and a letter of its own: "24а будинок"."""
    at = number + 1
    if at < len(listed) and len(listed[at].folded) == 1 and not listed[at].is_number:
        at += 1
    return (
        number < len(listed)
        and listed[number].is_number
        and at < len(listed)
        and listed[at].folded in HOUSES
        and not breaks(listed[at])
    )


def _is_count(listed: Sequence[Word], at: int, house: HouseNumber) -> bool:
    """Tell whether a number counts what follows: nobody has 45/2 years, or a hundred entrances."""
    if house.letter or house.fraction or house.corps or not is_unit(listed, at):
        return False
    return listed[at].folded not in PARTS or house.number <= _MOST_PARTS


def _number(  # noqa: PLR0911 - each return is a reason why it is no house
    text: str, listed: Sequence[Word], at: int, *, is_named: bool
) -> tuple[HouseNumber, int] | None:
    if at >= len(listed):
        return None
    word = listed[at]
    if not word.is_number:
        said = spoken(listed, at)
        if said is None:
            return None
        house = HouseNumber(said[0])
        return None if not is_named and _is_count(listed, said[1], house) else (house, said[1])
    if any(mark in word.between for mark in ("+", "(", "!", "?", "\n\n")):
        return None
    number = read_house(text, word.start)
    if number is None:
        return None
    house, stop = number
    last = at + 1
    while last < len(listed) and listed[last].start < stop:
        last += 1
    if _is_other_number(text, listed, at, stop) or (
        not is_named and (_is_count(listed, last, house) or house.number > _LARGEST_BARE)
    ):
        return None
    is_last = last >= len(listed) or not listed[last].is_number
    if not is_named and at and listed[at - 1].folded in CLOCK and is_last:
        return None
    return house, last


def _is_other_number(text: str, listed: Sequence[Word], at: int, stop: int) -> bool:
    """Tell a time, a decimal, a phone number from the number of a house."""
    after = text[stop : stop + 3]
    if after[:1] in {"%", "$", "€", "₴"} or (after[:1] in {":", ".", ","} and after[1:2].isdigit()):
        return True
    groups = at
    while groups < len(listed) and listed[groups].is_number and groups - at <= _PHONE_GROUPS:
        groups += 1
    return groups - at >= _PHONE_GROUPS and all(
        listed[each].between in {"-", " ", ""} for each in range(at + 1, groups)
    )
