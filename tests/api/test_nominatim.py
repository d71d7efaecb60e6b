"""A real Nominatim over a piece of the demo city, asked through geopy by the program as it runs."""

import os
import secrets
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import osmium
import pytest
from osmium.osm.mutable import Node, Relation, Way
from psycopg.conninfo import conninfo_to_dict

from geo.courses import course_of
from geo.gazetteer import HousePoint
from geo.gazetteer_draft import StreetDraft
from geo.house_number import parse_house
from geo.metres import distance_m
from tests.api.conftest import free_port, opened
from tests.conftest import ROOT, Server
from tests.geo.gazetteers import drafts

PROGRAM = ROOT / ".setup" / "nominatim" / "bin" / "nominatim"
# The town of these tests, which is in the middle of the demo city, and a good way round it.
WEST, SOUTH, EAST, NORTH = 37.48, 47.08, 37.60, 47.12
AROUND = ((37.30, 47.00), (37.80, 47.00), (37.80, 47.25), (37.30, 47.25))
STREETS, HOUSES = 6, 8


def streets_inside() -> list[StreetDraft]:
    """Choose a few streets, with a few houses each that somebody in the town answers for."""
    found = []
    for street in drafts()[0]:
        inside = {
            number: (lon, lat)
            for number, (lon, lat) in street.houses.items()
            if WEST < lon < EAST and SOUTH < lat < NORTH and number.isdigit()
        }
        if len(inside) >= HOUSES and "квартал" not in street.label["uk"]:
            street.houses = dict(sorted(inside.items())[:HOUSES])
            found.append(street)
    return found[:STREETS]


def write_extract(path: Path, streets: list[StreetDraft]) -> None:
    """Write streets as OpenStreetMap has them: a line, points with addresses, the city's border."""
    number = 0

    with osmium.SimpleWriter(str(path)) as writer:

        def node(lon: float, lat: float, tags: dict[str, str] | None = None) -> int:
            nonlocal number
            number += 1
            writer.add_node(Node(id=number, version=1, location=(lon, lat), tags=tags or {}))
            return number

        border = [node(*place) for place in AROUND]
        lines = []
        for street in streets:
            name = street.label["uk"].replace("просп.", "проспект").replace("вул.", "вулиця")
            name = name.replace("бульв.", "бульвар").replace("пров.", "провулок")
            houses = [
                HousePoint(parsed, *place)
                for house, place in street.houses.items()
                if (parsed := parse_house(house)) is not None
            ]
            course = course_of(houses)
            assert course is not None
            lines.append((name, street.label["ru"], [node(*place) for place in course.coords]))
            for house, place in street.houses.items():
                node(*place, {"addr:street": name, "addr:housenumber": house})
        for id_, (name, russian, nodes) in enumerate(lines, 1):
            tags = {"highway": "secondary", "name": name, "name:ru": russian}
            writer.add_way(Way(id=id_, version=1, nodes=nodes, tags=tags))
        city = {"boundary": "administrative", "admin_level": "8", "name": "Маріуполь"}
        writer.add_way(Way(id=1_000, version=1, nodes=[*border, border[0]], tags={}))
        writer.add_relation(
            Relation(
                id=1, version=1, members=[("w", 1_000, "outer")], tags={"type": "boundary"} | city
            )
        )


@pytest.fixture
def nominatim(postgis: Server, tmp_path: Path) -> Iterator[str]:
    """Serve a Nominatim that was made of the extract; return its address."""
    if not PROGRAM.exists():
        pytest.fail("there is no Nominatim to test with: tools/setup.sh nominatim", pytrace=False)
    name = f"nominatim_{secrets.token_hex(4)}"
    parts = conninfo_to_dict(postgis.url_of(f"{postgis.prefix}_{name}"))
    dsn = ";".join(f"{key}={value}" for key, value in parts.items())
    environment = os.environ | {
        "NOMINATIM_DATABASE_DSN": f"pgsql:{dsn}",
        "NOMINATIM_DATABASE_WEBUSER": str(parts["user"]),
        "NOMINATIM_IMPORT_STYLE": "address",
        "NOMINATIM_LANGUAGES": "uk,ru",
        "NOMINATIM_API_POOL_SIZE": "2",
    }
    extract, log = tmp_path / "city.osm.pbf", tmp_path / "nominatim.log"
    write_extract(extract, streets_inside())
    with log.open("wb") as output:

        def started(*arguments: str) -> subprocess.Popen[bytes]:
            return subprocess.Popen(
                [PROGRAM, *arguments, "--project-dir", tmp_path],
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
            )

        importing = started(
            "import", "--osm-file", str(extract), "--offline", "--no-updates", "--no-partitions",
            "--threads", "1",
        )  # fmt: skip
        try:
            assert importing.wait(180) == 0, log.read_text()[-4_000:]
            url = f"127.0.0.1:{free_port()}"
            server = started("serve", "--server", url)
            try:
                _wait_for(f"http://{url}/status", server, log)
                yield f"http://{url}"
            finally:
                server.terminate()
                server.wait(30)
        finally:
            if importing.poll() is None:
                importing.kill()
                importing.wait(30)
            postgis.drop(name)


def _wait_for(url: str, server: "subprocess.Popen[bytes]", log: Path) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and server.poll() is None:
        try:
            httpx.get(url, timeout=5)
            return
        except httpx.TransportError:
            time.sleep(0.1)
    pytest.fail(f"Nominatim does not answer: {log.read_text()[-4_000:]}")


async def test_a_real_nominatim_is_asked_for_what_the_gazetteer_does_not_have(
    nominatim: str, fresh_database_url: Callable[[], str]
) -> None:
    async with opened(
        fresh_database_url(),
        geocoders="gazetteer,nominatim",
        nominatim_url=nominatim,
        geocoder_interval_s=0,
        geocoder_timeout_s=30,
    ) as site:
        client = site.as_("desk")

        async def asked(words: str, language: str = "uk") -> dict[str, Any]:
            found = await client.get("/api/v1/geocode", params={"q": words, "language": language})
            return dict(found.json())

        for street in streets_inside():
            house, place = next(iter(street.houses.items()))
            for language in ("uk", "ru"):
                answer = await asked(f"Бійка! {street.label[language]}, {house}", language)
                assert answer["outcome"] == "clear", (street.label, answer)
                (first,) = answer["results"]
                assert distance_m(first["lon"], first["lat"], *place) < 30
                assert first["precision"] == "house"
                assert first["faults"] == ["outside_service"]
                assert first["label"].startswith(house)

        # Words of every day are not even sent there, and a street it does not have is not found.
        for words in ("мене пограбували, допоможіть", "вулиця Небувала 5"):
            assert (await asked(words))["outcome"] == "none"
        sent = await site.sql("SELECT count(*) FROM geocode_answer")
        assert sent[0][0] == 2 * STREETS + 1

        # What the desk registers by an address is routed by it.
        street = streets_inside()[0]
        house = next(iter(street.houses))
        address = f"{street.label['uk']} {house}"
        made = await client.post("/api/v1/reports", json={"text": "Крик", "address": address})
        assert made.status_code == 201, made.text
        assert made.json()["placement"]["kind"] == "geocoded"
        assert made.json()["precinct"] is not None
