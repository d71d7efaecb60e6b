"""A private PostgreSQL server with PostGIS, in a data folder of our own.

It listens on a Unix socket only, inside a folder that nobody else can enter; that is why it asks
for no password. It never runs as root. Whatever state a crash left it in, `open_cluster` gets it
going again, or says in one line why not.
"""

import os
import pwd
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Self
from urllib.parse import quote

import psycopg
from psycopg import sql

from app import children
from app.children import User
from app.data_folder import claim
from app.errors import BeatwayError
from app.postgres_programs import ServerPrograms, find_server

DATABASE = "beatway"
OWNER = "beatway"
EXTENSIONS = ("postgis", "btree_gist", "pg_trgm")
# Where the data goes when root starts us inside a folder that only root may enter.
STATE_FOLDER = Path("/var/lib/beatway")
# Linux allows 107 bytes and macOS 103 for a socket's path, of which its name takes 14.
LONGEST_SOCKET_FOLDER = 88
# A recovery after a crash may have gigabytes to read.
START_LIMIT_S = 300.0
LARGEST_LOG = 10_000_000

OPTIONS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "cluster_name": "beatway",
    "timezone": "UTC",
    # Several processes with a pool for each role.
    "max_connections": "200",
    "shared_buffers": "256MB",
    "effective_cache_size": "1GB",
    "maintenance_work_mem": "128MB",
    "work_mem": "16MB",
    "wal_compression": "on",
    "random_page_cost": "1.1",
    # Our queries are short: compiling them takes longer than running them.
    "jit": "off",
    "log_lock_waits": "on",
}
# For tests: a power cut may lose their data, the end of a process may not.
FLEETING = {"fsync": "off", "full_page_writes": "off"}


class ClusterError(BeatwayError):
    """The private database cannot be started."""


@dataclass(slots=True)
class Cluster:
    """One PostgreSQL server: its files, and its process while it runs."""

    server: ServerPrograms
    folder: Path
    sockets: Path
    log: Path
    user: User | None = None
    options: Mapping[str, str] = field(default_factory=dict)
    _process: "subprocess.Popen[bytes] | None" = None

    @property
    def url(self) -> str:
        """URL of the database `beatway`, as libpq reads it."""
        return self.url_of(DATABASE)

    def url_of(self, database: str) -> str:
        """Return the URL of another database of this server."""
        return f"postgresql:///{database}?host={quote(str(self.sockets), safe='')}&user={OWNER}"

    @property
    def running(self) -> bool:
        """Whether the server's process lives."""
        return self._process is not None and self._process.poll() is None

    def start(self) -> Self:
        """Start the server and wait until it answers.

        Raises
        ------
        ClusterError
            When it does not; the message has the end of its log.
        """
        _end_previous(self.folder, self.sockets)
        if self.log.exists() and self.log.stat().st_size > LARGEST_LOG:
            self.log.unlink()
        options = OPTIONS | {"unix_socket_directories": str(self.sockets)} | dict(self.options)
        arguments = [part for name in options for part in ("-c", f"{name}={options[name]}")]
        with self.log.open("ab") as log:
            self._process = children.start(
                [self.server.path("postgres"), "-D", self.folder, *arguments],
                end_with=signal.SIGINT,
                user=self.user,
                cwd=Path("/"),
                env=_environment(),
                output=log,
            )
        self._wait_until_ready()
        return self

    def _wait_until_ready(self) -> None:
        deadline = time.monotonic() + START_LIMIT_S
        while time.monotonic() < deadline:
            if not self.running:
                raise ClusterError(f"The database did not start:\n{_tail(self.log)}")
            with suppress(psycopg.OperationalError):
                psycopg.connect(self.url_of("postgres"), connect_timeout=5).close()
                return
            time.sleep(0.05)
        self.stop()
        raise ClusterError(f"The database was not ready in time; see {self.log}")

    def stop(self) -> None:
        """Stop the server: politely, then firmly. It may already have ended."""
        if self._process is None:
            return
        # SIGINT is PostgreSQL's fast shutdown, SIGQUIT leaves the rest to recovery.
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGINT)
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(30)
        children.end_child(self._process, signal.SIGQUIT, grace_s=10)
        self._process = None

    def create_database(self) -> None:
        """Create the database `beatway` and its extensions where they are missing."""
        with psycopg.connect(self.url_of("postgres"), autocommit=True) as connection:
            there = connection.execute(
                "SELECT FROM pg_database WHERE datname = %s", [DATABASE]
            ).fetchone()
            if there is None:
                # template1 may have been changed; template0 has the locale given to initdb.
                connection.execute(
                    sql.SQL("CREATE DATABASE {} TEMPLATE template0 ENCODING 'UTF8'").format(
                        sql.Identifier(DATABASE)
                    )
                )
        create_extensions(self.url)


