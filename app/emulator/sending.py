"""Bot API methods that put a message into a chat."""

from typing import Any

from app.emulator import entities, files, markup, messages, people, topics
from app.emulator.core import Emulator, now
from app.emulator.errors import BotApiError, bad_request, forbidden, too_many_requests
from app.emulator.params import Params

_LIVE_FOREVER = 0x7FFFFFFF


def send_message(emulator: Emulator, params: Params) -> dict[str, Any]:
    """``sendMessage``."""
    chat_id = open_chat(emulator, params)
    return _post(emulator, chat_id, params, text_of(params))


def send_location(emulator: Emulator, params: Params) -> dict[str, Any]:
    """``sendLocation``."""
    chat_id = open_chat(emulator, params)
    location = point(params)
    for name in ("horizontal_accuracy", "heading", "proximity_alert_radius"):
        if params.real(name) is not None:
            location[name] = params.real(name)
    period = params.integer("live_period")
    if period:
        if not (60 <= period <= 86400 or period == _LIVE_FOREVER):  # noqa: PLR2004 - Telegram's
            raise bad_request("invalid live period specified")
        location["live_period"] = period
    return _post(emulator, chat_id, params, {"location": location})


def send_venue(emulator: Emulator, params: Params) -> dict[str, Any]:
    """``sendVenue``."""
    chat_id = open_chat(emulator, params)
    title, address = params.text("title"), params.text("address")
    if title is None:
        raise bad_request("venue title must be non-empty")
    if address is None:
        raise bad_request("venue address must be non-empty")
    venue: dict[str, Any] = {"location": point(params), "title": title, "address": address}
    return _post(emulator, chat_id, params, {"venue": venue, "location": venue["location"]})


def send_media(emulator: Emulator, params: Params, kind: str) -> dict[str, Any]:
    """``sendPhoto``, ``sendVideo``, … by the id of a file or with the file itself."""
    chat_id = open_chat(emulator, params)
    content = _media(emulator, params, kind)
    caption = params.text("caption")
    if caption is not None:
        plain, found = entities.formatted(
            caption, params.text("parse_mode"), params.json("caption_entities")
        )
        if entities.length(plain) > entities.CAPTION_LIMIT:
            raise bad_request("message caption is too long")
        content["caption"] = plain
        if found:
            content["caption_entities"] = found
    return _post(emulator, chat_id, params, content)


def send_chat_action(emulator: Emulator, params: Params) -> bool:
    """``sendChatAction``."""
    chat_id = open_chat(emulator, params)
    action = params.text("action")
    if action is None:
        raise bad_request("wrong parameter action in request")
    emulator.events.publish("action", chat_id=chat_id, action=action)
    return True


def open_chat(emulator: Emulator, params: Params) -> int:
    """Give the chat of a call if the bot may write there, or Telegram's error."""
    chat_id = params.chat_id()
    row = people.chat_row(emulator, chat_id)
    if row["upgraded_to"] is not None:
        raise BotApiError(
            400,
            "Bad Request: group chat was upgraded to a supergroup chat",
            {"migrate_to_chat_id": row["upgraded_to"]},
        )
    status, kind = row["bot_status"], row["type"]
    if kind == "private" and status == "kicked":
        raise forbidden("bot was blocked by the user")
    if kind == "private" and status == "unstarted":
        known = emulator.storage.row("SELECT 1 FROM members WHERE user_id = ?", chat_id)
        if known:
            raise forbidden("bot can't initiate conversation with a user")
        raise bad_request("chat not found")
    if status in {"kicked", "left"}:
        raise forbidden(f"bot was kicked from the {kind} chat")
    return chat_id


def text_of(params: Params) -> dict[str, Any]:
    """Read the text of a message and its entities, checked for length."""
    text = params.text("text")
    if text is None:
        raise bad_request("message text is empty")
    plain, found = entities.formatted(text, params.text("parse_mode"), params.json("entities"))
    if not plain.strip():
        raise bad_request("message text is empty")
    if entities.length(plain) > entities.TEXT_LIMIT:
        raise bad_request("message is too long")
    content: dict[str, Any] = {"text": plain}
    if found:
        content["entities"] = found
    return content


