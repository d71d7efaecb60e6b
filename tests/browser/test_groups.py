"""Public groups on the page: linked by a code, looked at, unlinked after a question."""

from typing import Any

from playwright.async_api import expect

from tests.browser.conftest import PHONE, Browsing, Live, eventually


def control(live: Live, path: str, **body: Any) -> Any:
    answer = live.emulator.control.post(path, json=body).raise_for_status()
    return answer.json() if answer.content else None


async def test_a_group_is_linked_by_a_code_and_unlinked(live: Live, browsing: Browsing) -> None:
    page = await browsing.open("desk", path="/groups", size=PHONE)
    await expect(page.locator("#list")).to_contain_text("Жодної групи ще не пов’язано")
    await page.get_by_role("button", name="Узяти код").click()
    command = await page.locator("#group-command").inner_text()
    person = live.citizen("Адмін")
    group = control(live, "groups", title="Безпечне місто", members=[person])["id"]
    control(live, f"groups/{group}/members", person_id=person, status="administrator")
    live.tell(person, "text", text=command, chat_id=group)
    await eventually(lambda: bool(live.sql("SELECT 1 AS x FROM public_group")), "the group")
    card = page.locator(".group-card")
    await page.get_by_role("button", name="Перевірити, чи пов’язано").click()
    await expect(card).to_contain_text("Безпечне місто")
    await expect(card).to_contain_text("ще не відомо")
    # Telegram is asked by the worker, and the page hears of it.
    await eventually(
        lambda: bool(live.sql("SELECT 1 AS x FROM public_group WHERE looked_at IS NOT NULL")),
        "Telegram's word",
    )
    await card.get_by_role("button", name="Перевірити").click()
    await expect(card).to_contain_text("усі повідомлення")
    await expect(card).to_contain_text("учасник")

    # Another one only looks.
    leader = await browsing.open("leader", path="/groups")
    await expect(leader.locator(".group-card")).to_contain_text("Безпечне місто")
    await expect(leader.locator(".group-card button, #add button")).to_have_count(0)

    await card.get_by_role("button", name="Від’єднати").click()
    await card.get_by_role("button", name="Ні", exact=True).click()
    await card.get_by_role("button", name="Від’єднати").click()
    await card.get_by_role("button", name="Так, від’єднати").click()
    await expect(page.locator("#list")).to_contain_text("Жодної групи ще не пов’язано")
    assert live.sql("SELECT 1 AS x FROM public_group") == []
