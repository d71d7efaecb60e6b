"""The group of a desk in Telegram: linked by a one-time code, and what keeps it from working."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, func, literal, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from app import link_codes
from app.context import UseCases
from app.models import DeskChat, DeskCode, DeskTopic, Reporter
from app.staff_notices import tell_desk

KIND = "desk_chat"
NO_RIGHTS, NO_TOPICS, REMOVED, FAILED = "no_rights", "no_topics", "removed", "failed"
# Not every repair is told to a bot, so it is tried again.
RETRY = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Linked:
    """A desk's group as its staff see it."""

    desk: str
    linked_at: datetime
    linked_by: str
    fault: str | None


async def new_code(
    session: AsyncSession, context: UseCases, desk: str, made_by: str
) -> link_codes.Code:
    """Make a code for a desk; the one made before is no longer good."""
    made = link_codes.make(context.clock())
    values = {
        "code_hash": link_codes.digest(made.code),
        "made_by": made_by,
        "expires_at": made.expires_at,
    }
    await session.execute(
        insert(DeskCode)
        .values(desk=desk, **values)
        .on_conflict_do_update(index_elements=[DeskCode.desk], set_=values)
    )
    return made


async def link(
    session: AsyncSession, context: UseCases, chat: Reporter, code: str, *, has_topics: bool
) -> DeskChat | None:
    """Make a group a desk's; None when the code is wrong, used or too old."""
    used = (
        await session.execute(
            delete(DeskCode)
            .where(
                DeskCode.code_hash == link_codes.digest(code),
                DeskCode.expires_at > context.clock(),
            )
            .returning(DeskCode.desk, DeskCode.made_by)
        )
    ).first()
    if used is None:
        return None
    former = select(DeskChat.desk).where(DeskChat.chat_id == chat.id)
    for desk in {used.desk, *(await session.execute(former)).scalars()}:
        await unlink(session, desk)
    # Staff of several languages read along: the city's own is every one's.
    chat.language = context.languages[0]
    linked = DeskChat(
        desk=used.desk,
        chat_id=chat.id,
        linked_by=used.made_by,
        fault=None if has_topics else NO_TOPICS,
    )
    session.add(linked)
    await session.flush()
    return linked


async def unlink(session: AsyncSession, desk: str) -> None:
    """Use a desk's group no longer; its topics stay as they are. Twice is once."""
    chat_id = (
        await session.execute(
            delete(DeskChat).where(DeskChat.desk == desk).returning(DeskChat.chat_id)
        )
    ).scalar()
    await session.execute(delete(DeskCode).where(DeskCode.desk == desk))
    if chat_id is not None:
        await _lose_topics(session, chat_id)


async def _lose_topics(session: AsyncSession, chat_id: int) -> None:
    await session.execute(
        update(DeskTopic)
        .where(DeskTopic.chat_id == chat_id, DeskTopic.state != "gone")
        .values(state="gone"),
        execution_options={"synchronize_session": False},
    )


async def linked(session: AsyncSession, desk: str | None = None) -> list[Linked]:
    """Return the groups of all desks, or of one."""
    query = select(DeskChat).order_by(DeskChat.desk)
    if desk is not None:
        query = query.where(DeskChat.desk == desk)
    return [
        Linked(each.desk, each.linked_at, each.linked_by, each.fault)
        for each in (await session.execute(query)).scalars()
    ]


async def of_chat(session: AsyncSession, chat_id: int) -> DeskChat | None:
    """Return whose desk's group a chat is."""
    return (await session.execute(select(DeskChat).where(DeskChat.chat_id == chat_id))).scalar()


async def note_fault(session: AsyncSession, chat: DeskChat, fault: str, subject: str) -> None:
    """Write nothing into a group for a while, and tell its desk why, once.

    Parameters
    ----------
    session, chat
    fault : str
    subject : str
        What it was noticed by.
    """
    if chat.fault != fault:
        body = {"desk": chat.desk, "fault": fault}
        await tell_desk(session, chat.desk, KIND, f"{KIND}:{chat.desk}:{fault}:{subject}", body)
    chat.fault = fault
    chat.retry_at = (await session.execute(select(func.now() + literal(RETRY)))).scalar_one()
    if fault == REMOVED:
        await _lose_topics(session, chat.chat_id)
    await session.flush()


async def try_again(session: AsyncSession, desk: str) -> None:
    """Let the next look at the register try whether a group works again."""
    await session.execute(
        update(DeskChat)
        .where(DeskChat.desk == desk, DeskChat.fault.is_not(None))
        .values(retry_at=func.now()),
        execution_options={"synchronize_session": False},
    )


async def clear_fault(session: AsyncSession, chat: DeskChat) -> None:
    """Write into a group again, as what kept us from it may be mended."""
    chat.fault, chat.retry_at = None, None
    await session.flush()
