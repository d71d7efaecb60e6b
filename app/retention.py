"""How long everything is kept here, what is held back from going, and what has gone."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from app import audit
from app.errors import ConflictError, InvalidError, NotFoundError
from app.kept import LONGEST_DAYS, Content, Rule, Stored, classes_of, rules_now, takes_effect
from app.models import PurgeRecord, Report, ReportHold, RetentionRule, table_of

LONGEST_REASON = 500


class AlreadyHeldError(ConflictError):
    """The report is held already."""

    code = "already-held"


@dataclass(frozen=True, slots=True)
class Held:
    """A report that is held, and why."""

    number: str
    reason: str
    placed_at: datetime
    placed_by: str


@dataclass(frozen=True, slots=True)
class Gone:
    """How much of one kind one purge let go."""

    run: UUID
    content: str
    privacy_class: str
    actor: str
    begun_at: datetime
    ended_at: datetime
    count: int
    oldest: datetime
    newest: datetime


async def rules(session: AsyncSession, retention_days: int, now: datetime) -> list[Rule]:
    """Return how long everything is kept.

    Parameters
    ----------
    session
    retention_days : int
        ``BEATWAY_RETENTION_DAYS``: what counts where nobody has said otherwise.
    now : datetime
    """
    rows = (await session.execute(select(RetentionRule))).scalars()
    stored = {
        (row.content, row.privacy_class): Stored(
            row.days, row.former_days, row.effective_at, row.changed_by
        )
        for row in rows
    }
    return rules_now(stored, retention_days, now)


async def change_rule(
    session: AsyncSession,
    retention_days: int,
    now: datetime,
    actor: str,
    content: Content,
    privacy_class: str,
    days: int,
) -> Rule:
    """Keep something for another number of days; a shorter time waits until all were warned.

    Raises
    ------
    InvalidError
        When there is no such class of it, or that is no number of days.
    """
    if privacy_class not in classes_of(content):
        message = f"There is no class {privacy_class} of {content}"
        raise InvalidError(message)
    if not 1 <= days <= LONGEST_DAYS:
        message = f"Days are a number from 1 to {LONGEST_DAYS}"
        raise InvalidError(message)
    await session.execute(select(func.pg_advisory_xact_lock(func.hashtext("beatway retention"))))
    former = await _rule(session, retention_days, now, content, privacy_class)
    values = {
        "days": days,
        "former_days": former.days,
        "effective_at": takes_effect(days, former, now),
        "changed_by": actor,
    }
    await session.execute(
        insert(table_of(RetentionRule))
        .values(content=content.value, privacy_class=privacy_class, **values)
        .on_conflict_do_update(index_elements=["content", "privacy_class"], set_=values)
    )
    detail = {
        "before": former.days,
        "after": days,
        "effective_at": values["effective_at"].isoformat(),  # type: ignore[attr-defined]
    }
    await audit.note(
        session, actor, "retention.changed", f"{content.value}/{privacy_class}", detail
    )
    return await _rule(session, retention_days, now, content, privacy_class)


async def _rule(
    session: AsyncSession, retention_days: int, now: datetime, content: Content, name: str
) -> Rule:
    found = await rules(session, retention_days, now)
    return next(each for each in found if (each.content, each.privacy_class) == (content, name))


async def hold(session: AsyncSession, report: Report, actor: str, reason: str) -> Held:
    """Keep all of a report, whatever its time, until the hold is lifted.

    Parameters
    ----------
    session
    report : Report
        Locked: a purge that is at it has ended, or passes over it.
    actor, reason : str

    Raises
    ------
    InvalidError, AlreadyHeldError
    """
    reason = reason.strip()
    if not reason or len(reason) > LONGEST_REASON or "\x00" in reason:
        message = f"Say why it must be kept, in at most {LONGEST_REASON} characters"
        raise InvalidError(message)
    row = (
        await session.execute(
            insert(ReportHold)
            .values(report_id=report.id, reason=reason, placed_by=actor)
            .on_conflict_do_nothing(
                index_elements=["report_id"], index_where=ReportHold.lifted_at.is_(None)
            )
            .returning(ReportHold.placed_at)
        )
    ).scalar()
    if row is None:
        raise AlreadyHeldError
    await audit.note(session, actor, "hold.placed", report.number)
    return Held(report.number, reason, row, actor)


async def lift(session: AsyncSession, report: Report, actor: str) -> None:
    """End a hold; what is due then goes with the next purge.

    Raises
    ------
    NotFoundError
        When the report is not held.
    """
    lifted = await session.execute(
        update(ReportHold)
        .where(ReportHold.report_id == report.id, ReportHold.lifted_at.is_(None))
        .values(lifted_at=func.clock_timestamp(), lifted_by=actor)
        .returning(ReportHold.id)
    )
    if lifted.first() is None:
        message = f"Report {report.number} is not held"
        raise NotFoundError(message)
    await audit.note(session, actor, "hold.lifted", report.number)


async def holds(session: AsyncSession, seen: ColumnElement[bool], limit: int = 200) -> list[Held]:
    """Return the reports that are held, the latest hold first.

    Parameters
    ----------
    session
    seen : SQL condition
        Of the reports that whoever asks may see.
    limit : int
    """
    rows = await session.execute(
        select(Report.number, ReportHold.reason, ReportHold.placed_at, ReportHold.placed_by)
        .join(Report, Report.id == ReportHold.report_id)
        .where(ReportHold.lifted_at.is_(None), seen)
        .order_by(ReportHold.placed_at.desc())
        .limit(limit)
    )
    return [Held(*row) for row in rows]


async def gone(session: AsyncSession, limit: int = 100) -> Sequence[Gone]:
    """Return what has been purged, the last purge first."""
    record = table_of(PurgeRecord).c
    newest = func.max(record.at)
    rows = await session.execute(
        select(
            record.run,
            record.content,
            record.privacy_class,
            record.actor,
            func.min(record.at),
            newest,
            func.sum(record.count),
            func.min(record.oldest),
            func.max(record.newest),
        )
        .group_by(record.run, record.content, record.privacy_class, record.actor)
        .order_by(newest.desc())
        .limit(limit)
    )
    return [Gone(*row) for row in rows]
