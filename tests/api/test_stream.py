"""The event stream, over a real server."""

import asyncio
import json
import os
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest
import uvicorn
from fastapi import FastAPI

from app.api import stream as stream_api
from app.permissions import Scope
from app.stream import LONGEST_BACKLOG, WAITING_ROOM, Event, Position, Subscriber
from tests.api.conftest import ALONE, EAST, WEST, Site, free_port, opened

ROOT = Path(__file__).resolve().parents[2]
PATIENCE_S = 20


async def until(true: Callable[[], bool]) -> None:
    """Wait until something is so that nothing tells of."""
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline:
        if true():
            return
        await asyncio.sleep(0.01)
    pytest.fail("it did not come to pass")


@asynccontextmanager
async def served(app: FastAPI) -> AsyncIterator[str]:
    """Serve an application whose lifespan has begun already."""
    config = uvicorn.Config(app, port=free_port(), log_config=None, lifespan="off")
    server = uvicorn.Server(config)
    task = asyncio.create_task(server._serve())
    await until(lambda: server.started)
    try:
        yield f"http://127.0.0.1:{config.port}"
    finally:
        app.state.parts.hub.close()
        server.should_exit = True
        await task


class Watcher:
    """Reads an event stream."""

    def __init__(self, response: httpx.Response) -> None:
        self._lines = response.aiter_lines()
        self.last_id: str | None = None

    async def next(self) -> tuple[str, Any] | None:
        """Return the next event, or None at the end."""
        kind, data = "", None
        async with asyncio.timeout(PATIENCE_S):
            async for line in self._lines:
                name, _, value = line.partition(": ")
                if name == "event":
                    kind = value
                elif name == "data":
                    data = json.loads(value)
                elif name == "id":
                    self.last_id = value
                elif not line and kind:
                    return kind, data
        return None

    async def of_kind(self, kind: str) -> Any:
        """Return the next change of one kind."""
        while True:
            event = await self.next()
            assert event is not None, f"the stream ended without {kind}"
            if event[0] == "report" and event[1]["kind"] == kind:
                return event[1]

    async def numbers_until(self, number: str) -> list[str]:
        """Return the reports told of up to and with one."""
        numbers: list[str] = []
        while number not in numbers:
            event = await self.next()
            assert event is not None, f"the stream ended without {number}"
            if event[0] == "report":
                numbers.append(event[1]["number"])
        return numbers


@pytest.fixture
async def base(site: Site) -> AsyncIterator[str]:
    async with asyncio.timeout(PATIENCE_S):
        await site.app.state.parts.hub.listening.wait()
    async with served(site.app) as base:
        yield base


@asynccontextmanager
async def watching(
    site: Site, base: str, login: str, last_event_id: str | None = None, **headers: str
) -> AsyncIterator[Watcher]:
    headers.setdefault("Authorization", f"Bearer {site.tokens[login]}")
    if last_event_id is not None:
        headers["Last-Event-ID"] = last_event_id
    async with (
        httpx.AsyncClient(base_url=base, headers=headers, timeout=PATIENCE_S) as client,
        client.stream("GET", "/api/v1/stream") as response,
    ):
        assert response.status_code == 200
        assert response.headers["content-type"].startswith("text/event-stream")
        assert response.headers["cache-control"] == "no-cache"
        yield Watcher(response)


async def test_a_report_is_told_to_those_who_see_it(site: Site, base: str) -> None:
    async with (
        watching(site, base, "officer") as own,
        watching(site, base, "stranger") as other,
        watching(site, base, "desk") as desk,
    ):
        for watcher in (own, other, desk):
            assert await watcher.next() == ("hello", {})
        theirs = await site.report(WEST)
        told = {
            "number": theirs.number,
            "version": 1,
            "kind": "registered",
            "status": "queued",
            "precinct": "C",
            "beat": "C-1",
            "gone": False,
        }
        assert await own.next() == ("report", told)
        assert await desk.next() == ("report", told)
        elsewhere = await site.report(ALONE)
        nowhere = await site.report(None)
        # The first thing the other precinct hears of is its own report.
        assert await other.numbers_until(elsewhere.number) == [elsewhere.number]
        assert await desk.numbers_until(nowhere.number) == [elsewhere.number, nowhere.number]


