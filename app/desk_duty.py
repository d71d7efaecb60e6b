"""Who is at which desk: one question of the register, for the ladder and everybody else.

It knows neither reports nor how the roster is changed, so that both may ask it.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, case, func, null, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.cover import CITY_DESK
from app.models import DeskShift, DeskTap, Staff, StaffRole, table_of
from app.presence import instant, last_word

# A precinct's desk whose last shift is longer ago is not kept by a roster any more.
ROSTERED = timedelta(days=30)
SITS_AT_DESKS = (StaffRole.DESK.value, StaffRole.ADMIN.value)


@dataclass(frozen=True, slots=True)
class AtDesk:
    """Somebody at a desk."""

    staff_id: int
    login: str
    name: str
    desk: str


def at_desk(at: Any) -> ColumnElement[str | None]:
    """SQL: the desk at which the staff member of the row is; null at none."""
    moment = instant(at)
    key, taps, plan = table_of(Staff).c.id, table_of(DeskTap), table_of(DeskShift)
    came = last_word(key, taps, plan, "on_duty", moment)
    where = last_word(key, taps, plan, "desk", moment)
    planned = (
        select(DeskShift.desk)
        .where(DeskShift.staff_id == Staff.id, DeskShift.period.op("@>")(moment))
        .correlate(Staff)
        .scalar_subquery()
    )
    return case((came.is_(None), planned), (came, where), else_=null())


def _may_sit() -> ColumnElement[bool]:
    return Staff.active & Staff.role.in_(SITS_AT_DESKS)


async def who_is_there(session: AsyncSession, at: datetime) -> list[AtDesk]:
    """Return everybody who is at a desk, by desk and login."""
    there = at_desk(at).label("desk")
    rows = await session.execute(
        select(Staff.id, Staff.login, Staff.name, there).where(_may_sit(), there.is_not(None))
    )
    found = [AtDesk(id_, login, name, desk) for id_, login, name, desk in rows if desk is not None]
    return sorted(found, key=lambda each: (each.desk, each.login))


async def rostered_desks(session: AsyncSession, at: datetime) -> set[str]:
    """Return the desks that a roster is kept of."""
    rows = await session.execute(select(DeskShift.desk).where(_kept(at)).distinct())
    return set(rows.scalars())


def _kept(at: datetime) -> ColumnElement[bool]:
    last = func.upper(DeskShift.period)
    return or_(last.is_(None), last > at - ROSTERED)


async def unmanned_desks(
    session: AsyncSession, precincts: Collection[str], at: datetime
) -> frozenset[str]:
    """Return those precincts whose desk has a roster, and nobody at it.

    Where no roster is kept nobody can tell, and reports go there as they always did.
    """
    kept = {
        *(
            await session.execute(
                select(DeskShift.desk).where(DeskShift.desk.in_(precincts), _kept(at)).distinct()
            )
        ).scalars()
    }
    if not kept:
        return frozenset()
    return frozenset(kept - {each.desk for each in await who_is_there(session, at)})


async def unmanned(session: AsyncSession, desks: Collection[str], at: datetime) -> dict[str, str]:
    """Return which of all desks have nobody at them, and why.

    Somebody has to be at the city's desk at any hour; at a precinct's, where a roster is kept.

    Parameters
    ----------
    session
    desks : collection of str
        Precincts that there are.
    at : datetime

    Returns
    -------
    dict of str to str
        ``nobody``, or ``no_roster`` where there was never anybody to come.
    """
    rostered = await rostered_desks(session, at)
    manned = {each.desk for each in await who_is_there(session, at)}
    watched = {CITY_DESK} | (rostered & set(desks))
    return {
        desk: "nobody" if desk in rostered else "no_roster" for desk in sorted(watched - manned)
    }
