"""Planning a week like another: by the clock on the wall, whatever clocks do in between."""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

from sqlalchemy import and_, func
from sqlalchemy.dialects.postgresql import TSTZRANGE
from sqlalchemy.ext.asyncio import AsyncSession

from app.city_time import WEEK, at_wall, monday_of, week_of
from app.context import UseCases
from app.duty_watch import Seen
from app.errors import InvalidError
from app.models import Leave, Officer, Shift
from app.roster import changing
from app.roster_changes import Change, Entry
from app.roster_csv import LEAVE, SHIFT
from app.roster_import import RosterMovedError
from app.roster_rows import apply, entries_of
from app.routing import hold_for_change


class WhyNot(StrEnum):
    """Why a shift is not copied."""

    OVERLAP = "overlap"
    LEAVE = "on_leave"
    ENDLESS = "endless"


@dataclass(frozen=True, slots=True)
class Skipped:
    """A shift that is not copied, and what is in its way."""

    shift: Entry
    why: WhyNot
    other: Entry | None = None


@dataclass(frozen=True, slots=True)
class Copy:
    """What copying a week would add.

    Attributes
    ----------
    same : int
        Shifts that are there already.
    """

    added: list[Entry]
    skipped: list[Skipped]
    same: int

    @property
    def digest(self) -> str:
        """What it is recognised by."""
        said = "\n".join(repr(each.identity) for each in self.added)
        return hashlib.sha256(said.encode()).hexdigest()[:32]


async def plan_copy(
    session: AsyncSession, context: UseCases, precinct: str, source: date, target: date
) -> Copy:
    """Tell what copying a precinct's shifts from one week to another would add.

    Those that begin in the week are copied whole, a night shift over its end too. What is planned
    already stays.

    Raises
    ------
    InvalidError
        When it is the same week.
    """
    zone = context.timezone
    weeks = (monday_of(target) - monday_of(source)) // WEEK
    if not weeks:
        raise InvalidError("A week is copied to another one")
    theirs = and_(Officer.precinct_code == precinct, Officer.active)
    days = week_of(source, zone)
    begins = func.lower(Shift.period)
    shifts = await entries_of(
        session, SHIFT, theirs, begins >= days[0].since, begins < days[-1].until
    )
    wanted = [moved(each, weeks, zone) for each in shifts]
    until = max((each.until or each.since for each in wanted), default=None)
    if until is None:
        return Copy([], [], 0)
    period = func.tstzrange(min(each.since for each in wanted), until, type_=TSTZRANGE)
    there = await entries_of(session, SHIFT, theirs, Shift.period.op("&&")(period))
    away = await entries_of(session, LEAVE, theirs, Leave.period.op("&&")(period))
    return fit(wanted, there, away)


def moved(shift: Entry, weeks: int, zone: ZoneInfo) -> Entry:
    """Return a shift as many weeks later, at the same time by the clock on the wall."""

    def later(at: datetime) -> datetime:
        local = at.astimezone(zone)
        return at_wall(local.date() + weeks * WEEK, local.time(), zone)

    since = later(shift.since)
    until = later(shift.until) if shift.until else None
    if shift.until and until and until <= since:
        until = since + (shift.until - shift.since)
    return replace(shift, id=None, since=since, until=until)


def fit(wanted: Iterable[Entry], there: Sequence[Entry], away: Sequence[Entry]) -> Copy:
    """Find which shifts have room beside what is planned already."""
    planned, leaves = defaultdict(list), defaultdict(list)
    for each in there:
        planned[each.officer].append(each)
    for each in away:
        leaves[each.officer].append(each)
    copy = Copy([], [], 0)
    same = 0
    for new in sorted(wanted, key=lambda each: (each.since, each.officer)):
        mine = planned[new.officer]
        if any(each.identity == new.identity for each in mine):
            same += 1
            continue
        why, other = WhyNot.ENDLESS, None
        if new.until is not None:
            why, other = WhyNot.OVERLAP, _in_the_way(new, mine)
            if other is None:
                why, other = WhyNot.LEAVE, _in_the_way(new, leaves[new.officer])
            if other is None:
                copy.added.append(new)
                mine.append(new)
                continue
        copy.skipped.append(Skipped(new, why, other))
    return replace(copy, same=same)


def _in_the_way(new: Entry, others: Iterable[Entry]) -> Entry | None:
    return next((each for each in others if each.overlaps(new.since, new.until)), None)


async def copy_week(
    session: AsyncSession,
    context: UseCases,
    actor: str,
    precinct: str,
    weeks: tuple[date, date],
    digest: str | None = None,
) -> tuple[Copy, Seen]:
    """Copy a precinct's shifts from one week to another.

    Parameters
    ----------
    session, context, actor
    precinct : str
    weeks : tuple of date
        A day of the week that is copied, and one of the week that it is copied to.
    digest : str, optional
        Of the plan that somebody has agreed to.

    Raises
    ------
    InvalidError
    app.roster_import.RosterMovedError
    """
    await hold_for_change(session)
    copy = await plan_copy(session, context, precinct, *weeks)
    if digest is not None and digest != copy.digest:
        raise RosterMovedError
    if not copy.added:
        return copy, Seen()
    async with changing(session, context, actor, precinct) as seen:
        await apply(
            session,
            actor,
            [Change(SHIFT, "added", each.officer, 0, None, each) for each in copy.added],
        )
    return copy, seen[0]
