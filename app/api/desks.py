"""Who is at which desk, who is to be there, and one tap to come and go."""

from datetime import date, datetime, time, timedelta
from typing import Annotated

from fastapi import APIRouter, Path, Query
from pydantic import AwareDatetime, BaseModel, Field
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.ext.asyncio import AsyncSession

from app import desk_roster
from app.access import Caller
from app.api.callers import EditsRoster, PartsOf, SeesHandovers, SitsAtDesk, Transaction
from app.api.parts import Parts
from app.api.problems import problems
from app.api.shapes import Body, Code
from app.cover import CITY_DESK
from app.desk_duty import rostered_desks, who_is_there
from app.desk_roster import DeskEntry
from app.directory import Directory
from app.errors import ForbiddenError, InvalidError, NotFoundError
from app.models import DeskGap, DeskPresence, DeskShift, Staff
from app.permissions import Action, demand, scope_of
from app.report_shapes import DistrictName
from geo.districts import Level

router = APIRouter(prefix="/api/v1", tags=["desk"], responses=problems(401, 403, 422))

AHEAD = timedelta(days=7)
LONGEST = timedelta(days=92)
ShiftId = Annotated[int, Path(ge=1, le=2**31 - 1)]


class PersonView(BaseModel):
    """Somebody who sits at a desk; `desk` is their own."""

    login: str
    name: str
    desk: str


class ThereView(BaseModel):
    """Somebody at a desk now: since when, and until when by the plan."""

    login: str
    name: str
    since: datetime | None
    until: datetime | None


class DeskShiftView(BaseModel):
    """The plan: somebody sits at a desk during a period."""

    id: int
    login: str
    name: str
    desk: str
    since: datetime
    until: datetime | None


class GapView(BaseModel):
    """Since when nobody is at a desk; `no_roster` where nobody was ever to come, or `nobody`."""

    since: datetime
    why: str


class DeskView(BaseModel):
    """A desk: `city`, or a precinct's."""

    desk: DistrictName
    rostered: bool
    there: list[ThereView]
    gap: GapView | None
    next: DeskShiftView | None


class DesksView(BaseModel):
    """The desks that the caller sees, the city's first."""

    desks: list[DeskView]


class DeskShiftsView(BaseModel):
    """Shifts in a period, and who may be planned."""

    shifts: list[DeskShiftView]
    people: list[PersonView]


class DeskDutyView(BaseModel):
    """At which desk somebody is; null: at none. `until`: when the plan says something new."""

    login: str
    own_desk: str
    desk: str | None
    until: datetime | None


class DeskDutyChange(Body):
    """Come to a desk or go; whoever keeps the roster may name somebody else."""

    on_duty: bool
    desk: Code | None = None
    login: Code | None = None


class PeriodBody(Body):
    """From when till when; without an end it goes on."""

    since: AwareDatetime
    until: AwareDatetime | None = None


class NewDeskShift(PeriodBody):
    """One shift."""

    login: Code
    desk: Code


class DeskPlan(Body):
    """The same hours of the city's clock on so many days; over midnight if they end earlier."""

    login: Code
    desk: Code
    first: date
    days: Annotated[int, Field(ge=1, le=desk_roster.MOST_DAYS)] = 1
    begins: time
    ends: time


Since = Annotated[AwareDatetime | None, Query(description="Now by default")]
Until = Annotated[AwareDatetime | None, Query(description="A week after `since` by default")]


