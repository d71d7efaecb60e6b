"""The plan and the truth of desks: who is to sit there, and who comes and goes."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import func, insert, select
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.ext.asyncio import AsyncSession

from app.access import normal_login
from app.context import UseCases
from app.cover import CITY_DESK
from app.desk_duty import SITS_AT_DESKS, at_desk
from app.errors import InvalidError, NotFoundError
from app.models import DeskShift, DeskTap, Staff, StaffRole, table_of
from app.permissions import Scope
from app.roster import changing, check_period, note
from app.routing import NoBoundarySetError, current_index
from geo.districts import Level

SHIFT = "desk_shift"
ONE_HOUR = timedelta(hours=1)
# And the hour that a night of the clock change may have more.
LONGEST_SHIFT = 24 * ONE_HOUR
YEARS = range(1970, 9_000)
MOST_DAYS = 92


@dataclass(frozen=True, slots=True)
class DeskEntry:
    """A planned shift at a desk, and whose it is."""

    id: int
    login: str
    name: str
    desk: str
    since: datetime
    until: datetime | None


def own_desk(staff: Staff) -> str:
    """Return the desk at which somebody sits when nothing else is said."""
    return staff.precinct_code or CITY_DESK


async def find_person(session: AsyncSession, login: str) -> Staff:
    """Return somebody who may sit at a desk.

    Raises
    ------
    NotFoundError, InvalidError
    """
    query = select(Staff).where(Staff.login == normal_login(login), Staff.active)
    found = (await session.execute(query)).scalar()
    if found is None:
        message = f"There is no login {login}"
        raise NotFoundError(message)
    if found.role not in SITS_AT_DESKS:
        message = f"Login {login} has the role {found.role}, which sits at no desk"
        raise InvalidError(message)
    return found


async def check_desk(session: AsyncSession, context: UseCases, person: Staff, desk: str) -> None:
    """Refuse a desk that there is not, or that is another precinct's than the person's.

    Raises
    ------
    InvalidError
    """
    if person.precinct_code not in {None, desk} and person.role != StaffRole.ADMIN.value:
        message = f"Login {person.login} belongs to the desk of precinct {person.precinct_code}"
        raise InvalidError(message)
    if desk == CITY_DESK:
        return
    try:
        _, index = await current_index(session, context.index_cache)
        found = index.districts.get(desk)
    except NoBoundarySetError:
        found = None
    if found is None or found.level is not Level.PRECINCT:
        message = f"There is no desk {desk}: name a precinct's code or {CITY_DESK}"
        raise InvalidError(message)


async def plan(
    session: AsyncSession,
    context: UseCases,
    actor: str,
    person: Staff,
    desk: str,
    periods: list[Range[datetime]],
) -> list[DeskShift]:
    """Plan shifts of somebody at a desk: all of them, or none.

    Raises
    ------
    InvalidError
    app.roster_overlaps.OverlapError
    """
    await check_desk(session, context, person, desk)
    entries = []
    for period in periods:
        _check(period)
        entries.append(DeskShift(staff_id=person.id, desk=desk, period=period))
    async with changing(session, context, actor):
        for entry in entries:
            session.add(entry)
            await session.flush()
            await note(session, actor, SHIFT, None, None, _described(entry, person.login))
    return entries


async def move(
    session: AsyncSession,
    context: UseCases,
    actor: str,
    entry: DeskShift,
    period: Range[datetime],
) -> None:
    """Move a shift to another time.

    Raises
    ------
    InvalidError
    app.roster_overlaps.OverlapError
    """
    _check(period)
    person = await session.get_one(Staff, entry.staff_id)
    async with changing(session, context, actor):
        before = _described(entry, person.login)
        entry.period = period
        await session.flush()
        await note(session, actor, SHIFT, None, before, _described(entry, person.login))


async def remove(session: AsyncSession, context: UseCases, actor: str, entry: DeskShift) -> None:
    """Take a shift out of the plan; the audit keeps what it was."""
    person = await session.get_one(Staff, entry.staff_id)
    async with changing(session, context, actor):
        before = _described(entry, person.login)
        await session.delete(entry)
        await session.flush()
        await note(session, actor, SHIFT, None, before, None)


async def tap(
    session: AsyncSession,
    context: UseCases,
    actor: str,
    person: Staff,
    *,
    on: bool,
    desk: str | None = None,
) -> None:
    """Note that somebody comes to a desk or goes, whatever the plan says.

    It holds until the plan says something new of them. Saying what is so already changes nothing.

    Parameters
    ----------
    session, context
    actor : str
    person : Staff
    on : bool
    desk : str, optional
        Where they come to; their own by default.

    Raises
    ------
    InvalidError
    """
    wanted = desk or own_desk(person)
    await check_desk(session, context, person, wanted)
    async with changing(session, context, actor):
        now = context.clock()
        there = await where(session, person.id, now)
        if there == (wanted if on else None):
            return
        at = wanted if on else there or wanted
        await session.execute(
            insert(table_of(DeskTap)).inline(),
            {"staff_id": person.id, "desk": at, "at": now, "on_duty": on, "actor": actor},
        )
        said: dict[str, Any] = {"login": person.login, "desk": at, "at": now.isoformat()}
        await note(session, actor, "came_to_desk" if on else "left_desk", None, None, said)


async def where(session: AsyncSession, staff_id: int, at: datetime) -> str | None:
    """Return the desk at which somebody is."""
    return (await session.execute(select(at_desk(at)).where(Staff.id == staff_id))).scalar()


async def until_when(session: AsyncSession, staff_id: int, now: datetime) -> datetime | None:
    """Return when the plan says something new of somebody, or None when it says nothing."""
    begins, ends = func.lower(DeskShift.period), func.upper(DeskShift.period)
    row = (
        await session.execute(
            select(func.min(begins).filter(begins > now), func.min(ends).filter(ends > now)).where(
                DeskShift.staff_id == staff_id
            )
        )
    ).one()
    return min((each for each in row if each is not None), default=None)


async def shifts(
    session: AsyncSession, desks: set[str] | None, since: datetime, until: datetime
) -> list[DeskEntry]:
    """Return the shifts at some desks, or all, that fall into a period."""
    period = DeskShift.period
    query = (
        select(
            DeskShift.id,
            Staff.login,
            Staff.name,
            DeskShift.desk,
            func.lower(period),
            func.upper(period),
        )
        .join(Staff, Staff.id == DeskShift.staff_id)
        .where(period.op("&&")(func.tstzrange(since, until)))
        .order_by(func.lower(period), DeskShift.desk, Staff.login)
    )
    if desks is not None:
        query = query.where(DeskShift.desk.in_(desks))
    return [DeskEntry(*row) for row in await session.execute(query)]


async def people(session: AsyncSession, scope: Scope) -> list[Staff]:
    """Return who may be planned, by name."""
    query = select(Staff).where(Staff.active, Staff.role.in_(SITS_AT_DESKS))
    if scope.precinct is not None:
        query = query.where(Staff.precinct_code == scope.precinct)
    return list((await session.execute(query.order_by(Staff.name, Staff.login))).scalars())


def daily(
    first: date, days: int, begins: time, ends: time, zone: ZoneInfo
) -> Iterator[Range[datetime]]:
    """Yield the same hours of the city's clock on so many days.

    Over midnight when they end before they begin; a night in which the clocks change is an hour
    longer or shorter, as it is for who works it.
    """
    if not 1 <= days <= MOST_DAYS:
        message = f"Plan 1 to {MOST_DAYS} days at once"
        raise InvalidError(message)
    try:
        for day in (first + timedelta(days=each) for each in range(days)):
            last = day if ends > begins else day + timedelta(days=1)
            yield Range(datetime.combine(day, begins, zone), datetime.combine(last, ends, zone))
    except (OverflowError, ValueError):
        raise InvalidError("The time is beyond what can be kept") from None


def _check(period: Range[datetime]) -> None:
    check_period(period)
    since, until = period.lower, period.upper
    if any(each is not None and each.year not in YEARS for each in (since, until)):
        raise InvalidError("The time is beyond what can be kept")
    if since is not None and until is not None and until - since > LONGEST_SHIFT + ONE_HOUR:
        hours = LONGEST_SHIFT // ONE_HOUR
        message = f"A shift at a desk lasts at most {hours} hours"
        raise InvalidError(message)


def _described(entry: DeskShift, login: str) -> dict[str, Any]:
    return {
        "id": entry.id,
        "login": login,
        "desk": entry.desk,
        "since": entry.period.lower.isoformat() if entry.period.lower else None,
        "until": entry.period.upper.isoformat() if entry.period.upper else None,
    }
