"""``getUpdates``: long polling, one at a time."""

import asyncio
import time
from typing import Any

from starlette.types import Receive

from app.emulator import methods, updates
from app.emulator.core import Emulator, Poll
from app.emulator.errors import conflict
from app.emulator.params import Params

_LONGEST = 50
# A bot that has not asked for this long is away, not between two polls.
_AWAY_SECONDS = 10.0


async def get_updates(emulator: Emulator, params: Params, receive: Receive) -> list[dict[str, Any]]:
    """Answer ``getUpdates``.

    Parameters
    ----------
    params
        ``offset``, ``limit``, ``timeout`` (seconds), ``allowed_updates``.
    receive
        The request's channel, by which the loss of the client is seen.

    Returns
    -------
    list of dict
        Updates, none when the time is up.

    Raises
    ------
    BotApiError
        409, when a webhook is set, or as soon as another call takes this one's place.
    """
    if emulator.storage.value("webhook"):
        raise conflict(
            "can't use getUpdates method while webhook is active;"
            " use deleteWebhook to delete the webhook first"
        )
    if emulator.poll is not None:
        emulator.poll.why = (
            "terminated by other getUpdates request;"
            " make sure that only one bot instance is running"
        )
        emulator.poll.ended.set()
    methods.updates_asked(emulator, params)
    offset = params.integer("offset") or 0
    if offset > 0:
        updates.acknowledge_below(emulator, offset)
    elif offset < 0:
        updates.keep_last(emulator, -offset)
    limit = min(100, max(1, params.integer("limit") or 100))
    timeout = min(_LONGEST, max(0, params.integer("timeout") or 0))
    poll = emulator.poll = Poll()
    try:
        return await _wait(emulator, poll, limit, timeout, receive)
    finally:
        emulator.polled_at = time.monotonic()
        if emulator.poll is poll:
            emulator.poll = None


async def _wait(
    emulator: Emulator, poll: Poll, limit: int, seconds: int, receive: Receive
) -> list[dict[str, Any]]:
    until = time.monotonic() + seconds
    gone = asyncio.ensure_future(_disconnected(receive))
    ended = asyncio.ensure_future(poll.ended.wait())
    try:
        while True:
            if poll.ended.is_set():
                raise conflict(poll.why)
            upcoming = emulator.arrivals.upcoming()
            batch = updates.take(emulator, limit)
            left = until - time.monotonic()
            if batch or left <= 0 or gone.done() or emulator.stopping:
                return batch
            arrival = asyncio.ensure_future(upcoming.wait())
            await asyncio.wait(
                {arrival, gone, ended}, timeout=left, return_when=asyncio.FIRST_COMPLETED
            )
            arrival.cancel()
    finally:
        gone.cancel()
        ended.cancel()


async def _disconnected(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


def online(emulator: Emulator) -> bool:
    """Tell whether the bot gets updates just now."""
    if emulator.storage.value("webhook"):
        return emulator.hook_answered or updates.pending(emulator) == 0
    if emulator.poll is not None:
        return True
    last = emulator.polled_at
    return last is not None and time.monotonic() - last < _AWAY_SECONDS
