"""Whether the secret given is the one that this database was sealed with."""

from collections.abc import Sequence
from typing import Any

import psycopg
from cryptography.exceptions import InvalidTag
from psycopg import AsyncConnection
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from app.db import Role, conninfo_for
from app.errors import BeatwayError, DatabaseUnfitError
from app.identity import Sealer
from app.secret_keys import SecretKey

LOCK = "beatway secret key"


class WrongKeyError(BeatwayError):
    """BEATWAY_SECRET_KEY is not the key that this database was sealed with."""

    status = 503
    code = "wrong-key"


async def check_keys(url: str, role: Role, secrets: Sequence[bytes]) -> None:
    """Refuse to work with a secret that opens nothing here; make a new one known.

    Parameters
    ----------
    url : str
        Where the database is.
    role : Role
        As whom the process works.
    secrets : sequence of bytes
        The secret in use, then former ones that something may still be sealed with.

    Raises
    ------
    WrongKeyError
        With what to do.
    """
    keys = [SecretKey.of(secret) for secret in secrets]
    async with await AsyncConnection.connect(
        conninfo_for(url, role, "beatway keys"), autocommit=True
    ) as connection:
        known = await _known(connection)
    if keys[0].id not in known:
        await _introduce(url, secrets, keys)
        known.add(keys[0].id)
    missing = known - {key.id for key in keys}
    if missing:
        raise WrongKeyError(
            "Identities are still sealed with another secret: name it in"
            " BEATWAY_FORMER_SECRET_KEYS until `beatway privacy rotate` has ended"
        )


async def check_believed(session: AsyncSession) -> None:
    """Refuse to work where the database does not believe what is signed: every queue were empty.

    Raises
    ------
    app.errors.DatabaseUnfitError
    """
    if not (await session.execute(text("SELECT scope_sees_all()"))).scalar():
        raise DatabaseUnfitError(
            "The database does not believe this process. Its BEATWAY_SECRET_KEY may have been"
            " retired (see `beatway privacy rotate`), or their clocks differ by more than 15 minutes"
        )


async def _known(connection: AsyncConnection[Any]) -> set[bytes]:
    rows = await connection.execute("SELECT id FROM secret_key WHERE retired_at IS NULL")
    return {bytes(row[0]) for row in await rows.fetchall()}


async def _introduce(url: str, secrets: Sequence[bytes], keys: Sequence[SecretKey]) -> None:
    """Tell the database of a secret, as its owner: no other connection may."""
    inner, outer = keys[0].pads
    try:
        async with await AsyncConnection.connect(
            conninfo_for(url, Role.OWNER, "beatway keys")
        ) as connection:
            await connection.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [LOCK])
            known = await _known(connection)
            if known and not known & {key.id for key in keys}:
                raise WrongKeyError(
                    "BEATWAY_SECRET_KEY is not the key that this database was sealed with. Set the"
                    " right one; to change it, name the old one in BEATWAY_FORMER_SECRET_KEYS"
                )
            if not known:
                await _try_on_what_is_there(connection, secrets)
            await connection.execute(
                "INSERT INTO secret_key (id, inner_pad, outer_pad) VALUES (%s, %s, %s)"
                " ON CONFLICT (id) DO UPDATE SET retired_at = NULL",
                [keys[0].id, inner, outer],
            )
    except psycopg.errors.InsufficientPrivilege as error:
        raise WrongKeyError(
            "The database does not know this BEATWAY_SECRET_KEY: run `beatway db upgrade` with it,"
            " as the database's owner"
        ) from error


async def _try_on_what_is_there(connection: AsyncConnection[Any], secrets: Sequence[bytes]) -> None:
    """Open one identity that was sealed before keys were known by name."""
    row = await (await connection.execute("SELECT sealed FROM identity LIMIT 1")).fetchone()
    if row is None:
        return
    try:
        Sealer(*secrets).unseal(bytes(row[0]))
    except InvalidTag:
        raise WrongKeyError from None
