"""A report's history as staff see it: with names where the register keeps ids."""

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.models import Officer, Report, ReportEvent
from app.report_shapes import EventView, OfficerName

REPLIED = "replied"

Side = dict[str, Any] | None


async def history(session: AsyncSession, report: Report, *, with_replies: bool) -> list[EventView]:
    """Return every change of a report, the first one first.

    Parameters
    ----------
    session, report
    with_replies : bool
        Whether the words of replies to the citizen may be seen.
    """
    events = (
        (
            await session.execute(
                select(ReportEvent)
                .where(ReportEvent.report_id == report.id)
                .order_by(ReportEvent.id)
            )
        )
        .scalars()
        .all()
    )
    officers = await _officers(session, events)
    return [
        EventView(
            id=event.id,
            at=event.at,
            actor=event.actor,
            kind=event.kind,
            before=_named(event.before, officers),
            after=_named(event.after, officers) if with_replies or event.kind != REPLIED else None,
            note=event.note,
        )
        for event in events
    ]


def _owners(event: ReportEvent) -> Iterator[int]:
    for side in (event.before, event.after):
        owner = ((side or {}).get("assignment") or {}).get("officer_id")
        if owner is not None:
            yield owner


async def _officers(session: AsyncSession, events: Sequence[ReportEvent]) -> dict[int, OfficerName]:
    wanted = {owner for event in events for owner in _owners(event)}
    if not wanted:
        return {}
    rows = await session.execute(
        select(Officer.id, Officer.code, Officer.name).where(Officer.id.in_(wanted))
    )
    return {row.id: OfficerName(code=row.code, name=row.name) for row in rows}


def _named(side: Side, officers: dict[int, OfficerName]) -> Side:
    assignment = (side or {}).get("assignment")
    if side is None or not isinstance(assignment, dict) or "officer_id" not in assignment:
        return side
    kept = {name: value for name, value in assignment.items() if name != "officer_id"}
    officer = officers.get(assignment["officer_id"])
    return side | {"assignment": {"officer": officer.model_dump() if officer else None} | kept}
