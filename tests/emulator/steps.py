"""What tests of the emulator do again and again."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import httpx
import telegram
import uvicorn
from starlette.applications import Starlette
from telegram.request import HTTPXRequest

from app.emulator import testing

OLENA = 7_100_000_001
PETRO = 7_100_000_002
JOHN = 7_100_000_003


def connected(token: str, url: str) -> telegram.Bot:
    """A real client, which stays on this machine whatever proxy is set."""
    return telegram.Bot(
        token,
        base_url=f"{url}/bot",
        base_file_url=f"{url}/file/bot",
        request=HTTPXRequest(httpx_kwargs={"trust_env": False}),
        get_updates_request=HTTPXRequest(httpx_kwargs={"trust_env": False}),
    )


def act(server: testing.Running, person: int, deed: str, **body: Any) -> Any:
    """Let a citizen do something; the response's JSON."""
    response = server.control.post(f"/people/{person}/{deed}", json=body)
    assert response.is_success, response.text
    return response.json() if response.content else None


def call(server: testing.Running, method: str, **body: Any) -> httpx.Response:
    """Call the Bot API without a client library, with a JSON body."""
    url = f"{server.base_url}{server.token}/{method}"
    return httpx.post(url, json=body, timeout=30, trust_env=False)


def journal(server: testing.Running, method: str) -> list[dict[str, Any]]:
    """The calls of one method."""
    found: list[dict[str, Any]] = server.control.get("/calls", params={"method": method}).json()
    return found


def messages(server: testing.Running, chat: int) -> list[dict[str, Any]]:
    """The messages of a chat, oldest first."""
    found = server.control.get(f"/chats/{chat}/messages").json()
    return [entry["message"] for entry in found]


async def until(check: Callable[[], Awaitable[bool]], seconds: float = 15.0) -> None:
    """Wait for something to become true."""
    deadline = time.monotonic() + seconds
    while not await check():
        assert time.monotonic() < deadline, "it never became true"
        await asyncio.sleep(0.02)


@contextlib.asynccontextmanager
async def served_app(app: Starlette) -> AsyncIterator[str]:
    """Serve an application on a free port in this loop; its URL."""
    config = uvicorn.Config(app, host="127.0.0.1", port=0, log_level="warning", ws="none")
    server = uvicorn.Server(config)

    async def started() -> bool:
        return server.started

    with server.capture_signals():
        serving = asyncio.create_task(server._serve())
        await until(started)
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
        server.should_exit = True
        await serving
