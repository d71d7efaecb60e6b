"""What happens, told to whoever watches: the chat page and the delivery of updates."""

import asyncio
from typing import Any

_BACKLOG = 1000


class Signal:
    """Wakes everybody who waits for something to change."""

    def __init__(self) -> None:
        self._event = asyncio.Event()

    def notify(self) -> None:
        """Wake all who wait now."""
        self._event.set()
        self._event = asyncio.Event()

    def upcoming(self) -> asyncio.Event:
        """Give the event of the next change; take it before looking at how things stand."""
        return self._event


class EventBus:
    """Hands every event to every open stream."""

    def __init__(self) -> None:
        self._queues: set[asyncio.Queue[dict[str, Any] | None]] = set()

    def open(self) -> asyncio.Queue[dict[str, Any] | None]:
        """Begin to listen; None in the queue means that the stream has ended."""
        queue: asyncio.Queue[dict[str, Any] | None] = asyncio.Queue(_BACKLOG)
        self._queues.add(queue)
        return queue

    def close(self, queue: asyncio.Queue[dict[str, Any] | None]) -> None:
        """Stop listening."""
        self._queues.discard(queue)

    def publish(self, kind: str, **fields: Any) -> None:
        """Tell all listeners; one that cannot keep up is cut off and has to read anew."""
        event = {"kind": kind, **fields}
        for queue in list(self._queues):
            try:
                queue.put_nowait(event)
            except asyncio.QueueFull:
                self._end(queue)

    def end(self) -> None:
        """End all streams, for the server to stop."""
        for queue in list(self._queues):
            self._end(queue)

    def _end(self, queue: asyncio.Queue[dict[str, Any] | None]) -> None:
        self._queues.discard(queue)
        while queue.full():
            queue.get_nowait()
        queue.put_nowait(None)
