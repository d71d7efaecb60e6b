"""Make the demo city's districts and base map from `fixtures/source` and the address file.

    python -m tools.make_demo_city [--out FOLDER]

The same input gives the same bytes. What the sources are, and what is only approximate, is told in
`fixtures/README.md`.
"""

import argparse
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import shapely
from shapely.geometry import Polygon, shape
from shapely.geometry.base import BaseGeometry

from tools.demo_basemap import basemap
from tools.demo_geojson import Feature, feature, read_rows, write
from tools.demo_lines import Line, carried_on, read_lines

ROOT = Path(__file__).resolve().parent.parent
SOURCE = ROOT / "fixtures" / "source"
ADDRESSES = ROOT / "tests" / "data" / "mariupol" / "addresses.csv"
GRID = 1e-6  # degrees: six decimals, about a tenth of a metre
OVERSHOOT_M = 60.0  # a cut is carried this far over the line it was drawn to


def city_faces(lines: dict[str, Line], seeds: Sequence[BaseGeometry]) -> list[Polygon]:
    """The faces that outline, coast, rivers and cuts make of the city.

    The city is what outline, coast and rivers enclose around any of the seeds. All is noded and
    rounded before the faces are made, so that neighbours share their vertices exactly.
    """
    edges = [
        shapely.linestrings(line["course"])
        for line in lines.values()
        if line["role"] in {"coast", "outline", "river"}
    ]
    cuts = [
        shapely.linestrings(carried_on(line["course"], OVERSHOOT_M))
        for line in lines.values()
        if line["role"] == "cut"
    ]
    city = [bank for bank in polygonized(edges) if any(bank.contains(seed) for seed in seeds)]
    return [
        face
        for face in polygonized([*edges, *cuts])
        if any(bank.contains(face.representative_point()) for bank in city)
    ]


def polygonized(courses: Sequence[BaseGeometry]) -> list[Polygon]:
    noded = shapely.set_precision(shapely.union_all(courses), GRID)
    return list(shapely.get_parts(shapely.polygonize(shapely.get_parts(noded))))


def make_districts(lines: dict[str, Line], rows: Sequence[dict[str, str]]) -> list[Feature]:
    """Precincts and beats as features of our own schema.

    A face belongs to the beat whose point it holds; one with no point, or with points of two, is
    a slip of the drawing and is refused.
    """
    seeds = {
        row["code"]: [
            shapely.Point([float(number) for number in point.split()])
            for point in row["points"].split(";")
        ]
        for row in rows
        if row["level"] == "beat"
    }
    faces = city_faces(lines, [seed for points in seeds.values() for seed in points])
    held = {
        code: [face for face in faces if any(face.contains(point) for point in points)]
        for code, points in seeds.items()
    }
    for face in faces:
        owners = [code for code, parts in held.items() if face in parts]
        if len(owners) != 1:
            where = face.representative_point().wkt
            raise SystemExit(f"the face at {where} belongs to the beats {owners}, not to one")
    shapes: dict[str, BaseGeometry] = {
        code: shapely.coverage_union_all(parts) for code, parts in held.items()
    }
    members: dict[str, list[BaseGeometry]] = defaultdict(list)
    for row in rows:
        if row["parent"]:
            members[row["parent"]].append(shapes[row["code"]])
    shapes |= {code: shapely.coverage_union_all(parts) for code, parts in members.items()}
    return [district_feature(row, shapes[row["code"]]) for row in rows]


def district_feature(row: dict[str, str], shape: BaseGeometry) -> Feature:
    properties: dict[str, Any] = {
        "code": row["code"],
        "level": row["level"],
        "parent": row["parent"] or None,
        "name": {language: row[f"name_{language}"] for language in ("uk", "ru", "en")},
        "approximate": True,
    }
    if row["station_address"]:
        properties["station_address"] = row["station_address"]
    return feature(properties, shape)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=ROOT / "fixtures")
    out: Path = parser.parse_args().out
    lines = read_lines(SOURCE / "lines.geojson")
    districts = make_districts(lines, read_rows(SOURCE / "districts.csv"))
    write(
        out / "districts.geojson",
        districts,
        name="Mariupol (demo)",
        description="Approximate, for demonstration only: not official boundaries.",
    )
    precincts = [d["geometry"] for d in districts if d["properties"]["level"] == "precinct"]
    city = shapely.coverage_union_all([shape(geometry) for geometry in precincts])
    write(out / "basemap.geojson", basemap(SOURCE, ADDRESSES, lines, city), name="Mariupol (demo)")


if __name__ == "__main__":
    main()
