"""Whatever goes on after errors still ends when it is told to, also while the database goes."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from types import SimpleNamespace
from typing import Any, cast

import psycopg
import pytest
from sqlalchemy.exc import OperationalError

from app.bell import Bell
from app.boundary_schedule import keep_schedule
from app.duty_watch import keep_watch
from app.telling import keep_told
from app.worker import Intake, work_inbox


class Breaking:
    """A database whose connection breaks at the moment in which a query is cancelled."""

    def __init__(self) -> None:
        self.asked = asyncio.Event()

    @asynccontextmanager
    async def transaction(self, *_: object, **__: object) -> AsyncIterator[Any]:
        self.asked.set()
        try:
            await asyncio.sleep(600)
        except asyncio.CancelledError:
            broken = psycopg.OperationalError("the connection is closed")
            raise OperationalError("SELECT", {}, broken) from None
        yield


def emptying(database: Any) -> Awaitable[None]:
    return work_inbox(cast("Intake", SimpleNamespace(database=database)), Bell(), 2)


LOOPS: dict[str, Callable[[Any], Awaitable[None]]] = {
    "inbox": emptying,
    "schedule": lambda database: keep_schedule(database, cast("Any", None)),
    "duty": lambda database: keep_watch(database, cast("Any", None)),
    "officers": lambda database: keep_told(database, cast("Any", None), Bell()),
}


@pytest.mark.parametrize("work", LOOPS.values(), ids=list(LOOPS))
async def test_a_loop_ends_when_its_cancelled_query_fails_with_the_connection(
    work: Callable[[Any], Awaitable[None]],
) -> None:
    database = Breaking()
    task = asyncio.ensure_future(work(database))
    async with asyncio.timeout(5):
        await database.asked.wait()
    task.cancel()
    done, _ = await asyncio.wait([task], timeout=5)
    assert done
    assert task.cancelled()


@pytest.mark.parametrize("turns", range(8))
async def test_who_waits_for_a_bell_ends_also_when_it_rings_at_that_moment(turns: int) -> None:
    bell = Bell()

    async def listen() -> None:
        await bell.wait(bell.rung, 600)
        await asyncio.sleep(600)

    task = asyncio.ensure_future(listen())
    await asyncio.sleep(0.01)
    await bell.ring()
    for _ in range(turns):
        await asyncio.sleep(0)
    task.cancel()
    done, _ = await asyncio.wait([task], timeout=5)
    assert done
    assert task.cancelled()
