"""The small city of the API's tests, with a draft, asked as GIS programs ask."""

import asyncio
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
import uvicorn

from app.boundary_drafts import create_draft
from app.main import create_app
from tests.api.conftest import CITY, Site, free_port, opened, settings_for, site

__all__ = ["site"]

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
    config = uvicorn.Config(create_app(settings_for(url)), port=free_port(), log_config=None)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run)
    thread.start()
    deadline = time.monotonic() + 30
    while not server.started and time.monotonic() < deadline:
        time.sleep(0.01)
    try:
        yield Served(f"http://127.0.0.1:{config.port}", token, draft, url)
    finally:
        server.should_exit = True
        thread.join(30)
