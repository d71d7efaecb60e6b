"""Changes of the roster: officers, postings, shifts, leave, and who comes and goes.

Each is one transaction: the change, its entry in the audit, and what follows from it for beats and
open reports (see `app.duty_watch`).
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, func, insert, select
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from app.context import UseCases
from app.cover import Duty
from app.duty_watch import Seen, look
from app.errors import ConflictError, InvalidError, NotFoundError
from app.models import DutyTap, Leave, Officer, Posting, RosterAudit, Shift, table_of
from app.roster_overlaps import overlap_of
from app.routing import NoBoundarySetError, current_index, hold_for_change
from app.staffing import duty_now
from geo.districts import Level


class OnLeaveError(ConflictError):
    """The officer is on leave; end the leave first."""

    code = "on-leave"


class PostingKind(StrEnum):
    """What an officer is to a beat."""

    PRIMARY = "primary"
    DEPUTY = "deputy"


class ShiftKind(StrEnum):
    """On duty, or at home and to be called."""

    DUTY = "duty"
    ON_CALL = "on_call"


class LeaveKind(StrEnum):
    """Why an officer is away."""

    VACATION = "vacation"
    SICK = "sick"
    TRAINING = "training"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class OfficerFacts:
    """What the register of officers says of one.

    Attributes
    ----------
    load_limit : int or None
        Open reports with which they get no more; None: the installation's limit.
    """

    code: str
    name: str
    precinct: str
    rank: str | None = None
    reception: str | None = None
    phone: str | None = None
    load_limit: int | None = None
    active: bool = True


Entry = Posting | Shift | Leave


@asynccontextmanager
async def changing(
    session: AsyncSession, context: UseCases, actor: str, *precincts: str
) -> AsyncIterator[list[Seen]]:
    """Hold everything that a change of the roster touches, and act on it afterwards.

    The list has what followed, once the change is made.

    Raises
    ------
    OverlapError
    BusyError
    """
    await hold_for_change(session)
    seen: list[Seen] = []
    try:
        yield seen
        await session.flush()
    except IntegrityError as error:
        raise overlap_of(error) from error
    seen.append(await look(session, context, actor, precincts))


async def find_officer(session: AsyncSession, code: str) -> Officer:
    """Return an officer, active or not.

    Raises
    ------
    NotFoundError
    """
    found = (await session.execute(select(Officer).where(Officer.code == code))).scalar()
    if found is None:
        message = f"There is no officer {code}"
        raise NotFoundError(message)
    return found


def facts_of(officer: Officer) -> OfficerFacts:
    """Return what the register says of an officer."""
    return OfficerFacts(
        code=officer.code,
        name=officer.name,
        precinct=officer.precinct_code,
        rank=officer.rank,
        reception=officer.reception,
        phone=officer.phone,
        load_limit=officer.load_limit,
        active=officer.active,
    )


async def put_officer(
    session: AsyncSession, context: UseCases, actor: str, facts: OfficerFacts
) -> Seen:
    """Add an officer, or change what is known of one.

    Raises
    ------
    InvalidError
        When there is no such precinct, or something is empty or out of range.
    """
    if not facts.code.strip() or not facts.name.strip():
        raise InvalidError("An officer has a code and a name")
    if facts.load_limit is not None and facts.load_limit < 1:
        raise InvalidError("A limit of open reports is at least 1")
    await _check_district(session, context, facts.precinct, Level.PRECINCT)
    known = (await session.execute(select(Officer).where(Officer.code == facts.code))).scalar()
    touched = {facts.precinct} | ({known.precinct_code} if known else set())
    async with changing(session, context, actor, *touched) as seen:
        before = facts_said(facts_of(known)) if known else None
        officer = known or Officer(code=facts.code)
        officer.name, officer.rank, officer.reception = facts.name, facts.rank, facts.reception
        officer.phone, officer.load_limit = facts.phone, facts.load_limit
        officer.precinct_code, officer.active = facts.precinct, facts.active
        session.add(officer)
        await session.flush()
        if before != facts_said(facts):
            await note(session, actor, "officer", facts.code, before, facts_said(facts))
    return seen[0]


def facts_said(facts: OfficerFacts) -> dict[str, Any]:
    """Return what the audit keeps of an officer."""
    return {name: getattr(facts, name) for name in OfficerFacts.__slots__}


async def post(
    session: AsyncSession,
    context: UseCases,
    actor: str,
    officer: Officer,
    beat: str,
    kind: PostingKind,
    period: Range[datetime],
) -> Posting:
    """Post an officer to a beat.

    Raises
    ------
    InvalidError, OverlapError
    """
    precinct = await _check_district(session, context, beat, Level.BEAT)
    entry = Posting(officer_id=officer.id, beat_code=beat, kind=kind.value, period=period)
    await _add(session, context, actor, officer, entry, precinct)
    return entry


async def plan_shift(
    session: AsyncSession,
    context: UseCases,
    actor: str,
    officer: Officer,
    kind: ShiftKind,
    period: Range[datetime],
) -> Shift:
    """Plan a shift.

    Raises
    ------
    InvalidError, OverlapError
    """
    entry = Shift(officer_id=officer.id, kind=kind.value, period=period)
    await _add(session, context, actor, officer, entry)
    return entry


async def grant_leave(
    session: AsyncSession,
    context: UseCases,
    actor: str,
    officer: Officer,
    kind: LeaveKind,
    period: Range[datetime],
) -> Leave:
    """Note that an officer is away.

    Raises
    ------
    InvalidError, OverlapError
    """
    entry = Leave(officer_id=officer.id, kind=kind.value, period=period)
    await _add(session, context, actor, officer, entry)
    return entry


async def _add(
    session: AsyncSession,
    context: UseCases,
    actor: str,
    officer: Officer,
    entry: Entry,
    precinct: str | None = None,
) -> None:
    check_period(entry.period)
    touched = {officer.precinct_code, precinct} - {None}
    async with changing(session, context, actor, *(str(code) for code in touched)):
        session.add(entry)
        await session.flush()
        await note(session, actor, entry.__tablename__, officer.code, None, described(entry))


async def change_period(
    session: AsyncSession, context: UseCases, actor: str, entry: Entry, period: Range[datetime]
) -> None:
    """Move a posting, shift or leave to another time.

    Raises
    ------
    InvalidError, OverlapError
    """
    await change_entry(session, context, actor, entry, period)


async def change_entry(
    session: AsyncSession,
    context: UseCases,
    actor: str,
    entry: Entry,
    period: Range[datetime],
    kind: StrEnum | None = None,
    officer: Officer | None = None,
) -> None:
    """Change when a posting, shift or leave is, its kind, and whose it is.

    Parameters
    ----------
    session, context, actor
    entry : Posting, Shift or Leave
    period : Range
    kind : StrEnum, optional
        Of its own enumeration; None to leave it.
    officer : Officer, optional
        Whom it goes to; None to leave it.

    Raises
    ------
    InvalidError, OverlapError
    """
    check_period(period)
    owner = await session.get_one(Officer, entry.officer_id)
    to = officer or owner
    async with changing(session, context, actor, owner.precinct_code, to.precinct_code):
        before = described(entry)
        entry.period, entry.officer_id = period, to.id
        if kind is not None:
            entry.kind = kind.value
        await session.flush()
        after = described(entry)
        if to is not owner:
            before["officer"], after["officer"] = owner.code, to.code
        if before != after:
            await note(session, actor, entry.__tablename__, to.code, before, after)


async def remove(session: AsyncSession, context: UseCases, actor: str, entry: Entry) -> None:
    """Take a posting, shift or leave out of the roster; the audit keeps what it was."""
    officer = await session.get_one(Officer, entry.officer_id)
    async with changing(session, context, actor, officer.precinct_code):
        before = described(entry)
        await session.delete(entry)
        await session.flush()
        await note(session, actor, entry.__tablename__, officer.code, before, None)


async def tap(
    session: AsyncSession, context: UseCases, actor: str, officer: Officer, *, on: bool
) -> Seen:
    """Note that an officer comes on duty or goes off, whatever the plan says.

    It holds until the plan says something new: the next begin or end of a planned shift. Saying
    what is so already changes nothing.

    Raises
    ------
    OnLeaveError
    InvalidError
        When the officer has left the service.
    """
    if not officer.active:
        message = f"Officer {officer.code} has left the service"
        raise InvalidError(message)
    async with changing(session, context, actor) as seen:
        now = context.clock()
        state = await duty_now(session, officer.id, now)
        if on and state is Duty.LEAVE:
            raise OnLeaveError
        if on != (state is Duty.ON):
            await session.execute(
                insert(table_of(DutyTap)).inline(),
                {"officer_id": officer.id, "at": now, "on_duty": on, "actor": actor},
            )
            kind = "came_on_duty" if on else "went_off_duty"
            await note(session, actor, kind, officer.code, None, {"at": now.isoformat()})
    return seen[0]


async def note(
    session: AsyncSession,
    actor: str,
    kind: str,
    officer: str | None,
    before: dict[str, Any] | None,
    after: dict[str, Any] | None,
) -> None:
    """Add a change to the roster's audit."""
    await session.execute(
        insert(table_of(RosterAudit)).inline(),
        {"actor": actor, "kind": kind, "officer": officer, "before": before, "after": after},
    )


