"""Read one layer of a geo file: GeoJSON, GeoPackage or Shapefile, to longitudes and latitudes."""

import json
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pyogrio
import pyogrio.errors
import pyogrio.raw
import pyproj
import shapely
from numpy.typing import NDArray
from pyproj.exceptions import ProjError
from shapely.geometry import shape
from shapely.geometry.base import BaseGeometry

from app.boundary_error import BoundaryFileError
from app.boundary_unpack import MEGABYTE, unpack

LAYER_MARK = "#"
MAX_UNPACKED_MB = 500.0
FARTHEST = (180.0, 90.0)  # degrees
SQLITE_HEAD = 100
JSON_SUFFIXES = frozenset({".geojson", ".json"})
WGS84 = "EPSG:4326"
# Names of EPSG:4326 with longitude first, as GeoJSON means it.
LON_LAT = frozenset({"EPSG:4326", "OGC:CRS84", "CRS84"})
UNDECLARED = "Shapefiles keep it in a .prj file: add the one that belongs to it."

Values = Sequence[Any]


@dataclass(frozen=True, slots=True)
class Layer:
    """The features of one file.

    Attributes
    ----------
    file : str
        Its name, for messages.
    columns : mapping of str to sequence
        Attribute values by field.
    geometries : list of geometry or None
        Longitudes and latitudes, EPSG:4326, two-dimensional.
    notes : tuple of str
        What was assumed on reading.
    crs : str
        What the file declares its coordinates to be in.
    """

    file: str
    columns: Mapping[str, Values]
    geometries: list[BaseGeometry | None]
    notes: tuple[str, ...] = ()
    crs: str = WGS84

    def column(self, field: str) -> Values:
        """Values of a field; a field that is not there is an error that lists those which are."""
        if field not in self.columns:
            there = ", ".join(sorted(self.columns)) or "none"
            raise BoundaryFileError(
                f"{self.file} has no field {field!r}.",
                f"Its fields are: {there}.",
                kind="no_field",
            )
        return self.columns[field]


def read_layer(path: Path | str, *, max_unpacked_mb: float = MAX_UNPACKED_MB) -> Layer:
    """Read a file's features.

    Parameters
    ----------
    path : Path or str
        A GeoJSON, GeoPackage or Shapefile, or a zip with one of them. A layer of a GeoPackage that
        has several is named after a `#`: `city.gpkg#beats`.
    max_unpacked_mb : float
        Megabytes the data may have, unpacked.

    Raises
    ------
    BoundaryFileError
    """
    path, wanted = _split_layer(Path(path))
    if not path.exists():
        raise BoundaryFileError(f"There is no file {path}.")
    if not path.is_file():
        raise BoundaryFileError(f"{path} is not a file.")
    if not path.stat().st_size:
        raise BoundaryFileError(f"{path.name} is empty: it has no bytes.", kind="empty")
    try:
        with tempfile.TemporaryDirectory(prefix="beatway-boundaries-") as folder:
            data = path
            if path.suffix.lower() == ".zip" or _starts_with(path, b"PK\x03\x04"):
                data = unpack(path, Path(folder), max_unpacked_mb)
            elif path.stat().st_size > max_unpacked_mb * MEGABYTE:
                raise BoundaryFileError(
                    f"{path.name} is larger than {max_unpacked_mb:g} MB.",
                    "If it is to be trusted, raise the limit (max_unpacked_mb).",
                    kind="too_large",
                )
            return _read_data(data, path.name, wanted)
    except PermissionError as error:
        raise BoundaryFileError(f"{path} may not be read.") from error


def _split_layer(path: Path) -> tuple[Path, str | None]:
    stem, mark, layer = path.name.rpartition(LAYER_MARK)
    if mark and not path.exists():
        return path.with_name(stem), layer
    return path, None


def _starts_with(path: Path, signature: bytes) -> bool:
    with path.open("rb") as file:
        return file.read(len(signature)) == signature


def _read_data(data: Path, name: str, wanted: str | None) -> Layer:
    # What a file is, its bytes tell: GDAL would also open formats that fetch other files or
    # addresses.
    if data.suffix.lower() == ".shp":
        if not _starts_with(data, b"\x00\x00\x27\x0a"):
            raise _not_geo(name)
        return _read_shapefile(data, name)
    if _is_geopackage(data):
        return _read_ogr(data, name, layer=_the_layer(data, name, wanted))
    if data.suffix.lower() in JSON_SUFFIXES:
        return _read_geojson(data, name)
    raise _not_geo(name)


