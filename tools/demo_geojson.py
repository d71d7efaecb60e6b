"""The demo city's files: features, tables."""

import csv
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from shapely.geometry import mapping
from shapely.geometry.base import BaseGeometry

Feature = dict[str, Any]


def feature(properties: dict[str, Any], shape: BaseGeometry, decimals: int = 6) -> Feature:
    geometry = mapping(shape)
    return {
        "type": "Feature",
        "properties": properties,
        "geometry": {
            "type": geometry["type"],
            "coordinates": rounded(geometry["coordinates"], decimals),
        },
    }


def rounded(value: Any, decimals: int) -> Any:
    if isinstance(value, float):
        return round(value, decimals)
    return [rounded(part, decimals) for part in value]


def write(path: Path, features: Sequence[Feature], **members: Any) -> None:
    """One feature a line, so that a change of one beat is a change of few lines."""
    head = {"type": "FeatureCollection", **members}
    rows = ",\n".join(json.dumps(f, ensure_ascii=False, separators=(",", ":")) for f in features)
    text = json.dumps(head, ensure_ascii=False)[:-1] + ', "features": [\n' + rows + "\n]}\n"
    path.write_text(text, "utf-8", newline="\n")


def read_rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
