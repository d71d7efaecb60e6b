"""Entries of a gazetteer by what somebody has typed of a name, in any spelling."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from rapidfuzz import fuzz, process

from geo.courses import middle_of
from geo.cues import PREPOSITIONS, kind_at
from geo.folding import fold, stem, words
from geo.found import Found, Precision
from geo.gazetteer import Gazetteer, Name
from geo.gazetteer_draft import split_kind
from geo.matching import find
from geo.street_words import StreetKind

_LOCALITY = "locality"
_LIKE = 74.0
"""Of 100, from which a name is like what was typed."""

_WHOLE, _BEGINS, _HAS, _SAME_KIND = 3.0, 2.0, 1.0, 0.5


class EntryKind(StrEnum):
    """What there is in a gazetteer."""

    STREET = "street"
    HOUSE = "house"
    CROSSING = "crossing"
    LANDMARK = "landmark"
    LOCALITY = "locality"


@dataclass(frozen=True, slots=True)
class Listed:
    """An entry that was found.

    Attributes
    ----------
    kind : EntryKind
    id : int
        Of the street or landmark; of a crossing, of the first street.
    label : str
        With today's name.
    name : str or None
        The name that was found, where it is not in the label.
    house : str or None
    other : int or None
        Of a crossing, the other street.
    lon, lat : float
        Degrees.
    houses : int or None
        Of a street, how many are known.
    """

    kind: EntryKind
    id: int
    label: str
    name: str | None
    house: str | None
    other: int | None
    lon: float
    lat: float
    houses: int | None = None


@dataclass(frozen=True, slots=True)
class _Named:
    kind: EntryKind
    id: int
    street_kind: StreetKind | None
    label: Mapping[str, str]
    folded: tuple[str, ...]
    names: tuple[Name, ...]


@lru_cache(maxsize=2)
def _all_names(gazetteer: Gazetteer) -> tuple[_Named, ...]:
    streets = (
        _Named(EntryKind.STREET, each.id, each.kind, each.label, _folded(each.names), each.names)
        for each in gazetteer.streets
    )
    landmarks = (
        _Named(
            EntryKind.LOCALITY if each.kind == _LOCALITY else EntryKind.LANDMARK,
            each.id,
            None,
            each.label,
            _folded(each.names),
            each.names,
        )
        for each in gazetteer.landmarks
    )
    return (*streets, *landmarks)


def _folded(names: Iterable[Name]) -> tuple[str, ...]:
    return tuple(" ".join(word.folded for word in words(each.text)) for each in names)


def search(
    gazetteer: Gazetteer,
    text: str,
    *,
    language: str = "uk",
    kinds: frozenset[EntryKind] = frozenset(EntryKind),
    limit: int = 30,
) -> list[Listed]:
    """Find entries by the beginning of any word of any name, else by names that are like it.

    Parameters
    ----------
    gazetteer : Gazetteer
    text : str
        "мор", "вул. Купріна", "Миру 45", "Миру Будівельників". Nothing lists all by name.
    language : str
        Of the labels.
    kinds : frozenset of EntryKind
    limit : int

    Returns
    -------
    list of Listed
        The best first.
    """
    found = [
        listed
        for place in (find(gazetteer, text, language=language).places if text.strip() else ())
        if (listed := _exact(place)) is not None and listed.kind in kinds
    ]
    wanted_kind, typed = _typed(text)
    entries = [
        each
        for each in _all_names(gazetteer)
        if each.kind in kinds and (typed or wanted_kind is None or each.street_kind is wanted_kind)
    ]
    ranked = []
    for entry in entries:
        score, name = _match(entry, typed)
        if score:
            score += _SAME_KIND if wanted_kind and entry.street_kind is wanted_kind else 0.0
            ranked.append((-score, entry.label[language], entry, name))
    if not ranked and not found:
        ranked = list(_like(entries, " ".join(typed), language))
    ranked.sort(key=lambda row: row[:2])
    for _, _, entry, name in ranked:
        if len(found) >= limit:
            break
        placed = _placed(gazetteer, entry)
        if placed is not None:
            label = entry.label[language]
            shown = None if name is None or fold(name) in fold(label) else name
            houses = len(gazetteer.houses_of(entry.id)) if entry.street_kind else None
            found.append(Listed(entry.kind, entry.id, label, shown, None, None, *placed, houses))
    return found[:limit]


def _typed(text: str) -> tuple[StreetKind | None, list[str]]:
    listed = words(text)
    first = 0
    while first < len(listed) - 1 and listed[first].folded in PREPOSITIONS:
        first += 1
    only = kind_at(listed, first)
    if only is not None and only[1] == len(listed):
        return only[0], []
    kind, bare = split_kind(text[listed[first].start :]) if listed else (None, "")
    typed = [word.folded for word in words(bare)]
    if len(typed) > 1:
        typed = [each for each in typed if each not in PREPOSITIONS] or typed
    return kind, typed


def _exact(place: Found) -> Listed | None:
    if place.precision is Precision.HOUSE:
        house = place.label.rpartition(", ")[2]
        return Listed(
            EntryKind.HOUSE,
            place.street_ids[0],
            place.label,
            None,
            house,
            None,
            place.lon,
            place.lat,
        )
    if place.precision is Precision.CROSSING:
        one, other = place.street_ids
        return Listed(EntryKind.CROSSING, one, place.label, None, None, other, place.lon, place.lat)
    return None


def _match(entry: _Named, typed: Sequence[str]) -> tuple[float, str | None]:
    if not typed:
        return _HAS, None
    best: tuple[float, str | None] = (0.0, None)
    whole = " ".join(typed)
    # The last word is still being typed; the others may be inflected.
    begins = [(each, stem(each) if len(each) > 3 else each) for each in typed]  # noqa: PLR2004
    for folded, name in zip(entry.folded, entry.names, strict=True):
        if folded == whole:
            return _WHOLE, name.text
        parts = folded.split()
        if all(any(part.startswith(either) for part in parts) for either in begins):
            score = _BEGINS if folded.startswith(begins[0]) else _HAS
            if score > best[0]:
                best = score, name.text
    return best


def _like(
    entries: Sequence[_Named], typed: str, language: str
) -> Iterable[tuple[float, str, _Named, str | None]]:
    names = [
        (entry, folded, name.text)
        for entry in entries
        for folded, name in zip(entry.folded, entry.names, strict=True)
    ]
    scorer: Callable[..., float] = fuzz.ratio
    seen = set()
    for _, score, row in process.extract(
        typed, [folded for _, folded, _ in names], scorer=scorer, score_cutoff=_LIKE, limit=20
    ):
        entry, _, name = names[row]
        if (entry.kind, entry.id) not in seen:
            seen.add((entry.kind, entry.id))
            yield -score / 100, entry.label[language], entry, name


def _placed(gazetteer: Gazetteer, entry: _Named) -> tuple[float, float] | None:
    if entry.kind is not EntryKind.STREET:
        landmark = gazetteer.landmark[entry.id]
        return landmark.lon, landmark.lat
    street = gazetteer.street[entry.id]
    return middle_of(street.course, list(gazetteer.houses_of(street.id).values()))


@lru_cache(maxsize=2)
def _by_name(gazetteer: Gazetteer) -> Mapping[str, Sequence[_Named]]:
    found: dict[str, list[_Named]] = defaultdict(list)
    for entry in _all_names(gazetteer):
        for folded in dict.fromkeys(entry.folded):
            found[folded].append(entry)
    return found


def others_called(gazetteer: Gazetteer, name: str, *, but: tuple[bool, int]) -> list[str]:
    """Return the labels of other places that bear a name.

    Parameters
    ----------
    gazetteer : Gazetteer
    name : str
    but : tuple
        Whether it is a street that is asked about, and its id.
    """
    folded = " ".join(word.folded for word in words(name))
    return [
        each.label["uk"]
        for each in _by_name(gazetteer).get(folded, ())
        if (each.kind is EntryKind.STREET, each.id) != but
    ]
