"""What commands share: running async work, one clear line for an error, progress."""

import asyncio
import logging
import os
import sys
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any, TypeVar

import psycopg
import typer
import uvloop
from rich.console import Console
from rich.logging import RichHandler
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from sqlalchemy.exc import OperationalError
from sqlalchemy.ext.asyncio import AsyncSession

from app.boundary_files import BoundaryFileError
from app.bulk import BulkFileError
from app.data_folder import noted_database
from app.db import Role, check_server, open_database
from app.errors import BeatwayError, SettingsError
from app.migration import check_schema
from app.settings import Settings, load_settings
from geo.coordinates import CoordinateError

T = TypeVar("T")

errors = Console(stderr=True)


def fail(message: str) -> typer.Exit:
    """Print one line and return the exception that ends the command with status 1."""
    errors.print(f"beatway: {' '.join(message.split())}", style="red", markup=False, soft_wrap=True)
    return typer.Exit(1)


@contextmanager
def clear_errors() -> Iterator[None]:
    """Turn what can go wrong into one line and exit status 1."""
    try:
        yield
    except (BeatwayError, BoundaryFileError, BulkFileError, CoordinateError) as error:
        raise fail(str(error)) from error
    except (OperationalError, psycopg.OperationalError) as error:
        reason = str(getattr(error, "orig", None) or error).strip()
        raise fail(f"the database cannot be reached: {reason}") from error
    except OSError as error:
        raise fail(str(error)) from error
    except KeyboardInterrupt:
        raise typer.Exit(130) from None


def run(work: Callable[[Settings], Coroutine[Any, Any, T]]) -> T:
    """Run async work with the settings, errors shown as one line."""
    with clear_errors():
        settings = load_settings()
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            return runner.run(work(settings))


def database_url_of(settings: Settings) -> str:
    """Return the database to work on: the one named, or the private one that runs here.

    Raises
    ------
    SettingsError
        When there is neither.
    """
    if settings.database_url:
        return settings.database_url
    noted = noted_database(settings.data_dir)
    if noted is None:
        raise SettingsError(
            "There is no database: set BEATWAY_DATABASE_URL, or start `beatway up` first"
            f" (no private database runs in the data folder {settings.data_dir})"
        )
    return noted


@asynccontextmanager
async def owner_session(settings: Settings) -> AsyncIterator[AsyncSession]:
    """Open a transaction with the rights of the database's owner."""
    database = open_database(database_url_of(settings), Role.OWNER, "beatway cli", 1)
    try:
        async with database.transaction() as session:
            await check_server(session)
            await check_schema(session)
            yield session
    finally:
        await database.close()


@contextmanager
def progress_bar(label: str) -> Iterator[Callable[[int, int], None]]:
    """Show a progress bar on the terminal; the callback takes what is done and the total."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, TimeElapsedColumn(), console=errors, transient=False) as progress:
        task = progress.add_task(label, total=None)

        def show(done: int, total: int) -> None:
            progress.update(task, completed=done, total=total)

        yield show


def set_up_logging() -> None:
    """Log to standard error: in colour on a terminal, plainly elsewhere."""
    level = os.environ.get("BEATWAY_LOG_LEVEL", "INFO").upper()
    if sys.stderr.isatty():
        logging.basicConfig(
            level=level, format="%(message)s", handlers=[RichHandler(console=errors)]
        )
    else:
        logging.basicConfig(level=level, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    # Each names the address it calls, and Telegram's has the token in it.
    for chatty in ("httpx", "httpcore", "telegram"):
        logging.getLogger(chatty).setLevel(logging.WARNING)
