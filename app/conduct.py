"""People who are rude or write without end: strikes, what follows from them, taking it back."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Select, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.conduct_rules import Level, lasts, level_of, score
from app.context import UseCases
from app.cover import CITY_DESK
from app.errors import ConflictError, InvalidError, NotFoundError
from app.models import ConductMeasure, MutedMessage, Report, Reporter, Strike
from app.reports import SYSTEM, record, touch
from app.staff_notices import tell_desk

BY_WORDS, BY_DESK, BY_FLOOD = "words", "desk", "flood"
MUTED_NOTICE = "muted"
WHY_LIMIT = 500
WORDS_KEPT = 200
_ORDER = (Level.NONE, Level.WARNED, Level.SLOW, Level.MUTED)


@dataclass(frozen=True, slots=True)
class Offence:
    """What somebody gets a strike for."""

    source: str
    actor: str = SYSTEM
    report: Report | None = None
    words: str | None = None


def standing(reporter: Reporter, now: datetime) -> Level:
    """Tell how somebody is dealt with now; what has run out is over by itself."""
    if reporter.conduct is None or reporter.conduct_until is None or reporter.conduct_until <= now:
        return Level.NONE
    return Level(reporter.conduct)


async def strike(
    session: AsyncSession, context: UseCases, reporter: Reporter, offence: Offence
) -> Level:
    """Count a strike and take the measure that is due; return what it led to.

    Parameters
    ----------
    session, context
    reporter : Reporter
        Locked.
    offence : Offence
    """
    now = context.clock()
    session.add(
        Strike(
            reporter_id=reporter.id,
            at=now,
            source=offence.source,
            actor=offence.actor,
            report_id=offence.report.id if offence.report else None,
            words=(offence.words or "")[:WORDS_KEPT] or None,
        )
    )
    await session.flush()
    level = level_of(await _score(session, context, reporter.id), context.conduct)
    current = standing(reporter, now)
    if level is Level.NONE or _ORDER.index(current) > _ORDER.index(level):
        return current
    await _measure(session, context, reporter, level)
    return level


async def _score(session: AsyncSession, context: UseCases, reporter_id: int) -> float:
    times = await session.execute(
        select(Strike.at).where(Strike.reporter_id == reporter_id, Strike.withdrawn_at.is_(None))
    )
    return score(times.scalars(), context.clock(), context.conduct)


async def _measure(
    session: AsyncSession, context: UseCases, reporter: Reporter, level: Level
) -> None:
    now, span = context.clock(), lasts(level, context.conduct)
    until = None if span is None else now + span
    is_new = level is Level.MUTED and standing(reporter, now) is not Level.MUTED
    if until is not None:
        # The one before ends where this one begins.
        await _end(session, reporter.id, now, SYSTEM, None)
        reporter.conduct, reporter.conduct_until = level.value, until
    measure = ConductMeasure(reporter_id=reporter.id, level=level.value, since=now, until=until)
    session.add(measure)
    await session.flush()
    if is_new:
        body = {"reporter": reporter.pseudonym, "until": until.isoformat() if until else None}
        await tell_desk(session, CITY_DESK, MUTED_NOTICE, f"muted:{measure.id}", body)


async def _end(
    session: AsyncSession, reporter_id: int, now: datetime, by: str, why: str | None
) -> None:
    await session.execute(
        update(ConductMeasure)
        .where(
            ConductMeasure.reporter_id == reporter_id,
            ConductMeasure.ended_at.is_(None),
            ConductMeasure.until > now,
        )
        .values(ended_at=now, ended_by=by, why=why)
    )


async def revoke(
    session: AsyncSession, context: UseCases, pseudonym: str, actor: str, why: str
) -> Reporter:
    """Lift what is laid on somebody and let their strikes count no more; the history stays.

    Raises
    ------
    NotFoundError
    InvalidError
        Without a reason.
    ConflictError
        When there is nothing to lift.
    """
    reason = why.strip()[:WHY_LIMIT]
    if not reason:
        raise InvalidError("Say why")
    reporter = await locked(session, pseudonym)
    now = context.clock()
    counting = await _score(session, context, reporter.id)
    if standing(reporter, now) is Level.NONE and not counting:
        message = f"Nothing is laid on {pseudonym}"
        raise ConflictError(message)
    await _end(session, reporter.id, now, actor, reason)
    if standing(reporter, now) is Level.NONE:
        # Strikes alone are taken back: that is kept as well.
        session.add(
            ConductMeasure(
                reporter_id=reporter.id,
                level=Level.WARNED.value,
                since=now,
                ended_at=now,
                ended_by=actor,
                why=reason,
            )
        )
    reporter.conduct = reporter.conduct_until = None
    await _withdraw(session, now, actor, Strike.reporter_id == reporter.id)
    return reporter


async def _withdraw(session: AsyncSession, now: datetime, actor: str, which: object) -> None:
    await session.execute(
        update(Strike)
        .where(which, Strike.withdrawn_at.is_(None))  # type: ignore[arg-type]
        .values(withdrawn_at=now, withdrawn_by=actor)
    )


async def locked(session: AsyncSession, pseudonym: str) -> Reporter:
    """Return a person by their pseudonym, locked.

    Raises
    ------
    NotFoundError
    """
    query = select(Reporter).where(Reporter.pseudonym == pseudonym, Reporter.kind == "person")
    found = (await session.execute(query.with_for_update())).scalar()
    if found is None:
        message = f"There is no reporter {pseudonym}"
        raise NotFoundError(message)
    return found


async def mark(
    session: AsyncSession, context: UseCases, report: Report, actor: str, *, abusive: bool
) -> Level:
    """Say that a report is nothing but rudeness, which is a strike; or take that back.

    Parameters
    ----------
    session, context
    report : Report
        Locked after its reporter, see `reporter_of`.
    actor : str
    abusive : bool

    Raises
    ------
    InvalidError
        When nobody outside wrote it.
    ConflictError
        When it is about danger to life.
    """
    if report.reporter_id is None:
        raise InvalidError("This report came from staff")
    if abusive and report.danger:
        raise ConflictError("It is about danger to life: say first that it is not")
    reporter = await session.get_one(Reporter, report.reporter_id)
    if report.abusive == abusive:
        return standing(reporter, context.clock())
    report.abusive = abusive
    touch(report, context.clock())
    kind = "abusive" if abusive else "not_abusive"
    await record(session, report, kind=kind, actor=actor)
    if abusive:
        return await strike(session, context, reporter, Offence(BY_DESK, actor, report))
    now = context.clock()
    await _withdraw(session, now, actor, Strike.report_id == report.id)
    left = level_of(await _score(session, context, reporter.id), context.conduct)
    current = standing(reporter, now)
    if current is not Level.NONE and _ORDER.index(left) < _ORDER.index(current):
        await _end(session, reporter.id, now, actor, f"№ {report.number}")
        reporter.conduct = reporter.conduct_until = None
    return standing(reporter, now)


async def hold_reporter(session: AsyncSession, number: str) -> None:
    """Lock the person of a report: they come before their reports."""
    await session.execute(
        select(Reporter.id)
        .join(Report, Report.reporter_id == Reporter.id)
        .where(Report.number == number)
        .with_for_update(of=Reporter)
    )


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody with strikes, as the desk sees them.

    Attributes
    ----------
    score : float
        Strikes, each for what it still counts.
    muted_messages : int
        Those that nobody has made a report of.
    """

    reporter: str
    level: Level
    until: datetime | None
    score: float
    strikes: int
    last_at: datetime | None
    muted_messages: int


