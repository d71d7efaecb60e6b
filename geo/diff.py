"""How two sets of districts differ: codes, names, and ground that has another owner."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import MultiPolygon, Polygon

from geo.districts import District, polygonal, routing_units
from geo.metres import area_m2
from geo.topology_width import wider

NOISE_M = 0.001
"""Metres. What is nowhere wider has come of rounding, and has not changed."""

Shape: TypeAlias = Polygon | MultiPolygon
Objects = NDArray[np.object_]


@dataclass(frozen=True, slots=True)
class Renamed:
    """A district with another name than before.

    Attributes
    ----------
    code : str
    old, new : mapping of str to str
        Names by language.
    """

    code: str
    old: Mapping[str, str]
    new: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Changed:
    """A district with other ground than before.

    Attributes
    ----------
    code : str
    gained_m2, lost_m2 : float
        Square metres.
    gained, lost : Polygon or MultiPolygon or None
        In degrees.
    """

    code: str
    gained_m2: float
    lost_m2: float
    gained: Shape | None
    lost: Shape | None


@dataclass(frozen=True, slots=True)
class Moved:
    """Ground that routes to another district than before.

    Attributes
    ----------
    from_code, to_code : str or None
        Routing units; None for ground that is nobody's.
    geometry : Polygon or MultiPolygon
        In degrees.
    area_m2 : float
        Square metres.
    """

    from_code: str | None
    to_code: str | None
    geometry: Shape
    area_m2: float


@dataclass(frozen=True, slots=True)
class Diff:
    """What changes from one set to another.

    Attributes
    ----------
    added, removed : tuple of str
        Codes, sorted.
    renamed : tuple of Renamed
    changed : tuple of Changed
        Districts of both sets, precincts and beats, by code.
    moved : tuple of Moved
        By codes; ground in an overlap is that of the smallest code, as routing has it.
    moved_m2 : float
        Square metres of all `moved`.
    reparented : tuple of (str, str or None, str or None)
        Beats whose precinct is another: code, old parent, new parent. Also districts that turned
        from one level into the other.
    contacts : tuple of str
        Codes of districts with another station address or telephone number.
    """

    added: tuple[str, ...]
    removed: tuple[str, ...]
    renamed: tuple[Renamed, ...]
    changed: tuple[Changed, ...]
    moved: tuple[Moved, ...]
    moved_m2: float
    reparented: tuple[tuple[str, str | None, str | None], ...]
    contacts: tuple[str, ...] = ()

    @property
    def is_empty(self) -> bool:
        """True when the sets are the same."""
        return not (
            self.added
            or self.removed
            or self.renamed
            or self.changed
            or self.moved
            or self.reparented
            or self.contacts
        )

    def as_dict(self) -> dict[str, Any]:
        """Make it JSON-ready: geometries of `moved` as GeoJSON, those of `changed` left out."""
        return {
            "added": list(self.added),
            "removed": list(self.removed),
            "renamed": [
                {"code": its.code, "old": dict(its.old), "new": dict(its.new)}
                for its in self.renamed
            ],
            "changed": [
                {"code": its.code, "gained_m2": its.gained_m2, "lost_m2": its.lost_m2}
                for its in self.changed
            ],
            "moved": [
                {
                    "from": its.from_code,
                    "to": its.to_code,
                    "area_m2": its.area_m2,
                    "geometry": shapely.geometry.mapping(its.geometry),
                }
                for its in self.moved
            ],
            "moved_m2": self.moved_m2,
            "reparented": [
                {"code": code, "old": old, "new": new} for code, old, new in self.reparented
            ],
            "contacts": list(self.contacts),
        }


def diff(old: Sequence[District], new: Sequence[District]) -> Diff:
    """Compare two sets.

    Parameters
    ----------
    old, new : sequence of District
        With valid geometries, of which `routing_units` can be told.

    Raises
    ------
    DistrictError
        For a missing or repeated code, or a beat whose precinct is not there.
    """
    # These also refuse repeated codes, so they come first.
    old_units, new_units = routing_units(old), routing_units(new)
    before = {district.code: district for district in old}
    after = {district.code: district for district in new}
    both = [(before[code], after[code]) for code in sorted(before.keys() & after.keys())]
    moved = _moved(_owned(old_units), _owned(new_units))
    return Diff(
        added=tuple(sorted(after.keys() - before.keys())),
        removed=tuple(sorted(before.keys() - after.keys())),
        renamed=tuple(
            Renamed(its.code, was.name, its.name) for was, its in both if was.name != its.name
        ),
        changed=tuple(change for was, its in both if (change := _changed(was, its))),
        moved=moved,
        moved_m2=sum(its.area_m2 for its in moved),
        reparented=tuple(
            (its.code, was.parent, its.parent)
            for was, its in both
            if (was.level, was.parent) != (its.level, its.parent)
        ),
        contacts=tuple(
            its.code
            for was, its in both
            if (was.station_address, was.phone) != (its.station_address, its.phone)
        ),
    )


def _changed(was: District, its: District) -> Changed | None:
    if shapely.equals_exact(was.geometry, its.geometry, 0.0):
        return None
    gained = _real([shapely.difference(its.geometry, was.geometry)])
    lost = _real([shapely.difference(was.geometry, its.geometry)])
    if gained is None and lost is None:
        return None
    return Changed(its.code, _area(gained), _area(lost), gained, lost)


def _area(shape: Shape | None) -> float:
    return 0.0 if shape is None else area_m2(shape)


def _real(shapes: Iterable[shapely.Geometry]) -> Shape | None:
    """All of them together, without what is rounding."""
    whole = polygonal(shapely.union_all(list(shapes)))
    if whole is None:
        return None
    parts = shapely.get_parts(whole)
    parts = parts[wider(parts, NOISE_M)]
    if not len(parts):
        return None
    return parts[0] if len(parts) == 1 else MultiPolygon(parts.tolist())


def _owned(units: Sequence[District]) -> dict[str, shapely.Geometry]:
    """Ground by the code that it is routed to; units come in the order by which owners are chosen."""
    shapes = np.empty(len(units), object)
    shapes[:] = [unit.geometry for unit in units]
    whole = shapes.copy()
    if len(units) and not shapely.coverage_is_valid(shapes):
        first, second = shapely.STRtree(shapes).query(shapes, predicate="intersects")
        pairs = first < second
        first, second = first[pairs], second[pairs]
        shared = shapely.area(shapely.intersection(shapes[first], shapes[second])) > 0.0
        for one, other in zip(first[shared].tolist(), second[shared].tolist(), strict=True):
            whole[other] = shapely.difference(whole[other], shapes[one])
    return {unit.code: shape for unit, shape in zip(units, whole.tolist(), strict=True)}


def _moved(
    old: Mapping[str, shapely.Geometry], new: Mapping[str, shapely.Geometry]
) -> tuple[Moved, ...]:
    # Ground of units that are the same in both sets has the same owner in both.
    same = {
        code for code in old.keys() & new.keys() if shapely.equals_exact(old[code], new[code], 0.0)
    }
    old_codes, new_codes = list(old), list(new)
    was, its = _array(old.values()), _array(new.values())
    old_tree, new_tree = shapely.STRtree(was), shapely.STRtree(its)
    found: defaultdict[tuple[str | None, str | None], list[shapely.Geometry]] = defaultdict(list)
    to, of = old_tree.query(its, predicate="intersects")
    pairs = [
        (k, n)
        for k, n in zip(of.tolist(), to.tolist(), strict=True)
        if old_codes[k] != new_codes[n] and not (old_codes[k] in same and new_codes[n] in same)
    ]
    if pairs:
        of, to = np.array(pairs).T
        common = shapely.intersection(was[of], its[to])
        for (k, n), shape in zip(pairs, common.tolist(), strict=True):
            found[old_codes[k], new_codes[n]].append(shape)
    for code, shape in new.items():
        if code not in same:
            found[None, code].append(_left(shape, old_tree))
    for code, shape in old.items():
        if code not in same:
            found[code, None].append(_left(shape, new_tree))
    moved = []
    for (from_code, to_code), shapes in found.items():
        real = _real(shapes)
        if real is not None:
            moved.append(Moved(from_code, to_code, real, area_m2(real)))
    return tuple(sorted(moved, key=lambda piece: (piece.from_code or "", piece.to_code or "")))


def _array(shapes: Iterable[shapely.Geometry]) -> Objects:
    listed = list(shapes)
    array = np.empty(len(listed), object)
    array[:] = listed
    return array


def _left(shape: shapely.Geometry, tree: shapely.STRtree) -> shapely.Geometry:
    near = tree.query(shape, predicate="intersects")
    if not len(near):
        return shape
    return shapely.difference(shape, shapely.union_all(tree.geometries[near]))
