"""Until when something is due, and who is told when it did not happen."""

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, text

from app import roster
from app.access import add_staff
from app.deadlines import Deadline, Due, Step, Within, change_rules, deadlines, set_deadlines
from app.errors import InvalidError
from app.escalation import escalate_once, escalate_one
from app.models import OutboxMessage, Report, Reporter, RosterAudit, StaffNotice
from app.models.officer_chats import OfficerChat
from app.permissions import Scope
from app.places import Place, PlaceKind
from app.queues import queue
from app.report_actions import Actor, assign
from app.report_category import correct
from app.report_placing import set_place
from app.report_refusals import refuse
from app.reports import locked
from app.routing import set_in_force
from app.workflow import Status
from tests.app.roster_town import START, Town, middle, opened

MINUTE = timedelta(minutes=1)
# Of priority 3, by the migration.
ACKNOWLEDGE, ON_SCENE = 30 * MINUTE, 240 * MINUTE
PAUSE = 5 * MINUTE


@pytest.fixture
async def town(fresh_database_url: Callable[[], str]) -> AsyncIterator[Town]:
    async with opened(fresh_database_url()) as made:
        yield made


@pytest.mark.parametrize(
    ("category", "priority", "expected"),
    [
        (None, None, (None, None)),
        (None, Within(5, 20), (5, 20)),
        (Within(), Within(5, 20), (5, 20)),
        (Within(2, None), Within(5, 20), (2, 20)),
        (Within(2, 60), Within(5, 20), (2, 60)),
        (Within(2, 60), None, (2, 60)),
        (None, Within(5, None), (5, None)),
    ],
)
def test_what_a_category_says_goes_before_the_priority(
    category: Within | None, priority: Within | None, expected: tuple[int | None, int | None]
) -> None:
    wanted = [None if each is None else START + each * MINUTE for each in expected]
    assert deadlines(category, priority, START) == Due(*wanted)


async def due(town: Town, number: str) -> tuple[timedelta | None, timedelta | None]:
    found = await kept(town, number)
    both = (found.acknowledge_due_at, found.on_scene_due_at)
    first, second = (None if each is None else each - START for each in both)
    return first, second


async def kept(town: Town, number: str) -> Report:
    async with town.changing() as session:
        return (await session.execute(select(Report).where(Report.number == number))).scalar_one()


async def told(town: Town, column: Any = StaffNotice.desk) -> list[tuple[str, str]]:
    """Return who was told of late reports, and of which."""
    async with town.changing() as session:
        rows = await session.execute(
            select(column, StaffNotice.body)
            .where(StaffNotice.kind == "late", column.is_not(None))
            .order_by(StaffNotice.id)
        )
        return [(row[0], row[1]["deadline"]) for row in rows]


async def late(town: Town) -> list[tuple[str, Step]]:
    return [(each.deadline, each.step) for each in await escalate_once(town.database, town.context)]


async def test_what_a_category_says_goes_first_unless_a_life_is_in_danger(town: Town) -> None:
    noise = (await town.report(text="Сусіди слухають гучну музику")).number
    assert await due(town, noise) == (30 * MINUTE, 120 * MINUTE)
    alarm = (await town.report(text="Гучна музика, і там б'ють людину ножем, рятуйте")).number
    first, second = await due(town, alarm)
    assert first is not None
    assert second is not None
    assert (first, second) <= (3 * MINUTE, 15 * MINUTE)
    async with town.changing() as session:
        report = await locked(session, noise)
        await correct(session, town.context, report, "accident", "desk")
    assert await due(town, noise) == (5 * MINUTE, 30 * MINUTE)


async def test_what_is_due_follows_the_report(town: Town) -> None:
    number = (await town.report()).number
    assert await due(town, number) == (ACKNOWLEDGE, ON_SCENE)
    town.pass_time(minutes=10)
    await town.step(number, Status.ACKNOWLEDGED)
    await town.step(number, Status.EN_ROUTE)
    assert await due(town, number) == (ACKNOWLEDGE, ON_SCENE)
    # Given back, it waits for somebody anew; so it does when it is opened again.
    town.pass_time(minutes=10)
    await town.step(number, Status.QUEUED)
    assert await due(town, number) == (ACKNOWLEDGE + 20 * MINUTE, ON_SCENE + 20 * MINUTE)
    await town.step(number, Status.RESOLVED)
    town.pass_time(minutes=40)
    await town.step(number, Status.QUEUED)
    assert await due(town, number) == (ACKNOWLEDGE + 60 * MINUTE, ON_SCENE + 60 * MINUTE)
    # A priority changes how long, and not from when.
    async with town.changing() as session:
        await set_in_force(session)
        report = await locked(session, number)
        report.priority = 1
        await set_deadlines(session, town.context, report, town.now[0])
    assert await due(town, number) == (63 * MINUTE, 75 * MINUTE)
    # Refusing it does not: the citizen waits on.
    town.pass_time(minutes=1)
    async with town.changing() as session:
        await set_in_force(session)
        report = await locked(session, number)
        officer = await town.officer(session, "O1")
        await refuse(session, town.context, Actor("O1", officer.id), report, "not mine")
    assert await due(town, number) == (63 * MINUTE, 75 * MINUTE)