@router.get("/desks")
async def desks(caller: SeesHandovers, session: Transaction, parts: PartsOf) -> DesksView:
    """Tell who is at each desk now, who comes next, and which desks have nobody."""
    now = parts.context.clock()
    directory = await parts.directories.current_or_none(session)
    rostered = await rostered_desks(session, now)
    there = await who_is_there(session, now)
    since = {
        row.staff_id: row.since
        for row in (await session.execute(select(DeskPresence))).scalars().all()
    }
    gaps = {
        gap.desk: GapView(since=gap.since, why=gap.why)
        for gap in (await session.execute(select(DeskGap).where(DeskGap.until.is_(None)))).scalars()
    }
    ahead = await desk_roster.shifts(session, None, now, now + AHEAD)
    coming: dict[str, DeskEntry] = {}
    for entry in ahead:
        if entry.since > now:
            coming.setdefault(entry.desk, entry)
    found = []
    for code in _seen(caller, directory, rostered | {each.desk for each in there}):
        here = [each for each in there if each.desk == code]
        found.append(
            DeskView(
                desk=_named(directory, code),
                rostered=code in rostered,
                there=[
                    ThereView(
                        login=each.login,
                        name=each.name,
                        since=since.get(each.staff_id),
                        until=await desk_roster.until_when(session, each.staff_id, now),
                    )
                    for each in here
                ],
                gap=gaps.get(code),
                next=_shift(coming[code]) if code in coming else None,
            )
        )
    return DesksView(desks=found)


@router.get("/desk-shifts")
async def list_shifts(
    caller: SeesHandovers,
    session: Transaction,
    parts: PartsOf,
    since: Since = None,
    until: Until = None,
) -> DeskShiftsView:
    """List the shifts at desks that fall into a period, and who may be planned."""
    start, end = _span(parts.context.clock(), since, until)
    scope = scope_of(caller)
    desks = None if scope.precinct is None else {CITY_DESK, scope.precinct}
    found = await desk_roster.shifts(session, desks, start, end)
    people = await desk_roster.people(session, scope)
    return DeskShiftsView(
        shifts=[_shift(entry) for entry in found],
        people=[
            PersonView(login=each.login, name=each.name, desk=desk_roster.own_desk(each))
            for each in people
        ],
    )


@router.post("/desk-shifts", status_code=201, responses=problems(404, 409, 503))
async def plan_shift(
    new: NewDeskShift, caller: EditsRoster, session: Transaction, parts: PartsOf
) -> DeskShiftView:
    """Plan one shift at a desk."""
    person = await _person(session, caller, new.login, new.desk)
    (made,) = await desk_roster.plan(
        session, parts.context, caller.login, person, new.desk, [_period(new)]
    )
    return _of(person, made)


@router.post("/desk-shifts/plan", status_code=201, responses=problems(404, 409, 503))
async def plan_days(
    new: DeskPlan, caller: EditsRoster, session: Transaction, parts: PartsOf
) -> DeskShiftsView:
    """Plan the same hours on several days: all of them, or none."""
    person = await _person(session, caller, new.login, new.desk)
    hours = desk_roster.daily(
        new.first,
        new.days,
        new.begins.replace(tzinfo=None),
        new.ends.replace(tzinfo=None),
        parts.context.timezone,
    )
    made = await desk_roster.plan(
        session, parts.context, caller.login, person, new.desk, list(hours)
    )
    return DeskShiftsView(shifts=[_of(person, each) for each in made], people=[])


@router.patch("/desk-shifts/{shift_id}", responses=problems(404, 409, 503))
async def move_shift(
    shift_id: ShiftId, change: PeriodBody, caller: EditsRoster, session: Transaction, parts: PartsOf
) -> DeskShiftView:
    """Move a shift at a desk to another time."""
    entry, person = await _entry(session, caller, shift_id)
    await desk_roster.move(session, parts.context, caller.login, entry, _period(change))
    return _of(person, entry)


@router.delete("/desk-shifts/{shift_id}", status_code=204, responses=problems(404, 409, 503))
async def remove_shift(
    shift_id: ShiftId, caller: EditsRoster, session: Transaction, parts: PartsOf
) -> None:
    """Take a shift at a desk out of the plan."""
    entry, _ = await _entry(session, caller, shift_id)
    await desk_roster.remove(session, parts.context, caller.login, entry)


