"""The control API: groups, their topics and what the bot may do there.

POST /control/groups                 {title, kind: group|supergroup|channel, forum?, members?}
POST /control/groups/{id}/topics     {name, person_id} → {message_thread_id}
POST /control/groups/{id}/topics/{thread}/close | reopen | delete   {person_id}
POST /control/groups/{id}/bot        {person_id, status, manages_topics?, deletes_messages?}
POST /control/groups/{id}/members    {person_id, status, is_anonymous?}   appoint a person
POST /control/groups/{id}/discussion {chat_id}   the supergroup where a channel is discussed
PUT  /control/privacy                {on}        the bot's privacy mode
POST /control/groups/{id}/forum      turn topics on → {chat_id}
POST /control/groups/{id}/upgrade    → {chat_id}
"""

from typing import Any, Literal

from fastapi import APIRouter
from pydantic import Field

from app.emulator import groups, people, privacy, topics
from app.emulator.control import Body, TheEmulator

router = APIRouter(prefix="/control")


class _Group(Body):
    title: str
    kind: Literal["group", "supergroup", "channel"] = "supergroup"
    forum: bool = False
    members: list[int] = Field(default_factory=list)


class _Topic(Body):
    name: str
    person_id: int


class _Who(Body):
    person_id: int


class _Bot(_Who):
    status: Literal["administrator", "member", "restricted", "left", "kicked"]
    manages_topics: bool = False
    deletes_messages: bool = False


class _Member(_Who):
    status: Literal["creator", "administrator", "member", "left", "kicked"]
    is_anonymous: bool = False


class _Discussion(Body):
    chat_id: int


class _Privacy(Body):
    on: bool


@router.post("/groups", status_code=201)
async def add_group(emulator: TheEmulator, body: _Group) -> dict[str, Any]:
    """Make a group, supergroup or channel with the bot in it."""
    chat_id = people.add_group(
        emulator, title=body.title, kind=body.kind, forum=body.forum, members=body.members
    )
    return people.chat(emulator, chat_id)


@router.post("/groups/{chat_id}/topics", status_code=201)
async def add_topic(emulator: TheEmulator, chat_id: int, body: _Topic) -> dict[str, Any]:
    """Open a topic in a forum."""
    return topics.add(emulator, chat_id, body.person_id, body.name)


@router.post("/groups/{chat_id}/topics/{thread_id}/{deed}", status_code=204)
async def change_topic(
    emulator: TheEmulator,
    chat_id: int,
    thread_id: int,
    deed: Literal["close", "reopen", "delete"],
    body: _Who,
) -> None:
    """Let an administrator close, reopen or delete a topic."""
    topics.by_person(emulator, body.person_id, chat_id, thread_id, deed)


@router.post("/groups/{chat_id}/bot", status_code=204)
async def appoint(emulator: TheEmulator, chat_id: int, body: _Bot) -> None:
    """Give the bot rights in a group, take them, or remove it."""
    groups.appoint(
        emulator,
        body.person_id,
        chat_id,
        body.status,
        manages_topics=body.manages_topics,
        deletes_messages=body.deletes_messages,
    )


@router.post("/groups/{chat_id}/members", status_code=204)
async def promote(emulator: TheEmulator, chat_id: int, body: _Member) -> None:
    """Make somebody an administrator, or a member again."""
    groups.promote(emulator, chat_id, body.person_id, body.status, anonymous=body.is_anonymous)


@router.post("/groups/{chat_id}/discussion", status_code=204)
async def discuss(emulator: TheEmulator, chat_id: int, body: _Discussion) -> None:
    """Let a channel be discussed in a supergroup."""
    groups.discuss(emulator, chat_id, body.chat_id)


@router.put("/privacy", status_code=204)
async def turn_privacy(emulator: TheEmulator, body: _Privacy) -> None:
    """Turn the bot's privacy mode on or off."""
    privacy.turn(emulator, on=body.on)


@router.post("/groups/{chat_id}/forum", status_code=201)
async def make_forum(emulator: TheEmulator, chat_id: int) -> dict[str, int]:
    """Turn topics on."""
    return {"chat_id": groups.make_forum(emulator, chat_id)}


@router.post("/groups/{chat_id}/upgrade", status_code=201)
async def upgrade(emulator: TheEmulator, chat_id: int) -> dict[str, int]:
    """Turn a group into a supergroup."""
    return {"chat_id": groups.upgrade(emulator, chat_id)}
