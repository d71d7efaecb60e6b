"""Who is posted where and on duty now, and who of them answers for a report."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    DateTime,
    Integer,
    Select,
    String,
    bindparam,
    case,
    cast,
    exists,
    func,
    literal,
    or_,
    select,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, aggregate_order_by
from sqlalchemy.ext.asyncio import AsyncSession

from app.context import UseCases
from app.cover import POSTED, Assignment, Duty, OfficerNow, Posted, Staff, climb
from app.models import Leave, Officer, Posting, Report
from app.models.reports import OPEN_SQL
from geo.index import DistrictIndex

INSTANT = DateTime(timezone=True)
AT = bindparam("at", type_=INSTANT)
CODES = ARRAY(String())
# Distinguishes the advisory locks of staffing from others.
LOCK = 0x57AF


def on_duty(at: Any) -> ColumnElement[bool]:
    """SQL: whether the officer of the row is on duty at an instant (see migration 0006)."""
    return func.on_duty(Officer.id, at)


def duty(at: Any) -> ColumnElement[str]:
    """SQL: the same as a value of `Duty`."""
    away = exists().where(Leave.officer_id == Officer.id, Leave.period.op("@>")(at))
    return case((away, Duty.LEAVE.value), (on_duty(at), Duty.ON.value), else_=Duty.OFF.value)


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
OF_PRECINCTS = _officers(
    or_(Officer.precinct_code == func.any(bindparam("precincts", type_=CODES)), _posted_there)
)


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
    without: frozenset[int] = frozenset(),
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
    without : frozenset of int
        Ids of officers who have said that the report is not theirs.
    """
    precinct, beat = place
    if precinct is None:
        return climb(None, None, Staff({}))
    await hold_staff(session, [precinct])
    if beat is not None:
        # Most often the first rung will do, and reading a whole precinct is not needed.
        staff = await staff_of(session, [], [beat], at, context.load_limit)
        found = climb(precinct, beat, staff, (), without)
        if found.rung in POSTED:
            return found
    staff = await staff_of(session, [precinct], [beat] if beat else [], at, context.load_limit)
    near = index.neighbours(beat) if index is not None and beat is not None else ()
    return climb(precinct, beat, staff, near, without)
