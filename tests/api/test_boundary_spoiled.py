"""Spoiled boundary files are refused in words that help, and leave nothing behind."""

import io
import json
import os
import tempfile
import zipfile
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shapely
from pyproj import Transformer

from app.boundary_export import ExportFormat, export_bytes
from tests.api.conftest import CITY, Site, opened

SETS = "/api/v1/boundary-sets"
GEOJSON = json.loads(export_bytes(CITY, ExportFormat.GEOJSON))
SHAPEFILE = export_bytes(CITY, ExportFormat.SHAPEFILE)


def with_shape(code: str, geometry: Any) -> bytes:
    document = json.loads(json.dumps(GEOJSON))
    for feature in document["features"]:
        if feature["properties"]["code"] == code:
            feature["geometry"] = shapely.geometry.mapping(geometry)
    return json.dumps(document).encode()


def with_values(of: str, **values: Any) -> bytes:
    document = json.loads(json.dumps(GEOJSON))
    for feature in document["features"]:
        if feature["properties"]["code"] == of:
            feature["properties"] |= values
    return json.dumps(document).encode()


def ring(*points: tuple[float, float]) -> list[tuple[float, float]]:
    return [*points, points[0]]


def swapped() -> bytes:
    document = json.loads(json.dumps(GEOJSON))
    for feature in document["features"]:
        shape = shapely.geometry.shape(feature["geometry"])
        turned = shapely.transform(shape, lambda points: points[:, ::-1])
        feature["geometry"] = shapely.geometry.mapping(turned)
    return json.dumps(document).encode()


def wrong_crs() -> bytes:
    """Metres of a projection that the file does not name."""
    document = json.loads(json.dumps(GEOJSON))
    metres = Transformer.from_crs(4326, 32637, always_xy=True)
    for feature in document["features"]:
        shape = shapely.geometry.shape(feature["geometry"])
        projected = shapely.transform(
            shape, lambda points: np.column_stack(metres.transform(points[:, 0], points[:, 1]))
        )
        feature["geometry"] = shapely.geometry.mapping(projected)
    return json.dumps(document).encode()


def degrees_as_metres() -> bytes:
    """Degrees for which the file names a projection of metres."""
    document = json.loads(json.dumps(GEOJSON))
    document["crs"] = {"type": "name", "properties": {"name": "EPSG:32637"}}
    return json.dumps(document).encode()


def bomb() -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        with archive.open("beats.shp", "w", force_zip64=True) as member:
            for _ in range(700):
                member.write(bytes(1_000_000))
        for name in ("beats.shx", "beats.dbf", "beats.prj"):
            archive.writestr(name, b"")
    return packed.getvalue()


BOW_TIE = shapely.Polygon(ring((37.515, 47.08), (37.55, 47.12), (37.55, 47.08), (37.515, 47.12)))
HOLE_OUTSIDE = shapely.Polygon(
    ring((37.515, 47.08), (37.55, 47.08), (37.55, 47.12), (37.515, 47.12)),
    [ring((37.70, 47.09), (37.71, 47.09), (37.71, 47.10), (37.70, 47.10))],
)

# What is sent, under which name, and the kind of problem or the code that the answer has to name.
SPOILED: dict[str, tuple[Callable[[], bytes], str, int, str]] = {
    "gap": (
        lambda: with_shape("C-2", shapely.box(37.52, 47.08, 37.55, 47.12)),
        "a.geojson", 422, "precinct_not_covered",
    ),
    "overlap": (
        lambda: with_shape("C-2", shapely.box(37.50, 47.08, 37.55, 47.12)),
        "a.geojson", 422, "overlap",
    ),
    "bow tie": (lambda: with_shape("C-2", BOW_TIE), "a.geojson", 422, "broken_geometry"),
    "hole outside": (
        lambda: with_shape("C-2", HOLE_OUTSIDE), "a.geojson", 422, "broken_geometry",
    ),
    "swapped axes": (swapped, "a.geojson", 422, "swapped_axes"),
    "wrong CRS": (wrong_crs, "a.geojson", 422, "wrong_crs"),
    "degrees declared as metres": (degrees_as_metres, "a.geojson", 422, "wrong_crs"),
    "duplicate code": (
        lambda: with_values("C-2", code="C-1"), "a.geojson", 422, "duplicate_code",
    ),
    "orphan beat": (lambda: with_values("C-2", parent="X"), "a.geojson", 422, "unknown_parent"),
    "empty": (lambda: b"", "a.geojson", 422, "empty"),
    "without a feature": (
        lambda: json.dumps(GEOJSON | {"features": []}).encode(), "a.geojson", 422, "empty",
    ),
    "truncated zip": (lambda: SHAPEFILE[: len(SHAPEFILE) // 2], "a.zip", 422, "damaged"),
    "zip bomb": (bomb, "a.zip", 422, "too_large"),
    "200 MB": (lambda: bytes(200_000_000), "a.geojson", 413, "too-large"),
}  # fmt: skip


@pytest.mark.parametrize("what", SPOILED)
async def test_a_spoiled_file_is_refused_and_leaves_nothing_behind(
    site: Site, what: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    make, name, status, word = SPOILED[what]

    async def stored() -> list[Any]:
        return await site.sql(
            "SELECT (SELECT count(*) FROM boundary_set), (SELECT count(*) FROM district),"
            " (SELECT count(*) FROM boundary_audit)"
        )

    before = await stored()
    answer = await site.as_("gis").post(SETS, files={"file": (name, make())})
    assert answer.status_code == status, answer.text[:2000]
    body = answer.json()
    kinds = {problem["kind"] for problem in body.get("problems", ())}
    assert word in kinds | {body["code"], body.get("kind")}, body
    for problem in body.get("problems", ()):
        assert set(problem["words"]) == {"uk", "ru", "en"}
        assert all(problem["words"].values())
    assert await stored() == before
    assert os.listdir(tmp_path) == []  # noqa: PTH208 - in an async test


async def test_a_file_that_never_said_how_large_it_is_is_cut_off(
    fresh_database_url: Callable[[], str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))

    async def endless() -> AsyncIterator[bytes]:
        yield b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.geojson"\r\n\r\n'
        while True:
            yield bytes(100_000)

    async with opened(fresh_database_url(), boundary_upload_mb=2) as site:
        answer = await site.as_("gis").post(
            SETS,
            content=endless(),
            headers={"Content-Type": "multipart/form-data; boundary=x"},
        )
        assert (answer.status_code, answer.json()["code"]) == (413, "too-large")
    assert os.listdir(tmp_path) == []  # noqa: PTH208 - in an async test
