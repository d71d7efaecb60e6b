"""Precincts made of beats."""

import pytest

from geo.dissolve import precincts_of
from geo.districts import DistrictError, Level
from geo.topology import validate
from tests.geo.coverages import beats_of, by_code, grid
from tests.samples import chicago

CITY = grid()


def test_precincts_are_those_that_the_beats_were_drawn_in() -> None:
    made = precincts_of(beats_of(CITY), {"P0": {"uk": "Перше"}})
    assert [(its.code, its.level, its.parent) for its in made] == [
        ("P0", Level.PRECINCT, None),
        ("P1", Level.PRECINCT, None),
    ]
    for precinct in made:
        assert precinct.geometry.equals(by_code(CITY, precinct.code).geometry)
    assert made[0].name == {"uk": "Перше"}
    assert made[1].name == {"uk": "P1", "ru": "P1", "en": "P1"}
    assert validate([*made, *beats_of(CITY)]) == []


def test_a_real_city_has_nothing_wrong_with_its_own_precincts() -> None:
    beats = beats_of(chicago())
    kinds = {problem.kind.value for problem in validate([*precincts_of(beats), *beats])}
    assert kinds <= {"missing_name"}


@pytest.mark.parametrize(
    ("beat", "code"),
    [({"parent": None}, "no_parent"), ({"code": "P1"}, "duplicate_code")],
)
def test_beats_that_tell_no_precinct(beat: dict[str, str | None], code: str) -> None:
    first, *rest = beats_of(CITY)
    fields = {field: getattr(first, field) for field in ("code", "level", "parent", "name")}
    spoiled = type(first)(**(fields | beat), geometry=first.geometry)
    with pytest.raises(DistrictError) as caught:
        precincts_of([spoiled, *rest])
    assert caught.value.code == code
