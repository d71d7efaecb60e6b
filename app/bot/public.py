"""What is said in a public group: by whom, whether it is a report, and the answers of its staff."""

from dataclasses import dataclass, replace

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from telegram import Message, MessageEntity

from app import public_groups, staff_chats
from app.bot import answers
from app.bot.parts import Parts, parts_of
from app.bot.work import Talk, Work, talk_of
from app.errors import BeatwayError
from app.geocoding import Understood
from app.group_facts import FactsUnknownError
from app.group_rules import is_report
from app.models import GroupReply, OutboxMessage, PublicGroup, Report, ReportMessage
from app.outbox import enqueue
from app.phrases import phrase
from app.report_actions import Actor, reply
from app.reports import record, touch
from app.routing import hold_boundaries
from app.triage import read

PURPOSE = "public_group"
FORWARDED = "forwarded"


@dataclass(frozen=True, slots=True)
class Heard:
    """A message to go on with: the one that came, or another one that it points at.

    Attributes
    ----------
    wanted : bool
        Whether somebody asked for it to be registered, whatever it says.
    """

    talk: Talk
    message: Message
    parts: Parts
    wanted: bool = False


async def listen(work: Work, talk: Talk, message: Message, parts: Parts) -> Heard | None:
    """Tell what to go on with in a group that is no desk's; None when nothing is to be done.

    Raises
    ------
    FactsUnknownError
        When Telegram has to be asked first who administers the group.
    """
    if message.is_automatic_forward:
        # The post itself; what is said under it are the reports.
        return None
    group = await public_groups.of_chat(work.session, talk.chat.id)
    rest = _without_mention(work, message, parts)
    if rest is not None:
        return await _called(work, talk, message, replace(parts, text=rest))
    if group is None or not await is_staff(work, group, talk, message):
        return Heard(talk, message, parts)
    report = await told_in(work, talk, message)
    if report is None:
        if await _is_under_several(work, talk, message):
            await say(work, talk, message, phrase(talk.language, "group_which"))
        # Else it is what the police themselves say, to all or among the others.
        return None
    if talk.named and report.reporter_id == talk.person.id:
        return Heard(talk, message, parts)
    await answer(work, talk, message, report, parts.text)
    return None


async def is_staff(work: Work, group: PublicGroup, talk: Talk, message: Message) -> bool:
    """Tell whether a message is from an administrator of a public group, named or not.

    Raises
    ------
    FactsUnknownError
    """
    if not public_groups.are_known(group, work.now):
        raise FactsUnknownError(group.chat_id)
    if message.sender_chat is not None:
        # The group itself is an anonymous administrator; its channel, those who post there.
        return talk.person.id in {group.chat_id, group.counterpart_id}
    return await public_groups.is_administrator(work.session, group, talk.person.id)


def _without_mention(work: Work, message: Message, parts: Parts) -> str | None:
    """Return a text without the bot's name; None when it is not called by its name."""
    name = f"@{work.bot_username}".lower()
    entities = message.parse_entities([MessageEntity.MENTION]) | message.parse_caption_entities(
        [MessageEntity.MENTION]
    )
    called = [said for said in entities.values() if said.lower() == name]
    if not called:
        return None
    text = parts.text
    for said in called:
        text = text.replace(said, " ")
    return " ".join(text.split()) if "\n" not in text else text.strip()


async def _called(work: Work, talk: Talk, message: Message, parts: Parts) -> Heard | None:
    """Register what somebody called the bot for: their own words, or those that they answer."""
    quoted = await pointed_at(work, talk, message)
    if quoted is not None and (not parts.text or not await told_in(work, talk, message)):
        return quoted
    if parts.text or parts.files or parts.place:
        return Heard(talk, message, parts, wanted=True)
    if await told_in(work, talk, message) is None:
        await hint(work, talk, message, parts)
    return None


async def pointed_at(work: Work, talk: Talk, message: Message) -> Heard | None:
    """Return the message of a citizen that another one answers; None for ours, or a post."""
    quoted = message.reply_to_message
    if quoted is None or quoted.is_automatic_forward or _is_ours(work, quoted):
        return None
    if await told_in(work, talk, message) is not None:
        return None
    their_talk = await talk_of(work, quoted)
    return Heard(their_talk, quoted, parts_of(quoted), wanted=True)


def _is_ours(work: Work, message: Message) -> bool:
    user = message.from_user
    return user is not None and user.is_bot and user.username == work.bot_username


async def told_in(work: Work, talk: Talk, message: Message) -> Report | None:
    """Lock the report that a message answers: told in that message, or our words about it."""
    quoted = message.reply_to_message
    if quoted is None:
        return None
    here = (talk.chat.id, quoted.message_id)
    for table in (ReportMessage, GroupReply, OutboxMessage):
        report_id = (
            await work.session.execute(
                select(table.report_id).where(table.chat_id == here[0], table.message_id == here[1])
            )
        ).scalar()
        if report_id is not None:
            await hold_boundaries(work.session)
            query = select(Report).where(Report.id == report_id).with_for_update()
            return (await work.session.execute(query)).scalar_one()
    return None


