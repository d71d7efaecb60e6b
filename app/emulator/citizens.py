"""What citizens do: the other side of the conversation."""

import json
import secrets
from typing import Any

from app.emulator import entities, files, groups, messages, people, senders, topics, updates
from app.emulator.core import Emulator, now
from app.emulator.errors import BotApiError, ControlError
from app.emulator.samples import sample
from app.emulator.sending import live_until


def say(
    emulator: Emulator,
    person_id: int,
    content: dict[str, Any],
    *,
    chat_id: int | None = None,
    thread_id: int | None = None,
    reply_to: int | None = None,
    as_chat: int | None = None,
) -> dict[str, Any]:
    """Send something to the bot, or into a group.

    Parameters
    ----------
    person_id
        Who.
    content
        The fields of the message that carry it.
    chat_id
        Where; the private chat with the bot when None.
    thread_id
        Topic of a forum.
    reply_to
        The message that is answered.
    as_chat
        In whose name: the group's, for an anonymous administrator, or a channel's.

    Returns
    -------
    dict
        The ``Message``.
    """
    target = person_id if chat_id is None else chat_id
    with emulator.storage.transaction():
        people.person(emulator, person_id)
        try:
            row = people.chat_row(emulator, target)
        except BotApiError as error:
            raise ControlError("there is no such chat", 404) from error
        if row["type"] == "private":
            if target != person_id:
                raise ControlError("a citizen writes to the bot only")
            _open(emulator, person_id, row["bot_status"])
        elif row["type"] != "channel":
            people.bring_in(emulator, target, person_id)
            topic = topics.find(emulator, target, thread_id) if thread_id else None
            if thread_id and (topic is None or topic["closed"]):
                raise ControlError("the topic is closed or gone", 409)
            thread_id = thread_id or _under_post(emulator, target, reply_to)
        try:
            message = messages.post(
                emulator,
                target,
                person_id,
                content,
                thread_id=thread_id,
                reply_to=reply_to,
                signature=senders.signed_as(emulator, person_id, target, as_chat)
                if as_chat is not None
                else None,
            )
        except BotApiError as error:
            raise ControlError(error.description) from error
        if row["type"] == "channel" and row["linked_id"]:
            _into_discussion(emulator, person_id, row["linked_id"], message, content)
    return message


def _into_discussion(
    emulator: Emulator, person_id: int, group: int, post: dict[str, Any], content: dict[str, Any]
) -> None:
    """Let Telegram forward a channel's post into its discussion group."""
    signature = senders.forwarded_by_telegram(emulator, post)
    messages.post(emulator, group, person_id, content, signature=signature)


def _under_post(emulator: Emulator, chat_id: int, reply_to: int | None) -> int | None:
    """Give the thread of a comment: the post that it, or what it answers, stands under."""
    quoted = messages.find(emulator, chat_id, reply_to) if reply_to is not None else None
    if quoted is None or quoted["chat"].get("is_forum"):
        return None
    if quoted.get("is_automatic_forward"):
        return int(quoted["message_id"])
    thread: int | None = quoted.get("message_thread_id")
    return thread


def forward(
    emulator: Emulator,
    person_id: int,
    source: tuple[int, int],
    *,
    chat_id: int | None,
    thread_id: int | None = None,
    hidden: bool = False,
) -> dict[str, Any]:
    """Forward a message to the bot or into a group.

    Parameters
    ----------
    emulator, person_id
    source
        Chat and id of the message.
    chat_id, thread_id
        Where to.
    hidden
        Whether its author does not let others link to them.
    """
    message = messages.find(emulator, *source)
    if message is None:
        raise ControlError("there is no such message", 404)
    carried = {
        key: value
        for key, value in message.items()
        if key not in _OF_ITS_CHAT and not key.startswith("forward_")
    }
    carried["forward_origin"] = senders.origin_of(message, hidden=hidden)
    return say(emulator, person_id, carried, chat_id=chat_id, thread_id=thread_id)


