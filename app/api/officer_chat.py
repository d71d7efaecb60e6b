"""Officers and members of a desk link their Telegram: to be told of reports, or to work there."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends
from pydantic import BaseModel
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app import officer_chats, staff_chats
from app.access import Caller
from app.api.callers import PartsOf, SeesRoster, Transaction
from app.api.problems import problems
from app.errors import ForbiddenError
from app.models import Installation

router = APIRouter(
    prefix="/api/v1/officer-chat", tags=["roster"], responses=problems(401, 403, 422)
)

BOT = "bot"


class ChatView(BaseModel):
    """Since when the caller's Telegram is known; null when it is not."""

    linked_at: datetime | None


class CodeView(BaseModel):
    """A code that links a chat once: by the link, or sent to the bot as `/start o_CODE`."""

    code: str
    command: str
    link: str | None
    expires_at: datetime


async def _linked(caller: SeesRoster) -> Caller:
    if caller.officer_id is None and caller.role not in staff_chats.LINKED:
        raise ForbiddenError("Only officers and desks have a chat to link; this login is neither")
    return caller


LinkedCaller = Annotated[Caller, Depends(_linked)]


async def bot_name(session: AsyncSession) -> str | None:
    """Return the bot's name, when Telegram was reached."""
    known = (
        await session.execute(select(Installation.value).where(Installation.key == BOT))
    ).scalar()
    return (known or {}).get("username")


@router.get("")
async def state(caller: LinkedCaller, session: Transaction) -> ChatView:
    """Tell whether the caller's Telegram is linked."""
    if caller.officer_id is not None:
        return ChatView(linked_at=await officer_chats.linked_at(session, caller.officer_id))
    return ChatView(linked_at=await staff_chats.linked_at(session, caller.staff_id))


@router.post("", status_code=201)
async def code(caller: LinkedCaller, session: Transaction, parts: PartsOf) -> CodeView:
    """Make a code for linking a chat; the one before is no longer good."""
    if caller.officer_id is not None:
        made = await officer_chats.new_code(session, parts.context, caller.officer_id)
        payload = f"o_{made.code}"
    else:
        made = await staff_chats.new_code(session, parts.context, caller.staff_id)
        payload = f"s_{made.code}"
    username = await bot_name(session)
    return CodeView(
        code=made.code,
        command=f"/start {payload}",
        link=f"https://t.me/{username}?start={payload}" if username else None,
        expires_at=made.expires_at,
    )


@router.delete("", status_code=204)
async def unlink(caller: LinkedCaller, session: Transaction) -> None:
    """Know the caller's Telegram no longer."""
    if caller.officer_id is not None:
        await officer_chats.unlink(session, caller.officer_id)
    else:
        await staff_chats.unlink(session, caller.staff_id)
