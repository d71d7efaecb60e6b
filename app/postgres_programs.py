"""The PostgreSQL server programs of this machine."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from app.errors import BeatwayError

# Where distributions and Homebrew put servers of several versions side by side.
FOLDERS = (
    "/usr/lib/postgresql/*/bin",
    "/usr/pgsql-*/bin",
    "/opt/homebrew/opt/postgresql@*/bin",
    "/usr/local/opt/postgresql@*/bin",
    "/home/linuxbrew/.linuxbrew/opt/postgresql@*/bin",
    "/Applications/Postgres.app/Contents/Versions/*/bin",
)
OLDEST = 13

HOW_TO_INSTALL = """\
Beatway needs a PostgreSQL server with PostGIS (version 13 or newer):
  Debian, Ubuntu:  `make setup` installs it, as root or with sudo
                   (by hand: apt-get install postgresql postgresql-NN-postgis-3)
  macOS:           brew install postgis
  Fedora:          dnf install postgresql-server postgis
or name a server of your own with BEATWAY_DATABASE_URL."""


class ServerProgramsError(BeatwayError):
    """There is no PostgreSQL server with PostGIS on this machine."""


@dataclass(frozen=True, slots=True, order=True)
class ServerPrograms:
    """One installed PostgreSQL server that has PostGIS."""

    major: int
    folder: Path

    def path(self, name: str) -> Path:
        """Return the path of one program."""
        return self.folder / name


def find_server(major: int | None = None) -> ServerPrograms:
    """Return the newest PostgreSQL server with PostGIS, or the newest of one major version.

    Parameters
    ----------
    major : int, optional
        The version that made the data to be served.

    Raises
    ------
    ServerProgramsError
        When there is none; the message says how to get one.
    """
    installed = {folder.resolve(): server for folder in _folders() if (server := _read(folder))}
    complete = [server for server in installed.values() if _has_postgis(server)]
    fitting = [server for server in complete if major in {None, server.major}]
    if fitting:
        return max(fitting)
    if complete:
        have = ", ".join(sorted({str(server.major) for server in complete}))
        message = (
            f"The data was made by PostgreSQL {major}, and only version {have} is installed with"
            f" PostGIS. Install PostgreSQL {major} with PostGIS again (Debian, Ubuntu: apt-get"
            f" install postgresql-{major}-postgis-3), or carry the data over with pg_upgrade."
        )
        raise ServerProgramsError(message)
    if installed:
        have = ", ".join(str(server.folder) for server in sorted(installed.values()))
        message = f"PostgreSQL is installed without PostGIS ({have}).\n{HOW_TO_INSTALL}"
        raise ServerProgramsError(message)
    message = f"There is no PostgreSQL server on this machine.\n{HOW_TO_INSTALL}"
    raise ServerProgramsError(message)


def _folders() -> Iterator[Path]:
    for pattern in FOLDERS:
        yield from Path("/").glob(pattern.lstrip("/"))
    for name in ("pg_config", "initdb", "postgres"):
        if program := shutil.which(name):
            yield Path(program).resolve().parent
    if told := _ask("pg_config", "--bindir"):
        yield Path(told)


def _read(folder: Path) -> ServerPrograms | None:
    if not all(os.access(folder / name, os.X_OK) for name in ("initdb", "postgres")):
        return None
    version = re.search(r"\(PostgreSQL\) (\d+)", _ask(str(folder / "postgres"), "--version"))
    if version is None or int(version[1]) < OLDEST:
        return None
    return ServerPrograms(int(version[1]), folder)


def _has_postgis(server: ServerPrograms) -> bool:
    told = _ask(str(server.path("pg_config")), "--sharedir")
    shares = (
        Path(told or "/nowhere"),
        server.folder.parent / "share",
        server.folder.parent / "share" / "postgresql",
        Path(f"/usr/share/postgresql/{server.major}"),
    )
    return any((share / "extension" / "postgis.control").exists() for share in shares)


def _ask(program: str, question: str) -> str:
    try:
        told = subprocess.run(
            [program, question], capture_output=True, text=True, check=True, timeout=20
        )
    except (OSError, subprocess.SubprocessError):
        return ""
    return told.stdout.strip()


if __name__ == "__main__":
    try:
        print(find_server().folder)
    except ServerProgramsError as error:
        sys.exit(str(error))
