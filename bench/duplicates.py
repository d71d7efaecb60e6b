"""What a message costs beside five million past reports: reading it, and finding what it repeats.

Reports of three years, six of ten around two hundred busy places; of the last hours a few hundred
are open. Each message of the corpus is read by the rules and looked for among the open entries
near it, as on arrival; then what the desk's drawer suggests is looked for, closed ones too. The
plans are printed: both must go by the index of entries.
"""

import argparse
import asyncio
import csv
import random
import statistics
import sys
import time
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
from sqlalchemy import text

from app import migration
from app.cluster import Cluster
from app.db import Database, Role, open_database
from app.incident_search import NEAR, NEAR_OPEN, Probe, box, folded, same, suggestions
from app.triage import read
from app.triage_sets import InUse, TriageCache
from bench.database import fresh_cluster
from bench.triage import DATA

PAST = 5_000_000
TIMES = 600
REACHED_MS = 5.0
NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
YEARS_S = 3 * 365 * 24 * 3600
WEST, SOUTH, WIDE, HIGH = 37.4, 47.02, 0.3, 0.16
BUSY = 200
INDEX = "ix_report_entry_near"

LOAD = """
INSERT INTO report (number, status, text, folded, category, priority, response, source, received_at,
                    updated_at, acknowledged_at, closed_at, place, place_kind, place_accuracy_m,
                    precinct_code, beat_code, assigned_desk, rung, version)
SELECT '2025-' || lpad(n::text, 8, '0'),
       CASE WHEN n < %(open)s THEN 'queued' ELSE 'resolved' END,
       said.text, said.folded, said.category, 3, 'patrol', 'telegram', at, at,
       CASE WHEN n >= %(open)s THEN at END, CASE WHEN n >= %(open)s THEN at END,
       ST_SetSRID(ST_MakePoint(
           CASE WHEN n %% 10 < 6 THEN %(west)s + (n * 7919 %% %(busy)s) * 1.0 / %(busy)s * %(wide)s
                     + (random() - 0.5) * 0.002
                ELSE %(west)s + random() * %(wide)s END,
           CASE WHEN n %% 10 < 6 THEN %(south)s + (n * 7919 %% %(busy)s * 37 %% %(busy)s) * 1.0
                     / %(busy)s * %(high)s + (random() - 0.5) * 0.002
                ELSE %(south)s + random() * %(high)s END), 4326),
       'shared', 15, 'P1', 'B1', 'city', 'city_desk', 3
  FROM generate_series(%(first)s::bigint, %(last)s::bigint) n
 CROSS JOIN LATERAL (SELECT %(noon)s::timestamptz - n * %(step)s::float8 * interval '1 second') t (at)
  JOIN said ON said.id = n * 31 %% %(texts)s
"""


def messages() -> list[tuple[str, str]]:
    """Return texts and what they are about."""
    rows: list[tuple[str, str]] = []
    for name in ("triage_tuned.csv", "triage_held.csv"):
        with (DATA / name).open(encoding="utf-8", newline="") as lines:
            rows += [(row["text"], row["category"]) for row in csv.DictReader(lines)]
    return rows


