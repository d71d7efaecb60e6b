"""Staff are told of new boundaries: each affected officer and desk once for each activation."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, false, insert, or_, select, text
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncSession

from app.access import Caller
from app.cover import CITY_DESK
from app.deadlines import Deadline
from app.errors import NotFoundError
from app.models import Report, StaffNotice, StaffNoticeRead, StaffRole, table_of
from app.models.reports import UNACKNOWLEDGED_SQL, UNDERWAY_SQL
from app.permissions import scope_of
from app.rerouting import Moved
from app.staff_notices import LATE

KIND = "boundaries"
# Of more reports than this a notice names the first ones and gives the count.
NAMED = 50
SHOWN = 100
_WAITS_FOR = StaffNotice.body["deadline"].astext
# That nobody has taken a report on in time, or is there, is no news once somebody has.
_STILL_LATE = exists().where(
    Report.number == StaffNotice.body["number"].astext,
    or_(
        and_(_WAITS_FOR == Deadline.ACKNOWLEDGE, text(UNACKNOWLEDGED_SQL)),
        and_(_WAITS_FOR == Deadline.ON_SCENE, text(UNDERWAY_SQL)),
    ),
)


@dataclass(slots=True)
class _Told:
    """What one officer or desk is told; numbers of reports."""

    came: list[str] = field(default_factory=list)
    went: list[str] = field(default_factory=list)
    proposed: list[str] = field(default_factory=list)
    moved: int = 0

    def body(self) -> dict[str, Any]:
        return {
            "came": self.came[:NAMED],
            "came_total": len(self.came),
            "went": self.went[:NAMED],
            "went_total": len(self.went),
            "proposed": self.proposed[:NAMED],
            "proposed_total": len(self.proposed),
            "moved_total": self.moved,
        }


async def tell(
    session: AsyncSession,
    activation_id: int,
    moved: Iterable[Moved],
    facts: dict[str, Any],
) -> int:
    """Write one notice for each officer and desk that the moved reports concern.

    Parameters
    ----------
    session
    activation_id : int
    moved : iterable of Moved
    facts : dict
        What every notice says: the sets, who activated.

    Returns
    -------
    int
        How many notices.
    """
    told: dict[tuple[int | None, str | None], _Told] = defaultdict(_Told)
    # The city's desk is told of every change, whatever it moves; the first set changes nothing.
    city = _Told()
    if moved or facts.get("former_set") is not None:
        told[None, CITY_DESK] = city
    for report in moved:
        before = {(report.officer_id, report.desk), (None, report.precinct)}
        after = {(report.new_officer_id, report.new_desk), (None, report.new_precinct)}
        before, after = before - {(None, None)}, after - {(None, None)}
        city.moved += not report.proposed
        if report.proposed:
            for receiver in before | {(None, report.new_precinct)} - {(None, None)}:
                told[receiver].proposed.append(report.number)
            if (None, CITY_DESK) not in before:
                city.proposed.append(report.number)
            continue
        for receiver in after - before:
            told[receiver].came.append(report.number)
        for receiver in before - after:
            told[receiver].went.append(report.number)
        for receiver in before & after:
            told[receiver].moved += receiver != (None, CITY_DESK)
    rows = [
        {
            "activation_id": activation_id,
            "officer_id": officer_id,
            "desk": desk,
            "kind": KIND,
            "body": facts | notice.body(),
        }
        for (officer_id, desk), notice in told.items()
    ]
    if rows:
        await session.execute(insert(table_of(StaffNotice)).inline(), rows)
    return len(rows)


@dataclass(frozen=True, slots=True)
class Notice:
    """What somebody is told."""

    id: int
    at: datetime
    kind: str
    desk: str | None
    body: dict[str, Any]
    read: bool


def _received_by(caller: Caller) -> ColumnElement[bool]:
    mine: list[ColumnElement[bool]] = []
    if caller.officer_id is not None:
        mine.append(StaffNotice.officer_id == caller.officer_id)
    if caller.role in {StaffRole.DESK, StaffRole.ADMIN}:
        mine.append(StaffNotice.desk == (caller.precinct or CITY_DESK))
    if caller.role in {StaffRole.LEADER, StaffRole.ADMIN}:
        precinct = scope_of(caller).precinct
        mine.append(
            StaffNotice.leaders.is_not(None)
            if precinct is None
            else StaffNotice.leaders == precinct
        )
    return or_(*mine) if mine else false()


def _read_by(caller: Caller) -> ColumnElement[bool]:
    return exists().where(
        StaffNoticeRead.notice_id == StaffNotice.id, StaffNoticeRead.staff_id == caller.staff_id
    )


async def notices(session: AsyncSession, caller: Caller, *, unread_only: bool) -> list[Notice]:
    """Return what somebody is told, the newest first."""
    read = _read_by(caller)
    query = select(StaffNotice, read.label("read")).where(_received_by(caller))
    if unread_only:
        query = query.where(~read, or_(StaffNotice.kind != LATE, _STILL_LATE))
    rows = await session.execute(query.order_by(StaffNotice.id.desc()).limit(SHOWN))
    return [
        Notice(
            row.StaffNotice.id,
            row.StaffNotice.at,
            row.StaffNotice.kind,
            row.StaffNotice.desk,
            row.StaffNotice.body,
            bool(row.read),
        )
        for row in rows
    ]


async def mark_read(session: AsyncSession, caller: Caller, notice_id: int) -> None:
    """Note that somebody has read a notice; doing it twice is no mistake.

    Raises
    ------
    NotFoundError
        When it is not for them.
    """
    found = await session.execute(
        select(StaffNotice.id).where(and_(StaffNotice.id == notice_id, _received_by(caller)))
    )
    if found.scalar() is None:
        message = f"There is no notice {notice_id}"
        raise NotFoundError(message)
    await session.execute(
        upsert(StaffNoticeRead)
        .values(notice_id=notice_id, staff_id=caller.staff_id)
        .on_conflict_do_nothing()
    )
