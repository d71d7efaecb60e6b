"""Figures of a span of days: counted from days, and from whole months where a span is long."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import TIMESTAMP, Date, cast, func, select
from sqlalchemy import Row as Row_
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from app.city_time import FIRST_YEAR, LAST_YEAR
from app.context import UseCases
from app.errors import InvalidError
from app.evidence_counts import (
    LENGTH,
    PLACES,
    Counted,
    Facts,
    Vector,
    contributions,
    sums,
)
from app.evidence_facts import all_codes, unpack, up_to
from app.evidence_figures import Row
from app.evidence_months import ALL, COUNTER, DIMENSIONS, next_month, right_months
from app.models import EvidenceDay, EvidenceMonth

# So many days are read one by one; of more, whole months.
MOST_DAYS = 92
LONGEST_DAYS = 366 * 20
# No code has this number: nothing is of a code that no report ever had.
UNKNOWN = -2


class Step(StrEnum):
    """How long the steps of a series are."""

    DAY = "day"
    MONTH = "month"


class PeriodError(InvalidError):
    """The last day is before the first, or there are too many, or they are too far off."""

    code = "bad-period"


@dataclass(frozen=True, slots=True)
class Period:
    """Days of the city, the last one included."""

    since: date
    until: date

    def __post_init__(self) -> None:
        """Refuse what is no span, or of another age."""
        is_near = self.since.year >= FIRST_YEAR and self.until.year <= LAST_YEAR
        if not is_near or not 0 <= (self.until - self.since).days < LONGEST_DAYS:
            raise PeriodError

    @classmethod
    def ending(cls, until: date, days: int) -> "Period":
        """Return so many days, the last one given.

        Raises
        ------
        PeriodError
        """
        if not FIRST_YEAR < until.year <= LAST_YEAR:
            raise PeriodError
        return cls(until - timedelta(days=days - 1), until)

    @property
    def days(self) -> int:
        """How many days there are."""
        return (self.until - self.since).days + 1

    def before(self) -> "Period":
        """Return as many days just before.

        Raises
        ------
        PeriodError
            When they are of another age.
        """
        return Period(self.since - timedelta(days=self.days), self.since - timedelta(days=1))


@dataclass(frozen=True, slots=True)
class Part:
    """Which reports are counted; nothing given means all."""

    precinct: str | None = None
    category: str | None = None
    source: str | None = None
    officer: int | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """What was counted of a span of days."""

    period: Period
    total: Counted
    step: Step
    series: list[tuple[date, int]]
    by: dict[str, list[Row]]
    as_of: datetime


@dataclass(slots=True)
class _Sum:
    """Counters that grow."""

    total: Vector
    by: dict[str, dict[int, Vector]]
    series: dict[date, int]


class Codes:
    """Codes by number and back."""

    def __init__(self, known: Iterable[tuple[str, str, int]]) -> None:
        self._numbers = {(kind, code): number for kind, code, number in known}
        self._codes = {number: code for (_, code), number in self._numbers.items()}

    def number(self, kind: str, code: str) -> int:
        """Return the number of a code; one of nothing for one that never occurred."""
        return self._numbers.get((kind, code), UNKNOWN)

    def code(self, number: int) -> str | None:
        """Return the code of a number."""
        return self._codes.get(number)


async def codes(session: AsyncSession) -> Codes:
    """Read which number stands for what."""
    return Codes((each.kind, each.code, each.id) for each in await all_codes(session))


async def count(session: AsyncSession, context: UseCases, period: Period, part: Part) -> Found:
    """Count the reports received on some days.

    Parameters
    ----------
    session, context
    period : Period
    part : Part
        Of which precinct, category, source and officer.
    """
    known = await codes(session)
    wanted = {
        name: known.number(name, code)
        for name in DIMENSIONS
        if (code := getattr(part, name)) is not None
    }
    now, step = context.clock(), Step.DAY if period.days <= MOST_DAYS else Step.MONTH
    found = _Sum(np.zeros(LENGTH, np.int64), {name: {} for name in DIMENSIONS}, {})
    months: set[date] = set()
    # Whose reports they are is not counted by month.
    if step is Step.MONTH and part.officer is None:
        after = period.until + timedelta(days=1)
        months = await right_months(session, period.since, after, now)
        if months:
            await _add_months(session, found, months, wanted)
    for since, until in _between(period, months):
        span = Period(since, until)
        await _add_days(session, found, span, wanted, part.officer, step, now)
    return Found(
        period=period,
        total=Counted(found.total),
        step=step,
        series=[(begin, found.series.get(begin, 0)) for begin in _steps(period, step)],
        by={
            name: [Row(known.code(number), Counted(vector)) for number, vector in rows.items()]
            for name, rows in found.by.items()
        },
        as_of=await up_to(session),
    )


def choose(facts: Facts, wanted: dict[str, int], officer: int | None = None) -> Facts:
    """Return those facts that are of the wanted codes."""
    if officer is not None:
        wanted = wanted | {"officer": officer}
    for name, number in wanted.items():
        facts = facts[facts[name] == number]
    return facts


def _steps(period: Period, step: Step) -> list[date]:
    if step is Step.DAY:
        return [period.since + timedelta(days=n) for n in range(period.days)]
    months = [period.since.replace(day=1)]
    while next_month(months[-1]) <= period.until:
        months.append(next_month(months[-1]))
    return months


def _between(period: Period, months: set[date]) -> list[tuple[date, date]]:
    """Return the spans of days, both ends included, that none of the months covers."""
    spans, begin = [], period.since
    for month in sorted(months):
        if begin < month:
            spans.append((begin, month - timedelta(days=1)))
        begin = next_month(month)
    if begin <= period.until:
        spans.append((begin, period.until))
    return spans


async def days_of(
    session: AsyncSession, since: date, until: date, without: Collection[date] = ()
) -> list[tuple[date, Facts]]:
    """Return the facts of each day that has some, but for those of some months."""
    month = cast(func.date_trunc("month", cast(EvidenceDay.day, TIMESTAMP)), Date)
    rows = await session.execute(
        select(EvidenceDay.day, EvidenceDay.facts)
        .where(EvidenceDay.day >= since, EvidenceDay.day <= until, month.not_in(without))
        .order_by(EvidenceDay.day)
    )
    return [(row.day, unpack((row.facts,))) for row in rows]


async def _add_days(
    session: AsyncSession,
    found: _Sum,
    span: Period,
    wanted: dict[str, int],
    officer: int | None,
    step: Step,
    now: datetime,
) -> None:
    # A month at a time: in one piece, years of days would be a lot of memory.
    for begin in _steps(span, Step.MONTH):
        end = min(next_month(begin) - timedelta(days=1), span.until)
        chosen = []
        for day, facts in await days_of(session, max(begin, span.since), end):
            of_day = choose(facts, wanted, officer)
            at = day if step is Step.DAY else day.replace(day=1)
            found.series[at] = found.series.get(at, 0) + len(of_day)
            chosen.append(of_day)
        if chosen:
            _add_facts(found, np.concatenate(chosen), int(now.timestamp()))


def _add_facts(found: _Sum, facts: Facts, now: int) -> None:
    places = contributions(facts, now)
    for name in DIMENSIONS:
        numbers, group = _grouped(facts[name])
        vectors = sums(places, group, len(numbers))
        _add(found.by[name], numbers.tolist(), vectors)
    # Every fact is of one code of each kind, so those of the last kind add up to all.
    found.total += vectors.sum(axis=0)


def _grouped(codes: NDArray[np.int16]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return which codes there are, and the place of each fact's code among them."""
    numbers = np.flatnonzero(np.bincount(codes))
    place = np.zeros(numbers[-1] + 1 if len(numbers) else 0, np.int64)
    place[numbers] = np.arange(len(numbers))
    return numbers, place[codes]


