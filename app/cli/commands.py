"""The commands and their options."""

import asyncio
import json
from pathlib import Path
from typing import Annotated

import typer
import uvicorn

from app import migration, supervisor
from app.access import add_staff, make_token
from app.background import run_poller, run_worker
from app.bulk import locate_file
from app.cli import (
    audit,
    boundaries,
    gazetteer,
    keys,
    privacy,
    roster,
    rules,
    services,
    triage,
)
from app.cli import stats as stats_command
from app.cli.common import (
    clear_errors,
    database_url_of,
    errors,
    owner_session,
    progress_bar,
    run,
    set_up_logging,
)
from app.context import use_cases
from app.db import Role, check_server
from app.demo import has_demo_logins, load_demo, load_demo_if_empty
from app.errors import SettingsError
from app.key_check import check_keys
from app.main import create_app
from app.models import StaffRole
from app.role_check import role_faults
from app.routing import current_index, decide
from app.settings import Settings, load_settings
from geo.index import DistrictIndex

app = typer.Typer(
    name="beatway",
    help="Route what citizens tell the police to the officer who answers for the place.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)
db_app = typer.Typer(help="The database.", no_args_is_help=True)
staff_app = typer.Typer(help="Staff logins.", no_args_is_help=True)
demo_app = typer.Typer(help="The demo city.", no_args_is_help=True, hidden=True)
privacy.app.command("rotate")(keys.rotate)
app.add_typer(db_app, name="db")
app.add_typer(boundaries.app, name="boundaries")
app.add_typer(gazetteer.app, name="gazetteer")
app.add_typer(services.app, name="services")
app.add_typer(triage.app, name="triage")
app.add_typer(rules.app, name="rules")
app.command("geocode")(gazetteer.geocode)
app.command("stats")(stats_command.stats)
app.add_typer(roster.app, name="roster")
app.add_typer(privacy.app, name="privacy")
app.add_typer(audit.app, name="audit")
app.add_typer(staff_app, name="staff")
app.add_typer(demo_app, name="demo")

LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})

Port = Annotated[int, typer.Option(min=1, max=65535, help="Port to serve on.")]


@app.callback()
def before_each() -> None:
    """Prepare what every command needs."""
    set_up_logging()


@app.command()
def up(
    port: Port = 8000,
    data_dir: Annotated[
        Path | None, typer.Option(help="Folder for the database and the demo's state.")
    ] = None,
    no_demo: Annotated[bool, typer.Option("--no-demo", help="Start with an empty city.")] = False,
) -> None:
    """Run all of it: database, page, worker, and Telegram or the demo chat."""
    with clear_errors():
        settings = load_settings()
        status = supervisor.up(settings, port, data_dir or settings.data_dir, demo=not no_demo)
    raise typer.Exit(status)


@app.command()
def serve(
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Port = 8000,
) -> None:
    """Serve the page and the API."""
    with clear_errors():
        settings = load_settings()
        if host not in LOOPBACK:
            asyncio.run(_refuse_demo_logins(settings, host))
        server = uvicorn.Server(
            uvicorn.Config(
                create_app(settings),
                host=host,
                port=port,
                log_config=None,
                access_log=False,
                server_header=False,
                timeout_graceful_shutdown=5,
            )
        )
        server.run()
    if not server.started:
        raise typer.Exit(1)


async def _refuse_demo_logins(settings: Settings, host: str) -> None:
    async with owner_session(settings) as session:
        if await has_demo_logins(session):
            message = (
                f"This database has demo logins that everybody knows: it is not served on {host},"
                " only on 127.0.0.1"
            )
            raise SettingsError(message)


@app.command()
def worker(
    parallel: Annotated[int, typer.Option(min=1, max=64, help="Updates at a time.")] = 4,
) -> None:
    """Process incoming messages and send the answers."""
    run(lambda settings: run_worker(settings, parallel))


@app.command()
def poll() -> None:
    """Fetch messages from Telegram, or keep its webhook set."""
    run(run_poller)


