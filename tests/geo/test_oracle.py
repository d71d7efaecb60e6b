"""PostGIS as the oracle: who covers a point must be what ST_Covers says, to the last bit.

Its own last bit, though, may be lost: ST_Covers of a point (PostGIS 3.3) rounds the determinant,
and sees a point on an edge that is some 1e-25 degrees off. Where the two differ, the
test computes in rational numbers, and the index must be right.
"""

from itertools import pairwise

import numpy as np
import psycopg
import pytest
import shapely

from geo.cover import Cover
from geo.districts import District
from geo.index import DistrictIndex, RoutingRules
from geo.predicates import exact_side
from tests.geo.maps import Points, hard_points, place
from tests.samples import chicago, demo_city, seattle

CITIES = {"chicago": chicago, "seattle": seattle, "demo": demo_city}
COVERS = """
    SELECT points.number, districts.number
    FROM points
    JOIN districts ON ST_Covers(districts.geometry, ST_SetSRID(ST_MakePoint(x, y), 4326))
"""


def ask_postgis(url: str, units: tuple[District, ...], points: Points) -> set[tuple[int, int]]:
    with psycopg.connect(url) as connection, connection.cursor() as cursor:
        cursor.execute(
            "CREATE TEMP TABLE districts (number int4, geometry geometry(Geometry, 4326))"
        )
        cursor.execute("CREATE TEMP TABLE points (number int4, x float8, y float8)")
        cursor.executemany(
            "INSERT INTO districts VALUES (%s, ST_SetSRID(ST_GeomFromWKB(%s), 4326))",
            [(number, shapely.to_wkb(unit.geometry)) for number, unit in enumerate(units)],
        )
        with cursor.copy("COPY points FROM STDIN (FORMAT binary)") as copy:
            copy.set_types(["int4", "float8", "float8"])
            for number, (x, y) in enumerate(points.tolist()):
                copy.write_row((number, x, y))
        cursor.execute("CREATE INDEX ON districts USING gist (geometry)")
        cursor.execute("ANALYZE districts")
        cursor.execute("ANALYZE points")
        return set(cursor.execute(COVERS).fetchall())


def ask_index(index: DistrictIndex, points: Points) -> set[tuple[int, int]]:
    # Candidates at distance 0 would also hold what is less than half a micrometre away.
    assert index._lookup is not None
    cover: Cover = index._lookup.cover
    found: set[tuple[int, int]] = set()
    for number, (x, y) in enumerate(points.tolist()):
        state = int(cover.state[cover.grid.cell_of(x, y)])
        districts = cover.one(state, x, y)[0] if state < 0 else cover.faces[state]
        found.update((number, district) for district in districts)
    return found


def within_rounding(geometry: shapely.Geometry, x: float, y: float) -> bool:
    """Tell whether a determinant is 0 in double precision, and not by right."""
    for ring in shapely.get_rings(shapely.get_parts(geometry)):
        for (ax, ay), (bx, by) in pairwise(shapely.get_coordinates(ring).tolist()):
            in_box = min(ax, bx) <= x <= max(ax, bx) and min(ay, by) <= y <= max(ay, by)
            if in_box and (bx - ax) * (y - ay) - (x - ax) * (by - ay) == 0.0:
                return exact_side(ax, ay, bx, by, x, y) != 0
    return False


@pytest.mark.parametrize("city", CITIES)
def test_covers_exactly_what_postgis_covers(city: str, postgis_url: str) -> None:
    index = DistrictIndex(CITIES[city](), RoutingRules(tolerance_m=0.0))
    geometries = [unit.geometry for unit in index.units]
    rng = np.random.default_rng(20_26)
    hard = hard_points(geometries)
    hard = hard[rng.permutation(len(hard))[:120_000]]
    west, south, east, north = shapely.total_bounds(geometries)
    points = np.vstack([hard, rng.uniform([west, south], [east, north], (20_000, 2))])

    truth = ask_index(index, points)
    differing = truth ^ ask_postgis(postgis_url, index.units, points)
    assert len(differing) <= len(points) / 1000
    for point, district in differing:
        x, y = points[point].tolist()
        assert within_rounding(geometries[district], x, y)
        assert ((point, district) in truth) == (place(geometries[district], x, y) >= 0)

    many = index.decide_many(*points.T)
    owner: dict[int, int] = {}
    for point, district in truth:
        owner[point] = min(district, owner.get(point, district))
    covered = np.zeros(len(points), bool)
    covered[list(owner)] = True
    inside = np.isin(many.reasons(), ["inside", "boundary", "overlap"])
    assert (inside == covered).all()
    assert many.district[list(owner)].tolist() == list(owner.values())
