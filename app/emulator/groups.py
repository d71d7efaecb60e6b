"""Groups: who is in them, what the bot may do there, and what becomes of them."""

from typing import Any

from app.emulator import messages, people, updates
from app.emulator.core import Emulator, now
from app.emulator.errors import ControlError

_RIGHTS = (
    "can_be_edited", "is_anonymous", "can_manage_chat", "can_delete_messages",
    "can_manage_video_chats", "can_restrict_members", "can_promote_members", "can_change_info",
    "can_invite_users", "can_post_stories", "can_edit_stories", "can_delete_stories",
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


def appoint(
    emulator: Emulator, person_id: int, chat_id: int, status: str, *, manages_topics: bool
) -> None:
    """Make the bot an administrator, a member again, or remove it from a group."""
    old = people.chat_row(emulator, chat_id)
    manages = manages_topics and status == "administrator"
    with emulator.storage.transaction():
        emulator.storage.execute(
            "UPDATE chats SET manages_topics = ? WHERE id = ?", int(manages), chat_id
        )
        before = {"status": old["bot_status"], "can_manage_topics": bool(old["manages_topics"])}
        after = {"status": status, "can_manage_topics": manages}
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
    rows = emulator.storage.rows("SELECT user_id FROM members WHERE chat_id = ?", chat_id)
    members = [member["user_id"] for member in rows]
    if not members:
        raise ControlError("nobody is in the group", 409)
    with emulator.storage.transaction():
        new_id = people.add_group(
            emulator, title=row["title"], kind="supergroup", forum=False, members=members
        )
        emulator.storage.execute(
            "UPDATE chats SET bot_status = ?, manages_topics = ? WHERE id = ?",
            row["bot_status"],
            row["manages_topics"],
            new_id,
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


def as_member(emulator: Emulator, state: dict[str, Any]) -> dict[str, Any]:
    """Give the bot as Telegram's ``ChatMember``."""
    status = "left" if state["status"] == "unstarted" else state["status"]
    member: dict[str, Any] = {"user": emulator.user(), "status": status}
    if status == "kicked":
        member["until_date"] = 0
    elif status == "administrator":
        rights = dict.fromkeys(_RIGHTS, False) | {"can_manage_chat": True}
        member |= rights | {"can_manage_topics": bool(state.get("can_manage_topics"))}
    return member
