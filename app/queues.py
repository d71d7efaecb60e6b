"""Open reports in working order, and reports looked up by what they have in common."""

import base64
import binascii
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Select, and_, func, or_, select, text, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from app.directory import Entry
from app.errors import InvalidError
from app.models import Report
from app.models.reports import OPEN_SQL
from app.permissions import Scope
from app.workflow import Status
from geo.districts import Level

# A page cannot show more; the counts tell how many there are.
LONGEST = 500

# As literal SQL, because only then does PostgreSQL see that the partial indexes will do.
IS_OPEN = text(OPEN_SQL)


def _of(district: Entry | None, scope: Scope) -> ColumnElement[bool]:
    if district is None:
        return scope.condition()
    column = Report.precinct_code if district.level is Level.PRECINCT else Report.beat_code
    return and_(column == district.code, scope.condition())


async def queue(session: AsyncSession, scope: Scope, district: Entry | None = None) -> list[Report]:
    """Return open reports in working order.

    By priority; among equals those first that nobody has acknowledged, then the oldest.

    Parameters
    ----------
    session
    scope : Scope
        Whose reports may be seen.
    district : Entry, optional
        Only this precinct's or beat's.
    """
    rows = await session.execute(
        select(Report)
        .where(IS_OPEN, _of(district, scope))
        .order_by(
            Report.priority, Report.acknowledged_at.is_not(None), Report.received_at, Report.id
        )
        .limit(LONGEST)
    )
    return list(rows.scalars())


async def open_by_status(
    session: AsyncSession, scope: Scope, district: Entry | None = None
) -> dict[str, int]:
    """Count open reports, by status."""
    rows = await session.execute(
        select(Report.status, func.count())
        .where(IS_OPEN, _of(district, scope))
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
    """

    statuses: Sequence[Status] = ()
    district: str | None = None
    bbox: tuple[float, float, float, float] | None = None
    since: datetime | None = None


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
