"""Tell geometries whose latitudes stand before their longitudes."""

import numpy as np
import shapely
from numpy.typing import NDArray

from geo.coordinates import MAX_LAT, MAX_LON

POLAR = 85.0
"""Degrees of latitude beyond which nobody has a beat."""

SPREAD = 5.0  # times the median distance from the middle still belongs together
NEAR = 0.1  # degrees, at least, that something may lie beside the rest

Objects = NDArray[np.object_]
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]


def beyond(geometries: Objects) -> Flags:
    """Tell which go beyond 180 degrees of longitude or 90 of latitude, or have no numbers.

    Parameters
    ----------
    geometries : ndarray of geometry
    """
    xy, owner = shapely.get_coordinates(geometries, return_index=True)
    # Written so that NaN, too, counts as beyond; bounds would pass over it.
    good = (np.abs(xy) <= (MAX_LON, MAX_LAT)).all(axis=1)
    found = np.zeros(len(geometries), bool)
    found[owner[~good]] = True
    return found


def swapped(geometries: Objects, in_force: Objects) -> Flags:
    """Tell which would be where the others are, or where those in force are, with axes swapped.

    Parameters
    ----------
    geometries, in_force : ndarray of geometry
        Not empty; `in_force` may have none.

    Returns
    -------
    ndarray of bool
        When no set is in force, and none lies where no city can, that all of them are swapped
        cannot be told.
    """
    if not len(geometries):
        return np.zeros(0, bool)
    bounds = shapely.bounds(geometries)
    turned = bounds[:, [1, 0, 3, 2]]
    impossible: Flags = (
        (_latitude(bounds) > POLAR) & (_latitude(turned) <= POLAR) & _in_range(turned)
    )
    if impossible.all():
        return impossible
    # Where the set is to be: where the one in force is, or else where most of it is.
    for where in (shapely.bounds(in_force), _most(bounds[~impossible])):
        if len(where):
            found = ~_near(bounds, where) & _near(turned, where)
            if found.any():
                return found
    return np.zeros(len(geometries), bool)


def _latitude(bounds: Floats) -> Floats:
    farthest: Floats = np.abs(bounds[:, [1, 3]]).max(axis=1)
    return farthest


def _in_range(bounds: Floats) -> Flags:
    lon, lat = np.abs(bounds[:, 0::2]).max(axis=1), _latitude(bounds)
    inside: Flags = (lon <= MAX_LON) & (lat <= MAX_LAT)
    return inside


def _most(bounds: Floats) -> Floats:
    middles = (bounds[:, :2] + bounds[:, 2:]) / 2
    away = np.hypot(*(middles - np.median(middles, axis=0)).T)
    most: Floats = bounds[away <= SPREAD * np.median(away) + NEAR]
    return most


def _near(bounds: Floats, where: Floats) -> Flags:
    low, high = where[:, :2].min(axis=0), where[:, 2:].max(axis=0)
    margin = np.maximum(high - low, NEAR)
    reaches = (bounds[:, 2:] >= low - margin) & (bounds[:, :2] <= high + margin)
    near: Flags = reaches.all(axis=1)
    return near
