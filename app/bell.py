"""Wake those who wait for work, in this process and from PostgreSQL's notifications."""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator

import psycopg
from psycopg import sql

from app.cancellation import heed_cancellation

log = logging.getLogger(__name__)

RECONNECT_S = 1.0


class Bell:
    """Wakes one of those who wait each time it rings."""

    def __init__(self) -> None:
        self.rung = 0
        self._condition = asyncio.Condition()

    async def ring(self) -> None:
        """Wake one; who begins to wait later is told that it has rung meanwhile."""
        async with self._condition:
            self.rung += 1
            self._condition.notify(1)

    async def wait(self, heard: int, timeout_s: float) -> None:
        """Sleep until the bell has rung since ``heard`` was read, or the time is over."""
        # Not asyncio.wait_for: it forgets that its task was cancelled when the bell rings just then.
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(timeout_s), self._condition:
                await self._condition.wait_for(lambda: self.rung != heard)


async def listen(conninfo: str, bells: dict[str, Bell]) -> None:
    """Ring the bell of each channel that PostgreSQL notifies, until cancelled."""
    while True:
        try:
            async for channel in _notifications(conninfo, list(bells)):
                await bells[channel].ring()
        except psycopg.OperationalError:
            heed_cancellation()
            log.warning("lost the connection that listens; opening another")
            await asyncio.sleep(RECONNECT_S)


async def _notifications(conninfo: str, channels: list[str]) -> AsyncIterator[str]:
    async with await psycopg.AsyncConnection.connect(conninfo, autocommit=True) as connection:
        for channel in channels:
            await connection.execute(sql.SQL("LISTEN {}").format(sql.Identifier(channel)))
        for channel in channels:
            yield channel
        async for notification in connection.notifies():
            yield notification.channel
