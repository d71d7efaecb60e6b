"""The staff page over the real programs: what an officer and the duty desk do all day."""

import asyncio
import re

import pytest
from playwright.async_api import Page, Route, expect

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
    open_menu,
    row,
)


async def status_is(page: Page, word: str) -> None:
    await expect(page.locator(".report-status > strong")).to_have_text(word)


async def test_a_report_goes_from_the_chat_to_the_officer_and_back(
    live: Live, browsing: Browsing
) -> None:
    page = await browsing.open("officer", size=PHONE)
    await expect(page.locator("#live")).to_have_text("На зв’язку")

    number, citizen = await live.reported("Зіткнення біля ринку", live.inside(OWN_BEAT))

    # It appears by itself, and a screen reader is told.
    await expect(row(page, number)).to_be_visible()
    await expect(page.locator("#polite")).to_contain_text(number)
    await row(page, number).tap()
    await expect(page.locator(".report-text")).to_have_text("Зіткнення біля ринку")
    await expect(page.locator("#drawer")).to_contain_text("Ткаченко Олена Сергіївна")
    await expect(page.locator("#drawer")).to_contain_text("Дільничний цієї дільниці, на зміні.")

    for step, state in (
        ("Прийняти", "Прийнято"),
        ("Виїжджаю", "У дорозі"),
        ("На місці", "На місці"),
    ):
        button = page.locator("button.next")
        await expect(button).to_have_text(re.compile(step))
        box = await button.bounding_box()
        assert box is not None
        assert box["height"] >= 48
        assert box["width"] >= 300
        await button.tap()
        await status_is(page, state)

    await page.get_by_label("Експрес-відповідь мешканцю").fill("Наряд уже працює на місці.")
    await expect(page.locator(".bubble")).to_contain_text("Наряд уже працює на місці.")
    shown = await page.locator(".bubble").inner_text()
    await page.get_by_role("button", name="Надіслати відповідь").tap()
    await eventually(
        lambda: any("Наряд уже працює" in text for text in live.received(citizen)), "the reply"
    )
    # The preview was the truth.
    assert any(text.startswith(shown.strip()) for text in live.received(citizen))
    await expect(page.locator(".deliveries")).to_contain_text("Наряд уже працює")

    await page.locator("button.next").tap()
    await page.get_by_label("Що зроблено").fill("Учасників опитано")
    await page.get_by_role("button", name="Завершити", exact=True).tap()
    await eventually(lambda: live.report(number)["status"] == "resolved", "it is closed")
    await expect(row(page, number)).to_have_count(0)
    notes = [event["note"] for event in live.report(number)["history"]]
    assert "Учасників опитано" in notes


# Lets the lock go only when it is told to, as a busy browser may.
HOLD_LOCK = """() => {
    navigator.locks.request = async (name, work) => {
        await work();
        await new Promise((free) => { window.letGo = free; });
    };
}"""


async def test_a_step_taken_as_the_one_before_it_ends_is_sent(
    live: Live, browsing: Browsing
) -> None:
    number, _ = await live.reported("Сварка на подвір’ї", live.inside(OWN_BEAT))
    page = await browsing.open("officer", size=PHONE, arguments=NO_WEBGL)
    # What it does once it is connected is done.
    await expect(page.locator("#live")).to_have_text("На зв’язку")
    await expect(row(page, number)).to_be_visible()
    await page.evaluate(HOLD_LOCK)
    await row(page, number).tap()
    await page.locator("button.next").tap()
    await eventually(lambda: live.report(number)["status"] == "acknowledged", "it is taken on")
    await page.wait_for_function("() => window.letGo")
    await page.locator("button.next", has_text="Виїжджаю").tap()
    await page.evaluate("() => letGo()")
    await eventually(lambda: live.report(number)["status"] == "en_route", "the next step is sent")


