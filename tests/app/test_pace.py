"""Telegram's limits are kept."""

from hypothesis import given
from hypothesis import strategies as st

from app.pace import Limits, Pace


def test_thirty_a_second_over_all() -> None:
    pace = Pace()
    for chat in range(30):
        assert pace.room(0.5) > 0
        pace.sent(chat, 0.5, group=False)
    assert pace.room(0.9) == 0
    assert pace.room(1.5) == 30


def test_one_a_second_to_a_chat() -> None:
    pace = Pace()
    pace.sent(7, 10.0, group=False)
    assert pace.busy(10.9) == [7]
    assert pace.busy(11.0) == []


def test_twenty_a_minute_to_a_group() -> None:
    pace = Pace()
    for number in range(20):
        pace.sent(-5, float(number), group=True)
    assert pace.busy(30.0) == [-5]
    assert pace.busy(60.0) == []


def test_a_pause_stops_everything() -> None:
    pace = Pace()
    pace.pause(20.0)
    assert pace.room(19.9) == 0
    assert pace.wait_s(19.0) == 1.0
    assert pace.room(20.0) == 30


@given(
    steps=st.lists(st.tuples(st.floats(0.001, 2.0), st.integers(0, 5)), min_size=1, max_size=200)
)
def test_no_window_ever_holds_more_than_is_allowed(steps: list[tuple[float, int]]) -> None:
    limits = Limits(overall=3, group=4, group_span_s=10.0)
    pace, now, sent = Pace(limits), 0.0, []
    for pause, chat in steps:
        now += pause
        if pace.room(now) and chat not in pace.busy(now):
            pace.sent(chat, now, group=chat == 0)
            sent.append((now, chat))
    for at, chat in sent:
        within = [t for t, _ in sent if at <= t < at + 1.0]
        assert len(within) <= limits.overall
        assert sum(1 for t, c in sent if c == chat and at <= t < at + 1.0) == 1
        if chat == 0:
            assert sum(1 for t, c in sent if c == 0 and at <= t < at + 10.0) <= limits.group


def test_a_message_counts_from_its_sending_until_a_span_after_its_answer() -> None:
    pace = Pace(Limits(overall=1))
    pace.sending(7, group=False)
    assert pace.room(100.0) == 0
    assert pace.busy(100.0) == [7]
    pace.answered(7, 100.0)
    assert pace.room(100.9) == 0
    assert pace.busy(100.9) == [7]
    assert pace.room(101.0) == 1
    assert pace.busy(101.0) == []
