"""Connections as the web server has them, for tests that need no server."""

from app.claims import EVERYTHING, Signer
from app.db import Database, Role, open_database
from app.key_check import check_keys
from app.secret_keys import SecretKey

KEY = b"a secret key for tests"


async def open_web(url: str, pool_size: int = 8) -> Database:
    """Open connections of the web's role that see everything, signed for."""
    await check_keys(url, Role.OWNER, [KEY])
    database = open_database(url, Role.WEB, "tests", pool_size, Signer(SecretKey.of(KEY)))
    return Database(database.engine, database.conninfo, database.signer, EVERYTHING)
