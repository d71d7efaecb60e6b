"""One shift of the desk hands over to the next, on a phone and on the map page."""

from playwright.async_api import expect

from tests.browser.conftest import NO_WEBGL, PHONE, Browsing, Live

NIGHT, DAY = "desk-night", "desk"


def come(live: Live, login: str, *, on: bool = True) -> None:
    live.api(login).post("/desk-duty", json={"on_duty": on}).raise_for_status()


async def test_a_shift_hands_over_and_the_next_one_signs(live: Live, browsing: Browsing) -> None:
    lost, _ = await live.reported("Десь у дворі шумлять", None)
    for login in (NIGHT, DAY):
        come(live, login)
    night = await browsing.open(NIGHT, path="/desks", size=PHONE)
    await night.get_by_role("button", name="Здати чергування").tap()
    card = night.locator("article.handover").first
    await expect(card).to_contain_text("Здає: Чергова частина, ніч")
    await card.get_by_label("Що сказати наступній зміні").fill("Чекаємо адреси від заявника")
    await card.get_by_role("button", name="Зберегти нотатку").tap()
    await expect(card.locator(".handover-note")).to_contain_text("Чекаємо адреси")
    await expect(card.get_by_role("button", name="приймаю зміну")).to_have_count(0)
    wide = await night.evaluate("document.documentElement.scrollWidth - innerWidth")
    assert wide <= 0

    # What happens afterwards is not in it.
    later, _ = await live.reported("Це вже нова зміна", None)
    desk = await browsing.open(DAY, arguments=NO_WEBGL)
    bar = desk.locator(".handover-notice")
    await expect(bar).to_contain_text("зміну здає Чергова частина, ніч")
    await bar.get_by_role("button", name="Прочитати й підписати").click()
    dialog = desk.locator("#handover")
    unplaced = dialog.locator(".part-unplaced")
    await expect(unplaced.get_by_role("link", name=f"№ {lost}")).to_be_visible()
    await expect(dialog.get_by_role("link", name=f"№ {later}")).to_have_count(0)
    await expect(dialog).to_contain_text("Чекаємо адреси від заявника")
    await dialog.get_by_role("button", name="Прочитано, приймаю зміну").click()
    await expect(dialog).to_contain_text("Прийнято: Чергова частина")
    await expect(bar).to_have_count(0)
    await unplaced.get_by_role("link", name=f"№ {lost}").click()
    await expect(dialog).to_be_hidden()
    await expect(desk.locator("#drawer")).to_contain_text("Десь у дворі шумлять")

    leader = await browsing.open("leader", path="/desks")
    history = leader.locator("#past details").first
    await history.locator("summary").click()
    await expect(history).to_contain_text("Чекаємо адреси від заявника")
    await expect(leader.locator(".plan-form")).to_have_count(0)
    # On paper there is the handover, and nothing to press.
    await leader.emulate_media(media="print")
    await expect(history.get_by_text("Чекаємо адреси від заявника")).to_be_visible()
    await expect(leader.locator("button:visible")).to_have_count(0)


async def test_leaders_see_when_nobody_is_at_the_desk_and_that_somebody_came(
    live: Live, browsing: Browsing
) -> None:
    for login in (NIGHT, DAY):
        come(live, login, on=False)
    try:
        leader = await browsing.open("leader", arguments=NO_WEBGL)
        alert = leader.locator("#desk-gap-notice")
        await expect(alert).to_contain_text("Чергова частина міста: нікого немає на чергуванні з")
        desk = await browsing.open(DAY, arguments=NO_WEBGL)
        mine = desk.locator(".duty-button")
        await expect(mine).to_have_text("Не на чергуванні")
        await mine.click()
        await expect(mine).to_have_text("На чергуванні")
        await leader.reload()
        await expect(leader.locator("#live")).to_have_text("На зв’язку")
        await expect(alert).to_have_count(0)
    finally:
        come(live, DAY)


async def test_hours_of_the_roster_are_the_citys_wherever_the_device_is(
    live: Live, browsing: Browsing
) -> None:
    page = await browsing.open("admin", path="/desks", timezone_id="America/New_York")
    await page.get_by_label("Початок").fill("08:05")
    await page.get_by_label("Кінець").fill("20:15")
    await page.get_by_label("Скільки днів").fill("2")
    await page.get_by_role("button", name="Запланувати").dblclick()
    planned = page.locator(".plan-hours", has_text="08:05")
    await expect(planned).to_have_count(2)
    assert [" ".join(each.split()) for each in await planned.all_inner_texts()] == [
        "08:05 – 20:15"
    ] * 2
    await expect(page.locator(".plan-form .fault")).to_have_count(0)
    for _ in range(2):
        await page.locator(".plan-shift", has_text="08:05").first.locator("button").click()
    await expect(planned).to_have_count(0)
