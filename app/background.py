"""The programs that run beside the web server: worker and poller."""

import asyncio
import logging
import signal
from collections.abc import Coroutine
from typing import Any

from app.bell import Bell, listen
from app.botapi import open_bot
from app.boundary_schedule import keep_schedule
from app.context import UseCases, use_cases
from app.db import Database, Role, check_server, open_database
from app.duty_watch import keep_watch
from app.escalation import keep_escalating
from app.identity import Sealer
from app.migration import check_schema
from app.pace import Pace
from app.poller import keep_webhook, poll, username
from app.sender import Sending, send_outbox
from app.settings import Settings
from app.telling import keep_told
from app.worker import make_intake, work_inbox

log = logging.getLogger(__name__)

STOPPING = (signal.SIGINT, signal.SIGTERM)


async def run_worker(settings: Settings, parallel: int = 4) -> None:
    """Process the inbox, send the outbox and keep the schedule until told to stop.

    Without a bot's token there is only the schedule to keep.

    Parameters
    ----------
    settings : Settings
    parallel : int
        Updates processed at the same time.

    Raises
    ------
    SettingsError, DatabaseUnfitError
    """
    database = open_database(
        settings.required_database_url(), Role.BOT, "beatway worker", pool_size=parallel + 5
    )
    context = use_cases(settings)
    try:
        await _check(database)
        if settings.telegram_token is None:
            log.info("there is no Telegram token: only scheduled changes are made")
            await until_stopped(
                keep_schedule(database, context),
                keep_watch(database, context),
                keep_escalating(database, context),
            )
        else:
            await _work(settings, database, context, parallel)
    finally:
        await database.close()


async def _work(settings: Settings, database: Database, context: UseCases, parallel: int) -> None:
    sealer = Sealer(settings.required_secret_key())
    bot = open_bot(settings)
    arrived, queued, changed = Bell(), Bell(), Bell()

    async def work() -> None:
        name = await username(database, bot)
        intake = make_intake(database, context, sealer, settings.required_token(), name)
        await work_inbox(intake, arrived, parallel)

    async def send() -> None:
        await send_outbox(Sending(database, sealer, bot, Pace()), queued)

    bells = {"beatway_inbox": arrived, "beatway_outbox": queued, "beatway_report_event": changed}
    async with bot.request:
        await until_stopped(
            work(),
            send(),
            keep_schedule(database, context),
            keep_watch(database, context),
            keep_escalating(database, context),
            keep_told(database, context, changed),
            listen(database.conninfo, bells),
        )


async def run_poller(settings: Settings) -> None:
    """Fetch updates, or keep the webhook set, until told to stop.

    Raises
    ------
    SettingsError, DatabaseUnfitError
    """
    sealer = Sealer(settings.required_secret_key())
    database = open_database(settings.required_database_url(), Role.BOT, "beatway poll", 2)
    bot = open_bot(settings)
    try:
        await _check(database)
        async with bot.request:
            if settings.telegram_mode == "webhook":
                await until_stopped(keep_webhook(settings, database, bot))
            else:
                await until_stopped(poll(database, sealer, bot, settings.languages))
    finally:
        await database.close()


async def _check(database: Database) -> None:
    async with database.transaction() as session:
        await check_server(session)
        await check_schema(session)


async def until_stopped(*works: Coroutine[Any, Any, None]) -> None:
    """Run until one of them fails or a signal says stop."""
    loop = asyncio.get_running_loop()
    stopped = asyncio.Event()
    for number in STOPPING:
        loop.add_signal_handler(number, stopped.set)
    tasks = [asyncio.create_task(work) for work in works]
    waiting = asyncio.create_task(stopped.wait())
    await asyncio.wait([*tasks, waiting], return_when=asyncio.FIRST_COMPLETED)
    for task in [*tasks, waiting]:
        task.cancel()
    for result in await asyncio.gather(*tasks, return_exceptions=True):
        if isinstance(result, Exception):
            raise result
