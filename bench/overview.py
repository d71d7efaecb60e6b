"""What leaders look at, over 2,000 officers, 500 beats and 20,000 open reports, and 200,000 closed.

The overview as one statement, the list of unattended beats with who covers, the forecast of seven
days, a precinct's queue with the overdue first, and a look for late reports when there are none.
Each as the API does it, the database included and the JSON left out.
"""

import argparse
import asyncio
import statistics
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from typing import Any

import shapely
from rich.console import Console
from rich.table import Table
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from app import migration
from app.beats import forecast, unattended_beats
from app.boundaries import activate, store_set
from app.context import UseCases, use_cases
from app.db import Role, open_database
from app.directory import DirectoryCache
from app.duty_watch import look
from app.escalation import is_somebody_late
from app.overview import overview
from app.permissions import Scope
from app.queues import Part, queue
from app.routing import hold_for_change
from app.settings import Settings
from bench.database import fresh_cluster, open_web
from geo.districts import District, Level

PRECINCTS, BEATS_EACH, OFFICERS = 20, 25, 2_000
OPEN, CLOSED = 20_000, 200_000
ROUNDS = 30
STEP = 0.01

# Half of the officers have the day shift, half the night; a tenth are on leave for some days.
ROSTER = """
INSERT INTO officer (code, name, precinct_code)
SELECT 'O' || n, 'Officer ' || n, 'P' || n % {precincts} FROM generate_series(1, {officers}) n;
INSERT INTO posting (officer_id, beat_code, kind, period)
SELECT id, 'P' || id % {precincts} || '-' || (id / {precincts}) % {beats},
       CASE WHEN id <= {precincts} * {beats} THEN 'primary' ELSE 'deputy' END,
       tstzrange(now() - interval '1 day', NULL)
  FROM officer WHERE id % 7 > 0;
INSERT INTO shift (officer_id, period)
SELECT id, tstzrange(date_trunc('day', now()) + (day || ' days')::interval
                     + (12 * (id % 2) || ' hours')::interval,
                     date_trunc('day', now()) + (day || ' days')::interval
                     + (12 * (id % 2) + 12 || ' hours')::interval)
  FROM officer, generate_series(-1, 8) day;
INSERT INTO leave (officer_id, kind, period)
SELECT id, 'vacation', tstzrange(now() + interval '1 day', now() + interval '3 days')
  FROM officer WHERE id % 10 = 0;
"""
REPORTS = """
INSERT INTO report (number, status, text, category, priority, response, source, received_at,
                    precinct_code, beat_code, assigned_officer_id, rung, escalation_step,
                    deadlines_from, acknowledge_due_at, on_scene_due_at, closed_at)
SELECT '{prefix}-' || lpad(n::text, 8, '0'), ({statuses})[1 + n % {many}], 'Somebody is breaking in',
       'other', 1 + n % 5, 'beat_officer', 'telegram', now() - n * interval '1 second',
       'P' || n % {precincts}, 'P' || n % {precincts} || '-' || (n / {precincts}) % {beats},
       1 + n % {officers}, 'primary', 3, now() - n * interval '1 second',
       now() + (n % 600 - 100) * interval '1 minute', now() + (n % 900 - 50) * interval '1 minute',
       CASE WHEN {closed} THEN now() END
  FROM generate_series(1, {count}) n;
"""
OPEN_STATUSES = "ARRAY['queued', 'queued', 'acknowledged', 'en_route', 'on_scene']"

console = Console()


def city() -> list[District]:
    """Return precincts side by side, each of a row of beats."""
    districts = []
    for number in range(PRECINCTS):
        south = 47.0 + number * STEP
        code = f"P{number}"
        whole = shapely.box(37.0, south, 37.0 + BEATS_EACH * STEP, south + STEP)
        districts.append(District(code, Level.PRECINCT, None, {"uk": code}, whole))
        for beat in range(BEATS_EACH):
            west = 37.0 + beat * STEP
            square = shapely.box(west, south, west + STEP, south + STEP)
            name = f"{code}-{beat}"
            districts.append(District(name, Level.BEAT, code, {"uk": name}, square))
    return districts


async def fill(session: AsyncSession, context: UseCases) -> None:
    """Put the city, its roster and its reports into an empty database."""
    set_id = await store_set(session, city(), label="bench", source="bench", actor="bench")
    await activate(session, set_id, "bench", context)
    sizes = {"precincts": PRECINCTS, "beats": BEATS_EACH, "officers": OFFICERS}
    closed = {"prefix": "old", "statuses": "ARRAY['resolved']", "many": 1, "count": CLOSED}
    there = {"prefix": "new", "statuses": OPEN_STATUSES, "many": 5, "count": OPEN}
    for part in (
        ROSTER.format(**sizes),
        REPORTS.format(**sizes, **closed, closed="true"),
        REPORTS.format(**sizes, **there, closed="false"),
    ):
        for statement in part.split(";\n"):
            if statement.strip():
                await session.execute(text(statement))
    await hold_for_change(session)
    await look(session, context)


async def measure(url: str) -> list[tuple[str, float, float]]:
    """Fill the database and time what leaders look at; p50 and p95 in milliseconds."""
    migration.upgrade(url)
    context = replace(use_cases(Settings(_env_file=None, database_url=url)), load_limit=25)
    owner = open_database(url, Role.OWNER)
    async with owner.transaction() as session:
        await fill(session, context)
    async with owner.transaction() as session:
        await session.execute(text("ANALYZE"))
    await owner.close()
    database = await open_web(url)
    directories = DirectoryCache(["uk"])
    scope = Scope()

    async def beats(session: AsyncSession) -> None:
        await unattended_beats(session, context, await directories.current(session), scope)

    async def ahead(session: AsyncSession) -> None:
        await forecast(session, context, await directories.current(session), scope, 7)

    async def precinct(session: AsyncSession) -> None:
        entry = (await directories.current(session)).entry("P3", scope)
        await queue(session, scope, context.clock(), Part(entry))

    async def whole(session: AsyncSession) -> None:
        await overview(session, scope, context.clock(), 25)

    async def late(session: AsyncSession) -> None:
        await is_somebody_late(session, context)

    works: dict[str, Callable[[AsyncSession], Awaitable[Any]]] = {
        "overview of the city": whole,
        "unattended beats and who covers": beats,
        "forecast of seven days": ahead,
        "queue of a precinct (1,000 open)": precinct,
        "look for late reports, none": late,
    }
    found = []
    for name, work in works.items():
        times = []
        for _ in range(ROUNDS):
            began = time.perf_counter()
            async with database.transaction() as session:
                await work(session)
            times.append((time.perf_counter() - began) * 1000)
        found.append((name, statistics.median(times), sorted(times)[int(ROUNDS * 0.95)]))
    await database.close()
    return found


def main(arguments: Sequence[str] = ()) -> None:
    """Measure and print a table."""
    argparse.ArgumentParser(description=__doc__).parse_args(arguments)
    with fresh_cluster() as cluster:
        found = asyncio.run(measure(cluster.url))
    table = Table(
        "what", "p50, ms", "p95, ms", title=f"{OPEN:,} open reports, {OFFICERS:,} officers"
    )
    for name, middle, high in found:
        table.add_row(name, f"{middle:.1f}", f"{high:.1f}")
    console.print(table)


if __name__ == "__main__":
    main()
