"""What is wrong with single features: their codes, precincts, names and geometries."""

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import MultiPolygon, Point, Polygon
from shapely.geometry.base import BaseGeometry

from geo.districts import District, Level, polygonal
from geo.problem import Kind, Problem, Severity
from geo.topology_rules import Progress, RawDistrict
from geo.topology_swapped import beyond, swapped
from geo.topology_threads import spread_parts

CHUNK = 100

_REASON = re.compile(r"^(?P<reason>[^\[]*)\[(?P<x>\S+) (?P<y>\S+)\]$")


@dataclass(frozen=True, slots=True)
class Feature:
    """A district fit to be looked at together with others.

    Attributes
    ----------
    code : str
        Empty when it has none.
    level : Level
    parent : str or None
    geometry : Polygon or MultiPolygon
        Valid; made so where it was not, its axes in order.
    broken : bool
        True when it was made valid.
    """

    code: str
    level: Level
    parent: str | None
    geometry: Polygon | MultiPolygon
    broken: bool


@dataclass(frozen=True, slots=True)
class Features:
    """What can be looked at together.

    Attributes
    ----------
    problems : list of Problem
        Of single features.
    usable : list of Feature
        In the order given.
    complete : bool
        False when some could not be used, so that ground without a district says nothing.
    """

    problems: list[Problem]
    usable: list[Feature]
    complete: bool


def look_at_features(
    districts: Sequence[RawDistrict | District],
    in_force: Sequence[District],
    progress: Progress | None,
) -> Features:
    """Look at each district by itself.

    Parameters
    ----------
    districts : sequence of RawDistrict or District
    in_force : sequence of District
        Tells where on earth the set should be.
    progress : callable, optional
    """
    rows = [
        district if isinstance(district, RawDistrict) else _raw(district, row)
        for row, district in enumerate(districts, 1)
    ]
    if not rows:
        return Features([Problem(Kind.NO_FEATURES, Severity.ERROR)], [], complete=False)
    problems = [*_codes(rows), *_parents(rows), *_attributes(rows)]
    shaped = []
    for row in rows:
        problem = _shapeless(row)
        if problem is None:
            shaped.append(row)
        else:
            problems.append(problem)
    geometries = np.array([row.geometry for row in shaped], object)
    reference = np.array([district.geometry for district in in_force], object)
    turned = swapped(geometries, reference)
    if turned.any():
        first = shaped[int(np.flatnonzero(turned)[0])]
        its = [row for row, is_turned in zip(shaped, turned.tolist(), strict=True) if is_turned]
        lon, lat = shapely.get_coordinates(first.geometry)[0].tolist()
        problems.append(
            Problem(
                Kind.SWAPPED_AXES,
                Severity.ERROR,
                _listed(its),
                values={"rows": [row.row for row in its], "lon": lon, "lat": lat},
            )
        )
        geometries[turned] = shapely.transform(geometries[turned], lambda xy: xy[:, ::-1])
    away = beyond(geometries)
    problems += [_out_of_range(shaped[k]) for k in np.flatnonzero(away).tolist()]
    placed = [row for row, is_away in zip(shaped, away.tolist(), strict=True) if not is_away]
    geometries = geometries[~away]
    valid = _valid(geometries, progress)
    usable = []
    for row, geometry, is_valid in zip(placed, geometries.tolist(), valid.tolist(), strict=True):
        good = geometry
        if not is_valid:
            problems.append(_broken(row, geometry))
            good = polygonal(shapely.make_valid(geometry))
        if good is not None and row.level is not None:
            usable.append(Feature(row.code or "", row.level, row.parent, good, not is_valid))
    return Features(problems, usable, complete=len(usable) == len(rows))


def _raw(district: District, row: int) -> RawDistrict:
    return RawDistrict(
        district.code, district.level, district.parent, district.name, district.geometry, row
    )


def _listed(rows: Sequence[RawDistrict]) -> tuple[str, ...]:
    return tuple(sorted({row.code for row in rows if row.code}))