async def test_two_taps_on_one_step_are_one_step(live: Live, browsing: Browsing) -> None:
    number, _ = await live.reported("Сварка біля крамниці", live.inside(OWN_BEAT))
    page = await browsing.open("officer", size=PHONE, arguments=NO_WEBGL)
    await row(page, number).tap()
    box = await page.locator("button.next", has_text="Прийняти").bounding_box()
    assert box
    middle = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    await page.touchscreen.tap(*middle)
    await page.touchscreen.tap(*middle)
    await expect(page.locator("button.next", has_text="Виїжджаю")).to_be_visible()
    await eventually(lambda: live.report(number)["status"] == "acknowledged", "it is taken on")
    # Long enough for the second, had it been one, to be sent.
    await page.wait_for_timeout(700)
    assert live.report(number)["status"] == "acknowledged"
    await page.locator("button.next", has_text="Виїжджаю").tap()
    await eventually(lambda: live.report(number)["status"] == "en_route", "the next step is taken")


async def test_escape_closes_the_menu_and_not_what_lies_under_it(
    live: Live, browsing: Browsing
) -> None:
    number, _ = await live.reported("Хтось кричить", live.inside(OWN_BEAT))
    page = await browsing.open("desk", size=PHONE, arguments=NO_WEBGL)
    await row(page, number).click()
    await expect(page.locator("#report-title")).to_be_visible()
    await page.evaluate("() => document.getElementById('tools').showPopover()")
    await page.keyboard.press("Escape")
    await expect(page.locator("#tools")).to_be_hidden()
    await expect(page.locator("#report-title")).to_be_visible()
    await page.keyboard.press("Escape")
    await expect(page.locator("#report-title")).to_be_hidden()


async def test_a_late_answer_does_not_bring_back_what_was(live: Live, browsing: Browsing) -> None:
    number, _ = await live.reported("Крадіжка велосипеда", live.inside(OWN_BEAT))
    page = await browsing.open("officer", arguments=NO_WEBGL)
    asked, released, given = asyncio.Event(), asyncio.Event(), asyncio.Event()

    async def hold_first(route: Route) -> None:
        if asked.is_set():
            await route.continue_()
            return
        asked.set()
        answer = await route.fetch()
        await released.wait()
        await route.fulfill(response=answer)
        given.set()

    await page.route(f"**/api/v1/reports/{number}", hold_first)
    await row(page, number).click()
    await asked.wait()
    await page.locator("button.next").click()
    await expect(page.locator(".report-record")).to_contain_text("Історія:")
    await status_is(page, "Прийнято")
    released.set()
    await given.wait()
    await page.evaluate("() => new Promise(done => requestAnimationFrame(() => setTimeout(done)))")
    assert await page.locator(".report-status > strong").inner_text() == "Прийнято"


async def test_an_officer_sees_only_the_own_precinct(live: Live, browsing: Browsing) -> None:
    theirs, _ = await live.reported("Не наша справа", live.inside(OTHER_BEAT))
    ours, _ = await live.reported("Наша справа", live.inside(OWN_BEAT))
    page = await browsing.open("officer")
    await expect(row(page, ours)).to_be_visible()
    await expect(row(page, theirs)).to_have_count(0)


async def test_the_desk_places_a_report_by_clicking_the_map(live: Live, browsing: Browsing) -> None:
    number, _ = await live.reported("Десь шумлять", None)
    page = await browsing.open("desk")
    await expect(page.locator("#map[data-ready]")).to_be_visible(timeout=30_000)
    await row(page, number).click()
    await expect(page.locator("#drawer")).to_contain_text("Місце невідоме")
    await page.get_by_role("button", name="Указати місце").first.click()
    save = page.get_by_role("button", name="Зберегти місце")
    await expect(save).to_be_disabled()
    await page.locator(".maplibregl-canvas").click(position={"x": 560, "y": 300})
    await expect(page.get_by_label("Широта")).not_to_have_value("")
    lon, lat = live.inside(OTHER_BEAT)
    # A pair of coordinates can be typed or pasted too, and the mark follows.
    await page.get_by_label("Широта").fill(f"{lat:.6f}, {lon:.6f}")
    await expect(page.locator(".verdict")).to_contain_text("Точка всередині дільниці.")
    await save.click()
    await eventually(lambda: live.report(number)["placement"] is not None, "it has a place")
    report = live.report(number)
    assert report["beat"]["code"] == OTHER_BEAT
    assert report["placement"]["kind"] == "operator"
    await status_is(page, "Нове")
    await expect(page.locator("#drawer")).to_contain_text("вказав черговий")


