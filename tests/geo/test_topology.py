"""Each kind of fault, told with its place, its size and whose it is."""

import json
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
import shapely
import shapely.affinity
from shapely.geometry.base import BaseGeometry

from geo.dissolve import precincts_of
from geo.districts import District, Level
from geo.metres import area_m2
from geo.problem import Kind, Problem, Severity
from geo.topology import RawDistrict, TopologyRules, validate
from tests.geo.coverages import (
    CELL,
    NAME,
    SOUTH,
    WEST,
    beats_of,
    by_code,
    changed,
    edges_of,
    grid,
    square,
    with_vertex,
)
from tests.samples import chicago, demo_city, seattle

CITY = grid()
"""Beats 00 to 32, column and row; P0 has columns 0 and 1, P1 the others."""


def raw(district: District, row: int = 1, **values: object) -> RawDistrict:
    fields = {
        field: getattr(district, field) for field in ("code", "level", "parent", "name", "geometry")
    }
    return RawDistrict(**(fields | {"row": row} | values))


def raws(districts: Sequence[District]) -> list[RawDistrict]:
    return [raw(district, row) for row, district in enumerate(districts, 1)]


def spoiled(code: str, /, **values: object) -> list[RawDistrict]:
    return [
        raw(district, row, **(values if district.code == code else {}))
        for row, district in enumerate(CITY, 1)
    ]


def named(districts: Sequence[District]) -> list[District]:
    return [replace(district, name=NAME) for district in districts]


def only(problems: list[Problem]) -> Problem:
    assert len(problems) == 1, problems
    return problems[0]


def kinds(problems: Sequence[Problem]) -> list[tuple[Kind, Severity]]:
    return [(problem.kind, problem.severity) for problem in problems]


def cell(x: float, y: float, width: float = 1.0, height: float = 1.0) -> shapely.Polygon:
    west, south = WEST + x * CELL, SOUTH + y * CELL
    return shapely.box(west, south, west + width * CELL, south + height * CELL)


def moved(code: str, x: float, y: float) -> list[District]:
    shape = by_code(CITY, code).geometry
    return changed(CITY, code, shapely.affinity.translate(shape, x * CELL, y * CELL))


def without(*codes: str) -> list[District]:
    return [district for district in CITY if district.code not in codes]


def shares_ground(place: BaseGeometry | None, expected: BaseGeometry) -> bool:
    assert place is not None
    return bool(place.symmetric_difference(expected).area < 1e-6 * expected.area)


@pytest.mark.parametrize("city", [CITY, list(demo_city()), named(seattle())])
def test_a_good_set_has_no_problem(city: list[District]) -> None:
    assert validate(city, in_force=city) == []


def test_chicago_has_two_corners_that_its_files_draw_differently() -> None:
    problems = validate(named(chicago()))
    assert kinds(problems) == [(Kind.OUTSIDE_PRECINCT, Severity.WARNING)] * 2
    assert [problem.districts for problem in problems] == [("0411",), ("0624",)]


@pytest.mark.parametrize(
    ("code", "sides", "around"),
    [
        ("00", (0.0, 0.0, 1.0, 0.0), ("00", "01", "10")),
        ("10", (0.0, 0.0, 1.0, 0.0), ("10", "11", "20")),
        ("20", (1.0, 0.0, 0.0, 0.0), ("10", "20", "21")),
        ("32", (0.0, 1.0, 0.0, 0.0), ("22", "31", "32")),
    ],
)
def test_a_crack_that_is_open_to_the_outside_is_a_sliver(
    code: str, sides: tuple[float, float, float, float], around: tuple[str, ...]
) -> None:
    west, south, east, north = np.array(sides) * 1e-5
    x0, y0, x1, y1 = by_code(CITY, code).geometry.bounds
    cut = changed(CITY, code, shapely.box(x0 + west, y0 + south, x1 - east, y1 - north))
    # Whether its precinct has the ground, or was made of its beats.
    dissolved = [*precincts_of(beats_of(cut), {"P0": NAME, "P1": NAME}), *beats_of(cut)]
    for city in (cut, dissolved):
        problem = only(validate(city))
        assert (problem.kind, problem.severity) == (Kind.SLIVER, Severity.WARNING)
        assert (problem.districts, problem.values["of"]) == (around, "gap")
        assert problem.area_m2 == pytest.approx(
            area_m2(by_code(CITY, code).geometry) - area_m2(by_code(cut, code).geometry), rel=0.01
        )


