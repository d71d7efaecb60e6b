"""What the ladder does where officers belong to more than one precinct, or to none any more."""

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import timedelta

import pytest
from sqlalchemy import select, text
from sqlalchemy.dialects.postgresql import Range

from app import roster
from app.boundaries import activate, store_set
from app.db import Role, open_database
from app.models import Officer
from app.report_actions import Actor
from app.report_refusals import refuse
from app.reports import locked
from app.routing import set_in_force
from app.workflow import Status
from tests.app.roster_town import Town, districts, opened

HOUR = timedelta(hours=1)


@pytest.fixture
async def town(fresh_database_url: Callable[[], str]) -> AsyncIterator[Town]:
    async with opened(fresh_database_url()) as made:
        yield made


async def test_the_last_free_place_of_who_answers_in_two_precincts_is_given_once(
    town: Town,
) -> None:
    async with town.changing() as session:
        period = Range(town.now[0] - HOUR, None)
        o5 = await town.officer(session, "O5")
        await roster.post(
            session, town.context, "desk", o5, "C", roster.PostingKind.PRIMARY, period
        )
        await session.execute(text("UPDATE officer SET load_limit = 1 WHERE code <> 'O5'"))
    # Under two precincts' locks, at the same instant.
    await asyncio.gather(*(town.report(column=2 + each % 2) for each in range(10)))
    async with town.changing() as session:
        query = text("SELECT count(*) FROM report WHERE assigned_officer_id = :o")
        assert (await session.execute(query, {"o": o5.id})).scalar_one() == 3


async def test_who_is_posted_next_door_from_another_precinct_covers_too(town: Town) -> None:
    async with town.changing() as session:
        o5 = await town.officer(session, "O5")
        period = Range(town.now[0] - HOUR, None)
        kind = roster.PostingKind.DEPUTY
        await roster.post(session, town.context, "desk", o5, "B", kind, period)
        o3 = await town.officer(session, "O3")
        await roster.tap(session, town.context, "O3", o3, on=False)
    report = await town.report(column=2)
    assert await town.owner(report.number) == ("O5", "neighbour")


async def test_whoever_leaves_the_service_leaves_what_they_took_on_too(town: Town) -> None:
    taken, there = await town.report(), await town.report()
    for status in (Status.ACKNOWLEDGED, Status.EN_ROUTE):
        await town.step(taken.number, status)
        await town.step(there.number, status)
    await town.step(there.number, Status.ON_SCENE)
    given = await town.report()
    async with town.changing() as session:
        await session.execute(
            text("UPDATE report SET rung = 'by_hand' WHERE number = :n"), {"n": given.number}
        )
        facts = roster.facts_of(await town.officer(session, "O1"))
        gone = roster.OfficerFacts(facts.code, facts.name, facts.precinct, active=False)
        await roster.put_officer(session, town.context, "admin", gone)
    for report in (taken, there, given):
        assert await town.owner(report.number) == ("O2", "deputy")
    async with town.changing() as session:
        rows = await session.execute(text("SELECT number, status FROM report ORDER BY id"))
        assert [tuple(row) for row in rows] == [
            (taken.number, "queued"),
            (there.number, "on_scene"),
            (given.number, "queued"),
        ]
    last = (await town.history(taken.number))[-1]
    assert (last.before or {})["status"] == "en_route"
    assert (last.after or {})["status"] == "queued"
    async with town.changing() as session:
        on_duty = select(Officer.on_duty).where(Officer.code == "O1")
        assert (await session.execute(on_duty)).scalar_one() is False


async def test_who_moves_to_another_precinct_covers_here_no_more(town: Town) -> None:
    for code in ("O1", "O2", "O3"):
        async with town.changing() as session:
            officer = await town.officer(session, code)
            await roster.tap(session, town.context, code, officer, on=False)
    report = await town.report()
    assert await town.owner(report.number) == ("O4", "precinct_officer")
    async with town.changing() as session:
        facts = roster.OfficerFacts("O4", "O4", "Q")
        await roster.put_officer(session, town.context, "admin", facts)
    assert await town.owner(report.number) == ("P", "precinct_desk")


async def test_neighbours_are_those_of_the_boundaries_in_force(town: Town) -> None:
    async with town.changing() as session:
        period = Range(town.now[0] - HOUR, None)
        o4 = await town.officer(session, "O4")
        kind = roster.PostingKind.PRIMARY
        await roster.post(session, town.context, "desk", o4, "C", kind, period)
        for code in ("O1", "O2"):
            officer = await town.officer(session, code)
            await roster.tap(session, town.context, code, officer, on=False)
    report = await town.report()
    assert await town.owner(report.number) == ("O3", "neighbour")
    owner = open_database(town.url, Role.OWNER)
    async with owner.transaction() as session:
        # B and C change places: A is where it was, and so is its report, but C is next door now.
        set_id = await store_set(
            session, districts("ACB"), label="ACB", source="test", actor="test"
        )
        await activate(session, set_id, "test", town.context)
    await owner.close()
    async with town.changing() as session:
        await set_in_force(session)
        held = await locked(session, report.number)
        actor = Actor("O3", held.assigned_officer_id)
        await refuse(session, town.context, actor, held, "Не моє")
    assert await town.owner(report.number) == ("O4", "neighbour")
