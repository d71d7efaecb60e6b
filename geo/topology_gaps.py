"""Tell of gaps: whose precincts they are in, and which are towns or lakes of their own."""

from collections.abc import Sequence

import numpy as np
import shapely
from numpy.typing import NDArray

from geo.districts import polygonal
from geo.metres import MAX_METRES_PER_DEGREE, areas_m2
from geo.problem import Kind, Problem, Severity
from geo.topology_inside import well_inside
from geo.topology_layer import Layer
from geo.topology_rules import TopologyRules
from geo.topology_telling import Place, told
from geo.topology_width import wider

MOST = 0.5

Ints = NDArray[np.int64]
Objects = NDArray[np.object_]


def gap_problems(
    layer: Layer,
    gaps: Sequence[shapely.Geometry],
    precincts: Layer,
    in_force: Objects,
    rules: TopologyRules,
) -> list[Problem]:
    """Tell of gaps; see `told`.

    Parameters
    ----------
    layer : Layer
        In which they are.
    gaps : sequence of Polygon or MultiPolygon
        In degrees.
    precincts : Layer
    in_force : ndarray of geometry
        Routing units of the set in force; may be empty.
    rules : TopologyRules
    """
    if not gaps:
        return []
    shapes = np.empty(len(gaps), object)
    shapes[:] = gaps
    beside = _members(len(shapes), _beside(shapes, layer, rules.rounding_m))
    areas = areas_m2(shapes)
    points = well_inside(shapes, rules.rounding_m)
    holders = _members(len(shapes), precincts.tree.query(points, predicate="within"))
    wide = wider(shapes, rules.sliver_width_m)
    before = shapely.STRtree(in_force)
    places = []
    for k, (gap, area) in enumerate(zip(shapes.tolist(), areas.tolist(), strict=True)):
        # What a broken geometry does to its neighbours is its own fault, and told as that.
        if layer.any_broken(beside[k]):
            continue
        severity = Severity.ERROR if area > rules.max_gap_m2 else Severity.WARNING
        # Of a sliver, one point tells well enough which precinct it is in.
        holding, share = precincts.codes(holders[k]), 1.0
        if wide[k]:
            holding, share = _holding(gap, precincts, rules)
        if severity is Severity.ERROR and share < MOST and area > rules.enclave_m2:
            severity = _of_enclave(gap, before, in_force)
        values = {"precincts": list(holding)}
        places.append(Place(gap, layer.codes(beside[k]), severity, values))
    return told(Kind.GAP, places, rules)


def _beside(shapes: Objects, layer: Layer, rounding_m: float) -> Ints:
    """Pairs of gaps and districts along them.

    A gap may run out into tails thinner than rounding, along which others lie: those are cut off.
    """
    depth = rounding_m / 4 / MAX_METRES_PER_DEGREE
    bodies = shapely.buffer(shapes, -depth, quad_segs=2)
    pairs: Ints = layer.tree.query(bodies, predicate="dwithin", distance=1.2 * depth)
    return pairs


def _members(size: int, pairs: Ints) -> list[Ints]:
    """For each of the first of pairs, which come in order, the second ones."""
    which, who = pairs
    order = np.argsort(which, kind="stable")
    return np.split(who[order], np.searchsorted(which[order], np.arange(1, size)))


def _holding(
    gap: shapely.Geometry, precincts: Layer, rules: TopologyRules
) -> tuple[tuple[str, ...], float]:
    """Precincts that have some of a gap, and how much of it all of them have."""
    whole = precincts.tree.query(gap, predicate="covered_by")
    if len(whole):
        return precincts.codes(whole), 1.0
    who = np.sort(precincts.tree.query(gap, predicate="intersects"))
    common = shapely.intersection(gap, precincts.geometries[who])
    ground = np.array([polygonal(shape) for shape in common.tolist()], object)
    there = np.array([shape is not None for shape in ground], bool)
    there[there] = wider(ground[there], rules.rounding_m)
    share = float(shapely.area(ground[there]).sum()) / gap.area
    return precincts.codes(who[there]), share


def _of_enclave(gap: shapely.Geometry, before: shapely.STRtree, in_force: Objects) -> Severity:
    """How bad a hole is that is wide enough for a town or lake of its own."""
    who = before.query(gap, predicate="intersects")
    covered = float(shapely.area(shapely.intersection(gap, in_force[who])).sum())
    if covered > MOST * gap.area:
        return Severity.ERROR
    known = len(in_force) and shapely.box(*shapely.total_bounds(in_force)).covers(gap)
    return Severity.NOTE if known else Severity.WARNING