async def test_the_desk_finds_the_place_by_its_address(live: Live, browsing: Browsing) -> None:
    number, _ = await live.reported("Шумлять у нас щоночі", None)
    page = await browsing.open("desk", arguments=NO_WEBGL)
    asked_first, answered = asyncio.Event(), asyncio.Event()

    async def hold_first(route: Route) -> None:
        if not asked_first.is_set():
            # What the page asks by itself is answered after what the desk asks.
            asked_first.set()
            await answered.wait()
        await route.continue_()

    await page.route("**/api/v1/geocode?*", hold_first)
    await row(page, number).click()
    await page.get_by_role("button", name="Указати місце").first.click()
    search = page.get_by_label("Адреса або орієнтир")
    await search.fill("немає такої вулиці")
    await search.press("Enter")
    await expect(page.locator(".place-results")).to_contain_text("не знайдено")
    async with page.expect_response(lambda answer: "/geocode?" in answer.url):
        answered.set()
    await expect(page.locator(".place-results")).to_contain_text("не знайдено")
    await search.fill("просп. Миру 45")
    await page.get_by_role("button", name="Знайти").click()
    await page.get_by_role("button", name="просп. Миру, 45").click()
    await expect(page.locator(".verdict")).to_contain_text("Точка всередині дільниці.")
    await page.get_by_role("button", name="Зберегти місце").click()
    await eventually(lambda: live.report(number)["placement"] is not None, "it has a place")
    assert abs(live.report(number)["placement"]["lon"] - 37.55254) < 1e-6


async def test_a_change_behind_ones_back_is_told_and_the_text_is_kept(
    live: Live, browsing: Browsing
) -> None:
    number, _ = await live.reported("Хтось зламав шлагбаум", live.inside(OWN_BEAT))
    page = await browsing.open("desk", arguments=NO_WEBGL)
    await row(page, number).click()
    await status_is(page, "Нове")
    await page.get_by_label("Експрес-відповідь мешканцю").fill("Дякуємо, виїхали.")
    # The news of the change does not arrive, as it may happen.
    await page.route("**/api/v1/queue", lambda route: route.abort())
    await page.route(f"**/api/v1/reports/{number}", lambda route: route.abort())
    live.act("officer", number, "status", status="acknowledged")
    await page.get_by_role("button", name="Надіслати відповідь").click()
    note = page.locator(".note.warn[role=alert]")
    await expect(note).to_contain_text("було «Нове», стало «Прийнято»")
    await status_is(page, "Прийнято")
    await expect(page.get_by_label("Експрес-відповідь мешканцю")).to_have_value("Дякуємо, виїхали.")
    assert live.report(number)["replies"] == []
    await page.get_by_role("button", name="Надіслати відповідь").click()
    await eventually(lambda: len(live.report(number)["replies"]) == 1, "the reply")
    await expect(page.get_by_label("Експрес-відповідь мешканцю")).to_have_value("")


async def test_what_is_done_offline_is_kept_and_sent_once(live: Live, browsing: Browsing) -> None:
    number, _ = await live.reported("Вкрали велосипед", live.inside(OWN_BEAT))
    page = await browsing.open("officer", arguments=NO_WEBGL)
    await row(page, number).click()
    await expect(page.locator(".history")).to_be_attached()
    async with offline(page):
        await page.keyboard.press("a")
        await status_is(page, "Прийнято")
        await page.keyboard.press("g")
        await status_is(page, "У дорозі")
        await expect(page.locator(".report-status")).to_contain_text("Чекає на надсилання")
        await expect(page.locator("#stale")).to_contain_text("2 дії чекають на надсилання")
        assert live.report(number)["status"] == "queued"
    await eventually(lambda: live.report(number)["status"] == "en_route", "both were sent")
    await expect(page.locator(".report-status")).not_to_contain_text("Чекає на надсилання")
    changes = [
        e["after"]["status"] for e in live.report(number)["history"] if e["kind"] == "status"
    ]
    assert changes == ["acknowledged", "en_route"]


