"""Which beats of a precinct lie side by side, and how far apart they are."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from itertools import pairwise

import shapely

from geo.districts import District, Level
from geo.metres import distance_m, metres_per_degree

SHORTEST_EDGE_M = 5.0
"""Metres of common edge; beats with less only touch at a corner."""

APART_M = 0.5
"""Metres that an edge drawn twice may be apart and still be one."""

Neighbours = tuple[tuple[str, float], ...]


def neighbouring_beats(districts: Sequence[District]) -> Mapping[str, Neighbours]:
    """Find the beats that share an edge with each beat of the same precinct.

    Parameters
    ----------
    districts : sequence of District
        One boundary set, in any order.

    Returns
    -------
    mapping of str to tuple of (str, float)
        For every beat its neighbours with the metres between the middles of the two (their
        representative points), the nearest first, then by code.
    """
    beats = sorted((d for d in districts if d.level is Level.BEAT), key=lambda d: d.code)
    found: dict[str, list[tuple[float, str]]] = {beat.code: [] for beat in beats}
    by_precinct: dict[str | None, list[District]] = defaultdict(list)
    for beat in beats:
        by_precinct[beat.parent].append(beat)
    for group in by_precinct.values():
        for one, other in _side_by_side(group):
            apart = _middles_apart_m(one, other)
            found[one.code].append((apart, other.code))
            found[other.code].append((apart, one.code))
    return {
        code: tuple((other, apart) for apart, other in sorted(others))
        for code, others in found.items()
    }


def _side_by_side(beats: Sequence[District]) -> list[tuple[District, District]]:
    shapes = [beat.geometry for beat in beats]
    # Along a meridian: degrees of longitude are never longer, so no edge is missed for them.
    margins = [APART_M / min(metres_per_degree(shape.centroid.y)) for shape in shapes]
    wider = [shape.buffer(margin) for shape, margin in zip(shapes, margins, strict=True)]
    edges = [shapely.boundary(shape) for shape in shapes]
    first, second = shapely.STRtree(shapes).query(wider, predicate="intersects")
    return [
        (beats[one], beats[other])
        for one, other in sorted(zip(first.tolist(), second.tolist(), strict=True))
        if one < other
        and _length_m(shapely.intersection(edges[other], wider[one])) >= SHORTEST_EDGE_M
    ]


def _length_m(lines: shapely.Geometry) -> float:
    """Metres of all pieces of a line together."""
    total = 0.0
    for part in shapely.get_parts(lines).tolist():
        points = shapely.get_coordinates(part).tolist()
        total += sum(distance_m(*start, *end) for start, end in pairwise(points))
    return total


def _middles_apart_m(one: District, other: District) -> float:
    here, there = one.geometry.representative_point(), other.geometry.representative_point()
    return distance_m(here.x, here.y, there.x, there.y)
