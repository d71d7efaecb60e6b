"""Drawing boundaries: by mouse, by keyboard, together with others, without a map."""

from typing import Any

import pytest
import shapely
from playwright.async_api import Page, expect

from tests.browser.boundary_kit import (
    NEXT_BEAT,
    PAGE,
    SAVED,
    city,
    districts,
    drafted,
    feature,
    overlapping,
    state,
)
from tests.browser.conftest import (
    NO_WEBGL,
    OWN_BEAT,
    PHONE,
    Browsing,
    Live,
    eventually,
)

pytestmark = pytest.mark.usefixtures("demo_city")


async def editing(browsing: Browsing, boundary_set_id: int, code: str, **how: Any) -> Page:
    page = await browsing.open("gis", path=f"{PAGE}#{boundary_set_id}/edit", **how)
    await page.get_by_label("Район", exact=True).select_option(code)
    return page


async def to_shared_vertex(page: Page) -> None:
    """Step to a vertex where two beats of one precinct meet, and only they."""
    heading = page.locator("#vertex-card h3")
    for _ in range(60):
        await page.keyboard.press("n")
        if (await heading.text_content() or "").endswith(f"{OWN_BEAT}, {NEXT_BEAT}"):
            return
    pytest.fail("the two beats have no vertex in common")


async def test_a_shared_vertex_moves_for_both_beats(live: Live, browsing: Browsing) -> None:
    made = drafted(live, city(), "Спільна вершина")
    page = await editing(browsing, made, OWN_BEAT)
    canvas = page.locator("#map canvas")
    await canvas.focus()
    await to_shared_vertex(page)
    before = float(await page.get_by_label("Широта").input_value())
    await canvas.focus()
    await page.keyboard.press("ArrowUp")
    await expect(page.locator("#edit-state")).to_have_text("Не збережено: 2 райони.")
    lat = float(await page.get_by_label("Широта").input_value())
    assert lat > before
    await page.get_by_role("button", name="Скасувати крок").first.click()
    await expect(page.locator("#edit-state")).to_have_text(SAVED)
    await page.get_by_role("button", name="Повторити крок").first.click()
    await page.get_by_role("button", name="Зберегти чернетку").click()
    await expect(page.locator("#edit-state")).to_have_text(SAVED)
    stored = districts(live, made)
    shapes = [
        shapely.geometry.shape(feature(stored, code)["geometry"]) for code in (OWN_BEAT, NEXT_BEAT)
    ]
    corners = [{(x, y) for x, y in shapely.get_coordinates(shape)} for shape in shapes]
    assert any(abs(y - lat) < 1e-6 for _, y in corners[0] & corners[1])
    assert shapes[0].intersection(shapes[1]).area == 0
    problems = live.api("gis").get(f"/boundary-sets/{made}").json()["problems"]
    assert problems["error"] == 0


async def test_a_vertex_is_dragged(live: Live, browsing: Browsing) -> None:
    made = drafted(live, city(), "Тягнути")
    page = await editing(browsing, made, OWN_BEAT)
    canvas = page.locator("#map canvas")
    await canvas.focus()
    # The keys bring a vertex to be known; pressing the pointer down there takes hold of it.
    await page.keyboard.press("n")
    lon = float(await page.get_by_label("Довгота").input_value())
    at = await place_of(page)
    await page.mouse.move(*at)
    await page.mouse.down()
    await page.mouse.move(at[0] + 8, at[1] - 6, steps=3)
    await page.mouse.move(at[0] + 16, at[1] - 12, steps=3)
    await page.mouse.up()
    await expect(page.locator("#edit-state")).to_contain_text("Не збережено")
    assert float(await page.get_by_label("Довгота").input_value()) != lon


