"""Subscriptions, what observers see, and publishing, as people do it on the page."""

from playwright.async_api import expect

from tests.browser.conftest import NO_WEBGL, OWN_BEAT, PHONE, Browsing, Live, row


async def test_somebody_subscribes_and_an_observer_is_given_their_part(
    live: Live, browsing: Browsing
) -> None:
    page = await browsing.open("admin", path="/subscriptions", size=PHONE)
    await expect(page.get_by_text("Підписок ще немає")).to_be_visible()
    await page.locator("#new-subscription").tap()
    form = page.get_by_role("dialog", name="Нова підписка")
    await form.get_by_label("Назва").fill("Пожежники")
    await form.get_by_role("button", name="Зберегти").tap()
    # Without a chat there is nowhere to tell it, and what was typed stays.
    await expect(form.locator(".form-fault")).to_contain_text("пов’яжіть свій Telegram")
    await form.get_by_label("Куди надсилати").select_option("webhook")
    address = form.get_by_label("Адреса отримувача")
    await address.fill("https://192.168.0.1/hook")
    await form.get_by_role("button", name="Зберегти").tap()
    await expect(form.locator(".form-fault")).to_contain_text("загальнодоступному інтернеті")
    await address.fill("https://example.com/hook")
    await form.get_by_role("button", name="Зберегти").tap()
    secret = page.get_by_role("dialog", name="Секрет вебхука")
    await expect(secret.locator("#secret")).to_contain_text("whsec_")
    await secret.get_by_role("button", name="Збережено").tap()
    await expect(page.locator(".sub-name").first).to_have_text("Пожежники")
    assert await page.evaluate("document.documentElement.scrollWidth") == PHONE["width"]

    await page.locator(".sub").first.get_by_role("button", name="Вимкнути").tap()
    await expect(page.locator(".sub.off .badge.b-danger").first).to_have_text("Вимкнено")
    await page.locator(".sub").first.get_by_role("button", name="Видалити").tap()
    await page.get_by_role("dialog").get_by_role("button", name="Видалити").tap()
    await expect(page.get_by_text("Підписок ще немає")).to_be_visible()

    admin = live.api("admin")
    try:
        mine = page.locator("[data-login=observer]")
        await mine.get_by_role("button", name="Призначити").tap()
        scope = page.get_by_role("dialog")
        await scope.get_by_role("group", name="Категорії").get_by_label("Лише обрані").check()
        await scope.get_by_role("button", name="Зберегти").tap()
        await expect(scope.locator(".form-fault")).to_contain_text("хоча б одну")
        await scope.get_by_label("Крадіжка", exact=True).check()
        await scope.get_by_role("button", name="Зберегти").tap()
        await expect(mine).to_contain_text("Крадіжка")
        [kept] = admin.get("/observers").json()["observers"]
        assert kept["categories"] == ["theft"]
        assert kept["districts"] is None
    finally:
        admin.put("/observers/observer/scope", json={"categories": None, "districts": None})


async def test_the_desk_publishes_what_it_has_seen_before(live: Live, browsing: Browsing) -> None:
    number, _ = await live.reported("Вкрали велосипед біля ринку", live.inside(OWN_BEAT))
    page = await browsing.open("desk", size=PHONE, arguments=NO_WEBGL)
    await row(page, number).tap()
    await page.locator("#drawer button.publish").tap()
    dialog = page.get_by_role("dialog")
    await dialog.locator("#alert-headline").fill("Пишіть на olena@example.com")
    await dialog.locator("#alert-preview").tap()
    await expect(dialog.locator(".alert-fault")).to_contain_text("адреса пошти")
    await dialog.locator("#alert-headline").fill("Бережіть велосипеди")
    await dialog.locator("#alert-preview").tap()
    await expect(dialog.locator(".alert-preview")).to_contain_text("Бережіть велосипеди")
    await dialog.locator("#alert-publish").tap()
    await expect(page.locator("#drawer .alert-live")).to_contain_text("Бережіть велосипеди")
    feed = await page.request.get(f"{live.url}/cap")
    assert "Бережіть велосипеди" in await feed.text()

    await page.locator("#drawer button.publish").tap()
    await dialog.get_by_text("Уже не чинне?").tap()
    await dialog.locator("#alert-cancel").tap()
    await expect(page.locator("#drawer")).to_contain_text("Уже не чинне.")
