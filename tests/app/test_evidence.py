"""Rules of the figures: the grid of durations, small counts, and what a history says."""

from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.evidence_counts import NEVER, NO_DEADLINE, NOT_YET, STATUSES, Mark, Metric, Placed
from app.evidence_grid import BARS, BUCKETS, EDGES, bars, bucket_of, quantiles
from app.evidence_history import Happened, Reported, course
from app.evidence_suppression import column_without
from app.phrases.evidence import WORDS, duration
from app.workflow import Status

START = datetime(2026, 3, 4, 10, 0, tzinfo=UTC)
durations = st.lists(st.integers(0, 40_000_000), min_size=1, max_size=60)


def counts_of(seconds: list[int]) -> Any:
    return np.bincount(bucket_of(np.array(seconds)), minlength=BUCKETS)


@settings(deadline=None)
@given(durations, st.integers(1, 100))
def test_a_quantile_of_the_grid_is_that_of_the_durations_rounded_down(
    seconds: list[int], share: int
) -> None:
    rank = -(-len(seconds) * share // 100)
    exact = sorted(seconds)[rank - 1]
    expected = max(int(edge) for edge in EDGES if edge <= exact)
    assert quantiles(counts_of(seconds), (share,)) == [expected]


@settings(deadline=None)
@given(st.lists(st.integers(0, 2**31 - 1)))
def test_looking_a_bucket_up_finds_what_a_search_does(seconds: list[int]) -> None:
    # Edges and what lies beside them are where the two would part.
    beside = np.concatenate([EDGES, EDGES + 1, EDGES[1:] - 1, np.array(seconds, np.int64)])
    expected = np.searchsorted(EDGES, beside, side="right") - 1
    assert bucket_of(beside).tolist() == expected.tolist()


@settings(deadline=None)
@given(durations)
def test_bars_are_exact_since_they_begin_on_the_grid(seconds: list[int]) -> None:
    expected = [0] * len(BARS)
    for each in seconds:
        expected[max(place for place, begin in enumerate(BARS) if begin <= each)] += 1
    assert bars(counts_of(seconds)) == expected


@settings(deadline=None)
@given(st.lists(st.integers(0, 30), max_size=12), st.integers(0, 10))
def test_what_is_hidden_cannot_be_had_from_the_sum(counts: list[int], least: int) -> None:
    shown = column_without(counts, least)
    hidden = [n for n, is_shown in zip(counts, shown, strict=True) if is_shown is None]
    assert all(n is None or n == 0 or n >= least for n in shown)
    assert all(n is None or n == was for n, was in zip(shown, counts, strict=True))
    if hidden and any(n is not None and n > 0 for n in shown):
        assert len(hidden) > 1
        assert sum(hidden) >= least
    if all(n == 0 or n >= least for n in counts):
        assert not hidden


def test_every_status_has_its_number() -> None:
    assert sorted(STATUSES) == sorted(Status)


def test_every_language_prints_the_same_words() -> None:
    assert WORDS["uk"].keys() == WORDS["ru"].keys() == WORDS["en"].keys()


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (None, "–"),
        (0, "0 s"),
        (59, "59 s"),
        (60, "1 min"),
        (4_980, "1 h 23 min"),
        (90_000, "1 d 1 h"),
    ],
)
def test_durations_in_words(seconds: int | None, words: str) -> None:
    assert duration(seconds, "en") == words


def reported(status: str, **more: Any) -> Reported:
    known: dict[str, Any] = {
        "received_at": START,
        "is_citizens": True,
        "response": "patrol",
        "danger": False,
        "is_duplicate": False,
        "acknowledge_due_at": START + timedelta(minutes=10),
        "on_scene_due_at": None,
    }
    return Reported(status=Status(status), **(known | more))


def happened(minutes: float, kind: str, actor: str = "officer:O1", **sides: Any) -> Happened:
    at = START + timedelta(minutes=minutes)
    return Happened(at, actor, kind, sides.get("before"), sides.get("after"))


