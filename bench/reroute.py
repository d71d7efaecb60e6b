"""A million open reports routed again when boundaries change, beside the plain SQL that does it.

The city is Chicago's 275 beats; between neighbours of a precinct borders move, so that a stated
share of the reports changes hands. Ours is `app.boundaries.activate`: the index is built, the
reports are read and decided, and what changes is written with its history, the moves proposed for
what somebody has taken on, and the notices. The plain ways are one UPDATE of report from a table of
the new beats with a GiST index: of every open report, and of those only whose district changes.
They keep no history, propose nothing and tell nobody. Each has a copy of the same database.
"""

import argparse
import asyncio
import json
import resource
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import psycopg
import shapely
from numpy.typing import NDArray
from psycopg.conninfo import make_conninfo

from app import migration, tiles
from app.boundaries import activate, store_set
from app.cluster import DATABASE, Cluster
from app.context import use_cases
from app.db import Role, open_database
from app.models.reports import OPEN_SQL
from app.settings import Settings
from bench.database import fresh_cluster
from bench.memory import peak_mb
from bench.processor import cluster_s
from geo.districts import District, Level, polygonal
from geo.index import DistrictIndex
from tests.samples import chicago, incidents

REPORTS = 1_000_000
# A border between a few beats, and a city drawn anew.
SHARES = (0.01, 0.05)
REACHED = 8.0
SEED = 2026
# Incidents are told to the block; nobody reports from the very same point.
JITTER = 0.002

Floats = NDArray[np.float64]

FILL = """
INSERT INTO report (number, status, text, category, priority, response, source, received_at,
                    acknowledged_at, place, place_kind, boundary_set_id, decision, precinct_code,
                    beat_code, assigned_desk, rung)
SELECT '2026-' || lpad(n::text, 8, '0'),
       CASE WHEN n %% 5 = 0 THEN 'acknowledged' ELSE 'queued' END,
       'Somebody is breaking into a car in the yard, two of them, one wears a red jacket ' || n,
       'other', 2, 'beat_officer', 'telegram', now() - n * interval '1 second',
       CASE WHEN n %% 5 = 0 THEN now() END,
       ST_SetSRID(ST_MakePoint(lon, lat), 4326), 'shared', %s,
       jsonb_build_object(
           'reason', 'inside', 'district', beat, 'precinct', precinct, 'beat', beat,
           'distance_m', 0, 'share', NULL, 'lon', lon, 'lat', lat, 'candidates',
           jsonb_build_array(jsonb_build_object('code', beat, 'share', NULL, 'distance_m', 0))),
       precinct, beat, coalesce(precinct, 'city'),
       CASE WHEN precinct IS NULL THEN 'city_desk' ELSE 'precinct_desk' END
  FROM place ORDER BY n
"""
PLAIN_DISTRICTS = (
    "CREATE TABLE plain_district AS SELECT code, parent, geom FROM district"
    " WHERE level = 'beat' AND boundary_set_id = {}"
)
PLAIN = f"""
UPDATE report SET precinct_code = district.parent, beat_code = district.code
  FROM plain_district district
 WHERE report.{OPEN_SQL} AND ST_Covers(district.geom, report.place)
"""  # noqa: S608 - names of the program
ONLY_CHANGED = "AND report.beat_code IS DISTINCT FROM district.code"
NOW_IN = "COPY (SELECT coalesce({}, '') FROM report ORDER BY id) TO STDOUT"


@dataclass(frozen=True, slots=True)
class Row:
    """What one way took.

    Attributes
    ----------
    way : str
    seconds : float
        With everything: also what ours builds first.
    index_s : float
        Of which building the index.
    processor_s : float
        Of the client and PostgreSQL, in that time.
    rows : int
        Reports written.
    client_mb, backend_mb : float
        The most memory that the process and its PostgreSQL backend ever had, shared buffers that it
        touched among them.
    """

    way: str
    seconds: float
    index_s: float
    processor_s: float
    rows: int
    client_mb: float
    backend_mb: float


@dataclass(frozen=True, slots=True)
class Compared:
    """Reports for which ours and the plain way name different beats.

    Attributes
    ----------
    differ, outside, several : int
        All; of these outside every beat, where plain SQL finds nothing and ours the nearest beat;
        and where several beats cover the place, where plain SQL takes any and ours the same always.
    """

    differ: int
    outside: int
    several: int


