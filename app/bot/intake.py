"""Messages become reports, or complete the report before them."""

from dataclasses import replace

from sqlalchemy import false, func, select
from telegram import Message, Update

from app.bot import (
    answers,
    citizen,
    desk,
    manners,
    messages,
    offers,
    officer,
    placing,
    public,
    redirecting,
    sorting,
)
from app.bot.parts import Parts, parts_of
from app.bot.public import Heard
from app.bot.work import BeatwayContext, Talk, Work, talk_of
from app.categories import Response
from app.geocoding import Understood
from app.models import Report
from app.place_feedback import learn, things_of
from app.places import Place, PlaceKind
from app.public_groups import SOURCE as GROUP_SOURCE
from app.redirects import lines_of, settle
from app.report_placing import set_place
from app.report_rules import amend_text
from app.reports import NewReport, Routed, record, register, touch
from app.routing import hold_boundaries
from app.workflow import CLOSED, OPEN, UNACKNOWLEDGED, Status

SOURCE = "telegram"
TEXT_LIMIT = 20_000


async def on_message(update: Update, context: BeatwayContext) -> None:
    """Register a message, or make it part of the report it belongs to."""
    message = update.effective_message
    if message is None:
        return
    work = context.work
    talk = await talk_of(work, message)
    parts = parts_of(message)
    if not talk.new and await messages.seen(work, talk, parts.message_id) is not None:
        return
    if await _expected(work, talk, parts, message) or await manners.shadowed(work, talk, parts):
        return
    heard: Heard | None = Heard(talk, message, parts)
    if not talk.private:
        heard = await public.listen(work, talk, message, parts)
    if heard is not None:
        await take(work, heard)


async def take(work: Work, heard: Heard) -> None:
    """Make a message part of the report it belongs to, or one of its own where it is one."""
    talk, parts = heard.talk, heard.parts
    if sorting.is_alarm(parts.text) and await sorting.alarm(work, talk):
        # Not a word of what happened, so not part of the report.
        return
    if parts.place is not None and not talk.new:
        await hold_boundaries(work.session)
    parts = await placing.described(work, parts)
    if parts.place is not None and await answers.expected_place(work, talk, parts):
        return
    # Before any report is locked: looking a place up holds the boundaries.
    found = None if parts.place else await placing.understood(work, parts.text)
    if not await _corrected(work, talk, parts, found):
        await _taken_in(work, replace(heard, parts=parts), found)


async def _taken_in(work: Work, heard: Heard, found: Understood | None) -> None:
    """Make a message part of a report that is there, or register it; rudeness is counted."""
    talk, message, parts = heard.talk, heard.message, heard.parts
    rude = await manners.rude_words(work, parts)
    report = None if talk.new else await _joined(work, talk, parts, message, found)
    if report is None:
        if not talk.private and not await public.is_new_report(work, heard, found):
            return
        report = await _register(work, talk, parts, message, found, is_rude=rude is not None)
        await public.note_origin(work, heard, report)
    elif rude is not None and not report.abusive:
        await manners.ask_politely(work, talk, report, parts)
    if rude is not None:
        await manners.count(work, talk, report, rude)


async def _expected(work: Work, talk: Talk, parts: Parts, message: Message) -> bool:
    """Use a message for what its writer was asked, or what a desk's group is for."""
    if await desk.heard(work, talk, message, parts):
        return True
    if talk.new:
        return False
    if await officer.expected_text(work, talk, parts):
        return True
    reopened = await citizen.expected_why(work, talk, parts)
    if reopened is None:
        return False
    await messages.keep(work, talk, parts, reopened, is_answer=True)
    return True


async def _joined(
    work: Work, talk: Talk, parts: Parts, message: Message, found: Understood | None
) -> Report | None:
    """Make a message part of a report that is there; None when it is a new one's first."""
    report = await citizen.replied_to(work, talk, message)
    if report is not None and not citizen.takes_answers(work, report):
        report = None
    was_reply = report is not None
    if report is None:
        report = await _belongs_to(work, talk, parts)
        if report is not None:
            await _complete(work, talk, parts, report, found)
            return report
        report = await citizen.worked_on(work, talk, parts, found)
    if report is None:
        return None
    if Status(report.status) in OPEN and (_is_incomplete(report, parts) or parts.place is not None):
        await _complete(work, talk, parts, report, found)
        return report
    await messages.keep(work, talk, parts, report, is_answer=True)
    await citizen.keep_answer(work, talk, parts, report, was_reply=was_reply)
    return report


