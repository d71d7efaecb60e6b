"""Vector tiles: what is in them, and that they are always those in force."""

import asyncio
import gzip
from dataclasses import replace
from typing import Any

import numpy as np
import pyogrio
import pytest
import shapely

from app import tiles
from app.boundaries import activate, store_set
from app.rates import Rates
from geo.districts import District, Level
from tests.api.conftest import CITY, Site, square

ALL = "/ogc/tiles/WebMercatorQuad"
BEATS = "/ogc/collections/beats/tiles/WebMercatorQuad"
PRECINCTS = "/ogc/collections/precincts/tiles/WebMercatorQuad"
MVT = "application/vnd.mapbox-vector-tile"


def at(lon: float, lat: float, z: int) -> str:
    x, y = tiles.tile_at(lon, lat, z)
    return f"{z}/{y}/{x}"


def decoded(body: bytes, z: int, x: int, y: int, layer: str) -> dict[str, Any]:
    """Read a layer of a tile with GDAL: geometries in degrees by code."""
    where = {"X": str(x), "Y": str(y), "Z": str(z)}
    meta, _, geometries, columns = pyogrio.raw.read(body, layer=layer, **where)
    codes = columns[list(meta["fields"]).index("code")]
    found = shapely.from_wkb(geometries)
    size = 20037508.342789244

    def degrees(xy: Any) -> Any:
        lon = xy[:, 0] / size * 180
        lat = np.degrees(2 * np.arctan(np.exp(xy[:, 1] / size * np.pi)) - np.pi / 2)
        return np.stack([lon, lat], axis=1)

    return dict(zip(codes, (shapely.transform(each, degrees) for each in found), strict=True))


async def put_in_force(site: Site, districts: list[District]) -> int:
    async with site.owner.transaction() as session:
        set_id = await store_set(session, districts, label="2", source="test", actor="test")
        await activate(session, set_id, "test", rollback=True)
    return set_id


async def test_a_tile_has_the_districts_of_its_place(site: Site) -> None:
    place = at(37.51, 47.10, 12)
    z, y, x = map(int, place.split("/"))
    answer = await site.client().get(f"{ALL}/{place}")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == MVT
    found = decoded(answer.content, z, x, y, "beats")
    assert set(found) == {"C-1", "C-2"}
    west, south, east, north = tile_box(z, x, y)
    inside = shapely.box(west, south, east, north)
    for beat in CITY[1:3]:
        expected = beat.geometry.intersection(inside)
        got = found[beat.code].intersection(inside)
        assert got.symmetric_difference(expected).area < expected.area * 1e-3
    assert set(decoded(answer.content, z, x, y, "precincts")) == {"C"}
    # A collection's tile has its own layer, and all of them together are the tile of all.
    parts = [(await site.client().get(f"{base}/{place}")).content for base in (PRECINCTS, BEATS)]
    assert b"".join(parts) == answer.content


def tile_box(z: int, x: int, y: int) -> tuple[float, float, float, float]:
    def lat(row: int) -> float:
        return float(np.degrees(np.arctan(np.sinh(np.pi * (1 - 2 * row / 2**z)))))

    return x / 2**z * 360 - 180, lat(y + 1), (x + 1) / 2**z * 360 - 180, lat(y)


async def test_every_tile_that_touches_a_district_is_there(site: Site) -> None:
    client = site.client()
    described = (await client.get(ALL)).json()
    limits = {int(each["tileMatrix"]): each for each in described["tileMatrixSetLimits"]}
    assert sorted(limits) == list(range(15))
    everything = shapely.union_all([district.geometry for district in CITY])
    for z in (10, 13):
        for y in range(limits[z]["minTileRow"], limits[z]["maxTileRow"] + 1):
            for x in range(limits[z]["minTileCol"], limits[z]["maxTileCol"] + 1):
                answer = await client.get(f"{ALL}/{z}/{y}/{x}")
                touched = everything.intersects(shapely.box(*tile_box(z, x, y)))
                assert answer.status_code in ({200} if touched else {200, 204}), (z, x, y)


@pytest.mark.parametrize(
    ("path", "status"),
    [
        (f"{ALL}/3/0/0", 404),
        (f"{ALL}/15/0/0", 404),
        (f"{ALL}/99/0/0", 404),
        (f"{ALL}/x/0/0", 404),
        (f"{ALL}/-1/0/0", 404),
        ("/ogc/tiles/EuropeanETRS89/0/0/0", 404),
        ("/ogc/collections/reports/tiles/WebMercatorQuad/0/0/0", 404),
        (f"{ALL}/0/0/0", 204),
        (f"{ALL}/0/0/0?f=pbf", 204),
        (f"{ALL}/0/0/0?f=png", 400),
        (f"{ALL}/0/0/0?nonsense=1", 400),
    ],
)
async def test_what_is_no_tile_is_said_to_be_none(site: Site, path: str, status: int) -> None:
    answer = await site.client().get(path)
    assert answer.status_code == status
    assert (answer.content == b"") is (status == 204)


async def test_a_tile_is_sent_compressed_and_once(site: Site) -> None:
    client, path = site.client(), f"{ALL}/{at(37.51, 47.10, 12)}"
    zipped = await client.get(path, headers={"Accept-Encoding": "gzip"})
    plain = await client.get(path, headers={"Accept-Encoding": "identity"})
    assert zipped.headers["content-encoding"] == "gzip"
    assert "content-encoding" not in plain.headers
    assert zipped.content == plain.content
    assert zipped.headers["etag"] != plain.headers["etag"]
    for answer, encoding in ((zipped, "gzip"), (plain, "identity")):
        again = await client.get(
            path,
            headers={"If-None-Match": answer.headers["etag"], "Accept-Encoding": encoding},
        )
        assert (again.status_code, again.content) == (304, b"")
    head = await client.head(path, headers={"Accept-Encoding": "gzip"})
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["content-length"] == zipped.headers["content-length"]


