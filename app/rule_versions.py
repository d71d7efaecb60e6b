"""Versions of rules that staff edit: what lists of them have in common."""

from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from sqlalchemy import Connection, inspect, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.errors import ConflictError, NotFoundError
from app.models import DispatchVersion, TriageVersion

SHIPPED_BY = "shipped"
SHOWN = 100

Kept = TypeVar("Kept", DispatchVersion, TriageVersion)
Versions = type[DispatchVersion] | type[TriageVersion]


@dataclass(frozen=True, slots=True)
class VersionLine:
    """One version in the list of them."""

    id: int
    based_on: int | None
    made_by: str
    made_at: datetime
    note: str | None
    in_force: bool


def wants_first(connection: Connection, table: Versions) -> bool:
    """Tell whether there is a table for versions and none in it."""
    if not inspect(connection).has_table(table.__tablename__):
        return False
    return connection.execute(select(table.id).limit(1)).first() is None


async def newest(session: AsyncSession, table: Versions, current: int | None) -> list[VersionLine]:
    """List versions, the newest first.

    Parameters
    ----------
    session
    table
    current : int or None
        The version in force.
    """
    rows = await session.execute(
        select(
            table.id, table.based_on, table.made_by, table.made_at, table.note, table.id == current
        )
        .order_by(table.id.desc())
        .limit(SHOWN)
    )
    return [VersionLine(*row) for row in rows]


def check_current(current: int | None, based_on: int) -> None:
    """Refuse what was made from another version than the one in force.

    Raises
    ------
    ConflictError
    """
    if current != based_on:
        message = f"Version {current} is in force by now; yours is based on {based_on}"
        raise ConflictError(message, in_force=current)


async def version_of(session: AsyncSession, table: type[Kept], version_id: int) -> Kept:
    """Return a version as it is kept.

    Raises
    ------
    NotFoundError
    """
    found = await session.get(table, version_id)
    if found is None:
        message = f"There is no version {version_id}"
        raise NotFoundError(message)
    return found