def _at(row: RawDistrict) -> BaseGeometry | None:
    """What to show of a district whose attributes are wrong."""
    geometry = row.geometry
    if geometry is None or geometry.is_empty or beyond(np.array([geometry], object))[0]:
        return None
    return geometry


def _codes(rows: Sequence[RawDistrict]) -> list[Problem]:
    by_code: defaultdict[str, list[RawDistrict]] = defaultdict(list)
    for row in rows:
        by_code[row.code or ""].append(row)
    problems = [
        Problem(Kind.NO_CODE, Severity.ERROR, place=_at(row), values={"row": row.row})
        for row in by_code.pop("", [])
    ]
    for code, its in by_code.items():
        if len(its) > 1:
            values = {"code": code, "rows": [row.row for row in its]}
            problems.append(
                Problem(Kind.DUPLICATE_CODE, Severity.ERROR, (code,), _at(its[1]), values=values)
            )
    return problems


def _parents(rows: Sequence[RawDistrict]) -> list[Problem]:
    precincts = {row.code for row in rows if row.level is Level.PRECINCT and row.code}
    with_beats = {row.parent for row in rows if row.level is Level.BEAT}
    problems = []
    for row in rows:
        if row.level is Level.PRECINCT and row.code and row.code not in with_beats:
            if with_beats:
                kind = Kind.PRECINCT_WITHOUT_BEATS
                problems.append(Problem(kind, Severity.NOTE, (row.code,), _at(row)))
        elif row.level is Level.BEAT and not row.parent:
            problems.append(_of(Kind.NO_PARENT, row))
        elif row.level is Level.BEAT and row.parent not in precincts:
            problems.append(_of(Kind.UNKNOWN_PARENT, row, parent=row.parent))
    return problems


def _attributes(rows: Sequence[RawDistrict]) -> list[Problem]:
    problems = [_of(Kind.UNKNOWN_LEVEL, row) for row in rows if row.level is None]
    problems += [
        _of(Kind.MISSING_NAME, row, Severity.WARNING)
        for row in rows
        if not any(name and name.strip() for name in row.name.values())
    ]
    return problems


def _of(
    kind: Kind, row: RawDistrict, severity: Severity = Severity.ERROR, **values: object
) -> Problem:
    return Problem(kind, severity, _listed([row]), _at(row), values={"row": row.row, **values})


def _shapeless(row: RawDistrict) -> Problem | None:
    geometry = row.geometry
    if geometry is None or geometry.is_empty:
        return Problem(Kind.NO_GEOMETRY, Severity.ERROR, _listed([row]), values={"row": row.row})
    if not isinstance(geometry, Polygon | MultiPolygon):
        return _of(Kind.NOT_POLYGONAL, row, type=geometry.geom_type)
    return None


def _out_of_range(row: RawDistrict) -> Problem:
    xy = shapely.get_coordinates(row.geometry)
    outside = ~((np.abs(xy[:, 0]) <= 180.0) & (np.abs(xy[:, 1]) <= 90.0))  # noqa: PLR2004 - degrees
    first = xy[int(np.flatnonzero(outside)[0])]
    lon, lat = (float(value) if np.isfinite(value) else None for value in first)
    return _of(Kind.OUT_OF_RANGE, row, lon=lon, lat=lat)


def _valid(geometries: NDArray[np.object_], progress: Progress | None) -> NDArray[np.bool_]:
    found, done = np.zeros(len(geometries), bool), 0
    for part in spread_parts(shapely.is_valid, geometries, chunk=CHUNK):
        found[done : done + len(part)] = part
        done += len(part)
        if progress is not None:
            progress("geometry", done, len(geometries))
    return found


def _broken(row: RawDistrict, geometry: BaseGeometry) -> Problem:
    told = shapely.is_valid_reason(geometry)
    match = _REASON.match(told)
    place = Point(float(match["x"]), float(match["y"])) if match else None
    values = {"row": row.row, "reason": match["reason"] if match else told}
    return Problem(Kind.BROKEN_GEOMETRY, Severity.ERROR, _listed([row]), place, values=values)
