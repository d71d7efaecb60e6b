"""What people type, trap by trap."""

from collections import Counter
from importlib import import_module
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.addresses import LONGEST
from geo.folding import fold, stem, words
from geo.found import Answer, Fault, Outcome, Precision
from geo.gazetteer import Crossing, Gazetteer, Houses, Landmark, Name, NameKind, Street
from geo.house_number import HouseNumber, parse_house
from geo.matching import find
from geo.reverse import describe
from geo.romanisation import romanise
from geo.street_words import StreetKind, street_label
from tests.geo.gazetteers import demo_gazetteer


def label(kind: StreetKind, uk: str, ru: str) -> dict[str, str]:
    return {"uk": street_label(kind, uk, "uk"), "ru": street_label(kind, ru, "ru"), "en": uk}


def street(number: int, kind: StreetKind, uk: str, ru: str, *former: str) -> Street:
    names = (Name(uk, "uk"), Name(ru, "ru"), *(Name(f, None, NameKind.FORMER) for f in former))
    return Street(number, kind, names, label(kind, uk, ru))


SMALL = Gazetteer(
    [
        street(1, StreetKind.AVENUE, "Миру", "Мира", "Леніна", "Ленина"),
        street(2, StreetKind.AVENUE, "Свободи", "Свободы", "Ленінградський", "Ленинградский"),
        street(3, StreetKind.LANE, "Свободи", "Свободы", "Ленінградський", "Ленинградский"),
        street(4, StreetKind.STREET, "Архипа Куїнджі", "Архипа Куинджи", "Артема", "Артёма"),
        street(5, StreetKind.STREET, "9 Травня", "9 Мая"),
        street(6, StreetKind.QUARTER, "25", "25"),
    ],
    Houses.of(
        [
            (1, "10", 37.50, 47.10), (1, "20", 37.51, 47.10), (1, "15", 37.505, 47.101),
            (1, "45", 37.53, 47.10), (1, "45А", 37.531, 47.10), (2, "14", 37.60, 47.11),
            (3, "14", 37.61, 47.12), (3, "16", 37.611, 47.12), (4, "52", 37.515, 47.105),
            (5, "3", 37.52, 47.12), (6, "4", 37.54, 47.13),
        ]
    ),
    [Crossing(1, 4, 37.515, 47.1)],
    [Landmark(1, "theatre", (Name("Драмтеатр"), Name("Драматичний театр")),
              {"uk": "Драматичний театр", "ru": "Драмтеатр", "en": "Theatre"}, 37.52, 47.1)],
)  # fmt: skip


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("просп. Миру 45", "просп. Миру, 45"),
        ("на проспекте Мира, дом 45а", "просп. Миру, 45А"),
        ("ЛЕНИНА 45 ДТП", "просп. Миру, 45"),
        ("prospekt Myru 45", "просп. Миру, 45"),
        ("пр.Миру45", "просп. Миру, 45"),
        ("мира сорок пять", "просп. Миру, 45"),
        ("45 дом по проспекту Мира", "просп. Миру, 45"),
        ("просп. Свободи 14", "просп. Свободи, 14"),
        ("пер. Ленинградский 14", "пров. Свободи, 14"),
        ("свободы 16", "пров. Свободи, 16"),
        ("вул. 9 Травня, 3", "вул. 9 Травня, 3"),
        ("25 квартал дом 4", "квартал 25, 4"),
        ("ріг Миру і Куїнджі", "просп. Миру / вул. Архипа Куїнджі"),
        ("угол Артема и Ленина", "вул. Архипа Куїнджі / просп. Миру"),
        ("біля Драмтеатру бійка", "Драматичний театр"),
        ("о 22:30 на Миру 45, 5 чоловік, тел. 067 123-45-67", "просп. Миру, 45"),
        ("навпроти Миру 45 б'ються", "просп. Миру, 45"),
        ("за будинком 45 на Миру палять", "просп. Миру, 45"),
        ("між будинками 15 та 45 по Миру", "просп. Миру, 45"),
        ("на Миру, біля 20 будинку", "просп. Миру, 20"),
        ("авто АН 1234 ВС під домом Миру 20, ціна 500 грн", "просп. Миру, 20"),
        ("на проспекті Мыра сорок пять шумлять", "просп. Миру, 45"),
        ("улица Куиджи 52", "вул. Архипа Куїнджі, 52"),
        ("🚨🚨 Миру 45 🔪", "просп. Миру, 45"),
        ("Миру 45/2 подъезд закрыт", "просп. Миру, 45/2"),
        ("Свободи 14 провулок", "пров. Свободи, 14"),
        ("9 травня 3 вулиця", "вул. 9 Травня, 3"),
        ("дев'ятого травня вулиця 3", "вул. 9 Травня, 3"),
        ("Мира × Куинджи ДТП", "просп. Миру / вул. Архипа Куїнджі"),
        ("сусід з Миру 45 погрожує", "просп. Миру, 45"),
    ],
)
def test_one_place_is_found(text: str, where: str) -> None:
    answer = find(SMALL, text)
    assert answer.outcome is Outcome.CLEAR, answer
    assert answer.places[0].label == where


