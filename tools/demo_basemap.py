"""The demo city's base map: sea, land, rivers, areas, railway, roads, streets, names of places."""

import csv
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from shapely.geometry import Point, Polygon, box, shape
from shapely.geometry.base import BaseGeometry

from tools.demo_geojson import Feature, feature, read_rows
from tools.demo_lines import Floats, Line, smoothed, to_degrees, to_metres
from tools.demo_streets import trace_streets

EDGES = (36.90, 46.70, 38.20, 47.34)
DECIMALS = 5  # about a metre: more than drawing needs
LANGUAGES = ("uk", "ru", "en")
END_CUT = 0.005  # degrees: how far a tributary may be drawn across the river it joins
BUILT_UP_M = 190.0
JOIN_M = {1: 260.0, 2: 150.0, 3: 70.0, 4: 60.0}  # a street that ends so near another one meets it


def basemap(
    source: Path, addresses: Path, lines: dict[str, Line], city: BaseGeometry
) -> list[Feature]:
    """All features, in drawing order."""
    west, south, east, north = EDGES
    coast = lines["coast"]["course"]
    land = Polygon([*coast, (east, north), (west, north)])
    sea = Polygon([*coast, (east, south), (west, south)])
    water = wide_rivers(lines)
    areas = json.loads((source / "areas.geojson").read_text("utf-8"))["features"]
    return [
        feature(properties, geometry, DECIMALS)
        for properties, geometry in (
            ({"layer": "land"}, land),
            ({"layer": "area", "kind": "built"}, built_up(addresses, city)),
            *drawn_areas(areas, land, water),
            ({"layer": "sea", "name": place_name(source, "sea")}, sea),
            *piers(areas),
            *rivers(lines, water, land),
            *ways(lines),
            *streets(source, addresses, city),
            *places(source),
        )
    ]


def flat(geometry: BaseGeometry) -> BaseGeometry:
    return shapely.transform(geometry, to_metres)


def round_earth(geometry: BaseGeometry) -> BaseGeometry:
    return shapely.transform(geometry, to_degrees)


def built_up(addresses: Path, city: BaseGeometry) -> BaseGeometry:
    """Where houses are: the file's addresses with the blocks around them, rounded off."""
    with addresses.open(encoding="utf-8", newline="") as file:
        points = [Point(float(r["lon"]), float(r["lat"])) for r in csv.DictReader(file)]
    around = flat(shapely.multipoints([point for point in points if city.contains(point)]))
    blocks = around.buffer(BUILT_UP_M * 1.9, quad_segs=6).buffer(-BUILT_UP_M, quad_segs=6)
    return round_earth(blocks.intersection(flat(city)).simplify(8.0))


def drawn_areas(
    areas: list[Feature], land: BaseGeometry, water: dict[str, BaseGeometry]
) -> Iterator[tuple[dict[str, Any], BaseGeometry]]:
    wet = shapely.union_all(list(water.values()))
    for area in areas:
        if area["geometry"]["type"] != "Polygon":
            continue
        ring = np.array(area["geometry"]["coordinates"][0])
        soft = (
            Polygon(closed_smooth(ring)) if area["properties"]["kind"] != "beach" else Polygon(ring)
        )
        kept = shapely.difference(shapely.intersection(soft.buffer(0), land), wet)
        yield {"layer": "area", **area["properties"]}, kept


def closed_smooth(ring: Floats) -> Floats:
    # Twice round, so that the seam is smoothed too; the middle lap is kept by its polygon.
    middle = (ring[0] + ring[1]) / 2
    return smoothed(np.vstack([[middle], ring[1:], [middle]]), times=2)


def piers(areas: list[Feature]) -> Iterator[tuple[dict[str, Any], BaseGeometry]]:
    for area in areas:
        if area["properties"]["kind"] == "pier":
            line = flat(shape(area["geometry"]))
            half = area["properties"]["width_m"] / 2
            body = round_earth(line.buffer(half, cap_style="flat", join_style="mitre"))
            yield {"layer": "land", "kind": "pier"}, body
    for area in areas:
        if area["properties"]["kind"] == "reservoir":
            line = flat(shape(area["geometry"]))
            body = line.buffer(area["properties"]["width_m"] / 2, quad_segs=4).simplify(5.0)
            properties = {"layer": "river", "kind": "reservoir", "name": area["properties"]["name"]}
            yield properties, round_earth(body)


