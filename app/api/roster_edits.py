"""Changes of the roster: officers, postings, shifts and leave."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Literal

from fastapi import APIRouter, Path
from pydantic import AwareDatetime, BaseModel, Field, StringConstraints
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.ext.asyncio import AsyncSession

from app import roster
from app.access import Caller
from app.api.callers import EditsRoster, PartsOf, Transaction
from app.api.problems import problems
from app.api.roster_tags import IfMatch, IfNoneMatch, SeenBeforeError, demand_match, tag_of
from app.api.shapes import Body, Words
from app.cover import CITY_DESK
from app.errors import ConflictError, ForbiddenError, InvalidError, NotFoundError
from app.models import Leave, Officer, Posting, Shift
from app.permissions import scope_of
from app.roster import LeaveKind, OfficerFacts, PostingKind, ShiftKind
from app.routing import hold_for_change

router = APIRouter(
    prefix="/api/v1", tags=["roster"], responses=problems(401, 403, 404, 409, 422, 503)
)

Text = Annotated[Words, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
Code = Annotated[Words, Path(min_length=1, max_length=64, pattern=r"^[^/\\\x00-\x1f\x7f]+$")]
EntryId = Annotated[int, Path(ge=1, le=2**31 - 1)]


class OfficerExistsError(ConflictError):
    """There is an officer with this code already."""

    code = "officer-exists"


class OfficerChange(BaseModel):
    """What the register says of an officer; the phone is seen by staff only."""

    name: Text
    precinct: Text
    rank: Text | None = None
    reception: Text | None = None
    phone: Text | None = None
    load_limit: Annotated[int | None, Field(ge=1, le=100_000)] = None
    active: bool = True


class PeriodChange(BaseModel):
    """From when till when; without an end it goes on."""

    since: AwareDatetime
    until: AwareDatetime | None = None


class EntryChange(Body, PeriodChange):
    """Another time, and another kind or officer where they are named."""

    kind: PostingKind | ShiftKind | LeaveKind | None = None
    officer: Text | None = None


class NewPosting(PeriodChange):
    """An officer answers for a beat."""

    officer: Text
    beat: Text
    kind: PostingKind = PostingKind.PRIMARY


class NewShift(PeriodChange):
    """An officer is on duty, or can be called."""

    officer: Text
    kind: ShiftKind = ShiftKind.DUTY


class NewLeave(PeriodChange):
    """An officer is away."""

    officer: Text
    kind: LeaveKind = LeaveKind.VACATION


class EntryView(BaseModel):
    """An entry of the roster."""

    id: int
    officer: str
    beat: str | None
    kind: str
    since: datetime | None
    until: datetime | None
    tag: str


class OfficerChanged(OfficerChange):
    """The same, and its tag."""

    tag: str


@router.put("/officers/{code}")
async def put_officer(
    code: Code,
    change: OfficerChange,
    caller: EditsRoster,
    session: Transaction,
    parts: PartsOf,
    if_match: IfMatch = None,
    if_none_match: IfNoneMatch = None,
) -> OfficerChanged:
    """Add an officer, or change what is known of one."""
    _may(caller, change.precinct)
    await hold_for_change(session)
    known = (await session.execute(select(Officer).where(Officer.code == code))).scalar()
    if known is not None:
        # Whoever takes an officer over must be allowed to take them from where they were.
        _may(caller, known.precinct_code)
        demand_match(if_match, tag_of(code, roster.facts_said(roster.facts_of(known))))
        if if_none_match is not None:
            raise OfficerExistsError
    elif if_match is not None and if_match.strip() != "*":
        raise SeenBeforeError
    facts = OfficerFacts(code=code, **change.model_dump())
    await roster.put_officer(session, parts.context, caller.login, facts)
    tag = tag_of(code, roster.facts_said(facts))
    return OfficerChanged(**change.model_dump(), tag=tag)


@router.post("/postings", status_code=201)
async def post(
    new: NewPosting, caller: EditsRoster, session: Transaction, parts: PartsOf
) -> EntryView:
    """Post an officer to a beat."""
    officer = await _officer(session, caller, new.officer)
    directory = await parts.directories.current_or_none(session)
    beat = directory.entries.get(new.beat) if directory else None
    if beat is not None and beat.parent is not None:
        _may(caller, beat.parent)
    made = await roster.post(
        session, parts.context, caller.login, officer, new.beat, new.kind, _period(new)
    )
    return _view(officer, made)


@router.post("/shifts", status_code=201)
async def plan_shift(
    new: NewShift, caller: EditsRoster, session: Transaction, parts: PartsOf
) -> EntryView:
    """Plan a shift."""
    officer = await _officer(session, caller, new.officer)
    made = await roster.plan_shift(
        session, parts.context, caller.login, officer, new.kind, _period(new)
    )
    return _view(officer, made)


@router.post("/leaves", status_code=201)
async def grant_leave(
    new: NewLeave, caller: EditsRoster, session: Transaction, parts: PartsOf
) -> EntryView:
    """Note that an officer is away."""
    officer = await _officer(session, caller, new.officer)
    made = await roster.grant_leave(
        session, parts.context, caller.login, officer, new.kind, _period(new)
    )
    return _view(officer, made)


TABLES: dict[str, type[Posting] | type[Shift] | type[Leave]] = {
    "postings": Posting,
    "shifts": Shift,
    "leaves": Leave,
}
Kind = Literal["postings", "shifts", "leaves"]


KINDS: dict[str, type[StrEnum]] = {
    "postings": PostingKind,
    "shifts": ShiftKind,
    "leaves": LeaveKind,
}


@router.patch("/roster/{kind}/{entry_id}")
async def change_entry(
    kind: Kind,
    entry_id: EntryId,
    change: EntryChange,
    caller: EditsRoster,
    session: Transaction,
    parts: PartsOf,
    if_match: IfMatch = None,
) -> EntryView:
    """Move a posting, shift or leave to another time, or make it another kind or officer's."""
    entry, officer = await _entry(session, caller, kind, entry_id, if_match)
    if change.kind is not None and change.kind.value not in set(KINDS[kind]):
        message = f"A {kind.removesuffix('s')} is one of {', '.join(KINDS[kind])}"
        raise InvalidError(message)
    to = await _officer(session, caller, change.officer) if change.officer else officer
    await roster.change_entry(
        session, parts.context, caller.login, entry, _period(change), change.kind, to
    )
    return _view(to, entry)


