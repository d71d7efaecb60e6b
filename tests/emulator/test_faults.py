"""Faults on demand, limits, restarts and webhooks."""

import asyncio
import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import telegram
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from app.emulator import testing
from app.emulator.config import DEMO_TOKEN, EmulatorConfig
from tests.emulator.steps import (
    JOHN,
    OLENA,
    PETRO,
    act,
    call,
    connected,
    journal,
    messages,
    served_app,
    until,
)


@pytest.fixture
def talking(server: testing.Running) -> testing.Running:
    for person in (OLENA, PETRO, JOHN):
        act(server, person, "start")
    return server


def fault(server: testing.Running, **spec: Any) -> dict[str, Any]:
    response = server.control.post("/faults", json=spec)
    assert response.status_code == 201, response.text
    made: dict[str, Any] = response.json()
    return made


async def test_too_many_requests_for_one_chat(talking: testing.Running, bot: telegram.Bot) -> None:
    fault(talking, kind="too_many_requests", method="sendMessage", chat_id=OLENA, retry_after=3)
    assert (await bot.send_message(PETRO, "!")).text == "!"
    with pytest.raises(telegram.error.RetryAfter) as caught:
        await bot.send_message(OLENA, "!")
    assert caught.value._retry_after.total_seconds() == 3
    assert (await bot.send_message(OLENA, "!")).text == "!"
    assert [entry["status"] for entry in journal(talking, "sendMessage")] == [200, 429, 200]


async def test_server_errors_skip_and_repeat(talking: testing.Running, bot: telegram.Bot) -> None:
    made = fault(talking, kind="server_error", method="sendMessage", status=502, skip=1, times=2)
    statuses = [call(talking, "sendMessage", chat_id=OLENA, text="!").status_code for _ in range(4)]
    assert statuses == [200, 502, 502, 200]
    assert len(messages(talking, OLENA)) == 1 + 2
    assert talking.control.delete(f"/faults/{made['id']}").status_code == 404


async def test_a_dropped_call_is_done_or_not(talking: testing.Running, bot: telegram.Bot) -> None:
    fault(talking, kind="drop_before", method="sendMessage")
    with pytest.raises(telegram.error.NetworkError):
        await bot.send_message(OLENA, "загублене")
    fault(talking, kind="drop_after", method="sendMessage")
    with pytest.raises(telegram.error.NetworkError):
        await bot.send_message(OLENA, "доставлене")
    texts = [message["text"] for message in messages(talking, OLENA)]
    assert texts == ["/start", "доставлене"]
    noted = [(entry["status"], entry["answered"]) for entry in journal(talking, "sendMessage")]
    assert noted == [(0, False), (200, False)]


def test_chance_is_repeatable() -> None:
    def statuses() -> list[int]:
        with testing.start(EmulatorConfig(seed=11)) as running:
            act(running, OLENA, "start")
            fault(running, kind="blocked", method="sendMessage", times=None, probability=0.5)
            sent = (call(running, "sendMessage", chat_id=OLENA, text="!") for _ in range(20))
            return [response.status_code for response in sent]

    first = statuses()
    assert set(first) == {200, 403}
    assert statuses() == first


def test_limits_are_counted_and_enforced(talking: testing.Running) -> None:
    for _ in range(4):
        assert call(talking, "sendMessage", chat_id=OLENA, text="!").status_code == 200
    counted = talking.control.get("/limits").json()
    assert counted["violations"] == 1
    assert counted["latest"][0]["rules"] == ["chat"]
    spec = {"enforce": True, "chat_burst": 1}
    talking.control.put("/limits", json=spec).raise_for_status()
    assert call(talking, "sendMessage", chat_id=OLENA, text="!").status_code == 200
    refused = call(talking, "sendMessage", chat_id=OLENA, text="!")
    assert refused.status_code == 429
    assert refused.json()["parameters"] == {"retry_after": 1}
    assert refused.headers["retry-after"] == "1"
    assert call(talking, "sendMessage", chat_id=PETRO, text="!").status_code == 200


def test_limits_of_all_chats_and_of_a_group() -> None:
    with testing.start() as running:
        group = running.control.post("/groups", json={"title": "Двір", "members": [OLENA]}).json()
        running.control.put(
            "/limits", json={"chat_burst": 1000, "per_second": 1000, "group_per_minute": 20}
        ).raise_for_status()
        for _ in range(21):
            call(running, "sendMessage", chat_id=group["id"], text="!")
        assert [entry["rules"] for entry in running.control.get("/limits").json()["latest"]] == [
            ["group"]
        ]
        running.control.put(
            "/limits", json={"chat_burst": 1000, "per_second": 1}
        ).raise_for_status()
        act(running, OLENA, "start")
        sent = [call(running, "sendMessage", chat_id=OLENA, text="!") for _ in range(2)]
        assert all(response.is_success for response in sent)
        assert running.control.get("/limits").json()["latest"][-1]["rules"] == ["all"]


async def test_a_restart_cuts_polls_and_loses_nothing(
    talking: testing.Running, bot: telegram.Bot
) -> None:
    waiting = asyncio.create_task(bot.get_updates(offset=2**40, timeout=30))
    await until(lambda: _polling(talking))
    act(talking, JOHN, "text", text="hello")
    await waiting
    waiting = asyncio.create_task(bot.get_updates(offset=2**40, timeout=30))
    await until(lambda: _polling(talking))
    talking.control.post("/restart", json={"down_for": 0.2}).raise_for_status()
    with pytest.raises(telegram.error.NetworkError):
        await waiting
    with contextlib.suppress(httpx.TransportError):
        talking.control.get("/state")
    state = await asyncio.to_thread(_retrying, talking)
    assert state["bot"]["online"] is False
    assert [message["text"] for message in messages(talking, JOHN)] == ["/start", "hello"]


