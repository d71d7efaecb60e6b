"""The gazetteer's way from a file into the database and back; bad files leave nothing."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import osmium
import pytest
from sqlalchemy import text

from app.context import use_cases
from app.db import Database, Role, open_database
from app.errors import InvalidError
from app.gazetteer import REVISION, GazetteerCache, GazetteerFile, Stored, store
from app.gazetteer_files import GazetteerFileError, read_file
from app.settings import Settings
from geo.found import Outcome
from geo.matching import find

FIXTURE = Path("fixtures/gazetteer/addresses.csv")


def ignore(*_: Any) -> None:
    pass


async def keep(owner: Database, file: GazetteerFile) -> Stored:
    async with owner.transaction() as session:
        return await store(session, file, "test", ignore)


async def test_the_demo_files_are_kept_and_again_change_nothing(
    fresh_database_url: Callable[[], str],
) -> None:
    owner = open_database(fresh_database_url(), Role.OWNER)
    cache = GazetteerCache()
    try:
        async with owner.transaction() as session:
            assert find(await cache.get(session), "просп. Миру 45").outcome is Outcome.NONE
        first = await keep(owner, read_file(FIXTURE, ignore))
        assert first.streets > 300
        assert first.houses > 1_800
        assert first.landmarks >= 60
        assert first.crossings > 50
        async with owner.transaction() as session:
            ids = (await session.execute(text("SELECT id, key FROM gazetteer_street"))).all()
            revision = (await session.execute(REVISION)).scalar_one()
        again = await keep(owner, read_file(FIXTURE, ignore))
        assert again == replace(first, changes=0)
        assert first.changes == first.streets + first.houses + first.landmarks
        async with owner.transaction() as session:
            kept = (await session.execute(text("SELECT id, key FROM gazetteer_street"))).all()
            assert set(kept) == set(ids)
            assert (await session.execute(REVISION)).scalar_one() == revision
            # What was changed meanwhile is read anew.
            found = find(await cache.get(session), "пр. Ленина 45")
        assert found.places[0].label == "просп. Миру, 45"
    finally:
        await owner.close()


async def test_the_web_role_reads_and_cannot_write(fresh_database_url: Callable[[], str]) -> None:
    url = fresh_database_url()
    owner, web = open_database(url, Role.OWNER), open_database(url, Role.WEB)
    try:
        await keep(owner, read_file(FIXTURE, ignore))
        async with web.transaction() as session:
            gazetteer = await use_cases(Settings(_env_file=None)).gazetteers.get(session)
            assert gazetteer.streets
        with pytest.raises(Exception, match="permission denied"):
            async with web.transaction() as session:
                await session.execute(text("DELETE FROM gazetteer_house"))
    finally:
        await owner.close()
        await web.close()


def test_an_openstreetmap_extract(tmp_path: Path) -> None:
    path = tmp_path / "city.osm.pbf"
    with osmium.SimpleWriter(str(path)) as writer:
        for number, (lon, lat) in enumerate(
            [(37.50, 47.10), (37.51, 47.10), (37.52, 47.10), (37.51, 47.09), (37.51, 47.11)], 1
        ):
            writer.add_node(osmium.osm.mutable.Node(id=number, location=(lon, lat)))
        writer.add_node(
            osmium.osm.mutable.Node(
                id=6, location=(37.505, 47.1001),
                tags={"addr:street": "проспект Миру", "addr:housenumber": "12А"},
            )
        )  # fmt: skip
        writer.add_node(
            osmium.osm.mutable.Node(
                id=7, location=(37.512, 47.1001), tags={"amenity": "theatre", "name": "Драмтеатр"}
            )
        )
        writer.add_way(
            osmium.osm.mutable.Way(
                id=1, nodes=[1, 2, 3],
                tags={"highway": "primary", "name": "проспект Миру", "name:ru": "проспект Мира",
                      "old_name:ru": "проспект Ленина"},
            )
        )  # fmt: skip
        writer.add_way(
            osmium.osm.mutable.Way(
                id=2, nodes=[4, 2, 5],
                tags={"highway": "residential", "name": "вулиця Архипа Куїнджі"},
            )
        )  # fmt: skip
    file = read_file(path, ignore)
    assert sorted(each.label["uk"] for each in file.streets) == [
        "вул. Архипа Куїнджі",
        "просп. Миру",
    ]
    avenue = next(each for each in file.streets if each.label["uk"] == "просп. Миру")
    assert list(avenue.houses) == ["12А"]
    assert file.courses[avenue.key].length == pytest.approx(0.02)
    assert [each.label["uk"] for each in file.landmarks] == ["Драмтеатр"]


async def test_courses_of_an_extract_cross_where_they_meet(
    fresh_database_url: Callable[[], str], tmp_path: Path
) -> None:
    line = {"type": "LineString"}
    features = [
        {"properties": {"highway": "primary", "name": "проспект Миру"},
         "geometry": line | {"coordinates": [[37.50, 47.10], [37.52, 47.10]]}},
        {"properties": {"highway": "residential", "name": "вулиця Куїнджі"},
         "geometry": line | {"coordinates": [[37.51, 47.09], [37.51, 47.11]]}},
    ]  # fmt: skip
    path = tmp_path / "city.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}), "utf-8")
    owner = open_database(fresh_database_url(), Role.OWNER)
    try:
        assert (await keep(owner, read_file(path, ignore))).crossings == 1
        async with owner.transaction() as session:
            gazetteer = await GazetteerCache().get(session)
        place = find(gazetteer, "ріг Миру і Куїнджі").places[0]
        assert (place.lon, place.lat) == pytest.approx((37.51, 47.10))
    finally:
        await owner.close()


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.csv", b"street,number\nx,1\n"),
        ("a.csv", b""),
        ("a.geojson", b"{"),
        ("a.geojson", b'{"type": "Feature"}'),
        ("a.osm.pbf", b"no pbf"),
        ("a.osm.pbf", b""),
        ("a.txt", b"street"),
        ("a.csv", b"street,house,lon,lat\n"),
        ("a.csv", b"street;house;lon;lat\nx;1;37;47\n"),
        ("a.csv", b"street,house,lon,lat\nx,1,37\n"),
        ("a.csv", b'street,house,lon,lat\n"x,1,37,47\n'),
        ("a.csv", "street,house,lon,lat\nвул. Нова,1,37,47\n".encode("cp1251")),
        ("a.csv", "street,house,lon,lat\nвул. Нова,1,37,47\n".encode("utf-16")),
        ("a.geojson", b"[1, 2]"),
        ("a.geojson", b'{"features": 5}'),
        ("a.geojson", b'{"features": [5]}'),
        ("a.geojson", b'{"features": []}'),
        ("a.geojson", '{"features": [], "ї": 1}'.encode("cp1251")),
        ("a.geojson", b'{"features": [{"geometry": {"type": "Nope", "coordinates": [1, 2]}}]}'),
        ("a.geojson", b'{"features": [{"geometry": {"type": "Point", "coordinates": ["a"]}}]}'),
        ("a.geojson", b'{"features": [{"geometry": {"type": "Point", "coordinates": [900, 2]}}]}'),
    ],
)  # fmt: skip
def test_bad_files_are_refused_with_a_reason(tmp_path: Path, name: str, content: bytes) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(GazetteerFileError, match=r"^a\.") as caught:
        read_file(path, ignore)
    assert len(str(caught.value)) < 300
    assert isinstance(caught.value, InvalidError)


def test_rows_that_cannot_be_used_are_named(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text(
        "street,house,lon,lat\nвул. Миру,5,37.5,47.1\nвул. Миру,без номера,37.5,47.1\n"
        "вул. Миру,7,сім,47.1\nвул. Миру,9,370.5,47.1\n",
        "utf-8",
    )
    read = read_file(path, ignore)
    assert [each.houses for each in read.streets] == [{"5": (37.5, 47.1)}]
    assert sorted((fault.number, fault.what) for fault in read.faults) == [
        (3, "no_address"), (4, "no_point"), (5, "no_point"),
    ]  # fmt: skip
