"""Our vector tiles beside those of tipg, from the same database and in the same run.

Both serve the beats of Chicago in one process each, and the same client asks both for the same
tiles in the same order. tipg, which makes a tile of every request, gets what suits it best: a table
in the tiles' own coordinates with an index. It has an environment of its own.
"""

import argparse
import asyncio
import gzip
import os
import random
import re
import selectors
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import quote

import psycopg
from fastapi import FastAPI

from app import migration, tiles
from app.boundaries import activate, store_set
from app.db import Role, open_database
from app.main import create_app
from app.rates import Rates
from bench.database import fresh_cluster
from bench.memory import peak_mb
from bench.processor import cluster_s, spent_s
from tests.samples import chicago

PEER = Path(".setup/peer/bin/python")
CONNECTIONS = 4
SECONDS = 5.0
ROUNDS = 2
REACHED = 50.0
SEED = 2026
RIM = 0.02
LENGTH = re.compile(rb"\r\ncontent-length: (\d+)\r\n", re.IGNORECASE)
HEAD_END = b"\r\n\r\n"

Place = tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class Measured:
    """What one server did.

    Attributes
    ----------
    rate : float
        Tiles a second, the best round.
    processor_ms : float
        Of the server and PostgreSQL for a tile, in that round.
    peak_mb : float
        The most memory its process ever had.
    """

    rate: float
    processor_ms: float
    peak_mb: float


def unlimited() -> FastAPI:
    """Make the application with room for more requests than one address may send."""
    app = create_app()
    plenty = dict.fromkeys(("ogc", "tiles", "locate", "health", "config"), "1000000000/minute")
    app.state.parts = replace(app.state.parts, rates=Rates(plenty))
    return app


def measure(url: str, tipg_python: Path) -> tuple[Measured, Measured, int]:
    """Measure both servers.

    Parameters
    ----------
    url : str
        Of an empty database with the extensions.
    tipg_python : Path
        The interpreter of the environment that has tipg.

    Returns
    -------
    ours, theirs : Measured
    count : int
        How many different tiles were asked for.
    """
    migration.upgrade(url)
    places = asyncio.run(_fill(url))
    random.Random(SEED).shuffle(places)
    with ExitStack() as stack:
        port, theirs_port = _free_port(), _free_port()
        ours = stack.enter_context(
            _server(sys.executable, "bench.tiles:unlimited", port, factory=True, env=_our_env(url))
        )
        theirs = stack.enter_context(
            _server(tipg_python, "tipg.main:app", theirs_port, factory=False, env=_tipg_env(url))
        )
        paths = [f"/ogc/collections/beats/tiles/WebMercatorQuad/{z}/{y}/{x}" for z, x, y in places]
        their_paths = [
            f"/collections/tipg.beats/tiles/WebMercatorQuad/{z}/{x}/{y}" for z, x, y in places
        ]
        _check_same(port, paths, theirs_port, their_paths)
        backend = stack.enter_context(psycopg.connect(url, autocommit=True)).info.backend_pid
        best, their_best = (0.0, 0.0), (0.0, 0.0)
        # In turns, so that both meet the same machine.
        for _ in range(ROUNDS):
            their_best = max(their_best, _round(theirs_port, their_paths, theirs.pid, backend))
            best = max(best, _round(port, paths, ours.pid, backend))
        return (
            Measured(*best, peak_mb(ours.pid)),
            Measured(*their_best, peak_mb(theirs.pid)),
            len(places),
        )


async def _fill(url: str) -> list[Place]:
    database = open_database(url, Role.OWNER)
    try:
        async with database.transaction() as session:
            set_id = await store_set(
                session, chicago(), label="Chicago", source="bench", actor="bench"
            )
            started = time.perf_counter()
            await tiles.bake(session, set_id)
            print(f"baking: {time.perf_counter() - started:.1f} s")
            await activate(session, set_id, "bench")
        async with database.transaction() as session:
            baked = await tiles.load(session, set_id)
    finally:
        await database.close()
    with psycopg.connect(url, autocommit=True) as connection:
        for statement in (
            "CREATE SCHEMA tipg",
            (
                "CREATE TABLE tipg.beats AS SELECT row_number() OVER (ORDER BY code)::integer AS id,"
                " code, parent, name ->> 'uk' AS name_uk, name ->> 'ru' AS name_ru,"
                " name ->> 'en' AS name_en,"
                " ST_Transform(geom, 3857)::geometry(MultiPolygon, 3857) AS geom"
                " FROM district WHERE level = 'beat'"
            ),
            "ALTER TABLE tipg.beats ADD PRIMARY KEY (id)",
            "CREATE INDEX ON tipg.beats USING gist (geom)",
            "VACUUM ANALYZE",
        ):
            connection.execute(statement)
    return [(z, x, y) for layer, z, x, y in baked.by_place if layer == "beats"]


def _our_env(url: str) -> dict[str, str]:
    return {"BEATWAY_DATABASE_URL": url, "BEATWAY_SECRET_KEY": "bench-secret-for-one-run"}


