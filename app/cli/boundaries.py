"""Commands about boundary sets."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from app.boundaries import activate as activate_set
from app.boundaries import list_sets, store_set
from app.boundary_files import BoundaryFile, ForeignFile, read_foreign, read_own
from app.cli import boundary_life
from app.cli.boundary_life import ACTOR
from app.cli.common import clear_errors, errors, owner_session, progress_bar, run
from app.context import use_cases
from app.settings import Settings
from geo.districts import Level
from geo.index import DistrictIndex

app = typer.Typer(help="Boundary sets: the versions of precincts and beats.", no_args_is_help=True)

NOTES_SHOWN = 20


@app.command("import")
def import_(
    file: Annotated[
        Path | None, typer.Argument(help="One file of our own schema (see docs).")
    ] = None,
    precincts: Annotated[Path | None, typer.Option(help="File with precincts.")] = None,
    precinct_code: Annotated[str | None, typer.Option(help="Its field with codes.")] = None,
    precinct_name: Annotated[str | None, typer.Option(help="Its field with names.")] = None,
    beats: Annotated[Path | None, typer.Option(help="File with beats.")] = None,
    beat_code: Annotated[str | None, typer.Option(help="Its field with codes.")] = None,
    beat_name: Annotated[str | None, typer.Option(help="Its field with names.")] = None,
    beat_parent: Annotated[
        str | None,
        typer.Option(
            help="Its field with the precinct's code; without one, or with `none`, by area."
        ),
    ] = None,
    label: Annotated[str | None, typer.Option(help="What people call this set.")] = None,
    activate: Annotated[
        bool, typer.Option("--activate", help="Put it in force in the same transaction.")
    ] = False,
) -> None:
    """Import a new boundary set: GeoJSON, GeoPackage or zipped Shapefile, any declared CRS."""
    if (file is None) == (precincts is None):
        raise typer.BadParameter("give either FILE of our own schema or --precincts")
    if precincts is not None and precinct_code is None:
        raise typer.BadParameter("--precincts needs --precinct-code")
    if (beats is None) != (beat_code is None):
        raise typer.BadParameter("--beats and --beat-code go together")

    def read() -> BoundaryFile:
        with progress_bar("Reading") as progress:
            if file is not None:
                return read_own(file, progress=progress)
            return read_foreign(
                ForeignFile(precincts or "", precinct_code or "", precinct_name),
                _beats(beats, beat_code, beat_name, beat_parent),
                progress=progress,
            )

    with clear_errors():
        read_file = read()
        # What cannot be routed by must not be stored.
        DistrictIndex(read_file.districts)
    for note in read_file.notes[:NOTES_SHOWN]:
        errors.print(f"note: {note}", style="yellow", markup=False, soft_wrap=True)
    if len(read_file.notes) > NOTES_SHOWN:
        errors.print(f"… and {len(read_file.notes) - NOTES_SHOWN} more notes, kept with the set")

    async def store(settings: Settings) -> int:
        async with owner_session(settings) as session:
            with progress_bar("Storing") as progress:
                boundary_set_id = await store_set(
                    session,
                    read_file.districts,
                    label=label or read_file.source,
                    source=read_file.source,
                    actor=ACTOR,
                    notes=read_file.notes,
                    approximate=read_file.approximate,
                    progress=progress,
                )
            if activate:
                await activate_set(session, boundary_set_id, ACTOR, use_cases(settings))
            return boundary_set_id

    boundary_set_id = run(store)
    count = {level: sum(d.level is level for d in read_file.districts) for level in Level}
    typer.echo(
        f"Boundary set {boundary_set_id}: {count[Level.PRECINCT]} precincts,"
        f" {count[Level.BEAT]} beats"
        + (", in force now." if activate else f". Activate it with: activate {boundary_set_id}")
    )


def _beats(
    beats: Path | None, code: str | None, name: str | None, parent: str | None
) -> ForeignFile | None:
    if beats is None or code is None:
        return None
    by_area = parent is None or parent.lower() == "none"
    return ForeignFile(beats, code, name, None if by_area else parent)


@app.command("list")
def list_() -> None:
    """List the boundary sets, the newest first."""

    async def read(settings: Settings) -> Table:
        table = Table("ID", "Label", "State", "Precincts", "Beats", "Stored", "By", "Source")
        async with owner_session(settings) as session:
            for row in await list_sets(session):
                table.add_row(
                    str(row.id),
                    row.label,
                    "in force" if row.in_force else row.state,
                    str(row.precincts),
                    str(row.beats),
                    row.created_at.astimezone().strftime("%Y-%m-%d %H:%M"),
                    row.created_by,
                    row.source,
                )
        return table

    Console().print(run(read))


boundary_life.register(app)
