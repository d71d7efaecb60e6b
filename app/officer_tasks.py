"""What officers are told in Telegram: each of their open reports, as one message that stays true.

The register is compared with what was told, and the difference is said. So it does not matter
which of many ways a report came to somebody, and nobody is told twice.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Row, func, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.context import UseCases
from app.models import OfficerChat, OfficerTask, Report, Reporter, table_of
from app.models.reports import OPEN_SQL
from app.outbox import enqueue, enqueue_known
from app.phrases import phrase
from app.task_parts import send_files, send_place
from app.task_words import Reader, Told, told_of
from app.workflow import CLOSED, Status

LOCK = 0x0FF1CE
BATCH = 100
PURPOSE = "officer"


async def tell_officers(session: AsyncSession, context: UseCases) -> int:
    """Queue what officers do not know yet, and edit what is no longer true.

    Returns
    -------
    int
        How many messages were new or changed; at most a batch of each.
    """
    # One at a time: two would both find that somebody has not been told.
    await session.execute(select(func.pg_advisory_xact_lock(LOCK)))
    changed = await _changed(session)
    for task, report, language in changed:
        await _tell_again(session, context, task, report, language)
    new = await _new(session)
    for report, chat_id, language in new:
        await _tell(session, context, report, chat_id, language)
    return len(changed) + len(new)


async def _changed(session: AsyncSession) -> Sequence[Row[OfficerTask, Report, str]]:
    return (
        await session.execute(
            select(OfficerTask, Report, Reporter.language)
            .join(Report, Report.id == OfficerTask.report_id)
            .join(Reporter, Reporter.id == OfficerTask.chat_id)
            # Whatever is said or sent of a report makes its next version.
            .where(OfficerTask.ended_at.is_(None), OfficerTask.version != Report.version)
            .order_by(OfficerTask.id)
            .limit(BATCH)
        )
    ).all()


async def _new(session: AsyncSession) -> Sequence[Row[Report, int, str]]:
    told = (
        select(OfficerTask.id)
        .where(
            OfficerTask.report_id == Report.id,
            OfficerTask.officer_id == Report.assigned_officer_id,
            OfficerTask.ended_at.is_(None),
        )
        .correlate(Report)
        .exists()
    )
    return (
        await session.execute(
            select(Report, OfficerChat.chat_id, Reporter.language)
            .join(OfficerChat, OfficerChat.officer_id == Report.assigned_officer_id)
            .join(Reporter, Reporter.id == OfficerChat.chat_id)
            .where(text(OPEN_SQL), ~told)
            .where(Reporter.blocked_at.is_(None))
            .order_by(Report.priority, Report.received_at, Report.id)
            .limit(BATCH)
        )
    ).all()


async def _tell(
    session: AsyncSession, context: UseCases, report: Report, chat_id: int, language: str
) -> None:
    officer_id = report.assigned_officer_id
    if officer_id is None:
        return
    told = await told_of(session, context, report, Reader(officer_id), language)
    payload = told.payload()
    task = OfficerTask(
        officer_id=officer_id,
        chat_id=chat_id,
        report_id=report.id,
        outbox_id=await enqueue_known(session, chat_id, "sendMessage", payload, purpose=PURPOSE),
        version=report.version,
        shown=payload,
        media_id=0,
    )
    session.add(task)
    await send_place(session, task, report, {}, PURPOSE)
    await send_files(session, task, {}, PURPOSE)
    await session.flush()


async def _tell_again(
    session: AsyncSession, context: UseCases, task: OfficerTask, report: Report, language: str
) -> None:
    told = await told_of(session, context, report, Reader(task.officer_id), language)
    if told.payload() != task.shown:
        await enqueue(
            session,
            task.chat_id,
            "editMessageText",
            told.payload() | {"edit_of": task.outbox_id},
            purpose=PURPOSE,
        )
    task.version, task.shown = report.version, told.payload()
    gone = report.assigned_officer_id != task.officer_id or report.duplicate_of_id is not None
    if gone or Status(report.status) in CLOSED:
        task.ended_at = context.clock()
    else:
        await send_place(session, task, report, {}, PURPOSE)
        await send_files(session, task, {}, PURPOSE)
    await session.flush()


async def truth(
    session: AsyncSession, context: UseCases, number: str, officer_id: int, language: str
) -> Told:
    """Return what is true now of a report that an officer was told of once."""
    report = (await session.execute(select(Report).where(Report.number == number))).scalar()
    if report is None:
        return Told(phrase(language, "status_unknown", number=number[:20]), [])
    return await told_of(session, context, report, Reader(officer_id), language)


async def forget_told(session: AsyncSession, chat_id: int, now: datetime) -> None:
    """End all that a chat was told of: it is nobody's any more."""
    await session.execute(
        update(table_of(OfficerTask))
        .where(OfficerTask.chat_id == chat_id, OfficerTask.ended_at.is_(None))
        .values(ended_at=now)
    )
