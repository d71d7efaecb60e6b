"""The other Bot API methods, and the table of all of them by name."""

import functools
import json
import time
from collections.abc import Callable
from typing import Any

from app.emulator import files, groups, messages, people, privacy, sending, topics, updates
from app.emulator.core import Emulator
from app.emulator.errors import bad_request, forbidden
from app.emulator.params import Params
from app.emulator.storage import to_json

Method = Callable[[Emulator, Params], Any]
_MAX_COMMANDS = 100


def get_me(emulator: Emulator, params: Params) -> dict[str, Any]:  # noqa: ARG001 - as all methods
    """``getMe``."""
    return {
        **emulator.user(),
        "can_join_groups": True,
        "can_read_all_group_messages": not privacy.is_on(emulator),
        "supports_inline_queries": False,
        "can_connect_to_business": False,
        "has_main_web_app": False,
    }


def edit_message_text(emulator: Emulator, params: Params) -> dict[str, Any]:
    """``editMessageText``."""
    message = _own_message(emulator, params, "edit")
    if "text" not in message:
        raise bad_request("there is no text in the message to edit")
    return _edit(emulator, params, message, {"entities": None, **sending.text_of(params)})


def edit_message_reply_markup(emulator: Emulator, params: Params) -> dict[str, Any]:
    """``editMessageReplyMarkup``."""
    return _edit(emulator, params, _own_message(emulator, params, "edit"), {})


def delete_message(emulator: Emulator, params: Params) -> bool:
    """``deleteMessage``."""
    chat_id = params.chat_id()
    row = people.chat_row(emulator, chat_id)
    message_id = params.integer("message_id") or 0
    message = messages.find(emulator, chat_id, message_id)
    if message is None:
        raise bad_request("message to delete not found")
    own = message.get("from", {}).get("id") == emulator.config.bot_id
    if row["type"] in {"group", "supergroup"} and not own and not row["deletes_messages"]:
        raise bad_request("message can't be deleted")
    messages.delete(emulator, chat_id, message_id)
    return True


def answer_callback_query(emulator: Emulator, params: Params) -> bool:
    """``answerCallbackQuery``."""
    query_id = params.text("callback_query_id")
    row = emulator.storage.row("SELECT * FROM callbacks WHERE id = ?", query_id)
    if row is None:
        raise bad_request("query is too old and response timeout expired or query ID is invalid")
    answer = {
        "text": params.text("text"),
        "show_alert": params.flag("show_alert"),
        "url": params.text("url"),
    }
    emulator.storage.execute(
        "UPDATE callbacks SET answer = ? WHERE id = ?", to_json(answer), query_id
    )
    emulator.events.publish(
        "answer",
        chat_id=row["chat_id"],
        user_id=row["user_id"],
        message_id=row["message_id"],
        callback_query_id=query_id,
        **answer,
    )
    return True


def set_my_commands(emulator: Emulator, params: Params) -> bool:
    """``setMyCommands``."""
    commands = params.json("commands")
    if not isinstance(commands, list) or len(commands) > _MAX_COMMANDS:
        raise bad_request("can't parse BotCommand")
    for command in commands:
        if not isinstance(command, dict) or not command.get("command"):
            raise bad_request("can't parse BotCommand: Can't find field \"command\"")
        if not command.get("description"):
            raise bad_request("BOT_COMMAND_DESCRIPTION_INVALID")
    emulator.storage.put(_commands_key(params), commands)
    emulator.events.publish("commands")
    return True


def get_my_commands(emulator: Emulator, params: Params) -> list[dict[str, str]]:
    """``getMyCommands``."""
    return emulator.storage.value(_commands_key(params)) or []


def delete_my_commands(emulator: Emulator, params: Params) -> bool:
    """``deleteMyCommands``."""
    emulator.storage.put(_commands_key(params), [])
    emulator.events.publish("commands")
    return True


def commands_for(emulator: Emulator, language: str | None) -> list[dict[str, str]]:
    """Give the commands that a person of this language sees in a private chat."""
    for scope in ("all_private_chats", "default"):
        for code in (language or "", ""):
            commands: list[dict[str, str]] = emulator.storage.value(f"commands:{scope}:{code}")
            if commands:
                return commands
    return []


