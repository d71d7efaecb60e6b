"""Commands about the audit: check the chain, print its head, list what was done."""

import json
from datetime import UTC, datetime
from typing import Annotated

import typer

from app import audit
from app.cli.common import fail, owner_session, run
from app.models import Audit
from app.settings import Settings

app = typer.Typer(help="The audit: what was done, in a chain.", no_args_is_help=True)

TIME_FORMATS = ["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M:%S%z"]


@app.command()
def verify(
    since: Annotated[
        datetime | None,
        typer.Option(
            formats=TIME_FORMATS,
            help="Begin with the first entry from then on (UTC where no offset is given).",
        ),
    ] = None,
    expect_head: Annotated[
        str | None,
        typer.Option(
            help="A head that was printed and kept elsewhere, POSITION:HASH: it must be there."
        ),
    ] = None,
) -> None:
    """Check every entry, and the rows and history that they vouch for; exit 1 at a fault."""

    async def check(settings: Settings) -> audit.Verdict:
        expected = audit.Head.of(expect_head) if expect_head is not None else None
        begin = since if since is None or since.tzinfo else since.replace(tzinfo=UTC)
        async with owner_session(settings) as session:
            return await audit.verify(session, since=begin, expected=expected)

    verdict = run(check)
    if verdict.fault is not None:
        raise fail(f"the audit is broken: {verdict.fault}")
    typer.echo(f"{verdict.checked} entries and {verdict.sealed} changes of reports are right.")
    typer.echo(f"head {verdict.head}")


@app.command()
def head() -> None:
    """Print the end of the chain, to be kept where nobody of here can change it."""

    async def read(settings: Settings) -> audit.Head:
        async with owner_session(settings) as session:
            return await audit.head(session)

    typer.echo(str(run(read)))


@app.command("list")
def list_(
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="How many entries.")] = 50,
    before: Annotated[int | None, typer.Option(min=1, help="Only before this place.")] = None,
    kind: Annotated[str | None, typer.Option(help="Only kinds that begin so.")] = None,
) -> None:
    """List entries, the latest first."""

    async def read(settings: Settings) -> list[tuple[int, Audit]]:
        async with owner_session(settings) as session:
            return await audit.entries(session, before=before, limit=limit, kind=kind)

    for position, entry in run(read):
        detail = {name: value for name, value in entry.detail.items() if name != "columns"}
        said = json.dumps(detail, ensure_ascii=False) if detail else ""
        at = entry.at.astimezone(UTC).isoformat(timespec="seconds")
        typer.echo(f"{position}\t{at}\t{entry.actor}\t{entry.kind}\t{entry.subject or ''}\t{said}")
