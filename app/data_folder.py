"""A data folder belongs to one running program at a time."""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from filelock import FileLock, Timeout

from app.errors import BeatwayError

URL_FILE = "database.url"


class DataFolderError(BeatwayError):
    """The data folder cannot be used."""


class AlreadyRunningError(DataFolderError):
    """Another Beatway runs with the same data folder."""


@contextmanager
def claim(data_dir: Path, name: str) -> Iterator[None]:
    """Hold a data folder for this process; the claim ends with the process, however it ends.

    Raises
    ------
    AlreadyRunningError
        When another process holds it.
    """
    try:
        data_dir.mkdir(parents=True, exist_ok=True)
        lock = FileLock(data_dir / f"{name}.lock")
        holder = data_dir / f"{name}.pid"
        lock.acquire(timeout=0)
    except Timeout:
        pid = holder.read_text().strip() if holder.exists() else "unknown"
        raise AlreadyRunningError(
            f"Beatway already runs with the data folder {data_dir} (process {pid}). Use that one,"
            " stop it with Ctrl-C in its terminal, or give this one another --data-dir."
        ) from None
    except OSError as error:
        raise DataFolderError(f"The data folder {data_dir} cannot be used: {error}") from error
    try:
        holder.write_text(f"{os.getpid()}\n")
        yield
    finally:
        holder.unlink(missing_ok=True)
        lock.release()


@contextmanager
def note_database(data_dir: Path, url: str) -> Iterator[None]:
    """Let other commands of the same data folder find its private database while it runs."""
    file = data_dir / URL_FILE
    file.touch(mode=0o600)
    file.write_text(f"{url}\n")
    try:
        yield
    finally:
        with suppress(OSError):
            file.unlink()


def noted_database(data_dir: Path) -> str | None:
    """Return the address of the private database that runs in a data folder, if one does."""
    with suppress(OSError):
        return (data_dir / URL_FILE).read_text().strip() or None
    return None
