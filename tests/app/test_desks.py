"""Desks around the clock: who is there, what each shift hands over, and when nobody is."""

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select, text
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.exc import DBAPIError

from app import desk_roster, handovers
from app.access import Caller, add_staff, caller_of
from app.db import Role, open_database
from app.demo import load_demo
from app.desk_duty import who_is_there
from app.desk_roster import daily
from app.desk_watch import is_something_new
from app.duty_watch import look_once
from app.errors import ForbiddenError, InvalidError
from app.handovers import NotThereError, OwnHandoverError, SignedError
from app.models import (
    DeskGap,
    DeskHandover,
    OfficerChat,
    OutboxMessage,
    Reporter,
    RosterAudit,
    StaffNotice,
)
from app.permissions import Scope, scope_of
from app.roster_overlaps import OverlapError
from app.workflow import Status
from tests.app.roster_town import START, Town, context_of, opened

HOUR = timedelta(hours=1)
KYIV = ZoneInfo("Europe/Kyiv")
# Login, role, precinct.
PEOPLE = (
    ("day", "desk", None),
    ("night", "desk", None),
    ("desk-p", "desk", "P"),
    ("desk-p2", "desk", "P"),
    ("leader", "leader", None),
    ("leader-q", "leader", "Q"),
)


@pytest.fixture
async def town(fresh_database_url: Callable[[], str]) -> AsyncIterator[Town]:
    url = fresh_database_url()
    async with opened(url) as made:
        owner = open_database(url, Role.OWNER)
        async with owner.transaction() as session:
            for login, role, precinct in PEOPLE:
                await add_staff(session, login, role, precinct, name=login.title())
        await owner.close()
        yield made


async def plan(town: Town, login: str, desk: str, begins: float, lasts: float = 12) -> Any:
    since = town.now[0] + begins * HOUR
    async with town.changing() as session:
        person = await desk_roster.find_person(session, login)
        period = Range(since, since + lasts * HOUR)
        return await desk_roster.plan(session, town.context, "desk", person, desk, [period])


async def tap(town: Town, login: str, *, on: bool, desk: str | None = None) -> None:
    async with town.changing() as session:
        person = await desk_roster.find_person(session, login)
        await desk_roster.tap(session, town.context, login, person, on=on, desk=desk)


async def unsigned(town: Town, desk: str | None = None) -> list[DeskHandover]:
    async with town.changing() as session:
        return await handovers.handovers(session, Scope(), desk=desk, unsigned=True)


async def gaps(town: Town) -> dict[str, Any]:
    async with town.changing() as session:
        rows = (await session.execute(select(DeskGap).where(DeskGap.until.is_(None)))).scalars()
        return {gap.desk: (gap.since, gap.why) for gap in rows}


async def alerts(town: Town) -> list[tuple[str | None, str, str]]:
    async with town.changing() as session:
        query = select(StaffNotice).where(StaffNotice.kind == "desk_gap").order_by(StaffNotice.id)
        rows = (await session.execute(query)).scalars().all()
        return [(row.leaders, row.body["desk"]["code"], row.body["why"]) for row in rows]


async def signed(town: Town, login: str, handover: int) -> None:
    async with town.changing() as session:
        caller = await caller_of(session, login)
        found = await handovers.find(session, scope_of(caller), handover, hold=True)
        await handovers.sign(session, town.context, caller, found)


async def caller(town: Town, login: str) -> Caller:
    async with town.changing() as session:
        return await caller_of(session, login)


