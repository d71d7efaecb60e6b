"""Boundary files that are refused, each in one clear line."""

import json
import struct
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pyogrio.raw
import pytest
import shapely
from shapely import Polygon, box
from shapely.geometry.base import BaseGeometry

from app.boundary_files import (
    ForeignFile,
    read_foreign,
    read_own,
)
from app.boundary_layers import read_layer
from tests.app.boundary_samples import (
    DATA,
    Change,
    Row,
    city,
    own,
    refused,
    shapefile,
    write_geojson,
    write_ogr,
    zipped,
)

# What is refused, one change of the good city each


def drop(field: str) -> Change:
    def change(rows: list[Row]) -> None:
        for properties, _ in rows:
            del properties[field]

    return change


def put(k: int, **values: Any) -> Change:
    return lambda rows: rows[k][0].update(values)


def shape_as(k: int, shape: BaseGeometry | None) -> Change:
    def change(rows: list[Row]) -> None:
        rows[k] = (rows[k][0], shape)

    return change


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (drop("code"), ("no field 'code'", "level, name, parent", "--precincts")),
        (put(2, code=None), ("no 'code'", "feature 3")),
        (put(2, code="  "), ("no 'code'", "feature 3")),
        (put(3, code="11"), ("more than once", "'11'")),
        (put(3, code="1"), ("more than once", "'1'")),
        (put(0, level="ward"), ("'ward'", "precinct or beat")),
        (put(0, parent="2"), ("precinct '1' has a parent",)),
        (put(2, parent="9"), ("'11'", "'9'", "'1', '2'")),
        (put(2, parent="12"), ("precincts that are not there: '12'",)),
        (shape_as(2, None), ("'11' has no geometry",)),
        (shape_as(2, Polygon()), ("'11' has no geometry",)),
        (shape_as(2, shapely.Point(37, 47)), ("'11' is a Point",)),
        (shape_as(2, shapely.LineString([(37, 47), (38, 48)])), ("'11' is a LineString",)),
        (shape_as(2, Polygon([(37, 47), (38, 48), (37, 47)])), ("'11' has no area",)),
        (shape_as(2, box(37, 95, 38, 96)), ("feature 3", "not longitudes")),
        (shape_as(2, box(45, 130, 46, 131)), ("feature 3", "swapped")),
        (
            shape_as(2, box(420_000, 5_216_000, 421_000, 5_217_000)),
            ("feature 3", "declared wrongly"),
        ),
        (lambda rows: rows.clear(), ("empty",)),
        (lambda rows: rows.__delitem__(slice(0, 2)), ("'1'", "none")),
    ],
)
def test_a_wrong_city_is_refused_and_named(
    tmp_path: Path, change: Change, words: tuple[str, ...]
) -> None:
    rows = city()
    change(rows)
    path = write_geojson(tmp_path / "a.geojson", rows)
    refused(lambda: read_own(path), *words)


def test_beats_far_from_any_precinct_are_refused(tmp_path: Path) -> None:
    rows = [*city(), own("13", "beat", box(39, 47, 39.1, 47.1))]
    path = write_geojson(tmp_path / "a.geojson", rows)
    refused(lambda: read_own(path), "in no precinct", "'13'")


def test_foreign_codes_that_overlap_or_disagree_are_refused(tmp_path: Path) -> None:
    over = [({"c": 1, "n": "a"}, box(37, 47, 38, 48)), ({"c": 1, "n": "a"}, box(37.5, 47, 39, 48))]
    path = write_geojson(tmp_path / "a.geojson", over)
    refused(lambda: read_foreign(ForeignFile(path, "c")), "'1' occurs 2 times", "overlap")
    other = [({"c": 1, "n": "a"}, box(37, 47, 38, 48)), ({"c": 1, "n": "b"}, box(39, 47, 40, 48))]
    path = write_geojson(tmp_path / "b.geojson", other)
    refused(lambda: read_foreign(ForeignFile(path, "c", "n")), "'1' occurs 2 times", "differ")


