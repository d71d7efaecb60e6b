"""The demo city: approximate districts of Mariupol, invented officers, logins everybody knows."""

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
from app.boundary_rows import ignore
from app.city_time import WEEK, monday_of, today
from app.cover import CITY_DESK
from app.errors import ConflictError
from app.gazetteer import store
from app.gazetteer_files import read_file
from app.models import (
    BoundarySet,
    DeskShift,
    Installation,
    Officer,
    Report,
    Staff,
    StaffRole,
)
from app.roster import OfficerFacts
from app.roster_changes import Entry, entry_of
from app.roster_copy import moved
from app.roster_csv import read
from app.roster_rows import replace_entries, write_officers
from app.service_edits import add_row, kinds_asked
from app.service_files import read_services
from app.triage_sets import shipped
from app.watching import assign

FIXTURES = Path(__file__).resolve().parent.parent / "fixtures"
ACTOR = "demo"
DEMO_KEY = "demo"
GAZETTEER_SOURCE = "Mariupol Urbicide 2026, CC BY 4.0; landmarks drawn by hand, approximate"
PASSWORD = "beatway-demo"  # noqa: S105 - printed for everybody; see refuse-demo-logins in serve
ROSTERED_WEEKS = 9
ONE_DAY = timedelta(days=1)

# Login, role, precinct, officer and the name shown.
LOGINS = (
    ("officer", StaffRole.OFFICER, "1", "101-1", None),
    ("officer-left-bank", StaffRole.OFFICER, "3", "302-1", None),
    ("desk", StaffRole.DESK, None, None, "Чергова частина"),
    ("desk-night", StaffRole.DESK, None, None, "Чергова частина, ніч"),
    ("gis", StaffRole.GIS, None, None, "ГІС-фахівець"),
    ("leader", StaffRole.LEADER, None, None, "Керівник"),
    ("observer", StaffRole.OBSERVER, None, None, "ДСНС, спостерігач"),
    ("admin", StaffRole.ADMIN, None, None, "Адміністратор"),
)
# Who sits at the city's desk when.
DESK = {"desk": (time(8), time(20)), "desk-night": (time(20), time(8))}


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
    places = read_file(FIXTURES / "gazetteer" / "addresses.csv", lambda _done, _total: None)
    await store(session, places, GAZETTEER_SOURCE, ignore)
    await _load_services(session)
    logins = []
    for login, role, precinct, officer, name in LOGINS:
        staff = await add_staff(
            session, login, role, precinct, officer, PASSWORD, name=name, demo=True
        )
        if role is StaffRole.OBSERVER:
            await assign(session, login, None, None, "demo")
        logins.append(
            {"login": login, "password": PASSWORD, "role": role.value, "name": staff.name}
        )
    await _load_desk(session, now, zone)
    session.add(Installation(key=DEMO_KEY, value={"logins": logins}))


async def _load_services(session: AsyncSession) -> None:
    file = read_services(FIXTURES / "services.geojson", kinds_asked(shipped()))
    for draft in file.services:
        await add_row(session, draft, ACTOR)


async def _load_roster(session: AsyncSession, now: datetime, zone: ZoneInfo) -> None:
    file = read((FIXTURES / "roster.csv").read_bytes(), zone)
    officers = [OfficerFacts(code=line.code, **line.facts) for line in file.officers]
    await write_officers(session, officers)
    entries = [entry_of(line) for line in file.entries]
    shifts = [each for each in entries if each.until is not None]
    lasting = [each for each in entries if each.until is None]
    await replace_entries(session, [], [*lasting, *_repeated(shifts, now, zone)])


async def _load_desk(session: AsyncSession, now: datetime, zone: ZoneInfo) -> None:
    """Have somebody at the city's desk at any hour."""
    # A day before, so that a night shift is on that began yesterday.
    first = today(now - ONE_DAY, zone)
    for login, (begins, ends) in DESK.items():
        person = (await session.execute(select(Staff.id).where(Staff.login == login))).scalar_one()
        rows = []
        for number in range(ROSTERED_WEEKS * 7):
            day = first + timedelta(days=number)
            until = day if begins < ends else day + ONE_DAY
            period = Range(datetime.combine(day, begins, zone), datetime.combine(until, ends, zone))
            rows.append({"staff_id": person, "desk": CITY_DESK, "period": period})
        await session.execute(insert(DeskShift), rows)


def _repeated(week: list[Entry], now: datetime, zone: ZoneInfo) -> Iterator[Entry]:
    """Yield the shifts of the file's week again for every week from this one on."""
    if not week:
        return
    first = monday_of(min(each.since for each in week).astimezone(zone).date())
    # A day before, so that a night shift is on that began yesterday.
    weeks = (monday_of(today(now - ONE_DAY, zone)) - first) // WEEK
    for number in range(ROSTERED_WEEKS):
        for shift in week:
            yield moved(shift, weeks + number, zone)