def _add(rows: dict[int, Vector], numbers: Sequence[int], vectors: NDArray[np.int64]) -> None:
    for number, vector in zip(numbers, vectors, strict=True):
        rows[number] = rows[number] + vector if number in rows else vector


async def _add_months(
    session: AsyncSession, found: _Sum, months: set[date], wanted: dict[str, int]
) -> None:
    rows = await month_rows(session, months, wanted, EvidenceMonth.counters)
    for number, total in zip(*_summed(rows, "month"), strict=True):
        at = date.fromordinal(number)
        found.series[at] = found.series.get(at, 0) + int(total[PLACES["reports"].start])
        found.total += total
    for name in DIMENSIONS:
        own = {key: value for key, value in wanted.items() if key != name}
        rows = await month_rows(session, months, own, EvidenceMonth.counters, by=name)
        kept = [row for row in rows if row.key == wanted.get(name, row.key)]
        _add(found.by[name], *_summed(kept, name))


async def month_rows(
    session: AsyncSession,
    months: Collection[date],
    wanted: dict[str, int],
    column: InstrumentedAttribute[bytes],
    by: str | None = None,
) -> Sequence[Row_[Any]]:
    """Return what is counted of months: a row for each month, and for each code of a kind.

    Parameters
    ----------
    session
    months : collection of date
    wanted : dict
        The number of a code by its kind.
    column
        Counters or cells.
    by : str, optional
        The kind that has a row for each code.
    """
    table = EvidenceMonth
    conditions = [table.month.in_(months)]
    for name in DIMENSIONS:
        of = getattr(table, name)
        conditions.append(of != ALL if name == by else of == wanted.get(name, ALL))
    key = table.month if by is None else getattr(table, by)
    rows = await session.execute(
        select(key.label("key"), column.label("packed")).where(*conditions)
    )
    return rows.all()


def _summed(rows: Sequence[Row_[Any]], name: str) -> tuple[list[int], NDArray[np.int64]]:
    """Add up sparse counters that have the same key; months go by their ordinal."""
    keys = [row.key.toordinal() if name == "month" else int(row.key) for row in rows]
    numbers, group = np.unique(np.array(keys, np.int64), return_inverse=True)
    counters = np.frombuffer(b"".join(row.packed for row in rows), COUNTER)
    lengths = [len(row.packed) // COUNTER.itemsize for row in rows]
    places = np.repeat(group, lengths) * LENGTH + counters["place"]
    total = np.bincount(places, weights=counters["n"], minlength=len(numbers) * LENGTH)
    return numbers.tolist(), total.astype(np.int64).reshape(len(numbers), LENGTH)
