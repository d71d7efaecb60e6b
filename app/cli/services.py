"""Commands about services that are not the police: import and list."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from app import service_edits
from app.cli.common import fail, owner_session, run
from app.context import use_cases
from app.models import Service
from app.service_edits import Preview
from app.service_files import read_services
from app.settings import Settings

app = typer.Typer(help="Services that are not the police.", no_args_is_help=True)

ACTOR = "console"


@app.command("import")
def import_(
    file: Annotated[Path, typer.Argument(help="GeoJSON, GeoPackage or zipped Shapefile.")],
    replace: Annotated[
        bool, typer.Option(help="Take services that the file does not have out of use.")
    ] = False,
    dry_run: Annotated[bool, typer.Option(help="Only show what would change.")] = False,
) -> None:
    """Add and change services as a file has them; with an error in it nothing is changed."""

    async def work(settings: Settings) -> tuple[Preview, int]:
        context = use_cases(settings)
        async with owner_session(settings) as session:
            kinds = service_edits.kinds_asked((await context.triage.get(session)).rules)
            read = read_services(file, kinds)
            shown = await service_edits.preview(session, context, read, replace=replace)
            if dry_run or not shown.is_usable:
                return shown, 0
            return await service_edits.apply(session, context, read, ACTOR, replace=replace)

    shown, told = run(work)
    for note in shown.notes:
        typer.echo(note, err=True)
    if shown.problems:
        table = Table("", "service", "feature", "problem", "")
        for each in shown.problems:
            row = "" if each.row is None else str(each.row)
            table.add_row(each.severity, each.service or "", row, each.what, each.text)
        Console(stderr=True).print(table)
    if not shown.is_usable:
        raise fail(f"{file.name} has errors: nothing was changed")
    table = Table("service", "", "what")
    for step in shown.steps:
        table.add_row(step.code, step.what, ", ".join(step.fields))
    Console().print(table)
    if dry_run:
        typer.echo("Nothing was changed.")
    elif told:
        typer.echo(f"{told} citizens were told that another service is responsible.")


@app.command("list")
def list_(
    retired: Annotated[bool, typer.Option(help="Also those out of use.")] = False,
) -> None:
    """List services."""

    async def read(settings: Settings) -> list[Service]:
        async with owner_session(settings) as session:
            return await service_edits.listed(session, retired=retired)

    rows = run(read)
    if not rows:
        typer.echo("There are no services. Import some: beatway services import FILE")
        return
    table = Table("code", "name", "kinds", "contact", "hours", "area")
    for row in rows:
        table.add_row(
            row.code if row.active else f"{row.code} (out of use)",
            str(next(iter(row.names.values()), "")),
            ", ".join(row.kinds),
            " ".join(filter(None, (row.phone, row.url))),
            row.hours or "",
            "own" if row.area is not None else "whole city",
        )
    Console().print(table)
