"""The figures over five million reports of five years, of which days are changed late.

Facts are made in SQL, as if the worker had read them from history; their days are packed and their
months counted up by the program. Then what the page asks is timed as the API does it, the database
and the JSON included: all five years beside nothing and beside two years, one precinct and category
of them, the last four weeks, the map, and what one more report costs the worker.
"""

import argparse
import asyncio
import json
import statistics
import time
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import numpy as np
from h3.api import basic_int as h3
from rich.console import Console
from rich.table import Table
from sqlalchemy import func, insert, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from app import migration
from app.api.stats_views import EvidenceView
from app.context import UseCases, use_cases
from app.db import Database, Role, open_database
from app.evidence import Part, Period
from app.evidence_facts import FINEST, pack
from app.evidence_heat import Frames, Heat, heat
from app.evidence_months import count
from app.evidence_views import Question, evidence
from app.models import EvidenceCode, EvidenceDay, EvidenceMonth, EvidenceMonthState, ReportFact
from app.settings import Settings
from bench.database import fresh_cluster

REPORTS, DAYS = 5_000_000, 5 * 365
PRECINCTS, CATEGORIES, OFFICERS, CELLS = 4, 40, 200, 2_300
SOURCES = ("telegram", "staff", "api")
ROUNDS = 7
CITY = (47.1, 37.55)

# A tenth of the reports is of the third of categories that is least common; nights are quiet; one
# in eight is never closed, and what is still open is of the last days.
FACTS = """
INSERT INTO report_fact (
    report_id, day, received, hour, precinct, category, source, officer, status, placed, marks,
    stars, cell, answer, acknowledge, on_scene, close, acknowledge_due, on_scene_due)
SELECT n, at::date, extract(epoch FROM at)::bigint,
       (extract(isodow FROM at) - 1) * 24 + extract(hour FROM at),
       :precinct + (random() * random() * {precincts})::int % {precincts},
       :category + (random() * random() * {categories})::int % {categories},
       :source + CASE WHEN random() < 0.9 THEN 0 WHEN random() < 0.5 THEN 1 ELSE 2 END,
       1 + n % {officers},
       CASE WHEN waits THEN 2 WHEN random() < 0.85 THEN 6 ELSE 7 END,
       (random() * 3)::int, (random() * 127)::int,
       CASE WHEN random() < 0.3 THEN 1 + (random() * 4)::int ELSE 0 END,
       cell, CASE WHEN waits THEN -1 ELSE answer END, CASE WHEN waits THEN -1 ELSE answer * 2 END,
       CASE WHEN waits THEN -1 WHEN random() < 0.4 THEN -2 ELSE answer * 5 END,
       CASE WHEN waits THEN -1 WHEN random() < 0.1 THEN -2 ELSE answer * 12 END, 900, 3600
  FROM (SELECT n, :today - make_interval(secs => n * {seconds}) AS at,
               n * {seconds} < 86400 * 3 AND random() < 0.3 AS waits,
               exp(3 + 2 * (random() + random() + random()))::int AS answer,
               (CAST(:cells AS bigint[]))[1 + (random() * random() * {cells})::int % {cells}] AS cell
          FROM generate_series(1, {reports}) n) made
"""

console = Console()


async def fill(database: Database, context: UseCases, reports: int, days: int) -> None:
    """Make facts, and of them days and months."""
    chance = np.random.default_rng(1)
    points = chance.normal(CITY, (0.03, 0.05), (CELLS * 4, 2))
    cells = sorted({h3.latlng_to_cell(lat, lon, FINEST) for lat, lon in points})[:CELLS]
    names = {
        "precinct": [f"P{n}" for n in range(PRECINCTS)],
        "category": [f"category-{n:02}" for n in range(CATEGORIES)],
        "source": list(SOURCES),
    }
    firsts = {}
    sizes = {
        "precincts": PRECINCTS,
        "categories": CATEGORIES,
        "officers": OFFICERS,
        "cells": len(cells),
        "reports": reports,
        "seconds": days * 86_400 / reports,
    }
    async with database.transaction() as session:
        for kind, codes in names.items():
            ids = [
                (
                    await session.execute(
                        insert(EvidenceCode).values(kind=kind, code=code).returning(EvidenceCode.id)
                    )
                ).scalar_one()
                for code in codes
            ]
            firsts[kind] = ids[0]
        await session.execute(
            text(FACTS.format(**sizes)), firsts | {"today": context.clock(), "cells": cells}
        )
    async with database.transaction() as session:
        await session.execute(text("ANALYZE report_fact"))
        found = list(
            (
                await session.execute(select(ReportFact.day).distinct().order_by(ReportFact.day))
            ).scalars()
        )
        for day in found:
            await pack(session, day)
    for month in sorted({day.replace(day=1) for day in found})[:-1]:
        async with database.transaction() as session:
            await count(session, month, context.clock())


