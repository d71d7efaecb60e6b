"""Outside geocoders over real HTTP: in order, inside the city, kept; down, slow, 429, nonsense."""

import asyncio
import gzip
import json
from collections.abc import AsyncIterator, Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest
import shapely
from sqlalchemy import delete

from app.boundaries import activate, store_set
from app.context import UseCases, use_cases
from app.db import Database, Role, open_database
from app.gazetteer import GazetteerFile, store
from app.geocoder_http import LARGEST
from app.geocoding import Understood, look_up
from app.models import GeocodeAnswer
from app.settings import Settings
from geo.asking import piece_to_ask
from geo.districts import District, Level
from geo.found import Fault, Outcome, Precision
from geo.gazetteer_draft import AddressRow, streets_of
from tests.app.geocoder_service import Service, geojson, nominatim
from tests.geo.gazetteers import demo_gazetteer

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
INSIDE, FAR = (37.50, 47.10), (30.5, 50.4)


@pytest.fixture
def service() -> Iterator[Service]:
    made = Service()
    yield made
    made.close()


@pytest.fixture
async def owner(fresh_database_url: Callable[[], str]) -> AsyncIterator[Database]:
    database = open_database(fresh_database_url(), Role.OWNER)
    square = shapely.box(37.48, 47.08, 37.55, 47.12)
    async with database.transaction() as session:
        city = [District("C", Level.PRECINCT, None, {"uk": "Центр"}, square)]
        await activate(
            session, await store_set(session, city, label="t", source="t", actor="t"), "t"
        )
        rows = [AddressRow(1, "просп. Миру", "10", *INSIDE)]
        await store(session, GazetteerFile(streets_of(rows)[0]), "t", lambda *_: None)
    yield database
    await database.close()


def context(
    order: str, *, clock: Callable[[], datetime] = lambda: NOW, **settings: Any
) -> UseCases:
    names: dict[str, Any] = {
        "geocoders": order,
        "geocoder_interval_s": 0,
        "geocoder_timeout_s": 0.5,
    }
    return use_cases(Settings(_env_file=None, **(names | settings)), clock)


async def asked(owner: Database, case: UseCases, text: str, language: str = "uk") -> Understood:
    async with owner.transaction() as session:
        return await look_up(session, case, text, language)


async def test_what_the_gazetteer_does_not_know_is_asked_outside_once(
    owner: Database, service: Service
) -> None:
    service.body = nominatim(INSIDE, house_number="32")
    case = context("gazetteer,nominatim", nominatim_url=service.url)
    found = await asked(owner, case, "Мене побили! Вулиця Лута 32, мій телефон 0671234567")
    assert found.place is not None
    assert (found.place.lon, found.place.label) == (37.50, "32, вулиця Лута, Садки")
    assert found.answer.places[0].precision is Precision.HOUSE
    assert found.answer.places[0].faults == (Fault.OUTSIDE_SERVICE,)
    ((path, query, headers),) = service.asked
    # The street goes out, the message does not.
    assert (path, query["q"], query["bounded"]) == ("/search", ["Вулиця Лута 32"], ["1"])
    assert (headers["User-Agent"], query["accept-language"]) == ("beatway", ["uk"])
    assert query["viewbox"] == ["37.48,47.08,37.55,47.12"]
    await asked(owner, case, "вулиця Лута 32")
    assert len(service.asked) == 1


async def test_what_is_kept_expires(owner: Database, service: Service) -> None:
    service.body = nominatim(INSIDE, house_number="32")
    now = [NOW]
    case = context("gazetteer,nominatim", clock=lambda: now[0], nominatim_url=service.url)
    await asked(owner, case, "вулиця Лута 32")
    now[0] += timedelta(days=31)
    await asked(owner, case, "вулиця Лута 32")
    assert len(service.asked) == 2


async def test_what_the_gazetteer_knows_is_not_asked(owner: Database, service: Service) -> None:
    case = context("gazetteer,nominatim", nominatim_url=service.url)
    for text in ("просп. Миру 10", "дякую, все добре", "у мене вкрали 5000 грн"):
        await asked(owner, case, text)
    assert service.asked == []


