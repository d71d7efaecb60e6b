"""Places that a text means: open to all."""

from typing import Annotated

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel

from app.api.callers import Anybody, PartsOf, Transaction, address_of
from app.api.problems import problems
from app.geocoding import look_up
from geo.found import Fault, Outcome, Precision

router = APIRouter(prefix="/api/v1", tags=["open"])

LONGEST = 4_000


class FoundView(BaseModel):
    """A place, how exactly it is known and what had to be assumed."""

    label: str
    lon: float
    lat: float
    precision: Precision
    score: float
    faults: list[Fault]


class GeocodeView(BaseModel):
    """What a text may mean, the best first. With `clear` the first is meant."""

    results: list[FoundView]
    outcome: Outcome


@router.get("/geocode", responses=problems(422, 429, 503))
async def geocode(
    request: Request,
    caller: Anybody,
    session: Transaction,
    parts: PartsOf,
    q: Annotated[str, Query(min_length=1, max_length=LONGEST, description="What somebody wrote")],
    language: Annotated[str, Query(pattern="^(uk|ru|en)$", description="Of the labels")] = "uk",
) -> GeocodeView:
    """Find the places that a text means, inside the boundaries in force."""
    if caller is None:
        await parts.rates.spend("locate", address_of(request))
    found = await look_up(session, parts.context, q, language)
    return GeocodeView(
        results=[
            FoundView(
                label=each.label,
                lon=each.lon,
                lat=each.lat,
                precision=each.precision,
                score=round(each.score, 3),
                faults=list(each.faults),
            )
            for each in found.answer.places
        ],
        outcome=found.answer.outcome,
    )