async def test_a_change_of_shift_leaves_a_summary_that_stays_as_it_was(town: Town) -> None:
    await plan(town, "day", "city", -2, 4)
    await plan(town, "night", "city", 2, 12)
    placed = await town.report(column=2)
    lost = await town.report(place=None)
    elsewhere = await town.report(column=3)
    await town.step(elsewhere.number, Status.ACKNOWLEDGED)
    assert await unsigned(town) == []
    town.pass_time(hours=2)
    await look_once(town.database, town.context)
    assert not await look_again(town)
    (handover,) = await unsigned(town)
    assert (handover.desk, handover.at) == ("city", START + 2 * HOUR)
    assert [each["login"] for each in handover.leaving] == ["day"]
    assert [each["login"] for each in handover.staying] == ["night"]
    said = handover.summary
    assert said["by_status"] == {"acknowledged": 1, "awaiting_place": 1, "queued": 1}
    numbers = {key: [r["number"] for r in said[key]["reports"]] for key in ("open", "unplaced")}
    assert sorted(numbers["open"]) == sorted([placed.number, lost.number, elsewhere.number])
    assert numbers["unplaced"] == [lost.number]
    # Two hours are more than they may wait; what is acknowledged has longer.
    overdue = [each["number"] for each in said["overdue"]["reports"]]
    assert sorted(overdue) == sorted([placed.number, lost.number])
    assert [(beat["code"], beat["why"]) for beat in said["unattended"]["beats"]] == [
        ("C", "vacant")
    ]
    assert said["dead_letters"] == {"total": 0}
    assert "Шум" not in str(said)
    # Whatever happens later, it says what was so then.
    await town.step(placed.number, Status.RESOLVED)
    (later,) = await unsigned(town)
    assert later.summary == said


async def look_again(town: Town) -> bool:
    async with town.changing() as session:
        return await is_something_new(session, None, town.now[0])


async def test_what_failed_to_arrive_and_could_not_be_read_is_handed_over(town: Town) -> None:
    await plan(town, "day", "city", -2, 3)
    report = await town.report()
    async with town.changing() as session:
        session.add(chat := Reporter(pseudonym="R-1", kind="person", language="uk"))
        await session.flush()
        for state in ("failed", "sent", "unknown"):
            session.add(
                OutboxMessage(
                    chat_id=chat.id,
                    report_id=report.id,
                    purpose="express_reply",
                    method="sendMessage",
                    payload={"text": "Їдемо"},
                    state=state,
                )
            )
        await session.execute(
            text("INSERT INTO inbox (update_id, chat_key, sealed) VALUES (1, 1, '')")
        )
    owner = open_database(town.url, Role.OWNER)
    async with owner.transaction() as session:
        await session.execute(text("UPDATE inbox SET state = 'dead'"))
    await owner.close()
    town.pass_time(hours=1)
    await town.look()
    (handover,) = await unsigned(town)
    messages = handover.summary["undelivered"]
    assert messages["total"] == 2
    assert {each["state"] for each in messages["messages"]} == {"failed", "unknown"}
    assert {each["number"] for each in messages["messages"]} == {report.number}
    assert handover.summary["dead_letters"] == {"total": 1}
    assert "Їдемо" not in str(handover.summary)


async def test_a_precincts_desk_hands_over_what_is_the_precincts(town: Town) -> None:
    await plan(town, "desk-p", "P", -1, 2)
    mine = await town.report()
    await town.report(column=3)
    town.pass_time(hours=1)
    await town.look()
    (handover,) = await unsigned(town, "P")
    assert [each["number"] for each in handover.summary["open"]["reports"]] == [mine.number]