async def _is_under_several(work: Work, talk: Talk, message: Message) -> bool:
    """Tell whether a message answers one of ours that tells of several reports."""
    quoted = message.reply_to_message
    if quoted is None or not _is_ours(work, quoted):
        return False
    query = select(OutboxMessage.id).where(
        OutboxMessage.chat_id == talk.chat.id,
        OutboxMessage.message_id == quoted.message_id,
        OutboxMessage.report_id.is_(None),
        OutboxMessage.purpose != PURPOSE,
    )
    return (await work.session.execute(query)).first() is not None


async def actor_of(work: Work, talk: Talk) -> Actor:
    """Return how history names an administrator of a group."""
    if not talk.named:
        return Actor("group_admin")
    member = await staff_chats.member_of(work.session, talk.person.id)
    return member.actor if member else Actor(f"group_admin:{talk.person.pseudonym}")


async def answer(work: Work, talk: Talk, message: Message, report: Report, text: str) -> None:
    """Take what an administrator answers in the group for the express reply."""
    if not text:
        return
    try:
        actor = await actor_of(work, talk)
        await reply(work.session, work.context, actor, report, text, is_said_in_group=True)
    except BeatwayError as error:
        why = phrase(talk.language, "group_not_done", number=report.number, why=error.detail)
        await say(work, talk, message, why)
        return
    values = {"report_id": report.id, "text": text}
    await work.session.execute(
        insert(GroupReply)
        .values(chat_id=talk.chat.id, message_id=message.message_id, **values)
        .on_conflict_do_update(
            index_elements=[GroupReply.chat_id, GroupReply.message_id], set_=values
        )
    )


async def amended(work: Work, talk: Talk, message: Message, parts: Parts) -> bool:
    """Take an administrator's edited answer anew; False when the message was none."""
    known = (
        await work.session.execute(
            select(GroupReply).where(
                GroupReply.chat_id == talk.chat.id, GroupReply.message_id == message.message_id
            )
        )
    ).scalar()
    if known is None:
        return False
    if parts.text not in {"", known.text}:
        await hold_boundaries(work.session)
        report = (
            await work.session.execute(
                select(Report).where(Report.id == known.report_id).with_for_update()
            )
        ).scalar_one()
        await answer(work, talk, message, report, parts.text)
    return True


async def is_new_report(work: Work, heard: Heard, found: Understood | None) -> bool:
    """Tell whether to register a message of a group that completes no other report."""
    talk, parts = heard.talk, heard.parts
    if heard.wanted:
        return True
    if (
        parts.album
        and not parts.text
        and await public_groups.is_passed(work.session, talk.chat.id, parts.album)
    ):
        return False
    triaged = read(await work.context.triage.get(work.session), parts.text)
    quoted = heard.message.reply_to_message
    wanted = is_report(
        text=parts.text,
        category=triaged.category.code,
        is_danger=triaged.danger,
        names_place=found is not None,
        shares_place=parts.place is not None,
        files={file.kind for file in parts.files},
        is_answer=quoted is not None and not quoted.is_automatic_forward,
    )
    if not wanted and parts.album:
        await public_groups.pass_album(work.session, work.now, talk.chat.id, parts.album)
    return wanted


async def note_origin(work: Work, heard: Heard, report: Report) -> None:
    """Keep with a report that its words are another's: who forwards them saw nothing."""
    origin = heard.message.forward_origin
    if origin is None:
        return
    chat = getattr(origin, "chat", None) or getattr(origin, "sender_chat", None)
    # A channel or a group names itself to everybody; a person does not.
    name = chat.title if chat is not None else None
    touch(report, work.now)
    await record(
        work.session,
        report,
        kind=FORWARDED,
        actor=answers.citizen(heard.talk),
        after={"from": origin.type, "name": name},
    )


async def hint(work: Work, talk: Talk, message: Message, parts: Parts) -> None:
    """Say in a group how to report, and where more can be said."""
    button = {
        "text": phrase(talk.language, "group_private_button"),
        "url": f"https://t.me/{work.bot_username}",
    }
    await answers.say(
        work,
        talk,
        phrase(talk.language, "group_hint"),
        purpose=PURPOSE,
        markup={"inline_keyboard": [[button]]},
        answer_to=message.message_id,
        thread_id=parts.thread_id,
    )


async def say(work: Work, talk: Talk, message: Message, text: str) -> None:
    """Say something under a message of a group."""
    await answers.say(
        work,
        talk,
        text,
        purpose=PURPOSE,
        answer_to=message.message_id,
        thread_id=parts_of(message).thread_id,
    )


async def take_away(work: Work, talk: Talk, message: Message) -> None:
    """Delete a command that nobody else needs to read."""
    payload = {"message_id": message.message_id}
    await enqueue(work.session, talk.chat.id, "deleteMessage", payload, purpose=PURPOSE)
