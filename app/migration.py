"""Bring the database to the schema this program expects, and tell whether it is there."""

from functools import cache
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError
from sqlalchemy.ext.asyncio import AsyncSession

from app.errors import DatabaseUnfitError

MIGRATIONS = Path(__file__).resolve().parent.parent / "migrations"


def _config(url: str | None = None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.attributes["database_url"] = url
    return config


def upgrade(url: str) -> None:
    """Apply every migration that the database has not had yet."""
    command.upgrade(_config(url), "head")


@cache
def newest() -> str:
    """Return the revision that this program expects."""
    head = ScriptDirectory.from_config(_config()).get_current_head()
    assert head is not None, "there is at least one migration"  # noqa: S101 - for the type checker
    return head


async def check_schema(session: AsyncSession) -> None:
    """Raise DatabaseUnfitError when the schema is not the one this program expects."""
    try:
        found = (await session.execute(text("SELECT version_num FROM alembic_version"))).scalar()
    except ProgrammingError as error:
        message = "The database is empty; run: beatway db upgrade"
        raise DatabaseUnfitError(message) from error
    if found != newest():
        message = f"The database is at revision {found}, not {newest()}; run: beatway db upgrade"
        raise DatabaseUnfitError(message)
