"""Boundary files: what is read, what is repaired and said so."""

import json
from pathlib import Path
from typing import Any

import pytest
import shapely
from shapely import box

from app.boundary_files import (
    ForeignFile,
    read_foreign,
    read_own,
)
from geo.districts import Level
from tests.app.boundary_samples import (
    BOW_TIE,
    DATA,
    ROOT,
    by_code,
    city,
    own,
    refused,
    shapefile,
    write_geojson,
    write_ogr,
    zipped,
)

# The real cities


def test_the_demo_city() -> None:
    read = read_own(ROOT / "fixtures" / "districts.geojson")
    assert len(read.districts) == 28
    assert read.approximate
    assert not read.notes
    assert by_code(read)["401"].name["uk"] == "Слобідка"
    assert by_code(read)["401"].parent == "4"
    assert by_code(read)["1"].station_address is not None


def test_chicago() -> None:
    read = read_foreign(
        ForeignFile(DATA / "chicago" / "districts_2012.geojson", "DIST_NUM", "DIST_LABEL"),
        ForeignFile(DATA / "chicago" / "police_beats_2012.zip", "BEAT_NUM", parent="DISTRICT"),
    )
    found = by_code(read)
    assert sum(d.level is Level.PRECINCT for d in read.districts) == 23
    assert sum(d.level is Level.BEAT for d in read.districts) == 275
    # The beats' "01" is the precincts' "1", and that is said.
    assert found["0111"].parent == "1"
    assert found["1713"].parent == "17"
    assert found["17"].name["en"] == "17TH"
    assert any("'01' for '1'" in note for note in read.notes)
    # Three islands of one code are one beat, and that is said too.
    assert len(found["3100"].geometry.geoms) == 3
    assert any("'3100' comes in 3 features" in note for note in read.notes)


def test_area_finds_the_same_precincts_as_chicagos_own_field() -> None:
    precincts = ForeignFile(DATA / "chicago" / "districts_2012.geojson", "DIST_NUM")
    beats = DATA / "chicago" / "police_beats_2012.zip"
    said, seen = (
        by_code(read_foreign(precincts, ForeignFile(beats, "BEAT_NUM", parent=parent)))
        for parent in ("DISTRICT", None)
    )
    assert {code: d.parent for code, d in said.items()} == {c: d.parent for c, d in seen.items()}


def test_seattle_whose_precincts_are_found_by_area() -> None:
    folder = DATA / "seattle"
    read = read_foreign(
        ForeignFile(folder / "spd-precincts.geojson", "name"),
        ForeignFile(folder / "spd-beats.geojson", "name"),
    )
    found = by_code(read)
    assert len(read.districts) == 56
    assert {found[c].parent for c in ("N1", "U3", "L2")} == {"N"}
    assert {found[c].parent for c in ("W1", "F3")} == {"SW"}
    assert any("found by area" in note for note in read.notes)


# Formats, coordinate systems, encodings


def test_a_geopackage_in_metres_reads_as_degrees(tmp_path: Path) -> None:
    metres = box(420_000, 5_216_000, 421_000, 5_217_000)
    row = own("1", "precinct", metres)
    path = write_ogr(tmp_path / "city.gpkg", [row], "EPSG:32637")
    west, south, east, north = read_own(path).districts[0].geometry.bounds
    assert 37.9 < west < east < 38.0
    assert 47.0 < south < north < 47.2
    assert 0.012 < east - west < 0.014


def test_a_name_of_a_geopackage_may_be_json(tmp_path: Path) -> None:
    name = json.dumps({"uk": "Гавань", "ru": "Гавань", "en": "Havan"}, ensure_ascii=False)
    row = own("1", "precinct", box(37, 47, 38, 48))
    row[0]["name"] = name
    read = read_own(write_ogr(tmp_path / "city.gpkg", [row]))
    assert read.districts[0].name == {"uk": "Гавань", "ru": "Гавань", "en": "Havan"}


def test_a_plain_or_partial_name_serves_every_language(tmp_path: Path) -> None:
    rows = city()
    rows[0][0]["name"] = {"ru": "Порт"}
    rows[1][0]["name"] = None
    found = by_code(read_own(write_geojson(tmp_path / "a.geojson", rows)))
    assert found["1"].name == {"uk": "Порт", "ru": "Порт", "en": "Порт"}
    assert found["2"].name == {"uk": "2", "ru": "2", "en": "2"}
    assert found["11"].name["uk"] == "n11"


def test_one_layer_of_several_is_named_after_a_mark(tmp_path: Path) -> None:
    path = tmp_path / "city.gpkg"
    write_ogr(path, [own("1", "precinct", box(37, 47, 38, 48))], layer="precincts")
    write_ogr(path, [own("11", "beat", box(37, 47, 38, 48), "1")], layer="beats", append=True)
    refused(lambda: read_own(path), "several layers", "precincts", "beats")
    refused(lambda: read_own(f"{path}#nothing"), "no layer 'nothing'", "precincts, beats")
    read = read_foreign(
        ForeignFile(f"{path}#precincts", "code"),
        ForeignFile(f"{path}#beats", "code", parent="parent"),
    )
    assert by_code(read)["11"].parent == "1"


@pytest.mark.parametrize("encoding", ["CP1251", "UTF-8"])
def test_a_shapefile_in_the_encoding_of_its_cpg(tmp_path: Path, encoding: str) -> None:
    row = ({"code": "1", "name": "Новоселівка"}, box(37, 47, 38, 48))
    path = shapefile(tmp_path / "s", [row], encoding=encoding)
    assert path.with_suffix(".cpg").exists()
    read = read_foreign(ForeignFile(path, "code", "name"))
    assert read.districts[0].name["uk"] == "Новоселівка"
    assert not read.notes


