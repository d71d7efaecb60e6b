"""Run all of Beatway in one command: the database, then each part as a process of its own."""

import json
import os
import secrets
import signal
import socket
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Any

from app import children
from app.cluster import Cluster, ClusterError, let_log_in, open_cluster
from app.data_folder import claim, note_database
from app.db import Role, login_url
from app.emulator.config import DEMO_TOKEN
from app.errors import BeatwayError
from app.parts import STOP_LIMIT_S, Part, Stop, Terminal
from app.routing import NoBoundarySetError
from app.settings import Settings

HOST = "127.0.0.1"
VENDOR = Path(__file__).with_name("web") / "vendor"
BASEMAP = Path(__file__).resolve().parent.parent / "fixtures" / "basemap.geojson"
READY_LIMIT_S = 120.0
# A part that cannot even start is not going to.
MOST_EARLY_CRASHES = 3
# As whom each part connects to a private database.
LOGINS = {"serve": Role.WEB, "worker": Role.BOT, "poll": Role.BOT}
# Marks our processes, so that the next run knows what this one may have left behind.
OURS = ("app.cli", "app.emulator")

NO_BOUNDARIES = NoBoundarySetError.code


class StartError(BeatwayError):
    """Beatway cannot start."""


@dataclass
class Run:
    """One run of `beatway up`."""

    settings: Settings
    port: int
    data_dir: Path
    demo: bool
    own_logins: bool = False
    terminal: Terminal = field(default_factory=Terminal)
    stop: Stop = field(default_factory=Stop)
    parts: list[Part] = field(default_factory=list)

    @property
    def chat_port(self) -> int | None:
        """Port of the chat simulator, or None without one."""
        return self.port + 1 if self.demo and self.settings.telegram_token is None else None

    def environment(self, database_url: str) -> dict[str, str]:
        """Return what every part is told."""
        told = {
            "BEATWAY_DATABASE_URL": database_url,
            "BEATWAY_DATA_DIR": str(self.data_dir),
            "BEATWAY_SUPERVISED": "1",
            "PYTHONUNBUFFERED": "1",
        }
        if self.settings.secret_key is None:
            told["BEATWAY_SECRET_KEY"] = kept_secret(self.data_dir / "secret.key")
        if self.chat_port is not None:
            told |= {
                "BEATWAY_TELEGRAM_TOKEN": DEMO_TOKEN,
                "BEATWAY_TELEGRAM_API_URL": f"http://{HOST}:{self.chat_port}",
                "BEATWAY_TELEGRAM_MODE": "polling",
                "BEATWAY_CHAT_URL": f"http://{HOST}:{self.chat_port}/",
            }
        return os.environ | told

    def step(self, doing: str, command: Sequence[str], environment: dict[str, str]) -> None:
        """Run one command to its end.

        Raises
        ------
        StartError
            When it fails; it has said why itself.
        """
        process = children.start(
            [sys.executable, "-m", "app.cli", *command], env=environment, output=None
        )
        while process.poll() is None:
            if self.stop.wait(0.05):
                children.end_child(process, signal.SIGTERM, grace_s=STOP_LIMIT_S)
        if process.returncode != 0 and not self.stop.asked:
            raise StartError(f"{doing} failed, see above")

    def start_parts(self, environment: dict[str, str]) -> None:
        """Start every part, in the order in which they need each other."""
        commands = {
            "serve": ["app.cli", "serve", "--port", str(self.port)],
            "worker": ["app.cli", "worker"],
        }
        if self.chat_port is not None:
            chat = ["app.emulator", "--port", str(self.chat_port)]
            chat += ["--data-dir", str(self.data_dir / "emulator"), "--vendor-dir", str(VENDOR)]
            if BASEMAP.is_file():
                chat += ["--map-data-file", str(BASEMAP)]
            commands = {"chat": chat} | commands
        if self.chat_port is not None or self.settings.telegram_token is not None:
            commands["poll"] = ["app.cli", "poll"]
        for name, command in commands.items():
            part = Part(name, command, self._environment_of(name, environment), self.terminal)
            self.parts.append(part)
            part.start()
        self._note_parts()

    def _environment_of(self, name: str, environment: dict[str, str]) -> dict[str, str]:
        if not self.own_logins or name not in LOGINS:
            return environment
        url = login_url(environment["BEATWAY_DATABASE_URL"], LOGINS[name])
        return environment | {"BEATWAY_DATABASE_URL": url}

    def _note_parts(self) -> None:
        pids = [str(part.process.pid) for part in self.parts if part.process]
        _notes(self.data_dir).write_text("\n".join(pids))

    def tend(self) -> None:
        """Start again what has crashed."""
        before = [part.process for part in self.parts]
        for part in self.parts:
            part.tend()
        if before != [part.process for part in self.parts]:
            self._note_parts()

    def wait_until_ready(self) -> None:
        """Wait until the page can be used.

        Raises
        ------
        StartError
            When that does not come about.
        """
        deadline = time.monotonic() + READY_LIMIT_S
        while not self.stop.asked:
            status, body = _get(self.port, "/health/ready")
            # A new city starts without boundaries: the page is where they are uploaded.
            if status == HTTPStatus.OK or body.get("code") == NO_BOUNDARIES:
                return
            self.tend()
            for part in self.parts:
                if part.crashes >= MOST_EARLY_CRASHES:
                    raise StartError(f"{part.name} does not start, see above")
            if time.monotonic() > deadline:
                raise StartError(f"Beatway is not ready: {body.get('detail', 'no answer')}")
            self.stop.wait(0.1)

    def greet(self) -> None:
        """Say where everything is."""
        page = f"http://{HOST}:{self.port}"
        lines = [("Map", f"{page}/")]
        if self.chat_port is not None:
            lines.append(("Chat simulator", f"http://{HOST}:{self.chat_port}/"))
            lines.append(("Both, side by side", f"{page}/demo"))
        lines.append(("API documentation", f"{page}/docs"))
        _, config = _get(self.port, "/api/v1/config")
        logins = config.get("demo_logins") or []
        lines += [
            ("Demo login" if index == 0 else "", _login(login))
            for index, login in enumerate(logins)
        ]
        lines.append(("Data folder", str(self.data_dir)))
        if self.chat_port is None and self.settings.telegram_token is None:
            lines.append(("Telegram", "off: set BEATWAY_TELEGRAM_TOKEN to the bot's token"))
        if _get(self.port, "/health/ready")[1].get("code") == NO_BOUNDARIES:
            lines.append(("Boundaries", "none yet: beatway boundaries import FILE --activate"))
        if not logins:
            lines.append(("Logins", "made with: beatway staff add LOGIN --role admin"))
        self.terminal.say()
        self.terminal.say("Beatway is running.")
        for label, text in lines:
            self.terminal.say(f"  {label:<18}  {text}")
        self.terminal.say("Ctrl-C stops all of it.")
        self.terminal.say()

    def stop_parts(self) -> None:
        """Stop every part: who brings work first, who does it last."""
        for name in ("poll", "serve", "worker", "chat"):
            for part in self.parts:
                if part.name == name:
                    part.ask_to_stop()
                    part.end(self.stop)
        _notes(self.data_dir).unlink(missing_ok=True)


