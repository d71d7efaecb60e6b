"""The page on which GIS staff change the boundaries, and what staff then see."""

from typing import Any

import pytest
from playwright.async_api import expect

from tests.browser.boundary_kit import (
    CHICAGO,
    COUNTS,
    NEXT_BEAT,
    PAGE,
    activate,
    approved,
    as_file,
    city,
    districts,
    drafted,
    exchanged,
    feature,
    is_nearer,
    is_scale,
    labels,
    overlapping,
    pixels_per_km,
    slipped,
    state,
    upload,
)
from tests.browser.conftest import (
    DEMO_SET,
    OWN_BEAT,
    PHONE,
    Browsing,
    Live,
    eventually,
    open_menu,
    row,
)

pytestmark = pytest.mark.usefixtures("demo_city")


async def test_chicago_over_the_demo_city_and_back(live: Live, browsing: Browsing) -> None:
    number, _ = await live.reported("Бійка на ринку", live.inside(OWN_BEAT))
    gis = await browsing.open("gis", path=PAGE)
    await upload(gis, CHICAGO)
    await expect(gis.get_by_label("Код", exact=True)).to_have_value("BEAT_NUM")
    await expect(gis.get_by_label("Код відділення", exact=True)).to_have_value("DISTRICT")
    await gis.get_by_label("Назва набору").fill("Чикаго")
    await gis.get_by_role("button", name="Перевірити й зберегти чернетку").click()
    await expect(state(gis)).to_have_text("Чернетка", timeout=120_000)
    await expect(gis.locator(".problem")).to_contain_text("лежить за")
    await gis.get_by_role("tab", name="Що зміниться").click()
    await expect(gis.locator("#tab-panel")).to_contain_text(number, timeout=60_000)
    await expect(gis.locator("#tab-panel")).to_contain_text("Поза дільницями")
    await gis.get_by_role("button", name="Подати на погодження").click()
    await expect(state(gis)).to_have_text("На погодженні")
    # Who made it does not approve it.
    await expect(gis.get_by_role("button", name="Погодити")).to_have_count(0)
    await expect(gis.locator(".set-notes")).to_contain_text("інша людина")

    admin = await browsing.open("admin", path=gis.url.removeprefix(live.url))
    await admin.get_by_role("button", name="Погодити").click()
    await expect(state(admin)).to_have_text("Погоджено")
    assert live.report(number)["beat"]["code"] == OWN_BEAT
    await activate(admin, "Увести в дію")
    moved = live.report(number)
    assert (moved["beat"], moved["decision"]["reason"]) == (None, "outside")

    desk = await browsing.open("desk")
    await expect(desk.locator("#staff-notice")).to_contain_text("Чикаго")
    await expect(desk.locator("#staff-notice")).to_contain_text(COUNTS)
    await row(desk, number).click()
    await desk.get_by_text("Історія:").click()
    await expect(desk.locator(".history")).to_contain_text("Межі змінилися")

    await admin.get_by_role("link", name="До списку наборів").click()
    await admin.locator(f'[data-set="{DEMO_SET}"]').click()
    await activate(admin, "Повернути ці межі")
    assert live.report(number)["beat"]["code"] == OWN_BEAT
    await admin.get_by_role("tab", name="Журнал").click()
    await expect(admin.locator("#tab-panel")).to_contain_text("Перейшло звернень")


async def test_faults_are_listed_shown_and_mended_later(live: Live, browsing: Browsing) -> None:
    page = await browsing.open("gis", path=PAGE)
    await upload(page, as_file(overlapping(), "Накладання.geojson"))
    await expect(page.locator(".mapping")).to_contain_text("формат")
    await page.get_by_role("button", name="Перевірити й зберегти чернетку").click()
    await expect(page.get_by_role("heading", name="Не збережено")).to_be_focused()
    first = page.locator(".problem").first
    await expect(first).to_contain_text("накладаються")
    await first.click()
    await expect(first).to_have_attribute("aria-current", "true")
    await page.get_by_role("button", name="Наступне зауваження").click()
    await expect(page.locator(".problem").nth(1)).to_have_attribute("aria-current", "true")
    assert "Накладання" not in labels(live)

    await page.get_by_label("Зберегти чернетку навіть із помилками").check()
    await page.get_by_role("button", name="Перевірити й зберегти чернетку").click()
    await expect(state(page)).to_have_text("Чернетка")
    assert labels(live).count("Накладання") == 1
    await expect(page.locator(".set-notes")).to_contain_text("Подати на погодження не можна")
    await expect(page.get_by_role("button", name="Подати на погодження")).to_have_count(0)
    await page.get_by_role("button", name="Видалити чернетку").click()
    await page.get_by_role("dialog").get_by_role("button", name="Видалити чернетку").click()
    await expect(page.get_by_role("heading", name="Набори меж")).to_be_visible()
    assert "Накладання" not in labels(live)


