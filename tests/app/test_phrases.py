"""What citizens read exists in all three languages and says the same."""

import string

import pytest

from app.phrases import LANGUAGES, first_language, language_of_text, local_name, phrase
from app.workflow import Status


def fields(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


@pytest.mark.parametrize("language", ["ru", "en"])
def test_every_phrase_is_in_every_language_with_the_same_fields(language: str) -> None:
    uk, other = LANGUAGES["uk"], LANGUAGES[language]
    assert other.keys() == uk.keys()
    assert {key: fields(text) for key, text in other.items()} == {
        key: fields(text) for key, text in uk.items()
    }


def test_no_phrase_is_left_in_another_language() -> None:
    for key, text in LANGUAGES["uk"].items():
        assert language_of_text(text) != "ru", key
    for key, text in LANGUAGES["ru"].items():
        assert language_of_text(text) != "uk", key


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_status_has_a_word(language: str) -> None:
    for status in Status:
        assert phrase(language, f"word_{status}")


def test_an_unknown_language_is_answered_in_ukrainian() -> None:
    assert phrase("pl", "thanks") == "Дякуємо!"


@pytest.mark.parametrize(
    ("code", "expected"), [("uk", "uk"), ("ru-RU", "ru"), ("EN", "en"), ("pl", "uk"), (None, "uk")]
)
def test_telegrams_language_is_taken_where_it_is_offered(code: str | None, expected: str) -> None:
    assert first_language(code, ("uk", "ru", "en")) == expected


def test_a_language_that_is_not_offered_is_not_taken() -> None:
    assert first_language("ru", ("uk", "en")) == "uk"


def test_a_district_without_the_language_has_its_ukrainian_name_or_its_code() -> None:
    assert local_name({"uk": "Центр"}, "en", "C") == "Центр"
    assert local_name({}, "en", "C") == "C"
