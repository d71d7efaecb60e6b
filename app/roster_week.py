"""A precinct's week: the plan, and beside it who was there in truth."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from operator import itemgetter

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import TSTZRANGE
from sqlalchemy.ext.asyncio import AsyncSession

from app.cover import Duty
from app.models import DutyTap, Officer, Posting
from app.roster import OfficerFacts, ShiftKind, facts_of
from app.roster_changes import Entry
from app.roster_csv import LEAVE, POSTING, SHIFT
from app.roster_rows import TABLES, entries_of
from app.staffing import duty, open_reports, standing_word


@dataclass(frozen=True, slots=True)
class Tap:
    """Somebody came or went."""

    at: datetime
    on_duty: bool
    actor: str


Period = tuple[datetime, datetime]
Standing = bool | None


@dataclass(slots=True)
class OfficerWeek:
    """An officer's part of a week.

    Attributes
    ----------
    present : list of tuple
        When they were on duty in truth, up to now.
    """

    facts: OfficerFacts
    duty: Duty
    open_reports: int
    postings: list[Entry] = field(default_factory=list)
    shifts: list[Entry] = field(default_factory=list)
    leaves: list[Entry] = field(default_factory=list)
    taps: list[Tap] = field(default_factory=list)
    present: list[Period] = field(default_factory=list)


async def week(
    session: AsyncSession, precinct: str, since: datetime, until: datetime, now: datetime
) -> list[OfficerWeek]:
    """Return everybody of a precinct, by name, whoever has left it last.

    Postings are those that hold at some time from the week's beginning on.
    """
    rows = await session.execute(
        select(Officer, duty(now).label("duty"), open_reports().label("open_reports"))
        .where(Officer.precinct_code == precinct)
        .order_by(Officer.active.desc(), Officer.name, Officer.code)
    )
    found, ids = {}, {}
    for row in rows:
        state = Duty(row.duty) if row.Officer.active else Duty.OFF
        found[row.Officer.code] = OfficerWeek(facts_of(row.Officer), state, row.open_reports)
        ids[row.Officer.id] = row.Officer.code
    period = func.tstzrange(since, until, type_=TSTZRANGE)
    theirs = Officer.precinct_code == precinct
    for what in (SHIFT, LEAVE):
        for entry in await entries_of(session, what, theirs, TABLES[what].period.op("&&")(period)):
            one = found[entry.officer]
            (one.shifts if what == SHIFT else one.leaves).append(entry)
    on = func.tstzrange(since, None, type_=TSTZRANGE)
    for entry in await entries_of(session, POSTING, theirs, Posting.period.op("&&")(on)):
        found[entry.officer].postings.append(entry)
    ends = min(until, now)
    if since < ends:
        await _truth(session, found, ids, since, ends)
    return list(found.values())


async def _truth(
    session: AsyncSession,
    found: Mapping[str, OfficerWeek],
    ids: Mapping[int, str],
    since: datetime,
    until: datetime,
) -> None:
    rows = await session.execute(
        select(DutyTap)
        .where(DutyTap.officer_id.in_(ids), DutyTap.at > since, DutyTap.at <= until)
        .order_by(DutyTap.at, DutyTap.id)
    )
    for tap in rows.scalars():
        found[ids[tap.officer_id]].taps.append(Tap(tap.at, tap.on_duty, tap.actor))
    said = await session.execute(
        select(Officer.id, standing_word(since)).where(Officer.id.in_(ids))
    )
    standing = {ids[officer_id]: on_duty for officer_id, on_duty in said}
    for code, one in found.items():
        plan = [(each.since, each.until) for each in one.shifts if each.kind == ShiftKind.DUTY]
        away = [(each.since, each.until) for each in one.leaves]
        taps = [(each.at, each.on_duty) for each in one.taps]
        one.present = presence(standing.get(code), plan, away, taps, (since, until))


OpenPeriod = tuple[datetime, datetime | None]


def presence(
    standing: Standing,
    plan: Sequence[OpenPeriod],
    away: Sequence[OpenPeriod],
    taps: Sequence[tuple[datetime, bool]],
    within: Period,
) -> list[Period]:
    """Return when somebody was on duty: the function `on_duty` of the database, over a time.

    Parameters
    ----------
    standing : bool or None
        What a tap before has said that still holds at the beginning.
    plan, away : sequence of tuple
        Shifts of duty, and leaves.
    taps : sequence of tuple
        After the beginning, in their order.
    within : tuple of datetime
    """
    since, until = within
    planned, others = _bounds(plan), _bounds(away)
    # At one instant the plan speaks first, and a tap has the last word.
    says: list[tuple[datetime, int, Standing]] = [(at, 0, None) for at in planned]
    says += [(at, 1, on) for at, on in taps]
    instants = {each for each in planned | others | {at for at, _ in taps} if since < each < until}
    spoken = iter(sorted((each for each in says if since < each[0] < until), key=itemgetter(0, 1)))
    following = next(spoken, None)
    held = standing
    periods: list[Period] = []
    for at in sorted({since, *instants}):
        while following is not None and following[0] <= at:
            held = following[2]
            following = next(spoken, None)
        on = not _covers(away, at) and (_covers(plan, at) if held is None else held)
        if on and (not periods or periods[-1][1] < at):
            periods.append((at, until))
        elif not on and periods and periods[-1][1] > at:
            periods[-1] = (periods[-1][0], at)
    return periods


def _bounds(periods: Sequence[OpenPeriod]) -> set[datetime]:
    return {each for period in periods for each in period if each is not None}


def _covers(periods: Sequence[OpenPeriod], at: datetime) -> bool:
    return any(since <= at and (until is None or at < until) for since, until in periods)