def get_chat(emulator: Emulator, params: Params) -> dict[str, Any]:
    """``getChat``."""
    chat_id = params.chat_id()
    row = people.chat_row(emulator, chat_id)
    if row["bot_status"] in {"left", "kicked"} and row["type"] != "private":
        raise forbidden(f"bot was kicked from the {row['type']} chat")
    linked = {"linked_chat_id": row["linked_id"]} if row["linked_id"] else {}
    return {
        **people.chat(emulator, chat_id),
        **linked,
        "accent_color_id": 0,
        "max_reaction_count": 11,
        "accepted_gift_types": {
            "unlimited_gifts": False,
            "limited_gifts": False,
            "unique_gifts": False,
            "premium_subscription": False,
            "gifts_from_channels": False,
        },
    }


def get_chat_member(emulator: Emulator, params: Params) -> dict[str, Any]:
    """``getChatMember``."""
    chat_id, user_id = params.chat_id(), params.integer("user_id")
    row = people.chat_row(emulator, chat_id)
    if user_id == emulator.config.bot_id:
        return groups.as_member(emulator, groups.own_state(row))
    if not emulator.storage.row("SELECT 1 FROM users WHERE id = ?", user_id):
        raise bad_request("user not found")
    if row["type"] != "private":
        for each in groups.administrators(emulator, chat_id):
            if each["user"]["id"] == user_id:
                return each
    member = emulator.storage.row(
        "SELECT status FROM members WHERE chat_id = ? AND user_id = ?", chat_id, user_id
    )
    status = "member" if user_id == chat_id else member["status"] if member else "left"
    return {"user": people.person(emulator, user_id or 0), "status": status}


def get_chat_administrators(emulator: Emulator, params: Params) -> list[dict[str, Any]]:
    """``getChatAdministrators``."""
    return groups.administrators(emulator, sending.open_chat(emulator, params))


def get_file(emulator: Emulator, params: Params) -> dict[str, Any]:
    """``getFile``."""
    return files.describe(emulator, params.text("file_id") or "")


def _topic_method(run: Callable[[Emulator, Params, int], Any]) -> Method:
    def method(emulator: Emulator, params: Params) -> Any:
        return run(emulator, params, sending.open_chat(emulator, params))

    return method


def leave_chat(emulator: Emulator, params: Params) -> bool:
    """``leaveChat``."""
    chat_id = sending.open_chat(emulator, params)
    emulator.storage.execute("UPDATE chats SET bot_status = 'left' WHERE id = ?", chat_id)
    return True


def set_webhook(emulator: Emulator, params: Params) -> bool:
    """``setWebhook``."""
    url = params.text("url")
    if url is None:
        return delete_webhook(emulator, params)
    if not url.startswith(("http://", "https://")):
        raise bad_request("bad webhook: An HTTPS URL must be provided for webhook")
    secret = params.text("secret_token")
    if secret and not (
        len(secret) <= 256  # noqa: PLR2004 - Telegram's limit
        and secret.isascii()
        and secret.replace("-", "_").replace("_", "a").isalnum()
    ):
        raise bad_request("secret token contains illegal characters")
    updates_asked(emulator, params)
    most = params.integer("max_connections") or 40
    emulator.storage.put(
        "webhook",
        {
            "url": url,
            "secret": secret,
            "max_connections": min(100, max(1, most)),
            # Setting the same address again starts delivery anew, without waiting.
            "since": time.time(),
        },
    )
    _webhook_changed(emulator, params, "setWebhook")
    return True


def delete_webhook(emulator: Emulator, params: Params) -> bool:
    """``deleteWebhook``."""
    emulator.storage.put("webhook", None)
    _webhook_changed(emulator, params, "deleteWebhook")
    return True


def get_webhook_info(emulator: Emulator, params: Params) -> dict[str, Any]:  # noqa: ARG001 - as all
    """``getWebhookInfo``."""
    hook = emulator.storage.value("webhook")
    info: dict[str, Any] = {
        "url": hook["url"] if hook else "",
        "has_custom_certificate": False,
        "pending_update_count": updates.pending(emulator),
    }
    if hook:
        info["max_connections"] = hook["max_connections"]
        info |= emulator.storage.value("webhook_error") or {}
    allowed = emulator.storage.value("allowed_updates")
    if allowed:
        info["allowed_updates"] = allowed
    return info


