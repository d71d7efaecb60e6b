"""Read files of services: GeoJSON, GeoPackage or zipped Shapefile, in any CRS they declare."""

import json
import re
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import shapely
from shapely import MultiPolygon, Polygon

from app.boundary_error import BoundaryFileError
from app.boundary_fields import LANGUAGES, in_all_languages, text_of
from app.boundary_layers import MAX_UNPACKED_MB, Layer, read_layer
from app.service_hours import HoursError, check
from geo.districts import polygonal

NEEDED = ("code", "kinds", "name")
CODE = re.compile(r"^[a-z0-9][a-z0-9_-]{0,59}$")
KIND = re.compile(r"^[a-z][a-z0-9_]{0,39}$")
PHONE = re.compile(r"^[+()\d][\d\s()+.,;/-]{1,98}$")
SPLIT = re.compile(r"[,;\s]+")
LONGEST_NAME, LONGEST_URL, LONGEST_HOURS, MOST_KINDS = 200, 500, 200, 30
ERROR, WARNING = "error", "warning"


@dataclass(frozen=True, slots=True)
class ServiceProblem:
    """Something wrong with a service.

    Attributes
    ----------
    severity : str
        `error`: it cannot be imported so; `warning`: somebody should look.
    what : str
        A code that the page has words for.
    row : int or None
        Feature of the file, from 1.
    """

    severity: str
    what: str
    service: str | None = None
    row: int | None = None
    text: str = ""

    def as_dict(self) -> dict[str, Any]:
        """Make it JSON-ready."""
        return {
            "severity": self.severity,
            "what": self.what,
            "service": self.service,
            "row": self.row,
            "text": self.text,
        }


@dataclass(frozen=True, slots=True)
class ServiceDraft:
    """A service as somebody wants it.

    Attributes
    ----------
    area : MultiPolygon or None
        None for the whole city.
    """

    code: str
    names: Mapping[str, str]
    kinds: tuple[str, ...]
    phone: str | None = None
    url: str | None = None
    hours: str | None = None
    area: MultiPolygon | None = None


@dataclass
class ServiceFile:
    """What was read.

    Attributes
    ----------
    services : list of ServiceDraft
        Those without errors.
    problems : list of ServiceProblem
    notes : list of str
        What was assumed on reading.
    """

    services: list[ServiceDraft]
    problems: list[ServiceProblem]
    notes: list[str] = field(default_factory=list)

    @property
    def is_usable(self) -> bool:
        """Tell whether nothing in it is an error."""
        return not any(each.severity == ERROR for each in self.problems)


def read_services(
    path: Path | str, kinds: Collection[str], *, max_unpacked_mb: float = MAX_UNPACKED_MB
) -> ServiceFile:
    """Read a file of services.

    Parameters
    ----------
    path : Path or str
        Features with `code`, `kinds` (a list, or codes with commas between), `name` (a text or one
        for each language) and optionally `phone`, `url` and `hours`. A feature without a geometry
        serves the whole city; several of one code are parts of one area.
    kinds : collection of str
        Those that a category asks for; others are told of.
    max_unpacked_mb : float
        Megabytes the data may have, unpacked.

    Raises
    ------
    BoundaryFileError
        When the file cannot be read at all, or lacks a field.
    """
    layer = read_layer(path, max_unpacked_mb=max_unpacked_mb)
    missing = [each for each in NEEDED if each not in layer.columns and not _is_split(layer, each)]
    if missing:
        there = ", ".join(sorted(layer.columns)) or "none"
        raise BoundaryFileError(
            f"{layer.file} has no field {' or '.join(map(repr, missing))}.",
            f"Its fields are: {there}.",
            kind="no_field",
        )
    problems: list[ServiceProblem] = []
    parts: dict[str, list[tuple[int, ServiceDraft]]] = defaultdict(list)
    for row in range(len(layer.geometries)):
        draft = _draft(layer, row, kinds, problems)
        if draft is not None:
            parts[draft.code].append((row + 1, draft))
    services = [
        whole
        for code, pieces in parts.items()
        if (whole := _joined(code, pieces, problems)) is not None
    ]
    if not services and not problems:
        raise BoundaryFileError(f"{layer.file} has no services.", kind="empty")
    return ServiceFile(services, problems, list(layer.notes))


def _is_split(layer: Layer, name: str) -> bool:
    return name == "name" and any(f"name_{each}" in layer.columns for each in LANGUAGES)


def _draft(
    layer: Layer, row: int, kinds: Collection[str], problems: list[ServiceProblem]
) -> ServiceDraft | None:
    def value(name: str) -> Any:
        return layer.columns[name][row] if name in layer.columns else None

    code = text_of(value("code"))
    found = list(_geometry_problems(layer, row))
    geometry = layer.geometries[row]
    area = None if geometry is None or geometry.is_empty else _area(geometry)
    draft = ServiceDraft(
        code=code or "",
        names=_names(value("name"), {each: value(f"name_{each}") for each in LANGUAGES}),
        kinds=_kinds(value("kinds")),
        phone=text_of(value("phone")),
        url=text_of(value("url")),
        hours=text_of(value("hours")),
        area=area,
    )
    found += faults_of(draft, kinds)
    problems += [
        ServiceProblem(each.severity, each.what, code, row + 1, each.text) for each in found
    ]
    return draft if all(each.severity != ERROR for each in found) else None


