"""From text to places that somebody answers for, and from a place to words."""

from contextlib import suppress
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from app.context import UseCases
from app.db import set_down
from app.geocoders import Question, UnaskedError
from app.places import Place, PlaceKind
from app.routing import NoBoundarySetError, current_index
from geo.asking import piece_to_ask
from geo.found import Answer, Fault, Found, Outcome, Precision
from geo.gazetteer import Gazetteer
from geo.index import DistrictIndex
from geo.matching import LIMIT, find
from geo.reverse import describe

ACCURACY_M = {
    Fault.HOUSE_INTERPOLATED: 60.0,
    Fault.HOUSE_BEYOND: 120.0,
    # So wide that it is taken without asking only where one beat has most of it.
    Fault.AREA_ONLY: 600.0,
}
_STEPS = 25


@dataclass(frozen=True, slots=True)
class Understood:
    """What was made of a text.

    Attributes
    ----------
    answer : Answer
    place : Place or None
        Where it is, when there is nothing to ask.
    """

    answer: Answer
    place: Place | None


async def understand(
    session: AsyncSession, context: UseCases, text: str, language: str
) -> Understood:
    """Find the place that a text means, inside the boundaries in force.

    A street without a house is a place only where all of it is in one beat.

    Raises
    ------
    UnaskedError
        When an outside geocoder has to be asked first: see `ask_outside`.
    """
    gazetteer = await context.gazetteers.get(session)
    _, index = await current_index(session, context.index_cache)

    def covered(lon: float, lat: float) -> bool:
        return index.decide(lon, lat).precinct is not None

    answer = Answer((), Outcome.NONE)
    for name in context.geocoders.order:
        if name == "gazetteer":
            answer = find(gazetteer, text, coverage=covered, language=language)
        elif name in context.geocoders.backends and index.extent is not None:
            piece = piece_to_ask(text, gazetteer.names)
            if piece is not None:
                question = Question(name, piece, index.extent, language)
                places = await context.geocoders.recall(session, question, context.clock())
                answer = _answer_of([each for each in places if covered(each.lon, each.lat)])
        if answer.outcome is not Outcome.NONE:
            break
    if answer.outcome is Outcome.CLEAR or (
        answer.outcome is Outcome.STREET and is_in_one_beat(gazetteer, index, answer.places[0])
    ):
        return Understood(answer, place_of(answer.places[0]))
    return Understood(answer, None)


async def ask_outside(session: AsyncSession, context: UseCases, question: Question) -> None:
    """Ask what a transaction needs that was undone for it; the answer is kept for its next try."""
    places = await context.geocoders.ask(question)
    await context.geocoders.keep(session, question, places, context.clock())


async def look_up(session: AsyncSession, context: UseCases, text: str, language: str) -> Understood:
    """Find the place that a text means, asking outside where it has to be.

    For a transaction that has only read: it is ended while an answer is waited for.
    """
    while True:
        try:
            return await understand(session, context, text, language)
        except UnaskedError as unasked:
            await set_down(session)
            await ask_outside(session, context, unasked.question)
            await set_down(session)


async def ask_ahead(session: AsyncSession, context: UseCases, text: str) -> None:
    """Ask outside what `named_in` would need, before the transaction writes anything."""
    with suppress(NoBoundarySetError):
        await look_up(session, context, text, context.languages[0])


async def named_in(session: AsyncSession, context: UseCases, text: str) -> Understood | None:
    """Find the place that a report's text names, for its officers to read; None where there is none.

    Labels are in the city's own language.
    """
    try:
        found = await understand(session, context, text, context.languages[0])
    except NoBoundarySetError:
        return None
    return found if found.answer.outcome is not Outcome.NONE else None


def _answer_of(places: list[Found]) -> Answer:
    exact = [each for each in places if each.precision is not Precision.STREET]
    best = tuple(exact or places)[:LIMIT]
    if not best:
        return Answer((), Outcome.NONE)
    if len(best) > 1:
        return Answer(best, Outcome.SEVERAL)
    is_street = best[0].precision is Precision.STREET
    return Answer(best, Outcome.STREET if is_street else Outcome.CLEAR)


def place_of(found: Found) -> Place:
    """Return what a report keeps of a place that was found in its text."""
    accuracy_m = max((ACCURACY_M.get(fault, 0.0) for fault in found.faults), default=0.0)
    return Place(found.lon, found.lat, PlaceKind.GEOCODED, accuracy_m, found.label)


def is_in_one_beat(gazetteer: Gazetteer, index: DistrictIndex, found: Found) -> bool:
    """Tell whether the same beat answers for all of a street."""
    points = [
        (house.lon, house.lat)
        for street_id in found.street_ids
        for house in gazetteer.houses_of(street_id).values()
    ]
    if found.course is not None:
        line = found.course
        steps = (line.interpolate(step / _STEPS, normalized=True) for step in range(_STEPS + 1))
        points += [(float(point.x), float(point.y)) for point in steps]
    # Of a street that only an outside service knows, one point says nothing of the rest.
    return len({index.decide(lon, lat).district for lon, lat in points}) == 1


async def in_words(session: AsyncSession, context: UseCases, place: Place) -> str | None:
    """Describe a place that was shared, for officers; None where nothing is near."""
    gazetteer = await context.gazetteers.get(session)
    return describe(gazetteer, place.lon, place.lat, context.languages[0])
