"""The figures on a terminal, or in a file."""

import json
from datetime import date, datetime
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from app import evidence_tables
from app.city_time import today
from app.cli.common import database_url_of, run
from app.context import use_cases
from app.db import Role, check_server, open_database
from app.evidence import Part, Period
from app.evidence_counts import DEADLINES, Metric
from app.evidence_facts import begin_anew
from app.evidence_views import Question, evidence, read_compare
from app.evidence_watch import bring_up_to_date, count_months
from app.migration import check_schema
from app.phrases.evidence import EN, duration
from app.settings import Settings

LAST_DAYS = 28
COUNTS = (
    *("reports", "open", "resolved", "redirected", "withdrawn", "duplicates", "off_topic"),
    *("danger", "reopened", "corrected", "moved", "covered"),
)


def stats(
    since: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m-%d"], help="First day; 28 days ago by default."),
    ] = None,
    until: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Last day; today by default.")
    ] = None,
    precinct: Annotated[str | None, typer.Option(help="Only this one.")] = None,
    category: Annotated[str | None, typer.Option(help="Only this one.")] = None,
    source: Annotated[str | None, typer.Option(help="Only this one.")] = None,
    compare: Annotated[
        str | None,
        typer.Option(help="`previous`, or days as 2026-10-01/2026-10-31, to stand beside them."),
    ] = None,
    as_csv: Annotated[
        bool, typer.Option("--csv", help="Every figure, without small counts.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Every figure.")] = False,
    anew: Annotated[
        bool,
        typer.Option("--anew", help="First read the whole history again; that may take long."),
    ] = False,
) -> None:
    """Tell how many reports came, and how they were dealt with."""
    if as_csv and as_json:
        raise typer.BadParameter("--csv and --json are two ways to write the same")

    async def work(settings: Settings) -> dict[str, Any]:
        context = use_cases(settings)
        last = until.date() if until else today(context.clock(), context.timezone)
        period = Period(since.date(), last) if since else Period.ending(last, LAST_DAYS)
        asked = Question(
            period=period,
            part=Part(precinct, category, source),
            compare=read_compare(compare, period),
            least=settings.evidence_min_count if as_csv else 0,
        )
        database = open_database(database_url_of(settings), Role.OWNER, "beatway cli", 1)
        try:
            async with database.transaction() as session:
                await check_server(session)
                await check_schema(session)
                if anew:
                    await begin_anew(session)
            await bring_up_to_date(database, context)
            if anew:
                await count_months(database, context)
            async with database.transaction() as session:
                return await evidence(session, context, asked)
        finally:
            await database.close()

    found = run(work)
    if as_json:
        typer.echo(json.dumps(found, ensure_ascii=False, indent=2, default=_plain))
    elif as_csv:
        typer.echo(evidence_tables.write(found), nl=False)
    else:
        _print(found)


def _plain(value: object) -> str:
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(type(value).__name__)


def _print(found: dict[str, Any]) -> None:
    console, current, compare = Console(), found["current"], found["compare"]
    typer.echo(f"Reports received from {current['since']} to {current['until']}, both included.")
    if compare:
        typer.echo(f"Beside them those from {compare['since']} to {compare['until']}.")
    sides = [current, *([compare] if compare else [])]
    counts = Table("", *("then" if side is compare else "reports" for side in sides))
    for name in COUNTS:
        counts.add_row(EN[name], *(str(side["total"].get(name, 0)) for side in sides))
    console.print(counts)
    times = Table("how long it takes", "median", "90 %", "got there", "waiting", "in time")
    if compare:
        times.add_column("median then")
    for metric in Metric:
        of = [side["total"]["times"][metric.value] for side in sides]
        due = current["total"]["deadlines"].get(metric.value) if metric in DEADLINES else None
        share = due and due["share"]
        times.add_row(
            EN[metric.value],
            duration(of[0]["median_s"], "en"),
            duration(of[0]["p90_s"], "en"),
            str(of[0]["reached"]),
            str(of[0]["waiting"]),
            "–" if share is None else f"{share:.0%}",
            *(duration(each["median_s"], "en") for each in of[1:]),
        )
    console.print(times)
    for kind, rows in current["by"].items():
        if not rows:
            continue
        table = Table(kind, "reports", "first answer", "taken on", "closed", "in time")
        for row in rows:
            share = row["acknowledge_in_time"]
            table.add_row(
                row["code"] or "none",
                str(row["reports"]),
                *(duration(row[f"{m}_median_s"], "en") for m in ("answer", "acknowledge", "close")),
                "–" if share is None else f"{share:.0%}",
            )
        console.print(table)
