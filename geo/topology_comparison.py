"""Compare a set with the one in force, for what nobody will have meant."""

from collections.abc import Mapping, Sequence

import numpy as np
import shapely
from numpy.typing import NDArray

from geo.districts import District, Level
from geo.metres import area_m2, distance_m, equal_area
from geo.problem import Kind, Problem, Severity
from geo.topology_features import Feature
from geo.topology_layer import Layer
from geo.topology_rules import TopologyRules

Objects = NDArray[np.object_]


def units_in_force(in_force: Sequence[District]) -> list[District]:
    """Choose what places are routed to, without asking that the set be in order."""
    parents = {district.parent for district in in_force if district.level is Level.BEAT}
    return [
        district
        for district in in_force
        if district.level is Level.BEAT or district.code not in parents
    ]


def look_at_change(
    layer: Layer,
    features: Sequence[Feature],
    in_force: Sequence[District],
    rules: TopologyRules,
    *,
    complete: bool,
) -> list[Problem]:
    """Find how a set differs from the one in force in size, place and codes.

    Parameters
    ----------
    layer : Layer
        Routing units of the set.
    features : sequence of Feature
        All of the set.
    in_force : sequence of District
    rules : TopologyRules
    complete : bool
        False when some districts cannot be used, so that the set's size says nothing.
    """
    before = units_in_force(in_force)
    if not before or not layer.features:
        return []
    old = np.empty(len(before), object)
    old[:] = [district.geometry for district in before]
    problems = _moved_away(layer.geometries, old, rules)
    if not problems:
        problems = _resized(layer.geometries, old, rules) if complete else []
        problems += _recoded(features, in_force, rules)
    return problems


def _moved_away(new: Objects, old: Objects, rules: TopologyRules) -> list[Problem]:
    (west, south, east, north), (w, s, e, n) = shapely.total_bounds(new), shapely.total_bounds(old)
    # Between the boxes, the nearest points; where they overlap in one direction, a common value.
    lon = (east, w) if east < w else (e, west) if e < west else (west, west)
    lat = (north, s) if north < s else (n, south) if n < south else (south, south)
    apart = float(distance_m(float(lon[0]), float(lat[0]), float(lon[1]), float(lat[1])))
    if apart <= rules.far_off_m:
        return []
    place = shapely.box(west, south, east, north)
    return [
        Problem(Kind.FAR_OFF, Severity.WARNING, (), place, None, apart, values={"of": "in_force"})
    ]


def _resized(new: Objects, old: Objects, rules: TopologyRules) -> list[Problem]:
    new_m2, old_m2 = (float(shapely.area(equal_area(shapes)).sum()) for shapes in (new, old))
    share = new_m2 / old_m2
    if rules.shrink_share <= share <= rules.grow_share:
        return []
    kind = Kind.SET_SHRUNK if share < 1.0 else Kind.SET_GROWN
    values = {"share": round(share, 6), "old_m2": old_m2}
    return [Problem(kind, Severity.WARNING, (), None, new_m2, values=values)]


def _recoded(
    features: Sequence[Feature], in_force: Sequence[District], rules: TopologyRules
) -> list[Problem]:
    problems = []
    for level in Level:
        new = [feature for feature in features if feature.level is level and feature.code]
        old = {district.code: district for district in in_force if district.level is level}
        problems += _recoded_of(new, old, rules)
    return problems


def _recoded_of(
    new: Sequence[Feature], old: Mapping[str, District], rules: TopologyRules
) -> list[Problem]:
    fresh = [
        feature
        for feature in new
        if feature.code not in old
        or not shapely.equals_exact(feature.geometry, old[feature.code].geometry, 0.0)
    ]
    if not fresh or not old:
        return []
    codes = list(old)
    before = np.empty(len(old), object)
    before[:] = [old[code].geometry for code in codes]
    after = np.empty(len(fresh), object)
    after[:] = [feature.geometry for feature in fresh]
    which, who = shapely.STRtree(before).query(after)
    # At one place, areas in square degrees have the same scale.
    sizes = shapely.area(after)[which], shapely.area(before)[who]
    alike = np.minimum(*sizes) >= rules.same_share * np.maximum(*sizes)
    which, who, joined = which[alike], who[alike], sum(sizes)[alike]
    common = shapely.area(shapely.intersection(after[which], before[who]))
    same = common >= rules.same_share * (joined - common)
    found = list(zip(which[same].tolist(), who[same].tolist(), strict=True))
    kept = {k for k, n in found if fresh[k].code == codes[n]}
    problems = []
    for k, n in found:
        if k in kept:
            continue
        kept.add(k)
        place = fresh[k].geometry
        problems.append(
            Problem(
                Kind.CHANGED_CODE,
                Severity.WARNING,
                (fresh[k].code,),
                place,
                area_m2(place),
                values={"old": codes[n]},
            )
        )
    return problems