async def test_a_repair_shows_what_it_moved(live: Live, browsing: Browsing) -> None:
    page = await browsing.open("gis", path=PAGE)
    await upload(page, as_file(slipped(), "Зсуви.geojson"))
    await page.get_by_label("Виправити дрібні щілини й накладання").check()
    await page.get_by_role("button", name="Перевірити й зберегти чернетку").click()
    await expect(state(page)).to_have_text("Чернетка")
    await expect(page.locator(".set-notes")).to_contain_text("виправлено")
    far = await pixels_per_km(page)
    # What moved is narrower than a pixel of the whole city.
    await page.get_by_role("button", name="Показати на карті").click()
    await eventually(lambda: is_nearer(page, far * 3), "the map flew to what moved")
    await expect(page.get_by_role("tab", name="Зауваження")).to_have_attribute(
        "aria-selected", "true"
    )


async def test_a_phone_goes_from_problem_to_problem_on_the_map(
    live: Live, browsing: Browsing
) -> None:
    made = drafted(live, overlapping(), "У телефоні")
    page = await browsing.open("gis", size=PHONE, path=f"{PAGE}#{made}")
    await expect(page.locator(".problem").first).to_be_visible()
    far = await pixels_per_km(page)
    await page.locator(".problem").first.click()
    await eventually(lambda: is_nearer(page, far * 2), "the map flew to the problem")
    card = page.locator("#district-card")
    first = await page.locator(".problem-words").first.text_content() or ""
    await expect(card).to_contain_text(first.split(": ", 1)[1][:40])
    await card.get_by_role("button", name="Наступне зауваження").click()
    await expect(page.locator(".problem").nth(1)).to_have_attribute("aria-current", "true")
    second = await page.locator(".problem-words").nth(1).text_content() or ""
    await expect(card).to_contain_text(second.split(": ", 1)[1][:40])
    await card.get_by_role("button", name="Закрити").click()
    await expect(card).to_be_empty()


async def test_an_unreadable_file_is_told_in_one_line(live: Live, browsing: Browsing) -> None:
    page = await browsing.open("gis", path=f"{PAGE}#new")
    before = labels(live)
    broken: Any = {"name": "beats.zip", "mimeType": "application/zip", "buffer": b"PK\x03\x04 cut"}
    await page.locator("#file-main").set_input_files(broken)
    await expect(page.get_by_role("alert")).not_to_be_empty()
    await expect(page.get_by_role("button", name="Перевірити й зберегти чернетку")).to_have_count(0)
    assert labels(live) == before


async def test_an_activation_is_planned_and_called_off(live: Live, browsing: Browsing) -> None:
    made = approved(live, city(), "На потім")
    page = await browsing.open("admin", path=f"{PAGE}#{made}")
    await page.get_by_role("button", name="Увести в дію").click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_label("У призначений час").check()
    await expect(dialog.get_by_label("Коли")).to_be_enabled()
    wanted = await dialog.get_by_label("Коли").input_value()
    await dialog.get_by_label("Коли").fill("")
    await dialog.get_by_role("button", name="Увести в дію").click()
    # Without a time it is not done, and not done at once either.
    await expect(dialog.get_by_label("Коли")).to_be_focused()
    await dialog.get_by_label("Коли").fill(wanted)
    await dialog.get_by_role("button", name="Увести в дію").click()
    await expect(page.locator(".set-notes")).to_contain_text("Набуде чинності")
    await page.get_by_role("button", name="Скасувати введення в дію").click()
    await expect(page.locator(".set-notes")).not_to_contain_text("Набуде чинності")
    scheduled = live.api("admin").get(f"/boundary-sets/{made}").json()["scheduled"]
    assert [one["state"] for one in scheduled] == ["cancelled"]


async def test_changes_are_carried_over_to_newer_boundaries(live: Live, browsing: Browsing) -> None:
    renamed = city()
    feature(renamed, "302")["properties"]["name"]["uk"] = "Перейменована"
    mine = drafted(live, renamed, "Перенести")
    other = approved(live, exchanged(), "Раніше за мене")
    live.api("admin").post(f"/boundary-sets/{other}/activate", json={}).raise_for_status()
    page = await browsing.open("gis", path=f"{PAGE}#{mine}")
    await expect(page.locator(".set-notes")).to_contain_text("Перенесіть зміни")
    await page.get_by_role("button", name="Перенести на чинні межі").click()
    await expect(page.locator(".set-facts")).to_contain_text(f"На основі набору № {other}")
    made = int(page.url.split("#")[1])
    assert feature(districts(live, made), "302")["properties"]["name"]["uk"] == "Перейменована"


