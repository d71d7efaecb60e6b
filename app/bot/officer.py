"""The officer's side of the chat: linking it, duty, and the buttons under each report."""

from telegram import CallbackQuery, Update

from app import officer_chats, roster, staff_chats
from app.bot import answers
from app.bot.parts import Parts
from app.bot.work import BeatwayContext, Talk, Work, talk_of
from app.errors import BeatwayError, ConflictError, InvalidError, NotFoundError
from app.group_notices import preview_key
from app.models import Officer, Report, Reporter
from app.officer_tasks import forget_told, truth
from app.outbox import enqueue
from app.phrases import phrase
from app.report_actions import Actor, change_status, reply
from app.report_refusals import refuse
from app.reports import locked
from app.routing import hold_boundaries
from app.staffing import duty_now
from app.task_words import STEPS, Told
from app.workflow import Status

LINK = "o_"
STAFF_LINK = "s_"
PURPOSE = "officer"
REASONS = ("busy", "not_my_beat", "not_police")


def _actor(officer: Officer) -> Actor:
    return Actor(f"officer:{officer.code}", officer.id)


async def follow_link(work: Work, talk: Talk, payload: str) -> bool:
    """Make the chat an officer's by a deep link; False for another payload."""
    if not payload.startswith(LINK):
        return False
    officer = await officer_chats.link(
        work.session, work.context, talk.chat, payload.removeprefix(LINK)
    )
    if officer is None:
        text = phrase(talk.language, "officer_code_bad")
    else:
        # What another officer was told here before is not for this one to see change.
        await forget_told(work.session, talk.chat.id, work.now)
        text = phrase(talk.language, "officer_linked", officer=officer.name)
    await answers.say(work, talk, text, purpose=PURPOSE, markup=answers.NO_KEYBOARD)
    return True


async def follow_staff_link(work: Work, talk: Talk, payload: str) -> bool:
    """Make the chat that of a member of a desk by a deep link; False for another payload."""
    if not payload.startswith(STAFF_LINK):
        return False
    staff = await staff_chats.link(
        work.session, work.context, talk.chat, payload.removeprefix(STAFF_LINK)
    )
    if staff is None:
        text = phrase(talk.language, "officer_code_bad")
    elif staff.role in staff_chats.LINKED:
        text = phrase(talk.language, "staff_linked", name=staff.name)
    else:
        text = phrase(talk.language, "sub_linked")
    await answers.say(work, talk, text, purpose=PURPOSE, markup=answers.NO_KEYBOARD)
    return True


async def on_duty_command(update: Update, context: BeatwayContext) -> None:
    """Tell whether the officer is on duty, with a button to come or go."""
    message = update.effective_message
    if message is None:
        return
    work = context.work
    talk = await talk_of(work, message)
    officer = await officer_chats.officer_of(work.session, talk.chat.id)
    if officer is None or not talk.private:
        await answers.say(work, talk, phrase(talk.language, "officer_not_linked"), purpose=PURPOSE)
        return
    told = await _duty(work, officer, talk.language)
    markup = {"inline_keyboard": told.buttons}
    await answers.say(work, talk, told.text, purpose=PURPOSE, markup=markup)


async def _duty(work: Work, officer: Officer, language: str) -> Told:
    state = await duty_now(work.session, officer.id, work.now)
    button = "off" if state == "on" else "on"
    buttons = [
        [{"text": phrase(language, f"duty_tap_{button}"), "callback_data": f"duty:{button}"}]
    ]
    return Told(phrase(language, f"duty_{state}"), [] if state == "on_leave" else buttons)


async def on_duty_button(work: Work, person: Reporter, query: CallbackQuery, rest: str) -> None:
    """Come on duty or go off."""
    language = person.language
    officer = await officer_chats.officer_of(work.session, person.id)
    if officer is None:
        told = Told(phrase(language, "officer_not_linked"), [])
    else:
        try:
            async with work.session.begin_nested():
                actor = _actor(officer).name
                await roster.tap(work.session, work.context, actor, officer, on=rest == "on")
        except (ConflictError, InvalidError):
            # What keeps them from it is what they are told.
            await work.session.refresh(officer)
        told = await _duty(work, officer, language)
    await _answer(work, person, query, "")
    await _edit(work, person, query, told)


async def on_task_button(work: Work, person: Reporter, query: CallbackQuery, rest: str) -> None:
    """Do what a button under a report says; an old button says what is true now."""
    language = person.language
    deed, _, number = rest.partition(":")
    officer = await officer_chats.officer_of(work.session, person.id)
    if officer is None:
        await _answer(work, person, query, phrase(language, "officer_not_linked"))
        return
    # The boundaries before the report: handing it on may place it anew.
    await hold_boundaries(work.session)
    try:
        report = await locked(work.session, number)
    except NotFoundError:
        await _answer(work, person, query, phrase(language, "status_unknown", number=number[:20]))
        return
    if deed in {"send", "cancel"}:
        await _finish_reply(work, person, query, officer, report, send=deed == "send")
        return
    if report.assigned_officer_id != officer.id:
        await _say_truth(work, person, query, officer, number)
        return
    if deed in STEPS:
        await _step(work, person, query, officer, report, STEPS[deed])
    elif deed == "no":
        await _ask_why(work, person, query, report)
    elif deed.removeprefix("why_") in REASONS:
        # Staff read it in the history, in the language of the city.
        why = phrase(work.context.languages[0], deed)
        await _refuse(work, person, query, officer, report, why)
    elif deed == "reply":
        answers.expect(work, person, {"ask": "reply", "report": number})
        await _answer(work, person, query, "")
        await _say(work, person, phrase(language, "task_reply_ask", number=number))
    else:
        await _say_truth(work, person, query, officer, number)