def test_a_code_of_both_a_precinct_and_a_beat_is_refused(tmp_path: Path) -> None:
    path = write_geojson(tmp_path / "a.geojson", [({"c": "1"}, box(37, 47, 38, 48))])
    refused(
        lambda: read_foreign(ForeignFile(path, "c"), ForeignFile(path, "c")),
        "both a precinct's and a beat's",
    )


def test_missing_fields_of_foreign_files_are_listed(tmp_path: Path) -> None:
    path = write_geojson(tmp_path / "a.geojson", [({"c": "1", "d": 2}, box(37, 47, 38, 48))])
    good = ForeignFile(path, "c")
    refused(lambda: read_foreign(ForeignFile(path, "x")), "no field 'x'", "c, d")
    refused(lambda: read_foreign(ForeignFile(path, "c", "x")), "no field 'x'", "c, d")
    refused(lambda: read_foreign(good, ForeignFile(path, "d", parent="x")), "no field 'x'", "c, d")


# Files that are none


def test_no_such_file(tmp_path: Path) -> None:
    refused(lambda: read_own(tmp_path / "none.geojson"), "no file", "none.geojson")
    refused(lambda: read_own(tmp_path), "not a file")


@pytest.mark.parametrize("name", ["a.txt", "a.shp", "a.gpkg", "a.zip", "a.geojson"])
@pytest.mark.parametrize("content", [b"", b"hello", b"\x00\x00\x27\x0a", b"SQLite format 3\x00"])
def test_not_a_geo_file(tmp_path: Path, name: str, content: bytes) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    refused(lambda: read_own(path), name)


@pytest.mark.parametrize(
    "text",
    [
        "[]",
        '"x"',
        '{"type": "Topology"}',
        '{"type": "FeatureCollection", "features": 1}',
        "[" * 99_999,
    ],
)
def test_json_that_is_no_feature_collection(tmp_path: Path, text: str) -> None:
    path = tmp_path / "a.json"
    path.write_text(text)
    refused(lambda: read_own(path), "a.json")


@pytest.mark.parametrize(
    "item",
    [
        1,
        {"type": "Feature"},
        {"type": "Feature", "geometry": {"type": "Star"}, "properties": {}},
        {"type": "Feature", "geometry": {"type": "Polygon", "coordinates": 3}, "properties": {}},
        {"type": "Feature", "geometry": None, "properties": 5},
        {
            "type": "Feature",
            "geometry": {"type": "Polygon", "coordinates": [[["a", 1], [2, 3], [4, 5]]]},
            "properties": {},
        },
    ],
)
def test_a_feature_that_is_none(tmp_path: Path, item: Any) -> None:
    path = tmp_path / "a.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": [item]}))
    refused(lambda: read_own(path), "feature 1")


def test_an_endless_coordinate(tmp_path: Path) -> None:
    path = write_geojson(tmp_path / "a.geojson", city())
    path.write_text(path.read_text().replace("37.4", "1e999", 1))
    refused(lambda: read_own(path), "not longitudes and latitudes")


def test_no_coordinate_system(tmp_path: Path) -> None:
    path = shapefile(tmp_path / "s", [({"code": "1"}, box(37, 47, 38, 48))])
    path.with_suffix(".prj").unlink()
    refused(
        lambda: read_foreign(ForeignFile(path, "code")), "declares no coordinate system", ".prj"
    )
    path = write_geojson(tmp_path / "a.geojson", city(), crs=None)
    refused(lambda: read_own(path), "declares no coordinate system")
    crs = {"type": "name", "properties": {"name": "EPSG:999999"}}
    path = write_geojson(tmp_path / "b.geojson", city(), crs=crs)
    refused(lambda: read_own(path), "cannot be turned into longitudes")