async def test_the_precinct_that_loses_a_report_is_told(site: Site, base: str) -> None:
    report = await site.report(WEST)
    async with (
        watching(site, base, "officer") as loser,
        watching(site, base, "stranger") as winner,
    ):
        assert await loser.next() == ("hello", {})
        assert await winner.next() == ("hello", {})
        path = f"/api/v1/reports/{report.number}/assignment"
        await site.as_("desk").post(path, json={"officer": "O3", "why": "x"})
        told = await loser.of_kind("assigned")
        assert (told["gone"], told["precinct"], told["status"]) == (True, None, None)
        told = await winner.of_kind("assigned")
        assert (told["gone"], told["precinct"]) == (False, "P")


async def test_who_comes_back_is_told_what_they_missed(site: Site, base: str) -> None:
    async with watching(site, base, "officer") as watcher:
        assert await watcher.next() == ("hello", {})
        first = await site.report(WEST)
        await watcher.numbers_until(first.number)
    missed = [(await site.report(point)).number for point in (WEST, ALONE, EAST)]
    async with watching(site, base, "officer", watcher.last_id) as again:
        assert await again.next() == ("hello", {})
        numbers = await again.numbers_until(missed[2])
    # The last one seen may come once more; another precinct's never comes.
    assert [n for n in numbers if n != first.number] == [missed[0], missed[2]]


async def test_who_comes_back_before_any_event_misses_none(site: Site, base: str) -> None:
    async with watching(site, base, "officer") as watcher:
        assert await watcher.next() == ("hello", {})
    missed = await site.report(WEST)
    async with watching(site, base, "officer", watcher.last_id) as again:
        assert await again.numbers_until(missed.number) == [missed.number]


async def test_a_late_commit_is_not_missed(site: Site, base: str) -> None:
    report = await site.report(WEST)
    insert = (
        "INSERT INTO report_event (report_id, version, actor, kind, precincts)"
        " VALUES (%s, 9, 'late', 'late', '[\"C\"]')"
    )
    async with (
        await psycopg.AsyncConnection.connect(site.url) as late,
        watching(site, base, "officer") as watcher,
    ):
        assert await watcher.next() == ("hello", {})
        await late.execute(insert, [report.id])
        # Begun later, committed earlier: told at once all the same.
        early = await site.report(EAST)
        await watcher.numbers_until(early.number)
        position = watcher.last_id
        await late.commit()
        assert (await watcher.of_kind("late"))["number"] == report.number
    async with watching(site, base, "officer", position) as again:
        assert (await again.of_kind("late"))["number"] == report.number


async def test_a_position_that_is_none_means_read_all_anew(site: Site, base: str) -> None:
    token = {"Authorization": f"Bearer {site.tokens['officer']}"}
    async with httpx.AsyncClient(base_url=base, headers=token, timeout=PATIENCE_S) as client:
        for last in ("nonsense", "-", "1-", "1-2-3", "９-１", f"{2**62}-1", "9" * 50):
            path = httpx.URL("/api/v1/stream", params={"last_event_id": last})
            async with client.stream("GET", path) as response:
                watcher = Watcher(response)
                assert await watcher.next() == ("hello", {})
                assert await watcher.next() == ("reset", {}), last
                report = await site.report(WEST)
                await watcher.numbers_until(report.number)


async def test_who_was_away_too_long_reads_all_anew(site: Site, base: str) -> None:
    async with watching(site, base, "officer") as watcher:
        assert await watcher.next() == ("hello", {})
    report = await site.report(WEST)
    await site.sql(
        "INSERT INTO report_event (report_id, version, actor, kind)"
        " SELECT :id, n, 'x', 'x' FROM generate_series(1, :n) n",
        id=report.id,
        n=LONGEST_BACKLOG + 1,
    )
    async with watching(site, base, "officer", watcher.last_id) as again:
        assert await again.next() == ("hello", {})
        assert await again.next() == ("reset", {})