async def _step(
    work: Work,
    person: Reporter,
    query: CallbackQuery,
    officer: Officer,
    report: Report,
    status: Status,
) -> None:
    try:
        await change_status(work.session, work.context, _actor(officer), report, status)
    except ConflictError:
        # Pressed on another device already, or on the page.
        await _say_truth(work, person, query, officer, report.number)
        return
    words = phrase(person.language, f"word_{report.status}")
    await _answer(work, person, query, f"№ {report.number}: {words}")


async def _ask_why(work: Work, person: Reporter, query: CallbackQuery, report: Report) -> None:
    language = person.language
    answers.expect(work, person, {"ask": "why", "report": report.number})
    await _answer(work, person, query, "")
    buttons = [
        [
            {
                "text": phrase(language, f"why_{reason}"),
                "callback_data": f"task:why_{reason}:{report.number}",
            }
        ]
        for reason in REASONS
    ]
    text = phrase(language, "task_why_ask", number=report.number)
    await _say(work, person, text, buttons)


async def _refuse(
    work: Work,
    person: Reporter,
    query: CallbackQuery,
    officer: Officer,
    report: Report,
    why: str,
) -> None:
    try:
        await refuse(work.session, work.context, _actor(officer), report, why)
    except BeatwayError:
        await _say_truth(work, person, query, officer, report.number)
        return
    answers.expect(work, person, None)
    told = await truth(work.session, work.context, report.number, officer.id, person.language)
    await _answer(work, person, query, "")
    await _edit(work, person, query, told)


async def _say_truth(
    work: Work, person: Reporter, query: CallbackQuery, officer: Officer, number: str
) -> None:
    told = await truth(work.session, work.context, number, officer.id, person.language)
    await _answer(work, person, query, told.text)
    await _edit(work, person, query, told)


async def expected_text(work: Work, talk: Talk, parts: Parts) -> bool:
    """Use an officer's words for what they were asked; False when nothing was."""
    if not parts.text or not talk.private:
        return False
    question = answers.open_question(work, talk.chat, {"reply", "why"})
    if question is None:
        return False
    officer = await officer_chats.officer_of(work.session, talk.chat.id)
    if officer is None:
        answers.expect(work, talk.chat, None)
        return False
    kind, number = question["ask"], str(question.get("report"))
    await hold_boundaries(work.session)
    report = await locked(work.session, number)
    if kind == "reply":
        await _preview_reply(work, talk, report, parts.text)
        return True
    answers.expect(work, talk.chat, None)
    try:
        await refuse(work.session, work.context, _actor(officer), report, parts.text)
        text = (await truth(work.session, work.context, number, officer.id, talk.language)).text
    except BeatwayError as error:
        text = phrase(talk.language, "task_not_done", number=number, why=error.detail)
    await _say(work, talk.chat, text)
    return True


async def _preview_reply(work: Work, talk: Talk, report: Report, text: str) -> None:
    number = report.number
    answers.expect(work, talk.chat, {"ask": "reply", "report": number, "text": text})
    language = talk.language
    buttons = [
        [
            {"text": phrase(language, "task_send"), "callback_data": f"task:send:{number}"},
            {"text": phrase(language, "task_cancel"), "callback_data": f"task:cancel:{number}"},
        ]
    ]
    shown = phrase(language, "express_reply", number=number, text=text)
    await _say(
        work,
        talk.chat,
        f"{phrase(language, preview_key(report, 'task_preview'))}\n\n{shown}"[:4000],
        buttons,
    )


async def _finish_reply(
    work: Work,
    person: Reporter,
    query: CallbackQuery,
    officer: Officer,
    report: Report,
    *,
    send: bool,
) -> None:
    language, question = person.language, person.expecting or {}
    draft = question.get("text") if question.get("report") == report.number else None
    answers.expect(work, person, None)
    if not send:
        text = phrase(language, "task_cancelled")
    elif draft is None:
        # The second press, or the preview is too old.
        text = phrase(language, "task_reply_gone")
    elif report.assigned_officer_id != officer.id:
        text = (await truth(work.session, work.context, report.number, officer.id, language)).text
    else:
        try:
            await reply(work.session, work.context, _actor(officer), report, str(draft))
            text = phrase(language, "task_sent", number=report.number)
        except InvalidError as error:
            text = phrase(language, "task_not_done", number=report.number, why=error.detail)
    await _answer(work, person, query, "")
    await _edit(work, person, query, Told(text, []))


async def _say(
    work: Work, chat: Reporter, text: str, buttons: list[list[dict[str, str]]] | None = None
) -> None:
    payload = Told(text, buttons or []).payload()
    await enqueue(work.session, chat.id, "sendMessage", payload, purpose=PURPOSE)


async def _answer(work: Work, person: Reporter, query: CallbackQuery, text: str) -> None:
    await answers.acknowledge(work, person, query, text, PURPOSE)


async def _edit(work: Work, person: Reporter, query: CallbackQuery, told: Told) -> None:
    if query.message is not None:
        payload = told.payload() | {"message_id": query.message.message_id}
        await enqueue(work.session, person.id, "editMessageText", payload, purpose=PURPOSE)
