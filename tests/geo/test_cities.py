"""Real cities: what the police recorded, and how large a map may be."""

import tracemalloc
from itertools import pairwise

import numpy as np
import shapely

from geo.decision import Reason
from geo.districts import District, Level
from geo.index import DistrictIndex, RoutingRules
from geo.nesting import nest
from tests.geo.maps import precincts
from tests.samples import chicago, demo_city, incidents, seattle


def test_recorded_beats_of_chicago() -> None:
    lon, lat, recorded = incidents()
    decisions = DistrictIndex(chicago(), RoutingRules(tolerance_m=1.0)).decide_many(lon, lat)
    won = np.mean([beat == code for beat, code in zip(recorded, decisions.beats(), strict=True)])
    names = np.array([code for code, _, _ in decisions.districts])
    listed = np.mean(
        [
            beat in names[decisions.candidate_district[first:last]]
            for beat, (first, last) in zip(
                recorded, pairwise(decisions.candidate_start.tolist()), strict=True
            )
        ]
    )
    assert won >= 0.905
    assert listed >= 0.995


def test_beats_of_seattle_find_their_precincts() -> None:
    beats = {d.code: d.geometry for d in seattle() if d.level is Level.BEAT}
    stations = {d.code: d.geometry for d in seattle() if d.level is Level.PRECINCT}
    found = nest(beats, stations)
    assert set(found.parents) == set(beats)
    assert not found.unclear
    # Their names begin with the sector, and no sector is in two precincts.
    sectors: dict[str, set[str]] = {}
    for beat, precinct in found.parents.items():
        sectors.setdefault(beat[0], set()).add(precinct)
    assert all(len(precinct) == 1 for precinct in sectors.values())


def test_the_demo_city_is_covered_without_gap_or_overlap() -> None:
    index = DistrictIndex(demo_city())
    whole = shapely.union_all([unit.geometry for unit in index.units])
    west, south, east, north = whole.bounds
    rng = np.random.default_rng(1)
    points = rng.uniform([west, south], [east, north], (20_000, 2))
    decisions = index.decide_many(*points.T)
    inside = shapely.contains_xy(whole, points)
    assert {decisions.reasons()[k] for k in np.flatnonzero(inside)} == {"inside"}


def test_a_map_of_ten_thousand_districts() -> None:
    x, y = np.meshgrid(np.linspace(10.0, 11.0, 101), np.linspace(50.0, 51.0, 101))
    rng = np.random.default_rng(1)
    x, y = x + rng.uniform(-0.003, 0.003, x.shape), y + rng.uniform(-0.003, 0.003, y.shape)
    corners = np.stack([x, y], axis=-1)
    rings = np.stack(
        [corners[:-1, :-1], corners[:-1, 1:], corners[1:, 1:], corners[1:, :-1]], axis=2
    ).reshape(-1, 4, 2)
    districts = precincts(list(shapely.polygons(rings)))
    index = DistrictIndex(
        [District(f"{k:05}", d.level, None, {}, d.geometry) for k, d in enumerate(districts)]
    )
    points = rng.uniform([10.0, 50.0], [11.0, 51.0], (20_000, 2))
    tree = shapely.STRtree([d.geometry for d in districts])
    which, district = tree.query(shapely.points(points), predicate="intersects")
    truth = np.full(len(points), 99_999)
    np.minimum.at(truth, which, district)
    decided = index.decide_many(*points.T)
    covered = truth < 99_999
    assert (decided.district[covered] == truth[covered]).all()
    assert set(np.array(decided.reasons())[~covered]) <= {"nearest", "outside"}


def test_a_map_of_two_continents_with_a_dense_city() -> None:
    city = [
        shapely.box(30 + k * 1e-3, 50 + j * 1e-3, 30 + (k + 1) * 1e-3, 50 + (j + 1) * 1e-3)
        for k in range(20)
        for j in range(20)
    ]
    large = [shapely.box(-120, -40, -60, 60), shapely.box(35, -30, 140, 65)]
    index = DistrictIndex(precincts([*city, *large]))
    assert index.decide(30.0005, 50.0005).district == "000"
    assert index.decide(-100.0, 0.0).district == "400"
    assert index.decide(35.0, 60.0).district == "401"
    assert index.decide(34.9999, 60.0).reason is Reason.NEAREST
    assert index.decide(0.0, 0.0).reason is Reason.OUTSIDE
    assert index.decide(30.001, 50.0005).reason is Reason.BOUNDARY


def test_many_districts_that_meet_in_one_point() -> None:
    angle = np.linspace(0, 2 * np.pi, 151)
    rim = np.column_stack([30 + 0.01 * np.cos(angle), 50 + 0.01 * np.sin(angle)])
    slices = [shapely.Polygon([(30, 50), a, b]) for a, b in pairwise(rim.tolist())]
    index = DistrictIndex(precincts(slices))
    decision = index.decide(30.0, 50.0)
    assert decision.reason is Reason.BOUNDARY
    assert decision.district == "000"
    assert len(decision.candidates) == 150
    points = np.random.default_rng(1).normal([30, 50], 1e-5, (300, 2))
    for (x, y), found in zip(points, index.decide_many(*points.T), strict=True):
        place = shapely.Point(x, y)
        truth = [f"{k:03}" for k, area in enumerate(slices) if area.covers(place)]
        covered = found.district if found.distance_m == 0.0 else None
        assert covered == (truth[0] if truth else None)
        assert found == index.decide(x, y)


def test_a_hundred_districts_on_top_of_each_other() -> None:
    index = DistrictIndex(precincts([shapely.box(30, 50, 31, 51)] * 100))
    assert index.decide(30.5, 50.5).reason is Reason.OVERLAP
    assert index.decide(30.0, 50.5).reason is Reason.BOUNDARY
    assert len(index.decide(30.0, 50.5).candidates) == 100
    assert index.decide_many([30.5, 30.0], [50.5, 50.5])[1] == index.decide(30.0, 50.5)


def test_tiny_and_thin_districts() -> None:
    tiny = DistrictIndex(precincts([shapely.box(30, 50, 30 + 1e-7, 50 + 1e-7)]))
    assert tiny.decide(30 + 5e-8, 50 + 5e-8).reason is Reason.INSIDE
    assert tiny.decide(30.001, 50.0).reason is Reason.NEAREST
    thin = DistrictIndex(precincts([shapely.box(-170, 50, 170, 50 + 1e-9)]))
    assert thin.decide(0.0, 50 + 5e-10).reason is Reason.INSIDE
    assert thin.decide(100.0, 50.001).reason is Reason.NEAREST


def test_memory_of_an_index_is_bounded() -> None:
    districts = chicago()
    tracemalloc.start()
    index = DistrictIndex(districts)
    kept = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    assert index.extent is not None
    assert kept < 60e6