def _is_geopackage(data: Path) -> bool:
    with data.open("rb") as file:
        head = file.read(SQLITE_HEAD)
    # The application id, by which a GeoPackage differs from any other SQLite file.
    return head.startswith(b"SQLite format 3\x00") and head[68:70] == b"GP"


def _not_geo(name: str) -> BoundaryFileError:
    return BoundaryFileError(
        f"{name} is not a geo file that can be read.",
        "GeoJSON (.geojson), GeoPackage (.gpkg) and Shapefile (.shp, or zipped) can.",
        kind="not_geo",
    )


def _the_layer(data: Path, name: str, wanted: str | None) -> str:
    try:
        layers = [str(layer) for layer, kind in pyogrio.list_layers(data) if kind]
    except pyogrio.errors.DataSourceError as error:
        raise _not_geo(name) from error
    listed = ", ".join(layers) or "none"
    if wanted is not None:
        if wanted not in layers:
            raise BoundaryFileError(
                f"{name} has no layer {wanted!r}.",
                f"Its layers are: {listed}.",
                kind="layers",
            )
        return wanted
    if not layers:
        raise BoundaryFileError(f"{name} has no layer with geometries.", kind="empty")
    if len(layers) > 1:
        raise BoundaryFileError(
            f"{name} has several layers: {listed}.",
            f"Name one after a {LAYER_MARK}: {name}{LAYER_MARK}{layers[0]}",
            kind="layers",
        )
    return layers[0]


def _read_shapefile(data: Path, name: str) -> Layer:
    beside = {path.suffix.lower(): path for path in data.parent.glob(f"{_escaped(data.stem)}.*")}
    missing = [suffix for suffix in (".shx", ".dbf") if suffix not in beside]
    if missing:
        raise BoundaryFileError(
            f"{name} lacks {' and '.join(missing)}.",
            "All parts of a Shapefile belong together.",
            kind="parts_missing",
        )
    if ".prj" not in beside:
        raise BoundaryFileError(f"{name} declares no coordinate system.", UNDECLARED, kind="no_crs")
    if ".cpg" in beside:
        return _read_ogr(data, name)
    table = beside[".dbf"].read_bytes()
    if table.isascii():
        return _read_ogr(data, name)
    # GDAL would take ISO-8859-1, and turn Cyrillic names into nonsense.
    try:
        table[32:].decode("utf-8")
    except UnicodeDecodeError:
        note = (
            f"{name} has no .cpg file that tells the encoding of its texts; read as its .dbf file "
            "says, else as ISO-8859-1: look at the names."
        )
        layer = _read_ogr(data, name)
        texts = (v for values in layer.columns.values() for v in values if isinstance(v, str))
        plain = all(text.isascii() for text in texts)
        return layer if plain else _noted(layer, note)
    note = f"{name} has no .cpg file that tells the encoding of its texts; read as UTF-8."
    return _noted(_read_ogr(data, name, encoding="UTF-8"), note)


def _noted(layer: Layer, note: str) -> Layer:
    return replace(layer, notes=(*layer.notes, note))


def _escaped(stem: str) -> str:
    return "".join(f"[{letter}]" if letter in "*?[" else letter for letter in stem)


def _read_ogr(
    data: Path, name: str, *, layer: str | None = None, encoding: str | None = None
) -> Layer:
    try:
        meta, _, wkb, values = pyogrio.raw.read(
            data, layer=layer, encoding=encoding, force_2d=True, datetime_as_string=True
        )
    except (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError) as error:
        raise _not_geo(name) from error
    except (pyogrio.errors.FeatureError, pyogrio.errors.GeometryError, UnicodeDecodeError) as error:
        raise BoundaryFileError(f"{name} is damaged: {error}.", kind="damaged") from error
    if wkb is None:
        raise BoundaryFileError(f"{name} has no geometries.", kind="empty")
    if not len(wkb):
        raise BoundaryFileError(f"{name} is empty: it has no features.", kind="empty")
    try:
        geometries = shapely.from_wkb(wkb)
    except shapely.errors.GEOSException as error:
        raise BoundaryFileError(
            f"{name} has a damaged geometry: {error}.", kind="damaged"
        ) from error
    columns = {
        str(field): column.tolist() for field, column in zip(meta["fields"], values, strict=True)
    }
    return Layer(name, columns, _to_degrees(geometries, meta["crs"], name), crs=str(meta["crs"]))


