"""The demo city: a clean coverage, true to what is known of the real city, with people in it."""

import csv
import json
import re
import subprocess
import sys
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pytest
import shapely
from shapely.geometry import shape
from shapely.geometry.base import BaseGeometry

from app.roster_csv import read

ROOT = Path(__file__).resolve().parents[2]
FIXTURES = ROOT / "fixtures"
DATA = ROOT / "tests" / "data" / "mariupol"
LANGUAGES = {"uk", "ru", "en"}

# Streets of the school register as the address file calls them: kind, and beginnings of names.
STREETS = {
    "Б.Хмельницького": ("бульвар", ("богдана хмельн", "хмельницк")),
    "Морський": ("бульвар", ("комсомольск", "морск")),
    "Івана Франка": ("улица", ("ивана франк", "франк")),
    "Італійська": ("улица", ("итальянск", "апатов")),
    "Азовстальська": ("улица", ("азовсталь",)),
    "Воїнів-Визволителів": ("улица", ("воинов-освоб",)),
    "Гонди": ("улица", ("гонд",)),
    "Грецька": ("улица", ("греческ", "ул. греческ")),
    "Заозерна": ("улица", ("заозер",)),
    "Зелінського": ("улица", ("зелинск",)),
    "Казанцева": ("улица", ("казанцев",)),
    "Карпинського": ("улица", ("карпинск",)),
    "Куїнджі": ("улица", ("артема", "куинджи")),
    "Лавицького": ("улица", ("лавицк",)),
    "Лута": ("улица", ("лута",)),
    "Лютнева": ("улица", ("февральск",)),
    "Невська": ("улица", ("невск",)),
    "Новоросійська": ("улица", ("новороссийск",)),
    "Озеро Хасан": ("улица", ("озеро хасан",)),
    "Олімпійська": ("улица", ("олимпийск",)),
    "Осоавіахіма": ("улица", ("осоавиахим", "апрельск")),
    "Пашковського": ("улица", ("пашковск",)),
    "Первомайська": ("улица", ("первомайск",)),
    "Пилипа Орлика": ("улица", ("урицк", "пилипа орл")),
    "Пушкіна": ("улица", ("пушкина",)),
    "Сечєнова": ("улица", ("сеченова",)),
    "Троїцька": ("улица", ("троицк", "50 лет ссср")),
    "Ф.А. Полєтаєва": ("улица", ("полетаев", "а.ф.полетаев")),
    "Центральна": ("улица", ("центральн",)),
    "Чорноморська": ("улица", ("черноморск",)),
    "Будівельників": ("проспект", ("строител",)),
    "Захисників України": ("проспект", ("маршала жук",)),
    "Металургів": ("проспект", ("металлург",)),
    "Миру": ("проспект", ("ленина",)),
    "Нікопольський": ("проспект", ("никопольск", "ильича")),
}
KINDS = {
    "улица": ("улица", "ул.", "ул", "вулиця"),
    "проспект": ("проспект", "пр-т.", "пр-т", "пр-кт"),
    "бульвар": ("бульвар", "б-р"),
}
NEAR_BY_NUMBER = 20


def features(name: str) -> list[dict[str, Any]]:
    collection = json.loads((FIXTURES / name).read_text("utf-8"))
    found: list[dict[str, Any]] = collection["features"]
    return found


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def districts() -> dict[str, dict[str, Any]]:
    return {
        f["properties"]["code"]: f["properties"] | {"shape": shape(f["geometry"])}
        for f in features("districts.geojson")
    }


def shapes(districts: dict[str, dict[str, Any]], level: str) -> dict[str, BaseGeometry]:
    return {code: d["shape"] for code, d in districts.items() if d["level"] == level}


def test_four_precincts_and_their_beats(districts: dict[str, dict[str, Any]]) -> None:
    assert len(features("districts.geojson")) == len(districts)
    assert len(shapes(districts, "precinct")) == 4
    assert len(shapes(districts, "beat")) == 24
    parents = Counter(d["parent"] for d in districts.values() if d["level"] == "beat")
    assert set(parents) == set(shapes(districts, "precinct"))
    assert min(parents.values()) >= 4


def test_every_district_is_named_in_three_languages_and_marked(
    districts: dict[str, dict[str, Any]],
) -> None:
    for district in districts.values():
        assert set(district["name"]) == LANGUAGES
        assert all(name.strip() == name and name for name in district["name"].values())
        assert district["approximate"] is True
        assert not re.search(r"[a-zA-Z]", district["name"]["uk"] + district["name"]["ru"])
        assert not re.search(r"[ыэъё]", district["name"]["uk"].lower())
        assert re.fullmatch(r"[\x20-\x7e]+", district["name"]["en"])
    for language in LANGUAGES:
        names = [district["name"][language] for district in districts.values()]
        assert len(set(names)) == len(names)


