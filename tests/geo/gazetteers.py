"""Gazetteers to try things on: the demo city's, from the files that it ships with."""

import csv
from dataclasses import replace
from functools import cache
from pathlib import Path

from geo.courses import crossings_in
from geo.gazetteer import Gazetteer, Houses, Landmark, Street
from geo.gazetteer_draft import (
    AddressRow,
    RowFault,
    StreetDraft,
    landmarks_of,
    read_names,
    streets_of,
)

FOLDER = Path("fixtures/gazetteer")


def table(name: str) -> list[dict[str, str]]:
    with (FOLDER / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def drafts() -> tuple[list[StreetDraft], list[RowFault]]:
    rows = [
        AddressRow(
            number,
            row["street"],
            row["house"],
            float(row["lon"]),
            float(row["lat"]),
            row["street_now_uk"],
            row["street_old"],
        )
        for number, row in enumerate(table("addresses.csv"), 2)
    ]
    return streets_of(rows, read_names(table("streets.csv")))


def gazetteer(streets: list[StreetDraft], landmarks: list[Landmark] | None = None) -> Gazetteer:
    """Make a gazetteer as the program does, without the database between."""
    numbered = list(enumerate(streets, 1))
    whole = Gazetteer(
        [Street(number, each.kind, each.names, each.label) for number, each in numbered],
        Houses.of(
            (number, house, lon, lat)
            for number, each in numbered
            for house, (lon, lat) in each.houses.items()
        ),
        landmarks=landmarks or [],
    )
    return replace(whole, crossings=crossings_in(whole))


@cache
def demo_gazetteer() -> Gazetteer:
    landmarks = [
        Landmark(number, each.kind, each.names, each.label, each.lon, each.lat)
        for number, each in enumerate(landmarks_of(table("landmarks.csv")), 1)
    ]
    return gazetteer(drafts()[0], landmarks)