@router.delete("/roster/{kind}/{entry_id}", status_code=204)
async def remove_entry(
    kind: Kind,
    entry_id: EntryId,
    caller: EditsRoster,
    session: Transaction,
    parts: PartsOf,
    if_match: IfMatch = None,
) -> None:
    """Take a posting, shift or leave out of the roster."""
    entry, _ = await _entry(session, caller, kind, entry_id, if_match)
    await roster.remove(session, parts.context, caller.login, entry)


async def _entry(
    session: AsyncSession, caller: Caller, kind: Kind, entry_id: int, if_match: str | None
) -> tuple[roster.Entry, Officer]:
    # Held before it is read: what is compared with the tag is what will be changed.
    await hold_for_change(session)
    entry: roster.Entry | None = await session.get(TABLES[kind], entry_id)
    if entry is None:
        message = f"There is no {kind.removesuffix('s')} {entry_id}"
        raise NotFoundError(message)
    officer = await session.get_one(Officer, entry.officer_id)
    _may(caller, officer.precinct_code)
    demand_match(if_match, tag_of(officer.code, roster.described(entry)))
    return entry, officer


async def _officer(session: AsyncSession, caller: Caller, code: str) -> Officer:
    officer = await roster.find_officer(session, code)
    _may(caller, officer.precinct_code)
    return officer


def _may(caller: Caller, precinct: str) -> None:
    if not scope_of(caller).allows(precinct):
        message = f"Precinct {precinct} keeps its own roster; ask its desk or the {CITY_DESK} desk"
        raise ForbiddenError(message)


def _period(change: PeriodChange) -> Range[datetime]:
    try:
        for each in (change.since, change.until):
            if each is not None:
                each.timestamp()
    except (OverflowError, ValueError):
        raise InvalidError("The time is beyond what can be kept") from None
    return Range(change.since, change.until)


def _view(officer: Officer, entry: roster.Entry) -> EntryView:
    return EntryView(
        id=entry.id,
        officer=officer.code,
        beat=entry.beat_code if isinstance(entry, Posting) else None,
        kind=entry.kind,
        since=entry.period.lower,
        until=entry.period.upper,
        tag=tag_of(officer.code, roster.described(entry)),
    )
