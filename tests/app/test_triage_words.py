"""What a message is about, by staff's rules: the language of rules, and the scored corpus."""

import csv
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.categories import Category, Danger, Names, Negations, Response, RuleSet, faults_of
from app.triage_rules import RuleSyntaxError, parse, word_faults
from app.triage_sets import checked, shipped
from app.triage_words import Reading, Sorter, settle

DATA = Path(__file__).parent.parent / "data"
OFF_TOPIC = {"water", "power", "gas", "heating", "roads", "waste"}


SORTER = Sorter(shipped())


def category(code: str, *words: str, **more: object) -> Category:
    given = {"priority": 3, "response": "patrol", "words": words} | more
    return Category.model_validate(
        {"code": code, "names": dict.fromkeys(("uk", "ru", "en"), code)} | given
    )


def rules(*categories: Category, danger: Danger | None = None) -> RuleSet:
    return RuleSet(
        categories=(*categories, category("unsorted"), category("life_danger", priority=1)),
        negations=Negations(before=("без", "не", "нікого"), after=("немає",)),
        danger=danger or Danger(),
    )


def read(text: str, *lines: str) -> Reading:
    return Sorter(rules(category("theft", *lines))).read(text)


@pytest.mark.parametrize(
    ("rule", "text", "met"),
    [
        ("крадіж*", "КРАДІЖКА в магазині", True),
        ("крадіж*", "Крадижка в магазині", True),
        ("крадіж*", "kradizhka u mahazyni", True),
        ("крадіж*", "розкрадіжка", False),
        ("кража", "кражи", False),
        ("нет воды", "нет у нас воды", True),
        ("нет воды", "нет у нас совсем тут воды", False),
        ("нет воды", "воды нет", False),
        ("нет воды", "света нет, воды тоже", False),
        ("дтп + травм*", "ДТП на мосту, є травмовані", True),
        ("дтп + травм*", "ДТП на мосту", False),
        ("собак* - повідок", "собака на повідку", True),
        ("собак* - повід*", "собака на повідку", False),
        ("постраждал*!", "двоє постраждалих", True),
        ("постраждал*!", "без постраждалих", False),
        ("постраждал*!", "постраждалих немає", False),
        ("постраждал*!", "водій не злякався, постраждалі є", True),
        ("сломанный", "сламанный светофор", True),
        ("наркоман*", "наркомнаы у подъезда", True),
        ("кіт", "кот", False),
    ],
)
def test_a_rule_is_met_by_the_words_it_means(rule: str, text: str, met: bool) -> None:
    assert bool(read(text, rule).matched) is met


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        ("", "no_word"),
        ("*", "stray_sign"),
        ("крад**", "stray_sign"),
        ("а*", "stem_too_short"),
        ("крадіж* 11", "bad_weight"),
        ("крадіж* 0", "bad_weight"),
        ("один + ", "no_word"),
        ("один + + два", "no_word"),
        ("!!!", "stray_sign"),
        ("раз два три чотири п'ять шість сім", "phrase_too_long"),
    ],
)
def test_what_is_no_rule_is_said_to_be_none(line: str, fault: str) -> None:
    with pytest.raises(RuleSyntaxError) as refused:
        parse(line)
    assert str(refused.value) in {fault, "empty"}


def test_the_words_that_told_are_kept_and_count_once() -> None:
    reading = read(
        "Украли велосипед, кража!", "укра* 3", "украли велосипед 5", "кража 2", "кража 2"
    )
    assert [(each.words, each.weight) for each in reading.matched] == [
        ("Украли велосипед", 5.0),
        ("кража", 2.0),
    ]
    assert reading.certainty == pytest.approx(7 / 8, abs=0.001)


def test_two_categories_that_fit_alike_leave_it_to_the_desk() -> None:
    both = Sorter(rules(category("theft", "сумка 3"), category("fire", "дим 3")))
    reading = both.read("дим і сумка")
    assert reading.certainty < both.rules.certainty
    chosen = settle(both.rules, reading.category, reading.certainty, danger=False)
    assert chosen.code == "unsorted"


def test_what_may_be_either_of_two_is_as_urgent_as_the_less_urgent_of_them() -> None:
    both = Sorter(
        rules(
            category("weapon", "ніж 3", priority=1, response="patrol"),
            category("violence", "б'ються 3", priority=2, response="patrol"),
            category("noise", "гучно 1", priority=4),
        )
    )
    reading = both.read("Гучно: двоє б'ються, один має ніж")
    assert reading.certainty < both.rules.certainty
    chosen = settle(both.rules, reading.category, reading.certainty, reading.guesses, danger=False)
    assert (chosen.code, chosen.priority, chosen.response) == ("unsorted", 2, "patrol")
    reading = both.read("гучно")
    chosen = settle(both.rules, "noise", 0.1, reading.guesses, danger=False)
    assert (chosen.code, chosen.priority) == ("unsorted", both.rules.unsorted.priority)


