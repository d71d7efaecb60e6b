"""Dispatch rules on the page: edited, put in order, tried, saved; and what a report says of them."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.async_api import Page, expect

from tests.browser.conftest import NO_WEBGL, OWN_BEAT, PHONE, Browsing, Live, eventually, row


@pytest.fixture
def rules(live: Live) -> Iterator[dict[str, Any]]:
    """Return the rules in force, and bring them back after the test."""
    api = live.api("admin")
    before = api.get("/dispatch-rules").raise_for_status().json()
    yield before
    now = api.get("/dispatch-rules").json()
    if now["version"] != before["version"]:
        path = f"/dispatch-rules/versions/{before['version']}/activate"
        api.post(path, json={"based_on": now["version"]}).raise_for_status()


async def order(page: Page) -> list[str]:
    return [
        str(await each.get_attribute("data-code"))
        for each in await page.locator("li.rule-item").all()
    ]


async def test_a_rule_is_made_tried_and_saved_and_the_report_names_it(
    live: Live, browsing: Browsing, rules: dict[str, Any]
) -> None:
    old, _ = await live.reported("Сусіди гримлять музикою, спати неможливо", live.inside(OWN_BEAT))
    page = await browsing.open("desk", path="/rules", size=PHONE)
    await page.locator("#add").tap()
    made = page.locator("details.rule[open]")
    await made.locator("[data-key=name-uk]").fill("Тиха дільниця")
    await made.locator("select[data-key=categories]").select_option("noise")
    await made.locator("select[data-key=districts]").select_option(OWN_BEAT)
    # Nothing follows from it yet, and that is said beside it.
    await page.locator("#save").tap()
    await expect(made.locator(".faults.own")).to_have_text("правило нічого не робить")
    await made.locator("select[data-key=response]").select_option("patrol")
    await made.locator("select[data-key=priority]").select_option("2")
    await expect(made.locator("summary")).to_contain_text("→ Наряд патрульної поліції · Високий")
    await page.locator("#dry-do").tap()
    tried = page.locator(".tried")
    await expect(tried).to_contain_text("Інакше, ніж за чинними правилами")
    await expect(tried).to_contain_text("Тиха дільниця")
    await expect(tried.get_by_role("link", name=old).first).to_be_visible()
    await page.locator("#save").tap()
    await expect(page.locator("#notices")).to_contain_text(re.compile(r"версія \d+ діє"))
    await expect(page.locator("#save-bar")).to_be_hidden()

    number, _ = await live.reported("Музика гримить на весь двір", live.inside(OWN_BEAT))
    await eventually(lambda: live.report(number)["priority"] == 2, "the rule of its beat")
    assert live.report(old)["priority"] == 4, "what is in already stays as it is"
    page = await browsing.open("officer", size=PHONE, arguments=NO_WEBGL)
    await row(page, number).tap()
    drawer = page.locator("#drawer")
    await expect(drawer.locator(".by-rule")).to_have_text(
        "За правилом «Тиха дільниця»: Наряд патрульної поліції, Високий пріоритет."
    )
    await drawer.locator(".report-record summary").tap()
    await expect(drawer.locator(".history")).to_contain_text("За правилами: Тиха дільниця")


async def test_rules_are_put_in_order_with_keys_buttons_and_the_mouse(
    browsing: Browsing, rules: dict[str, Any]
) -> None:
    codes = [each["code"] for each in rules["rules"]["rules"]]
    page = await browsing.open("desk", path="/rules")
    await expect(page.locator("li.rule-item")).to_have_count(len(codes))
    first, second, *rest = codes

    def item(code: str) -> Any:
        return page.locator(f"li.rule-item[data-code={code}]")

    await item(first).locator(".handle").press("ArrowDown")
    assert await order(page) == [second, first, *rest]
    await expect(item(first).locator(".handle")).to_be_focused()
    await expect(page.locator("#polite")).to_contain_text(f"тепер 2 з {len(codes)}")
    await item(first).locator(".up").click()
    assert await order(page) == codes
    await expect(page.locator("#save-bar")).to_be_hidden()
    await item(codes[-1]).locator(".handle").hover()
    await page.mouse.down()
    box = await item(first).bounding_box()
    assert box is not None
    await page.mouse.move(box["x"] + 20, box["y"] + 4, steps=5)
    await page.mouse.up()
    assert await order(page) == [codes[-1], *codes[:-1]]
    await page.locator("#discard").click()
    await page.locator("dialog").get_by_role("button", name="Відкинути").click()
    await expect(page.locator("#save-bar")).to_be_hidden()
    assert await order(page) == codes


async def test_a_broken_rule_is_marked_told_of_and_stays(
    live: Live, browsing: Browsing, rules: dict[str, Any]
) -> None:
    api = live.api("admin")
    names = dict.fromkeys(("uk", "ru", "en"), "Район, якого нема")
    gone = {
        "code": "gone",
        "names": names,
        "when": {"districts": ["no-such"]},
        "then": {"priority": 1},
    }
    body = {"based_on": rules["version"], "rules": {"rules": [*rules["rules"]["rules"], gone]}}
    api.post("/dispatch-rules/versions", json=body).raise_for_status()
    page = await browsing.open("leader", path="/rules")
    marked = page.locator("li.rule-item[data-code=gone]")
    await expect(marked.locator(".b-broken")).to_have_text("не діє")
    await marked.locator("summary").click()
    await expect(marked.locator(".faults.broken")).to_contain_text("Району «no-such» більше немає.")
    # Leaders read along.
    await expect(page.locator("#add")).to_be_hidden()
    await expect(marked.locator("select[data-key=response]")).to_be_disabled()
    await page.goto(live.url)
    bar = page.locator("#dispatch-rule-notice")
    await expect(bar).to_contain_text("Правило «Район, якого нема» не діє.", timeout=60_000)
    await bar.get_by_role("link", name="Показати").click()
    await expect(page.locator("li.rule-item[data-code=gone]")).to_be_visible()