# What a message has from where it was written.
_OF_ITS_CHAT = frozenset(
    {"message_id", "from", "sender_chat", "chat", "date", "edit_date", "message_thread_id"}
    | {"is_topic_message", "reply_to_message", "reply_markup", "is_automatic_forward"}
)


def text(content: str) -> dict[str, Any]:
    """Make the content of a text message, with what Telegram marks in it."""
    if not content.strip() or entities.length(content) > entities.TEXT_LIMIT:
        raise ControlError("a text has 1 to 4096 characters")
    found = entities.typed(content)
    return {"text": content, **({"entities": found} if found else {})}


def media(
    emulator: Emulator,
    kind: str,
    content: bytes | None = None,
    *,
    name: str | None = None,
    mime: str | None = None,
    caption: str | None = None,
) -> dict[str, Any]:
    """Make the content of a message with a file.

    Parameters
    ----------
    kind
        ``photo``, ``video``, ``voice``, ``document``, …
    content
        The bytes; a small sample when None.
    name, mime
        Of the file.
    caption
        Text under it.
    """
    if kind not in files.MEDIA_KINDS:
        raise ControlError(f"a file is one of: {', '.join(files.MEDIA_KINDS)}")
    if content is None:
        content, name, mime = sample(kind)
    try:
        part = files.keep(emulator, kind, content, name=name, mime=mime)
    except BotApiError as error:
        raise ControlError(error.description, 413) from error
    if caption:
        part["caption"] = caption
        if found := entities.typed(caption):
            part["caption_entities"] = found
    return part


def album(
    emulator: Emulator,
    person_id: int,
    kinds: list[str],
    caption: str | None,
    *,
    chat_id: int | None = None,
    captioned: int = 0,
) -> list[dict[str, Any]]:
    """Send several files as one album; the first, or another one, carries the caption."""
    group = str(secrets.randbits(53))
    sent = []
    with emulator.storage.transaction():
        for number, kind in enumerate(kinds):
            part = media(emulator, kind, caption=caption if number == captioned else None)
            content = {"media_group_id": group, **part}
            sent.append(say(emulator, person_id, content, chat_id=chat_id))
    return sent


def move_live(
    emulator: Emulator, person_id: int, message_id: int, moved: dict[str, Any] | None
) -> dict[str, Any]:
    """Move a live location of one's own, or stop it.

    Parameters
    ----------
    person_id, message_id
        Whose, and the message it began with.
    moved
        The new fields of the ``Location``; None stops it.
    """
    message = _own(emulator, person_id, person_id, message_id)
    location = message.get("location") or {}
    if not location.get("live_period") or live_until(message) < now():
        raise ControlError("this is not a live location, or not any more", 409)
    if moved is None:
        location.pop("live_period")
        location.pop("heading", None)
    else:
        location |= moved
    return messages.change(emulator, message, {"location": location})


def edit(
    emulator: Emulator, person_id: int, message_id: int, new_text: str, chat_id: int | None
) -> dict[str, Any]:
    """Change the text, or the caption, of one's own message."""
    message = _own(emulator, person_id, chat_id or person_id, message_id)
    if "text" in message:
        return messages.change(emulator, message, {"entities": None, **text(new_text)})
    return messages.change(emulator, message, {"caption": new_text, "caption_entities": None})


