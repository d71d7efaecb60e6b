"""Commands in a public group: registering by hand, and what its administrators may do there."""

import re
from collections.abc import Awaitable, Callable

from sqlalchemy import select
from telegram import Message, Update

from app import public_groups
from app.bot import answers, desk, intake, public
from app.bot.parts import parts_of
from app.bot.work import BeatwayContext, Talk, Work, talk_of
from app.errors import BeatwayError
from app.models import PublicGroup, Report, ReportMessage
from app.phrases import phrase
from app.public_groups import About
from app.report_actions import Actor, change_status, reply
from app.routing import hold_boundaries
from app.workflow import CLOSED, Status, may_change

LINK = "g_"
NUMBER = re.compile(r"^№?\s*(\d{4}-\d{1,12})\b\s*")


def arguments(message: Message) -> str:
    """Return what stands after a command."""
    return (message.text or "").partition(" ")[2].strip()


async def on_safe_city(update: Update, context: BeatwayContext) -> None:
    """Make a group or channel public by a code from the page."""
    message = update.effective_message
    if message is None:
        return
    work = context.work
    talk = await talk_of(work, message)
    await link(work, talk, message, arguments(message))


async def link(work: Work, talk: Talk, message: Message, code: str) -> None:
    """Make the chat of a message public, when the code is good."""
    language = work.context.languages[0]
    if talk.private:
        await answers.say(
            work, talk, phrase(talk.language, "group_not_here"), purpose=public.PURPOSE
        )
        return
    if await public_groups.is_desks(work.session, talk.chat.id):
        await public.say(work, talk, message, phrase(language, "group_is_desks"))
        return
    about = About(message.chat.title or "?", message.chat.type, bool(message.chat.is_forum))
    linked = await public_groups.link(work.session, work.context, talk.chat, code, about)
    if linked is None:
        await public.say(work, talk, message, phrase(language, "group_code_bad"))
        return
    # The code is used up and nothing for everybody to wonder about.
    await public.take_away(work, talk, message)
    key = "group_linked_channel" if linked.kind == "channel" else "group_linked"
    await answers.say(
        work,
        talk,
        phrase(language, key),
        purpose=public.PURPOSE,
        thread_id=parts_of(message).thread_id,
    )


async def on_report(update: Update, context: BeatwayContext) -> None:
    """Register the words after the command, or the message that it answers."""
    message = update.effective_message
    if message is None:
        return
    work = context.work
    talk = await talk_of(work, message)
    if await desk.is_desks(work, talk):
        return
    words = arguments(message)
    if words:
        await intake.register_command(work, talk, message, words)
        return
    if talk.private:
        text = phrase(talk.language, "start")
        markup = answers.place_keyboard(talk.language)
        await answers.say(work, talk, text, purpose="start", markup=markup)
        return
    await _register_quoted(work, talk, message)


async def _register_quoted(work: Work, talk: Talk, message: Message) -> None:
    known = await public.told_in(work, talk, message)
    if known is not None:
        text = phrase(talk.language, "group_known", number=known.number)
        await public.say(work, talk, message, text)
        return
    quoted = await public.pointed_at(work, talk, message)
    if quoted is None:
        await public.hint(work, talk, message, parts_of(message))
        return
    await intake.take(work, quoted)


Deed = Callable[[Work, Talk, Message, str, Report], Awaitable[None]]


async def on_register(update: Update, context: BeatwayContext) -> None:
    """Let an administrator register the message that the command answers."""
    found = await _staff(update, context)
    if found is not None:
        work, talk, message, group = found
        await _register_quoted(work, talk, message)
        await _tidy(work, talk, message, group)


async def on_status(update: Update, context: BeatwayContext) -> bool:
    """Tell an administrator where a report of the group stands; False for everybody else."""
    found = await _staff(update, context)
    if found is None:
        return False
    work, talk, message, group = found
    report = await _named(work, talk, message)
    if report is None:
        return False
    status = phrase(talk.language, f"word_{report.status}")
    text = phrase(talk.language, "citizen_state", number=report.number, status=status)
    await public.say(work, talk, message, text)
    await _tidy(work, talk, message, group)
    return True


async def on_done(update: Update, context: BeatwayContext) -> None:
    """Close a report as resolved; words after the command are the express reply."""
    await _on_staff_deed(update, context, _done)


async def on_no_report(update: Update, context: BeatwayContext) -> None:
    """Close a report that is none; words after the command are the reason."""
    await _on_staff_deed(update, context, _no_report)


async def _on_staff_deed(update: Update, context: BeatwayContext, deed: Deed) -> None:
    found = await _staff(update, context)
    if found is None:
        return
    work, talk, message, group = found
    report = await _named(work, talk, message)
    if report is None:
        text = phrase(talk.language, "group_unknown")
        await public.say(work, talk, message, text)
        return
    words = NUMBER.sub("", arguments(message))
    if Status(report.status) in CLOSED:
        await _say_status(work, talk, message, report)
    else:
        await deed(work, talk, message, words, report)
    await _tidy(work, talk, message, group)


async def _say_status(work: Work, talk: Talk, message: Message, report: Report) -> None:
    status = phrase(talk.language, f"word_{report.status}")
    text = phrase(talk.language, "citizen_state", number=report.number, status=status)
    await public.say(work, talk, message, text)


async def _done(work: Work, talk: Talk, message: Message, words: str, report: Report) -> None:
    actor = await public.actor_of(work, talk)
    try:
        if words:
            await reply(work.session, work.context, actor, report, words)
    except BeatwayError as error:
        text = phrase(talk.language, "group_not_done", number=report.number, why=error.detail)
        await public.say(work, talk, message, text)
        return
    await change_status(work.session, work.context, actor, report, Status.RESOLVED)


async def _no_report(work: Work, talk: Talk, message: Message, words: str, report: Report) -> None:
    actor: Actor = await public.actor_of(work, talk)
    command = (message.text or "").split()[0].partition("@")[0].removeprefix("/").lower()
    key = "group_spam" if command == "spam" else "group_no_report"
    # Staff read it in the history, in the language of the city.
    why = words or phrase(work.context.languages[0], key)
    # A crew that is on its way is not called back by taking the words away.
    withdrawn = may_change(Status(report.status), Status.WITHDRAWN)
    status = Status.WITHDRAWN if withdrawn else Status.REDIRECTED
    await change_status(work.session, work.context, actor, report, status, note=why)


async def _staff(
    update: Update, context: BeatwayContext
) -> tuple[Work, Talk, Message, PublicGroup] | None:
    """Return what a command of an administrator is about; None for anybody else's."""
    message = update.effective_message
    if message is None or message.chat.type == message.chat.PRIVATE:
        return None
    work = context.work
    talk = await talk_of(work, message)
    group = await public_groups.of_chat(work.session, talk.chat.id)
    if group is None or not await public.is_staff(work, group, talk, message):
        return None
    return work, talk, message, group


async def _named(work: Work, talk: Talk, message: Message) -> Report | None:
    """Lock the report of the group that a command names, or whose message it answers."""
    number = NUMBER.match(arguments(message))
    if number is None:
        return await public.told_in(work, talk, message)
    await hold_boundaries(work.session)
    here = select(ReportMessage.report_id).where(ReportMessage.chat_id == talk.chat.id).subquery()
    query = select(Report).where(Report.number == number[1], Report.id.in_(select(here)))
    return (await work.session.execute(query.with_for_update())).scalar()


async def _tidy(work: Work, talk: Talk, message: Message, group: PublicGroup) -> None:
    if group.can_delete:
        await public.take_away(work, talk, message)
