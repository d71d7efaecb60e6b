"""The control API, citizens' half: ``/control/people``, ``/control/groups``, ``/control/chats``.

    GET  /control/state?language=        bot, people, groups, commands, pending, delivery
    POST /control/people                 {first_name, last_name?, username?, language_code?, id?}
    POST /control/people/{id}/text       {text, …where}       where = chat_id?, thread_id?, reply_to?,
                                         as_chat?   the group itself: an anonymous administrator
    POST /control/people/{id}/forward    {from_chat_id, message_id, chat_id?, thread_id?, hidden?}
    POST /control/people/{id}/location   {longitude, latitude, horizontal_accuracy?, live_period?,
                                          heading?, …where}
    POST /control/people/{id}/live/{message_id}   {longitude, latitude, …}; DELETE stops it
    POST /control/people/{id}/venue      {longitude, latitude, title, address, …where}
    POST /control/people/{id}/media      {kind, base64?, name?, mime?, caption?, …where}
    POST /control/people/{id}/upload     multipart: file, kind, caption?, chat_id?, reply_to?
    POST /control/people/{id}/album      {kinds: [photo, …], caption?, captioned?, chat_id?}
    POST /control/people/{id}/raw        {content: {…}, …where}   any fields of a Message
    POST /control/people/{id}/edit       {message_id, text, chat_id?}
    POST /control/people/{id}/press      {message_id, data, chat_id?} → {callback_query_id}
    POST /control/people/{id}/tap        {text, location?}    a button of the reply keyboard
    POST /control/people/{id}/start      {payload?}           /start and its deep link
    POST /control/people/{id}/block | unblock
    POST /control/people/{id}/join | leave        {chat_id}
    GET  /control/callbacks/{id}         {…, answer: {text, show_alert, url} | null}
    GET  /control/chats/{id}/messages?after=&limit=&deleted=
    GET  /control/files/{file_id}

A channel post is a message into a channel, by anybody.
"""

import base64
import binascii
from typing import Annotated, Any

from fastapi import APIRouter, Depends, File, Form, HTTPException, Request, Response, UploadFile
from pydantic import BaseModel, ConfigDict, Field

from app.emulator import (
    citizens,
    files,
    groups,
    messages,
    methods,
    people,
    polling,
    updates,
)
from app.emulator.core import Emulator

router = APIRouter(prefix="/control")


class Body(BaseModel):
    """What a control call says; nothing else is taken."""

    model_config = ConfigDict(extra="forbid")


class _Where(Body):
    chat_id: int | None = None
    thread_id: int | None = None
    reply_to: int | None = None
    as_chat: int | None = None

    def where(self) -> dict[str, int | None]:
        return {
            "chat_id": self.chat_id,
            "thread_id": self.thread_id,
            "reply_to": self.reply_to,
            "as_chat": self.as_chat,
        }


class _Person(Body):
    first_name: str = Field(min_length=1, max_length=64)
    last_name: str | None = None
    username: str | None = None
    language_code: str | None = "uk"
    id: int | None = None


class _Text(_Where):
    text: str


class _Point(Body):
    longitude: float = Field(ge=-180, le=180)
    latitude: float = Field(ge=-90, le=90)
    horizontal_accuracy: float | None = Field(default=None, ge=0, le=1500)
    heading: int | None = Field(default=None, ge=1, le=360)

    def location(self) -> dict[str, Any]:
        return self.model_dump(
            include={"longitude", "latitude", "horizontal_accuracy", "heading", "live_period"},
            exclude_none=True,
        )


class _Location(_Point, _Where):
    live_period: int | None = Field(default=None, ge=60, le=86400)


class _Venue(_Where):
    longitude: float = Field(ge=-180, le=180)
    latitude: float = Field(ge=-90, le=90)
    title: str
    address: str


class _Media(_Where):
    kind: str
    base64: str | None = None
    name: str | None = None
    mime: str | None = None
    caption: str | None = None


class _Album(Body):
    kinds: list[str] = Field(min_length=1, max_length=10)
    caption: str | None = None
    captioned: int = 0
    chat_id: int | None = None


class _Forward(Body):
    from_chat_id: int
    message_id: int
    chat_id: int | None = None
    thread_id: int | None = None
    hidden: bool = False


