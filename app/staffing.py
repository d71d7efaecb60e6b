"""Who is posted where and on duty now, and who of them answers for a report."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Integer,
    Select,
    String,
    and_,
    bindparam,
    case,
    cast,
    exists,
    func,
    literal,
    select,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, aggregate_order_by
from sqlalchemy.ext.asyncio import AsyncSession

from app.context import UseCases
from app.cover import (
    NOBODY,
    POSTED,
    Assignment,
    Duty,
    OfficerNow,
    Posted,
    Rung,
    Staff,
    Without,
    climb,
)
from app.desk_duty import unmanned_desks
from app.models import DutyTap, Leave, Officer, Posting, Report, Shift, table_of
from app.models.reports import OPEN_SQL
from app.presence import INSTANT, instant, last_word
from geo.index import DistrictIndex

AT = bindparam("at", type_=INSTANT)
CODES = ARRAY(String())
# Distinguishes the advisory locks of staffing from others.
LOCK = 0x57AF
SHARED_LOCK = 0x57B0


def on_duty(at: Any) -> ColumnElement[bool]:
    """SQL: whether the officer of the row is on duty at an instant; leave counts most."""
    moment = instant(at)
    return and_(~_away(moment), _there(moment))


def duty(at: Any) -> ColumnElement[str]:
    """SQL: the same as a value of `Duty`."""
    moment = instant(at)
    return case(
        (_away(moment), Duty.LEAVE.value), (_there(moment), Duty.ON.value), else_=Duty.OFF.value
    )


def duty_as_seen(at: Any) -> ColumnElement[str]:
    """SQL: the same as the last look found it (see `app.duty_watch`), for less."""
    return case(
        (_away(instant(at)), Duty.LEAVE.value),
        (Officer.on_duty, Duty.ON.value),
        else_=Duty.OFF.value,
    )


def _away(at: ColumnElement[Any]) -> ColumnElement[bool]:
    return exists().where(Leave.officer_id == Officer.id, Leave.period.op("@>")(at))


def standing_word(at: Any) -> ColumnElement[bool | None]:
    """SQL: what the officer of the row last tapped, where the plan has said nothing since."""
    key = table_of(Officer).c.id
    taps, plan = table_of(DutyTap), table_of(Shift)
    return last_word(key, taps, plan, "on_duty", instant(at), Shift.kind == "duty")


def _there(at: ColumnElement[Any]) -> ColumnElement[bool]:
    planned = Shift.kind == "duty"
    on_shift = exists().where(Shift.officer_id == Officer.id, planned, Shift.period.op("@>")(at))
    return func.coalesce(standing_word(at), on_shift)


async def duty_now(session: AsyncSession, officer_id: int, at: datetime) -> Duty:
    """Tell whether an officer is on duty at an instant."""
    row = await session.execute(select(duty(at)).where(Officer.id == officer_id))
    return Duty(row.scalar_one())


def open_reports() -> ColumnElement[int]:
    """SQL: how many open reports the officer of the row has."""
    return (
        select(func.count())
        .where(Report.assigned_officer_id == Officer.id, text(OPEN_SQL))
        .correlate(Officer)
        .scalar_subquery()
    )


# Statements are kept: they run for every report, and building one costs as much as running it.
POSTED_TO = (
    select(
        Officer.id,
        Officer.code,
        Officer.name,
        Officer.rank,
        Posting.kind,
        on_duty(AT),
        Officer.reception,
    )
    .join(Posting, Posting.officer_id == Officer.id)
    .where(Posting.beat_code == bindparam("beat"), Posting.period.op("@>")(AT), Officer.active)
)


def _officers(*conditions: ColumnElement[bool]) -> Select[Any]:
    posted = (
        select(
            func.coalesce(
                func.array_agg(
                    aggregate_order_by(
                        func.concat(Posting.kind, ":", Posting.beat_code),
                        Posting.kind.desc(),
                        Posting.beat_code,
                    )
                ),
                cast(literal("{}"), CODES),
            )
        )
        .where(Posting.officer_id == Officer.id, Posting.period.op("@>")(AT))
        .correlate(Officer)
        .scalar_subquery()
    )
    return select(
        Officer.id,
        Officer.code,
        Officer.name,
        Officer.rank,
        duty(AT),
        func.coalesce(Officer.load_limit, bindparam("limit", type_=Integer())),
        Officer.precinct_code,
        posted,
        open_reports(),
    ).where(Officer.active, *conditions)


_posted_there = exists().where(
    Posting.officer_id == Officer.id,
    Posting.beat_code == func.any(bindparam("beats", type_=CODES)),
    Posting.period.op("@>")(AT),
)
OF_BEATS = _officers(_posted_there)
# Not as OR: that would read every officer of the city.
_of_precincts = select(Officer.id).where(
    Officer.precinct_code == func.any(bindparam("precincts", type_=CODES))
)
_of_beats = select(Posting.officer_id).where(
    Posting.beat_code == func.any(bindparam("beats", type_=CODES)), Posting.period.op("@>")(AT)
)
OF_PRECINCTS = _officers(Officer.id.in_(_of_precincts.union(_of_beats).scalar_subquery()))


async def posted_officers(session: AsyncSession, beat: str, at: datetime) -> list[Posted]:
    """Return the officers posted to a beat at an instant, on duty or not."""
    rows = await session.execute(POSTED_TO, {"beat": beat, "at": at})
    return [Posted(*row) for row in rows]


async def hold_staff(session: AsyncSession, precincts: Iterable[str]) -> None:
    """Let nobody else hand out reports in these precincts until the transaction ends.

    Else two reports at the same instant would both find the last free place. Taken after the
    boundary set in force and after the report, and in the order of the codes.
    """
    for precinct in sorted(set(precincts)):
        await session.execute(select(func.pg_advisory_xact_lock(LOCK, func.hashtext(precinct))))


async def staff_of(
    session: AsyncSession,
    precincts: Sequence[str],
    beats: Sequence[str],
    at: datetime,
    limit: int | None,
) -> Staff:
    """Return the officers of precincts, and those posted to beats, as things stand.

    Parameters
    ----------
    session
    precincts, beats : sequence of str
        With no precincts, only who is posted to the beats.
    at : datetime
    limit : int or None
        Of open reports, for officers without one of their own.
    """
    statement = OF_PRECINCTS if precincts else OF_BEATS
    given: dict[str, Any] = {"beats": list(beats), "at": at, "limit": limit}
    if precincts:
        given["precincts"] = list(precincts)
    rows = (await session.execute(statement, given)).all()
    officers = {
        row[0]: OfficerNow(
            officer_id=row[0],
            officer=row[1],
            name=row[2],
            rank=row[3],
            duty=Duty(row[4]),
            limit=row[5],
            precinct=row[6],
            postings=tuple(_posting(each) for each in row[7]),
        )
        for row in rows
    }
    return Staff(officers, {row[0]: row[8] for row in rows})


def _posting(said: str) -> tuple[str, str]:
    kind, _, beat = said.partition(":")
    return beat, kind


async def assign(
    session: AsyncSession,
    context: UseCases,
    index: DistrictIndex | None,
    place: tuple[str | None, str | None],
    at: datetime,
    without: Without = NOBODY,
) -> Assignment:
    """Find who answers for a place now, and let nobody else have the same free place.

    Parameters
    ----------
    session, context
    index : DistrictIndex or None
        Of the set in force; without one there are no neighbours.
    place : tuple
        Precinct and beat; None where there is none.
    at : datetime
    without : mapping of int to Why
        By id, officers who have said that the report is not theirs, or were late with it.
    """
    precinct, beat = place
    if precinct is None:
        return climb(None, None, Staff({}))
    await hold_staff(session, [precinct])
    near = index.neighbours(beat) if index is not None and beat is not None else ()
    beats = beats_around([beat] if beat else [], index)
    if beat is not None:
        # Most often somebody posted here or next door will do, and the whole precinct is not read.
        staff = await _held_staff(session, context, index, [], beats, precinct, at)
        found = climb(precinct, beat, staff, near, without)
        if found.rung in POSTED or found.rung is Rung.NEIGHBOUR:
            return found
    staff = await _held_staff(session, context, index, [precinct], beats, precinct, at)
    found = climb(precinct, beat, staff, near, without)
    if found.rung is Rung.PRECINCT_DESK:
        staff.unmanned_desks = await unmanned_desks(session, [precinct], at)
        found = climb(precinct, beat, staff, near, without)
    return found


def beats_around(beats: Iterable[str], index: DistrictIndex | None) -> list[str]:
    """Return beats and their neighbours: who is posted there may answer for a report here."""
    around = set(beats)
    if index is not None:
        around |= {code for beat in tuple(around) for code, _ in index.neighbours(beat)}
    return sorted(around)


async def _held_staff(
    session: AsyncSession,
    context: UseCases,
    index: DistrictIndex | None,
    precincts: Sequence[str],
    beats: Sequence[str],
    precinct: str,
    at: datetime,
) -> Staff:
    """Read who may answer in a precinct whose lock is held, so that it stays true.

    Officers who answer in another precinct too are given reports under its lock as well; where
    there is one, all such places wait for each other.
    """
    staff = await staff_of(session, precincts, beats, at, context.load_limit)
    if not any(_answers_elsewhere(officer, precinct, index) for officer in staff.officers.values()):
        return staff
    await session.execute(select(func.pg_advisory_xact_lock(SHARED_LOCK)))
    return await staff_of(session, precincts, beats, at, context.load_limit)


def _answers_elsewhere(officer: OfficerNow, precinct: str, index: DistrictIndex | None) -> bool:
    if officer.precinct != precinct:
        return True
    if index is None or not officer.postings:
        return False
    districts = index.districts
    return any(
        beat in districts and districts[beat].parent != precinct for beat, _ in officer.postings
    )
