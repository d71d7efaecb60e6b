"""Districts in pieces: parts that meet at a point, stray slivers, districts apart from the rest."""

from collections import defaultdict

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import MultiPolygon

from geo.metres import MAX_METRES_PER_DEGREE, area_m2, metres_per_degree
from geo.problem import Kind, Problem, Severity
from geo.topology_edges import SignedEdges
from geo.topology_groups import Groups
from geo.topology_layer import Layer
from geo.topology_rules import TopologyRules
from geo.topology_threads import spread
from geo.topology_width import in_metres, wider, widths_m

Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]
Objects = NDArray[np.object_]


def look_at_parts(layer: Layer, rules: TopologyRules) -> list[Problem]:
    """Find parts of a district that meet at a point only, and parts that are slivers.

    Parameters
    ----------
    layer : Layer
    rules : TopologyRules
    """
    several = np.flatnonzero(shapely.get_num_geometries(layer.geometries) > 1)
    several = several[[not layer.features[k].broken for k in several.tolist()]]
    parts, owner = shapely.get_parts(layer.geometries[several], return_index=True)
    if not len(parts):
        return []
    owner = several[owner]
    problems = []
    one, other = shapely.STRtree(parts).query(parts)
    pairs = (one < other) & (owner[one] == owner[other])
    one, other = one[pairs], other[pairs]
    common = shapely.intersection(parts[one], parts[other])
    meet: defaultdict[int, list[shapely.Geometry]] = defaultdict(list)
    for k in np.flatnonzero(~shapely.is_empty(common)).tolist():
        meet[int(owner[one[k]])].append(common[k])
    for k, places in sorted(meet.items()):
        problems.append(_at_point(layer, k, shapely.union_all(places), "parts"))
    thin: defaultdict[int, list[shapely.Geometry]] = defaultdict(list)
    for n in np.flatnonzero(~wider(parts, rules.sliver_width_m)).tolist():
        thin[int(owner[n])].append(parts[n])
    for k, slivers in sorted(thin.items()):
        place = slivers[0] if len(slivers) == 1 else MultiPolygon(slivers)
        values = {
            "of": "part",
            "pieces": len(slivers),
            "width_m": round(float(widths_m(np.array([place], object))[0]), 3),
        }
        codes = layer.codes(np.array([k]))
        problems.append(
            Problem(Kind.SLIVER, Severity.WARNING, codes, place, area_m2(place), values=values)
        )
    return problems


def _at_point(layer: Layer, k: int, place: shapely.Geometry, of: str) -> Problem:
    codes = layer.codes(np.array([k]))
    return Problem(Kind.TOUCHES_AT_POINT, Severity.WARNING, codes, place, values={"of": of})


def look_at_neighbours(layer: Layer, edges: SignedEdges, rules: TopologyRules) -> list[Problem]:
    """Find districts that meet others at a point only, and districts far from all others.

    Parameters
    ----------
    layer : Layer
    edges : SignedEdges
        Of all features.
    rules : TopologyRules
    """
    if len(layer.features) < 2:  # noqa: PLR2004 - one has no neighbours
        return []
    return [*_touching(layer, edges, rules), *_far_off(layer, rules)]


def _touching(layer: Layer, edges: SignedEdges, rules: TopologyRules) -> list[Problem]:
    alone = np.flatnonzero(~_with_shared_edge(layer, edges))
    alone = alone[[not layer.features[k].broken for k in alone.tolist()]]
    which, who = layer.tree.query(layer.geometries[alone], predicate="intersects")
    which = alone[which]
    pairs = which != who
    which, who = which[pairs], who[pairs]
    common = spread(shapely.intersection, layer.geometries[which], layer.geometries[who])
    at_points: Flags = shapely.get_dimensions(common) == 0
    problems = []
    for k in np.unique(which).tolist():
        its = which == k
        if at_points[its].all() and not _has_border(layer, k, who[its], rules):
            problems.append(_at_point(layer, k, shapely.union_all(common[its]), "neighbours"))
    return problems


def _has_border(layer: Layer, k: int, others: Ints, rules: TopologyRules) -> bool:
    """Tell whether a district runs along another, as near as rounding.

    A vertex more on one side of a border parts the two by the last bit of a float.
    """
    near = rules.rounding_m / MAX_METRES_PER_DEGREE
    outline = shapely.boundary(layer.geometries[[k]])
    along = shapely.intersection(outline, shapely.buffer(layer.geometries[others], near))
    return bool((shapely.length(in_metres(along)) > rules.sliver_width_m).any())


def _with_shared_edge(layer: Layer, edges: SignedEdges) -> Flags:
    """Tell which districts have an edge in common with another."""
    rows = edges.of(layer.numbers)
    sizes = edges.start[layer.numbers + 1] - edges.start[layer.numbers]
    owner = np.repeat(np.arange(len(layer.numbers)), sizes)
    times = np.bincount(edges.same[rows])
    found = np.zeros(len(layer.numbers), bool)
    found[owner[times[edges.same[rows]] > 1]] = True
    return found


def _far_off(layer: Layer, rules: TopologyRules) -> list[Problem]:
    clusters = _clusters(layer, rules.far_off_m)
    if len(clusters) == 1:
        return []
    areas = [float(shapely.area(layer.geometries[its]).sum()) for its in clusters]
    main = int(np.argmax(areas))
    rest = shapely.STRtree(layer.geometries[clusters[main]])
    problems = []
    for number, its in enumerate(clusters):
        if number == main or layer.any_broken(its):
            continue
        pairs = rest.query_nearest(layer.geometries[its], all_matches=False)
        distance = min(
            _distance_m(layer.geometries[its[a]], rest.geometries[b])
            for a, b in zip(*pairs.tolist(), strict=True)
        )
        if distance > rules.far_off_m:
            place = shapely.multipolygons(shapely.get_parts(layer.geometries[its]))
            problems.append(
                Problem(
                    Kind.FAR_OFF,
                    Severity.WARNING,
                    layer.codes(its),
                    place,
                    area_m2(place),
                    distance,
                    {"of": "set"},
                )
            )
    return problems


def _clusters(layer: Layer, far_m: float) -> list[Ints]:
    """Districts that are together, by the boxes round them, which is quick and errs to near."""
    bounds = shapely.bounds(layer.geometries)
    boxes = shapely.box(*bounds.T)
    groups = Groups(len(boxes))
    groups.join(shapely.STRtree(boxes).query(boxes, predicate="intersects").T.tolist())
    apart = groups.listed()
    x, y = metres_per_degree(float((bounds[:, 1].min() + bounds[:, 3].max()) / 2))
    islands = np.empty(len(apart), object)
    islands[:] = [shapely.union_all(boxes[its]) for its in apart]
    islands = shapely.transform(islands, lambda xy: xy * (x, y))
    groups = Groups(len(apart))
    tree = shapely.STRtree(islands)
    groups.join(tree.query(islands, predicate="dwithin", distance=far_m).T.tolist())
    return [np.array(sorted(k for island in its for k in apart[island])) for its in groups.listed()]


def _distance_m(one: shapely.Geometry, other: shapely.Geometry) -> float:
    a, b = shapely.get_coordinates(shapely.shortest_line(one, other))
    x, y = metres_per_degree(float((a[1] + b[1]) / 2))
    return float(np.hypot((a[0] - b[0]) * x, (a[1] - b[1]) * y))
