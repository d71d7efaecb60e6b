"""Commands about what is kept: let go of what is due, hand a person what is theirs."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from app.cli.common import database_url_of, errors, owner_session, run
from app.context import use_cases
from app.db import Role, check_server, open_database
from app.identity import Sealer
from app.kept import Content
from app.migration import check_schema
from app.personal_data import packed
from app.purge import Count, preview, purge
from app.settings import Settings

app = typer.Typer(help="What is kept of whom, and for how long.", no_args_is_help=True)

ACTOR = "console"


@app.command("purge")
def purge_(
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only count what would go; touch nothing.")
    ] = False,
    batch: Annotated[
        int, typer.Option(min=1, max=10_000, help="Reports, or rows, of one transaction.")
    ] = 200,
) -> None:
    """Let go of what is no longer to be kept. It may be stopped and goes on the next time."""
    if dry_run:
        _show(run(_preview))
        typer.echo("Nothing was changed.")
        return
    counts = run(lambda settings: _purge(settings, batch))
    _show(counts)
    typer.echo(f"{sum(each.count for each in counts)} are gone.")


async def _preview(settings: Settings) -> list[Count]:
    context = use_cases(settings)
    async with owner_session(settings) as session:
        return await preview(session, context, context.clock())


async def _purge(settings: Settings, batch: int) -> list[Count]:
    database = open_database(database_url_of(settings), Role.OWNER, "beatway privacy", 2)
    found: dict[tuple[Content, str], Count] = {}
    try:
        async with database.transaction() as session:
            await check_server(session)
            await check_schema(session)
        context = use_cases(settings)
        async for gone in purge(database, context, ACTOR, batch):
            key = (gone.content, gone.privacy_class)
            found[key] = gone.beside(found.get(key))
            if errors.is_terminal:
                errors.print(f"{gone.content} {gone.privacy_class}: {found[key].count}")
    finally:
        await database.close()
    return list(found.values())


def _show(counts: list[Count]) -> None:
    table = Table("what", "class", "count", "oldest", "newest", "older than")
    for each in counts:
        if each.count:
            times = (each.oldest, each.newest, each.cutoff)
            days = [time.date().isoformat() if time else "" for time in times]
            table.add_row(each.content.value, each.privacy_class, str(each.count), *days)
    if table.row_count:
        Console(width=100).print(table)
    else:
        typer.echo("Nothing is due.")


@app.command()
def export(
    report: Annotated[str, typer.Option(help="Number of a report of the person.")],
    out: Annotated[Path, typer.Option(help="The ZIP to write; it is not written over.")],
    reason: Annotated[str, typer.Option(help="Why, for the audit: say, the request's number.")],
) -> None:
    """Write all that is kept of the person who sent a report, to be handed to them."""

    async def make(settings: Settings) -> bytes:
        secret = settings.secret_key
        sealer = Sealer(settings.required_secret_key()) if secret is not None else None
        async with owner_session(settings) as session:
            return await packed(
                session, use_cases(settings), report, actor=ACTOR, reason=reason, sealer=sealer
            )

    if out.exists():
        message = f"{out} is there already"
        raise typer.BadParameter(message)
    body = run(make)
    out.touch(mode=0o600)
    out.write_bytes(body)
    typer.echo(f"Written to {out}: {len(body)} bytes.")
