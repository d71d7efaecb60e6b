"""Citizens, and the chats they and the bot are in."""

import json
import sqlite3
from typing import Any

from app.emulator.core import Emulator
from app.emulator.errors import ControlError, bad_request

# Above 32 bits, as real ids are by now.
_FIRST_PERSON = 7_100_000_001
_FIRST_GROUP = 4_100_000_001
_FIRST_SUPERGROUP = 1_002_100_000_001
_NEWCOMERS = (("Олена", "uk"), ("Петро", "ru"), ("John", "en"))


def add_newcomers(emulator: Emulator) -> None:
    """Give an empty store its first three citizens."""
    with emulator.storage.transaction():
        if not emulator.storage.number("SELECT count(*) FROM users"):
            for name, language in _NEWCOMERS:
                add_person(emulator, first_name=name, language_code=language)


def add_person(
    emulator: Emulator,
    *,
    first_name: str,
    language_code: str | None = "uk",
    last_name: str | None = None,
    username: str | None = None,
    person_id: int | None = None,
) -> dict[str, Any]:
    """Make a citizen, with a private chat that is not started yet.

    Parameters
    ----------
    first_name, last_name, username, language_code
        As Telegram's ``User`` has them.
    person_id
        The id to have; the next free one when None.

    Returns
    -------
    dict
        The ``User``.
    """
    storage = emulator.storage
    with storage.transaction():
        if person_id is None:
            last = storage.number("SELECT max(id) FROM users")
            person_id = max(last + 1, _FIRST_PERSON)
        elif storage.row("SELECT 1 FROM users WHERE id = ?", person_id):
            raise ControlError("this id is taken", 409)
        storage.execute(
            "INSERT INTO users (id, first_name, last_name, username, language_code)"
            " VALUES (?, ?, ?, ?, ?)",
            person_id,
            first_name,
            last_name,
            username,
            language_code,
        )
        _add_chat(emulator, person_id, "private", None, "unstarted")
    emulator.events.publish("people")
    return person(emulator, person_id)


def person(emulator: Emulator, person_id: int) -> dict[str, Any]:
    """Give a citizen as a Telegram ``User``."""
    row = emulator.storage.row("SELECT * FROM users WHERE id = ?", person_id)
    if row is None:
        raise ControlError("there is no such person", 404)
    user: dict[str, Any] = {"id": row["id"], "is_bot": False, "first_name": row["first_name"]}
    for key in ("last_name", "username", "language_code"):
        if row[key] is not None:
            user[key] = row[key]
    return user


def people(emulator: Emulator) -> list[dict[str, Any]]:
    """List all citizens with what the chat page shows of them."""
    rows = emulator.storage.rows(
        "SELECT u.id, c.bot_status, c.keyboard FROM users u JOIN chats c ON c.id = u.id"
        " ORDER BY u.id"
    )
    return [
        {
            **person(emulator, row["id"]),
            "started": row["bot_status"] == "member",
            "blocked": row["bot_status"] == "kicked",
            "keyboard": json.loads(row["keyboard"]) if row["keyboard"] else None,
        }
        for row in rows
    ]


def add_group(emulator: Emulator, *, title: str, kind: str, forum: bool, members: list[int]) -> int:
    """Make a group, supergroup or channel with the bot in it.

    Parameters
    ----------
    title
        Its name.
    kind
        ``group``, ``supergroup`` or ``channel``.
    forum
        Whether it has topics.
    members
        Citizens in it.

    Returns
    -------
    int
        Id of the chat.
    """
    storage = emulator.storage
    with storage.transaction():
        start = _FIRST_GROUP if kind == "group" else _FIRST_SUPERGROUP
        taken = storage.number(
            "SELECT min(id) FROM chats WHERE type IN (?, ?)",
            *(("group", "group") if kind == "group" else ("supergroup", "channel")),
        )
        chat_id = min(-start, taken - 1)
        status = "administrator" if kind == "channel" else "member"
        _add_chat(emulator, chat_id, kind, title, status, forum=forum)
        for member in members:
            person(emulator, member)
            set_member(emulator, chat_id, member, "member")
    emulator.events.publish("people")
    return chat_id


