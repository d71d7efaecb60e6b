"""Commands and buttons."""

import re
from collections.abc import Awaitable, Callable
from datetime import datetime

from sqlalchemy import select
from telegram import CallbackQuery, Message, Update

from app import staff_chats
from app.bot import (
    answers,
    citizen,
    desk,
    following,
    group_commands,
    groups,
    intake,
    officer,
    placing,
    privacy,
    public,
    redirecting,
    sorting,
    splitting,
)
from app.bot.parts import parts_of
from app.bot.work import BeatwayContext, Talk, Work, person_of, talk_of
from app.models import Report, Reporter
from app.notices import citizen_buttons, district_words
from app.outbox import enqueue, enqueue_text
from app.phrases import OWN_NAMES, phrase
from app.report_placing import confirm_side
from app.workflow import Status

RECENT = 5
Button = Callable[[Work, Reporter, CallbackQuery, str], Awaitable[None]]
NUMBER = re.compile(r"^\d{4}-\d{1,12}$")
FORGOTTEN = "forgotten"


def _arguments(message: Message) -> str:
    return (message.text or "").partition(" ")[2].strip()


async def _talk(update: Update, context: BeatwayContext) -> tuple[Work, Talk, Message] | None:
    message = update.effective_message
    if message is None:
        return None
    return context.work, await talk_of(context.work, message), message


async def on_start(update: Update, context: BeatwayContext) -> None:
    """Greet, or go on with what a deep link began."""
    found = await _talk(update, context)
    if found is None:
        return
    work, talk, message = found
    payload = _arguments(message)
    if payload and await _followed(work, talk, message, payload):
        return
    if await _in_public(work, talk, message):
        return
    markup = answers.place_keyboard(talk.language) if talk.private else None
    await answers.say(work, talk, phrase(talk.language, "start"), purpose="start", markup=markup)


async def _followed(work: Work, talk: Talk, message: Message, payload: str) -> bool:
    """Go on with what a deep link began; False when it began nothing that is ours."""
    if await desk.follow_link(work, talk, message, payload):
        return True
    if payload.startswith(group_commands.LINK):
        await group_commands.link(work, talk, message, payload.removeprefix(group_commands.LINK))
        return True
    return talk.private and (
        await officer.follow_staff_link(work, talk, payload)
        or await officer.follow_link(work, talk, payload)
        or await following.follow_link(work, talk, payload)
    )


async def on_help(update: Update, context: BeatwayContext) -> None:
    """Say how it is used; also the answer to a command we do not have."""
    found = await _talk(update, context)
    if found is None:
        return
    work, talk, message = found
    if not await _in_public(work, talk, message):
        await answers.say(work, talk, phrase(talk.language, "help"), purpose="help")


async def _in_public(work: Work, talk: Talk, message: Message) -> bool:
    """Send whoever asks in a group for what is their own affair to the private chat."""
    if talk.private or await desk.is_desks(work, talk):
        return False
    await public.hint(work, talk, message, parts_of(message))
    return True


async def on_unknown(update: Update, context: BeatwayContext) -> None:
    """Help with an unknown command in private; in a group it is meant for another bot."""
    message = update.effective_message
    if message is not None and message.chat.type == message.chat.PRIVATE:
        await on_help(update, context)