async def test_what_has_no_place_is_due_anew_when_it_has_one(town: Town) -> None:
    number = (await town.report(place=None)).number
    assert await due(town, number) == (ACKNOWLEDGE, ON_SCENE)
    town.pass_time(minutes=29)
    async with town.changing() as session:
        await set_in_force(session)
        report = await locked(session, number)
        place = Place(*middle(0), PlaceKind.OPERATOR)
        await set_place(session, town.context, report, place, "desk")
    assert await due(town, number) == (ACKNOWLEDGE + 29 * MINUTE, ON_SCENE + 29 * MINUTE)


async def test_rules_are_changed_with_an_audit_and_only_to_what_can_be(town: Town) -> None:
    async with town.changing() as session:
        await change_rules(session, "desk", {3: Within(7, None), 4: Within(240, 1440)})
    assert await due(town, (await town.report()).number) == (7 * MINUTE, None)
    async with town.changing() as session:
        (noted,) = (await session.execute(select(RosterAudit))).scalars()
    assert (noted.actor, noted.kind, noted.before, noted.after) == (
        "desk",
        "deadlines",
        {"priority": 3, "acknowledge_within_min": 30, "on_scene_within_min": 240},
        {"priority": 3, "acknowledge_within_min": 7, "on_scene_within_min": None},
    )
    for wrong in ({0: Within(1, 1)}, {1: Within(0, 5)}, {1: Within(9, 5)}, {1: Within(10**9)}):
        with pytest.raises(InvalidError):
            async with town.changing() as session:
                await change_rules(session, "desk", wrong)


async def test_the_queue_has_the_overdue_first_within_a_priority(town: Town) -> None:
    numbers = [(await town.report(column=column)).number for column in (1, 1)]
    await town.step(numbers[0], Status.ACKNOWLEDGED)
    urgent = (await town.report(column=1)).number
    async with town.changing() as session:
        await session.execute(
            text("UPDATE report SET priority = 1 WHERE number = :n"), {"n": urgent}
        )

    async def order(after: timedelta) -> list[str]:
        async with town.changing() as session:
            return [each.number for each in await queue(session, Scope(), START + after)]

    assert await order(MINUTE) == [urgent, numbers[1], numbers[0]]
    async with town.changing() as session:
        await session.execute(
            text("UPDATE report SET on_scene_due_at = :at WHERE number = :n"),
            {"n": numbers[0], "at": START + 2 * MINUTE},
        )
    assert await order(2 * MINUTE) == [urgent, numbers[0], numbers[1]]


async def test_a_late_report_climbs_the_ladder_then_desk_then_leader_each_once(
    town: Town,
) -> None:
    number = (await town.report()).number
    town.pass_time(minutes=29.9)
    assert await late(town) == []
    town.pass_time(minutes=0.1)
    assert await late(town) == [(Deadline.ACKNOWLEDGE, Step.NEXT_OFFICER)]
    assert await town.owner(number) == ("O2", "deputy")
    assert (await kept(town, number)).skipped == [
        {"rung": "primary", "officer": "O1", "why": "no_answer"}
    ]
    # Who looks again finds nothing, also after a change of the roster; and so does whoever comes.
    assert await late(town) == []
    await town.look()
    assert await town.owner(number) == ("O2", "deputy")
    town.pass_time(minutes=5)
    assert await late(town) == [(Deadline.ACKNOWLEDGE, Step.DESK)]
    assert await told(town) == [("P", "acknowledge"), ("city", "acknowledge")]
    town.pass_time(minutes=5)
    assert await late(town) == [(Deadline.ACKNOWLEDGE, Step.LEADER)]
    assert await told(town, StaffNotice.leaders) == [("P", "acknowledge")]
    town.pass_time(days=3)
    assert await late(town) == []
    kinds = [
        (event.kind, (event.after or {}).get("late", {}).get("step"), event.version)
        for event in await town.history(number)
    ]
    assert kinds == [
        ("registered", None, 1),
        ("escalated", "next_officer", 2),
        # Nothing of the report is another, so whoever takes it on at this instant still may.
        ("escalated", "desk", 2),
        ("escalated", "leader", 2),
    ]


async def test_a_late_report_may_come_to_the_desk_and_the_desk_is_told_at_once(town: Town) -> None:
    number = (await town.report()).number
    async with town.changing() as session:
        for code in ("O2", "O3", "O4"):
            officer = await town.officer(session, code)
            await roster.tap(session, town.context, code, officer, on=False)
    town.pass_time(minutes=30)
    assert await late(town) == [(Deadline.ACKNOWLEDGE, Step.DESK)]
    assert await town.owner(number) == ("P", "precinct_desk")
    assert await told(town) == [("P", "acknowledge"), ("city", "acknowledge")]


async def test_what_was_given_by_hand_stays_and_the_desk_decides(town: Town) -> None:
    number = (await town.report()).number
    async with town.changing() as session:
        await set_in_force(session)
        report = await locked(session, number)
        await assign(session, town.context, Actor("desk"), report, "O3", None, "so")
    town.pass_time(minutes=30)
    assert await late(town) == [(Deadline.ACKNOWLEDGE, Step.DESK)]
    assert await town.owner(number) == ("O3", "by_hand")


