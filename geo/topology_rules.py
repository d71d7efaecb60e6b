"""What districts may come as, and what of them is wrong enough to be told."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from shapely.geometry.base import BaseGeometry

from geo.districts import Level

Progress = Callable[[str, int, int], None]
"""Called with a stage (`geometry`, `edges`, `coverage`, `nesting`, `comparison`), what of it is
done, and its total."""


@dataclass(frozen=True, slots=True)
class RawDistrict:
    """A district as a file may hold it, with anything missing.

    Attributes
    ----------
    code : str or None
    level : Level or None
    parent : str or None
    name : mapping of str to str
    geometry : geometry or None
        Of any type, in longitudes and latitudes, or what claims to be.
    row : int
        Which feature of the file it is, from 1.
    station_address, phone : str or None
    """

    code: str | None
    level: Level | None
    parent: str | None
    name: Mapping[str, str]
    geometry: BaseGeometry | None
    row: int = 0
    station_address: str | None = None
    phone: str | None = None


@dataclass(frozen=True, slots=True)
class TopologyRules:
    """What is wrong enough to be told.

    Attributes
    ----------
    rounding_m : float
        Gaps, overlaps and the like that are nowhere wider than this are rounding, and not told:
        six decimals of a degree are 0.11 m.
    sliver_width_m : float
        Those nowhere wider than this are slivers: a warning, whatever their area.
    max_overlap_m2, max_gap_m2 : float
        A wider one with more square metres than this is an error, else a warning.
    enclave_m2 : float
        A hole in the set with more square metres than this is taken for a town or lake that is
        left out on purpose, and is a warning, unless the set in force covered it.
    outside_share : float
        A beat with more of its area than this outside its precinct is an error, else a warning.
    far_off_m : float
        Districts with more metres than this to all others are far off.
    shrink_share, grow_share : float
        A set with less, or more, than this many times the area of the one in force is a warning.
    same_share : float
        Two districts of different sets are the same place when they have this share of their
        joined area in common.
    """

    rounding_m: float = 0.1
    sliver_width_m: float = 2.0
    max_overlap_m2: float = 100.0
    max_gap_m2: float = 100.0
    enclave_m2: float = 250_000.0
    outside_share: float = 0.5
    far_off_m: float = 10_000.0
    shrink_share: float = 0.9
    grow_share: float = 1.1
    same_share: float = 0.9


DEFAULT_RULES = TopologyRules()