def moved(
    districts: Sequence[District], lon: Floats, lat: Floats, beat_of: NDArray[np.str_], share: float
) -> list[District]:
    """Move borders between neighbouring beats of a precinct.

    Parameters
    ----------
    districts
    lon, lat : ndarray of float64
        Where reports are.
    beat_of : ndarray of str
        Code of the beat of each.
    share : float
        How many of them are to change hands, 0 to 0.4.
    """
    beats = [each for each in districts if each.level is Level.BEAT]
    pairs: list[tuple[District, District]] = []
    taken: set[str] = set()
    for one in beats:
        near = [
            (shapely.length(shapely.intersection(one.geometry, other.geometry)), other.code, other)
            for other in beats
            if other.parent == one.parent and other.code not in taken | {one.code}
        ]
        if one.code in taken or not near or max(near)[0] == 0:
            continue
        other = max(near)[2]
        taken |= {one.code, other.code}
        pairs.append((one, other))
    of = {one.code: np.flatnonzero(beat_of == one.code) for one, _ in pairs}
    part = min(share * len(lon) / max(1, sum(map(len, of.values()))), 0.9)
    after = {each.code: each for each in districts}
    for one, other in pairs:
        here, there = one.geometry.centroid, other.geometry.centroid
        along = np.array([there.x - here.x, there.y - here.y])
        along /= np.hypot(*along)
        across = np.array([-along[1], along[0]])
        rows = of[one.code]
        if not len(rows):
            continue
        at = np.quantile(lon[rows] * along[0] + lat[rows] * along[1], 1 - part)
        foot = along * at + across * (across @ np.array([here.x, here.y]))
        side = shapely.Polygon(
            [foot - across, foot + across, foot + across + along, foot - across + along]
        )
        rest = polygonal(shapely.difference(one.geometry, side))
        grown = polygonal(shapely.union(other.geometry, shapely.intersection(one.geometry, side)))
        after[one.code] = replace(one, geometry=rest)
        after[other.code] = replace(other, geometry=grown)
    return list(after.values())


async def _store(url: str, districts: Sequence[District], label: str, *, active: bool) -> int:
    database = open_database(url, Role.OWNER)
    try:
        async with database.transaction() as session:
            set_id = await store_set(session, districts, label=label, source="bench", actor="bench")
            # Of the pages' tiles plain SQL makes none.
            await tiles.bake(session, set_id)
            if active:
                await activate(session, set_id, "bench")
    finally:
        await database.close()
    return set_id


def fill(url: str, reports: int, share: float) -> tuple[int, list[District]]:
    """Store the city, its reports, and the boundaries that it will have.

    Returns
    -------
    set_id : int
        Of the new boundaries.
    districts : list of District
        The same.
    """
    rng = np.random.default_rng(SEED)
    some_lon, some_lat, _ = incidents()
    again = rng.integers(0, len(some_lon), reports)
    lon = some_lon[again] + rng.normal(0, JITTER, reports)
    lat = some_lat[again] + rng.normal(0, JITTER, reports)
    first = _run(_store(url, chicago(), "Before", active=True))
    decisions = DistrictIndex(chicago()).decide_many(lon, lat)
    names = np.array([unit[0] for unit in decisions.districts] + [""])
    beat_of = names[decisions.district]
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(
            "CREATE UNLOGGED TABLE place (n int, lon float8, lat float8, precinct text, beat text)"
        )
        rows = zip(lon.tolist(), lat.tolist(), decisions.district.tolist(), strict=True)
        with connection.cursor().copy("COPY place FROM STDIN") as copy:
            for number, (x, y, unit) in enumerate(rows, 1):
                _, precinct, beat = decisions.districts[unit] if unit >= 0 else (None, None, None)
                copy.write_row((number, x, y, precinct, beat))
        connection.execute(FILL, [first])
        connection.execute("DROP TABLE place")
    after = moved(chicago(), lon, lat, beat_of, share)
    second = _run(_store(url, after, "After", active=False))
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("VACUUM (ANALYZE)")
    return second, after


def _run(work: Any) -> Any:
    return asyncio.run(work)


async def _ours(url: str, set_id: int) -> Row:
    database = open_database(url, Role.OWNER, "bench", 1)
    context = use_cases(Settings(_env_file=None, database_url=url))
    async with database.engine.connect() as connection:
        # The pool has one connection: the one that does it.
        pid = (await connection.exec_driver_sql("SELECT pg_backend_pid()")).scalar_one()
    used, started = cluster_s(pid) + time.process_time(), time.perf_counter()
    async with database.transaction() as session:
        await context.index_cache.get(session, set_id)
        index_s = time.perf_counter() - started
        done = await activate(session, set_id, "bench", context)
    seconds = time.perf_counter() - started
    used = cluster_s(pid) + time.process_time() - used
    backend_mb = peak_mb(pid)
    await database.close()
    rows = done.counts["moved"] + done.counts["proposed"]
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return Row("ours", seconds, index_s, used, rows, peak, backend_mb)


def _plain(url: str, way: str, statement: str, set_id: int) -> Row:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(PLAIN_DISTRICTS.format(set_id).encode())
        connection.execute("CREATE INDEX ON plain_district USING gist (geom)")
        connection.execute("ANALYZE plain_district")
    with psycopg.connect(url, autocommit=True) as connection:
        pid = connection.info.backend_pid
        used, started = cluster_s(pid), time.perf_counter()
        rows = connection.execute(statement.encode()).rowcount
        seconds, used = time.perf_counter() - started, cluster_s(pid) - used
        return Row(way, seconds, 0.0, used, rows, 0.0, peak_mb(pid))


