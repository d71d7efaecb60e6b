"""The gazetteer for staff to change: names, landmarks, houses, proposals; and back again."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Annotated, Literal, Self

from fastapi import APIRouter, Path
from pydantic import BaseModel, Field, StringConstraints, model_validator
from sqlalchemy.ext.asyncio import AsyncSession

from app.alias_proposals import decide, open_proposal, proposals
from app.api.callers import EditsGazetteer, PartsOf, SeesGazetteer, Transaction
from app.api.gazetteer import Id
from app.api.parts import Parts
from app.api.problems import problems
from app.api.shapes import Body, Words
from app.gazetteer_edits import (
    EntryEdit,
    HouseEdit,
    StaleError,
    add_landmark,
    correct_house,
    edit,
    undo,
)
from app.gazetteer_entries import stands, view
from app.gazetteer_names import LONGEST, NameEdit
from app.gazetteer_shapes import EntryView, Kind
from geo.gazetteer import Gazetteer, Name, NameKind
from geo.street_words import StreetKind

router = APIRouter(
    prefix="/api/v1/gazetteer", tags=["gazetteer"], responses=problems(401, 403, 404, 409, 422, 503)
)

NameText = Annotated[Words, StringConstraints(min_length=1, max_length=LONGEST)]
LandmarkType = Annotated[Words, StringConstraints(min_length=1, max_length=40)]
AtVersion = Annotated[int, Field(ge=0, le=2**31 - 1, description="As it was shown; 0 at first")]
_MOST_NAMES = 20


class NewNameBody(Body):
    """A further name."""

    text: NameText
    language: Literal["uk", "ru", "en"] | None = None
    kind: Literal["alias", "variant", "former"] = "alias"


class TodaysNameBody(Body):
    """What a place is called today."""

    uk: NameText
    ru: NameText | None = None
    en: NameText | None = None

    def texts(self) -> dict[str, str]:
        """Return those that are given, by language."""
        return {key: text for key, text in self.model_dump().items() if text}


class _EditBody(Body):
    version: AtVersion
    add_names: Annotated[list[NewNameBody], Field(max_length=_MOST_NAMES, default_factory=list)]
    remove_names: Annotated[list[NameText], Field(max_length=_MOST_NAMES, default_factory=list)]
    name: TodaysNameBody | None = None
    keeps_former: Annotated[
        bool, Field(description="Whether a renamed place answers to its former name")
    ] = True

    def names(self) -> NameEdit:
        """Return which names shall be different."""
        added = [Name(each.text, each.language, NameKind(each.kind)) for each in self.add_names]
        return NameEdit(
            tuple(added),
            tuple(self.remove_names),
            self.name.texts() if self.name else None,
            self.keeps_former,
        )


class StreetBody(_EditBody):
    """What shall be different of a street."""

    type: StreetKind | None = None


class LandmarkBody(_EditBody):
    """What shall be different of a landmark; `lon` and `lat` together move it."""

    type: LandmarkType | None = None
    lon: float | None = None
    lat: float | None = None
    retired: bool | None = None

    @model_validator(mode="after")
    def _both(self) -> Self:
        if (self.lon is None) != (self.lat is None):
            message = "lon and lat belong together"
            raise ValueError(message)
        return self


class NewLandmarkBody(Body):
    """A landmark that no file has."""

    type: LandmarkType
    name: TodaysNameBody
    lon: float
    lat: float
    aliases: Annotated[list[NameText], Field(max_length=_MOST_NAMES, default_factory=list)]


class HouseBody(Body):
    """Where a house is (`lon`, `lat`), or that it is not where a file has it; else as files say."""

    version: AtVersion
    lon: float | None = None
    lat: float | None = None
    misplaced: bool = False

    @model_validator(mode="after")
    def _one(self) -> Self:
        if (self.lon is None) != (self.lat is None) or (self.misplaced and self.lon is not None):
            message = "give lon and lat, or misplaced, or neither"
            raise ValueError(message)
        return self


House = Annotated[Words, Path(min_length=1, max_length=20, examples=["115А"])]


@router.patch("/streets/{entry_id}")
async def edit_street(
    entry_id: Id, body: StreetBody, caller: EditsGazetteer, session: Transaction, parts: PartsOf
) -> EntryView:
    """Change a street's names or kind."""
    wanted = EntryEdit(body.version, body.names(), body.type)
    async with _shown_where_stale(session, parts) as gazetteer:
        await edit(session, caller.login, "street", entry_id, wanted)
    return view(await stands(session, "street", entry_id), gazetteer)


