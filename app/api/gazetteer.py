"""The gazetteer for staff to read: search, one entry, what a text would mean, what was changed."""

from enum import StrEnum
from typing import Annotated, Literal

from fastapi import APIRouter, Path, Query
from pydantic import BaseModel, Field

from app.api.callers import PartsOf, SeesGazetteer, Transaction
from app.api.geocode import LONGEST
from app.api.problems import problems
from app.api.shapes import Body, ShortText, Words
from app.gazetteer_entries import retired_landmarks, stands, view
from app.gazetteer_journal import changes
from app.gazetteer_shapes import ChangeView, EntryView, Kind
from app.geocoding import look_up
from geo.found import Fault, Found, Outcome, Precision
from geo.gazetteer_search import EntryKind, Listed, search

router = APIRouter(
    prefix="/api/v1/gazetteer", tags=["gazetteer"], responses=problems(401, 403, 404, 422)
)

Id = Annotated[int, Path(ge=1, le=2**31 - 1)]
Language = Literal["uk", "ru", "en"]
_MOST = 100


class ListedView(BaseModel):
    """An entry; `name` is the name that was found, where the label does not say it."""

    kind: EntryKind
    id: int
    label: str
    name: str | None
    house: str | None
    other: int | None
    lon: float
    lat: float
    houses: int | None


class SearchView(BaseModel):
    """Entries, the best first."""

    entries: list[ListedView]


@router.get("")
async def find_entries(
    _: SeesGazetteer,
    session: Transaction,
    parts: PartsOf,
    q: Annotated[ShortText, Query(description="What was typed of a name, in any spelling")] = "",
    kind: Annotated[list[EntryKind] | None, Query(description="All by default")] = None,
    language: Annotated[Language, Query(description="Of the labels")] = "uk",
    limit: Annotated[int, Query(ge=1, le=_MOST)] = 30,
) -> SearchView:
    """Find streets, houses, crossings, landmarks and localities; nothing typed lists all by name."""
    gazetteer = await parts.context.gazetteers.get(session)
    kinds = frozenset(kind or EntryKind)
    found = search(gazetteer, q, language=language, kinds=kinds, limit=limit)
    return SearchView(entries=[_listed(each) for each in found])


def _listed(each: Listed) -> ListedView:
    return ListedView(
        kind=each.kind,
        id=each.id,
        label=each.label,
        name=each.name,
        house=each.house,
        other=each.other,
        lon=each.lon,
        lat=each.lat,
        houses=each.houses,
    )


@router.get("/retired")
async def list_retired(
    _: SeesGazetteer,
    session: Transaction,
    language: Annotated[Language, Query(description="Of the labels")] = "uk",
) -> SearchView:
    """List landmarks that are there no more."""
    return SearchView(
        entries=[
            ListedView(
                kind=EntryKind.LANDMARK,
                id=each.id,
                label=each.label[language],
                name=None,
                house=None,
                other=None,
                lon=each.lon,
                lat=each.lat,
                houses=None,
            )
            for _, each in await retired_landmarks(session)
        ]
    )


@router.get("/streets/{entry_id}")
async def read_street(
    entry_id: Id, _: SeesGazetteer, session: Transaction, parts: PartsOf
) -> EntryView:
    """Show a street with all its names, houses and crossings."""
    return await shown(session, parts, "street", entry_id)


@router.get("/landmarks/{entry_id}")
async def read_landmark(
    entry_id: Id, _: SeesGazetteer, session: Transaction, parts: PartsOf
) -> EntryView:
    """Show a landmark, also a retired one."""
    return await shown(session, parts, "landmark", entry_id)


async def shown(session: Transaction, parts: PartsOf, kind: Kind, entry_id: int) -> EntryView:
    """Show an entry as it is now."""
    gazetteer = await parts.context.gazetteers.get(session)
    return view(await stands(session, kind, entry_id), gazetteer)


class ChangesView(BaseModel):
    """A page of changes, the newest first; `next` continues it as `before`."""

    changes: list[ChangeView]
    next: int | None


@router.get("/changes")
async def list_changes(
    _: SeesGazetteer,
    session: Transaction,
    kind: Annotated[Kind | None, Query(description="With `id`, of one entry only")] = None,
    entry_id: Annotated[int | None, Query(alias="id", ge=1, le=2**31 - 1)] = None,
    before: Annotated[int | None, Query(ge=1, le=2**31 - 1)] = None,
) -> ChangesView:
    """List what staff changed: who, when, before and after."""
    of = await stands(session, kind, entry_id) if kind and entry_id else None
    found = await changes(session, of=of, before=before)
    return ChangesView(changes=found, next=found[-1].id if found else None)


class Does(StrEnum):
    """What the bot does with a text."""

    ROUTES = "routes"
    ASKS_WHICH = "asks_which"
    ASKS_PART = "asks_part"
    ASKS_PLACE = "asks_place"


class TextBody(Body):
    """What somebody might write."""

    text: Annotated[Words, Field(min_length=1, max_length=LONGEST)]
    language: Language = "uk"


class UnderstoodPlaceView(BaseModel):
    """A place with the words that it was read from."""

    label: str
    lon: float
    lat: float
    precision: Precision
    score: float
    faults: list[Fault]
    matched: str
    kind: Kind | None
    id: int | None


class UnderstoodView(BaseModel):
    """What the bot would understand, and do."""

    does: Does
    outcome: Outcome
    results: list[UnderstoodPlaceView]


@router.post("/understanding", responses=problems(503))
async def try_text(
    body: TextBody, _: SeesGazetteer, session: Transaction, parts: PartsOf
) -> UnderstoodView:
    """Tell what the bot would make of a message; nothing is registered."""
    found = await look_up(session, parts.context, body.text, body.language)
    outcome = found.answer.outcome
    if found.place is not None:
        does = Does.ROUTES
    elif outcome is Outcome.SEVERAL:
        does = Does.ASKS_WHICH
    else:
        does = Does.ASKS_PART if outcome is Outcome.STREET else Does.ASKS_PLACE
    return UnderstoodView(
        does=does, outcome=outcome, results=[_understood(each) for each in found.answer.places]
    )


def _understood(each: Found) -> UnderstoodPlaceView:
    kind: Kind | None = None
    entry_id = None
    if each.landmark_id is not None:
        kind, entry_id = "landmark", each.landmark_id
    elif each.street_ids:
        kind, entry_id = "street", each.street_ids[0]
    return UnderstoodPlaceView(
        label=each.label,
        lon=each.lon,
        lat=each.lat,
        precision=each.precision,
        score=round(each.score, 3),
        faults=list(each.faults),
        matched=each.matched,
        kind=kind,
        id=entry_id,
    )