async def test_the_short_way_and_the_long_way_answer_alike(site: Site) -> None:
    path = f"{ALL}/{at(37.51, 47.10, 12)}"
    client = site.client()
    first = await client.get(path)
    state = site.app.state.ogc.tiles
    assert state.fresh() is not None
    short = await client.get(path)
    # A token leads the long way round: it has to be looked at.
    long = await site.as_("gis").get(path)
    for answer in (short, long):
        assert answer.content == first.content
        assert answer.headers["etag"] == first.headers["etag"]
    ours = {"access-control-allow-origin", "cache-control", "vary", "x-content-type-options",
            "content-encoding", "content-type", "referrer-policy", "cross-origin-resource-policy"}  # fmt: skip
    assert {name: short.headers[name] for name in ours} == {
        name: long.headers[name] for name in ours
    }


async def test_after_an_activation_the_tiles_are_the_new_ones(site: Site) -> None:
    client, path = site.client(), f"{BEATS}/{at(37.51, 47.10, 12)}"
    z, y, x = map(int, at(37.51, 47.10, 12).split("/"))
    before = await client.get(path)
    await put_in_force(
        site,
        [
            District("C", Level.PRECINCT, None, {"uk": "Центр"}, square(37.48, 37.55)),
            District("N", Level.BEAT, "C", {"uk": "Нова"}, square(37.48, 37.55)),
        ],
    )
    # As if the second had passed in which nobody looks.
    site.app.state.ogc.tiles._good_until = 0.0
    after = await client.get(path, headers={"If-None-Match": before.headers["etag"]})
    assert after.status_code == 200
    assert set(decoded(after.content, z, x, y, "beats")) == {"N"}
    await site.sql("UPDATE boundary_in_force SET boundary_set_id = 1")
    site.app.state.ogc.tiles._good_until = 0.0
    assert (await client.get(path)).content == before.content


async def test_tiles_are_baked_by_activation_and_else_where_they_are_missed(site: Site) -> None:
    counted = "SELECT count(*) AS n FROM boundary_tile"
    baked = (await site.sql(counted))[0].n
    assert baked > 0
    await site.sql("DELETE FROM boundary_tileset")
    assert (await site.sql(counted))[0].n == 0
    # By a process that has only the web's rights, and many requests at once.
    paths = [f"{ALL}/{at(37.51, 47.10, z)}" for z in (11, 12, 13)] * 3
    answers = await asyncio.gather(*(site.client().get(path) for path in paths))
    assert {answer.status_code for answer in answers} == {200}
    assert (await site.sql(counted))[0].n == baked
    async with site.owner.transaction() as session:
        assert await tiles.bake(session, 1) is False


async def test_a_set_that_is_too_wide_has_fewer_zooms(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tiles, "MOST_TILES", 100)
    wide = District("W", Level.PRECINCT, None, {"uk": "Світ"}, shapely.box(-180, -90, 180, 90))
    await put_in_force(site, [wide])
    described = (await site.client().get(ALL)).json()
    assert [each["tileMatrix"] for each in described["tileMatrixSetLimits"]] == ["0", "1", "2", "3"]
    answer = await site.client().get(f"{ALL}/3/0/7")
    assert set(decoded(answer.content, 3, 7, 0, "precincts")) == {"W"}


async def test_a_tileset_describes_its_tiles(site: Site) -> None:
    client = site.client()
    body = (await client.get(ALL)).json()
    assert body["tileMatrixSetURI"].endswith("/WebMercatorQuad")
    assert [layer["id"] for layer in body["layers"]] == ["precincts", "beats"]
    template = next(each for each in body["links"] if each["rel"] == "item")
    assert template["templated"] is True
    z, row, column = at(37.51, 47.10, 12).split("/")
    url = template["href"].format(tileMatrix=z, tileRow=row, tileCol=column)
    assert (await client.get(url)).headers["content-type"] == MVT
    tilejson = (await client.get(f"{BEATS}?f=tilejson")).json()
    assert tilejson["tilejson"] == "3.0.0"
    assert tilejson["bounds"] == [37.48, 47.08, 37.60, 47.12]
    url = tilejson["tiles"][0].format(z=z, y=row, x=column)
    assert (await client.get(url)).status_code == 200
    matrices = (await client.get("/ogc/tileMatrixSets/WebMercatorQuad")).json()["tileMatrices"]
    # As table D.1 of the standard has them.
    assert matrices[0]["scaleDenominator"] == pytest.approx(559082264.028718, rel=1e-12)
    assert matrices[18]["cellSize"] == pytest.approx(0.597164283477939, rel=1e-12)


async def test_one_address_cannot_have_all_the_time_of_the_server(site: Site) -> None:
    client, path = site.client(), f"{ALL}/{at(37.51, 47.10, 12)}"
    site.app.state.parts = replace(
        site.app.state.parts, rates=Rates({"tiles": "3/hour", "ogc": "2/hour"})
    )
    answers = [(await client.get(path)).status_code for _ in range(5)]
    assert answers == [200, 200, 200, 429, 429]
    assert (await site.client("198.51.100.1").get(path)).status_code == 200
    assert (await site.as_("officer").get(path)).status_code == 200
    documents = [(await client.get("/ogc")).status_code for _ in range(3)]
    assert documents == [200, 200, 429]


def test_a_tile_in_memory_is_what_was_compressed() -> None:
    made = tiles.Tile(gzip.compress(b"tile"), '"x"')
    assert made.plain() == b"tile"
