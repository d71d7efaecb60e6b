"""Keeps facts, days and months right while things happen."""

import asyncio
import logging
import time

from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError

from app.cancellation import heed_cancellation
from app.context import UseCases
from app.db import Database
from app.evidence_facts import BATCH, catch_up
from app.evidence_months import count_one

log = logging.getLogger(__name__)

# Figures are read in days, not in seconds, and each time a whole day is written.
PAUSE_S = 5.0
MONTHS_EVERY_S = 600.0
RECONNECT_S = 5.0


async def bring_up_to_date(database: Database, context: UseCases, limit: int = BATCH) -> int:
    """Take in all that has happened; return how many events that were."""
    total, taken = 0, limit
    while taken == limit:
        async with database.transaction() as session:
            taken = await catch_up(session, context, limit) or 0
        total += taken
    return total


async def count_months(database: Database, context: UseCases) -> int:
    """Count every month that has no right counters; return how many those were."""
    total = 0
    while True:
        async with database.transaction() as session:
            if await count_one(session, context) is None:
                return total
        total += 1


async def keep_evidence(database: Database, context: UseCases) -> None:
    """Do both until cancelled; any number of processes may."""
    counted_at = -MONTHS_EVERY_S
    while True:
        try:
            await bring_up_to_date(database, context)
            if time.monotonic() - counted_at >= MONTHS_EVERY_S:
                await count_months(database, context)
                counted_at = time.monotonic()
        except (DBAPIError, InterfaceError, OperationalError, OSError) as error:
            heed_cancellation()
            log.warning("the figures are not up to date: %s", error)
            await asyncio.sleep(RECONNECT_S)
        await asyncio.sleep(PAUSE_S)
