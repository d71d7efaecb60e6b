"""Files that say where places are: CSV of addresses, GeoJSON, OpenStreetMap extracts."""

import csv
import json
from array import array
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import osmium
import shapely
from numpy.typing import NDArray
from osmium.osm import Node, Way
from shapely.errors import ShapelyError
from shapely.geometry import LineString, MultiLineString
from shapely.geometry.base import BaseGeometry

from app.boundary_layers import FARTHEST
from app.errors import InvalidError
from app.gazetteer import GazetteerFile
from geo.folding import fold
from geo.gazetteer import Course, Name, NameKind
from geo.gazetteer_draft import (
    AddressRow,
    LandmarkDraft,
    RowFault,
    StreetDraft,
    StreetNames,
    labels_of,
    landmarks_of,
    read_names,
    split_kind,
    streets_of,
)
from geo.romanisation import romanise
from geo.street_words import StreetKind

STREETS_FILE, LANDMARKS_FILE = "streets.csv", "landmarks.csv"
_ADDRESS_COLUMNS = frozenset({"street", "house", "lon", "lat"})
_LANDMARK_TAGS = (
    "amenity", "shop", "tourism", "historic", "railway", "public_transport", "leisure", "office",
)  # fmt: skip
_NAME_TAGS = (
    ("name", None, NameKind.TODAY), ("name:uk", "uk", NameKind.TODAY),
    ("name:ru", "ru", NameKind.TODAY), ("name:en", "en", NameKind.TODAY),
    ("old_name", None, NameKind.FORMER), ("old_name:uk", "uk", NameKind.FORMER),
    ("old_name:ru", "ru", NameKind.FORMER), ("alt_name", None, NameKind.VARIANT),
    ("loc_name", None, NameKind.ALIAS), ("short_name", None, NameKind.VARIANT),
)  # fmt: skip

_LONGEST_REASON = 200
# All that a file which is not what its name says can make its readers raise.
_UNREADABLE = (
    ValueError, LookupError, TypeError, AttributeError, RuntimeError, csv.Error, ShapelyError,
)  # fmt: skip

Tags = Mapping[str, str]
Progress = Callable[[int, int], None]


class GazetteerFileError(InvalidError):
    """The file cannot be read as a gazetteer."""

    code = "gazetteer-file"


def read_file(path: Path, progress: Progress) -> GazetteerFile:
    """Read a gazetteer by the ending of its name: ``.csv``, ``.geojson``, ``.osm.pbf``.

    Beside a CSV of addresses, `STREETS_FILE` and `LANDMARKS_FILE` in the same folder are read too.

    Raises
    ------
    GazetteerFileError
    OSError
    """
    name = path.name.lower()
    try:
        if name.endswith(".csv"):
            read = _csv(path, progress)
        elif name.endswith((".geojson", ".json")):
            read = _of_features(_geojson(path), progress)
        elif name.endswith((".osm.pbf", ".pbf", ".osm")):
            read = _of_features(_osm(path), progress)
        else:
            raise GazetteerFileError(f"{path.name} is neither .osm.pbf nor .geojson nor .csv")
    except UnicodeDecodeError as error:
        raise GazetteerFileError(f"{path.name} is no text in UTF-8: save it as such") from error
    except _UNREADABLE as error:
        told = str(error)[:_LONGEST_REASON] or type(error).__name__
        raise GazetteerFileError(f"{path.name} cannot be read: {told}") from error
    if not read.streets and not read.landmarks:
        why = f": row {read.faults[0].number} has {read.faults[0].what}" if read.faults else ""
        raise GazetteerFileError(f"{path.name} has no street, house or landmark to keep{why}")
    return read


