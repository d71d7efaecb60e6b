"""Read boundary files into districts: our own schema, or foreign files with their fields mapped."""

import json
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias, cast

import shapely
from shapely import MultiPolygon, Polygon
from shapely.geometry.base import BaseGeometry

from app.boundary_error import BoundaryFileError
from app.boundary_fields import LANGUAGES, in_all_languages
from app.boundary_layers import MAX_UNPACKED_MB, Layer, read_layer
from geo.districts import District, Level, polygonal
from geo.nesting import nest

__all__ = ["BoundaryFile", "BoundaryFileError", "ForeignFile", "read_foreign", "read_own"]

OVERLAP = 1e-6  # of the joined area: less is rounding
SHOWN = 8  # codes named in a message

Progress = Callable[[int, int], None]
Shape: TypeAlias = Polygon | MultiPolygon


@dataclass(frozen=True, slots=True)
class BoundaryFile:
    """What was read.

    Attributes
    ----------
    districts : list of District
        Precincts, then beats, each in the order of the file.
    notes : list of str
        Everything that was repaired, joined or assumed; empty when nothing was.
    source : str
        Names of the files.
    approximate : bool
        True when any feature says that its boundaries are not official.
    """

    districts: list[District]
    notes: list[str]
    source: str
    approximate: bool = False


@dataclass(frozen=True, slots=True)
class ForeignFile:
    """A file of another maker, and which of its fields is what.

    Attributes
    ----------
    path : Path or str
        Also of a zip; a layer of a GeoPackage is named after a `#`.
    code : str
        Field of the codes.
    name : str, optional
        Field of the names; without it, codes are names.
    parent : str, optional
        Of beats: field with the code of their precinct; None to find it by area.
    """

    path: Path | str
    code: str
    name: str | None = None
    parent: str | None = None


@dataclass(frozen=True, slots=True)
class _Row:
    code: str
    parent: str | None
    name: Mapping[str, str]
    geometry: BaseGeometry | None


class _Steps:
    """Counts features for the progress callback."""

    def __init__(self, progress: Progress | None, total: int) -> None:
        self.progress, self.total, self.done = progress, total, 0

    def step(self) -> None:
        self.done += 1
        if self.progress is not None:
            self.progress(self.done, self.total)


def read_own(
    path: Path | str,
    *,
    progress: Progress | None = None,
    max_unpacked_mb: float = MAX_UNPACKED_MB,
) -> BoundaryFile:
    """Read one file of our own schema.

    Parameters
    ----------
    path : Path or str
        Features with `code`, `level`, `parent`, `name` and optionally `station_address`, `phone`
        and `approximate`. A beat whose `parent` is empty goes to the precinct that has most of it.
    progress : callable, optional
        Called with features done and their total.
    max_unpacked_mb : float
        Megabytes the data may have, unpacked.

    Raises
    ------
    BoundaryFileError
    """
    layer = read_layer(path, max_unpacked_mb=max_unpacked_mb)
    if missing := [field for field in ("code", "level", "name") if field not in layer.columns]:
        there = ", ".join(sorted(layer.columns)) or "none"
        raise BoundaryFileError(
            f"{layer.file} has no field {' or '.join(map(repr, missing))}.",
            f"Its fields are: {there}. For fields of other names use --precincts and --beats.",
        )
    parent = "parent" if "parent" in layer.columns else None
    rows = _rows(layer, code="code", parent=parent, name="name")
    levels = [
        _level(value, row, layer) for value, row in zip(layer.column("level"), rows, strict=True)
    ]
    _check_unique(rows, layer.file)
    notes = list(layer.notes)
    steps = _Steps(progress, len(rows))
    shapes = {row.code: _shape(row, layer.file, notes, steps) for row in rows}
    by_level = {
        level: [row for row, its in zip(rows, levels, strict=True) if its is level]
        for level in Level
    }
    for row in by_level[Level.PRECINCT]:
        if row.parent is not None:
            raise BoundaryFileError(
                f"{layer.file}: precinct {row.code!r} has a parent, {row.parent!r}; only beats do."
            )
    parents = _parents(by_level[Level.BEAT], by_level[Level.PRECINCT], shapes, notes)
    extra = {
        field: dict(zip((row.code for row in rows), layer.columns[field], strict=True))
        for field in ("station_address", "phone")
        if field in layer.columns
    }
    districts = [
        District(
            code=row.code,
            level=level,
            parent=parents.get(row.code),
            name=row.name,
            geometry=shapes[row.code],
            station_address=_text(extra.get("station_address", {}).get(row.code)),
            phone=_text(extra.get("phone", {}).get(row.code)),
        )
        for level in (Level.PRECINCT, Level.BEAT)
        for row in by_level[level]
    ]
    approximate = any(_true(value) for value in layer.columns.get("approximate", ()))
    return _complete(BoundaryFile(districts, notes, layer.file, approximate))


