"""Routing of one point and of a million, beside shapely's STRtree and PostGIS, in the same run.

One point: `DistrictIndex.decide`, which gives reason, distance and candidates too, against
`STRtree.query(Point(...), predicate="intersects")`, and against the same with its Point made
beforehand. Many: `decide_many` against one bulk query of the tree on points made beforehand, and
against the join with ST_Covers over a GiST index: plain, LATERAL, and on subdivided polygons.
"""

import argparse
import platform
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import psycopg
import shapely
from numpy.typing import NDArray

from bench.database import fresh_cluster
from geo.districts import District
from geo.index import DistrictIndex
from tests.samples import chicago, demo_city, incidents

ONE = 20_000
REPEATS = 3
PLANS = {
    "join": """
        SELECT count(*), sum(number) FROM points
        JOIN districts ON ST_Covers(districts.geometry, points.place)""",
    "LATERAL": """
        SELECT count(*), sum(owner.number) FROM points CROSS JOIN LATERAL (
            SELECT number FROM districts WHERE ST_Covers(districts.geometry, points.place)
            ORDER BY number LIMIT 1) owner""",
    "ST_Subdivide": """
        SELECT count(*), sum(number) FROM points
        JOIN pieces ON ST_Covers(pieces.geometry, points.place)""",
}

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Row:
    """One measurement: the same points, answered in different ways.

    Attributes
    ----------
    what : str
    ours : float
        Seconds.
    others : dict of str to float
        Seconds of each other way.
    """

    what: str
    ours: float
    others: dict[str, float]


def measure(database_url: str, size: int = 1_000_000) -> list[Row]:
    """Measure both cities.

    Parameters
    ----------
    database_url : str
        Of a database with PostGIS to make tables in; they are dropped again.
    size : int
        How many points are many.
    """
    rng = np.random.default_rng(2026)
    lon, lat, _ = incidents()
    again = rng.integers(0, len(lon), size)
    rows = []
    for city, districts in (("Chicago", chicago()), ("demo city", demo_city())):
        started = time.perf_counter()
        index = DistrictIndex(districts)
        rows.append(Row(f"{city}: building the index", time.perf_counter() - started, {}))
        west, south, east, north = index.extent or (0.0, 0.0, 0.0, 0.0)
        sets = {"random": (rng.uniform(west, east, size), rng.uniform(south, north, size))}
        if city == "Chicago":
            sets["incidents"] = (lon[again], lat[again])
        with _tables(database_url, index.units) as connection:
            for name, (x, y) in sets.items():
                rows += _measure(f"{city}, {name}", index, x, y, connection)
    return rows


def _measure(
    name: str, index: DistrictIndex, x: Floats, y: Floats, connection: psycopg.Connection[Any]
) -> list[Row]:
    tree = shapely.STRtree([unit.geometry for unit in index.units])
    few = list(zip(x[:ONE].tolist(), y[:ONE].tolist(), strict=True))
    made = [shapely.Point(*point) for point in few]

    def ours() -> None:
        for lon, lat in few:
            index.decide(lon, lat)

    def theirs() -> None:
        for lon, lat in few:
            tree.query(shapely.Point(lon, lat), predicate="intersects")

    def theirs_made() -> None:
        for point in made:
            tree.query(point, predicate="intersects")

    alone, with_point, without = _best([ours, theirs, theirs_made])
    points = shapely.points(x, y)
    many, bulk = _best(
        [lambda: index.decide_many(x, y), lambda: tree.query(points, predicate="intersects")]
    )
    others = {"STRtree": bulk}
    _fill(connection, x, y)
    for plan, sql in PLANS.items():
        others[f"PostGIS {plan}"] = _best([partial(connection.execute, sql)], 1)[0]
    return [
        Row(
            f"{name}: one point",
            alone / ONE,
            {"STRtree": with_point / ONE, "STRtree, Point made before": without / ONE},
        ),
        Row(f"{name}: {len(x):,} points", many, others),
    ]


def _best(ways: Sequence[Callable[[], object]], repeats: int = REPEATS) -> list[float]:
    """Give the shortest of some runs of each, taken in turns so that all meet the same machine."""
    best = [float("inf")] * len(ways)
    for _ in range(repeats):
        for number, way in enumerate(ways):
            started = time.perf_counter()
            way()
            best[number] = min(best[number], time.perf_counter() - started)
    return best


@contextmanager
def _tables(url: str, units: Sequence[District]) -> Iterator[psycopg.Connection[Any]]:
    # Unlogged and not temporary, so that PostgreSQL may use a worker for each processor.
    drop = "DROP TABLE IF EXISTS districts, pieces, points"
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(drop)
        connection.execute(
            "CREATE UNLOGGED TABLE districts (number int4, geometry geometry(Geometry, 4326))"
        )
        with connection.cursor() as cursor:
            cursor.executemany(
                "INSERT INTO districts VALUES (%s, ST_SetSRID(ST_GeomFromWKB(%s), 4326))",
                [(number, shapely.to_wkb(unit.geometry)) for number, unit in enumerate(units)],
            )
        connection.execute(
            "CREATE UNLOGGED TABLE pieces AS "
            "SELECT number, ST_Subdivide(geometry, 32) AS geometry FROM districts"
        )
        for table in ("districts", "pieces"):
            connection.execute(f"CREATE INDEX ON {table} USING gist (geometry)")
            connection.execute(f"ANALYZE {table}")
        try:
            yield connection
        finally:
            connection.execute(drop)


def _fill(connection: psycopg.Connection[Any], x: Floats, y: Floats) -> None:
    connection.execute("DROP TABLE IF EXISTS points")
    connection.execute(
        "CREATE UNLOGGED TABLE points (x float8, y float8, place geometry(Point, 4326))"
    )
    with (
        connection.cursor() as cursor,
        cursor.copy("COPY points (x, y) FROM STDIN (FORMAT binary)") as copy,
    ):
        copy.set_types(["float8", "float8"])
        for row in zip(x.tolist(), y.tolist(), strict=True):
            copy.write_row(row)
    # Made beforehand, as those of the tree are.
    connection.execute("UPDATE points SET place = ST_SetSRID(ST_MakePoint(x, y), 4326)")
    connection.execute("VACUUM (FULL, ANALYZE) points")


def table(rows: Sequence[Row]) -> str:
    """Lay measurements out for a terminal.

    Parameters
    ----------
    rows : sequence of Row
    """
    lines = []
    for row in rows:
        lines.append(f"{row.what:<44}{_time(row.ours)}")
        lines += [
            f"    {name:<40}{_time(seconds)}  {seconds / row.ours:8.1f} ×"
            for name, seconds in row.others.items()
        ]
    return "\n".join(lines)


def _time(seconds: float) -> str:
    return f"{seconds * 1e6:10.1f} µs" if seconds < 0.001 else f"{seconds:10.3f} s "


def main(arguments: Sequence[str] = ()) -> None:
    """Measure on a database of our own, unless one is named, and print."""
    options = argparse.ArgumentParser(prog="bench.index", description=__doc__)
    options.add_argument("--points", type=int, default=1_000_000)
    options.add_argument("--database-url", help="of a database with PostGIS")
    given = options.parse_args(arguments)
    print(
        f"{platform.machine()}, Python {platform.python_version()}, GEOS {shapely.geos_version_string}"
    )
    if given.database_url:
        print(table(measure(given.database_url, given.points)))
        return
    with fresh_cluster() as cluster:
        print(table(measure(cluster.url, given.points)))


if __name__ == "__main__":
    main(sys.argv[1:])
