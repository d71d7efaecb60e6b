"""How long dispatch rules take: one report over a long list of them, and a dry run over many.

The dry run reads stored reports of the last days from a database of its own and judges each by two
lists of rules; its memory is told beside it.
"""

import argparse
import asyncio
import resource
import statistics
import time
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import text

from app import migration
from app.categories import Response
from app.context import use_cases
from app.db import Role, open_database
from app.dispatch_dry_run import try_rules
from app.dispatch_rules import Dispatch, DispatchRules, Facts, judge
from app.settings import Settings
from bench.database import fresh_cluster

RULES, ROUNDS = 50, 3_000
REACHED_US = 1_000.0
CATEGORIES = ("noise", "theft", "drugs", "parking", "accident")
REPORTS = """
INSERT INTO report (number, status, text, category, priority, response, source, received_at,
                    decision, precinct_code, rung, assigned_desk)
SELECT '2026-' || lpad(n::text, 9, '0'), 'resolved', '',
       (CAST(:categories AS text[]))[1 + n % 5], 1 + n % 5, 'beat_officer',
       'bench', now() - n * interval '30 days' / :count,
       jsonb_build_object('precinct', 'P' || n % 20, 'beat', 'P' || n % 20 || '-' || n % 25,
                          'lon', 37.4 + n % 100 * 0.002, 'lat', 47.05 + n % 77 * 0.001),
       'P' || n % 20, 'precinct_desk', 'P' || n % 20
  FROM generate_series(1, :count) n
"""


def rules(count: int) -> DispatchRules:
    """Return rules of every kind; most fit nothing, as in a city that has many."""
    made: list[dict[str, Any]] = []
    for number in range(count):
        west = 37.4 + number * 0.003
        square = [[west, 47.06], [west + 0.01, 47.06], [west + 0.01, 47.1], [west, 47.1]]
        when = (
            {"categories": [CATEGORIES[number % 5]], "hours": {"since": "22:00", "until": "06:00"}},
            {"area": square, "weekdays": [5, 6]},
            {"categories": ["weapon", "drugs"], "count": 3},
        )[number % 3]
        names = dict.fromkeys(("uk", "ru", "en"), f"Rule {number}")
        then = {"priority": 1 + number % 5, "response": "patrol"}
        made.append({"code": f"rule_{number}", "names": names, "when": when, "then": then})
    return DispatchRules.model_validate({"rules": made})


def one_report() -> None:
    """Measure one report over the whole list."""
    listed, zone = rules(RULES), ZoneInfo("Europe/Kyiv")
    at = datetime(2026, 11, 27, 22, 30, tzinfo=UTC)
    facts = Facts("drugs", at, ("P1", "P1-1"), (37.45, 47.08))
    base = Dispatch(Response.BEAT_OFFICER, 3)
    spans = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        judge(listed.rules, facts, base, zone)
        spans.append((time.perf_counter() - began) * 1e6)
    cuts = statistics.quantiles(spans, n=100)
    print(f"  one report, {RULES} rules      p50 {cuts[49]:7.0f} µs   p99 {cuts[98]:7.0f} µs")
    if cuts[49] > REACHED_US:
        message = f"a report takes {cuts[49]:.0f} µs; {REACHED_US:.0f} are allowed"
        raise SystemExit(message)


async def dry_run(url: str, count: int) -> None:
    """Measure a dry run over many reports."""
    settings = Settings(_env_file=None, database_url=url)
    owner = open_database(url, Role.OWNER)
    async with owner.transaction() as session:
        values = {"categories": list(CATEGORIES), "count": count}
        await session.execute(text(REPORTS), values)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    began = time.perf_counter()
    async with owner.transaction() as session:
        context = use_cases(settings)
        tried = await try_rules(session, context, rules(RULES), rules(RULES // 2), 31)
    took = time.perf_counter() - began
    more = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    print(
        f"  dry run, {tried.reports} reports     {took:7.1f} s"
        f"   {tried.reports / took:9.0f} a second   {more:.0f} MB more memory"
    )
    await owner.close()


def main() -> None:
    """Measure and print a table."""
    options = argparse.ArgumentParser(prog="bench dispatch", description=__doc__)
    options.add_argument("--reports", type=int, default=100_000)
    count = options.parse_known_args()[0].reports
    print("dispatch rules")
    one_report()
    with fresh_cluster() as cluster:
        migration.upgrade(cluster.url)
        asyncio.run(dry_run(cluster.url, count))


if __name__ == "__main__":
    main()
