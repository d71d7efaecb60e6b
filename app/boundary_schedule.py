"""Boundary sets that come into force at a set time, by whichever worker sees it first."""

import asyncio
import logging
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Update, func, insert, select, update
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.ext.asyncio import AsyncSession

from app import boundary_audit
from app.boundaries import activate, check_base
from app.boundary_drafts import APPROVED, find_set
from app.cancellation import heed_cancellation
from app.context import UseCases
from app.db import Database
from app.errors import BeatwayError, ConflictError, InvalidError, NotFoundError, UnavailableError
from app.models import BoundarySchedule

log = logging.getLogger(__name__)

# How late an activation may be at most, and how often a disturbed one is tried again.
LOOK_EVERY_S = 5.0
FARTHEST = timedelta(days=366)
WAITING = "waiting"


class NotApprovedError(ConflictError):
    """Only an approved boundary set can be put in force."""

    code = "not-approved"


@dataclass(frozen=True, slots=True)
class Scheduled:
    """An activation at a set time.

    Attributes
    ----------
    state : str
        `waiting`, `done`, `failed` (with the `error`) or `cancelled`.
    """

    id: int
    boundary_set_id: int
    at: datetime
    by: str
    state: str
    error: str | None
    rollback: bool


async def schedule(
    session: AsyncSession,
    context: UseCases,
    boundary_set_id: int,
    at: datetime,
    actor: str,
    *,
    rollback: bool = False,
) -> int:
    """Have an approved boundary set put in force at a time to come; return the schedule's id.

    Raises
    ------
    NotFoundError
    NotApprovedError
    InvalidError
        When the time is past or more than a year away.
    BasedOnOldSetError
    """
    found = await find_set(session, boundary_set_id)
    if found.state != APPROVED:
        message = f"Boundary set {boundary_set_id} is {found.state}, not approved"
        raise NotApprovedError(message, state=found.state)
    now = context.clock()
    if not now < at < now + FARTHEST:
        raise InvalidError("The time must be to come, within a year")
    await check_base(session, found, rollback=rollback)
    schedule_id = (
        await session.execute(
            insert(BoundarySchedule)
            .values(boundary_set_id=boundary_set_id, at=at, actor=actor, rollback=rollback)
            .returning(BoundarySchedule.id)
        )
    ).scalar_one()
    await boundary_audit.note(
        session,
        boundary_set_id,
        actor=actor,
        kind="scheduled",
        after={"schedule": schedule_id, "at": at.isoformat(), "rollback": rollback},
    )
    return schedule_id


async def cancel(session: AsyncSession, boundary_set_id: int, schedule_id: int, actor: str) -> None:
    """Call a scheduled activation off.

    Raises
    ------
    NotFoundError
    ConflictError
        When it is done, failed or called off already.
    """
    row = (
        await session.execute(
            select(BoundarySchedule)
            .where(
                BoundarySchedule.id == schedule_id,
                BoundarySchedule.boundary_set_id == boundary_set_id,
            )
            .with_for_update()
        )
    ).scalar()
    if row is None:
        message = f"There is no scheduled activation {schedule_id} of this set"
        raise NotFoundError(message)
    if row.state != WAITING:
        message = f"The scheduled activation {schedule_id} is {row.state}"
        raise ConflictError(message, state=row.state)
    row.state, row.ended_at = "cancelled", func.now()
    await boundary_audit.note(
        session,
        boundary_set_id,
        actor=actor,
        kind="unscheduled",
        before={"schedule": schedule_id, "at": row.at.isoformat()},
    )
    await session.flush()


async def schedules(
    session: AsyncSession, boundary_set_id: int | None = None
) -> dict[int, list[Scheduled]]:
    """Return scheduled activations by boundary set, the latest first."""
    query = select(BoundarySchedule).order_by(BoundarySchedule.id.desc())
    if boundary_set_id is not None:
        query = query.where(BoundarySchedule.boundary_set_id == boundary_set_id)
    found: dict[int, list[Scheduled]] = {}
    for row in (await session.execute(query)).scalars():
        found.setdefault(row.boundary_set_id, []).append(_scheduled(row))
    return found


def _scheduled(row: BoundarySchedule) -> Scheduled:
    return Scheduled(
        row.id, row.boundary_set_id, row.at, row.actor, row.state, row.error, row.rollback
    )


async def run_due(database: Database, context: UseCases) -> int | None:
    """Put the set in force whose time has come, if there is one.

    The schedule's row is locked and marked in the transaction of the activation: it happens once,
    however many workers look, and not at all when the worker dies half-way; then another does it.

    Returns
    -------
    int or None
        The id of the schedule that was dealt with; None when none was due.
    """
    due = None
    try:
        async with database.transaction() as session:
            row = (
                await session.execute(
                    select(BoundarySchedule)
                    .where(
                        BoundarySchedule.state == WAITING, BoundarySchedule.at <= context.clock()
                    )
                    .order_by(BoundarySchedule.at, BoundarySchedule.id)
                    .limit(1)
                    .with_for_update(skip_locked=True)
                )
            ).scalar()
            if row is None:
                return None
            # A copy: routing again makes the session forget its rows.
            due = _scheduled(row)
            await activate(session, due.boundary_set_id, due.by, context, rollback=due.rollback)
            await session.execute(_ended(due.id, "done"))
    except UnavailableError:
        # Nothing is wrong with the set: it is tried again.
        raise
    except BeatwayError as error:
        if due is None:
            raise
        await _failed(database, due, error.detail)
    return due.id


def _ended(schedule_id: int, state: str, error: str | None = None) -> Update:
    return (
        update(BoundarySchedule)
        .where(BoundarySchedule.id == schedule_id)
        .values(state=state, error=error, ended_at=func.now())
    )


async def _failed(database: Database, due: Scheduled, error: str) -> None:
    log.error("the scheduled activation %s failed: %s", due.id, error)
    async with database.transaction() as session:
        await session.execute(_ended(due.id, "failed", error))
        await boundary_audit.note(
            session,
            due.boundary_set_id,
            actor=due.by,
            kind="schedule_failed",
            after={"schedule": due.id, "error": error},
        )


async def keep_schedule(database: Database, context: UseCases) -> None:
    """Put sets in force as their times come, until cancelled."""
    while True:
        try:
            while await run_due(database, context) is not None:
                pass
        except (OperationalError, InterfaceError, UnavailableError) as error:
            heed_cancellation()
            log.warning("a scheduled activation has to wait: %s", error)
        except Exception:
            # What is wrong with one activation must not end all else that this program does.
            heed_cancellation()
            log.exception("a scheduled activation could not be looked after")
        await asyncio.sleep(LOOK_EVERY_S)
