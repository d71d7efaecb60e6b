"""Read boundary files as they are: nothing is repaired and nothing refused that can be shown."""

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import shapely
from shapely import MultiPolygon, Polygon

from app.boundary_error import BoundaryFileError
from app.boundary_fields import LANGUAGES, FieldMap, folded, guess, is_own, text_of
from app.boundary_layers import MAX_UNPACKED_MB, Layer, read_layer
from geo.dissolve import precincts_of
from geo.districts import District, DistrictError, Level, polygonal
from geo.nesting import nest
from geo.topology import RawDistrict

OVERLAP = 1e-6  # of the joined area: less is rounding
TRUE = frozenset({True, "true", "True", "1"})


@dataclass(frozen=True, slots=True)
class Sources:
    """What was uploaded.

    Attributes
    ----------
    file : Path
        Of our own schema, or beats, or precincts.
    precincts_file : Path or None
        Precincts, when `file` has the beats.
    beats, precincts : FieldMap or None
        Fields of foreign files; guessed where they are not given.
    max_unpacked_mb : float
        Megabytes each may have, unpacked.
    """

    file: Path
    precincts_file: Path | None = None
    beats: FieldMap | None = None
    precincts: FieldMap | None = None
    max_unpacked_mb: float = MAX_UNPACKED_MB


@dataclass(frozen=True, slots=True)
class RawFile:
    """Districts as files have them.

    Attributes
    ----------
    districts : list of RawDistrict
    notes : list of str
        Whatever was assumed; nothing that changes a boundary.
    source : str
        Names of the files.
    approximate : bool
        True when any feature says that its boundaries are not official.
    """

    districts: list[RawDistrict]
    notes: list[str] = field(default_factory=list)
    source: str = ""
    approximate: bool = False


def read_raw(sources: Sources) -> RawFile:
    """Read what was uploaded.

    Parameters
    ----------
    sources : Sources

    Returns
    -------
    RawFile
        Rows are counted from 1, of precincts first where there are two files.

    Raises
    ------
    BoundaryFileError
        When a file cannot be read at all, or lacks a field that it needs.
    """
    layer = read_layer(sources.file, max_unpacked_mb=sources.max_unpacked_mb)
    if sources.precincts_file is None and sources.beats is None and sources.precincts is None:
        if is_own(layer):
            return _own(layer)
        guessed = guess(layer)
        fields = FieldMap(_needed(guessed.code, layer), guessed.name, guessed.parent)
        if guessed.level == Level.PRECINCT.value:
            return _foreign(layer, fields, None, None)
        return _foreign(None, None, layer, fields)
    if sources.precincts_file is None:
        if sources.beats is None:
            return _foreign(layer, sources.precincts, None, None)
        return _foreign(None, None, layer, sources.beats)
    large = read_layer(sources.precincts_file, max_unpacked_mb=sources.max_unpacked_mb)
    large_map = sources.precincts
    if large_map is None:
        found = guess(large)
        large_map = FieldMap(_needed(found.code, large), found.name)
    beats_map = sources.beats
    if beats_map is None:
        codes = [text_of(value) or "" for value in large.column(large_map.code)]
        found = guess(layer, codes)
        beats_map = FieldMap(_needed(found.code, layer), found.name, found.parent)
    return _foreign(large, large_map, layer, beats_map)


def _needed(code: str | None, layer: Layer) -> str:
    if code is None:
        there = ", ".join(sorted(layer.columns)) or "none"
        raise BoundaryFileError(
            f"{layer.file}: which field has the codes cannot be guessed.",
            f"Name it in the mapping. Its fields are: {there}.",
            kind="no_field",
        )
    return code


def _own(layer: Layer) -> RawFile:
    def value(name: str, row: int) -> Any:
        return layer.columns[name][row] if name in layer.columns else None

    districts = [
        RawDistrict(
            code=text_of(value("code", row)),
            level=_level(value("level", row)),
            parent=text_of(value("parent", row)),
            name=_own_names(layer, row),
            geometry=geometry,
            row=row + 1,
            # A Shapefile's names of fields are short.
            station_address=text_of(value("station_address", row) or value("address", row)),
            phone=text_of(value("phone", row)),
        )
        for row, geometry in enumerate(layer.geometries)
    ]
    marks = layer.columns.get("approximate", layer.columns.get("approx", ()))
    approximate = any(_is_true(each) for each in marks)
    return RawFile(districts, list(layer.notes), layer.file, approximate)


