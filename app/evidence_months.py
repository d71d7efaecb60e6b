"""Whole months counted up for every precinct, category and source, so that years are read at once.

A month's counters are made of its packed days, and thrown away when one of them changes: until they
are made again, figures are counted from the days themselves, with the same result.
"""

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from itertools import product

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import and_, delete, exists, or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from app.city_time import today
from app.context import UseCases
from app.evidence_counts import LENGTH, NOWHERE, Facts, contributions, next_lateness
from app.evidence_facts import unpack
from app.models import EvidenceDay, EvidenceMonth, EvidenceMonthState

ALL = -1
DIMENSIONS = ("precinct", "category", "source")
# A sparse vector, and the reports of a hexagon.
COUNTER = np.dtype([("place", "<u2"), ("n", "<u4")])
CELL = np.dtype([("cell", "<i8"), ("n", "<u4")])


def next_month(month: date) -> date:
    """Return the first day of the month after."""
    return (month + timedelta(days=31)).replace(day=1)


async def count_one(session: AsyncSession, context: UseCases) -> date | None:
    """Count a month that is over and has no right counters.

    Returns
    -------
    date or None
        Its first day; None when there is none.
    """
    now = context.clock()
    state = EvidenceMonthState
    this_month = today(now, context.timezone).replace(day=1)
    month = (
        await session.execute(
            select(state.month)
            .where(state.month < this_month, or_(state.stale, state.right_until < now))
            .order_by(state.month.desc())
            .limit(1)
            .with_for_update(skip_locked=True)
        )
    ).scalar()
    if month is not None:
        await count(session, month, now)
    return month


async def count(session: AsyncSession, month: date, now: datetime) -> None:
    """Count a month up; its state is locked."""
    days = await session.execute(
        select(EvidenceDay.facts).where(
            EvidenceDay.day >= month, EvidenceDay.day < next_month(month)
        )
    )
    facts, seconds = unpack(days.scalars()), int(now.timestamp())
    await session.execute(delete(EvidenceMonth).where(EvidenceMonth.month == month))
    rows = [{"month": month, **row} for row in cube(facts, seconds)]
    if rows:
        await session.execute(insert(EvidenceMonth), rows)
    late = next_lateness(facts, seconds)
    statement = insert(EvidenceMonthState)
    right_until = None if late is None else datetime.fromtimestamp(late, UTC)
    await session.execute(
        statement.on_conflict_do_update(
            index_elements=["month"],
            set_={"stale": False, "right_until": statement.excluded.right_until},
        ),
        {"month": month, "stale": False, "right_until": right_until},
    )


def cube(facts: Facts, now: int) -> Iterable[dict[str, object]]:
    """Count facts for every combination of codes that occurs, and of `ALL`."""
    places = contributions(facts, now)
    for kept in product((True, False), repeat=len(DIMENSIONS)) if len(facts) else ():
        codes = np.stack(
            [
                facts[name].astype(np.int64) if keep else np.full(len(facts), ALL)
                for name, keep in zip(DIMENSIONS, kept, strict=True)
            ],
            axis=1,
        )
        groups, group = np.unique(codes, axis=0, return_inverse=True)
        group = group.reshape(-1)
        counters = _sparse(group, places, len(groups))
        cells = _cells(group, facts["cell"], len(groups))
        for number, of in enumerate(groups.tolist()):
            yield {
                **dict(zip(DIMENSIONS, of, strict=True)),
                "counters": counters[number],
                "cells": cells[number],
            }


def _sparse(group: NDArray[np.int64], places: NDArray[np.int64], groups: int) -> list[bytes]:
    keys = (places + group * LENGTH)[places < NOWHERE]
    key, n = np.unique(keys, return_counts=True)
    rows = np.empty(len(key), COUNTER)
    rows["place"], rows["n"] = key % LENGTH, n
    return _split(rows, key // LENGTH, groups)


def _cells(group: NDArray[np.int64], cell: NDArray[np.int64], groups: int) -> list[bytes]:
    somewhere = cell > 0
    pairs, n = np.unique(
        np.stack([group[somewhere], cell[somewhere]], axis=1), axis=0, return_counts=True
    )
    rows = np.empty(len(pairs), CELL)
    rows["cell"], rows["n"] = pairs[:, 1], n
    return _split(rows, pairs[:, 0], groups)


def _split(rows: NDArray[np.void], group: NDArray[np.int64], groups: int) -> list[bytes]:
    ends = np.searchsorted(group, np.arange(groups + 1))
    return [rows[ends[n] : ends[n + 1]].tobytes() for n in range(groups)]


async def right_months(session: AsyncSession, since: date, until: date, now: datetime) -> set[date]:
    """Return months that lie wholly in a span of days, `until` left out, and have right counters."""
    state = EvidenceMonthState
    rows = await session.execute(
        select(state.month).where(
            and_(
                state.month >= since,
                ~state.stale,
                or_(state.right_until.is_(None), state.right_until >= now),
                exists().where(EvidenceMonth.month == state.month),
            )
        )
    )
    return {month for month in rows.scalars() if next_month(month) <= until}