@pytest.mark.parametrize("level", ["precinct", "beat"])
def test_no_gap_and_no_overlap(districts: dict[str, dict[str, Any]], level: str) -> None:
    parts = list(shapes(districts, level).values())
    assert all(part.is_valid and part.geom_type == "Polygon" for part in parts)
    assert shapely.coverage_is_valid(parts)
    whole = shapely.coverage_union_all(parts)
    assert whole.geom_type == "Polygon"
    assert not whole.interiors


def test_a_precinct_is_exactly_its_beats(districts: dict[str, dict[str, Any]]) -> None:
    for code, precinct in shapes(districts, "precinct").items():
        beats = [d["shape"] for d in districts.values() if d["parent"] == code]
        union = shapely.coverage_union_all(beats)
        assert shapely.equals_exact(
            shapely.normalize(precinct), shapely.normalize(union), tolerance=0
        )
        vertices = {tuple(xy) for beat in beats for xy in shapely.get_coordinates(beat)}
        assert {tuple(xy) for xy in shapely.get_coordinates(precinct)} <= vertices


def test_coordinates_have_six_decimals() -> None:
    text = (FIXTURES / "districts.geojson").read_text("utf-8")
    assert not re.search(r"\d\.\d{7,}", text)


def test_nearly_all_real_addresses_lie_in_the_city(
    districts: dict[str, dict[str, Any]],
) -> None:
    city = shapely.union_all(list(shapes(districts, "precinct").values()))
    points = shapely.points(
        [[float(r["lon"]), float(r["lat"])] for r in rows(DATA / "addresses.csv")]
    )
    assert shapely.contains(city, points).mean() > 0.98


def number(house: str) -> int:
    found = re.match(r"\d+", house)
    return int(found.group()) if found else 0


def next_in_number(candidates: list[dict[str, str]], house: str) -> list[dict[str, str]]:
    off = [abs(number(row["house"]) - number(house)) for row in candidates]
    least = min(off, default=NEAR_BY_NUMBER + 1)
    if least > NEAR_BY_NUMBER:
        return []
    return [row for row, distance in zip(candidates, off, strict=True) if distance == least]


def school_points(address: str, known: list[dict[str, str]]) -> list[BaseGeometry]:
    """Where a school is: its own house, or those next to it in number, its own side first."""
    street, house = (part.strip() for part in address.rsplit(",", 1))
    kind, beginnings = STREETS[street.split(" ", 1)[1]]
    on_street = []
    for row in known:
        written = row["street"].lower()
        word = next((w for w in KINDS[kind] if written.startswith(w + " ")), None)
        if word and written[len(word) :].strip().startswith(beginnings):
            on_street.append(row)
    fold = str.maketrans("", "", "-/ ")
    exact = [
        r for r in on_street if r["house"].lower().translate(fold) == house.lower().translate(fold)
    ]
    if exact:
        near = exact
    else:
        side = [r for r in on_street if number(r["house"]) % 2 == number(house) % 2]
        near = next_in_number(side, house) or next_in_number(on_street, house)
    return [shapely.Point(float(r["lon"]), float(r["lat"])) for r in near]


def test_schools_lie_in_their_official_district(districts: dict[str, dict[str, Any]]) -> None:
    known = rows(DATA / "addresses.csv")
    precincts = {
        d["name"]["uk"].removesuffix(" район"): d["shape"]
        for d in districts.values()
        if d["level"] == "precinct"
    }
    found, right, report = 0, 0, []
    for school in rows(DATA / "schools_by_district.csv"):
        points = school_points(school["address_uk"], known)
        home = precincts[school["district_uk"]]
        good = bool(points) and all(home.covers(point) for point in points)
        found += bool(points)
        right += good
        verdict = "right" if good else "WRONG" if points else "not found"
        report.append(f"{school['address_uk']} | {school['district_uk']} | {verdict}")
    figures = "\n".join([*report, f"{right} right of {found} found, of {len(report)} schools"])
    assert found >= 28, figures
    assert right >= 0.95 * found, figures


def test_the_files_are_what_their_tool_makes(tmp_path: Path) -> None:
    subprocess.run(
        [sys.executable, "-m", "tools.make_demo_city", "--out", tmp_path], cwd=ROOT, check=True
    )
    for name in ("districts.geojson", "basemap.geojson"):
        assert (tmp_path / name).read_bytes() == (FIXTURES / name).read_bytes(), name


