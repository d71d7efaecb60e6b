"""From a webhook's update to the committed assignment and the queued reply.

All on one machine and in one run: PostgreSQL, the web server, the worker and the client that plays
Telegram share its cores. Beside each rate stands how many bare one-row inserts the same database
commits over as many connections. The worker here only processes the inbox: sending is bounded by
Telegram's own 30 messages a second.
"""

import argparse
import asyncio
import json
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Self

import psutil
import psycopg
import uvloop
from rich.console import Console
from rich.table import Table

from app import inbox, migration
from app.bell import Bell, listen
from app.cluster import open_cluster
from app.context import use_cases
from app.db import Role, open_database
from app.demo import load_demo
from app.identity import Sealer
from app.settings import load_settings
from app.worker import make_intake, work_inbox

SECRET = "bench-secret-for-one-run"  # noqa: S105 - guards nothing
HOOK_SECRET = "hook"  # noqa: S105 - likewise
PARALLEL = 4
FIRST_ID = 1_000_000
POINTS = ((37.5436, 47.0971), (37.6440, 47.1120), (37.5000, 47.1290), (37.4960, 47.0700))
REACHED = 150.0

console = Console()


def update(number: int) -> dict[str, Any]:
    """Return a shared location of a citizen never heard of before."""
    lon, lat = POINTS[number % len(POINTS)]
    person = {"id": number, "is_bot": False, "first_name": "Citizen", "language_code": "uk"}
    return {
        "update_id": number,
        "message": {
            "message_id": 1,
            "date": int(time.time()),
            "chat": {"id": number, "type": "private", "first_name": "Citizen"},
            "from": person,
            "location": {
                "longitude": lon + number % 97 * 1e-5,
                "latitude": lat,
                "horizontal_accuracy": 15.0,
            },
        },
    }


async def run_worker() -> None:
    """Process the inbox until stopped; this is what the worker subprocess does."""
    settings = load_settings()
    database = open_database(
        settings.required_database_url(), Role.BOT, "bench", pool_size=PARALLEL + 1
    )
    sealer = Sealer(settings.required_secret_key())
    intake = make_intake(database, use_cases(settings), sealer, "1:bench", "bench_bot")
    bell = Bell()
    await asyncio.gather(
        listen(database.conninfo, {"beatway_inbox": bell}), work_inbox(intake, bell, PARALLEL)
    )


class Bench:
    """A demo city in a database of its own, and the programs that use it."""

    def __init__(self, url: str, folder: Path) -> None:
        self.url, self.folder = url, folder
        self.next_id = FIRST_ID
        self.environment = os.environ | {
            "BEATWAY_DATABASE_URL": url,
            "BEATWAY_SECRET_KEY": SECRET,
            "BEATWAY_WEBHOOK_SECRET": HOOK_SECRET,
            "BEATWAY_TELEGRAM_TOKEN": "1:bench",
            "BEATWAY_TELEGRAM_MODE": "webhook",
            "BEATWAY_LOG_LEVEL": "WARNING",
        }

    def one(self, statement: str) -> Any:
        """Return the single value of a query."""
        with psycopg.connect(self.url, autocommit=True) as connection:
            cursor = connection.execute(statement.encode())
            row = cursor.fetchone() if cursor.description else None
            return row[0] if row else None

    def replies(self) -> int:
        """Return how many replies are committed."""
        return int(self.one("SELECT count(*) FROM outbox"))

    @contextmanager
    def program(self, *command: str) -> Iterator[psutil.Process]:
        """Run one of our programs for as long as the block lasts."""
        process = subprocess.Popen([sys.executable, "-m", *command], env=self.environment)
        try:
            yield psutil.Process(process.pid)
        finally:
            process.terminate()
            process.wait(20)

    async def prepare(self) -> None:
        """Migrate and load the demo city."""
        migration.upgrade(self.url)
        owner = open_database(self.url, Role.OWNER, "bench", 1)
        context = use_cases(load_settings())
        async with owner.transaction() as session:
            await load_demo(session, context.clock(), context.timezone)
        await owner.close()

    def take_ids(self, count: int) -> list[int]:
        """Return update ids that were not used yet."""
        self.next_id += count
        return list(range(self.next_id - count, self.next_id))


