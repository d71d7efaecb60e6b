"""Who answers, in a large city: 2,000 officers, 500 beats and 20,000 open reports.

Measured over a durable database, one thing at a time: finding an owner (`app.staffing.assign`) and
registering a report with it, on the first rung and where the ladder has to be climbed; a change of
shift that moves some 500 reports, and one of the whole city (`app.duty_watch.look`); the queue of a
precinct beside ten thousand closed reports and beside five million: its rows, and the whole answer
over HTTP, where this process is the client and the server.
"""

import argparse
import asyncio
import statistics
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import httpx
import psycopg
import shapely

from app import migration
from app.access import add_staff, make_token
from app.boundaries import activate, store_set
from app.cluster import Cluster
from app.context import UseCases, use_cases
from app.cover import CITY_DESK
from app.db import Database, Role, open_database
from app.directory import DirectoryCache
from app.duty_watch import is_something_new, look
from app.handovers import summary
from app.main import create_app
from app.permissions import Scope
from app.places import Place, PlaceKind
from app.queues import Part, queue
from app.reports import NewReport, register
from app.routing import current_index, hold_for_change
from app.settings import Settings
from app.staffing import assign
from bench.database import SECRET, fresh_cluster, open_web
from geo.districts import District, Level

PRECINCTS, BEATS_EACH, OFFICERS_EACH = 50, 10, 40
OPEN = 20_000
FEW, MANY = 10_000, 5_000_000
LIMIT, LOW_LIMIT = 60, 40
CELL = 0.005
WEST, SOUTH = 37.3, 46.9
TIMES = 400
ASSIGNED_MS, MOVED_S, QUEUE_MS = 5.0, 2.0, 10.0
MOVED = 500
# Two precincts change at one hour, the rest of the city at a later one.
NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
EARLY, LATE = NOON + timedelta(hours=4), NOON + timedelta(hours=8)
DAYS_BACK, DAYS_AHEAD, TAPS_BACK = 60, 30, 365