@pytest.mark.parametrize(
    ("name", "body", "path"),
    [
        ("photon", geojson(INSIDE, housenumber="32", name="Лута", osm_key="building"), "/api"),
        ("pelias", geojson(INSIDE, housenumber="32", label="Лута 32", layer="address",
                           name="Лута 32"), "/v1/search"),
    ],
)  # fmt: skip
async def test_photon_and_pelias(
    owner: Database, service: Service, name: str, body: Any, path: str
) -> None:
    service.body = body
    urls: dict[str, Any] = {f"{name}_url": service.url}
    case = context(f"gazetteer,{name}", **urls)
    found = await asked(owner, case, "вулиця Лута 32")
    assert found.place is not None
    assert service.asked[0][0] == path


async def test_places_outside_and_whole_cities_are_not_taken(
    owner: Database, service: Service
) -> None:
    case = context("gazetteer,nominatim", nominatim_url=service.url)
    service.body = nominatim(FAR, house_number="32")
    assert (await asked(owner, case, "вулиця Лута 32")).answer.outcome is Outcome.NONE
    service.body = [nominatim(INSIDE)[0] | {"class": "place"}]
    assert (await asked(owner, case, "вулиця Озерна 5")).answer.outcome is Outcome.NONE


SPOILED: list[tuple[int, Any, dict[str, str]]] = [
    (429, [], {"Retry-After": "3600"}),
    (500, [], {}),
    (503, b"busy", {}),
    (403, b"<html>who are you?</html>", {"Content-Type": "text/html"}),
    (302, b"", {"Location": "/search"}),
    (200, b"<html>", {"Content-Type": "text/html"}),
    (200, {"a": 1}, {}),
    (200, None, {}),
    (200, "text", {}),
    (200, [None, 5, "x", {}], {}),
    (200, [{"lat": "x"}], {}),
    (200, b"", {}),
    (200, b"\xff\xfe\x00[", {}),
    (200, b"[" * 100_000, {}),
    (200, nominatim(("NaN", "NaN"), house_number="32"), {}),
    (200, nominatim(("1e999", 47.1), house_number="32"), {}),
    (200, nominatim((37.5, 4710), house_number="32"), {}),
    (200, [nominatim(INSIDE, house_number="32")[0] | {"display_name": "\u0000"}], {}),
    (200, json.dumps(nominatim(INSIDE, house_number="32") * 9_000).encode(), {}),
    (200, b" " * (LARGEST + 1) + b"[]", {}),
    (200, gzip.compress(b" " * 30_000_000), {"Content-Encoding": "gzip"}),
]


async def test_what_goes_wrong_outside_stays_there(owner: Database, service: Service) -> None:
    for house, (status, body, headers) in enumerate(SPOILED, 1):
        service.status, service.body, service.headers = status, body, headers
        case = context("nominatim,gazetteer", nominatim_url=service.url)
        text = f"вулиця Лута {house}"
        assert (await asked(owner, case, text)).answer.outcome is Outcome.NONE, body
        found = await asked(owner, case, "просп. Миру 10")
        assert found.place is not None
        assert found.place.label == "просп. Миру, 10"
        questions = len(service.asked)
        # For a while nobody asks again.
        await asked(owner, case, text)
        await asked(owner, case, "просп. Миру 10")
        assert len(service.asked) == questions
        async with owner.transaction() as session:
            await session.execute(delete(GeocodeAnswer))


async def test_a_strange_answer_is_cut_to_size(owner: Database, service: Service) -> None:
    place = nominatim(INSIDE, house_number="32")[0]
    service.body = [place | {"display_name": "Лу\u0000та\n\u202e" + "а" * 5_000}] * 20
    case = context("gazetteer,nominatim", nominatim_url=service.url)
    (found, *_) = (await asked(owner, case, "вулиця Лута 32")).answer.places
    assert found.label.startswith("Лута")
    assert len(found.label) <= 200


async def test_the_next_is_asked_when_one_is_down(owner: Database, service: Service) -> None:
    service.body = geojson(INSIDE, housenumber="32", name="Лута", osm_key="building")
    case = context(
        "gazetteer,nominatim,photon", nominatim_url="http://127.0.0.1:9", photon_url=service.url
    )
    assert (await asked(owner, case, "вулиця Лута 32")).place is not None


