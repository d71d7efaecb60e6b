"""A desk's group: linking it, and working on reports in their topics."""

import re
from datetime import timedelta

from sqlalchemy import select, update
from telegram import CallbackQuery, ChatMemberUpdated, Message, Update

from app import desk_chats, public_groups, staff_chats
from app.bot import answers
from app.bot.parts import Parts
from app.bot.work import BeatwayContext, Talk, Work, talk_of
from app.errors import ConflictError, InvalidError, NotFoundError
from app.group_notices import preview_key
from app.identity import reporter_of
from app.models import DeskChat, DeskDraft, DeskTopic, OutboxMessage, Report, Reporter, table_of
from app.notices import desk_words
from app.outbox import enqueue
from app.phrases import phrase
from app.report_actions import change_status, reply
from app.reports import locked
from app.routing import NoBoundarySetError, hold_boundaries, set_in_force
from app.staff_chats import Member
from app.task_words import STEPS, Buttons, Reader, Told, told_of
from app.workflow import CLOSED, Status

LINK = "d_"
PURPOSE = "desk"
DRAFT_LASTS = timedelta(minutes=15)
ADMINISTRATOR = "administrator"
# A message that begins so is a reply; else the button asks for one.
FORM = re.compile(r"(?:(?:відповідь|ответ|reply)\s*:|!)\s*(?P<text>.+)", re.IGNORECASE | re.DOTALL)


async def follow_link(work: Work, talk: Talk, message: Message, payload: str) -> bool:
    """Make a group a desk's by its code; False for another payload."""
    if not payload.startswith(LINK):
        return False
    if talk.private:
        text = phrase(talk.language, "desk_not_group")
        await answers.say(work, talk, text, purpose=PURPOSE)
        return True
    if await public_groups.of_chat(work.session, talk.chat.id) is not None:
        text = phrase(work.context.languages[0], "group_is_public")
        await answers.say(work, talk, text, purpose=PURPOSE)
        return True
    has_topics = bool(message.chat.is_forum)
    linked = await desk_chats.link(
        work.session,
        work.context,
        talk.chat,
        payload.removeprefix(LINK),
        has_topics=has_topics,
    )
    language = work.context.languages[0]
    if linked is None:
        text = phrase(language, "officer_code_bad")
    else:
        text = phrase(language, "desk_linked", desk=await _desk_name(work, linked.desk, language))
        if not has_topics:
            text += "\n\n" + phrase(language, "desk_no_topics")
    await answers.say(work, talk, text, purpose=PURPOSE)
    return True


async def _desk_name(work: Work, desk: str, language: str) -> str:
    try:
        boundary_set_id = await set_in_force(work.session)
    except NoBoundarySetError:
        boundary_set_id = None
    return await desk_words(work.session, work.context, boundary_set_id, desk, language)


async def is_desks(work: Work, talk: Talk) -> bool:
    """Tell whether a chat is a desk's group: nothing in it is a citizen's report."""
    return not talk.private and await desk_chats.of_chat(work.session, talk.chat.id) is not None


async def heard(work: Work, talk: Talk, message: Message, parts: Parts) -> bool:
    """Hear what staff say in a desk's group; False in any other chat."""
    chat = None if talk.private else await desk_chats.of_chat(work.session, talk.chat.id)
    if chat is None:
        return False
    await _look_at_topics(work, chat, message)
    said = FORM.match(parts.text)
    await _said(work, talk, parts, chat, said["text"] if said else None)
    return True


async def on_reply_command(update_: Update, context: BeatwayContext) -> None:
    """Take ``/reply words`` in a topic for the express reply."""
    message = update_.effective_message
    if message is None or message.chat.type == message.chat.PRIVATE:
        return
    work = context.work
    talk = await talk_of(work, message)
    chat = await desk_chats.of_chat(work.session, talk.chat.id)
    if chat is None:
        return
    words = (message.text or "").partition(" ")[2].strip()
    thread = message.message_thread_id if message.is_topic_message else None
    parts = Parts("", None, (), None, message.message_id, thread, message.date)
    await _said(work, talk, parts, chat, words)


async def _look_at_topics(work: Work, chat: DeskChat, message: Message) -> None:
    # Nobody tells a bot that topics were turned on; a message shows it.
    if chat.fault == desk_chats.NO_TOPICS and message.chat.is_forum:
        await desk_chats.clear_fault(work.session, chat)