def _is_true(value: Any) -> bool:
    return isinstance(value, bool | int | str) and value in TRUE


def _own_names(layer: Layer, row: int) -> dict[str, str]:
    names = {
        language: text
        for language in LANGUAGES
        if f"name_{language}" in layer.columns
        and (text := text_of(layer.columns[f"name_{language}"][row]))
    }
    return names or names_of(layer.columns["name"][row] if "name" in layer.columns else None)


def _level(value: Any) -> Level | None:
    try:
        return Level(str(value))
    except ValueError:
        return None


def names_of(value: Any) -> dict[str, str]:
    """Return names by language of a text, a mapping or a mapping written as JSON."""
    if isinstance(value, str) and value.lstrip().startswith("{"):
        # Where it is not JSON, the brace is part of the name.
        with suppress(ValueError):
            value = json.loads(value)
    if isinstance(value, Mapping):
        return {str(key): text for key, its in value.items() if (text := text_of(its))}
    plain = text_of(value)
    return dict.fromkeys(LANGUAGES, plain) if plain else {}


def raw_of_feature(feature: Mapping[str, Any], row: int) -> RawDistrict:
    """Return a district of a GeoJSON feature of our own schema.

    Raises
    ------
    BoundaryFileError
        When it is no feature at all.
    """
    try:
        properties, geometry = feature.get("properties") or {}, feature.get("geometry")
        made = (
            None
            if geometry is None
            else shapely.force_2d(shapely.from_geojson(json.dumps(geometry)))
        )
        return RawDistrict(
            code=text_of(properties.get("code", feature.get("id"))),
            level=_level(properties.get("level")),
            parent=text_of(properties.get("parent")),
            name=names_of(properties.get("name")),
            geometry=made,
            row=row,
            station_address=text_of(properties.get("station_address")),
            phone=text_of(properties.get("phone")),
        )
    except (AttributeError, TypeError, ValueError, shapely.errors.ShapelyError) as error:
        raise BoundaryFileError(
            f"Feature {row} is not a GeoJSON feature of a district: {error}.", kind="damaged"
        ) from error


def _rows(layer: Layer, fields: FieldMap, level: Level, first: int) -> list[RawDistrict]:
    codes = layer.column(fields.code)
    parents = layer.column(fields.parent) if fields.parent else [None] * len(codes)
    # A district that nobody has named goes by its code.
    names = layer.column(fields.name) if fields.name else codes
    return [
        RawDistrict(
            code=text_of(code),
            level=level,
            parent=text_of(parent) if level is Level.BEAT else None,
            name=names_of(name),
            geometry=geometry,
            row=first + row,
        )
        for row, (code, parent, name, geometry) in enumerate(
            zip(codes, parents, names, layer.geometries, strict=True)
        )
    ]


def _foreign(
    large: Layer | None,
    large_map: FieldMap | None,
    small: Layer | None,
    small_map: FieldMap | None,
) -> RawFile:
    notes: list[str] = []
    precincts: list[RawDistrict] = []
    beats: list[RawDistrict] = []
    if large is not None and large_map is not None:
        notes += large.notes
        precincts = _joined(_rows(large, large_map, Level.PRECINCT, 1), large.file, notes)
    if small is not None and small_map is not None:
        notes += small.notes
        beats = _rows(small, small_map, Level.BEAT, 1 + len(precincts))
        beats = _joined(beats, small.file, notes)
        if large is None:
            if small_map.parent is None:
                raise BoundaryFileError(
                    f"{small.file} has beats, but nothing tells their precincts.",
                    "Add a file of precincts, or name the field with the precinct of each beat.",
                    kind="no_precincts",
                )
            precincts = _dissolved(beats, small.file, notes)
        else:
            beats = _parents(beats, precincts, notes, by_area=small_map.parent is None)
    source = ", ".join(layer.file for layer in (large, small) if layer is not None)
    return RawFile([*precincts, *beats], notes, source)