def free_port() -> int:
    """Return a port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Hook:
    """A keep-alive HTTP connection to the webhook; a bare one, so that the client costs little."""

    def __init__(self, port: int) -> None:
        self.port = port

    async def __aenter__(self) -> Self:
        self.reader, self.writer = await asyncio.open_connection("127.0.0.1", self.port)
        return self

    async def __aexit__(self, *_: object) -> None:
        self.writer.close()

    async def deliver(self, number: int) -> None:
        """Post an update and wait until it is acknowledged."""
        body = json.dumps(update(number)).encode()
        head = (
            f"POST /telegram/webhook HTTP/1.1\r\nHost: 127.0.0.1:{self.port}\r\n"
            f"X-Telegram-Bot-Api-Secret-Token: {HOOK_SECRET}\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        self.writer.write(head.encode() + body)
        answer = await self.reader.readuntil(b"\r\n\r\n")
        if b" 200 " not in answer.split(b"\r\n", 1)[0]:
            raise RuntimeError(answer.decode())
        lengths = [
            int(line.split(b":")[1])
            for line in answer.lower().split(b"\r\n")
            if line.startswith(b"content-length:")
        ]
        await self.reader.readexactly(lengths[0] if lengths else 0)


async def deliver_all(port: int, numbers: Sequence[int], in_flight: int) -> None:
    """Post updates over so many connections at once."""
    waiting = iter(numbers)

    async def one() -> None:
        async with Hook(port) as hook:
            for number in waiting:
                await hook.deliver(number)

    await asyncio.gather(*[one() for _ in range(in_flight)])


async def until_replies(bench: Bench, wanted: int) -> None:
    """Wait until so many replies are committed."""
    while bench.replies() < wanted:  # noqa: ASYNC110 - the counting happens in the database
        await asyncio.sleep(0.05)


async def inserts_a_second(url: str, connections: int, seconds: float = 2.0) -> float:
    """Return how many bare one-row inserts are committed in a second."""
    end, done = time.perf_counter() + seconds, 0

    async def one() -> None:
        nonlocal done
        async with await psycopg.AsyncConnection.connect(url, autocommit=True) as connection:
            while time.perf_counter() < end:
                await connection.execute("INSERT INTO bench_bare (body) VALUES (%s)", ["x" * 300])
                done += 1

    await asyncio.gather(*[one() for _ in range(connections)])
    return done / seconds


async def measure_latency(bench: Bench, port: int, count: int) -> list[float]:
    """Return seconds from posting an update to its committed reply, one at a time."""
    times = []
    listening = psycopg.AsyncConnection.connect(bench.url, autocommit=True)
    async with Hook(port) as hook, await listening as connection:
        await connection.execute("LISTEN beatway_outbox")
        for number in bench.take_ids(count):
            begun = time.perf_counter()
            await hook.deliver(number)
            async for _ in connection.notifies(timeout=10, stop_after=1):
                pass
            times.append(time.perf_counter() - begun)
    return times


async def measure_rates(bench: Bench, count: int) -> Table:
    """Measure from the webhook to the reply at 1, 4 and 16 in flight."""
    table = Table(
        "webhook → reply", "reports/s", "bare inserts/s", "ratio", "of 150/s", title="Intake"
    )
    port = free_port()
    with (
        bench.program("app.cli", "serve", "--port", str(port)),
        bench.program("bench.intake", "--worker"),
    ):
        await ready(port)
        await deliver_all(port, bench.take_ids(100), 4)
        await until_replies(bench, 100)
        for in_flight in (1, 4, 16):
            bare = await inserts_a_second(bench.url, in_flight)
            wanted = bench.replies() + count
            begun = time.perf_counter()
            await deliver_all(port, bench.take_ids(count), in_flight)
            await until_replies(bench, wanted)
            rate = count / (time.perf_counter() - begun)
            table.add_row(
                f"{in_flight} in flight",
                f"{rate:.0f}",
                f"{bare:.0f}",
                f"1 : {bare / rate:.1f}",
                f"{rate / REACHED:.2f}×",
            )
        times = sorted(await measure_latency(bench, port, 200))
        p99 = times[int(len(times) * 0.99)] * 1000
        table.add_row(
            "one at a time", f"p50 {statistics.median(times) * 1000:.1f} ms", f"p99 {p99:.1f} ms"
        )
    return table


async def ready(port: int) -> None:
    """Wait until the server accepts connections."""
    while True:
        try:
            async with Hook(port):
                return
        except OSError:
            await asyncio.sleep(0.1)


async def store(bench: Bench, numbers: Sequence[int]) -> None:
    """Put updates into the inbox as the webhook would."""
    database = open_database(bench.url, Role.BOT, "bench", 1)
    sealer = Sealer(SECRET.encode())
    for start in range(0, len(numbers), 500):
        async with database.transaction() as session:
            bodies = [update(number) for number in numbers[start : start + 500]]
            await inbox.store(session, sealer, *bodies)
    await database.close()


async def measure_drain(bench: Bench, workers: int, count: int) -> tuple[float, float, float]:
    """Return updates a second, and one worker's MiB after a tenth of them and at the end."""
    begun_with = bench.replies()
    await store(bench, bench.take_ids(count))
    early = 0.0
    programs = [bench.program("bench.intake", "--worker") for _ in range(workers)]
    processes = [program.__enter__() for program in programs]
    try:
        await until_replies(bench, begun_with + 1)
        begun, already = time.perf_counter(), bench.replies()
        while (done := bench.replies()) < begun_with + count:
            if not early and done >= begun_with + count // 10:
                early = processes[0].memory_info().rss / 2**20
            await asyncio.sleep(0.1)
        rate = (begun_with + count - already) / (time.perf_counter() - begun)
        return rate, early, processes[0].memory_info().rss / 2**20
    finally:
        for program in programs:
            program.__exit__(None, None, None)


