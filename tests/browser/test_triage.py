"""Categories on the page: corrected in one tap or two, and the rules edited and tried."""

import re

from playwright.async_api import expect

from tests.browser.conftest import NO_WEBGL, OWN_BEAT, PHONE, Browsing, Live, eventually, row


async def test_an_officer_corrects_a_category_with_a_tap(live: Live, browsing: Browsing) -> None:
    number, _ = await live.reported("Сусіди гримлять музикою, б'ють пляшки", live.inside(OWN_BEAT))
    page = await browsing.open("officer", size=PHONE, arguments=NO_WEBGL)
    await row(page, number).tap()
    drawer = page.locator("#drawer")
    await expect(drawer).to_contain_text("За словами: «гримлять»")
    await expect(drawer).to_contain_text("Низький пріоритет · Дільничний")
    await drawer.locator("#category").select_option("public_order")
    await expect(drawer).to_contain_text("Категорію визначила поліція.")
    await eventually(lambda: live.report(number)["category"] == "public_order", "the correction")
    await expect(row(page, number)).to_contain_text("Порушення громадського порядку")

    await drawer.locator("#danger").tap()
    await expect(drawer.locator(".danger-line")).to_be_visible()
    await eventually(lambda: live.report(number)["priority"] == 1, "the alarm")
    await expect(row(page, number).locator(".b-danger")).to_have_text("Загроза життю")
    await drawer.locator("#no-danger").tap()
    await expect(drawer.locator(".danger-line")).to_have_count(0)
    await eventually(lambda: live.report(number)["priority"] == 3, "the end of the alarm")


async def test_the_desk_finds_what_needs_a_category(live: Live, browsing: Browsing) -> None:
    number, _ = await live.reported("щось незрозуміле коїться", live.inside(OWN_BEAT))
    page = await browsing.open("desk", arguments=NO_WEBGL)
    await page.locator("#filter-status").select_option("unsorted")
    await expect(row(page, number)).to_contain_text("Потребує категорії")
    await row(page, number).click()
    await page.locator("#drawer #category").select_option("vandalism")
    await expect(row(page, number)).to_have_count(0)


async def test_rules_are_tried_before_they_are_saved(live: Live, browsing: Browsing) -> None:
    page = await browsing.open("desk", path="/triage")
    await page.locator("#try").fill("шмигнули мою торбу")
    await page.locator("#try-do").click()
    await expect(page.locator(".tried")).to_contain_text("Потребує категорії")
    await page.locator("#find").fill("крадіжка")
    theft = page.locator("details[data-code=theft]")
    await theft.locator("summary").click()
    words = theft.locator("textarea.rules")
    plain = await words.input_value()
    await words.fill(f"{plain}\nшмигнул* 6\n**")
    await page.locator("#save").click()
    await expect(theft.locator(".faults")).to_have_text("зайвий знак: «**»")
    await words.fill(f"{plain}\nшмигнул* 6")
    await page.locator("#try-do").click()
    await expect(page.locator(".tried")).to_contain_text("Крадіжка")
    await expect(page.locator(".matched")).to_contain_text("шмигнул* 6")

    # Somebody else saves first: nothing typed is lost, and one chooses.
    api = live.api("admin")
    rules = api.get("/triage/rules").json()
    theirs = {"based_on": rules["version"], "rules": rules["rules"], "note": "інша людина"}
    api.post("/triage/versions", json=theirs).raise_for_status()
    await page.locator("#save").click()
    await expect(page.locator("#save-bar")).to_contain_text("хтось інший зберіг версію")
    await expect(words).to_have_value(f"{plain}\nшмигнул* 6")
    await page.locator("#keep-mine").click()
    await expect(page.locator("#notices")).to_contain_text(re.compile(r"версія \d+ діє"))
    await expect(page.locator("#save-bar")).to_be_hidden()

    await page.locator(f".versions button[data-version='{rules['version']}']").click()
    await page.locator("dialog").get_by_role("button", name="Повернути").click()
    await expect(page.locator("#notices")).to_contain_text("Знову діє версія")
    assert api.get("/triage/rules").json()["version"] == rules["version"]
