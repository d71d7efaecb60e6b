"""A small city with staff of every role, and clients of its API."""

import asyncio
import dataclasses
import secrets
import socket
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, cast

import httpx
import pytest
import shapely
from argon2 import PasswordHasher
from fastapi import FastAPI
from sqlalchemy import CursorResult, text
from sqlalchemy.dialects.postgresql import Range

from app.access import add_staff, make_token
from app.access_passwords import Passwords
from app.boundaries import activate, store_set
from app.context import UseCases, use_cases
from app.db import Database, Role, open_database
from app.main import create_app
from app.models import Media, Officer, Posting, Report, Reporter, ReportMessage, Shift
from app.places import Place, PlaceKind
from app.reports import NewReport, register
from app.settings import Settings
from app.watching import assign
from geo.districts import District, Level
from tests.conftest import Server

# Two beats side by side in one precinct, and a precinct of its own to the east.
WEST, EAST, ALONE, OUTSIDE = (37.50, 47.10), (37.53, 47.10), (37.57, 47.10), (36.0, 46.0)
SECRET = "webhook-secret"
PASSWORD = "a long password"
ADDRESS = "203.0.113.7"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def square(west: float, east: float) -> shapely.Polygon:
    return shapely.box(west, 47.08, east, 47.12)


CITY = [
    District("C", Level.PRECINCT, None, {"uk": "Центр", "en": "Centre"}, square(37.48, 37.55)),
    District("C-1", Level.BEAT, "C", {"uk": "Захід", "en": "West"}, square(37.48, 37.515)),
    District("C-2", Level.BEAT, "C", {"uk": "Схід", "en": "East"}, square(37.515, 37.55)),
    District("P", Level.PRECINCT, None, {"uk": "Приморський"}, square(37.55, 37.60)),
]

# Login, role, precinct, officer.
STAFF = [
    ("officer", "officer", "C", "O1"),
    ("stranger", "officer", "P", "O3"),
    ("desk", "desk", None, None),
    ("desk-c", "desk", "C", None),
    ("admin", "admin", None, None),
    ("leader", "leader", None, None),
    ("observer", "observer", None, None),
    ("gis", "gis", None, None),
]


def settings_for(url: str, **more: Any) -> Settings:
    given: dict[str, Any] = {
        "database_url": url,
        "webhook_secret": SECRET,
        "secret_key": "a secret key for tests",
        "telegram_token": "123456:test-token",
        "telegram_api_url": "http://127.0.0.1:9",
    } | more
    return Settings(_env_file=None, **given)


@dataclass
class Site:
    """The application over a database of its own."""

    app: FastAPI
    owner: Database
    url: str
    context: UseCases
    tokens: dict[str, str] = field(default_factory=dict)
    clients: list[httpx.AsyncClient] = field(default_factory=list)

    def client(self, address: str = ADDRESS, **headers: str) -> httpx.AsyncClient:
        transport = httpx.ASGITransport(
            self.app, raise_app_exceptions=False, client=(address, 50000)
        )
        client = httpx.AsyncClient(
            transport=transport, base_url="http://beatway.test", headers=headers
        )
        self.clients.append(client)
        return client

    def as_(self, login: str) -> httpx.AsyncClient:
        """Return a client with a staff member's token."""
        return self.client(Authorization=f"Bearer {self.tokens[login]}")

    async def logged_in(self, login: str = "admin") -> httpx.AsyncClient:
        """Return a client with a staff member's session."""
        client = self.client()
        answer = await client.post("/api/v1/login", json={"login": login, "password": PASSWORD})
        assert answer.status_code == 200, answer.text
        return client

    async def sql(self, statement: str, **values: Any) -> list[Any]:
        async with self.owner.transaction() as session:
            result = await session.execute(text(statement), values)
            return list(result) if cast("CursorResult[Any]", result).returns_rows else []

    async def report(self, point: tuple[float, float] | None = WEST, **more: Any) -> Report:
        """Register a report as the bot would."""
        async with self.owner.transaction() as session:
            place = Place(*point, PlaceKind.SHARED) if point else None
            given: dict[str, Any] = {
                "text": "Крадіжка",
                "source": "telegram",
                "received_at": self.context.clock(),
                "actor": "citizen",
                "place": place,
            } | more
            return (await register(session, self.context, NewReport(**given))).report

    async def report_of_citizen(
        self, point: tuple[float, float] | None = WEST, **more: Any
    ) -> Report:
        """Register a report that somebody can be answered about, with a photo."""
        async with self.owner.transaction() as session:
            count = (await session.execute(text("SELECT count(*) FROM reporter"))).scalar_one()
            reporter = Reporter(pseudonym=f"R-TEST{count:03}", kind="person", language="uk")
            session.add(reporter)
            await session.flush()
        report = await self.report(point, reporter_id=reporter.id, **more)
        async with self.owner.transaction() as session:
            session.add(
                ReportMessage(
                    report_id=report.id,
                    chat_id=reporter.id,
                    message_id=1,
                    text=None,
                    sent_at=self.context.clock(),
                )
            )
            session.add(
                Media(
                    report_id=report.id,
                    kind="photo",
                    file_id="file-1",
                    file_unique_id=f"unique-{report.id}",
                    mime=None,
                )
            )
        return report


