"""Repair districts, as a choice: what was moved is shown."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import MultiPolygon, Polygon

from geo.diff import Diff, diff
from geo.districts import District, DistrictError, Level, polygonal, routing_units
from geo.metres import area_m2
from geo.topology_cleaning import cleaned
from geo.topology_coverage import look_at_coverage
from geo.topology_cracks import cracks, shared_out
from geo.topology_edges import signed_edges
from geo.topology_features import Feature
from geo.topology_layer import unit_layer
from geo.topology_rules import DEFAULT_RULES, RawDistrict, TopologyRules
from geo.topology_width import opened, wider

PASSES = 3
FREE = np.array([-1, -1, 1, 1]) * 0.001  # degrees, round everything

Objects = NDArray[np.object_]


@dataclass(frozen=True, slots=True)
class RepairNote:
    """One thing that was done.

    Attributes
    ----------
    kind : str
        `made_valid`; `dropped_slivers`: parts narrower than the tolerance; `closed_gaps`: it got
        ground that was nobody's; `cut_overlaps`: ground went to another; `lost_rim`: ground is
        nobody's now; `fitted_to_beats`: a precinct follows them.
    district : str
        Code.
    gained_m2, lost_m2 : float
        Square metres.
    """

    kind: str
    district: str
    gained_m2: float
    lost_m2: float

    def as_dict(self) -> dict[str, Any]:
        """Make it JSON-ready."""
        return {
            "kind": self.kind,
            "district": self.district,
            "gained_m2": self.gained_m2,
            "lost_m2": self.lost_m2,
        }


@dataclass(frozen=True, slots=True)
class Repair:
    """Districts after repair, and how they differ from those before.

    Attributes
    ----------
    districts : tuple of District
        In the order given.
    moved : Polygon or MultiPolygon or None
        Ground that is another district's than before, in degrees; None when there is none.
    moved_m2 : float
        Its square metres.
    notes : tuple of RepairNote
    """

    districts: tuple[District, ...]
    moved: Polygon | MultiPolygon | None
    moved_m2: float
    notes: tuple[RepairNote, ...]


def repair(
    districts: Sequence[RawDistrict | District],
    *,
    tolerance_m: float = 2.0,
    rules: TopologyRules = DEFAULT_RULES,
) -> Repair:
    """Make geometries valid, close gaps and cut overlaps that are nowhere wider than a tolerance.

    Only polygonal parts are kept. A narrow gap goes to the district it has the longest border
    with, a narrow overlap to the one whose code is smaller, as routing has it; precincts follow
    their beats. Wider faults stay, for somebody to decide.

    Parameters
    ----------
    districts : sequence of RawDistrict or District
        With codes, levels and parents in order: `validate` finds none that are unstorable.
    tolerance_m : float
        Metres.
    rules : TopologyRules
        For what counts as rounding, within which vertices are snapped together.

    Returns
    -------
    Repair

    Raises
    ------
    DistrictError
        For districts that cannot be stored at all, or have no area.
    """
    notes: list[RepairNote] = []
    before = [_made_valid(district, notes) for district in districts]
    routing_units(before)
    whole = {its.code: _without_slivers(its, tolerance_m, notes) for its in before}
    units = [whole[unit.code] for unit in routing_units(before)]
    whole |= {unit.code: unit for unit in _fitted_together(units, tolerance_m, rules)}
    beats: defaultdict[str, list[District]] = defaultdict(list)
    for district in whole.values():
        if district.level is Level.BEAT and district.parent is not None:
            beats[district.parent].append(district)
    for code, own in beats.items():
        whole[code] = _fitted_to_beats(whole[code], own, tolerance_m, rules.rounding_m)
    after = [whole[district.code] for district in before]
    changes = diff(before, after)
    notes += _told(changes, {unit.code for unit in units})
    moved = polygonal(shapely.union_all([piece.geometry for piece in changes.moved]))
    return Repair(tuple(after), moved, changes.moved_m2, tuple(notes))


def _made_valid(district: RawDistrict | District, notes: list[RepairNote]) -> District:
    code, geometry = district.code or "", district.geometry
    if district.level is None:
        raise DistrictError("unknown_level", code, f"District {code!r} has no level.")
    good = None
    if geometry is not None and shapely.is_valid(geometry):
        good = polygonal(geometry)
    elif geometry is not None:
        good = polygonal(shapely.make_valid(geometry))
        if good is not None:
            # Of a ring that crosses itself, what counts as inside before is anybody's guess.
            grown = area_m2(good) - area_m2(geometry)
            notes.append(RepairNote("made_valid", code, max(grown, 0.0), max(-grown, 0.0)))
    if good is None:
        raise DistrictError("no_geometry", code, f"District {code!r} has no area.")
    return District(
        code,
        district.level,
        district.parent,
        district.name,
        good,
        district.station_address,
        district.phone,
    )


def _without_slivers(district: District, tolerance_m: float, notes: list[RepairNote]) -> District:
    parts = shapely.get_parts(district.geometry)
    wide = wider(parts, tolerance_m)
    if wide.all() or not wide.any():
        return district
    lost = sum(area_m2(part) for part in parts[~wide].tolist())
    notes.append(RepairNote("dropped_slivers", district.code, 0.0, lost))
    return replace(district, geometry=_one(parts[wide].tolist()))


def _one(parts: list[Polygon]) -> Polygon | MultiPolygon:
    return parts[0] if len(parts) == 1 else MultiPolygon(parts)


def _fitted_together(
    units: Sequence[District], tolerance_m: float, rules: TopologyRules
) -> list[District]:
    """Close gaps and cut overlaps between units, and give neighbours the same vertices."""
    shapes = np.empty(len(units), object)
    shapes[:] = [unit.geometry for unit in units]
    snap_m = min(rules.rounding_m, tolerance_m) / 2
    whole = shapely.coverage_is_valid(shapes)
    if whole and not _has_gaps(units, rules) and not len(_open_cracks(shapes, tolerance_m, snap_m)):
        return list(units)
    wide = _wide_overlaps(units, tolerance_m, rules)
    # Cleaning would part every overlap, so what is wide is taken away first and given back.
    for k, pieces in wide.items():
        shapes[k] = shapely.difference(shapes[k], shapely.union_all(pieces))
    tree = shapely.STRtree(shapes)
    gained: defaultdict[int, list[shapely.Geometry]] = defaultdict(list)
    for k, ground in shared_out(_open_cracks(shapes, tolerance_m, snap_m), tree):
        gained[k].append(ground)
    for k, pieces in gained.items():
        joined = polygonal(shapely.union_all([shapes[k], *pieces]))
        shapes[k] = shapes[k] if joined is None else joined
    for _ in range(PASSES):
        fitted = cleaned(shapes, gap_width_m=tolerance_m, snap_m=snap_m)
        shapes = np.array([_wide_parts(shape, tolerance_m) for shape in fitted.tolist()], object)
        if (shapely.get_num_geometries(shapes) == shapely.get_num_geometries(fitted)).all():
            break
    for k, pieces in wide.items():
        fitted[k] = shapely.union_all([fitted[k], *pieces])
    # A district of which nothing is left would be lost: that is for somebody to decide.
    return [
        unit if (shape := polygonal(geometry)) is None else replace(unit, geometry=shape)
        for unit, geometry in zip(units, fitted.tolist(), strict=True)
    ]


def _open_cracks(shapes: Objects, tolerance_m: float, floor_m: float) -> Objects:
    """What is open to the outside, which cleaning would leave alone."""
    parts = shapely.get_parts(shapely.union_all(shapes))
    # Without holes: gaps that are enclosed are closed by cleaning.
    whole = shapely.union_all(shapely.polygons(shapely.get_exterior_ring(parts)))
    outside = shapely.difference(shapely.box(*(shapely.bounds(whole) + FREE)), whole)
    return cracks(outside, shapely.STRtree(shapes), tolerance_m, floor_m)


def _wide_parts(shape: shapely.Geometry, tolerance_m: float) -> shapely.Geometry:
    """Without the slivers that cleaning cuts off, which leaves narrow gaps for the next pass."""
    parts = shapely.get_parts(shape)
    if len(parts) < 2:  # noqa: PLR2004 - the only part stays
        return shape
    wide = wider(parts, tolerance_m)
    return _one(parts[wide].tolist()) if wide.any() else shape


def _features(units: Sequence[District]) -> list[Feature]:
    return [
        Feature(unit.code, unit.level, unit.parent, unit.geometry, broken=False) for unit in units
    ]


def _has_gaps(units: Sequence[District], rules: TopologyRules) -> bool:
    edges = signed_edges([unit.geometry for unit in units])
    return bool(look_at_coverage(unit_layer(_features(units)), edges, rules).gaps)


def _wide_overlaps(
    units: Sequence[District], tolerance_m: float, rules: TopologyRules
) -> dict[int, list[shapely.Geometry]]:
    """Overlaps to be kept, under the place of the unit with the greater code."""
    layer = unit_layer(_features(units))
    edges = signed_edges(layer.geometries.tolist())
    kept: defaultdict[int, list[shapely.Geometry]] = defaultdict(list)
    for overlap in look_at_coverage(layer, edges, rules).overlaps:
        kept[overlap.second].append(overlap.shape)
    for k, pieces in kept.items():
        shapes = np.array(pieces, object)
        kept[k] = shapes[wider(shapes, tolerance_m)].tolist()
    return {k: pieces for k, pieces in kept.items() if pieces}


def _fitted_to_beats(
    precinct: District, own: Sequence[District], tolerance_m: float, rounding_m: float
) -> District:
    """Let a precinct follow its beats wherever they differ by no more than the tolerance."""
    joined = shapely.union_all([beat.geometry for beat in own])
    outside = shapely.get_parts(shapely.difference(joined, precinct.geometry))
    uncovered = shapely.get_parts(shapely.difference(precinct.geometry, joined))
    misfits = np.concatenate([outside, uncovered])
    # What is wide is for somebody to decide, without the thin tails that it runs out into.
    wide = wider(misfits, tolerance_m)
    misfits[wide] = [
        shapely.intersection(misfit, opened(misfit, tolerance_m)) for misfit in misfits[wide]
    ]
    cut, kept = misfits[: len(outside)], misfits[len(outside) :]
    fitted = shapely.union_all([joined, *kept[wide[len(outside) :]]])
    fitted = shapely.difference(fitted, shapely.union_all(cut[wide[: len(outside)]]))
    if wide.any():
        fitted = _wide_parts(fitted, tolerance_m)
    moved = shapely.get_parts(shapely.symmetric_difference(fitted, precinct.geometry))
    shape = polygonal(fitted)
    if shape is None or not wider(moved, rounding_m).any():
        return precinct
    return replace(precinct, geometry=shape)


def _told(changes: Diff, units: set[str]) -> list[RepairNote]:
    gained: defaultdict[tuple[str, str], float] = defaultdict(float)
    lost: defaultdict[tuple[str, str], float] = defaultdict(float)
    for piece in changes.moved:
        if piece.from_code is None and piece.to_code is not None:
            gained["closed_gaps", piece.to_code] += piece.area_m2
        elif piece.from_code is not None:
            kind = "lost_rim" if piece.to_code is None else "cut_overlaps"
            lost[kind, piece.from_code] += piece.area_m2
    for change in changes.changed:
        if change.code not in units:
            gained["fitted_to_beats", change.code] += change.gained_m2
            lost["fitted_to_beats", change.code] += change.lost_m2
    return [
        RepairNote(kind, code, gained.get((kind, code), 0.0), lost.get((kind, code), 0.0))
        for kind, code in sorted(gained.keys() | lost.keys())
    ]
