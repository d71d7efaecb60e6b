"""All names of a gazetteer, to be found in the words of a text by their stems.

Every name goes in in full, and a name of several words also as people shorten it: the surname
alone, initials and the surname, without the number it begins with, an ordinal in figures.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

from rapidfuzz import process
from rapidfuzz.distance import OSA

from geo.folding import Word, fold_word, stem, stems, words

_ORDINALS = {
    "перш": "1", "перв": "1", "друг": "2", "втор": "2", "трет": "3", "четверт": "4", "пят": "5",
}  # fmt: skip
_ORDINAL_WORDS = {
    "1": ("перша", "первая"), "2": ("друга", "вторая"), "3": ("третя", "третья"),
    "4": ("четверта", "четвертая"), "5": ("п'ята", "пятая"), "6": ("шоста", "шестая"),
    "7": ("сьома", "седьмая"), "8": ("восьма", "восьмая"), "9": ("дев'ята", "девятая"),
    "10": ("десята", "десятая"),
}  # fmt: skip
_ORDINAL_STEMS = frozenset(
    stem(fold_word(word)) for both in _ORDINAL_WORDS.values() for word in both
)
# "50 років", "50-річчя", "п'ятдесятиріччя": all that an anniversary is called.
_YEARS = frozenset(fold_word(each) for each in ("лет", "років", "річчя", "летия", "летие"))
_TIMES = {
    "10": ("десяти", "десяти"), "15": ("пятнадцати", "п'ятнадцяти"), "20": ("двадцати", "двадцяти"),
    "25": ("двадцатипяти", "двадцятип'яти"), "30": ("тридцати", "тридцяти"),
    "40": ("сорока", "сорока"), "50": ("пятидесяти", "п'ятдесяти"),
    "60": ("шестидесяти", "шістдесяти"), "70": ("семидесяти", "сімдесяти"),
    "80": ("восьмидесяти", "вісімдесяти"), "90": ("девяносто", "дев'яносто"), "100": ("сто", "сто"),
}  # fmt: skip
_ORDINAL_ENDINGS = frozenset(
    ("и", "а", "я", "е", "ои", "го", "ого", "му", "ому", "ти", "та", "тои", "ша", "га")
)
# Last words of names that are no name when they stand alone.
_NOT_ALONE = frozenset(
    stem(fold_word(each))
    for each in (
        "мая", "травня", "октября", "жовтня", "дивизии", "дивизия", "армии", "срср", "украины",
        "украини", "слободка", "слобидка", "остановка", "партизан", "десантников", "козацтва",
        "казачества", "авиадивизии", "визволителив", "стрилцив", "перемоги", "героев", "героив",
        "площа", "рынок", "ринок", "театр", "школа", "парк", "порт", "завод", "вокзал", "сквер",
        "пляж", "магазин", "центр", "берег", "дом", "собор", "стадион", "университет", "академия",
        "коледж", "колледж", "кладбище", "сибиряка", "корсакова",
    )
)  # fmt: skip
_SURNAME_LETTERS = 5
_PAIR = 2
_NO_ENDINGS = ("ом", "ем", "ам", "им")
_ONE_EDIT, _TWO_EDITS = 5, 7  # letters of a stem from which so many may be wrong


@dataclass(frozen=True, slots=True)
class Thing:
    """A place that has names.

    Attributes
    ----------
    kind : str
        "street" or "landmark".
    id : int
    """

    kind: str
    id: int


@dataclass(frozen=True, slots=True)
class Entry:
    """One way to name a place.

    Attributes
    ----------
    stems : tuple of str
    folded : tuple of str
        Its words in full.
    thing : Thing
    is_former : bool
    is_short : bool
        Less than the whole name.
    """

    stems: tuple[str, ...]
    folded: tuple[str, ...]
    thing: Thing
    is_former: bool
    is_short: bool


@dataclass(frozen=True, slots=True)
class Hit:
    """A name found in a text.

    Attributes
    ----------
    entry : Entry
    start, end : int
        The words, as for a slice.
    is_exact : bool
        In the very form that the name has.
    edits : int
        Letters that differ.
    """

    entry: Entry
    start: int
    end: int
    is_exact: bool
    edits: int = 0


@dataclass(frozen=True, eq=False)
class NameIndex:
    """Names by their first stem."""

    by_first: dict[str, list[Entry]]

    @classmethod
    def build(cls, names: Iterable[tuple[Thing, str, bool]]) -> "NameIndex":
        """Index names: whose, the text, whether it is a former one."""
        by_first: dict[str, list[Entry]] = defaultdict(list)
        seen = set()
        for thing, text, is_former in names:
            for folded, is_short in _variants(text, thing.kind):
                for stemmed in dict.fromkeys(
                    (tuple(map(stem, folded)), tuple(map(_whole_stem, folded)))
                ):
                    key = (thing, stemmed)
                    if key not in seen:
                        seen.add(key)
                        entry = Entry(stemmed, folded, thing, is_former, is_short)
                        by_first[stemmed[0]].append(entry)
        return cls(dict(by_first))

    def at(self, text: Sequence[Word], start: int) -> list[Hit]:
        """Return the names that begin at a word, the longest first."""
        found = []
        for first in stems(text[start].folded):
            for entry in self.by_first.get(first, ()):
                end = _follow(entry.stems, text, start)
                if end is not None:
                    is_exact = tuple(
                        word.folded for word in text[start:end] if not _is_ordinal(word)
                    ) == tuple(entry.folded)
                    found.append(Hit(entry, start, end, is_exact))
        return sorted(found, key=lambda hit: (-hit.end, hit.entry.is_short, not hit.is_exact))

    @cached_property
    def _single(self) -> tuple[str, ...]:
        return tuple(
            first
            for first, entries in self.by_first.items()
            if len(first) >= _ONE_EDIT and any(len(entry.stems) == 1 for entry in entries)
        )

    def like(self, text: Sequence[Word], start: int) -> list[Hit]:
        """Return names of one word that differ from a word in a letter or two, the nearest first."""
        written = text[start].folded
        best: dict[str, int] = {}
        for each in stems(written)[:3]:
            allowed = (len(each) >= _ONE_EDIT) + (len(each) >= _TWO_EDITS)
            if not allowed:
                continue
            for name, edits, _ in process.extract(
                each, self._single, scorer=OSA.distance, score_cutoff=allowed, limit=5
            ):
                best[name] = min(int(edits), best.get(name, allowed))
        if not best:
            return []
        nearest = min(best.values())
        return [
            Hit(entry, start, start + 1, is_exact=False, edits=edits)
            for name, edits in best.items()
            if edits == nearest
            for entry in self.by_first[name]
            if len(entry.stems) == 1
        ]


def _whole_stem(folded: str) -> str:
    """Return the stem of a word whose last letters only look like an ending: роддом, роддома."""
    return folded if folded.endswith(_NO_ENDINGS) else stem(folded)


def is_ordinal_word(folded: str) -> bool:
    """Tell whether a folded word may be an ordinal: "перша", "девятого"."""
    return not _ORDINAL_STEMS.isdisjoint(stems(folded))


def _is_ordinal(word: Word) -> bool:
    return word.between in {"-", "–", "—"} and word.folded in _ORDINAL_ENDINGS


def _follow(wanted: tuple[str, ...], text: Sequence[Word], start: int) -> int | None:
    at = start + 1
    for number, each in enumerate(wanted[1:]):
        if at < len(text) and wanted[number].isdigit() and _is_ordinal(text[at]):
            at += 1
        if at >= len(text) or "\n" in text[at].between or each not in stems(text[at].folded):
            return None
        at += 1
    return at


def _with_number_said(folded: tuple[str, ...]) -> Iterable[tuple[tuple[str, ...], bool]]:
    number, *rest = folded
    for word in _ORDINAL_WORDS.get(number, ()):
        yield (fold_word(word), *rest), False
    if rest[0] not in _YEARS or len(rest) == 1:
        return
    for years in ("лет", "років", "річчя", "летия"):
        yield (number, fold_word(years), *rest[1:]), False
    for said, years in zip(_TIMES.get(number, ()), ("летия", "річчя"), strict=False):
        yield (fold_word(said + years), *rest[1:]), False


def _variants(text: str, kind: str) -> Iterable[tuple[tuple[str, ...], bool]]:
    listed = words(text)
    folded = tuple(
        word.folded
        for at, word in enumerate(listed)
        if not (at and listed[at - 1].is_number and _is_ordinal(word))
    )
    if not folded:
        return
    yield folded, False
    ordinal = tuple(_ORDINALS.get(stem(each), each) for each in folded)
    if ordinal != folded and len(folded) > 1:
        yield ordinal, False
    if len(folded) > 1:
        yield from _with_number_said(folded)
    if len(folded) == _PAIR and kind != "street" and not folded[1].isdigit():
        yield (folded[1], folded[0]), False  # "на пляже песчаном"
    # What stands for a landmark alone only its aliases can tell.
    if len(folded) == 1 or kind != "street":
        return
    *first, last = folded
    if any(each.isdigit() for each in first):
        without = tuple(each for each in folded if not each.isdigit())
        if len(without) > 1:
            yield without, True
        return
    if len(last) < _SURNAME_LETTERS or stem(last) in _NOT_ALONE or last.isdigit():
        return
    yield (last,), True
    yield (*(each[0] for each in first), last), True
    if len(first) > 1:
        yield (first[0][0], last), True
