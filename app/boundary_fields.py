"""What a boundary file holds, and a guess at which of its fields is what."""

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from app.boundary_layers import Layer
from geo.districts import Level

SAMPLES = 5
OWN_FIELDS = frozenset({"code", "level"})
# Numbers that programs write of their own accord.
NO_CODE = re.compile(
    r"^(ogc_)?fid$|^objectid|^gid$|^_|shape_?(area|len|leng|length)?$|area|perim|length|^st_",
    re.IGNORECASE,
)
CODE = re.compile(r"^code$|_num$|_?no$|_?nr$|num(ber)?$|code|_id$|^id$|код|номер|№", re.IGNORECASE)
NAME = re.compile(r"name|label|title|назва|название|наименование|найменування", re.IGNORECASE)
PARENT = re.compile(
    r"parent|precinct|district|dist_?num|^dist|sector|division|station|відділ|отдел|район",
    re.IGNORECASE,
)
BEAT = re.compile(r"beat|дільниц|участ|sector", re.IGNORECASE)
PRECINCT = re.compile(r"precinct|district|dist_|відділ|отдел", re.IGNORECASE)


LANGUAGES = ("uk", "ru", "en")


def in_all_languages(names: Mapping[str, str]) -> dict[str, str]:
    """Return names with those that are missing as in the first language that has one."""
    default = next((names[each] for each in LANGUAGES if each in names), None)
    default = default or next(iter(names.values()), None)
    return dict(names) if default is None else dict.fromkeys(LANGUAGES, default) | dict(names)


@dataclass(frozen=True, slots=True)
class FieldFacts:
    """A field of a file.

    Attributes
    ----------
    type : str
        `text`, `number`, `flag` or `other`.
    samples : list
        The first different values.
    distinct, empty : int
        How many different values, and features without one.
    """

    name: str
    type: str
    samples: list[Any]
    distinct: int
    empty: int


@dataclass(frozen=True, slots=True)
class FieldMap:
    """Which field of a foreign file is what.

    Attributes
    ----------
    code : str
    name, parent : str or None
        Without a name, a code is all there is to call a district; a parent is a beat's precinct.
    """

    code: str
    name: str | None = None
    parent: str | None = None


@dataclass(frozen=True, slots=True)
class Guess:
    """What a file probably is.

    Attributes
    ----------
    schema : str
        `own` or `foreign`.
    level : str or None
        `beat` or `precinct`; None when the file itself says it of each feature.
    code, name, parent : str or None
    """

    schema: str
    level: str | None
    code: str | None
    name: str | None
    parent: str | None


@dataclass(frozen=True, slots=True)
class FileFacts:
    """What a file holds."""

    file: str
    crs: str
    features: int
    geometry_types: list[str]
    fields: list[FieldFacts]
    guess: Guess
    notes: list[str]

    def as_dict(self) -> dict[str, Any]:
        """Make it JSON-ready."""
        return asdict(self)


def is_own(layer: Layer) -> bool:
    """Tell whether a file has our own schema."""
    return layer.columns.keys() >= OWN_FIELDS


def inspect(layer: Layer) -> FileFacts:
    """Describe a file and guess its fields.

    Parameters
    ----------
    layer : Layer
    """
    facts = [_facts(name, values) for name, values in layer.columns.items()]
    kinds = {
        "none" if geometry is None else str(geometry.geom_type) for geometry in layer.geometries
    }
    return FileFacts(
        file=layer.file,
        crs=layer.crs,
        features=len(layer.geometries),
        geometry_types=sorted(kinds),
        fields=facts,
        guess=guess(layer),
        notes=list(layer.notes),
    )


