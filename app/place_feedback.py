"""What a text's words turned out to mean: chosen by the citizen, or corrected by the desk.

A row keeps the piece of the text, not who wrote it. Nothing improves by itself: see
`app.alias_proposals`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncSession

from app.context import UseCases
from app.models import (
    GazetteerLandmark,
    GazetteerStreet,
    PlaceFeedback,
    Report,
    table_of,
)
from app.places import Place
from geo.found import Answer, Found, Outcome, Precision
from geo.gazetteer import Gazetteer
from geo.matching import find
from geo.metres import distance_m
from geo.naming import Piece, bare, pieces

By = Literal["citizen", "desk"]

NEAR_M = 150.0
"""How near a landmark or a house must be to be what was meant."""

RIGHT_M = 100.0
"""What lies as near as this to the place found was found rightly."""

_ROWS = table_of(PlaceFeedback)


@dataclass(frozen=True, slots=True)
class Thing:
    """A street or landmark that was offered or chosen."""

    kind: Literal["street", "landmark"]
    id: int
    label: str


def things_of(found: Found) -> list[Thing]:
    """Return what a found place is a part of."""
    if found.landmark_id is not None:
        return [Thing("landmark", found.landmark_id, found.label)]
    return [Thing("street", each, found.label) for each in found.street_ids]


async def learn(
    session: AsyncSession,
    context: UseCases,
    report: Report,
    place: Place,
    by: By,
    chosen: Sequence[Thing] | None = None,
    words: str | None = None,
) -> None:
    """Keep what the words of a report turned out to mean, where they were not understood at once.

    Parameters
    ----------
    report : Report
        With its text as it was before the place was known, and an id.
    place : Place
        Where it is.
    chosen : sequence of Thing, optional
        What was chosen by name or button; else what is nearest to the place.
    words : str, optional
        The piece that was asked about; else all of the report's text.
    """
    text = words or report.text
    if not text:
        return
    gazetteer = await context.gazetteers.get(session)
    language = context.languages[0]
    answer = find(gazetteer, text, language=language)
    if _was_right(answer, place):
        return
    read = _read(text, answer)
    rows = []
    for piece in read:
        thing = _meant(gazetteer, piece, place, chosen, language)
        rows.append(
            {
                "at": context.clock(),
                "report_id": report.id,
                "fragment": piece.text,
                "is_street": piece.is_street,
                "offered": [
                    {"kind": thing.kind, "id": thing.id, "label": thing.label}
                    for found in answer.places
                    for thing in things_of(found)
                ],
                "chosen_kind": thing.kind if thing else None,
                "chosen_key": await _key(session, thing) if thing else None,
                "chosen_label": thing.label if thing else place.label,
                "lon": place.lon,
                "lat": place.lat,
                "chosen_by": by,
            }
        )
    if rows:
        await _keep(session, rows)


def _was_right(answer: Answer, place: Place) -> bool:
    if answer.outcome is not Outcome.CLEAR:
        return False
    first = answer.places[0]
    return distance_m(first.lon, first.lat, place.lon, place.lat) <= RIGHT_M


def _read(text: str, answer: Answer) -> list[Piece]:
    if not answer.places:
        return pieces(text)
    first = answer.places[0]
    if first.precision is Precision.CROSSING:
        # Two names, of which either may be wrong: nothing is learnt from that.
        return []
    name = bare(first.matched)
    return [Piece(name, first.precision is not Precision.LANDMARK)] if name else []


def _meant(
    gazetteer: Gazetteer,
    piece: Piece,
    place: Place,
    chosen: Sequence[Thing] | None,
    language: str,
) -> Thing | None:
    wanted = "street" if piece.is_street else "landmark"
    if chosen is not None:
        of_kind = [each for each in chosen if each.kind == wanted]
        if len(of_kind) == 1:
            (only,) = of_kind
            named = (gazetteer.street if wanted == "street" else gazetteer.landmark).get(only.id)
            return Thing(only.kind, only.id, named.label[language]) if named else None
        if piece.is_street:
            return None
    near = gazetteer.nearest(place.lon, place.lat, NEAR_M)
    if piece.is_street:
        street = near.house[0] if near.house else None
        return Thing("street", street.id, street.label[language]) if street else None
    landmark = near.landmark
    return Thing("landmark", landmark.id, landmark.label[language]) if landmark else None


async def _key(session: AsyncSession, thing: Thing) -> str | None:
    of = GazetteerStreet if thing.kind == "street" else GazetteerLandmark
    return (await session.execute(select(of.key).where(of.id == thing.id))).scalar()


async def _keep(session: AsyncSession, rows: list[dict[str, Any]]) -> None:
    # What was said last of a report is what counts.
    wanted = upsert(PlaceFeedback).values(rows)
    await session.execute(
        wanted.on_conflict_do_update(
            index_elements=["report_id", "fragment"],
            set_={
                name: wanted.excluded[name]
                for name in rows[0].keys() - {"report_id", "fragment", "is_street"}
            },
        )
    )