def _joined(rows: Sequence[RawDistrict], file: str, notes: list[str]) -> list[RawDistrict]:
    """Take features that share a code for the parts of one district, where they can be that."""
    by_code: dict[str | None, list[RawDistrict]] = defaultdict(list)
    for row in rows:
        by_code[row.code].append(row)
    found: list[RawDistrict] = []
    for code, pieces in by_code.items():
        whole = _whole(pieces) if code is not None and len(pieces) > 1 else None
        if whole is None:
            found += pieces
        else:
            notes.append(f"{file}: {code!r} comes in {len(pieces)} features; taken as its parts.")
            found.append(replace(pieces[0], geometry=whole))
    return sorted(found, key=lambda row: row.row)


def _whole(pieces: Sequence[RawDistrict]) -> Polygon | MultiPolygon | None:
    first = pieces[0]
    shapes = [piece.geometry for piece in pieces]
    if any((piece.parent, piece.name) != (first.parent, first.name) for piece in pieces) or any(
        not isinstance(shape, Polygon | MultiPolygon) or not shape.is_valid for shape in shapes
    ):
        return None
    whole = polygonal(shapely.union_all(shapes))
    if whole is None or shapely.area(shapes).sum() - whole.area > OVERLAP * whole.area:
        return None
    return whole


def _dissolved(beats: Sequence[RawDistrict], file: str, notes: list[str]) -> list[RawDistrict]:
    """Make the precincts that a file of beats names but does not have."""
    usable = [
        District(beat.code, Level.BEAT, beat.parent, {}, shape)
        for beat in beats
        if beat.code and beat.parent and (shape := _sound(beat)) is not None
    ]
    unique = list({beat.code: beat for beat in usable}.values())
    try:
        made = precincts_of(unique)
    except DistrictError as error:
        raise BoundaryFileError(
            f"{file}: its precincts cannot be made of its beats: {error}",
            "Choose another field for the codes or the precincts.",
            kind="no_precincts",
        ) from error
    if made:
        notes.append(f"{file} has no precincts: {len(made)} were made of their beats.")
    return [
        RawDistrict(
            each.code, Level.PRECINCT, None, dict.fromkeys(LANGUAGES, each.code), each.geometry
        )
        for each in made
    ]


def _sound(row: RawDistrict) -> Polygon | MultiPolygon | None:
    """Return a valid copy to calculate with; what is stored stays as it came."""
    if row.geometry is None or row.geometry.is_empty:
        return None
    return polygonal(shapely.make_valid(row.geometry))


def _parents(
    beats: Sequence[RawDistrict],
    precincts: Sequence[RawDistrict],
    notes: list[str],
    *,
    by_area: bool,
) -> list[RawDistrict]:
    if by_area:
        small = {beat.code: shape for beat in beats if beat.code and (shape := _sound(beat))}
        large = {each.code: shape for each in precincts if each.code and (shape := _sound(each))}
        nesting = nest(small, large)
        notes.append(f"The precincts of {len(nesting.parents)} beats were found by area.")
        for doubt in nesting.unclear:
            shares = ", ".join(f"{code!r} {share:.0%}" for code, share in doubt.shares)
            notes.append(f"The precinct of {doubt.beat!r} is doubtful: {shares or 'none'}.")
        return [replace(beat, parent=nesting.parents.get(beat.code or "")) for beat in beats]
    codes = {each.code for each in precincts}
    loose: dict[str, list[str]] = defaultdict(list)
    for each in precincts:
        loose[folded(each.code or "")].append(each.code or "")
    taken: dict[str, str] = {}
    found = []
    for beat in beats:
        said = beat.parent
        alike = loose.get(folded(said or ""), [])
        if said is not None and said not in codes and len(alike) == 1:
            taken[said] = alike[0]
        found.append(replace(beat, parent=taken.get(said or "", said)))
    if taken:
        pairs = ", ".join(f"{said!r} for {meant!r}" for said, meant in sorted(taken.items()))
        notes.append(f"Beats write their precinct another way: {pairs}.")
    return found
