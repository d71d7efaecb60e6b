"""What it costs that the database itself sees to it whose reports a connection reads.

The queue and the register of a precinct and of the city, asked in the web's role with the row
policies and, in the same database, as its owner, whom they do not bind. Both in turn, so that a
slow moment of the machine is in both.
"""

import argparse
import asyncio
import statistics
import time
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime

import psycopg
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app import migration
from app.claims import ALL, Claim
from app.cluster import Cluster
from app.db import Database, Role, open_database
from app.models import Report
from app.permissions import Scope
from app.queues import Filters, find, open_by_status, queue
from app.report_history import history
from bench.database import fresh_cluster, open_web

OPEN, CLOSED, PRECINCTS = 20_000, 200_000, 50
TIMES = 200
BOX = (37.50, 47.00, 37.51, 47.01)

FILL = """
INSERT INTO report (number, status, text, category, priority, response, source, received_at, rung,
                    assigned_desk, precinct_code, place, place_kind)
SELECT '2026-' || lpad(n::text, 7, '0'), CASE WHEN n <= %(open)s THEN 'queued' ELSE 'resolved' END,
       'Breaking into a car', 'theft', 1 + n %% 5, 'patrol', 'telegram',
       now() - make_interval(secs => n * 30), 'precinct_desk', 'P' || n %% %(precincts)s,
       'P' || n %% %(precincts)s,
       ST_SetSRID(ST_MakePoint(37.3 + random() * 0.5, 46.9 + random() * 0.3), 4326), 'shared'
  FROM generate_series(1, %(open)s + %(closed)s) AS n;
"""
EVENTS = """
INSERT INTO report_event (report_id, version, actor, kind)
SELECT id, v, 'bench', 'status' FROM report, generate_series(1, 5) AS v;
"""

Work = Callable[[AsyncSession, Scope], Awaitable[object]]


async def _queue(session: AsyncSession, scope: Scope) -> object:
    return await queue(session, scope, datetime.now(UTC))


async def _counts(session: AsyncSession, scope: Scope) -> object:
    return await open_by_status(session, scope, datetime.now(UTC))


async def _newest(session: AsyncSession, scope: Scope) -> object:
    return await find(session, scope, Filters(), 50, None)


async def _history(session: AsyncSession, scope: Scope) -> object:
    page = await find(session, scope, Filters(), 1, None)
    return await history(session, page.reports[0], with_replies=True)


async def _box(session: AsyncSession, scope: Scope) -> object:
    if session.sync_session.info:
        return await find(session, scope, Filters(bbox=BOX), 50, None)
    # As it was asked before there were policies.
    inside = Report.place.op("&&")(func.ST_MakeEnvelope(*BOX, 4326))
    query = select(Report).where(inside, scope.condition()).order_by(Report.received_at.desc())
    return (await session.execute(query.limit(50))).all()


WORKS: dict[str, Work] = {
    "queue": _queue,
    "open reports by status": _counts,
    "newest 50 of the register": _newest,
    "history of a report": _history,
    "50 reports in a box": _box,
}


async def _time(database: Database, claim: Claim, work: Work, scope: Scope) -> float:
    started = time.perf_counter()
    async with database.transaction(claim) as session:
        await work(session, scope)
    return (time.perf_counter() - started) * 1000


async def measure(cluster: Cluster) -> None:
    """Fill an empty cluster, measure, and print."""
    await asyncio.to_thread(migration.upgrade, cluster.url)
    with psycopg.connect(cluster.url, autocommit=True) as connection:
        values = {"open": OPEN, "closed": CLOSED, "precincts": PRECINCTS}
        connection.execute(FILL.encode(), values)
        connection.execute(EVENTS.encode())
        connection.execute("VACUUM (ANALYZE)")
    web, owner = await open_web(cluster.url), open_database(cluster.url, Role.OWNER, "bench", 2)
    try:
        for name, scope, claim in (
            ("a precinct", Scope("P3"), Claim(("P3",))),
            ("the city", Scope(), Claim((ALL,))),
        ):
            for what, work in WORKS.items():
                bound, free = [], []
                for number in range(-10, TIMES):
                    with_policy = await _time(web, claim, work, scope)
                    without = await _time(owner, claim, work, scope)
                    if number >= 0:
                        bound.append(with_policy)
                        free.append(without)
                middle, bare = statistics.median(bound), statistics.median(free)
                print(
                    f"  {name + ', ' + what:<40} p50 {middle:.2f} ms with policies, {bare:.2f} ms"
                    f" without: {middle / bare:.2f} ×",
                    flush=True,
                )
    finally:
        await web.close()
        await owner.close()


def main(arguments: Sequence[str] = ()) -> None:
    """Measure on a database of our own, and print."""
    argparse.ArgumentParser(prog="bench.privacy", description=__doc__).parse_args(arguments)
    print(f"{OPEN:,} open and {CLOSED:,} closed reports in {PRECINCTS} precincts")
    with fresh_cluster() as cluster:
        asyncio.run(measure(cluster))


if __name__ == "__main__":
    main()
