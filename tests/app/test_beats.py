"""When beats will have nobody, by the plan."""

from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.dialects.postgresql import Range

from app import roster
from app.beats import Gap, Planned, Span, days_from, forecast, gaps, hours_of
from app.cover import Why
from app.directory import DirectoryCache
from app.permissions import Scope
from app.roster import LeaveKind, OfficerFacts, PostingKind, ShiftKind
from tests.app.roster_town import START, Town, opened

KYIV = ZoneInfo("Europe/Kyiv")
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
WINDOW = (START, START + 7 * DAY)
ALWAYS = Span(None, None)


def at(hours: float) -> datetime:
    return START + hours * HOUR


def span(since: float, until: float) -> Span:
    return Span(at(since), at(until))


def said(found: list[Gap]) -> list[tuple[float, float, Why]]:
    return [((g.since - START) / HOUR, (g.until - START) / HOUR, g.why) for g in found]


def test_nobody_posted_is_a_vacancy_all_the_time() -> None:
    assert said(gaps([], WINDOW)) == [(0, 168, Why.VACANT)]


def test_a_gap_is_where_nobody_posted_is_planned() -> None:
    primary = (ALWAYS, Planned([span(-5, 12), span(36, 48)]))
    deputy = (span(10, 40), Planned([span(11, 20)], [span(18, 30)]))
    assert said(gaps([primary, deputy], WINDOW)) == [
        (18, 36, Why.OFF_SHIFT),
        (48, 168, Why.OFF_SHIFT),
    ]


def test_the_reason_is_told_for_each_part() -> None:
    only = (span(0, 100), Planned([span(0, 200)], [span(50, 60)]))
    assert said(gaps([only], WINDOW)) == [(50, 60, Why.ON_LEAVE), (100, 168, Why.VACANT)]


def spans() -> st.SearchStrategy[Span]:
    edge = st.none() | st.integers(-30, 200)
    return st.tuples(edge, edge).map(
        lambda both: Span(*(None if each is None else at(each) for each in both))
    )


@given(st.lists(st.tuples(spans(), st.lists(spans()), st.lists(spans())), max_size=4))
def test_every_hour_is_in_a_gap_or_somebody_is_there(drawn: list[Any]) -> None:
    posted = [(span, Planned(shifts, leaves)) for span, shifts, leaves in drawn]
    found = gaps(posted, WINDOW)
    for hour in range(168):
        instant = at(hour + 0.5)
        there = any(
            period.has(instant)
            and any(shift.has(instant) for shift in plan.shifts)
            and not any(leave.has(instant) for leave in plan.leaves)
            for period, plan in posted
        )
        assert there != any(gap.since <= instant < gap.until for gap in found)
    assert all(one.until <= two.since for one, two in pairwise(found))


@pytest.mark.parametrize(
    ("now", "longest"),
    [
        # Clocks go forward on 29 March 2026, and back on 25 October.
        (datetime(2026, 3, 27, 10, 0, tzinfo=UTC), [24, 24, 23, 24]),
        (datetime(2026, 10, 23, 10, 0, tzinfo=UTC), [24, 24, 25, 24]),
    ],
)
def test_days_are_as_long_as_the_citys_clocks_make_them(now: datetime, longest: list[int]) -> None:
    days = days_from(now, 4, KYIV)
    whole = [Gap(days[0].since.astimezone(UTC), days[-1].until.astimezone(UTC), Why.VACANT)]
    assert hours_of(whole, days) == longest
    assert [day.date.day for day in days] == [now.day + number for number in range(4)]


@pytest.fixture
async def town(fresh_database_url: Callable[[], str]) -> AsyncIterator[Town]:
    async with opened(fresh_database_url(), on=()) as made:
        yield made


async def test_the_forecast_reads_postings_shifts_and_leave(town: Town) -> None:
    # The night in which clocks go back: from eight to eight it is thirteen hours long.
    town.now[0] = datetime(2026, 10, 24, 9, 0, tzinfo=UTC)
    evening = datetime(2026, 10, 24, 20, 0, tzinfo=KYIV)
    morning = datetime(2026, 10, 25, 8, 0, tzinfo=KYIV)
    async with town.changing() as session:
        first, second = [await town.officer(session, code) for code in ("O1", "O3")]
        gone = await town.officer(session, "O4")
        for officer in (first, second):
            await roster.plan_shift(
                session, town.context, "desk", officer, ShiftKind.DUTY, Range(evening, morning)
            )
        await roster.plan_shift(
            session,
            town.context,
            "desk",
            first,
            ShiftKind.ON_CALL,
            Range(morning, morning + 4 * HOUR),
        )
        sick = Range(datetime(2026, 10, 24, 22, 0, tzinfo=UTC), None)
        await roster.grant_leave(session, town.context, "desk", second, LeaveKind.SICK, sick)
        always = Range(town.now[0], None)
        await roster.post(session, town.context, "desk", gone, "C", PostingKind.PRIMARY, always)
        await roster.plan_shift(session, town.context, "desk", gone, ShiftKind.DUTY, always)
        facts = OfficerFacts("O4", "O4", "P", active=False)
        await roster.put_officer(session, town.context, "desk", facts)
    async with town.changing() as session:
        directory = await DirectoryCache(["uk"]).current(session)
        found = await forecast(session, town.context, directory, Scope(), 2)
    assert (found.since, len(found.days)) == (town.now[0], 2)
    a, b, c = found.beats
    # Today from noon on; tomorrow has 25 hours, of which nine are in the shift.
    assert a.hours == [8.0, 16.0]
    assert [(gap.since, gap.until) for gap in a.gaps] == [
        (town.now[0], evening.astimezone(UTC)),
        (morning.astimezone(UTC), found.days[-1].until.astimezone(UTC)),
    ]
    # On leave from one in the night: of 25 hours one was on duty.
    assert b.hours == [8.0, 24.0]
    assert [gap.why for gap in b.gaps] == [Why.OFF_SHIFT, Why.ON_LEAVE]
    # Whoever has left the service answers for nothing.
    assert ([gap.why for gap in c.gaps], c.hours) == ([Why.VACANT], [12.0, 25.0])
