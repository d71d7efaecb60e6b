"""The real programs over the demo city, a citizen's chat, and the page in a real Chromium."""

import asyncio
import json
import os
import socket
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import psycopg
import pytest
import pytest_asyncio
import shapely
from playwright.async_api import (
    Browser,
    BrowserContext,
    Page,
    Playwright,
    async_playwright,
    expect,
)
from psycopg.rows import dict_row
from sqlalchemy import text as sql_text

from app.db import Role, open_database
from app.demo import PASSWORD, load_demo
from app.emulator.config import EmulatorConfig
from app.emulator.testing import Running, start
from tests.conftest import ROOT, Server
from tests.endtoend.conftest import SECRET, Programs

DISTRICTS = ROOT / "fixtures" / "districts.geojson"
KYIV = ZoneInfo("Europe/Kyiv")
# The demo officer's beat; another officer's, in another precinct.
OWN_BEAT, OTHER_BEAT = "101", "302"
# The demo city's own boundaries.
DEMO_SET = 1
BY_HAND_ONLY = (
    "ALTER TABLE category DISABLE TRIGGER append_only",
    """UPDATE category SET duplicates = duplicates || '{"automatic": false}'""",
    "ALTER TABLE category ENABLE TRIGGER append_only",
)

PHONE = {"width": 390, "height": 844}
DESKTOP = {"width": 1366, "height": 900}
# Drawing without a graphics card takes most of a machine, for seconds a page: tests that are not about
# the map do without.
NO_WEBGL = ("--disable-3d-apis",)
# How long something may take on a busy machine before it counts as not happening.
expect.set_options(timeout=20_000)


@dataclass
class Live:
    """Beatway as it runs, with a city in it."""

    url: str
    database_url: str
    emulator: Running
    programs: Programs
    beats: dict[str, shapely.Polygon] = field(default_factory=dict)
    clients: dict[str, httpx.Client] = field(default_factory=dict)

    def sql(self, statement: str, *values: object) -> list[dict[str, Any]]:
        with psycopg.connect(self.database_url, autocommit=True, row_factory=dict_row) as there:
            cursor = there.execute(statement.encode(), values)
            return cursor.fetchall() if cursor.description else []

    def api(self, login: str) -> httpx.Client:
        """Return a client with a session of somebody's own."""
        if login not in self.clients:
            client = httpx.Client(base_url=f"{self.url}/api/v1", trust_env=False, timeout=30)
            self.clients[login] = client
            answer = client.post("/login", json={"login": login, "password": PASSWORD})
            answer.raise_for_status()
        return self.clients[login]

    def act(self, login: str, number: str, deed: str, **body: Any) -> dict[str, Any]:
        """Do something with a report behind the page's back."""
        answer = self.api(login).post(f"/reports/{number}/{deed}", json=body)
        return dict(answer.raise_for_status().json())

    def duty(self, officer: str, *, on: bool) -> None:
        """Let an officer come on duty or go, as the desk notes it."""
        body = {"officer": officer, "on_duty": on}
        self.api("desk").post("/duty", json=body).raise_for_status()

    def report(self, number: str) -> dict[str, Any]:
        return dict(self.api("admin").get(f"/reports/{number}").raise_for_status().json())

    def citizen(self, name: str = "Олена") -> int:
        answer = self.emulator.control.post(
            "people", json={"first_name": name, "language_code": "uk"}
        )
        return int(answer.raise_for_status().json()["id"])

    def tell(self, person: int, kind: str, **content: Any) -> None:
        self.emulator.control.post(f"people/{person}/{kind}", json=content).raise_for_status()

    def received(self, person: int) -> list[str]:
        """Return the texts that the bot sent to somebody."""
        answer = self.emulator.control.get(f"chats/{person}/messages", params={"limit": 1000})
        rows = answer.raise_for_status().json()
        return [row["message"].get("text", "") for row in rows if row["by_bot"]]

    def inside(self, beat: str) -> tuple[float, float]:
        point = self.beats[beat].representative_point()
        return point.x, point.y

    async def reported(
        self, text: str, at: tuple[float, float] | None, accuracy_m: float | None = None
    ) -> tuple[str, int]:
        """Let a new citizen report something; its number and the citizen."""
        person = self.citizen()
        self.tell(person, "text", text=text)
        number = await self.number_of(text)
        if at is not None:
            more = {} if accuracy_m is None else {"horizontal_accuracy": accuracy_m}
            self.tell(person, "location", longitude=at[0], latitude=at[1], **more)
            await eventually(lambda: self.report(number)["placement"] is not None, "a place")
        return number, person

    async def number_of(self, text: str) -> str:
        def numbers() -> list[dict[str, Any]]:
            return self.sql("SELECT number FROM report WHERE text = %s", text)

        await eventually(lambda: bool(numbers()), f"a report of “{text}”")
        return str(numbers()[0]["number"])