@app.command()
def locate(
    file: Annotated[Path | None, typer.Argument(help="CSV or Parquet with many points.")] = None,
    lon: Annotated[float | None, typer.Option(help="Longitude, degrees.")] = None,
    lat: Annotated[float | None, typer.Option(help="Latitude, degrees.")] = None,
    accuracy: Annotated[float, typer.Option(help="Radius of accuracy, metres.")] = 0.0,
    out: Annotated[Path | None, typer.Option(help="Where to write many decisions.")] = None,
    lon_field: Annotated[str, typer.Option(help="Column of longitudes.")] = "lon",
    lat_field: Annotated[str, typer.Option(help="Column of latitudes.")] = "lat",
) -> None:
    """Decide who answers for a point, or for every point of a file."""
    if file is None:
        if lon is None or lat is None:
            raise typer.BadParameter("give --lon and --lat, or a FILE and --out")
        typer.echo(json.dumps(run(lambda s: _locate_one(s, lon, lat, accuracy)), indent=2))
        return
    if out is None:
        raise typer.BadParameter("give --out, where the decisions are written")
    _locate_many(file, out, lon_field, lat_field)


async def _locate_one(
    settings: Settings, lon: float, lat: float, accuracy: float
) -> dict[str, object]:
    async with owner_session(settings) as session:
        cache = use_cases(settings).index_cache
        boundary_set, decision = await decide(session, cache, lon, lat, accuracy)
    return decision.as_dict() | {"boundary_set": boundary_set}


def _locate_many(file: Path, out: Path, lon_field: str, lat_field: str) -> None:
    async def index(settings: Settings) -> DistrictIndex:
        async with owner_session(settings) as session:
            _, found = await current_index(session, use_cases(settings).index_cache)
            return found

    found = run(index)
    with clear_errors(), progress_bar("Locating") as progress:
        invalid = locate_file(found, file, out, lon_field, lat_field, progress)
    if invalid:
        errors.print(f"{invalid} rows have no valid coordinates: their reason is 'invalid'")


@db_app.command("upgrade")
def db_upgrade() -> None:
    """Bring the database to the schema of this program."""

    async def make_key_known(settings: Settings) -> None:
        if settings.secret_key is not None:
            secrets = settings.required_secrets()
            await check_keys(database_url_of(settings), Role.OWNER, secrets)

    with clear_errors():
        migration.upgrade(database_url_of(load_settings()))
    run(make_key_known)


@db_app.command("check")
def db_check() -> None:
    """Tell whether the database can be used."""

    async def check(settings: Settings) -> list[str]:
        async with owner_session(settings) as session:
            await check_server(session)
            return await role_faults(session)

    faults = run(check)
    typer.echo("The database is fit and at the schema of this program.")
    for fault in faults:
        typer.echo(fault)


@staff_app.command("add")
def staff_add(
    login: str,
    role: Annotated[StaffRole, typer.Option(help="What they may do.")],
    precinct: Annotated[str | None, typer.Option(help="Code of their precinct.")] = None,
    officer: Annotated[str | None, typer.Option(help="Code of the officer they are.")] = None,
    password_stdin: Annotated[
        bool, typer.Option("--password-stdin", help="Read the password from standard input.")
    ] = False,
) -> None:
    """Add a login."""
    if password_stdin:
        password = typer.get_text_stream("stdin").readline().rstrip("\r\n")
    else:
        password = typer.prompt("Password", hide_input=True, confirmation_prompt=True)

    async def add(settings: Settings) -> None:
        async with owner_session(settings) as session:
            await add_staff(session, login, role, precinct, officer, password)

    run(add)
    typer.echo(f"{login} may log in as {role.value}.")


@staff_app.command("token")
def staff_token(login: str) -> None:
    """Make a bearer token for programs; it is shown this once."""

    async def make(settings: Settings) -> str:
        async with owner_session(settings) as session:
            return await make_token(session, login)

    typer.echo(run(make))


@demo_app.command("load")
def demo_load(
    if_empty: Annotated[bool, typer.Option("--if-empty", help="Only when there is nothing.")] = (
        False
    ),
) -> None:
    """Load the demo city, its officers, shifts and logins."""

    async def load(settings: Settings) -> bool:
        async with owner_session(settings) as session:
            context = use_cases(settings)
            now, zone = context.clock(), context.timezone
            if if_empty:
                return await load_demo_if_empty(session, now, zone)
            await load_demo(session, now, zone)
            return True

    if run(load):
        typer.echo("The demo city is loaded.")


def main() -> None:
    """Run the command line."""
    app()
