"""Keep one PostGIS for a whole test run, and end it with that run, however the run ends.

The workers of pytest-xdist come and go: none of them can be its parent. The first one that needs
a database starts this; it is told to stop by the process that runs pytest, or sees it gone.
"""

import os
import signal
import sys
import time
from pathlib import Path

from app.cluster import open_cluster
from app.errors import BeatwayError


def main(folder: Path, run: int) -> None:
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    told = folder / "told"
    try:
        with open_cluster(folder, durable=False) as cluster:
            told.with_suffix(".new").write_text(f"url {cluster.url}")
            told.with_suffix(".new").rename(told)
            while _alive(run):
                time.sleep(0.5)
    except BeatwayError as error:
        told.write_text(f"error {error}")


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
