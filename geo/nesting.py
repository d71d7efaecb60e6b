"""Find which precinct a beat is in, when nothing but the map says so."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import shapely
from shapely import MultiPolygon, Polygon

from geo.metres import equal_area

CLEAR_SHARE = 0.5
"""A precinct with more of the beat than this cannot be doubted by any other."""


@dataclass(frozen=True, slots=True)
class Unclear:
    """A beat whose precinct somebody has to look at.

    Attributes
    ----------
    beat : str
        Code.
    shares : tuple of (str, float)
        Precincts that have some of the beat and how much, 0 to 1, the greatest first; empty when
        none has.
    """

    beat: str
    shares: tuple[tuple[str, float], ...]


@dataclass(frozen=True, slots=True)
class Nesting:
    """Where beats belong.

    Attributes
    ----------
    parents : dict of str to str
        Precinct code by beat code, for every beat that shares area with any.
    unclear : tuple of Unclear
        Beats without a precinct, or whose precinct has no more than `CLEAR_SHARE` of them.
    """

    parents: dict[str, str]
    unclear: tuple[Unclear, ...]


def nest(
    beats: Mapping[str, Polygon | MultiPolygon], precincts: Mapping[str, Polygon | MultiPolygon]
) -> Nesting:
    """Find for each beat the precinct that has the greatest part of its area.

    Parameters
    ----------
    beats, precincts : mapping of str to Polygon or MultiPolygon
        Valid geometries in degrees, by code.

    Returns
    -------
    Nesting
        In the order of beat codes. Among equals, to a billionth of the beat, the smallest code
        wins.
    """
    beat_codes, precinct_codes = sorted(beats), sorted(precincts)
    small = np.array([equal_area(beats[code]) for code in beat_codes], object)
    large = np.array([equal_area(precincts[code]) for code in precinct_codes], object)
    shares: dict[str, list[tuple[float, str]]] = {code: [] for code in beat_codes}
    if len(small) and len(large):
        which, other = shapely.STRtree(large).query(small, predicate="intersects")
        parts = shapely.area(shapely.intersection(small[which], large[other]))
        parts = np.rint(parts / shapely.area(small[which]) * 1e9) / 1e9
        for beat, precinct, share in zip(
            which.tolist(), other.tolist(), parts.tolist(), strict=True
        ):
            if share > 0.0:
                shares[beat_codes[beat]].append((-share, precinct_codes[precinct]))
    parents, unclear = {}, []
    for code, found in shares.items():
        found.sort()
        if found:
            parents[code] = found[0][1]
        if not found or -found[0][0] <= CLEAR_SHARE:
            unclear.append(Unclear(code, tuple((name, -share) for share, name in found)))
    return Nesting(parents, tuple(unclear))


def parents_by_area(
    beats: Mapping[str, Polygon | MultiPolygon], precincts: Mapping[str, Polygon | MultiPolygon]
) -> dict[str, str]:
    """Give the precinct code of each beat that shares area with any precinct; see `nest`.

    Parameters
    ----------
    beats, precincts : mapping of str to Polygon or MultiPolygon
        Valid geometries in degrees, by code.
    """
    return nest(beats, precincts).parents
