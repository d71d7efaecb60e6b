"""When two reports are one incident: by place, time and words, within what staff have set."""

import dataclasses
from typing import Any

import pytest

from app.categories import Category, Duplicates, Names, Response, RuleSet, faults_of
from app.incident_rules import Near, Verdict, judge, limits, raised, related, steps
from app.incident_search import folded
from app.triage_sets import shipped

NAMES = Names(uk="х", ru="х", en="x")


def category(code: str, **within: object) -> Category:
    duplicates = Duplicates.model_validate({"radius_m": 100, "minutes": 30} | within)
    return Category(
        code=code, names=NAMES, priority=3, response=Response.PATROL, duplicates=duplicates
    )


THEFT = category("theft", likeness=0.4)
CRASH = category("accident", likeness=0.0)
NEAR = Near(distance_m=20, vague_m=10, minutes=5, since_first=5, likeness=0.5)


def verdict(near: Near, one: Category = THEFT, other: Category | None = None) -> Verdict:
    other = other or one
    return judge(near, one, other, is_related=one.code == other.code).verdict


def test_near_in_all_is_the_same() -> None:
    judged = judge(NEAR, THEFT, THEFT, is_related=True)
    assert judged.verdict is Verdict.SAME
    assert judged.why == {
        "distance_m": 20,
        "minutes": 5,
        "likeness": 0.5,
        "category": "theft",
        "same_category": True,
        "same_person": False,
        "score": judged.score,
    }


@pytest.mark.parametrize(
    "farther",
    [
        {"distance_m": 150},
        {"vague_m": 300},
        {"minutes": 45},
        {"since_first": 200},
        {"likeness": 0.1},
    ],
)
def test_beyond_one_limit_somebody_is_asked(farther: dict[str, Any]) -> None:
    assert verdict(dataclasses.replace(NEAR, **farther)) is Verdict.MAYBE


@pytest.mark.parametrize("far", [{"distance_m": 2_000}, {"minutes": 600}])
def test_far_beyond_it_is_another(far: dict[str, Any]) -> None:
    assert verdict(dataclasses.replace(NEAR, **far)) is Verdict.OTHER


def test_limits_at_the_edge_count_as_within() -> None:
    edge = Near(distance_m=100, vague_m=100, minutes=30, since_first=120, likeness=0.4)
    assert verdict(edge) is Verdict.SAME


def test_who_said_nothing_says_nothing_against_it() -> None:
    assert verdict(dataclasses.replace(NEAR, likeness=None)) is Verdict.SAME


def test_without_a_place_only_words_speak_and_somebody_looks() -> None:
    nowhere = dataclasses.replace(NEAR, distance_m=None)
    assert verdict(nowhere) is Verdict.MAYBE
    assert verdict(dataclasses.replace(nowhere, likeness=0.2)) is Verdict.OTHER


def test_another_matter_is_another_unless_the_words_are_the_same() -> None:
    assert verdict(NEAR, THEFT, CRASH) is Verdict.OTHER
    assert verdict(dataclasses.replace(NEAR, likeness=0.9), THEFT, CRASH) is Verdict.MAYBE


def test_what_nobody_knows_is_never_linked_by_itself() -> None:
    unsorted = category("unsorted", likeness=0.0)
    assert verdict(NEAR, unsorted, CRASH) is Verdict.MAYBE
    assert judge(NEAR, unsorted, unsorted, is_related=True).verdict is Verdict.MAYBE


def test_a_category_may_be_kept_for_staff() -> None:
    at_home = category("domestic_violence", automatic=False)
    assert judge(NEAR, at_home, at_home, is_related=True).verdict is Verdict.MAYBE


def test_who_writes_the_same_again_is_taken_at_their_word() -> None:
    at_home = category("domestic_violence", automatic=False)
    again = dataclasses.replace(NEAR, same_person=True, likeness=0.9)
    assert judge(again, at_home, at_home, is_related=True).verdict is Verdict.SAME
    later = dataclasses.replace(again, minutes=20)
    assert judge(later, at_home, at_home, is_related=True).verdict is Verdict.MAYBE
    elsewhere = dataclasses.replace(again, distance_m=900)
    assert judge(elsewhere, at_home, at_home, is_related=True).verdict is Verdict.OTHER


def test_of_two_categories_the_stricter_limits_hold() -> None:
    wide = category("fire", radius_m=400, minutes=90, likeness=0)
    both = limits(wide, THEFT)
    assert (both.radius_m, both.minutes, both.likeness) == (100, 30, 0.4)


def test_kinship_is_mutual() -> None:
    rules = shipped()
    for each in rules.categories:
        for code in each.duplicates.also:
            assert each.code in related(rules, code)
    assert related(rules, "accident") >= {"accident", "accident_injured"}
    assert "theft" not in related(rules, "accident")


def test_a_crowd_raises_by_steps_and_never_to_the_top() -> None:
    crowd = (5, 20, 100)
    assert [steps(crowd, n) for n in (1, 4, 5, 19, 20, 100, 5_000)] == [0, 0, 1, 1, 2, 3, 3]
    assert [raised(4, by) for by in (0, 1, 2, 3)] == [4, 3, 2, 2]
    assert raised(1, 3) == 1


def test_steps_have_to_rise_and_kin_to_exist() -> None:
    rules = shipped()
    found = RuleSet.model_validate(rules.model_dump() | {"crowd": [20, 5]})
    assert [each.what for each in faults_of(found)] == ["crowd_not_rising"]
    first = rules.categories[0]
    stray = first.model_copy(update={"duplicates": Duplicates(also=("nothing_such",))})
    found = rules.model_copy(update={"categories": (stray, *rules.categories[1:])})
    assert [each.what for each in faults_of(found)] == ["also_unknown"]


def test_words_are_compared_as_they_sound() -> None:
    assert folded("Аварія на проспекті!") == folded("АВАРИЯ на проспекти")
    assert folded("…!") is None
    long = folded("слово " * 5_000)
    assert long is not None
    assert len(long) < 500