def _tipg_env(url: str) -> dict[str, str]:
    with psycopg.connect(url) as connection:
        info = connection.info
        # A folder of sockets in the place of a host: its name has slashes.
        address = f"postgresql://{info.user}@{quote(info.host, safe='')}:{info.port}/{info.dbname}"
    # As in ours: the units of a tile, and how far beyond its edge it reaches.
    return {
        "DATABASE_URL": address,
        "TIPG_DB_SCHEMAS": '["tipg"]',
        "TIPG_TILE_RESOLUTION": str(tiles.UNITS),
        "TIPG_TILE_BUFFER": str(tiles.BUFFER),
        "TIPG_CATALOG_TTL": "100000",
    }


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def _server(
    python: Path | str, app: str, port: int, *, factory: bool, env: dict[str, str]
) -> "Iterator[subprocess.Popen[bytes]]":
    clean = {name: text for name, text in os.environ.items() if not name.startswith("BEATWAY_")}
    command = [str(python), "-m", "uvicorn", app, "--port", str(port), "--no-access-log"]
    command += ["--log-level", "warning", "--loop", "uvloop", "--http", "httptools"]
    process = subprocess.Popen(command + ["--factory"] * factory, env=clean | env)
    try:
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline and process.poll() is None:
            try:
                socket.create_connection(("127.0.0.1", port), 1).close()
                break
            except OSError:
                time.sleep(0.1)
        else:
            raise SystemExit(f"{app} did not start")
        yield process
    finally:
        process.terminate()
        process.wait(30)


def _request(path: str) -> bytes:
    return f"GET {path} HTTP/1.1\r\nHost: bench\r\nAccept-Encoding: gzip\r\n\r\n".encode()


class _Connection:
    """One kept connection, with at most one request under way."""

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._got = b""

    def ask(self, request: bytes) -> None:
        self.socket.sendall(request)

    def receive(self) -> bytes | None:
        """Take what has come; the whole answer once it is there."""
        self._got += self.socket.recv(1 << 20)
        end = self._got.find(HEAD_END)
        if end < 0:
            return None
        match = LENGTH.search(self._got, 0, end + 2)
        if match is None or not self._got.startswith(b"HTTP/1.1 200 "):
            raise SystemExit(f"Not a tile: {self._got[:300]!r}")
        whole = end + len(HEAD_END) + int(match[1])
        if len(self._got) < whole:
            return None
        answer, self._got = self._got, b""
        return answer


def _round(port: int, paths: Sequence[str], pid: int, backend: int) -> tuple[float, float]:
    """Return tiles a second, and processor milliseconds for each, PostgreSQL's among them."""
    before = spent_s(pid) + cluster_s(backend)
    rate, tiles_sent = _rate(port, paths)
    return rate, 1000 * (spent_s(pid) + cluster_s(backend) - before) / tiles_sent


def _rate(port: int, paths: Sequence[str], seconds: float = SECONDS) -> tuple[float, int]:
    """Return how many tiles a second a server answers with over a few connections, and how many."""
    requests = [_request(path) for path in paths]
    chosen = selectors.DefaultSelector()
    number = 0
    for _ in range(CONNECTIONS):
        connection = _Connection(port)
        chosen.register(connection.socket, selectors.EVENT_READ, connection)
        connection.ask(requests[number % len(requests)])
        number += 1
    done, started = 0, time.perf_counter()
    while time.perf_counter() - started < seconds or done < CONNECTIONS:
        for key, _ in chosen.select(30):
            if key.data.receive() is not None:
                done += 1
                key.data.ask(requests[number % len(requests)])
                number += 1
    took = time.perf_counter() - started
    for key in list(chosen.get_map().values()):
        key.data.socket.close()
    return done / took, done


def _one(port: int, path: str) -> bytes:
    connection = _Connection(port)
    connection.ask(_request(path))
    answer = None
    while answer is None:
        answer = connection.receive()
    connection.socket.close()
    head, _, body = answer.partition(HEAD_END)
    return gzip.decompress(body) if b"gzip" in head.lower() else body


def _check_same(
    port: int, paths: Sequence[str], theirs_port: int, their_paths: Sequence[str]
) -> None:
    """Refuse to compare servers that do not answer with the same districts.

    A district that only touches the rim of a tile may be in one of the two.
    """
    differing = in_all = 0
    for path, their_path in list(zip(paths, their_paths, strict=True))[:50]:
        ours, theirs = _one(port, path), _one(theirs_port, their_path)
        codes = [set(re.findall(rb"\x0a[\x03-\x05](\d{3,4})", body)) for body in (ours, theirs)]
        differing += len(codes[0] ^ codes[1])
        in_all += len(codes[0] | codes[1])
    if differing > RIM * in_all:
        raise SystemExit(f"{differing} of {in_all} districts are in one of the two servers' tiles")


def table(ours: Measured, theirs: Measured, count: int) -> str:
    """Lay the measurement out for a terminal."""
    times, cheaper = ours.rate / theirs.rate, theirs.processor_ms / ours.processor_ms
    return "\n".join(
        [
            f"{count} tiles of Chicago's beats, {CONNECTIONS} connections, one process each",
            *(
                f"{name:<12}{each.rate:10,.0f} tiles/s  {each.processor_ms:8.3f} ms of processor"
                f" for a tile  {each.peak_mb:8.0f} MB at most"
                for name, each in (("ours", ours), ("tipg", theirs))
            ),
            f"{times:.0f} times as many (wanted: {REACHED:.0f}), {cheaper:.0f} by processor time",
        ]
    )


def main(arguments: Sequence[str] = ()) -> None:
    """Measure on a database of our own, and print."""
    options = argparse.ArgumentParser(prog="bench.tiles", description=__doc__)
    options.add_argument(
        "--tipg-python", type=Path, default=PEER, help="of an environment that has tipg"
    )
    given = options.parse_args(arguments)
    if not given.tipg_python.exists():
        raise SystemExit(f"{given.tipg_python} is not there: tools/setup.sh peer makes it")
    with fresh_cluster() as cluster:
        print(table(*measure(cluster.url, given.tipg_python)))


if __name__ == "__main__":
    main(sys.argv[1:])
