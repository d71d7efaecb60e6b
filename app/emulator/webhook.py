"""Delivery of updates to a webhook: in order within a chat, many chats at once."""

import asyncio
import logging
from collections import deque
from typing import Any

import httpx

from app.emulator import updates
from app.emulator.core import Emulator, now

_SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105 - a header's name
_FIRST_BACKOFF = 1.0
_LONGEST_BACKOFF = 60.0
_TIMEOUT = 30.0
_PAGE = 1000
_log = logging.getLogger(__name__)


class WebhookDelivery:
    """Sends what is pending for as long as a webhook is set.

    Parameters
    ----------
    emulator
        Where the updates come from.
    """

    def __init__(self, emulator: Emulator) -> None:
        self._emulator = emulator
        self._hook: dict[str, Any] | None = None
        self._lanes: dict[int, deque[int]] = {}
        self._queued: set[int] = set()
        self._workers: dict[int, asyncio.Task[None]] = {}
        self._slots = asyncio.Semaphore(1)

    async def run(self) -> None:
        """Deliver until cancelled."""
        async with httpx.AsyncClient(
            timeout=_TIMEOUT, limits=httpx.Limits(max_connections=None), trust_env=False
        ) as client:
            try:
                while not self._emulator.stopping:
                    upcoming = self._emulator.arrivals.upcoming()
                    self._follow_settings()
                    if self._hook is not None and not self._emulator.delivery.hold:
                        self._feed()
                        self._start_workers(client)
                    await upcoming.wait()
            finally:
                self._drop_workers()

    def _follow_settings(self) -> None:
        hook = self._emulator.storage.value("webhook")
        if hook == self._hook:
            return
        self._drop_workers()
        self._hook = hook
        if hook is not None:
            self._slots = asyncio.Semaphore(hook["max_connections"])

    def _drop_workers(self) -> None:
        for worker in self._workers.values():
            worker.cancel()
        self._workers.clear()
        self._lanes.clear()
        self._queued.clear()

    def _feed(self) -> None:
        after = 0
        while True:
            rows = self._emulator.storage.rows(
                "SELECT update_id, lane FROM updates WHERE acknowledged = 0 AND update_id > ?"
                " ORDER BY update_id LIMIT ?",
                after,
                _PAGE,
            )
            fresh = [row for row in rows if row["update_id"] not in self._queued]
            for row in fresh:
                self._queued.add(row["update_id"])
                # Out of order: a lane of its own for every update.
                lane = -row["update_id"] if self._emulator.delivery.reorder else row["lane"]
                self._lanes.setdefault(lane, deque()).append(row["update_id"])
            if len(rows) < _PAGE:
                return
            after = rows[-1]["update_id"]

    def _start_workers(self, client: httpx.AsyncClient) -> None:
        lanes = [lane for lane in self._lanes if lane not in self._workers]
        if self._emulator.delivery.reorder:
            self._emulator.random.shuffle(lanes)
        for lane in lanes:
            self._workers[lane] = asyncio.create_task(self._work(client, lane, self._lanes[lane]))

    async def _work(self, client: httpx.AsyncClient, lane: int, queue: deque[int]) -> None:
        backoff = _FIRST_BACKOFF
        while queue:
            if self._emulator.delivery.hold:
                self._queued.difference_update(queue)
                break
            async with self._slots:
                error = await self._deliver(client, queue[0])
            if error is None:
                backoff = _FIRST_BACKOFF
                update_id = queue.popleft()
                if updates.acknowledge_one(self._emulator, update_id):
                    queue.append(update_id)
                else:
                    self._queued.discard(update_id)
                self._emulator.hook_answered = True
            else:
                self._failed(error)
                await asyncio.sleep(backoff / self._emulator.config.speed)
                backoff = min(_LONGEST_BACKOFF, backoff * 2)
        self._lanes.pop(lane, None)
        self._workers.pop(lane, None)

    async def _deliver(self, client: httpx.AsyncClient, update_id: int) -> str | None:
        row = self._emulator.storage.row(
            "SELECT * FROM updates WHERE update_id = ? AND acknowledged = 0", update_id
        )
        hook = self._hook
        if row is None or hook is None:
            return None
        self._emulator.storage.execute(
            "UPDATE updates SET deliveries = deliveries + 1 WHERE update_id = ?", update_id
        )
        headers = {_SECRET_HEADER: hook["secret"]} if hook["secret"] else {}
        try:
            response = await client.post(
                hook["url"],
                json=updates.as_update(update_id, row["kind"], row["payload"]),
                headers=headers,
            )
        except httpx.TimeoutException:
            return "Connection timed out"
        except httpx.ConnectError:
            return "Connection refused"
        except httpx.HTTPError as problem:
            return f"Read error: {problem}"
        if response.is_success:
            return None
        return f"Wrong response from the webhook: {response.status_code} {response.reason_phrase}"

    def _failed(self, error: str) -> None:
        _log.info("webhook: %s", error)
        self._emulator.hook_answered = False
        self._emulator.storage.put(
            "webhook_error", {"last_error_date": now(), "last_error_message": error}
        )