async def test_who_comes_signs_and_who_leaves_may_say_something_first(town: Town) -> None:
    await plan(town, "day", "city", -2, 4)
    await plan(town, "night", "city", 2, 12)
    town.pass_time(hours=2)
    await town.look()
    (handover,) = await unsigned(town)
    day, night, other = [await caller(town, each) for each in ("day", "night", "desk-p")]
    for who, words, error in ((night, "Ні", ForbiddenError), (day, " ", InvalidError)):
        async with town.changing() as session:
            found = await handovers.find(session, Scope(), handover.id)
            with pytest.raises(error):
                await handovers.add_note(session, town.context, who, found, words)
    async with town.changing() as session:
        found = await handovers.find(session, Scope(), handover.id)
        await handovers.add_note(session, town.context, day, found, "Ключ у сейфі")
    with pytest.raises(NotThereError):
        await signed(town, "day", handover.id)
    with pytest.raises(Exception, match="no handover"):
        await signed(town, "desk-p", handover.id)
    assert other.precinct == "P"
    await signed(town, "night", handover.id)
    with pytest.raises(SignedError):
        await signed(town, "night", handover.id)
    assert await unsigned(town) == []
    async with town.changing() as session:
        (kept,) = await handovers.handovers(session, Scope())
        assert (kept.signed_by, kept.signed_name, kept.note, kept.note_by) == (
            "night",
            "Night",
            "Ключ у сейфі",
            "Day",
        )


async def test_two_who_sign_at_once_are_one_signature(town: Town) -> None:
    for login in ("desk-p", "desk-p2"):
        await tap(town, login, on=True)
    await tap(town, "day", on=True, desk="P")
    await tap(town, "day", on=False)
    (handover,) = await unsigned(town, "P")
    results = await asyncio.gather(
        *(signed(town, login, handover.id) for login in ("desk-p", "desk-p2")),
        return_exceptions=True,
    )
    assert [type(each) for each in results if each is not None] == [SignedError]


async def test_nobody_signs_their_own_while_a_colleague_is_there(town: Town) -> None:
    for login in ("day", "night"):
        await tap(town, login, on=True)
    await tap(town, "day", on=False)
    (handover,) = await unsigned(town)
    await tap(town, "day", on=True)
    with pytest.raises(OwnHandoverError):
        await signed(town, "day", handover.id)
    # But who went by mistake and came back finds nobody else to sign.
    await tap(town, "night", on=False)
    await signed(town, "day", handover.id)


async def test_the_database_itself_keeps_a_handover_as_it_was(town: Town) -> None:
    await tap(town, "day", on=True)
    await tap(town, "night", on=True)
    await tap(town, "day", on=False)
    (handover,) = await unsigned(town)
    for statement in (
        "UPDATE desk_handover SET summary = '{}'",
        "UPDATE desk_handover SET leaving = '[]'",
        "DELETE FROM desk_handover",
        "UPDATE desk_tap SET on_duty = true",
    ):
        async with town.changing() as session:
            with pytest.raises(DBAPIError):
                await session.execute(text(statement))
            await session.rollback()
    await signed(town, "night", handover.id)
    async with town.changing() as session:
        with pytest.raises(DBAPIError, match="stays as it was"):
            await session.execute(text("UPDATE desk_handover SET note = 'later'"))
        await session.rollback()


async def test_leaders_are_told_once_of_each_gap_until_somebody_comes(town: Town) -> None:
    # The city's desk has nobody from the first hour on, and no roster either.
    assert await gaps(town) == {"city": (START, "no_roster")}
    assert await alerts(town) == [("city", "city", "no_roster")]
    await tap(town, "day", on=True)
    assert await gaps(town) == {}
    assert await alerts(town) == []
    await plan(town, "day", "city", -1, 2)
    town.pass_time(hours=1)
    for _ in range(3):
        await town.look()
    assert await gaps(town) == {"city": (START + HOUR, "nobody")}
    assert await alerts(town) == [("city", "city", "nobody")]
    town.pass_time(hours=1)
    await tap(town, "night", on=True)
    assert await alerts(town) == []
    async with town.changing() as session:
        rows = (await session.execute(select(DeskGap).order_by(DeskGap.id))).scalars().all()
        assert [(row.since, row.until) for row in rows] == [
            (START, START),
            (START + HOUR, START + 2 * HOUR),
        ]


