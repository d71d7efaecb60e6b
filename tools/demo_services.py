"""Make the demo city's services: whose areas are, their names and phones invented.

    .venv/bin/python -m tools.demo_services

Areas are put together of the precincts of fixtures/districts.geojson.
"""

import json
from pathlib import Path
from typing import Any

import shapely
from shapely.geometry import mapping

from app.boundary_files import read_own
from geo.districts import Level

FIXTURES = Path(__file__).resolve().parent.parent / "fixtures"
AROUND_THE_CLOCK = "24/7"
OFFICE = "Mo-Fr 08:00-17:00"
LEFT_BANK = ("3",)

Names = dict[str, str]


def names(uk: str, ru: str, en: str) -> Names:
    return {"uk": uk, "ru": ru, "en": en}


# Code, kinds, names, the last digits of an invented phone, hours; the area by precincts or none.
SERVICES: tuple[tuple[str, list[str], Names, str, str, str], ...] = (
    ("water-right-bank", ["water"], names("Водоканал, правий берег (демо)", "Водоканал, правый берег (демо)", "Waterworks, right bank (demo)"), "11", AROUND_THE_CLOCK, "right"),
    ("water-left-bank", ["water"], names("Водоканал, лівий берег (демо)", "Водоканал, левый берег (демо)", "Waterworks, left bank (demo)"), "12", AROUND_THE_CLOCK, "left"),
    ("power-right-bank", ["power"], names("Електромережі, правий берег (демо)", "Электросети, правый берег (демо)", "Power grid, right bank (demo)"), "21", AROUND_THE_CLOCK, "right"),
    ("power-left-bank", ["power"], names("Електромережі, лівий берег (демо)", "Электросети, левый берег (демо)", "Power grid, left bank (demo)"), "22", AROUND_THE_CLOCK, "left"),
    ("gas", ["gas"], names("Аварійна газова служба (демо)", "Аварийная газовая служба (демо)", "Gas emergency service (demo)"), "04", AROUND_THE_CLOCK, ""),
    ("heating", ["heating"], names("Тепломережі (демо)", "Теплосети (демо)", "Heating networks (demo)"), "31", "Mo-Su 07:00-21:00", ""),
    ("roads", ["roads"], names("Дорожня служба (демо)", "Дорожная служба (демо)", "Road service (demo)"), "41", OFFICE, ""),
    ("waste", ["waste"], names("Вивіз сміття (демо)", "Вывоз мусора (демо)", "Waste collection (demo)"), "51", "Mo-Sa 07:00-19:00", ""),
    ("transport", ["transport"], names("Міський транспорт (демо)", "Городской транспорт (демо)", "City transport (demo)"), "61", "Mo-Su 06:00-22:00", ""),
    ("city-hotline", ["water", "power", "housing"], names("Гаряча лінія міста (демо)", "Горячая линия города (демо)", "City hotline (demo)"), "70", AROUND_THE_CLOCK, ""),
)  # fmt: skip


def feature(
    code: str, kinds: list[str], called: Names, phone: str, hours: str, geometry: Any
) -> dict[str, Any]:
    return {
        "type": "Feature",
        "properties": {
            "code": code,
            "kinds": kinds,
            "name": called,
            "phone": f"+380 629 00-00-{phone}",
            "hours": hours,
        },
        "geometry": geometry,
    }


def main() -> None:
    precincts = [
        each
        for each in read_own(FIXTURES / "districts.geojson").districts
        if each.level is Level.PRECINCT
    ]
    left = [each.geometry for each in precincts if each.code in LEFT_BANK]
    right = [each.geometry for each in precincts if each.code not in LEFT_BANK]
    areas = {
        "left": mapping(shapely.set_precision(shapely.union_all(left), 1e-7)),
        "right": mapping(shapely.set_precision(shapely.union_all(right), 1e-7)),
    }
    features = [
        feature(code, kinds, called, phone, hours, areas.get(where))
        for code, kinds, called, phone, hours, where in SERVICES
    ]
    for number, precinct in enumerate(precincts, 1):
        name = precinct.name
        called = names(
            f"Керівна компанія будинків: {name['uk']} (демо)",
            f"Управляющая компания домов: {name.get('ru', name['uk'])} (демо)",
            f"Housing company: {name.get('en', name['uk'])} (demo)",
        )
        features.append(
            feature(
                f"housing-{precinct.code}",
                ["housing"],
                called,
                f"8{number}",
                OFFICE,
                mapping(precinct.geometry),
            )
        )
    lines = ",\n".join(json.dumps(each, ensure_ascii=False) for each in features)
    text = f'{{"type": "FeatureCollection", "name": "services", "features": [\n{lines}\n]}}\n'
    (FIXTURES / "services.geojson").write_text(text, encoding="utf-8")
    print(f"{len(features)} services")


if __name__ == "__main__":
    main()