def read_foreign(
    precincts: ForeignFile,
    beats: ForeignFile | None = None,
    *,
    progress: Progress | None = None,
    max_unpacked_mb: float = MAX_UNPACKED_MB,
) -> BoundaryFile:
    """Read files of other makers.

    Parameters
    ----------
    precincts, beats : ForeignFile
        Without beats every precinct routes to itself.
    progress : callable, optional
        Called with features done and their total, of both files together.
    max_unpacked_mb : float
        Megabytes each file may have, unpacked.

    Raises
    ------
    BoundaryFileError
    """
    large = read_layer(precincts.path, max_unpacked_mb=max_unpacked_mb)
    small = None if beats is None else read_layer(beats.path, max_unpacked_mb=max_unpacked_mb)
    # All fields are looked at before the slow part begins.
    large_rows = _rows(large, code=precincts.code, name=precincts.name)
    small_rows = (
        []
        if small is None or beats is None
        else _rows(small, code=beats.code, parent=beats.parent, name=beats.name)
    )
    notes = [*large.notes, *(small.notes if small else ())]
    steps = _Steps(progress, len(large_rows) + len(small_rows))
    shapes: dict[str, Shape] = {}
    rows: dict[Level, list[_Row]] = {Level.PRECINCT: [], Level.BEAT: []}
    for level, layer, found in (
        (Level.PRECINCT, large, large_rows),
        (Level.BEAT, small, small_rows),
    ):
        if layer is None:
            continue
        parts: dict[str, list[tuple[_Row, Shape]]] = defaultdict(list)
        for row in found:
            parts[row.code].append((row, _shape(row, layer.file, notes, steps)))
        for code, pieces in parts.items():
            if code in shapes:
                raise BoundaryFileError(
                    f"The code {code!r} is both a precinct's and a beat's.",
                    "Choose another field for one of them.",
                )
            rows[level].append(pieces[0][0])
            shapes[code] = _joined(pieces, layer.file, notes)
    parents = _parents(rows[Level.BEAT], rows[Level.PRECINCT], shapes, notes)
    districts = [
        District(row.code, level, parents.get(row.code), row.name, shapes[row.code])
        for level in (Level.PRECINCT, Level.BEAT)
        for row in rows[level]
    ]
    source = large.file if small is None else f"{large.file}, {small.file}"
    return _complete(BoundaryFile(districts, notes, source))


def _complete(read: BoundaryFile) -> BoundaryFile:
    if not any(district.level is Level.PRECINCT for district in read.districts):
        raise BoundaryFileError(f"{read.source} has no precincts.")
    return read


def _rows(
    layer: Layer, *, code: str, parent: str | None = None, name: str | None = None
) -> list[_Row]:
    codes = [_text(value) for value in layer.column(code)]
    if missing := [k + 1 for k, value in enumerate(codes) if not value]:
        raise BoundaryFileError(
            f"{layer.file}: {len(missing)} of {len(codes)} features have no {code!r}, the first "
            f"is feature {missing[0]}."
        )
    parents: Sequence[Any] = [None] * len(codes) if parent is None else layer.column(parent)
    names = codes if name is None else layer.column(name)
    return [
        _Row(own or "", _text(its_parent), _names(its_name, own or ""), geometry)
        for own, its_parent, its_name, geometry in zip(
            codes, parents, names, layer.geometries, strict=True
        )
    ]


def _text(value: Any) -> str | None:
    """A code or text as people write it: 1.0 is "1"; nothing is None."""
    if value is None or isinstance(value, bool):
        return None
    if isinstance(value, float):
        if value != value:  # noqa: PLR0124 - how NaN, a missing number, is told
            return None
        value = int(value) if value.is_integer() else value
    return str(value).strip() or None


def _true(value: Any) -> bool:
    return value in (True, 1, "true", "True", "1")


def _names(value: Any, code: str) -> dict[str, str]:
    """A name for every language; those not given are called as in the first that is."""
    if isinstance(value, str) and value.lstrip().startswith("{"):
        # Where it is not JSON, the brace is part of the name.
        with suppress(ValueError):
            value = json.loads(value)
    given = (
        {str(language): text for language, its in value.items() if (text := _text(its))}
        if isinstance(value, Mapping)
        else {}
    )
    plain = None if isinstance(value, Mapping) else _text(value)
    return in_all_languages(given) or dict.fromkeys(LANGUAGES, plain or code)


