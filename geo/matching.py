"""From what somebody wrote to where it was: candidates with precision, score and named faults."""

from collections.abc import Callable, Iterable, Sequence
from itertools import product

import numpy as np

from geo.addresses import Mention, Reading, read
from geo.courses import middle_of
from geo.found import BELIEVED, COSTS, WORTH, Answer, Fault, Found, Outcome, Precision
from geo.gazetteer import Crossing, Gazetteer, HousePoint, Landmark, Name, Street
from geo.house_number import HouseNumber
from geo.interpolation import Estimate, interpolate
from geo.metres import distance_m, metres_per_degree
from geo.names import Hit
from geo.street_words import StreetKind

CLEAR_BY = 0.12
"""How much better than the second the first must be to be taken without asking."""

SAME_PLACE_M = 90.0
AREAS = frozenset(("locality", "suburb", "neighbourhood", "village", "quarter"))
"""Kinds of landmarks that are no point: whoever names only one is somewhere in it."""

LIMIT = 4
# Of adjectives, by the ending they have in a name: what they end in after a preposition.
_FORMS = (
    (("ий", "ый", "ой", "ій"), ("ому", "ого", "им", "ым", "ом", "ем")),
    (("а", "я"), ("ій", "ої", "ою", "ую", "юю", "ой", "ей")),
)
_NEAREST_APPROACH_M = 250.0

Coverage = Callable[[float, float], bool]


def find(
    gazetteer: Gazetteer,
    text: str,
    *,
    coverage: Coverage | None = None,
    language: str = "uk",
    limit: int = LIMIT,
) -> Answer:
    """Find the places that a text means.

    Parameters
    ----------
    gazetteer : Gazetteer
    text : str
        A message, in whatever language and spelling.
    coverage : callable, optional
        Tells of a longitude and latitude whether anybody answers for it; other places are left out.
    language : str
        Of the labels: "uk", "ru" or "en".
    limit : int

    Returns
    -------
    Answer
    """
    reading = read(text, gazetteer.names)
    found = _unlike(_found(gazetteer, reading, language))
    if coverage is not None:
        found = [each for each in found if coverage(each.lon, each.lat)]
    found = _distinct(_without_context(found), limit)
    believed = [each for each in found if each.score >= BELIEVED][:limit]
    return Answer(tuple(believed), _outcome(believed))


def _outcome(places: Sequence[Found]) -> Outcome:
    if not places:
        return Outcome.NONE
    if len(places) > 1 and places[1].score > places[0].score - CLEAR_BY:
        return Outcome.SEVERAL
    return Outcome.STREET if places[0].precision is Precision.STREET else Outcome.CLEAR


def _found(gazetteer: Gazetteer, reading: Reading, language: str) -> Iterable[Found]:
    used: set[int] = set()
    trusted: dict[tuple[object, ...], float] = {}
    met: dict[frozenset[tuple[object, ...]], list[Found]] = {}
    for number in sorted(reading.joined):
        pair = reading.mentions[number], reading.mentions[number + 1]
        said = frozenset(_said(mention) for mention in pair)
        if said not in met:
            met[said] = list(_crossings(gazetteer, reading, pair, language))
        if met[said]:
            used |= {number, number + 1}
            yield from met[said]
    for number, mention in enumerate(reading.mentions):
        said_here = (*_said(mention), mention.house)
        if number in used or trusted.get(said_here, -1.0) >= mention.trust:
            continue
        trusted[said_here] = mention.trust
        landmarks = [hit for hit in mention.hits if hit.entry.thing.kind == "landmark"]
        streets = [hit for hit in mention.hits if hit.entry.thing.kind == "street"]
        if landmarks and mention.kind is None and mention.house is None:
            for hit in landmarks:
                yield _landmark(gazetteer, reading, mention, hit, language)
        else:
            yield from _of_streets(gazetteer, reading, mention, streets, language)


def _said(mention: Mention) -> tuple[object, ...]:
    return mention.kind, *(hit.entry.thing for hit in mention.hits)


def _score(precision: Precision, trust: float, faults: Iterable[Fault]) -> float:
    score = WORTH[precision] * trust
    for fault in faults:
        score *= COSTS[fault]
    return score


def _landmark(
    gazetteer: Gazetteer, reading: Reading, mention: Mention, hit: Hit, language: str
) -> Found:
    place: Landmark = gazetteer.landmark[hit.entry.thing.id]
    faults = _name_faults(hit)
    if place.kind in AREAS:
        faults = (*faults, Fault.AREA_ONLY)
    return Found(
        place.label[language],
        place.lon,
        place.lat,
        Precision.LANDMARK,
        _score(Precision.LANDMARK, mention.trust, faults),
        faults,
        (),
        place.id,
        reading.piece(mention.start, mention.end),
    )


