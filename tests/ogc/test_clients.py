"""Programs that people really use read the collections: GDAL, new and as Debian has it, OWSLib."""

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pyogrio
import pytest
import shapely
from owslib.ogcapi.features import Features
from owslib.util import Authentication

from tests.api.conftest import CITY, square
from tests.ogc.conftest import EPSG, Served

CODES = {"precincts": ["C", "P"], "beats": ["C-1", "C-2"]}


def collections(served: Served) -> dict[str, list[str]]:
    drafts = {f"draft-{served.draft}-{kind}": codes for kind, codes in CODES.items()}
    return CODES | drafts


def read(path: Path | str, **options: Any) -> dict[str, Any]:
    meta, _, geometries, columns = pyogrio.raw.read(path, **options)
    codes = columns[list(meta["fields"]).index("code")]
    return dict(zip(codes, shapely.from_wkb(geometries), strict=True))


def same(found: dict[str, Any], codes: list[str]) -> bool:
    whole = {district.code: district.geometry for district in CITY}
    return list(found) == codes and all(shape.equals(whole[code]) for code, shape in found.items())


def test_gdal_reads_every_collection(served: Served) -> None:
    userpwd = f"qgis:{served.token}"
    url = f"OAPIF:{served.base}/ogc"
    for name, codes in collections(served).items():
        found = read(url, layer=name, USERPWD=userpwd, PAGE_SIZE="1")
        assert same(found, codes), name


@pytest.fixture
def ogr2ogr() -> str:
    found = shutil.which("ogr2ogr")
    if found is None:
        pytest.skip("there is no ogr2ogr; Debian's package is gdal-bin")
    return found


def run(*arguments: str) -> None:
    # What pyogrio brings of its own must not be taken for this GDAL's.
    clean = {
        name: value for name, value in os.environ.items() if not name.startswith(("GDAL", "PROJ"))
    }
    done = subprocess.run(
        arguments, capture_output=True, text=True, check=False, timeout=120, env=clean
    )
    assert done.returncode == 0, done.stderr
    assert "ERROR" not in done.stderr, done.stderr


def test_ogr2ogr_reads_every_collection(served: Served, ogr2ogr: str, tmp_path: Path) -> None:
    for name, codes in collections(served).items():
        out = tmp_path / f"{name}.geojson"
        run(
            ogr2ogr, "-oo", f"USERPWD=qgis:{served.token}", "-oo", "PAGE_SIZE=1",
            "-lco", "COORDINATE_PRECISION=15", str(out), f"OAPIF:{served.base}/ogc", name,
        )  # fmt: skip
        assert same(read(out), codes), name


def test_ogr2ogr_asks_by_place_and_by_attribute(
    served: Served, ogr2ogr: str, tmp_path: Path
) -> None:
    for extra, codes in (
        (("-spat", "37.52", "47.09", "37.53", "47.10"), ["C-2"]),
        (("-where", "name_uk = 'Захід'"), ["C-1"]),
    ):
        out = tmp_path / "out.geojson"
        out.unlink(missing_ok=True)
        run(ogr2ogr, *extra, str(out), f"OAPIF:{served.base}/ogc", "beats")
        assert list(read(out)) == codes


def owslib(served: Served) -> Features:
    auth = Authentication(username="qgis", password=served.token, auth_delegate=None)
    client = Features(f"{served.base}/ogc/", auth=auth)
    # Its headers are those of every client there is.
    client.headers = dict(client.headers)
    return client


def test_owslib_reads_pages_and_finds(served: Served) -> None:
    client = owslib(served)
    assert client.conformance()["conformsTo"]
    assert client.api()["openapi"].startswith("3.0")
    assert client.feature_collections() == list(collections(served))
    first = client.collection_items("beats", limit=1)
    assert (first["numberMatched"], first["numberReturned"]) == (2, 1)
    rest = client.collection_items("beats", limit=1, offset=1)
    assert [each["id"] for each in (*first["features"], *rest["features"])] == ["C-1", "C-2"]
    near = client.collection_items("beats", bbox=[37.52, 47.09, 37.53, 47.10])
    assert [each["id"] for each in near["features"]] == ["C-2"]
    assert client.collection_item("beats", "C-1")["properties"]["name_uk"] == "Захід"
    assert "code" in client.collection_queryables("beats")["properties"]
    mercator = client.collection_items("beats", crs=f"{EPSG}3857")
    assert mercator["features"][0]["geometry"]["coordinates"][0][0][0][0] > 4e6


def test_owslib_edits_a_draft_when_told_to_send_the_tag(served: Served) -> None:
    client = owslib(served)
    name = f"draft-{served.draft}-beats"
    new = {
        "type": "Feature",
        "geometry": shapely.geometry.mapping(square(37.50, 37.51)),
        "properties": {"code": "C-3", "parent": "C", "name_uk": "Нова"},
    }
    client.headers["Content-Type"] = "application/geo+json"
    assert client.collection_item_create(name, json.dumps(new))
    assert client.collection_item(name, "C-3")["properties"]["name_uk"] == "Нова"
    # It knows nothing of tags: without one it is stopped, with "whatever is there" it is let.
    changed = json.dumps(new | {"properties": new["properties"] | {"name_uk": "Інша"}})
    with pytest.raises(RuntimeError):
        client.collection_item_update(name, "C-3", changed)
    client.headers["If-Match"] = "*"
    client.collection_item_update(name, "C-3", changed)
    assert client.collection_item(name, "C-3")["properties"]["name_uk"] == "Інша"
    client.collection_item_delete(name, "C-3")
    assert len(client.collection_items(name)["features"]) == 2