def test_a_wedge_that_widens_to_the_outside_is_told_once() -> None:
    x0, y0, x1, y1 = by_code(CITY, "00").geometry.bounds
    wedge = shapely.Polygon([(x0, y0), (x1 - 1e-4, y0), (x1, y1), (x0, y1)])
    assert kinds(validate(changed(CITY, "00", wedge))) == [
        (Kind.PRECINCT_NOT_COVERED, Severity.ERROR)
    ]


def test_nothing_at_all() -> None:
    assert kinds(validate([])) == [(Kind.NO_FEATURES, Severity.ERROR)]


@pytest.mark.parametrize(
    ("values", "kind", "storable"),
    [
        ({"code": None}, Kind.NO_CODE, False),
        ({"level": None}, Kind.UNKNOWN_LEVEL, False),
        ({"geometry": None}, Kind.NO_GEOMETRY, False),
        ({"geometry": shapely.Polygon()}, Kind.NO_GEOMETRY, False),
        ({"geometry": shapely.Point(WEST, SOUTH)}, Kind.NOT_POLYGONAL, False),
        ({"geometry": shapely.box(179, 0, 181, 1)}, Kind.OUT_OF_RANGE, False),
        (
            {"geometry": shapely.box(436_000, 5_210_000, 436_900, 5_211_000)},
            Kind.OUT_OF_RANGE,
            False,
        ),
        ({"parent": None}, Kind.NO_PARENT, False),
        ({"parent": ""}, Kind.NO_PARENT, False),
        ({"parent": "P9"}, Kind.UNKNOWN_PARENT, False),
        ({"parent": "10"}, Kind.UNKNOWN_PARENT, False),
    ],
)
def test_an_attribute_that_cannot_be_stored(
    values: dict[str, object], kind: Kind, storable: bool
) -> None:
    problem = validate(spoiled("11", **values))[0]
    assert (problem.kind, problem.severity) == (kind, Severity.ERROR)
    assert problem.storable is storable
    assert problem.values["row"] == 1 + [district.code for district in CITY].index("11")


def test_a_feature_that_cannot_be_used_leaves_no_gap() -> None:
    assert kinds(validate(spoiled("11", geometry=None))) == [(Kind.NO_GEOMETRY, Severity.ERROR)]


@pytest.mark.filterwarnings("ignore:invalid value encountered")
def test_coordinates_that_are_no_numbers() -> None:
    ring = [(WEST, SOUTH), (float("nan"), SOUTH), (WEST, SOUTH + CELL), (WEST, SOUTH)]
    problem = validate(spoiled("11", geometry=shapely.Polygon(ring)))[0]
    assert problem.kind is Kind.OUT_OF_RANGE
    assert problem.values["lon"] is None
    json.dumps(problem.as_dict(), allow_nan=False)


def test_a_code_twice() -> None:
    problem = only(validate(spoiled("11", code="12")))
    assert (problem.kind, problem.districts) == (Kind.DUPLICATE_CODE, ("12",))
    rows = [row for row, district in enumerate(CITY, 1) if district.code in {"11", "12"}]
    assert problem.values == {"code": "12", "rows": rows}


@pytest.mark.parametrize("name", [{}, {"uk": " "}])
def test_no_name(name: dict[str, str]) -> None:
    problem = only(validate(spoiled("11", name=name)))
    assert (problem.kind, problem.severity) == (Kind.MISSING_NAME, Severity.WARNING)


def test_a_precinct_without_beats_while_others_have_some() -> None:
    problem = only(validate(without("20", "21", "22", "30", "31", "32")))
    assert (problem.kind, problem.severity) == (Kind.PRECINCT_WITHOUT_BEATS, Severity.NOTE)
    assert problem.districts == ("P1",)


def test_no_beats_at_all_is_fine() -> None:
    assert validate([district for district in CITY if district.level is Level.PRECINCT]) == []


def test_a_bow_tie_is_told_with_its_crossing_and_its_neighbours_are_not() -> None:
    west, south, east, north = shapely.bounds(cell(1, 1)).tolist()
    tie = shapely.Polygon([(west, south), (east, north), (east, south), (west, north)])
    problem = only(validate(spoiled("11", geometry=tie)))
    assert (problem.kind, problem.severity) == (Kind.BROKEN_GEOMETRY, Severity.ERROR)
    assert problem.storable
    assert isinstance(problem.place, shapely.Point)
    assert problem.place.distance(cell(1, 1).centroid) < 1e-9
    assert problem.values["reason"] == "Self-intersection"


