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
from app.dispatch_watch import keep_rules_watched
from app.duty_watch import keep_watch
from app.escalation import keep_escalating
from app.evidence_watch import keep_evidence
from app.group_facts import Asking
from app.group_facts import keep_looking as keep_asking
from app.identity import Sealer
from app.inbox_watch import Watching, set_limits
from app.inbox_watch import keep_looking as keep_paced
from app.key_check import check_keys
from app.migration import check_schema
from app.pace import Pace
from app.poller import keep_webhook, poll, username
from app.purge_daily import keep_purging, keep_sealing
from app.sender import Sending, send_outbox
from app.settings import Settings
from app.subscription_work import keep_subscribers_told
from app.telling import TEND, keep_told
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
        settings.required_database_url(), Role.BOT, "beatway worker", pool_size=parallel + 10
    )
    context = use_cases(settings)
    try:
        await _check(database, settings)
        if settings.telegram_token is None:
            log.info("there is no Telegram token: only scheduled changes are made")
            changed = Bell()
            await until_stopped(
                keep_schedule(database, context),
                keep_watch(database, context),
                keep_escalating(database, context),
                keep_told(database, context, changed, TEND),
                listen(database.conninfo, {"beatway_report_event": changed}),
                keep_rules_watched(database, context),
                keep_sealing(database),
                keep_purging(database, context),
                keep_evidence(database, context),
                keep_subscribers_told(database, context, settings, _sealer(settings)),
            )
        else:
            await _work(settings, database, context, parallel)
    finally:
        await database.close()


def _sealer(settings: Settings) -> Sealer | None:
    return Sealer(*settings.required_secrets()) if settings.secret_key else None


async def _work(settings: Settings, database: Database, context: UseCases, parallel: int) -> None:
    sealer = Sealer(*settings.required_secrets())
    bot = open_bot(settings)
    arrived, queued, changed = Bell(), Bell(), Bell()

    async def work() -> None:
        name = await username(database, bot)
        intake = make_intake(database, context, sealer, settings.required_token(), name, bot)
        await set_limits(database, settings.inbox_steps)
        await work_inbox(intake, arrived, parallel, settings.intake_per_second)

    async def send() -> None:
        await send_outbox(Sending(database, sealer, bot, Pace(), context.timezone), queued)

    bells = {"beatway_inbox": arrived, "beatway_outbox": queued, "beatway_report_event": changed}
    async with bot.request:
        await until_stopped(
            work(),
            send(),
            keep_schedule(database, context),
            keep_watch(database, context),
            keep_escalating(database, context),
            keep_rules_watched(database, context),
            keep_sealing(database),
            keep_purging(database, context),
            keep_evidence(database, context),
            keep_told(database, context, changed),
            keep_paced(Watching(database, context, sealer)),
            keep_asking(Asking(database, context, sealer, bot)),
            keep_subscribers_told(database, context, settings, sealer),
            listen(database.conninfo, bells),
        )


async def run_poller(settings: Settings) -> None:
    """Fetch updates, or keep the webhook set, until told to stop.

    Raises
    ------
    SettingsError, DatabaseUnfitError
    """
    sealer = Sealer(*settings.required_secrets())
    database = open_database(settings.required_database_url(), Role.BOT, "beatway poll", 2)
    bot = open_bot(settings)
    try:
        await _check(database, settings)
        async with bot.request:
            if settings.telegram_mode == "webhook":
                await until_stopped(keep_webhook(settings, database, bot))
            else:
                await until_stopped(poll(database, sealer, bot, settings.languages))
    finally:
        await database.close()


async def _check(database: Database, settings: Settings) -> None:
    async with database.transaction() as session:
        await check_server(session)
        await check_schema(session)
    if settings.secret_key is not None:
        await check_keys(settings.required_database_url(), Role.BOT, settings.required_secrets())


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