def up(settings: Settings, port: int, data_dir: Path, *, demo: bool) -> int:
    """Run the database and every part until somebody asks to stop.

    Parameters
    ----------
    settings : Settings
    port : int
        Of the page; the chat simulator takes the next one.
    data_dir : Path
        For the database and everything else that is kept.
    demo : bool
        Load the demo city into an empty database, and simulate Telegram when there is no token.

    Returns
    -------
    int
        Exit status.

    Raises
    ------
    StartError, ClusterError, AlreadyRunningError, ServerProgramsError
        When it cannot start; the message says what to do.
    """
    run = Run(settings, port, data_dir.absolute(), demo)
    with run.stop.listening(), claim(run.data_dir, "up"), ExitStack() as stack:
        _end_left_behind(run.data_dir)
        for needed, what in ((port, "the page"), (run.chat_port, "the chat simulator")):
            if needed is not None:
                check_port(needed, what)
        cluster = None
        database_url = settings.database_url
        if database_url is None:
            run.terminal.say("Starting the database…")
            cluster = stack.enter_context(open_cluster(run.data_dir))
            database_url = cluster.url
            stack.enter_context(note_database(run.data_dir, database_url))
        environment = run.environment(database_url)
        stack.callback(run.stop_parts)
        _work(run, environment, cluster)
        run.terminal.say("Stopping…")
    run.terminal.say("Stopped.")
    return 0


def _work(run: Run, environment: dict[str, str], cluster: Cluster | None) -> None:
    starting: list[Callable[[], None]] = [
        lambda: run.step("The migration of the database", ["db", "upgrade"], environment)
    ]
    if cluster is not None:
        run.own_logins = True
        starting.append(lambda: let_log_in(cluster.url, Role.WEB, Role.BOT))
    if run.demo:
        load = ["demo", "load", "--if-empty"]
        starting.append(lambda: run.step("Loading the demo city", load, environment))
    starting += [lambda: run.start_parts(environment), run.wait_until_ready]
    for start in starting:
        if run.stop.asked:
            return
        start()
    if not run.stop.asked:
        run.greet()
    while not run.stop.wait(0.25):
        run.tend()
        if cluster is not None and not cluster.running:
            run.terminal.say("ended; starting it again", "database")
            try:
                cluster.start()
            except ClusterError as error:
                run.terminal.say(str(error), "database")
                run.stop.wait(5)


def check_port(port: int, what: str) -> None:
    """Raise StartError when somebody else listens on a port."""
    with socket.socket() as probe:
        # As the servers do it: connections of the last run that are still closing do not matter.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError as error:
            raise StartError(
                f"Port {port}, for {what}, is in use by another program ({error.strerror})."
                " Stop that one, or choose another port with --port"
                " (make run ARGS='--port 9000'); the chat simulator takes the one after it."
            ) from error


def kept_secret(file: Path) -> str:
    """Return the secret in a file that only we may read, making it the first time."""
    try:
        handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        if kept := file.read_text().strip():
            return kept
        # We were killed between the two lines below; nothing was sealed with it yet.
        file.unlink()
        return kept_secret(file)
    with os.fdopen(handle, "w") as opened:
        opened.write(f"{secrets.token_hex(32)}\n")
    return file.read_text().strip()


def _end_left_behind(data_dir: Path) -> None:
    """End the parts of a run that was killed, where the system did not do it."""
    notes = _notes(data_dir)
    with suppress(OSError, ValueError):
        noted = [int(line) for line in notes.read_text().split()]
        left = [
            pid for pid in noted if any(mark in (children.command_of(pid) or "") for mark in OURS)
        ]
        children.end(left, signal.SIGTERM, grace_s=STOP_LIMIT_S)
        notes.unlink()


def _notes(data_dir: Path) -> Path:
    return data_dir / "parts.pid"


def _get(port: int, path: str) -> tuple[int, dict[str, Any]]:
    connection = HTTPConnection(HOST, port, timeout=5)
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
        body = json.loads(answer.read())
    except (OSError, HTTPException, ValueError):
        return 0, {}
    finally:
        connection.close()
    return answer.status, body if isinstance(body, dict) else {}


def _login(login: dict[str, Any]) -> str:
    name = login.get("name") or ""
    return f"{login['login']} / {login['password']}   {login['role']} {name}".rstrip()
