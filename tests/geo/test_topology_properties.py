"""For any city and any small edit of it, exactly what was put in is found."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from random import Random

import pytest
import shapely
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from geo.districts import District, Level
from geo.metres import area_m2
from geo.problem import Kind, Problem, Severity
from geo.topology import validate
from tests.geo.coverages import (
    beats_of,
    by_code,
    changed,
    cities,
    edges_of,
    length_m,
    shrunk,
    square,
    with_vertex,
)

slow = settings(
    max_examples=80,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
ROUNDING, SLIVER, SMALL, LARGE = 0.03, 1.0, 6.0, 60.0
SIZES = st.sampled_from([ROUNDING, SLIVER, SMALL, LARGE])
NUMBERS = st.integers(0, 2**16)


@dataclass(frozen=True)
class Told:
    kind: Kind
    severity: Severity
    districts: tuple[str, ...]
    area_m2: float

    @classmethod
    def of(cls, problem: Problem) -> "Told":
        return cls(problem.kind, problem.severity, problem.districts, problem.area_m2 or 0.0)


def check(problems: Sequence[Problem], expected: Sequence[Told]) -> None:
    found = [Told.of(problem) for problem in problems]
    assert [replace(told, area_m2=0.0) for told in found] == [
        replace(told, area_m2=0.0) for told in expected
    ], problems
    for told, wanted in zip(found, expected, strict=True):
        assert told.area_m2 == pytest.approx(wanted.area_m2, rel=1e-4)


def neighbours(city: Sequence[District], edge: shapely.LineString) -> list[str]:
    middle = edge.interpolate(0.5, normalized=True)
    return sorted(beat.code for beat in beats_of(city) if beat.geometry.distance(middle) < 1e-9)


@dataclass(frozen=True)
class Spot:
    """Half of a square lies in a beat, the other half in its neighbour, or in nobody's ground."""

    code: str
    shape: shapely.Polygon
    beside: str | None