async def _said(
    work: Work, talk: Talk, parts: Parts, chat: DeskChat, reply_text: str | None
) -> None:
    topic = await _topic_of(work, talk.chat.id, parts.thread_id)
    if topic is None:
        return
    draft = await _asked(work, topic, talk.person.id)
    text = parts.text if reply_text is None and draft is not None else reply_text
    if text is None:
        # They talk among themselves.
        return
    language = work.context.languages[0]
    member = await staff_chats.member_of(work.session, talk.person.id)
    if member is None or not member.works_at(chat.desk):
        await _say(work, topic, phrase(language, "desk_not_staff"))
        return
    report = await work.session.get_one(Report, topic.report_id)
    if not text.strip():
        await _ask(work, topic, report, talk.person.id)
        return
    await _end_drafts(work, topic, talk.person.id)
    draft = DeskDraft(
        topic_id=topic.id,
        by_chat_id=talk.person.id,
        text=text.strip(),
        expires_at=work.now + DRAFT_LASTS,
    )
    work.session.add(draft)
    await work.session.flush()
    shown = phrase(language, "express_reply", number=report.number, text=text.strip())
    buttons = [
        [
            {"text": phrase(language, "task_send"), "callback_data": f"desk:send:{draft.id}"},
            {"text": phrase(language, "task_cancel"), "callback_data": f"desk:drop:{draft.id}"},
        ]
    ]
    await _say(
        work,
        topic,
        f"{phrase(language, preview_key(report, 'desk_preview'))}\n\n{shown}"[:4000],
        buttons,
    )


async def _topic_of(work: Work, chat_id: int, thread_id: int | None) -> DeskTopic | None:
    if thread_id is None:
        return None
    return (
        await work.session.execute(
            select(DeskTopic)
            .join(OutboxMessage, OutboxMessage.id == DeskTopic.made_by_outbox_id)
            .where(
                OutboxMessage.chat_id == chat_id,
                OutboxMessage.message_id == thread_id,
                DeskTopic.state != "gone",
            )
        )
    ).scalar()


async def _asked(work: Work, topic: DeskTopic, person_id: int) -> DeskDraft | None:
    return (
        await work.session.execute(
            select(DeskDraft)
            .where(
                DeskDraft.topic_id == topic.id,
                DeskDraft.by_chat_id == person_id,
                DeskDraft.text.is_(None),
                DeskDraft.ended_at.is_(None),
                DeskDraft.expires_at > work.now,
            )
            .limit(1)
        )
    ).scalar()


async def _end_drafts(work: Work, topic: DeskTopic, person_id: int) -> None:
    await work.session.execute(
        update(table_of(DeskDraft))
        .where(
            DeskDraft.topic_id == topic.id,
            DeskDraft.by_chat_id == person_id,
            DeskDraft.ended_at.is_(None),
        )
        .values(ended_at=work.now)
    )


async def _ask(work: Work, topic: DeskTopic, report: Report, person_id: int) -> None:
    await _end_drafts(work, topic, person_id)
    work.session.add(
        DeskDraft(
            topic_id=topic.id, by_chat_id=person_id, text=None, expires_at=work.now + DRAFT_LASTS
        )
    )
    await work.session.flush()
    language = work.context.languages[0]
    await _say(work, topic, phrase(language, "desk_reply_ask", number=report.number))


async def on_button(work: Work, person: Reporter, query: CallbackQuery, rest: str) -> None:
    """Do what a button in a topic says; an old button says what is true now."""
    deed, _, subject = rest.partition(":")
    language = person.language
    group = None
    if query.message is not None:
        group = await reporter_of(work.session, work.sealer, query.message.chat.id)
    chat = await desk_chats.of_chat(work.session, group.id) if group else None
    member = await staff_chats.member_of(work.session, person.id)
    if chat is None or member is None or not member.works_at(chat.desk):
        await answers.acknowledge(work, person, query, phrase(language, "desk_not_staff"))
        return
    # The boundaries before the report, as everywhere.
    await hold_boundaries(work.session)
    if deed in {"send", "drop"}:
        await _finish(work, person, query, chat, member, subject, send=deed == "send")
        return
    try:
        report = await locked(work.session, subject)
    except NotFoundError:
        text = phrase(language, "status_unknown", number=subject[:20])
        await answers.acknowledge(work, person, query, text)
        return
    topic = await _topic_of_report(work, chat, report)
    is_theirs = report.assigned_desk == chat.desk
    if deed == "reply" and topic is not None and is_theirs:
        await answers.acknowledge(work, person, query)
        await _ask(work, topic, report, person.id)
    elif deed in STEPS and is_theirs and Status(report.status) not in CLOSED:
        await _step(work, person, query, chat, member, report, STEPS[deed])
    else:
        await _say_truth(work, person, query, chat, report)


async def _topic_of_report(work: Work, chat: DeskChat, report: Report) -> DeskTopic | None:
    return (
        await work.session.execute(
            select(DeskTopic).where(
                DeskTopic.chat_id == chat.chat_id,
                DeskTopic.report_id == report.id,
                DeskTopic.state != "gone",
            )
        )
    ).scalar()


