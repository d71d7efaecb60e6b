"""What citizens said of reports that exist, and how they rated them, as staff see it."""

from collections import defaultdict
from collections.abc import Sequence

from sqlalchemy import and_, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.citizen_says import MOVED, SAID_OVER
from app.models import Rating, Report, ReportEvent
from app.report_shapes import AnswerView
from app.task_words import ANSWERED
from app.workflow import CLOSED, Status

# What staff do; after it an answer is new no more.
ACTED = ("status", "replied", "seen", "assigned")
REOPENED = "reopened"
CITIZEN = "citizen:"


async def answers_of(
    session: AsyncSession, reports: Sequence[Report]
) -> dict[int, list[AnswerView]]:
    """Return the answers by report, the first one first; in a list only where some are new."""
    # In a list only what is new matters; the queue must not pay for the rest.
    ids = [
        each.id
        for each in reports
        if len(reports) == 1 or each.answered_at is not None or each.reopened
    ]
    if not ids:
        return {}
    events = (
        (
            await session.execute(
                select(ReportEvent)
                .where(
                    ReportEvent.report_id.in_(ids),
                    or_(
                        ReportEvent.kind.in_((ANSWERED, SAID_OVER, MOVED)),
                        and_(
                            ReportEvent.kind == "status",
                            ReportEvent.actor.startswith(CITIZEN),
                            ReportEvent.note.is_not(None),
                        ),
                    ),
                )
                .order_by(ReportEvent.id)
            )
        )
        .scalars()
        .all()
    )
    moved = {(e.report_id, (e.after or {}).get("message")) for e in events if e.kind == MOVED}
    unread = {each.id for each in reports if each.answered_at is not None}
    last_act = await _last_acts(session, sorted(unread))
    # What was edited stands where it was said last.
    last = {(e.report_id, (e.after or {}).get("message")): e.id for e in events}
    found: dict[int, list[AnswerView]] = defaultdict(list)
    for event in events:
        after = event.after or {}
        message = (event.report_id, after.get("message"))
        if event.kind == MOVED or message in moved:
            continue
        if event.kind == ANSWERED and last[message] != event.id:
            continue
        is_status = event.kind == "status"
        is_new = event.report_id in unread and event.id >= last_act.get(event.report_id, 0)
        found[event.report_id].append(
            AnswerView(
                text=event.note or after.get("text") or "",
                at=event.at,
                media=len(after.get("media", ())),
                kind=REOPENED if is_status else event.kind,
                is_new=is_new,
            )
        )
    return found


async def _last_acts(session: AsyncSession, ids: Sequence[int]) -> dict[int, int]:
    if not ids:
        return {}
    rows = await session.execute(
        select(ReportEvent.report_id, ReportEvent.id)
        .where(
            ReportEvent.report_id.in_(ids),
            ReportEvent.kind.in_(ACTED),
            ~ReportEvent.actor.startswith(CITIZEN),
        )
        .order_by(ReportEvent.id)
    )
    return {row.report_id: row.id for row in rows}


async def ratings_of(session: AsyncSession, reports: Sequence[Report]) -> dict[int, int]:
    """Return the stars by report, of those that are closed."""
    closed = {each.id: each.closed_at for each in reports if Status(each.status) in CLOSED}
    if not closed:
        return {}
    rows = await session.execute(
        select(Rating.report_id, Rating.closed_at, Rating.stars).where(Rating.report_id.in_(closed))
    )
    return {row.report_id: row.stars for row in rows if closed[row.report_id] == row.closed_at}
