"""Who a message in a group stands for: a person, an anonymous administrator, a channel."""

from typing import Any

from app.emulator import people
from app.emulator.core import Emulator
from app.emulator.errors import ControlError

# Telegram's own accounts, which stand where nobody is to be named.
_ANONYMOUS = {
    "id": 1087968824,
    "is_bot": True,
    "first_name": "Group",
    "username": "GroupAnonymousBot",
}
_CHANNEL = {"id": 136817688, "is_bot": True, "first_name": "Channel", "username": "Channel_Bot"}
_TELEGRAM = {"id": 777000, "is_bot": False, "first_name": "Telegram"}
ADMINISTRATORS = ("creator", "administrator")


def signed_as(emulator: Emulator, person_id: int, chat_id: int, as_chat: int) -> dict[str, Any]:
    """Give the sender of a message that a person writes in the name of a chat.

    Parameters
    ----------
    emulator
    person_id, chat_id
        Who and where.
    as_chat
        The group itself, for an anonymous administrator; else a channel.
    """
    if as_chat == chat_id:
        if status_of(emulator, chat_id, person_id) not in ADMINISTRATORS:
            raise ControlError("only an administrator may be anonymous", 403)
        return {"from": _ANONYMOUS, "sender_chat": people.chat(emulator, chat_id)}
    if people.chat_row(emulator, as_chat)["type"] != "channel":
        raise ControlError("one writes as a channel, or as the group itself", 409)
    return {"from": _CHANNEL, "sender_chat": people.chat(emulator, as_chat)}


def status_of(emulator: Emulator, chat_id: int, person_id: int) -> str:
    """Tell what somebody is in a group; ``left`` for whoever never was in it."""
    row = emulator.storage.row(
        "SELECT status FROM members WHERE chat_id = ? AND user_id = ?", chat_id, person_id
    )
    return str(row["status"]) if row else "left"


def forwarded_by_telegram(emulator: Emulator, post: dict[str, Any]) -> dict[str, Any]:
    """Give the fields of a channel's post where it stands in the discussion group."""
    channel = people.chat(emulator, post["chat"]["id"])
    return {
        "from": _TELEGRAM,
        "sender_chat": channel,
        "is_automatic_forward": True,
        "forward_origin": {
            "type": "channel",
            "chat": channel,
            "message_id": post["message_id"],
            "date": post["date"],
        },
    }


def origin_of(message: dict[str, Any], *, hidden: bool) -> dict[str, Any]:
    """Give where a message that somebody forwards comes from.

    Parameters
    ----------
    message
        The one that is forwarded.
    hidden
        Whether its author does not let others link to them.
    """
    if "forward_origin" in message:
        return dict(message["forward_origin"])
    chat, date = message["chat"], message["date"]
    if chat["type"] == "channel":
        return {"type": "channel", "chat": chat, "message_id": message["message_id"], "date": date}
    if "sender_chat" in message:
        return {"type": "chat", "sender_chat": message["sender_chat"], "date": date}
    user = message["from"]
    if hidden:
        return {"type": "hidden_user", "sender_user_name": user["first_name"], "date": date}
    return {"type": "user", "sender_user": user, "date": date}