async def eventually(
    condition: Callable[[], bool | Awaitable[bool]], what: str, within_s: float = 30
) -> None:
    """Wait until something has become true."""
    deadline = time.monotonic() + within_s
    while True:
        met = condition()
        if met if isinstance(met, bool) else await met:
            return
        if time.monotonic() > deadline:
            pytest.fail(f"not within {within_s:.0f} s: {what}")
        await asyncio.sleep(0.05)


@pytest.fixture(scope="session")
def live(
    postgis: Server,
    template_database: str,
    worker_name: str,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Live]:
    """One running Beatway for all browser tests of a worker; each makes reports of its own."""
    name = f"{worker_name}_browser"
    database_url = postgis.create(name, template_database)
    asyncio.run(_load_demo(database_url))
    folder = tmp_path_factory.mktemp("browser")
    port = _free_port()
    with start(EmulatorConfig()) as emulator:
        environment = os.environ | {
            "BEATWAY_DATABASE_URL": database_url,
            "BEATWAY_SECRET_KEY": SECRET,
            "BEATWAY_TELEGRAM_TOKEN": emulator.token,
            "BEATWAY_TELEGRAM_API_URL": emulator.url,
            "BEATWAY_CHAT_URL": f"{emulator.url}/",
            "BEATWAY_DATA_DIR": str(folder),
        }
        programs = Programs(environment, folder / "programs.log")
        programs.start("serve", "serve", "--port", str(port))
        programs.start("worker")
        programs.start("poll")
        running = Live(f"http://127.0.0.1:{port}", database_url, emulator, programs, _beats())
        try:
            _wait_until_ready(running, folder / "programs.log")
            yield running
        finally:
            for client in running.clients.values():
                client.close()
            programs.stop_all()
    postgis.drop(name)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


async def _load_demo(url: str) -> None:
    owner = open_database(url, Role.OWNER)
    async with owner.transaction() as session:
        await load_demo(session, datetime.now(UTC), KYIV)
        # Tests share one city and report in one place: each thing is to be its own.
        for statement in BY_HAND_ONLY:
            await session.execute(sql_text(statement))
    await owner.close()


def _beats() -> dict[str, shapely.Polygon]:
    collection = json.loads(DISTRICTS.read_text(encoding="utf-8"))
    return {
        feature["properties"]["code"]: shapely.geometry.shape(feature["geometry"])
        for feature in collection["features"]
        if feature["properties"]["level"] == "beat"
    }


def _wait_until_ready(live: Live, log: Path) -> None:
    deadline = time.monotonic() + 150
    while time.monotonic() < deadline:
        try:
            if httpx.get(f"{live.url}/health/ready", trust_env=False).is_success:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.05)
    pytest.fail(f"Beatway did not start:\n{log.read_text()}")


