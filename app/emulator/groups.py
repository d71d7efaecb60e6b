"""Groups: who is in them, what the bot may do there, and what becomes of them."""

import sqlite3
from typing import Any

from app.emulator import messages, people, senders, updates
from app.emulator.core import Emulator, now
from app.emulator.errors import ControlError, bad_request

_RIGHTS = (
    "can_be_edited", "is_anonymous", "can_manage_chat", "can_delete_messages",
    "can_manage_video_chats", "can_restrict_members", "can_promote_members", "can_change_info",
    "can_invite_users", "can_post_stories", "can_edit_stories", "can_delete_stories",
)  # fmt: skip

_PERMISSIONS = (
    "can_send_messages", "can_send_audios", "can_send_documents", "can_send_photos",
    "can_send_videos", "can_send_video_notes", "can_send_voice_notes", "can_send_polls",
    "can_send_other_messages", "can_add_web_page_previews", "can_change_info",
    "can_invite_users", "can_pin_messages", "can_manage_topics", "can_edit_tag",
    "can_react_to_messages",
)  # fmt: skip


def membership(emulator: Emulator, person_id: int, chat_id: int, *, joins: bool) -> None:
    """Come into a group or leave it, with the service message of that."""
    user = people.person(emulator, person_id)
    chat = people.chat(emulator, chat_id)
    old, new = ("left", "member") if joins else ("member", "left")
    with emulator.storage.transaction():
        people.set_member(emulator, chat_id, person_id, new)
        note = {"new_chat_members": [user]} if joins else {"left_chat_member": user}
        messages.post(emulator, chat_id, person_id, note)
        change = {
            "chat": chat,
            "from": user,
            "date": now(),
            "old_chat_member": {"user": user, "status": old},
            "new_chat_member": {"user": user, "status": new},
        }
        updates.add(emulator, "chat_member", change, chat_id)


def promote(
    emulator: Emulator, chat_id: int, person_id: int, status: str, *, anonymous: bool
) -> None:
    """Make somebody the creator, an administrator or a member again of a group or channel."""
    user, old = people.person(emulator, person_id), senders.status_of(emulator, chat_id, person_id)
    with emulator.storage.transaction():
        people.set_member(emulator, chat_id, person_id, status, anonymous=anonymous)
        change = {
            "chat": people.chat(emulator, chat_id),
            "from": user,
            "date": now(),
            "old_chat_member": {"user": user, "status": old},
            "new_chat_member": {"user": user, "status": status},
        }
        updates.add(emulator, "chat_member", change, chat_id)
    emulator.events.publish("people")


def administrators(emulator: Emulator, chat_id: int) -> list[dict[str, Any]]:
    """List the administrators of a group or channel as Telegram's ``ChatMember``."""
    row = people.chat_row(emulator, chat_id)
    if row["type"] == "private":
        raise bad_request("there are no administrators in the private chat")
    found = [
        {
            "user": people.person(emulator, member["user_id"]),
            "status": member["status"],
            **(
                {}
                if member["status"] == "creator"
                else dict.fromkeys(_RIGHTS, True) | {"can_be_edited": False}
            ),
            "is_anonymous": bool(member["anonymous"]),
        }
        for member in emulator.storage.rows(
            "SELECT * FROM members WHERE chat_id = ? AND status IN ('creator', 'administrator')"
            " ORDER BY user_id",
            chat_id,
        )
    ]
    if row["bot_status"] == "administrator":
        found.append(as_member(emulator, own_state(row)))
    return found


def discuss(emulator: Emulator, channel_id: int, group_id: int) -> None:
    """Make a supergroup the place where a channel's posts are discussed."""
    kinds = [people.chat_row(emulator, each)["type"] for each in (channel_id, group_id)]
    if kinds != ["channel", "supergroup"]:
        raise ControlError("a channel is discussed in a supergroup", 409)
    with emulator.storage.transaction():
        for one, other in ((channel_id, group_id), (group_id, channel_id)):
            emulator.storage.execute("UPDATE chats SET linked_id = ? WHERE id = ?", other, one)
    emulator.events.publish("people")


