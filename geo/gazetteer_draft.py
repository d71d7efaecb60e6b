"""Streets and houses put together from rows of addresses, before anything is stored.

The rows spell a street as people do. A table of names, where there is one, says what it is called
today and was called before; without it the rows' own columns have to do.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from geo.courses import clusters
from geo.cues import kind_at
from geo.folding import fold, words
from geo.gazetteer import Name, NameKind
from geo.house_number import parse_house
from geo.metres import distance_m
from geo.romanisation import romanise
from geo.street_words import StreetKind, street_label

_SAME_HOUSE_M = 150.0


@dataclass(frozen=True, slots=True)
class AddressRow:
    """One address as a file has it.

    Attributes
    ----------
    number : int
        Of the row, to name it when something is wrong.
    street, house : str
    lon, lat : float
        Degrees.
    today, former : str
        The street's names now and before, where the file tells.
    """

    number: int
    street: str
    house: str
    lon: float
    lat: float
    today: str = ""
    former: str = ""


@dataclass(frozen=True, slots=True)
class StreetNames:
    """What a street is called.

    Attributes
    ----------
    kind : StreetKind
    written : tuple of str
        Its name as rows of addresses have it, in any of its spellings, folded.
    names : tuple of Name
    label : mapping of str to str
        By language.
    """

    kind: StreetKind
    written: tuple[str, ...]
    names: tuple[Name, ...]
    label: Mapping[str, str]


@dataclass(slots=True)
class StreetDraft:
    """A street to be stored.

    Attributes
    ----------
    key : str
        The same whenever the same files are read.
    houses : dict of str to tuple
        Longitude and latitude by number.
    """

    key: str
    kind: StreetKind
    names: tuple[Name, ...]
    label: Mapping[str, str]
    houses: dict[str, tuple[float, float]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class RowFault:
    """A row that could not be used, or that somebody should look at."""

    number: int
    what: str
    text: str


def split_kind(text: str) -> tuple[StreetKind | None, str]:
    """Part a street as it is written into its kind and its name.

    Returns
    -------
    kind : StreetKind or None
        None where none is said.
    name : str
    """
    listed = words(text)
    if not listed:
        return None, text.strip()
    kind, first, last = None, 0, len(listed)
    while (found := kind_at(listed, first)) is not None and found[1] < last:
        kind, first = kind or found[0], found[1]
    if kind is None and last > 1 and (found := kind_at(listed, last - 1)) is not None:
        kind, last = found[0], last - 1
    return kind, text[listed[first].start : listed[last - 1].end]


def read_names(rows: Iterable[Mapping[str, str]]) -> list[StreetNames]:
    """Read a table of names: kind, written, name_uk, name_ru, former_uk, former_ru, also.

    Several values of a cell are parted by ``|``.
    """
    found = []
    for row in rows:
        kind = StreetKind(row["kind"])
        names = [
            Name(text, language, name_kind)
            for column, language, name_kind in (
                ("name_uk", "uk", NameKind.TODAY),
                ("name_ru", "ru", NameKind.TODAY),
                ("former_uk", "uk", NameKind.FORMER),
                ("former_ru", "ru", NameKind.FORMER),
                ("also", None, NameKind.VARIANT),
            )
            for text in (row.get(column) or "").split("|")
            if text
        ]
        written = tuple(fold(each) for each in row["written"].split("|"))
        label = labels_of(kind, row["name_uk"], row["name_ru"])
        found.append(StreetNames(kind, written, tuple(names), label))
    return found


def labels_of(kind: StreetKind, uk: str, ru: str) -> dict[str, str]:
    """Return a street's name in full in every language, the English one romanised."""
    return {
        "uk": street_label(kind, uk, "uk"),
        "ru": street_label(kind, ru, "ru"),
        "en": street_label(kind, romanise(uk), "en"),
    }


