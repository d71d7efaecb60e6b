"""The piece of a text that names a place, for asking somebody else: never the rest of the message."""

from geo.addresses import Reading, read
from geo.cues import HOUSE_WORDS, breaks, kind_at
from geo.found import BELIEVED
from geo.house_in_text import BEFORE_HOUSE
from geo.names import NameIndex

_WORDS_OF_NAME = 3


def piece_to_ask(text: str, names: NameIndex) -> str | None:
    """Return the words that name a street or an address, known or not.

    What citizens tell the police goes to no outside service; a street with its house may.

    Parameters
    ----------
    text : str
    names : NameIndex

    Returns
    -------
    str or None
        None where no street is named.
    """
    reading = read(text, names)
    known = [each for each in reading.mentions if each.is_street and each.trust >= BELIEVED]
    if known:
        best = max(known, key=lambda each: (each.house is not None, each.trust))
        return reading.piece(best.start, best.end)
    for at in range(len(reading.words)):
        found = kind_at(reading.words, at)
        if found is None:
            continue
        end = _end_of_name(reading, found[1])
        if end > found[1]:
            return reading.piece(at, _with_house(reading, end))
    return None


def _end_of_name(reading: Reading, start: int) -> int:
    end = start
    while end < len(reading.words) and end - start < _WORDS_OF_NAME:
        word = reading.words[end]
        if word.is_number or word.folded in BEFORE_HOUSE or (end > start and breaks(word)):
            break
        # After the first word of a name only further capitals belong to it.
        if end > start and not word.is_capital:
            break
        end += 1
    return end


def _with_house(reading: Reading, end: int) -> int:
    at = end
    while at < len(reading.words) and reading.words[at].folded in HOUSE_WORDS:
        at += 1
    return at + 1 if at < len(reading.words) and reading.words[at].is_number else end