def test_the_base_map_is_small_valid_and_named() -> None:
    assert (FIXTURES / "basemap.geojson").stat().st_size < 600_000
    drawn = features("basemap.geojson")
    layers = Counter(f["properties"]["layer"] for f in drawn)
    assert {"land", "sea", "river", "street", "place"} <= set(layers)
    assert layers["street"] >= 120
    for f in drawn:
        geometry = shape(f["geometry"])
        assert geometry.is_valid, f["properties"]
        assert not geometry.is_empty, f["properties"]
        name = f["properties"].get("name")
        assert name is None or set(name) == LANGUAGES
        if name:
            assert not re.search(r"[ыэъё]", name["uk"].lower())
            assert re.fullmatch(r"[\x20-\x7e]+", name["en"])
        if f["properties"]["layer"] in {"street", "place"}:
            assert name
            assert f["properties"]["rank"] in {1, 2, 3, 4}


def test_the_river_flows_through_the_city_into_the_sea() -> None:
    river = shapely.union_all(
        [
            shape(f["geometry"])
            for f in features("basemap.geojson")
            if f["properties"]["layer"] in {"river", "sea"}
        ]
    )
    spots = [(37.62, 47.1316), (37.5785, 47.099), (37.5778, 47.09), (37.60, 47.07)]
    water = shapely.get_parts(river)
    assert any(all(part.distance(shapely.Point(s)) < 0.001 for s in spots) for part in water)


def test_streets_run_along_their_houses() -> None:
    houses = {(r["street"], r["house"]): r for r in rows(DATA / "addresses.csv")}
    streets: dict[str, list[BaseGeometry]] = {}
    for f in features("basemap.geojson"):
        if f["properties"]["layer"] == "street":
            course = shape(f["geometry"])
            streets.setdefault(f["properties"]["name"]["uk"], []).append(course)
    for street, house, name in (
        ("проспект Металлургов", "71", "проспект Металургів"),
        ("проспект Ленина", "81", "проспект Миру"),
        ("проспект Строителей", "88", "проспект Будівельників"),
        ("улица Пашковского", "56", "вулиця Пашковського"),
        ("улица Артема", "72", "вулиця Архипа Куїнджі"),
    ):
        row = houses[street, house]
        point = shapely.Point(float(row["lon"]), float(row["lat"]))
        near = min(course.distance(point) for course in streets[name])
        assert near < 0.001, name  # degrees: about a block


def test_one_name_far_apart_is_two_streets_and_misplaced_houses_are_dropped() -> None:
    courses = [
        shape(f["geometry"])
        for f in features("basemap.geojson")
        if f["properties"]["layer"] == "street" and "drawn" not in f["properties"]
    ]
    gaps = [
        np.hypot(*np.diff(shapely.get_coordinates(course), axis=0).T).max() for course in courses
    ]
    # No stroke leaps: the longest straight one is an avenue over a river, a kilometre (degrees).
    assert max(gaps) < 0.015
    assert max(course.length for course in courses) < 0.1


def test_the_roster_fits_the_districts(districts: dict[str, dict[str, Any]]) -> None:
    roster = read((FIXTURES / "roster.csv").read_bytes(), ZoneInfo("Europe/Kyiv"))
    assert roster.faults == []
    beats = shapes(districts, "beat")
    facts = {line.code: line.facts for line in roster.officers}
    assert len(facts) == len({each["name"] for each in facts.values()}) == 30
    assert all(each["reception"] for each in facts.values())
    postings = {line.officer: line for line in roster.entries if line.what == "posting"}
    assert postings.keys() == facts.keys()
    for code, posting in postings.items():
        assert districts[str(posting.beat)]["parent"] == facts[code]["precinct"]
    primaries = Counter(each.beat for each in postings.values() if each.kind == "primary")
    assert set(primaries.values()) == {1}
    assert len(set(beats) - {each.beat for each in postings.values()}) == 3
    # On the Monday of the file's week: at noon and at midnight.
    for at in (datetime(2020, 1, 6, 10, tzinfo=UTC), datetime(2020, 1, 6, 22, tzinfo=UTC)):
        on = {
            line.officer
            for line in roster.entries
            if line.what == "shift" and line.since <= at and (line.until is None or at < line.until)
        }
        staffed = {postings[code].beat for code in on if postings[code].kind == "primary"}
        assert len(staffed) > len(beats) * 0.7
        assert {facts[code]["precinct"] for code in on} == set(shapes(districts, "precinct"))