async def test_a_finger_drags_a_shared_vertex_and_the_map_beside_it(
    live: Live, browsing: Browsing
) -> None:
    made = drafted(live, city(), "Пальцем")
    page = await editing(browsing, made, OWN_BEAT, size=PHONE)
    await page.locator("#tabs button").nth(1).tap()
    canvas = page.locator("#map canvas")
    await expect(canvas).to_be_visible()
    await canvas.focus()
    await expect(canvas).to_be_focused()
    await to_shared_vertex(page)
    hand = await page.context.new_cdp_session(page)

    async def drag(start: tuple[float, float], x: float, y: float) -> None:
        steps = [(start[0] + x * part / 4, start[1] + y * part / 4) for part in range(5)]
        for kind, at in [("touchStart", steps[0]), *(("touchMove", each) for each in steps[1:])]:
            point = {"x": at[0], "y": at[1]}
            await hand.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [point]})
        await hand.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})

    at = await place_of(page)
    await drag(at, 14, 10)
    await expect(page.locator("#edit-state")).to_have_text("Не збережено: 2 райони.")
    moved = await place_of(page)
    assert moved == pytest.approx((at[0] + 14, at[1] + 10), abs=2)
    # Where there is no boundary to take hold of, the map goes along.
    await drag((moved[0], moved[1] + 120), 0, 60)

    async def is_lower() -> bool:
        return (await place_of(page))[1] > moved[1] + 30

    await eventually(is_lower, "the map moved")
    await page.locator("#undo-map").tap()
    await expect(page.locator("#edit-state")).to_have_text(SAVED)


async def test_what_is_refused_is_said_once_and_until_the_next_tool(
    live: Live, browsing: Browsing
) -> None:
    made = drafted(live, city(), "Відмова")
    page = await editing(browsing, made, OWN_BEAT)
    await page.locator("#map canvas").focus()
    await page.keyboard.press("n")
    # To the other end of the city: the borders would cross.
    await page.get_by_label("Довгота").fill("37.7")
    await page.get_by_role("button", name="Перемістити").click()
    refusal = page.locator(".note", has_text="Межі перетнулися б")
    await expect(refusal.locator("visible=true")).to_have_count(1)
    await expect(page.locator("#edit-state")).to_have_text(SAVED)
    await page.locator(".side-body").get_by_role("radio", name="Розділити").check()
    await expect(refusal.locator("visible=true")).to_have_count(0)


async def place_of(page: Page) -> tuple[float, float]:
    """Return where the chosen vertex is on the screen: the map is brought there by its own keys."""
    box = await page.locator("#map").bounding_box()
    assert box is not None
    await page.wait_for_function("document.querySelector('#map').dataset.active")
    x, y = (await page.locator("#map").get_attribute("data-active") or "").split(" ")
    return box["x"] + float(x), box["y"] + float(y)


async def test_a_beat_is_split_and_merged_by_keyboard(live: Live, browsing: Browsing) -> None:
    made = drafted(live, city(), "Поділ")
    page = await editing(browsing, made, OWN_BEAT)
    whole = shapely.geometry.shape(feature(districts(live, made), OWN_BEAT)["geometry"]).area
    await page.locator(".side-body").get_by_role("radio", name="Розділити").check()
    canvas = page.locator("#map canvas")
    await canvas.focus()
    for key in ("ArrowLeft",) * 8:
        await page.keyboard.press(key)
    await page.wait_for_function("!document.querySelector('#map').dataset.moving")
    await page.keyboard.press("Space")
    for key in ("ArrowRight",) * 16:
        await page.keyboard.press(key)
    await page.wait_for_function("!document.querySelector('#map').dataset.moving")
    await page.keyboard.press("Space")
    await page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog")
    await expect(dialog.get_by_label("Код нового району")).to_have_value("107")
    await dialog.get_by_label("Код нового району").fill(NEXT_BEAT)
    await dialog.get_by_role("button", name="Розділити").click()
    # A code that is taken is refused before anything is done.
    await expect(dialog).to_be_visible()
    await dialog.get_by_label("Код нового району").fill("107")
    await dialog.get_by_role("button", name="Розділити").click()
    await expect(page.get_by_label("Район", exact=True)).to_have_value("107")
    await page.keyboard.press("Control+s")
    await expect(page.locator("#edit-state")).to_have_text(SAVED)
    stored = districts(live, made)
    parts = [
        shapely.geometry.shape(feature(stored, code)["geometry"]).area for code in (OWN_BEAT, "107")
    ]
    assert sum(parts) == pytest.approx(whole, rel=1e-9)
    assert feature(stored, "107")["properties"]["parent"] == "1"

    await page.get_by_label("Район", exact=True).select_option(OWN_BEAT)
    await page.get_by_label("Об’єднати із сусідом").select_option("107")
    await page.locator(".join").get_by_role("button", name="Об’єднати").click()
    await page.get_by_role("dialog").get_by_role("button", name="Об’єднати").click()
    # The card is drawn anew once the dialog is gone.
    near = page.get_by_label("Об’єднати із сусідом")
    await expect(near.locator("option[value='107']")).to_have_count(0)
    await page.get_by_label("Українська", exact=True).fill("Нове Старе місто")
    await page.get_by_label("Українська", exact=True).blur()
    await page.get_by_role("button", name="Зберегти чернетку").click()
    await expect(page.locator("#edit-state")).to_have_text(SAVED)
    merged = districts(live, made)
    assert [one for one in merged["features"] if one["properties"]["code"] == "107"] == []
    beat = feature(merged, OWN_BEAT)
    assert beat["properties"]["name"]["uk"] == "Нове Старе місто"
    assert shapely.geometry.shape(beat["geometry"]).area == pytest.approx(whole, rel=1e-9)


