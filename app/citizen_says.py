"""What citizens say of a report that exists: answers, "it is over", a rating, "not solved"."""

from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from app import incidents, task_parts
from app.context import UseCases
from app.errors import ConflictError, InvalidError
from app.incident_joining import check_soon, count_soon
from app.models import (
    DeskTopic,
    Media,
    OfficerChat,
    OfficerTask,
    Rating,
    Report,
    Reporter,
)
from app.notices import MOST_STARS, RATED, may_still_reopen
from app.outbox import enqueue
from app.phrases import phrase
from app.report_actions import Actor, change_status
from app.reports import record, touch
from app.task_words import ANSWERED, Buttons
from app.workflow import CLOSED, Status, may_change

SAID_OVER = "said_over"
MOVED = "answer_moved"
RATED_EVENT = "rated"
WHY_LIMIT = 1000
OFFICER, DESK = "officer", "desk"


class TooLateError(ConflictError):
    """It is too late for that."""

    code = "too-late"


async def answer(
    session: AsyncSession,
    context: UseCases,
    actor: str,
    report: Report,
    text: str,
    kinds: list[str],
    message: int,
) -> None:
    """Add what a citizen says to a report that is worked on, and tell whoever answers for it.

    Parameters
    ----------
    session, context
    actor : str
    report : Report
        Locked.
    text : str
        Empty when there are only files.
    kinds : list of str
        Of the files that came with it; they are stored already.
    message : int
        The id of the `ReportMessage`, by which the answer can be taken out again.
    """
    now = context.clock()
    report.answered_at = now
    touch(report, now)
    after = {"text": text, "media": kinds, "message": message}
    await record(session, report, kind=ANSWERED, actor=actor, after=after)
    if report.duplicate_of_id is not None:
        await count_soon(session, report.duplicate_of_id, now)
    key = "citizen_wrote" if text else "citizen_sent_files"
    await tell_owner(session, context, report, key, with_files=True, text=text)


async def take_out(
    session: AsyncSession,
    context: UseCases,
    actor: str,
    report: Report,
    message: int,
    number: str,
) -> None:
    """Note that an answer was about something else, which has a number of its own now."""
    touch(report, context.clock())
    await record(session, report, kind=MOVED, actor=actor, after={"message": message, "to": number})
    await tell_owner(session, context, report, "citizen_moved", to=number)


async def say_over(session: AsyncSession, context: UseCases, actor: str, report: Report) -> bool:
    """Withdraw a report because it is over, or tell the crew that is on its way already.

    Returns
    -------
    bool
        True when it was withdrawn.

    Raises
    ------
    ConflictError
        When it is closed already.
    """
    status = Status(report.status)
    if status in CLOSED:
        message = f"Report {report.number} is {status} already"
        raise ConflictError(message)
    if report.duplicate_of_id is not None:
        # Of many who told of it this one is done with it; it is the others' still.
        await incidents.step_out(session, context, report)
        status = Status(report.status)
    elif await incidents.has_followers(session, report):
        await _step_back(session, context, actor, report)
        return True
    if may_change(status, Status.WITHDRAWN):
        await change_status(session, context, Actor(actor), report, Status.WITHDRAWN)
        if status is Status.ACKNOWLEDGED:
            await tell_owner(session, context, report, "citizen_withdrew")
        return True
    now = context.clock()
    report.answered_at = now
    touch(report, now)
    await record(session, report, kind=SAID_OVER, actor=actor)
    await tell_owner(session, context, report, "citizen_over")
    return False


async def _step_back(session: AsyncSession, context: UseCases, actor: str, report: Report) -> None:
    """Note that what others follow is over for its own citizen: it stays, and tells them no more."""
    if report.reporter_out:
        return
    report.reporter_out = True
    touch(report, context.clock())
    await record(session, report, kind=SAID_OVER, actor=actor)


async def reopen(
    session: AsyncSession, context: UseCases, actor: str, report: Report, why: str
) -> None:
    """Open a closed report again because its citizen says that it is not solved.

    Parameters
    ----------
    session
        Holds the boundary set in force.
    context : UseCases
    actor : str
    report : Report
        Locked.
    why : str

    Raises
    ------
    InvalidError
        Without a reason.
    TooLateError
    ConflictError
        When it is open.
    """
    why = why.strip()[:WHY_LIMIT]
    if not why:
        raise InvalidError("Say what is wrong")
    if Status(report.status) not in CLOSED:
        message = f"Report {report.number} cannot be reopened"
        raise ConflictError(message)
    if not may_still_reopen(report, context):
        raise TooLateError
    # For others it may well be over; those who say that it is not, meet again.
    await incidents.step_out(session, context, report)
    await change_status(session, context, Actor(actor), report, Status.QUEUED, note=why)
    report.answered_at = context.clock()
    await check_soon(session, report, context.clock())


