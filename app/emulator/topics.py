"""Topics of a forum: what bots and people do with them, by Telegram's rules."""

import sqlite3
from typing import Any

from app.emulator import messages, people
from app.emulator.core import Emulator
from app.emulator.errors import ControlError, bad_request
from app.emulator.params import Params

_NAME_LENGTH = 128
_COLOUR = 7322096


def create_forum_topic(emulator: Emulator, params: Params, chat_id: int) -> dict[str, Any]:
    """``createForumTopic``; a name that is too long is cut, as Telegram does."""
    row = _forum(emulator, chat_id)
    if not row["manages_topics"]:
        raise bad_request("not enough rights to create a topic")
    name = (params.text("name") or "").strip()
    if not name:
        raise bad_request("title must be non-empty")
    return add(emulator, chat_id, emulator.config.bot_id, name[:_NAME_LENGTH])


def edit_forum_topic(emulator: Emulator, params: Params, chat_id: int) -> bool:
    """``editForumTopic``: another name."""
    topic = _managed(emulator, params, chat_id)
    name = (params.text("name") or topic["name"]).strip()[:_NAME_LENGTH]
    if name == topic["name"]:
        raise bad_request("TOPIC_NOT_MODIFIED")
    emulator.storage.execute(
        "UPDATE topics SET name = ? WHERE chat_id = ? AND thread_id = ?",
        name,
        chat_id,
        topic["thread_id"],
    )
    _tell(emulator, topic, emulator.config.bot_id, {"forum_topic_edited": {"name": name}})
    return True


def close_forum_topic(emulator: Emulator, params: Params, chat_id: int) -> bool:
    """``closeForumTopic``."""
    _set_closed(emulator, _managed(emulator, params, chat_id), emulator.config.bot_id, closed=True)
    return True


def reopen_forum_topic(emulator: Emulator, params: Params, chat_id: int) -> bool:
    """``reopenForumTopic``."""
    _set_closed(emulator, _managed(emulator, params, chat_id), emulator.config.bot_id, closed=False)
    return True


def add(emulator: Emulator, chat_id: int, maker_id: int, name: str) -> dict[str, Any]:
    """Open a topic, which begins with a service message of the same id."""
    about = {"name": name, "icon_color": _COLOUR}
    with emulator.storage.transaction():
        message = messages.post(emulator, chat_id, maker_id, {"forum_topic_created": about})
        emulator.storage.execute(
            "INSERT INTO topics (chat_id, thread_id, name, maker_id) VALUES (?, ?, ?, ?)",
            chat_id,
            message["message_id"],
            name,
            maker_id,
        )
    emulator.events.publish("people")
    return {"message_thread_id": message["message_id"], **about}


def find(emulator: Emulator, chat_id: int, thread_id: int | None) -> sqlite3.Row | None:
    """Return a topic that is not deleted."""
    return emulator.storage.row(
        "SELECT * FROM topics WHERE chat_id = ? AND thread_id = ? AND NOT deleted",
        chat_id,
        thread_id,
    )


def check_writable(emulator: Emulator, chat_id: int, thread_id: int) -> None:
    """Refuse what the bot would write into a topic that is gone or closed to it."""
    topic = find(emulator, chat_id, thread_id)
    if topic is None:
        raise bad_request("message thread not found")
    # Whoever made a topic, or manages topics, may write into a closed one.
    manages = people.chat_row(emulator, chat_id)["manages_topics"]
    if topic["closed"] and not manages and topic["maker_id"] != emulator.config.bot_id:
        raise bad_request("TOPIC_CLOSED")


def by_person(emulator: Emulator, person_id: int, chat_id: int, thread_id: int, deed: str) -> None:
    """Let a person, an administrator, close, reopen or delete a topic."""
    topic = find(emulator, chat_id, thread_id)
    if topic is None:
        raise ControlError("there is no such topic", 404)
    if deed == "delete":
        emulator.storage.execute(
            "UPDATE topics SET deleted = 1 WHERE chat_id = ? AND thread_id = ?", chat_id, thread_id
        )
        for row in messages.of_topic(emulator, chat_id, thread_id):
            messages.delete(emulator, chat_id, row)
    else:
        _set_closed(emulator, topic, person_id, closed=deed == "close")


def _forum(emulator: Emulator, chat_id: int) -> sqlite3.Row:
    row = people.chat_row(emulator, chat_id)
    if not row["is_forum"]:
        raise bad_request("the chat is not a forum")
    return row


def _managed(emulator: Emulator, params: Params, chat_id: int) -> sqlite3.Row:
    row = _forum(emulator, chat_id)
    thread_id = params.integer("message_thread_id")
    if not thread_id:
        raise bad_request("invalid message thread identifier specified")
    topic = find(emulator, chat_id, thread_id)
    if topic is None:
        raise bad_request("TOPIC_ID_INVALID")
    if not row["manages_topics"] and topic["maker_id"] != emulator.config.bot_id:
        raise bad_request("not enough rights to edit the topic")
    return topic


def _set_closed(emulator: Emulator, topic: sqlite3.Row, by: int, *, closed: bool) -> None:
    if bool(topic["closed"]) is closed:
        raise bad_request("TOPIC_NOT_MODIFIED")
    emulator.storage.execute(
        "UPDATE topics SET closed = ? WHERE chat_id = ? AND thread_id = ?",
        int(closed),
        topic["chat_id"],
        topic["thread_id"],
    )
    kind = "forum_topic_closed" if closed else "forum_topic_reopened"
    _tell(emulator, topic, by, {kind: {}})


def _tell(emulator: Emulator, topic: sqlite3.Row, by: int, content: dict[str, Any]) -> None:
    messages.post(emulator, topic["chat_id"], by, content, thread_id=topic["thread_id"])
    emulator.events.publish("people")
