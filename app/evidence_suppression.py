"""Counts of so few reports that somebody could be known by them are not shown."""

from collections.abc import Sequence


def hides(n: int, least: int) -> bool:
    """Tell whether a count is too small to be shown; that there is nothing tells of nobody."""
    return 0 < n < least


def column_without(counts: Sequence[int], least: int) -> list[int | None]:
    """Leave small counts out of a column whose sum is known.

    One that is left out alone would be the difference to the sum; so the next smallest go with it,
    until what is missing is itself of enough reports and of more than one row.

    Parameters
    ----------
    counts : sequence of int
    least : int
        The smallest that is shown; 0 shows all.

    Returns
    -------
    list of int or None
    """
    hidden = {place for place, n in enumerate(counts) if hides(n, least)}
    if not hidden:
        return list(counts)
    others = sorted(
        (place for place, n in enumerate(counts) if n >= least), key=lambda place: counts[place]
    )
    for place in others:
        if len(hidden) > 1 and sum(counts[each] for each in hidden) >= least:
            break
        hidden.add(place)
    return [None if place in hidden else n for place, n in enumerate(counts)]
