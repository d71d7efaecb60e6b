"""A database server of its own for a measurement."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from app.claims import EVERYTHING, Signer
from app.cluster import Cluster, open_cluster
from app.db import Database, Role, open_database
from app.key_check import check_keys
from app.secret_keys import SecretKey

SECRET = b"bench" * 8


@contextmanager
def fresh_cluster(*, durable: bool = False) -> Iterator[Cluster]:
    """Run an empty server with the database and its extensions, and throw it away.

    Parameters
    ----------
    durable : bool
        True where the price of flushing commits belongs to what is measured.
    """
    with tempfile.TemporaryDirectory(prefix="beatway-bench-") as name:
        folder = Path(name)
        # PostgreSQL never runs as root: when we do, another user has to get in.
        folder.chmod(0o755)
        with open_cluster(folder / "data", durable=durable) as cluster:
            yield cluster


async def open_web(url: str) -> Database:
    """Open connections of the web's role that see everything, signed for."""
    await check_keys(url, Role.OWNER, [SECRET])
    database = open_database(url, Role.WEB, "bench", 2, Signer(SecretKey.of(SECRET)))
    return Database(database.engine, database.conninfo, database.signer, EVERYTHING)