async def _fill(owner: Database) -> dict[str, str]:
    tokens: dict[str, str] = {}
    now = datetime.now(UTC)
    always = Range(now - timedelta(days=1), now + timedelta(days=365))
    async with owner.transaction() as session:
        set_id = await store_set(session, CITY, label="test", source="test", actor="test")
        await activate(session, set_id, "test")
        officers = [
            Officer(code="O1", name="Іван Перший", rank="капітан", precinct_code="C"),
            Officer(code="O2", name="Петро Другий", precinct_code="C"),
            Officer(code="O3", name="Олег Третій", precinct_code="P"),
        ]
        session.add_all(officers)
        await session.flush()
        first, second, _ = (officer.id for officer in officers)
        session.add(Posting(officer_id=first, beat_code="C-1", kind="primary", period=always))
        session.add(Posting(officer_id=second, beat_code="C-2", kind="primary", period=always))
        session.add(Shift(officer_id=first, period=always))
        cheap = await Passwords(CHEAP).hash(PASSWORD)
        for login, role, precinct, officer_code in STAFF:
            staff = await add_staff(session, login, role, precinct, officer_code)
            staff.password_hash = cheap
            tokens[login] = await make_token(session, login)
            if role == "observer":
                await assign(session, login, None, None, "test")
    return tokens


CHEAP = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)


@asynccontextmanager
async def running(app: FastAPI) -> AsyncIterator[FastAPI]:
    """Start an application and stop it."""
    async with app.router.lifespan_context(app):
        yield app


@asynccontextmanager
async def opened(
    url: str, tokens: Mapping[str, str] | None = None, **settings: Any
) -> AsyncIterator[Site]:
    """Open a site over a copy of the town, whose tokens are given, or fill an empty one."""
    app = create_app(settings_for(url, **settings))
    app.state.parts = dataclasses.replace(app.state.parts, passwords=Passwords(CHEAP))
    owner = open_database(url, Role.OWNER)
    site = Site(app, owner, url, use_cases(settings_for(url)))
    try:
        site.tokens |= await _fill(owner) if tokens is None else tokens
        async with running(app):
            yield site
    finally:
        for client in site.clients:
            await client.aclose()
        await owner.close()


@dataclass(frozen=True)
class Town:
    """A filled database to be copied, and the tokens of its staff."""

    template: str
    tokens: dict[str, str]


@pytest.fixture(scope="session")
def town(postgis: Server, template_database: str, worker_name: str) -> Iterator[Town]:
    """Fill a database once for all tests of a worker: copying it takes a tenth of the time."""
    # Imported elsewhere it is made once more.
    name = f"{worker_name}_town_{secrets.token_hex(4)}"
    tokens = asyncio.run(_filled(postgis.create(name, template_database)))
    yield Town(f"{postgis.prefix}_{name}", tokens)
    postgis.drop(name)


async def _filled(url: str) -> dict[str, str]:
    owner = open_database(url, Role.OWNER)
    try:
        return await _fill(owner)
    finally:
        await owner.close()


@pytest.fixture
def town_url(postgis: Server, town: Town, worker_name: str) -> Iterator[str]:
    """Return the URL of a copy of the town for this test alone."""
    name = f"{worker_name}_{secrets.token_hex(4)}"
    yield postgis.create(name, town.template)
    postgis.drop(name)


@pytest.fixture
async def site(town_url: str, town: Town) -> AsyncIterator[Site]:
    async with opened(town_url, town.tokens) as site:
        yield site
