"""Beats without their officer: now, and by the plan for the days to come."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from sqlalchemy import func, select, text
from sqlalchemy.dialects.postgresql import TSTZRANGE
from sqlalchemy.ext.asyncio import AsyncSession

from app.context import UseCases
from app.cover import Assignment, Why, climb
from app.directory import Directory, Entry
from app.duty import PostedOfficer, posted_by_beat, unattended_since, why_unattended
from app.models import Leave, Officer, Posting, Report, Shift
from app.models.reports import OPEN_SQL
from app.permissions import Scope
from app.roster import ShiftKind
from app.staffing import staff_of
from geo.districts import Level

ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Unattended:
    """A beat nobody posted to is on duty in, and who would get a report in it."""

    beat: Entry
    why: str
    since: datetime | None
    posted: Sequence[PostedOfficer]
    cover: Assignment
    open_reports: int


async def unattended_beats(
    session: AsyncSession, context: UseCases, directory: Directory, scope: Scope
) -> list[Unattended]:
    """Return the unattended beats somebody sees, by code."""
    now = context.clock()
    posted = await posted_by_beat(session, now)
    found = {
        entry.code: (entry, why)
        for entry in directory.seen_by(scope)
        if entry.level is Level.BEAT
        and (why := why_unattended(posted.get(entry.code, ()))) is not None
    }
    if not found:
        return []
    since = await unattended_since(session)
    reports = await _open_by_beat(session, list(found))
    precincts = sorted({entry.parent for entry, _ in found.values() if entry.parent})
    staff = await staff_of(session, precincts, list(found), now, context.load_limit)
    index = await context.index_cache.get(session, directory.boundary_set_id)
    return [
        Unattended(
            beat=entry,
            why=why,
            since=since.get(code),
            posted=posted.get(code, ()),
            cover=climb(entry.parent, code, staff, index.neighbours(code)),
            open_reports=reports.get(code, 0),
        )
        for code, (entry, why) in sorted(found.items())
    ]


async def _open_by_beat(session: AsyncSession, beats: Sequence[str]) -> dict[str, int]:
    rows = await session.execute(
        select(Report.beat_code, func.count())
        .where(text(OPEN_SQL), Report.beat_code.in_(beats))
        .group_by(Report.beat_code)
    )
    return {row[0]: row[1] for row in rows if row[0] is not None}


@dataclass(frozen=True, slots=True)
class Span:
    """From one instant until, and without, another; None where it has no end."""

    since: datetime | None
    until: datetime | None

    def has(self, at: datetime) -> bool:
        """Tell whether an instant is in it."""
        return (self.since is None or self.since <= at) and (self.until is None or at < self.until)

    def ends(self) -> Iterator[datetime]:
        """Return where it begins and ends, if it does."""
        yield from (end for end in (self.since, self.until) if end is not None)


@dataclass(frozen=True, slots=True)
class Planned:
    """What the plan says of one officer."""

    shifts: list[Span] = field(default_factory=list)
    leaves: list[Span] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Gap:
    """Nobody who is posted to a beat is planned to be on duty."""

    since: datetime
    until: datetime
    why: Why


def gaps(postings: Iterable[tuple[Span, Planned]], window: tuple[datetime, datetime]) -> list[Gap]:
    """Find when nobody posted to a beat is planned to be on duty, and why.

    Parameters
    ----------
    postings : iterable of (Span, Planned)
        Of one beat: when somebody is posted there, and their plan.
    window : tuple of datetime
        From when until when to look.

    Returns
    -------
    list of Gap
        In order; two that touch have different reasons.
    """
    posted = list(postings)
    begin, end = window
    ends = {begin, end}
    for span, plan in posted:
        for each in (span, *plan.shifts, *plan.leaves):
            ends.update(at for at in each.ends() if begin < at < end)
    found: list[Gap] = []
    for since, until in pairwise(sorted(ends)):
        why = _why([plan for span, plan in posted if span.has(since)], since)
        if why is None:
            continue
        if found and found[-1].until == since and found[-1].why is why:
            since = found.pop().since  # noqa: PLW2901 - the gap before goes on
        found.append(Gap(since, until, why))
    return found


def _why(posted: Sequence[Planned], at: datetime) -> Why | None:
    """Tell why nobody is there, in the same words as `app.duty.why_unattended`."""
    if not posted:
        return Why.VACANT
    here = [plan for plan in posted if not any(leave.has(at) for leave in plan.leaves)]
    if any(shift.has(at) for plan in here for shift in plan.shifts):
        return None
    return Why.OFF_SHIFT if here else Why.ON_LEAVE


@dataclass(frozen=True, slots=True)
class Day:
    """A day of the city's calendar; when clocks change it has an hour more or less."""

    date: date
    since: datetime
    until: datetime