@router.patch("/landmarks/{entry_id}")
async def edit_landmark(
    entry_id: Id, body: LandmarkBody, caller: EditsGazetteer, session: Transaction, parts: PartsOf
) -> EntryView:
    """Rename, move, retire or restore a landmark, or change its names."""
    place = None if body.lon is None or body.lat is None else (body.lon, body.lat)
    wanted = EntryEdit(body.version, body.names(), body.type, place, body.retired)
    async with _shown_where_stale(session, parts) as gazetteer:
        await edit(session, caller.login, "landmark", entry_id, wanted)
    return view(await stands(session, "landmark", entry_id), gazetteer)


@router.post("/landmarks", status_code=201)
async def new_landmark(
    body: NewLandmarkBody, caller: EditsGazetteer, session: Transaction, parts: PartsOf
) -> EntryView:
    """Add a landmark."""
    gazetteer = await parts.context.gazetteers.get(session)
    entry_id = await add_landmark(
        session,
        caller.login,
        body.type,
        body.name.texts(),
        (body.lon, body.lat),
        tuple(body.aliases),
    )
    return view(await stands(session, "landmark", entry_id), gazetteer)


@router.put("/streets/{entry_id}/houses/{house:path}")
async def put_house(
    entry_id: Id,
    house: House,
    body: HouseBody,
    caller: EditsGazetteer,
    session: Transaction,
    parts: PartsOf,
) -> EntryView:
    """Say where a house is; answers with its street."""
    place = None if body.lon is None or body.lat is None else (body.lon, body.lat)
    wanted = HouseEdit(body.version, place, body.misplaced)
    async with _shown_where_stale(session, parts) as gazetteer:
        await correct_house(session, caller.login, entry_id, house, wanted)
    return view(await stands(session, "street", entry_id), gazetteer)


@router.post("/changes/{change_id}/undo")
async def undo_change(
    change_id: Id, caller: EditsGazetteer, session: Transaction, parts: PartsOf
) -> EntryView:
    """Bring back what was before a change, unless something was changed there since."""
    async with _shown_where_stale(session, parts) as gazetteer:
        kind, entry_id = await undo(session, caller.login, change_id)
    return view(await stands(session, kind, entry_id), gazetteer)


class ProposalView(BaseModel):
    """A name that people seem to use for a place, of which nobody has decided yet."""

    fragment: str
    text: str
    kind: Kind
    id: int
    label: str
    version: int
    times: int
    by_citizens: int
    by_desk: int
    last_at: datetime
    examples: list[str]
    instead_of: list[str]
    lon: float
    lat: float


class ProposalsView(BaseModel):
    """The most often meant first."""

    proposals: list[ProposalView]


@router.get("/proposals")
async def list_proposals(_: SeesGazetteer, session: Transaction, parts: PartsOf) -> ProposalsView:
    """List aliases that the feedback of citizens and the desk speaks for."""
    return ProposalsView(
        proposals=[
            ProposalView(
                fragment=each.fragment,
                text=each.text,
                kind=each.kind,
                id=each.thing_id,
                label=each.label,
                version=each.version,
                times=each.times,
                by_citizens=each.by_citizens,
                by_desk=each.by_desk,
                last_at=each.last_at,
                examples=each.examples,
                instead_of=each.instead_of,
                lon=each.lon,
                lat=each.lat,
            )
            for each in await proposals(session, parts.context)
        ]
    )


class DecisionBody(Body):
    """Whether a proposal becomes an alias, and how that is written."""

    fragment: Annotated[Words, StringConstraints(min_length=1, max_length=200)]
    kind: Kind
    id: Annotated[int, Field(ge=1, le=2**31 - 1)]
    accept: bool
    text: NameText | None = None


@router.post("/proposals/decision", status_code=204)
async def decide_proposal(
    body: DecisionBody, caller: EditsGazetteer, session: Transaction, parts: PartsOf
) -> None:
    """Accept a proposal, which is an alias at once, or decline it for good."""
    proposal = await open_proposal(session, parts.context, body.fragment, body.kind, body.id)
    async with _shown_where_stale(session, parts):
        await decide(
            session,
            parts.context,
            caller.login,
            proposal,
            accepted=body.accept,
            text=body.text,
        )


@asynccontextmanager
async def _shown_where_stale(session: AsyncSession, parts: Parts) -> AsyncIterator[Gazetteer]:
    """Give the gazetteer from before the change; add what is true now to a conflict."""
    gazetteer = await parts.context.gazetteers.get(session)
    try:
        yield gazetteer
    except StaleError as error:
        kind, entry_id = error.extra.pop("thing")
        current = view(await stands(session, kind, entry_id), gazetteer)
        error.extra["current"] = current.model_dump(mode="json")
        raise
