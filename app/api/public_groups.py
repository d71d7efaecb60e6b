"""Public groups and channels: which are ours, how they are, and codes for further ones."""

from datetime import datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Path
from pydantic import BaseModel

from app import public_groups
from app.api.callers import LinksGroups, PartsOf, SeesGroups, Transaction
from app.api.officer_chat import bot_name
from app.api.problems import problems
from app.permissions import Action, may

router = APIRouter(
    prefix="/api/v1/public-groups", tags=["public groups"], responses=problems(401, 403, 404, 422)
)

GroupId = Annotated[int, Path(ge=1, le=2**63 - 1, description="Our own id of the group")]
RIGHT = "delete_messages"


class PublicGroupView(BaseModel):
    """A public group or channel.

    ``reads_all`` tells whether the bot gets all of its messages: false with privacy mode on, as
    long as the bot is no administrator there; null until Telegram has been asked. ``reports`` are
    those of the last seven days.
    """

    id: int
    title: str
    kind: Literal["group", "supergroup", "channel"]
    is_forum: bool
    counterpart: str | None
    linked_at: datetime
    linked_by: str
    reads_all: bool | None
    is_administrator: bool | None
    can_delete: bool
    administrators: int
    reports: int
    last_report_at: datetime | None
    fault: Literal["removed", "no_rights"] | None
    looked_at: datetime | None


class PublicGroupsView(BaseModel):
    """All public groups, and whether the caller may link and unlink them."""

    groups: list[PublicGroupView]
    may_link: bool


class PublicGroupCodeView(BaseModel):
    """A code that makes a group public once: by the link, or sent there as `/safecity CODE`."""

    code: str
    command: str
    link: str | None
    expires_at: datetime


@router.get("")
async def listed(caller: SeesGroups, session: Transaction, parts: PartsOf) -> PublicGroupsView:
    """List public groups and channels."""
    found = await public_groups.listed(session, parts.context.clock())
    return PublicGroupsView(
        groups=[PublicGroupView.model_validate(each, from_attributes=True) for each in found],
        may_link=may(caller, Action.LINK_GROUPS),
    )


@router.post("/code", status_code=201)
async def code(caller: LinksGroups, session: Transaction, parts: PartsOf) -> PublicGroupCodeView:
    """Make a code for a group or channel; the caller's one before is no longer good."""
    made = await public_groups.new_code(session, parts.context, caller.login)
    name = await bot_name(session)
    at = f"@{name}" if name else ""
    return PublicGroupCodeView(
        code=made.code,
        command=f"/safecity{at} {made.code}",
        # Telegram asks which group, and proposes the right that the bot needs.
        link=f"https://t.me/{name}?startgroup=g_{made.code}&admin={RIGHT}" if name else None,
        expires_at=made.expires_at,
    )


@router.post("/{group_id}/look", status_code=204)
async def look(group_id: GroupId, _: LinksGroups, session: Transaction) -> None:
    """Have Telegram asked at once about a group."""
    await public_groups.look_again(session, group_id)


@router.delete("/{group_id}", status_code=204)
async def unlink(group_id: GroupId, _: LinksGroups, session: Transaction) -> None:
    """Take a group for public no longer; the reports it told stay in the register."""
    await public_groups.unlink(session, group_id)
