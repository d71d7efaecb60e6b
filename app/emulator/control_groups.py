"""The control API: groups, their topics and what the bot may do there.

POST /control/groups                 {title, kind: group|supergroup|channel, forum?, members?}
POST /control/groups/{id}/topics     {name, person_id} → {message_thread_id}
POST /control/groups/{id}/topics/{thread}/close | reopen | delete   {person_id}
POST /control/groups/{id}/bot        {person_id, status, manages_topics?}   appoint, remove
POST /control/groups/{id}/forum      turn topics on → {chat_id}
POST /control/groups/{id}/upgrade    → {chat_id}
"""

from typing import Any, Literal

from fastapi import APIRouter
from pydantic import Field

from app.emulator import groups, people, topics
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
    status: Literal["administrator", "member", "left", "kicked"]
    manages_topics: bool = False


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
        emulator, body.person_id, chat_id, body.status, manages_topics=body.manages_topics
    )


@router.post("/groups/{chat_id}/forum", status_code=201)
async def make_forum(emulator: TheEmulator, chat_id: int) -> dict[str, int]:
    """Turn topics on."""
    return {"chat_id": groups.make_forum(emulator, chat_id)}


@router.post("/groups/{chat_id}/upgrade", status_code=201)
async def upgrade(emulator: TheEmulator, chat_id: int) -> dict[str, int]:
    """Turn a group into a supergroup."""
    return {"chat_id": groups.upgrade(emulator, chat_id)}
