"""Figures that are read off counters, and those that are not shown because too few are counted."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from app.evidence_counts import DEADLINES, IN_TIME, LATE, PENDING, Counted, Mark, Metric, Placed
from app.evidence_grid import BARS, bars, quantiles
from app.evidence_suppression import column_without, hides
from app.workflow import OPEN, Status

CURVE = tuple(range(5, 100, 5))
COARSER = (5, 10, 25, 50)
Shown = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Row:
    """What was counted of one precinct, category or source; `code` is None for none."""

    code: str | None
    counted: Counted


def figures(counted: Counted, least: int) -> Shown:
    """Return the figures of some reports.

    Parameters
    ----------
    counted : Counted
    least : int
        Fewer than that are not shown; 0 shows all.
    """
    reports = counted.one("reports")
    if hides(reports, least):
        return {"reports": None}
    parts = {name: _hidden(n, reports, least) for name, n in _counts(counted).items()}
    stars = counted.part("stars")
    rated = int(stars.sum())
    few = hides(rated, least)
    weights = np.arange(1, len(stars) + 1)
    return {
        "reports": reports,
        **parts,
        "placed": dict(
            zip(
                (each.name.lower().removeprefix("by_") for each in Placed),
                column_without([int(n) for n in counted.part("placed")], least),
                strict=True,
            )
        ),
        "ratings": {
            "rated": None if few else rated,
            "average": round(float((stars * weights).sum()) / rated, 2)
            if rated and not few
            else None,
            "stars": column_without([int(n) for n in stars], least) if not few else None,
        },
        "times": {metric.value: times(counted, metric, least) for metric in Metric},
        "deadlines": {metric.value: in_time(counted, metric, least) for metric in DEADLINES},
    }


def _counts(counted: Counted) -> dict[str, int]:
    return {
        "open": counted.status(*OPEN),
        "resolved": counted.status(Status.RESOLVED),
        "redirected": counted.status(Status.REDIRECTED),
        "withdrawn": counted.status(Status.WITHDRAWN),
        "duplicates": counted.mark(Mark.DUPLICATE),
        "off_topic": counted.mark(Mark.OFF_TOPIC),
        "danger": counted.mark(Mark.DANGER),
        "reopened": counted.mark(Mark.REOPENED),
        "corrected": counted.mark(Mark.CORRECTED),
        "moved": counted.mark(Mark.MOVED),
        "in_beat": counted.mark(Mark.IN_BEAT),
        "covered": counted.mark(Mark.COVERED),
    }


def _hidden(n: int, of: int, least: int) -> int | None:
    """Leave a count out when it, or what is left without it, is of too few."""
    return None if hides(n, least) or hides(of - n, least) else n


def times(counted: Counted, metric: Metric, least: int) -> Shown:
    """Return how long it took: of those that got there; how many wait, and how many never will."""
    counts = counted.part(f"{metric}_times")
    reached = int(counts.sum())
    waiting, never = counted.one(f"{metric}_waiting"), counted.one(f"{metric}_never")
    shown = column_without([reached, waiting, never], least)
    found: Shown = dict(zip(("reached", "waiting", "never"), shown, strict=True))
    if hides(reached, least) or not reached:
        return found | {"median_s": None, "p90_s": None, "curve": [], "bars": []}
    # What a few reports decide is not shown: each step of the curve has enough of them.
    step = next((each for each in COARSER if reached * each >= 100 * least), None)
    shares = [share for share in CURVE if step is not None and share % step == 0]
    median, p90 = _middle(counted, metric, least)
    return found | {
        "median_s": median,
        "p90_s": p90,
        "curve": [
            {"share": share, "seconds": at}
            for share, at in zip(shares, quantiles(counts, shares), strict=True)
        ],
        "bars": [
            {"from_s": begin, "reports": n}
            for begin, n in zip(BARS, column_without(bars(counts), least), strict=True)
        ],
    }


def in_time(counted: Counted, metric: Metric, least: int) -> Shown:
    """Return how many met a deadline; what is not due yet and waits is neither in time nor late."""
    due = counted.part(f"{metric}_due")
    met, late, pending = (int(due[place]) for place in (IN_TIME, LATE, PENDING))
    shown = column_without([met, late, pending], least)
    decided = met + late
    is_shown = decided > 0 and None not in shown[:2]
    return dict(zip(("in_time", "late", "pending"), shown, strict=True)) | {
        "share": round(met / decided, 4) if is_shown else None
    }


def breakdown(rows: Sequence[Row], least: int) -> list[tuple[str | None, Shown]]:
    """Return the figures of each row, the most reports first.

    What is not shown of one row cannot be had by taking the others from the total: another row
    that is short of it is left out with it.
    """
    rows = sorted(rows, key=lambda row: (-row.counted.one("reports"), row.code or ""))
    counts = [_counts(row.counted) for row in rows]
    shown = [_of_row(row.counted, of_row, least) for row, of_row in zip(rows, counts, strict=True)]
    reports = column_without([row.counted.one("reports") for row in rows], least)
    names = list(counts[0]) if rows else []
    columns = {name: column_without([each[name] for each in counts], least) for name in names}
    for number, figure in enumerate(shown):
        if reports[number] is None:
            figure.clear()
            figure["reports"] = None
            continue
        for name in names:
            if columns[name][number] is None:
                figure[name] = None
    return [(row.code, figure) for row, figure in zip(rows, shown, strict=True)]


def _of_row(counted: Counted, counts: dict[str, int], least: int) -> Shown:
    reports = counted.one("reports")
    found: Shown = {"reports": reports}
    found |= {name: _hidden(n, reports, least) for name, n in counts.items()}
    for metric in Metric:
        found[f"{metric}_median_s"], found[f"{metric}_p90_s"] = _middle(counted, metric, least)
    for metric in DEADLINES:
        found[f"{metric}_in_time"] = in_time(counted, metric, least)["share"]
    return found


def _middle(counted: Counted, metric: Metric, least: int) -> tuple[int | None, int | None]:
    """Return the median, and what nine of ten do not exceed; nothing that too few decide."""
    counts = counted.part(f"{metric}_times")
    reached = int(counts.sum())
    median, p90 = quantiles(counts, (50, 90))
    return (
        median if reached >= 2 * least else None,
        p90 if reached >= 10 * least else None,
    )
