"""The real programs as processes, against the Bot API emulator."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg
import pytest

from app.boundaries import activate, store_set
from app.db import Role, open_database
from app.emulator.config import EmulatorConfig
from app.emulator.testing import Running, start
from tests.bot.conftest import CITY

ROOT = Path(__file__).resolve().parents[2]
SECRET = "a secret for tests only"


@dataclass
class Programs:
    """Starts `beatway` commands and ends them, gently or not."""

    environment: dict[str, str]
    log: Path
    running: dict[str, "subprocess.Popen[bytes]"] = field(default_factory=dict)

    def start(self, name: str, *command: str) -> None:
        with self.log.open("ab") as log:
            self.running[name] = subprocess.Popen(
                [sys.executable, "-m", "app.cli", *(command or (name,))],
                cwd=ROOT,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )

    def kill(self, name: str) -> None:
        process = self.running.pop(name)
        process.send_signal(signal.SIGKILL)
        process.wait(10)

    def stop_all(self) -> None:
        for process in self.running.values():
            process.terminate()
        for process in self.running.values():
            with suppress(subprocess.TimeoutExpired):
                process.wait(15)
                continue
            process.kill()
            process.wait(10)
        self.running.clear()


@dataclass
class Stage:
    """A city's database, the emulator and the programs between them."""

    url: str
    emulator: Running
    programs: Programs

    def sql(self, statement: str) -> list[tuple[Any, ...]]:
        with psycopg.connect(self.url, autocommit=True) as connection:
            cursor = connection.execute(statement)
            return list(cursor.fetchall()) if cursor.description else []

    def person(self, name: str) -> int:
        answer = self.emulator.control.post("people", json={"first_name": name})
        answer.raise_for_status()
        return int(answer.json()["id"])

    def send(self, person: int, kind: str, **content: Any) -> dict[str, Any]:
        answer = self.emulator.control.post(f"people/{person}/{kind}", json=content)
        answer.raise_for_status()
        return dict(answer.json())

    def received(self, person: int) -> list[dict[str, Any]]:
        """Return the messages in a chat that the bot sent."""
        answer = self.emulator.control.get(f"chats/{person}/messages", params={"limit": 1000})
        answer.raise_for_status()
        return [row["message"] for row in answer.json() if row["by_bot"]]


def eventually(condition: Callable[[], bool], within_s: float, what: str) -> None:
    deadline = time.monotonic() + within_s
    while not condition():
        if time.monotonic() > deadline:
            pytest.fail(f"not within {within_s:.0f} s: {what}")
        time.sleep(0.1)


@pytest.fixture
async def city_url(fresh_database_url: Callable[[], str]) -> str:
    url = fresh_database_url()
    owner = open_database(url, Role.OWNER)
    async with owner.transaction() as session:
        set_id = await store_set(session, CITY, label="test", source="test", actor="test")
        await activate(session, set_id, "test")
    await owner.close()
    return url


@pytest.fixture
def stage(city_url: str, tmp_path: Path) -> Iterator[Stage]:
    with start(EmulatorConfig()) as emulator:
        environment = os.environ | {
            "BEATWAY_DATABASE_URL": city_url,
            "BEATWAY_SECRET_KEY": SECRET,
            "BEATWAY_TELEGRAM_TOKEN": emulator.token,
            "BEATWAY_TELEGRAM_API_URL": emulator.url,
            "BEATWAY_DATA_DIR": str(tmp_path),
            "PYTHONWARNINGS": "default",
        }
        programs = Programs(environment, tmp_path / "programs.log")
        yield Stage(city_url, emulator, programs)
        programs.stop_all()
