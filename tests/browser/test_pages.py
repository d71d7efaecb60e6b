"""The headers and caching of the page and its files."""

import base64
import gzip
import hashlib
import re
from collections.abc import AsyncIterator

import httpx
import pytest
from fastapi import FastAPI

from app.api.problems import install
from app.web.files import STATIC
from app.web.pages import STAFF_PAGES, mount
from tests.browser.conftest import Browsing

CHAT = "http://127.0.0.1:8001/"
STYLE = "https://tiles.example/styles/city.json"


async def _yes() -> bool:
    return True


def application(*, demo: bool = True) -> FastAPI:
    app = FastAPI()
    install(app)
    if demo:
        mount(app, basemap_style_url=STYLE, chat_url=CHAT, is_demo=_yes)
    else:
        mount(app)
    return app


@pytest.fixture
async def client() -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(application())
    async with httpx.AsyncClient(transport=transport, base_url="http://beatway.test") as client:
        yield client


def policy_of(answer: httpx.Response) -> dict[str, list[str]]:
    parts = [part.split() for part in answer.headers["content-security-policy"].split("; ")]
    return {name: values for name, *values in parts}


async def test_only_own_code_may_run(client: httpx.AsyncClient) -> None:
    answer = await client.get("/")
    policy = policy_of(answer)
    assert policy["default-src"] == ["'none'"]
    assert policy["style-src"] == ["'self'"]
    assert policy["frame-ancestors"] == ["'self'"]
    assert policy["frame-src"] == ["'none'"]
    assert policy["connect-src"] == ["'self'", "https://tiles.example"]
    inline = re.findall(r"<script[^>]*>([^<]+)</script>", answer.text)
    digests = [base64.b64encode(hashlib.sha256(each.encode()).digest()).decode() for each in inline]
    assert len(inline) == 1
    assert policy["script-src"] == ["'self'", *(f"'sha256-{digest}'" for digest in digests)]
    assert not re.search(r"\son\w+=|\sstyle=|<style", answer.text)


async def test_the_demo_frames_the_chat_and_nothing_else(client: httpx.AsyncClient) -> None:
    assert policy_of(await client.get("/demo"))["frame-src"] == ["'self'", "http://127.0.0.1:8001"]


async def test_there_is_no_demo_page_without_a_demo() -> None:
    transport = httpx.ASGITransport(application(demo=False))
    async with httpx.AsyncClient(transport=transport, base_url="http://beatway.test") as client:
        assert (await client.get("/demo")).status_code == 404


async def test_the_page_is_asked_for_again_and_its_files_are_kept(
    client: httpx.AsyncClient,
) -> None:
    page = await client.get("/")
    assert page.headers["cache-control"] == "no-cache"
    again = await client.get("/", headers={"If-None-Match": page.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")

    addresses = re.findall(r'(?:src|href)="(/static/[^"]+)"', page.text)
    assert addresses
    for address in addresses:
        if "/vendor/" not in address:
            answer = await client.get(address)
            assert answer.status_code == 200, address
            assert "immutable" in answer.headers["cache-control"]
    old = await client.get("/static/v-000000000000/app.mjs")
    assert (old.status_code, old.headers["cache-control"]) == (200, "no-cache")


async def test_files_are_sent_compressed_and_whole(client: httpx.AsyncClient) -> None:
    async with client.stream(
        "GET", "/static/app.mjs", headers={"Accept-Encoding": "gzip"}
    ) as answer:
        raw = b"".join([chunk async for chunk in answer.aiter_raw()])
    assert answer.headers["content-type"].split(";")[0] in {
        "text/javascript",
        "application/javascript",
    }
    assert gzip.decompress(raw) == (STATIC / "app.mjs").read_bytes()
    plain = await client.get("/static/app.mjs", headers={"Accept-Encoding": "identity"})
    assert plain.content == (STATIC / "app.mjs").read_bytes()


@pytest.mark.parametrize(
    "path",
    [
        "/static/../pages.py",
        "/static/%2e%2e/pages.py",
        "/static/vendor/%2e%2e/pages.py",
        "/static/v-1/vendor/..%2f..%2fpages.py",
        "/static/v-1/%2e%2e/%2e%2e/pages.py",
        "/static/templates/staff.html",
    ],
)
async def test_nothing_but_static_files_is_served(client: httpx.AsyncClient, path: str) -> None:
    answer = await client.get(path)
    assert answer.status_code == 404
    assert "APIRouter" not in answer.text


@pytest.mark.parametrize("path", sorted(STAFF_PAGES))
async def test_a_page_asks_for_all_its_modules_at_once(browsing: Browsing, path: str) -> None:
    page = await browsing.open("admin", path=path)
    links = await page.locator("link[rel=modulepreload]").evaluate_all(
        "links => links.map(link => link.href)"
    )
    entry = await page.locator("script[type=module]").evaluate("script => script.src")
    loaded = await page.evaluate(
        "() => performance.getEntriesByType('resource').map(each => each.name)"
    )
    # Words depend on the language, and the map is loaded only where it can be drawn.
    later = ("/i18n/", "/maplibre-gl/")
    modules = {
        each
        for each in loaded
        if each.endswith((".mjs", ".esm.js")) and not any(it in each for it in later)
    }
    assert modules == {*links, entry}
    assert len(links) == len(set(links)) > 5
