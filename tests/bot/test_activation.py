"""Boundaries change while messages come in: no report slips between two sets."""

import asyncio
import random
from collections.abc import AsyncIterator
from typing import Any

import pytest
from sqlalchemy import select, text

from app import inbox, report_actions
from app.boundaries import activate, in_force, store_set
from app.db import Database
from app.models import Report
from app.places import Place, PlaceKind
from app.report_actions import Actor
from app.report_views import point_of
from app.reports import NewReport, locked, register
from app.routing import hold_boundaries
from app.worker import drain
from app.workflow import UNACKNOWLEDGED, Status
from geo.districts import District, Level
from tests.bot.conftest import CITY, Play, location, square
from tests.web_role import open_web

ACTIVATIONS = 10
BATCH = 8
WEST_END, EAST_END = 37.485, 37.595


def redrawn() -> list[District]:
    """The city with the border between its beats elsewhere, and a beat in the other precinct."""
    return [
        CITY[0],
        District("C-1", Level.BEAT, "C", CITY[1].name, square(37.48, 37.50)),
        District("C-2", Level.BEAT, "C", CITY[2].name, square(37.50, 37.55)),
        CITY[3],
        District("P-1", Level.BEAT, "P", {"uk": "Порт"}, square(37.55, 37.60)),
    ]


@pytest.fixture
async def other(play: Play) -> AsyncIterator[Database]:
    """Connections of their own, as the web server has them."""
    url = play.owner.conninfo
    database = await open_web(url)
    yield database
    await database.close()


async def second_set(play: Play) -> int:
    async with play.owner.transaction() as session:
        return await store_set(session, redrawn(), label="b", source="test", actor="test")


async def switch(play: Play, database: Database, first: int, second: int) -> None:
    """Put one set in force after the other."""
    for turn in range(ACTIVATIONS):
        async with database.transaction() as session:
            wanted = (second, first)[turn % 2]
            await activate(session, wanted, "gis", play.intake.context, rollback=turn > 0)


async def chat(play: Play, rng: random.Random) -> None:
    """Some people share their place, some write first and share it then."""
    async with play.intake.database.transaction() as session:
        for _ in range(BATCH):
            user = rng.randrange(1, 10_000)
            point = (rng.uniform(WEST_END, EAST_END), 47.10)
            more = {"horizontal_accuracy": 500.0} if rng.random() < 0.3 else {}
            bodies: list[dict[str, Any]] = [location(point, **more)]
            if rng.random() < 0.5:
                bodies.insert(0, {"text": "Щось незрозуміле"})
            for body in bodies:
                update = {
                    "update_id": next(play.updates),
                    "message": play.message(user, **body),
                }
                await inbox.store(session, play.intake.sealer, update)


async def staff(play: Play, database: Database, rng: random.Random) -> None:
    """Staff take reports on, give them back and move them on the map."""
    async with database.transaction() as session:
        numbers = list((await session.execute(select(Report.number))).scalars())
    for number in rng.sample(numbers, min(4, len(numbers))):
        async with database.transaction() as session:
            await hold_boundaries(session)
            report = await locked(session, number)
            actor = Actor("desk")
            if report.place is None or rng.random() < 0.4:
                lon = rng.uniform(WEST_END, EAST_END)
                await report_actions.place(session, play.intake.context, actor, report, lon, 47.10)
                continue
            taken = Status(report.status) is Status.ACKNOWLEDGED
            status = Status.QUEUED if taken else Status.ACKNOWLEDGED
            await report_actions.change_status(session, play.intake.context, actor, report, status)


async def test_no_report_slips_between_two_sets(play: Play, other: Database) -> None:
    async with play.owner.transaction() as session:
        first = await in_force(session)
    assert first is not None
    second = await second_set(play)
    rng = random.Random(3)
    switching = asyncio.create_task(switch(play, other, first, second))

    async def work() -> None:
        while not switching.done():
            await chat(play, rng)
            await asyncio.gather(drain(play.intake), drain(play.intake), staff(play, other, rng))

    await asyncio.gather(switching, work())
    await drain(play.intake)

    async with play.owner.transaction() as session:
        now = await in_force(session)
        assert now == first
        index = await play.intake.context.index_cache.get(session, first)
        reports = list((await session.execute(select(Report))).scalars())
        wrong = []
        for report in reports:
            point = point_of(report.place)
            if point is None or Status(report.status) not in UNACKNOWLEDGED:
                continue
            decided = index.decide(*point, report.place_accuracy_m or 0.0)
            if (decided.precinct, decided.beat) != (report.precinct_code, report.beat_code):
                wrong.append((report.number, report.precinct_code, report.beat_code, decided))
        assert wrong == []
        versions = await session.execute(
            text(
                "SELECT r.number FROM report r JOIN report_event e ON e.report_id = r.id"
                " GROUP BY r.id HAVING count(*) <> r.version OR count(DISTINCT e.version) <> count(*)"
            )
        )
        assert versions.all() == [], "each change is one version and one event"
        moved = await session.execute(
            text("SELECT count(*) FROM report_event WHERE kind = 'rerouted'")
        )
        assert moved.scalar_one() > 0
        deadlocks = await session.execute(
            text("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()")
        )
        assert deadlocks.scalar_one() == 0
        dead = await session.execute(text("SELECT count(*) FROM inbox WHERE state <> 'done'"))
        assert dead.scalar_one() == 0
    assert len(reports) > ACTIVATIONS


async def test_an_activation_waits_for_who_is_routing_and_then_moves_their_report(
    play: Play, other: Database
) -> None:
    second = await second_set(play)
    async with play.owner.transaction() as session:
        await hold_boundaries(session)
        activating = asyncio.create_task(_activate(play, other, second))
        async with play.intake.database.transaction() as watching:
            await _until_somebody_waits(watching)
        assert not activating.done()
        routed = await report_at(play, session, 37.505)
        assert routed.beat_code == "C-1"
    await activating
    async with play.owner.transaction() as session:
        found = (await session.execute(select(Report))).scalar_one()
        assert (found.beat_code, found.boundary_set_id, found.version) == ("C-2", second, 2)


async def _activate(play: Play, database: Database, boundary_set_id: int) -> None:
    async with database.transaction() as session:
        await activate(session, boundary_set_id, "gis", play.intake.context)


async def _until_somebody_waits(session: Any) -> None:
    query = text("SELECT count(*) FROM pg_locks WHERE NOT granted")
    while not (await session.execute(query)).scalar_one():
        await session.rollback()
        await asyncio.sleep(0.01)


async def report_at(play: Play, session: Any, lon: float) -> Report:
    return (
        await register(
            session,
            play.intake.context,
            NewReport("x", "test", play.now[0], "x", Place(lon, 47.10, PlaceKind.SHARED)),
        )
    ).report
