"""The page of what is kept: for everybody, and for those who keep it."""

from playwright.async_api import expect

from tests.browser.conftest import NO_WEBGL, OWN_BEAT, PHONE, Browsing, Live


async def test_anybody_reads_what_is_kept_without_a_login(browsing: Browsing) -> None:
    page = await browsing.open(None, path="/privacy?lang=en", size={"width": 320, "height": 700})
    await expect(page.locator("#login")).not_to_be_visible()
    words = page.locator(".kept-thing[data-content=words]")
    await expect(words).to_contain_text("365 days after closing")
    await expect(words).to_contain_text("Other services may read the report itself")
    await expect(page.locator("#kept")).to_contain_text("/mydata")
    for part in ("rules", "holds", "coming", "gone", "audit"):
        await expect(page.locator(f"#{part}")).to_be_hidden()
    wide = "document.documentElement.scrollWidth > document.documentElement.clientWidth"
    assert not await page.evaluate(wide)


async def test_a_leader_holds_a_report_and_an_administrator_sets_days(
    live: Live, browsing: Browsing
) -> None:
    number, _ = await live.reported("Потрібне у справі", live.inside(OWN_BEAT))
    page = await browsing.open("leader", size=PHONE, arguments=NO_WEBGL)
    await page.goto(f"{live.url}/privacy")
    await page.locator("#hold-number").fill(number)
    await page.locator("#hold-reason").fill("доказ")
    await page.locator("#holds form button").click()
    held = page.locator(f"#holds li[data-number='{number}']")
    await expect(held).to_contain_text("доказ")
    await expect(page.locator("#hold-number")).to_have_value("")
    await page.locator("#hold-number").fill(number)
    await page.locator("#hold-reason").fill("ще раз")
    await page.locator("#holds form button").click()
    await expect(page.locator("#holds .fault")).to_have_text("Це звернення вже затримано.")
    # What was typed stays, to be put right.
    await expect(page.locator("#hold-reason")).to_have_value("ще раз")
    await expect(page.locator("#rules input")).to_have_count(0)
    await expect(page.locator("#audit")).to_contain_text("Затримано звернення")
    await held.locator("button").click()
    await expect(held).to_have_count(0)

    page = await browsing.open("admin", arguments=NO_WEBGL)
    await page.goto(f"{live.url}/privacy")
    rule = page.locator("#rules li[data-rule='files/block']")
    await rule.locator("input").fill("30")
    await rule.locator("button").click()
    await expect(rule).to_contain_text("Установив(ла)")
    await expect(rule.locator(".soon")).to_contain_text("30 днів")
