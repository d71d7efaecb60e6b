"""How much memory a process has needed."""

import re
from pathlib import Path


def peak_mb(pid: int) -> float:
    """Return the most memory that a running process ever had, in MB; NaN where nobody can tell."""
    status = Path(f"/proc/{pid}/status").read_text("ascii")
    found = re.search(r"VmHWM:\s+(\d+) kB", status)
    return int(found[1]) / 1024 if found else float("nan")
