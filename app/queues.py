"""Open reports in working order, and reports looked up by what they have in common."""

import base64
import binascii
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Select, and_, false, func, or_, select, text, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from app.deadlines import due_column
from app.directory import Entry
from app.errors import InvalidError
from app.models import Officer, Report
from app.models.reports import OPEN_SQL
from app.permissions import Scope
from app.workflow import Status
from geo.districts import Level

# A page cannot show more; the counts tell how many there are.
LONGEST = 500

# As literal SQL, because only then does PostgreSQL see that the partial indexes will do.
IS_OPEN = text(OPEN_SQL)


@dataclass(frozen=True, slots=True)
class Part:
    """Which of the open reports are meant; nothing given means all that may be seen.

    Attributes
    ----------
    district : Entry, optional
        Only this precinct's or beat's.
    statuses : sequence of Status
    overdue : bool
        Only those whose deadline has passed.
    officer : str, optional
        Only those of the officer with this code.
    unplaced : bool
        Only those in no precinct.
    """

    district: Entry | None = None
    statuses: Sequence[Status] = ()
    overdue: bool = False
    officer: str | None = None
    unplaced: bool = False

    def condition(self, scope: Scope, now: datetime) -> ColumnElement[bool]:
        """Return the same as SQL."""
        all_of = [scope.condition()]
        if self.district is not None:
            precinct = self.district.level is Level.PRECINCT
            column = Report.precinct_code if precinct else Report.beat_code
            all_of.append(column == self.district.code)
        if self.statuses:
            all_of.append(Report.status.in_([status.value for status in self.statuses]))
        if self.overdue:
            all_of.append(due_column() <= now)
        if self.officer is not None:
            known = select(Officer.id).where(Officer.code == self.officer).scalar_subquery()
            all_of.append(Report.assigned_officer_id == known)
        if self.unplaced:
            all_of.append(Report.precinct_code.is_(None))
        return and_(*all_of)


ALL = Part()


async def queue(
    session: AsyncSession, scope: Scope, now: datetime, part: Part = ALL
) -> list[Report]:
    """Return open reports in working order.

    By priority; among equals those first whose deadline has passed, then those that nobody has
    acknowledged, then what is due soonest, then the oldest.

    Parameters
    ----------
    session
    scope : Scope
        Whose reports may be seen.
    now : datetime
    part : Part
    """
    due = due_column()
    rows = await session.execute(
        select(Report)
        .where(IS_OPEN, part.condition(scope, now))
        .order_by(
            Report.priority,
            func.coalesce(due <= now, false()).desc(),
            Report.acknowledged_at.is_not(None),
            due.asc().nulls_last(),
            Report.received_at,
            Report.id,
        )
        .limit(LONGEST)
    )
    return list(rows.scalars())


async def open_by_status(
    session: AsyncSession, scope: Scope, now: datetime, part: Part = ALL
) -> dict[str, int]:
    """Count open reports, by status."""
    rows = await session.execute(
        select(Report.status, func.count())
        .where(IS_OPEN, part.condition(scope, now))
        .group_by(Report.status)
    )
    return {row[0]: row[1] for row in rows}


async def open_by_district(session: AsyncSession, scope: Scope) -> dict[str, int]:
    """Count open reports of each precinct and each beat, by code."""
    counts: dict[str, int] = {}
    for column in (Report.precinct_code, Report.beat_code):
        rows = await session.execute(
            select(column, func.count()).where(IS_OPEN, scope.condition()).group_by(column)
        )
        counts |= {row[0]: row[1] for row in rows if row[0] is not None}
    return counts


class BadCursorError(InvalidError):
    """The cursor is not one of ours."""

    code = "bad-cursor"


@dataclass(frozen=True, slots=True)
class Filters:
    """What reports are looked up by; nothing given means all that may be seen.

    Attributes
    ----------
    bbox : tuple of float, optional
        West, south, east, north in degrees.
    since : datetime, optional
        Received then or later.
    categories : sequence of str
        Codes; `unsorted` finds those that still need one.
    """

    statuses: Sequence[Status] = ()
    district: str | None = None
    bbox: tuple[float, float, float, float] | None = None
    since: datetime | None = None
    categories: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Page:
    """Some reports, and where the next ones begin."""

    reports: list[Report]
    next_cursor: str | None


async def find(
    session: AsyncSession, scope: Scope, filters: Filters, limit: int, cursor: str | None
) -> Page:
    """Return reports, the newest first.

    Raises
    ------
    BadCursorError
        For a cursor that was not made here.
    """
    query = _filtered(select(Report), filters).where(scope.condition())
    if cursor:
        query = query.where(tuple_(Report.received_at, Report.id) < tuple_(*_read(cursor)))
    rows = await session.execute(
        query.order_by(Report.received_at.desc(), Report.id.desc()).limit(limit + 1)
    )
    reports = list(rows.scalars())
    more = len(reports) > limit
    reports = reports[:limit]
    return Page(reports, _write(reports[-1]) if more else None)


def _filtered(query: Select[Report], filters: Filters) -> Select[Report]:
    if filters.statuses:
        query = query.where(Report.status.in_([status.value for status in filters.statuses]))
    if filters.district is not None:
        query = query.where(
            or_(
                Report.precinct_code == filters.district,
                Report.beat_code == filters.district,
            )
        )
    if filters.bbox is not None:
        query = query.where(Report.place.op("&&")(func.ST_MakeEnvelope(*filters.bbox, 4326)))
    if filters.categories:
        query = query.where(Report.category.in_(filters.categories))
    if filters.since is not None:
        query = query.where(Report.received_at >= filters.since)
    return query


def _write(report: Report) -> str:
    plain = json.dumps([report.received_at.isoformat(), report.id])
    return base64.urlsafe_b64encode(plain.encode()).decode().rstrip("=")


def _read(cursor: str) -> tuple[datetime, int]:
    try:
        padded = cursor.encode("ascii") + b"=" * (-len(cursor) % 4)
        received_at, report_id = json.loads(base64.b64decode(padded, b"-_", validate=True))
        at = datetime.fromisoformat(received_at)
    except (ValueError, TypeError, binascii.Error, RecursionError):
        raise BadCursorError from None
    if at.tzinfo is None or type(report_id) is not int or not 0 < report_id < 2**63:
        raise BadCursorError
    return at, report_id