class _Raw(_Where):
    content: dict[str, Any]


class _Edit(Body):
    message_id: int
    text: str
    chat_id: int | None = None


class _Press(Body):
    message_id: int
    data: str
    chat_id: int | None = None


class _Tap(Body):
    text: str
    location: _Point | None = None


class _Start(Body):
    payload: str = Field(default="", pattern=r"^[A-Za-z0-9_-]{0,64}$")


class _Chat(Body):
    chat_id: int


def emulator_of(request: Request) -> Emulator:
    """Give the emulator that answers a request."""
    emulator: Emulator = request.app.state.emulator
    return emulator


TheEmulator = Annotated[Emulator, Depends(emulator_of)]


@router.get("/state")
async def state(emulator: TheEmulator, language: str | None = None) -> dict[str, Any]:
    """Give what the chat page shows around the messages."""
    return {
        "bot": {**emulator.user(), "online": polling.online(emulator)},
        "people": people.people(emulator),
        "groups": people.groups(emulator),
        "commands": methods.commands_for(emulator, language),
        "pending": updates.pending(emulator),
        "map": emulator.config.map_data_url is not None,
    }


@router.post("/people", status_code=201)
async def add_person(emulator: TheEmulator, body: _Person) -> dict[str, Any]:
    """Make a citizen."""
    fields = body.model_dump(exclude={"id"})
    return people.add_person(emulator, person_id=body.id, **fields)


@router.post("/people/{person_id}/text", status_code=201)
async def say_text(emulator: TheEmulator, person_id: int, body: _Text) -> dict[str, Any]:
    """Send a text."""
    return citizens.say(emulator, person_id, citizens.text(body.text), **body.where())


@router.post("/people/{person_id}/location", status_code=201)
async def say_location(emulator: TheEmulator, person_id: int, body: _Location) -> dict[str, Any]:
    """Share a location, live when it has a period."""
    content = {"location": body.location()}
    return citizens.say(emulator, person_id, content, **body.where())


@router.post("/people/{person_id}/live/{message_id}")
async def move(
    emulator: TheEmulator, person_id: int, message_id: int, body: _Point
) -> dict[str, Any]:
    """Move a live location."""
    return citizens.move_live(emulator, person_id, message_id, body.location())


@router.delete("/people/{person_id}/live/{message_id}")
async def stop(emulator: TheEmulator, person_id: int, message_id: int) -> dict[str, Any]:
    """Stop a live location."""
    return citizens.move_live(emulator, person_id, message_id, None)


@router.post("/people/{person_id}/venue", status_code=201)
async def say_venue(emulator: TheEmulator, person_id: int, body: _Venue) -> dict[str, Any]:
    """Send a place that has a name."""
    location = {"longitude": body.longitude, "latitude": body.latitude}
    venue = {"location": location, "title": body.title, "address": body.address}
    content = {"venue": venue, "location": location}
    return citizens.say(emulator, person_id, content, **body.where())


@router.post("/people/{person_id}/media", status_code=201)
async def say_media(emulator: TheEmulator, person_id: int, body: _Media) -> dict[str, Any]:
    """Send a file, or a small sample of its kind."""
    try:
        content = base64.b64decode(body.base64, validate=True) if body.base64 else None
    except binascii.Error as error:
        raise HTTPException(422, "base64 cannot be read") from error
    part = citizens.media(
        emulator, body.kind, content, name=body.name, mime=body.mime, caption=body.caption
    )
    return citizens.say(emulator, person_id, part, **body.where())


@router.post("/people/{person_id}/upload", status_code=201)
async def say_upload(
    emulator: TheEmulator,
    person_id: int,
    file: Annotated[UploadFile, File()],
    kind: Annotated[str, Form()],
    caption: Annotated[str | None, Form()] = None,
    chat_id: Annotated[int | None, Form()] = None,
    reply_to: Annotated[int | None, Form()] = None,
) -> dict[str, Any]:
    """Send a file from the chat page."""
    part = citizens.media(
        emulator,
        kind,
        await file.read(),
        name=file.filename,
        mime=file.content_type,
        caption=caption,
    )
    return citizens.say(emulator, person_id, part, chat_id=chat_id, reply_to=reply_to)


