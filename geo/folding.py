"""Words as they sound, so that Ukrainian, Russian, mixed and Latin spelling of a name are one.

Folding is for finding, never for showing. The same letters come from both languages' spelling
(`fold`), and an inflected word has every stem that taking an ending off may leave (`stems`).
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

_LETTERS = str.maketrans(
    {"і": "и", "ї": "и", "ы": "и", "й": "и", "є": "е", "э": "е", "ё": "е", "ґ": "г", "ў": "в"}
    | dict.fromkeys("ьъ'’ʼ`´‘ˈ\u0301\u0300", "")
)
# Longest first: the digraphs of every romanisation of Ukrainian and Russian that people type.
_LATIN = (
    ("shch", "щ"), ("sch", "щ"), ("zgh", "зг"), ("zh", "ж"), ("kh", "х"), ("ts", "ц"), ("ch", "ч"),
    ("sh", "ш"), ("yu", "ю"), ("iu", "ю"), ("ju", "ю"), ("ya", "я"), ("ia", "я"), ("ja", "я"),
    ("ye", "е"), ("ie", "е"), ("je", "е"), ("yo", "е"), ("yi", "и"), ("ii", "и"), ("iy", "и"),
    ("yy", "и"), ("a", "а"), ("b", "б"), ("c", "ц"), ("d", "д"), ("e", "е"), ("f", "ф"),
    ("g", "г"), ("h", "г"), ("i", "и"), ("j", "и"), ("k", "к"), ("l", "л"), ("m", "м"), ("n", "н"),
    ("o", "о"), ("p", "п"), ("q", "к"), ("r", "р"), ("s", "с"), ("t", "т"), ("u", "у"),
    ("v", "в"), ("w", "в"), ("x", "х"), ("y", "и"), ("z", "з"),
)  # fmt: skip
_DIGRAPHS = re.compile("|".join(latin for latin, _ in _LATIN))
_CYRILLIC = dict(_LATIN)
# Latin letters that stand in for Cyrillic ones in the midst of a Cyrillic word.
_LOOKALIKES = str.maketrans("abcehikmoptxy", "авсенікмортху")
# Written as it sounds: кронштадтська, кронштацька; митрополитская, митрополицкая.
_SOUNDS = re.compile("[дт]+с")
_TWICE = re.compile(r"([а-я])\1+")
_HAS_CYRILLIC = re.compile(r"[а-яіїєґё]")
_HAS_LATIN = re.compile(r"[a-z]")

# Of nouns and adjectives, folded, in both languages.
_ENDINGS = (
    "иями", "ого", "его", "ому", "ему", "ими", "ами", "ями", "иею", "иях", "иям", "ах", "ях",
    "ов", "ев", "ив", "еи", "ои", "ою", "ею", "ую", "юю", "ая", "яя", "ое", "ее", "ие", "ии",
    "им", "их", "ом", "ем", "ам", "ям", "иу", "ия", "ию", "а", "я", "о", "е", "у", "ю", "и",
)  # fmt: skip
_SHORTEST_STEM = 3
# слобідка, слобідці; перемога, перемозі: the last consonant gives way before an ending.
_ALTERNATES = {"ц": "к", "з": "г", "с": "х"}

_WORD = re.compile(r"[^\W\d_]+(?:['’ʼ`´‘][^\W\d_]+)*|\d+", re.UNICODE)


@dataclass(frozen=True, slots=True)
class Word:
    """A word or a number of a text.

    Attributes
    ----------
    text : str
        As written.
    folded : str
    start, end : int
        Where it is in the text, as for a slice.
    between : str
        What stands between it and the word before, in lower case.
    """

    text: str
    folded: str
    start: int
    end: int
    between: str

    @property
    def is_number(self) -> bool:
        """Whether it is digits."""
        return self.text[0].isdigit()

    @property
    def is_capital(self) -> bool:
        """Whether it begins with a capital and is not all capitals."""
        return self.text[0].isupper() and not (len(self.text) > 1 and self.text.isupper())


def fold(text: str) -> str:
    """Write a text in the letters that all spellings of it share.

    Parameters
    ----------
    text : str
        In Ukrainian, Russian, both, or romanised.

    Returns
    -------
    str
        Lower case; і ї ы й as и, є э ё as е, ґ as г; no apostrophes, soft signs and doubled letters.
    """
    return " ".join(fold_word(word) for word in text.split())


@lru_cache(maxsize=65_536)
def fold_word(word: str) -> str:
    """Fold one word; see `fold`."""
    folded = unicodedata.normalize("NFKC", word).lower()
    if _HAS_LATIN.search(folded):
        if _HAS_CYRILLIC.search(folded):
            folded = folded.translate(_LOOKALIKES)
        else:
            folded = _DIGRAPHS.sub(lambda found: _CYRILLIC[found[0]], folded.replace("'", ""))
    return _TWICE.sub(r"\1", folded.translate(_LETTERS))


@lru_cache(maxsize=65_536)
def stems(folded: str) -> tuple[str, ...]:
    """Return what may be left of a folded word when an ending is taken off, itself first."""
    folded = _SOUNDS.sub("ц", folded)
    found = [folded]
    for ending in _ENDINGS:
        if folded.endswith(ending) and len(folded) - len(ending) >= _SHORTEST_STEM:
            left = folded[: -len(ending)]
            found.append(left)
            if left[-1] in _ALTERNATES and len(left) > _SHORTEST_STEM:
                found.append(left[:-1] + _ALTERNATES[left[-1]])
    return tuple(dict.fromkeys(each for left in found for each in (left, _without_vowel(left))))


@lru_cache(maxsize=65_536)
def stem(folded: str) -> str:
    """Return a name's own stem: the word without its longest ending."""
    folded = _SOUNDS.sub("ц", folded)
    for ending in _ENDINGS:
        if folded.endswith(ending) and len(folded) - len(ending) >= _SHORTEST_STEM:
            return _without_vowel(folded[: -len(ending)])
    return _without_vowel(folded)


def _without_vowel(left: str) -> str:
    """Take out the vowel that comes and goes: ринок, ринку."""
    if len(left) > _SHORTEST_STEM + 1 and left.endswith(("ок", "ек", "ец")):
        return left[:-2] + left[-1]
    return left


def words(text: str) -> list[Word]:
    """Split a text into words and numbers; letters and digits that touch are parted."""
    return list(_words(text))


def _words(text: str) -> Iterator[Word]:
    end = 0
    for found in _WORD.finditer(text):
        between = text[end : found.start()].lower()
        yield Word(found[0], fold_word(found[0]), found.start(), found.end(), between)
        end = found.end()