async def test_an_answer_that_got_lost_does_not_act_twice(live: Live, browsing: Browsing) -> None:
    number, citizen = await live.reported("Розбили вітрину", live.inside(OWN_BEAT))
    page = await browsing.open("officer", arguments=NO_WEBGL)
    await row(page, number).click()
    lost: list[int] = []

    async def lose_first_answer(route: object) -> None:
        answer = await route.fetch()  # type: ignore[attr-defined]  # Playwright names no type here
        lost.append(answer.status)
        if len(lost) == 1:
            await route.abort()  # type: ignore[attr-defined]  # as above
        else:
            await route.fulfill(response=answer)  # type: ignore[attr-defined]  # as above

    await page.route(f"**/api/v1/reports/{number}/reply", lose_first_answer)
    await page.get_by_label("Експрес-відповідь мешканцю").fill("Дякуємо за повідомлення.")
    await page.get_by_role("button", name="Надіслати відповідь").click()
    await eventually(lambda: len(lost) > 1, "it was tried again")
    await expect(page.locator(".report-status")).not_to_contain_text("Чекає на надсилання")
    await expect(page.locator(".note.warn")).to_have_count(0)
    assert len(live.report(number)["replies"]) == 1
    await eventually(
        lambda: sum("Дякуємо за повідомлення." in text for text in live.received(citizen)) == 1,
        "one reply in the chat",
    )


async def test_a_lost_session_loses_nothing(live: Live, browsing: Browsing) -> None:
    number, _ = await live.reported("Кинуте авто", live.inside(OWN_BEAT))
    page = await browsing.open("officer", arguments=NO_WEBGL)
    await row(page, number).click()
    await page.get_by_label("Експрес-відповідь мешканцю").fill("Перевіряємо.")
    await page.context.clear_cookies()
    await page.locator("button.next").click()
    await expect(page.locator("#login")).to_contain_text("Сеанс завершився")
    await log_in(page, "officer")
    await eventually(lambda: live.report(number)["status"] == "acknowledged", "it was taken on")
    await status_is(page, "Прийнято")
    await expect(page.get_by_label("Експрес-відповідь мешканцю")).to_have_value("Перевіряємо.")


async def test_everything_works_by_keyboard(live: Live, browsing: Browsing) -> None:
    number, _ = await live.reported("Підозрілий пакунок", live.inside(OWN_BEAT))
    page = await browsing.open("officer")
    await expect(row(page, number)).to_be_visible()
    await page.keyboard.press("/")
    await page.keyboard.type("пакунок")
    await expect(page.locator("button.row")).to_have_count(1)
    # Typed letters are text, not commands.
    await expect(page.get_by_role("searchbox")).to_have_value("пакунок")
    await page.keyboard.press("Tab")
    await page.evaluate("document.activeElement.blur()")
    await page.keyboard.press("ArrowDown")
    await expect(row(page, number)).to_be_focused()
    await page.keyboard.press("Enter")
    await expect(page.locator("#report-title")).to_be_focused()
    await page.keyboard.press("a")
    await status_is(page, "Прийнято")
    await page.keyboard.press("r")
    await expect(page.get_by_label("Експрес-відповідь мешканцю")).to_be_focused()
    await page.keyboard.type("Go")
    await status_is(page, "Прийнято")
    await page.keyboard.press("Escape")
    await expect(page.locator("#drawer")).to_be_hidden()
    await expect(row(page, number)).to_be_focused()
    await page.keyboard.press("?")
    await expect(page.get_by_role("dialog", name="Клавіші")).to_be_visible()
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("dialog", name="Клавіші")).to_be_hidden()


async def test_a_browser_without_webgl_gets_a_list(live: Live, browsing: Browsing) -> None:
    number, _ = await live.reported("Бійка у дворі", live.inside(OWN_BEAT))
    page = await browsing.open("desk", arguments=NO_WEBGL)
    await expect(page.locator("#map-over")).to_contain_text("немає WebGL")
    await page.locator(f'#map-over [data-code="{OWN_BEAT}"]').click()
    await expect(page.get_by_label("Дільниця", exact=True)).to_have_value(OWN_BEAT)
    await row(page, number).click()
    await page.locator("button.next").click()
    await status_is(page, "Прийнято")
    await page.get_by_text("Дії чергової частини").click()
    await page.get_by_role("button", name="Змінити місце").click()
    lon, lat = live.inside(OTHER_BEAT)
    await page.get_by_label("Широта").fill(f"{lat:.6f}")
    await page.get_by_label("Довгота").fill(f"{lon:.6f}")
    await page.get_by_role("button", name="Зберегти місце").click()
    await eventually(lambda: live.report(number)["beat"]["code"] == OTHER_BEAT, "it moved")