async def on_status(update: Update, context: BeatwayContext) -> None:
    """Tell where the citizen's own reports stand; nobody else's can be asked for."""
    if await group_commands.on_status(update, context):
        return
    found = await _talk(update, context)
    if found is None:
        return
    work, talk, message = found
    language, wanted = talk.language, _arguments(message).removeprefix("№").strip()
    query = (
        select(Report)
        .where(Report.reporter_id == talk.person.id)
        .order_by(Report.received_at.desc(), Report.id.desc())
        .limit(RECENT)
    )
    if wanted:
        query = query.where(Report.number == wanted) if NUMBER.match(wanted) else query.limit(0)
    reports = (await work.session.execute(query)).scalars().all()
    if reports:
        text = "\n".join(
            phrase(
                language,
                "status_line",
                number=report.number,
                date=_date(work, report.received_at),
                status=phrase(language, f"word_{_status_of(report)}"),
            )
            for report in reports
        )
    elif wanted:
        text = phrase(language, "status_unknown", number=wanted[:20])
    else:
        text = phrase(language, "status_none")
    # The last row of buttons is "not needed any more", or "not solved".
    buttons = [
        [button | {"text": f"№ {report.number}: {button['text']}"} for button in row]
        for report in reports
        if talk.private
        for row in citizen_buttons(report, language, work.context)[-1:]
    ]
    await answers.say(
        work,
        talk,
        text,
        purpose="status",
        markup={"inline_keyboard": buttons} if buttons else None,
        answer_to=message.message_id,
        thread_id=message.message_thread_id if message.is_topic_message else None,
    )


def _status_of(report: Report) -> str:
    """Return how far it is for the citizen who told of it."""
    return Status.WITHDRAWN.value if report.reporter_out else report.status


def _date(work: Work, at: datetime) -> str:
    return at.astimezone(work.context.timezone).strftime("%d.%m.%Y %H:%M")


async def on_officer(update: Update, context: BeatwayContext) -> None:
    """Ask for a place to tell its beat officer."""
    found = await _talk(update, context)
    if found is None:
        return
    work, talk, message = found
    if await _in_public(work, talk, message):
        return
    answers.expect(work, talk.chat, {"ask": "officer"})
    markup = answers.place_keyboard(talk.language) if talk.private else None
    await answers.say(
        work, talk, phrase(talk.language, "officer_ask"), purpose="officer", markup=markup
    )


async def on_sos(update: Update, context: BeatwayContext) -> None:
    """Raise the alarm: the last report's, or one of its own."""
    found = await _talk(update, context)
    if found is None:
        return
    work, talk, message = found
    if await desk.is_desks(work, talk) or await sorting.alarm(work, talk):
        return
    words = _arguments(message)
    # Whatever they say: that a life is in danger is what the command means.
    danger = phrase(talk.language, "danger_button")
    if words or talk.private or not await sorting.alarm_by_answer(work, talk, message):
        words = f"{danger}: {words}" if words else danger
        await intake.register_command(work, talk, message, words)


async def on_language(update: Update, context: BeatwayContext) -> None:
    """Set the language named, or offer those there are."""
    found = await _talk(update, context)
    if found is None:
        return
    work, talk, message = found
    if await _in_public(work, talk, message):
        return
    wanted = _arguments(message).lower()
    if wanted in work.context.languages:
        _set_language(talk.person, wanted)
        await answers.say(work, talk, phrase(wanted, "language_set"), purpose="language")
        return
    buttons = [
        [{"text": OWN_NAMES[code], "callback_data": f"language:{code}"}]
        for code in work.context.languages
    ]
    await answers.say(
        work,
        talk,
        phrase(talk.language, "language_ask"),
        purpose="language",
        markup={"inline_keyboard": buttons},
    )


def _set_language(person: Reporter, language: str) -> None:
    person.language, person.language_chosen = language, True


async def on_privacy(update: Update, context: BeatwayContext) -> None:
    """Tell what is kept, and for how long."""
    found = await _talk(update, context)
    if found is not None:
        await privacy.tell(found[0], found[1])


async def on_mydata(update: Update, context: BeatwayContext) -> None:
    """Send a person what is kept of them."""
    found = await _talk(update, context)
    if found is not None:
        await privacy.hand_over(found[0], found[1])