def days_from(now: datetime, count: int, zone: ZoneInfo) -> list[Day]:
    """Return today and the days after it, as the city's clocks show them."""
    today = now.astimezone(zone).date()
    begins = [
        datetime.combine(today + number * ONE_DAY, time(), zone) for number in range(count + 1)
    ]
    return [Day(each.date(), each, after) for each, after in pairwise(begins)]


def hours_of(found: Iterable[Gap], days: Sequence[Day]) -> list[float]:
    """Return for each day how many hours of it are in gaps."""
    hours = [0.0] * len(days)
    begins = [day.since.timestamp() for day in days]
    for gap in found:
        first = max(bisect_right(begins, gap.since.timestamp()) - 1, 0)
        for number in range(first, len(days)):
            since = max(gap.since.timestamp(), begins[number])
            until = min(gap.until.timestamp(), days[number].until.timestamp())
            if until <= since:
                break
            hours[number] += (until - since) / 3600
    return [round(each, 2) for each in hours]


@dataclass(frozen=True, slots=True)
class BeatForecast:
    """When a beat will have nobody; hours for each day."""

    beat: Entry
    gaps: list[Gap]
    hours: list[float]


@dataclass(frozen=True, slots=True)
class Forecast:
    """What the plan says of all beats, from now on."""

    since: datetime
    days: list[Day]
    beats: list[BeatForecast]


async def forecast(
    session: AsyncSession, context: UseCases, directory: Directory, scope: Scope, count: int
) -> Forecast:
    """Tell when which beats will have nobody, by shifts, leave and postings.

    What officers have tapped is not looked at: it holds until the plan says something new.

    Parameters
    ----------
    session, context
    directory : Directory
        Of the boundary set in force.
    scope : Scope
    count : int
        Days, with today.
    """
    # In UTC: the hour that clocks show twice is two hours there.
    now = context.clock().astimezone(UTC)
    days = days_from(now, count, context.timezone)
    window = (now, days[-1].until.astimezone(UTC))
    postings = await _postings(session, window)
    beats = []
    for entry in directory.seen_by(scope):
        if entry.level is Level.BEAT:
            found = gaps(postings.get(entry.code, ()), window)
            beats.append(BeatForecast(entry, found, hours_of(found, days)))
    return Forecast(now.astimezone(context.timezone), days, beats)


async def _postings(
    session: AsyncSession, window: tuple[datetime, datetime]
) -> Mapping[str, list[tuple[Span, Planned]]]:
    range_ = func.tstzrange(*window, type_=TSTZRANGE)
    plans: defaultdict[int, Planned] = defaultdict(Planned)
    duty = Shift.kind == ShiftKind.DUTY.value
    for table, wanted in ((Shift, [duty]), (Leave, [])):
        period = table.period
        rows = await session.execute(
            select(table.officer_id, func.lower(period), func.upper(period)).where(
                period.op("&&")(range_), *wanted
            )
        )
        for officer_id, since, until in rows:
            plan = plans[officer_id]
            (plan.shifts if table is Shift else plan.leaves).append(Span(since, until))
    period = Posting.period
    rows = await session.execute(
        select(Posting.beat_code, Posting.officer_id, func.lower(period), func.upper(period))
        .join(Officer, Officer.id == Posting.officer_id)
        .where(Officer.active, period.op("&&")(range_))
    )
    found: defaultdict[str, list[tuple[Span, Planned]]] = defaultdict(list)
    for beat, officer_id, since, until in rows:
        found[beat].append((Span(since, until), plans[officer_id]))
    return found
