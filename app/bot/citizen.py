"""The citizen's side once a report is there: answers, "it is over", a rating, "not solved"."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from geoalchemy2.shape import to_shape
from sqlalchemy import select
from telegram import CallbackQuery, Message

from app import citizen_says
from app.bot import answers
from app.bot.parts import Parts
from app.bot.work import Talk, Work
from app.errors import BeatwayError, ConflictError
from app.geocoding import Understood
from app.models import OutboxMessage, Report, Reporter, ReportMessage
from app.notices import RATED, citizen_buttons, closing_lines, may_still_reopen
from app.outbox import enqueue
from app.phrases import phrase
from app.reports import record, touch
from app.routing import hold_boundaries
from app.workflow import CLOSED, WORKED_ON, Status
from geo.metres import distance_m

PURPOSE = "conversation"
REASONS = ("nobody", "goes_on")
# A crew that has been at work for longer has forgotten to say that it is through.
WORK_LASTS = timedelta(hours=6)
ELSEWHERE_M = 300.0
STAR = "★"
NO_STAR = "☆"


async def replied_to(work: Work, talk: Talk, message: Message) -> Report | None:
    """Lock the report of one's own that a message answers: ours about it, or an own message."""
    quoted = message.reply_to_message
    if quoted is None:
        return None
    ours = select(OutboxMessage.report_id).where(
        OutboxMessage.chat_id == talk.chat.id, OutboxMessage.message_id == quoted.message_id
    )
    own = select(ReportMessage.report_id).where(
        ReportMessage.chat_id == talk.chat.id, ReportMessage.message_id == quoted.message_id
    )
    for query in (own, ours):
        report_id = (await work.session.execute(query)).scalar()
        if report_id is not None:
            return await _own(work, talk.person, Report.id == report_id)
    return None


async def worked_on(
    work: Work, talk: Talk, parts: Parts, found: Understood | None
) -> Report | None:
    """Lock the one report of a person that is worked on, if a message may be about it."""
    if not talk.private or parts.place is not None or parts.strange:
        return None
    open_ids = (
        (
            await work.session.execute(
                select(Report.id).where(
                    Report.reporter_id == talk.person.id,
                    Report.status.in_(WORKED_ON),
                    Report.received_at > work.now - 4 * WORK_LASTS,
                    Report.updated_at > work.now - WORK_LASTS,
                )
            )
        )
        .scalars()
        .all()
    )
    if len(open_ids) != 1:
        return None
    report = await _own(work, talk.person, Report.id == open_ids[0])
    if report is None or Status(report.status) not in WORKED_ON or _elsewhere(report, found):
        return None
    return report


async def _own(work: Work, person: Reporter, condition: Any) -> Report | None:
    return (
        await work.session.execute(
            select(Report).where(condition, Report.reporter_id == person.id).with_for_update()
        )
    ).scalar()


def _elsewhere(report: Report, found: Understood | None) -> bool:
    """Tell whether words name a place that is another one than the report's."""
    if found is None or found.place is None or report.place is None:
        return False
    point = to_shape(report.place)
    return distance_m(point.x, point.y, found.place.lon, found.place.lat) > ELSEWHERE_M


def takes_answers(work: Work, report: Report) -> bool:
    """Tell whether an answer to a report is still for whoever answered for it."""
    return Status(report.status) not in CLOSED or may_still_reopen(report, work.context)


async def keep_answer(
    work: Work, talk: Talk, parts: Parts, report: Report, *, was_reply: bool
) -> None:
    """Hand what a citizen says on to whoever answers for the report; it is kept already."""
    row = (
        await work.session.execute(
            select(ReportMessage.id).where(
                ReportMessage.chat_id == talk.chat.id, ReportMessage.message_id == parts.message_id
            )
        )
    ).scalar_one()
    of_album = parts.album is not None and report.album == parts.album
    if parts.album is not None:
        report.album = parts.album
    kinds = [file.kind for file in parts.files]
    if of_album and not parts.text:
        # The album was announced with its first file.
        touch(report, work.now)
        actor = answers.citizen(talk)
        await record(work.session, report, kind="media", actor=actor, after={"media": kinds})
        return
    await citizen_says.answer(
        work.session, work.context, answers.citizen(talk), report, parts.text, kinds, row
    )
    language = talk.language
    status = phrase(language, f"word_{report.status}")
    is_closed = Status(report.status) in CLOSED
    key = "answer_closed" if is_closed else "answer_passed"
    buttons: list[list[dict[str, str]]] = []
    if is_closed and talk.private:
        buttons = citizen_buttons(report, language, work.context)[-1:]
    elif talk.private and not was_reply and parts.text and not parts.files:
        split = {"text": phrase(language, "split_button"), "callback_data": f"split:{row}"}
        buttons = [[split]]
    await answers.say(
        work,
        talk,
        phrase(language, key, number=report.number, status=status),
        purpose=PURPOSE,
        report=report,
        markup={"inline_keyboard": buttons} if buttons else None,
        answer_to=parts.message_id,
        thread_id=parts.thread_id,
    )


async def edited_answer(work: Work, talk: Talk, report: Report, row: ReportMessage) -> None:
    """Hand on what an answer says after it was edited."""
    if takes_answers(work, report):
        actor = answers.citizen(talk)
        text = row.text or ""
        await citizen_says.answer(work.session, work.context, actor, report, text, [], row.id)


async def on_rate(work: Work, person: Reporter, query: CallbackQuery, rest: str) -> None:
    """Keep the stars of a closed report; another tap changes them."""
    count, _, number = rest.partition(":")
    report = await _report(work, person, query, number)
    if report is None:
        return
    talk = Talk(person, person)
    try:
        stars = int(count) if count.isdecimal() else 0
        actor = answers.citizen(talk)
        await citizen_says.rate(work.session, work.context, actor, report, stars)
    except BeatwayError:
        await _say_truth(work, person, query, report)
        return
    thanks = phrase(person.language, "rate_thanks", stars=_stars(stars))
    await answers.acknowledge(work, person, query, thanks)
    await _show(work, person, query, report)


