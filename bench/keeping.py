"""What the audit costs whoever writes, how fast it is checked, and how fast what is due goes.

The audit's chain makes writers wait for each other while they commit. Beside them stand the same
writers of a table of the same columns without a chain.
"""

import argparse
import asyncio
import statistics
import threading
import time
from collections.abc import Callable, Sequence

import psycopg

from app import audit, migration
from app.context import use_cases
from app.db import Role, open_database
from app.demo import load_demo
from app.purge import purge
from app.settings import Settings
from bench.database import fresh_cluster

WRITERS = (1, 8)
SECONDS = 5.0
REPORTS = 20_000
EVENTS = 5
CHAINED = "SELECT audit_note('bench', 'bench.written', 'x', '{\"n\": 1}')"
PLAIN = (
    "INSERT INTO bench_plain (actor, kind, subject, detail) VALUES ('b', 'b.w', 'x', '{\"n\": 1}')"
)

FILL = """
    INSERT INTO report (number, status, text, category, priority, response, source, received_at,
                        closed_at, rung, assigned_desk, place, place_kind, boundary_set_id,
                        precinct_code, beat_code, decision)
    SELECT 'b-' || n, 'resolved', 'words ' || n, 'theft', 3, 'patrol', 'bench',
           now() - interval '500 days', now() - interval '499 days' - n * interval '1 second',
           'city_desk', 'city', ST_PointOnSurface(d.geom), 'shared', d.boundary_set_id, d.parent,
           d.code, '{"reason": "inside", "lon": 37.5, "lat": 47.1, "candidates": []}'
      FROM generate_series(1, %s) AS n
      JOIN LATERAL (SELECT * FROM district WHERE level = 'beat'
                     ORDER BY code OFFSET n %% 20 LIMIT 1) AS d ON true
"""
HISTORY = """
    INSERT INTO report_event (report_id, version, actor, kind, before, after, note)
    SELECT r.id, n, 'bench', 'status',
           '{"status": "queued", "placement": {"kind": "shared", "decision": {"lon": 37.5}}}',
           '{"status": "resolved", "text": "words", "assignment": {"desk": "city"}}', 'note'
      FROM report AS r, generate_series(1, %s) AS n
"""


def rate(url: str, statement: str, writers: int) -> tuple[float, float]:
    """Return commits a second, and the middle time of one in milliseconds."""
    spans: list[float] = []
    end = time.monotonic() + SECONDS

    def write() -> None:
        with psycopg.connect(url, autocommit=True) as connection:
            while time.monotonic() < end:
                began = time.perf_counter()
                connection.execute(statement)
                spans.append(time.perf_counter() - began)

    threads = [threading.Thread(target=write) for _ in range(writers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return len(spans) / SECONDS, statistics.median(spans) * 1000


def took(work: Callable[[], object]) -> float:
    """Return seconds."""
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


async def check(url: str) -> audit.Verdict:
    database = open_database(url, Role.OWNER)
    try:
        async with database.transaction() as session:
            return await audit.verify(session)
    finally:
        await database.close()


async def let_go(url: str, settings: Settings) -> tuple[int, list[float]]:
    database = open_database(url, Role.BOT)
    steps, count = [], 0
    began = time.perf_counter()
    try:
        async for gone in purge(database, use_cases(settings), "bench"):
            count += gone.count
            steps.append(time.perf_counter() - began)
            began = time.perf_counter()
    finally:
        await database.close()
    return count, steps


async def fill(url: str, settings: Settings) -> None:
    database = open_database(url, Role.OWNER)
    context = use_cases(settings)
    try:
        async with database.transaction() as session:
            await load_demo(session, context.clock(), context.timezone)
    finally:
        await database.close()


async def seal(url: str) -> int:
    database = open_database(url, Role.BOT)
    sealed, more = 0, 1
    try:
        # The first call only marks how far there is to go.
        for _ in range(2):
            more = 1
            while more:
                async with database.transaction() as session:
                    more = await audit.seal_history(session)
                sealed += more
    finally:
        await database.close()
    return sealed


def main(arguments: Sequence[str] = ()) -> None:
    """Measure and print."""
    options = argparse.ArgumentParser(prog="bench keeping")
    options.add_argument("--reports", type=int, default=REPORTS)
    reports = options.parse_args(arguments).reports
    with fresh_cluster(durable=True) as cluster:
        url = cluster.url
        settings = Settings(_env_file=None, database_url=url)
        migration.upgrade(url)
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute("CREATE TABLE bench_plain (LIKE audit INCLUDING ALL)")
        for writers in WRITERS:
            for name, statement in (("no chain", PLAIN), ("chained", CHAINED)):
                commits, middle = rate(url, statement, writers)
                print(
                    f"  {writers} writers, {name:<8} {commits:8.0f} commits/s   p50 {middle:.2f} ms"
                )
        asyncio.run(fill(url, settings))
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute(FILL, [reports])
            filled = took(lambda: connection.execute(HISTORY, [EVENTS]))
            connection.execute("ANALYZE")
        print(
            f"  {reports * EVENTS} changes of reports written in {filled:.1f} s, each with its seal"
        )
        print(f"  sealed in {took(lambda: asyncio.run(seal(url))):.1f} s")
        began = time.perf_counter()
        verdict = asyncio.run(check(url))
        span = time.perf_counter() - began
        print(f"  {verdict.checked} entries and {verdict.sealed} changes checked in {span:.1f} s")
        began = time.perf_counter()
        count, steps = asyncio.run(let_go(url, settings))
        span = time.perf_counter() - began
        print(
            f"  {reports} reports with {reports * EVENTS} changes: {count} purged in {span:.1f} s;"
            f" a transaction p50 {statistics.median(steps):.2f} s, longest {max(steps):.2f} s"
        )
        verdict = asyncio.run(check(url))
        print(f"  checked again: {verdict.fault or 'right'}")


if __name__ == "__main__":
    main()