def streets_of(
    rows: Iterable[AddressRow], names: Sequence[StreetNames] = ()
) -> tuple[list[StreetDraft], list[RowFault]]:
    """Put rows of addresses together into streets with houses.

    Several spellings of one street become one; houses of one name that lie kilometres apart become
    several streets.

    Returns
    -------
    streets : list of StreetDraft
    faults : list of RowFault
    """
    faults: list[RowFault] = []
    table = {(each.kind, written): each for each in names for written in each.written}
    alone: dict[str, list[StreetNames]] = defaultdict(list)
    for each in names:
        for written in each.written:
            alone[written].append(each)
    groups: dict[tuple[StreetKind, str], list[AddressRow]] = defaultdict(list)
    known: dict[tuple[StreetKind, str], StreetNames] = {}
    for row in rows:
        kind, bare = split_kind(row.street)
        kind = kind or StreetKind.STREET
        folded = fold(bare)
        if not folded or parse_house(row.house) is None:
            faults.append(RowFault(row.number, "no_address", f"{row.street}, {row.house}"))
            continue
        its = table.get((kind, folded))
        if its is None and len(alone[folded]) == 1 and kind is StreetKind.STREET:
            # "улица Комсомольский": people call a boulevard a street.
            its = alone[folded][0]
        its = its or _own_names(kind, bare, row)
        key = (its.kind, fold(its.label["uk"]))
        known.setdefault(key, its)
        groups[key].append(row)
    streets: list[StreetDraft] = []
    for key, members in groups.items():
        streets += _parted(key, known[key], members, faults)
    return streets, faults


def _own_names(kind: StreetKind, bare: str, row: AddressRow) -> StreetNames:
    today_kind, today = split_kind(row.today) if row.today else (kind, bare)
    _, former = split_kind(row.former) if row.former else (None, "")
    names = [Name(today)]
    names += [Name(each, None, NameKind.FORMER) for each in (former,) if each and each != today]
    if fold(bare) not in {fold(name.text) for name in names}:
        names.append(Name(bare, None, NameKind.FORMER if row.today else NameKind.VARIANT))
    kind = today_kind or kind
    return StreetNames(kind, (fold(bare),), tuple(names), labels_of(kind, today, today))


def _parted(
    key: tuple[StreetKind, str],
    its: StreetNames,
    members: Sequence[AddressRow],
    faults: list[RowFault],
) -> Iterable[StreetDraft]:
    which = clusters(np.array([row.lon for row in members]), np.array([row.lat for row in members]))
    for cluster in range(int(which.max()) + 1):
        draft = StreetDraft(f"{key[0].value}:{key[1]}#{cluster}", its.kind, its.names, its.label)
        rows = [row for row, each in zip(members, which.tolist(), strict=True) if each == cluster]
        for row in rows:
            number = str(parse_house(row.house))
            place = draft.houses.setdefault(number, (row.lon, row.lat))
            if distance_m(*place, row.lon, row.lat) > _SAME_HOUSE_M:
                faults.append(RowFault(row.number, "two_places", f"{row.street}, {row.house}"))
        if cluster and len(rows) == 1:
            faults.append(RowFault(rows[0].number, "far_off", f"{rows[0].street}, {rows[0].house}"))
        yield draft


@dataclass(frozen=True, slots=True)
class LandmarkDraft:
    """A landmark to be stored, its place in degrees."""

    key: str
    kind: str
    names: tuple[Name, ...]
    label: Mapping[str, str]
    lon: float
    lat: float


def landmarks_of(rows: Iterable[Mapping[str, str]]) -> list[LandmarkDraft]:
    """Read a table of landmarks: kind, name_uk, name_ru, also, lon, lat.

    Raises
    ------
    KeyError, ValueError
        Where a column is missing or a coordinate is no number.
    """
    found = []
    for row in rows:
        uk, ru = row["name_uk"], row.get("name_ru") or row["name_uk"]
        names = (
            Name(uk, "uk"),
            Name(ru, "ru"),
            *(
                Name(text, None, NameKind.VARIANT)
                for text in (row.get("also") or "").split("|")
                if text
            ),
        )
        label = {"uk": uk, "ru": ru, "en": row.get("name_en") or romanise(uk)}
        key = f"{row['kind']}:{fold(uk)}"
        found.append(
            LandmarkDraft(key, row["kind"], names, label, float(row["lon"]), float(row["lat"]))
        )
    return found