async def test_old_and_new_are_compared(live: Live, browsing: Browsing) -> None:
    made = drafted(live, exchanged(), "Порівняти")
    page = await browsing.open("gis", path=f"{PAGE}#{made}")
    await page.get_by_role("radio", name="Шторка").check()
    curtain = page.get_by_role("slider")
    await curtain.focus()
    await page.keyboard.press("ArrowRight")
    await expect(curtain).to_have_attribute("aria-valuenow", "55")
    await page.keyboard.press("Home")
    await expect(curtain).to_have_attribute("aria-valuenow", "2")
    await expect(page.locator("#map-old[data-ready]")).to_be_visible()
    whole = await pixels_per_km(page)
    await page.get_by_role("radio", name="Поруч").check()
    await eventually(lambda: is_scale(page, whole / 2), "half the map shows as much ground")
    await expect(page.locator(".captions")).to_contain_text("Порівняти")
    await expect(curtain).to_be_hidden()
    await page.get_by_role("radio", name="Новий", exact=True).check()
    await eventually(lambda: is_scale(page, whole), "the whole map shows what it did")


async def test_readers_look_and_change_nothing(live: Live, browsing: Browsing) -> None:
    made = drafted(live, city(), "Тільки дивитися")
    page = await browsing.open("leader", path=PAGE)
    await expect(page.get_by_role("link", name="Завантажити файл")).to_have_count(0)
    await page.locator(f'[data-set="{made}"]').click()
    await expect(state(page)).to_have_text("Чернетка")
    await expect(page.locator(".set-steps")).to_have_count(0)
    await page.goto(f"{live.url}{PAGE}#{made}/edit")
    await expect(state(page)).to_have_text("Чернетка")


async def test_officers_are_shown_the_way_out(browsing: Browsing) -> None:
    page = await browsing.open("officer", path=PAGE)
    await expect(page.locator("#side-pane")).to_contain_text("Ця сторінка — для")
    await page.locator("#side-pane").get_by_role("link", name="Карта звернень").click()
    await expect(page.get_by_role("heading", name="Черга")).to_be_visible()
    await open_menu(page)
    await expect(page.get_by_role("link", name="Межі")).to_have_count(0)


async def test_the_staff_page_leads_to_the_boundaries(browsing: Browsing) -> None:
    page = await browsing.open("gis")
    await open_menu(page)
    await page.get_by_role("link", name="Межі").click()
    await expect(page.get_by_role("heading", name="Набори меж")).to_be_visible()


async def test_a_proposed_move_is_declined_and_accepted(live: Live, browsing: Browsing) -> None:
    numbers = [
        (await live.reported(text, live.inside(OWN_BEAT)))[0] for text in ("Лишити", "Віддати")
    ]
    for number in numbers:
        live.act("desk", number, "status", status="acknowledged")
    made = approved(live, exchanged(), "Обмін дільницями")
    page = await browsing.open("desk")
    await expect(row(page, numbers[0])).to_be_visible()
    live.api("admin").post(f"/boundary-sets/{made}/activate", json={}).raise_for_status()
    await expect(page.locator("#staff-notice")).to_contain_text("Обмін дільницями")
    for number, button in zip(numbers, ("Залишити як є", "Передати"), strict=True):
        await row(page, number).click()
        await expect(page.locator(".move-note")).to_contain_text("Центральний ринок")
        await page.locator(".move-note").get_by_role("button", name=button).click()
        await expect(page.locator(".move-note")).to_have_count(0)
    await eventually(lambda: live.report(numbers[1])["beat"]["code"] == NEXT_BEAT, "it moved")
    kept = live.report(numbers[0])
    assert (kept["beat"]["code"], kept["proposed_move"]) == (OWN_BEAT, None)
    await page.get_by_role("button", name="Зрозуміло").click()
    # Nothing else may be left to be told, and then the line itself is gone.
    told = page.locator("#staff-notice").filter(has_text="Обмін дільницями")
    await expect(told).to_have_count(0)


@pytest.mark.parametrize("screen", ["", "#new", "#{}", "#{}/edit"])
async def test_nothing_is_cut_off_on_a_narrow_phone(
    live: Live, browsing: Browsing, screen: str
) -> None:
    made = drafted(live, overlapping(), " ".join(["Дуже довга назва набору"] * 4))
    narrow = PHONE | {"width": 320, "height": 640}
    page = await browsing.open("gis", size=narrow, path=PAGE + screen.format(made))
    await expect(page.locator(".side-body")).to_be_visible()
    await expect(page.locator(".loading")).to_have_count(0)
    assert await page.evaluate("document.documentElement.scrollWidth") <= narrow["width"]
    cut = await page.evaluate(
        """() => [...document.querySelectorAll('button, .button, .badge, summary, h2:not(.sr), h3')]
          .filter((each) => each.offsetParent && (each.scrollWidth > each.clientWidth + 1
            || each.getBoundingClientRect().right > innerWidth + 1))
          .map((each) => each.textContent)"""
    )
    assert cut == []
