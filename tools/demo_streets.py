"""The courses of streets, drawn from their houses."""

import csv
import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import LineString
from shapely.geometry.base import BaseGeometry

from tools.demo_lines import Floats, to_degrees, to_metres

# How the address file writes the kind of a street.
KINDS = {
    "вул": r"(?:улица|ул\.?)\s+(?:ул\.\s*)?",
    "просп": r"(?:проспект|пр-кт|пр-т\.?)\s+",
    "бул": r"(?:бульвар|б-р)\s+",
    "пров": r"(?:переулок|пер\.?)\s+",
}
# Houses of one street lie no farther apart than this; beyond, it is another street of that name.
GAP_M = {"1": 2000.0, "2": 950.0, "3": 600.0, "4": 400.0}
SHORTEST_M = 110.0
STRAY_M = 170.0  # a house so far off its street's course is a misplaced point


class Street(NamedTuple):
    """A piece of a street: names by language, rank (1 avenue .. 4 lane), course in degrees."""

    name: dict[str, str]
    rank: int
    course: LineString


def trace_streets(addresses: Path, names: Path, city: BaseGeometry) -> Iterator[Street]:
    """Draw every street of the name list which has houses enough inside the city."""
    houses = houses_by_street(addresses, city)
    with names.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            points = [
                point
                for written in row["written"].split("|")
                for point in houses.get((row["kind"], written), [])
            ]
            if not points:
                continue
            name = {"uk": row["name_uk"], "ru": row["name_ru"], "en": in_latin(row["name_uk"])}
            for cluster in clusters(np.array(points), GAP_M[row["rank"]]):
                course = course_of(cluster, smooth=row["rank"] != "1")
                if course is not None:
                    yield Street(name, int(row["rank"]), course)


def houses_by_street(
    addresses: Path, city: BaseGeometry
) -> dict[tuple[str, str], list[tuple[float, float]]]:
    """Points in metres by kind and name as written; what lies outside the city is left out."""
    houses: dict[tuple[str, str], list[tuple[float, float]]] = defaultdict(list)
    with addresses.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            place = np.array([float(row["lon"]), float(row["lat"])])
            written = row["street"].lower().replace("ё", "е")
            for kind, pattern in KINDS.items():
                if (match := re.match(pattern, written)) and city.contains(shapely.Point(place)):
                    east, north = to_metres(place)
                    houses[kind, written[match.end() :].strip()].append((east, north))
                    break
    return houses


def clusters(points: Floats, gap: float) -> Iterator[Floats]:
    """Split points (N, 2) where the chain of neighbours is broken by more than `gap` metres."""
    apart = np.hypot(*(points[:, None] - points[None]).T)
    left = np.ones(len(points), dtype=bool)
    while left.any():
        member = np.zeros(len(points), dtype=bool)
        member[np.argmax(left)] = True
        while (grown := (apart[member] <= gap).any(axis=0) & left).sum() > member.sum():
            member = grown
        left &= ~member
        yield points[member]


def course_of(points: Floats, *, smooth: bool) -> LineString | None:
    """A smooth line (degrees) through the middle of the houses (metres); None for too few.

    It starts as the houses' main axis and is bent towards them: every place of the line moves to
    the local line of regression over the houses projected next to it.
    """
    points = np.unique(np.round(points), axis=0)
    for _ in range(3):
        if len(points) < 2:
            return None
        centred = points - points.mean(axis=0)
        axis = np.linalg.svd(centred, full_matrices=False)[2][0]
        along = centred @ axis
        length = float(np.ptp(along))
        if length < SHORTEST_M:
            return None
        places = np.linspace(along.min(), along.max(), max(2, int(length / 60)))
        line = points.mean(axis=0) + places[:, None] * axis
        if len(points) >= 6 and length > 350:
            for width in (max(420.0, 0.35 * length), max(300.0, 0.16 * length)):
                line = bent(line, points, width)
        off = shapely.distance(shapely.linestrings(line), shapely.points(points))
        if (off <= STRAY_M).all():
            break
        points = points[off <= STRAY_M]
    tidy = shapely.simplify(shapely.linestrings(line), 4.0 if smooth else 3.0)
    return shapely.linestrings(to_degrees(shapely.get_coordinates(tidy)))


def bent(line: Floats, points: Floats, width: float) -> Floats:
    """Move a line to the local regression of the houses, over `width` metres along it."""
    guide = shapely.linestrings(line)
    at = shapely.line_locate_point(guide, shapely.points(points))
    places = np.linspace(at.min(), at.max(), len(line))
    moved = np.array([regressed(place, at, points, width) for place in places])
    # Where houses are far between, the regression jumps from one group of them to the next.
    for _ in range(8):
        moved[1:-1] = (moved[:-2] + 2 * moved[1:-1] + moved[2:]) / 4
    return moved


def regressed(place: float, at: NDArray[np.float64], points: Floats, width: float) -> Floats:
    # At least five houses take part, however thinly they are sown.
    reach = max(width, float(np.sort(np.abs(at - place))[min(4, len(at) - 1)]) * 1.2)
    weight = np.clip(1 - (np.abs(at - place) / reach) ** 3, 0, None) ** 3
    terms = np.stack([np.ones_like(at), at - place], axis=1) * np.sqrt(weight)[:, None]
    # A trace of ridge keeps the slope tame where houses crowd at one place.
    left = terms.T @ terms + np.diag([0.0, 1e3])
    right = terms.T @ (points * np.sqrt(weight)[:, None])
    return np.asarray(np.linalg.solve(left, right)[0], dtype=np.float64)


LATIN = dict(zip("абвгґдезиіклмнопрстуф", "abvhgdezyiklmnoprstuf", strict=True)) | {
    "ж": "zh", "х": "kh", "ц": "ts", "ч": "ch", "ш": "sh", "щ": "shch", "ь": "", "'": "",
}  # fmt: skip
SOFT = {"є": ("ye", "ie"), "ї": ("yi", "i"), "й": ("y", "i"), "ю": ("yu", "iu"), "я": ("ya", "ia")}
ENGLISH_KIND = {
    "вулиця": "Street",
    "проспект": "Avenue",
    "бульвар": "Boulevard",
    "провулок": "Lane",
}


def in_latin(name_uk: str) -> str:
    """A street's English name: romanised by Ukraine's rule of 2010, the kind at the end."""
    kind, rest = name_uk.split(" ", 1)
    return f"{romanised(rest)} {ENGLISH_KIND[kind]}"


def romanised(text: str) -> str:
    letters: Sequence[str] = text.replace("зг", "zgh").replace("Зг", "Zgh")
    latin = []
    for k, letter in enumerate(letters):
        small = letter.lower()
        start = k == 0 or not (letters[k - 1].isalpha() or letters[k - 1] == "'")
        new = SOFT[small][0 if start else 1] if small in SOFT else LATIN.get(small, letter)
        latin.append(new.capitalize() if letter.isupper() and len(new) > 0 else new)
    return "".join(latin)