def _name_faults(hit: Hit) -> tuple[Fault, ...]:
    faults = []
    if hit.edits:
        faults.append(Fault.NAME_FUZZY)
    if hit.entry.is_short:
        faults.append(Fault.NAME_SHORTENED)
    if hit.entry.is_former:
        faults.append(Fault.FORMER_NAME)
    return tuple(faults)


def _of_kind(
    gazetteer: Gazetteer, reading: Reading, hits: Sequence[Hit], kind: StreetKind | None
) -> list[tuple[Street, tuple[Fault, ...]]]:
    """Return the streets that are meant, with what had to be assumed."""
    streets = [(gazetteer.street[hit.entry.thing.id], _name_faults(hit)) for hit in hits]
    if kind is None and len({street.kind for street, _ in streets}) > 1:
        said = reading.words[hits[0].end - 1].text
        agreeing = [pair for pair in streets if agrees(said, pair[0].names)]
        streets = agreeing or streets
    if kind is not None:
        exact = [pair for pair in streets if pair[0].kind is kind]
        if exact:
            return exact
    if kind is not None or len({street.kind for street, _ in streets}) > 1:
        return [(street, (*faults, Fault.STREET_KIND_GUESSED)) for street, faults in streets]
    return streets


def _of_streets(
    gazetteer: Gazetteer,
    reading: Reading,
    mention: Mention,
    hits: Sequence[Hit],
    language: str,
) -> Iterable[Found]:
    streets = _of_kind(gazetteer, reading, hits, mention.kind)
    piece = reading.piece(mention.start, mention.end)
    if mention.house is not None:
        known = [
            (street, faults, exact)
            for street, faults in streets
            if (exact := _exact(gazetteer, street, mention.house)) is not None
        ]
        if known:
            for street, faults, (house, more) in known:
                # That only one of them has such a house is as good as its kind.
                is_sure = len(known) == 1 and not more
                kept = tuple(
                    each
                    for each in (*faults, *more)
                    if not (is_sure and each is Fault.STREET_KIND_GUESSED)
                )
                yield _house(street, mention.house, house, mention.trust, kept, piece, language)
            return
        estimated = [
            (street, faults, place)
            for street, faults in streets
            if (place := interpolate(mention.house, gazetteer.houses_of(street.id).values()))
        ]
        for street, faults, place in estimated:
            every = (*faults, Fault.HOUSE_INTERPOLATED if place.is_near else Fault.HOUSE_BEYOND)
            yield _house(street, mention.house, place, mention.trust, every, piece, language)
        if estimated:
            return
    for street, faults in streets:
        more = (Fault.HOUSE_MISSING,) if mention.house is not None else ()
        middle = middle_of(street.course, list(gazetteer.houses_of(street.id).values()))
        if middle is None:
            continue
        every = (*faults, *more)
        yield Found(
            street.label[language],
            *middle,
            Precision.STREET,
            # A street alone is asked about; whether one is meant at all is for `trust` to say.
            _score(Precision.STREET, mention.trust, every) / WORTH[Precision.STREET] * 0.75,
            every,
            (street.id,),
            None,
            piece,
            street.course,
        )


def agrees(said: str, names: Iterable[Name]) -> bool:
    """Tell whether a word is a form of a name: "Київській" is one of Київська, not of Київський."""
    word = said.lower()
    for name in names:
        last = name.text.split()[-1].lower()
        if word == last or any(
            last.endswith(base) and word.endswith(forms) for base, forms in _FORMS
        ):
            return True
    return False


def _exact(
    gazetteer: Gazetteer, street: Street, wanted: HouseNumber
) -> tuple[HousePoint, tuple[Fault, ...]] | None:
    houses = gazetteer.houses_of(street.id)
    whole = houses.get(wanted)
    if whole is not None:
        return whole, ()
    same = [each for each in houses.values() if each.number.number == wanted.number]
    if not same:
        return None
    # 52А where only 52 is known, or 58 where it is 58/42.
    best = max(
        same,
        key=lambda each: (
            each.number.letter == wanted.letter,
            each.number.fraction == wanted.fraction,
            each.number.corps == wanted.corps,
            not each.number.letter,
            each.number.fraction is None,
            str(each.number),
        ),
    )
    is_part = not (wanted.letter or wanted.corps or wanted.fraction or best.number.letter)
    return best, (() if is_part else (Fault.HOUSE_PART_DROPPED,))


