"""Starting an emulator inside a test."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import httpx

from app.emulator.config import EmulatorConfig
from app.emulator.core import Emulator
from app.emulator.server import EmulatorServer

_START_SECONDS = 20.0


@dataclass(frozen=True, slots=True)
class Running:
    """An emulator that answers.

    Parameters
    ----------
    url
        Its address, without a slash at the end.
    token
        The bot's token.
    emulator
        Its state, to look at only: it lives in another thread.
    control
        A client of the control API.
    """

    url: str
    token: str
    emulator: Emulator
    control: httpx.Client

    @property
    def base_url(self) -> str:
        """What ``telegram.Bot(base_url=...)`` takes."""
        return f"{self.url}/bot"

    @property
    def base_file_url(self) -> str:
        """What ``telegram.Bot(base_file_url=...)`` takes."""
        return f"{self.url}/file/bot"


@contextmanager
def start(config: EmulatorConfig | None = None, port: int = 0) -> Iterator[Running]:
    """Run an emulator in a thread for as long as the block lasts.

    Parameters
    ----------
    config
        What it is started with; in memory by default.
    port
        Where it listens; 0 takes a free port.

    Yields
    ------
    Running
        Once it answers.
    """
    config = config or EmulatorConfig()
    server = EmulatorServer(config, "127.0.0.1", port)
    thread = threading.Thread(target=server.run, name="bot-api-emulator", daemon=True)
    thread.start()
    deadline = time.monotonic() + _START_SECONDS
    while not server.started:
        if not thread.is_alive() or time.monotonic() > deadline:
            raise RuntimeError("the emulator did not start")
        time.sleep(0.01)
    url = f"http://127.0.0.1:{server.port}"
    with httpx.Client(base_url=f"{url}/control", timeout=30, trust_env=False) as client:
        try:
            yield Running(url, config.token, server.emulator, client)
        finally:
            server.should_exit = True
            thread.join(_START_SECONDS)