async def test_the_desk_hands_over_and_links_what_is_the_same(
    live: Live, browsing: Browsing
) -> None:
    first, _ = await live.reported("Горить сміття", live.inside(OWN_BEAT))
    second, _ = await live.reported("Хтось палить вогнище, багато диму", live.inside(OWN_BEAT))
    page = await browsing.open("desk", arguments=NO_WEBGL)
    await row(page, second).click()
    await page.get_by_text("Дії чергової частини").click()
    await page.get_by_label("Кому").select_option(label="Чергова частина міста")
    await page.get_by_label("Чому").fill("Потрібна координація з ДСНС")
    await page.get_by_role("button", name="Передати", exact=True).click()
    await expect(page.locator(".report-facts")).to_contain_text("Чергова частина міста")
    await expect(page.locator(".report-facts")).to_contain_text("Потрібна координація з ДСНС")
    await page.get_by_label("Номер першого звернення").fill(first)
    await page.get_by_role("button", name="Позначити повтором").click()
    await eventually(lambda: live.report(second)["duplicate_of"] == first, "it is a duplicate")
    await expect(row(page, second)).to_have_count(0)
    await expect(row(page, first)).to_be_visible()
    # From the one that follows to the entry, whose list has it; and apart again.
    await expect(page.locator(".note.follows")).to_contain_text(first)
    await page.get_by_role("button", name=f"Відкрити № {first}").click()
    await expect(page.locator("#members")).to_contain_text(second)
    await page.get_by_role("button", name=f"№ {second} — це інша подія").click()
    await eventually(lambda: live.report(second)["duplicate_of"] is None, "it is by itself")
    await expect(row(page, second)).to_be_visible()
    await expect(page.locator(".said-other")).to_contain_text(second)


async def test_what_may_be_the_same_is_a_tap_away(live: Live, browsing: Browsing) -> None:
    lon, lat = live.inside(OTHER_BEAT)
    first, _ = await live.reported("Не працює світлофор на перехресті", (lon, lat))
    second, _ = await live.reported("Світлофор погас", (lon + 0.0013, lat))
    third, _ = await live.reported("Світлофор блимає", (lon + 0.0026, lat))
    page = await browsing.open("desk", size=PHONE, arguments=NO_WEBGL)
    await row(page, second).click()
    maybe = page.locator(".suggestions")
    await expect(maybe).to_contain_text(first)
    await expect(maybe).to_contain_text(third)
    await maybe.locator(f'[data-distinct="{third}"]').click()
    await expect(maybe).not_to_contain_text(third)
    await maybe.locator(f'[data-link="{first}"]').click()
    await eventually(lambda: live.report(second)["duplicate_of"] == first, "it follows")
    await expect(page.locator(".note.follows")).to_be_visible()
    await expect(page.locator(".report-footer")).to_be_hidden()


async def test_readers_get_no_buttons(live: Live, browsing: Browsing) -> None:
    number, _ = await live.reported("Не працює світлофор", live.inside(OWN_BEAT))
    page = await browsing.open("leader", arguments=NO_WEBGL)
    await row(page, number).click()
    await expect(page.locator(".report-text")).to_be_visible()
    await expect(page.locator("#drawer .history")).to_be_attached()
    await expect(page.locator(".report-footer")).to_be_hidden()
    await expect(page.locator(".reply-form")).to_be_hidden()
    await expect(page.locator(".desk-tools")).to_be_hidden()
    await page.keyboard.press("a")
    assert live.report(number)["status"] == "queued"


async def test_gis_staff_see_districts_and_no_reports(live: Live, browsing: Browsing) -> None:
    await live.reported("Не для ГІС", live.inside(OWN_BEAT))
    page = await browsing.open("gis")
    await page.locator(f'[data-code="{OWN_BEAT}"]').click()
    await expect(page.locator(".district-card")).to_contain_text("Ткаченко Олена Сергіївна")
    await expect(page.locator("body")).not_to_contain_text("Не для ГІС")


