"""How exactly durations are kept: on a grid of seconds that widens with them.

Rounding down to the grid never changes which of two durations is the longer one. So a quantile by
nearest rank of what is kept is the quantile of the durations themselves, rounded down once: counts
of buckets, which can be added, answer exactly what a sort of all durations would.
"""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

MINUTE, HOUR, DAY = 60, 3600, 86400
# From when on, and how wide a bucket is there, in seconds.
STEPS = (
    (0, 1),
    (2 * MINUTE, 5),
    (10 * MINUTE, 30),
    (HOUR, 2 * MINUTE),
    (6 * HOUR, 10 * MINUTE),
    (DAY, HOUR),
    (7 * DAY, 6 * HOUR),
    (92 * DAY, 7 * DAY),
)
# The last bucket has no end.
LONGEST = 5 * 366 * DAY
EDGES: NDArray[np.int64] = np.array(
    [
        edge
        for (begin, step), (end, _) in pairwise((*STEPS, (LONGEST, 0)))
        for edge in range(begin, end, step)
    ],
    dtype=np.int64,
)
BUCKETS = len(EDGES)


def _searched(seconds: NDArray[np.int64]) -> NDArray[np.int64]:
    return np.searchsorted(EDGES, seconds, side="right") - 1


# Where the bars of a histogram begin; all of them lie on the grid.
BARS = (
    *(0, MINUTE, 2 * MINUTE, 5 * MINUTE, 10 * MINUTE, 15 * MINUTE, 30 * MINUTE),
    *(HOUR, 2 * HOUR, 4 * HOUR, 8 * HOUR, DAY, 3 * DAY, 7 * DAY),
)
_BAR_OF = np.searchsorted(np.array(BARS), EDGES, side="right") - 1


# Buckets by the second while they are narrow, and by ten minutes from there on: looking up is many
# times quicker than a search.
_COARSE = 10 * MINUTE
_BY_SECOND = _searched(np.arange(6 * HOUR))
_BY_COARSE = _searched(np.arange(0, LONGEST, _COARSE))


def bucket_of(seconds: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the buckets of durations, shape (n,); none of them is negative."""
    fine = _BY_SECOND[np.minimum(seconds, len(_BY_SECOND) - 1)]
    coarse = _BY_COARSE[np.minimum(seconds // _COARSE, len(_BY_COARSE) - 1)]
    return np.where(seconds < len(_BY_SECOND), fine, coarse)


def quantiles(counts: NDArray[np.integer], shares: Sequence[int]) -> list[int | None]:
    """Return the durations that shares of all do not exceed.

    Parameters
    ----------
    counts : array, shape (BUCKETS,)
    shares : sequence of int
        In percent, above 0.

    Returns
    -------
    list of int or None
        Seconds, rounded down to the grid; None when there are no durations.
    """
    reached = np.cumsum(counts)
    total = int(reached[-1])
    if not total:
        return [None] * len(shares)
    # In whole numbers: 0.9 * 10 is not always 9.
    ranks = [-(-total * share // 100) for share in shares]
    return [int(EDGES[np.searchsorted(reached, rank, side="left")]) for rank in ranks]


def bars(counts: NDArray[np.integer]) -> list[int]:
    """Return how many durations lie between the beginnings of two bars."""
    return [int(n) for n in np.bincount(_BAR_OF, weights=counts, minlength=len(BARS))]