def test_a_hole_outside_its_shell() -> None:
    shape = shapely.Polygon(
        shapely.get_coordinates(cell(1, 1)), [shapely.get_coordinates(cell(1.2, 2.2, 0.2, 0.2))]
    )
    problem = only(validate(spoiled("11", geometry=shape)))
    assert problem.kind is Kind.BROKEN_GEOMETRY
    assert "Hole" in problem.values["reason"]


@pytest.mark.parametrize("in_force", [(), CITY])
def test_one_district_with_swapped_axes(in_force: Sequence[District]) -> None:
    turned = shapely.transform(by_code(CITY, "11").geometry, lambda xy: xy[:, ::-1])
    problem = only(validate(spoiled("11", geometry=turned), in_force=in_force))
    assert (problem.kind, problem.districts) == (Kind.SWAPPED_AXES, ("11",))
    assert not problem.storable


def test_a_whole_set_with_swapped_axes() -> None:
    turned = [
        raw(its, row, geometry=shapely.transform(its.geometry, lambda xy: xy[:, ::-1]))
        for row, its in enumerate(CITY, 1)
    ]
    problem = only(validate(turned, in_force=CITY))
    assert problem.kind is Kind.SWAPPED_AXES
    assert len(problem.districts) == len(CITY)
    assert problem.values["lat"] == pytest.approx(WEST, abs=4 * CELL)


def test_swapped_axes_where_nobody_lives_need_no_set_in_force() -> None:
    turned = [
        replace(its, geometry=shapely.transform(its.geometry, lambda xy: xy[:, ::-1]))
        for its in chicago()
    ]
    assert validate(turned)[0].kind is Kind.SWAPPED_AXES


def test_an_overlap() -> None:
    problems = validate(moved("11", 0.05, 0.0), in_force=CITY)
    overlap = next(problem for problem in problems if problem.kind is Kind.OVERLAP)
    assert (overlap.severity, overlap.districts) == (Severity.ERROR, ("11", "21"))
    expected = cell(2.0, 1.0, 0.05, 1.0)
    assert shares_ground(overlap.place, expected)
    assert overlap.area_m2 == pytest.approx(area_m2(expected))
    assert overlap.values["width_m"] == pytest.approx(0.05 * CELL * 75_900, rel=0.1)
    gap = next(problem for problem in problems if problem.kind is Kind.GAP)
    assert (gap.severity, gap.districts) == (Severity.ERROR, ("01", "10", "11", "12"))
    assert shares_ground(gap.place, cell(1.0, 1.0, 0.05, 1.0))
    assert len(problems) == 2


def test_the_same_ground_twice_under_two_codes() -> None:
    twin = replace(by_code(CITY, "11"), code="11a")
    problem = only(validate([*CITY, twin]))
    assert (problem.kind, problem.districts) == (Kind.OVERLAP, ("11", "11a"))
    assert shares_ground(problem.place, cell(1, 1))


def test_the_whole_set_twice() -> None:
    twins = [replace(its, code=its.code + "a") for its in CITY if its.level is Level.BEAT]
    problems = validate([*CITY, *twins])
    assert kinds(problems) == [(Kind.OVERLAP, Severity.ERROR)] * 12
    assert {problem.districts for problem in problems} == {
        (twin.code[:-1], twin.code) for twin in twins
    }


def test_three_in_one_place_are_three_pairs() -> None:
    wide = changed(CITY, "11", cell(1, 1).union(cell(1.9, 1.8, 0.4, 0.4)))
    problems = validate(wide)
    assert {problem.districts for problem in problems} == {("11", "12"), ("11", "21"), ("11", "22")}
    assert {problem.kind for problem in problems} == {Kind.OVERLAP}


def test_precincts_that_overlap() -> None:
    wide = changed(CITY, "P0", by_code(CITY, "P0").geometry.union(cell(2, 0, 0.5, 0.5)))
    problem = only(validate(wide))
    assert (problem.kind, problem.districts) == (Kind.OVERLAP, ("P0", "P1"))
    assert problem.values["level"] == "precinct"


def test_a_beat_that_is_missing_within() -> None:
    problem = only(validate(without("11")))
    assert (problem.kind, problem.severity) == (Kind.GAP, Severity.ERROR)
    assert set(problem.districts) >= {"01", "10", "12", "21"}
    assert problem.values["precincts"] == ["P0"]


