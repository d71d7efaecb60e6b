"""Learning from corrections: judged beside the rules, kept as numbers, never believed blindly."""

import dataclasses
import io

import numpy as np
import pytest

from app.categories import RuleSet
from app.triage_learned import Learned, SpoiltModelError, digest, from_bytes, pieces, to_bytes
from app.triage_sets import shipped
from app.triage_training import Label, TooFewLabelsError, Trained, train

SAID = {
    "noise": ("гупотять зранку {}", "знову гупання {}", "гупають до ночі {}"),
    "parking": ("тачка загородила {}", "тачки заважають {}", "чужа тачка {}"),
    "waste": ("купа непотребу {}", "непотріб лежить {}", "гора непотребу {}"),
}
PLACES = ("у дворі", "біля арки", "коло школи", "на розі", "за будинком", "під вікном")


def labels(times: int = 8) -> list[Label]:
    return [
        Label(f"2026-{number:06}", said.format(f"{place} {turn}"), code)
        for turn in range(times)
        for number, (code, said, place) in enumerate(
            (
                (code, said, place)
                for code, all_ in SAID.items()
                for said in all_
                for place in PLACES
            ),
            start=turn * 1000,
        )
    ]


@pytest.fixture(scope="module")
def trained() -> Trained:
    return train(labels(), shipped())


def test_it_learns_words_that_no_rule_knows_and_says_which(trained: Trained) -> None:
    assert trained.rules < 0.5
    assert trained.model > 0.95
    assert trained.better
    assert trained.held + trained.labels == len(labels())
    guesses = trained.learned.probabilities("Сусіди гупають уже годину!")
    assert guesses[0][0] == "noise"
    assert sum(share for _, share in guesses) == pytest.approx(1, abs=1e-4)
    words = [
        word.text for word, _ in trained.learned.telling("Сусіди гупають уже годину!", "noise")
    ]
    assert "гупають" in words


def test_where_the_rules_are_right_already_nothing_is_better() -> None:
    plain = [
        Label(f"2026-{number:06}", f"{text} {number}", code)
        for number in range(120)
        for text, code in [
            ("гримить музика", "noise") if number % 2 else ("не вивозять сміття", "waste")
        ]
    ]
    found = train(plain, shipped())
    assert found.rules == 1.0
    assert not found.better


def test_too_few_corrections_are_refused() -> None:
    with pytest.raises(TooFewLabelsError, match="it takes 100"):
        train(labels()[:50], shipped())
    with pytest.raises(TooFewLabelsError):
        train([dataclasses.replace(each, category="noise") for each in labels()], shipped())
    gone = [dataclasses.replace(each, category="no_such_category") for each in labels()]
    with pytest.raises(TooFewLabelsError, match="There are 0"):
        train(gone, shipped())


def test_a_model_is_read_back_exactly_and_only_if_it_is_what_was_stored(trained: Trained) -> None:
    body = to_bytes(trained.learned)
    again = from_bytes(body, digest(body))
    text = "непотріб під вікном"
    assert again.probabilities(text) == trained.learned.probabilities(text)
    with pytest.raises(SpoiltModelError):
        from_bytes(body[:-1] + b"x", digest(body))
    with pytest.raises(SpoiltModelError):
        from_bytes(b"", digest(b""))


def spoilt(learned: Learned, **change: object) -> bytes:
    arrays = {
        "classes": np.array(learned.classes),
        "vocabulary": np.array(learned.vocabulary),
        "idf": learned.idf,
        "weights": learned.weights,
        "intercept": learned.intercept,
    } | change
    stream = io.BytesIO()
    np.savez(stream, **{name: value for name, value in arrays.items() if value is not None})  # type: ignore[arg-type]
    return stream.getvalue()


@pytest.mark.parametrize(
    "change",
    [
        {"classes": np.array([{"run": "me"}], dtype=object)},
        {"weights": None},
        {"weights": np.zeros((2, 2), dtype=np.float32)},
        {"intercept": np.array([np.nan] * 3, dtype=np.float32)},
        {"idf": np.array(["a"])},
        {"vocabulary": np.zeros(3)},
    ],
    ids=["pickle", "missing", "shape", "nan", "kind", "texts"],
)
def test_arrays_of_another_kind_are_refused_and_never_run(
    trained: Trained, change: dict[str, object]
) -> None:
    body = spoilt(trained.learned, **change)
    with pytest.raises(SpoiltModelError):
        from_bytes(body, digest(body))


def test_two_categories_only_are_told_apart(trained: Trained) -> None:
    two = [each for each in labels() if each.category != "waste"]
    found = train(two, shipped())
    assert found.learned.classes == ("noise", "parking")
    assert found.learned.probabilities("чужа тачка на розі")[0][0] == "parking"


def test_pieces_mark_where_a_word_ends() -> None:
    assert pieces("Ох") == [" о", "ох", "х ", " ох", "ох ", " ох "]
    assert pieces("") == []


def test_a_category_that_is_gone_is_not_learnt() -> None:
    left = [each for each in shipped().categories if each.code != "waste"]
    rules = RuleSet.model_validate(shipped().model_dump() | {"categories": left})
    assert train(labels(), rules).learned.classes == ("noise", "parking")
