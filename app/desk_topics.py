"""A topic for each report that a desk answers for, in the desk's group; it stays true as well.

As with officers, the register is compared with what was told, and the difference is said.
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, and_, func, or_, select, text, true
from sqlalchemy.ext.asyncio import AsyncSession

from app.context import UseCases
from app.models import DeskChat, DeskTopic, Report, Reporter
from app.models.reports import OPEN_SQL
from app.notices import district_words
from app.outbox import enqueue, enqueue_known
from app.phrases import phrase
from app.task_parts import send_files, send_place
from app.task_words import Reader, Told, told_of
from app.workflow import CLOSED, Status

LOCK = 0xDE5C
BATCH = 50
PURPOSE = "desk"
NAME_LENGTH = 128


async def tell_desks(session: AsyncSession, context: UseCases) -> int:
    """Open topics for new reports of desks, keep them true, close and reopen them.

    Returns
    -------
    int
        How many topics were made or changed; at most a batch of each.
    """
    await session.execute(select(func.pg_advisory_xact_lock(LOCK)))
    changed = await _changed(session)
    for topic, report in changed:
        await _tell_again(session, context, topic, report)
    made = 0
    for report, chat, closed in await _untold(session):
        if closed is not None:
            await _reopen(session, context, closed, report)
        elif chat.fault is None or chat.retry_at is not None:
            # In a group that did not work, one topic is enough to see whether it is mended.
            chat.retry_at = None
            await _tell(session, context, report, chat)
        else:
            continue
        made += 1
    return len(changed) + made


# A group that does not work is left alone, but for a try from time to time.
_WORKS = and_(
    or_(DeskChat.fault.is_(None), DeskChat.retry_at <= func.now()), Reporter.blocked_at.is_(None)
)


async def _changed(session: AsyncSession) -> Sequence[Row[DeskTopic, Report]]:
    return (
        await session.execute(
            select(DeskTopic, Report)
            .join(Report, Report.id == DeskTopic.report_id)
            .join(DeskChat, DeskChat.chat_id == DeskTopic.chat_id)
            .join(Reporter, Reporter.id == DeskTopic.chat_id)
            .where(_WORKS, DeskTopic.state == "open", DeskTopic.version != Report.version)
            .order_by(DeskTopic.id)
            .limit(BATCH)
        )
    ).all()


async def _untold(
    session: AsyncSession,
) -> Sequence[Row[Report, DeskChat, DeskTopic | None]]:
    """Return the open reports of desks that have no open topic, with the closed one they have."""
    # From the open reports to their topics, one look-up each: the closed ones only ever grow.
    topic = (
        select(DeskTopic.id, DeskTopic.state)
        .where(
            DeskTopic.report_id == Report.id,
            DeskTopic.chat_id == DeskChat.chat_id,
            DeskTopic.state != "gone",
        )
        .correlate(Report, DeskChat)
        .limit(1)
        .lateral()
    )
    return (
        await session.execute(
            select(Report, DeskChat, DeskTopic)
            .join(DeskChat, DeskChat.desk == Report.assigned_desk)
            .join(Reporter, Reporter.id == DeskChat.chat_id)
            .outerjoin(topic, true())
            .outerjoin(DeskTopic, DeskTopic.id == topic.c.id)
            .where(
                _WORKS,
                text(f"report.{OPEN_SQL}"),
                or_(topic.c.id.is_(None), topic.c.state == "closed"),
            )
            .order_by(Report.priority, Report.received_at, Report.id)
            .limit(BATCH)
        )
    ).all()


async def _tell(session: AsyncSession, context: UseCases, report: Report, chat: DeskChat) -> None:
    language = context.languages[0]
    name = await _name(session, context, report, language)
    told = await told_of(session, context, report, Reader(desk=chat.desk), language)
    made_by = await enqueue_known(
        session, chat.chat_id, "createForumTopic", {"name": name}, purpose=PURPOSE
    )
    where = {"topic_of": made_by}
    topic = DeskTopic(
        desk=chat.desk,
        chat_id=chat.chat_id,
        report_id=report.id,
        made_by_outbox_id=made_by,
        outbox_id=await enqueue_known(
            session, chat.chat_id, "sendMessage", told.payload() | where, purpose=PURPOSE
        ),
        name=name,
        version=report.version,
        shown=told.payload(),
        media_id=0,
    )
    session.add(topic)
    await send_place(session, topic, report, where, PURPOSE)
    await send_files(session, topic, where, PURPOSE)
    await session.flush()


async def _name(session: AsyncSession, context: UseCases, report: Report, language: str) -> str:
    place = report.place_label
    if place is None:
        code = report.beat_code or report.precinct_code
        words = await district_words(
            session, context.index_cache, report.boundary_set_id, [code] if code else [], language
        )
        place = words[code].name if code in words else phrase(language, "desk_topic_nowhere")
    return f"№ {report.number} · {place}"[:NAME_LENGTH]


async def _tell_again(
    session: AsyncSession, context: UseCases, topic: DeskTopic, report: Report
) -> None:
    language = context.languages[0]
    reader = Reader(desk=topic.desk)
    told = await told_of(session, context, report, reader, language)
    where = {"topic_of": topic.made_by_outbox_id}
    await _edit(session, topic, told)
    topic.version = report.version
    works = reader.answers_for(report) and report.duplicate_of_id is None
    if works and Status(report.status) not in CLOSED:
        name = await _name(session, context, report, language)
        if name != topic.name:
            topic.name = name
            await _call(session, topic, "editForumTopic", {"name": name} | where)
        await send_place(session, topic, report, where, PURPOSE)
        await send_files(session, topic, where, PURPOSE)
    else:
        # An edited message makes no sound: what ends the work here is said.
        await _call(session, topic, "sendMessage", told.payload() | where)
        await _call(session, topic, "closeForumTopic", where)
        topic.state = "closed"
    await session.flush()


async def _reopen(
    session: AsyncSession, context: UseCases, topic: DeskTopic, report: Report
) -> None:
    language = context.languages[0]
    told = await told_of(session, context, report, Reader(desk=topic.desk), language)
    where = {"topic_of": topic.made_by_outbox_id}
    await _call(session, topic, "reopenForumTopic", where)
    await _edit(session, topic, told)
    again = phrase(language, "task_again", number=report.number)
    # With the buttons once more: the first message may be far up by now.
    payload = Told(f"{again}\n\n{told.text}"[:4000], told.buttons).payload()
    await _call(session, topic, "sendMessage", payload | where)
    topic.state, topic.version = "open", report.version
    await send_place(session, topic, report, where, PURPOSE)
    await send_files(session, topic, where, PURPOSE)
    await session.flush()


async def _edit(session: AsyncSession, topic: DeskTopic, told: Told) -> None:
    if told.payload() != topic.shown:
        await _call(
            session, topic, "editMessageText", told.payload() | {"edit_of": topic.outbox_id}
        )
        topic.shown = told.payload()


async def _call(
    session: AsyncSession, topic: DeskTopic, method: str, payload: dict[str, Any]
) -> None:
    await enqueue(session, topic.chat_id, method, payload, purpose=PURPOSE)
