"""Ask Telegram about public groups: who administers them, and what the bot may do there."""

import asyncio
import logging
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.ext.asyncio import AsyncSession
from telegram.error import BadRequest, ChatMigrated, Forbidden, TelegramError

from app.botapi import ApiClient
from app.cancellation import heed_cancellation
from app.chat_moves import follow
from app.context import UseCases
from app.db import Database
from app.identity import Sealer, find_or_add, reporter_of, telegram_ids
from app.models import PublicGroup
from app.phrases import first_language
from app.public_groups import (
    FACTS_LAST,
    LOST,
    NO_RIGHTS,
    REMOVED,
    TITLE_LENGTH,
    note_fault,
    set_administrators,
)

log = logging.getLogger(__name__)

LOOK_EVERY_S = 5.0
RECONNECT_S = 1.0
# How soon it is asked again when Telegram was not reached; what was known is gone by until then.
SOON = timedelta(minutes=1)
ADMINISTRATOR, CREATOR = "administrator", "creator"
HERE = frozenset({ADMINISTRATOR, CREATOR, "member", "restricted"})


class FactsUnknownError(Exception):
    """What was heard cannot be judged before Telegram has said who administers its group.

    Parameters
    ----------
    chat_id : int
        Our own id of the group.
    """

    def __init__(self, chat_id: int) -> None:
        super().__init__(chat_id)
        self.chat_id = chat_id


@dataclass(frozen=True, slots=True)
class Asking:
    """What is needed to ask."""

    database: Database
    context: UseCases
    sealer: Sealer
    bot: ApiClient


@dataclass(frozen=True, slots=True)
class _Facts:
    chat: dict[str, Any]
    me: dict[str, Any]
    member: dict[str, Any]
    administrators: list[dict[str, Any]]


async def look(asking: Asking, chat_id: int) -> None:
    """Ask about one group and keep the answers; nothing is held meanwhile.

    When Telegram is not reached, what it said last stays true for a while longer.
    """
    async with asking.database.transaction() as session:
        known = await telegram_ids(session, asking.sealer, [chat_id])
    facts, error = None, None
    if chat_id in known:
        try:
            facts = await _ask(asking.bot, known[chat_id])
        except TelegramError as told:
            error = told
            log.warning("a public group could not be looked at: %s", told.message)
    async with asking.database.transaction() as session:
        # Of two who ask at once, one keeps the answer after the other.
        query = select(PublicGroup).where(PublicGroup.chat_id == chat_id).with_for_update()
        group = (await session.execute(query)).scalar()
        if group is None:
            return
        if facts is not None:
            await _keep(session, asking, group, facts)
        else:
            await _keep_error(session, asking, group, error)


async def _ask(bot: ApiClient, telegram_id: int) -> _Facts:
    where = {"chat_id": telegram_id}
    me = await bot.call("getMe")
    chat = await bot.call("getChat", where)
    member = await bot.call("getChatMember", where | {"user_id": me["id"]})
    here = member.get("status") in HERE
    return _Facts(chat, me, member, await bot.call("getChatAdministrators", where) if here else [])


async def _keep(session: AsyncSession, asking: Asking, group: PublicGroup, facts: _Facts) -> None:
    now = asking.context.clock()
    rights = facts.member
    group.looked_at = now
    if rights.get("status") not in HERE:
        await note_fault(session, group, REMOVED, str(int(now.timestamp())))
        return
    group.title = str(facts.chat.get("title") or group.title)[:TITLE_LENGTH]
    group.kind = str(facts.chat.get("type") or group.kind)
    group.is_forum = bool(facts.chat.get("is_forum"))
    group.is_administrator = rights["status"] in {ADMINISTRATOR, CREATOR}
    group.can_delete = rights["status"] == CREATOR or bool(rights.get("can_delete_messages"))
    group.reads_all = group.is_administrator or bool(facts.me.get("can_read_all_group_messages"))
    if rights.get("can_send_messages") is False:
        await note_fault(session, group, NO_RIGHTS, str(int(now.timestamp())))
    else:
        group.fault = None
    linked = facts.chat.get("linked_chat_id")
    found = await reporter_of(session, asking.sealer, linked) if linked else None
    group.counterpart_id = found.id if found else None
    offered = asking.context.languages
    people = []
    for each in facts.administrators:
        user = each.get("user") or {}
        if user.get("is_bot") or not isinstance(user.get("id"), int):
            continue
        person, _ = await find_or_add(
            session,
            asking.sealer,
            user["id"],
            kind="person",
            language=first_language(user.get("language_code"), offered),
            details={"username": user.get("username"), "name": user.get("first_name")},
        )
        people.append(person.id)
    await set_administrators(session, group, people)


async def _keep_error(
    session: AsyncSession, asking: Asking, group: PublicGroup, error: TelegramError | None
) -> None:
    now = asking.context.clock()
    group.looked_at = now - FACTS_LAST + SOON
    if isinstance(error, ChatMigrated):
        await follow(session, asking.sealer, group.chat_id, error.new_chat_id)
    elif isinstance(error, Forbidden | BadRequest) and any(
        words in error.message.lower() for words in LOST
    ):
        group.looked_at = now
        await note_fault(session, group, REMOVED, str(int(now.timestamp())))


async def look_at_all(asking: Asking) -> int:
    """Ask about every group of which too little is known; how many these were."""
    async with asking.database.transaction() as session:
        late = PublicGroup.looked_at < asking.context.clock() - FACTS_LAST
        rows = await session.execute(
            select(PublicGroup.chat_id).where(or_(PublicGroup.looked_at.is_(None), late))
        )
        chats = list(rows.scalars())
    for chat_id in chats:
        await look(asking, chat_id)
    return len(chats)


async def keep_looking(asking: Asking) -> None:
    """Keep what is known of public groups recent, until cancelled."""
    while True:
        try:
            await look_at_all(asking)
        except (DBAPIError, InterfaceError, OperationalError, OSError) as error:
            heed_cancellation()
            log.warning("public groups could not be looked at: %s", error)
            await asyncio.sleep(RECONNECT_S)
        await asyncio.sleep(LOOK_EVERY_S)
