"""A precinct's week in a real browser: drawn, dragged, copied, refused, taken back."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from playwright.async_api import Locator, Page, expect

from tests.browser.conftest import NO_WEBGL, PHONE, Browsing, Live, open_menu

ONE = "TEST-1"
NAME = "Перевірний Захар"
# Weeks that no other test plans; the second one's Sunday has 25 hours.
BEFORE, WEEK, AFTER = date(2027, 10, 18), date(2027, 10, 25), date(2027, 11, 1)


@pytest.fixture
def one(live: Live) -> Iterator[str]:
    """An officer of the test's own, with shifts at night and by day."""
    api = live.api("desk")
    body: dict[str, Any] = {"name": NAME, "precinct": "1", "rank": "лейтенант"}
    api.put(f"/officers/{ONE}", json=body).raise_for_status()
    # In Kyiv from 20:00 till 08:00, and from 08:00 till 20:00 two days later.
    plan(live, BEFORE, 17, 12)
    plan(live, BEFORE + timedelta(days=2), 5, 12)
    yield ONE
    live.sql("DELETE FROM shift WHERE officer_id = (SELECT id FROM officer WHERE code = %s)", ONE)
    body["active"] = False
    api.put(f"/officers/{ONE}", json=body).raise_for_status()


def plan(live: Live, day: date, hour_utc: int, hours: int) -> None:
    since = f"{day}T{hour_utc:02}:00:00+00:00"
    later = timedelta(hours=hour_utc + hours)
    until = f"{day + later // timedelta(days=1) * timedelta(days=1)}"
    until += f"T{(hour_utc + hours) % 24:02}:00:00+00:00"
    span = {"officer": ONE, "since": since, "until": until}
    live.api("desk").post("/shifts", json=span).raise_for_status()


def shifts(live: Live, week: date) -> list[tuple[str, str]]:
    found = live.api("desk").get(
        "/shifts",
        params={"since": f"{week}T00:00:00Z", "until": f"{week + timedelta(days=8)}T00:00:00Z"},
    )
    return [
        (each["since"], each["until"])
        for each in found.json()["shifts"]
        if each["officer"]["code"] == ONE
    ]


def track(page: Page) -> Locator:
    return page.locator(f'.track[data-officer="{ONE}"]')


async def pull(page: Page, what: Locator, by: float) -> None:
    await what.scroll_into_view_if_needed()
    box = await what.bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    await page.mouse.move(x, y)
    await page.mouse.down()
    await page.mouse.move(x + by / 2, y, steps=3)
    await page.mouse.move(x + by, y, steps=3)
    await page.mouse.up()


async def day_width(page: Page) -> float:
    box = await page.locator(".day").first.bounding_box()
    assert box is not None
    return box["width"]


async def test_a_shift_is_pulled_refused_where_it_overlaps_and_taken_back(
    live: Live, browsing: Browsing, one: str
) -> None:
    # The browser is elsewhere; the week is the city's.
    page = await browsing.open("desk", path=f"/roster#1/{BEFORE}", timezone_id="America/New_York")
    night = track(page).locator(".entry").first
    await expect(night).to_have_accessible_name(f"{NAME}. Зміна: 18 жовт., 20:00 – 19 жовт., 08:00")
    assert await track(page).locator(".entry").count() == 2
    hour = await day_width(page) / 24
    await pull(page, night.locator(".h-until"), 2 * hour)
    await expect(page.locator("#notices")).to_contain_text("18 жовт., 20:00 – 19 жовт., 10:00")
    assert shifts(live, BEFORE)[0] == ("2027-10-18T17:00:00Z", "2027-10-19T07:00:00Z")
    # Into the next one: refused, said at the place, and as it was.
    await pull(page, night.locator(".h-until"), 30 * hour)
    await expect(page.locator("#bubble")).to_contain_text("20 жовт., 08:00 – 20:00")
    await expect(night).to_have_accessible_name(f"{NAME}. Зміна: 18 жовт., 20:00 – 19 жовт., 10:00")
    await page.keyboard.press("Escape")
    await expect(page.locator("#bubble")).to_have_count(0)
    # An empty place makes a new one, by pulling or by a click and a form.
    empty = await track(page).bounding_box()
    assert empty is not None
    start = empty["x"] + hour * (24 * 4 + 8)
    await page.mouse.move(start, empty["y"] + 20)
    await page.mouse.down()
    await page.mouse.move(start + hour * 12, empty["y"] + 20, steps=5)
    await page.mouse.up()
    await expect(page.locator("#notices")).to_contain_text("22 жовт., 08:00 – 20:00")
    await track(page).click(position={"x": hour * (24 * 5 + 12), "y": 20})
    dialog = page.get_by_role("dialog")
    await expect(dialog.get_by_label("Початок")).to_have_value("2027-10-23T08:00")
    await dialog.get_by_role("button", name="Нічна 20–08").click()
    await dialog.get_by_role("button", name="Додати").dblclick()
    await expect(page.locator("#notices")).to_contain_text("23 жовт., 20:00 – 24 жовт., 08:00")
    assert len(shifts(live, BEFORE)) == 4
    for left in (3, 2):
        await page.locator("#undo").click()
        await expect(track(page).locator(".entry")).to_have_count(left)
    await page.locator("#undo").click()
    await expect(night).to_have_accessible_name(f"{NAME}. Зміна: 18 жовт., 20:00 – 19 жовт., 08:00")