@pytest.mark.parametrize("width", [1366, 1680])
async def test_nothing_of_the_header_is_cut_off(browsing: Browsing, width: int) -> None:
    page = await browsing.open("desk", size={"width": width, "height": 900})
    await expect(page.locator("#duty")).to_be_visible()
    cut = """[...document.querySelectorAll('header *')].filter((each) => each.checkVisibility()
        && each.getBoundingClientRect().right > innerWidth + 1).map((each) => each.outerHTML)"""
    assert await page.evaluate(cut) == []


async def test_the_language_is_switched_and_remembered(browsing: Browsing) -> None:
    page = await browsing.open("desk", arguments=NO_WEBGL)
    await open_menu(page)
    await page.get_by_label("Мова").select_option("en")
    await expect(page.get_by_role("heading", name="Queue")).to_be_visible()
    await page.reload()
    await expect(page.get_by_role("heading", name="Queue")).to_be_visible()
    assert await page.evaluate("document.documentElement.lang") == "en"


async def test_demo_logins_are_one_tap(browsing: Browsing) -> None:
    page = await browsing.open(None)
    await page.get_by_role("button", name=re.compile("Керівник")).click()
    await expect(page.get_by_role("heading", name="Черга")).to_be_visible()


async def test_a_wrong_password_is_told_in_words(browsing: Browsing) -> None:
    page = await browsing.open(None, arguments=NO_WEBGL)
    await page.get_by_label("Логін").fill("desk")
    await page.get_by_label("Пароль").fill("wrong")
    await page.get_by_role("button", name="Увійти", exact=True).click()
    await expect(page.get_by_role("alert")).to_have_text("Логін або пароль неправильні.")


async def test_an_open_report_is_in_the_address_and_back_closes_it(
    live: Live, browsing: Browsing
) -> None:
    number, _ = await live.reported("Впало дерево", live.inside(OWN_BEAT))
    page = await browsing.open("desk", size=PHONE, path=f"/#{number}")
    await expect(page.locator("#report-title")).to_have_text(f"№ {number}")
    await page.go_back()
    await expect(page.locator("#drawer")).to_be_hidden()


async def test_the_demo_shows_chat_and_map_side_by_side(live: Live, browsing: Browsing) -> None:
    page = await browsing.open(None, path="/demo")
    chat = page.frame_locator("#chat")
    await expect(chat.get_by_role("heading", name="Повідомте, що сталося")).to_be_visible()
    staff = page.frame_locator("#staff")
    await staff.get_by_role("button", name="Чергова частина", exact=False).first.click()
    await expect(staff.get_by_role("heading", name="Черга")).to_be_visible()


async def test_nothing_is_cut_off_on_a_narrow_phone(live: Live, browsing: Browsing) -> None:
    number, _ = await live.reported(" ".join(["Дуже довга назва"] * 12), live.inside(OWN_BEAT))
    page = await browsing.open("desk", size={"width": 320, "height": 640})
    await row(page, number).click()
    await expect(page.locator("button.next")).to_be_visible()
    wide = await page.evaluate("document.documentElement.scrollWidth")
    assert wide <= 320
    cut = await page.evaluate(
        """() => [...document.querySelectorAll('button, .badge, summary, h2:not(.sr), h3')]
          .filter((each) => each.offsetParent && each.scrollWidth > each.clientWidth + 1)
          .map((each) => each.textContent)"""
    )
    assert cut == []


@pytest.mark.parametrize("size", [{"width": 320, "height": 360}, {"width": 568, "height": 240}])
async def test_a_report_can_be_opened_on_a_short_screen(
    live: Live, browsing: Browsing, size: dict[str, int]
) -> None:
    numbers = [(await live.reported(f"Впало дерево {n}", live.inside(OWN_BEAT)))[0] for n in "123"]
    page = await browsing.open("desk", size=size)
    for number in numbers:
        await row(page, number).click()
        await expect(page.locator("#report-title")).to_have_text(f"№ {number}")
        await page.go_back()
        await expect(page.locator("#drawer")).to_be_hidden()
