"""Where streets run: drawn, or told by their houses; and where they cross."""

from collections.abc import Sequence

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry import LineString, MultiLineString

from geo.gazetteer import Course, Crossing, Gazetteer, HousePoint
from geo.metres import distance_m, metres_per_degree

MEETING_M = 60.0
"""Streets that come as near as this to one another cross."""

MERGED_M = 120.0
"""Crossings of the same two streets nearer than this are one: the two sides of a dual carriageway."""

_JUMP_M = 1_500.0
_LONGEST_DETOUR = 1.6
_DRAWN_ON_M = 60.0
_FEWEST = 2


def middle_of(course: Course | None, houses: Sequence[HousePoint]) -> tuple[float, float] | None:
    """Return a point of a street near its middle, in degrees; None where nothing is known of it."""
    if course is not None and not course.is_empty:
        longest = course
        if isinstance(course, MultiLineString):
            longest = max(course.geoms, key=lambda line: line.length)
        point = longest.interpolate(0.5, normalized=True)
        return float(point.x), float(point.y)
    if not houses:
        return None
    lon = float(np.median([each.lon for each in houses]))
    lat = float(np.median([each.lat for each in houses]))
    nearest = min(
        houses,
        key=lambda each: (round(distance_m(each.lon, each.lat, lon, lat), 1), each.lon, each.lat),
    )
    return nearest.lon, nearest.lat


def course_of(houses: Sequence[HousePoint]) -> LineString | None:
    """Draw a street through its houses, in the order of their numbers.

    Houses of both sides are averaged in steps, so that the line runs between them. Its ends are
    drawn on a little: the last house is not the last metre of a street.

    Parameters
    ----------
    houses : sequence of HousePoint

    Returns
    -------
    LineString or None
        None for fewer than two places.
    """
    if len({(each.lon, each.lat) for each in houses}) < _FEWEST:
        return None
    listed = sorted(
        houses, key=lambda each: (each.number.number, each.number.letter, each.lon, each.lat)
    )
    lonlat = np.array([(each.lon, each.lat) for each in listed])
    scale = np.array(metres_per_degree(float(lonlat[:, 1].mean())))
    xy = lonlat * scale
    _, _, directions = np.linalg.svd(xy - xy.mean(axis=0), full_matrices=False)
    along = (xy - xy.mean(axis=0)) @ directions[0]
    by_number = _stepped(xy, np.arange(len(xy), dtype=np.float64))
    by_place = _stepped(xy, along)
    # Numbers follow a bend, but not where they were given out without order.
    is_ordered = _length(by_number) <= _LONGEST_DETOUR * max(_length(by_place), 1.0)
    line = by_number if is_ordered else by_place
    if len(line) < _FEWEST:
        line = xy[[int(np.argmin(along)), int(np.argmax(along))]]
    return LineString(_drawn_on(line) / scale)


def _stepped(xy: NDArray[np.float64], order: NDArray[np.float64]) -> NDArray[np.float64]:
    ranked = xy[np.argsort(order, kind="stable")]
    steps = max(2, len(xy) // 3)
    parts = [part for part in np.array_split(ranked, steps) if len(part)]
    return np.array([part.mean(axis=0) for part in parts])


def _length(line: NDArray[np.float64]) -> float:
    return float(np.hypot(*np.diff(line, axis=0).T).sum())


def _drawn_on(line: NDArray[np.float64]) -> NDArray[np.float64]:
    ends = []
    for end, before in ((line[0], line[1]), (line[-1], line[-2])):
        length = float(np.hypot(*(end - before)))
        ends.append(end + (end - before) / length * _DRAWN_ON_M if length else end)
    return np.array([ends[0], *line, ends[1]])


def clusters(lon: NDArray[np.float64], lat: NDArray[np.float64]) -> NDArray[np.int64]:
    """Part the houses of one name where they lie kilometres apart: these are several streets.

    Returns
    -------
    ndarray of int64, shape (n,)
        The cluster of each, the largest being 0.
    """
    east, north = metres_per_degree(float(lat.mean()))
    xy = np.stack([lon * east, lat * north], axis=1)
    which = np.full(len(lon), -1, dtype=np.int64)
    number = 0
    for start in range(len(lon)):
        if which[start] >= 0:
            continue
        queue = [start]
        which[start] = number
        while queue:
            at = queue.pop()
            near = np.flatnonzero((which < 0) & (np.hypot(*(xy - xy[at]).T) <= _JUMP_M))
            which[near] = number
            queue.extend(near.tolist())
        number += 1
    order = np.argsort(-np.bincount(which), kind="stable")
    rank = np.empty(number, dtype=np.int64)
    rank[order] = np.arange(number)
    return rank[which]


def crossings_in(gazetteer: Gazetteer) -> list[Crossing]:
    """Find where the streets of a city meet, those without a course by one drawn through houses."""
    courses = {
        street.id: course
        for street in gazetteer.streets
        if (course := street.course or course_of(list(gazetteer.houses_of(street.id).values())))
        is not None
    }
    return [Crossing(*each) for each in crossings_of(courses)]


def crossings_of(courses: dict[int, Course]) -> list[tuple[int, int, float, float]]:
    """Find where streets meet: at a common point, or where they come nearest within `MEETING_M`.

    Parameters
    ----------
    courses : dict of int to LineString or MultiLineString
        By street, in degrees.

    Returns
    -------
    list of tuple
        Both streets, longitude, latitude; the smaller id first.
    """
    ids = sorted(courses)
    if not ids:
        return []
    lat = float(np.mean([courses[each].centroid.y for each in ids]))
    scale = np.array(metres_per_degree(lat))
    lines = np.array([shapely.transform(courses[each], lambda xy: xy * scale) for each in ids])
    tree = shapely.STRtree(lines)
    one, other = tree.query(lines, predicate="dwithin", distance=MEETING_M)
    found = []
    for a, b in zip(one[one < other].tolist(), other[one < other].tolist(), strict=True):
        for x, y in _meetings(lines[a], lines[b]):
            found.append((ids[a], ids[b], float(x / scale[0]), float(y / scale[1])))
    return found


def _meetings(one: Course, other: Course) -> list[tuple[float, float]]:
    shared = shapely.intersection(one, other)
    if shared.is_empty:
        near = shapely.shortest_line(one, other)
        points = [shapely.line_interpolate_point(near, 0.5, normalized=True)]
    else:
        points = [part.centroid for part in shapely.get_parts(shared)]
    merged: list[list[shapely.Point]] = []
    for point in points:
        for group in merged:
            if group[0].distance(point) <= MERGED_M:
                group.append(point)
                break
        else:
            merged.append([point])
    return [
        (float(np.mean([p.x for p in group])), float(np.mean([p.y for p in group])))
        for group in merged
    ]