@dataclass(frozen=True, slots=True)
class History:
    """All that is known of one person's manners."""

    person: Person
    strikes: Sequence[tuple[Strike, str | None]] = field(default_factory=tuple)
    measures: Sequence[ConductMeasure] = field(default_factory=tuple)
    messages: Sequence[tuple[MutedMessage, str | None]] = field(default_factory=tuple)


def _known() -> Select[Reporter]:
    struck = select(Strike.reporter_id).where(Strike.reporter_id == Reporter.id).exists()
    return select(Reporter).where(or_(struck, Reporter.conduct.is_not(None)))


async def people(session: AsyncSession, context: UseCases, limit: int = 200) -> list[Person]:
    """List whoever has strikes: those that something is laid on first, then the latest."""
    now = context.clock()
    last = select(func.max(Strike.at)).where(Strike.reporter_id == Reporter.id).scalar_subquery()
    rows = await session.execute(
        _known()
        .order_by(
            func.coalesce(Reporter.conduct_until > now, False).desc(), last.desc(), Reporter.id
        )
        .limit(limit)
    )
    return [await _person(session, context, reporter) for reporter in rows.scalars()]


async def _person(session: AsyncSession, context: UseCases, reporter: Reporter) -> Person:
    rows = (
        await session.execute(
            select(Strike.at, Strike.withdrawn_at).where(Strike.reporter_id == reporter.id)
        )
    ).all()
    waiting = (
        await session.execute(
            select(func.count()).where(
                MutedMessage.reporter_id == reporter.id, MutedMessage.report_id.is_(None)
            )
        )
    ).scalar_one()
    now = context.clock()
    counting = score((row.at for row in rows if row.withdrawn_at is None), now, context.conduct)
    level = standing(reporter, now)
    if level is Level.NONE and level_of(counting, context.conduct) is not Level.NONE:
        level = Level.WARNED
    return Person(
        reporter.pseudonym,
        level,
        reporter.conduct_until if standing(reporter, now) is not Level.NONE else None,
        counting,
        sum(1 for row in rows if row.withdrawn_at is None),
        max((row.at for row in rows), default=None),
        waiting,
    )


async def history(
    session: AsyncSession, context: UseCases, pseudonym: str, limit: int = 100
) -> History:
    """Return one person's strikes, what followed, and what they wrote while muted.

    Raises
    ------
    NotFoundError
    """
    reporter = (await session.execute(_known().where(Reporter.pseudonym == pseudonym))).scalar()
    if reporter is None:
        message = f"Nothing is known of the manners of {pseudonym}"
        raise NotFoundError(message)
    strikes = await session.execute(
        select(Strike, Report.number)
        .outerjoin(Report, Report.id == Strike.report_id)
        .where(Strike.reporter_id == reporter.id)
        .order_by(Strike.id.desc())
        .limit(limit)
    )
    measures = await session.execute(
        select(ConductMeasure)
        .where(ConductMeasure.reporter_id == reporter.id)
        .order_by(ConductMeasure.id.desc())
        .limit(limit)
    )
    messages = await session.execute(
        select(MutedMessage, Report.number)
        .outerjoin(Report, Report.id == MutedMessage.report_id)
        .where(MutedMessage.reporter_id == reporter.id)
        .order_by(MutedMessage.id.desc())
        .limit(limit)
    )
    return History(
        await _person(session, context, reporter),
        [(row[0], row[1]) for row in strikes],
        list(measures.scalars()),
        [(row[0], row[1]) for row in messages],
    )
