"""The figures on their page: what is counted, in words, lines and on the map."""

import re
from typing import Any

from playwright.async_api import Page, Route, expect

from tests.browser.conftest import OWN_BEAT, PHONE, Browsing, Live, eventually


def figure(page: Page, name: str) -> Any:
    return page.locator(f'.tile[data-figure="{name}"] .tile-number')


async def counted(live: Live, number: str, login: str = "leader", path: str = "") -> dict[str, Any]:
    """Wait until the worker has taken in what happened to a report."""
    rows = live.sql(
        "SELECT max(e.id) AS id FROM report_event e JOIN report r ON r.id = e.report_id WHERE r.number = %s",
        number,
    )

    def is_there() -> bool:
        found = live.sql("SELECT event FROM evidence_progress")
        return bool(found[0]["event"] >= rows[0]["id"])

    await eventually(is_there, "facts of the report", within_s=90)
    answer = live.api(login).get(f"/stats{path}").raise_for_status()
    return dict(answer.json()["current"])


async def test_leaders_see_what_came_and_how_it_went(live: Live, browsing: Browsing) -> None:
    number, _ = await live.reported("Вкрали велосипед на показ", live.inside(OWN_BEAT))
    for status in ("acknowledged", "on_scene", "resolved"):
        live.act("desk", number, "status", status=status)
    expected = await counted(live, number)
    page = await browsing.open("leader", path="/evidence")
    reports = expected["total"]["reports"]
    await expect(figure(page, "reports")).to_have_text(re.compile(rf"^{reports}$"))
    await expect(page.locator('[data-metric="on_scene"] td').nth(2)).to_have_text(
        str(expected["total"]["times"]["on_scene"]["reached"])
    )
    await expect(page.locator(".chart canvas").first).to_be_visible()
    await expect(page.get_by_role("heading", name="Де це стається")).to_be_visible()
    await expect(page.locator("#heat-map")).to_have_attribute("data-ready", "true")

    # All of it is there without a picture.
    table = page.locator("#ev-time details")
    await table.locator("summary").click()
    await expect(table.locator("tbody tr")).to_have_count(28)

    await page.get_by_label("Кадри").select_option("hour")
    slider = page.get_by_label("Час на карті")
    await expect(slider).to_have_attribute("aria-valuetext", "0:00 – 1:00")
    await slider.focus()
    await page.keyboard.press("End")
    await expect(slider).to_have_attribute("aria-valuetext", "23:00 – 24:00")
    await page.keyboard.press("ArrowLeft")
    await expect(page.locator("#heat-slide ~ output")).to_have_text("22:00 – 23:00")

    await page.locator("#pick-category").select_option("theft")
    thefts = next(row for row in expected["by"]["category"] if row["code"] == "theft")
    await expect(figure(page, "reports")).to_have_text(str(thefts["reports"]))
    await expect(page).to_have_url(re.compile("category=theft"))
    href = await page.get_by_role("link", name="CSV").get_attribute("href")
    assert "category=theft" in str(href)
    assert live.api("leader").get(str(href).removeprefix("/api/v1")).text.startswith("section,")

    await page.get_by_label("Період").select_option("custom")
    await expect(page.locator("#state")).to_contain_text("Оберіть перший і останній день")
    await page.get_by_label("Перший день").fill("2020-01-01")
    await page.get_by_label("Останній день").fill("2020-01-31")
    await expect(page.get_by_text("За ці дні звернень немає")).to_be_visible()


async def test_without_an_answer_the_page_says_so_and_asks_again(
    live: Live, browsing: Browsing
) -> None:
    page = await browsing.open(None, path="/evidence")

    async def refuse(route: Route) -> None:
        await route.abort()

    await page.route("**/api/v1/stats?*", refuse)
    await page.get_by_label("Логін").fill("leader")
    await page.get_by_label("Пароль").fill("beatway-demo")
    await page.get_by_role("button", name="Увійти", exact=True).click()
    await expect(page.locator("#state")).to_contain_text("Сервер не відповідає")
    await page.unroute("**/api/v1/stats?*")
    await page.locator("#state").get_by_role("button").click()
    await expect(page.locator("#state")).to_contain_text("станом на")


async def test_officers_see_their_own_on_a_phone(live: Live, browsing: Browsing) -> None:
    number, _ = await live.reported("Показ свого на телефоні", live.inside(OWN_BEAT))
    live.act("officer", number, "status", status="acknowledged")
    expected = await counted(live, number, "officer", "/me")
    page = await browsing.open("officer", path="/evidence", size=PHONE)
    await expect(figure(page, "reports")).to_have_text(str(expected["total"]["reports"]))
    await expect(page.locator("#ev-heat")).to_have_count(0)
    await expect(page.get_by_role("link", name="PDF")).to_have_count(0)
    overflow = await page.evaluate("document.documentElement.scrollWidth > innerWidth")
    assert not overflow


async def test_only_the_figures_scroll(live: Live, browsing: Browsing) -> None:
    number, _ = await live.reported("Щоб було що показати", live.inside(OWN_BEAT))
    await counted(live, number, "leader")
    page = await browsing.open("leader", path="/evidence", size=PHONE)
    await expect(page.locator("table").first).to_be_attached()
    beyond = "document.documentElement.scrollHeight - innerHeight"
    assert await page.evaluate(beyond) <= 0


async def test_gis_staff_are_told_that_it_is_not_theirs(browsing: Browsing) -> None:
    page = await browsing.open("gis", path="/evidence")
    await expect(page.get_by_text("Ця сторінка не для вашої ролі.")).to_be_visible()
