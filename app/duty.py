"""Who is posted where and on duty, for all beats at once."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, exists, func, literal, select, text
from sqlalchemy.dialects.postgresql import TSTZRANGE
from sqlalchemy.ext.asyncio import AsyncSession

from app.models import Officer, Posting, Report, Shift
from app.models.reports import OPEN_SQL
from app.permissions import Scope


def on_shift(at: datetime) -> ColumnElement[bool]:
    """SQL condition: the officer of the row is on duty at an instant."""
    return exists().where(Shift.officer_id == Officer.id, Shift.period.op("@>")(at))


@dataclass(frozen=True, slots=True)
class PostedOfficer:
    """An officer posted to a beat, and whether they are on duty."""

    code: str
    name: str
    kind: str
    on_shift: bool


async def posted_by_beat(session: AsyncSession, at: datetime) -> dict[str, list[PostedOfficer]]:
    """Return who is posted to each beat at an instant, the primary first."""
    rows = await session.execute(
        select(
            Posting.beat_code, Officer.code, Officer.name, Posting.kind, on_shift(at).label("on")
        )
        .join(Officer, Officer.id == Posting.officer_id)
        .where(Posting.period.op("@>")(at), Officer.active)
        .order_by(Posting.beat_code, Posting.kind.desc(), Officer.code)
    )
    posted: dict[str, list[PostedOfficer]] = defaultdict(list)
    for row in rows:
        posted[row.beat_code].append(PostedOfficer(row.code, row.name, row.kind, row.on))
    return posted


def why_unattended(posted: Iterable[PostedOfficer]) -> str | None:
    """Tell why nobody answers for a beat now, or None when somebody does."""
    there = list(posted)
    if any(officer.on_shift for officer in there):
        return None
    return "off_shift" if there else "vacant"


@dataclass(frozen=True, slots=True)
class OfficerState:
    """An officer, and what they have on their hands."""

    officer: Officer
    on_shift: bool
    open_reports: int


async def officers(session: AsyncSession, scope: Scope, at: datetime) -> list[OfficerState]:
    """Return the active officers somebody sees, by precinct and name."""
    load = (
        select(func.count())
        .where(Report.assigned_officer_id == Officer.id, text(OPEN_SQL))
        .correlate(Officer)
        .scalar_subquery()
    )
    query = select(Officer, on_shift(at).label("on"), load.label("open_reports")).where(
        Officer.active
    )
    if scope.precinct is not None:
        query = query.where(Officer.precinct_code == scope.precinct)
    rows = await session.execute(query.order_by(Officer.precinct_code, Officer.name, Officer.id))
    return [OfficerState(row.Officer, row.on, row.open_reports) for row in rows]


@dataclass(frozen=True, slots=True)
class Period:
    """A posting or a shift: who, where and from when till when."""

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
    period = Shift.period
    query = (
        select(
            Officer.code,
            Officer.name,
            Officer.precinct_code,
            literal(None).label("beat"),
            literal(None).label("kind"),
            func.lower(period),
            func.upper(period),
        )
        .join(Officer, Officer.id == Shift.officer_id)
        .where(period.op("&&")(_range(since, until)))
        .order_by(func.lower(period), Officer.code)
    )
    if scope.precinct is not None:
        query = query.where(Officer.precinct_code == scope.precinct)
    return [Period(*row) for row in await session.execute(query)]


def _range(since: datetime, until: datetime) -> object:
    return func.tstzrange(since, until, type_=TSTZRANGE)