async def _step(
    work: Work,
    person: Reporter,
    query: CallbackQuery,
    chat: DeskChat,
    member: Member,
    report: Report,
    status: Status,
) -> None:
    try:
        await change_status(work.session, work.context, member.actor, report, status)
    except ConflictError:
        # Another of the desk was faster, here or on the page.
        await _say_truth(work, person, query, chat, report)
        return
    words = phrase(person.language, f"word_{report.status}")
    await answers.acknowledge(work, person, query, f"№ {report.number}: {words}")
    topic = await _topic_of_report(work, chat, report)
    if topic is not None:
        what = phrase(work.context.languages[0], f"word_{report.status}")
        done = phrase(work.context.languages[0], "desk_done", who=member.name, what=what)
        await _say(work, topic, done)


async def _say_truth(
    work: Work, person: Reporter, query: CallbackQuery, chat: DeskChat, report: Report
) -> None:
    reader = Reader(desk=chat.desk)
    told = await told_of(work.session, work.context, report, reader, work.context.languages[0])
    await answers.acknowledge(work, person, query, told.text)
    await _edit(work, query, chat, told)


async def _finish(
    work: Work,
    person: Reporter,
    query: CallbackQuery,
    chat: DeskChat,
    member: Member,
    subject: str,
    *,
    send: bool,
) -> None:
    language = work.context.languages[0]
    draft = await _draft(work, chat, subject)
    if draft is None or draft.text is None:
        # Sent or dropped by somebody, or too old.
        text = phrase(language, "task_reply_gone")
    elif not send:
        draft.ended_at = work.now
        text = phrase(language, "task_cancelled")
    else:
        topic = await work.session.get_one(DeskTopic, draft.topic_id)
        report = (
            await work.session.execute(
                select(Report).where(Report.id == topic.report_id).with_for_update()
            )
        ).scalar_one()
        if report.assigned_desk != chat.desk:
            reader = Reader(desk=chat.desk)
            text = (await told_of(work.session, work.context, report, reader, language)).text
        else:
            text = await _send(work, member, report, draft, language)
    await answers.acknowledge(work, person, query)
    await _edit(work, query, chat, Told(text, []))


async def _send(work: Work, member: Member, report: Report, draft: DeskDraft, language: str) -> str:
    draft.ended_at = work.now
    try:
        await reply(work.session, work.context, member.actor, report, draft.text or "")
    except InvalidError as error:
        return phrase(language, "task_not_done", number=report.number, why=error.detail)
    sent = phrase(language, "desk_sent", number=report.number, who=member.name)
    return f"{sent}\n\n{draft.text}"[:4000]


async def _draft(work: Work, chat: DeskChat, subject: str) -> DeskDraft | None:
    if not subject.isdecimal() or len(subject) > 18:  # noqa: PLR2004 - what fits into the column
        return None
    return (
        await work.session.execute(
            select(DeskDraft)
            .join(DeskTopic, DeskTopic.id == DeskDraft.topic_id)
            .where(
                DeskDraft.id == int(subject),
                DeskTopic.chat_id == chat.chat_id,
                DeskDraft.ended_at.is_(None),
                DeskDraft.expires_at > work.now,
            )
            .with_for_update(of=DeskDraft)
        )
    ).scalar()


async def on_rights(work: Work, change: ChatMemberUpdated) -> None:
    """Note what the bot may do in a group from now on."""
    group = await reporter_of(work.session, work.sealer, change.chat.id)
    if group is None:
        return
    member = change.new_chat_member
    gone = member.status in {"kicked", "left"}
    group.blocked_at = work.now if gone else None
    chat = await desk_chats.of_chat(work.session, group.id)
    if chat is None:
        return
    subject = str(int(work.now.timestamp()))
    if gone:
        await desk_chats.note_fault(work.session, chat, desk_chats.REMOVED, subject)
    elif member.status == ADMINISTRATOR and getattr(member, "can_manage_topics", False):
        await desk_chats.clear_fault(work.session, chat)
    else:
        await desk_chats.note_fault(work.session, chat, desk_chats.NO_RIGHTS, subject)


async def _say(work: Work, topic: DeskTopic, text: str, buttons: Buttons | None = None) -> None:
    payload = Told(text, buttons or []).payload() | {"topic_of": topic.made_by_outbox_id}
    await enqueue(work.session, topic.chat_id, "sendMessage", payload, purpose=PURPOSE)


async def _edit(work: Work, query: CallbackQuery, chat: DeskChat, told: Told) -> None:
    if query.message is not None:
        payload = told.payload() | {"message_id": query.message.message_id}
        await enqueue(work.session, chat.chat_id, "editMessageText", payload, purpose=PURPOSE)
