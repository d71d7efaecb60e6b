"""How much processor time programs have used: what a busy machine does not distort."""

import os
from contextlib import suppress
from pathlib import Path

TICK_S = 1 / os.sysconf("SC_CLK_TCK")


def spent_s(pid: int) -> float:
    """Return the processor seconds of a process and of its children that have ended."""
    return sum(_times(pid))


def cluster_s(backend_pid: int) -> float:
    """Return the processor seconds of all of PostgreSQL, told by one of its backends.

    Parameters
    ----------
    backend_pid : int
        Of a backend that runs.
    """
    head = int(_fields(backend_pid)[1])
    total = spent_s(head)
    for child in Path(f"/proc/{head}/task/{head}/children").read_text("ascii").split():
        # One that has ended meanwhile counts among the head's.
        with suppress(FileNotFoundError, ProcessLookupError):
            total += spent_s(int(child))
    return total


def _times(pid: int) -> list[float]:
    return [int(ticks) * TICK_S for ticks in _fields(pid)[11:15]]


def _fields(pid: int) -> list[str]:
    # The name of a program, in brackets, may hold anything.
    return Path(f"/proc/{pid}/stat").read_text("utf-8").rpartition(")")[2].split()