async def rate(
    session: AsyncSession, context: UseCases, actor: str, report: Report, stars: int
) -> None:
    """Keep what a citizen thinks of how a report was dealt with; it may be changed for a while.

    Raises
    ------
    InvalidError
        For another number of stars than 1 to 5.
    TooLateError
    ConflictError
        When nothing was done that could be rated, or it is open again.
    """
    if not 1 <= stars <= MOST_STARS:
        raise InvalidError("A rating has 1 to 5 stars")
    if Status(report.status) not in RATED:
        message = f"Report {report.number} cannot be rated"
        raise ConflictError(message)
    if report.closed_at is None or not may_still_reopen(report, context):
        raise TooLateError
    before = await rating_of(session, report)
    if before == stars:
        return
    now = context.clock()
    values = {"stars": stars, "at": now}
    await session.execute(
        insert(Rating)
        .values(report_id=report.id, closed_at=report.closed_at, **values)
        .on_conflict_do_update(index_elements=[Rating.report_id, Rating.closed_at], set_=values)
    )
    touch(report, now)
    await record(
        session,
        report,
        kind=RATED_EVENT,
        actor=actor,
        before={"stars": before} if before else None,
        after={"stars": stars},
    )


async def rating_of(session: AsyncSession, report: Report) -> int | None:
    """Return the stars a report was given since it was closed last."""
    query = select(Rating.stars).where(
        Rating.report_id == report.id, Rating.closed_at == report.closed_at
    )
    return (await session.execute(query)).scalar()


async def tell_owner(
    session: AsyncSession,
    context: UseCases,
    report: Report,
    key: str,
    *,
    with_files: bool = False,
    **values: object,
) -> None:
    """Send whoever answers for a report a new message about it, under the one with its buttons.

    Not of one that follows another: five hundred people have more to say than one can hear.
    """
    if report.duplicate_of_id is not None:
        return
    found = await _task(session, report)
    if found is None:
        return
    shown, chat_id, where, kind = found
    language = context.languages[0]
    if kind == OFFICER:
        language = (
            await session.execute(select(Reporter.language).where(Reporter.id == chat_id))
        ).scalar_one()
    payload: dict[str, Any] = {
        "text": phrase(language, key, number=report.number, **values)[:4000],
        "link_preview_options": {"is_disabled": True},
    } | where
    if shown is not None:
        payload["reply_of"] = shown.outbox_id
    if report.reporter_id is not None:
        payload["reply_markup"] = {"inline_keyboard": _reply_button(report, kind, language)}
    await enqueue(session, chat_id, "sendMessage", payload, purpose=kind)
    if with_files and shown is not None:
        await task_parts.send_files(session, shown, where, kind)
    elif with_files:
        await _send_last_files(session, report, chat_id)


def _reply_button(report: Report, kind: str, language: str) -> Buttons:
    prefix = "task" if kind == OFFICER else DESK
    button = {
        "text": phrase(language, "task_reply"),
        "callback_data": f"{prefix}:reply:{report.number}",
    }
    return [[button]]


async def _send_last_files(session: AsyncSession, report: Report, chat_id: int) -> None:
    file = (
        await session.execute(
            select(Media).where(Media.report_id == report.id).order_by(Media.id.desc()).limit(1)
        )
    ).scalar()
    method = task_parts.METHODS.get(file.kind) if file else None
    if file is not None and method is not None:
        await enqueue(session, chat_id, method, {file.kind: file.file_id}, purpose=OFFICER)


Task = tuple[OfficerTask | DeskTopic | None, int, dict[str, Any], str]


async def _task(session: AsyncSession, report: Report) -> Task | None:
    """Return where the owner of a report is told of it; None where they are not in Telegram."""
    if report.assigned_officer_id is not None:
        chat_id = (
            await session.execute(
                select(OfficerChat.chat_id).where(
                    OfficerChat.officer_id == report.assigned_officer_id
                )
            )
        ).scalar()
        if chat_id is None:
            return None
        tasks = select(OfficerTask).where(
            OfficerTask.report_id == report.id,
            OfficerTask.officer_id == report.assigned_officer_id,
            OfficerTask.chat_id == chat_id,
        )
        task = (await session.execute(tasks.order_by(OfficerTask.id.desc()).limit(1))).scalar()
        return task, chat_id, {}, OFFICER
    topic = (
        await session.execute(
            select(DeskTopic).where(
                DeskTopic.report_id == report.id,
                DeskTopic.desk == report.assigned_desk,
                DeskTopic.state != "gone",
            )
        )
    ).scalar()
    if topic is None:
        return None
    return topic, topic.chat_id, {"topic_of": topic.made_by_outbox_id}, DESK
