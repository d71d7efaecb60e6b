"""Fetch updates from Telegram into the inbox, or see to it that Telegram brings them."""

import asyncio
import logging
from datetime import timedelta
from typing import Any

import psycopg
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import OperationalError
from telegram.error import Conflict, InvalidToken, NetworkError, RetryAfter, TelegramError

from app import inbox
from app.botapi import ApiClient
from app.cancellation import heed_cancellation
from app.db import Database
from app.errors import SettingsError
from app.identity import Sealer
from app.models import Installation
from app.phrases import phrase
from app.settings import Settings

log = logging.getLogger(__name__)

LONG_POLL_S = 25
READ_SLACK_S = 10.0
RETRY_S = 1.0
LONGEST_RETRY_S = 60.0
LEADER_KEY = "beatway poller"
WEBHOOK_PATH = "/telegram/webhook"
WEBHOOK_CHECK_S = 300.0
BOT_KEY = "bot"
COMMANDS = ("sos", "status", "officer", "language", "help", "privacy", "mydata", "delete")
GROUP_COMMANDS = ("report", "sos", "help")
ADMINISTRATORS_COMMANDS = ("status", "done", "notreport", "spam", "register", *GROUP_COMMANDS)
MENUS = {
    "default": COMMANDS,
    "all_group_chats": GROUP_COMMANDS,
    "all_chat_administrators": ADMINISTRATORS_COMMANDS,
}


async def stored_username(database: Database) -> str | None:
    """Return the bot's name as it was when Telegram was last reached."""
    async with database.transaction() as session:
        row = await session.get(Installation, BOT_KEY)
        return str(row.value["username"]) if row else None


async def learn_username(database: Database, bot: ApiClient) -> str:
    """Ask Telegram for the bot's name and keep it: deep links need it.

    Raises
    ------
    telegram.error.TelegramError
    """
    me = await bot.call("getMe")
    username = str(me.get("username", ""))
    async with database.transaction() as session:
        upsert = insert(Installation).values(key=BOT_KEY, value={"username": username})
        await session.execute(
            upsert.on_conflict_do_update(
                index_elements=[Installation.key], set_={"value": upsert.excluded.value}
            )
        )
    return username


async def username(database: Database, bot: ApiClient) -> str:
    """Return the bot's name, stored or asked for, waiting until either is to be had."""
    known = await stored_username(database)
    wait = RETRY_S
    while known is None:
        try:
            known = await learn_username(database, bot)
        except InvalidToken as error:
            raise SettingsError("Telegram does not know BEATWAY_TELEGRAM_TOKEN") from error
        except TelegramError as error:
            log.warning("Telegram is not reached (%s); trying again", error.message)
            await asyncio.sleep(wait)
            wait = min(wait * 2, LONGEST_RETRY_S)
    return known


async def announce_commands(bot: ApiClient, languages: tuple[str, ...]) -> None:
    """Show the commands in Telegram's menu, in each language and in the first by default."""
    for scope, names in MENUS.items():
        for language in (None, *languages):
            spoken = language or languages[0]
            parameters: dict[str, Any] = {
                "commands": [
                    {"command": name, "description": phrase(spoken, _described(scope, name))}
                    for name in names
                ],
                "scope": {"type": scope},
            }
            if language:
                parameters["language_code"] = language
            await bot.call("setMyCommands", parameters)


def _described(scope: str, name: str) -> str:
    is_of_report = name == "status" and scope == "all_chat_administrators"
    return "command_status_of" if is_of_report else f"command_{name}"


async def poll(
    database: Database, sealer: Sealer, bot: ApiClient, languages: tuple[str, ...]
) -> None:
    """Fetch updates until cancelled; of several pollers one works and the others stand by."""
    async with await psycopg.AsyncConnection.connect(
        database.conninfo, autocommit=True
    ) as connection:
        await _lead(connection)
        ready, offset, wait = False, None, RETRY_S
        while True:
            try:
                if not ready:
                    await learn_username(database, bot)
                    await bot.call("deleteWebhook")
                    await announce_commands(bot, languages)
                    ready = True
                await connection.execute("SELECT 1")
                offset = await _fetch(database, sealer, bot, offset)
                wait = RETRY_S
            except InvalidToken as error:
                raise SettingsError("Telegram does not know BEATWAY_TELEGRAM_TOKEN") from error
            except RetryAfter as error:
                wait_asked = error.retry_after
                await asyncio.sleep(
                    wait_asked.total_seconds() if isinstance(wait_asked, timedelta) else wait_asked
                )
            except (NetworkError, Conflict) as error:
                log.warning("Telegram is not reached (%s); trying again", error.message)
                await asyncio.sleep(wait)
                wait = min(wait * 2, LONGEST_RETRY_S)
            except OperationalError:
                heed_cancellation()
                # Not stored means not acknowledged: Telegram keeps them for us.
                log.warning("the database is away; trying again")
                await asyncio.sleep(RETRY_S)


async def _lead(connection: psycopg.AsyncConnection[Any]) -> None:
    """Wait until no other process polls; PostgreSQL lets go when that one dies."""
    await connection.execute("SELECT pg_advisory_lock(hashtext(%s))", [LEADER_KEY])


async def _fetch(
    database: Database, sealer: Sealer, bot: ApiClient, offset: int | None
) -> int | None:
    """Store one batch; asking with the next offset is what acknowledges it."""
    parameters: dict[str, Any] = {"timeout": LONG_POLL_S, "limit": 100}
    if offset is not None:
        parameters["offset"] = offset
    updates = await bot.call("getUpdates", parameters, LONG_POLL_S + READ_SLACK_S)
    if not updates:
        return offset
    async with database.transaction() as session:
        await inbox.store(session, sealer, *updates)
    return max(int(update["update_id"]) for update in updates) + 1


async def keep_webhook(settings: Settings, database: Database, bot: ApiClient) -> None:
    """Tell Telegram where to bring updates and watch that it can, until cancelled.

    Raises
    ------
    SettingsError
        When the address or the secret is missing.
    """
    if settings.public_url is None or settings.webhook_secret is None:
        raise SettingsError("A webhook needs BEATWAY_PUBLIC_URL and BEATWAY_WEBHOOK_SECRET")
    address, wait = settings.public_url + WEBHOOK_PATH, RETRY_S
    while True:
        try:
            info = await bot.call("getWebhookInfo")
            if info.get("url") != address:
                await learn_username(database, bot)
                secret = settings.webhook_secret.get_secret_value()
                await bot.call("setWebhook", {"url": address, "secret_token": secret})
                await announce_commands(bot, settings.languages)
                log.info("Telegram brings updates to %s", address)
            elif info.get("last_error_message"):
                log.warning("Telegram could not deliver: %s", info["last_error_message"])
            wait = RETRY_S
            await asyncio.sleep(WEBHOOK_CHECK_S)
        except InvalidToken as error:
            raise SettingsError("Telegram does not know BEATWAY_TELEGRAM_TOKEN") from error
        except TelegramError as error:
            log.warning("Telegram is not reached (%s); trying again", error.message)
            await asyncio.sleep(wait)
            wait = min(wait * 2, LONGEST_RETRY_S)
