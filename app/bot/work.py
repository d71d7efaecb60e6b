"""What a handler works with: one update, one transaction."""

import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession
from telegram import Bot, Chat, Message, Update, User
from telegram.ext import Application, CallbackContext, ExtBot

from app.context import UseCases
from app.identity import Sealer, find_or_add
from app.models import Reporter
from app.phrases import first_language, language_of_text

log = logging.getLogger(__name__)

PERSON, GROUP = "person", "group"
GONE = frozenset({"kicked", "left"})

# Fields of a message that have not changed since the first Bot API.
BASICS = frozenset(
    {"message_id", "date", "chat", "from", "text", "entities", "caption", "location", "photo"}
    | {"message_thread_id", "is_topic_message", "media_group_id", "edit_date"}
)


@dataclass(frozen=True, slots=True)
class Work:
    """The transaction an update is processed in, and what it needs."""

    session: AsyncSession
    context: UseCases
    sealer: Sealer
    bot_username: str
    now: datetime
    # Whom it was about, for what follows from their manners.
    talks: list["Talk"] = field(default_factory=list)


class BeatwayContext(CallbackContext[ExtBot[None], dict[Any, Any], dict[Any, Any], dict[Any, Any]]):
    """python-telegram-bot's context with our transaction in it."""

    work: Work


App = Application[Any, BeatwayContext, Any, Any, Any, Any]
Callback = Callable[[Update, BeatwayContext], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Talk:
    """Who wrote and where they are answered; the same reporter in a private chat."""

    chat: Reporter
    person: Reporter
    # Nothing was ever heard from this person before.
    new: bool = False

    @property
    def private(self) -> bool:
        """Tell whether nobody else reads the answer."""
        return self.chat.kind == PERSON

    @property
    def named(self) -> bool:
        """Tell whether it is a person who wrote, and not a group or channel in its own name."""
        return self.person.kind == PERSON

    @property
    def language(self) -> str:
        """Return the language to answer in."""
        return self.person.language


class StoredBot(ExtBot[None]):
    """A bot that is told its name: handlers need it before Telegram is reached.

    Parameters
    ----------
    token, username : str
    """

    def __init__(self, token: str, username: str) -> None:
        super().__init__(token)
        self._stored_username = username

    @property
    def username(self) -> str:
        """Return the bot's name without the at sign."""
        return self._stored_username


def _details(user: User | Chat) -> dict[str, Any]:
    return {"username": user.username, "name": getattr(user, "full_name", None)}


async def talk_of(work: Work, message: Message) -> Talk:
    """Find who wrote a message and in which chat, adding whoever is new."""
    offered = work.context.languages
    user = message.from_user
    code = user.language_code if user else None
    words = message.text or message.caption or ""
    # A command is the same in every language.
    told = None if words.startswith("/") else language_of_text(words)
    told = told if told in offered else None
    chat, chat_new = await find_or_add(
        work.session,
        work.sealer,
        message.chat.id,
        kind=PERSON if message.chat.type == Chat.PRIVATE else GROUP,
        language=told or first_language(code, offered),
        details=_details(message.chat),
    )
    person, new = chat, chat_new
    # Whoever writes in the name of a channel has Telegram's own account beside it.
    author = message.sender_chat or user
    if message.chat.type != Chat.PRIVATE and author is not None and author.id != message.chat.id:
        person, new = await find_or_add(
            work.session,
            work.sealer,
            author.id,
            kind=PERSON if message.sender_chat is None else GROUP,
            language=told or first_language(code, offered),
            details=_details(author),
        )
    if told is not None and person.kind == PERSON and not person.language_chosen:
        person.language = told
    if chat.blocked_at is not None:
        chat.blocked_at = None
    talk = Talk(chat, person, new)
    work.talks.append(talk)
    return talk


async def person_of(work: Work, user: User) -> Reporter:
    """Find the person who pressed a button."""
    person, _ = await find_or_add(
        work.session,
        work.sealer,
        user.id,
        kind="person",
        language=first_language(user.language_code, work.context.languages),
        details=_details(user),
    )
    return person


def parse(body: dict[str, Any], bot: Bot) -> Update:
    """Read an update as it came over the wire.

    Telegram adds to its messages faster than libraries follow; what cannot be parsed is left out,
    so that the person who sent it is answered all the same.
    """
    try:
        return Update.de_json(body, bot)
    except (TypeError, KeyError, ValueError, AttributeError):
        log.warning("update %s has parts that cannot be parsed", body.get("update_id"))
    basics = {kind: _basics(content) for kind, content in body.items()}
    try:
        return Update.de_json(basics, bot)
    except (TypeError, KeyError, ValueError, AttributeError):
        # Whatever it tells must not keep those after it waiting.
        return Update(int(body["update_id"]))


def _basics(content: Any) -> Any:
    if not isinstance(content, dict) or "chat" not in content:
        return content
    if "new_chat_member" in content:
        return _membership(content)
    return {name: value for name, value in content.items() if name in BASICS}


def _membership(content: dict[str, Any]) -> dict[str, Any]:
    """Leave of a change of rights only whether somebody is there: the rights are asked for."""
    basics = {name: content.get(name) for name in ("chat", "from", "date")}
    for name in ("old_chat_member", "new_chat_member"):
        member = content[name] if isinstance(content.get(name), dict) else {}
        gone = member.get("status") in GONE
        basics[name] = {"user": member.get("user"), "status": "left" if gone else "member"}
    return basics
