"""One example for each routing rule, on two squares of about 1.1 km side by side at the equator."""

import dataclasses
import json
from concurrent.futures import ThreadPoolExecutor

import pytest
import shapely

from geo.coordinates import CoordinateError
from geo.decision import Candidate, Reason
from geo.districts import District, Level
from geo.index import DistrictIndex, RoutingRules

DEGREE = 111_319.49079  # metres of longitude at the equator


def precinct(code: str, geometry: shapely.Geometry) -> District:
    return District(code, Level.PRECINCT, None, {}, geometry)


def beat(code: str, parent: str, geometry: shapely.Geometry) -> District:
    return District(code, Level.BEAT, parent, {}, geometry)


WEST = precinct("west", shapely.box(0.00, 0.0, 0.01, 0.01))
EAST = precinct("east", shapely.box(0.01, 0.0, 0.02, 0.01))
TWO = DistrictIndex([WEST, EAST])


def codes(index: DistrictIndex, lon: float, lat: float, accuracy_m: float = 0.0) -> list[str]:
    return [candidate.code for candidate in index.decide(lon, lat, accuracy_m).candidates]


def test_inside() -> None:
    decision = TWO.decide(0.005, 0.005)
    assert decision.reason is Reason.INSIDE
    assert (decision.district, decision.precinct, decision.beat) == ("west", "west", None)
    assert decision.distance_m == 0.0
    assert decision.share is None
    assert decision.candidates == (Candidate("west", None, 0.0),)


@pytest.mark.parametrize("point", [(0.0, 0.005), (0.0, 0.0), (0.02, 0.01)])
def test_outer_edge_is_inside_because_nobody_else_is_there(point: tuple[float, float]) -> None:
    assert TWO.decide(*point).reason is Reason.INSIDE


@pytest.mark.parametrize("lat", [0.005, 0.0, 0.01, 0.0031])
def test_shared_edge_and_vertex_go_to_the_smallest_code(lat: float) -> None:
    decision = TWO.decide(0.01, lat)
    assert decision.reason is Reason.BOUNDARY
    assert decision.district == "east"
    assert decision.candidates == (Candidate("east", None, 0.0), Candidate("west", None, 0.0))


def test_overlap_goes_to_the_smallest_code() -> None:
    index = DistrictIndex([WEST, precinct("a", shapely.box(0.005, 0.0, 0.015, 0.01))])
    decision = index.decide(0.0075, 0.005)
    assert decision.reason is Reason.OVERLAP
    assert decision.district == "a"
    assert codes(index, 0.0075, 0.005) == ["a", "west"]


def test_edge_of_one_in_the_interior_of_another_is_boundary() -> None:
    index = DistrictIndex([WEST, precinct("a", shapely.box(0.005, 0.0, 0.015, 0.01))])
    assert index.decide(0.005, 0.005).reason is Reason.BOUNDARY
    assert index.decide(0.005, 0.005).district == "a"


def test_neighbours_within_the_tolerance_are_candidates() -> None:
    ten, twenty = 10 / DEGREE, 20 / DEGREE
    decision = TWO.decide(0.01 - ten, 0.005)
    assert decision.reason is Reason.INSIDE
    assert [candidate.code for candidate in decision.candidates] == ["west", "east"]
    assert decision.candidates[1].distance_m == pytest.approx(10, abs=1e-3)
    assert codes(TWO, 0.01 - twenty, 0.005) == ["west"]
    wide = DistrictIndex([WEST, EAST], RoutingRules(tolerance_m=25.0))
    assert codes(wide, 0.01 - twenty, 0.005) == ["west", "east"]


def test_gap_goes_to_the_nearest() -> None:
    index = DistrictIndex([WEST, precinct("far", shapely.box(0.012, 0.0, 0.02, 0.01))])
    decision = index.decide(0.0105, 0.005)
    assert decision.reason is Reason.NEAREST
    assert decision.district == "west"
    assert decision.distance_m == pytest.approx(0.0005 * DEGREE, rel=1e-6)
    assert [candidate.code for candidate in decision.candidates] == ["west"]