def _read_geojson(data: Path, name: str) -> Layer:
    try:
        document = json.loads(data.read_bytes())
    except (ValueError, RecursionError) as error:
        raise BoundaryFileError(f"{name} is not readable JSON: {error}.", kind="damaged") from error
    kind = document.get("type") if isinstance(document, dict) else None
    features = document.get("features") if kind == "FeatureCollection" else None
    if not isinstance(features, list):
        raise BoundaryFileError(
            f"{name} is JSON, but not a GeoJSON FeatureCollection.", kind="not_geo"
        )
    if not features:
        raise BoundaryFileError(f"{name} is empty: it has no features.", kind="empty")
    geometries = np.empty(len(features), dtype=object)
    table: list[dict[str, Any]] = []
    for k, feature in enumerate(features):
        try:
            geometry, properties = feature["geometry"], feature["properties"] or {}
            if geometry is not None:
                geometries[k] = shapely.force_2d(shape(geometry))
            table.append(dict(properties))
        except (
            AttributeError,
            IndexError,
            KeyError,
            TypeError,
            ValueError,
            shapely.errors.ShapelyError,
        ) as error:
            raise BoundaryFileError(
                f"{name}: feature {k + 1} is not a GeoJSON feature: {error!r}.", kind="damaged"
            ) from error
    fields = {field: None for row in table for field in row}
    columns = {field: [row.get(field) for row in table] for field in fields}
    crs = _geojson_crs(document, name)
    return Layer(name, columns, _to_degrees(geometries, crs, name), crs=crs or "")


def _geojson_crs(document: dict[str, Any], name: str) -> str | None:
    if "crs" not in document:
        return WGS84
    try:
        return str(document["crs"]["properties"]["name"])
    except (KeyError, TypeError):
        # The old standard's way to say that nothing can be assumed.
        raise BoundaryFileError(
            f"{name} declares no coordinate system: its crs member names none.",
            "Take the member out if the coordinates are longitudes and latitudes.",
            kind="no_crs",
        ) from None


def _to_degrees(
    geometries: NDArray[np.object_], crs: str | None, name: str
) -> list[BaseGeometry | None]:
    if not crs:
        raise BoundaryFileError(f"{name} declares no coordinate system.", UNDECLARED, kind="no_crs")
    try:
        source = pyproj.CRS.from_user_input(crs)
        if source.is_engineering or "undefined" in source.name.lower():
            raise BoundaryFileError(
                f"{name} declares no coordinate system but {source.name!r}.", kind="no_crs"
            )
        if crs not in LON_LAT:
            _refuse_degrees_as_metres(source, geometries, name)
            change = pyproj.Transformer.from_crs(source, WGS84, always_xy=True)
            geometries = shapely.transform(
                geometries, lambda xy: np.stack(change.transform(xy[:, 0], xy[:, 1]), axis=1)
            )
    except ProjError as error:
        raise BoundaryFileError(
            f"{name}: its coordinate system cannot be turned into longitudes and latitudes: "
            f"{error}.",
            kind="wrong_crs",
        ) from error
    found: list[BaseGeometry | None] = geometries.tolist()
    _check_range(found, name)
    return found


def _refuse_degrees_as_metres(
    source: pyproj.CRS, geometries: NDArray[np.object_], name: str
) -> None:
    """Refuse degrees that a projection of metres or feet is declared for.

    They would land within a few hundred metres of the projection's origin, valid and far away. No
    city is as small as that.
    """
    if not source.is_projected or source.axis_info[0].unit_conversion_factor > 1:
        return
    west, south, east, north = shapely.total_bounds(geometries)
    if -FARTHEST[0] <= west < east <= FARTHEST[0] and -FARTHEST[1] <= south < north <= FARTHEST[1]:
        raise BoundaryFileError(
            f"{name}: its coordinates (such as {west:g}, {south:g}) are degrees, but it declares"
            f" {source.name}, which has metres or feet.",
            "Its coordinate system is declared wrongly.",
            kind="wrong_crs",
        )


def _check_range(geometries: list[BaseGeometry | None], name: str) -> None:
    for k, geometry in enumerate(geometries):
        if geometry is None or geometry.is_empty:
            continue
        xy = shapely.get_coordinates(geometry)
        # Written so that NaN, too, counts as beyond.
        if (np.abs(xy) <= FARTHEST).all():
            continue
        hint, kind = "Its coordinate system is probably declared wrongly.", "wrong_crs"
        if (np.abs(xy[:, ::-1]) <= FARTHEST).all():
            hint, kind = "They look swapped: longitude comes first.", "swapped_axes"
        raise BoundaryFileError(
            f"{name}: the coordinates of feature {k + 1} (such as {xy[0, 0]:g}, {xy[0, 1]:g}) are not "
            "longitudes and latitudes.",
            hint,
            kind=kind,
        )