def _is_incomplete(report: Report, parts: Parts) -> bool:
    return bool(parts.text) and (report.place is None or not report.text)


async def on_edited(update: Update, context: BeatwayContext) -> None:
    """Amend the report that an edited message is part of; a live location moves it."""
    message = update.effective_message
    if message is None:
        return
    work = context.work
    talk = await talk_of(work, message)
    parts = parts_of(message)
    known = await messages.seen(work, talk, parts.message_id)
    if known is None and (
        await desk.is_desks(work, talk) or await public.amended(work, talk, message, parts)
    ):
        return
    if known is None:
        if not parts.text.startswith("/"):
            await on_message(update, context)
        return
    # Before the report is locked: another place, or other words, may move it.
    await hold_boundaries(work.session)
    parts = await placing.described(work, parts)
    is_new = parts.place is None and parts.text not in {"", known.text}
    found = await placing.understood(work, parts.text) if is_new else None
    report = await _lock(work, known.report_id)
    actor = answers.citizen(talk)
    if parts.place is not None:
        await _move(work, report, parts.place, actor)
    elif is_new:
        known.text = parts.text
        await work.session.flush()
        if known.is_answer:
            await citizen.edited_answer(work, talk, report, known)
            return
        text = (await messages.whole_text(work, report))[:TEXT_LIMIT]
        if await amend_text(work.session, work.context, report, text, actor):
            await answers.completed(work, talk, parts, Routed(report, None, None), alarmed=True)
        await _place_by_edit(work, talk, parts, report, found)


async def _place_by_edit(
    work: Work, talk: Talk, parts: Parts, report: Report, found: Understood | None
) -> None:
    """Take the address that an edit added or mended; what somebody pointed at stays."""
    is_ours = report.place is None or report.place_kind == PlaceKind.GEOCODED
    if found is None or found.place is None or not is_ours:
        return
    if Status(report.status) not in UNACKNOWLEDGED or report.place_label == found.place.label:
        return
    report.place_offers = None
    actor = answers.citizen(talk)
    routed = await set_place(work.session, work.context, report, found.place, actor)
    await answers.completed(work, talk, parts, routed)
    await placing.show(work, talk, report)


async def _move(work: Work, report: Report, place: Place, actor: str) -> None:
    decision = report.decision or {}
    moved = (decision.get("lon"), decision.get("lat")) != (place.lon, place.lat)
    live = report.place_kind in {PlaceKind.LIVE, PlaceKind.SHARED, None}
    if moved and live and Status(report.status) in UNACKNOWLEDGED:
        # Telegram leaves the period out of a live location's last update.
        live_place = replace(place, kind=PlaceKind.LIVE)
        await set_place(work.session, work.context, report, live_place, actor)


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
            .order_by(
                func.coalesce(Report.album == parts.album, false()).desc(),
                Report.received_at.desc(),
                Report.id.desc(),
            )
            .limit(1)
            .with_for_update()
        )
    ).scalar()
    return report if report is not None and _completes(talk, parts, report) else None


def _completes(talk: Talk, parts: Parts, report: Report) -> bool:
    if parts.album is not None and report.album == parts.album:
        return True
    if redirecting.may_place(report):
        return parts.place is not None and not parts.text
    # Others write in between in a group, so a text there is a report of its own.
    if Status(report.status) not in OPEN or (parts.text and not talk.private):
        return False
    if parts.place is not None:
        return report.place is None
    if parts.text:
        return report.place is None or not report.text
    return bool(parts.files) and parts.album is None


async def _corrected(work: Work, talk: Talk, parts: Parts, found: Understood | None) -> bool:
    """Use an address for the question of where a report was; False when nothing was asked."""
    asked = answers.open_question(work, talk.chat, {"place"}) if parts.text else None
    if asked is None:
        return False
    report = await answers.own_report(work, talk.person, str(asked.get("report")))
    if report is None or Status(report.status) not in UNACKNOWLEDGED:
        return False
    await _complete(work, talk, parts, report, found, is_correction=True)
    if found is not None and found.place is not None:
        answers.expect(work, talk.chat, None)
    return True


async def register_command(work: Work, talk: Talk, message: Message, words: str) -> None:
    """Register what a command says, as a report of its own."""
    parts = replace(parts_of(message), text=words)
    await _register(work, talk, parts, message, await placing.understood(work, words))