def load(url: str, rows: Sequence[tuple[str, str]], past: int) -> None:
    """Fill the register in bulk; its indexes are built afterwards."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("SET session_replication_role = replica")
        connection.execute("SET maintenance_work_mem = '512MB'; SET synchronous_commit = off")
        connection.execute(
            "CREATE TEMPORARY TABLE said (id int, text text, folded text, category text)"
        )
        with connection.cursor() as cursor:
            cursor.executemany(
                "INSERT INTO said VALUES (%s, %s, %s, %s)",
                [(n, words, folded(words), about) for n, (words, about) in enumerate(rows)],
            )
        indexes = connection.execute(
            "SELECT indexname, indexdef FROM pg_indexes WHERE tablename = 'report'"
            " AND indexname LIKE 'ix%%'"
        ).fetchall()
        for name, _ in indexes:
            connection.execute(f"DROP INDEX {name}".encode())
        step = YEARS_S / past
        values = {
            "first": 0,
            "last": past - 1,
            "open": int(4 * 3600 / step),
            "texts": len(rows),
            "noon": NOON,
            "step": step,
            "busy": BUSY,
            "west": WEST,
            "south": SOUTH,
            "wide": WIDE,
            "high": HIGH,
        }
        connection.execute(LOAD.encode(), values)
        for name, definition in indexes:
            began = time.perf_counter()
            connection.execute(definition.encode())
            if name == INDEX:
                print(f"  index of entries built in {time.perf_counter() - began:.1f} s")
        connection.execute("VACUUM (ANALYZE) report")
        size = connection.execute(f"SELECT pg_size_pretty(pg_relation_size('{INDEX}'))").fetchone()
        print(f"  its size: {size[0] if size else '?'}")


def place(turn: int) -> tuple[float, float]:
    """Return a busy place, or any other."""
    chance = random.Random(turn)
    if turn % 2:
        spot = turn * 7919 % BUSY
        return WEST + spot / BUSY * WIDE, SOUTH + spot * 37 % BUSY / BUSY * HIGH
    return WEST + chance.random() * WIDE, SOUTH + chance.random() * HIGH


def probe(in_use: InUse, words: str, turn: int) -> Probe:
    """Read a message, and return what is looked for."""
    triaged = read(in_use, words)
    at = NOON + timedelta(seconds=5)
    return Probe(0, triaged.category.code, place(turn), 15.0, at, folded(words), None)


async def spans(work: Callable[[int], Awaitable[object]]) -> list[float]:
    """Return the milliseconds of each run, without some to warm up."""
    taken = []
    for turn in range(-50, TIMES):
        began = time.perf_counter()
        await work(turn)
        if turn >= 0:
            taken.append((time.perf_counter() - began) * 1000)
    return taken


def line(name: str, taken: Sequence[float]) -> float:
    """Print one measurement; return its middle."""
    cuts = statistics.quantiles(taken, n=100)
    print(f"  {name:<44} p50 {cuts[49]:6.2f} ms   p95 {cuts[94]:6.2f} ms   p99 {cuts[98]:6.2f} ms")
    return cuts[49]


async def plan(database: Database, statement: Any, wanted: Probe, radius_m: float) -> str:
    """Return how PostgreSQL goes about a search."""
    west, south, east, north = box(wanted.place or (0, 0), radius_m)
    given: dict[str, Any] = {"west": west, "south": south, "east": east, "north": north, "id": 0}
    given |= {"since": wanted.at - timedelta(hours=4), "until": wanted.at, "folded": wanted.folded}
    async with database.transaction() as session:
        rows = await session.execute(
            text(f"EXPLAIN (ANALYZE, BUFFERS, COSTS OFF) {statement.text}"), given
        )
        return "\n".join(f"    {row[0]}" for row in rows)


async def measure(cluster: Cluster, rows: Sequence[tuple[str, str]]) -> float:
    """Measure and print; return the middle of reading and searching together."""
    database = open_database(cluster.url, Role.BOT)
    async with database.transaction() as session:
        in_use = await TriageCache().get(session)
    texts = [words for words, _ in rows]
    found = [0, 0]

    async def arrive(turn: int) -> None:
        wanted = probe(in_use, texts[turn % len(texts)], turn)
        async with database.transaction() as session:
            found[0] += await same(session, in_use.rules, wanted) is not None

    async def suggest(turn: int) -> None:
        wanted = probe(in_use, texts[turn % len(texts)], turn)
        async with database.transaction() as session:
            found[1] += len(await suggestions(session, in_use.rules, wanted))

    began = time.perf_counter()
    for turn in range(TIMES):
        read(in_use, texts[turn % len(texts)])
    print(
        f"  of which reading alone: {(time.perf_counter() - began) * 1000 / TIMES:.2f} ms on average"
    )
    middle = line("reading and searching on arrival", await spans(arrive))
    line("reading and what the drawer suggests", await spans(suggest))
    print(f"  {found[0]} of {TIMES + 50} were of an open entry; {found[1]} suggestions")
    wanted = probe(in_use, "ДТП, дві машини", 1)
    for name, statement, radius in (("arrival", NEAR_OPEN, 200.0), ("drawer", NEAR, 400.0)):
        how = await plan(database, statement, wanted, radius)
        print(f"  plan of {name}:\n{how}")
        if INDEX not in how:
            sys.exit(f"the search does not go by {INDEX}")
    await database.close()
    return middle


def main(arguments: Sequence[str] = ()) -> None:
    """Measure and print; end with a failure where a message takes too long."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--past", type=int, default=PAST)
    past = options.parse_args(arguments).past
    rows = messages()
    with fresh_cluster() as cluster:
        migration.upgrade(cluster.url)
        began = time.perf_counter()
        load(cluster.url, rows, past)
        print(f"  {past:,} reports in {time.perf_counter() - began:.0f} s")
        middle = asyncio.run(measure(cluster, rows))
    if middle > REACHED_MS:
        sys.exit("a message takes too long")


if __name__ == "__main__":
    main(sys.argv[1:])
