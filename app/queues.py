"""Open reports in working order, and reports looked up by what they have in common."""

import base64
import binascii
import json
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import ColumnElement, Select, and_, false, func, or_, select, text, true, tuple_
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
# How far one request looks for reports that are shown in a box.
PAGE, MOST_PAGES = 200, 25

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
    told : collection of str, optional
        Only these categories are found by where they are; all by default.
    """

    district: Entry | None = None
    statuses: Sequence[Status] = ()
    overdue: bool = False
    officer: str | None = None
    unplaced: bool = False
    told: Collection[str] | None = None

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
        if self.district is not None or self.officer is not None or self.unplaced:
            all_of.append(_told(self.told))
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


async def open_by_district(
    session: AsyncSession, scope: Scope, told: Collection[str] | None = None
) -> dict[str, int]:
    """Count open reports of each precinct and each beat, by code; of some categories only."""
    counts: dict[str, int] = {}
    for column in (Report.precinct_code, Report.beat_code):
        rows = await session.execute(
            select(column, func.count())
            .where(IS_OPEN, scope.condition(), _told(told))
            .group_by(column)
        )
        counts |= {row[0]: row[1] for row in rows if row[0] is not None}
    return counts


def _told(categories: Collection[str] | None) -> ColumnElement[bool]:
    return true() if categories is None else Report.category.in_(sorted(categories))


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
    told : collection of str, optional
        Only these categories are found by where they are; all by default.
    """

    statuses: Sequence[Status] = ()
    district: str | None = None
    bbox: tuple[float, float, float, float] | None = None
    since: datetime | None = None
    categories: Sequence[str] = ()
    told: Collection[str] | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """Some reports, and where the next ones begin."""

    reports: list[Report]
    next_cursor: str | None


Shown = Callable[[Report], tuple[float, float] | None]


async def find_shown(
    session: AsyncSession,
    scope: Scope,
    filters: Filters,
    limit: int,
    cursor: str | None,
    shown: Shown,
) -> Page:
    """Return the same for somebody who is shown another place than the true one.

    A box is compared with what they are shown: whoever may choose its edges would else find out
    the rest. A page may be short; the next one goes on.
    """
    if filters.bbox is None:
        return await find(session, scope, filters, limit, cursor)
    west, south, east, north = filters.bbox
    found: list[Report] = []
    for _ in range(MOST_PAGES):
        page = await find(session, scope, replace(filters, bbox=None), PAGE, cursor)
        for report in page.reports:
            point = shown(report)
            if point and west <= point[0] <= east and south <= point[1] <= north:
                found.append(report)
                if len(found) == limit:
                    return Page(found, _write(report))
        cursor = page.next_cursor
        if cursor is None:
            break
    return Page(found, cursor)


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
            ),
            _told(filters.told),
        )
    if filters.bbox is not None:
        # By a function of ours: see migrations/versions/0020_privacy_access.py.
        query = query.where(Report.id.in_(select(func.reports_in(*filters.bbox).column_valued())))
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
