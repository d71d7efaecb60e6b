"""Connections to PostgreSQL and the one place where a transaction is committed."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import psycopg
from psycopg import AsyncConnection
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from pydantic_core import from_json
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, create_async_engine
from sqlalchemy.pool import AsyncAdaptedQueuePool

from app.claims import Claim, ClaimingSession, Signer, give_signer
from app.errors import DatabaseUnfitError


class Role(StrEnum):
    """What a connection may read; the database enforces it, see docs/decisions/0021."""

    OWNER = "owner"
    WEB = "beatway_web"
    BOT = "beatway_bot"


@dataclass(frozen=True, slots=True)
class Database:
    """An engine that connects in one role.

    Attributes
    ----------
    signer : Signer or None
        Of the web's role, which sees only what is signed for.
    claim : Claim or None
        What a transaction says that says nothing of its own.
    """

    engine: AsyncEngine
    conninfo: str
    signer: Signer | None = None
    claim: Claim | None = None

    @asynccontextmanager
    async def transaction(self, claim: Claim | None = None) -> AsyncIterator[AsyncSession]:
        """Open a session whose work is committed on leaving, or undone by an exception.

        Parameters
        ----------
        claim : Claim, optional
            Whose reports it may see; without one the web's role sees none.
        """
        async with AsyncSession(
            self.engine, expire_on_commit=False, sync_session_class=ClaimingSession
        ) as session:
            if self.signer is not None:
                give_signer(session, self.signer, claim or self.claim)
            yield session
            await session.commit()

    async def close(self) -> None:
        """Close every connection."""
        await self.engine.dispose()


async def set_down(session: AsyncSession) -> None:
    """Commit what was done so far, so that nothing is held while something else is waited for.

    The next use of the session begins another transaction.
    """
    await session.commit()


async def connection_of(session: AsyncSession) -> AsyncConnection[Any]:
    """Return the session's own psycopg connection, in its transaction."""
    await session.flush()
    raw = await (await session.connection()).get_raw_connection()
    connection = raw.driver_connection
    if not isinstance(connection, AsyncConnection):
        message = "the session is not over psycopg"
        raise TypeError(message)
    return connection


def conninfo_for(url: str, role: Role, application: str) -> str:
    """Return a libpq connection string for one role.

    Parameters
    ----------
    url : str
        URL or key-value string as libpq reads it; several hosts are allowed.
    role : Role
        ``OWNER`` connects as the URL says, the others switch to a role with fewer rights.
    application : str
        Shown in ``pg_stat_activity``.
    """
    try:
        parts = conninfo_to_dict(url)
    except psycopg.ProgrammingError as error:
        message = f"BEATWAY_DATABASE_URL cannot be read: {str(error).strip()}"
        raise DatabaseUnfitError(message) from error
    options = [str(parts.get("options") or ""), "-c timezone=UTC", "-c jit=off"]
    if role is not Role.OWNER:
        options.append(f"-c role={role.value}")
    if role is Role.BOT:
        # Prepared while the inbox was empty, a plan that reads all of it would be kept for ever.
        options.append("-c enable_seqscan=off")
    parts.setdefault("connect_timeout", 10)
    parts["options"] = " ".join(filter(None, options))
    parts["application_name"] = application
    return make_conninfo("", **parts)


def login_url(url: str, role: Role) -> str:
    """Return where the same database is for a login of a role's own."""
    parts = conninfo_to_dict(url)
    parts.pop("password", None)
    return make_conninfo("", **parts | {"user": role.value})


def open_database(
    url: str,
    role: Role,
    application: str = "beatway",
    pool_size: int = 8,
    signer: Signer | None = None,
) -> Database:
    """Prepare an engine; nothing is connected until it is first used."""
    conninfo = conninfo_for(url, role, application)

    async def connect() -> psycopg.AsyncConnection:
        return await psycopg.AsyncConnection.connect(conninfo, prepare_threshold=3)

    engine = create_async_engine(
        "postgresql+psycopg://",
        async_creator=connect,
        poolclass=AsyncAdaptedQueuePool,
        pool_size=pool_size,
        max_overflow=pool_size,
        pool_recycle=1800,
        hide_parameters=True,
        # A queue's rows have a thousand small documents: the standard library takes a third of the time.
        json_deserializer=from_json,
    )
    return Database(engine=engine, conninfo=conninfo, signer=signer)


async def check_server(session: AsyncSession) -> None:
    """Refuse a database in which Beatway would silently go wrong.

    Raises
    ------
    DatabaseUnfitError
        For another encoding than UTF-8, a plain ``C`` character type (``pg_trgm`` does not see
        Cyrillic letters under it) or a server without PostGIS.
    """
    row = (
        await session.execute(
            text(
                "SELECT pg_encoding_to_char(encoding) AS encoding, datctype AS ctype,"
                " (SELECT count(*) FROM pg_available_extensions WHERE name = 'postgis') AS postgis"
                " FROM pg_database WHERE datname = current_database()"
            )
        )
    ).one()
    if row.encoding != "UTF8":
        message = f"The database's encoding is {row.encoding}; create it with ENCODING 'UTF8'"
        raise DatabaseUnfitError(message)
    if row.ctype in {"C", "POSIX"}:
        message = (
            f"The database's LC_CTYPE is {row.ctype}, under which Cyrillic text cannot be"
            " searched; create it with LC_CTYPE 'C.UTF-8'"
        )
        raise DatabaseUnfitError(message)
    if not row.postgis:
        message = "The database server has no PostGIS; install it on the server"
        raise DatabaseUnfitError(message)