def _csv(path: Path, progress: Progress) -> GazetteerFile:
    rows, faults = [], []
    listed, columns = _table(path)
    if not columns >= _ADDRESS_COLUMNS:
        missing = ", ".join(sorted(_ADDRESS_COLUMNS - columns))
        raise GazetteerFileError(f"{path.name} lacks the columns {missing}")
    for number, row in enumerate(listed, 2):
        try:
            lon, lat = float(row["lon"]), float(row["lat"])
        except (TypeError, ValueError):
            lon = lat = float("nan")
        if not (abs(lon) <= FARTHEST[0] and abs(lat) <= FARTHEST[1]):
            faults.append(RowFault(number, "no_point", f"{row['street']}, {row['house']}"))
            continue
        today, former = row.get("street_now_uk") or "", row.get("street_old") or ""
        street, house = row["street"] or "", row["house"] or ""
        rows.append(AddressRow(number, street, house, lon, lat, today, former))
        progress(number - 1, len(listed))
    beside = path.parent / STREETS_FILE
    names: list[StreetNames] = read_names(_table(beside)[0]) if beside.exists() else []
    streets, more = streets_of(rows, names)
    beside = path.parent / LANDMARKS_FILE
    landmarks = landmarks_of(_table(beside)[0]) if beside.exists() else []
    return GazetteerFile(streets, landmarks, {}, [*faults, *more])


def _table(path: Path) -> tuple[list[dict[str, str]], set[str]]:
    with path.open(encoding="utf-8-sig", newline="") as lines:
        reader = csv.DictReader(lines)
        rows = [
            {key: _clean(cell) for key, cell in row.items() if key and cell is not None}
            for row in reader
        ]
        columns = {each for each in reader.fieldnames or () if each}
    return [dict.fromkeys(columns, "") | row for row in rows], columns


def _clean(text: str) -> str:
    """Leave out letters that cannot be seen: the database takes no zero byte."""
    return "".join(letter for letter in text if letter.isprintable())


def _geojson(path: Path) -> Iterator[tuple[Tags, BaseGeometry]]:
    document: Any = json.loads(path.read_text("utf-8"))
    features = document.get("features") if isinstance(document, dict) else None
    if not isinstance(features, list):
        raise GazetteerFileError(f"{path.name} is no FeatureCollection")
    for number, feature in enumerate(features, 1):
        try:
            geometry, properties = feature.get("geometry"), feature.get("properties") or {}
            tags = {key: _clean(str(text)) for key, text in properties.items() if text}
            if geometry:
                yield tags, shapely.geometry.shape(geometry)
        except _UNREADABLE as error:
            raise GazetteerFileError(
                f"{path.name} cannot be read: feature {number} is no GeoJSON feature"
            ) from error


def _osm(path: Path) -> Iterator[tuple[Tags, BaseGeometry]]:
    """Read named ways, houses and landmarks; in memory are the places of their own nodes alone."""
    corners = _corners(path)
    for each in _wanted(path, osmium.osm.NODE | osmium.osm.WAY):
        tags = {tag.k: _clean(tag.v) for tag in each.tags}
        if isinstance(each, Node):
            yield tags, shapely.Point(each.lon, each.lat)
        elif isinstance(each, Way):
            points = corners.of([node.ref for node in each.nodes])
            if len(points) > 1:
                yield tags, LineString(points)


def _wanted(path: Path, kinds: Any) -> Iterable[Any]:
    kept = osmium.filter.KeyFilter("highway", "addr:housenumber", *_LANDMARK_TAGS)
    named = osmium.filter.KeyFilter("name", "addr:housenumber")
    return osmium.FileProcessor(str(path), kinds).with_filter(kept).with_filter(named)


@dataclass(frozen=True, slots=True)
class _Corners:
    """Where nodes are, in columns: of a country there are millions."""

    ids: NDArray[np.int64]
    lonlat: NDArray[np.float64]

    def of(self, ids: Sequence[int]) -> NDArray[np.float64]:
        """Return the places of those that the file has."""
        if not len(self.ids):
            return self.lonlat
        at = np.minimum(np.searchsorted(self.ids, ids), len(self.ids) - 1)
        found: NDArray[np.float64] = self.lonlat[at[self.ids[at] == np.asarray(ids)]]
        return found


