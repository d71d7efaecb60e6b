"""Other processes of this machine: starting them tied to us, knowing them again, ending them."""

import os
import platform
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO

LAUNCHER = Path(__file__).with_name("launch.py")


@dataclass(frozen=True, slots=True)
class User:
    """Whom a process runs as."""

    name: str
    uid: int
    gid: int


def start(
    command: Sequence[str | Path],
    *,
    end_with: signal.Signals = signal.SIGTERM,
    user: User | None = None,
    cwd: Path | None = None,
    env: dict[str, str] | None = None,
    output: IO[bytes] | int | None = None,
) -> subprocess.Popen[bytes]:
    """Start a program that gets a signal when this process dies.

    It leads a session of its own, so a Ctrl-C in the terminal reaches this process alone. Call it
    in the main thread: Linux takes the end of the thread that started a process for its parent's.

    Parameters
    ----------
    command : sequence of str or Path
        An absolute path and its arguments.
    end_with : signal.Signals
        The signal it gets when we die (on Linux).
    user : User, optional
        Whom to run it as; only root can.
    cwd, env
        As in `subprocess.Popen`.
    output
        Where its output and errors go; ours by default.
    """
    uid, gid = (user.uid, user.gid) if user else (-1, -1)
    tied = [
        sys.executable, "-I", "-S", str(LAUNCHER),
        str(os.getpid()), str(int(end_with)), str(uid), str(gid),
        *(str(part) for part in command),
    ]  # fmt: skip
    return subprocess.Popen(
        tied,
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.STDOUT if output is not None else None,
        cwd=cwd,
        env=env,
        start_new_session=True,
    )


def command_of(pid: int) -> str | None:
    """Return the command line of a live process, or None when there is no such process.

    It is empty for the moment in which a process becomes another program.
    """
    if platform.system() == "Linux":
        try:
            line = Path(f"/proc/{pid}/cmdline").read_text(errors="replace")
            state = Path(f"/proc/{pid}/stat").read_text(errors="replace").rpartition(")")[2].split()
        except OSError:
            return None
        # A zombie is as good as gone.
        return None if state[0] in {"Z", "X"} else line.replace("\0", " ").strip()
    listed = subprocess.run(
        ["/bin/ps", "-o", "command=", "-p", str(pid)],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    return listed.stdout.strip() or None


def working_in(folder: Path) -> list[int]:
    """Return the processes whose working directory is `folder` (on Linux; elsewhere none)."""
    if platform.system() != "Linux":
        return []
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with suppress(OSError):
                if (entry / "cwd").readlink() == folder:
                    found.append(int(entry.name))
    return found


def end(pids: Sequence[int], first: signal.Signals, grace_s: float) -> None:
    """Send a signal to processes that are not our children, and SIGKILL to those it leaves."""
    for sent in (first, signal.SIGKILL):
        for pid in pids:
            with suppress(ProcessLookupError):
                os.kill(pid, sent)
        deadline = time.monotonic() + grace_s
        while time.monotonic() < deadline:
            if all(command_of(pid) is None for pid in pids):
                return
            time.sleep(0.05)


def end_child(child: subprocess.Popen[bytes], first: signal.Signals, grace_s: float) -> None:
    """Send our child a signal, and SIGKILL when it has not ended `grace_s` seconds later."""
    if child.poll() is None:
        child.send_signal(first)
        try:
            child.wait(grace_s)
        except subprocess.TimeoutExpired:
            child.kill()
    child.wait()