@router.get("/desk-duty")
async def my_duty(caller: SitsAtDesk, session: Transaction, parts: PartsOf) -> DeskDutyView:
    """Tell at which desk the caller is."""
    return await _duty(session, parts, await session.get_one(Staff, caller.staff_id))


@router.post("/desk-duty", responses=problems(404, 409, 503))
async def change_duty(
    change: DeskDutyChange, caller: SitsAtDesk, session: Transaction, parts: PartsOf
) -> DeskDutyView:
    """Come to a desk or go; doing it twice changes nothing."""
    login = change.login or caller.login
    person = await desk_roster.find_person(session, login)
    if person.id != caller.staff_id:
        demand(caller, Action.EDIT_ROSTER)
        _may(caller, desk_roster.own_desk(person))
    await desk_roster.tap(
        session, parts.context, caller.login, person, on=change.on_duty, desk=change.desk
    )
    return await _duty(session, parts, person)


async def _duty(session: AsyncSession, parts: Parts, person: Staff) -> DeskDutyView:
    now = parts.context.clock()
    return DeskDutyView(
        login=person.login,
        own_desk=desk_roster.own_desk(person),
        desk=await desk_roster.where(session, person.id, now),
        until=await desk_roster.until_when(session, person.id, now),
    )


async def _person(session: AsyncSession, caller: Caller, login: str, desk: str) -> Staff:
    _may(caller, desk)
    return await desk_roster.find_person(session, login)


async def _entry(session: AsyncSession, caller: Caller, shift_id: int) -> tuple[DeskShift, Staff]:
    entry = await session.get(DeskShift, shift_id)
    if entry is None:
        message = f"There is no shift {shift_id}"
        raise NotFoundError(message)
    _may(caller, entry.desk)
    return entry, await session.get_one(Staff, entry.staff_id)


def _may(caller: Caller, desk: str) -> None:
    precinct = scope_of(caller).precinct
    if precinct not in {None, desk}:
        message = f"Desk {desk} keeps its own roster; ask it or the {CITY_DESK} desk"
        raise ForbiddenError(message)


def _seen(caller: Caller, directory: Directory | None, used: set[str]) -> list[str]:
    precincts = [
        entry.code
        for entry in (directory.entries.values() if directory else ())
        if entry.level is Level.PRECINCT
    ]
    scope = scope_of(caller)
    if scope.precinct is not None:
        return [CITY_DESK, scope.precinct]
    return [CITY_DESK, *sorted({*precincts, *used} - {CITY_DESK})]


def _named(directory: Directory | None, code: str) -> DistrictName:
    entry = directory.entries.get(code) if directory else None
    return DistrictName(code=code, name=entry.name if entry else {})


def _shift(entry: DeskEntry) -> DeskShiftView:
    return DeskShiftView(
        id=entry.id,
        login=entry.login,
        name=entry.name,
        desk=entry.desk,
        since=entry.since,
        until=entry.until,
    )


def _of(person: Staff, entry: DeskShift) -> DeskShiftView:
    since, until = entry.period.lower, entry.period.upper
    if since is None:
        raise InvalidError("A period has a beginning")
    return DeskShiftView(
        id=entry.id,
        login=person.login,
        name=person.name,
        desk=entry.desk,
        since=since,
        until=until,
    )


def _period(given: PeriodBody) -> Range[datetime]:
    try:
        for each in (given.since, given.until):
            if each is not None:
                each.timestamp()
    except (OverflowError, ValueError):
        raise InvalidError("The time is beyond what can be kept") from None
    return Range(given.since, given.until)


def _span(
    now: datetime, since: datetime | None, until: datetime | None
) -> tuple[datetime, datetime]:
    try:
        start = since or now
        end = until or start + AHEAD
        start.timestamp(), end.timestamp()
    except (OverflowError, ValueError):
        raise InvalidError("The time is beyond what can be kept") from None
    if not timedelta(0) < end - start <= LONGEST:
        message = f"A period ends after it begins and is at most {LONGEST.days} days long"
        raise InvalidError(message)
    return start, end
