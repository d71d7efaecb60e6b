"""The ladder from the beat's officer to the city desk."""

from dataclasses import replace
from typing import Any

import pytest

from app.cover import Assignment, Duty, OfficerNow, Rung, Staff, Why, better, climb

NEAR = (("B2", 300.0), ("B3", 900.0))


def officer(code: str, *postings: tuple[str, str], **more: object) -> OfficerNow:
    known = OfficerNow(int(code[1:]), code, code, None, Duty.ON, None, "P", postings)
    changed: Any = more
    return replace(known, **changed)


def staff(*officers: OfficerNow, **load: int) -> Staff:
    by_code = {each.officer: each.officer_id for each in officers}
    return Staff(
        {each.officer_id: each for each in officers},
        {by_code[code]: count for code, count in load.items()},
    )


def who(found: Assignment) -> tuple[str | None, Rung]:
    return (found.officer.officer if found.officer else found.desk), found.rung


def whys(found: Assignment) -> list[tuple[str | None, str | None, str | None]]:
    return [(skip["rung"], skip["officer"], skip["why"]) for skip in found.skipped]


PRIMARY, DEPUTY = officer("O1", ("B1", "primary")), officer("O2", ("B1", "deputy"))
NEXT_DOOR, FARTHER = officer("O3", ("B2", "primary")), officer("O4", ("B3", "deputy"))
ELSEWHERE = officer("O5", ("B9", "primary"))


def test_the_primary_on_shift_answers() -> None:
    found = climb("P", "B1", staff(DEPUTY, PRIMARY), NEAR)
    assert who(found) == ("O1", Rung.PRIMARY)
    assert found.skipped == ()


@pytest.mark.parametrize(
    ("primary", "load", "why"),
    [
        (replace(PRIMARY, duty=Duty.OFF), 0, "off_shift"),
        (replace(PRIMARY, duty=Duty.LEAVE), 0, "on_leave"),
        (replace(PRIMARY, limit=3), 3, "at_limit"),
    ],
)
def test_the_deputy_answers_for_a_primary_who_cannot(
    primary: OfficerNow, load: int, why: str
) -> None:
    found = climb("P", "B1", staff(primary, DEPUTY, O1=load), NEAR)
    assert who(found) == ("O2", Rung.DEPUTY)
    assert whys(found) == [("primary", "O1", why)]


def test_below_the_limit_the_primary_still_answers() -> None:
    found = climb("P", "B1", staff(replace(PRIMARY, limit=3), DEPUTY, O1=2), NEAR)
    assert who(found) == ("O1", Rung.PRIMARY)


def test_whoever_said_it_is_not_theirs_is_passed_over() -> None:
    found = climb("P", "B1", staff(PRIMARY, DEPUTY), NEAR, without={1: Why.REFUSED})
    assert who(found) == ("O2", Rung.DEPUTY)
    assert whys(found) == [("primary", "O1", "refused")]


def test_among_neighbours_the_one_with_least_to_do_answers() -> None:
    found = climb("P", "B1", staff(NEXT_DOOR, FARTHER, ELSEWHERE, O3=2, O4=1), NEAR)
    assert who(found) == ("O4", Rung.NEIGHBOUR)
    assert whys(found) == [("primary", None, "vacant"), ("deputy", None, "vacant")]


def test_among_equally_busy_neighbours_the_nearest_answers_and_then_the_smallest_code() -> None:
    assert who(climb("P", "B1", staff(FARTHER, NEXT_DOOR), NEAR))[0] == "O3"
    same = officer("O0", ("B2", "deputy"))
    assert who(climb("P", "B1", staff(NEXT_DOOR, same), NEAR))[0] == "O0"


def test_any_on_shift_in_the_precinct_answers_when_no_neighbour_can() -> None:
    away = replace(NEXT_DOOR, duty=Duty.OFF)
    busy = replace(FARTHER, limit=1)
    found = climb("P", "B1", staff(away, busy, ELSEWHERE, O4=1), NEAR)
    assert who(found) == ("O5", Rung.PRECINCT_OFFICER)
    assert whys(found)[2:] == [("neighbour", "O4", "at_limit")]


def test_that_nobody_else_is_there_is_not_said_as_that_nobody_is() -> None:
    found = climb("P", "B1", staff(replace(PRIMARY, limit=1), O1=1), NEAR)
    assert who(found) == ("P", Rung.PRECINCT_DESK)
    assert whys(found) == [
        ("primary", "O1", "at_limit"),
        ("deputy", None, "vacant"),
        ("neighbour", None, "nobody_on_shift"),
        ("precinct_officer", None, "nobody_else"),
    ]


def test_who_is_posted_next_door_covers_wherever_they_belong() -> None:
    found = climb("P", "B1", staff(replace(NEXT_DOOR, precinct="Q")), NEAR)
    assert who(found) == ("O3", Rung.NEIGHBOUR)


def test_an_officer_of_another_precinct_does_not_cover() -> None:
    stranger = replace(ELSEWHERE, precinct="Q")
    found = climb("P", "B1", staff(stranger), NEAR)
    assert who(found) == ("P", Rung.PRECINCT_DESK)
    assert whys(found)[2:] == [
        ("neighbour", None, "nobody_on_shift"),
        ("precinct_officer", None, "nobody_on_shift"),
    ]


def test_a_desk_with_a_roster_and_nobody_on_it_is_passed_over() -> None:
    empty = Staff({}, {}, frozenset({"P"}))
    found = climb("P", "B1", empty)
    assert who(found) == ("city", Rung.CITY_DESK)
    assert whys(found)[-1] == ("precinct_desk", None, "desk_unmanned")
    assert ("neighbour", None, "no_neighbours") in whys(found)


def test_a_precinct_without_beats_goes_to_its_officers_and_then_its_desk() -> None:
    assert who(climb("P", None, staff(ELSEWHERE))) == ("O5", Rung.PRECINCT_OFFICER)
    assert who(climb("P", None, staff())) == ("P", Rung.PRECINCT_DESK)


def test_the_city_desk_answers_where_there_is_no_precinct() -> None:
    assert who(climb(None, None, staff(PRIMARY))) == ("city", Rung.CITY_DESK)


def test_the_order_of_the_officers_does_not_matter() -> None:
    deputies = [officer(code, ("B1", "deputy")) for code in ("O9", "O7", "O8")]
    for order in (deputies, deputies[::-1]):
        assert who(climb("P", "B1", staff(*order)))[0] == "O7"


def test_rungs_are_ordered() -> None:
    assert better(Rung.PRIMARY, Rung.DEPUTY)
    assert not better(Rung.CITY_DESK, Rung.NEIGHBOUR)
    assert not better(Rung.DEPUTY, Rung.DEPUTY)
    assert better(Rung.CITY_DESK, Rung.BY_HAND)
