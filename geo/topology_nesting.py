"""Beats that reach beyond their precinct, and precincts that their beats do not cover."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from geo.districts import Level, polygonal
from geo.metres import area_m2
from geo.problem import Kind, Problem, Severity
from geo.topology_coverage import Coverage
from geo.topology_edges import SignedEdges
from geo.topology_faces import Step, faces
from geo.topology_features import Feature
from geo.topology_inside import UNCERTAIN, depth
from geo.topology_layer import Layer, open_edges
from geo.topology_rules import TopologyRules
from geo.topology_width import wider

UNCOVERED = 1
OUTSIDE = 2

Ints = NDArray[np.int64]
Objects = NDArray[np.object_]


@dataclass(frozen=True, slots=True)
class _Found:
    """Shapes found with their like in a tree."""

    shapes: Objects
    tree: shapely.STRtree

    @classmethod
    def of(cls, shapes: Sequence[shapely.Geometry]) -> "_Found":
        array = np.empty(len(shapes), object)
        array[:] = shapes
        return cls(array, shapely.STRtree(array))

    def cut_from(self, geometry: shapely.Geometry) -> shapely.Geometry:
        near = self.tree.query(geometry, predicate="intersects")
        if not len(near):
            return geometry
        return shapely.difference(geometry, shapely.union_all(self.shapes[near]))


def look_at_nesting(
    features: Sequence[Feature],
    units: Layer,
    coverage: Coverage,
    edges: SignedEdges,
    rules: TopologyRules,
    *,
    complete: bool = True,
    step: Step | None = None,
) -> list[Problem]:
    """Compare every precinct with its beats, for what is wider than a sliver.

    Ground that was told of as a gap or as an overlap is not told of again.

    Parameters
    ----------
    features : sequence of Feature
    units : Layer
        The routing units of the features.
    coverage : Coverage
        What was found among them.
    edges : SignedEdges
        Of all features.
    rules : TopologyRules
    complete : bool
        False when beats may be missing, so that uncovered ground says nothing.
    step : callable, optional
        Called with precincts done and their total.
    """
    beats: defaultdict[str, list[int]] = defaultdict(list)
    for number, feature in enumerate(features):
        if feature.level is Level.BEAT and feature.parent:
            beats[feature.parent].append(number)
    gaps, overlaps = (
        _Found.of(coverage.gaps),
        _Found.of([overlap.shape for overlap in coverage.overlaps]),
    )
    precincts = [
        number
        for number, feature in enumerate(features)
        if feature.level is Level.PRECINCT and feature.code in beats
    ]
    problems = []
    for done, number in enumerate(precincts, 1):
        precinct = features[number]
        own = Layer.of(features, beats[precinct.code])
        uncovered, outside = _misfits(number, precinct, own, edges, rules)
        problems += _outside(precinct, own, outside, overlaps, rules)
        broken = precinct.broken or any(beat.broken for beat in own.features)
        if complete and uncovered and not broken:
            problems += _uncovered(precinct, own, uncovered, (gaps, units), rules)
        if step is not None:
            step(done, len(precincts))
    return problems


def _misfits(
    number: int, precinct: Feature, own: Layer, edges: SignedEdges, rules: TopologyRules
) -> tuple[list[shapely.Geometry], list[shapely.Geometry]]:
    rows = edges.of([*own.numbers.tolist(), number])
    flipped = rows >= edges.start[number]
    flipped &= rows < edges.start[number + 1]
    xy = open_edges(edges, rows, flipped)
    whole = shapely.STRtree([precinct.geometry])

    def sort(points: Objects) -> Ints:
        inside, covered = depth(points, whole), depth(points, own.tree)
        sorts = np.where((inside > 0) & (covered == 0), UNCOVERED, 0)
        sorts[(inside == 0) & (covered > 0)] = OUTSIDE
        sorts[(inside == UNCERTAIN) | (covered == UNCERTAIN)] = UNCERTAIN
        return sorts

    found = faces(xy, sort, rules.sliver_width_m)
    return (
        [face.geometry for face in found if face.sort == UNCOVERED],
        [face.geometry for face in found if face.sort == OUTSIDE],
    )


def _outside(
    precinct: Feature,
    own: Layer,
    places: list[shapely.Geometry],
    overlaps: _Found,
    rules: TopologyRules,
) -> list[Problem]:
    by_beat: defaultdict[int, list[shapely.Geometry]] = defaultdict(list)
    for place in places:
        for k in own.tree.query(place, predicate="intersects").tolist():
            common = polygonal(shapely.intersection(place, own.geometries[k]))
            if common is not None:
                by_beat[k].append(common)
    problems = []
    for k, pieces in sorted(by_beat.items()):
        beat = own.features[k]
        share = sum(piece.area for piece in pieces) / beat.geometry.area
        astray = share > rules.outside_share
        # Where it has got into another beat, that says it all, unless it is in the wrong precinct.
        left = pieces if astray else [overlaps.cut_from(piece) for piece in pieces]
        place = _wide_parts(left, rules.sliver_width_m)
        if place is None or beat.broken or precinct.broken:
            continue
        problems.append(
            Problem(
                Kind.OUTSIDE_PRECINCT,
                Severity.ERROR if astray else Severity.WARNING,
                (beat.code,) if beat.code else (),
                place,
                area_m2(place),
                values={"precinct": precinct.code, "share": round(share, 6)},
            )
        )
    return problems


def _uncovered(
    precinct: Feature,
    own: Layer,
    places: list[shapely.Geometry],
    known: tuple[_Found, Layer],
    rules: TopologyRules,
) -> list[Problem]:
    gaps, units = known
    mine = set(own.numbers.tolist())
    left = []
    for place in places:
        rest = gaps.cut_from(place)
        # Other precincts' beats that are here were told of already, as overlaps or as outside.
        others = [
            k
            for k in units.tree.query(rest, predicate="intersects").tolist()
            if int(units.numbers[k]) not in mine
        ]
        if others:
            rest = shapely.difference(rest, shapely.union_all(units.geometries[others]))
        left.append(rest)
    place = _wide_parts(left, rules.sliver_width_m)
    if place is None:
        return []
    largest = max(area_m2(part) for part in shapely.get_parts(place).tolist())
    area = area_m2(place)
    return [
        Problem(
            Kind.PRECINCT_NOT_COVERED,
            Severity.ERROR if largest > rules.max_gap_m2 else Severity.WARNING,
            (precinct.code,),
            place,
            area,
            values={"share": round(area / area_m2(precinct.geometry), 6)},
        )
    ]


def _wide_parts(shapes: Sequence[shapely.Geometry], width: float) -> shapely.Geometry | None:
    whole = polygonal(shapely.union_all(shapes)) if len(shapes) else None
    if whole is None:
        return None
    parts = shapely.get_parts(whole)
    parts = parts[wider(parts, width)]
    if not len(parts):
        return None
    return parts[0] if len(parts) == 1 else shapely.multipolygons(parts)