def appoint(
    emulator: Emulator,
    person_id: int,
    chat_id: int,
    status: str,
    *,
    manages_topics: bool,
    deletes_messages: bool = False,
) -> None:
    """Make the bot an administrator, a member again, or remove it from a group."""
    old = people.chat_row(emulator, chat_id)
    manages = manages_topics and status == "administrator"
    deletes = deletes_messages and status == "administrator"
    with emulator.storage.transaction():
        emulator.storage.execute(
            "UPDATE chats SET manages_topics = ?, deletes_messages = ? WHERE id = ?",
            int(manages),
            int(deletes),
            chat_id,
        )
        after = {"status": status, "can_manage_topics": manages, "can_delete_messages": deletes}
        before = own_state(old)
        set_status(emulator, chat_id, person_id, before, after)
    emulator.events.publish("people")


def make_forum(emulator: Emulator, chat_id: int) -> int:
    """Turn topics on, which makes a supergroup of a basic group; the id it has then."""
    if people.chat_row(emulator, chat_id)["type"] == "group":
        chat_id = upgrade(emulator, chat_id)
    emulator.storage.execute("UPDATE chats SET is_forum = 1 WHERE id = ?", chat_id)
    emulator.events.publish("people")
    return chat_id


def upgrade(emulator: Emulator, chat_id: int) -> int:
    """Turn a group into a supergroup, which has another id."""
    row = people.chat_row(emulator, chat_id)
    if row["type"] != "group" or row["upgraded_to"] is not None:
        raise ControlError("only a basic group can be upgraded", 409)
    rows = emulator.storage.rows("SELECT * FROM members WHERE chat_id = ?", chat_id)
    members = [member["user_id"] for member in rows]
    if not members:
        raise ControlError("nobody is in the group", 409)
    with emulator.storage.transaction():
        new_id = people.add_group(
            emulator, title=row["title"], kind="supergroup", forum=False, members=members
        )
        emulator.storage.execute(
            "UPDATE chats SET bot_status = ?, manages_topics = ?, deletes_messages = ?"
            " WHERE id = ?",
            row["bot_status"],
            row["manages_topics"],
            row["deletes_messages"],
            new_id,
        )
        for each in rows:
            people.set_member(
                emulator,
                new_id,
                each["user_id"],
                each["status"],
                anonymous=bool(each["anonymous"]),
            )
        messages.post(emulator, chat_id, members[0], {"migrate_to_chat_id": new_id})
        messages.post(emulator, new_id, members[0], {"migrate_from_chat_id": chat_id})
        emulator.storage.execute("UPDATE chats SET upgraded_to = ? WHERE id = ?", new_id, chat_id)
    return new_id


def set_status(
    emulator: Emulator,
    chat_id: int,
    person_id: int,
    old: dict[str, Any],
    new: dict[str, Any],
) -> None:
    """Change what the bot is in a chat, and tell it.

    Parameters
    ----------
    chat_id, person_id
        Where, and who did it.
    old, new
        ``status`` and, of an administrator, ``can_manage_topics``.
    """
    emulator.storage.execute("UPDATE chats SET bot_status = ? WHERE id = ?", new["status"], chat_id)
    change = {
        "chat": people.chat(emulator, chat_id),
        "from": people.person(emulator, person_id),
        "date": now(),
        "old_chat_member": as_member(emulator, old),
        "new_chat_member": as_member(emulator, new),
    }
    updates.add(emulator, "my_chat_member", change, chat_id)


def own_state(row: sqlite3.Row) -> dict[str, Any]:
    """Give what the bot is in a chat and may do there."""
    return {
        "status": row["bot_status"],
        "can_manage_topics": bool(row["manages_topics"]),
        "can_delete_messages": bool(row["deletes_messages"]),
    }


def as_member(emulator: Emulator, state: dict[str, Any]) -> dict[str, Any]:
    """Give the bot as Telegram's ``ChatMember``."""
    status = "left" if state["status"] == "unstarted" else state["status"]
    member: dict[str, Any] = {"user": emulator.user(), "status": status}
    if status == "kicked":
        member["until_date"] = 0
    elif status == "administrator":
        rights = dict.fromkeys(_RIGHTS, False) | {"can_manage_chat": True}
        member |= rights | {
            right: bool(state.get(right)) for right in ("can_manage_topics", "can_delete_messages")
        }
    elif status == "restricted":
        # Whoever is restricted to reading.
        member |= dict.fromkeys(_PERMISSIONS, False) | {"is_member": True, "until_date": 0}
    return member