def test_a_beat_that_is_missing_at_the_rim() -> None:
    problem = only(validate(without("00")))
    assert (problem.kind, problem.severity) == (Kind.PRECINCT_NOT_COVERED, Severity.ERROR)
    assert problem.districts == ("P0",)
    assert problem.values["share"] == pytest.approx(1 / 6, rel=0.01)
    assert shares_ground(problem.place, cell(0, 0))


def town(districts: Sequence[District]) -> list[District]:
    """All the same with a town of its own in the middle, that is in no precinct."""
    hole = cell(0.7, 0.7, 0.6, 0.6)
    return [replace(its, geometry=its.geometry.difference(hole)) for its in districts]


def test_a_town_of_its_own_in_the_middle_is_a_warning_or_what_it_was_before() -> None:
    assert kinds(validate(town(CITY))) == [(Kind.GAP, Severity.WARNING)]
    assert kinds(validate(town(CITY), in_force=town(CITY))) == [(Kind.GAP, Severity.NOTE)]
    assert (Kind.GAP, Severity.ERROR) in kinds(validate(town(CITY), in_force=CITY))


def test_a_hole_in_one_beat() -> None:
    holed = changed(CITY, "11", cell(1, 1).difference(cell(1.4, 1.4, 0.01, 0.01)))
    problem = only(validate(holed))
    assert (problem.kind, problem.districts) == (Kind.GAP, ("11",))


def test_a_sliver_between_neighbours() -> None:
    problem = only(validate(changed(CITY, "11", cell(1, 1, 1 + 0.5 / 1520, 1))))
    assert (problem.kind, problem.severity) == (Kind.SLIVER, Severity.WARNING)
    assert problem.districts == ("11", "21")
    assert problem.values["of"] == "overlap"
    assert problem.values["width_m"] == pytest.approx(0.5, rel=0.1)


def test_slivers_between_two_are_told_together() -> None:
    bites = [square(edges_of(cell(1, 1))[k], 1.0, share) for k, share in ((0, 0.2), (0, 0.8))]
    spoiled_city = changed(CITY, "11", cell(1, 1).difference(shapely.union_all(bites)))
    problem = only(validate(spoiled_city))
    assert problem.kind is Kind.SLIVER
    assert problem.values["pieces"] == 2
    assert isinstance(problem.place, shapely.MultiPolygon)


def test_a_stray_part() -> None:
    stray = shapely.box(WEST + 0.5 * CELL, SOUTH - 0.001, WEST + 0.5 * CELL + 1e-5, SOUTH - 0.00099)
    problem = only(validate(changed(CITY, "00", cell(0, 0).union(stray))))
    assert (problem.kind, problem.districts) == (Kind.SLIVER, ("00",))
    assert problem.values["of"] == "part"


def test_thresholds_are_settable() -> None:
    wide = changed(CITY, "11", cell(1, 1, 1.01, 1))
    assert kinds(validate(wide)) == [(Kind.OVERLAP, Severity.ERROR)]
    assert kinds(validate(wide, TopologyRules(max_overlap_m2=1e9))) == [
        (Kind.OVERLAP, Severity.WARNING)
    ]
    assert kinds(validate(wide, TopologyRules(sliver_width_m=30.0))) == [
        (Kind.SLIVER, Severity.WARNING)
    ]
    assert validate(wide, TopologyRules(rounding_m=30.0, sliver_width_m=30.0)) == []


def test_a_beat_of_the_wrong_precinct() -> None:
    wrong = [replace(its, parent="P1") if its.code == "00" else its for its in CITY]
    problems = validate(wrong)
    assert kinds(problems) == [(Kind.OUTSIDE_PRECINCT, Severity.ERROR)]
    assert problems[0].districts == ("00",)
    assert problems[0].values == {"precinct": "P1", "share": 1.0}


def test_a_precinct_that_is_too_small_for_its_beats() -> None:
    small = changed(CITY, "P0", by_code(CITY, "P0").geometry.difference(cell(0, 0, 0.5, 1)))
    problem = only(validate(small))
    assert (problem.kind, problem.severity) == (Kind.OUTSIDE_PRECINCT, Severity.WARNING)
    assert problem.values["share"] == pytest.approx(0.5, rel=0.01)