async def measure(bench: Bench, count: int, drained: int) -> None:
    """Measure and print everything."""
    await bench.prepare()
    bench.one("CREATE TABLE bench_bare (id bigserial PRIMARY KEY, body text)")
    console.print(await measure_rates(bench, count))
    table = Table("drain of the inbox", "updates/s", "ratio", "MiB after 1/10", "MiB at the end")
    first = None
    for workers in (1, 2):
        rate, early, late = await measure_drain(bench, workers, drained)
        first = first or rate
        table.add_row(
            f"{drained} by {workers}",
            f"{rate:.0f}",
            f"{rate / first:.2f}×",
            f"{early:.0f}",
            f"{late:.0f} ({late / early:.2f}×)" if early else f"{late:.0f}",
        )
    console.print(table)


def main(arguments: Sequence[str] = ()) -> None:
    """Measure in a fresh database, or be its worker."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--worker", action="store_true", help="be the worker (used by itself)")
    parser.add_argument(
        "--reports", type=int, default=1500, help="reports at each number in flight"
    )
    parser.add_argument("--drained", type=int, default=10_000, help="updates drained")
    given = parser.parse_args(arguments)
    if given.worker:
        uvloop.run(run_worker())
        return
    with tempfile.TemporaryDirectory(prefix="beatway-bench-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        with open_cluster(folder) as cluster:
            asyncio.run(measure(Bench(cluster.url, folder), given.reports, given.drained))


if __name__ == "__main__":
    main(sys.argv[1:])