def test_nearest_of_two_as_near_is_the_smallest_code() -> None:
    assert TWO.decide(0.01, 0.0105).district == "east"
    assert TWO.decide(0.01, 0.0105).reason is Reason.NEAREST
    assert codes(TWO, 0.01, 0.0101) == ["east", "west"]


def test_outside_beyond_the_limit() -> None:
    assert TWO.decide(-249 / DEGREE, 0.005).reason is Reason.NEAREST
    decision = TWO.decide(-251 / DEGREE, 0.005)
    assert decision.reason is Reason.OUTSIDE
    assert decision.as_dict() == {
        "reason": "outside",
        "district": None,
        "precinct": None,
        "beat": None,
        "distance_m": None,
        "share": None,
        "candidates": [],
    }


def test_outside_still_lists_what_is_within_the_tolerance() -> None:
    index = DistrictIndex([WEST], RoutingRules(nearest_limit_m=5.0, tolerance_m=15.0))
    decision = index.decide(-10 / DEGREE, 0.005)
    assert decision.reason is Reason.OUTSIDE
    assert decision.district is None
    assert [candidate.code for candidate in decision.candidates] == ["west"]


def test_hole_is_not_covered_and_its_edge_is() -> None:
    ring = shapely.box(0, 0, 0.01, 0.01).difference(shapely.box(0.004, 0.004, 0.006, 0.006))
    index = DistrictIndex([precinct("ring", ring)], RoutingRules(nearest_limit_m=50.0))
    assert index.decide(0.005, 0.005).reason is Reason.OUTSIDE
    assert index.decide(0.0041, 0.005).reason is Reason.NEAREST
    assert index.decide(0.004, 0.005).reason is Reason.INSIDE


def test_multipolygon_is_one_district() -> None:
    parts = shapely.MultiPolygon([shapely.box(0, 0, 0.01, 0.01), shapely.box(0.03, 0, 0.04, 0.01)])
    index = DistrictIndex([precinct("both", parts)])
    assert index.decide(0.005, 0.005).district == index.decide(0.035, 0.005).district == "both"
    assert index.decide(0.02, 0.005).reason is Reason.OUTSIDE


def test_beat_brings_its_precinct_and_a_precinct_with_beats_is_no_answer_itself() -> None:
    index = DistrictIndex([WEST, EAST, beat("b", "west", shapely.box(0, 0, 0.005, 0.01))])
    decision = index.decide(0.0025, 0.005)
    assert (decision.district, decision.precinct, decision.beat) == ("b", "west", "b")
    # In the precinct, but in none of its beats: the nearest beat has it.
    gap = index.decide(0.0055, 0.005)
    assert (gap.reason, gap.district, gap.precinct) == (Reason.NEAREST, "b", "west")
    assert index.decide(0.015, 0.005).beat is None


def test_no_districts_are_outside() -> None:
    index = DistrictIndex([])
    assert index.decide(0.0, 0.0).reason is Reason.OUTSIDE
    assert index.decide(0.0, 0.0, 100.0).reason is Reason.OUTSIDE
    assert index.extent is None
    assert [decision.reason for decision in index.decide_many([0.0, 1.0], [0.0, 1.0])] == [
        Reason.OUTSIDE,
        Reason.OUTSIDE,
    ]


def test_circle_inside_has_all_of_its_share_there() -> None:
    for accuracy_m in (1.0, 30.0, 400.0):
        decision = TWO.decide(0.005, 0.005, accuracy_m)
        assert decision.reason is Reason.INSIDE
        assert decision.share == 1.0
        assert decision.candidates == (Candidate("west", 1.0, 0.0),)