def create_extensions(url: str) -> None:
    """Create the extensions Beatway uses, where they are missing."""
    with psycopg.connect(url, autocommit=True) as connection:
        for extension in EXTENSIONS:
            connection.execute(
                sql.SQL("CREATE EXTENSION IF NOT EXISTS {}").format(sql.Identifier(extension))
            )


def let_log_in(url: str, *roles: str) -> None:
    """Let roles log in by themselves: who connects so cannot become the owner again."""
    with psycopg.connect(url, autocommit=True) as connection:
        for role in roles:
            connection.execute(sql.SQL("ALTER ROLE {} LOGIN").format(sql.Identifier(role)))


@contextmanager
def open_cluster(data_dir: Path, *, durable: bool = True) -> Iterator[Cluster]:
    """Run the private server of a data folder, making it first when there is none.

    Parameters
    ----------
    data_dir : Path
        Made when missing.
    durable : bool
        False for tests: commits are not flushed to disk.

    Yields
    ------
    Cluster
        Running, with the database `beatway` and its extensions. Stopped on leaving.

    Raises
    ------
    AlreadyRunningError
        When another process runs it.
    ServerProgramsError, ClusterError
        When it cannot be made or started; the message says what to do.
    """
    data_dir = data_dir.absolute()
    with claim(data_dir, "postgres"):
        try:
            cluster = _prepare(data_dir, durable=durable)
        except OSError as error:
            raise ClusterError(f"The data folder {data_dir} cannot be used: {error}") from error
        try:
            cluster.start()
            cluster.create_database()
            yield cluster
        finally:
            cluster.stop()


def _prepare(data_dir: Path, *, durable: bool) -> Cluster:
    base, user = _place(data_dir)
    folder = base / "postgres"
    version = folder / "PG_VERSION"
    server = find_server(int(version.read_text()) if version.exists() else None)
    if not version.exists():
        _initialise(server, folder, user, durable=durable)
    return Cluster(
        server=server,
        folder=folder,
        sockets=_socket_folder(base, user),
        log=base / "postgres.log",
        user=user,
        options={} if durable else FLEETING,
    )


def _place(data_dir: Path) -> tuple[Path, User | None]:
    """Return the folder to keep the server in, and whom to run it as (None: as we are)."""
    folder = data_dir / "postgres"
    if os.geteuid() != 0:
        if folder.exists() and folder.stat().st_uid != os.geteuid():
            owner = folder.stat().st_uid
            raise ClusterError(
                f"{folder} belongs to another user (uid {owner}), probably because Beatway was"
                " started with sudo before. Start it that way again, or use another --data-dir."
            )
        return data_dir, None
    elsewhere = STATE_FOLDER / f"{data_dir.parent.name}-{sha256(bytes(data_dir)).hexdigest()[:8]}"
    base = elsewhere if (elsewhere / "postgres").exists() else data_dir
    user = _unprivileged(base / "postgres")
    # The data folder is ours: others may pass through it to what is theirs, and see nothing else.
    data_dir.chmod(data_dir.stat().st_mode | stat.S_IXGRP | stat.S_IXOTH)
    if base == data_dir and not all(_may_enter(user, above) for above in data_dir.parents):
        base = elsewhere
    if base == elsewhere:
        elsewhere.mkdir(parents=True, exist_ok=True)
        print(
            f"PostgreSQL must not run as root, and its user {user.name} cannot enter {data_dir}:"
            f" the database is in {elsewhere}",
            file=sys.stderr,
        )
    return base, user


def _unprivileged(folder: Path) -> User:
    """Choose whom root runs the server as: who owns its files, or else a user made for it."""
    if folder.exists() and (owner := folder.stat().st_uid) != 0:
        return User(str(owner), owner, folder.stat().st_gid)
    for name in ("postgres", "_postgres", "beatway"):
        with suppress(KeyError):
            entry = pwd.getpwnam(name)
            return User(name, entry.pw_uid, entry.pw_gid)
    useradd = shutil.which("useradd", path="/usr/sbin:/sbin:/usr/bin:/bin")
    if useradd is not None:
        made = subprocess.run(
            [useradd, "--system", "--user-group", "--no-create-home", "beatway"], check=False
        )
        if made.returncode == 0:
            return _unprivileged(folder)
    raise ClusterError(
        "PostgreSQL must not run as root, and there is no user `postgres` or `beatway` to run it"
        " as. Start Beatway as another user, or add one: useradd --system beatway"
    )


