"""The demo city: approximate districts of Mariupol, invented officers, logins everybody knows."""

import csv
from collections.abc import Iterator
from datetime import datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from sqlalchemy import exists, insert, select
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.ext.asyncio import AsyncSession

from app.access import add_staff
from app.boundaries import activate, store_set
from app.boundary_files import read_own
from app.errors import ConflictError
from app.models import BoundarySet, Installation, Officer, Posting, Report, Shift, Staff, StaffRole

FIXTURES = Path(__file__).resolve().parent.parent / "fixtures"
ACTOR = "demo"
DEMO_KEY = "demo"
PASSWORD = "beatway-demo"  # noqa: S105 - printed for everybody; see refuse-demo-logins in serve
ROSTERED_DAYS = 60
DAY_BEGINS, DAY_ENDS = time(8), time(20)
ONE_DAY = timedelta(days=1)

# Login, role, precinct, officer and the name shown.
LOGINS = (
    ("officer", StaffRole.OFFICER, "1", "101-1", None),
    ("officer-left-bank", StaffRole.OFFICER, "3", "302-1", None),
    ("desk", StaffRole.DESK, None, None, "Чергова частина"),
    ("gis", StaffRole.GIS, None, None, "ГІС-фахівець"),
    ("leader", StaffRole.LEADER, None, None, "Керівник"),
    ("observer", StaffRole.OBSERVER, None, None, "ДСНС, спостерігач"),
    ("admin", StaffRole.ADMIN, None, None, "Адміністратор"),
)


async def is_empty(session: AsyncSession) -> bool:
    """Tell whether nobody has begun to use this database."""
    used = [exists(select(table.id)) for table in (BoundarySet, Officer, Staff, Report)]
    return not any((await session.execute(select(*used))).one())


async def has_demo_logins(session: AsyncSession) -> bool:
    """Tell whether somebody can log in with a password that everybody knows."""
    return bool((await session.execute(select(exists().where(Staff.demo, Staff.active)))).scalar())


async def load_demo_if_empty(session: AsyncSession, now: datetime, zone: ZoneInfo) -> bool:
    """Load the demo city into an empty database; False when it is not empty."""
    if not await is_empty(session):
        return False
    await load_demo(session, now, zone)
    return True


async def load_demo(session: AsyncSession, now: datetime, zone: ZoneInfo) -> None:
    """Load the demo city with shifts around ``now``.

    Raises
    ------
    ConflictError
        When the database is not empty: demo logins have no place beside real ones.
    """
    if not await is_empty(session):
        raise ConflictError("The database is not empty: the demo city needs one of its own")
    city = read_own(FIXTURES / "districts.geojson")
    boundary_set_id = await store_set(
        session,
        city.districts,
        label="Маріуполь (демо)",
        source="fixtures/districts.geojson",
        actor=ACTOR,
        notes=city.notes,
        approximate=True,
    )
    await activate(session, boundary_set_id, ACTOR)
    await _load_roster(session, now, zone)
    logins = []
    for login, role, precinct, officer, name in LOGINS:
        staff = await add_staff(
            session, login, role, precinct, officer, PASSWORD, name=name, demo=True
        )
        logins.append(
            {"login": login, "password": PASSWORD, "role": role.value, "name": staff.name}
        )
    session.add(Installation(key=DEMO_KEY, value={"logins": logins}))


async def _load_roster(session: AsyncSession, now: datetime, zone: ZoneInfo) -> None:
    posted = Range(now - ONE_DAY, None)
    with (FIXTURES / "roster.csv").open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            officer = Officer(
                code=row["code"],
                name=row["name"],
                rank=row["rank"],
                precinct_code=row["precinct"],
                reception=row["reception"] or None,
            )
            session.add(officer)
            await session.flush()
            session.add(
                Posting(
                    officer_id=officer.id,
                    beat_code=row["beat"],
                    kind=row["posting"],
                    period=posted,
                )
            )
            shifts = [
                {"officer_id": officer.id, "period": period}
                for period in _shifts(row["shift_pattern"], now, zone)
            ]
            if shifts:
                await session.execute(insert(Shift), shifts)
    await session.flush()


def _shifts(pattern: str, now: datetime, zone: ZoneInfo) -> Iterator[Range[datetime]]:
    if pattern == "always":
        yield Range(now - ONE_DAY, None)
    if pattern not in {"day", "night"}:
        return
    today = now.astimezone(zone).date()
    for day in range(-1, ROSTERED_DAYS):
        date = today + timedelta(days=day)
        begins, ends = (
            datetime.combine(date, DAY_BEGINS, zone),
            datetime.combine(date, DAY_ENDS, zone),
        )
        if pattern == "night":
            begins, ends = ends, datetime.combine(date + ONE_DAY, DAY_BEGINS, zone)
        yield Range(begins, ends)
