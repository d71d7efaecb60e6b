"""The demo city's hand-drawn lines: reading, smoothing, carrying on; and a flat grid in metres."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Line = dict[str, Any]

CENTRE = (37.57, 47.11)
METRES_A_DEGREE = np.array([111_320.0 * np.cos(np.radians(CENTRE[1])), 111_170.0])


def to_metres(degrees: Floats) -> Floats:
    """Longitudes and latitudes as metres east and north of the city's middle (good to 0.5 %)."""
    return np.asarray((degrees - np.array(CENTRE)) * METRES_A_DEGREE, dtype=np.float64)


def to_degrees(metres: Floats) -> Floats:
    """The other way round."""
    return np.asarray(metres / METRES_A_DEGREE + np.array(CENTRE), dtype=np.float64)


def read_lines(path: Path) -> dict[str, Line]:
    """The lines by id, each with its properties and its smoothed course (N, 2) in degrees."""
    lines: dict[str, Line] = {}
    for feature in json.loads(path.read_text("utf-8"))["features"]:
        course = np.array(feature["geometry"]["coordinates"], dtype=np.float64)
        lines[feature["properties"]["id"]] = feature["properties"] | {"course": smoothed(course)}
    return lines


def smoothed(course: Floats, times: int = 3) -> Floats:
    """Cut the corners of a polyline (Chaikin), keeping its two ends."""
    for _ in range(times):
        before, after = course[:-1], course[1:]
        corners = np.stack([0.75 * before + 0.25 * after, 0.25 * before + 0.75 * after], axis=1)
        course = np.vstack([course[:1], corners.reshape(-1, 2)[1:-1], course[-1:]])
    tidy = shapely.simplify(shapely.linestrings(to_metres(course)), 2.0)
    return to_degrees(shapely.get_coordinates(tidy))


def carried_on(course: Floats, metres: float) -> Floats:
    """The polyline with both ends carried straight on."""
    flat = to_metres(course)
    for end, inner in ((0, 1), (-1, -2)):
        step = flat[end] - flat[inner]
        flat[end] += step / np.hypot(*step) * metres
    return to_degrees(flat)