def test_danger_goes_before_what_is_off_topic_and_before_doubt() -> None:
    lights = category("power", "світл* 9", police=False, response="redirect", priority=5)
    danger = Danger(words=("вбива*",), unless=("вбиває час",))
    both = Sorter(rules(lights, danger=danger))
    for text, code, is_danger in (
        ("немає світла", "power", False),
        ("немає світла, вбивають", "life_danger", True),
        ("вбиває час без світла", "power", False),
        ("вбиває час, а тепер вбиває людину", "life_danger", True),
    ):
        reading = both.read(text)
        chosen = settle(both.rules, reading.category, reading.certainty, danger=reading.danger)
        assert (chosen.code, reading.danger) == (code, is_danger), text


def test_a_set_that_does_not_go_together_is_refused_with_every_fault() -> None:
    broken = RuleSet(
        categories=(
            category("theft", "а*"),
            category("theft"),
            category("water", police=True, service="water", response="redirect"),
            category("slow", acknowledge_within_min=10, on_scene_within_min=5),
            category("unsorted", active=False),
        )
    )
    found = {(each.where, each.what) for each in [*faults_of(broken), *word_faults(broken)]}
    assert found == {
        ("theft", "twice"),
        ("theft", "stem_too_short"),
        ("water", "police_with_service"),
        ("water", "police_redirected"),
        ("slow", "on_scene_first"),
        ("unsorted", "not_active"),
        ("life_danger", "missing"),
    }


def test_the_shipped_set_has_what_a_city_needs() -> None:
    found = checked(shipped())
    assert sum(each.police for each in found.categories) >= 25
    assert {each.service for each in found.categories} >= OFF_TOPIC
    for each in found.categories:
        names = each.names
        assert isinstance(names, Names)
        assert len({names.uk, names.ru, names.en}) > 1, each.code
        if each.response is Response.REDIRECT:
            assert each.service, each.code


WORDY = st.one_of(
    st.text(max_size=300),
    st.lists(
        st.sampled_from(
            ["не", "дихає", "вбивають", "вода", "немає", ",", ".", "ДТП", "\n", "ножем"]
        ),
        max_size=40,
    ).map(" ".join),
)


@given(WORDY)
def test_any_text_is_read_the_same_way_twice(text: str) -> None:
    first = SORTER.read(text)
    assert SORTER.read(text) == first
    assert 0 <= first.certainty <= 1
    chosen = settle(SORTER.rules, first.category, first.certainty, danger=first.danger)
    assert chosen.active
    if first.danger:
        assert chosen.police


def corpus(name: str) -> Iterator[dict[str, str]]:
    with (DATA / f"triage_{name}.csv").open(encoding="utf-8", newline="") as lines:
        yield from csv.DictReader(lines)


@pytest.mark.parametrize(("name", "fewest"), [("tuned", 200), ("held", 100)])
def test_the_scored_corpus(name: str, fewest: int, capsys: pytest.CaptureFixture[str]) -> None:
    found = SORTER.rules
    rows = list(corpus(name))
    right = exact = desk = off_topic = off_topic_right = alarms = 0
    missed: list[str] = []
    for row in rows:
        reading = SORTER.read(row["text"])
        chosen = settle(found, reading.category, reading.certainty, danger=reading.danger)
        wanted = found.by_code[row["category"]]
        response = chosen.response
        if reading.danger and response not in {Response.PATROL, Response.INVESTIGATION_TEAM}:
            response = Response.PATROL
        is_sorted = chosen.code != "unsorted"
        right += is_sorted and response == wanted.response
        exact += chosen.code == wanted.code
        desk += not is_sorted
        is_top = reading.danger or chosen.priority == 1
        if row["danger"] == "1" and not is_top:
            missed.append(row["text"])
        alarms += row["danger"] == "0" and is_top
        if not chosen.police:
            off_topic += 1
            off_topic_right += not wanted.police
    with capsys.disabled():
        print(  # noqa: T201 - the figures are what this test is for
            f"\n{name}: {len(rows)} messages, right response {right / len(rows):.1%},"
            f" right category {exact / len(rows):.1%}, left to the desk {desk},"
            f" off-topic precision {off_topic_right}/{off_topic},"
            f" danger missed {len(missed)}, false alarms {alarms}"
        )
    assert len(rows) >= fewest
    assert missed == []
    assert right >= 0.9 * len(rows)
    assert off_topic_right >= 0.95 * off_topic
