"""Commands about the roster: bringing a file in, and taking one out."""

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from app.city_time import today, week_of
from app.cli.common import clear_errors, errors, fail, owner_session, run
from app.context import use_cases
from app.errors import TooLargeError
from app.permissions import Scope
from app.phrases.roster import fault_words
from app.roster import OfficerFacts
from app.roster_changes import Change
from app.roster_csv import read, write
from app.roster_import import Preview, bring_in, columns, export_rows, preview
from app.settings import Settings

app = typer.Typer(help="Who is on duty when.", no_args_is_help=True)

ACTOR = "cli"
LARGEST_FILE = 64 * 1024 * 1024
MOST_SHOWN = 50


@app.command("import")
def import_(
    file: Annotated[Path, typer.Argument(help="A .csv file, see docs/roster.md.")],
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only tell what would change.")
    ] = False,
) -> None:
    """Make the roster what a file says: all of it, or on any fault nothing."""
    with clear_errors():
        if file.stat().st_size > LARGEST_FILE:
            raise TooLargeError(f"{file} has more than {LARGEST_FILE} bytes")
        content = file.read_bytes()

    async def work(settings: Settings) -> Preview:
        context = use_cases(settings)
        said = read(content, context.timezone)
        async with owner_session(settings) as session:
            found = await preview(session, context, said, Scope())
            if not dry_run and not found.faults:
                found, _ = await bring_in(session, context, ACTOR, said, Scope())
        for fault in found.faults:
            words = fault_words(fault, context.timezone)["en"]
            errors.print(
                f"{file.name}:{fault.line}: {words}", style="red", markup=False, soft_wrap=True
            )
        return found

    found = run(work)
    if found.faults:
        raise fail(f"{file.name} has faults in {len(found.faults)} places; nothing was changed")
    for change in found.changes[:MOST_SHOWN]:
        typer.echo(_line(change))
    if len(found.changes) > MOST_SHOWN:
        typer.echo(f"… and {len(found.changes) - MOST_SHOWN} more")
    counts = ", ".join(f"{number} {verb}" for verb, number in found.counts().items())
    typer.echo(
        f"{counts}, {found.unchanged} unchanged{' (nothing was written)' if dry_run else ''}."
    )


def _line(change: Change) -> str:
    shown = change.after or change.before
    if shown is None or isinstance(shown, OfficerFacts):
        return f"{change.verb:8} {change.officer}: officer"
    until = f"{shown.until:%Y-%m-%d %H:%M}" if shown.until else "no end"
    where = f" {shown.beat}" if shown.beat else ""
    return (
        f"{change.verb:8} {change.officer}: {change.what}{where} {shown.kind}"
        f" {shown.since:%Y-%m-%d %H:%M} – {until} UTC"
    )


@app.command()
def export(
    file: Annotated[Path, typer.Argument(help="Where to write it.")],
    precinct: Annotated[str | None, typer.Option(help="Only this one.")] = None,
    since: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m-%d"], help="First day; this week's Monday by default."),
    ] = None,
    until: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m-%d"], help="Last day; without it, all that follows."),
    ] = None,
) -> None:
    """Write the roster of a span of days to a file that can be imported again."""

    async def work(settings: Settings) -> str:
        context = use_cases(settings)
        zone = context.timezone
        first = since.date() if since else week_of(today(context.clock(), zone), zone)[0].date
        begins = next(each.since for each in week_of(first, zone) if each.date == first)
        ends = None
        if until is not None:
            last = until.date()
            ends = next(each.until for each in week_of(last, zone) if each.date == last)
            if ends <= begins:
                raise typer.BadParameter("--until is not before --since")
        async with owner_session(settings) as session:
            rows = await export_rows(session, Scope(), precinct, begins, ends)
        return "".join(write(rows, zone, columns(with_phones=True)))

    text = run(work)
    with clear_errors():
        file.write_text(text, encoding="utf-8", newline="")
    typer.echo(f"{file} is written.")