@pytest.mark.parametrize(
    "change",
    [
        "DELETE FROM staff_session",
        "UPDATE staff SET active = false",
        "UPDATE staff SET role = 'gis'",
        "UPDATE staff SET precinct_code = 'P'",
    ],
)
async def test_a_stream_ends_with_the_rights_it_was_opened_with(
    site: Site, base: str, monkeypatch: pytest.MonkeyPatch, change: str
) -> None:
    monkeypatch.setattr(stream_api, "CHECK_S", 0.05)
    client = await site.logged_in("officer")
    cookie = {"Cookie": f"beatway_session={client.cookies['beatway_session']}"}
    async with (
        httpx.AsyncClient(base_url=base, headers=cookie, timeout=PATIENCE_S) as browser,
        browser.stream("GET", "/api/v1/stream") as response,
    ):
        watcher = Watcher(response)
        assert await watcher.next() == ("hello", {})
        await site.sql(change)
        assert await watcher.next() is None


async def test_it_listens_again_after_the_database_was_away(site: Site, base: str) -> None:
    async with watching(site, base, "officer") as watcher:
        assert await watcher.next() == ("hello", {})
        ended = await site.sql(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            " AND query LIKE 'LISTEN%'"
        )
        assert len(ended) == 1
        report = await site.report(WEST)
        assert await watcher.numbers_until(report.number) == [report.number]


async def test_an_open_stream_holds_no_transaction(site: Site, base: str) -> None:
    async with watching(site, base, "officer") as watcher:
        assert await watcher.next() == ("hello", {})
        rows = await site.sql(
            "SELECT state, query FROM pg_stat_activity WHERE datname = current_database()"
            " AND pid <> pg_backend_pid() AND state LIKE 'idle in transaction%'"
        )
        assert rows == []


async def test_who_leaves_is_forgotten(site: Site, base: str) -> None:
    hub = site.app.state.parts.hub
    async with watching(site, base, "officer") as watcher:
        assert await watcher.next() == ("hello", {})
        assert len(hub._subscribers) == 1
    await until(lambda: not hub._subscribers)


def test_who_does_not_keep_up_is_cut_off() -> None:
    subscriber = Subscriber(Scope())
    event = Event(1, 1, "2026-000001", 1, "x", "queued", "C", None, frozenset({"C"}))
    for _ in range(WAITING_ROOM):
        subscriber.offer(Position(1, 1), event)
    assert subscriber.waiting.full()
    subscriber.offer(Position(1, 1), event)
    assert subscriber.ended
    assert subscriber.waiting.get_nowait() is None
    subscriber.offer(Position(1, 1), event)
    assert subscriber.waiting.empty()


async def answering(base: str, process: asyncio.subprocess.Process) -> None:
    """Wait until a server answers."""
    async with asyncio.timeout(60), httpx.AsyncClient() as client:
        while process.returncode is None:
            try:
                await client.get(f"{base}/health/live")
                return
            except httpx.TransportError:
                await asyncio.sleep(0.05)


async def test_open_streams_do_not_keep_the_server_from_stopping(
    fresh_database_url: Callable[[], str],
) -> None:
    url = fresh_database_url()
    async with opened(url) as site:
        port = free_port()
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "uvicorn", "--factory", "app.main:create_app"),
            *("--port", f"{port}"),
            cwd=ROOT,
            env=os.environ
            | {"BEATWAY_DATABASE_URL": url, "BEATWAY_SECRET_KEY": "a secret key for tests"},
            stderr=subprocess.PIPE,
        )
        try:
            base = f"http://127.0.0.1:{port}"
            await answering(base, process)
            async with watching(site, base, "officer") as watcher:
                assert await watcher.next() == ("hello", {})
                process.terminate()
                assert await watcher.next() is None
            _, errors = await asyncio.wait_for(process.communicate(), PATIENCE_S)
            assert b"Finished server process" in errors
            assert b"Traceback" not in errors
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()
