"""Messages become reports, or complete the report before them."""

from sqlalchemy import func, insert, select
from sqlalchemy.dialects.postgresql import insert as upsert
from telegram import Message, Update

from app.bot import answers, officer
from app.bot.parts import Parts, parts_of
from app.bot.work import BeatwayContext, Talk, Work, talk_of
from app.models import Media, Report, ReportMessage, table_of
from app.places import Place, PlaceKind
from app.reports import NewReport, Routed, amend_text, record, register, set_place, touch
from app.routing import hold_boundaries
from app.workflow import CLOSED, OPEN, UNACKNOWLEDGED, Status

SOURCE = "telegram"
GROUP_SOURCE = "telegram_group"
TEXT_LIMIT = 20_000
ADD_MESSAGE = insert(table_of(ReportMessage)).inline()


async def on_message(update: Update, context: BeatwayContext) -> None:
    """Register a message, or make it part of the report it belongs to."""
    message = update.effective_message
    if message is None:
        return
    work = context.work
    talk = await talk_of(work, message)
    parts = parts_of(message)
    if not talk.new and await _seen(work, talk, parts.message_id) is not None:
        return
    if await officer.expected_text(work, talk, parts):
        return
    if parts.place is not None and not talk.new:
        await hold_boundaries(work.session)
    if parts.place is not None and await answers.expected_place(work, talk, parts):
        return
    report = None if talk.new else await _belongs_to(work, talk, parts)
    if report is None:
        await _register(work, talk, parts, message)
    else:
        await _complete(work, talk, parts, report)


async def on_edited(update: Update, context: BeatwayContext) -> None:
    """Amend the report that an edited message is part of; a live location moves it."""
    message = update.effective_message
    if message is None:
        return
    work = context.work
    talk = await talk_of(work, message)
    parts = parts_of(message)
    known = await _seen(work, talk, parts.message_id)
    if known is None:
        if not parts.text.startswith("/"):
            await on_message(update, context)
        return
    if parts.place is not None:
        await hold_boundaries(work.session)
    report = await _lock(work, known.report_id)
    actor = answers.citizen(talk)
    if parts.place is not None:
        await _move(work, report, parts.place, actor)
    elif parts.text and parts.text != known.text:
        known.text = parts.text
        await work.session.flush()
        await amend_text(work.session, report, await _whole_text(work, report), actor, work.now)


async def _move(work: Work, report: Report, place: Place, actor: str) -> None:
    decision = report.decision or {}
    moved = (decision.get("lon"), decision.get("lat")) != (place.lon, place.lat)
    live = report.place_kind in {PlaceKind.LIVE, PlaceKind.SHARED, None}
    if moved and live and Status(report.status) in UNACKNOWLEDGED:
        # Telegram leaves the period out of a live location's last update.
        place = Place(place.lon, place.lat, PlaceKind.LIVE, place.accuracy_m)
        await set_place(work.session, work.context, report, place, actor)


async def _seen(work: Work, talk: Talk, message_id: int) -> ReportMessage | None:
    return (
        await work.session.execute(
            select(ReportMessage).where(
                ReportMessage.chat_id == talk.chat.id, ReportMessage.message_id == message_id
            )
        )
    ).scalar()


async def _lock(work: Work, report_id: int) -> Report:
    return (
        await work.session.execute(select(Report).where(Report.id == report_id).with_for_update())
    ).scalar_one()


async def _belongs_to(work: Work, talk: Talk, parts: Parts) -> Report | None:
    """Find the report that a message completes: a place its text, a text its place."""
    report = (
        await work.session.execute(
            select(Report)
            .where(
                Report.reporter_id == talk.person.id,
                Report.received_at > work.now - work.context.join_window,
                Report.source == (SOURCE if talk.private else GROUP_SOURCE),
            )
            .order_by(Report.received_at.desc(), Report.id.desc())
            .limit(1)
            .with_for_update()
        )
    ).scalar()
    return report if report is not None and _completes(talk, parts, report) else None


def _completes(talk: Talk, parts: Parts, report: Report) -> bool:
    if parts.album is not None and report.album == parts.album:
        return True
    # Others write in between in a group, so a text there is a report of its own.
    if Status(report.status) not in OPEN or (parts.text and not talk.private):
        return False
    if parts.place is not None:
        return report.place is None
    if parts.text:
        return report.place is None or not report.text
    return bool(parts.files) and parts.album is None


async def _register(work: Work, talk: Talk, parts: Parts, message: Message) -> None:
    text = parts.text[:TEXT_LIMIT]
    if parts.strange:
        # Whatever it is, it gets a number and an answer.
        text = f"[{_kind_of(message)}]"
    routed = await register(
        work.session,
        work.context,
        NewReport(
            text=text,
            source=SOURCE if talk.private else GROUP_SOURCE,
            received_at=work.now,
            actor=answers.citizen(talk),
            place=parts.place,
            reporter_id=talk.person.id,
            album=parts.album,
        ),
    )
    await _keep(work, talk, parts, routed.report)
    await answers.registered(work, talk, parts, routed)


def _kind_of(message: Message) -> str:
    for kind in ("contact", "poll", "dice", "game", "story", "paid_media", "checklist", "gift"):
        if getattr(message, kind, None) is not None:
            return kind
    return "message"


async def _complete(work: Work, talk: Talk, parts: Parts, report: Report) -> None:
    actor = answers.citizen(talk)
    of_album = parts.album is not None and report.album == parts.album
    routed = Routed(report, None, None)
    if parts.place is not None:
        routed = await set_place(work.session, work.context, report, parts.place, actor)
    await _keep(work, talk, parts, report)
    if parts.text:
        text = await _whole_text(work, report)
        await amend_text(work.session, report, text[:TEXT_LIMIT], actor, work.now)
    if parts.files and Status(report.status) not in CLOSED:
        touch(report, work.now)
        kinds = [file.kind for file in parts.files]
        await record(work.session, report, kind="media", actor=actor, after={"media": kinds})
    if not of_album:
        await answers.completed(work, talk, parts, routed)


async def _whole_text(work: Work, report: Report) -> str:
    texts = await work.session.execute(
        select(ReportMessage.text)
        .where(ReportMessage.report_id == report.id, func.coalesce(ReportMessage.text, "") != "")
        .order_by(ReportMessage.id)
    )
    return "\n".join(text for text in texts.scalars() if text)


async def _keep(work: Work, talk: Talk, parts: Parts, report: Report) -> None:
    await work.session.execute(
        ADD_MESSAGE,
        {
            "report_id": report.id,
            "chat_id": talk.chat.id,
            "message_id": parts.message_id,
            "thread_id": parts.thread_id,
            "text": parts.text or None,
            "sent_at": parts.sent_at,
        },
    )
    if parts.files:
        await work.session.execute(
            upsert(Media)
            .values(
                [
                    {
                        "report_id": report.id,
                        "kind": file.kind,
                        "file_id": file.file_id,
                        "file_unique_id": file.file_unique_id,
                        "mime": file.mime,
                        "size": file.size,
                        "name": file.name,
                    }
                    for file in parts.files
                ]
            )
            .on_conflict_do_nothing()
        )