def _level(value: Any, row: _Row, layer: Layer) -> Level:
    try:
        return Level(str(value))
    except ValueError:
        raise BoundaryFileError(
            f"{layer.file}: the level of {row.code!r} is {value!r}.", "It must be precinct or beat."
        ) from None


def _check_unique(rows: Iterable[_Row], file: str) -> None:
    counted = Counter(row.code for row in rows)
    if twice := [code for code, times in counted.items() if times > 1]:
        raise BoundaryFileError(f"{file}: codes that occur more than once: {_listed(twice)}.")


def _listed(codes: Iterable[str]) -> str:
    known = sorted(set(codes))
    more = f" and {len(known) - SHOWN} more" if len(known) > SHOWN else ""
    return ", ".join(repr(code) for code in known[:SHOWN]) + more


def _shape(row: _Row, file: str, notes: list[str], steps: _Steps) -> Shape:
    steps.step()
    geometry = row.geometry
    if geometry is None or geometry.is_empty:
        raise BoundaryFileError(f"{file}: {row.code!r} has no geometry.")
    if not isinstance(geometry, Polygon | MultiPolygon):
        raise BoundaryFileError(
            f"{file}: the geometry of {row.code!r} is a {geometry.geom_type}, not a polygon."
        )
    if shapely.is_valid(geometry):
        return geometry
    reason = shapely.is_valid_reason(geometry)
    repaired = polygonal(shapely.make_valid(geometry))
    if repaired is None:
        raise BoundaryFileError(f"{file}: {row.code!r} has no area: {reason}.")
    notes.append(f"{file}: the geometry of {row.code!r} was invalid ({reason}) and was repaired.")
    return repaired


def _joined(pieces: list[tuple[_Row, Shape]], file: str, notes: list[str]) -> Shape:
    """One district of the features that share its code, where they are parts of one another."""
    if len(pieces) == 1:
        return pieces[0][1]
    first = pieces[0][0]
    whole = shapely.union_all([shape for _, shape in pieces])
    total = sum(shape.area for _, shape in pieces)
    same = all((row.parent, row.name) == (first.parent, first.name) for row, _ in pieces)
    if not same or total - whole.area > OVERLAP * whole.area:
        why = "they overlap" if same else "their names or precincts differ"
        raise BoundaryFileError(
            f"{file}: the code {first.code!r} occurs {len(pieces)} times, and {why}."
        )
    notes.append(f"{file}: {first.code!r} comes in {len(pieces)} features; taken as its parts.")
    return cast("Shape", whole)


def _parents(
    beats: Sequence[_Row], precincts: Sequence[_Row], shapes: Mapping[str, Shape], notes: list[str]
) -> dict[str, str]:
    """Each beat's precinct: as it says, or else the one that has most of its area."""
    codes = {row.code for row in precincts}
    loose: dict[str, list[str]] = defaultdict(list)
    for code in codes:
        loose[_folded(code)].append(code)
    found: dict[str, str] = {}
    taken: dict[str, str] = {}
    unknown = []
    for row in beats:
        if row.parent is None:
            continue
        if row.parent in codes:
            found[row.code] = row.parent
        elif len(alike := loose.get(_folded(row.parent), [])) == 1:
            found[row.code] = taken[row.parent] = alike[0]
        else:
            unknown.append(row)
    if unknown:
        raise BoundaryFileError(
            f"{len(unknown)} beats, such as {unknown[0].code!r}, are in precincts that are not "
            f"there: {_listed(row.parent or '' for row in unknown)}.",
            f"The precincts are: {_listed(codes) or 'none'}.",
        )
    if taken:
        pairs = ", ".join(f"{said!r} for {meant!r}" for said, meant in sorted(taken.items()))
        notes.append(f"Beats write their precinct another way: {pairs}.")
    without = {row.code: shapes[row.code] for row in beats if row.parent is None}
    if without:
        found |= _parents_by_area(without, {code: shapes[code] for code in codes}, notes)
    return found


def _folded(code: str) -> str:
    return "".join(code.split()).casefold().lstrip("0") or "0"


def _parents_by_area(
    beats: Mapping[str, Shape], precincts: Mapping[str, Shape], notes: list[str]
) -> dict[str, str]:
    nesting = nest(beats, precincts)
    outside = [code for code in beats if code not in nesting.parents]
    if outside:
        raise BoundaryFileError(f"These beats lie in no precinct: {_listed(outside)}.")
    notes.append(f"The precincts of {len(beats)} beats were found by area.")
    for beat in nesting.unclear:
        shares = ", ".join(f"{code!r} {share:.0%}" for code, share in beat.shares)
        notes.append(f"The precinct of {beat.beat!r} is doubtful: {shares}.")
    return nesting.parents
