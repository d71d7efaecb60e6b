"""What those who only read along are there for: the categories and areas an admin gave them."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, and_, delete, or_, select, true
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from app.errors import InvalidError, NotFoundError
from app.models import ObserverScope, Report, Staff, StaffRole, table_of


@dataclass(frozen=True, slots=True)
class Watch:
    """The only reports that somebody sees, within their precinct if they have one.

    Attributes
    ----------
    categories : frozenset of str, optional
        Codes; None for all of them.
    districts : frozenset of str, optional
        Codes of precincts and beats; None for everywhere, and for reports without a place.
    """

    categories: frozenset[str] | None = None
    districts: frozenset[str] | None = None

    def sees(self, category: str, precinct: str | None, beat: str | None) -> bool:
        """Tell whether a report is among them."""
        if self.categories is not None and category not in self.categories:
            return False
        return self.districts is None or bool({precinct, beat} & self.districts)

    def condition(self) -> ColumnElement[bool]:
        """Return the same as SQL."""
        all_of: list[ColumnElement[bool]] = [true()]
        if self.categories is not None:
            all_of.append(Report.category.in_(sorted(self.categories)))
        if self.districts is not None:
            codes = sorted(self.districts)
            all_of.append(or_(Report.precinct_code.in_(codes), Report.beat_code.in_(codes)))
        return and_(*all_of)


# Until an admin says what an observer is there for, they see nothing.
NOTHING = Watch(frozenset(), frozenset())


def watch_of(role: str, assigned: ObserverScope | None) -> Watch | None:
    """Return what somebody's role lets them see; None for whatever is in their precincts."""
    if role != StaffRole.OBSERVER:
        return None
    if assigned is None:
        return NOTHING
    return Watch(_set(assigned.categories), _set(assigned.districts))


def _set(codes: Collection[str] | None) -> frozenset[str] | None:
    return None if codes is None else frozenset(codes)


@dataclass(frozen=True, slots=True)
class Observer:
    """Somebody who reads along, and what they were given; `assigned` is None for nothing."""

    login: str
    name: str
    precinct: str | None
    active: bool
    assigned: ObserverScope | None


async def observers(session: AsyncSession) -> list[Observer]:
    """Return everybody who reads along, by login."""
    rows = await session.execute(
        select(Staff, ObserverScope)
        .outerjoin(ObserverScope, ObserverScope.staff_id == Staff.id)
        .where(Staff.role == StaffRole.OBSERVER.value)
        .order_by(Staff.login)
    )
    return [
        Observer(staff.login, staff.name, staff.precinct_code, staff.active, assigned)
        for staff, assigned in rows
    ]


async def assign(
    session: AsyncSession,
    login: str,
    categories: Collection[str] | None,
    districts: Collection[str] | None,
    by: str,
) -> None:
    """Say what an observer sees from now on.

    Parameters
    ----------
    session
    login : str
        The observer's.
    categories, districts : collection of str, optional
        Codes; None for all of them.
    by : str
        Who says so.

    Raises
    ------
    NotFoundError, InvalidError
    """
    staff_id = await _observer(session, login)
    for name, codes in (("category", categories), ("district", districts)):
        if codes is not None and not codes:
            message = f"Name at least one {name}, or all of them; or take everything away"
            raise InvalidError(message)
    values: dict[str, Any] = {
        "categories": None if categories is None else sorted(set(categories)),
        "districts": None if districts is None else sorted(set(districts)),
        "set_by": by,
    }
    await session.execute(
        insert(table_of(ObserverScope))
        .values(staff_id=staff_id, **values)
        .on_conflict_do_update(index_elements=["staff_id"], set_=values)
    )


async def take_away(session: AsyncSession, login: str) -> None:
    """Let an observer see nothing from now on; twice is once.

    Raises
    ------
    NotFoundError
    """
    staff_id = await _observer(session, login)
    await session.execute(delete(ObserverScope).where(ObserverScope.staff_id == staff_id))


async def _observer(session: AsyncSession, login: str) -> int:
    staff_id = (
        await session.execute(
            select(Staff.id).where(
                Staff.login == login.strip().lower(), Staff.role == StaffRole.OBSERVER.value
            )
        )
    ).scalar()
    if staff_id is None:
        message = f"There is no observer {login}"
        raise NotFoundError(message)
    return staff_id
