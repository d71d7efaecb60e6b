"""A group becomes a supergroup and has another id: it stays the same chat to us."""

from typing import Any

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.identity import Sealer, migrate
from app.models import (
    GroupReply,
    IdentityRow,
    OutboxMessage,
    PublicGroup,
    Report,
    ReportMessage,
    table_of,
)

# Of each of these a message has its number in a chat.
NUMBERED: tuple[Any, ...] = (ReportMessage, OutboxMessage, GroupReply)


async def follow(session: AsyncSession, sealer: Sealer, reporter_id: int, chat_id: int) -> None:
    """Follow a group to its new id with all that was said in it; following twice is once.

    Messages are counted anew in a supergroup. Those of before keep their numbers with a minus, so
    that a new message is never taken for one of them.

    Parameters
    ----------
    session, sealer
    reporter_id : int
        Our own id of the group.
    chat_id : int
        Telegram's new one.
    """
    rows = await session.execute(
        select(IdentityRow.reporter_id).where(IdentityRow.lookup == sealer.lookup(chat_id))
    )
    other = rows.scalar()
    if other == reporter_id:
        return
    for model in NUMBERED:
        table = table_of(model)
        await session.execute(
            update(table)
            .where(table.c.chat_id == reporter_id, table.c.message_id > 0)
            .values(message_id=-table.c.message_id)
        )
    outbox = table_of(OutboxMessage)
    # What waits to change a message of before would change another one.
    await session.execute(
        update(outbox)
        .where(
            outbox.c.chat_id == reporter_id,
            outbox.c.state == "queued",
            outbox.c.payload.has_key("message_id"),
        )
        .values(state="failed", last_error="the group has a new id")
    )
    if other is not None:
        # Whoever wrote first in the supergroup made it known as another chat.
        for model in NUMBERED:
            table = table_of(model)
            await session.execute(
                update(table).where(table.c.chat_id == other).values(chat_id=reporter_id)
            )
        reports = table_of(Report)
        await session.execute(
            update(reports).where(reports.c.reporter_id == other).values(reporter_id=reporter_id)
        )
    groups = table_of(PublicGroup)
    await session.execute(
        update(groups)
        .where(groups.c.chat_id == reporter_id)
        .values(kind="supergroup", looked_at=None)
    )
    await migrate(session, sealer, reporter_id, chat_id)
