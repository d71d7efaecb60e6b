"""Services and people who are rude, on the pages of the desk."""

import json
import re
from typing import Any

from playwright.async_api import expect

from tests.browser.conftest import PHONE, Browsing, Live, eventually


def file_of(*features: dict[str, Any]) -> Any:
    body = [{"type": "Feature", "geometry": None, "properties": each} for each in features]
    text = json.dumps({"type": "FeatureCollection", "features": body})
    return {"name": "services.geojson", "mimeType": "application/json", "buffer": text.encode()}


async def test_a_file_is_looked_at_before_it_changes_anything(
    live: Live, browsing: Browsing
) -> None:
    page = await browsing.open("gis", path="/services")
    service: dict[str, Any] = {
        "code": "dogs",
        "kinds": ["waste"],
        "name": "Притулок",
        "phone": "15-80",
    }
    await page.locator("#file").set_input_files([file_of(service | {"hours": "щодня"})])
    await expect(page.locator(".service-problems")).to_contain_text(
        "години записано неправильно: «щодня»"
    )
    await expect(page.locator("#import-do")).to_be_disabled()
    await page.locator("#file").set_input_files([file_of(service | {"hours": "24/7"})])
    await expect(page.locator(".steps")).to_contain_text("Нова: Притулок")
    await page.locator("#import-do").click()
    await expect(page.locator("#notices")).to_contain_text("Змінено 1 службу")

    card = page.locator(".service[data-code=dogs]")
    await expect(card).to_contain_text("Відчинено")
    await card.locator("summary").first.click()
    await card.get_by_label("Телефон").fill("15-81")
    # Somebody else is quicker: nothing typed is lost, nothing of theirs overwritten.
    api = live.api("admin")
    row = next(e for e in api.get("/services").json()["services"] if e["code"] == "dogs")
    theirs = {name: row[name] for name in ("names", "kinds", "url", "hours", "active", "version")}
    api.put("/services/dogs", json=theirs | {"phone": "15-99"}).raise_for_status()
    await card.get_by_role("button", name="Зберегти").click()
    await expect(card.locator(".fault")).to_contain_text("Хтось інший уже змінив")
    await expect(card.get_by_label("Телефон")).to_have_value("15-81")
    gone = theirs | {"phone": "15-99", "active": False, "version": 2}
    api.put("/services/dogs", json=gone).raise_for_status()


async def test_a_report_that_was_sent_on_says_where(live: Live, browsing: Browsing) -> None:
    number, person = await live.reported("немає води вже добу", live.inside("101"))
    await eventually(lambda: live.report(number)["status"] == "redirected", "the redirect")
    await eventually(
        lambda: any("правий берег" in each for each in live.received(person)), "the answer"
    )
    page = await browsing.open("desk", path=f"/#{number}")
    await expect(page.locator("#drawer")).to_contain_text("Куди направлено")
    await expect(page.locator("#drawer")).to_contain_text("Водоканал, правий берег")
    live.act("desk", number, "status", status="queued")
    await eventually(lambda: live.report(number)["status"] == "queued", "the way back")


async def test_the_desk_marks_an_insult_and_forgives(live: Live, browsing: Browsing) -> None:
    number, _ = await live.reported("ваші мами вас не люблять, ось так", None)
    reporter = live.report(number)["reporter"]
    page = await browsing.open("desk", path=f"/#{number}", size=PHONE)
    await page.locator("#drawer .desk-tools summary").click()
    await page.locator("#abusive").tap()
    await eventually(lambda: live.report(number)["abusive"], "the mark")
    await expect(page.locator("#abusive")).to_have_text("Зняти позначку")

    await page.goto(f"{live.url}/abuse")
    card = page.locator(f".person[data-reporter='{reporter}']")
    await expect(card).to_contain_text("Попереджено")
    await card.locator("summary").tap()
    await expect(card).to_contain_text("Так вирішив черговий")
    await card.locator("#revoke").tap()
    await page.locator("dialog #why").fill("Помилилися")
    await page.locator("dialog").get_by_role("button", name="Зняти обмеження").tap()
    await expect(page.locator("#notices")).to_contain_text(re.compile("обмеження знято"))
    await expect(card).to_contain_text("знято: desk. Помилилися")
