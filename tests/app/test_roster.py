"""Officers come and go, and the reports follow."""

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.dialects.postgresql import Range

from app import roster
from app.models import Officer, RosterAudit, Shift, StaffNotice, UnattendedBeat
from app.roster import LeaveKind, OfficerFacts, OnLeaveError, PostingKind, ShiftKind
from app.roster_overlaps import OverlapError
from app.staffing import duty
from app.workflow import Status
from tests.app.roster_town import LIMIT, START, Town, opened

HOUR = timedelta(hours=1)


@pytest.fixture
async def town(fresh_database_url: Callable[[], str]) -> AsyncIterator[Town]:
    async with opened(fresh_database_url()) as made:
        yield made


async def tap(town: Town, code: str, *, on: bool) -> Any:
    async with town.changing() as session:
        officer = await town.officer(session, code)
        return await roster.tap(session, town.context, code, officer, on=on)


async def change(town: Town, code: str, what: Any, *given: Any) -> Any:
    async with town.changing() as session:
        officer = await town.officer(session, code)
        return await what(session, town.context, "desk", officer, *given)


async def test_cover_gives_back_when_the_posted_officer_comes(town: Town) -> None:
    await tap(town, "O1", on=False)
    await tap(town, "O2", on=False)
    report = await town.report()
    assert await town.owner(report.number) == ("O3", "neighbour")
    seen = await tap(town, "O2", on=True)
    assert [each.number for each in seen.handed] == [report.number]
    assert await town.owner(report.number) == ("O2", "deputy")
    await tap(town, "O1", on=True)
    assert await town.owner(report.number) == ("O1", "primary")
    kinds = [
        (event.kind, event.actor, event.version) for event in await town.history(report.number)
    ]
    assert kinds == [("registered", "citizen", 1), ("covered", "O2", 2), ("covered", "O1", 3)]


async def test_what_somebody_has_acknowledged_stays(town: Town) -> None:
    await tap(town, "O1", on=False)
    report = await town.report()
    await town.step(report.number, Status.ACKNOWLEDGED)
    await tap(town, "O1", on=True)
    assert await town.owner(report.number) == ("O2", "deputy")


async def test_going_off_hands_over_what_is_not_acknowledged(town: Town) -> None:
    kept, handed = await town.report(), await town.report()
    await town.step(kept.number, Status.ACKNOWLEDGED)
    await tap(town, "O1", on=False)
    assert await town.owner(kept.number) == ("O1", "primary")
    assert await town.owner(handed.number) == ("O2", "deputy")


async def test_what_was_given_by_hand_stays(town: Town) -> None:
    report = await town.report()
    async with town.changing() as session:
        await session.execute(text("UPDATE report SET rung = 'by_hand', assigned_why = 'so'"))
    await tap(town, "O1", on=False)
    assert await town.owner(report.number) == ("O1", "by_hand")


async def test_saying_it_twice_changes_nothing(town: Town) -> None:
    report = await town.report()
    for _ in range(2):
        await tap(town, "O1", on=False)
    assert len(await town.history(report.number)) == 2
    async with town.changing() as session:
        noted = select(func.count()).select_from(RosterAudit)
        assert (await session.execute(noted)).scalar_one() == 1


async def test_a_tap_holds_until_the_plan_says_something_new(town: Town) -> None:
    now = town.now[0]
    await tap(town, "O4", on=False)
    await change(town, "O4", _end_shift, now + HOUR)
    await change(
        town, "O4", roster.plan_shift, ShiftKind.DUTY, Range(now + 3 * HOUR, now + 5 * HOUR)
    )
    states = []
    for _ in range(6):
        states.append((await _duty(town, "O4"))[0])
        town.pass_time(hours=1)
    assert states == ["off_shift"] * 3 + ["on"] * 2 + ["off_shift"]
    await tap(town, "O4", on=True)
    town.pass_time(days=2)
    assert await _duty(town, "O4") == ("on", None)


async def test_on_call_is_not_on_duty(town: Town) -> None:
    await change(town, "O4", _end_shift, town.now[0])
    period = Range(town.now[0], town.now[0] + HOUR)
    await change(town, "O4", roster.plan_shift, ShiftKind.ON_CALL, period)
    assert (await _duty(town, "O4"))[0] == "off_shift"


async def test_the_plan_alone_moves_reports_when_its_time_comes(town: Town) -> None:
    await change(town, "O1", _end_shift, town.now[0] + HOUR)
    report = await town.report()
    assert await town.owner(report.number) == ("O1", "primary")
    town.pass_time(hours=1)
    seen = await town.look()
    assert (seen.went, [each.number for each in seen.handed]) == (("O1",), [report.number])
    assert await town.owner(report.number) == ("O2", "deputy")
    assert (await town.look()).handed == ()


async def test_leave_counts_more_than_the_plan_and_more_than_a_tap(town: Town) -> None:
    report = await town.report()
    period = Range(town.now[0], town.now[0] + 24 * HOUR)
    leave = await change(town, "O1", roster.grant_leave, LeaveKind.SICK, period)
    assert await town.owner(report.number) == ("O2", "deputy")
    with pytest.raises(OnLeaveError):
        await tap(town, "O1", on=True)
    async with town.changing() as session:
        await roster.remove(session, town.context, "desk", await session.merge(leave))
    assert await town.owner(report.number) == ("O1", "primary")