async def test_an_acknowledged_report_that_is_late_on_the_scene_keeps_its_owner(
    town: Town,
) -> None:
    async with town.changing() as session:
        await change_rules(session, "desk", {3: Within(30, 40)})
    number = (await town.report()).number
    await town.step(number, Status.ACKNOWLEDGED)
    town.pass_time(minutes=40)
    assert await late(town) == [(Deadline.ON_SCENE, Step.DESK)]
    await town.step(number, Status.EN_ROUTE)
    town.pass_time(minutes=5)
    assert await late(town) == [(Deadline.ON_SCENE, Step.LEADER)]
    assert await town.owner(number) == ("O1", "primary")
    assert await told(town) == [("P", "on_scene"), ("city", "on_scene")]
    assert await told(town, StaffNotice.leaders) == [("P", "on_scene")]
    # Given back, it may be late anew.
    await town.step(number, Status.QUEUED)
    town.pass_time(minutes=30)
    assert await late(town) == [(Deadline.ACKNOWLEDGE, Step.NEXT_OFFICER)]


async def test_who_is_in_time_is_never_told_of(town: Town) -> None:
    reports = [(await town.report(column=column)).number for column in (0, 1)]
    await town.step(reports[0], Status.ACKNOWLEDGED)
    await town.step(reports[0], Status.ON_SCENE)
    await town.step(reports[1], Status.RESOLVED)
    town.pass_time(days=30)
    assert await late(town) == []


async def test_whoever_gets_it_by_a_change_of_shift_has_the_pause_first(town: Town) -> None:
    number = (await town.report()).number
    town.pass_time(minutes=29)
    async with town.changing() as session:
        await roster.tap(session, town.context, "O1", await town.officer(session, "O1"), on=False)
    assert await town.owner(number) == ("O2", "deputy")
    town.pass_time(minutes=1)
    assert await late(town) == []
    town.pass_time(minutes=4)
    assert await late(town) == [(Deadline.ACKNOWLEDGE, Step.NEXT_OFFICER)]
    assert await town.owner(number) == ("O3", "neighbour")


async def test_whoever_has_linked_their_telegram_reads_it_there(town: Town) -> None:
    await add_leader(town, "lead", None, "O5")
    async with town.changing() as session:
        reporter = Reporter(pseudonym="R-1", kind="person", language="en")
        session.add(reporter)
        officer = await town.officer(session, "O5")
        await session.flush()
        session.add(OfficerChat(officer_id=officer.id, chat_id=reporter.id))
    number = (await town.report()).number
    for minutes in (30, 5, 5):
        town.pass_time(minutes=minutes)
        await late(town)
    async with town.changing() as session:
        (message,) = (await session.execute(select(OutboxMessage))).scalars()
    # Half past eight in UTC, and half past ten in Kyiv.
    assert message.payload["text"] == f"⏰ No. {number}: nobody acknowledged it by 10:30. A."


async def add_leader(
    town: Town, login: str, precinct: str | None, officer: str | None = None
) -> None:
    async with town.administering() as session:
        staff = await add_staff(session, login, "leader", precinct)
        if officer is not None:
            staff.officer_id = (await town.officer(session, officer)).id


async def test_two_workers_tell_once(town: Town) -> None:
    numbers = [(await town.report(column=column)).number for column in (0, 1, 3)]
    town.pass_time(minutes=30)
    both = await asyncio.gather(late(town), late(town), late(town))
    assert sorted(step for each in both for _, step in each) == [
        Step.NEXT_OFFICER,
        Step.NEXT_OFFICER,
        Step.DESK,
    ]
    for number in numbers:
        kinds = [event.kind for event in await town.history(number)]
        assert kinds.count("escalated") == 1


async def test_a_report_that_another_worker_looks_at_is_left_to_it(town: Town) -> None:
    number = (await town.report()).number
    town.pass_time(minutes=30)
    async with town.changing() as mine:
        found = await escalate_one(mine, town.context)
        assert found is not None
        assert found.number == number
        # It is not committed yet: the other one neither waits for it nor does it once more.
        assert await late(town) == []
    assert await late(town) == []


async def test_taking_it_on_while_it_is_handed_on_is_one_or_the_other(town: Town) -> None:
    number = (await town.report()).number
    town.pass_time(minutes=30)
    await asyncio.gather(late(town), town.step(number, Status.ACKNOWLEDGED))
    report = await kept(town, number)
    assert report.status == "acknowledged"
    assert (report.escalation_step, await late(town)) == (0, [])


async def test_a_worker_that_was_killed_leaves_it_to_the_next(town: Town) -> None:
    number = (await town.report()).number
    town.pass_time(minutes=30)

    async def killed() -> None:
        async with town.changing() as session:
            await escalate_one(session, town.context)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        await killed()
    assert await town.owner(number) == ("O1", "primary")
    assert await late(town) == [(Deadline.ACKNOWLEDGE, Step.NEXT_OFFICER)]
