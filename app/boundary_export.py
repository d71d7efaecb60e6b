"""Write districts as files for other programs: GeoJSON in our schema, GeoPackage, Shapefile."""

import json
import tempfile
import zipfile
from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from typing import Any

import numpy as np
import pyogrio.raw
import shapely
from numpy.typing import NDArray

from app.errors import InvalidError
from geo.districts import District

LANGUAGES = ("uk", "ru", "en")
LAYER = "districts"
WGS84 = "EPSG:4326"
# Names of a Shapefile's fields have ten bytes at most.
SHORT = {"station_address": "address", "approximate": "approx"}


class ExportFormat(StrEnum):
    """What districts can be written as; the value is what a request names it by."""

    GEOJSON = "geojson"
    GEOPACKAGE = "gpkg"
    SHAPEFILE = "shp"

    @property
    def suffix(self) -> str:
        """Of the file's name, with its dot: a Shapefile is several files, so it comes as a zip."""
        return ".zip" if self is ExportFormat.SHAPEFILE else f".{self.value}"

    @property
    def media_type(self) -> str:
        """What HTTP calls it."""
        return _MEDIA_TYPES[self]


_MEDIA_TYPES = {
    ExportFormat.GEOJSON: "application/geo+json",
    ExportFormat.GEOPACKAGE: "application/geopackage+sqlite3",
    ExportFormat.SHAPEFILE: "application/zip",
}
_BY_SUFFIX = {
    ".geojson": ExportFormat.GEOJSON,
    ".json": ExportFormat.GEOJSON,
    ".gpkg": ExportFormat.GEOPACKAGE,
    ".zip": ExportFormat.SHAPEFILE,
}


class ExportFormatError(InvalidError):
    """Districts can be written as .geojson, .gpkg or .zip (a Shapefile)."""

    code = "export-format"


def format_of(path: Path) -> ExportFormat:
    """Tell from a file's name what is to be written.

    Raises
    ------
    ExportFormatError
    """
    found = _BY_SUFFIX.get(path.suffix.lower())
    if found is None:
        raise ExportFormatError
    return found


def export(
    districts: Sequence[District],
    path: Path,
    format_: ExportFormat | None = None,
    *,
    approximate: bool = False,
) -> None:
    """Write districts to a file, whole or not at all.

    Parameters
    ----------
    districts : sequence of District
        Written in this order.
    path : Path
        Replaced when it is there.
    format_ : ExportFormat, optional
        By the suffix of `path` when it is not given.
    approximate : bool
        Marks every district as not official.

    Raises
    ------
    ExportFormatError
        When the suffix says nothing.
    OSError
    """
    format_ = format_ or format_of(path)
    with tempfile.TemporaryDirectory(prefix=".beatway-export-", dir=path.parent) as folder:
        written = Path(folder) / f"{LAYER}{format_.suffix}"
        if format_ is ExportFormat.GEOJSON:
            _write_geojson(districts, written, approximate=approximate)
        elif format_ is ExportFormat.GEOPACKAGE:
            _write_table(districts, written, "GPKG", approximate=approximate)
        else:
            _write_shapefile(districts, written, Path(folder), approximate=approximate)
        written.replace(path)


def export_bytes(
    districts: Sequence[District], format_: ExportFormat, *, approximate: bool = False
) -> bytes:
    """Return what `export` would write.

    Parameters
    ----------
    districts : sequence of District
    format_ : ExportFormat
    approximate : bool
    """
    with tempfile.TemporaryDirectory(prefix="beatway-export-") as folder:
        path = Path(folder) / f"out{format_.suffix}"
        export(districts, path, format_, approximate=approximate)
        return path.read_bytes()


def as_feature(district: District, *, approximate: bool = False) -> str:
    """Return one district as a GeoJSON feature in our schema, as text.

    Parameters
    ----------
    district : District
    approximate : bool
        Says that its boundaries are not official.
    """
    properties: dict[str, Any] = {
        "code": district.code,
        "level": district.level.value,
        "parent": district.parent,
        "name": dict(district.name),
        "station_address": district.station_address,
        "phone": district.phone,
    }
    if approximate:
        properties["approximate"] = True
    head = json.dumps(
        {"type": "Feature", "id": district.code, "properties": properties}, ensure_ascii=False
    )
    # Spliced in as text: coordinates are most of it, and GEOS writes every digit that counts.
    return f'{head[:-1]}, "geometry": {shapely.to_geojson(district.geometry)}}}'


def _write_geojson(districts: Sequence[District], path: Path, *, approximate: bool) -> None:
    with path.open("w", encoding="utf-8") as file:
        file.write('{"type": "FeatureCollection", "features": [')
        for number, district in enumerate(districts):
            file.write(",\n" if number else "\n")
            file.write(as_feature(district, approximate=approximate))
        file.write("\n]}\n")


def _write_shapefile(
    districts: Sequence[District], path: Path, folder: Path, *, approximate: bool
) -> None:
    parts = folder / "shapefile"
    parts.mkdir()
    _write_table(districts, parts / f"{LAYER}.shp", "ESRI Shapefile", approximate=approximate)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for part in sorted(parts.iterdir()):
            archive.write(part, part.name)


def _write_table(
    districts: Sequence[District], path: Path, driver: str, *, approximate: bool
) -> None:
    table: dict[str, list[str | None]] = {
        "code": [district.code for district in districts],
        "level": [district.level.value for district in districts],
        "parent": [district.parent for district in districts],
    }
    # A column a language: a Shapefile knows nothing else, and it is what people edit in a table.
    for language in LANGUAGES:
        table[f"name_{language}"] = [district.name.get(language) for district in districts]
    table["station_address"] = [district.station_address for district in districts]
    table["phone"] = [district.phone for district in districts]
    if approximate:
        table["approximate"] = ["true"] * len(districts)
    fields = list(table)
    options: dict[str, str] = {"ENCODING": "UTF-8"}
    if driver == "GPKG":
        options = {"FID": "fid", "GEOMETRY_NAME": "geom"}
    else:
        fields = [SHORT.get(field, field) for field in fields]
    pyogrio.raw.write(
        path,
        geometry=shapely.to_wkb([_multi(district) for district in districts]),
        field_data=[_column(values) for values in table.values()],
        fields=fields,
        driver=driver,
        layer=LAYER,
        geometry_type="MultiPolygon" if driver == "GPKG" else "Polygon",
        crs=WGS84,
        layer_options=options,
    )


def _multi(district: District) -> shapely.MultiPolygon:
    geometry = district.geometry
    return shapely.MultiPolygon([geometry]) if isinstance(geometry, shapely.Polygon) else geometry


def _column(values: Sequence[str | None]) -> NDArray[np.object_]:
    return np.array(values, dtype=object)
