"""The small city of the API's tests, with a draft, asked as GIS programs ask."""

import asyncio
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from app.boundary_drafts import create_draft
from tests.api.conftest import CITY, Site, free_port, opened, site, town, town_url
from tests.conftest import ROOT

__all__ = ["site", "town", "town_url"]

EPSG = "http://www.opengis.net/def/crs/EPSG/0/"
CRS84 = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"


async def make_draft(site: Site, **more: Any) -> int:
    """Begin a draft with the city's districts."""
    given: dict[str, Any] = {
        "districts": CITY,
        "label": "Весна",
        "source": "test",
        "actor": "gis",
        "based_on": 1,
    } | more
    async with site.owner.transaction() as session:
        return await create_draft(session, **given)


@dataclass(frozen=True)
class Served:
    """The application behind a real port."""

    base: str
    token: str
    draft: int
    url: str


@pytest.fixture
def served(fresh_database_url: Callable[[], str]) -> Iterator[Served]:
    """Serve the city, with a draft, over real HTTP."""
    url = fresh_database_url()

    async def prepare() -> tuple[str, int]:
        async with opened(url) as made:
            return made.tokens["gis"], await make_draft(made)

    token, draft = asyncio.run(prepare())
    port = free_port()
    # A process of its own: GDAL lets nothing else in this one run while it waits for an answer.
    server = subprocess.Popen(
        [
            sys.executable,
            "-m",
            "uvicorn",
            "app.main:create_app",
            "--factory",
            "--port",
            str(port),
            "--log-level",
            "warning",
        ],
        cwd=ROOT,
        env=os.environ
        | {
            "BEATWAY_DATABASE_URL": url,
            "BEATWAY_SECRET_KEY": "a secret key for tests",
        },
    )
    base = f"http://127.0.0.1:{port}"
    try:
        wait_for(f"{base}/health/live")
        yield Served(base, token, draft, url)
    finally:
        server.terminate()
        server.wait(30)


def wait_for(url: str) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        try:
            if httpx.get(url).status_code == 200:
                return
        except httpx.TransportError:
            time.sleep(0.05)
    pytest.fail(f"{url} did not answer", pytrace=False)
