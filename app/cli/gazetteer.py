"""Commands about the gazetteer: importing places, and trying what a text means."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from app.cli.common import clear_errors, errors, owner_session, progress_bar, run
from app.context import use_cases
from app.gazetteer import Stored, store
from app.gazetteer_files import read_file
from app.geocoding import Understood, look_up
from app.settings import Settings

app = typer.Typer(
    help="Streets, houses and landmarks that text is looked up in.", no_args_is_help=True
)

FAULTS_SHOWN = 20


@app.command("import")
def import_(
    file: Annotated[Path, typer.Argument(help="An .osm.pbf, .geojson or .csv file.")],
    source: Annotated[
        str | None, typer.Option(help="Where it comes from, with its attribution.")
    ] = None,
) -> None:
    """Import places; what the file has again is replaced, the rest stays."""
    with clear_errors(), progress_bar("Reading") as progress:
        read = read_file(file, progress)

    async def keep(settings: Settings) -> Stored:
        async with owner_session(settings) as session:
            with progress_bar("Storing") as bar:
                return await store(
                    session, read, source or file.name, lambda _, done, total: bar(done, total)
                )

    done = run(keep)
    for fault in read.faults[:FAULTS_SHOWN]:
        errors.print(
            f"row {fault.number}: {fault.what}: {fault.text}", style="yellow", markup=False
        )
    if len(read.faults) > FAULTS_SHOWN:
        errors.print(f"… and {len(read.faults) - FAULTS_SHOWN} more rows to look at")
    typer.echo(
        f"{done.streets} streets, {done.houses} houses, {done.crossings} crossings,"
        f" {done.landmarks} landmarks; {done.changes} added or changed."
    )


def geocode(
    text: Annotated[list[str], typer.Argument(help="What somebody wrote.")],
    language: Annotated[str, typer.Option(help="Of the labels: uk, ru or en.")] = "uk",
) -> None:
    """Tell which places a text means, with precision, score and faults."""

    async def look(settings: Settings) -> Understood:
        async with owner_session(settings) as session:
            return await look_up(session, use_cases(settings), " ".join(text), language)

    found = run(look).answer
    if not found.places:
        typer.echo("No place is meant, or none that anybody answers for.")
        raise typer.Exit(1)
    table = Table("place", "longitude", "latitude", "precision", "score", "faults")
    for each in found.places:
        table.add_row(
            each.label,
            f"{each.lon:.6f}",
            f"{each.lat:.6f}",
            each.precision.value,
            f"{each.score:.2f}",
            ", ".join(each.faults),
        )
    Console().print(table)
    typer.echo(found.outcome.value)