def test_parts_that_meet_at_a_point() -> None:
    swapped = changed(changed(CITY, "00", cell(0, 0).union(cell(1, 1))), "11", cell(9, 9))
    swapped = [its for its in swapped if its.code != "11"]
    problem = only(validate(swapped))
    assert (problem.kind, problem.severity) == (Kind.TOUCHES_AT_POINT, Severity.WARNING)
    assert problem.districts == ("00",)
    assert problem.values["of"] == "parts"
    assert problem.place == shapely.Point(WEST + CELL, SOUTH + CELL)


def test_a_district_that_meets_the_others_at_a_point() -> None:
    corner = District("X", Level.PRECINCT, None, NAME, cell(4, 3))
    problems = validate([*CITY, corner])
    assert kinds(problems) == [
        (Kind.TOUCHES_AT_POINT, Severity.WARNING),
        (Kind.PRECINCT_WITHOUT_BEATS, Severity.NOTE),
    ]
    assert problems[0].values["of"] == "neighbours"


def test_a_district_far_off() -> None:
    away = District("X", Level.PRECINCT, None, NAME, cell(40, 3))
    problems = validate([*CITY, away])
    assert kinds(problems)[0] == (Kind.FAR_OFF, Severity.WARNING)
    assert problems[0].districts == ("X",)
    assert problems[0].distance_m == pytest.approx(36 * CELL * 75_900, rel=0.01)


def test_a_whole_set_elsewhere() -> None:
    problem = only(validate(CITY, in_force=list(chicago())))
    assert (problem.kind, problem.severity) == (Kind.FAR_OFF, Severity.WARNING)
    assert problem.values == {"of": "in_force"}
    assert problem.distance_m is not None
    assert problem.distance_m > 5e6


@pytest.mark.parametrize(
    ("new", "old", "kind", "share"),
    [
        (CITY, grid(2, 3), Kind.SET_GROWN, 2.0),
        (grid(2, 3), CITY, Kind.SET_SHRUNK, 0.5),
    ],
)
def test_a_set_of_another_size(
    new: list[District], old: list[District], kind: Kind, share: float
) -> None:
    problem = only(validate(new, in_force=old))
    assert (problem.kind, problem.severity) == (kind, Severity.WARNING)
    assert problem.values["share"] == pytest.approx(share, rel=0.01)


def test_a_changed_code() -> None:
    recoded = [replace(its, code="11-new") if its.code == "11" else its for its in CITY]
    problem = only(validate(recoded, in_force=CITY))
    assert (problem.kind, problem.districts) == (Kind.CHANGED_CODE, ("11-new",))
    assert problem.values == {"old": "11"}


def test_codes_that_changed_places() -> None:
    names = {"11": "12", "12": "11"}
    recoded = [replace(its, code=names.get(its.code, its.code)) for its in CITY]
    problems = validate(recoded, in_force=CITY)
    assert {problem.kind for problem in problems} == {Kind.CHANGED_CODE}
    assert {(its.districts, its.values["old"]) for its in problems} == {
        (("12",), "11"),
        (("11",), "12"),
    }


def test_a_vertex_more_on_a_shared_edge_is_no_problem() -> None:
    assert validate(changed(CITY, "11", with_vertex(cell(1, 1), 0, 1 / 3))) == []


def test_six_decimals_are_no_problem() -> None:
    rounded = [
        replace(its, geometry=shapely.transform(its.geometry, lambda xy: xy.round(6)))
        for its in named(seattle())
    ]
    assert validate(rounded) == []


def test_errors_come_first_and_all_is_json_ready() -> None:
    bad = [*moved("11", 0.05, 0.0), replace(by_code(CITY, "11"), code="Z", name={})]
    problems = validate(bad, in_force=CITY)
    ranks = [problem.severity.rank for problem in problems]
    assert ranks == sorted(ranks)
    for problem in problems:
        text = json.dumps(problem.as_dict(), allow_nan=False)
        assert json.loads(text)["kind"] == problem.kind.value


def test_progress_is_told_by_stages() -> None:
    told: list[tuple[str, int, int]] = []
    validate(CITY, progress=lambda *step: told.append(step))
    stages = list(dict.fromkeys(stage for stage, _, _ in told))
    assert stages == ["geometry", "edges", "coverage", "nesting", "comparison"]
    assert all(0 < done <= total for _, done, total in told)
    for stage in stages:
        done = [done for name, done, _ in told if name == stage]
        assert done == sorted(done)
