"""Opening hours by the city's clocks, in words of each language."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from app.service_hours import HoursError, check, in_words, open_at

KYIV = ZoneInfo("Europe/Kyiv")


@pytest.mark.parametrize(
    ("hours", "utc", "is_open", "until"),
    [
        # Monday 23 November 2026; Kyiv is two hours ahead.
        ("Mo-Fr 08:00-17:00", (11, 23, 5, 59), False, "23.11 08:00"),
        ("Mo-Fr 08:00-17:00", (11, 23, 6, 0), True, "23.11 17:00"),
        ("Mo-Fr 08:00-17:00", (11, 27, 15, 0), False, "30.11 08:00"),
        ("Mo-Su 22:00-06:00", (11, 23, 23, 0), True, "24.11 06:00"),
        ("24/7", (11, 23, 0, 0), True, None),
        # The clocks go back on 25 October: open hours are the clock's, not the sun's.
        ("Mo-Su 08:00-17:00", (10, 25, 6, 0), True, "25.10 17:00"),
        ("Mo-Su 08:00-17:00", (10, 24, 5, 0), True, "24.10 17:00"),
        ("off", (11, 23, 9, 0), False, None),
    ],
)
def test_open_now_is_by_the_clocks_of_the_city(
    hours: str, utc: tuple[int, int, int, int], is_open: bool, until: str | None
) -> None:
    state = open_at(hours, datetime(2026, *utc, tzinfo=UTC), KYIV)
    assert state.is_open is is_open
    assert (state.until.strftime("%d.%m %H:%M") if state.until else None) == until


@pytest.mark.parametrize("hours", ["щодня", "Mo-Fr 8-17", "8:00", "", "x" * 500])
def test_what_is_no_hours_is_refused(hours: str) -> None:
    with pytest.raises(HoursError):
        check(hours)


def test_hours_are_told_in_words() -> None:
    hours = "Mo-Fr 08:00-17:00; Sa 09:00-13:00; Su off"
    assert in_words(hours, "uk") == "пн–пт 08:00–17:00; сб 09:00–13:00; нд вихідний"
    assert in_words(hours, "ru") == "пн–пт 08:00–17:00; сб 09:00–13:00; вс выходной"
    assert in_words(hours, "en") == "Mo–Fr 08:00–17:00; Sa 09:00–13:00; Su closed"
    assert in_words("24/7", "uk") == "цілодобово"