def step(minutes: float, status: str, due_min: float | None = 10, **more: Any) -> Happened:
    due = None if due_min is None else (START + timedelta(minutes=due_min)).isoformat()
    after = {"status": status, "due": {"acknowledge": due, "on_scene": None}}
    return happened(minutes, "status", after=after, **more)


def test_nothing_has_happened_yet() -> None:
    found = course(reported("queued"), [happened(0, "registered", after={"status": "queued"})])
    assert set(found.times.values()) == {NOT_YET}
    assert found.due == {Metric.ACKNOWLEDGE: 600, Metric.ON_SCENE: NO_DEADLINE}
    assert (found.marks, found.placed, found.stars) == (Mark(0), Placed.NOT, 0)


def test_the_first_steps_count_and_the_last_closing() -> None:
    events = [
        step(2, "acknowledged"),
        step(3, "queued", before={"status": "acknowledged"}),
        step(9, "acknowledged", due_min=13),
        step(20, "on_scene"),
        step(30, "resolved"),
        step(60, "queued", before={"status": "resolved"}, actor="citizen:R"),
        happened(61, "rated", "citizen:R", after={"stars": 2}),
        step(90, "resolved"),
        happened(95, "rated", "citizen:R", after={"stars": 5}),
    ]
    found = course(reported("resolved", acknowledge_due_at=START + timedelta(days=1)), events)
    assert found.times == {
        Metric.ANSWER: 120,
        Metric.ACKNOWLEDGE: 120,
        Metric.ON_SCENE: 1200,
        Metric.CLOSE: 5400,
    }
    # As it was due when it was taken on, whatever it was later.
    assert found.due[Metric.ACKNOWLEDGE] == 600
    assert found.marks == Mark.REOPENED
    assert found.stars == 5


def test_who_withdraws_answers_nobody_and_a_repetition_is_no_work() -> None:
    withdrawn = course(reported("withdrawn"), [step(5, "withdrawn", actor="citizen:R")])
    assert set(withdrawn.times.values()) == {NEVER}
    merged = course(
        reported("resolved", is_duplicate=True),
        [happened(4, "duplicate", "desk", after={"status": "resolved", "of": "2026-000001"})],
    )
    assert merged.times[Metric.ANSWER] == 240
    assert {merged.times[metric] for metric in list(Metric)[1:]} == {NEVER}
    assert merged.marks == Mark.DUPLICATE


def test_reports_of_staff_are_answered_to_nobody() -> None:
    found = course(reported("queued", is_citizens=False), [step(1, "acknowledged")])
    assert found.times[Metric.ANSWER] == NEVER
    assert found.times[Metric.ACKNOWLEDGE] == 60


def place(kind: str | None, beat: str | None = None, rung: str = "primary", who: int = 1) -> Any:
    return {
        "placement": {"kind": kind, "beat": beat},
        "assignment": {"officer_id": who, "desk": None, "rung": rung},
    }


def test_places_owners_and_cover() -> None:
    events = [
        happened(0, "registered", "citizen:R", after=place(None, rung="city_desk")),
        happened(
            1,
            "placed",
            "citizen:R",
            before=place(None),
            after=place("geocoded", "C-1", "neighbour", 2),
        ),
        happened(
            2, "placed", "citizen:R", before=place("geocoded"), after=place("confirmed", "C-1")
        ),
    ]
    found = course(reported("queued"), events)
    assert found.placed is Placed.BY_TEXT
    assert found.marks == Mark.IN_BEAT | Mark.COVERED
    events.append(
        happened(3, "placed", "desk", before=place("confirmed"), after=place("operator", "C-2"))
    )
    events.append(
        happened(4, "assigned", "desk", before=place("x", who=1), after=place("x", who=3))
    )
    found = course(reported("queued"), events)
    assert found.marks == Mark.IN_BEAT | Mark.COVERED | Mark.CORRECTED | Mark.MOVED
