"""Make problems of the places where districts do not fit together."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import Polygon

from geo.metres import areas_m2
from geo.problem import Kind, Problem, Severity
from geo.topology_rules import TopologyRules
from geo.topology_width import mean_widths_m, wider, widths_m

Objects = NDArray[np.object_]


@dataclass(frozen=True, slots=True)
class Place:
    """One spot where districts do not fit.

    Attributes
    ----------
    shape : Polygon
        In degrees.
    districts : tuple of str
        Codes, sorted.
    severity : Severity
        If it is wider than a sliver.
    values : mapping
    """

    shape: Polygon
    districts: tuple[str, ...]
    severity: Severity
    values: Mapping[str, Any] = field(default_factory=dict)


def told(kind: Kind, places: Sequence[Place], rules: TopologyRules) -> list[Problem]:
    """Tell errors one by one; the rest between the same districts together.

    Between two neighbours that were digitised apart there may be hundreds.

    Parameters
    ----------
    kind : Kind
        `GAP` or `OVERLAP`.
    places : sequence of Place
    rules : TopologyRules
    """
    if not places:
        return []
    shapes = np.empty(len(places), object)
    shapes[:] = [place.shape for place in places]
    area, mean = areas_m2(shapes), mean_widths_m(shapes)
    wide = wider(shapes, rules.sliver_width_m)
    groups: defaultdict[tuple[Kind, Severity, tuple[str, ...], int], list[int]] = defaultdict(list)
    for k, (place, is_wide) in enumerate(zip(places, wide.tolist(), strict=True)):
        its = kind if is_wide else Kind.SLIVER
        severity = place.severity if is_wide else Severity.WARNING
        number = k if severity is Severity.ERROR else -1
        groups[its, severity, place.districts, number].append(k)
    # Of many, the one that is widest on the whole stands for the width.
    widest = widths_m(shapes[[max(group, key=lambda k: mean[k]) for group in groups.values()]])
    problems = []
    for ((its, severity, districts, _), group), width in zip(
        groups.items(), widest.tolist(), strict=True
    ):
        values = _joined([places[k].values for k in group])
        if its is Kind.SLIVER:
            values |= {"of": kind.value, "pieces": len(group)}
        values["width_m"] = round(width, 3)
        shape = shapes[group[0]] if len(group) == 1 else shapely.multipolygons(shapes[group])
        size = float(area[group].sum())
        problems.append(Problem(its, severity, districts, shape, size, values=values))
    return problems


def _joined(values: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """The first of each; of lists, all that is in any."""
    joined = dict(values[0])
    for name, first in joined.items():
        if isinstance(first, list):
            joined[name] = sorted({item for its in values for item in its[name]})
    return joined
