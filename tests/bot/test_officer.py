"""The officer's side of the chat: linked by a code, told of reports, working by buttons."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from app import officer_chats
from app.models import Officer, OutboxMessage, Report
from app.officer_tasks import tell_officers
from app.report_actions import Actor, assign
from app.reports import locked
from tests.bot.conftest import WEST, Play, location

CITIZEN, ME, PHONE_2 = 1, 70, 71


async def code_of(play: Play, officer: str = "O1") -> str:
    async with play.owner.transaction() as session:
        found = (await session.execute(select(Officer.id).where(Officer.code == officer))).scalar()
        assert found is not None
        return (await officer_chats.new_code(session, play.intake.context, found)).code


async def link(play: Play, user: int = ME, officer: str = "O1") -> None:
    await play.play(user=user, text=f"/start o_{await code_of(play, officer)}")


async def tell(play: Play) -> int:
    """Tell officers what is new, and have it all sent."""
    async with play.intake.database.transaction() as session:
        told = await tell_officers(session, play.intake.context)
    await play.sql(
        "UPDATE outbox SET state = 'sent', message_id = 5000 + id, sent_at = now()"
        " WHERE state = 'queued'"
    )
    return told


async def to_me(play: Play, purpose: str = "officer") -> list[OutboxMessage]:
    rows = await play.sql(
        "SELECT c.chat_id FROM officer_chat c JOIN officer o ON o.id = c.officer_id"
        " WHERE o.code = 'O1'"
    )
    chat = rows[0].chat_id
    return [each for each in await play.said() if (each.chat_id, each.purpose) == (chat, purpose)]


def buttons(message: OutboxMessage) -> list[str]:
    keyboard = message.payload["reply_markup"]["inline_keyboard"]
    return [button["callback_data"].split(":")[1] for row in keyboard for button in row]


async def report(play: Play, text: str = "Б'ються біля магазину") -> Report:
    await play.play(user=CITIZEN, text=text)
    await play.play(user=CITIZEN, **location(WEST))
    return (await play.reports())[-1]


async def press(play: Play, deed: str, number: str, user: int = ME) -> None:
    await play.press(f"task:{deed}:{number}", message_id=5001, user=user)


async def status(play: Play) -> str:
    return str((await play.reports())[-1].status)


async def test_a_code_links_a_chat_once(play: Play) -> None:
    code = await code_of(play)
    await play.play(user=ME, text=f"/start o_{code.lower()}")
    assert "Іван Тестовий" in await play.last_text()
    await play.play(user=PHONE_2, text=f"/start o_{code}")
    assert "не діє" in await play.last_text()
    assert len(await play.sql("SELECT * FROM officer_chat")) == 1
    late = await code_of(play)
    play.pass_time(timedelta(minutes=16))
    await play.play(user=PHONE_2, text=f"/start o_{late}")
    assert "не діє" in await play.last_text()


async def test_an_officer_is_told_once_with_place_and_photos(play: Play) -> None:
    await link(play)
    found = await report(play)
    photo: dict[str, Any] = {
        "photo": [{"file_id": "F1", "file_unique_id": "u1", "width": 9, "height": 9}],
        "chat": {"id": CITIZEN, "type": "private", "first_name": "Олена"},
    }
    assert await tell(play) == 1
    assert await tell(play) == 0
    told, venue = (await to_me(play))[-2:]
    assert found.number in told.payload["text"]
    assert "Б'ються біля магазину" in told.payload["text"]
    assert "olena_secret" not in str(told.payload)
    assert buttons(told) == ["ack", "go", "done", "no", "reply"]
    assert (venue.method, venue.payload["latitude"]) == ("sendVenue", pytest.approx(WEST[1]))
    await play.play(user=CITIZEN, **photo)
    await tell(play)
    last = (await to_me(play))[-1]
    assert (last.method, last.payload) == ("sendPhoto", {"photo": "F1"})


async def test_the_work_is_done_by_buttons_and_the_message_stays_true(play: Play) -> None:
    await link(play)
    number = (await report(play)).number
    await tell(play)
    for deed, then in (("ack", "acknowledged"), ("go", "en_route"), ("there", "on_scene")):
        await press(play, deed, number)
        assert await status(play) == then
        await tell(play)
        edit = (await to_me(play))[-1]
        assert edit.method == "editMessageText"
        assert deed not in buttons(edit)
    assert buttons(edit) == ["done", "reply"]
    await press(play, "done", number)
    assert await status(play) == "resolved"
    await tell(play)
    assert buttons((await to_me(play))[-1]) == []
    citizen = [each.purpose for each in await play.said() if each.chat_id != edit.chat_id]
    assert {"acknowledged", "en_route", "on_scene", "resolved"} <= set(citizen)


async def test_two_devices_at_once_do_it_once(play: Play) -> None:
    await link(play)
    number = (await report(play)).number
    await tell(play)
    await press(play, "go", number)
    version = (await play.reports())[-1].version
    await press(play, "go", number)
    await press(play, "ack", number)
    now = (await play.reports())[-1]
    assert (now.status, now.version) == ("en_route", version)
    answers = [each for each in await to_me(play) if each.method == "answerCallbackQuery"]
    assert "у дорозі" in answers[-1].payload["text"]


async def test_what_was_given_to_another_says_so(play: Play) -> None:
    await link(play)
    number = (await report(play)).number
    await tell(play)
    async with play.owner.transaction() as session:
        given = await locked(session, number)
        context = play.intake.context
        await assign(session, context, Actor("desk"), given, None, "city", "перевіримо самі")
    await press(play, "ack", number)
    assert await status(play) == "queued"
    await tell(play)
    last = (await to_me(play))[-1]
    assert "чергова частина" in last.payload["text"].lower()
    assert buttons(last) == []
    # Given back, it is told anew: the old message is history.
    async with play.owner.transaction() as session:
        given = await locked(session, number)
        await assign(session, context, Actor("desk"), given, "O1", None, "таки ваше")
    assert await tell(play) == 1
    assert buttons((await to_me(play))[-2])


async def test_not_mine_hands_it_on_with_the_reason(play: Play) -> None:
    await link(play)
    number = (await report(play)).number
    await tell(play)
    await press(play, "no", number)
    await play.play(user=ME, text="Я на іншому кінці міста")
    (found,) = await play.reports()
    assert found.assigned_officer_id is None
    assert found.rung == "precinct_desk"
    assert {"rung": "primary", "officer": "O1", "why": "refused"} in found.skipped
    events = await play.sql("SELECT kind, actor, note FROM report_event ORDER BY id DESC LIMIT 1")
    assert tuple(events[0]) == ("refused", "officer:O1", "Я на іншому кінці міста")
    # A second time, by a button that is old: it says who answers now.
    await press(play, "why_busy", number)
    assert len(await play.sql("SELECT * FROM report_event WHERE kind = 'refused'")) == 1


async def test_the_next_message_is_the_reply_after_a_preview(play: Play) -> None:
    await link(play)
    number = (await report(play)).number
    await tell(play)
    await press(play, "reply", number)
    await play.play(user=ME, text="Екіпаж буде за п'ять хвилин")
    preview = (await to_me(play))[-1]
    assert "Екіпаж буде за п'ять хвилин" in preview.payload["text"]
    assert not [each for each in await play.said() if each.purpose == "express_reply"]
    await press(play, "send", number)
    await press(play, "send", number)
    sent = [each for each in await play.said() if each.purpose == "express_reply"]
    assert len(sent) == 1
    assert "Екіпаж буде" in sent[0].payload["text"]
    assert "уже надіслано" in (await to_me(play))[-1].payload["text"]
    # Words nobody asked for are a report, as from anybody.
    before = len(await play.reports())
    await play.play(user=ME, text="Знайшов гаманець")
    assert len(await play.reports()) == before + 1


async def test_a_stranger_presses_in_vain(play: Play) -> None:
    await link(play)
    number = (await report(play)).number
    await tell(play)
    await press(play, "ack", number, user=666)
    assert await status(play) == "queued"
    await play.play(user=666, text="/duty")
    assert "не пов’язано" in await play.last_text()


async def test_duty_with_one_tap(play: Play) -> None:
    await link(play)
    number = (await report(play)).number
    await play.play(user=ME, text="/duty")
    said = (await play.said())[-1]
    assert said.payload["reply_markup"]["inline_keyboard"][0][0]["callback_data"] == "duty:off"
    await play.press("duty:off", user=ME)
    await play.press("duty:off", user=ME)
    assert len(await play.sql("SELECT * FROM duty_tap")) == 1
    (found,) = await play.reports()
    assert (found.number, found.assigned_desk) == (number, "C")
    await play.press("duty:on", user=ME)
    (found,) = await play.reports()
    assert found.rung == "primary"


async def test_who_asks_to_be_forgotten_is_told_no_more(play: Play) -> None:
    await link(play)
    await play.press("delete:yes", user=ME)
    await report(play)
    assert await tell(play) == 0
    wanted: Any = await play.sql("SELECT * FROM officer_chat")
    assert wanted == []


async def test_a_task_says_what_it_is_and_that_a_life_is_in_danger(play: Play) -> None:
    await link(play)
    await report(play, "Сусіди шумлять, музика")
    await tell(play)
    told = "\n".join(str(each.payload.get("text")) for each in await to_me(play))
    assert "🏷 Шум, порушення тиші" in told
    assert "ЗАГРОЗА" not in told
    found = (await play.reports())[-1]
    await play.press(f"sos:{found.number}", user=CITIZEN)
    await tell(play)
    edited = next(each for each in reversed(await play.said()) if each.method == "editMessageText")
    lines = edited.payload["text"].splitlines()
    assert lines[0] == "🆘 ЗАГРОЗА ЖИТТЮ"
    # The citizen is not asked whether it was something else any more.
    await press(play, "ack", found.number)
    await play.press(f"cat?:{found.number}", user=CITIZEN)
    assert (await play.said())[-1].method == "answerCallbackQuery"
