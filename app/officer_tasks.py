"""What officers are told in Telegram: each of their open reports, as one message that stays true.

The register is compared with what was told, and the difference is said. So it does not matter
which of many ways a report came to somebody, and nobody is told twice.
"""

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import tzinfo
from typing import Any

from geoalchemy2.shape import to_shape
from sqlalchemy import Row, func, insert, or_, select, text, update
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.ext.asyncio import AsyncSession

from app.bell import Bell
from app.context import UseCases
from app.cover import CITY_DESK
from app.db import Database
from app.models import (
    Media,
    Officer,
    OfficerChat,
    OfficerTask,
    OutboxMessage,
    Report,
    Reporter,
    table_of,
)
from app.models.reports import OPEN_SQL
from app.notices import district_words
from app.outbox import enqueue
from app.phrases import phrase
from app.workflow import CLOSED, UNACKNOWLEDGED, Status, may_change

log = logging.getLogger(__name__)

LOCK = 0x0FF1CE
BATCH = 100
TEXT_SHOWN = 2_000
FILES_AT_MOST = 10
LOOK_AGAIN_S = 5.0
PURPOSE = "officer"
STEPS = {
    "ack": Status.ACKNOWLEDGED,
    "go": Status.EN_ROUTE,
    "there": Status.ON_SCENE,
    "done": Status.RESOLVED,
}
METHODS = {
    "photo": "sendPhoto",
    "video": "sendVideo",
    "voice": "sendVoice",
    "document": "sendDocument",
    "audio": "sendAudio",
    "animation": "sendAnimation",
    "video_note": "sendVideoNote",
    "sticker": "sendSticker",
}


@dataclass(frozen=True, slots=True)
class Told:
    """A message to an officer: its text and buttons."""

    text: str
    buttons: list[list[dict[str, str]]]

    def payload(self) -> dict[str, Any]:
        """Return the parameters of a call that sends or edits it."""
        return {
            "text": self.text,
            "link_preview_options": {"is_disabled": True},
            "reply_markup": {"inline_keyboard": self.buttons},
        }


def buttons_of(report: Report, language: str) -> list[list[dict[str, str]]]:
    """Return what an officer can do with a report of theirs, two buttons a row."""
    status = Status(report.status)
    deeds = [deed for deed, step in STEPS.items() if may_change(status, step)]
    if status in UNACKNOWLEDGED or may_change(status, Status.QUEUED):
        deeds.append("no")
    if report.reporter_id is not None:
        deeds.append("reply")
    row = [
        {
            "text": phrase(language, f"task_{deed}"),
            "callback_data": f"task:{deed}:{report.number}",
        }
        for deed in deeds
    ]
    return [row[start : start + 2] for start in range(0, len(row), 2)]


async def told_of(
    session: AsyncSession, context: UseCases, report: Report, officer_id: int, language: str
) -> Told:
    """Return what is true of a report for an officer now."""
    status = phrase(language, f"word_{report.status}")
    if report.assigned_officer_id != officer_id:
        who = await _owner(session, context, report, language)
        return Told(phrase(language, "task_gone", number=report.number, owner=who), [])
    if Status(report.status) in CLOSED:
        return Told(phrase(language, "task_closed", number=report.number, status=status), [])
    codes = [code for code in (report.precinct_code, report.beat_code) if code]
    words = await district_words(
        session, context.index_cache, report.boundary_set_id, codes, language
    )
    where = ", ".join(words[code].name for code in codes if code in words)
    lines = [
        phrase(language, "task_new", number=report.number, status=status),
        phrase(language, "task_when", time=_clock(report, context.timezone), district=where),
    ]
    if report.priority == 1:
        lines.insert(0, phrase(language, "task_urgent"))
    if report.place_label:
        lines.append(f"📍 {report.place_label}")
    if report.text:
        shown = report.text[:TEXT_SHOWN]
        lines += ["", shown + ("…" if len(report.text) > TEXT_SHOWN else "")]
    return Told("\n".join(lines), buttons_of(report, language))


def _clock(report: Report, zone: tzinfo) -> str:
    return report.received_at.astimezone(zone).strftime("%d.%m %H:%M")


