"""A report's history as staff see it: with names where the register keeps ids."""

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.models import Officer, Report, ReportEvent
from app.report_shapes import EventView, OfficerName

REPLIED = "replied"
# Events that quote what was said between the citizen and the staff.
SAID = frozenset({REPLIED, "answered"})
# The parts of an event that name an owner.
OWNED = ("assignment", "proposed_move")

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
            after=_named(event.after, officers) if with_replies or event.kind not in SAID else None,
            note=event.note if with_replies or event.kind != "status" else _no_words(event),
        )
        for event in events
    ]


def _no_words(event: ReportEvent) -> str | None:
    """Leave out the reason that a citizen gave; staff's own notes may be read."""
    return None if event.actor.startswith("citizen:") else event.note


def _owners(event: ReportEvent) -> Iterator[int]:
    for side in (event.before, event.after):
        for part in OWNED:
            owner = ((side or {}).get(part) or {}).get("officer_id")
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
    for part in OWNED:
        owned = (side or {}).get(part)
        if side is None or not isinstance(owned, dict) or "officer_id" not in owned:
            continue
        kept = {name: value for name, value in owned.items() if name != "officer_id"}
        officer = officers.get(owned["officer_id"])
        side = side | {part: {"officer": officer.model_dump() if officer else None} | kept}
    return side
