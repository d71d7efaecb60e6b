"""The figures of a span of days as they are shown, sent and printed."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from app.context import UseCases
from app.errors import InvalidError
from app.evidence import Found, Part, Period, count
from app.evidence_figures import breakdown, figures
from app.evidence_suppression import column_without

PREVIOUS = "previous"
Names = Mapping[str, Mapping[str, str]]


class CompareError(InvalidError):
    """Compare with `previous`, or with days as 2026-10-01/2026-10-31."""

    code = "bad-compare"


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked for.

    Attributes
    ----------
    compare : Period, optional
        Days whose figures stand beside them.
    least : int
        Fewer reports than that are not shown; 0 shows all.
    """

    period: Period
    part: Part
    compare: Period | None = None
    least: int = 0


def read_compare(text: str | None, period: Period) -> Period | None:
    """Read with what somebody wants to compare.

    Raises
    ------
    CompareError, PeriodError
    """
    if not text:
        return None
    if text == PREVIOUS:
        return period.before()
    since, slash, until = text.partition("/")
    try:
        days = date.fromisoformat(since), date.fromisoformat(until)
    except ValueError:
        raise CompareError from None
    if not slash:
        raise CompareError
    return Period(*days)


async def evidence(session: AsyncSession, context: UseCases, asked: Question) -> dict[str, Any]:
    """Answer a question with everything the page shows, ready for JSON."""
    found = await count(session, context, asked.period, asked.part)
    other = None
    if asked.compare is not None:
        other = await count(session, context, asked.compare, asked.part)
    return {
        "timezone": context.timezone.key,
        "as_of": found.as_of,
        "least": asked.least or None,
        "part": {
            "precinct": asked.part.precinct,
            "category": asked.part.category,
            "source": asked.part.source,
        },
        "current": _side(found, asked.least),
        "compare": _side(other, asked.least) if other else None,
    }


def _side(found: Found, least: int) -> dict[str, Any]:
    shown = column_without([reports for _, reports in found.series], least)
    return {
        "since": found.period.since,
        "until": found.period.until,
        "total": figures(found.total, least),
        "step": found.step,
        "series": [
            {"from": begin, "reports": n} for (begin, _), n in zip(found.series, shown, strict=True)
        ],
        "hours": column_without([int(n) for n in found.total.part("hour")], least),
        "by": {
            name: [{"code": code} | row for code, row in breakdown(rows, least)]
            for name, rows in found.by.items()
        },
    }


def widened(part: Part, precinct: str | None) -> Part:
    """Return the part of it that somebody sees who sees one precinct only."""
    return part if precinct is None else replace(part, precinct=precinct)