async def test_a_leader_with_a_linked_chat_is_told_there_and_told_when_it_is_over(
    town: Town,
) -> None:
    await tap(town, "day", on=True)
    async with town.changing() as session:
        officer = await town.officer(session, "O4")
        session.add(chat := Reporter(pseudonym="R-2", kind="person", language="en"))
        await session.flush()
        session.add(OfficerChat(officer_id=officer.id, chat_id=chat.id))
    async with town.administering() as session:
        await session.execute(
            text("UPDATE staff SET officer_id = :o WHERE login = 'leader'"), {"o": officer.id}
        )
    await tap(town, "day", on=False)
    town.pass_time(minutes=5)
    await town.look()
    await tap(town, "night", on=True)
    async with town.changing() as session:
        rows = (await session.execute(select(OutboxMessage).order_by(OutboxMessage.id))).scalars()
        sent, edited = rows.all()
        assert sent.method == "sendMessage"
        assert "nobody is on duty — the city's duty desk" in sent.payload["text"]
        assert (edited.method, edited.payload["edit_of"]) == ("editMessageText", sent.id)
        assert "on duty again" in edited.payload["text"]


async def test_a_precincts_desk_is_watched_where_it_has_a_roster(town: Town) -> None:
    await tap(town, "day", on=True)
    assert await gaps(town) == {}
    await plan(town, "desk-p", "P", 1, 2)
    # It has a roster now, and nobody is there yet.
    assert await gaps(town) == {"P": (START, "nobody")}
    assert await alerts(town) == [("P", "P", "nobody")]
    town.pass_time(hours=1)
    await town.look()
    assert await gaps(town) == {}


async def test_a_report_passes_over_a_desk_with_nobody_and_goes_back_when_somebody_comes(
    town: Town,
) -> None:
    async with town.changing() as session:
        await session.execute(text("UPDATE officer SET load_limit = 1"))
    for column in (0, 0, 1, 2):
        await town.report(column=column)
    full = await town.report(column=2)
    assert await town.owner(full.number) == ("P", "precinct_desk")
    await plan(town, "desk-p", "P", 1, 2)
    assert await town.owner(full.number) == ("city", "city_desk")
    last = (await town.history(full.number))[-1]
    assert last.after is not None
    skipped = last.after["assignment"]["skipped"]
    assert {"rung": "precinct_desk", "officer": None, "why": "desk_unmanned"} in skipped
    new = await town.report(column=2)
    assert await town.owner(new.number) == ("city", "city_desk")
    town.pass_time(hours=1)
    await town.look()
    for report in (full, new):
        assert await town.owner(report.number) == ("P", "precinct_desk")


async def test_one_person_is_at_one_desk_at_a_time_and_several_people_at_one(town: Town) -> None:
    await plan(town, "day", "city", 0)
    await plan(town, "night", "city", 6)
    with pytest.raises(OverlapError, match="another shift at a desk"):
        await plan(town, "day", "P", 11)
    with pytest.raises(InvalidError, match="belongs to the desk"):
        await plan(town, "desk-p", "city", 20)
    with pytest.raises(InvalidError, match="no desk"):
        await plan(town, "day", "A", 20)
    with pytest.raises(InvalidError, match="sits at no desk"):
        await plan(town, "leader", "city", 20)
    with pytest.raises(InvalidError, match="at most"):
        await plan(town, "day", "city", 20, 40)
    async with town.changing() as session:
        shifts = await desk_roster.shifts(session, {"city"}, START, START + 48 * HOUR)
        assert [each.login for each in shifts] == ["day", "night"]
        noted = (await session.execute(select(RosterAudit))).scalars().all()
        assert [each.kind for each in noted] == ["desk_shift"] * 2
        assert [(each.after or {})["login"] for each in noted] == ["day", "night"]


