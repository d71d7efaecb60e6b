"""The ladder from the beat's officer to the city desk."""

import pytest

from app.cover import Posted, Rung, climb


def posted(code: str, kind: str, *, on_shift: bool) -> Posted:
    return Posted(hash(code) % 1000, code, code, None, kind, on_shift)


def test_the_primary_on_shift_answers() -> None:
    found = climb(
        "P", "B", [posted("d", "deputy", on_shift=True), posted("p", "primary", on_shift=True)]
    )
    assert (found.officer.officer if found.officer else None, found.rung) == ("p", Rung.PRIMARY)
    assert found.skipped == ()


def test_the_deputy_answers_for_a_primary_off_shift() -> None:
    found = climb(
        "P", "B", [posted("d", "deputy", on_shift=True), posted("p", "primary", on_shift=False)]
    )
    assert (found.officer.officer if found.officer else None, found.rung) == ("d", Rung.DEPUTY)
    assert found.skipped == ({"officer": "p", "why": "off_shift"},)


def test_the_precincts_desk_answers_for_a_vacant_beat() -> None:
    found = climb("P", "B", [])
    assert (found.officer, found.desk, found.rung) == (None, "P", Rung.PRECINCT_DESK)
    assert found.skipped == ({"officer": None, "why": "vacant"},)


def test_the_city_desk_answers_where_there_is_no_precinct() -> None:
    found = climb(None, None, [posted("p", "primary", on_shift=True)])
    assert (found.officer, found.desk, found.rung) == (None, "city", Rung.CITY_DESK)


def test_the_order_of_the_officers_does_not_matter() -> None:
    deputies = [posted(code, "deputy", on_shift=True) for code in "cab"]
    for order in (deputies, deputies[::-1]):
        found = climb("P", "B", order)
        assert found.officer is not None
        assert found.officer.officer == "a"


@pytest.mark.parametrize("precinct", [None, "P"])
def test_there_is_always_exactly_one_owner(precinct: str | None) -> None:
    found = climb(precinct, None, [])
    assert (found.officer is None) != (found.desk is None)
