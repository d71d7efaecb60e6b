"""A week of the channel's life: 2,000 reports, and the figures beside a count of its history."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from functools import partial
from typing import Any

import pytest

from app.evidence_watch import bring_up_to_date, count_months
from tests.endtoend.by_hand import Life, by_hand, lives
from tests.endtoend.played_week import MONDAY, PEOPLE, REPORTS, ZONE, Week, begun
from tests.settled import settle


def alike(shown: Any, expected: Any) -> Any:
    """Return those parts of an answer that are counted by hand, too."""
    if isinstance(expected, dict):
        return {name: alike(shown[name], part) for name, part in expected.items()}
    return shown


@pytest.fixture
async def week(fresh_database_url: Callable[[], str]) -> AsyncIterator[Week]:
    async with begun(fresh_database_url()) as week:
        yield week


async def check(
    week: Week, query: str, all_of: list[Life], path: str = "", who: str = "leader"
) -> Any:
    answer = await week.clients[who].get(f"/api/v1/stats{path}?{query}")
    assert answer.status_code == 200, answer.text
    shown = answer.json()["current"]
    expected = by_hand(all_of, week.now)
    assert alike(shown["total"], expected) == expected, query
    for kind, column in (
        ("precinct", "precinct_code"),
        ("category", "category"),
        ("source", "source"),
    ):
        rows = Counter(getattr(life.row, column) for life in all_of)
        assert {row["code"]: row["reports"] for row in shown["by"][kind]} == rows
    local = [life.row.received_at.astimezone(ZONE) for life in all_of]
    hours = Counter(at.weekday() * 24 + at.hour for at in local)
    assert shown["hours"] == [hours[hour] for hour in range(168)]
    return shown


@pytest.mark.timeout(1500)
async def test_a_week_of_the_channel_is_counted_as_it_was(week: Week) -> None:
    chance, play = week.chance, week.stage.play
    # Evenings are busier than nights.
    hours = [1 + 3 * (7 <= hour < 23) + 3 * (17 <= hour < 21) for hour in range(24)] * 7
    people = [week.stage.person(f"Мешканець {n}") for n in range(PEOPLE)]
    moments = sorted(
        MONDAY + timedelta(hours=hour, seconds=chance.randrange(3_600))
        for hour in chance.choices(range(168), hours, k=REPORTS)
    )
    for number, moment in enumerate(moments):
        if chance.random() < 0.08:
            week.at(moment, week.enter)
        else:
            week.at(moment, partial(week.write, people[number % PEOPLE]))
    await asyncio.wait_for(week.live(), 1200)
    settle(play.owner.conninfo)
    await bring_up_to_date(play.owner, week.stage.context)

    all_of = await lives(play)
    assert len(all_of) > REPORTS * 0.97, week.answers
    assert week.stage.failures() == []
    days = "since=2026-11-16&until=2026-11-22"
    shown = await check(week, days, all_of)
    # It was a week like any other: all of it occurred.
    total = shown["total"]
    for name in ("open", "redirected", "withdrawn", "duplicates", "off_topic", "reopened", "moved"):
        assert total[name] > 0, name
    assert min(total["placed"].values()) >= 0
    assert min(total["placed"][how] for how in ("location", "desk", "not")) > 0
    assert min(total["corrected"], total["covered"], total["ratings"]["rated"]) > 0
    assert 0 < total["deadlines"]["acknowledge"]["share"] < 1

    await check(week, f"{days}&precinct=C", [x for x in all_of if x.row.precinct_code == "C"])
    staff = [x for x in all_of if x.row.source != "telegram"]
    await check(week, f"{days}&source={staff[0].row.source}", staff)
    thefts = [x for x in all_of if x.row.category == "theft"]
    await check(week, f"{days}&category=theft", thefts)
    middle = [x for x in all_of if x.row.received_at.astimezone(ZONE).day in {18, 19, 20}]
    await check(week, "since=2026-11-18&until=2026-11-20", middle)
    (officer,) = await play.sql("SELECT id FROM officer WHERE code = 'O1'")
    mine = [x for x in all_of if x.row.assigned_officer_id == officer.id]
    await check(week, days, mine, "/me", "o1")

    # The same from months that were counted up, some weeks later.
    await week.set_clock(MONDAY + timedelta(days=20))
    assert await count_months(play.owner, week.stage.context) == 1
    await check(week, "since=2026-08-01&until=2026-12-06", all_of)
