"""What GIS staff read of problems with boundaries, in every language."""

from collections.abc import Mapping, Sequence
from types import ModuleType
from typing import Any

from app.phrases import boundary_en, boundary_ru, boundary_uk

LANGUAGES: dict[str, ModuleType] = {"uk": boundary_uk, "ru": boundary_ru, "en": boundary_en}
SHOWN = 4
TEN = 10.0
HECTARE, SQUARE_KILOMETRE, KILOMETRE = 10_000.0, 1_000_000.0, 1_000.0


def problem_words(problem: Mapping[str, Any]) -> dict[str, str]:
    """Say a problem, as `geo.problem.Problem.as_dict` has it, in every language."""
    return {language: _say(problem, words) for language, words in LANGUAGES.items()}


def file_words(kind: str) -> dict[str, str]:
    """Say in every language why a file cannot be used."""
    return {
        language: str(words.FILES.get(kind, words.FILES["unusable"]))
        for language, words in LANGUAGES.items()
    }


def _say(problem: Mapping[str, Any], words: ModuleType) -> str:
    kind, values = str(problem["kind"]), problem.get("values") or {}
    part = f"{kind}_{values['of']}" if "of" in values else kind
    phrase = words.PROBLEMS.get(part) or words.PROBLEMS.get(kind) or words.OTHERWISE
    districts = _listed(problem.get("districts") or (), words)
    filled = {
        "kind": kind,
        "districts": districts or _row(values),
        "of_district": f" ({districts})" if districts else "",
        "area": _area(problem.get("area_m2"), words),
        "distance": _metres(problem.get("distance_m"), words),
        "width": _metres(values.get("width_m"), words),
        "share": _percent(values.get("share")),
        "rows": ", ".join(str(row) for row in values.get("rows") or ()),
        **{
            name: values.get(name, "?")
            for name in ("row", "code", "parent", "precinct", "old", "type")
        },
        "reason": _reason(str(values.get("reason", "?")), words),
    }
    return str(phrase).format(**filled)


def _reason(said: str, words: ModuleType) -> str:
    """Translate what GEOS says of a geometry, where it is one of the usual things."""
    reasons: Mapping[str, str] = words.REASONS
    found = (its for start, its in reasons.items() if said.lower().startswith(start))
    return next(found, said)


def _row(values: Mapping[str, Any]) -> str:
    return f"№ {values['row']}" if values.get("row") else "?"


def _listed(codes: Sequence[str], words: ModuleType) -> str:
    named = ", ".join(
        f"«{code}»" if words is not boundary_en else f"“{code}”" for code in codes[:SHOWN]
    )
    more = len(codes) - SHOWN
    return named + (str(words.AND_MORE).format(count=more) if more > 0 else "")


def _number(value: float, words: ModuleType) -> str:
    plain = f"{value:.2f}" if value < 1 else f"{value:.0f}" if value >= TEN else f"{value:.1f}"
    return plain.replace(".", str(words.DECIMAL))


def _area(square_metres: float | None, words: ModuleType) -> str:
    if square_metres is None:
        return "?"
    if square_metres >= SQUARE_KILOMETRE:
        value, unit = square_metres / SQUARE_KILOMETRE, words.SQUARE_KILOMETRES
    elif square_metres >= HECTARE:
        value, unit = square_metres / HECTARE, words.HECTARES
    else:
        value, unit = square_metres, words.SQUARE_METRES
    return f"{_number(value, words)} {unit}"


def _metres(metres: float | None, words: ModuleType) -> str:
    if metres is None:
        return "?"
    if metres >= KILOMETRE:
        return f"{_number(metres / KILOMETRE, words)} {words.KILOMETRES}"
    return f"{_number(metres, words)} {words.METRES}"


def _percent(share: float | None) -> str:
    return "?" if share is None else f"{share * 100:.3g} %"