async def on_over(work: Work, person: Reporter, query: CallbackQuery, number: str) -> None:
    """Withdraw a report that is over; a crew that is on its way is told."""
    report = await _report(work, person, query, number)
    if report is None:
        return
    actor = answers.citizen(Talk(person, person))
    try:
        withdrawn = await citizen_says.say_over(work.session, work.context, actor, report)
    except ConflictError:
        await _say_truth(work, person, query, report)
        return
    key = "citizen_state" if withdrawn else "over_told"
    key = "over_others" if report.reporter_out else key
    status = phrase(person.language, f"word_{report.status}")
    text = phrase(person.language, key, number=number, status=status)
    await answers.acknowledge(work, person, query, text)
    # Of a withdrawal the notice tells, with the way back under it.
    await _edit(work, person, query, text, [])


async def on_again(work: Work, person: Reporter, query: CallbackQuery, rest: str) -> None:
    """Ask what is not solved, or reopen for the reason that a button names."""
    why, _, number = rest.rpartition(":")
    report = await _report(work, person, query, number)
    if report is None:
        return
    language = person.language
    if Status(report.status) not in CLOSED or not citizen_buttons(report, language, work.context):
        await _say_truth(work, person, query, report)
    elif why in REASONS:
        await answers.acknowledge(work, person, query)
        # Staff read it in the history, in the language of the city.
        reason = phrase(work.context.languages[0], f"again_{why}")
        await _reopen(work, person, report, reason)
        state = phrase(language, f"word_{report.status}")
        text = phrase(language, "citizen_state", number=number, status=state)
        await _edit(work, person, query, text, [])
    else:
        await answers.acknowledge(work, person, query)
        answers.expect(work, person, {"ask": "again", "report": number})
        buttons = [
            [{"text": phrase(language, f"again_{each}"), "callback_data": f"again:{each}:{number}"}]
            for each in REASONS
        ]
        await answers.say(
            work,
            Talk(person, person),
            phrase(language, "again_ask", number=number),
            purpose=PURPOSE,
            report=report,
            markup={"inline_keyboard": buttons},
        )


async def expected_why(work: Work, talk: Talk, parts: Parts) -> Report | None:
    """Use a citizen's words as the reason to reopen; the report, when that was asked."""
    question = answers.open_question(work, talk.chat, {"again"}) if parts.text else None
    if question is None or not talk.private:
        return None
    answers.expect(work, talk.chat, None)
    await hold_boundaries(work.session)
    report = await answers.own_report(work, talk.person, str(question.get("report")))
    if report is None or Status(report.status) not in CLOSED:
        return None
    if not await _reopen(work, talk.person, report, parts.text):
        return None
    return report


async def _reopen(work: Work, person: Reporter, report: Report, why: str) -> bool:
    answers.expect(work, person, None)
    actor = answers.citizen(Talk(person, person))
    try:
        await citizen_says.reopen(work.session, work.context, actor, report, why)
    except BeatwayError:
        await answers.say(
            work,
            Talk(person, person),
            _late(report, person.language),
            purpose=PURPOSE,
            report=report,
        )
        return False
    return True


async def _report(work: Work, person: Reporter, query: CallbackQuery, number: str) -> Report | None:
    """Lock the person's own report of a button, the boundaries before it."""
    await hold_boundaries(work.session)
    report = await answers.own_report(work, person, number)
    if report is None:
        text = phrase(person.language, "status_unknown", number=number[:20])
        await answers.acknowledge(work, person, query, text)
    return report


async def _say_truth(work: Work, person: Reporter, query: CallbackQuery, report: Report) -> None:
    status = phrase(person.language, f"word_{report.status}")
    text = phrase(person.language, "citizen_state", number=report.number, status=status)
    buttons = citizen_buttons(report, person.language, work.context)
    if not buttons and Status(report.status) in CLOSED:
        text = _late(report, person.language)
    await answers.acknowledge(work, person, query, text)
    await _edit(work, person, query, text, buttons)


def _late(report: Report, language: str) -> str:
    status = phrase(language, f"word_{report.status}")
    return phrase(language, "again_late", number=report.number, status=status)


async def _show(work: Work, person: Reporter, query: CallbackQuery, report: Report) -> None:
    """Show under what was said of the closing how many stars there are, and until when."""
    language = person.language
    stars = await citizen_says.rating_of(work.session, report)
    lines = [phrase(language, report.status, number=report.number)]
    lines += await closing_lines(work.session, work.context, report, language)
    if stars and report.closed_at is not None and Status(report.status) in RATED:
        until = (report.closed_at + work.context.reopen_within).astimezone(work.context.timezone)
        lines[-1] = phrase(
            language, "rated", stars=_stars(stars), time=until.strftime("%d.%m %H:%M")
        )
    buttons = citizen_buttons(report, language, work.context)
    await _edit(work, person, query, "\n".join(lines), buttons)


def _stars(count: int) -> str:
    return STAR * count + NO_STAR * (5 - count)


async def _edit(
    work: Work,
    person: Reporter,
    query: CallbackQuery,
    text: str,
    buttons: Sequence[Sequence[dict[str, str]]],
) -> None:
    if query.message is None:
        return
    payload = {
        "message_id": query.message.message_id,
        "text": text,
        "link_preview_options": {"is_disabled": True},
        "reply_markup": {"inline_keyboard": list(buttons)},
    }
    await enqueue(work.session, person.id, "editMessageText", payload, purpose=PURPOSE)