def press(
    emulator: Emulator,
    person_id: int,
    message_id: int,
    data: str,
    chat_id: int | None = None,
) -> str:
    """Press a button under one of the bot's messages.

    Parameters
    ----------
    message_id
        The message with the keyboard.
    data
        ``callback_data`` of the button, which must be there.

    Returns
    -------
    str
        Id of the callback query.
    """
    chat = chat_id or person_id
    message = messages.find(emulator, chat, message_id)
    if message is None:
        raise ControlError("there is no such message", 404)
    keyboard = message.get("reply_markup", {}).get("inline_keyboard", [])
    if not any(button.get("callback_data") == data for row in keyboard for button in row):
        raise ControlError("this message has no such button", 409)
    query_id = str(secrets.randbits(60))
    with emulator.storage.transaction():
        emulator.storage.execute(
            "INSERT INTO callbacks (id, user_id, chat_id, message_id, data) VALUES (?, ?, ?, ?, ?)",
            query_id,
            person_id,
            chat,
            message_id,
            data,
        )
        query = {
            "id": query_id,
            "from": people.person(emulator, person_id),
            "message": message,
            "chat_instance": str(chat),
            "data": data,
        }
        updates.add(emulator, "callback_query", query, chat)
    return query_id


def callback(emulator: Emulator, query_id: str) -> dict[str, Any]:
    """Tell how a callback query was answered; ``answer`` is None until it is."""
    row = emulator.storage.row("SELECT * FROM callbacks WHERE id = ?", query_id)
    if row is None:
        raise ControlError("there is no such callback query", 404)
    return {**dict(row), "answer": json.loads(row["answer"]) if row["answer"] else None}


def tap(
    emulator: Emulator, person_id: int, label: str, location: dict[str, Any] | None
) -> dict[str, Any]:
    """Press a button of the reply keyboard.

    Parameters
    ----------
    label
        The button's text; it must be on the keyboard that is shown.
    location
        The place to share, when the button asks for it.

    Returns
    -------
    dict
        The ``Message`` that comes of it.
    """
    row = people.chat_row(emulator, person_id)
    keyboard = json.loads(row["keyboard"])["keyboard"] if row["keyboard"] else []
    buttons = [button for line in keyboard for button in line if button["text"] == label]
    if not buttons:
        raise ControlError("the keyboard shown has no such button", 409)
    button = buttons[0]
    if button.get("request_location"):
        if location is None:
            raise ControlError("this button shares a location: give one")
        content: dict[str, Any] = {"location": location}
    elif button.get("request_contact"):
        content = {"contact": contact(emulator, person_id)}
    else:
        content = text(label)
    message = say(emulator, person_id, content)
    if json.loads(row["keyboard"]).get("one_time_keyboard"):
        emulator.storage.execute("UPDATE chats SET keyboard = NULL WHERE id = ?", person_id)
        emulator.events.publish("people")
    return message


def contact(emulator: Emulator, person_id: int) -> dict[str, Any]:
    """Make the contact card of a citizen."""
    user = people.person(emulator, person_id)
    phone = f"+38067{person_id % 10_000_000:07}"
    return {"phone_number": phone, "first_name": user["first_name"], "user_id": person_id}


def block(emulator: Emulator, person_id: int, *, blocked: bool) -> None:
    """Block the bot, or unblock it."""
    old = people.chat_row(emulator, person_id)["bot_status"]
    new = "kicked" if blocked else "member"
    if old != new:
        with emulator.storage.transaction():
            groups.set_status(emulator, person_id, person_id, {"status": old}, {"status": new})
        emulator.events.publish("people")


def _open(emulator: Emulator, person_id: int, status: str) -> None:
    if status == "kicked":
        raise ControlError("the bot is blocked: unblock it first", 409)
    if status == "unstarted":
        emulator.storage.execute("UPDATE chats SET bot_status = 'member' WHERE id = ?", person_id)
        emulator.events.publish("people")


def _own(emulator: Emulator, person_id: int, chat_id: int, message_id: int) -> dict[str, Any]:
    message = messages.find(emulator, chat_id, message_id)
    if message is None:
        raise ControlError("there is no such message", 404)
    row = emulator.storage.row(
        "SELECT sender_id FROM messages WHERE chat_id = ? AND message_id = ?", chat_id, message_id
    )
    if row is None or row["sender_id"] != person_id:
        raise ControlError("only one's own messages can be changed", 403)
    return message