def test_a_geopackage_without_coordinate_system(tmp_path: Path) -> None:
    with pytest.warns(UserWarning, match="crs"):
        path = write_ogr(tmp_path / "a.gpkg", [own("1", "precinct", box(37, 47, 38, 48))], None)
    refused(lambda: read_own(path), "declares no coordinate system")


def test_a_shapefile_without_its_table(tmp_path: Path) -> None:
    path = shapefile(tmp_path / "s", [({"code": "1"}, box(37, 47, 38, 48))])
    path.with_suffix(".dbf").unlink()
    refused(lambda: read_foreign(ForeignFile(path, "code")), "lacks .dbf")


def test_an_empty_layer(tmp_path: Path) -> None:
    path = write_ogr(tmp_path / "a.gpkg", [own("1", "precinct", box(37, 47, 38, 48))], layer="a")
    pyogrio.raw.write(
        tmp_path / "b.gpkg",
        np.array([], dtype=object),
        [np.array([], dtype=object)],
        ["code"],
        crs="EPSG:4326",
        geometry_type="Polygon",
    )
    assert read_own(path).districts
    refused(lambda: read_own(tmp_path / "b.gpkg"), "empty")


# Archives not to be trusted


@pytest.mark.parametrize("part", [0.2, 0.6, 0.98])
def test_a_truncated_zip(tmp_path: Path, part: float) -> None:
    whole = (DATA / "chicago" / "police_beats_2012.zip").read_bytes()
    path = tmp_path / "cut.zip"
    path.write_bytes(whole[: int(len(whole) * part)])
    refused(lambda: read_foreign(ForeignFile(path, "BEAT_NUM")), "cut.zip", "damaged or cut short")


def test_a_zip_with_a_flipped_byte(tmp_path: Path) -> None:
    whole = bytearray((DATA / "chicago" / "police_beats_2012.zip").read_bytes())
    whole[len(whole) // 2] ^= 0xFF
    path = tmp_path / "bad.zip"
    path.write_bytes(whole)
    refused(lambda: read_foreign(ForeignFile(path, "BEAT_NUM")), "damaged")


def test_a_zip_bomb(tmp_path: Path) -> None:
    path = tmp_path / "bomb.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.geojson", b" " * 3_000_000)
    refused(lambda: read_own(path, max_unpacked_mb=2), "unpacks to more")


def test_a_zip_that_lies_about_its_size(tmp_path: Path) -> None:
    path = tmp_path / "liar.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.geojson", b" " * 3_000_000)
    content = path.read_bytes().replace(struct.pack("<I", 3_000_000), struct.pack("<I", 10))
    path.write_bytes(content)
    refused(lambda: read_own(path, max_unpacked_mb=2), "liar.zip")


def test_a_plain_file_over_the_limit(tmp_path: Path) -> None:
    path = write_geojson(tmp_path / "a.geojson", city())
    refused(lambda: read_own(path, max_unpacked_mb=0.0001), "larger than")


@pytest.mark.parametrize(
    "name",
    ["../a.geojson", "x/../../a.geojson", "/etc/a.geojson", "..\\a.geojson", "C:\\a.geojson"],
)
def test_names_that_lead_out_of_a_zip(tmp_path: Path, name: str) -> None:
    path = tmp_path / "out.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(name, "{}")
    refused(lambda: read_own(path), "leads out of the archive")


def test_a_zip_of_nothing_or_of_too_much(tmp_path: Path) -> None:
    note = tmp_path / "note.txt"
    note.write_text("hello")
    refused(lambda: read_own(zipped(tmp_path / "a.zip", note)), "holds no boundaries")
    files = [write_geojson(tmp_path / f"{k}.geojson", city()) for k in range(2)]
    refused(lambda: read_own(zipped(tmp_path / "b.zip", *files)), "several data sets", "1.geojson")
    assert read_own(zipped(tmp_path / "c.zip", files[0], note)).districts


def test_a_file_with_a_mark_in_its_own_name(tmp_path: Path) -> None:
    assert read_layer(write_geojson(tmp_path / "a#1.geojson", city())).geometries