def spot(city: Sequence[District], number: int, size_m: float) -> Spot:
    beat = beats_of(city)[number % len(beats_of(city))]
    edges = edges_of(beat.geometry)
    edge = edges[number // 7 % len(edges)]
    # Room for the square on a straight stretch, away from corners.
    assume(length_m(edge) > 4 * size_m)
    shape = square(edge, size_m)
    others = [
        other
        for other in beats_of(city)
        if other.code != beat.code and other.geometry.intersection(shape).area > 1e-16
    ]
    assume(len(others) <= 1)
    half = area_m2(shape) / 2
    assume(abs(area_m2(beat.geometry.intersection(shape)) - half) < 0.001 * half)
    if not others:
        return Spot(beat.code, shape, None)
    assume(abs(area_m2(others[0].geometry.intersection(shape)) - half) < 0.001 * half)
    return Spot(beat.code, shape, others[0].code)


@slow
@given(cities())
def test_nothing_is_found_where_nothing_is_wrong(city: list[District]) -> None:
    assert validate(city, in_force=city) == []


@slow
@given(cities(), st.lists(st.tuples(NUMBERS, NUMBERS, st.floats(0.1, 0.9)), max_size=8))
def test_extra_vertices_on_edges_are_no_problem(
    city: list[District], extra: list[tuple[int, int, float]]
) -> None:
    spoiled = city
    for which, edge, share in extra:
        district = city[which % len(city)]
        if isinstance(district.geometry, shapely.Polygon):
            shape = with_vertex(district.geometry, edge, share)
            spoiled = changed(spoiled, district.code, shape)
    assert validate(spoiled, in_force=city) == []


@slow
@given(cities(), NUMBERS, SIZES)
def test_a_bulge_into_a_neighbour_is_one_overlap(
    city: list[District], number: int, size_m: float
) -> None:
    its = spot(city, number, size_m)
    assume(its.beside is not None)
    spoiled = changed(city, its.code, by_code(city, its.code).geometry.union(its.shape))
    half = area_m2(its.shape) / 2
    pair = tuple(sorted([its.code, its.beside or ""]))
    expected = {
        ROUNDING: [],
        SLIVER: [Told(Kind.SLIVER, Severity.WARNING, pair, half)],
        SMALL: [Told(Kind.OVERLAP, Severity.WARNING, pair, half)],
        LARGE: [Told(Kind.OVERLAP, Severity.ERROR, pair, half)],
    }
    check(validate(spoiled, in_force=city), expected[size_m])


@slow
@given(cities(), NUMBERS, SIZES)
def test_a_bite_out_of_a_beat_is_one_gap(city: list[District], number: int, size_m: float) -> None:
    its = spot(city, number, size_m)
    assume(its.beside is not None)
    spoiled = changed(city, its.code, by_code(city, its.code).geometry.difference(its.shape))
    half = area_m2(its.shape) / 2
    pair = tuple(sorted([its.code, its.beside or ""]))
    expected = {
        ROUNDING: [],
        SLIVER: [Told(Kind.SLIVER, Severity.WARNING, pair, half)],
        SMALL: [Told(Kind.GAP, Severity.WARNING, pair, half)],
        LARGE: [Told(Kind.GAP, Severity.ERROR, pair, half)],
    }
    problems = validate(spoiled, in_force=city)
    check(problems, expected[size_m])
    for problem in problems:
        assert problem.place is not None
        assert (
            problem.place.symmetric_difference(
                by_code(city, its.code).geometry.intersection(its.shape)
            ).area
            < 1e-4 * its.shape.area
        )
        assert problem.values["precincts"] == [by_code(city, its.code).parent]


@slow
@given(cities(), NUMBERS, SIZES)
def test_a_bite_at_the_rim_leaves_a_precinct_uncovered(
    city: list[District], number: int, size_m: float
) -> None:
    its = spot(city, number, size_m)
    assume(its.beside is None)
    beat = by_code(city, its.code)
    spoiled = changed(city, its.code, beat.geometry.difference(its.shape))
    half = area_m2(its.shape) / 2
    severity = Severity.ERROR if size_m == LARGE else Severity.WARNING
    told = Told(Kind.PRECINCT_NOT_COVERED, severity, (beat.parent or "",), half)
    check(validate(spoiled, in_force=city), [told] if size_m >= SMALL else [])


@slow
@given(cities(), NUMBERS, SIZES)
def test_a_bulge_at_the_rim_is_outside_the_precinct(
    city: list[District], number: int, size_m: float
) -> None:
    its = spot(city, number, size_m)
    assume(its.beside is None)
    spoiled = changed(city, its.code, by_code(city, its.code).geometry.union(its.shape))
    told = Told(Kind.OUTSIDE_PRECINCT, Severity.WARNING, (its.code,), area_m2(its.shape) / 2)
    check(validate(spoiled, in_force=city), [told] if size_m >= SMALL else [])


@slow
@given(cities(), st.sampled_from([0.02, 0.2]))
def test_cracks_between_all_beats_are_told(city: list[District], by_m: float) -> None:
    spoiled = shrunk(city, by_m)
    problems = validate(spoiled, in_force=city)
    if by_m < ROUNDING:
        assert problems == []
        return
    # One web of them, or more where a beat reaches across the whole city.
    for problem in problems:
        assert (problem.kind, problem.severity) == (Kind.SLIVER, Severity.WARNING)
        assert problem.values["of"] == "gap"
        assert problem.values["width_m"] == pytest.approx(2 * by_m, rel=0.5)
    told = {code for problem in problems for code in problem.districts}
    assert told == {beat.code for beat in beats_of(city)}
    inner = shapely.union_all([beat.geometry for beat in beats_of(city)])
    rim = [District("rim", Level.BEAT, None, {}, inner)]
    ground = area_m2(beats_of(shrunk(rim, by_m))[0].geometry)
    lost = ground - sum(area_m2(beat.geometry) for beat in beats_of(spoiled))
    assert sum(problem.area_m2 or 0.0 for problem in problems) == pytest.approx(lost, rel=0.01)


@slow
@given(cities(), NUMBERS, NUMBERS)
def test_two_faults_apart_are_two_problems(city: list[District], first: int, second: int) -> None:
    one, other = spot(city, first, LARGE), spot(city, second, LARGE)
    assume(one.beside is not None and other.beside is not None)
    assume(one.code != other.code and one.shape.distance(other.shape) > 0.001)
    spoiled = changed(city, one.code, by_code(city, one.code).geometry.union(one.shape))
    spoiled = changed(spoiled, other.code, by_code(city, other.code).geometry - other.shape)
    expected = [
        Told(
            kind,
            Severity.ERROR,
            tuple(sorted([its.code, its.beside or ""])),
            area_m2(its.shape) / 2,
        )
        for kind, its in ((Kind.OVERLAP, one), (Kind.GAP, other))
    ]
    check(validate(spoiled, in_force=city), expected)


@slow
@given(cities(), st.randoms(use_true_random=False), NUMBERS)
def test_the_order_of_the_file_does_not_matter(
    city: list[District], random: Random, number: int
) -> None:
    its = spot(city, number, LARGE)
    spoiled = changed(city, its.code, by_code(city, its.code).geometry.union(its.shape))
    shuffled = list(spoiled)
    random.shuffle(shuffled)
    assert [Told.of(p).kind for p in validate(shuffled)] == [
        Told.of(p).kind for p in validate(spoiled)
    ]
    assert [p.districts for p in validate(shuffled)] == [p.districts for p in validate(spoiled)]
