"""Gaps and overlaps among districts that have to cover the ground once."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import combinations

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import Polygon

from geo.districts import polygonal
from geo.metres import areas_m2
from geo.problem import Kind, Problem, Severity
from geo.topology_cracks import cracks
from geo.topology_edges import SignedEdges
from geo.topology_faces import Step, faces
from geo.topology_inside import UNCERTAIN, depth
from geo.topology_layer import Layer, open_edges
from geo.topology_rules import TopologyRules
from geo.topology_telling import Place, told
from geo.topology_threads import spread
from geo.topology_width import wider

GROUND = 1  # nobody's
SHARED = 2  # of two or more

Ints = NDArray[np.int64]
Objects = NDArray[np.object_]


@dataclass(frozen=True, slots=True)
class Overlap:
    """Ground that two districts have.

    Attributes
    ----------
    first, second : int
        Places of the districts in their layer, in order.
    shape : Polygon
        Wider than rounding, in degrees.
    """

    first: int
    second: int
    shape: Polygon


@dataclass(slots=True)
class Coverage:
    """What was found.

    Attributes
    ----------
    gaps : list of Polygon or MultiPolygon
        Ground between districts that is nobody's, wider than rounding, in degrees.
    overlaps : list of Overlap
    cracks : list of Polygon
        Ground that is nobody's, and that narrow ground between districts joins to the outside.
    """

    gaps: list[shapely.Geometry] = field(default_factory=list)
    overlaps: list[Overlap] = field(default_factory=list)
    cracks: list[shapely.Geometry] = field(default_factory=list)


def look_at_coverage(
    layer: Layer,
    edges: SignedEdges,
    rules: TopologyRules,
    *,
    step: Step | None = None,
) -> Coverage:
    """Find ground that is nobody's between districts, and ground that two have.

    Parameters
    ----------
    layer : Layer
    edges : SignedEdges
        Of all features.
    rules : TopologyRules
    step : callable, optional
        Called with what is done and its total.
    """

    def sort(points: Objects) -> Ints:
        times = depth(points, layer.tree)
        sorts = np.where(times == 0, GROUND, np.where(times > 1, SHARED, 0))
        return np.where(times == UNCERTAIN, UNCERTAIN, sorts)

    xy = open_edges(edges, edges.of(layer.numbers))
    found = faces(xy, sort, rules.rounding_m, step=step)
    outside = [face.geometry for face in found if face.sort == GROUND and not face.enclosed]
    return Coverage(
        gaps=[face.geometry for face in found if face.sort == GROUND and face.enclosed],
        overlaps=_overlaps(layer, [face.geometry for face in found if face.sort == SHARED], rules),
        cracks=[
            crack
            for ground in outside
            for crack in cracks(
                ground, layer.tree, rules.sliver_width_m, rules.rounding_m, pockets=True
            )
        ],
    )


def _overlaps(
    layer: Layer, shared: Sequence[shapely.Geometry], rules: TopologyRules
) -> list[Overlap]:
    places = np.empty(len(shared), object)
    places[:] = shared
    which, who = layer.tree.query(places, predicate="intersects")
    clipped = spread(shapely.intersection, places[which], layer.geometries[who])
    by_place: defaultdict[int, list[int]] = defaultdict(list)
    for k in np.flatnonzero(shapely.area(clipped) > 0.0).tolist():
        by_place[int(which[k])].append(k)
    pairs = [
        pair
        for clips in by_place.values()
        for pair in combinations(sorted(clips, key=lambda k: int(who[k])), 2)
    ]
    one, other = np.array(pairs, np.int64).reshape(-1, 2).T
    common = spread(shapely.intersection, clipped[one], clipped[other])
    by_pair: defaultdict[tuple[int, int], list[shapely.Geometry]] = defaultdict(list)
    for a, b, shape in zip(who[one].tolist(), who[other].tolist(), common.tolist(), strict=True):
        if (ground := polygonal(shape)) is not None:
            by_pair[a, b].append(ground)
    whole = np.empty(len(by_pair), object)
    # Pieces of one overlap may lie in several faces, parted by a third district's edge.
    whole[:] = [its[0] if len(its) == 1 else shapely.union_all(its) for its in by_pair.values()]
    parts, owner = shapely.get_parts(whole, return_index=True)
    wide = wider(parts, rules.rounding_m)
    keys = list(by_pair)
    return sorted(
        (
            Overlap(keys[k][0], keys[k][1], shape)
            for k, shape in zip(owner[wide].tolist(), parts[wide].tolist(), strict=True)
        ),
        key=lambda overlap: (overlap.first, overlap.second),
    )


def overlap_problems(
    layer: Layer, overlaps: Sequence[Overlap], rules: TopologyRules
) -> list[Problem]:
    """Tell of overlaps; see `told`.

    Parameters
    ----------
    layer : Layer
        In which they are.
    overlaps : sequence of Overlap
    rules : TopologyRules
    """
    shapes = np.empty(len(overlaps), object)
    shapes[:] = [overlap.shape for overlap in overlaps]
    places = []
    for overlap, area in zip(overlaps, areas_m2(shapes).tolist(), strict=True):
        members = np.array([overlap.first, overlap.second])
        if layer.any_broken(members):
            continue
        severity = Severity.ERROR if area > rules.max_overlap_m2 else Severity.WARNING
        values = {"level": layer.features[overlap.first].level.value}
        places.append(Place(overlap.shape, layer.codes(members), severity, values))
    return told(Kind.OVERLAP, places, rules)
