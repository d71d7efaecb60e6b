"""Every address of the demo city, as citizens write it; houses nobody drew; the scored corpus."""

import csv
import random
import statistics
from collections import Counter
from pathlib import Path

import pytest

from geo.found import Answer, Outcome, Precision
from geo.gazetteer import NameKind
from geo.index import DistrictIndex
from geo.matching import find
from geo.metres import distance_m
from tests.geo.gazetteers import demo_gazetteer, drafts, gazetteer
from tests.samples import demo_city

NEAR_M = 100.0
KIND_WORDS = {
    "uk": {
        "street": ["вул.", "вулиця", "на вулиці"],
        "avenue": ["просп.", "проспект", "на проспекті"],
        "boulevard": ["бульв.", "бульвар", "на бульварі"],
        "lane": ["пров.", "провулок", "у провулку"],
        "quarter": ["квартал"],
    },
    "ru": {
        "street": ["ул.", "улица", "на улице"],
        "avenue": ["пр-т", "проспект", "на проспекте"],
        "boulevard": ["б-р", "бульвар", "на бульваре"],
        "lane": ["пер.", "переулок", "в переулке"],
        "quarter": ["квартал"],
    },
}
SENTENCES = (
    "{} {} {}", "{} {}, {}", "{} {} дом {}", "{} {}, буд. {}, двір", "Крадіжка! {} {} {}, 2 поверх",
)  # fmt: skip
INDEX = DistrictIndex(demo_city())


def is_covered(lon: float, lat: float) -> bool:
    return INDEX.decide(lon, lat).precinct is not None


def is_near(answer: Answer, place: tuple[float, float]) -> bool:
    first = answer.places[0] if answer.places else None
    return first is not None and distance_m(first.lon, first.lat, *place) <= NEAR_M


def test_every_address_is_found_in_both_languages_by_both_names() -> None:
    rng = random.Random(2026)
    whole = demo_gazetteer()
    asked, found = Counter[tuple[str, str]](), Counter[tuple[str, str]]()
    for street in drafts()[0]:
        for number, place in street.houses.items():
            for name in street.names:
                if name.language is None or name.kind not in {NameKind.TODAY, NameKind.FORMER}:
                    continue
                kind = rng.choice(KIND_WORDS[name.language][street.kind.value])
                text = rng.choice(SENTENCES).format(kind, name.text, number.lower())
                group = (name.language, name.kind.value)
                asked[group] += 1
                found[group] += is_near(find(whole, text), place)
    assert len(asked) == 4
    assert {
        group: found[group] / asked[group] for group in asked if found[group] < 0.97 * asked[group]
    } == {}


def test_houses_that_are_held_back_are_interpolated() -> None:
    rng = random.Random(7)
    streets, _ = drafts()
    held = [
        (street, number, street.houses.pop(number))
        for street in streets
        for number in list(street.houses)
        if len(street.houses) > 1 and rng.random() < 0.2
    ]
    without = gazetteer(streets)
    errors = []
    for street, number, place in held:
        name = next(name.text for name in street.names if name.language == "uk")
        kind = KIND_WORDS["uk"][street.kind.value][0]
        houses = [
            each
            for each in find(without, f"{kind} {name} {number}").places
            if each.precision is Precision.HOUSE
        ]
        if houses:
            errors.append(distance_m(houses[0].lon, houses[0].lat, *place))
    assert len(errors) >= 0.9 * len(held)
    assert statistics.median(errors) < 120


def corpus(part: str) -> list[dict[str, str]]:
    path = Path(__file__).parent.parent / "data" / f"messages_{part}.csv"
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def expected(label: str) -> tuple[float, float]:
    whole = demo_gazetteer()
    for landmark in whole.landmarks:
        if landmark.label["uk"] == label:
            return landmark.lon, landmark.lat
    one, slash, other = label.partition(" / ")
    text = f"перехрестя {one} і {other}" if slash else label
    first = find(whole, text, coverage=is_covered).places[0]
    return first.lon, first.lat


def verdict(row: dict[str, str]) -> str:
    answer = find(demo_gazetteer(), row["text"], coverage=is_covered)
    labels = row["expected"].split(" | ") if row["expected"] else []
    if not labels:
        return "phantom" if answer.places else "silent"
    if answer.outcome is Outcome.NONE:
        return "missed"
    otherwise = "wrong" if answer.outcome is Outcome.CLEAR else "missed"
    if row["class"] == "street":
        return "right" if answer.places[0].label == labels[0] else "wrong"
    if len(labels) > 1:
        # Of several addresses all have to be offered.
        hits = [
            any(
                distance_m(each.lon, each.lat, *expected(label)) <= NEAR_M for each in answer.places
            )
            for label in labels
        ]
        return "right" if answer.outcome is Outcome.SEVERAL and all(hits) else otherwise
    if is_near(answer, expected(labels[0])):
        return "asked" if answer.outcome is Outcome.SEVERAL else "right"
    return otherwise


def test_the_corpus_is_large_and_hard_enough() -> None:
    for part in ("tuned", "held"):
        rows = corpus(part)
        hard = [row for row in rows if row["class"] not in {"house", "none", "street"}]
        assert len(rows) >= 300
        assert len(hard) >= 0.5 * len(rows)
    texts = [row["text"] for part in ("tuned", "held") for row in corpus(part)]
    assert len(set(texts)) == len(texts)


@pytest.mark.parametrize("part", ["tuned", "held"])
def test_messages_of_citizens_are_understood(part: str) -> None:
    counts = Counter[str]()
    by_class: dict[str, Counter[str]] = {}
    failed = []
    for row in corpus(part):
        is_what = verdict(row)
        counts[is_what] += 1
        by_class.setdefault(row["class"], Counter())[is_what] += 1
        if is_what not in {"right", "silent"}:
            failed.append(f"{is_what}: {row['text']}")
    report = "\n".join([*failed, *(f"{kind}: {dict(its)}" for kind, its in by_class.items())])

    placed = counts["right"] + counts["asked"] + counts["missed"] + counts["wrong"]
    assert counts["right"] >= 0.92 * placed, report
    assert counts["wrong"] <= 0.02 * placed, report
    assert counts["phantom"] <= 0.03 * (counts["phantom"] + counts["silent"]), report


def test_schools_lie_in_their_official_districts() -> None:
    path = Path("tests/data/schools_by_district.csv")
    with path.open(encoding="utf-8", newline="") as file:
        schools = list(csv.DictReader(file))
    names = {each.code: each.name["uk"] for each in demo_city() if each.parent is None}
    found = []
    for school in schools:
        answer = find(demo_gazetteer(), school["address_uk"], coverage=is_covered)
        if answer.places:
            first = answer.places[0]
            precinct = INDEX.decide(first.lon, first.lat).precinct or ""
            found.append((school["address_uk"], school["district_uk"] in names.get(precinct, "")))
    # Of five schools the gazetteer does not have the street.
    assert len(found) == len(schools) - 5
    assert sum(right for _, right in found) >= 0.95 * len(found), found