def _house(
    street: Street,
    number: HouseNumber,
    at: HousePoint | Estimate,
    trust: float,
    faults: tuple[Fault, ...],
    piece: str,
    language: str,
) -> Found:
    return Found(
        f"{street.label[language]}, {number}",
        at.lon,
        at.lat,
        Precision.HOUSE,
        _score(Precision.HOUSE, trust, faults),
        faults,
        (street.id,),
        None,
        piece,
    )


def _crossings(
    gazetteer: Gazetteer,
    reading: Reading,
    pair: tuple[Mention, Mention],
    language: str,
) -> Iterable[Found]:
    one, other = pair
    sides = [
        _of_kind(
            gazetteer,
            reading,
            [hit for hit in mention.hits if hit.entry.thing.kind == "street"],
            # "проспектів Миру і Будівельників": what is said of the first may be of both.
            mention.kind,
        )
        for mention in pair
    ]
    piece = reading.piece(one.start, other.end)
    met = [
        (street, also, set(faults) | set(more), places)
        for (street, faults), (also, more) in product(*sides)
        if (places := gazetteer.crossing.get(frozenset((street.id, also.id)), ()))
    ]
    if not met:
        met = list(_approaches(gazetteer, sides))
    for street, also, faults, places in met:
        every = (*sorted(faults), *((Fault.SEVERAL_CROSSINGS,) if len(places) > 1 else ()))
        if len(met) == 1:
            every = tuple(each for each in every if each is not Fault.STREET_KIND_GUESSED)
        for place in places:
            yield Found(
                f"{street.label[language]} / {also.label[language]}",
                place.lon,
                place.lat,
                Precision.CROSSING,
                # Two streets that meet, named together: no other cue is needed.
                _score(Precision.CROSSING, 1.0, every),
                every,
                (street.id, also.id),
                None,
                piece,
            )


def _approaches(
    gazetteer: Gazetteer, sides: Sequence[Sequence[tuple[Street, tuple[Fault, ...]]]]
) -> Iterable[tuple[Street, Street, set[Fault], Sequence[Crossing]]]:
    """Find where streets that are said to meet come nearest: of one the last houses may be unknown."""
    for (street, faults), (also, more) in product(*sides):
        if street.id == also.id:
            continue
        near = _approach(gazetteer, street, also)
        if near is not None:
            yield street, also, {*faults, *more, Fault.CROSSING_GUESSED}, (near,)


def _approach(gazetteer: Gazetteer, street: Street, also: Street) -> Crossing | None:
    ours, theirs = (
        np.array([(each.lon, each.lat) for each in gazetteer.houses_of(side.id).values()])
        for side in (street, also)
    )
    if not len(ours) or not len(theirs):
        return None
    apart = (ours[:, None] - theirs[None]) * metres_per_degree(float(ours[0, 1]))
    away = np.hypot(apart[..., 0], apart[..., 1])
    a, b = np.unravel_index(int(np.argmin(away)), away.shape)
    if away[a, b] > _NEAREST_APPROACH_M:
        return None
    lon, lat = (ours[a] + theirs[b]) / 2
    return Crossing(street.id, also.id, float(lon), float(lat))


def _without_context(found: list[Found]) -> list[Found]:
    """Leave out streets that only tell where a house, crossing or landmark is."""
    exact = {Precision.HOUSE, Precision.CROSSING}
    if not any(each.precision in exact and each.score >= BELIEVED for each in found):
        return found
    return [each for each in found if each.precision in exact]


def _unlike(found: Iterable[Found]) -> list[Found]:
    """Keep what was found first of what is said again and again."""
    kept: dict[tuple[object, ...], Found] = {}
    for each in found:
        key = (each.label, each.lon, each.lat)
        if key not in kept or kept[key].score < each.score:
            kept[key] = each
    return list(kept.values())


def _distinct(found: list[Found], limit: int) -> list[Found]:
    """Keep one of places that are the same, the best, in the order of their scores."""
    kept: list[Found] = []
    place = {piece: number for number, piece in enumerate(dict.fromkeys(f.matched for f in found))}
    # What has the same score comes in the order of the text, whatever that of the gazetteer's rows.
    for each in sorted(found, key=lambda f: (-f.score, place[f.matched], f.label, f.lon, f.lat)):
        if len(kept) >= limit:
            break
        if all(
            distance_m(each.lon, each.lat, other.lon, other.lat) > SAME_PLACE_M
            or (Precision.STREET in {each.precision, other.precision})
            for other in kept
        ) and all(each.label != other.label or each.course is None for other in kept):
            kept.append(each)
    return kept
