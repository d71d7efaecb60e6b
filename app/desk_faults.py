"""What follows when Telegram refuses something in a desk's group: nothing of a report is lost."""

from sqlalchemy import Integer, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.desk_chats import FAILED, NO_RIGHTS, NO_TOPICS, REMOVED, note_fault
from app.models import DeskChat, DeskTopic, OutboxMessage
from app.staff_notices import tell_desk

CREATE = "createForumTopic"
TASK = "sendMessage"
TOPIC_LOST = "desk_topic"
# Telegram's words, in small letters; the first that fits.
LOST = ("thread not found", "topic_id_invalid", "topic_deleted")
REASONS = (
    ("not a forum", NO_TOPICS),
    ("not enough rights", NO_RIGHTS),
    ("topic_closed", NO_RIGHTS),
    ("chat_admin_required", NO_RIGHTS),
    ("need administrator rights", NO_RIGHTS),
    ("chat_write_forbidden", NO_RIGHTS),
    ("kicked", REMOVED),
    ("not a member", REMOVED),
    ("chat not found", REMOVED),
)


async def on_failure(session: AsyncSession, outbox_id: int, error: str) -> None:
    """Act on a call that failed for good.

    A topic that is not there any more is made anew with all that belongs into it, by the next look
    at the register; a group in which nothing can be done is left alone and its desk is told.

    Parameters
    ----------
    session : AsyncSession
        Of the transaction that marks the row as failed.
    outbox_id : int
        The row, of purpose ``desk``.
    error : str
    """
    row = await session.get(OutboxMessage, outbox_id)
    if row is None:
        return
    chat = (await session.execute(select(DeskChat).where(DeskChat.chat_id == row.chat_id))).scalar()
    topic = await _topic(session, row)
    if chat is None:
        return
    said = error.lower()
    if topic is not None and any(words in said for words in LOST):
        await _lose(session, topic, error)
        body = {"desk": chat.desk, "topic": topic.name}
        await tell_desk(session, chat.desk, TOPIC_LOST, f"{TOPIC_LOST}:{topic.id}", body)
        return
    fault = next((fault for words, fault in REASONS if words in said), None)
    is_task = topic is not None and outbox_id == topic.outbox_id
    if fault is None and row.method != CREATE and not is_task:
        # A file that Telegram does not know any more, or a message that was edited away.
        return
    if topic is not None and fault is not REMOVED:
        await _lose(session, topic, error)
    await note_fault(session, chat, fault or FAILED, str(outbox_id))


async def on_success(session: AsyncSession, chat_id: int) -> None:
    """Use a group again in which a topic could be made."""
    await session.execute(
        update(DeskChat)
        .where(DeskChat.chat_id == chat_id, DeskChat.fault.is_not(None))
        .values(fault=None, retry_at=None),
        execution_options={"synchronize_session": False},
    )


async def _topic(session: AsyncSession, row: OutboxMessage) -> DeskTopic | None:
    made_by = row.id if row.method == CREATE else row.payload.get("topic_of")
    query = select(DeskTopic).where(DeskTopic.state != "gone")
    if made_by is not None:
        query = query.where(DeskTopic.made_by_outbox_id == made_by)
    elif "edit_of" in row.payload:
        query = query.where(
            DeskTopic.chat_id == row.chat_id, DeskTopic.outbox_id == row.payload["edit_of"]
        )
    else:
        return None
    return (await session.execute(query)).scalar()


async def _lose(session: AsyncSession, topic: DeskTopic, error: str) -> None:
    topic.state = "gone"
    # What waits for the topic has nowhere to go; all of it is said again in the new one.
    await session.execute(
        update(OutboxMessage)
        .where(
            OutboxMessage.chat_id == topic.chat_id,
            OutboxMessage.state == "queued",
            OutboxMessage.payload["topic_of"].astext.cast(Integer) == topic.made_by_outbox_id,
        )
        .values(state="failed", last_error=error[:300]),
        execution_options={"synchronize_session": False},
    )
    await session.flush()