async def _owner(session: AsyncSession, context: UseCases, report: Report, language: str) -> str:
    if report.assigned_officer_id is not None:
        officer = await session.get_one(Officer, report.assigned_officer_id)
        return " ".join(filter(None, [officer.rank, officer.name]))
    desk = report.assigned_desk or CITY_DESK
    words = await district_words(
        session, context.index_cache, report.boundary_set_id, [desk], language
    )
    if desk not in words:
        return phrase(language, "who_city")
    return phrase(language, "who_desk", precinct=words[desk].name)


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
    files = (
        select(func.coalesce(func.max(Media.id), 0))
        .where(Media.report_id == Report.id)
        .correlate(Report)
        .scalar_subquery()
    )
    return (
        await session.execute(
            select(OfficerTask, Report, Reporter.language)
            .join(Report, Report.id == OfficerTask.report_id)
            .join(Reporter, Reporter.id == OfficerTask.chat_id)
            .where(
                OfficerTask.ended_at.is_(None),
                or_(OfficerTask.version != Report.version, OfficerTask.media_id < files),
            )
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
    told = await told_of(session, context, report, officer_id, language)
    outbox_id = (
        await session.execute(
            insert(OutboxMessage)
            .values(chat_id=chat_id, method="sendMessage", payload=told.payload(), purpose=PURPOSE)
            .returning(OutboxMessage.id)
        )
    ).scalar_one()
    task = OfficerTask(
        officer_id=officer_id,
        chat_id=chat_id,
        report_id=report.id,
        outbox_id=outbox_id,
        version=report.version,
        shown=told.payload(),
        media_id=0,
    )
    session.add(task)
    await _send_place(session, task, report)
    await _send_files(session, task)
    await session.flush()


async def _tell_again(
    session: AsyncSession, context: UseCases, task: OfficerTask, report: Report, language: str
) -> None:
    told = await told_of(session, context, report, task.officer_id, language)
    if told.payload() != task.shown:
        await enqueue(
            session,
            task.chat_id,
            "editMessageText",
            told.payload() | {"edit_of": task.outbox_id},
            purpose=PURPOSE,
        )
    task.version, task.shown = report.version, told.payload()
    if report.assigned_officer_id != task.officer_id or Status(report.status) in CLOSED:
        task.ended_at = context.clock()
    else:
        await _send_place(session, task, report)
        await _send_files(session, task)
    await session.flush()


async def _send_place(session: AsyncSession, task: OfficerTask, report: Report) -> None:
    if report.place is None:
        return
    point = to_shape(report.place)
    place = f"{point.y:.6f}, {point.x:.6f}"
    if place == task.place:
        return
    task.place = place
    payload = {
        "latitude": point.y,
        "longitude": point.x,
        "title": f"№ {report.number}",
        "address": report.place_label or place,
    }
    await enqueue(session, task.chat_id, "sendVenue", payload, purpose=PURPOSE)


async def _send_files(session: AsyncSession, task: OfficerTask) -> None:
    files = (
        (
            await session.execute(
                select(Media)
                .where(Media.report_id == task.report_id, Media.id > task.media_id)
                .order_by(Media.id)
                .limit(FILES_AT_MOST)
            )
        )
        .scalars()
        .all()
    )
    for file in files:
        task.media_id = file.id
        method = METHODS.get(file.kind)
        if method is not None:
            await enqueue(session, task.chat_id, method, {file.kind: file.file_id}, purpose=PURPOSE)


async def truth(
    session: AsyncSession, context: UseCases, number: str, officer_id: int, language: str
) -> Told:
    """Return what is true now of a report that an officer was told of once."""
    report = (await session.execute(select(Report).where(Report.number == number))).scalar()
    if report is None:
        return Told(phrase(language, "status_unknown", number=number[:20]), [])
    return await told_of(session, context, report, officer_id, language)


async def forget_told(session: AsyncSession, chat_id: int, now: Any) -> None:
    """End all that a chat was told of: it is nobody's any more."""
    await session.execute(
        update(table_of(OfficerTask))
        .where(OfficerTask.chat_id == chat_id, OfficerTask.ended_at.is_(None))
        .values(ended_at=now)
    )


async def keep_told(database: Database, context: UseCases, changed: Bell) -> None:
    """Tell officers of every change, until cancelled; any number of processes may."""
    while True:
        heard = changed.rung
        try:
            told = BATCH
            while told >= BATCH:
                async with database.transaction() as session:
                    told = await tell_officers(session, context)
        except (DBAPIError, InterfaceError, OperationalError, OSError) as error:
            log.warning("officers could not be told: %s", error)
            await asyncio.sleep(1.0)
        await changed.wait(heard, LOOK_AGAIN_S)
