"""Work that goes on after errors, and yet ends when it is cancelled."""

import asyncio


def heed_cancellation() -> None:
    """Raise the cancellation of this task that another error has taken the place of.

    A query that is cancelled while its connection breaks fails with the connection's error. A loop
    that goes on after such errors calls this first, or it never ends.

    Raises
    ------
    asyncio.CancelledError
        When somebody has asked this task to end.
    """
    task = asyncio.current_task()
    if task is not None and task.cancelling():
        raise asyncio.CancelledError
