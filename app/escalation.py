"""What follows when a report is not taken on in time, or nobody is on the scene in time.

While nobody has acknowledged it, the next one on the cover ladder gets it; then the desk is told,
then the leader. Of one that is acknowledged only desk and leader are told: its owner stays. How far
a report has come is kept on it, so each is told once, by whichever worker is first.
"""

import asyncio
import logging
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, or_, select, text
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.ext.asyncio import AsyncSession

from app.cancellation import heed_cancellation
from app.context import UseCases
from app.cover import CHOSEN, CITY_DESK
from app.db import Database
from app.deadlines import Deadline, Step, due_now
from app.errors import BeatwayError
from app.models import Officer, OfficerChat, Report, Reporter, Staff, StaffRole
from app.models.reports import TO_ESCALATE_SQL, UNACKNOWLEDGED_SQL, UNDERWAY_SQL
from app.outbox import enqueue_text
from app.phrases import local_name, phrase
from app.reports import SYSTEM, find_owner, ownership, record, set_owner, touch
from app.routing import NoBoundarySetError, current_index, hold_boundaries
from app.staff_notices import LATE, tell_desk, tell_leaders

log = logging.getLogger(__name__)

LOOK_EVERY_S = 5.0
KIND = "escalated"


@dataclass(frozen=True, slots=True)
class Escalated:
    """A report that was late, and who was told of it now."""

    number: str
    deadline: Deadline
    step: Step


def _missed(deadline: Deadline, context: UseCases, now: datetime) -> ColumnElement[bool]:
    """SQL: the next one is to be told now that a report is late."""
    pause = now - context.escalation_pause
    rested = or_(Report.escalated_at.is_(None), Report.escalated_at <= pause)
    if deadline is Deadline.ON_SCENE:
        late = and_(text(UNDERWAY_SQL), Report.on_scene_due_at <= now)
    else:
        # Whoever got it only now, by a change of shift or of boundaries, is given that long too.
        had_it = or_(
            Report.escalation_step > Step.NOBODY,
            Report.owned_since.is_(None),
            Report.owned_since <= Report.deadlines_from,
            Report.owned_since <= pause,
        )
        late = and_(text(UNACKNOWLEDGED_SQL), Report.acknowledge_due_at <= now, had_it)
    return and_(late, text(TO_ESCALATE_SQL), rested)


def _late(deadline: Deadline, context: UseCases, now: datetime) -> Select[Report]:
    due = Report.acknowledge_due_at if deadline is Deadline.ACKNOWLEDGE else Report.on_scene_due_at
    return (
        select(Report)
        .where(_missed(deadline, context, now))
        .order_by(due, Report.id)
        .limit(1)
        .with_for_update(skip_locked=True)
    )


async def is_somebody_late(session: AsyncSession, context: UseCases) -> bool:
    """Tell, without a lock, whether anybody is to be told of something."""
    now = context.clock()
    late = [select(Report.id).where(_missed(each, context, now)).exists() for each in Deadline]
    return any((await session.execute(select(*late))).one())


async def escalate_one(session: AsyncSession, context: UseCases) -> Escalated | None:
    """Tell the next one of the report that has been late for longest; None when none is.

    Others may do the same at the same time: a report that one of them looks at is passed over.
    """
    await hold_boundaries(session)
    now = context.clock()
    for deadline in Deadline:
        report = (await session.execute(_late(deadline, context, now))).scalar()
        if report is not None:
            return await _escalate(session, context, report, deadline, now)
    return None


async def _escalate(
    session: AsyncSession, context: UseCases, report: Report, deadline: Deadline, now: datetime
) -> Escalated:
    before, due_at = ownership(report), due_now(report)
    step, told = Step(report.escalation_step), list[str]()
    handed = False
    if deadline is Deadline.ACKNOWLEDGE and step is Step.NOBODY:
        handed = await _hand_on(session, context, report, now)
        step = Step.NEXT_OFFICER
    # A desk that gets the report itself is told at once: there is nobody between them.
    if not handed or report.assigned_officer_id is None:
        step = Step.LEADER if step >= Step.DESK else Step.DESK
        told = await _tell(session, context, report, deadline, step)
    report.escalation_step, report.escalated_at = step.value, now
    # Only a new owner is another version: whoever takes the report on at this instant still may.
    if handed:
        touch(report, now)
    await record(
        session,
        report,
        kind=KIND,
        actor=SYSTEM,
        before={"assignment": before} if handed else None,
        after={
            "late": {
                "deadline": deadline.value,
                "due_at": due_at.isoformat() if due_at else None,
                "step": step.name.lower(),
                "told": told,
            }
        }
        | ({"assignment": ownership(report)} if handed else {}),
    )
    return Escalated(report.number, deadline, step)


