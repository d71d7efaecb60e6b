"""Dispatch rules as pure functions: what fits, in which order, and what no rule may do."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from app.categories import TO_DANGER, Response
from app.dispatch_rules import (
    Broken,
    Dispatch,
    DispatchRule,
    DispatchRules,
    Facts,
    Known,
    Then,
    When,
    broken,
    faults_of,
    judge,
)
from app.dispatch_rules import fits as is_what
from app.dispatch_sets import shipped
from app.triage_sets import shipped as shipped_categories

KYIV = ZoneInfo("Europe/Kyiv")
NOON = datetime(2026, 11, 25, 10, 0, tzinfo=UTC)  # a Wednesday
BASE = Dispatch(Response.BEAT_OFFICER, 3)
NAMES = {"uk": "Правило", "ru": "Правило", "en": "Rule"}
SQUARE = [[37.5, 47.0], [37.6, 47.0], [37.6, 47.1], [37.5, 47.1], [37.5, 47.0]]


def rule(code: str = "one", **more: Any) -> DispatchRule:
    return DispatchRule.model_validate({"code": code, "names": NAMES} | more)


def facts(**more: Any) -> Facts:
    return replace(Facts("noise", NOON), **more)


def when(**more: Any) -> When:
    return When.model_validate(more)


def fits(asked: When, told: Facts) -> bool:
    return is_what(asked, told, told.received_at.astimezone(KYIV))


def local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=KYIV)


NIGHT = {"since": "22:00", "until": "06:00"}


@pytest.mark.parametrize(
    ("asked", "said", "expected"),
    [
        ({}, {}, True),
        ({"categories": ["noise", "theft"]}, {}, True),
        ({"categories": ["theft"]}, {}, False),
        ({"danger": True}, {}, False),
        ({"danger": False}, {}, True),
        ({"danger": True}, {"danger": True}, True),
        ({"count": 3}, {"count": 2}, False),
        ({"count": 3}, {"count": 3}, True),
        ({"districts": ["C-1"]}, {}, False),
        ({"districts": ["C-1"]}, {"districts": ("C", "C-1")}, True),
        ({"districts": ["C"]}, {"districts": ("C", "C-1")}, True),
        ({"districts": ["P"]}, {"districts": ("C", "C-1")}, False),
        ({"area": SQUARE}, {"point": (37.55, 47.05)}, True),
        ({"area": SQUARE}, {"point": (37.5, 47.05)}, True),
        ({"area": SQUARE}, {"point": (37.65, 47.05)}, False),
        ({"area": SQUARE}, {}, False),
        # Either of both says where.
        ({"area": SQUARE, "districts": ["P"]}, {"point": (37.65, 47.05)}, False),
        ({"area": SQUARE, "districts": ["P"]}, {"districts": ("P",)}, True),
        ({"weekdays": [3]}, {}, True),
        ({"weekdays": [1, 2]}, {}, False),
        ({"hours": {"since": "12:00", "until": "12:01"}}, {}, True),
        ({"hours": {"since": "11:00", "until": "12:00"}}, {}, False),
    ],
)
def test_a_rule_fits_what_it_asks_for(
    asked: dict[str, Any], said: dict[str, Any], expected: bool
) -> None:
    assert fits(when(**asked), facts(**said)) is expected


@pytest.mark.parametrize(
    ("at", "days", "expected"),
    [
        ("2026-11-27T21:59", [5], False),
        ("2026-11-27T22:00", [5], True),
        # Saturday's first hours are Friday's night.
        ("2026-11-28T05:59", [5], True),
        ("2026-11-28T06:00", [5], False),
        ("2026-11-28T05:00", [6], False),
        ("2026-11-29T00:00", [6], True),
        ("2026-11-30T01:00", [7], True),
        ("2026-11-28T03:00", [], True),
        ("2026-11-28T12:00", [], False),
    ],
)
def test_a_night_belongs_to_the_day_on_which_it_begins(
    at: str, days: list[int], expected: bool
) -> None:
    asked = when(hours=NIGHT, weekdays=days)
    assert fits(asked, facts(received_at=local(at).astimezone(UTC))) is expected


def test_hours_are_those_of_the_citys_clock_when_it_changes() -> None:
    """On 25 October 2026 03:00-04:00 comes twice in Kyiv, on 29 March it does not come."""
    asked = when(hours={"since": "03:00", "until": "04:00"})
    autumn = datetime(2026, 10, 24, 23, 30, tzinfo=UTC)
    found = [fits(asked, facts(received_at=autumn + timedelta(hours=n))) for n in range(4)]
    assert found == [False, True, True, False]
    spring = datetime(2026, 3, 28, 23, 30, tzinfo=UTC)
    found = [fits(asked, facts(received_at=spring + timedelta(hours=n))) for n in range(4)]
    assert found == [False, False, False, False]


def test_rules_go_on_until_one_stops_and_the_later_has_the_last_word() -> None:
    rules = [
        rule("a", then={"response": "patrol", "priority": 2}),
        rule("off", active=False, then={"desk": "Z"}, stop=True),
        rule("other", when={"categories": ["theft"]}, then={"desk": "Y"}),
        rule("b", then={"response": "note", "desk": "city"}, stop=True),
        rule("c", then={"priority": 1}),
    ]
    judged = judge(rules, facts(), BASE, KYIV)
    assert judged.dispatch == Dispatch(Response.NOTE, 2, "city")
    assert [each.rule.code for each in judged.matches] == ["a", "b"]
    assert [(m.response, m.priority, m.desk) for m in judged.matches] == [
        (Response.PATROL, 2, None),
        (Response.NOTE, None, "city"),
    ]


def test_a_priority_goes_down_only_where_the_rule_says_so() -> None:
    quiet, lower = rule(then={"priority": 5}), rule(then={"priority": 5, "lower": True})
    judged = judge([quiet], facts(), BASE, KYIV)
    assert (judged.dispatch.priority, judged.matches[0].priority) == (3, None)
    assert judge([lower], facts(), BASE, KYIV).dispatch.priority == 5
    raised = judge([rule(then={"priority": 1}), quiet], facts(), BASE, KYIV)
    assert raised.dispatch.priority == 1


def test_danger_stays_with_who_drives_out_unless_the_rule_is_about_danger() -> None:
    top = Dispatch(Response.PATROL, 1)
    harmless = rule(then={"response": "note", "priority": 5, "lower": True, "desk": "city"})
    assert judge([harmless], facts(danger=True), top, KYIV).dispatch == top
    meant = rule(when={"danger": True}, then={"response": "investigation_team", "desk": "city"})
    judged = judge([meant], facts(danger=True), top, KYIV)
    assert judged.dispatch == Dispatch(Response.INVESTIGATION_TEAM, 1, "city")


def test_what_is_gone_is_told_by_its_rule_and_one_that_is_off_is_not_asked() -> None:
    rules = DispatchRules(
        rules=(
            rule("a", when={"categories": ["noise", "gone"]}, then={"priority": 1}),
            rule("b", when={"districts": ["C", "C-9"]}, then={"desk": "X"}),
            rule("c", when={"districts": ["C-9"]}, active=False),
            rule("d", then={"desk": "city"}),
        )
    )
    known = Known({"noise"}, {"C"}, {"C", "city"})
    assert broken(rules, known) == [
        Broken("a", "no_category", "gone"),
        Broken("b", "no_district", "C-9"),
        Broken("b", "no_desk", "X"),
    ]
    assert broken(rules, Known(None, None, None)) == []


def test_a_rule_that_fails_is_passed_over_and_told() -> None:
    good = rule("good", then={"priority": 1})
    # As one that was stored by another program might be.
    spoilt: Any = {"count": "three"}
    bad = good.model_copy(update={"code": "bad", "when": When.model_construct(**spoilt)})
    judged = judge([bad, good], facts(), BASE, KYIV)
    assert judged.failed == (Broken("bad", "failed", "TypeError"),)
    assert judged.dispatch.priority == 1


@pytest.mark.parametrize(
    ("more", "what"),
    [
        ({}, "does_nothing"),
        ({"then": {"lower": True, "response": "note"}}, "lower_without_priority"),
        ({"stop": True, "when": {"hours": {"since": "06:00", "until": "06:00"}}}, "no_time"),
        ({"stop": True, "when": {"area": [[1, 1], [2, 2]]}}, "no_area"),
        ({"stop": True, "when": {"area": [[0, 0], [1, 1], [1, 0], [0, 1]]}}, "no_area"),
        ({"stop": True, "when": {"area": [[0, 0], [1, 1], [2, 2]]}}, "no_area"),
    ],
)
def test_what_is_wrong_in_a_rule_is_said(more: dict[str, Any], what: str) -> None:
    rules = DispatchRules(rules=(rule("a", **more), rule("b", stop=True)))
    assert [(each.where, each.what) for each in faults_of(rules)] == [("a", what)]
    twice = DispatchRules(rules=(rule("b", stop=True), rule("b", stop=True)))
    assert [(each.where, each.what) for each in faults_of(twice)] == [("b", "twice")]


@pytest.mark.parametrize(
    "more",
    [
        {"code": "Ж"},
        {"when": {"weekdays": [0]}},
        {"when": {"hours": {"since": "24:00", "until": "06:00"}}},
        {"when": {"count": 0}},
        {"when": {"area": [[200, 1], [2, 2], [3, 1]]}},
        {"when": {"area": [[float("nan"), 1], [2, 2], [3, 1]]}},
        {"then": {"priority": 6}},
        {"then": {"response": "helicopter"}},
        {"when": {"moon": "full"}},
        {"then": {"desk": "a\x00b"}},
    ],
)
def test_what_is_no_rule_is_refused(more: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        rule(**more)


def test_the_shipped_rules_are_whole() -> None:
    categories = {each.code for each in shipped_categories().categories}
    rules = shipped()
    assert broken(rules, Known(categories, set(), {"city"})) == []
    assert DispatchRules.model_validate_json(rules.model_dump_json()) == rules
    night = local("2026-11-28T02:00")
    stash = facts(category="drugs", received_at=night)
    team = Dispatch(Response.INVESTIGATION_TEAM, 2)
    assert judge(rules.rules, stash, team, KYIV).dispatch.response is Response.PATROL
    by_day = judge(rules.rules, replace(stash, received_at=NOON), team, KYIV)
    assert by_day.dispatch == team


CODES = st.sampled_from(["noise", "theft", "gone"])
DISTRICTS = st.sampled_from(["C", "C-1", "P", "gone"])
CLOCK = st.times().map(lambda at: at.strftime("%H:%M"))
WHEN = st.builds(
    When.model_validate,
    st.fixed_dictionaries(
        {},
        optional={
            "categories": st.lists(CODES, max_size=3),
            "districts": st.lists(DISTRICTS, max_size=3),
            "area": st.sampled_from([SQUARE, None]),
            "weekdays": st.lists(st.integers(1, 7), max_size=4),
            "hours": st.none() | st.fixed_dictionaries({"since": CLOCK, "until": CLOCK}),
            "count": st.none() | st.integers(1, 4),
            "danger": st.none() | st.booleans(),
        },
    ),
)
THEN = st.builds(
    Then,
    response=st.none() | st.sampled_from(Response),
    priority=st.none() | st.integers(1, 5),
    lower=st.booleans(),
    desk=st.none() | st.sampled_from(["city", "C", "gone"]),
)
RULES = st.lists(
    st.tuples(WHEN, THEN, st.booleans(), st.sampled_from([True, True, False])), max_size=8
).map(
    lambda rows: [
        rule(f"r{turn}").model_copy(
            update={"when": asked, "then": then, "stop": stop, "active": active}
        )
        for turn, (asked, then, stop, active) in enumerate(rows)
    ]
)
FACTS = st.builds(
    Facts,
    category=CODES,
    received_at=st.timedeltas(timedelta(0), timedelta(days=366)).map(lambda since: NOON + since),
    districts=st.sampled_from([(), ("C", "C-1"), ("P",)]),
    point=st.sampled_from([None, (37.55, 47.05), (37.7, 47.0)]),
    count=st.integers(1, 5),
    danger=st.booleans(),
)
BASES = st.builds(Dispatch, st.sampled_from(Response), st.integers(1, 5))
KNOWN = Known({"noise", "theft"}, {"C", "C-1", "P"}, {"C", "P", "city"})


@given(RULES, FACTS, BASES)
def test_whatever_the_rules_are(rules: list[DispatchRule], told: Facts, base: Dispatch) -> None:
    found = broken(DispatchRules(rules=tuple(rules)), KNOWN)
    skipped = {each.rule for each in found}
    judged = judge(rules, told, base, KYIV, skipped)
    assert judged.failed == ()

    # In order, none that is off or broken, and nothing after one that stops.
    order = [each.code for each in rules]
    codes = [each.rule.code for each in judged.matches]
    assert codes == sorted(codes, key=order.index)
    assert not skipped & set(codes)
    stopping = [each.rule.stop for each in judged.matches]
    assert not any(stopping[:-1])
    last = order.index(codes[-1]) if codes and stopping[-1] else len(order)
    fitting = [
        each.code
        for each in rules[: last + 1]
        if each.active and each.code not in skipped and fits(each.when, told)
    ]
    assert codes == fitting

    # What came of it is what the matches say, one after the other.
    seen = base if not told.danger else replace(base, priority=1)
    for match in judged.matches:
        seen = Dispatch(
            match.response or seen.response,
            match.priority or seen.priority,
            match.desk or seen.desk,
        )
    assert seen == judged.dispatch
    assert judged.dispatch.desk in {None, "city", "C"}
    if told.danger:
        assert judged.dispatch.priority == 1
        assert judged.dispatch.response in TO_DANGER | {base.response}
    may_lower = any(each.rule.then.lower for each in judged.matches)
    assert judged.dispatch.priority <= base.priority or may_lower

    # A rule that fits nothing changes nothing, wherever it stands.
    nothing = rule("nothing", when={"categories": ["elsewhere"]}, then={"priority": 1}, stop=True)
    with_it = judge([nothing, *rules, nothing], told, base, KYIV, skipped)
    assert with_it.dispatch == judged.dispatch