@pytest.fixture
def demo_city(live: Live) -> Iterator[None]:
    """Leave the demo city's boundaries in force, whatever a test did."""
    yield
    if not live.api("admin").get(f"/boundary-sets/{DEMO_SET}").json()["in_force"]:
        live.api("admin").post(f"/boundary-sets/{DEMO_SET}/activate", json={"rollback": True})


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let the tests of this folder share a loop, as the browser they share lives in one."""
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents and pytest_asyncio.is_async_test(item):
            item.add_marker(pytest.mark.asyncio(loop_scope="session"), append=False)


@dataclass
class Browsers:
    """One Chromium for each set of arguments; starting one takes longer than most tests."""

    playwright: Playwright
    launch: dict[str, Any]
    started: dict[tuple[str, ...], Browser] = field(default_factory=dict)

    async def get(self, arguments: tuple[str, ...]) -> Browser:
        """Return the one with these arguments, started anew where it is not there any more."""
        there = self.started.get(arguments)
        if there is None or not there.is_connected():
            launch = self.launch | {"args": [*self.launch["args"], *arguments]}
            if NO_WEBGL[0] in arguments:
                launch["args"] = [each for each in launch["args"] if "swiftshader" not in each]
            there = self.started[arguments] = await self.playwright.chromium.launch(**launch)
        return there

    async def close(self) -> None:
        for each in self.started.values():
            await each.close()


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browsers(chromium: dict[str, Any]) -> AsyncIterator[Browsers]:
    """Keep a worker's browsers until its last test."""
    async with async_playwright() as playwright:
        here = Browsers(playwright, chromium)
        yield here
        await here.close()


@dataclass
class Browsing:
    """Contexts of a test's own, and what their pages complained of."""

    browsers: Browsers
    live: Live
    complaints: list[str] = field(default_factory=list)
    contexts: list[BrowserContext] = field(default_factory=list)

    async def open(
        self,
        login: str | None = "desk",
        *,
        path: str = "/",
        size: dict[str, int] = DESKTOP,
        arguments: tuple[str, ...] = (),
        **context: Any,
    ) -> Page:
        """Open the page as somebody who is logged in, or as nobody."""
        browser = await self.browsers.get(arguments)
        there = await browser.new_context(
            viewport={"width": size["width"], "height": size["height"]},
            locale="uk-UA",
            has_touch=size == PHONE,
            reduced_motion="reduce",
            **context,
        )
        self.contexts.append(there)
        page = await there.new_page()
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("console", self._note)
        if login is not None:
            # The form is tested where it is the matter; here it would only take its time.
            address = f"{self.live.url}/api/v1/login"
            answer = await there.request.post(address, data={"login": login, "password": PASSWORD})
            assert answer.ok, await answer.text()
        await page.goto(self.live.url + path)
        if login is not None:
            await expect(page.locator("#app")).to_be_visible()
        return page

    def _note(self, message: Any) -> None:
        text = message.text
        if "Content Security" in text or "Content-Security" in text or "Trusted" in text:
            self.complaints.append(text)


@pytest_asyncio.fixture(loop_scope="session")
async def browsing(browsers: Browsers, live: Live) -> AsyncIterator[Browsing]:
    """Return a browser whose pages must not throw nor break the security policy."""
    here = Browsing(browsers, live)
    yield here
    for context in here.contexts:
        await context.close()
    assert here.complaints == []


async def log_in(page: Page, login: str) -> None:
    """Log in through the form."""
    await page.get_by_label("Логін").fill(login)
    await page.get_by_label("Пароль").fill(PASSWORD)
    await page.get_by_role("button", name="Увійти", exact=True).click()
    await expect(page.locator("#login")).to_be_hidden()


async def open_menu(page: Page) -> None:
    """Open the menu of pages, language and theme."""
    await page.locator("#menu-button").click()


@asynccontextmanager
async def offline(page: Page) -> AsyncIterator[None]:
    """Cut the page off for as long as the block lasts."""
    await page.context.set_offline(True)
    await expect(page.locator("#stale")).to_be_visible()
    yield
    await page.context.set_offline(False)
    await expect(page.locator("#stale")).to_be_hidden(timeout=20_000)


def row(page: Page, number: str) -> Any:
    """Return the queue's row of a report."""
    return page.locator(f'button.row[data-number="{number}"]')