async def test_somebody_elses_change_is_told_and_nothing_lost(
    live: Live, browsing: Browsing
) -> None:
    made = drafted(live, city(), "Удвох")
    page = await editing(browsing, made, OWN_BEAT)
    await expect(page.get_by_label("English", exact=True)).not_to_have_value("")
    theirs = feature(districts(live, made), "302")
    theirs["properties"]["name"]["uk"] = "Чужа назва"
    changes = {"upsert": [theirs], "remove": []}
    live.api("admin").patch(f"/boundary-sets/{made}/districts", json=changes).raise_for_status()
    await page.get_by_label("English", exact=True).fill("Mine")
    await page.get_by_label("English", exact=True).blur()
    await page.get_by_role("button", name="Зберегти чернетку").click()
    await expect(page.locator("#conflict")).to_contain_text("змінив хтось інший")
    await page.get_by_role("button", name="Зберегти мої зверху").click()
    await expect(page.locator("#edit-state")).to_have_text(SAVED)
    stored = districts(live, made)
    assert feature(stored, OWN_BEAT)["properties"]["name"]["en"] == "Mine"
    assert feature(stored, "302")["properties"]["name"]["uk"] == "Чужа назва"
    # What is edited from now on begins with theirs, so that it is not undone later.
    await expect(page.get_by_label("Район", exact=True)).to_have_value(OWN_BEAT)
    await page.get_by_label("Район", exact=True).select_option("302")
    await expect(page.get_by_label("Українська", exact=True)).to_have_value("Чужа назва")


async def test_unsaved_work_is_not_left_by_mistake(live: Live, browsing: Browsing) -> None:
    made = drafted(live, city(), "Не губити")
    page = await editing(browsing, made, OWN_BEAT)
    await page.get_by_label("English", exact=True).fill("Unsaved")
    await page.get_by_label("English", exact=True).blur()
    await page.get_by_role("link", name="Закінчити правку").click()
    await page.get_by_role("dialog").get_by_role("button", name="Скасувати").click()
    await expect(page.get_by_label("English", exact=True)).to_have_value("Unsaved")
    await page.get_by_role("link", name="Закінчити правку").click()
    await page.get_by_role("dialog").get_by_role("button", name="Покинути").click()
    await expect(state(page)).to_have_text("Чернетка")


async def test_a_browser_without_webgl_has_all_but_the_map(live: Live, browsing: Browsing) -> None:
    made = drafted(live, overlapping(), "Без карти")
    page = await browsing.open("gis", path=f"{PAGE}#{made}", arguments=NO_WEBGL)
    await expect(page.locator("#map-over")).to_contain_text("WebGL")
    await page.locator(".problem").first.click()
    await page.get_by_role("link", name="Редагувати").click()
    await page.get_by_label("Район", exact=True).select_option(OWN_BEAT)
    await page.get_by_label("English", exact=True).fill("No map needed")
    await page.get_by_label("English", exact=True).blur()
    await page.get_by_role("button", name="Зберегти чернетку").click()
    await expect(page.locator("#edit-state")).to_have_text(SAVED)
