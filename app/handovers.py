"""What one shift of a desk hands over to the next: frozen as it was, noted on, and signed."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    and_,
    func,
    insert,
    or_,
    select,
    text,
    true,
)
from sqlalchemy.ext.asyncio import AsyncSession

from app.access import Caller
from app.context import UseCases
from app.cover import CITY_DESK
from app.deadlines import due_column
from app.desk_duty import AtDesk, who_is_there
from app.errors import ConflictError, ForbiddenError, InvalidError, NotFoundError
from app.models import (
    DeskHandover,
    InboxUpdate,
    OutboxMessage,
    Report,
    UnattendedBeat,
    table_of,
)
from app.models.reports import OPEN_SQL
from app.permissions import Scope
from geo.districts import Level
from geo.index import DistrictIndex

# Of more than these a handover names the first ones and gives the count.
NAMED = 20
NOTE_LIMIT = 2_000
SHOWN = 50
# Of closed reports only what failed lately is the next one's matter.
LATELY = timedelta(days=1)
UNDELIVERED = ("failed", "unknown")
DEAD = "dead"


class SignedError(ConflictError):
    """The handover is signed already: nothing of it changes any more."""

    code = "already-signed"


class NotThereError(ConflictError):
    """Only who is at the desk now can take it over: come on duty first."""

    code = "not-at-the-desk"


class OwnHandoverError(ConflictError):
    """Whoever hands over does not sign it while a colleague is at the desk."""

    code = "own-handover"


async def hand_over(
    session: AsyncSession,
    index: DistrictIndex | None,
    desk: str,
    leaving: Sequence[AtDesk],
    staying: Sequence[AtDesk],
    now: datetime,
) -> None:
    """Write down what a desk has on its hands, because somebody leaves it."""
    await session.execute(
        insert(table_of(DeskHandover)).inline(),
        {
            "desk": desk,
            "at": now,
            "leaving": [_person(each) for each in leaving],
            "staying": [_person(each) for each in staying],
            "summary": await summary(session, index, desk, now),
        },
    )


def _person(each: AtDesk) -> dict[str, str]:
    return {"login": each.login, "name": each.name}


async def summary(
    session: AsyncSession, index: DistrictIndex | None, desk: str, now: datetime
) -> dict[str, Any]:
    """Return what a desk has on its hands now, JSON-ready.

    It names reports and keeps none of their words: those go when the register forgets them.
    """
    mine = _is_of(desk)
    return {
        "open": await _reports(session, mine),
        "by_status": await _by_status(session, mine),
        "overdue": await _reports(session, mine & (due_column() <= now)),
        # By its kind, which is null with it: by the place itself, all of the index is read.
        "unplaced": await _reports(session, mine & Report.place_kind.is_(None)),
        "unattended": await _unattended(session, index, desk),
        "undelivered": await _undelivered(session, mine, now),
        "dead_letters": await _dead_letters(session),
    }


def _is_of(desk: str) -> ColumnElement[bool]:
    return true() if desk == CITY_DESK else Report.precinct_code == desk


async def _reports(session: AsyncSession, condition: ColumnElement[bool]) -> dict[str, Any]:
    rows = (
        await session.execute(
            select(
                Report.number,
                Report.status,
                Report.priority,
                Report.received_at,
                func.count().over(),
            )
            .where(text(OPEN_SQL), condition)
            .order_by(
                Report.priority, Report.acknowledged_at.is_not(None), Report.received_at, Report.id
            )
            .limit(NAMED)
        )
    ).all()
    return {
        "total": rows[0][4] if rows else 0,
        "reports": [
            {
                "number": row.number,
                "status": row.status,
                "priority": row.priority,
                "received_at": row.received_at.isoformat(),
            }
            for row in rows
        ],
    }


async def _by_status(session: AsyncSession, condition: ColumnElement[bool]) -> dict[str, int]:
    rows = await session.execute(
        select(Report.status, func.count())
        .where(text(OPEN_SQL), condition)
        .group_by(Report.status)
        .order_by(Report.status)
    )
    return {row[0]: row[1] for row in rows}


async def _unattended(
    session: AsyncSession, index: DistrictIndex | None, desk: str
) -> dict[str, Any]:
    districts = index.districts if index is not None else {}
    here = {
        code: district
        for code, district in districts.items()
        if district.level is Level.BEAT and desk in {CITY_DESK, district.parent}
    }
    rows = (
        await session.execute(select(UnattendedBeat).order_by(UnattendedBeat.beat_code))
    ).scalars()
    found = [row for row in rows if row.beat_code in here]
    return {
        "total": len(found),
        "beats": [
            {
                "code": row.beat_code,
                "name": dict(here[row.beat_code].name),
                "since": row.since.isoformat(),
                "why": row.why,
            }
            for row in found[:NAMED]
        ],
    }


async def _undelivered(
    session: AsyncSession, condition: ColumnElement[bool], now: datetime
) -> dict[str, Any]:
    rows = (
        await session.execute(
            select(Report.number, OutboxMessage.purpose, OutboxMessage.state, func.count().over())
            .join(Report, Report.id == OutboxMessage.report_id)
            .where(
                OutboxMessage.state.in_(UNDELIVERED),
                condition,
                or_(text(f"report.{OPEN_SQL}"), OutboxMessage.created_at > now - LATELY),
            )
            .order_by(OutboxMessage.id.desc())
            .limit(NAMED)
        )
    ).all()
    return {
        "total": rows[0][3] if rows else 0,
        "messages": [
            {"number": row.number, "purpose": row.purpose, "state": row.state} for row in rows
        ],
    }


async def _dead_letters(session: AsyncSession) -> dict[str, Any]:
    # By columns: the web's role may read no others.
    letters = select(func.count(InboxUpdate.update_id)).where(InboxUpdate.state == DEAD)
    return {"total": (await session.execute(letters)).scalar_one()}


def _seen(scope: Scope) -> ColumnElement[bool]:
    """SQL: whether somebody sees a desk's handovers: their own desk's, or every one."""
    if scope.precinct is None:
        return true()
    return DeskHandover.desk == scope.precinct


async def handovers(
    session: AsyncSession,
    scope: Scope,
    *,
    desk: str | None = None,
    unsigned: bool = False,
    before: int | None = None,
    limit: int = SHOWN,
) -> list[DeskHandover]:
    """Return handovers, the newest first.

    Parameters
    ----------
    session, scope
    desk : str, optional
    unsigned : bool
        Only those that nobody has signed.
    before : int, optional
        Only those with a smaller id, for the next page.
    limit : int
    """
    query: Select[DeskHandover] = select(DeskHandover).where(_seen(scope))
    if desk is not None:
        query = query.where(DeskHandover.desk == desk)
    if unsigned:
        query = query.where(DeskHandover.signed_at.is_(None))
    if before is not None:
        query = query.where(DeskHandover.id < before)
    return list(
        (await session.execute(query.order_by(DeskHandover.id.desc()).limit(limit))).scalars()
    )


async def find(
    session: AsyncSession, scope: Scope, handover_id: int, *, hold: bool = False
) -> DeskHandover:
    """Return one handover.

    Raises
    ------
    NotFoundError
        When there is none, or not for them.
    """
    query = select(DeskHandover).where(and_(DeskHandover.id == handover_id, _seen(scope)))
    found = (await session.execute(query.with_for_update() if hold else query)).scalar()
    if found is None:
        message = f"There is no handover {handover_id}"
        raise NotFoundError(message)
    return found


async def add_note(
    session: AsyncSession, context: UseCases, caller: Caller, handover: DeskHandover, words: str
) -> None:
    """Let who leaves say something to who comes, until somebody has signed.

    Raises
    ------
    InvalidError, ForbiddenError, SignedError
    """
    words = words.strip()
    if not words or len(words) > NOTE_LIMIT:
        message = f"A note has 1 to {NOTE_LIMIT} characters"
        raise InvalidError(message)
    if handover.signed_at is not None:
        raise SignedError
    if not leaves(handover, caller):
        raise ForbiddenError("Only who hands over writes the note")
    handover.note, handover.note_by = words, caller.name
    handover.note_at = context.clock()
    await session.flush()


async def sign(
    session: AsyncSession, context: UseCases, caller: Caller, handover: DeskHandover
) -> None:
    """Take a desk over.

    Raises
    ------
    SignedError, NotThereError, OwnHandoverError
    """
    if handover.signed_at is not None:
        raise SignedError
    now = context.clock()
    there = {
        each.staff_id for each in await who_is_there(session, now) if each.desk == handover.desk
    }
    if caller.staff_id not in there:
        raise NotThereError
    if leaves(handover, caller) and len(there) > 1:
        raise OwnHandoverError
    handover.signed_by, handover.signed_name = caller.login, caller.name
    handover.signed_at = now
    await session.flush()


def leaves(handover: DeskHandover, caller: Caller) -> bool:
    """Tell whether somebody is among those who hand over."""
    return any(each["login"] == caller.login for each in handover.leaving)