def _may_enter(user: User, folder: Path) -> bool:
    found = folder.stat()
    if found.st_uid == user.uid:
        return bool(found.st_mode & stat.S_IXUSR)
    if found.st_gid == user.gid:
        return bool(found.st_mode & stat.S_IXGRP)
    return bool(found.st_mode & stat.S_IXOTH)


def _own(folder: Path, user: User | None) -> Path:
    """Make a folder that only the server's user may enter."""
    folder.mkdir(mode=0o700, exist_ok=True)
    if user is not None:
        os.chown(folder, user.uid, user.gid)
    folder.chmod(0o700)
    return folder


def _initialise(server: ServerPrograms, folder: Path, user: User | None, *, durable: bool) -> None:
    # Made beside its place and then renamed, so that what is in its place is always whole.
    draft = folder.with_name("postgres.new")
    faults = []
    for locale in _locales(server):
        shutil.rmtree(draft, ignore_errors=True)
        made = subprocess.run(
            [
                server.path("initdb"), "--pgdata", _own(draft, user), "--username", OWNER,
                "--auth=trust", "--encoding=UTF8", *locale,
                *(() if durable else ("--no-sync",)),
            ],
            cwd="/",
            env=_environment(),
            capture_output=True,
            text=True,
            check=False,
            user=user.uid if user else None,
            group=user.gid if user else None,
            extra_groups=[] if user else None,
        )  # fmt: skip
        if made.returncode == 0:
            if folder.exists():
                # Empty, or else it would have had a PG_VERSION or rmdir refuses.
                folder.rmdir()
            draft.rename(folder)
            return
        faults.append((made.stderr or made.stdout).strip())
    raise ClusterError(
        "The database cannot be created. It needs the locale C.UTF-8 (or en_US.UTF-8) of the"
        f" operating system:\n{faults[0]}"
    )


def _locales(server: ServerPrograms) -> Iterator[tuple[str, ...]]:
    """Yield initdb's locale arguments: order by byte, and letters of every alphabet are letters.

    Under a plain C character type pg_trgm is blind to Cyrillic.
    """
    yield ("--locale=C.UTF-8",)
    first_with_builtin = 17
    if server.major >= first_with_builtin:
        builtin = ("--locale-provider=builtin", "--builtin-locale=C.UTF-8")
        yield (*builtin, "--lc-collate=C", "--lc-ctype=en_US.UTF-8")
    yield ("--lc-collate=C", "--lc-ctype=en_US.UTF-8")


def _socket_folder(base: Path, user: User | None) -> Path:
    near = base / "run"
    if len(bytes(near)) <= LONGEST_SOCKET_FOLDER:
        return _own(near, user)
    owner = user.uid if user else os.geteuid()
    name = f"beatway-{owner}-{sha256(bytes(base)).hexdigest()[:12]}"
    far = Path(tempfile.gettempdir()) / name
    with suppress(FileExistsError):
        far.mkdir(mode=0o700)
        return _own(far, user)
    # Anybody can make a folder there: it is ours only when it is ours alone.
    found = far.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != owner or found.st_mode & 0o077:
        raise ClusterError(f"{far} is in the way: it is not a private folder of ours; remove it")
    return far


def _environment() -> dict[str, str]:
    """Return ours without what would tell PostgreSQL's programs something else."""
    return {name: value for name, value in os.environ.items() if not name.startswith(("PG", "LC_"))}


def _tail(log: Path, lines: int = 12) -> str:
    try:
        return "\n".join(log.read_text(errors="replace").splitlines()[-lines:])
    except OSError:
        return f"(no log at {log})"


def _end_previous(folder: Path, sockets: Path) -> None:
    """End a server of this folder that outlived whoever started it, and clear what it left.

    The caller holds the claim, so no server here has an owner.
    """
    noted = _noted_pid(folder / "postmaster.pid")
    command = (children.command_of(noted) if noted else None) or ""
    if noted and "postgres" in command and str(folder) in command:
        children.end([noted], signal.SIGINT, grace_s=30)
    elif command:
        # After a reboot another program may have the number; PostgreSQL would take it for its own.
        (folder / "postmaster.pid").unlink(missing_ok=True)
    # Its helpers end by themselves once their server is gone; nothing may still write.
    helpers = [
        pid
        for pid in children.working_in(folder.resolve())
        if "postgres" in (children.command_of(pid) or "")
    ]
    children.end(helpers, signal.SIGQUIT, grace_s=10)
    for name in (".s.PGSQL.5432.lock", ".s.PGSQL.5432"):
        (sockets / name).unlink(missing_ok=True)


def _noted_pid(file: Path) -> int | None:
    try:
        return int(file.read_text().splitlines()[0])
    except (OSError, ValueError, IndexError):
        return None
