"""A database server of its own for a measurement."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from app.cluster import Cluster, open_cluster


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