# Officer k of a precinct is of the day or the night; a beat's deputy is of the other half.
OFFICERS = """
INSERT INTO officer (code, name, precinct_code, load_limit)
SELECT 'O' || p || '-' || lpad(k::text, 2, '0'), 'Officer ' || p || '/' || k, 'P' || p,
       CASE WHEN k < 5 OR k BETWEEN 11 AND 15 THEN %(low)s END
  FROM generate_series(0, %(precincts)s - 1) p, generate_series(0, %(each)s - 1) k ORDER BY p, k
"""
MEMBERS = """
CREATE TEMPORARY TABLE member AS
SELECT id, substr(precinct_code, 2)::int AS p, split_part(code, '-', 2)::int AS k,
       CASE WHEN substr(precinct_code, 2)::int < 2 THEN interval '4 hours'
            ELSE interval '8 hours' END AS change
  FROM officer
"""
POSTINGS = """
INSERT INTO posting (officer_id, beat_code, kind, period)
SELECT id, 'B' || p || '-' || CASE WHEN k < 10 THEN k ELSE (k + 9) %% 10 END,
       CASE WHEN k < 10 THEN 'primary' ELSE 'deputy' END, tstzrange(%(noon)s - interval '1 year', NULL)
  FROM member WHERE k < 20
"""
SHIFTS = """
INSERT INTO shift (officer_id, period)
SELECT id, tstzrange(start, start + interval '12 hours')
  FROM (SELECT id, %(noon)s + change + day * interval '1 day'
               - CASE WHEN k %% 2 = 0 THEN interval '12 hours' ELSE interval '0' END AS start
          FROM member, generate_series(-%(back)s::int, %(ahead)s) day) planned
"""
TAPS = """
INSERT INTO duty_tap (officer_id, at, on_duty, actor)
SELECT id, %(noon)s + change - day * interval '1 day' - interval '11 hours', day %% 2 = 0, 'bench'
  FROM member, generate_series(2, %(taps)s) day ORDER BY 2
"""
LEAVES = """
INSERT INTO leave (officer_id, kind, period)
SELECT id, 'vacation', tstzrange(%(noon)s - interval '3 days', %(noon)s + interval '9 days')
  FROM member WHERE k >= 36
"""
# Each report of a beat is with whoever of its two officers is there at noon.
OPEN_REPORTS = """
INSERT INTO report (number, status, text, category, priority, response, source, received_at,
                    acknowledged_at, place, place_kind, boundary_set_id, decision, precinct_code,
                    beat_code, assigned_officer_id, rung)
SELECT '2024-' || lpad(n::text, 6, '0'),
       CASE WHEN n / 500 %% 10 < 7 THEN 'queued' ELSE 'acknowledged' END,
       'Somebody is breaking into a car in the yard, two of them, one wears a red jacket ' || n,
       'other', 1 + n %% 4, 'beat_officer', 'telegram', %(noon)s - n * interval '7 seconds',
       CASE WHEN n / 500 %% 10 >= 7 THEN %(noon)s END,
       ST_SetSRID(ST_MakePoint(%(west)s + (n %% 500) * 1e-4, %(south)s), 4326), 'shared', %(set)s,
       jsonb_build_object('reason', 'inside', 'district', beat, 'precinct', 'P' || p, 'beat', beat,
                          'distance_m', 0, 'share', NULL, 'candidates', '[]'::jsonb),
       'P' || p, beat, id, CASE WHEN k < 10 THEN 'primary' ELSE 'deputy' END
  FROM (SELECT n, n %% 500 / 10 AS p, n %% 10 AS j, 'B' || n %% 500 / 10 || '-' || n %% 10 AS beat
          FROM generate_series(0, %(open)s - 1) n) given
  JOIN member USING (p)
 WHERE member.k = CASE WHEN j %% 2 = 0 THEN j ELSE 10 + (j + 1) %% 10 END
 ORDER BY n
"""
CLOSED_REPORTS = """
INSERT INTO report (number, status, text, category, priority, response, source, received_at,
                    acknowledged_at, closed_at, place, place_kind, boundary_set_id, decision,
                    precinct_code, beat_code, assigned_officer_id, rung, version)
SELECT '2025-' || lpad(n::text, 8, '0'), 'resolved',
       'Somebody is breaking into a car in the yard, two of them, one wears a red jacket ' || n,
       'other', 1 + n %% 4, 'beat_officer', 'telegram', %(noon)s - n * interval '5 seconds',
       %(noon)s, %(noon)s,
       ST_SetSRID(ST_MakePoint(%(west)s + (n %% 500) * 1e-4, %(south)s + n %% 777 * 1e-4), 4326),
       'shared', %(set)s, '{"reason": "inside", "candidates": []}',
       'P' || n %% 500 / 10, 'B' || n %% 500 / 10 || '-' || n %% 10,
       1 + n %% %(officers)s, 'primary', 4
  FROM generate_series(%(first)s::int, %(last)s - 1) n
"""
EVENTS = """
INSERT INTO report_event (report_id, version, actor, kind, precincts)
SELECT id, 1, 'citizen', 'registered', jsonb_build_array(precinct_code)
  FROM report WHERE id > %(after)s ORDER BY id
"""
REBUILT = ("ix_report_place", "ix_report_received", "ix_report_reporter_received")


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that was measured.

    Attributes
    ----------
    what, figures : str
    wanted : str
        Empty where nothing is asked of it.
    """

    what: str
    figures: str
    wanted: str = ""


def city() -> list[District]:
    """Return 50 precincts of two by five beats, side by side."""
    districts = []
    for p in range(PRECINCTS):
        row, column = divmod(p, 10)
        west, south = WEST + column * 5 * CELL, SOUTH + row * 2 * CELL
        beats = []
        for j in range(BEATS_EACH):
            up, along = divmod(j, 5)
            corner = (west + along * CELL, south + up * CELL)
            shape = shapely.box(*corner, corner[0] + CELL, corner[1] + CELL)
            code = f"B{p}-{j}"
            beats.append(District(code, Level.BEAT, f"P{p}", {"uk": code}, shape))
        whole = shapely.box(west, south, west + 5 * CELL, south + 2 * CELL)
        districts += [District(f"P{p}", Level.PRECINCT, None, {"uk": f"P{p}"}, whole), *beats]
    return districts


def middle(beat: int) -> Place:
    """Return the middle of a beat, counted through the city."""
    p, j = divmod(beat, BEATS_EACH)
    row, column = divmod(p, 10)
    up, along = divmod(j, 5)
    lon = WEST + (column * 5 + along + 0.5) * CELL
    return Place(lon, SOUTH + (row * 2 + up + 0.5) * CELL, PlaceKind.SHARED)


async def fill(url: str) -> tuple[int, str]:
    """Store the city, its officers, their year and the open reports.

    Returns
    -------
    set_id : int
    token : str
        Of somebody at the city's desk.
    """
    owner = open_database(url, Role.OWNER)
    async with owner.transaction() as session:
        set_id = await store_set(session, city(), label="bench", source="bench", actor="bench")
        await activate(session, set_id, "bench")
        await add_staff(session, "desk", "desk")
        token = await make_token(session, "desk")
    await owner.close()
    values = {
        "precincts": PRECINCTS,
        "each": OFFICERS_EACH,
        "low": LOW_LIMIT,
        "noon": NOON,
        "back": DAYS_BACK,
        "ahead": DAYS_AHEAD,
        "taps": TAPS_BACK,
        "open": OPEN,
        "west": WEST,
        "south": SOUTH,
        "set": set_id,
    }
    with psycopg.connect(url, autocommit=True) as connection:
        for statement in (OFFICERS, MEMBERS, POSTINGS, SHIFTS, TAPS, LEAVES, OPEN_REPORTS):
            connection.execute(statement.encode(), values)
        connection.execute(EVENTS.encode(), {"after": 0})
        connection.execute("VACUUM (ANALYZE)")
    return set_id, token


def close(url: str, set_id: int, first: int, last: int) -> None:
    """Add closed reports with one event each, in bulk."""
    with psycopg.connect(url, autocommit=True) as connection:
        # Foreign keys hold by construction; checking ten million would only take time.
        connection.execute("SET session_replication_role = replica")
        connection.execute("SET maintenance_work_mem = '512MB'")
        definitions = [
            row[0]
            for row in connection.execute(
                "SELECT indexdef FROM pg_indexes WHERE indexname = ANY(%s)", [list(REBUILT)]
            ).fetchall()
        ]
        for name in REBUILT:
            connection.execute(f"DROP INDEX {name}".encode())
        (after,) = connection.execute("SELECT max(id) FROM report").fetchone() or (0,)
        values = {
            "noon": NOON,
            "west": WEST,
            "south": SOUTH,
            "set": set_id,
            "officers": PRECINCTS * OFFICERS_EACH,
            "first": first,
            "last": last,
        }
        connection.execute(CLOSED_REPORTS.encode(), values)
        connection.execute(EVENTS.encode(), {"after": after})
        for definition in definitions:
            connection.execute(definition.encode())
        connection.execute("VACUUM (ANALYZE)")


async def times(work: Callable[[int], Awaitable[object]], count: int = TIMES) -> list[float]:
    """Return the milliseconds of each run, without some to warm up."""
    taken = []
    for number in range(-20, count):
        started = time.perf_counter()
        await work(number)
        if number >= 0:
            taken.append((time.perf_counter() - started) * 1000)
    return taken


def said(taken: Sequence[float]) -> str:
    """Put the middle, the slow end and the best of many times into words."""
    middle_ms, slow = statistics.median(taken), statistics.quantiles(taken, n=20)[-1]
    return f"p50 {middle_ms:.2f} ms, p95 {slow:.2f} ms, best {min(taken):.2f} ms"


async def measure_assignment(database: Database, context: UseCases) -> list[Line]:
    """Measure finding an owner, and a whole registration, for easy beats and full ones."""
    lines = []
    for name, beats in (("first rung", range(5, 10)), ("climbing", range(5))):
        chosen = [p * BEATS_EACH + j for p in range(PRECINCTS) for j in beats]
        rungs: dict[str, int] = {}

        async def find(number: int, chosen: list[int] = chosen) -> None:
            beat = chosen[number * 7 % len(chosen)]
            p, j = divmod(beat, BEATS_EACH)
            async with database.transaction() as session:
                _, index = await current_index(session, context.index_cache)
                place = (f"P{p}", f"B{p}-{j}")
                await assign(session, context, index, place, context.clock())

        async def take(
            number: int, chosen: list[int] = chosen, rungs: dict[str, int] = rungs
        ) -> None:
            place = middle(chosen[number * 7 % len(chosen)])
            async with database.transaction() as session:
                new = NewReport("Breaking into a car", "telegram", NOON, "citizen", place)
                routed = await register(session, context, new)
            rungs[routed.report.rung] = rungs.get(routed.report.rung, 0) + 1

        lines.append(
            Line(f"owner found, {name}", said(await times(find)), f"p50 {ASSIGNED_MS:.0f} ms")
        )
        taken = said(await times(take))
        spread = ", ".join(f"{rung} {count}" for rung, count in sorted(rungs.items()))
        lines.append(Line(f"registered and committed, {name}", f"{taken} ({spread})"))
    return lines


async def measure_shifts(
    database: Database, context: UseCases, now: list[datetime]
) -> AsyncIterator[Line]:
    """Measure a look that finds nothing, and looks that find a change of shift."""

    async def idle(_: int) -> None:
        async with database.transaction() as session:
            await is_something_new(session, context)

    async def hand_over(_: int) -> None:
        async with database.transaction() as session:
            _, index = await current_index(session, context.index_cache)
            await summary(session, index, CITY_DESK, context.clock())

    yield Line("a look that finds nothing", said(await times(idle, 30)))
    yield Line("the summary of a handover", said(await times(hand_over, 30)))
    for name, at, wanted in (
        ("two precincts", EARLY, f"{MOVED_S:.0f} s for {MOVED}"),
        ("the city", LATE, ""),
    ):
        now[0] = at
        started = time.perf_counter()
        async with database.transaction() as session:
            await hold_for_change(session)
            seen = await look(session, context)
        seconds = time.perf_counter() - started
        rate = len(seen.handed) / seconds
        figures = f"{seconds:.2f} s: {len(seen.handed):,} reports moved, {rate:,.0f} a second"
        yield Line(f"change of shift, {name}", figures, wanted)


@asynccontextmanager
async def served(url: str, token: str) -> AsyncIterator[httpx.AsyncClient]:
    """Run the web application in this process."""
    app = create_app(Settings(_env_file=None, database_url=url, secret_key=SECRET.decode()))
    transport = httpx.ASGITransport(app)
    headers = {"Authorization": f"Bearer {token}"}
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=transport, base_url="http://bench", headers=headers) as client,
    ):
        yield client


async def measure_queue(
    database: Database, context: UseCases, client: httpx.AsyncClient
) -> tuple[int, dict[str, list[float]]]:
    """Measure the queue of precincts: how many reports, and milliseconds of each answer."""
    directories = DirectoryCache(context.languages)
    sizes = []

    async def rows(number: int) -> None:
        async with database.transaction() as session:
            directory = await directories.current(session)
            entry = directory.entries[f"P{10 + number % 30}"]
            sizes.append(len(await queue(session, Scope(), context.clock(), Part(entry))))

    async def answer(number: int) -> None:
        (await client.get(f"/api/v1/districts/P{10 + number % 30}/queue")).raise_for_status()

    found = {"rows": await times(rows), "over HTTP": await times(answer, 100)}
    return round(statistics.median(sizes)), found


async def measure(cluster: Cluster, many: int) -> AsyncIterator[Line]:
    """Fill an empty cluster and measure everything."""
    await asyncio.to_thread(migration.upgrade, cluster.url)
    set_id, token = await fill(cluster.url)
    now = [NOON]
    settings = Settings(_env_file=None, database_url=cluster.url)
    context = replace(use_cases(settings, lambda: now[0]), load_limit=LIMIT)
    database = open_database(cluster.url, Role.BOT, "bench", 2)
    web = await open_web(cluster.url)
    try:
        async with database.transaction() as session:
            await hold_for_change(session)
            await look(session, context)
        await asyncio.to_thread(close, cluster.url, set_id, 0, FEW)
        async with served(cluster.url, token) as client:
            size, few = await measure_queue(web, context, client)
        started = time.perf_counter()
        await asyncio.to_thread(close, cluster.url, set_id, FEW, many)
        filled = time.perf_counter() - started
        yield Line(f"({many:,} closed reports put there in {filled:.0f} s)", "")
        async with served(cluster.url, token) as client:
            _, much = await measure_queue(web, context, client)
        for what in ("rows", "over HTTP"):
            middles = statistics.median(few[what]), statistics.median(much[what])
            name = f"queue of {size} reports, {what}"
            wanted = f"p50 {QUEUE_MS:.0f} ms" if what == "rows" else ""
            yield Line(f"{name}, {FEW:,} closed", said(few[what]), wanted)
            ratio = (
                f"; {middles[1] / middles[0]:.2f} × (best {min(much[what]) / min(few[what]):.2f} ×)"
            )
            yield Line(f"{name}, {many:,} closed", said(much[what]) + ratio, wanted)
        for line in await measure_assignment(database, context):
            yield line
        async for line in measure_shifts(database, context, now):
            yield line
    finally:
        await database.close()
        await web.close()


async def _print(cluster: Cluster, many: int) -> None:
    print(
        f"{PRECINCTS * OFFICERS_EACH:,} officers, {PRECINCTS * BEATS_EACH} beats,"
        f" {OPEN:,} open reports"
    )
    async for line in measure(cluster, many):
        wanted = f"  (wanted: {line.wanted})" if line.wanted else ""
        print(f"  {line.what:<50}{line.figures}{wanted}", flush=True)


def main(arguments: Sequence[str] = ()) -> None:
    """Measure on a database of our own, and print."""
    options = argparse.ArgumentParser(prog="bench.staffing", description=__doc__)
    options.add_argument("--closed", type=int, default=MANY, help="closed reports in the end")
    given = options.parse_args(arguments)
    with fresh_cluster(durable=True) as cluster:
        asyncio.run(_print(cluster, given.closed))


if __name__ == "__main__":
    main()
