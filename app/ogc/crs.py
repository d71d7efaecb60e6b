"""Coordinate reference systems by their OGC names (OGC API Features, Part 2)."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import pyproj
import shapely
from numpy.typing import NDArray
from pyproj.aoi import AreaOfInterest
from pyproj.database import query_crs_info, query_utm_crs_info
from pyproj.enums import PJType
from shapely.geometry.base import BaseGeometry

from app.errors import BadRequestError
from geo.coordinates import Extent

CRS84 = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
EPSG = "http://www.opengis.net/def/crs/EPSG/0/"
# What Ukrainian surveyors work in.
NATIONAL = "UCS-2000 / Ukraine TM zone"
# An edge of a box is no straight line in another system; so many pieces of it are.
PIECES = 64


class UnknownCrsError(BadRequestError):
    """The coordinate reference system is not one of those the collection lists."""

    code = "unknown-crs"


@dataclass(frozen=True, slots=True)
class Crs:
    """A coordinate reference system.

    Attributes
    ----------
    uri : str
    authority : str
        As PROJ has it: `OGC:CRS84`, `EPSG:4326`.
    swapped : bool
        True when northing or latitude comes first.
    """

    uri: str
    authority: str
    swapped: bool = False

    @property
    def is_default(self) -> bool:
        """Whether it is the one our geometries are kept in."""
        return self.uri == CRS84

    @property
    def short(self) -> str:
        """Its code alone: `CRS84`, `4326`."""
        return self.authority.rpartition(":")[2]

    def from_degrees(self, geometry: BaseGeometry) -> BaseGeometry:
        """Turn longitudes and latitudes into this system, axes in its own order."""
        if self.is_default:
            return geometry
        change = _transformer("OGC:CRS84", self.authority)

        def forward(xy: NDArray[np.float64]) -> NDArray[np.float64]:
            there = np.stack(change.transform(xy[:, 0], xy[:, 1]), axis=1)
            return there[:, ::-1] if self.swapped else there

        changed: BaseGeometry = shapely.transform(geometry, forward)
        return changed

    def to_degrees(self, geometry: BaseGeometry) -> BaseGeometry:
        """Turn this system's coordinates, axes in its own order, into longitudes and latitudes."""
        if self.is_default:
            return geometry
        change = _transformer(self.authority, "OGC:CRS84")

        def back(xy: NDArray[np.float64]) -> NDArray[np.float64]:
            ordered = xy[:, ::-1] if self.swapped else xy
            return np.stack(change.transform(ordered[:, 0], ordered[:, 1]), axis=1)

        changed: BaseGeometry = shapely.transform(geometry, back)
        return changed

    def box(self, low: tuple[float, float], high: tuple[float, float]) -> BaseGeometry:
        """Return the area in degrees of a box in this system; empty when it lies nowhere.

        Parameters
        ----------
        low, high : tuple of float
            Lower and upper corner, axes in this system's own order. A box in degrees whose west
            is east of its east goes over the antimeridian.
        """
        (west, south), (east, north) = (
            (low[::-1], high[::-1]) if self.swapped else (low, high)  # x first
        )
        if self.authority in {"OGC:CRS84", "EPSG:4326"}:
            if west <= east:
                return shapely.box(west, south, east, north)
            return shapely.MultiPolygon(
                [shapely.box(west, south, 180, north), shapely.box(-180, south, east, north)]
            )
        flat = shapely.box(west, south, east, north)
        step = max(east - west, north - south) / PIECES
        area = self.to_degrees(
            _swapped(shapely.segmentize(flat, step) if step > 0 else flat)
            if self.swapped
            else shapely.segmentize(flat, step)
            if step > 0
            else flat
        )
        if np.isfinite(shapely.get_coordinates(area)).all():
            return area
        return shapely.Polygon()


def _swapped(geometry: BaseGeometry) -> BaseGeometry:
    turned: BaseGeometry = shapely.transform(geometry, lambda xy: xy[:, ::-1])
    return turned


@lru_cache(maxsize=64)
def _transformer(source: str, target: str) -> pyproj.Transformer:
    return pyproj.Transformer.from_crs(source, target, always_xy=True)


@lru_cache(maxsize=64)
def _of_epsg(code: int) -> Crs:
    first = pyproj.CRS.from_epsg(code).axis_info[0].direction
    return Crs(f"{EPSG}{code}", f"EPSG:{code}", swapped=first == "north")


DEFAULT = Crs(CRS84, "OGC:CRS84")


@lru_cache(maxsize=64)
def offered(extent: Extent | None) -> tuple[Crs, ...]:
    """Return the systems in which a collection can be had: the world's and those of its place.

    Parameters
    ----------
    extent : tuple of float or None
        West, south, east, north in degrees.

    Returns
    -------
    tuple of Crs
        The default first.
    """
    codes = [4326, 3857]
    if extent is not None:
        west, south, east, north = extent
        lon, lat = (west + east) / 2, (south + north) / 2
        here = AreaOfInterest(lon, lat, lon, lat)
        codes += sorted(
            int(info.code)
            for info in query_utm_crs_info(datum_name="WGS 84", area_of_interest=here)
        )
        codes += sorted(
            int(info.code)
            for info in query_crs_info(
                auth_name="EPSG", pj_types=PJType.PROJECTED_CRS, area_of_interest=here
            )
            if info.name.startswith(NATIONAL)
        )
    return (DEFAULT, *(_of_epsg(code) for code in codes))


def find(uri: str, systems: tuple[Crs, ...]) -> Crs:
    """Return the one of some systems that a URI names.

    Parameters
    ----------
    uri : str
        Angle brackets round it are allowed.
    systems : tuple of Crs

    Raises
    ------
    UnknownCrsError
    """
    bare = uri.strip().removeprefix("<").removesuffix(">")
    for system in systems:
        if system.uri == bare:
            return system
    listed = ", ".join(system.uri for system in systems)
    raise UnknownCrsError(f"{bare} is not one of: {listed}")