def _corners(path: Path) -> _Corners:
    tracker = osmium.IdTracker()
    for way in _wanted(path, osmium.osm.WAY):
        tracker.add_references(way)
    ids, lonlat = array("q"), array("d")
    nodes = osmium.FileProcessor(str(path), osmium.osm.NODE).with_filter(tracker.id_filter())
    for node in nodes:
        if isinstance(node, osmium.osm.Node) and node.location.valid():
            ids.append(node.id)
            lonlat.extend((node.lon, node.lat))
    known = np.frombuffer(ids, np.int64) if ids else np.empty(0, np.int64)
    places = np.frombuffer(lonlat, np.float64) if lonlat else np.empty(0)
    order = np.argsort(known, kind="stable")
    return _Corners(known[order], places.reshape(-1, 2)[order])


def _of_features(
    features: Iterable[tuple[Tags, BaseGeometry]], progress: Progress
) -> GazetteerFile:
    lines: dict[tuple[StreetKind, str], list[LineString]] = defaultdict(list)
    known: dict[tuple[StreetKind, str], StreetNames] = {}
    landmarks: list[LandmarkDraft] = []
    rows: list[AddressRow] = []
    faults: list[RowFault] = []
    for number, (tags, geometry) in enumerate(features, 1):
        if not _is_on_earth(geometry):
            faults.append(RowFault(number, "no_point", tags.get("name", "")))
            continue
        point = geometry.centroid if geometry.geom_type != "Point" else geometry
        if tags.get("addr:street") and tags.get("addr:housenumber"):
            street, house = tags["addr:street"], tags["addr:housenumber"].split(";")[0]
            rows.append(AddressRow(number, street, house, point.x, point.y))
        if "highway" in tags and tags.get("name") and isinstance(geometry, LineString):
            names = _street_names(tags)
            key = names.kind, names.written[0]
            known.setdefault(key, names)
            lines[key].append(geometry)
        elif tags.get("name") and any(tag in tags for tag in _LANDMARK_TAGS):
            landmarks.append(_landmark(tags, point))
        progress(number, 0)
    streets, more = streets_of(rows, list(known.values()))
    have = {each.key.rsplit("#", 1)[0] for each in streets}
    courses: dict[str, Course] = {}
    for (kind, _), names in known.items():
        base = f"{kind.value}:{fold(names.label['uk'])}"
        course = MultiLineString(lines[kind, names.written[0]])
        if base not in have:
            streets.append(StreetDraft(f"{base}#0", kind, names.names, names.label))
        courses[f"{base}#0"] = course
    unique = {each.key: each for each in landmarks}
    return GazetteerFile(streets, list(unique.values()), courses, [*faults, *more])


def _is_on_earth(geometry: BaseGeometry) -> bool:
    west, south, east, north = map(float, geometry.bounds)
    return (
        -FARTHEST[0] <= west <= east <= FARTHEST[0]
        and -FARTHEST[1] <= south <= north <= FARTHEST[1]
    )


def _names(tags: Tags) -> list[Name]:
    return [
        Name(text.strip(), language, of)
        for tag, language, of in _NAME_TAGS
        for text in tags.get(tag, "").split(";")
        if text.strip()
    ]


def _street_names(tags: Tags) -> StreetNames:
    kind, bare = split_kind(tags["name"])
    kind = kind or StreetKind.STREET
    names = [replace(name, text=split_kind(name.text)[1]) for name in _names(tags)]
    uk = split_kind(tags.get("name:uk") or tags["name"])[1]
    ru = split_kind(tags.get("name:ru") or tags["name"])[1]
    return StreetNames(kind, (fold(bare),), tuple(dict.fromkeys(names)), labels_of(kind, uk, ru))


def _landmark(tags: Tags, point: BaseGeometry) -> LandmarkDraft:
    kind = next(tags[tag] for tag in _LANDMARK_TAGS if tag in tags)
    uk = tags.get("name:uk") or tags["name"]
    label = {
        "uk": uk,
        "ru": tags.get("name:ru") or tags["name"],
        "en": tags.get("name:en") or romanise(uk),
    }
    # Two shops of one chain are two places.
    key = f"{kind}:{fold(uk)}@{point.x:.3f},{point.y:.3f}"
    return LandmarkDraft(key, kind, tuple(_names(tags)), label, point.x, point.y)
