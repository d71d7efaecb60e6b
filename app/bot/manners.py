"""Rude people in the chat: a polite word, slower answers, and silence that nobody tells of."""

from dataclasses import asdict, replace
from datetime import timedelta
from typing import Any

from sqlalchemy import and_, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from app import muted
from app.bot import answers, sorting
from app.bot.parts import Parts
from app.bot.work import Talk, Work
from app.conduct import BY_WORDS, Offence, standing, strike
from app.conduct_rules import Level
from app.models import InboxPace, OutboxMessage, Report, Strike
from app.phrases import phrase
from app.triage import read
from app.workflow import OPEN

PURPOSE = "manners"
# What is written in one breath is one strike: a polite word needs to be read first.
ONE_OUTBURST = timedelta(minutes=1)
# What is said of danger to life waits for nothing.
AT_ONCE = frozenset({"danger", "answerCallbackQuery"})


async def rude_words(work: Work, parts: Parts) -> str | None:
    """Return the rude words of a message that tells of nothing."""
    if not parts.text:
        return None
    return read(await work.context.triage.get(work.session), parts.text).rude


async def count(work: Work, talk: Talk, report: Report, words: str) -> None:
    """Count a strike for a rude message, unless the last one can hardly be answered yet."""
    lately = select(Strike.id).where(
        Strike.reporter_id == talk.person.id,
        Strike.source == BY_WORDS,
        Strike.at > work.now - ONE_OUTBURST,
    )
    if (await work.session.execute(lately.limit(1))).scalar() is not None:
        return
    offence = Offence(BY_WORDS, report=report, words=words)
    await strike(work.session, work.context, talk.person, offence)


async def ask_politely(work: Work, talk: Talk, report: Report, parts: Parts) -> None:
    """Ask whoever was rude to tell what happened instead."""
    await answers.say(
        work,
        talk,
        phrase(talk.language, "manners"),
        purpose=PURPOSE,
        report=report,
        answer_to=parts.message_id,
        thread_id=parts.thread_id,
    )


def is_muted(work: Work, talk: Talk) -> bool:
    """Tell whether somebody is muted now."""
    return standing(talk.person, work.now) is Level.MUTED


async def shadowed(work: Work, talk: Talk, parts: Parts) -> bool:
    """Keep a muted person's message for the desk; False for whoever is heard as usual.

    Danger to life is always heard, and from then on whatever its report may need.
    """
    if not is_muted(work, talk) or sorting.is_alarm(parts.text):
        return False
    if parts.text and read(await work.context.triage.get(work.session), parts.text).danger:
        return False
    in_danger = select(Report.id).where(
        Report.reporter_id == talk.person.id,
        Report.danger,
        Report.status.in_([status.value for status in OPEN]),
    )
    if (await work.session.execute(in_danger.limit(1))).scalar() is not None:
        return False
    place = parts.place and replace(parts.place, label=None)
    values: dict[str, Any] = {
        "reporter_id": talk.person.id,
        "chat_id": talk.chat.id,
        "message_id": parts.message_id,
        "thread_id": parts.thread_id,
        "text": parts.text or None,
        "place": asdict(place) if place else None,
        "files": [asdict(file) for file in parts.files] or None,
        "sent_at": work.now,
    }
    if await muted.keep(work.session, work.context, values) and talk.private:
        await answers.say(work, talk, phrase(talk.language, "muted_ack"), purpose="thanks")
    return True


async def slow_down(work: Work, chat_key: int) -> None:
    """Answer slow people later, and give them less of everybody's time from now on."""
    for talk in work.talks:
        if standing(talk.person, work.now) is not Level.SLOW or not talk.private:
            continue
        await _delay(work.session, talk.chat.id, work)
        await work.session.execute(
            update(InboxPace)
            .where(InboxPace.chat_key == chat_key)
            .values(slow_until=talk.person.conduct_until)
        )


async def _delay(session: AsyncSession, chat_id: int, work: Work) -> None:
    in_danger = select(Report.id).where(Report.id == OutboxMessage.report_id, Report.danger)
    urgent = or_(
        OutboxMessage.purpose.in_(AT_ONCE), OutboxMessage.method.in_(AT_ONCE), in_danger.exists()
    )
    # Of this very transaction.
    fresh = and_(
        OutboxMessage.chat_id == chat_id,
        OutboxMessage.state == "queued",
        OutboxMessage.created_at == func.now(),
    )
    is_urgent = (await session.execute(select(OutboxMessage.id).where(fresh, urgent))).first()
    if is_urgent is not None:
        # A chat has an order, so nothing may keep it waiting.
        await session.execute(
            update(OutboxMessage)
            .where(OutboxMessage.chat_id == chat_id, OutboxMessage.state == "queued")
            .values(next_try_at=func.now())
            .execution_options(synchronize_session=False)
        )
        return
    await session.execute(
        update(OutboxMessage)
        .where(fresh)
        .values(next_try_at=func.now() + work.context.conduct.delay)
        .execution_options(synchronize_session=False)
    )