@pytest.mark.parametrize(
    "text",
    [
        "мир вашему дому", "свобода слова важлива 14", "9 мая был салют", "дом 25 горит",
        "у мене вкрали 45 грн", "067 123 45 67", "", "???", "🙏", "в 20:45 шум", "миру 45 років",
        "едет по проспекту", "сусід Куїнджі 5 разів дзвонив", "за мир и свободу", "школа 45",
        "дев'ятого травня був салют",
    ],
)  # fmt: skip
def test_no_place_is_found_where_there_is_none(text: str) -> None:
    assert find(SMALL, text).outcome is Outcome.NONE


def test_the_kind_makes_the_difference_and_its_lack_a_question() -> None:
    answer = find(SMALL, "свободы 14 драка")
    assert answer.outcome is Outcome.SEVERAL
    assert {place.label for place in answer.places} == {"просп. Свободи, 14", "пров. Свободи, 14"}
    assert all(Fault.STREET_KIND_GUESSED in place.faults for place in answer.places)


def test_several_addresses_are_asked_about() -> None:
    answer = find(SMALL, "від Миру 10 до Миру 45")
    assert answer.outcome is Outcome.SEVERAL
    assert [place.label for place in answer.places] == ["просп. Миру, 10", "просп. Миру, 45"]


def test_a_missing_house_is_put_between_its_neighbours_on_its_side() -> None:
    place = find(SMALL, "просп. Миру 14").places[0]
    assert Fault.HOUSE_INTERPOLATED in place.faults
    assert (place.lon, place.lat) == pytest.approx((37.504, 47.10))


def test_a_former_name_is_said_and_todays_is_shown() -> None:
    place = find(SMALL, "проспект Ленина 45", language="ru").places[0]
    assert (place.label, place.faults) == ("просп. Мира, 45", (Fault.FORMER_NAME,))


def test_a_street_alone_is_no_clear_place() -> None:
    answer = find(SMALL, "бійка на проспекті Миру")
    assert answer.outcome is Outcome.STREET
    assert answer.places[0].precision is Precision.STREET


def test_what_nobody_answers_for_is_not_offered() -> None:
    assert find(SMALL, "просп. Миру 45", coverage=lambda lon, lat: False).outcome is Outcome.NONE


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("115А", HouseNumber(115, "А")), ("105-а", HouseNumber(105, "А")),
        ("58/42", HouseNumber(58, fraction=42)), ("60к2", HouseNumber(60, corps="2")),
        ("д. 12 корп. 3", HouseNumber(12, corps="3")), ("115a", HouseNumber(115, "А")),
        ("5 квартира", None), ("0", None), ("", None), ("без номера", None), ("12345", None),
    ],
)  # fmt: skip
def test_house_numbers(text: str, number: HouseNumber | None) -> None:
    assert parse_house(text) == number


@pytest.mark.parametrize(
    ("one", "other"),
    [("Куїнджі", "Куинджи"), ("Металургів", "Metalurhiv"), ("Артёма", "артема"),
     ("Мар'їнська", "Мар’їнська"), ("Сєченова", "Сеченова")],
)  # fmt: skip
def test_spellings_fold_into_one(one: str, other: str) -> None:
    assert fold(one) == fold(other)


def test_inflected_forms_have_the_stem_of_the_name() -> None:
    assert {stem(fold(word)) for word in ("ринок", "ринку", "рынка")} == {"ринк"}
    assert stem(fold("Морський")) == stem(fold("Морском"))


def test_the_official_romanisation() -> None:
    assert romanise("Архипа Куїнджі") == "Arkhypa Kuindzhi"
    assert romanise("Згурського, Єнакієве, Юрій, МЮД") == "Zghurskoho, Yenakiieve, Yurii, MIUD"


def test_a_point_is_described() -> None:
    assert describe(SMALL, 37.5300001, 47.10) == "просп. Миру, 45"
    assert describe(SMALL, 37.52, 47.1005) == "біля: Драматичний театр"
    assert describe(SMALL, 38.0, 48.0) is None


@settings(deadline=None)
@given(st.text(max_size=300))
def test_any_text_is_read_without_failing(text: str) -> None:
    for word in words(text):
        assert text[word.start : word.end] == word.text
    find(demo_gazetteer(), text)


@given(st.integers(1, 999), st.sampled_from(["", "А", "Б"]), st.none() | st.integers(1, 999))
def test_a_house_number_is_read_back(number: int, letter: str, fraction: int | None) -> None:
    written = HouseNumber(number, letter, fraction)
    assert parse_house(str(written)) == written


