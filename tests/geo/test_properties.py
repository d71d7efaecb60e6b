"""What holds for every map and every point."""

import random

import numpy as np
import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from geo.decision import Decision, Reason
from geo.index import DistrictIndex, RoutingRules
from tests.geo.maps import Points, hard_points, maps, place, precincts, tiled

COVERED = {Reason.INSIDE, Reason.BOUNDARY, Reason.OVERLAP}
RULES = st.builds(
    RoutingRules,
    nearest_limit_m=st.sampled_from([0.0, 50.0, 250.0, 20_000.0]),
    tolerance_m=st.sampled_from([0.0, 1.0, 15.0, 400.0]),
)
slow = settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


def some_points(geometries: list[shapely.Geometry], seed: int, size: int = 60) -> Points:
    rng = np.random.default_rng(seed)
    hard = hard_points(geometries)
    west, south, east, north = shapely.total_bounds(geometries)
    wide, high = (east - west) * 0.2 + 0.001, (north - south) * 0.2 + 0.001
    free = rng.uniform([west - wide, south - high], [east + wide, north + high], (size // 3, 2))
    chosen = np.vstack([rng.permutation(hard)[:size], free])
    clipped: Points = np.clip(chosen, [-180, -90], [180, 90])
    return clipped


def places(geometries: list[shapely.Geometry], point: Points) -> dict[str, int]:
    """Districts that cover a point: 1 where it is in the interior, 0 where it is on the edge."""
    found = {f"{number:03}": place(area, *point.tolist()) for number, area in enumerate(geometries)}
    return {code: where for code, where in found.items() if where >= 0}


def check_shape(decision: Decision, covered: set[str], rules: RoutingRules) -> None:
    """One decision that agrees with itself."""
    listed = [candidate.code for candidate in decision.candidates]
    assert len(listed) == len(set(listed))
    assert (decision.district is None) == (decision.reason is Reason.OUTSIDE)
    assert (decision.district is None) == (decision.distance_m is None)
    if decision.district is not None:
        assert listed[0] == decision.district
        assert decision.candidates[0].distance_m == decision.distance_m
        assert decision.precinct == decision.district
        assert decision.beat is None
    for candidate in decision.candidates:
        if candidate.code in covered:
            assert candidate.distance_m == 0.0
        elif candidate.code != decision.district:
            assert candidate.distance_m <= rules.tolerance_m


@slow
@given(maps, st.integers(0, 2**32), RULES)
def test_agrees_with_exact_geometry(
    geometries: list[shapely.Geometry], seed: int, rules: RoutingRules
) -> None:
    index = DistrictIndex(precincts(geometries), rules)
    for point in some_points(geometries, seed):
        decision = index.decide(*point.tolist())
        covered = places(geometries, point)
        check_shape(decision, set(covered), rules)
        assert (decision.reason in COVERED) == bool(covered)
        if covered:
            assert decision.district == min(covered)
            assert set(covered) <= {candidate.code for candidate in decision.candidates}
            inner = sum(covered.values())
            if len(covered) == 1:
                assert decision.reason is Reason.INSIDE
            else:
                assert decision.reason is (Reason.OVERLAP if inner > 1 else Reason.BOUNDARY)


@slow
@given(maps, st.integers(0, 2**32), RULES, st.booleans())
def test_one_and_many_are_the_same(
    geometries: list[shapely.Geometry], seed: int, rules: RoutingRules, circles: bool
) -> None:
    index = DistrictIndex(precincts(geometries), rules)
    points = some_points(geometries, seed)
    radii = np.random.default_rng(seed).choice([0.0, 1e-300, 0.5, 10.0, 90.0, 3000.0], len(points))
    many = index.decide_many(points[:, 0], points[:, 1], radii if circles else None)
    alone = [
        index.decide(lon, lat, radius if circles else 0.0)
        for (lon, lat), radius in zip(points.tolist(), radii.tolist(), strict=True)
    ]
    assert list(many) == alone


@slow
@given(maps, st.integers(0, 2**32), st.booleans())
def test_the_order_of_the_input_does_not_matter(
    geometries: list[shapely.Geometry], seed: int, circles: bool
) -> None:
    districts = precincts(geometries)
    other = random.Random(seed).sample(districts, len(districts))
    points = some_points(geometries, seed)
    radii = np.full(len(points), 40.0) if circles else None
    decisions = DistrictIndex(districts).decide_many(points[:, 0], points[:, 1], radii)
    others = DistrictIndex(other).decide_many(points[:, 0], points[:, 1], radii)
    assert list(decisions) == list(others)


@slow
@given(tiled().filter(bool))
def test_shared_edges_and_vertices_have_one_owner_from_every_side(
    geometries: list[shapely.Geometry],
) -> None:
    index = DistrictIndex(precincts(geometries))
    for number, geometry in enumerate(geometries):
        for point in shapely.get_coordinates(geometry):
            decision = index.decide(*point.tolist())
            assert decision.district is not None
            assert decision.district <= f"{number:03}"
            assert decision.reason is not Reason.OUTSIDE
            assert index.decide(*point.tolist()) == decision


@slow
@given(maps, st.integers(0, 2**32), st.floats(0.01, 2000.0))
def test_shares_are_those_of_a_drawn_circle(
    geometries: list[shapely.Geometry], seed: int, radius: float
) -> None:
    index = DistrictIndex(precincts(geometries))
    for lon, lat in some_points(geometries, seed, 12).tolist():
        if abs(lat) > 80:
            continue
        decision = index.decide(lon, lat, radius)
        kx, ky = index._lookup.scale.one(lat) if index._lookup else (1.0, 1.0)
        circle = shapely.Point(0, 0).buffer(1.0, quad_segs=256)
        shares = {candidate.code: candidate.share for candidate in decision.candidates}
        for number, geometry in enumerate(geometries):
            local = shapely.transform(
                geometry,
                lambda xy, lon=lon, lat=lat, kx=kx, ky=ky: (xy - [lon, lat]) * [kx, ky] / radius,
            )
            part = (
                shapely.intersection(shapely.make_valid(local), circle, grid_size=0.0).area
                / circle.area
            )
            assert (shares.get(f"{number:03}") or 0.0) == pytest.approx(part, abs=2e-4)
        if decision.reason in COVERED:
            assert decision.share is not None
            assert decision.share >= index.rules.uncertain_share
        if decision.reason is Reason.UNCERTAIN:
            assert decision.share is not None
            assert decision.share < index.rules.uncertain_share


@slow
@given(maps, st.integers(0, 2**32))
def test_a_wider_circle_reaches_more(geometries: list[shapely.Geometry], seed: int) -> None:
    index = DistrictIndex(precincts(geometries))
    for lon, lat in some_points(geometries, seed, 12).tolist():
        reached: set[str] = set()
        areas: dict[str, float] = {}
        for radius in (20.0, 60.0, 300.0, 1500.0):
            found = [
                candidate
                for candidate in index.decide(lon, lat, radius).candidates
                if candidate.distance_m <= radius
            ]
            assert reached <= {candidate.code for candidate in found}
            reached = {candidate.code for candidate in found}
            for candidate in found:
                assert candidate.share is not None
                area = candidate.share * radius**2
                # Shares are rounded to a billionth.
                assert area >= areas.get(candidate.code, 0.0) - 2e-9 * radius**2
                areas[candidate.code] = area


@slow
@given(tiled().filter(bool), st.integers(0, 2**32))
def test_shares_of_a_coverage_add_up_to_no_more_than_the_circle(
    geometries: list[shapely.Geometry], seed: int
) -> None:
    index = DistrictIndex(precincts(geometries))
    overlap = sum(map(shapely.area, geometries)) > shapely.union_all(geometries).area * (1 + 1e-9)
    for lon, lat in some_points(geometries, seed, 12).tolist():
        shares = [c.share or 0.0 for c in index.decide(lon, lat, 100.0).candidates]
        assert overlap or sum(shares) <= 1.0 + 1e-6
