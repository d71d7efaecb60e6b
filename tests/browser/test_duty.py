"""A night on the page: an officer goes off duty, others cover, the desk hears of it, and back."""

from playwright.async_api import expect

from tests.browser.conftest import (
    NO_WEBGL,
    OWN_BEAT,
    PHONE,
    Browsing,
    Live,
    eventually,
    offline,
    row,
)

ME, DEPUTY = "Ткаченко Олена Сергіївна", "101-2"
ALONE = "Дільниця «Старе місто» без поліцейського"


async def test_a_night_without_the_beats_officer(live: Live, browsing: Browsing) -> None:
    officer = await browsing.open("officer", size=PHONE, arguments=NO_WEBGL)
    desk = await browsing.open("desk", arguments=NO_WEBGL)
    mine = officer.locator(".duty-button")
    await expect(mine).to_have_text("На зміні")
    # The deputy has the night shift: on duty or not by the hour at which this runs.
    deputy = live.api("desk").get("/duty", params={"officer": DEPUTY}).json()["duty"]
    live.duty(DEPUTY, on=False)
    box = await mine.bounding_box()
    assert box is not None
    assert box["height"] >= 40

    await mine.tap()
    await expect(mine).to_have_text("Не на зміні")
    await expect(mine).to_have_attribute("aria-pressed", "false")
    try:
        number, _ = await live.reported("Стрілянина вночі", live.inside(OWN_BEAT))
        owner = live.report(number)["assignment"]
        assert owner["rung"] in {"neighbour", "precinct_officer", "precinct_desk"}
        assert owner["skipped"][:2] == [
            {"rung": "primary", "officer": "101-1", "why": "off_shift"},
            {"rung": "deputy", "officer": DEPUTY, "why": "off_shift"},
        ]

        # The desk is told that nobody posted to the beat is there, and that a report waits in it.
        alert = desk.locator("#unattended-notice")
        await expect(alert).to_contain_text(ALONE, timeout=40_000)
        await row(desk, number).click()
        why = desk.locator("#drawer")
        await expect(why).to_contain_text(f"{ME}: не на зміні.")

        await mine.tap()
        await expect(mine).to_have_text("На зміні")
        await eventually(
            lambda: live.report(number)["assignment"]["rung"] == "primary", "the report's return"
        )
        await expect(row(officer, number)).to_be_visible()
        await expect(why).to_contain_text("Дільничний цієї дільниці, на зміні.")
        await expect(why).to_contain_text(f"Змінився черговий наряд: {ME}")
        # Other beats may be alone, too; of this one nothing is said any more.
        await alert.get_by_role("button", name="Зрозуміло").click()
        await expect(desk.locator("#notices")).not_to_contain_text(ALONE)
    finally:
        live.duty("101-1", on=True)
        live.duty(DEPUTY, on=deputy == "on")


async def test_a_tap_without_a_network_says_so_and_changes_nothing(
    live: Live, browsing: Browsing
) -> None:
    page = await browsing.open("officer", size=PHONE, arguments=NO_WEBGL)
    mine = page.locator(".duty-button")
    await expect(mine).to_have_text("На зміні")
    async with offline(page):
        await mine.tap()
        await expect(page.locator(".duty-said")).to_have_text("Немає зв’язку: зміну не відмічено.")
        await expect(mine).to_have_text("На зміні")
    assert live.api("officer").get("/duty").json()["duty"] == "on"


async def test_who_is_no_officer_has_no_duty_to_tap(browsing: Browsing) -> None:
    page = await browsing.open("leader", arguments=NO_WEBGL)
    await expect(page.locator("#live")).to_have_text("На зв’язку")
    await expect(page.locator(".duty-button")).to_have_count(0)