def test_circle_half_and_half_is_uncertain_and_lists_both() -> None:
    decision = TWO.decide(0.01, 0.005, 50.0)
    assert decision.reason is Reason.UNCERTAIN
    assert decision.district == "east"
    assert decision.share == pytest.approx(0.5, abs=1e-6)
    assert [candidate.code for candidate in decision.candidates] == ["east", "west"]


def test_greatest_share_wins_above_the_least_one() -> None:
    # A chord at half of the radius cuts 19.55 % off.
    decision = TWO.decide(0.01 - 25 / DEGREE, 0.005, 50.0)
    assert decision.reason is Reason.INSIDE
    assert decision.district == "west"
    assert decision.share == pytest.approx(0.80449889, abs=1e-6)
    assert decision.candidates[1].code == "east"
    assert decision.candidates[1].share == pytest.approx(0.19550111, abs=1e-6)
    assert decision.candidates[1].distance_m == pytest.approx(25, abs=1e-3)
    strict = DistrictIndex([WEST, EAST], RoutingRules(uncertain_share=0.9))
    assert strict.decide(0.01 - 25 / DEGREE, 0.005, 50.0).reason is Reason.UNCERTAIN


def test_circle_at_a_corner_has_a_quarter() -> None:
    decision = TWO.decide(0.0, 0.0, 50.0)
    assert decision.reason is Reason.UNCERTAIN
    assert decision.district == "west"
    assert decision.share == pytest.approx(0.25, abs=1e-6)


def test_boundary_stays_the_reason_when_the_circle_is_clear() -> None:
    corner = precinct("corner", shapely.box(0.01, 0.01, 0.02, 0.02))
    shape = shapely.box(0.0, 0.0, 0.02, 0.02).difference(corner.geometry)
    index = DistrictIndex([corner, precinct("most", shape)])
    decision = index.decide(0.01, 0.01, 50.0)
    assert decision.reason is Reason.BOUNDARY
    assert decision.district == "most"
    assert decision.share == pytest.approx(0.75, abs=1e-6)


def test_overlap_stays_the_reason_when_the_circle_is_clear() -> None:
    index = DistrictIndex([WEST, dataclasses.replace(WEST, code="again")])
    decision = index.decide(0.005, 0.005, 10.0)
    assert (decision.reason, decision.district, decision.share) == (Reason.OVERLAP, "again", 1.0)


def test_circle_may_reach_from_outside() -> None:
    decision = TWO.decide(-400 / DEGREE, 0.005, 450.0)
    assert decision.reason is Reason.UNCERTAIN
    assert decision.district == "west"
    assert decision.distance_m == pytest.approx(400, abs=1e-2)
    assert decision.share is not None
    assert 0.0 < decision.share < 0.1


def test_centre_just_outside_of_the_winner_is_inside_when_most_of_the_circle_is() -> None:
    notch = shapely.Polygon(
        [(0, 0), (0.02, 0), (0.02, 0.02), (0.01002, 0.02), (0.01, 0.01), (0.00998, 0.02), (0, 0.02)]
    )
    decision = DistrictIndex([precinct("notched", notch)]).decide(0.01, 0.0101, 50.0)
    assert decision.reason is Reason.INSIDE
    assert decision.distance_m is not None
    assert decision.distance_m > 0.0
    assert decision.share is not None
    assert decision.share > 0.9


def test_circle_that_reaches_nothing_is_decided_by_its_centre() -> None:
    near = TWO.decide(-100 / DEGREE, 0.005, 50.0)
    assert (near.reason, near.district, near.share) == (Reason.NEAREST, "west", 0.0)
    assert [candidate.code for candidate in near.candidates] == ["west"]
    assert TWO.decide(-400 / DEGREE, 0.005, 50.0).reason is Reason.OUTSIDE


def test_small_circle_does_not_take_what_only_the_tolerance_reaches() -> None:
    decision = TWO.decide(-10 / DEGREE, 0.005, 1.0)
    assert (decision.reason, decision.share) == (Reason.NEAREST, 0.0)


