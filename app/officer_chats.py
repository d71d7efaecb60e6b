"""Which officer writes in which chat: linked by a code that is good once and for a short time."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from app.context import UseCases
from app.models import Officer, OfficerChat, OfficerCode, Reporter, table_of

LIFETIME = timedelta(minutes=15)
# No letter or digit that looks like another one.
ALPHABET = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"
LENGTH = 10


@dataclass(frozen=True, slots=True)
class Code:
    """A code for linking a chat, shown this once."""

    code: str
    expires_at: datetime


def _hash(code: str) -> bytes:
    return hashlib.sha256(code.strip().upper().encode(errors="replace")).digest()


async def new_code(session: AsyncSession, context: UseCases, officer_id: int) -> Code:
    """Make a code for an officer; the one made before is no longer good."""
    code = "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))
    expires_at = context.clock() + LIFETIME
    values = {"code_hash": _hash(code), "expires_at": expires_at}
    await session.execute(
        insert(OfficerCode)
        .values(officer_id=officer_id, **values)
        .on_conflict_do_update(index_elements=[OfficerCode.officer_id], set_=values)
    )
    return Code(code, expires_at)


async def link(
    session: AsyncSession, context: UseCases, chat: Reporter, code: str
) -> Officer | None:
    """Make a private chat an officer's; None when the code is wrong, used or too old."""
    officer_id = (
        await session.execute(
            delete(OfficerCode)
            .where(OfficerCode.code_hash == _hash(code), OfficerCode.expires_at > context.clock())
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
