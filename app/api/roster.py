"""Officers, the beats they are posted to, and who is on duty."""

from datetime import datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import AwareDatetime, BaseModel

from app.api.callers import COUNTS_ALL, PartsOf, SeesRoster, Transaction
from app.api.problems import problems
from app.cover import Duty
from app.directory import Directory
from app.duty import Period, leaves, officers, postings, shifts
from app.errors import InvalidError
from app.permissions import scope_of, sees_phone
from app.report_shapes import DistrictName, OfficerName

router = APIRouter(prefix="/api/v1", tags=["roster"], responses=problems(401, 403, 422))

LONGEST = timedelta(days=366)
AHEAD = timedelta(days=1)


class OfficerView(BaseModel):
    """An officer, and what they have on their hands; the phone only for whoever needs it."""

    code: str
    name: str
    rank: str | None
    precinct: DistrictName
    reception: str | None
    phone: str | None
    on_shift: bool
    duty: Duty
    open_reports: int


class OfficersView(BaseModel):
    """The active officers."""

    officers: list[OfficerView]


class PostingView(BaseModel):
    """An officer answers for a beat during a period."""

    id: int
    officer: OfficerName
    beat: DistrictName
    kind: str
    since: datetime | None
    until: datetime | None


class PostingsView(BaseModel):
    """Postings."""

    postings: list[PostingView]


class ShiftView(BaseModel):
    """The plan: an officer is on duty (`duty`) or can be called (`on_call`) during a period."""

    id: int
    officer: OfficerName
    precinct: DistrictName
    kind: str
    since: datetime | None
    until: datetime | None


class ShiftsView(BaseModel):
    """Shifts."""

    shifts: list[ShiftView]


class LeavesView(BaseModel):
    """Leaves: `vacation`, `sick`, `training`, `other`."""

    leaves: list[ShiftView]


Since = Annotated[AwareDatetime | None, Query(description="Now by default")]
Until = Annotated[AwareDatetime | None, Query(description="A day after `since` by default")]


@router.get("/officers", dependencies=[COUNTS_ALL])
async def list_officers(caller: SeesRoster, session: Transaction, parts: PartsOf) -> OfficersView:
    """List the active officers."""
    directory = await parts.directories.current_or_none(session)
    found = await officers(session, scope_of(caller), parts.context.clock())
    return OfficersView(
        officers=[
            OfficerView(
                code=state.officer.code,
                name=state.officer.name,
                rank=state.officer.rank,
                precinct=_named(directory, state.officer.precinct_code),
                reception=state.officer.reception,
                phone=state.officer.phone if sees_phone(caller, state.officer.code) else None,
                on_shift=state.duty is Duty.ON,
                duty=state.duty,
                open_reports=state.open_reports,
            )
            for state in found
        ]
    )


@router.get("/postings")
async def list_postings(
    caller: SeesRoster,
    session: Transaction,
    parts: PartsOf,
    since: Since = None,
    until: Until = None,
) -> PostingsView:
    """List the postings that hold at some time in a period."""
    directory = await parts.directories.current_or_none(session)
    found = await postings(session, scope_of(caller), *_period(parts.context.clock(), since, until))
    return PostingsView(
        postings=[
            PostingView(
                id=period.id,
                officer=_officer(period),
                beat=_named(directory, period.beat or ""),
                kind=period.kind or "",
                since=period.since,
                until=period.until,
            )
            for period in found
        ]
    )


@router.get("/shifts")
async def list_shifts(
    caller: SeesRoster,
    session: Transaction,
    parts: PartsOf,
    since: Since = None,
    until: Until = None,
) -> ShiftsView:
    """List the shifts that fall into a period."""
    directory = await parts.directories.current_or_none(session)
    found = await shifts(session, scope_of(caller), *_period(parts.context.clock(), since, until))
    return ShiftsView(shifts=[_entry(directory, period) for period in found])


@router.get("/leaves")
async def list_leaves(
    caller: SeesRoster,
    session: Transaction,
    parts: PartsOf,
    since: Since = None,
    until: Until = None,
) -> LeavesView:
    """List who is away at some time in a period."""
    directory = await parts.directories.current_or_none(session)
    found = await leaves(session, scope_of(caller), *_period(parts.context.clock(), since, until))
    return LeavesView(leaves=[_entry(directory, period) for period in found])


def _entry(directory: Directory | None, period: Period) -> ShiftView:
    return ShiftView(
        id=period.id,
        officer=_officer(period),
        precinct=_named(directory, period.precinct),
        kind=period.kind or "",
        since=period.since,
        until=period.until,
    )


def _officer(period: Period) -> OfficerName:
    return OfficerName(code=period.officer_code, name=period.officer_name)


def _named(directory: Directory | None, code: str) -> DistrictName:
    entry = directory.entries.get(code) if directory else None
    return DistrictName(code=code, name=entry.name if entry else {})


def _period(
    now: datetime, since: datetime | None, until: datetime | None
) -> tuple[datetime, datetime]:
    try:
        start = since or now
        end = until or start + AHEAD
        if not timedelta(0) < end - start <= LONGEST:
            message = f"A period ends after it begins and is at most {LONGEST.days} days long"
            raise InvalidError(message)
        start.timestamp(), end.timestamp()
    except (OverflowError, ValueError):
        raise InvalidError("The time is beyond what can be kept") from None
    return start, end
