"""Where reports happened: counted by hexagons of H3, all at once or by hour, weekday, day or month."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Any

import numpy as np
from h3.api import basic_int as h3
from numpy.typing import NDArray
from sqlalchemy.ext.asyncio import AsyncSession

from app.context import UseCases
from app.errors import InvalidError
from app.evidence import MOST_DAYS, Period, choose, codes, days_of, month_rows
from app.evidence_facts import FINEST
from app.evidence_months import CELL, DIMENSIONS, next_month, right_months
from app.evidence_suppression import column_without
from app.evidence_views import Question
from app.models import EvidenceMonth

COARSEST = 6
# In a hexagon of 0.7 km² live many people; in one of 0.1 km² perhaps one family.
FINEST_WITH_FEW = 8
DIGITS = 5
_RESOLUTION_AT, _DIGIT_BITS, _MOST_DIGITS = 52, 3, 15

Counts = dict[int, dict[int, int]]


class Frames(StrEnum):
    """What the frames of the time slider are."""

    NONE = "none"
    HOUR = "hour"
    WEEKDAY = "weekday"
    DAY = "day"
    MONTH = "month"


class TooManyFramesError(InvalidError):
    """Frames by hour, weekday and day are of 92 days at most."""

    code = "too-many-frames"


@dataclass(frozen=True, slots=True)
class Heat:
    """What the map shows, and how."""

    resolution: int
    frames: Frames


async def heat(
    session: AsyncSession, context: UseCases, asked: Question, how: Heat
) -> dict[str, Any]:
    """Count the reports of some days by hexagon and frame, ready for JSON.

    Raises
    ------
    TooManyFramesError
    """
    period, part = asked.period, asked.part
    by_day = how.frames in {Frames.HOUR, Frames.WEEKDAY, Frames.DAY}
    if by_day and period.days > MOST_DAYS:
        raise TooManyFramesError
    finest = FINEST_WITH_FEW if asked.least else FINEST
    resolution = min(max(how.resolution, COARSEST), finest)
    known = await codes(session)
    wanted = {
        name: known.number(name, code)
        for name in DIMENSIONS
        if (code := getattr(part, name)) is not None
    }
    counts: Counts = defaultdict(lambda: defaultdict(int))
    months: set[date] = set()
    if part.officer is None and period.days > MOST_DAYS:
        after = period.until + timedelta(days=1)
        months = await right_months(session, period.since, after, context.clock())
    frames = _labels(how.frames, period)
    number = {label: place for place, label in enumerate(frames)}
    if months:
        for row in await month_rows(session, months, wanted, EvidenceMonth.cells):
            cells = np.frombuffer(row.packed, CELL)
            frame = number[row.key.isoformat()] if how.frames is Frames.MONTH else 0
            _add(counts, _parents(cells["cell"], resolution), frame, cells["n"])
    for day, facts in await days_of(session, period.since, period.until, without=months):
        chosen = choose(facts, wanted, part.officer)
        chosen = chosen[chosen["cell"] > 0]
        cells_of_day = _parents(chosen["cell"], resolution)
        for frame, of_frame in _by_frame(how.frames, day, chosen["hour"], number):
            _add(counts, cells_of_day[of_frame], frame, None)
    return _shown(counts, frames, resolution, asked.least)


def _labels(frames: Frames, period: Period) -> list[str]:
    if frames is Frames.HOUR:
        return [str(hour) for hour in range(24)]
    if frames is Frames.WEEKDAY:
        return [str(day) for day in range(7)]
    if frames is Frames.DAY:
        return [(period.since + timedelta(days=n)).isoformat() for n in range(period.days)]
    if frames is Frames.MONTH:
        months = [period.since.replace(day=1)]
        while next_month(months[-1]) <= period.until:
            months.append(next_month(months[-1]))
        return [month.isoformat() for month in months]
    return [""]


_OF_HOUR: dict[Frames, Callable[[NDArray[np.integer]], NDArray[np.integer]]] = {
    Frames.HOUR: lambda hour: hour % 24,
    Frames.WEEKDAY: lambda hour: hour // 24,
}


def _by_frame(
    frames: Frames, day: date, hours: NDArray[np.integer], number: dict[str, int]
) -> list[tuple[int, NDArray[np.bool_]]]:
    if frames in _OF_HOUR:
        of = _OF_HOUR[frames](hours)
        return [(int(frame), of == frame) for frame in np.unique(of)]
    label = {
        Frames.NONE: "",
        Frames.DAY: day.isoformat(),
        Frames.MONTH: day.replace(day=1).isoformat(),
    }[frames]
    return [(number[label], np.ones(len(hours), np.bool_))]


def _add(
    counts: Counts, cells: NDArray[np.int64], frame: int, n: NDArray[np.integer] | None
) -> None:
    distinct, place = np.unique(cells, return_inverse=True)
    total = np.bincount(place, weights=n, minlength=len(distinct))
    for cell, reports in zip(distinct.tolist(), total.tolist(), strict=True):
        counts[cell][frame] += int(reports)


def _parents(cells: NDArray[np.int64], resolution: int) -> NDArray[np.int64]:
    """Return the hexagons of a coarser resolution in which those lie."""
    coarse = cells & ~np.int64(0xF << _RESOLUTION_AT) | np.int64(resolution << _RESOLUTION_AT)
    unused = (1 << _DIGIT_BITS * (_MOST_DIGITS - resolution)) - 1
    return coarse | np.int64(unused)


def _shown(counts: Counts, frames: Sequence[str], resolution: int, least: int) -> dict[str, Any]:
    cells = sorted(counts)
    totals = column_without([sum(counts[cell].values()) for cell in cells], least)
    by_frame = (
        _framed([[counts[cell].get(n, 0) for n in range(len(frames))] for cell in cells], least)
        if len(frames) > 1
        else [None] * len(cells)
    )
    shown = [
        {
            "cell": h3.int_to_str(cell),
            "ring": [
                [round(lon, DIGITS), round(lat, DIGITS)] for lat, lon in h3.cell_to_boundary(cell)
            ],
            "reports": reports,
            "frames": of,
        }
        for cell, reports, of in zip(cells, totals, by_frame, strict=True)
        if reports is not None
    ]
    return {
        "resolution": resolution,
        "frames": list(frames) if len(frames) > 1 else [],
        "cells": shown,
        "hidden": len(cells) - len(shown),
    }


def _framed(rows: list[list[int]], least: int) -> list[list[int | None] | None]:
    """Leave out what is told by the sum of a hexagon, or by the sum of a frame."""
    of_cell = [column_without(row, least) for row in rows]
    of_frame = [column_without(column, least) for column in zip(*rows, strict=True)]
    return [
        [None if n is None or of_frame[frame][place] is None else n for frame, n in enumerate(row)]
        for place, row in enumerate(of_cell)
    ]
