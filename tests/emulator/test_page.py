"""The chat page in a real browser, with a small scripted bot behind it."""

import json
import re
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.async_api import Page, async_playwright, expect
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from app.emulator import testing
from app.emulator.config import EmulatorConfig
from tests.emulator.echo import EchoBot
from tests.emulator.steps import OLENA, act, call, messages, served_app

VENDOR = Path(__file__).resolve().parents[2] / "app" / "web" / "vendor"


@pytest.fixture
def served(tmp_path: Path) -> Iterator[testing.Running]:
    with testing.start(EmulatorConfig(data_dir=tmp_path, vendor_dir=VENDOR)) as running:
        yield running


@pytest.fixture
def talking(served: testing.Running) -> Iterator[testing.Running]:
    bot = EchoBot(served)
    bot.start()
    yield served
    bot.stopped.set()
    bot.join(20)


@pytest.fixture
async def page(chromium: dict[str, Any]) -> AsyncIterator[Page]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(**chromium)
        opened = await browser.new_page(viewport={"width": 390, "height": 844}, locale="uk-UA")
        problems: list[str] = []
        opened.on("pageerror", lambda error: problems.append(str(error)))
        opened.on(
            "console",
            lambda line: problems.append(line.text) if "Content Security" in line.text else None,
        )
        yield opened
        await browser.close()
        assert problems == []


async def test_a_citizen_talks_to_the_bot(talking: testing.Running, page: Page) -> None:
    await page.goto(talking.url)
    await expect(page.get_by_role("heading", name="Повідомте, що сталося")).to_be_visible()
    await page.get_by_role("button", name="Почати").click()
    log = page.get_by_role("log")
    await expect(log.get_by_text("Вітаю!")).to_have_css("font-weight", "700")
    # What the bot writes is text, whatever it looks like.
    await expect(log.get_by_text("<img src=x>")).to_be_visible()
    assert await log.locator("img").count() == 0

    await page.get_by_role("textbox", name="Повідомлення").fill("Зіткнулися дві машини")
    await page.keyboard.press("Enter")
    await expect(log.get_by_text("Почуто: Зіткнулися дві машини")).to_be_visible()
    await expect(log.locator(".own .ticks.got")).to_have_count(2)

    await page.get_by_role("button", name="Надіслати моє місце").click()
    picker = page.get_by_role("dialog", name="Де це сталося?")
    await expect(picker.locator("[data-ready]")).to_be_visible()
    await picker.get_by_role("slider", name="Похибка").fill("4")
    await picker.get_by_role("region", name="Карта міста").focus()
    await page.keyboard.press("ArrowRight")
    await expect(picker.get_by_label("Довгота")).not_to_have_value("37.549000")
    await picker.get_by_role("button", name="Надіслати це місце").click()
    await expect(log.get_by_text("№ 2026-000001")).to_be_visible()
    (location,) = [
        message["location"] for message in messages(talking, OLENA) if "location" in message
    ]
    assert location["horizontal_accuracy"] == 100
    assert location["longitude"] > 37.549
    assert location["latitude"] == pytest.approx(47.097, abs=0.01)

    await page.get_by_role("button", name="Це ДТП").click()
    await expect(log.get_by_text("Записано: crash")).to_be_visible()
    await expect(page.get_by_role("status").get_by_text("Дякуємо!")).to_be_visible()
    await expect(page.get_by_role("button", name="Це ДТП")).to_have_count(0)

    await log.get_by_text("Зіткнулися дві машини", exact=True).hover()
    await page.get_by_role("button", name="Змінити повідомлення").last.click()
    await page.get_by_role("textbox", name="Повідомлення").fill("Зіткнулися три машини")
    await page.keyboard.press("Enter")
    await expect(log.get_by_text("Зіткнулися три машини", exact=True)).to_be_visible()


async def test_without_a_map_coordinates_are_typed(talking: testing.Running, page: Page) -> None:
    await page.add_init_script("HTMLCanvasElement.prototype.getContext = () => null;")
    await page.goto(f"{talking.url}/?lang=en")
    await page.get_by_role("button", name="Start").click()
    await page.get_by_role("button", name="Send the place").click()
    picker = page.get_by_role("dialog", name="Where did it happen?")
    await expect(picker.get_by_text("The map does not work here")).to_be_visible()
    await picker.get_by_label("Latitude").fill("91")
    await expect(picker.get_by_text("Latitude is −90 to 90")).to_be_visible()
    await picker.get_by_label("Latitude").fill("47.11")
    await picker.get_by_label("Longitude").fill("37.66")
    await picker.get_by_role("button", name="Send this place").click()
    await expect(page.get_by_role("log").get_by_text("47.11000, 37.66000")).to_be_visible()


async def test_files_people_and_blocking(talking: testing.Running, page: Page) -> None:
    await page.set_viewport_size({"width": 1280, "height": 800})
    await page.goto(f"{talking.url}/?lang=ru")
    await page.get_by_role("button", name="Петро").click()
    await page.get_by_role("button", name="Начать").click()
    log = page.get_by_role("log")
    await expect(log.get_by_text("Вітаю!")).to_be_visible()
    async with page.expect_file_chooser() as chosen:
        await page.get_by_role("button", name="Прикрепить файл").click()
        await page.get_by_role("button", name="Документ").click()
    note = {"name": "заява.txt", "mimeType": "text/plain", "buffer": "текст".encode()}
    await (await chosen.value).set_files(note)  # type: ignore[arg-type]  # its stub wants FilePayload
    await expect(log.get_by_role("link", name="заява.txt")).to_be_visible()
    await expect(log.get_by_text("Почуто: файл")).to_be_visible()
    await page.get_by_role("button", name="Заблокировать бота").click()
    await expect(page.get_by_text("Вы заблокировали бота.")).to_be_visible()
    await page.get_by_role("button", name=re.compile("Олена")).click()
    await expect(page.get_by_role("heading", name="Сообщите, что случилось")).to_be_visible()


async def test_a_message_waits_for_a_bot_that_is_away(served: testing.Running, page: Page) -> None:
    act(served, OLENA, "text", text="є хто?")
    await page.goto(served.url)
    await expect(page.get_by_text("Бот зараз не на звʼязку.")).to_be_visible()
    call(served, "sendMessage", chat_id=OLENA, text="Я тут")
    await expect(page.get_by_role("log").get_by_text("Я тут")).to_be_visible()
    call(served, "getUpdates", offset=2**40)
    await expect(page.locator(".ticks.got")).to_have_count(1)
    await expect(page.get_by_text("Бот зараз не на звʼязку.")).to_be_hidden()


def test_the_page_may_be_framed_by_this_machine_only(served: testing.Running) -> None:
    answer = httpx.get(served.url, trust_env=False)
    policy = answer.headers["content-security-policy"]
    assert "frame-ancestors 'self' http://127.0.0.1:* http://localhost:*" in policy
    assert "unsafe" not in policy


async def test_the_base_map_is_handed_on(tmp_path: Path) -> None:
    async def city(_: Request) -> Response:
        return JSONResponse({"type": "FeatureCollection", "features": [{"type": "Feature"}]})

    async with served_app(Starlette(routes=[Route("/city", city)])) as url:
        with testing.start(EmulatorConfig(map_data_url=f"{url}/city")) as running:
            async with httpx.AsyncClient(trust_env=False) as client:
                answer = await client.get(f"{running.url}/basemap")
    assert json.loads(answer.content)["features"] == [{"type": "Feature"}]