@router.post("/people/{person_id}/album", status_code=201)
async def say_album(emulator: TheEmulator, person_id: int, body: _Album) -> list[dict[str, Any]]:
    """Send an album of samples."""
    return citizens.album(
        emulator,
        person_id,
        body.kinds,
        body.caption,
        chat_id=body.chat_id,
        captioned=body.captioned,
    )


@router.post("/people/{person_id}/forward", status_code=201)
async def forward(emulator: TheEmulator, person_id: int, body: _Forward) -> dict[str, Any]:
    """Forward a message."""
    return citizens.forward(
        emulator,
        person_id,
        (body.from_chat_id, body.message_id),
        chat_id=body.chat_id,
        thread_id=body.thread_id,
        hidden=body.hidden,
    )


@router.post("/people/{person_id}/raw", status_code=201)
async def say_raw(emulator: TheEmulator, person_id: int, body: _Raw) -> dict[str, Any]:
    """Send a message with any fields."""
    return citizens.say(emulator, person_id, body.content, **body.where())


@router.post("/people/{person_id}/edit")
async def edit(emulator: TheEmulator, person_id: int, body: _Edit) -> dict[str, Any]:
    """Edit one's own message."""
    return citizens.edit(emulator, person_id, body.message_id, body.text, body.chat_id)


@router.post("/people/{person_id}/press", status_code=201)
async def press(emulator: TheEmulator, person_id: int, body: _Press) -> dict[str, str]:
    """Press an inline button."""
    query = citizens.press(emulator, person_id, body.message_id, body.data, body.chat_id)
    return {"callback_query_id": query}


@router.post("/people/{person_id}/tap", status_code=201)
async def tap(emulator: TheEmulator, person_id: int, body: _Tap) -> dict[str, Any]:
    """Press a button of the reply keyboard."""
    location = body.location.location() if body.location else None
    return citizens.tap(emulator, person_id, body.text, location)


@router.post("/people/{person_id}/start", status_code=201)
async def start(emulator: TheEmulator, person_id: int, body: _Start) -> dict[str, Any]:
    """Press "Start", perhaps having followed a deep link."""
    command = f"/start {body.payload}".strip()
    return citizens.say(emulator, person_id, citizens.text(command))


@router.post("/people/{person_id}/block", status_code=204)
async def block(emulator: TheEmulator, person_id: int) -> None:
    """Block the bot."""
    citizens.block(emulator, person_id, blocked=True)


@router.post("/people/{person_id}/unblock", status_code=204)
async def unblock(emulator: TheEmulator, person_id: int) -> None:
    """Unblock the bot."""
    citizens.block(emulator, person_id, blocked=False)


@router.post("/people/{person_id}/join", status_code=204)
async def join(emulator: TheEmulator, person_id: int, body: _Chat) -> None:
    """Come into a group."""
    groups.membership(emulator, person_id, body.chat_id, joins=True)


@router.post("/people/{person_id}/leave", status_code=204)
async def leave(emulator: TheEmulator, person_id: int, body: _Chat) -> None:
    """Leave a group."""
    groups.membership(emulator, person_id, body.chat_id, joins=False)


@router.get("/callbacks/{query_id}")
async def callback(emulator: TheEmulator, query_id: str) -> dict[str, Any]:
    """Tell whether and how a press was answered."""
    return citizens.callback(emulator, query_id)


@router.get("/chats/{chat_id}/messages")
async def history(
    emulator: TheEmulator,
    chat_id: int,
    after: int = 0,
    limit: int = 200,
    deleted: bool = False,  # noqa: FBT001, FBT002 - a query parameter
) -> list[dict[str, Any]]:
    """Give the messages of a chat, oldest first."""
    people.chat_row(emulator, chat_id)
    return messages.history(emulator, chat_id, after=after, limit=limit, deleted=deleted)


@router.get("/files/{file_id}")
async def stored_file(emulator: TheEmulator, file_id: str) -> Response:
    """Give the content of a file, for the chat page."""
    found = files.content_by_id(emulator, file_id)
    if found is None:
        raise HTTPException(404, "there is no such file")
    content, mime = found
    shown = mime.startswith(("image/", "video/", "audio/")) and mime != "image/svg+xml"
    headers = {} if shown else {"Content-Disposition": "attachment"}
    return Response(
        content, media_type=mime if shown else "application/octet-stream", headers=headers
    )
