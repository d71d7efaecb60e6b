"""Corrections of staff as they are stored: each an object with only what differs from the files."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from geo.corrections import (
    Corrections,
    LandmarkCorrection,
    NameCorrection,
    StreetCorrection,
)
from geo.gazetteer import Name, NameKind
from geo.street_words import StreetKind

OF_STAFF = "staff:"
"""Begins the keys of landmarks that staff added."""

Body = Mapping[str, Any]


def names_as_json(names: Iterable[Name]) -> list[dict[str, Any]]:
    """Return names as they are stored."""
    return [{"text": each.text, "language": each.language, "kind": each.kind} for each in names]


def read_names(names: Sequence[Mapping[str, Any]]) -> tuple[Name, ...]:
    """Return names that were stored."""
    return tuple(Name(each["text"], each["language"], NameKind(each["kind"])) for each in names)


def name_correction(body: Body) -> NameCorrection:
    """Read what is changed of a place's names."""
    return NameCorrection(
        read_names(body.get("added", ())),
        frozenset(body.get("removed", ())),
        body.get("name", {}),
        body.get("keeps_former", True),
    )


def street_correction(body: Body) -> StreetCorrection:
    """Read what is changed of a street."""
    kind = body.get("kind")
    return StreetCorrection(name_correction(body), StreetKind(kind) if kind else None)


def landmark_correction(body: Body) -> LandmarkCorrection:
    """Read what is changed of a landmark."""
    place = body.get("place")
    return LandmarkCorrection(
        name_correction(body),
        body.get("kind"),
        (place[0], place[1]) if place else None,
        body.get("retired", False),
    )


def corrections_of(
    rows: Iterable[tuple[Any, ...]], ids: Mapping[tuple[str, str], int]
) -> Corrections:
    """Read all corrections: rows of kind, key, house and body.

    Those of what is no longer there are left out; they count again when it comes back.
    """
    streets: dict[int, StreetCorrection] = {}
    landmarks: dict[int, LandmarkCorrection] = {}
    houses: dict[tuple[int, str], tuple[float, float] | None] = {}
    for kind, key, house, body in rows:
        its = ids.get((kind, key))
        if its is None or not body:
            continue
        if house:
            place = body.get("place")
            houses[its, house] = (place[0], place[1]) if place else None
        elif kind == "street":
            streets[its] = street_correction(body)
        else:
            landmarks[its] = landmark_correction(body)
    return Corrections(streets, landmarks, houses)