def _retrying(server: testing.Running) -> Any:
    deadline = time.monotonic() + 15
    while True:
        try:
            return server.control.get("/state").json()
        except httpx.TransportError:
            assert time.monotonic() < deadline
            time.sleep(0.02)


async def _polling(server: testing.Running) -> bool:
    return server.emulator.poll is not None


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextlib.contextmanager
def process(folder: Path, port: int) -> Iterator[subprocess.Popen[bytes]]:
    command = [sys.executable, "-m", "app.emulator", "--port", str(port), "--data-dir", str(folder)]
    child = subprocess.Popen(command)
    try:
        deadline = time.monotonic() + 30
        while True:
            assert child.poll() is None
            with contextlib.suppress(httpx.TransportError):
                httpx.get(f"http://127.0.0.1:{port}/control/state", trust_env=False)
                break
            assert time.monotonic() < deadline
            time.sleep(0.05)
        yield child
    finally:
        child.kill()
        child.wait()


def control(url: str) -> httpx.AsyncClient:
    return httpx.AsyncClient(base_url=f"{url}/control", trust_env=False)


async def test_everything_outlives_a_kill(tmp_path: Path) -> None:
    port = _free_port()
    url = f"http://127.0.0.1:{port}"
    seen: list[int] = []
    ids: list[int] = []
    for round_number in range(2):
        with process(tmp_path, port) as child:
            async with connected(DEMO_TOKEN, url) as bot, control(url) as client:
                old = [update.update_id for update in await bot.get_updates()]
                assert old == seen
                for number in range(5):
                    text = f"{round_number}.{number}"
                    sent = await client.post(f"/people/{OLENA}/text", json={"text": text})
                    ids.append(sent.json()["message_id"])
                answer = await bot.send_message(OLENA, "записано")
                ids.append(answer.message_id)
                seen = [update.update_id for update in await bot.get_updates()]
            os.kill(child.pid, signal.SIGKILL)
            child.wait()
    assert len(seen) == 10
    assert ids == sorted(set(ids))
    with process(tmp_path, port) as child:
        async with control(url) as client:
            kept = await client.get(f"/chats/{OLENA}/messages")
        assert [entry["message"]["message_id"] for entry in kept.json()] == ids
        child.terminate()
        assert child.wait(15) == -signal.SIGTERM


class Hook:
    """A bot's own server, which refuses when it is told to."""

    def __init__(self) -> None:
        self.got: list[tuple[str | None, dict[str, Any]]] = []
        self.statuses: list[int] = []
        self.at_once = 0
        self.most_at_once = 0

    async def answer(self, request: Request) -> Response:
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        update = await request.json()
        await asyncio.sleep(0.01)
        self.at_once -= 1
        status = self.statuses.pop(0) if self.statuses else 200
        if status == 200:
            secret = request.headers.get("x-telegram-bot-api-secret-token")
            self.got.append((secret, update))
        return Response(status_code=status)

    def texts(self) -> list[str]:
        return [update["message"]["text"] for _, update in self.got]


def listening(hook: Hook) -> contextlib.AbstractAsyncContextManager[str]:
    return served_app(Starlette(routes=[Route("/", hook.answer, methods=["POST"])]))


async def test_a_webhook_gets_all_in_order_after_refusals() -> None:
    hook = Hook()
    hook.statuses = [500, 503]
    with testing.start(EmulatorConfig(speed=50)) as running:
        async with listening(hook) as url, connected(running.token, running.url) as bot:
            await bot.set_webhook(url, secret_token="Correct-horse_1", max_connections=4)
            await asyncio.to_thread(act, running, OLENA, "text", text="0")
            await until(lambda: _failed(bot))
            for number in range(1, 6):
                await asyncio.to_thread(act, running, OLENA, "text", text=str(number))

            async def all_there() -> bool:
                return len(hook.got) == 6

            await until(all_there)
            assert hook.texts() == ["0", "1", "2", "3", "4", "5"]
            assert {secret for secret, _ in hook.got} == {"Correct-horse_1"}
            await until(lambda: _empty(bot))


async def test_a_webhook_is_called_in_parallel_and_again_when_told() -> None:
    hook = Hook()
    with testing.start(EmulatorConfig(speed=50)) as running:
        people = [
            running.control.post("/people", json={"first_name": "Х"}).json() for _ in range(9)
        ]
        for person in people:
            act(running, person["id"], "start")
        async with listening(hook) as url, connected(running.token, running.url) as bot:
            await bot.set_webhook(url, max_connections=3)
            await until(lambda: _empty(bot))
            assert len(hook.got) == 9
            assert 2 <= hook.most_at_once <= 3
            running.control.put("/delivery", json={"repeat": 2}).raise_for_status()
            await asyncio.to_thread(act, running, OLENA, "text", text="тричі")

            async def thrice() -> bool:
                return hook.texts()[9:] == ["тричі"] * 3

            await until(thrice)
            await until(lambda: _empty(bot))


async def _failed(bot: telegram.Bot) -> bool:
    info = await bot.get_webhook_info()
    return bool(info.last_error_message and "Wrong response" in info.last_error_message)


async def _empty(bot: telegram.Bot) -> bool:
    return (await bot.get_webhook_info()).pending_update_count == 0