async def test_the_end_of_a_posting_and_a_new_one_move_reports(town: Town) -> None:
    report = await town.report(column=2)
    assert await town.owner(report.number) == ("O3", "neighbour")
    period = Range(town.now[0], town.now[0] + HOUR)
    await change(town, "O4", roster.post, "C", PostingKind.PRIMARY, period)
    assert await town.owner(report.number) == ("O4", "primary")
    town.pass_time(hours=1)
    await town.look()
    assert await town.owner(report.number) == ("O3", "neighbour")


async def test_whoever_leaves_the_service_leaves_nothing_behind(town: Town) -> None:
    report = await town.report()
    async with town.changing() as session:
        facts = roster.facts_of(await town.officer(session, "O1"))
        gone = OfficerFacts(facts.code, facts.name, facts.precinct, active=False)
        await roster.put_officer(session, town.context, "admin", gone)
    assert await town.owner(report.number) == ("O2", "deputy")


async def test_overlaps_are_refused_in_words(town: Town) -> None:
    period = Range(town.now[0], town.now[0] + HOUR)
    with pytest.raises(OverlapError, match="another shift"):
        await change(town, "O1", roster.plan_shift, ShiftKind.DUTY, period)
    with pytest.raises(OverlapError, match="another primary"):
        await change(town, "O4", roster.post, "A", PostingKind.PRIMARY, period)
    await change(town, "O1", roster.grant_leave, LeaveKind.OTHER, period)
    with pytest.raises(OverlapError, match="away"):
        await change(town, "O1", roster.grant_leave, LeaveKind.SICK, period)


async def test_the_last_free_place_is_given_once(town: Town) -> None:
    for code in ("O2", "O4"):
        await tap(town, code, on=False)
    for _ in range(LIMIT - 1):
        await town.report()
    # O1 has one place left, its neighbour three, and eight people write at the same instant.
    reports = await asyncio.gather(*(town.report() for _ in range(8)))
    owners = [await town.owner(report.number) for report in reports]
    assert sorted(owners) == sorted(
        [("O1", "primary")] + [("O3", "neighbour")] * LIMIT + [("P", "precinct_desk")] * 4
    )


async def test_no_report_slips_between_a_tap_and_intake(town: Town) -> None:
    async def taps() -> None:
        for _ in range(6):
            await tap(town, "O1", on=False)
            await tap(town, "O1", on=True)

    async def intake() -> list[str]:
        return [(await town.report(column=1)).number for _ in range(2)]

    async with town.changing() as session:
        await session.execute(text("UPDATE officer SET load_limit = 1000"))
    numbers = await asyncio.gather(taps(), *(intake_at_a(town) for _ in range(12)), intake())
    for number in numbers[1:-1]:
        assert await town.owner(str(number)) == ("O1", "primary")


async def intake_at_a(town: Town) -> str:
    return (await town.report()).number


async def test_unattended_beats_are_noted_since_when_and_the_desk_is_told_once(
    town: Town,
) -> None:
    assert await _unattended(town) == {"C": ("vacant", START)}
    town.pass_time(minutes=10)
    await tap(town, "O3", on=False)
    assert await _unattended(town) == {
        "B": ("off_shift", START + timedelta(minutes=10)),
        "C": ("vacant", START),
    }
    assert await _told(town) == []
    await town.report(column=1)
    town.pass_time(minutes=20)
    for _ in range(2):
        await town.look()
    # B has a report in it; C has been alone for half an hour.
    assert await _told(town) == [("B", "P"), ("B", "city"), ("C", "P"), ("C", "city")]
    await tap(town, "O3", on=True)
    assert set(await _unattended(town)) == {"C"}


async def _unattended(town: Town) -> dict[str, tuple[str, Any]]:
    async with town.changing() as session:
        rows = await session.execute(select(UnattendedBeat))
        return {row.beat_code: (row.why, row.since) for row in rows.scalars()}


async def _told(town: Town) -> list[tuple[str, str]]:
    async with town.changing() as session:
        rows = await session.execute(
            select(StaffNotice.body, StaffNotice.desk).where(StaffNotice.kind == "unattended")
        )
        return sorted((row.body["beat"]["code"], row.desk) for row in rows)


async def _end_shift(session: Any, context: Any, actor: str, officer: Officer, at: Any) -> None:
    shift = (
        await session.execute(select(Shift).where(Shift.officer_id == officer.id))
    ).scalar_one()
    await roster.change_period(session, context, actor, shift, Range(shift.period.lower, at))


async def _duty(town: Town, code: str) -> tuple[str, Any]:
    async with town.changing() as session:
        officer = await town.officer(session, code)
        state = await session.execute(select(duty(town.now[0])).where(Officer.id == officer.id))
        return state.scalar_one(), await roster.until_when(session, officer, town.now[0])