def set_member(
    emulator: Emulator, chat_id: int, user_id: int, status: str, *, anonymous: bool = False
) -> None:
    """Note what a citizen is in a group: ``creator``, ``administrator``, ``member``, ``left``."""
    emulator.storage.execute(
        "INSERT INTO members (chat_id, user_id, status, anonymous) VALUES (?, ?, ?, ?)"
        " ON CONFLICT (chat_id, user_id) DO UPDATE"
        " SET status = excluded.status, anonymous = excluded.anonymous",
        chat_id,
        user_id,
        status,
        int(anonymous),
    )


def bring_in(emulator: Emulator, chat_id: int, user_id: int) -> None:
    """Make somebody who writes in a group a member of it, unless they are one."""
    emulator.storage.execute(
        "INSERT INTO members (chat_id, user_id, status) VALUES (?, ?, 'member')"
        " ON CONFLICT (chat_id, user_id) DO UPDATE SET status = 'member'"
        " WHERE status NOT IN ('creator', 'administrator', 'member')",
        chat_id,
        user_id,
    )


def chat_row(emulator: Emulator, chat_id: int) -> sqlite3.Row:
    """Read a chat; Telegram's error when there is none."""
    row = emulator.storage.row("SELECT * FROM chats WHERE id = ?", chat_id)
    if row is None:
        raise bad_request("chat not found")
    return row


def chat(emulator: Emulator, chat_id: int) -> dict[str, Any]:
    """Give a chat as Telegram's ``Chat``."""
    row = chat_row(emulator, chat_id)
    if row["type"] == "private":
        user = person(emulator, chat_id)
        user.pop("is_bot")
        user.pop("language_code", None)
        return {**user, "type": "private"}
    found: dict[str, Any] = {"id": chat_id, "type": row["type"], "title": row["title"]}
    if row["is_forum"]:
        found["is_forum"] = True
    return found


def groups(emulator: Emulator) -> list[dict[str, Any]]:
    """List groups and channels with their members and topics."""
    storage = emulator.storage
    found = []
    for row in storage.rows("SELECT id, bot_status FROM chats WHERE type != 'private'"):
        members = storage.rows(
            "SELECT user_id, status, anonymous FROM members WHERE chat_id = ?"
            " AND status IN ('creator', 'administrator', 'member')",
            row["id"],
        )
        topics = storage.rows(
            "SELECT thread_id, name, closed FROM topics WHERE chat_id = ? AND NOT deleted"
            " ORDER BY thread_id",
            row["id"],
        )
        found.append(
            {
                **chat(emulator, row["id"]),
                "bot_status": row["bot_status"],
                "members": [member["user_id"] for member in members],
                "administrators": [
                    {"user_id": member["user_id"], "is_anonymous": bool(member["anonymous"])}
                    for member in members
                    if member["status"] != "member"
                ],
                "topics": [{**dict(each), "closed": bool(each["closed"])} for each in topics],
            }
        )
    return found


def next_message_id(emulator: Emulator, chat_id: int) -> int:
    """Take the next message id of a chat."""
    rows = emulator.storage.rows(
        "UPDATE chats SET last_message_id = last_message_id + 1 WHERE id = ?"
        " RETURNING last_message_id",
        chat_id,
    )
    if not rows:
        raise bad_request("chat not found")
    return int(rows[0]["last_message_id"])


def _add_chat(
    emulator: Emulator,
    chat_id: int,
    kind: str,
    title: str | None,
    status: str,
    *,
    forum: bool = False,
) -> None:
    emulator.storage.execute(
        "INSERT INTO chats (id, type, title, is_forum, bot_status, last_message_id)"
        " VALUES (?, ?, ?, ?, ?, ?)",
        chat_id,
        kind,
        title,
        int(forum),
        status,
        emulator.storage.first_id,
    )
