"""The processes that `beatway up` runs: their lines on the terminal, their restarts, their end."""

import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from types import FrameType

from app import children

LONGEST_PAUSE_S = 30.0
# After so long without a crash the next one counts as the first.
SOUND_AFTER_S = 60.0
STOP_LIMIT_S = 15.0


class Terminal:
    """The lines of several processes on one terminal, each with its process's name."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._coloured = sys.stdout.isatty()

    def say(self, text: str = "", name: str = "") -> None:
        """Print a line; nobody reading any more is no reason to stop."""
        label = f"{name:<8} | " if name else ""
        if label and self._coloured:
            label = f"\033[36m{label}\033[0m"
        with self._lock, suppress(OSError, ValueError):
            sys.stdout.write(f"{label}{text}\n")
            sys.stdout.flush()

    def relay(self, name: str, process: "subprocess.Popen[bytes]") -> None:
        """Print what a process prints, until it ends."""

        def pump() -> None:
            assert process.stdout is not None, "it was started with a pipe"  # noqa: S101 - types
            with process.stdout as lines:
                for line in lines:
                    self.say(line.decode(errors="replace").rstrip(), name)

        threading.Thread(target=pump, name=f"output of {name}", daemon=True).start()


class Stop:
    """Whether somebody asked us to stop, and how badly."""

    def __init__(self) -> None:
        self._asked = threading.Event()
        self.forced = False

    @contextmanager
    def listening(self) -> Iterator[None]:
        """Take Ctrl-C, SIGTERM and a closed terminal for the wish to stop."""
        before = {
            number: signal.signal(number, self._ask)
            for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
        }
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    def _ask(self, _number: int, _frame: FrameType | None) -> None:
        self.forced = self._asked.is_set()
        self._asked.set()

    @property
    def asked(self) -> bool:
        """Whether to stop."""
        return self._asked.is_set()

    def wait(self, seconds: float) -> bool:
        """Wait, but not longer than until somebody asks; return whether they did."""
        return self._asked.wait(seconds)


@dataclass
class Part:
    """One process of Beatway's that is started again when it ends by itself."""

    name: str
    command: Sequence[str]
    environment: dict[str, str]
    terminal: Terminal
    clock: Callable[[], float] = time.monotonic
    crashes: int = 0
    process: "subprocess.Popen[bytes] | None" = None
    _started: float = 0.0
    _due: float = 0.0

    @property
    def running(self) -> bool:
        """Whether its process lives."""
        return self.process is not None and self.process.poll() is None

    def start(self) -> None:
        """Start it."""
        self.process = children.start(
            [sys.executable, "-m", *self.command],
            env=self.environment,
            output=subprocess.PIPE,
        )
        self._started = self.clock()
        self.terminal.relay(self.name, self.process)

    def tend(self) -> None:
        """Start it again when it has ended, each time after a longer pause."""
        now = self.clock()
        if self.process is None:
            if now >= self._due:
                self.start()
        elif (status := self.process.poll()) is not None:
            self.crashes = 1 if now - self._started > SOUND_AFTER_S else self.crashes + 1
            pause = min(LONGEST_PAUSE_S, 0.5 * 2 ** (self.crashes - 1))
            self._due = now + pause
            self.process = None
            self.terminal.say(f"ended with {_status(status)}; again in {pause:g} s", self.name)

    def ask_to_stop(self) -> None:
        """Send SIGTERM."""
        if self.process is not None and self.running:
            self.process.terminate()

    def end(self, stop: Stop) -> None:
        """Wait until it has ended; kill it when that takes too long or somebody insists."""
        if self.process is None:
            return
        deadline = time.monotonic() + STOP_LIMIT_S
        while self.process.poll() is None and time.monotonic() < deadline and not stop.forced:
            time.sleep(0.02)
        children.end_child(self.process, signal.SIGKILL, grace_s=5)
        self.process = None


def _status(status: int) -> str:
    if status >= 0:
        return f"status {status}"
    with suppress(ValueError):
        return signal.Signals(-status).name
    return f"signal {-status}"
