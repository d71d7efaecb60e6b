"""Small boundary files for tests, and how a refusal is checked."""

import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyogrio.raw
import pytest
from shapely import Polygon, box
from shapely.geometry import mapping
from shapely.geometry.base import BaseGeometry

from app.boundary_files import (
    BoundaryFile,
    BoundaryFileError,
)

ROOT = Path(__file__).resolve().parents[2]
DATA = ROOT / "tests" / "data"
BOW_TIE = Polygon([(37, 47), (38, 48), (38, 47), (37, 48)])

Row = tuple[dict[str, Any], BaseGeometry | None]
Change = Callable[[list[Row]], None]


def own(code: Any, level: str, shape: BaseGeometry | None, parent: Any = None, **more: Any) -> Row:
    return {"code": code, "level": level, "parent": parent, "name": f"n{code}", **more}, shape


def city() -> list[Row]:
    """One precinct with two beats, and one without."""
    return [
        own("1", "precinct", box(37, 47, 37.2, 47.1)),
        own("2", "precinct", box(37.2, 47, 37.4, 47.1)),
        own("11", "beat", box(37, 47, 37.1, 47.1), "1"),
        own("12", "beat", box(37.1, 47, 37.2, 47.1), "1"),
    ]


def write_geojson(path: Path, rows: list[Row], **members: Any) -> Path:
    features = [
        {
            "type": "Feature",
            "properties": properties,
            "geometry": None if shape is None else mapping(shape),
        }
        for properties, shape in rows
    ]
    document = {"type": "FeatureCollection", "features": features, **members}
    path.write_text(json.dumps(document), "utf-8")
    return path


def write_ogr(path: Path, rows: list[Row], crs: str | None = "EPSG:4326", **options: Any) -> Path:
    fields = list(rows[0][0])
    pyogrio.raw.write(
        path,
        np.array([None if shape is None else shape.wkb for _, shape in rows], dtype=object),
        [np.array([properties[field] for properties, _ in rows], dtype=object) for field in fields],
        fields,
        crs=crs,
        geometry_type=options.pop("geometry_type", "Polygon"),
        **options,
    )
    return path


def zipped(path: Path, *files: Path) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in files:
            archive.write(file, f"folder/{file.name}")
    return path


def shapefile(folder: Path, rows: list[Row], crs: str | None = "EPSG:4326", **options: Any) -> Path:
    folder.mkdir()
    return write_ogr(folder / "beats.shp", rows, crs, **options)


def refused(read: Callable[[], BoundaryFile], *words: str) -> BoundaryFileError:
    with pytest.raises(BoundaryFileError) as caught:
        read()
    text = str(caught.value)
    assert "\n" not in text
    for word in words:
        assert word in text
    return caught.value


def by_code(read: BoundaryFile) -> dict[str, Any]:
    return {district.code: district for district in read.districts}