async def _hand_on(session: AsyncSession, context: UseCases, report: Report, now: datetime) -> bool:
    """Let the ladder find somebody else; what was given by hand stays, for the desk to decide."""
    if report.rung in CHOSEN:
        return False
    owner = (report.assigned_officer_id, report.assigned_desk)
    if report.assigned_officer_id is not None:
        report.late_by = sorted({*report.late_by, report.assigned_officer_id})
    found = await find_owner(session, context, report, now)
    if (found.officer.officer_id if found.officer else None, found.desk) == owner:
        return False
    set_owner(report, found)
    return True


async def _tell(
    session: AsyncSession, context: UseCases, report: Report, deadline: Deadline, step: Step
) -> list[str]:
    due_at = due_now(report)
    subject = f"{LATE}:{report.number}:{deadline}:{due_at}:{step.name.lower()}"
    body = await _body(session, context, report, deadline)
    if step is Step.LEADER:
        leaders = report.precinct_code or CITY_DESK
        await tell_leaders(session, leaders, LATE, subject, body)
        # Who leads the city sees on the page what its precincts' leaders see.
        await _write_to(session, context, StaffRole.LEADER, [leaders, CITY_DESK], report, deadline)
        return [leaders]
    told = sorted({CITY_DESK, report.precinct_code or CITY_DESK, report.assigned_desk or CITY_DESK})
    for desk in told:
        await tell_desk(session, desk, LATE, subject, body)
    await _write_to(session, context, StaffRole.DESK, told, report, deadline)
    return told


async def _body(
    session: AsyncSession, context: UseCases, report: Report, deadline: Deadline
) -> dict[str, Any]:
    due_at = due_now(report)
    officer = None
    if report.assigned_officer_id is not None:
        found = await session.get_one(Officer, report.assigned_officer_id)
        officer = {"code": found.code, "name": found.name}
    return {
        "number": report.number,
        "deadline": deadline.value,
        "due_at": due_at.isoformat() if due_at else None,
        "precinct": await _named(session, context, report.precinct_code),
        "beat": await _named(session, context, report.beat_code),
        "officer": officer,
        "desk": report.assigned_desk,
    }


async def _named(
    session: AsyncSession, context: UseCases, code: str | None
) -> dict[str, Any] | None:
    if code is None:
        return None
    try:
        _, index = await current_index(session, context.index_cache)
    except NoBoundarySetError:
        return {"code": code, "name": {}}
    district = index.districts.get(code)
    return {"code": code, "name": dict(district.name) if district else {}}


async def _write_to(
    session: AsyncSession,
    context: UseCases,
    role: StaffRole,
    places: list[str],
    report: Report,
    deadline: Deadline,
) -> None:
    """Write to those of a role who have linked their Telegram."""
    here = [Staff.precinct_code.in_(places)]
    if CITY_DESK in places:
        here.append(Staff.precinct_code.is_(None))
    chats = await session.execute(
        select(OfficerChat.chat_id, Reporter.language)
        .join(Staff, Staff.officer_id == OfficerChat.officer_id)
        .join(Reporter, Reporter.id == OfficerChat.chat_id)
        .where(Staff.role == role, Staff.active, or_(*here), Reporter.blocked_at.is_(None))
        .order_by(OfficerChat.chat_id)
        .distinct()
    )
    due_at = due_now(report)
    beat = await _named(session, context, report.beat_code or report.precinct_code)
    for chat_id, language in chats:
        words = phrase(
            language,
            f"late_{deadline}",
            number=report.number,
            district=local_name(beat["name"], language, beat["code"]) if beat else "—",
            time=due_at.astimezone(context.timezone).strftime("%H:%M") if due_at else "",
        )
        await enqueue_text(session, chat_id, words, purpose=LATE)


async def escalate_once(database: Database, context: UseCases) -> list[Escalated]:
    """Tell everybody who is to be told now, a transaction each."""
    async with database.transaction() as session:
        if not await is_somebody_late(session, context):
            return []
    told: list[Escalated] = []
    while True:
        async with database.transaction() as session:
            found = await escalate_one(session, context)
        if found is None:
            return told
        told.append(found)


async def keep_escalating(database: Database, context: UseCases) -> None:
    """Look again and again, for ever; any number of processes may."""
    while True:
        try:
            await escalate_once(database, context)
        except (DBAPIError, InterfaceError, OperationalError, OSError, BeatwayError) as error:
            heed_cancellation()
            log.warning("late reports could not be told of: %s", error)
        await asyncio.sleep(LOOK_EVERY_S)
