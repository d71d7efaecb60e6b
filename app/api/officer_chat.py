"""An officer links their Telegram chat, to be told of reports there."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends
from pydantic import BaseModel
from sqlalchemy import select

from app import officer_chats
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
    """Since when the officer is told in Telegram; null when they are not."""

    linked_at: datetime | None


class CodeView(BaseModel):
    """A code that links a chat once: by the link, or sent to the bot as `/start o_CODE`."""

    code: str
    command: str
    link: str | None
    expires_at: datetime


async def _officer(caller: SeesRoster) -> Caller:
    if caller.officer_id is None:
        raise ForbiddenError("Only an officer has a chat to link; this login is none")
    return caller


OfficerCaller = Annotated[Caller, Depends(_officer)]


@router.get("")
async def state(caller: OfficerCaller, session: Transaction) -> ChatView:
    """Tell whether the caller is told of reports in Telegram."""
    return ChatView(linked_at=await officer_chats.linked_at(session, caller.officer_id or 0))


@router.post("", status_code=201)
async def code(caller: OfficerCaller, session: Transaction, parts: PartsOf) -> CodeView:
    """Make a code for linking a chat; the one before is no longer good."""
    made = await officer_chats.new_code(session, parts.context, caller.officer_id or 0)
    known = (
        await session.execute(select(Installation.value).where(Installation.key == BOT))
    ).scalar()
    username = (known or {}).get("username")
    payload = f"o_{made.code}"
    return CodeView(
        code=made.code,
        command=f"/start {payload}",
        link=f"https://t.me/{username}?start={payload}" if username else None,
        expires_at=made.expires_at,
    )


@router.delete("", status_code=204)
async def unlink(caller: OfficerCaller, session: Transaction) -> None:
    """Be told nothing in Telegram from now on."""
    await officer_chats.unlink(session, caller.officer_id or 0)
