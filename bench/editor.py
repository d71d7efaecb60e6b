"""The work that the page's main thread has with each move while boundaries are drawn.

The draft is Chicago: some 300 districts with 72,667 vertices. The page runs in headless Chromium with
a window of 1366 × 900. What is told is processor time of the main thread, in which all of the page's
own code runs: a display that shows 60 pictures a second leaves it 16.7 ms a move. Drawing is done by
other threads, and by a graphics card where there is one.
"""

import asyncio
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import httpx
import numpy as np
import shapely
from playwright.sync_api import CDPSession, Page, ViewportSize, sync_playwright

from app import migration
from app.db import Role, open_database
from app.demo import PASSWORD, load_demo
from bench.database import fresh_cluster
from geo.districts import District
from tests.samples import chicago
from tools.chromium import ARGUMENTS, find_chromium

WINDOW: ViewportSize = {"width": 1366, "height": 900}
MOVES = 60
BEAT = "1713"
PICTURE_MS = 1000 / 60


async def _demo(url: str) -> None:
    owner = open_database(url, Role.OWNER)
    async with owner.transaction() as session:
        await load_demo(session, datetime.now(UTC), ZoneInfo("Europe/Kyiv"))
    await owner.close()


@contextmanager
def _serving(url: str) -> Iterator[str]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    environment = os.environ | {
        "BEATWAY_DATABASE_URL": url,
        "BEATWAY_SECRET_KEY": "a secret for benchmarks only",
    }
    command = [sys.executable, "-m", "app.cli", "serve", "--port", str(port)]
    program = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL)
    address = f"http://127.0.0.1:{port}"
    try:
        while program.poll() is None:
            with suppress(httpx.TransportError):
                if httpx.get(f"{address}/health/ready", trust_env=False).is_success:
                    break
            time.sleep(0.1)
        yield address
    finally:
        program.terminate()
        program.wait(20)


def _feature(district: District) -> dict[str, object]:
    named = {
        "code": district.code,
        "level": district.level.value,
        "parent": district.parent,
        "name": district.code,
    }
    return {
        "type": "Feature",
        "geometry": shapely.geometry.mapping(district.geometry),
        "properties": named,
    }


def _drafted(address: str) -> int:
    features = [_feature(district) for district in chicago()]
    file = json.dumps({"type": "FeatureCollection", "features": features})
    with httpx.Client(base_url=f"{address}/api/v1", trust_env=False, timeout=300) as client:
        client.post("/login", json={"login": "gis", "password": PASSWORD}).raise_for_status()
        answer = client.post(
            "/boundary-sets",
            files={"file": ("chicago.geojson", file)},
            data={"label": "Chicago", "keep": "true"},
        )
        return int(answer.raise_for_status().json()["id"])


def _open(page: Page, address: str, draft: int) -> None:
    page.goto(f"{address}/boundaries#{draft}/edit")
    page.get_by_label("Логін").fill("gis")
    page.get_by_label("Пароль").fill(PASSWORD)
    page.get_by_role("button", name="Увійти", exact=True).click()
    page.get_by_label("Район", exact=True).select_option(BEAT, timeout=120_000)
    page.locator("#map canvas").focus()
    page.keyboard.press("n")
    page.wait_for_function("() => document.querySelector('#map').dataset.active", timeout=120_000)


def _vertex(page: Page) -> tuple[float, float]:
    box = page.locator("#map").bounding_box() or {"x": 0, "y": 0}
    x, y = (page.locator("#map").get_attribute("data-active") or "").split(" ")
    return box["x"] + float(x), box["y"] + float(y)


def _worked_ms(session: CDPSession) -> float:
    metrics = session.send("Performance.getMetrics")["metrics"]
    return 1000 * float(next(each["value"] for each in metrics if each["name"] == "TaskDuration"))


def _moves(page: Page, session: CDPSession, start: tuple[float, float]) -> list[float]:
    took = []
    for step in range(1, MOVES + 1):
        before = _worked_ms(session)
        page.mouse.move(start[0] + step, start[1] + step / 2)
        page.evaluate("new Promise((done) => requestAnimationFrame(() => setTimeout(done)))")
        took.append(_worked_ms(session) - before)
    return took


def measure(page: Page, session: CDPSession) -> dict[str, list[float]]:
    """Return milliseconds of each move: over the map, holding a vertex, and of the map itself."""
    at = _vertex(page)
    rows = {"hovering": _moves(page, session, (at[0] - MOVES, at[1] + 40))}
    page.mouse.move(*at)
    page.mouse.down()
    rows["holding a vertex"] = _moves(page, session, at)
    page.mouse.up()
    free = (at[0] + 90, at[1] + 160)
    page.mouse.move(*free)
    page.mouse.down()
    rows["pulling the map"] = _moves(page, session, free)
    page.mouse.up()
    return rows


def main() -> None:
    """Measure, and print a table."""
    with fresh_cluster() as cluster:
        migration.upgrade(cluster.url)
        asyncio.run(_demo(cluster.url))
        with _serving(cluster.url) as address, sync_playwright() as playwright:
            draft = _drafted(address)
            browser = playwright.chromium.launch(
                executable_path=find_chromium(), args=list(ARGUMENTS)
            )
            page = browser.new_page(viewport=WINDOW, locale="uk-UA")
            session = page.context.new_cdp_session(page)
            session.send("Performance.enable", {"timeDomain": "threadTicks"})
            _open(page, address, draft)
            rows = measure(page, session)
            browser.close()
    vertices = sum(shapely.get_num_coordinates(each.geometry) for each in chicago())
    print(
        f"{vertices:,} vertices in {len(chicago())} districts: the page's main thread, {MOVES} moves"
    )
    for name, took in rows.items():
        middle, late, most = np.percentile(took, [50, 95, 100])
        print(
            f"  {name:<20}p50 {middle:6.1f} ms  p95 {late:6.1f} ms  most {most:6.1f} ms"
            f"  {PICTURE_MS / middle:5.1f} × as often as a display of 60 pictures a second asks"
        )


if __name__ == "__main__":
    main()
