"""Real cities as districts, for tests and measurements."""

import csv
import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pyogrio
import shapely
from numpy.typing import NDArray
from shapely.geometry import shape
from shapely.geometry.base import BaseGeometry

from geo.districts import District, Level, polygonal
from geo.nesting import parents_by_area

FOLDER = Path(__file__).parent / "data"
FIXTURES = Path(__file__).parent.parent / "fixtures"


@cache
def chicago() -> tuple[District, ...]:
    """275 beats of 2012 in 23 police districts that have some."""
    beats = _records(f"/vsizip/{FOLDER / 'chicago' / 'police_beats_2012.zip'}")
    precincts = _records(FOLDER / "chicago" / "districts_2012.geojson")
    parent = {fields["BEAT_NUM"]: f"D{int(fields['DISTRICT']):02}" for fields, _ in beats}
    return _districts(
        _joined((fields["BEAT_NUM"], shape_) for fields, shape_ in beats),
        _joined((f"D{int(fields['DIST_NUM']):02}", shape_) for fields, shape_ in precincts),
        parent,
    )


@cache
def seattle() -> tuple[District, ...]:
    """51 beats in 5 precincts, which are found by area."""
    beats, precincts = (
        _joined((fields["name"], shape_) for fields, shape_ in _records(FOLDER / "seattle" / name))
        for name in ("spd-beats.geojson", "spd-precincts.geojson")
    )
    return _districts(beats, precincts, parents_by_area(beats, precincts))


@cache
def demo_city() -> tuple[District, ...]:
    """The demo city that comes with the program."""
    features = json.loads((FIXTURES / "districts.geojson").read_text("utf-8"))["features"]
    return tuple(
        District(
            feature["properties"]["code"],
            Level(feature["properties"]["level"]),
            feature["properties"]["parent"],
            feature["properties"]["name"],
            shape(feature["geometry"]),
        )
        for feature in features
    )


def incidents() -> tuple[NDArray[np.float64], NDArray[np.float64], list[str]]:
    """Longitudes, latitudes and recorded beats of 5,000 incidents in Chicago."""
    with (FOLDER / "chicago" / "incidents_2013_2019_sample.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    lon, lat = (np.array([float(row[name]) for row in rows]) for name in ("lon", "lat"))
    return lon, lat, [row["beat"] for row in rows]


def _records(path: Path | str) -> list[tuple[dict[str, Any], BaseGeometry]]:
    meta, _, shapes, columns = pyogrio.raw.read(path)
    rows = zip(*columns, strict=True)
    return [
        (dict(zip(meta["fields"], row, strict=True)), geometry)
        for row, geometry in zip(rows, shapely.from_wkb(shapes), strict=True)
    ]


def _joined(parts: Iterable[tuple[str, BaseGeometry]]) -> dict[str, Any]:
    by_code: dict[str, list[BaseGeometry]] = defaultdict(list)
    for code, geometry in parts:
        by_code[code].append(geometry)
    return {
        code: polygonal(found[0] if len(found) == 1 else shapely.union_all(found))
        for code, found in by_code.items()
    }


def _districts(
    beats: Mapping[str, Any], precincts: Mapping[str, Any], parent: Mapping[str, str]
) -> tuple[District, ...]:
    return (
        *(District(code, Level.PRECINCT, None, {}, shape_) for code, shape_ in precincts.items()),
        *(District(code, Level.BEAT, parent[code], {}, shape_) for code, shape_ in beats.items()),
    )
