"""What changes from one set to another, and that the areas add up."""

import json
from collections import defaultdict
from dataclasses import replace

import pytest
import shapely
import shapely.affinity
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from geo.diff import diff
from geo.districts import District, DistrictError, Level, routing_units
from geo.metres import area_m2
from tests.geo.coverages import (
    CELL,
    SOUTH,
    WEST,
    beats_of,
    by_code,
    changed,
    cities,
    grid,
    with_vertex,
)
from tests.samples import chicago, demo_city

CITY = grid()
slow = settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)


def box(x: float, y: float, width: float, height: float) -> shapely.Polygon:
    west, south = WEST + x * CELL, SOUTH + y * CELL
    return shapely.box(west, south, west + width * CELL, south + height * CELL)


def test_nothing_changed() -> None:
    assert diff(CITY, CITY).is_empty
    assert diff(list(reversed(CITY)), CITY).is_empty
    assert diff(chicago(), chicago()).is_empty


def test_a_vertex_more_is_no_change() -> None:
    shape = with_vertex(by_code(CITY, "11").geometry, 2, 0.3)
    assert diff(CITY, changed(CITY, "11", shape)).is_empty


def test_ground_that_moves_from_one_beat_to_another() -> None:
    strip = box(2.0, 1.0, 0.1, 1.0)
    new = changed(CITY, "11", by_code(CITY, "11").geometry.union(strip))
    new = changed(new, "21", by_code(CITY, "21").geometry.difference(strip))
    found = diff(CITY, new)
    (piece,) = found.moved
    assert (piece.from_code, piece.to_code) == ("21", "11")
    assert piece.area_m2 == pytest.approx(area_m2(strip), rel=1e-9)
    assert found.moved_m2 == piece.area_m2
    assert [(its.code, its.gained_m2 > 0.0, its.lost_m2 > 0.0) for its in found.changed] == [
        ("11", True, False),
        ("21", False, True),
    ]
    assert (found.added, found.removed, found.renamed) == ((), (), ())


def test_added_removed_and_renamed() -> None:
    new = [
        replace(its, code="11a", name={"uk": "Нова"}) if its.code == "11" else its for its in CITY
    ]
    new = [replace(its, name={"uk": "Інша"}) if its.code == "12" else its for its in new]
    found = diff(CITY, new)
    assert (found.added, found.removed) == (("11a",), ("11",))
    assert [(its.code, its.new) for its in found.renamed] == [("12", {"uk": "Інша"})]
    assert [(its.from_code, its.to_code) for its in found.moved] == [("11", "11a")]


def test_ground_that_was_nobodys_and_ground_that_is() -> None:
    fewer = [its for its in CITY if its.code != "00"]
    assert [(its.from_code, its.to_code) for its in diff(CITY, fewer).moved] == [("00", None)]
    assert [(its.from_code, its.to_code) for its in diff(fewer, CITY).moved] == [(None, "00")]


def test_an_overlap_is_the_smallest_codes() -> None:
    strip = box(2.0, 1.0, 0.1, 1.0)
    wide = changed(CITY, "11", by_code(CITY, "11").geometry.union(strip))
    (piece,) = diff(CITY, wide).moved
    assert (piece.from_code, piece.to_code) == ("21", "11")
    back = changed(CITY, "21", by_code(CITY, "21").geometry.union(box(1.9, 1.0, 0.1, 1.0)))
    found = diff(CITY, back)
    assert found.moved == ()
    assert [its.code for its in found.changed] == ["21"]


def test_a_precinct_routes_to_itself_until_it_has_beats() -> None:
    precincts = [its for its in CITY if its.level is Level.PRECINCT]
    found = diff(precincts, CITY)
    assert {its.from_code for its in found.moved} == {"P0", "P1"}
    assert {its.to_code for its in found.moved} == {its.code for its in beats_of(CITY)}


def test_another_precinct_and_another_telephone() -> None:
    new = [replace(its, parent="P1") if its.code == "11" else its for its in CITY]
    new = [replace(its, phone="102") if its.code == "P0" else its for its in new]
    found = diff(CITY, new)
    assert found.reparented == (("11", "P0", "P1"),)
    assert found.contacts == ("P0",)
    assert not found.is_empty


def test_it_is_json_ready() -> None:
    found = json.loads(json.dumps(diff(demo_city(), CITY).as_dict(), allow_nan=False))
    assert found["moved"][0].keys() == {"from", "to", "area_m2", "geometry"}


def test_repeated_codes_are_refused() -> None:
    with pytest.raises(DistrictError):
        diff(CITY, [*CITY, by_code(CITY, "11")])


@slow
@given(cities(), cities())
def test_areas_add_up(old: list[District], new: list[District]) -> None:
    found = diff(old, new)
    before = {unit.code: area_m2(unit.geometry) for unit in routing_units(old)}
    after = {unit.code: area_m2(unit.geometry) for unit in routing_units(new)}
    left: defaultdict[str | None, float] = defaultdict(float)
    for piece in found.moved:
        assert piece.from_code != piece.to_code
        assert piece.area_m2 > 0.0
        left[piece.from_code] -= piece.area_m2
        left[piece.to_code] += piece.area_m2
    for code in before.keys() | after.keys():
        change = after.get(code, 0.0) - before.get(code, 0.0)
        assert left[code] == pytest.approx(change, abs=1.0)
    assert left[None] == pytest.approx(sum(before.values()) - sum(after.values()), abs=1.0)
    assert found.moved_m2 == pytest.approx(sum(piece.area_m2 for piece in found.moved))


@slow
@given(cities(), cities())
def test_there_and_back_is_the_same_turned_round(old: list[District], new: list[District]) -> None:
    there, back = diff(old, new), diff(new, old)
    assert (there.added, there.removed) == (back.removed, back.added)
    assert {(its.from_code, its.to_code) for its in there.moved} == {
        (its.to_code, its.from_code) for its in back.moved
    }
    assert there.moved_m2 == pytest.approx(back.moved_m2, abs=0.1)
    gained = {its.code: its.gained_m2 for its in there.changed}
    assert gained == pytest.approx({its.code: its.lost_m2 for its in back.changed}, abs=0.1)


@slow
@given(cities(), st.floats(0.0, 0.3), st.floats(0.0, 0.3))
def test_moved_ground_is_where_the_owner_differs(
    city: list[District], east: float, north: float
) -> None:
    shifted = [
        replace(its, geometry=shapely.affinity.translate(its.geometry, east * CELL, north * CELL))
        for its in city
    ]
    pieces = [piece.geometry for piece in diff(city, shifted).moved]
    whole = shapely.union_all(pieces)
    assert whole.area == pytest.approx(sum(piece.area for piece in pieces), abs=1e-12)
