"""How fast messages are understood: with the demo city's gazetteer and one of 500,000 houses.

The messages are those of the scored corpus. The large city has the small one in it, so that the same
messages have the same answers, and thousands of streets with names that nearly are its names.
"""

import argparse
import csv
import random
import resource
import statistics
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from geo.gazetteer import Gazetteer, Houses, Name, Street
from geo.matching import find
from geo.street_words import StreetKind, street_label
from tests.geo.gazetteers import demo_gazetteer

CORPUS = ("messages_tuned.csv", "messages_held.csv")
HOUSES = 500_000
HOUSES_OF_A_STREET = 60
ROUNDS = 5
REACHED_MS = 5.0
SEED = 2026
KINDS = (StreetKind.STREET, StreetKind.AVENUE, StreetKind.LANE)
SYLLABLES = [
    "ка",
    "ро",
    "ли",
    "на",
    "во",
    "ми",
    "те",
    "ша",
    "бу",
    "го",
    "ле",
    "са",
    "пі",
    "ду",
    "жа",
    "зе",
]
ENDINGS = ["ська", "ова", "ина", "ного", "енка", "ичева", "ська", "цька"]


@dataclass(frozen=True, slots=True)
class Row:
    """What one gazetteer took.

    Attributes
    ----------
    built_s : float
        Indexing names and points.
    p50_ms, p99_ms : float
        Of one message.
    rate : float
        Messages a second.
    """

    city: str
    streets: int
    houses: int
    built_s: float
    p50_ms: float
    p99_ms: float
    rate: float


def blown_up(small: Gazetteer, houses: int) -> Gazetteer:
    """Put a small city into a large one."""
    rng = random.Random(SEED)
    streets = list(small.streets)
    rows = list(
        zip(
            small.houses.street.tolist(),
            small.houses.number,
            small.houses.lon.tolist(),
            small.houses.lat.tolist(),
            strict=True,
        )
    )
    while len(rows) < houses:
        number = len(streets) + 1
        name = "".join(rng.choices(SYLLABLES, k=rng.randint(2, 4))) + rng.choice(ENDINGS)
        kind = rng.choice(KINDS)
        label = {each: street_label(kind, name.title(), each) for each in ("uk", "ru", "en")}
        streets.append(Street(number, kind, (Name(name.title()),), label))
        lon, lat = rng.uniform(36, 39), rng.uniform(46, 49)
        rows += [
            (number, str(house), lon + house * 1e-4, lat + (house % 2) * 2e-4)
            for house in range(1, HOUSES_OF_A_STREET + 1)
        ]
    return Gazetteer(streets, Houses.of(rows), small.crossings, small.landmarks)


def measure(city: str, gazetteer: Gazetteer, messages: Sequence[str]) -> Row:
    """Ask every message, some rounds."""
    started = time.perf_counter()
    gazetteer.index()
    built_s = time.perf_counter() - started
    times = []
    for _ in range(ROUNDS):
        for message in messages:
            started = time.perf_counter()
            find(gazetteer, message)
            times.append(time.perf_counter() - started)
    times.sort()
    return Row(
        city,
        len(gazetteer.streets),
        len(gazetteer.houses.number),
        built_s,
        statistics.median(times) * 1e3,
        times[int(len(times) * 0.99)] * 1e3,
        len(times) / sum(times),
    )


def table(rows: Sequence[Row]) -> str:
    """Lay the measurement out for a terminal."""
    lines = [
        f"{row.city:<12}{row.streets:>7,} streets {row.houses:>9,} houses  built {row.built_s:6.2f} s"
        f"  p50 {row.p50_ms:6.2f} ms ({row.p50_ms / rows[0].p50_ms:4.1f} ×)  p99 {row.p99_ms:7.2f} ms"
        f"  {row.rate:8,.0f} messages/s"
        for row in rows
    ]
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return "\n".join([*lines, f"wanted: p50 {REACHED_MS:.0f} ms or less; peak {peak:,.0f} MB"])


def main(arguments: Sequence[str] = ()) -> None:
    """Measure both cities, and print."""
    options = argparse.ArgumentParser(prog="bench.geocode", description=__doc__)
    options.add_argument("--houses", type=int, default=HOUSES)
    given = options.parse_args(arguments)
    messages = []
    for name in CORPUS:
        with (Path("tests/data") / name).open(encoding="utf-8", newline="") as lines:
            messages += [row["text"] for row in csv.DictReader(lines)]
    small = demo_gazetteer()
    rows = [measure("demo city", small, messages)]
    rows.append(measure("blown up", blown_up(small, given.houses), messages))
    print(table(rows))


if __name__ == "__main__":
    main(sys.argv[1:])