@contextmanager
def _copy(cluster: Cluster, name: str) -> Iterator[str]:
    """Copy the filled database, and drop the copy again."""
    with psycopg.connect(cluster.url_of("postgres"), autocommit=True) as connection:
        connection.execute(
            f"CREATE DATABASE {name} TEMPLATE {DATABASE} STRATEGY file_copy".encode()
        )
        connection.execute("CHECKPOINT")
        try:
            yield cluster.url_of(name)
        finally:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())


def _apart(url: str, set_id: int) -> Row:
    command = [sys.executable, "-m", "bench.reroute", "--ours", url, "--set", str(set_id)]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    return Row(**json.loads(done.stdout))


def _beats(url: str, column: str) -> list[str]:
    with (
        psycopg.connect(make_conninfo(url)) as connection,
        connection.cursor().copy(NOW_IN.format(column).encode()) as copy,
    ):
        return b"".join(copy).decode().split("\n")[:-1]


def _compare(
    url: str, ours: Sequence[str], theirs: Sequence[str], districts: Sequence[District]
) -> Compared:
    rows = np.flatnonzero(np.array(ours) != np.array(theirs))
    with psycopg.connect(url) as connection:
        found = connection.execute(
            "SELECT ST_AsBinary(place) FROM"
            " (SELECT place, row_number() OVER (ORDER BY id) - 1 AS n FROM report) numbered"
            " WHERE n = ANY(%s)",
            [rows.tolist()],
        ).fetchall()
    tree = shapely.STRtree([each.geometry for each in districts if each.level is Level.BEAT])
    points = shapely.from_wkb([bytes(wkb) for (wkb,) in found])
    covering = np.bincount(tree.query(points, "intersects")[0], minlength=len(points))
    return Compared(len(rows), int((covering == 0).sum()), int((covering > 1).sum()))


def measure(cluster: Cluster, reports: int, share: float) -> tuple[list[Row], Compared]:
    """Measure all ways in an empty cluster.

    Parameters
    ----------
    cluster : Cluster
    reports : int
    share : float
        Of the reports that change hands.
    """
    migration.upgrade(cluster.url)
    set_id, districts = fill(cluster.url, reports, share)
    rows = []
    with _copy(cluster, "ours") as url:
        rows.append(_apart(url, set_id))
        ours = _beats(url, "coalesce(proposed_move->>'beat', beat_code)")
    with _copy(cluster, "plain") as url:
        rows.append(_plain(url, "UPDATE of all", PLAIN, set_id))
        compared = _compare(url, ours, _beats(url, "beat_code"), districts)
    with _copy(cluster, "changed") as url:
        rows.append(_plain(url, "UPDATE of what changes", PLAIN + ONLY_CHANGED, set_id))
    return rows, compared


def table(rows: Sequence[Row], compared: Compared, reports: int) -> str:
    """Lay the measurement out for a terminal."""
    ours = rows[0]
    lines = [
        (
            f"{reports:,} open reports routed again, of which {ours.rows:,}"
            f" ({ours.rows / reports:.1%}) change hands"
        )
    ]
    for row in rows:
        others = row is not ours
        times = f"{row.seconds / ours.seconds:6.1f} ×" if others else " " * 8
        used = f"{row.processor_s / ours.processor_s:6.1f} ×" if others else " " * 8
        lines.append(
            f"  {row.way:<24}{row.seconds:8.1f} s {times}  {row.processor_s:6.1f} s of processor"
            f"{used}  {row.rows:>9,} rows written, peak"
            f" {row.client_mb + row.backend_mb:,.0f} MB ({row.client_mb:,.0f} of ours,"
            f" {row.backend_mb:,.0f} of PostgreSQL)"
        )
        if row.index_s:
            lines.append(f"  {'':<24}{row.index_s:8.1f} s of these build the index")
    other = compared.differ - compared.outside - compared.several
    lines += [
        f"  wanted: {REACHED:.0f} × the UPDATE of all",
        (
            f"  another beat than plain SQL: {compared.differ:,} reports ({compared.outside:,} in no"
            f" beat, {compared.several:,} in several, {other:,} other)"
        ),
    ]
    return "\n".join(lines)


def main(arguments: Sequence[str] = ()) -> None:
    """Measure on a database of our own, and print; or be the part that is measured."""
    options = argparse.ArgumentParser(prog="bench.reroute", description=__doc__)
    options.add_argument("--reports", type=int, default=REPORTS)
    options.add_argument(
        "--share", type=float, action="append", help="of them that change hands; may be repeated"
    )
    options.add_argument("--ours", metavar="URL", help="re-route these (used by itself)")
    options.add_argument("--set", type=int, help="by these boundaries (used by itself)")
    given = options.parse_args(arguments)
    if given.ours:
        row = _run(_ours(given.ours, given.set))
        print(json.dumps({name: getattr(row, name) for name in Row.__slots__}))
        return
    for share in given.share or SHARES:
        with fresh_cluster() as cluster:
            print(table(*measure(cluster, given.reports, share), given.reports), flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
