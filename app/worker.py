"""The worker: empties the inbox into the register and sends the outbox."""

import asyncio
import logging
import time
import traceback
from dataclasses import dataclass

import psycopg
from sqlalchemy.exc import OperationalError

from app import inbox
from app.bell import Bell
from app.bot.application import build_application, dispatch
from app.bot.manners import slow_down
from app.bot.work import App, Work
from app.botapi import ApiClient
from app.cancellation import heed_cancellation
from app.context import UseCases
from app.db import Database
from app.geocoders import UnaskedError
from app.geocoding import ask_outside
from app.group_facts import Asking, FactsUnknownError, look
from app.identity import Sealer

log = logging.getLogger(__name__)

# A notification may be lost with its connection, and a postponed update gives none when it is due.
LOOK_AGAIN_S = 1.0
RECONNECT_S = 1.0


@dataclass(frozen=True, slots=True)
class Intake:
    """What is needed to process updates.

    Attributes
    ----------
    bot : ApiClient or None
        By which Telegram is asked about public groups, never while a transaction is open.
    """

    database: Database
    context: UseCases
    sealer: Sealer
    application: App
    bot: ApiClient | None = None


def make_intake(
    database: Database,
    context: UseCases,
    sealer: Sealer,
    token: str,
    bot_username: str,
    bot: ApiClient | None = None,
) -> Intake:
    """Put together what is needed to process updates."""
    return Intake(database, context, sealer, build_application(token, bot_username), bot)


async def process_next(intake: Intake) -> bool:
    """Process one update in one transaction.

    Returns
    -------
    bool
        False when none was due.
    """
    claimed = None
    try:
        async with intake.database.transaction() as session:
            claimed = await inbox.claim(session)
            if claimed is None:
                return False
            work = Work(
                session=session,
                context=intake.context,
                sealer=intake.sealer,
                bot_username=intake.application.bot.username,
                now=intake.context.clock(),
            )
            await dispatch(intake.application, intake.sealer.unseal(claimed.sealed), work)
            await session.flush()
            await slow_down(work, claimed.chat_key)
    except OperationalError:
        raise
    except UnaskedError as unasked:
        # The update is as if it had never been taken; with the answer it is taken again.
        async with intake.database.transaction() as session:
            await ask_outside(session, intake.context, unasked.question)
    except FactsUnknownError as unknown:
        # Likewise.
        await _ask_telegram(intake, claimed, unknown)
    except Exception as error:
        if claimed is None:
            raise
        await _postpone(intake, claimed, error)
    return True


async def _ask_telegram(
    intake: Intake, claimed: inbox.Claimed | None, unknown: FactsUnknownError
) -> None:
    if claimed is None or intake.bot is None:
        raise unknown
    asking = Asking(intake.database, intake.context, intake.sealer, intake.bot)
    try:
        await look(asking, unknown.chat_id)
    except OperationalError:
        raise
    except Exception as error:  # noqa: BLE001 - as with the update itself
        await _postpone(intake, claimed, error)


async def _postpone(intake: Intake, claimed: inbox.Claimed, error: Exception) -> None:
    # The message of an exception may quote the citizen; where it happened does not.
    where = traceback.extract_tb(error.__traceback__)[-1]
    told = f"{type(error).__name__} in {where.name}, line {where.lineno} of {where.filename}"
    log.error("update %s was not processed", claimed.update_id, exc_info=error)
    async with intake.database.transaction() as session:
        if await inbox.postpone(session, claimed, told):
            log.error("update %s is set aside: %s", claimed.update_id, told)


async def drain(intake: Intake) -> int:
    """Process what is due until nothing is; return how many updates that were."""
    done = 0
    while await process_next(intake):
        done += 1
    return done


async def work_inbox(intake: Intake, woken: Bell, parallel: int, per_second: float = 0.0) -> None:
    """Process updates as they come, until cancelled.

    Parameters
    ----------
    intake, woken
    parallel : int
        Updates processed at the same time.
    per_second : float
        Updates begun in a second at most; 0 for as many as come. The others wait in the inbox.
    """
    turn = 0.0

    async def in_turn() -> None:
        nonlocal turn
        if not per_second:
            return
        now = time.monotonic()
        turn = max(now, turn + 1 / per_second)
        await asyncio.sleep(turn - now)

    async def one() -> None:
        in_a_row = 0
        while True:
            heard = woken.rung
            if in_a_row:
                await in_turn()
            try:
                busy = await process_next(intake)
            except (OperationalError, psycopg.OperationalError):
                heed_cancellation()
                log.warning("the database is away; trying again")
                await asyncio.sleep(RECONNECT_S)
                continue
            in_a_row = in_a_row + 1 if busy else 0
            if not busy:
                await woken.wait(heard, LOOK_AGAIN_S)
            elif in_a_row > 1:
                # More came than one can do: one notification may stand for many updates.
                await woken.ring()

    async with asyncio.TaskGroup() as tasks:
        for _ in range(parallel):
            tasks.create_task(one())
