"""A town with three beats side by side, a precinct beside it, officers, and a clock that is set."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import shapely
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.ext.asyncio import AsyncSession

from app.boundaries import activate, store_set
from app.context import UseCases, use_cases
from app.db import Database, Role, open_database
from app.duty_watch import Seen, look
from app.models import Officer, Posting, Report, ReportEvent, Shift
from app.places import Place, PlaceKind
from app.report_actions import Actor, change_status
from app.reports import NewReport, locked, register
from app.routing import hold_for_change, set_in_force
from app.settings import Settings
from app.workflow import Status
from geo.districts import District, Level
from tests.web_role import open_web

START = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
LIMIT = 3
# A row of beats, so that A and C are no neighbours; then a precinct without beats.
BEATS = ("A", "B", "C")
POSTED = {"O1": ("A", "primary"), "O2": ("A", "deputy"), "O3": ("B", "primary")}
OFFICERS = ("O1", "O2", "O3", "O4", "O5")


def box(column: int, width: int = 1) -> shapely.Polygon:
    west = 37.5 + column * 0.01
    return shapely.box(west, 47.1, west + width * 0.01, 47.11)


def districts(order: str = "ABC") -> list[District]:
    """Return the town, with its beats in another order from west to east if you like."""
    town = [District("P", Level.PRECINCT, None, {"uk": "P"}, box(0, 3))]
    town += [
        District(code, Level.BEAT, "P", {"uk": code}, box(column))
        for column, code in enumerate(order)
    ]
    town.append(District("Q", Level.PRECINCT, None, {"uk": "Q"}, box(3)))
    return town


def middle(column: int) -> tuple[float, float]:
    return 37.505 + column * 0.01, 47.105


@dataclass
class Town:
    """What tests do with it; every step is a transaction, as in the program."""

    database: Database
    context: UseCases
    now: list[datetime]
    url: str = ""

    def pass_time(self, **time: float) -> None:
        self.now[0] += timedelta(**time)

    @asynccontextmanager
    async def changing(self) -> AsyncIterator[AsyncSession]:
        async with self.database.transaction() as session:
            yield session

    @asynccontextmanager
    async def administering(self) -> AsyncIterator[AsyncSession]:
        """Change what only the owner of the database may: logins."""
        owner = open_database(self.url, Role.OWNER, "tests", 1)
        try:
            async with owner.transaction() as session:
                yield session
        finally:
            await owner.close()

    async def look(self) -> Seen:
        async with self.database.transaction() as session:
            await hold_for_change(session)
            return await look(session, self.context)

    async def report(self, column: int = 0, **more: Any) -> Report:
        async with self.database.transaction() as session:
            lon, lat = middle(column)
            given: dict[str, Any] = {
                "text": "Приїдьте",
                "source": "telegram",
                "received_at": self.now[0],
                "actor": "citizen",
                "place": Place(lon, lat, PlaceKind.SHARED),
            } | more
            return (await register(session, self.context, NewReport(**given))).report

    async def step(self, number: str, status: Status) -> None:
        async with self.database.transaction() as session:
            await set_in_force(session)
            report = await locked(session, number)
            await change_status(session, self.context, Actor("desk"), report, status)

    async def owner(self, number: str) -> tuple[str | None, str]:
        """Return who has a report, an officer's code or a desk, and the rung."""
        async with self.database.transaction() as session:
            row = (
                await session.execute(
                    select(Report, Officer.code)
                    .outerjoin(Officer, Officer.id == Report.assigned_officer_id)
                    .where(Report.number == number)
                )
            ).one()
            return row.code or row.Report.assigned_desk, row.Report.rung

    async def history(self, number: str) -> list[ReportEvent]:
        async with self.database.transaction() as session:
            rows = await session.execute(
                select(ReportEvent)
                .join(Report, Report.id == ReportEvent.report_id)
                .where(Report.number == number)
                .order_by(ReportEvent.id)
            )
            return list(rows.scalars())

    async def officer(self, session: AsyncSession, code: str) -> Officer:
        return (await session.execute(select(Officer).where(Officer.code == code))).scalar_one()


async def found(session: AsyncSession, *, on: tuple[str, ...] = OFFICERS) -> int:
    """Bring the town into being, with shifts from the day before for some of its officers."""
    set_id = await store_set(session, districts(), label="town", source="test", actor="test")
    await activate(session, set_id, "test")
    always = Range(START - timedelta(days=1), None)
    for code in OFFICERS:
        officer = Officer(code=code, name=code, precinct_code="Q" if code == "O5" else "P")
        session.add(officer)
        await session.flush()
        if code in POSTED:
            beat, kind = POSTED[code]
            session.add(Posting(officer_id=officer.id, beat_code=beat, kind=kind, period=always))
        if code in on:
            session.add(Shift(officer_id=officer.id, period=always))
    await session.flush()
    return set_id


def context_of(url: str, now: list[datetime]) -> UseCases:
    settings = Settings(_env_file=None, database_url=url)
    return replace(use_cases(settings, lambda: now[0]), load_limit=LIMIT)


@asynccontextmanager
async def opened(url: str, *, on: tuple[str, ...] = OFFICERS) -> AsyncIterator[Town]:
    """Open the town in an empty, migrated database."""
    now = [START]
    context = context_of(url, now)
    database = await open_web(url, 6)
    owner = open_database(url, Role.OWNER)
    try:
        async with owner.transaction() as session:
            await found(session, on=on)
        town = Town(database, context, now, url)
        await town.look()
        yield town
    finally:
        await database.close()
        await owner.close()
