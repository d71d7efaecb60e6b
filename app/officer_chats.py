"""Which officer writes in which chat: linked by a code that is good once and for a short time."""

from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from app import link_codes
from app.context import UseCases
from app.models import Officer, OfficerChat, OfficerCode, Reporter, table_of


async def new_code(session: AsyncSession, context: UseCases, officer_id: int) -> link_codes.Code:
    """Make a code for an officer; the one made before is no longer good."""
    made = link_codes.make(context.clock())
    values = {"code_hash": link_codes.digest(made.code), "expires_at": made.expires_at}
    await session.execute(
        insert(OfficerCode)
        .values(officer_id=officer_id, **values)
        .on_conflict_do_update(index_elements=[OfficerCode.officer_id], set_=values)
    )
    return made


async def link(
    session: AsyncSession, context: UseCases, chat: Reporter, code: str
) -> Officer | None:
    """Make a private chat an officer's; None when the code is wrong, used or too old."""
    officer_id = (
        await session.execute(
            delete(OfficerCode)
            .where(
                OfficerCode.code_hash == link_codes.digest(code),
                OfficerCode.expires_at > context.clock(),
            )
            .returning(OfficerCode.officer_id)
        )
    ).scalar()
    if officer_id is None:
        return None
    # A chat is one officer's, and an officer has one chat: the newest word holds.
    await session.execute(
        delete(OfficerChat).where(
            (OfficerChat.chat_id == chat.id) | (OfficerChat.officer_id == officer_id)
        )
    )
    await session.execute(
        insert(table_of(OfficerChat)).inline(), {"officer_id": officer_id, "chat_id": chat.id}
    )
    return await session.get_one(Officer, officer_id)


async def unlink(session: AsyncSession, officer_id: int) -> None:
    """Tell an officer nothing in Telegram from now on; twice is once."""
    await session.execute(delete(OfficerChat).where(OfficerChat.officer_id == officer_id))
    await session.execute(delete(OfficerCode).where(OfficerCode.officer_id == officer_id))


async def unlink_chat(session: AsyncSession, chat_id: int) -> None:
    """Forget that a chat is an officer's."""
    await session.execute(delete(OfficerChat).where(OfficerChat.chat_id == chat_id))


async def linked_at(session: AsyncSession, officer_id: int) -> datetime | None:
    """Return since when an officer is told in Telegram; None when they are not."""
    query = select(OfficerChat.linked_at).where(OfficerChat.officer_id == officer_id)
    return (await session.execute(query)).scalar()


async def officer_of(session: AsyncSession, chat_id: int) -> Officer | None:
    """Return the officer in the service whose chat it is."""
    return (
        await session.execute(
            select(Officer)
            .join(OfficerChat, OfficerChat.officer_id == Officer.id)
            .where(OfficerChat.chat_id == chat_id, Officer.active)
        )
    ).scalar()
