"""The page on which staff correct the gazetteer."""

import re
from typing import Any

from playwright.async_api import Page, expect

from tests.browser.conftest import NO_WEBGL, PHONE, Browsing, Live, eventually, open_menu

PAGE = "/gazetteer"
POOL = "Басейн «Нептун»"


def found(live: Live, words: str) -> list[str]:
    answer = live.api("gis").get("/geocode", params={"q": words})
    return [each["label"] for each in answer.json()["results"]]


def pool(live: Live) -> dict[str, Any]:
    entry = live.api("gis").get("/gazetteer", params={"q": "нептун"}).json()["entries"][0]
    return dict(live.api("gis").get(f"/gazetteer/landmarks/{entry['id']}").json())


async def opened(page: Page, words: str, title: str) -> None:
    """Open the first entry by typing and Enter."""
    await page.locator("#g-query").fill(words)
    await page.locator("#g-query").press("Enter")
    await expect(page.get_by_role("heading", name=title)).to_be_visible()


async def test_a_landmark_from_search_to_undo(live: Live, browsing: Browsing) -> None:
    page = await browsing.open("gis", path=PAGE)
    await expect(page.locator("#map[data-ready]")).to_be_attached()
    await opened(page, "нептун", POOL)
    await page.get_by_label("Як ще кажуть люди").fill("лягушатник")
    await page.get_by_label("Як ще кажуть люди").press("Enter")
    await expect(page.locator(".names")).to_contain_text("лягушатник")
    assert found(live, "бійка біля лягушатника") == [POOL]
    # Somebody else is quicker: told so, shown what is true, and what was typed is still there.
    body = {"version": pool(live)["version"], "add_names": [{"text": "купальня"}]}
    live.api("desk").patch(f"/gazetteer/landmarks/{pool(live)['id']}", json=body)
    await page.get_by_label("Як ще кажуть люди").fill("плавальня")
    await page.get_by_role("button", name="Додати", exact=True).click()
    await expect(page.get_by_role("alert").filter(has_text="хтось інший")).to_be_visible()
    await expect(page.locator(".names")).to_contain_text("купальня")
    await expect(page.get_by_label("Як ще кажуть люди")).to_have_value("плавальня")
    # By keyboard, then by mouse.
    before = pool(live)
    await page.get_by_role("button", name="Пересунути").click()
    pin = page.locator(".place-mark")
    await pin.focus()
    await page.keyboard.press("Shift+ArrowRight")
    box = await pin.bounding_box()
    assert box is not None
    x, y = box["x"] + 22, box["y"] + 20
    await page.mouse.move(x, y)
    await page.mouse.down()
    await page.mouse.move(x + 60, y - 80, steps=4)
    await page.mouse.up()
    await page.get_by_role("button", name="Зберегти місце").click()
    await expect(page.locator(".history li").first).to_contain_text("Пересунуто на")
    after = pool(live)
    assert after["lon"] > before["lon"]
    assert after["lat"] > before["lat"]
    await page.get_by_role("button", name="Скасувати зміну").first.click()
    await eventually(lambda: pool(live)["lon"] == before["lon"], "the place of before")
    await page.get_by_role("button", name="Вилучити").click()
    await page.get_by_role("dialog").get_by_role("button", name="Вилучити").click()
    await expect(page.locator("#screen")).to_contain_text("більше не знаходиться")
    await page.get_by_role("button", name="Повернути", exact=True).click()
    await expect(page.get_by_role("button", name="Вилучити")).to_be_visible()
    await page.get_by_role("link", name="Журнал").click()
    await expect(page.locator(".history li").first).to_contain_text("Повернуто")
    # The other languages say it, too.
    await open_menu(page)
    await page.locator("#language").select_option("en")
    await expect(page.locator(".history li").first).to_contain_text("Brought back")


async def test_a_house_on_a_phone(live: Live, browsing: Browsing) -> None:
    page = await browsing.open("desk", path=PAGE, size=PHONE)
    await expect(page.locator("#map[data-ready]")).to_be_attached()
    await page.locator("#g-query").fill("просп. Миру 45")
    await page.locator("a.entry", has_text="45").first.tap()
    card = page.locator(".house-card")
    await expect(card).to_contain_text("Будинок 45")
    await card.get_by_role("button", name="Пересунути").tap()
    await page.get_by_role("button", name="Показати на карті").tap()
    await expect(page.locator(".place-mark")).to_be_in_viewport()
    await page.touchscreen.tap(250, 300)
    await page.get_by_role("button", name="Готово").tap()
    await page.get_by_role("button", name="Зберегти місце").tap()
    await expect(card.locator(".badge")).to_have_text("пересунуто")
    await card.get_by_role("button", name="Як у файлі").tap()
    await expect(card.locator(".badge")).to_have_count(0)
    wide = await page.evaluate("document.documentElement.scrollWidth")
    assert wide <= PHONE["width"]


async def test_without_a_map_or_a_server(live: Live, browsing: Browsing) -> None:
    page = await browsing.open("desk", path=PAGE, arguments=NO_WEBGL)
    await opened(page, "нептун", POOL)
    await page.get_by_role("button", name="Пересунути").click()
    await expect(page.get_by_label("Широта")).to_have_value(re.compile(r"47\.\d{6}"))
    await page.get_by_label("Широта").fill("сорок")
    await expect(page.get_by_role("button", name="Зберегти місце")).to_be_disabled()
    await page.get_by_role("link", name="Пошук", exact=True).click()
    await page.context.set_offline(True)
    await page.locator("#g-query").fill("драмтеатр")
    await expect(page.get_by_role("alert")).to_contain_text("Сервер не відповідає")
    await page.context.set_offline(False)
    await page.get_by_role("button", name="Спробувати ще раз").click()
    await expect(page.locator("a.entry").first).to_contain_text("Драматичний театр")


async def test_what_people_call_a_place_becomes_an_alias(live: Live, browsing: Browsing) -> None:
    at = pool(live)
    for name in ("Олена", "Іван", "Петро"):
        # A citizen each: the same one counts as often as they report.
        await live.reported(f"Біля жабника {name} кричить", (at["lon"], at["lat"]))
    page = await browsing.open("admin", path=f"{PAGE}#proposals")
    card = page.locator(".proposal", has_text="«жабника»")
    await expect(card).to_contain_text(POOL)
    await expect(card).to_contain_text("3 рази")
    await card.get_by_label("Записати псевдонім так").fill("жабник")
    await card.get_by_role("button", name="Прийняти").click()
    await expect(card).to_have_count(0)
    assert found(live, "бійка коло жабника") == [POOL]
    await page.get_by_role("link", name="Перевірити").click()
    await page.get_by_label("Повідомлення").fill("коло жабника б'ються")
    await page.get_by_label("Повідомлення").press("Enter")
    await expect(page.locator(".verdict")).to_have_attribute("data-does", "routes")
    await expect(page.locator(".try-answer")).to_contain_text(POOL)


async def test_who_may_only_read_and_who_may_not(browsing: Browsing) -> None:
    leader = await browsing.open("leader", path=PAGE)
    await opened(leader, "нептун", POOL)
    await expect(leader.get_by_role("button", name="Пересунути")).to_have_count(0)
    await expect(leader.get_by_label("Як ще кажуть люди")).to_have_count(0)
    officer = await browsing.open("officer", path=PAGE)
    await expect(officer.locator("#screen")).to_contain_text("Ця сторінка — для")