def up_to_the_next(name: str, lines: dict[str, Line]) -> BaseGeometry:
    """A river's course; a tributary, drawn across the river it joins, ends there."""
    course = shapely.linestrings(lines[name]["course"])
    for other, line in lines.items():
        if line["role"] == "river" and other != name:
            pieces = shapely.get_parts(course.difference(shapely.linestrings(line["course"])))
            longest = max(pieces, key=shapely.length)
            if course.length - longest.length < END_CUT:
                course = longest
    return course


def wide_rivers(lines: dict[str, Line]) -> dict[str, BaseGeometry]:
    """Rivers as polygons; the one that reaches the sea widens towards its mouth."""
    water = {}
    for name, line in lines.items():
        if line["role"] != "river":
            continue
        course = flat(up_to_the_next(name, lines))
        half = line["width_m"] / 2
        if name == "kalmius":
            at = np.linspace(0, course.length, 160)
            widths = half * (0.55 + 0.75 * (at / course.length) ** 6)
            spots = shapely.line_interpolate_point(course, at)
            discs = shapely.buffer(spots, widths, quad_segs=4)
            pairs = [shapely.union_all(discs[k : k + 2]).convex_hull for k in range(len(discs) - 1)]
            bent = course.buffer(half * 0.55, quad_segs=3)
            body = shapely.union_all([*pairs, bent])
        else:
            body = course.buffer(half, quad_segs=3)
        water[name] = round_earth(body.simplify(3.0))
    return water


def rivers(
    lines: dict[str, Line], water: dict[str, BaseGeometry], land: BaseGeometry
) -> Iterator[tuple[dict[str, Any], BaseGeometry]]:
    frame = box(*EDGES)
    for name, body in water.items():
        line = lines[name]
        properties = {"layer": "river", "name": line["name"], "width_m": line["width_m"]}
        yield properties, shapely.intersection(body, frame)
        course = shapely.intersection(up_to_the_next(name, lines), land)
        yield properties, shapely.intersection(course, frame)


def ways(lines: dict[str, Line]) -> Iterator[tuple[dict[str, Any], BaseGeometry]]:
    frame = box(*EDGES)
    for line in lines.values():
        course = shapely.intersection(shapely.linestrings(line["course"]), frame)
        if line["role"] == "rail":
            yield {"layer": "rail"}, course
        elif line["role"] == "road":
            properties = {"layer": "street", "rank": line["rank"], "name": line["name"]}
            yield properties | {"drawn": "by hand"}, course


def streets(
    source: Path, addresses: Path, city: BaseGeometry
) -> Iterator[tuple[dict[str, Any], BaseGeometry]]:
    found = sorted(
        trace_streets(addresses, source / "streets.csv", city),
        key=lambda street: (-street.rank, street.name["uk"], street.course.wkt),
    )
    flats = [flat(street.course) for street in found]
    for k, street in enumerate(found):
        others = shapely.union_all(flats[:k] + flats[k + 1 :])
        joined = met(flats[k], others, JOIN_M[street.rank])
        yield {"layer": "street", "rank": street.rank, "name": street.name}, round_earth(joined)


def met(course: BaseGeometry, others: BaseGeometry, reach: float) -> BaseGeometry:
    """Carry the ends of a street on to the street they nearly meet.

    Only straight on, as a street goes: an end that would have to turn stays where it is.
    """
    spots = shapely.get_coordinates(course)
    for end, inner in ((0, 1), (-1, -2)):
        step = spots[end] - spots[inner]
        ray = shapely.linestrings([spots[end], spots[end] + step / np.hypot(*step) * reach])
        crossing = shapely.intersection(ray, others)
        if not crossing.is_empty and course.distance(others) >= 0:
            nearest = shapely.get_coordinates(shapely.shortest_line(Point(spots[end]), crossing))[1]
            spots = np.vstack([nearest, spots] if end == 0 else [spots, nearest])
    return shapely.linestrings(spots)


def places(source: Path) -> Iterator[tuple[dict[str, Any], BaseGeometry]]:
    for row in read_rows(source / "places.csv"):
        properties = {
            "layer": "place",
            "kind": row["kind"],
            "rank": int(row["rank"]),
            "name": {language: row[f"name_{language}"] for language in LANGUAGES},
        }
        yield properties, Point(float(row["lon"]), float(row["lat"]))


def place_name(source: Path, kind: str) -> dict[str, str]:
    return next(
        {language: row[f"name_{language}"] for language in LANGUAGES}
        for row in read_rows(source / "places.csv")
        if row["kind"] == kind
    )