def test_the_longest_message_is_read() -> None:
    text = "слово " * 3_000 + "просп. Миру 45"
    assert find(SMALL, text).outcome is Outcome.NONE
    assert find(SMALL, "просп. Миру 45 " + text).outcome is Outcome.CLEAR


ODD = st.text(
    st.sampled_from("МмИиРрУу іїєґ'’ьъ.,/-–×&№#+0123456789\n\t\u0301\u200d\u202e\u00a0👮🚨İßﬁ㍿①٣"),
    max_size=200,
)


@settings(deadline=None)
@given(ODD | st.text(st.characters(categories=["So", "Sk", "Mn", "Cf", "Zs", "Nd"]), max_size=200))
def test_odd_letters_are_read_without_failing(text: str) -> None:
    answer = find(demo_gazetteer(), text)
    assert all(0 < place.score <= 1 for place in answer.places)


WORDS = st.sampled_from(
    ["Миру", "проспект", "вул.", "Куїнджі", "Свободи", "45", "14", "біля", "ріг", "і", "Драмтеатру",
     "дом", "бійка", "Металургів", "на", "провулок", "22:30", "кв", "пер", "9", "травня"]
)  # fmt: skip
MESSAGES = st.lists(WORDS, min_size=1, max_size=12)


@settings(deadline=None)
@given(MESSAGES, st.lists(st.sampled_from([" ", "  ", "\t", "\u00a0"]), min_size=12, max_size=12))
def test_spaces_change_nothing(message: list[str], spaces: list[str]) -> None:
    spaced = "".join(word + space for word, space in zip(message, spaces, strict=False))
    assert places(find(SMALL, f" {spaced}")) == places(find(SMALL, " ".join(message)))


@settings(deadline=None)
@given(MESSAGES)
def test_all_capitals_are_read_as_the_same_letters(message: list[str]) -> None:
    lower = " ".join(message).lower()
    assert places(find(SMALL, lower.upper())) == places(find(SMALL, lower))


@settings(deadline=None)
@given(MESSAGES, st.randoms(use_true_random=False))
def test_the_order_of_the_gazetteer_changes_nothing(message: list[str], rng: Random) -> None:
    text = " ".join(message)
    streets = rng.sample(SMALL.streets, len(SMALL.streets))
    landmarks = rng.sample(SMALL.landmarks, len(SMALL.landmarks))
    crossings = rng.sample(SMALL.crossings, len(SMALL.crossings))
    houses = list(
        zip(
            SMALL.houses.street.tolist(), SMALL.houses.number,
            SMALL.houses.lon.tolist(), SMALL.houses.lat.tolist(), strict=True,
        )
    )  # fmt: skip
    shuffled = Gazetteer(streets, Houses.of(rng.sample(houses, len(houses))), crossings, landmarks)
    assert find(shuffled, text) == find(SMALL, text)


def places(answer: Answer) -> list[tuple[str, float, float, float]]:
    return [(each.label, each.lon, each.lat, each.score) for each in answer.places]


HOSTILE = [
    "Металургів і Перемоги і ", "Шевченка і Нахімова та ", "1 и 2 и 3 и ", "Миру Перемоги Свободи ",
    "Миру 45 ", "ул Метлургов 5 ", "вул Абвгдежзик ", "ул ", "улпрбул", "1", "сто ", "вокзал ",
    "перша ", "просп. Миру, ", "угол ", "067-", "🚨", "и\u0301", "а\u200d", "Мира\n",
]  # fmt: skip


@pytest.mark.parametrize("piece", HOSTILE)
def test_a_hostile_message_is_bounded_work(piece: str, monkeypatch: pytest.MonkeyPatch) -> None:
    done = Counter[str]()

    def counted(module: str, name: str) -> None:
        real = getattr(import_module(module), name)

        def call(*given: Any, **named: Any) -> Any:
            done[name] += 1
            return real(*given, **named)

        monkeypatch.setattr(f"{module}.{name}", call)

    for module, name in (
        ("geo.matching", "distance_m"), ("geo.matching", "interpolate"),
        ("geo.matching", "middle_of"), ("geo.matching", "_approach"),
        ("geo.house_in_text", "_number"), ("geo.names", "_follow"),
    ):  # fmt: skip
        counted(module, name)
    asked = 0

    def coverage(_lon: float, _lat: float) -> bool:
        nonlocal asked
        asked += 1
        return True

    whole = demo_gazetteer()
    for length in (4_000, 20_000):
        text = (piece * (length // len(piece) + 1))[:length]
        done.clear()
        asked = 0
        find(whole, text, coverage=coverage)
        # Of a place that is named a thousand times, its whereabouts are worked out once.
        assert done["interpolate"] + done["middle_of"] + done["_approach"] + asked < 100
        assert done["distance_m"] < 500
        assert done["_number"] + done["_follow"] < 40 * LONGEST