async def measure(url: str, reports: int) -> tuple[list[tuple[str, float, float]], list[str]]:
    """Fill the database and time questions; median and slowest in milliseconds."""
    migration.upgrade(url)
    context = replace(use_cases(Settings(_env_file=None, database_url=url)))
    owner = open_database(url, Role.OWNER)
    began = time.perf_counter()
    await fill(owner, context, reports, DAYS)
    filled = time.perf_counter() - began
    sizes = []
    async with owner.transaction() as session:
        await session.execute(text("ANALYZE"))
        for table in (ReportFact, EvidenceDay, EvidenceMonth, EvidenceMonthState):
            size = (
                await session.execute(
                    select(func.pg_size_pretty(func.pg_total_relation_size(table.__tablename__)))
                )
            ).scalar_one()
            sizes.append(f"{table.__tablename__} {size}")
    database = open_database(url, Role.WEB)
    today = context.clock().date()
    years = Period(today - timedelta(days=DAYS - 3), today)
    weeks = Period(today - timedelta(days=27), today)

    def ask(period: Period, part: Part = Part(), compare: Period | None = None) -> Any:  # noqa: B008 - frozen
        async def work(session: AsyncSession) -> None:
            shown = await evidence(session, context, Question(period, part, compare))
            json.loads(EvidenceView.model_validate(shown).model_dump_json())

        return work

    def look(period: Period, resolution: int, frames: Frames) -> Any:
        async def work(session: AsyncSession) -> None:
            how = Heat(resolution, frames)
            json.dumps(await heat(session, context, Question(period, Part()), how))

        return work

    async def one_more(session: AsyncSession) -> None:
        await pack(session, today - timedelta(days=1))

    two = Period(years.since, years.since + timedelta(days=729))
    works: dict[str, Callable[[AsyncSession], Awaitable[Any]]] = {
        "five years": ask(years),
        "five years beside two": ask(years, compare=two),
        "five years of a precinct": ask(years, Part(precinct="P0")),
        "five years of a precinct and category": ask(years, Part("P0", "category-00")),
        "92 days beside 92": ask(
            Period(today - timedelta(days=91), today),
            compare=Period(today - timedelta(days=183), today - timedelta(days=92)),
        ),
        "four weeks beside four": ask(weeks, compare=weeks.before()),
        "map of five years, months": look(years, 8, Frames.MONTH),
        "map of four weeks, hours": look(weeks, 9, Frames.HOUR),
    }
    rows = [(name, *await timed(database, work)) for name, work in works.items()]
    rows.append(("packing a day anew after a change", *await timed(owner, one_more)))
    async with owner.transaction() as session:
        month = date(years.since.year + 2, 6, 1)
        began = time.perf_counter()
        await count(session, month, context.clock())
        rows.append(("counting a month anew", (time.perf_counter() - began) * 1000, 0.0))
    await owner.close()
    await database.close()
    return rows, [f"filled in {filled:.0f} s", *sizes]


async def timed(
    database: Database, work: Callable[[AsyncSession], Awaitable[Any]]
) -> tuple[float, float]:
    """Return the median and the slowest of some rounds, the first left out."""
    took = []
    for _ in range(ROUNDS + 1):
        async with database.transaction() as session:
            began = time.perf_counter()
            await work(session)
            took.append((time.perf_counter() - began) * 1000)
    return statistics.median(took[1:]), max(took[1:])


def main(arguments: list[str] | None = None) -> None:
    """Measure and print a table."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--reports", type=int, default=REPORTS)
    reports = options.parse_args(arguments or []).reports
    with fresh_cluster() as cluster:
        rows, more = asyncio.run(measure(cluster.url, reports))
    table = Table(title=f"{reports:,} reports")
    for column in ("what", "median, ms", "slowest, ms"):
        table.add_column(column, justify="left" if column == "what" else "right")
    for name, median, slowest in rows:
        table.add_row(name, f"{median:.0f}", f"{slowest:.0f}" if slowest else "")
    console.print(table)
    console.print(", ".join(more))


if __name__ == "__main__":
    main()