def described(entry: Entry) -> dict[str, Any]:
    """Return what the audit keeps of an entry."""
    said: dict[str, Any] = {
        "id": entry.id,
        "kind": entry.kind,
        "since": said_time(entry.period.lower),
        "until": said_time(entry.period.upper),
    }
    if isinstance(entry, Posting):
        said["beat"] = entry.beat_code
    return said


def said_time(at: datetime | None) -> str | None:
    """Return a time as the audit keeps it: the same one is always the same text."""
    return at.astimezone(UTC).isoformat() if at else None


def check_period(period: Range[datetime]) -> None:
    """Raise InvalidError for a period that does not end after it begins."""
    if period.lower is None:
        raise InvalidError("A period has a beginning")
    if period.upper is not None and period.upper <= period.lower:
        raise InvalidError("A period ends after it begins")


async def _check_district(
    session: AsyncSession, context: UseCases, code: str, level: Level
) -> str | None:
    try:
        _, index = await current_index(session, context.index_cache)
    except NoBoundarySetError:
        raise InvalidError("There are no boundaries yet: nobody can be posted") from None
    found = index.districts.get(code)
    if found is None or found.level is not level:
        message = f"There is no {level} {code} in the boundaries in force"
        raise InvalidError(message)
    return found.parent


async def until_when(session: AsyncSession, officer: Officer, now: datetime) -> datetime | None:
    """Return when the plan says something new of an officer, or None when it says nothing."""
    bounds: list[ColumnElement[datetime | None]] = [
        func.min(func.lower(Shift.period)).filter(func.lower(Shift.period) > now),
        func.min(func.upper(Shift.period)).filter(func.upper(Shift.period) > now),
    ]
    row = (
        await session.execute(
            select(*bounds).where(
                Shift.officer_id == officer.id, Shift.kind == ShiftKind.DUTY.value
            )
        )
    ).one()
    return min((each for each in row if each is not None), default=None)