async def test_a_tap_overrules_the_plan_until_it_says_something_new(town: Town) -> None:
    await plan(town, "day", "city", 2, 2)
    seen = []
    await tap(town, "day", on=True)
    await tap(town, "day", on=True)
    for _ in range(5):
        async with town.changing() as session:
            person = await desk_roster.find_person(session, "day")
            seen.append(await desk_roster.where(session, person.id, town.now[0]))
            until = await desk_roster.until_when(session, person.id, town.now[0])
        town.pass_time(hours=1)
    assert seen == ["city"] * 4 + [None]
    assert until is None
    async with town.changing() as session:
        taps = (await session.execute(text("SELECT count(*) FROM desk_tap"))).scalar_one()
        assert taps == 1


async def test_moving_and_removing_a_shift_are_looked_at_at_once(town: Town) -> None:
    (entry,) = await plan(town, "day", "city", -1, 4)
    assert await gaps(town) == {}
    async with town.changing() as session:
        entry = await session.merge(entry)
        period = Range(START - HOUR, START)
        await desk_roster.move(session, town.context, "desk", entry, period)
    assert set(await gaps(town)) == {"city"}
    (handover,) = await unsigned(town)
    assert [each["login"] for each in handover.leaving] == ["day"]
    async with town.changing() as session:
        entry = await session.merge(entry)
        await desk_roster.remove(session, town.context, "desk", entry)
        assert await desk_roster.shifts(session, None, START - HOUR, START + HOUR) == []


def test_a_night_is_as_long_as_the_clock_makes_it() -> None:
    # The clocks go forward on 29 March 2026 and back on 25 October.
    for first, hours in ((date(2026, 3, 28), 11), (date(2026, 10, 24), 13), (date(2026, 7, 1), 12)):
        (night,) = daily(first, 1, time(20), time(8), KYIV)
        assert night.lower is not None
        assert night.upper is not None
        assert night.upper.timestamp() - night.lower.timestamp() == hours * 3600
    days = list(daily(date(2026, 3, 27), 3, time(8), time(20), KYIV))
    assert [each.lower.hour for each in days if each.lower] == [8, 8, 8]
    with pytest.raises(InvalidError):
        list(daily(date(2026, 3, 27), 93, time(8), time(20), KYIV))
    with pytest.raises(InvalidError):
        list(daily(date.max, 2, time(8), time(20), KYIV))


async def test_the_night_of_the_clock_change_has_somebody_all_through(town: Town) -> None:
    town.now[0] = datetime(2026, 10, 24, 17, tzinfo=UTC)
    async with town.changing() as session:
        night, day = [await desk_roster.find_person(session, each) for each in ("night", "day")]
        nights = list(daily(date(2026, 10, 24), 2, time(20), time(8), KYIV))
        days = list(daily(date(2026, 10, 25), 2, time(8), time(20), KYIV))
        await desk_roster.plan(session, town.context, "desk", night, "city", nights)
        await desk_roster.plan(session, town.context, "desk", day, "city", days)
    hours = []
    for _ in range(26):
        await town.look()
        async with town.changing() as session:
            there = [each.login for each in await there_now(session, town)]
        hours.append(there)
        town.pass_time(hours=1)
    assert hours == [["night"]] * 13 + [["day"]] * 12 + [["night"]]
    assert await gaps(town) == {}
    assert len(await unsigned(town)) == 2


async def there_now(session: Any, town: Town) -> Any:
    return await who_is_there(session, town.now[0])


async def test_the_demo_city_has_somebody_at_its_desk_at_any_hour(
    fresh_database_url: Callable[[], str],
) -> None:
    url = fresh_database_url()
    now = [START]
    owner = open_database(url, Role.OWNER)
    async with owner.transaction() as session:
        await load_demo(session, START, KYIV)
    for _ in range(9):
        await look_once(owner, context_of(url, now))
        now[0] += 3 * HOUR
    async with owner.transaction() as session:
        assert (await session.execute(select(DeskGap))).all() == []
        left = (await session.execute(select(DeskHandover).order_by(DeskHandover.id))).scalars()
        assert [each.leaving[0]["login"] for each in left] == ["desk", "desk-night"]
    await owner.close()
