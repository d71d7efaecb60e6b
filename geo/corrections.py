"""What staff correct in a gazetteer, laid over what the files say; the files' words stay as they are."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import shapely

from geo.courses import MEETING_M, course_of, crossings_of
from geo.folding import fold
from geo.gazetteer import Course, Crossing, Gazetteer, Houses, Landmark, Name, NameKind, Street
from geo.gazetteer_draft import labels_of
from geo.metres import metres_per_degree
from geo.romanisation import romanise
from geo.street_words import StreetKind

HouseKey = tuple[int, str]

_SLACK = 1.05  # a degree is a little longer in the south of a street than in its north


@dataclass(frozen=True, slots=True)
class NameCorrection:
    """What is changed of a place's names.

    Attributes
    ----------
    added : tuple of Name
    removed : frozenset of str
        As they are written.
    name : mapping of str to str
        By language: what it is called today. Empty where that is as the files say.
    keeps_former : bool
        Whether the place still answers to what it was called before it was renamed.
    """

    added: tuple[Name, ...] = ()
    removed: frozenset[str] = frozenset()
    name: Mapping[str, str] = field(default_factory=dict)
    keeps_former: bool = True


@dataclass(frozen=True, slots=True)
class StreetCorrection:
    """What is changed of a street; None as the files say."""

    names: NameCorrection = field(default_factory=NameCorrection)
    kind: StreetKind | None = None


@dataclass(frozen=True, slots=True)
class LandmarkCorrection:
    """What is changed of a landmark; None as the files say.

    Attributes
    ----------
    place : tuple of float or None
        Longitude and latitude.
    retired : bool
        It is there no more.
    """

    names: NameCorrection = field(default_factory=NameCorrection)
    kind: str | None = None
    place: tuple[float, float] | None = None
    retired: bool = False


@dataclass(frozen=True, slots=True)
class Corrections:
    """All of them.

    Attributes
    ----------
    streets, landmarks : mapping by id
    houses : mapping of street and number to longitude and latitude
        None for a house that is not where the files say: it is then looked for between its neighbours.
    """

    streets: Mapping[int, StreetCorrection] = field(default_factory=dict)
    landmarks: Mapping[int, LandmarkCorrection] = field(default_factory=dict)
    houses: Mapping[HouseKey, tuple[float, float] | None] = field(default_factory=dict)


def corrected(base: Gazetteer, corrections: Corrections) -> Gazetteer:
    """Return a gazetteer with everything that staff say of it.

    Crossings of a street whose houses were corrected are found anew, where its course is drawn
    through its houses.
    """
    streets = [
        corrected_street(street, corrections.streets[street.id])
        if street.id in corrections.streets
        else street
        for street in base.streets
    ]
    landmarks = [
        each if change is None else corrected_landmark(each, change)
        for each in base.landmarks
        if (change := corrections.landmarks.get(each.id)) is None or not change.retired
    ]
    houses = corrected_houses(base.houses, corrections.houses)
    made = Gazetteer(streets, houses, base.crossings, landmarks)
    moved = {
        street_id
        for street_id, _ in corrections.houses
        if (street := made.street.get(street_id)) is not None and street.course is None
    }
    if moved:
        made.crossings = _crossed_anew(made, moved)
    return made


def corrected_street(street: Street, change: StreetCorrection) -> Street:
    """Return a street as staff say it is."""
    kind = change.kind or street.kind
    names, label = _named(street.names, change.names), street.label
    if change.names.name or kind is not street.kind:
        uk, ru = (_today(names, language) for language in ("uk", "ru"))
        label = labels_of(kind, uk or ru or street.label["uk"], ru or uk or street.label["ru"])
    return replace(street, kind=kind, names=names, label=label)


def corrected_landmark(landmark: Landmark, change: LandmarkCorrection) -> Landmark:
    """Return a landmark as staff say it is."""
    lon, lat = change.place or (landmark.lon, landmark.lat)
    name = change.names.name
    label = landmark.label
    if name:
        uk = name["uk"]
        label = {
            "uk": uk,
            "ru": name.get("ru") or uk,
            "en": name.get("en") or romanise(uk),
        }
    return replace(
        landmark,
        kind=change.kind or landmark.kind,
        names=_named(landmark.names, change.names),
        label=label,
        lon=lon,
        lat=lat,
    )


def _today(names: Iterable[Name], language: str) -> str | None:
    # Of a name without a language nobody knows better.
    for wanted in (language, None):
        for each in names:
            if each.kind is NameKind.TODAY and each.language == wanted:
                return each.text
    return None


def _named(names: Sequence[Name], change: NameCorrection) -> tuple[Name, ...]:
    listed = [Name(text, language) for language, text in change.name.items() if text]
    today = {fold(each.text) for each in listed}
    for each in names:
        if each.text in change.removed:
            continue
        if change.name and each.kind is NameKind.TODAY:
            if fold(each.text) in today or not change.keeps_former:
                continue
            listed.append(replace(each, kind=NameKind.FORMER))
        else:
            listed.append(each)
    listed += change.added
    return tuple({(each.text, each.language): each for each in reversed(listed)}.values())[::-1]


def corrected_houses(
    houses: Houses, changes: Mapping[HouseKey, tuple[float, float] | None]
) -> Houses:
    """Return houses with those that staff moved, added or said to be elsewhere."""
    if not changes:
        return houses
    lon, lat = houses.lon.copy(), houses.lat.copy()
    stays = np.ones(len(houses.street), dtype=bool)
    added: list[tuple[int, str, float, float]] = []
    for (street_id, number), place in changes.items():
        first, last = np.searchsorted(houses.street, [street_id, street_id + 1])
        rows = [row for row in range(first, last) if houses.number[row] == number]
        if place is None:
            stays[rows] = False
        elif rows:
            lon[rows], lat[rows] = place
        else:
            added.append((street_id, number, *place))
    kept = np.flatnonzero(stays).tolist()
    street = np.concatenate([houses.street[stays], np.array([row[0] for row in added], np.int64)])
    numbers = [houses.number[row] for row in kept] + [row[1] for row in added]
    order = np.argsort(street, kind="stable")
    return Houses(
        street[order],
        [numbers[row] for row in order.tolist()],
        np.concatenate([lon[stays], [row[2] for row in added]])[order],
        np.concatenate([lat[stays], [row[3] for row in added]])[order],
    )


def _crossed_anew(gazetteer: Gazetteer, moved: set[int]) -> list[Crossing]:
    kept = [each for each in gazetteer.crossings if not {each.street_a, each.street_b} & moved]
    done: set[int] = set()
    for street_id in sorted(moved):
        course = course_of(list(gazetteer.houses_of(street_id).values()))
        if course is not None:
            # Of two that both moved, the second comes to the same crossing again.
            kept += [
                each
                for each in _meetings(gazetteer, street_id, course)
                if not {each.street_a, each.street_b} & done
            ]
        done.add(street_id)
    return kept


def _meetings(gazetteer: Gazetteer, street_id: int, course: Course) -> Iterable[Crossing]:
    west, south, east, north = course.bounds
    kx, ky = metres_per_degree(south)
    # A street crosses between its houses, which may stand a block away from there.
    reach_x, reach_y = 5 * MEETING_M / kx, 5 * MEETING_M / ky
    houses = gazetteer.houses
    near = (houses.lon >= west - reach_x) & (houses.lon <= east + reach_x)
    near &= (houses.lat >= south - reach_y) & (houses.lat <= north + reach_y)
    around = set(np.unique(houses.street[near]).tolist())
    around |= {
        other
        for each in gazetteer.crossings
        if street_id in {each.street_a, each.street_b}
        for other in (each.street_a, each.street_b)
    }
    others: dict[int, Course] = {}
    for street in gazetteer.streets:
        if street.id == street_id:
            continue
        if street.course is not None:
            others[street.id] = street.course
        elif street.id in around:
            drawn = course_of(list(gazetteer.houses_of(street.id).values()))
            if drawn is not None:
                others[street.id] = drawn
    # Only those that come near: of all others no pair has to be looked at.
    scale = np.array([kx, ky])
    line, *lines = (
        shapely.transform(each, lambda xy: xy * scale) for each in (course, *others.values())
    )
    near_ids = np.array(list(others))[shapely.dwithin(line, lines, MEETING_M * _SLACK)].tolist()
    courses = {street_id: course} | {each: others[each] for each in near_ids}
    return [Crossing(*each) for each in crossings_of(courses) if street_id in {each[0], each[1]}]
