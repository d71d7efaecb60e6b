"""Working while the database works."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

Awaited = TypeVar("Awaited")
Worked = TypeVar("Worked")


async def beside(awaited: Awaitable[Awaited], work: Callable[[], Worked]) -> tuple[Awaited, Worked]:
    """Await something while a plain function runs in a thread, and return what both come to.

    Parameters
    ----------
    awaited : awaitable
    work : callable
        It is waited for in any case: nothing runs on behind an error.
    """
    thread = asyncio.create_task(asyncio.to_thread(work))
    try:
        done = await awaited
    finally:
        await asyncio.wait([thread])
    return done, thread.result()
