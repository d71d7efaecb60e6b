"""A desk's group in Telegram, with a topic for each of its reports."""

from datetime import datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Path
from pydantic import BaseModel

from app import desk_chats
from app.access import Caller
from app.api.callers import LinksDesks, PartsOf, Transaction
from app.api.officer_chat import bot_name
from app.api.problems import problems
from app.api.shapes import Code
from app.errors import NotFoundError
from app.permissions import scope_of
from app.report_actions import check_desk

router = APIRouter(
    prefix="/api/v1/desk-chats", tags=["roster"], responses=problems(401, 403, 404, 422)
)

Desk = Annotated[Code, Path(description="A precinct's code, or `city`")]


class DeskChatView(BaseModel):
    """A desk's group: since when, who linked it, and why nothing can be written there, if so."""

    desk: str
    linked_at: datetime
    linked_by: str
    fault: Literal["no_rights", "no_topics", "removed", "failed"] | None


class DeskChatsView(BaseModel):
    """The groups of the desks that the caller works for."""

    chats: list[DeskChatView]


class DeskCodeView(BaseModel):
    """A code that links a group once: by the link, or sent in the group as `/start d_CODE`."""

    code: str
    command: str
    link: str | None
    expires_at: datetime


def _own(caller: Caller, desk: str) -> str:
    precinct = scope_of(caller).precinct
    if precinct not in {None, desk}:
        message = f"There is no desk {desk}"
        raise NotFoundError(message)
    return desk


@router.get("")
async def linked(caller: LinksDesks, session: Transaction) -> DeskChatsView:
    """List the groups that are linked."""
    found = await desk_chats.linked(session, scope_of(caller).precinct)
    return DeskChatsView(
        chats=[DeskChatView.model_validate(each, from_attributes=True) for each in found]
    )


@router.post("/{desk}/code", status_code=201)
async def code(
    desk: Desk, caller: LinksDesks, session: Transaction, parts: PartsOf
) -> DeskCodeView:
    """Make a code for linking a group; the one before is no longer good."""
    await check_desk(session, _own(caller, desk))
    made = await desk_chats.new_code(session, parts.context, desk, caller.login)
    name = await bot_name(session)
    payload = f"d_{made.code}"
    return DeskCodeView(
        code=made.code,
        command=f"/start@{name} {payload}" if name else f"/start {payload}",
        # Telegram asks which group, and proposes the right that the bot needs.
        link=f"https://t.me/{name}?startgroup={payload}&admin=manage_topics" if name else None,
        expires_at=made.expires_at,
    )


@router.post("/{desk}/retry", status_code=204)
async def retry(desk: Desk, caller: LinksDesks, session: Transaction) -> None:
    """Try at once whether a group works again."""
    await desk_chats.try_again(session, _own(caller, desk))


@router.delete("/{desk}", status_code=204)
async def unlink(desk: Desk, caller: LinksDesks, session: Transaction) -> None:
    """Use a group no longer; its topics stay as they are."""
    await desk_chats.unlink(session, _own(caller, desk))