async def _register(
    work: Work,
    talk: Talk,
    parts: Parts,
    message: Message,
    found: Understood | None,
    *,
    is_rude: bool = False,
) -> Report:
    text = parts.text[:TEXT_LIMIT]
    if parts.strange:
        # Whatever it is, it gets a number and an answer.
        text = f"[{_kind_of(message)}]"
    return await register_words(work, talk, parts, text, found, is_rude=is_rude)


async def register_words(
    work: Work,
    talk: Talk,
    parts: Parts,
    text: str,
    found: Understood | None,
    *,
    is_rude: bool = False,
    apart_from: int | None = None,
) -> Report:
    """Register what a message says as a report of its own, and answer it."""
    routed = await register(
        work.session,
        work.context,
        NewReport(
            text=text,
            source=SOURCE if talk.private else GROUP_SOURCE,
            received_at=work.now,
            actor=answers.citizen(talk),
            place=parts.place or (found.place if found else None),
            reporter_id=talk.person.id,
            album=parts.album,
            abusive=is_rude,
            from_muted=manners.is_muted(work, talk),
            apart_from=apart_from,
        ),
    )
    report = routed.report
    await messages.keep(work, talk, parts, report)
    redirection = await settle(work.session, work.context, report)
    if redirection is not None and not redirection.asks_place:
        await redirecting.tell(work, talk, parts, report, redirection)
        return report
    await offers.offer(work, report, found if talk.private else None)
    asked = await offers.question(work, routed.report, talk.language)
    lead = lines_of(redirection, work.context, talk.language) if redirection else ()
    await answers.registered(work, talk, parts, routed, asked, lead)
    await offers.show(work, talk, routed.report)
    await _show(work, talk, routed.report)
    return routed.report


async def _show(work: Work, talk: Talk, report: Report) -> None:
    """Show what was understood, of the place and of the matter, each with a way to say no."""
    if placing.is_shown(talk, report):
        more = await sorting.buttons(work, talk, report, alone=False)
        await placing.show(work, talk, report, more)
    else:
        await sorting.show(work, talk, report)


def _kind_of(message: Message) -> str:
    for kind in ("contact", "poll", "dice", "game", "story", "paid_media", "checklist", "gift"):
        if getattr(message, kind, None) is not None:
            return kind
    return "message"


async def _complete(
    work: Work,
    talk: Talk,
    parts: Parts,
    report: Report,
    found: Understood | None = None,
    *,
    is_correction: bool = False,
) -> None:
    actor = answers.citizen(talk)
    of_album = parts.album is not None and report.album == parts.album
    routed = Routed(report, None, None)
    found = await placing.on_street(work, parts.text, report, found)
    place = parts.place or (found.place if found else None)
    is_better = report.place is None or is_correction or parts.place is not None
    is_new_question = False
    by_text = place is not None and parts.place is None and is_better
    if place is not None and is_better:
        report.place_offers = None
        routed = await set_place(work.session, work.context, report, place, actor)
        named = None if parts.place or found is None else things_of(found.answer.places[0])
        await learn(work.session, work.context, report, place, "citizen", named)
    elif talk.private and (is_correction or (report.place is None and found is not None)):
        await offers.offer(work, report, found)
        is_new_question = True
    await messages.keep(work, talk, parts, report)
    alarmed = False
    if parts.text:
        text = (await messages.whole_text(work, report))[:TEXT_LIMIT]
        alarmed = await amend_text(work.session, work.context, report, text, actor)
        # By now it may tell of something.
        report.abusive = report.abusive and report.response == Response.NOTE
    if parts.files and Status(report.status) not in CLOSED:
        touch(report, work.now)
        kinds = [file.kind for file in parts.files]
        await record(work.session, report, kind="media", actor=actor, after={"media": kinds})
    if await redirecting.completed(work, talk, parts, report):
        return
    if not of_album or alarmed:
        is_unplaced = report.place is None or (is_correction and place is None)
        asked = await offers.question(work, report, talk.language) if is_unplaced else None
        await answers.completed(
            work, talk, parts, routed, asked, is_unplaced=is_unplaced, alarmed=alarmed
        )
        if is_new_question:
            await offers.show(work, talk, report)
        if by_text:
            await _show(work, talk, report)
        else:
            await sorting.show(work, talk, report)