def test_circle_smaller_than_anything_is_a_point() -> None:
    for accuracy_m in (5e-324, 1e-9):
        assert TWO.decide(0.01, 0.005, accuracy_m) == TWO.decide(0.01, 0.005)
    assert TWO.decide(0.01, 0.005, 1e-5).reason is Reason.UNCERTAIN


def test_share_of_a_circle_that_holds_the_district() -> None:
    decision = TWO.decide(0.01, 0.005, 5000.0)
    area = 0.01 * DEGREE * 0.01 * 110_574.3
    assert decision.reason is Reason.UNCERTAIN
    assert decision.share == pytest.approx(area / (3.14159265 * 5000**2), rel=1e-4)


def test_as_dict_is_json_and_rounds_there_only() -> None:
    decision = TWO.decide(0.01 - 10.00321 / DEGREE, 0.005, 20.0)
    out = json.loads(json.dumps(decision.as_dict()))
    assert out["candidates"][1]["distance_m"] == 10.0
    assert decision.candidates[1].distance_m == pytest.approx(10.00321, abs=1e-4)
    assert set(out) == {
        "reason", "district", "precinct", "beat", "distance_m", "share", "candidates",
    }  # fmt: skip
    assert set(out["candidates"][0]) == {"code", "share", "distance_m"}


@pytest.mark.parametrize(
    "wrong",
    [
        {"nearest_limit_m": -1.0},
        {"nearest_limit_m": float("nan")},
        {"tolerance_m": float("inf")},
        {"uncertain_share": 1.5},
    ],
)
def test_rules_that_make_no_sense_are_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(ValueError, match=next(iter(wrong))):
        RoutingRules(**wrong)


def test_bad_coordinates_are_refused() -> None:
    with pytest.raises(CoordinateError):
        TWO.decide(float("nan"), 0.0)
    with pytest.raises(CoordinateError):
        TWO.decide(0.0, 0.0, -1.0)


def test_bad_rows_raise_with_their_number_or_are_marked() -> None:
    lon, lat = [0.005, float("nan"), 0.015, 200.0], [0.005] * 4
    with pytest.raises(CoordinateError) as caught:
        TWO.decide_many(lon, lat)
    assert (caught.value.code, caught.value.row) == ("missing", 1)
    many = TWO.decide_many(lon, lat, errors="mark")
    assert many.codes() == ["west", None, "east", None]
    assert many.errors() == ["", "missing", "", "out_of_range"]
    assert many.reasons() == ["inside", "outside", "inside", "outside"]
    assert many[2] == TWO.decide(0.015, 0.005)


def test_many_columns_agree() -> None:
    index = DistrictIndex([WEST, EAST, beat("b", "west", shapely.box(0, 0, 0.01, 0.01))])
    many = index.decide_many([0.005, 0.015, 5.0], [0.005, 0.005, 5.0])
    assert many.codes() == ["b", "east", None]
    assert many.precincts() == ["west", "east", None]
    assert many.beats() == ["b", None, None]
    assert len(many) == 3
    assert many[-1] == index.decide(5.0, 5.0)
    with pytest.raises(IndexError):
        many[3]


def test_threads_share_an_index() -> None:
    points = [(0.0099 + 0.0002 * k / 200, 0.0001 * (k % 90)) for k in range(200)]
    alone = [TWO.decide(*point) for point in points]
    with ThreadPoolExecutor(4) as pool:
        together = [list(pool.map(lambda p: TWO.decide(*p), points)) for _ in range(4)]
    assert all(decisions == alone for decisions in together)


def test_swapped_is_told_by_the_extent() -> None:
    index = DistrictIndex([precinct("city", shapely.box(37.4, 47.0, 37.7, 47.2))])
    assert index.seems_swapped(47.1, 37.5)
    assert not index.seems_swapped(37.5, 47.1)
    assert not index.seems_swapped(30.0, 50.0)
