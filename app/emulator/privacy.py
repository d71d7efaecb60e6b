"""Privacy mode: what a bot that is no administrator gets of the messages of a group."""

from typing import Any

from app.emulator import people
from app.emulator.core import Emulator

_KEY = "privacy"
# A message without any of these is Telegram's own, of somebody who joined, of a pin, of a topic.
_SAID = frozenset(
    {
        "text", "photo", "video", "voice", "document", "audio", "animation", "video_note",
        "sticker", "location", "venue", "contact", "poll", "dice", "game", "story", "paid_media",
        "checklist",
    }
)  # fmt: skip


def is_on(emulator: Emulator) -> bool:
    """Tell whether the bot's privacy mode is on."""
    return bool(emulator.storage.value(_KEY))


def turn(emulator: Emulator, *, on: bool) -> None:
    """Turn privacy mode on or off, as with @BotFather."""
    emulator.storage.put(_KEY, on)


def hides(emulator: Emulator, message: dict[str, Any]) -> bool:
    """Tell whether the bot does not get a message."""
    chat = message["chat"]
    if chat["type"] not in {"group", "supergroup"}:
        return False
    row = people.chat_row(emulator, chat["id"])
    if row["bot_status"] in {"left", "kicked"}:
        return True
    if not is_on(emulator) or row["bot_status"] == "administrator" or not _SAID & message.keys():
        return False
    return not _is_for_bot(emulator, message)


def _is_for_bot(emulator: Emulator, message: dict[str, Any]) -> bool:
    quoted = message.get("reply_to_message", {}).get("from", {})
    if quoted.get("id") == emulator.config.bot_id:
        return True
    words = message.get("text") or message.get("caption") or ""
    name = f"@{emulator.config.username}".lower()
    for entity in message.get("entities") or message.get("caption_entities") or ():
        said = _slice(words, entity["offset"], entity["length"]).lower()
        if entity["type"] == "mention" and said == name:
            return True
        if entity["type"] == "bot_command" and (
            said.endswith(name) or ("@" not in said and _has_spoken(emulator, message))
        ):
            return True
    return False


def _slice(text: str, offset: int, length: int) -> str:
    # Telegram counts in UTF-16.
    units = text.encode("utf-16-le")
    return units[2 * offset : 2 * (offset + length)].decode("utf-16-le")


def _has_spoken(emulator: Emulator, message: dict[str, Any]) -> bool:
    """Tell whether the bot was the last bot to write there: there is no other one here."""
    return bool(
        emulator.storage.number(
            "SELECT count(*) FROM messages WHERE chat_id = ? AND by_bot = 1", message["chat"]["id"]
        )
    )