async def test_who_fails_again_and_again_is_left_alone(owner: Database, service: Service) -> None:
    service.status = 500
    case = context("gazetteer,nominatim", nominatim_url=service.url)
    for house in range(1, 7):
        await asked(owner, case, f"вулиця Лута {house}")
    assert len(service.asked) == 3


async def test_who_recovers_is_asked_again(
    owner: Database, service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.geocoders.CLOSED_FOR_S", 0)
    service.status = 500
    case = context("gazetteer,nominatim", nominatim_url=service.url)
    for house in range(1, 5):
        await asked(owner, case, f"вулиця Лута {house}")
    service.status, service.body = 200, nominatim(INSIDE, house_number="32")
    assert (await asked(owner, case, "вулиця Лута 32")).place is not None


async def test_nobody_waits_in_a_long_line(owner: Database, service: Service) -> None:
    case = context("gazetteer,nominatim", nominatim_url=service.url, geocoder_interval_s=60)
    for house in range(1, 7):
        await asked(owner, case, f"вулиця Лута {house}")
    assert len(service.asked) == 1


async def test_several_who_want_the_same_ask_once(owner: Database, service: Service) -> None:
    service.body = nominatim(INSIDE, house_number="32")
    case = context("gazetteer,nominatim", nominatim_url=service.url, geocoder_timeout_s=10)
    found = await asyncio.gather(
        *(asked(owner, case, text) for text in ("вулиця Лута 32", "ВУЛИЦЯ  ЛУТА 32"))
    )
    assert all(each.place for each in found)
    assert len(service.asked) == 1


async def test_no_transaction_is_open_while_an_answer_is_waited_for(
    owner: Database, service: Service
) -> None:
    service.body = nominatim(INSIDE, house_number="32")
    seen: list[Any] = []

    def look() -> None:
        with psycopg.connect(owner.conninfo) as connection:
            seen.append(
                connection.execute(
                    "SELECT count(*) FROM pg_stat_activity WHERE pid <> pg_backend_pid()"
                    " AND datname = current_database() AND xact_start IS NOT NULL"
                ).fetchone()
            )

    service.when_asked = look
    case = context("gazetteer,nominatim", nominatim_url=service.url, geocoder_timeout_s=30)
    assert (await asked(owner, case, "вулиця Лута 32")).place is not None
    assert seen == [(0,)]


async def test_answers_come_in_the_language_of_who_asks(owner: Database, service: Service) -> None:
    case = context("gazetteer,nominatim,photon,pelias", nominatim_url=service.url,
                   photon_url=service.url, pelias_url=service.url)  # fmt: skip
    await asked(owner, case, "вулиця Лута 32", "ru")
    await asked(owner, case, "вулиця Лута 32", "en")
    told = [
        (path, query.get("lang"), query.get("accept-language"), headers.get("accept-language"))
        for path, query, headers in service.asked
    ]
    assert told == [
        ("/search", None, ["ru"], None),
        ("/api", None, None, None),
        ("/v1/search", ["ru"], None, None),
        ("/search", None, ["en"], None),
        ("/api", ["en"], None, None),
        ("/v1/search", ["en"], None, None),
    ]


@pytest.mark.parametrize("drips", [False, True])
async def test_who_is_slow_is_not_waited_for(
    owner: Database, service: Service, *, drips: bool
) -> None:
    service.hold.clear()
    service.drip = drips
    case = context("nominatim,gazetteer", nominatim_url=service.url)
    found = await asked(owner, case, "просп. Миру 10")
    assert found.place is not None


@pytest.mark.parametrize(
    ("text", "piece"),
    [
        ("мене б'ють на вулиці Лута 32 рятуйте", "вулиці Лута 32"),
        ("просп. Миру 45, другий поверх", "просп. Миру 45"),
        ("сусід Петренко погрожує ножем", None),
        ("ул. Озеро Хасан, 65", "ул. Озеро Хасан, 65"),
        ("вулиця темна", "вулиця темна"),
        ("", None),
    ],
)
def test_only_the_address_leaves(text: str, piece: str | None) -> None:
    assert piece_to_ask(text, demo_gazetteer().names) == piece