def _geometry_problems(layer: Layer, row: int) -> Iterator[ServiceProblem]:
    geometry = layer.geometries[row]
    if geometry is None or geometry.is_empty:
        return
    if not isinstance(geometry, Polygon | MultiPolygon):
        yield ServiceProblem(ERROR, "not_polygon", text=geometry.geom_type)
    elif not shapely.is_valid(geometry):
        if _area(geometry) is None:
            yield ServiceProblem(ERROR, "no_area", text=shapely.is_valid_reason(geometry))
        else:
            yield ServiceProblem(WARNING, "repaired", text=shapely.is_valid_reason(geometry))


def _area(geometry: Any) -> MultiPolygon | None:
    if not isinstance(geometry, Polygon | MultiPolygon):
        return None
    whole = geometry if shapely.is_valid(geometry) else polygonal(shapely.make_valid(geometry))
    if whole is None:
        return None
    return whole if isinstance(whole, MultiPolygon) else MultiPolygon([whole])


def _names(value: Any, single: Mapping[str, Any]) -> dict[str, str]:
    if isinstance(value, str) and value.lstrip().startswith("{"):
        # Where it is not JSON, the brace is part of the name.
        with suppress(ValueError):
            value = json.loads(value)
    given = {each: text for each, its in single.items() if (text := text_of(its))}
    if isinstance(value, Mapping):
        given |= {
            str(each): text
            for each, its in value.items()
            if str(each) in LANGUAGES and (text := text_of(its))
        }
    elif plain := text_of(value):
        given = {LANGUAGES[0]: plain} | given
    return in_all_languages(given)


def _kinds(value: Any) -> tuple[str, ...]:
    if isinstance(value, str) and value.lstrip().startswith("["):
        with suppress(ValueError):
            value = json.loads(value)
    if hasattr(value, "tolist"):
        value = value.tolist()
    if isinstance(value, list | tuple):
        found = [text_of(each) or "" for each in value]
    else:
        found = SPLIT.split(text_of(value) or "")
    return tuple(dict.fromkeys(each for each in found if each))


def faults_of(draft: ServiceDraft, kinds: Collection[str]) -> Iterator[ServiceProblem]:
    """Tell what is wrong with a service, whoever wants it so.

    Parameters
    ----------
    draft : ServiceDraft
    kinds : collection of str
        Those that a category asks for.
    """
    if not CODE.match(draft.code):
        yield ServiceProblem(ERROR, "bad_code" if draft.code else "no_code", text=draft.code)
    if not draft.names:
        yield ServiceProblem(ERROR, "no_name")
    for name in draft.names.values():
        if len(name) > LONGEST_NAME:
            yield ServiceProblem(ERROR, "name_too_long", text=name[:40])
            break
    yield from _kind_faults(draft, kinds)
    yield from _contact_faults(draft)


def _contact_faults(draft: ServiceDraft) -> Iterator[ServiceProblem]:
    if draft.phone and not PHONE.match(draft.phone):
        yield ServiceProblem(ERROR, "bad_phone", text=draft.phone[:100])
    if draft.url and not _is_address(draft.url):
        yield ServiceProblem(ERROR, "bad_url", text=draft.url[:100])
    if draft.hours and not _are_hours(draft.hours):
        yield ServiceProblem(ERROR, "bad_hours", text=draft.hours[:100])
    if not (draft.phone or draft.url):
        yield ServiceProblem(WARNING, "no_contact")


def _are_hours(hours: str) -> bool:
    try:
        check(hours)
    except HoursError:
        return False
    return len(hours) <= LONGEST_HOURS


def _kind_faults(draft: ServiceDraft, kinds: Collection[str]) -> Iterator[ServiceProblem]:
    if not draft.kinds:
        yield ServiceProblem(ERROR, "no_kinds")
    if len(draft.kinds) > MOST_KINDS:
        yield ServiceProblem(ERROR, "too_many_kinds")
    for kind in draft.kinds[:MOST_KINDS]:
        if not KIND.match(kind):
            yield ServiceProblem(ERROR, "bad_kind", text=kind[:60])
        elif kind not in kinds:
            yield ServiceProblem(WARNING, "unknown_kind", text=kind)


def _is_address(url: str) -> bool:
    if len(url) > LONGEST_URL or any(letter.isspace() for letter in url):
        return False
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and bool(parts.hostname)


def _joined(
    code: str, pieces: list[tuple[int, ServiceDraft]], problems: list[ServiceProblem]
) -> ServiceDraft | None:
    """One service of the features that share its code, where they are parts of one area."""
    row, first = pieces[0]
    if len(pieces) == 1:
        return first

    def facts(draft: ServiceDraft) -> tuple[object, ...]:
        return (dict(draft.names), draft.kinds, draft.phone, draft.url, draft.hours)

    if any(facts(each) != facts(first) or each.area is None for _, each in pieces):
        problems.append(ServiceProblem(ERROR, "code_twice", code, pieces[1][0]))
        return None
    area = _area(shapely.union_all([each.area for _, each in pieces]))
    problems.append(ServiceProblem(WARNING, "joined", code, row, str(len(pieces))))
    return ServiceDraft(code, first.names, first.kinds, first.phone, first.url, first.hours, area)
