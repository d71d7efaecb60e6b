"""Reports of one incident, linked and parted again: by staff, by citizens' taps, by themselves.

One of them is the entry that is worked on; the others follow it, see `app.incident_joining`.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import delete, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from app import notices
from app.context import UseCases
from app.deadlines import follow_status, set_deadlines
from app.errors import ConflictError, InvalidError
from app.incident_joining import BY_ITSELF, count_soon, follow, pair_of, remember_other
from app.incident_search import probe_of, why_same
from app.models import NotSame, Report, table_of
from app.report_moves import route_again
from app.reports import DUPLICATE, find_owner, note_told, ownership, record, set_owner, touch
from app.workflow import CLOSED, Status

SEPARATED = "separated"
SAID_OTHER = "not_same"


async def link(
    session: AsyncSession, context: UseCases, actor: str, report: Report, lead: Report
) -> None:
    """Let a report, and all that follow it, follow another one; its citizen is told.

    Parameters
    ----------
    session
        Holds the boundary set in force.
    context, actor
    report, lead : Report
        Locked, in the order of their numbers.

    Raises
    ------
    InvalidError
        When it would follow itself, or one that follows another.
    ConflictError
        When it is closed already.
    """
    if report.id == lead.id:
        raise InvalidError("A report cannot be a duplicate of itself")
    if lead.duplicate_of_id is not None:
        first = await session.get_one(Report, lead.duplicate_of_id)
        message = f"Report {lead.number} itself follows {first.number}; name that one"
        raise InvalidError(message, first=first.number)
    if report.duplicate_of_id == lead.id:
        return
    before = Status(report.status)
    if before in CLOSED and report.duplicate_of_id is None:
        message = f"A report that is {before} cannot be linked: reopen it first"
        raise ConflictError(message)
    now = context.clock()
    rules = (await context.triage.get(session)).rules
    owner_before, precinct_before = ownership(report), report.precinct_code
    if report.duplicate_of_id is not None:
        await count_soon(session, report.duplicate_of_id, now)
    why = await why_same(session, rules, probe_of(report), lead.id)
    await _bring_followers(session, report, lead, now)
    follow(report, lead, why, actor, now)
    report.members, report.people, report.raised = 0, 1, 0
    report.owner_untold = False
    note_told(report, Status(lead.status))
    touch(report, now)
    await record(
        session,
        report,
        kind=DUPLICATE,
        actor=actor,
        before={"status": before.value, "assignment": owner_before},
        after={"status": report.status, "of": lead.number, "why": why},
        precinct_before=precinct_before,
    )
    await _forget_said(session, report.id, lead.id)
    await count_soon(session, lead.id, now, danger=report.danger and not lead.danger)
    await notices.merged(session, report, lead.number)


async def _bring_followers(
    session: AsyncSession, report: Report, lead: Report, now: datetime
) -> None:
    """Let those who follow one report follow another."""
    await session.flush()
    await session.execute(
        update(table_of(Report))
        .where(Report.duplicate_of_id == report.id)
        .values(
            duplicate_of_id=lead.id,
            status=lead.status,
            assigned_officer_id=lead.assigned_officer_id,
            assigned_desk=lead.assigned_desk,
            rung=lead.rung,
            precinct_code=lead.precinct_code,
            beat_code=lead.beat_code,
            acknowledged_at=lead.acknowledged_at,
            closed_at=lead.closed_at,
            updated_at=now,
            owner_untold=or_(
                Report.owner_untold,
                Report.assigned_officer_id.is_distinct_from(lead.assigned_officer_id),
                Report.assigned_desk.is_distinct_from(lead.assigned_desk),
            ),
        )
    )


async def separate(
    session: AsyncSession, context: UseCases, actor: str, report: Report, note: str | None = None
) -> None:
    """Take a report out of its incident: it is worked on by itself again.

    Whoever says so is remembered, unless nobody did: then it was moved or sorted anew.

    Parameters
    ----------
    session
        Holds the boundary set in force.
    context, actor
    report : Report
        Locked.
    note : str, optional

    Raises
    ------
    ConflictError
        When it follows no other.
    """
    lead_id = report.duplicate_of_id
    if lead_id is None:
        message = f"Report {report.number} follows no other one"
        raise ConflictError(message)
    now = context.clock()
    lead = await session.get_one(Report, lead_id)
    before: dict[str, Any] = {
        "of": lead.number,
        "status": report.status,
        "assignment": ownership(report),
    }
    precinct_before = report.precinct_code
    await _leave(session, context, report, now)
    if Status(report.status) not in CLOSED:
        await _begin_anew(session, context, report, Status(before["status"]), now)
    touch(report, now)
    await record(
        session,
        report,
        kind=SEPARATED,
        actor=actor,
        before=before,
        after={"status": report.status, "assignment": ownership(report)},
        note=note,
        precinct_before=precinct_before,
    )
    if actor != BY_ITSELF:
        await remember_other(session, actor, report.id, lead_id, now)


async def _leave(session: AsyncSession, context: UseCases, report: Report, now: datetime) -> None:
    """Let a report stand by itself, in the district of its own place; its status stays."""
    if report.duplicate_of_id is not None:
        await count_soon(session, report.duplicate_of_id, now)
    report.duplicate_of_id = report.joined_at = report.duplicate_why = None
    decided = report.decision or {}
    report.precinct_code, report.beat_code = decided.get("precinct"), decided.get("beat")
    await route_again(session, context, report)


async def _begin_anew(
    session: AsyncSession, context: UseCases, report: Report, before: Status, now: datetime
) -> None:
    status = Status.AWAITING_PLACE if report.place is None else Status.QUEUED
    report.status, report.acknowledged_at = status.value, None
    follow_status(report, before, now)
    await set_deadlines(session, context, report, now)
    set_owner(report, await find_owner(session, context, report, now))


async def say_other(
    session: AsyncSession, context: UseCases, actor: str, report: Report, other: Report
) -> None:
    """Remember that somebody has looked, and two reports are not the same.

    Parameters
    ----------
    session, context, actor
    report, other : Report
        Locked, in the order of their numbers.

    Raises
    ------
    InvalidError
        For one and the same report.
    ConflictError
        When one of them follows the other: it is to be separated.
    """
    if report.id == other.id:
        raise InvalidError("A report is always the same as itself")
    if report.id == other.duplicate_of_id or other.id == report.duplicate_of_id:
        message = f"{report.number} and {other.number} are linked: separate them first"
        raise ConflictError(message)
    now = context.clock()
    if not await remember_other(session, actor, report.id, other.id, now):
        return
    touch(report, now)
    await record(session, report, kind=SAID_OTHER, actor=actor, after={"of": other.number})


async def _forget_said(session: AsyncSession, one: int, other: int) -> None:
    pair = pair_of(one, other)
    await session.execute(
        delete(table_of(NotSame)).where(
            NotSame.low_id == pair["low_id"], NotSame.high_id == pair["high_id"]
        )
    )


async def has_followers(session: AsyncSession, report: Report) -> bool:
    """Tell whether others follow a report, counted or not."""
    found = select(Report.id).where(Report.duplicate_of_id == report.id).limit(1)
    return (await session.execute(found)).first() is not None


async def step_out(session: AsyncSession, context: UseCases, report: Report) -> None:
    """Let a report stand by itself, so that what its citizen says of it concerns nobody else.

    Of one that others follow the next one takes over; that is for closed ones, which nobody has
    on their hands.
    """
    now = context.clock()
    if report.duplicate_of_id is not None:
        status = Status(report.status)
        await _leave(session, context, report, now)
        if status not in CLOSED:
            report.status = Status.QUEUED.value
        return
    heir = (
        await session.execute(
            select(Report)
            .where(Report.duplicate_of_id == report.id)
            .order_by(Report.id)
            .limit(1)
            .with_for_update()
        )
    ).scalar()
    if heir is None:
        return
    heir.duplicate_of_id = heir.joined_at = heir.duplicate_why = None
    report.members, report.people, report.raised = 0, 1, 0
    await session.flush()
    await session.execute(
        update(table_of(Report))
        .where(Report.duplicate_of_id == report.id)
        .values(duplicate_of_id=heir.id)
    )
    touch(heir, now)
    await record(
        session, heir, kind=SEPARATED, actor=BY_ITSELF, before={"of": report.number}, after={}
    )
    await count_soon(session, heir.id, now)


async def hand_on(session: AsyncSession, context: UseCases, report: Report, lead: Report) -> None:
    """Let a report follow another one than before, with which it parts from that; quietly."""
    now = context.clock()
    rules = (await context.triage.get(session)).rules
    why = await why_same(session, rules, probe_of(report), lead.id)
    owner = (report.assigned_officer_id, report.assigned_desk)
    follow(report, lead, why, BY_ITSELF, now)
    if owner != (lead.assigned_officer_id, lead.assigned_desk):
        report.owner_untold = True
    touch(report, now)
    after = {"status": report.status, "of": lead.number, "why": why}
    await record(session, report, kind=DUPLICATE, actor=BY_ITSELF, after=after)