def test_a_shapefile_without_cpg_is_read_as_utf8_if_it_is_and_says_so(tmp_path: Path) -> None:
    row = ({"code": "1", "name": "Новоселівка"}, box(37, 47, 38, 48))
    path = shapefile(tmp_path / "s", [row], encoding="UTF-8")
    path.with_suffix(".cpg").unlink()
    read = read_foreign(ForeignFile(path, "code", "name"))
    assert read.districts[0].name["uk"] == "Новоселівка"
    assert any("read as UTF-8" in note for note in read.notes)


def test_a_shapefile_of_unknown_encoding_says_so(tmp_path: Path) -> None:
    row = ({"code": "1", "name": "Новоселівка"}, box(37, 47, 38, 48))
    path = shapefile(tmp_path / "s", [row], encoding="CP1251")
    path.with_suffix(".cpg").unlink()
    read = read_foreign(ForeignFile(path, "code", "name"))
    assert any("look at the names" in note for note in read.notes)


def test_a_zipped_shapefile_with_capital_suffixes(tmp_path: Path) -> None:
    path = shapefile(tmp_path / "s", [({"code": "1"}, box(37, 47, 38, 48))])
    for part in list(path.parent.iterdir()):
        part.rename(part.with_suffix(part.suffix.upper()))
    archive = zipped(tmp_path / "a.zip", *path.parent.iterdir())
    assert [d.code for d in read_foreign(ForeignFile(archive, "code")).districts] == ["1"]


def test_heights_are_dropped(tmp_path: Path) -> None:
    high = shapely.force_3d(box(37, 47, 38, 48), 5.0)
    path = write_geojson(tmp_path / "a.geojson", [own("1", "precinct", high)])
    assert not read_own(path).districts[0].geometry.has_z


def test_an_old_geojson_with_a_crs_member(tmp_path: Path) -> None:
    rows = [own("1", "precinct", box(420_000, 5_216_000, 421_000, 5_217_000))]
    crs = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::32637"}}
    read = read_own(write_geojson(tmp_path / "a.geojson", rows, crs=crs))
    assert 37.9 < read.districts[0].geometry.centroid.x < 38.0
    crs["properties"] = {"name": "urn:ogc:def:crs:OGC:1.3:CRS84"}
    read = read_own(write_geojson(tmp_path / "b.geojson", city(), crs=crs))
    assert by_code(read)["1"].geometry.bounds == (37, 47, 37.2, 47.1)


# Codes and parents


@pytest.mark.parametrize(
    ("written", "read_as"), [(1, "1"), (1.0, "1"), (" 07 ", "07"), (1.5, "1.5")]
)
def test_codes_as_people_write_them(tmp_path: Path, written: Any, read_as: str) -> None:
    path = write_geojson(tmp_path / "a.geojson", [own(written, "precinct", box(37, 47, 38, 48))])
    assert read_own(path).districts[0].code == read_as


def test_a_parent_written_exactly_wins_over_a_like_one(tmp_path: Path) -> None:
    rows = city()
    rows[1][0]["code"] = "01"
    found = by_code(read_own(write_geojson(tmp_path / "a.geojson", rows)))
    assert found["11"].parent == "1"


def test_a_parent_like_two_precincts_is_not_guessed(tmp_path: Path) -> None:
    rows = city()
    rows[1][0]["code"] = "01"
    rows[2][0]["parent"] = "001"
    refused(lambda: read_own(write_geojson(tmp_path / "a.geojson", rows)), "'001'", "'01', '1'")


def test_empty_parents_are_found_by_area(tmp_path: Path) -> None:
    rows = city()
    del rows[2][0]["parent"]
    rows[3] = own("12", "beat", box(37.15, 47, 37.25, 47.1))
    read = read_own(write_geojson(tmp_path / "a.geojson", rows))
    assert by_code(read)["11"].parent == "1"
    assert by_code(read)["12"].parent == "1"
    assert any("'12' is doubtful: '1' 50%, '2' 50%" in note for note in read.notes)


def test_parts_of_one_code_are_joined_and_said(tmp_path: Path) -> None:
    rows = [({"code": "1"}, box(37, 47, 37.1, 47.1)), ({"code": "1"}, box(37.5, 47, 37.6, 47.1))]
    read = read_foreign(ForeignFile(write_geojson(tmp_path / "a.geojson", rows), "code"))
    assert [d.geometry.geom_type for d in read.districts] == ["MultiPolygon"]
    assert any("comes in 2 features" in note for note in read.notes)


def test_a_broken_geometry_is_repaired_and_said(tmp_path: Path) -> None:
    path = write_geojson(tmp_path / "a.geojson", [own("1", "precinct", BOW_TIE)])
    read = read_own(path)
    assert read.districts[0].geometry.is_valid
    assert read.districts[0].geometry.area == pytest.approx(0.5)
    assert any("'1' was invalid (Self-intersection" in note for note in read.notes)


def test_progress_counts_every_feature(tmp_path: Path) -> None:
    path = write_geojson(tmp_path / "a.geojson", city())
    seen: list[tuple[int, int]] = []
    read_own(path, progress=lambda done, total: seen.append((done, total)))
    assert seen == [(1, 4), (2, 4), (3, 4), (4, 4)]
