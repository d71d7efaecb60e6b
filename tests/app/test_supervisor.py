"""One command runs everything: what ends is started again, and nothing outlives it."""

import json
import os
import re
import shutil
import signal
import socket
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import IO

import pytest

from app import children, parts
from app.parts import Part, Stop, Terminal
from app.supervisor import StartError, check_port, kept_secret

ROOT = Path(__file__).resolve().parents[2]

PARENT = """
import os, sys, time
from pathlib import Path
from app import children
child = children.start([sys.executable, "-c", "import time; time.sleep(600)"])
print(child.pid, flush=True)
time.sleep(600)
"""


def eventually(what: Callable[[], bool], seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < deadline, "it did not come about in time"
        time.sleep(0.02)


def ended(part: Part) -> None:
    assert part.process is not None
    part.process.wait()


def test_the_secret_is_made_once_and_for_us_alone(tmp_path: Path) -> None:
    file = tmp_path / "secret.key"
    first = kept_secret(file)
    assert len(first) == 64
    assert kept_secret(file) == first
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_a_secret_whose_writing_was_interrupted_is_made_again(tmp_path: Path) -> None:
    (tmp_path / "secret.key").touch()
    assert len(kept_secret(tmp_path / "secret.key")) == 64


def test_a_port_in_use_is_an_error_that_names_the_option() -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        with pytest.raises(StartError, match=r"Port \d+, for the page, is in use .* --port"):
            check_port(other.getsockname()[1], "the page")
        port = other.getsockname()[1]
    check_port(port, "the page")


def test_a_crashed_part_is_started_again_after_longer_and_longer_pauses(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    clock = [1000.0]
    (tmp_path / "crashing.py").write_text("print('так не можна'); raise SystemExit(3)")
    environment = dict(os.environ, PYTHONPATH=str(tmp_path))
    part = Part("worker", ["crashing"], environment, Terminal(), lambda: clock[0])
    part.start()
    for pause in (0.5, 1.0, 2.0, 4.0):
        ended(part)
        part.tend()
        clock[0] += pause - 0.01
        part.tend()
        assert not part.running
        clock[0] += 0.02
        part.tend()
    ended(part)
    # It ran long enough to count as sound.
    clock[0] += parts.SOUND_AFTER_S + 1
    part.tend()
    assert part.crashes == 1
    said = capsys.readouterr().out
    assert "worker   | ended with status 3; again in 4 s" in said


def test_the_lines_of_a_part_carry_its_name(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    (tmp_path / "speaking.py").write_text("print('звернення 2026-000001')")
    part = Part("serve", ["speaking"], dict(os.environ, PYTHONPATH=str(tmp_path)), Terminal())
    part.start()
    said = ""

    def heard() -> bool:
        nonlocal said
        said += capsys.readouterr().out
        return "serve    | звернення 2026-000001\n" in said

    eventually(heard)
    part.end(Stop())


def test_a_second_wish_to_stop_does_not_wait(tmp_path: Path) -> None:
    (tmp_path / "stubborn.py").write_text(
        "import signal, time\n"
        "signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
        "print('ready', flush=True)\n"
        "time.sleep(600)\n"
    )
    part = Part("worker", ["stubborn"], dict(os.environ, PYTHONPATH=str(tmp_path)), Terminal())
    part.start()
    process = part.process
    assert process is not None
    stop = Stop()
    with stop.listening():
        os.kill(os.getpid(), signal.SIGINT)
        eventually(lambda: stop.asked)
        assert not stop.forced
        os.kill(os.getpid(), signal.SIGINT)
        eventually(lambda: stop.forced)
    part.ask_to_stop()
    part.end(stop)
    assert process.returncode is not None


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a child of its parent's end")
def test_a_child_ends_with_a_parent_that_is_killed() -> None:
    with subprocess.Popen(
        [sys.executable, "-c", PARENT], stdout=subprocess.PIPE, text=True
    ) as parent:
        assert parent.stdout is not None
        child = int(parent.stdout.readline())
        alive = children.command_of(child) is not None
        parent.kill()
    assert alive
    eventually(lambda: children.command_of(child) is None)


# --- all of it ----------------------------------------------------------------------------------


class Beatway:
    """`beatway up` with a data folder of its own, on two free ports."""

    def __init__(self, data_dir: Path, *options: str) -> None:
        self.data_dir, self.options = data_dir, options
        self.port = two_free_ports()
        self.output: IO[str] = (data_dir / "output.txt").open("w+")
        self.process = self.start()

    def start(self) -> "subprocess.Popen[bytes]":
        environment = {
            name: value for name, value in os.environ.items() if not name.startswith("BEATWAY_")
        }
        return subprocess.Popen(
            [
                Path(sys.executable).with_name("beatway"), "up",
                "--port", str(self.port), "--data-dir", self.data_dir / "data", *self.options,
            ],
            cwd=ROOT,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=self.output,
            stderr=self.output,
        )  # fmt: skip

    def said(self) -> str:
        return Path(self.output.name).read_text()

    def get(self, path: str, port: int | None = None) -> tuple[int, bytes]:
        connection = HTTPConnection("127.0.0.1", port or self.port, timeout=10)
        try:
            connection.request("GET", path)
            answer = connection.getresponse()
            return answer.status, answer.read()
        except (OSError, HTTPException):
            return 0, b""
        finally:
            connection.close()

    def part(self, words: str) -> int:
        """Return the process of a part, or 0 while there is none."""
        for pid in self.processes():
            if words in (children.command_of(pid) or ""):
                return pid
        return 0

    def kill(self, words: str) -> None:
        """Kill a part and wait for the one that takes its place."""
        killed = self.part(words)
        os.kill(killed, signal.SIGKILL)
        eventually(lambda: self.part(words) not in {0, killed})

    def processes(self) -> list[int]:
        notes = self.data_dir / "data" / "parts.pid"
        return [int(line) for line in notes.read_text().split()] if notes.exists() else []

    def everything(self) -> list[int]:
        server = self.data_dir / "data" / "postgres" / "postmaster.pid"
        pids = self.processes()
        return [*pids, int(server.read_text().split()[0])] if server.exists() else pids

    def wait_until_running(self) -> None:
        def running() -> bool:
            assert self.process.poll() is None, self.said()
            return "Ctrl-C stops all of it." in self.said()

        eventually(running, seconds=120)


def two_free_ports() -> int:
    while True:
        with socket.create_server(("127.0.0.1", 0)) as first:
            port = int(first.getsockname()[1])
            try:
                with socket.create_server(("127.0.0.1", port + 1)):
                    return port
            except OSError:
                continue


@contextmanager
def running_beatway(*options: str) -> Iterator[Beatway]:
    # Closed to nobody: root starts the database as another user.
    folder = Path(tempfile.mkdtemp(prefix="beatway-up-"))
    folder.chmod(0o755)
    running = Beatway(folder, *options)
    try:
        yield running
    finally:
        left = running.everything()
        running.process.kill()
        running.process.wait()
        running.output.close()
        eventually(lambda: all(children.command_of(pid) is None for pid in left))
        eventually(lambda: not children.working_in(folder / "data" / "postgres"))
        shutil.rmtree(folder)


@pytest.fixture
def beatway() -> Iterator[Beatway]:
    with running_beatway() as running:
        yield running


@pytest.mark.timeout(400)
def test_all_of_it_starts_goes_on_after_kills_and_stops_cleanly(beatway: Beatway) -> None:
    beatway.wait_until_running()
    said = beatway.said()
    assert f"http://127.0.0.1:{beatway.port}/\n" in said
    assert f"http://127.0.0.1:{beatway.port + 1}/\n" in said
    assert f"http://127.0.0.1:{beatway.port}/docs\n" in said
    status, body = beatway.get("/api/v1/config")
    assert status == 200
    first_login = json.loads(body)["demo_logins"][0]
    assert re.search(rf"Demo login\s+{first_login['login']} / {first_login['password']}", said)
    for path in ("/", "/docs", "/health/ready"):
        assert beatway.get(path)[0] == 200
    assert beatway.get("/", beatway.port + 1)[0] == 200

    # A second one with the same data says who has it.
    second = subprocess.run(
        beatway.process.args,
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert second.returncode == 1
    assert f"process {beatway.process.pid}" in second.stderr

    # Whatever is killed comes back.
    for words in ("app.cli worker", "app.cli poll", "app.emulator", "app.cli serve"):
        beatway.kill(words)
    server = beatway.everything()[-1]
    os.kill(server, signal.SIGKILL)
    eventually(lambda: beatway.everything()[-1] != server)
    eventually(lambda: beatway.get("/health/ready")[0] == 200)

    # One Ctrl-C, and nothing of it is left.
    left = beatway.everything()
    beatway.process.send_signal(signal.SIGINT)
    assert beatway.process.wait(60) == 0
    assert beatway.said().rstrip().endswith("Stopped.")
    assert all(children.command_of(pid) is None for pid in left)
    assert "database system is shut down" in (beatway.data_dir / "data/postgres.log").read_text()


@pytest.mark.timeout(400)
def test_it_goes_on_with_the_same_data_after_it_was_killed(beatway: Beatway) -> None:
    beatway.wait_until_running()
    left = beatway.everything()
    assert len(left) == 5
    beatway.process.kill()
    beatway.process.wait()
    beatway.output.truncate(0)
    beatway.process = beatway.start()
    beatway.wait_until_running()
    assert all(children.command_of(pid) is None for pid in left)
    assert "The demo city is loaded." not in beatway.said()


@pytest.mark.timeout(400)
def test_an_empty_city_starts_and_is_filled_by_the_command_line() -> None:
    with running_beatway("--no-demo") as beatway:
        beatway.wait_until_running()
        assert "beatway boundaries import" in beatway.said()
        assert "beatway staff add" in beatway.said()
        assert "BEATWAY_TELEGRAM_TOKEN" in beatway.said()
        assert json.loads(beatway.get("/health/ready")[1])["code"] == "no-boundary-set"
        program, data = str(Path(sys.executable).with_name("beatway")), beatway.data_dir / "data"
        environment = {"PATH": os.environ["PATH"], "BEATWAY_DATA_DIR": str(data)}
        imported = subprocess.run(
            [program, "boundaries", "import", ROOT / "fixtures/districts.geojson", "--activate"],
            env=environment, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert imported.returncode == 0, imported.stderr
        assert beatway.get("/health/ready")[0] == 200
        assert "again in" not in beatway.said(), beatway.said()
        assert beatway.get("/demo")[0] == 404
    without = subprocess.run(
        [program, "boundaries", "list"],
        env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert without.returncode == 1
    assert "start `beatway up` first" in without.stderr
