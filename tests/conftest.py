"""What tests of every part share: a real PostGIS for each run, and a Chromium."""

import importlib
import os
import re
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest
from filelock import FileLock
from psycopg import sql

from app.cluster import create_extensions
from tools.chromium import ARGUMENTS, find_chromium

ROOT = Path(__file__).resolve().parent.parent
# How the workers of a run learn its folder.
FOLDER = "TEST_POSTGIS_FOLDER"
RUN = "TEST_POSTGIS_RUN"
IN_MEMORY, ROOM = Path("/dev/shm"), 4 * 2**30  # noqa: S108 - a folder of our own is made in it
MIGRATE = "import sys; from app.migration import upgrade; upgrade(sys.argv[1])"


# Each client would read the certificates of the world anew, which takes longer than most tests ask.
_transports: Any = importlib.import_module("httpx._transports.default")
_transports.create_ssl_context = cache(httpx.create_ssl_context)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the longest, so that no worker waits for another at the end."""
    items.sort(key=lambda item: item.path.parent.name != "endtoend")


def pytest_configure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput"):
        # Not pytest's own temporary folder: that one is closed to the server's user, and too long
        # for a socket's path.
        os.environ[FOLDER] = tempfile.mkdtemp(prefix="beatway-test-", dir=_quick_folder())
        os.environ[RUN] = str(os.getpid())


def _quick_folder() -> Path | None:
    """Return memory to keep databases in, where there is plenty: copying them is most of the work."""
    with suppress(OSError):
        room = shutil.disk_usage(IN_MEMORY).free
        if room >= ROOM and os.access(IN_MEMORY, os.W_OK):
            return IN_MEMORY
    return None


def pytest_unconfigure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput") and (name := os.environ.pop(FOLDER, None)):
        folder = Path(name)
        keeper = folder / "keeper.pid"
        if keeper.exists():
            _end(int(keeper.read_text()))
        shutil.rmtree(folder, ignore_errors=True)


def _end(pid: int) -> None:
    deadline = time.monotonic() + 30
    try:
        os.kill(pid, signal.SIGTERM)
        while time.monotonic() < deadline:
            # Ours to reap where no worker stood between.
            if os.waitpid(pid, os.WNOHANG)[0] == pid:
                return
            time.sleep(0.05)
    except ProcessLookupError:
        return
    except ChildProcessError:
        while time.monotonic() < deadline and (Path("/proc") / str(pid)).exists():
            time.sleep(0.05)


@dataclass(frozen=True)
class Server:
    """A PostgreSQL server with PostGIS on which tests make databases of their own."""

    url: str
    prefix: str

    def url_of(self, database: str) -> str:
        """Return the URL with another database's name."""
        return re.sub(r"^([a-z]+://[^/?]*)(/[^?]*)?", rf"\1/{database}", self.url)

    def create(self, name: str, template: str = "template0") -> str:
        """Create a database and return its URL."""
        database = f"{self.prefix}_{name}"
        with psycopg.connect(self.url, autocommit=True) as connection:
            connection.execute(
                sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY file_copy").format(
                    sql.Identifier(database), sql.Identifier(template)
                )
            )
        return self.url_of(database)

    def drop(self, name: str) -> None:
        """Drop a database that `create` made, whoever is still connected."""
        with psycopg.connect(self.url, autocommit=True) as connection:
            connection.execute(
                sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(
                    sql.Identifier(f"{self.prefix}_{name}")
                )
            )


@pytest.fixture(scope="session")
def postgis() -> Server:
    """One PostGIS for all workers of a run: ours, or the one BEATWAY_TEST_DATABASE_URL names."""
    folder = Path(os.environ[FOLDER])
    with FileLock(folder / "keeper.lock"):
        prefix = folder / "prefix"
        if not prefix.exists():
            prefix.write_text(f"beatway_test_{secrets.token_hex(4)}")
        if named := os.environ.get("BEATWAY_TEST_DATABASE_URL"):
            return Server(named, prefix.read_text())
        told = folder / "told"
        if not told.exists():
            with (folder / "keeper.log").open("wb") as log:
                keeper = subprocess.Popen(
                    [sys.executable, "-m", "tests.postgis_keeper", folder, os.environ[RUN]],
                    cwd=ROOT,
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=log,
                    start_new_session=True,
                )
            # It outlives this worker, which must not complain about that.
            keeper.returncode = 0
            (folder / "keeper.pid").write_text(str(keeper.pid))
            deadline = time.monotonic() + 90
            while not told.exists() and time.monotonic() < deadline:
                time.sleep(0.05)
        kind, _, text = (
            told.read_text().partition(" ")
            if told.exists()
            else ("error", "", (folder / "keeper.log").read_text())
        )
    if kind != "url":
        pytest.fail(f"there is no PostGIS to test with: {text}", pytrace=False)
    return Server(text, prefix.read_text())


@pytest.fixture(scope="session")
def worker_name() -> str:
    """Return the name of this pytest-xdist worker."""
    return os.environ.get("PYTEST_XDIST_WORKER", "main")


@pytest.fixture(scope="session")
def postgis_url(postgis: Server, worker_name: str) -> Iterator[str]:
    """Return the URL of a database of this worker's that has the extensions and nothing else."""
    name = f"{worker_name}_empty"
    url = postgis.create(name)
    create_extensions(url)
    yield url
    postgis.drop(name)


@pytest.fixture(scope="session")
def template_database(postgis: Server) -> Iterator[str]:
    """Return the name of a database with all migrations applied, made once for a run."""
    folder = Path(os.environ[FOLDER])
    with FileLock(folder / "template.lock"):
        made = folder / "template"
        if not made.exists():
            url = postgis.create("template")
            create_extensions(url)
            subprocess.run([sys.executable, "-c", MIGRATE, url], cwd=ROOT, check=True)
            made.touch()
        users = folder / "template.users"
        users.write_text(f"{int(users.read_text() if users.exists() else 0) + 1}")
    yield f"{postgis.prefix}_template"
    with FileLock(folder / "template.lock"):
        left = int(users.read_text()) - 1
        users.write_text(f"{left}")
        if left == 0:
            made.unlink()
            postgis.drop("template")


@pytest.fixture(scope="session")
def database_url(postgis: Server, template_database: str, worker_name: str) -> Iterator[str]:
    """Return the URL of this worker's migrated database.

    Its tests share it: what a test writes there it rolls back. One that must commit takes
    `fresh_database_url`.
    """
    yield postgis.create(worker_name, template_database)
    postgis.drop(worker_name)


@pytest.fixture
def fresh_database_url(
    postgis: Server, template_database: str, worker_name: str
) -> Iterator[Callable[[], str]]:
    """Return a function that makes a migrated database for this test alone, and its URL."""
    made: list[str] = []

    def make() -> str:
        made.append(f"{worker_name}_{secrets.token_hex(4)}")
        return postgis.create(made[-1], template_database)

    yield make
    for name in made:
        postgis.drop(name)


@pytest.fixture(scope="session")
def chromium() -> dict[str, Any]:
    """Return what Playwright's `chromium.launch` needs to start the machine's own browser."""
    found = find_chromium()
    if found is None:
        pytest.fail(
            "there is no Chromium to test the page with: install it, or name one with"
            " BEATWAY_CHROMIUM",
            pytrace=False,
        )
    return {"executable_path": found, "args": list(ARGUMENTS), "headless": True}