def updates_asked(emulator: Emulator, params: Params) -> None:
    """Note which kinds of updates the bot wants from now on, if the call says so."""
    allowed = params.json("allowed_updates")
    if allowed is None:
        return
    if not isinstance(allowed, list):
        raise bad_request("can't parse allowed updates JSON object")
    emulator.storage.put("allowed_updates", [str(kind) for kind in allowed])


def _webhook_changed(emulator: Emulator, params: Params, method: str) -> None:
    emulator.storage.put("webhook_error", None)
    if params.flag("drop_pending_updates"):
        updates.drop_pending(emulator)
    if emulator.poll is not None and method == "setWebhook":
        emulator.poll.why = "terminated by setWebhook request"
        emulator.poll.ended.set()
    emulator.hook_answered = False
    emulator.arrivals.notify()


def _own_message(emulator: Emulator, params: Params, deed: str) -> dict[str, Any]:
    chat_id = sending.open_chat(emulator, params)
    message_id = params.integer("message_id")
    if message_id is None:
        raise bad_request("message identifier is not specified")
    message = messages.find(emulator, chat_id, message_id)
    if message is None:
        raise bad_request(f"message to {deed} not found")
    own = message.get("from", {}).get("id") == emulator.config.bot_id
    if not own and message["chat"]["type"] != "channel":
        raise bad_request(f"message can't be {deed}ed")
    return message


def _edit(
    emulator: Emulator, params: Params, message: dict[str, Any], content: dict[str, Any]
) -> dict[str, Any]:
    keyboard = sending.checked_markup(emulator, message["chat"]["id"], params)
    if keyboard is not None and "inline_keyboard" not in keyboard:
        raise bad_request("message can't be edited")
    wanted = keyboard if keyboard and keyboard["inline_keyboard"] else None
    same = all(message.get(key) == value for key, value in content.items())
    if same and message.get("reply_markup") == wanted:
        raise bad_request(
            "message is not modified: specified new message content and reply markup are"
            " exactly the same as a current content and reply markup of the message"
        )
    return messages.change(emulator, message, content, markup=wanted, keep_markup=False)


def _commands_key(params: Params) -> str:
    scope = params.json("scope") or {"type": "default"}
    if not isinstance(scope, dict):
        raise bad_request("can't parse BotCommandScope")
    where = {key: value for key, value in scope.items() if key != "type"}
    name = str(scope.get("type", "default")) + (json.dumps(where) if where else "")
    return f"commands:{name}:{params.text('language_code') or ''}"


_ALL: dict[str, Method] = {
    "getMe": get_me,
    "sendMessage": sending.send_message,
    "sendLocation": sending.send_location,
    "sendVenue": sending.send_venue,
    "sendChatAction": sending.send_chat_action,
    "editMessageText": edit_message_text,
    "editMessageReplyMarkup": edit_message_reply_markup,
    "editMessageLiveLocation": functools.partial(sending.edit_live_location, stop=False),
    "stopMessageLiveLocation": functools.partial(sending.edit_live_location, stop=True),
    "deleteMessage": delete_message,
    "answerCallbackQuery": answer_callback_query,
    "setMyCommands": set_my_commands,
    "getMyCommands": get_my_commands,
    "deleteMyCommands": delete_my_commands,
    "getChat": get_chat,
    "getChatMember": get_chat_member,
    "getChatAdministrators": get_chat_administrators,
    "getFile": get_file,
    "createForumTopic": _topic_method(topics.create_forum_topic),
    "editForumTopic": _topic_method(topics.edit_forum_topic),
    "closeForumTopic": _topic_method(topics.close_forum_topic),
    "reopenForumTopic": _topic_method(topics.reopen_forum_topic),
    "leaveChat": leave_chat,
    "setWebhook": set_webhook,
    "deleteWebhook": delete_webhook,
    "getWebhookInfo": get_webhook_info,
    **{
        f"send{kind.title().replace('_', '')}": functools.partial(sending.send_media, kind=kind)
        for kind in files.MEDIA_KINDS
    },
}
# Telegram takes the names in any case.
METHODS: dict[str, tuple[str, Method]] = {name.lower(): (name, run) for name, run in _ALL.items()}