def guess(layer: Layer, precinct_codes: Iterable[str] | None = None) -> Guess:
    """Guess which field of a file is what.

    Parameters
    ----------
    layer : Layer
    precinct_codes : iterable of str, optional
        Of the file of precincts that comes with it: then this one has beats.
    """
    if is_own(layer):
        parent = "parent" if "parent" in layer.columns else None
        name = "name" if "name" in layer.columns else None
        return Guess("own", None, "code", name, parent)
    facts = [_facts(name, values) for name, values in layer.columns.items()]
    count = len(layer.geometries)
    code = _code(facts, count)
    name = next(
        (
            fact.name
            for fact in facts
            if fact.type == "text" and NAME.search(fact.name) and fact.name != code
        ),
        None,
    )
    known = None if precinct_codes is None else {folded(each) for each in precinct_codes}
    parent = _parent(layer, facts, {code, name}, known)
    beats = precinct_codes is not None or parent is not None or _says_beat(layer, code)
    level = Level.BEAT if beats else Level.PRECINCT
    return Guess("foreign", level.value, code, name, parent if beats else None)


def folded(code: str) -> str:
    """Return a code without what people write now and leave out then: blanks, case, zeros."""
    return "".join(code.split()).casefold().lstrip("0") or "0"


def _says_beat(layer: Layer, code: str | None) -> bool:
    words = f"{layer.file} {code or ''}"
    return bool(BEAT.search(words)) and not PRECINCT.search(code or "")


def _facts(name: str, values: Sequence[Any]) -> FieldFacts:
    seen: dict[str, Any] = {}
    empty = 0
    kinds = set()
    for value in values:
        if _is_empty(value):
            empty += 1
            continue
        kinds.add(_kind(value))
        seen.setdefault(str(value), value)
    kind = kinds.pop() if len(kinds) == 1 else ("text" if "text" in kinds else "other")
    samples = [_sample(value) for value in list(seen.values())[:SAMPLES]]
    return FieldFacts(name, kind, samples, len(seen), empty)


def _is_empty(value: Any) -> bool:
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return True
    return isinstance(value, str) and not value.strip()


def _kind(value: Any) -> str:
    if isinstance(value, bool):
        return "flag"
    if isinstance(value, int | float):
        return "number"
    return "text" if isinstance(value, str) else "other"


def _sample(value: Any) -> Any:
    plain = isinstance(value, bool | int | str) or (
        isinstance(value, float) and math.isfinite(value)
    )
    shown = value if plain else str(value)
    return shown[:100] if isinstance(shown, str) else shown


def _whole(fact: FieldFacts) -> bool:
    return fact.type == "text" or all(float(sample).is_integer() for sample in fact.samples)


def _code(facts: Sequence[FieldFacts], count: int) -> str | None:
    # A district of several parts may come in several features, so not all codes need differ.
    usable = [
        fact
        for fact in facts
        if fact.type in {"text", "number"}
        and _whole(fact)
        and not fact.empty
        and fact.distinct >= 0.9 * count
        and not NO_CODE.search(fact.name)
    ]
    if not usable:
        return None
    return min(
        usable,
        key=lambda fact: (
            not CODE.search(fact.name),
            bool(NAME.search(fact.name)),
            max((len(str(sample)) for sample in fact.samples), default=0),
            fact.name,
        ),
    ).name


def _parent(
    layer: Layer,
    facts: Sequence[FieldFacts],
    taken: set[str | None],
    precinct_codes: set[str] | None,
) -> str | None:
    usable = [
        fact
        for fact in facts
        if fact.name not in taken
        and fact.type in {"text", "number"}
        and not fact.empty
        and not NO_CODE.search(fact.name)
    ]
    if precinct_codes is not None:
        for fact in usable:
            if {folded(text_of(value) or "") for value in layer.columns[fact.name]} <= (
                precinct_codes
            ):
                return fact.name
        return None
    count = len(layer.geometries)
    grouping = [
        fact for fact in usable if 1 < fact.distinct <= count / 2 and PARENT.search(fact.name)
    ]
    if not grouping:
        return None
    return max(
        grouping,
        key=lambda fact: (
            bool(re.search(r"parent|precinct|dist", fact.name, re.IGNORECASE)),
            fact.distinct,
        ),
    ).name


def text_of(value: Any) -> str | None:
    """Return a code or text as people write it: 1.0 is "1"; nothing is None."""
    if _is_empty(value) or isinstance(value, bool):
        return None
    if isinstance(value, float):
        value = int(value) if value.is_integer() else value
    return str(value).strip()
