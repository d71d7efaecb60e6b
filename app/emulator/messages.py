"""Messages of all chats, in Telegram's own form."""

import json
from typing import Any

from app.emulator import people, privacy, updates
from app.emulator.core import Emulator, now
from app.emulator.errors import bad_request
from app.emulator.storage import to_json


def post(
    emulator: Emulator,
    chat_id: int,
    sender_id: int,
    content: dict[str, Any],
    *,
    thread_id: int | None = None,
    reply_to: int | None = None,
    markup: dict[str, Any] | None = None,
    signature: dict[str, Any] | None = None,
) -> dict[str, Any]:
    """Store a new message, and tell the bot of it unless it is its own.

    Parameters
    ----------
    chat_id, sender_id
        Where and who; the bot's own id for its messages.
    content
        ``text``, ``location``, ``photo``, … and what belongs to it.
    thread_id
        Topic of a forum.
    reply_to
        The message this one answers.
    markup
        Checked keyboard.
    signature
        Whom it stands for, where that is not the sender: see `app.emulator.senders`.

    Returns
    -------
    dict
        The ``Message``.
    """
    by_bot = sender_id == emulator.config.bot_id
    with emulator.storage.transaction():
        message: dict[str, Any] = {"message_id": people.next_message_id(emulator, chat_id)}
        chat = people.chat(emulator, chat_id)
        if chat["type"] == "channel":
            message["sender_chat"] = chat
        elif signature is not None:
            message |= signature
        else:
            message["from"] = emulator.user() if by_bot else people.person(emulator, sender_id)
        message |= {"chat": chat, "date": now()}
        if thread_id is not None:
            message["message_thread_id"] = thread_id
            if chat.get("is_forum"):
                message["is_topic_message"] = True
        if reply_to is not None:
            quoted = find(emulator, chat_id, reply_to)
            if quoted is None:
                raise bad_request("message to be replied not found")
            quoted.pop("reply_to_message", None)
            message["reply_to_message"] = quoted
        message |= content
        if markup and "inline_keyboard" in markup:
            message["reply_markup"] = markup
        unseen = by_bot or privacy.hides(emulator, message)
        kind = "channel_post" if chat["type"] == "channel" else "message"
        update_id = None if unseen else updates.add(emulator, kind, message, chat_id)
        emulator.storage.execute(
            "INSERT INTO messages (chat_id, message_id, sender_id, by_bot, payload, markup,"
            " update_id, delivered) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            chat_id,
            message["message_id"],
            sender_id,
            int(by_bot),
            to_json(message),
            to_json(markup) if markup else None,
            update_id,
            int(update_id is None),
        )
        if markup and ("keyboard" in markup or "remove_keyboard" in markup):
            emulator.storage.execute(
                "UPDATE chats SET keyboard = ? WHERE id = ?",
                to_json(markup) if "keyboard" in markup else None,
                chat_id,
            )
    emulator.events.publish(
        "message", chat_id=chat_id, message_id=message["message_id"], by_bot=by_bot
    )
    return message


def change(
    emulator: Emulator,
    message: dict[str, Any],
    content: dict[str, Any],
    *,
    markup: dict[str, Any] | None = None,
    keep_markup: bool = True,
) -> dict[str, Any]:
    """Edit a message, and tell the bot of it unless it is its own.

    Parameters
    ----------
    message
        As it is now.
    content
        Fields to set; those that are None are taken away.
    markup
        The inline keyboard to have.
    keep_markup
        Leave the keyboard as it is instead.

    Returns
    -------
    dict
        The ``Message`` as it is after.
    """
    chat_id, message_id = message["chat"]["id"], message["message_id"]
    changed = {**message, "edit_date": now(), **content}
    changed = {key: value for key, value in changed.items() if value is not None}
    by_bot = message.get("from", {}).get("id") == emulator.config.bot_id
    if not keep_markup:
        changed.pop("reply_markup", None)
        if markup and markup.get("inline_keyboard"):
            changed["reply_markup"] = markup
    with emulator.storage.transaction():
        in_channel = message["chat"]["type"] == "channel"
        kind = "edited_channel_post" if in_channel else "edited_message"
        unseen = by_bot or privacy.hides(emulator, changed)
        update_id = None if unseen else updates.add(emulator, kind, changed, chat_id)
        emulator.storage.execute(
            "UPDATE messages SET payload = ?, update_id = ?, delivered = ?"
            " WHERE chat_id = ? AND message_id = ?",
            to_json(changed),
            update_id,
            int(update_id is None),
            chat_id,
            message_id,
        )
    emulator.events.publish("edited", chat_id=chat_id, message_id=message_id)
    return changed


def find(emulator: Emulator, chat_id: int, message_id: int) -> dict[str, Any] | None:
    """Read a message that is not deleted."""
    row = emulator.storage.row(
        "SELECT payload FROM messages WHERE chat_id = ? AND message_id = ? AND deleted = 0",
        chat_id,
        message_id,
    )
    if row is None:
        return None
    message: dict[str, Any] = json.loads(row["payload"])
    return message


def delete(emulator: Emulator, chat_id: int, message_id: int) -> None:
    """Take a message away for everybody."""
    emulator.storage.execute(
        "UPDATE messages SET deleted = 1 WHERE chat_id = ? AND message_id = ?",
        chat_id,
        message_id,
    )
    emulator.events.publish("deleted", chat_id=chat_id, message_id=message_id)


def of_topic(emulator: Emulator, chat_id: int, thread_id: int) -> list[int]:
    """Give the ids of the messages of a topic."""
    rows = emulator.storage.rows(
        "SELECT message_id FROM messages WHERE chat_id = ?1 AND (message_id = ?2"
        " OR json_extract(payload, '$.message_thread_id') = ?2)",
        chat_id,
        thread_id,
    )
    return [row["message_id"] for row in rows]


def history(
    emulator: Emulator, chat_id: int, *, after: int = 0, limit: int = 200, deleted: bool = False
) -> list[dict[str, Any]]:
    """Give the last messages of a chat, oldest first.

    Parameters
    ----------
    after
        Only those with a higher id.
    limit
        At most so many, counted from the newest.
    deleted
        Deleted ones too.

    Returns
    -------
    list of dict
        ``{message, by_bot, markup, delivered, deleted}``; ``markup`` is the keyboard as sent.
    """
    rows = emulator.storage.rows(
        "SELECT * FROM messages WHERE chat_id = ? AND message_id > ? AND deleted <= ?"
        " ORDER BY message_id DESC LIMIT ?",
        chat_id,
        after,
        int(deleted),
        limit,
    )
    return [
        {
            "message": json.loads(row["payload"]),
            "by_bot": bool(row["by_bot"]),
            "markup": json.loads(row["markup"]) if row["markup"] else None,
            "delivered": bool(row["delivered"]),
            "deleted": bool(row["deleted"]),
        }
        for row in reversed(rows)
    ]