def point(params: Params) -> dict[str, Any]:
    """Read latitude and longitude (degrees) of a call."""
    latitude, longitude = params.real("latitude"), params.real("longitude")
    if latitude is None or abs(latitude) > 90:  # noqa: PLR2004 - degrees
        raise bad_request("latitude must be a number between -90 and 90")
    if longitude is None or abs(longitude) > 180:  # noqa: PLR2004 - degrees
        raise bad_request("longitude must be a number between -180 and 180")
    return {"latitude": latitude, "longitude": longitude}


def checked_markup(emulator: Emulator, chat_id: int, params: Params) -> dict[str, Any] | None:
    """Read the keyboard of a call."""
    return markup.checked(params.json("reply_markup"), people.chat(emulator, chat_id)["type"])


def _post(
    emulator: Emulator, chat_id: int, params: Params, content: dict[str, Any]
) -> dict[str, Any]:
    if people.chat_row(emulator, chat_id)["bot_status"] == "restricted":
        raise bad_request("not enough rights to send text messages to the chat")
    keyboard = checked_markup(emulator, chat_id, params)
    thread = _thread(emulator, chat_id, params)
    reply = _quoted(emulator, chat_id, params)
    wait = emulator.limits.sending(chat_id)
    if wait is not None:
        raise too_many_requests(wait)
    return messages.post(
        emulator,
        chat_id,
        emulator.config.bot_id,
        content,
        thread_id=thread,
        reply_to=reply,
        markup=keyboard,
    )


def _thread(emulator: Emulator, chat_id: int, params: Params) -> int | None:
    thread = params.integer("message_thread_id")
    if thread is None:
        return None
    quoted = messages.find(emulator, chat_id, thread)
    if quoted is not None and quoted.get("is_automatic_forward"):
        return thread
    topics.check_writable(emulator, chat_id, thread)
    return thread


def _quoted(emulator: Emulator, chat_id: int, params: Params) -> int | None:
    reply = params.json("reply_parameters")
    if reply is None:
        wanted = params.integer("reply_to_message_id")
        tolerant = params.flag("allow_sending_without_reply")
    elif isinstance(reply, dict) and isinstance(reply.get("message_id"), int):
        wanted = reply["message_id"]
        tolerant = bool(reply.get("allow_sending_without_reply"))
    else:
        raise bad_request("can't parse reply parameters JSON object")
    if wanted is None:
        return None
    if messages.find(emulator, chat_id, wanted) is None:
        if tolerant:
            return None
        raise bad_request("message to be replied not found")
    return wanted


def _media(emulator: Emulator, params: Params, kind: str) -> dict[str, Any]:
    given = params.text(kind)
    upload = params.uploads.get(kind)
    if upload is None and given and given.startswith("attach://"):
        upload = params.uploads.get(given.removeprefix("attach://"))
        if upload is None:
            raise bad_request("file must be non-empty")
    if upload is not None:
        if not upload.content:
            raise bad_request("file must be non-empty")
        mime = None if kind in {"photo", "voice"} else upload.mime
        return files.keep(emulator, kind, upload.content, name=upload.name, mime=mime)
    if given is None:
        raise bad_request(f"there is no {kind} in the request")
    return files.again(emulator, kind, given)


def live_until(message: dict[str, Any]) -> int:
    """Tell until when a live location moves, in Unix seconds."""
    return int(message["date"]) + int(message["location"].get("live_period", 0))


def edit_live_location(emulator: Emulator, params: Params, *, stop: bool) -> dict[str, Any]:
    """``editMessageLiveLocation`` and ``stopMessageLiveLocation``."""
    chat_id = open_chat(emulator, params)
    message = messages.find(emulator, chat_id, params.integer("message_id") or 0)
    if message is None:
        raise bad_request("message to edit not found")
    location = message.get("location", {})
    if message.get("from", {}).get("id") != emulator.config.bot_id or not location.get(
        "live_period"
    ):
        raise bad_request("message can't be edited")
    if not stop and live_until(message) < now():
        raise bad_request("message can't be edited")
    moved = {**location, **({} if stop else point(params))}
    if stop:
        moved.pop("live_period")
    return messages.change(
        emulator,
        message,
        {"location": moved},
        markup=checked_markup(emulator, chat_id, params),
        keep_markup="reply_markup" not in params.values,
    )