async def on_delete(update: Update, context: BeatwayContext) -> None:
    """Ask whether to forget the person: it cannot be undone."""
    found = await _talk(update, context)
    if found is None:
        return
    work, talk, _ = found
    if not talk.private:
        return
    buttons = [
        [{"text": phrase(talk.language, f"delete_{answer}"), "callback_data": f"delete:{answer}"}]
        for answer in ("yes", "no")
    ]
    await answers.say(
        work,
        talk,
        phrase(talk.language, "delete_ask"),
        purpose="delete",
        markup={"inline_keyboard": buttons},
    )


async def _not_there(work: Work, person: Reporter, query: CallbackQuery, number: str) -> None:
    await answers.acknowledge(work, person, query)
    await placing.on_not_there(work, person, number)


# Buttons whose message stays as it is.
BUTTONS: dict[str, Button] = {
    "task": officer.on_task_button,
    "duty": officer.on_duty_button,
    "desk": desk.on_button,
    "rate": citizen.on_rate,
    "over": citizen.on_over,
    "again": citizen.on_again,
    "split": splitting.on_split,
    "there": _not_there,
    "sos": sorting.on_alarm_button,
    "police": redirecting.on_police,
    "cat?": sorting.on_wrong,
}


async def on_button(update: Update, context: BeatwayContext) -> None:
    """Do what a button says; pressing an old one says what is true now."""
    query = update.callback_query
    if query is None:
        return
    work = context.work
    person = await person_of(work, query.from_user)
    kind, _, rest = (query.data or "").partition(":")
    if kind in BUTTONS:
        await BUTTONS[kind](work, person, query, rest)
        return
    text = phrase(person.language, "thanks")
    purpose = "button"
    if kind == "side":
        number, _, code = rest.partition(":")
        text = await _side(work, person, number, code)
    elif kind == "cat":
        text = await sorting.on_choice(work, person, rest)
    elif kind == "pick":
        text = await placing.on_pick(work, person, rest)
    elif kind == "language" and rest in work.context.languages:
        _set_language(person, rest)
        text = phrase(rest, "language_set")
    elif kind == "delete" and rest == "yes":
        text = phrase(person.language, "deleted")
        purpose = FORGOTTEN
        await staff_chats.unlink_chat(work.session, person.id)
    elif kind == "delete":
        text = phrase(person.language, "delete_kept")
    await _replace_buttons(work, person, query, text, purpose)


async def _side(work: Work, person: Reporter, number: str, code: str) -> str:
    report = await answers.own_report(work, person, number)
    if report is None:
        return phrase(person.language, "status_unknown", number=number[:20])
    actor = answers.citizen(Talk(person, person))
    if await confirm_side(work.session, work.context, report, code, actor) is None:
        return phrase(person.language, "side_closed")
    words = await district_words(
        work.session, work.context.index_cache, report.boundary_set_id, [code], person.language
    )
    return phrase(person.language, "side_taken", number=number, district=words[code].name)


async def _replace_buttons(
    work: Work, person: Reporter, query: CallbackQuery, text: str, purpose: str
) -> None:
    await answers.acknowledge(work, person, query)
    message = query.message
    if message is None:
        return
    if getattr(message, "venue", None) is not None:
        # A venue has no words that could be others.
        payload = {"message_id": message.message_id, "reply_markup": {"inline_keyboard": []}}
        await enqueue(work.session, person.id, "editMessageReplyMarkup", payload, purpose=purpose)
        await enqueue_text(work.session, person.id, text, purpose=purpose)
        return
    payload = {"message_id": message.message_id, "text": text}
    await enqueue(work.session, person.id, "editMessageText", payload, purpose=purpose)


async def on_membership(update: Update, context: BeatwayContext) -> None:
    """Remember that somebody blocked the bot, or let it write again."""
    change = update.my_chat_member
    if change is None:
        return
    work = context.work
    if change.chat.type != change.chat.PRIVATE:
        await desk.on_rights(work, change)
        await groups.on_rights(work, change)
        return
    person = await person_of(work, change.from_user)
    gone = change.new_chat_member.status in {"kicked", "left"}
    person.blocked_at = work.now if gone else None
