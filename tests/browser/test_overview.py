"""What is late: counted down in the queue, handed on, told upwards, and counted for the city."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

from playwright.async_api import Page, expect

from tests.browser.conftest import (
    NO_WEBGL,
    OTHER_BEAT,
    OWN_BEAT,
    PHONE,
    Browsing,
    Live,
    eventually,
    log_in,
    offline,
    row,
)

MINUTE = timedelta(minutes=1)


def number_in(page: Page, tile: str) -> Any:
    return page.locator(f'.tile[data-tile="{tile}"] .tile-number')


async def test_the_time_left_is_counted_down_in_words_also_without_a_network(
    live: Live, browsing: Browsing
) -> None:
    number, _ = await live.reported("Чекає на прийняття", live.inside(OTHER_BEAT))
    page = await browsing.open("desk", arguments=NO_WEBGL)
    mark = row(page, number).locator(".due")
    await expect(mark).to_have_text(re.compile(r"^прийняти за \d+ хв$"))
    await row(page, number).click()
    in_report = page.locator(".report-status .due")
    await expect(in_report).to_have_text(re.compile(r"^прийняти за \d+ хв$"))
    due = datetime.fromisoformat(live.report(number)["deadlines"]["acknowledge_by"])
    async with offline(page):
        for left, words, look in (
            (11.5 * MINUTE, "прийняти за 12 хв", "due-time"),
            (3.5 * MINUTE, "прийняти за 4 хв", "due-soon"),
            (-0.5 * MINUTE, "щойно прострочено", "due-late"),
            (-3.5 * MINUTE, "прострочено 3 хв", "due-late"),
            (-65.5 * MINUTE, "прострочено 1 год 5 хв", "due-late"),
        ):
            await page.clock.set_fixed_time(due - left)
            for each in (mark, in_report):
                await expect(each).to_have_text(words)
                await expect(each).to_have_class(re.compile(look))
        await page.clock.set_fixed_time(datetime.now(UTC))
    live.act("desk", number, "status", status="acknowledged")
    await expect(mark).to_have_text(re.compile("^бути на місці за "))
    live.act("desk", number, "status", status="on_scene")
    await expect(mark).to_have_count(0)
    await expect(in_report).to_have_count(0)
    live.act("desk", number, "status", status="resolved")


async def test_a_report_nobody_takes_on_goes_to_the_next_and_then_upwards(
    live: Live, browsing: Browsing
) -> None:
    desk = await browsing.open("desk", arguments=NO_WEBGL)
    leader = await browsing.open("leader", arguments=NO_WEBGL)
    number, _ = await live.reported("Ніхто не приймає", live.inside(OWN_BEAT))
    first = live.report(number)["assignment"]["officer"]["name"]
    late = (
        "UPDATE report SET acknowledge_due_at = now() - interval '1 minute',"
        " deadlines_from = now() - interval '31 minutes', owned_since = NULL,"
        " escalated_at = escalated_at - interval '5 minutes' WHERE number = %s"
    )
    live.sql(late, number)
    await row(desk, number).click()
    drawer = desk.locator("#drawer")
    await expect(drawer).to_contain_text(f"{first}: не прийняв вчасно.")
    assert live.report(number)["assignment"]["officer"]["name"] != first
    await expect(row(desk, number).locator(".due-late")).to_be_visible()
    live.sql(late, number)
    notice = desk.locator("#late-notice")
    await expect(notice).to_contain_text(f"№ {number}: ніхто не прийняв до")
    await expect(drawer).to_contain_text("чергову частину повідомлено")
    live.sql(late, number)
    await expect(leader.locator("#late-notice")).to_contain_text(f"№ {number}")
    await leader.locator("#late-notice").get_by_role("button", name="Показати").click()
    await expect(leader.locator("#report-title")).to_have_text(f"№ {number}")
    await leader.locator(".report-record summary").click()
    await expect(leader.locator(".history")).to_contain_text("Повідомлено керівника.")
    live.act("officer", number, "status", status="resolved")
    # What is no longer late is no longer told of.
    for login, page in (("desk", desk), ("leader", leader)):
        told = live.api(login).get("/notices?unread=true").json()["notices"]
        assert "late" not in [each["kind"] for each in told]
        await expect(page.locator("#late-notice")).to_have_count(0)


async def test_the_overview_counts_live_and_each_number_leads_to_its_reports(
    live: Live, browsing: Browsing
) -> None:
    page = await browsing.open("leader", path="/overview")
    await expect(page.locator("#live")).to_have_text("На зв’язку")
    before = int(await number_in(page, "open").inner_text())
    number, _ = await live.reported("Для огляду", live.inside(OTHER_BEAT))
    await expect(number_in(page, "open")).to_have_text(str(before + 1))
    live.sql(
        "UPDATE report SET acknowledge_due_at = now() - interval '2 minutes', escalation_step = 3"
        " WHERE number = %s",
        number,
    )
    live.act("officer-left-bank", number, "reply", text="Перевіряємо")
    late = page.locator('tr[data-precinct="3"] td.late a')
    await expect(late).to_be_visible()
    await late.click()
    await expect(page).to_have_url(re.compile(r"/\?district=3&overdue=true$"))
    await expect(page.locator("#part")).to_contain_text("Показано: прострочені · Лівобережний")
    await expect(row(page, number)).to_be_visible()
    assert await page.locator("button.row").count() == await page.locator(".due-late").count()
    await page.locator("#part button").click()
    await expect(page.locator("#part")).to_have_count(0)
    await expect(page).to_have_url(f"{live.url}/")
    live.act("officer-left-bank", number, "status", status="resolved")


async def test_the_beats_without_their_officer_now_and_by_the_plan(
    live: Live, browsing: Browsing
) -> None:
    page = await browsing.open("desk", path="/overview#beats", size=PHONE)
    vacant = live.api("desk").get("/beats/unattended").json()["beats"][0]
    card = page.locator(f'.lonely-cards li[data-beat="{vacant["beat"]["code"]}"]')
    await expect(card).to_contain_text("посада вакантна")
    await expect(card).to_contain_text(vacant["cover"]["officer"]["name"])
    plan = page.locator(f'.forecast tr[data-beat="{vacant["beat"]["code"]}"]')
    await expect(plan.locator("td.gap")).to_have_count(7)
    await expect(plan.locator("td").nth(1)).to_contain_text("весь день")
    wide = await page.evaluate("document.documentElement.scrollWidth")
    assert wide == PHONE["width"]


async def test_everybody_sees_the_part_that_is_theirs(live: Live, browsing: Browsing) -> None:
    observer = await browsing.open("observer", path="/overview", size=PHONE)
    await expect(number_in(observer, "open")).to_be_visible()
    await expect(observer.locator(".loads")).to_have_count(0)
    await expect(observer.get_by_role("link", name="Дільниці", exact=True)).to_have_count(0)
    assert await observer.evaluate("document.documentElement.scrollWidth") == PHONE["width"]
    await observer.get_by_role("link", name="Строки").click()
    await expect(observer.locator(".deadlines")).to_be_visible()
    await expect(observer.locator(".deadlines input")).to_have_count(0)
    gis = await browsing.open("gis", path="/overview")
    await expect(gis.locator("#view")).to_contain_text("не для вашої ролі")


async def test_the_desk_says_how_long_reports_may_wait(live: Live, browsing: Browsing) -> None:
    page = await browsing.open("desk", path="/overview#deadlines")
    field = page.locator('input[name="5 on_scene_within_min"]')
    await expect(field).to_have_value("")
    await field.fill("1000")
    await page.get_by_role("button", name="Зберегти строки").click()
    await expect(page.locator(".rules .fault")).to_have_text(re.compile("^Не збережено: на місці"))
    await expect(field).to_have_value("1000")
    await field.fill("3000")
    await page.get_by_role("button", name="Зберегти строки").click()
    await expect(page.locator(".rules")).to_contain_text("Строки збережено.")
    assert live.api("desk").get("/deadlines").json()["rules"][4]["on_scene_within_min"] == 3000
    await field.fill("")
    await page.get_by_role("button", name="Зберегти строки").click()
    await eventually(
        lambda: (
            live.api("desk").get("/deadlines").json()["rules"][4]["on_scene_within_min"] is None
        ),
        "the former rule",
    )


async def test_an_empty_city_says_so(live: Live, browsing: Browsing) -> None:
    page = await browsing.open(None, path="/overview")

    async def empty(route: Any) -> None:
        answer = await route.fetch()
        body = await answer.json()
        nothing = dict.fromkeys(body["total"]["statuses"], 0)
        body["total"] |= {"open": 0, "unacknowledged": 0, "overdue": 0, "statuses": nothing}
        body["total"]["oldest_unacknowledged"] = None
        await route.fulfill(json=body)

    await page.route("**/api/v1/overview", empty)
    await log_in(page, "desk")
    await expect(page.locator(".city-empty")).to_contain_text("Відкритих звернень немає")
    await expect(page.locator('.tile[data-tile="oldest"]')).to_contain_text("Ніхто не чекає")
