"""Keyboards under messages, checked as Telegram checks them."""

from typing import Any
from urllib.parse import urlsplit

from app.emulator.errors import bad_request

_CALLBACK_BYTES = 64
_ACTIONS = (
    "url",
    "callback_data",
    "web_app",
    "login_url",
    "switch_inline_query",
    "switch_inline_query_current_chat",
    "switch_inline_query_chosen_chat",
    "copy_text",
    "callback_game",
    "pay",
)


def checked(markup: Any, chat_type: str) -> dict[str, Any] | None:
    """Check a ``reply_markup``.

    Parameters
    ----------
    markup
        As it came, JSON already read.
    chat_type
        Where it is to be shown.

    Returns
    -------
    dict or None
        The same in its full form, None when there is none.

    Raises
    ------
    BotApiError
        400, in Telegram's words.
    """
    if markup is None or markup == {}:
        return None
    if not isinstance(markup, dict):
        raise bad_request("object expected as reply markup")
    if "inline_keyboard" in markup:
        rows = _rows(markup["inline_keyboard"], "InlineKeyboardButton")
        return {"inline_keyboard": [[_inline(button) for button in row] for row in rows]}
    if "keyboard" in markup:
        rows = _rows(markup["keyboard"], "KeyboardButton")
        return {
            **markup,
            "keyboard": [[_reply(button, chat_type) for button in row] for row in rows],
        }
    if markup.get("remove_keyboard"):
        return {"remove_keyboard": True}
    if markup.get("force_reply"):
        return {**markup, "force_reply": True}
    raise bad_request("object expected as reply markup")


def _rows(rows: Any, what: str) -> list[list[Any]]:
    if not isinstance(rows, list) or not all(isinstance(row, list) for row in rows):
        raise bad_request(f"can't parse keyboard: expected an Array of Array of {what}")
    return [row for row in rows if row]


def _inline(button: Any) -> dict[str, Any]:
    if not isinstance(button, dict):
        raise bad_request("can't parse inline keyboard button: expected an Object")
    if not str(button.get("text", "")).strip():
        raise bad_request("can't parse inline keyboard button: text buttons must have a text")
    if sum(action in button for action in _ACTIONS) != 1:
        raise bad_request(
            "can't parse inline keyboard button: exactly one of the optional fields must be used"
        )
    if "callback_data" in button:
        size = len(str(button["callback_data"]).encode())
        if not 1 <= size <= _CALLBACK_BYTES:
            raise bad_request("BUTTON_DATA_INVALID")
    if "url" in button:
        url = str(button["url"])
        if urlsplit(url).scheme not in {"http", "https", "tg"}:
            raise bad_request(f"inline keyboard button URL '{url}' is invalid: Wrong HTTP URL")
    return button


def _reply(button: Any, chat_type: str) -> dict[str, Any]:
    if isinstance(button, str):
        button = {"text": button}
    if not isinstance(button, dict) or not str(button.get("text", "")).strip():
        raise bad_request("can't parse keyboard button: text buttons must have a text")
    if button.get("request_location") and chat_type != "private":
        raise bad_request("location can be requested in private chats only")
    if button.get("request_contact") and chat_type != "private":
        raise bad_request("phone number can be requested in private chats only")
    return button
