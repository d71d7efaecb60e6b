"""How long citizens wait beside one chat that writes 50 messages a second.

Four citizens a second share a place; from storing the update until it is worked is measured,
once without the flood and once beside it. The worker is one process, as `beatway worker` is.
"""

import argparse
import asyncio
import statistics
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import psycopg
from rich.console import Console
from rich.table import Table

from app import inbox
from app.cluster import open_cluster
from app.db import Database, Role, open_database
from app.identity import Sealer
from bench.intake import SECRET, Bench, update

FLOODER = 7
PER_SECOND = 50
EVERY_S = 0.25

console = Console()


def spam(number: int) -> dict[str, Any]:
    """Return one of the flood's messages."""
    person = {"id": FLOODER, "is_bot": False, "first_name": "Flood", "language_code": "uk"}
    return {
        "update_id": number,
        "message": {
            "message_id": number,
            "date": int(time.time()),
            "chat": {"id": FLOODER, "type": "private", "first_name": "Flood"},
            "from": person,
            "text": f"flood {number}",
        },
    }


async def put(database: Database, sealer: Sealer, *bodies: dict[str, Any]) -> None:
    """Store updates as the webhook does."""
    async with database.transaction() as session:
        await inbox.store(session, sealer, *bodies)


async def answer_times(bench: Bench, citizens: int, *, flood: bool) -> list[float]:
    """Return seconds from storing each citizen's update until it is worked."""
    database, sealer = open_database(bench.url, Role.BOT, "bench", 2), Sealer(SECRET.encode())
    stopped = asyncio.Event()

    async def flooding() -> None:
        while not stopped.is_set():
            await put(
                database, sealer, *[spam(number) for number in bench.take_ids(PER_SECOND // 5)]
            )
            await asyncio.sleep(0.2)

    task = asyncio.create_task(flooding()) if flood else None
    if flood:
        # Its allowance is used up, and a backlog stands.
        await asyncio.sleep(5)
    stored: dict[int, float] = {}
    for number in bench.take_ids(citizens):
        stored[number] = time.time()
        await put(database, sealer, update(number))
        await asyncio.sleep(EVERY_S)
    await asyncio.sleep(3)
    stopped.set()
    if task is not None:
        await task
    await database.close()
    with psycopg.connect(bench.url) as connection:
        rows = connection.execute(
            "SELECT update_id, extract(epoch FROM done_at) FROM inbox"
            " WHERE state = 'done' AND update_id = ANY(%s)",
            [list(stored)],
        ).fetchall()
    return [float(at) - stored[number] for number, at in rows]


async def measure(bench: Bench, citizens: int) -> None:
    """Measure and print."""
    await bench.prepare()
    table = Table("", "answered", "median ms", "p95 ms", title="Beside a flood of 50 a second")
    with bench.program("bench.intake", "--worker"):
        # Starting, the worker makes its index and its rules; that is not what is measured.
        await answer_times(bench, 8, flood=False)
        for name, flood in (("without", False), ("beside it", True)):
            times = sorted(await answer_times(bench, citizens, flood=flood))
            table.add_row(
                name,
                f"{len(times)} of {citizens}",
                f"{statistics.median(times) * 1000:.0f}",
                f"{times[int(len(times) * 0.95)] * 1000:.0f}",
            )
    console.print(table)
    kept = bench.one("SELECT count(*) FROM inbox WHERE state = 'pending' AND held")
    console.print(f"{kept} messages of the flood wait for their turn; none is lost.")


def main(arguments: Sequence[str] = ()) -> None:
    """Measure in a fresh database."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--citizens", type=int, default=80)
    given = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="beatway-bench-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        with open_cluster(folder) as cluster:
            asyncio.run(measure(Bench(cluster.url, folder), given.citizens))


if __name__ == "__main__":
    main(sys.argv[1:])