async def test_a_week_is_copied_over_the_clock_change(
    live: Live, browsing: Browsing, one: str
) -> None:
    # Through the night in which clocks go back, an hour longer than it looks.
    plan(live, WEEK + timedelta(days=5), 17, 13)
    page = await browsing.open("desk", path=f"/roster#1/{WEEK}")
    await expect(page.locator(".day").last).to_contain_text("25 год")
    await expect(track(page).locator(".entry")).to_have_accessible_name(
        f"{NAME}. Зміна: 30 жовт., 20:00 – 31 жовт., 08:00"
    )
    await page.locator("#copy-week").click()
    dialog = page.get_by_role("dialog")
    await expect(dialog).to_contain_text("25 жовт., 20:00 – 26 жовт., 08:00")
    await expect(dialog).to_contain_text("Додасться: 2")
    # Meanwhile somebody else plans the same: nothing happens unseen.
    plan(live, WEEK, 17, 12)
    await dialog.get_by_role("button", name="Додати 2 зміни").click()
    await expect(dialog.get_by_role("alert")).to_contain_text("Графік тим часом змінився")
    await dialog.get_by_role("button", name="Додати 1 зміну").click()
    await expect(track(page).locator(".entry")).to_have_count(3)
    await page.locator("#week-after").click()
    await expect(page.locator("#week-title")).to_have_text("1 – 7 листопада 2027 р.")
    await page.locator("#copy-week").click()
    await dialog.get_by_role("button", name="Додати 3 зміни").click()
    await expect(track(page).locator(".entry")).to_have_count(3)
    assert shifts(live, AFTER)[-1] == ("2027-11-06T18:00:00Z", "2027-11-07T06:00:00Z")


async def test_two_people_do_not_overwrite_each_other(
    live: Live, browsing: Browsing, one: str
) -> None:
    page = await browsing.open("desk", path=f"/roster#1/{BEFORE}")
    await track(page).locator(".entry").first.click()
    dialog = page.get_by_role("dialog")
    entry = live.sql(
        "SELECT s.id FROM shift s JOIN officer o ON o.id = s.officer_id WHERE o.code = %s"
        " ORDER BY lower(s.period)",
        ONE,
    )[0]
    span = {"since": "2027-10-18T18:00:00Z", "until": "2027-10-19T05:00:00Z"}
    live.api("admin").patch(f"/roster/shifts/{entry['id']}", json=span).raise_for_status()
    await dialog.get_by_label("Кінець").fill("2027-10-19T09:00")
    await dialog.get_by_role("button", name="Зберегти").click()
    await expect(dialog.get_by_role("alert")).to_contain_text("тим часом хтось змінив")
    await page.keyboard.press("Escape")
    await expect(track(page).locator(".entry").first).to_have_accessible_name(
        f"{NAME}. Зміна: 18 жовт., 21:00 – 19 жовт., 08:00"
    )


def file_of(content: str) -> Any:
    return {"name": "roster.csv", "mimeType": "text/csv", "buffer": content.encode()}


async def test_a_file_is_shown_before_it_is_applied(
    live: Live, browsing: Browsing, one: str
) -> None:
    header = "entry,officer,kind,since,until\n"
    page = await browsing.open("desk", path=f"/roster#1/{BEFORE}")
    await page.locator("#import-file").click()
    dialog = page.get_by_role("dialog")
    chosen = page.locator("#roster-file")
    wrong = header + f"shift,{ONE},duty,2027-10-20 10:00,2027-10-20 12:00\n"
    await chosen.set_input_files(file_of(wrong))
    await expect(dialog).to_contain_text(f"Рядок 2. Зміна {ONE} накладається")
    await expect(dialog.get_by_role("button", name="Застосувати")).to_be_disabled()
    right = header + f"shift,{ONE},duty,2027-10-22 08:00,2027-10-22 20:00\n"
    await chosen.set_input_files(file_of(right))
    await expect(dialog).to_contain_text("Додається: Зміна, 22 жовт., 08:00 – 20:00")
    assert len(shifts(live, BEFORE)) == 2
    await dialog.get_by_role("button", name="Застосувати").click()
    await expect(track(page).locator(".entry")).to_have_count(3)
    async with page.expect_download() as download:
        await page.locator("#export-file").click()
    text = (await (await download.value).path()).read_text(encoding="utf-8-sig")
    assert f"shift,{ONE},,,,,,,,,duty,2027-10-22 08:00,2027-10-22 20:00" in text


async def test_on_a_phone_a_day_at_a_time(live: Live, browsing: Browsing, one: str) -> None:
    page = await browsing.open("desk", path=f"/roster#1/{BEFORE}", size=PHONE)
    await expect(page.locator(".day").first).to_have_attribute("aria-pressed", "true")
    handle = track(page).locator(".h-since")
    await handle.scroll_into_view_if_needed()
    box = await handle.bounding_box()
    assert box is not None
    touch = await page.context.new_cdp_session(page)
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2

    async def finger(kind: str, *at: float) -> None:
        points = [{"x": each, "y": y} for each in at]
        await touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    await finger("touchStart", x)
    for step in range(1, 7):
        await finger("touchMove", x - step * 10)
    await finger("touchEnd")
    await expect(page.locator("#notices")).to_contain_text(f"{NAME}: змінено")
    since = shifts(live, BEFORE)[0][0]
    assert "2027-10-18T12:00:00Z" <= since <= "2027-10-18T14:00:00Z"
    assert await page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


async def test_an_officer_only_reads_their_own_precincts(live: Live, browsing: Browsing) -> None:
    page = await browsing.open("officer", arguments=NO_WEBGL)
    await open_menu(page)
    await page.get_by_role("link", name="Чергування").click()
    await expect(page.locator(".officer").first).to_be_visible()
    for edit in ("#add-entry", "#import-file", "#copy-week", "#undo", ".handle", "#precinct"):
        await expect(page.locator(edit)).to_have_count(0)
    await page.locator(".name").first.click()
    dialog = page.get_by_role("dialog")
    await expect(dialog).to_contain_text("Закріплення")
    await expect(dialog.locator("input")).to_have_count(0)
