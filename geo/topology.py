"""Look for everything that is wrong with a set of districts."""

from collections.abc import Sequence

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from geo.districts import District
from geo.problem import Kind, Problem, by_weight
from geo.topology_comparison import look_at_change, units_in_force
from geo.topology_coverage import look_at_coverage, overlap_problems
from geo.topology_cracks import NEAR
from geo.topology_edges import SignedEdges, signed_edges
from geo.topology_faces import Step
from geo.topology_features import Features, look_at_features
from geo.topology_gaps import gap_problems
from geo.topology_layer import Layer, precinct_layer, unit_layer
from geo.topology_nesting import look_at_nesting
from geo.topology_parts import look_at_neighbours, look_at_parts
from geo.topology_rules import DEFAULT_RULES, Progress, RawDistrict, TopologyRules

__all__ = ["DEFAULT_RULES", "Progress", "RawDistrict", "TopologyRules", "validate"]


def validate(
    districts: Sequence[RawDistrict | District],
    rules: TopologyRules = DEFAULT_RULES,
    *,
    in_force: Sequence[District] = (),
    progress: Progress | None = None,
) -> list[Problem]:
    """Find everything that is wrong with a set of districts.

    A fault is told once: ground in a gap or an overlap is not told of again as ground of a
    precinct without a beat, or of a beat without its precinct. Districts with broken geometries
    are told of as such, and what they do to their neighbours is not.

    Parameters
    ----------
    districts : sequence of RawDistrict or District
    rules : TopologyRules
    in_force : sequence of District
        The set to compare with; empty when there is none.
    progress : callable, optional
        Called with a stage, what of it is done, and its total.

    Returns
    -------
    list of Problem
        Errors first, always in the same order; empty when nothing is wrong.
    """
    features = look_at_features(districts, in_force, progress)
    problems = list(features.problems)
    if features.usable:
        problems += _together(features, rules, in_force, progress)
    return sorted(problems, key=by_weight)


def _together(
    features: Features,
    rules: TopologyRules,
    in_force: Sequence[District],
    progress: Progress | None,
) -> list[Problem]:
    usable = features.usable
    units, precincts = unit_layer(usable), precinct_layer(usable)
    edges = signed_edges([feature.geometry for feature in usable], step=_step(progress, "edges"))
    coverage = look_at_coverage(units, edges, rules, step=_step(progress, "coverage"))
    problems = overlap_problems(units, coverage.overlaps, rules)
    problems += _precinct_overlaps(units, precincts, edges, rules)
    nesting = look_at_nesting(
        usable,
        units,
        coverage,
        edges,
        rules,
        complete=features.complete,
        step=_step(progress, "nesting"),
    )
    problems += nesting
    if features.complete:
        before = _shapes(units_in_force(in_force))
        gaps = [*coverage.gaps, *_not_told(coverage.cracks, nesting)]
        problems += gap_problems(units, gaps, precincts, before, rules)
    problems += look_at_parts(Layer.of(usable, range(len(usable))), rules)
    problems += look_at_neighbours(units, edges, rules)
    problems += look_at_change(units, usable, in_force, rules, complete=features.complete)
    if progress is not None:
        progress("comparison", 1, 1)
    return problems


def _step(progress: Progress | None, stage: str) -> Step | None:
    if progress is None:
        return None
    return lambda done, total: progress(stage, done, total)


def _precinct_overlaps(
    units: Layer, precincts: Layer, edges: SignedEdges, rules: TopologyRules
) -> list[Problem]:
    """Overlaps of precincts, except of two without beats: those have been found among the units."""
    routed = {feature.code for feature in units.features}
    if all(feature.code in routed for feature in precincts.features):
        return []
    overlaps = look_at_coverage(precincts, edges, rules).overlaps
    found = overlap_problems(precincts, overlaps, rules)
    return [problem for problem in found if not routed.issuperset(problem.districts)]


def _not_told(cracks: list[BaseGeometry], problems: Sequence[Problem]) -> list[BaseGeometry]:
    """Leave out the thin ends of ground that a precinct lacks."""
    wide = [problem.place for problem in problems if problem.kind is Kind.PRECINCT_NOT_COVERED]
    if not wide or not cracks:
        return cracks
    lacking = shapely.union_all(wide)
    apart = shapely.distance(cracks, lacking) > NEAR
    return [crack for crack, is_apart in zip(cracks, apart.tolist(), strict=True) if is_apart]


def _shapes(districts: Sequence[District]) -> NDArray[np.object_]:
    shapes = np.empty(len(districts), object)
    shapes[:] = [district.geometry for district in districts]
    return shapely.make_valid(shapes) if len(shapes) else shapes
