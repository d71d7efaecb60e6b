"""Who is posted where and on duty, for all beats at once."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, literal, select
from sqlalchemy.dialects.postgresql import TSTZRANGE
from sqlalchemy.ext.asyncio import AsyncSession

from app.cover import Duty, Why
from app.models import Leave, Officer, Posting, Shift, UnattendedBeat
from app.permissions import Scope
from app.staffing import duty, duty_as_seen, open_reports


@dataclass(frozen=True, slots=True)
class PostedOfficer:
    """An officer posted to a beat, and whether they are on duty."""

    code: str
    name: str
    kind: str
    duty: Duty

    @property
    def on_shift(self) -> bool:
        """Whether they are there."""
        return self.duty is Duty.ON


async def posted_by_beat(
    session: AsyncSession,
    at: datetime,
    beats: Collection[str] | None = None,
    *,
    as_seen: bool = False,
) -> dict[str, list[PostedOfficer]]:
    """Return who is posted to each beat, or to some, at an instant, the primary first.

    Parameters
    ----------
    session
    at : datetime
    beats : collection of str, optional
    as_seen : bool
        True for the duty that the last look found, by whoever knows that it is still so.
    """
    state = duty_as_seen(at) if as_seen else duty(at)
    query = (
        select(Posting.beat_code, Officer.code, Officer.name, Posting.kind, state.label("duty"))
        .join(Officer, Officer.id == Posting.officer_id)
        .where(Posting.period.op("@>")(at), Officer.active)
        .order_by(Posting.beat_code, Posting.kind.desc(), Officer.code)
    )
    if beats is not None:
        query = query.where(Posting.beat_code.in_(beats))
    rows = await session.execute(query)
    posted: dict[str, list[PostedOfficer]] = defaultdict(list)
    for row in rows:
        posted[row.beat_code].append(PostedOfficer(row.code, row.name, row.kind, Duty(row.duty)))
    return posted


def why_unattended(posted: Iterable[PostedOfficer]) -> str | None:
    """Tell why nobody answers for a beat now, or None when somebody does."""
    there = list(posted)
    if any(officer.on_shift for officer in there):
        return None
    if not there:
        return Why.VACANT
    # That one of them will come back at the next shift is better to know than that one is away.
    return Why.OFF_SHIFT if any(o.duty is Duty.OFF for o in there) else Why.ON_LEAVE


@dataclass(frozen=True, slots=True)
class OfficerState:
    """An officer, and what they have on their hands."""

    officer: Officer
    duty: Duty
    open_reports: int


async def officers(session: AsyncSession, scope: Scope, at: datetime) -> list[OfficerState]:
    """Return the active officers somebody sees, by precinct and name."""
    query = select(Officer, duty(at).label("duty"), open_reports().label("open_reports")).where(
        Officer.active
    )
    if scope.precinct is not None:
        query = query.where(Officer.precinct_code == scope.precinct)
    rows = await session.execute(query.order_by(Officer.precinct_code, Officer.name, Officer.id))
    return [OfficerState(row.Officer, Duty(row.duty), row.open_reports) for row in rows]


@dataclass(frozen=True, slots=True)
class Period:
    """A posting, a shift or a leave: who, where and from when till when."""

    id: int
    officer_code: str
    officer_name: str
    precinct: str
    beat: str | None
    kind: str | None
    since: datetime | None
    until: datetime | None


async def postings(
    session: AsyncSession, scope: Scope, since: datetime, until: datetime
) -> list[Period]:
    """Return the postings that hold at some time in a period."""
    period = Posting.period
    query = (
        select(
            Posting.id,
            Officer.code,
            Officer.name,
            Officer.precinct_code,
            Posting.beat_code,
            Posting.kind,
            func.lower(period),
            func.upper(period),
        )
        .join(Officer, Officer.id == Posting.officer_id)
        .where(period.op("&&")(_range(since, until)))
        .order_by(Posting.beat_code, Posting.kind.desc(), Officer.code, func.lower(period))
    )
    if scope.precinct is not None:
        query = query.where(Officer.precinct_code == scope.precinct)
    return [Period(*row) for row in await session.execute(query)]


async def shifts(
    session: AsyncSession, scope: Scope, since: datetime, until: datetime
) -> list[Period]:
    """Return the shifts that fall into a period."""
    return await _of_officers(session, Shift, scope, since, until)


async def leaves(
    session: AsyncSession, scope: Scope, since: datetime, until: datetime
) -> list[Period]:
    """Return the leaves that fall into a period."""
    return await _of_officers(session, Leave, scope, since, until)


async def _of_officers(
    session: AsyncSession,
    table: type[Shift] | type[Leave],
    scope: Scope,
    since: datetime,
    until: datetime,
) -> list[Period]:
    period = table.period
    query = (
        select(
            table.id,
            Officer.code,
            Officer.name,
            Officer.precinct_code,
            literal(None).label("beat"),
            table.kind,
            func.lower(period),
            func.upper(period),
        )
        .join(Officer, Officer.id == table.officer_id)
        .where(period.op("&&")(_range(since, until)))
        .order_by(func.lower(period), Officer.code)
    )
    if scope.precinct is not None:
        query = query.where(Officer.precinct_code == scope.precinct)
    return [Period(*row) for row in await session.execute(query)]


def _range(since: datetime, until: datetime) -> object:
    return func.tstzrange(since, until, type_=TSTZRANGE)


async def unattended_since(session: AsyncSession) -> dict[str, datetime]:
    """Return since when each beat has been unattended, as the last look found."""
    rows = await session.execute(select(UnattendedBeat.beat_code, UnattendedBeat.since))
    return {row.beat_code: row.since for row in rows}
