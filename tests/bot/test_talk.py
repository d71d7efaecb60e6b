"""A citizen and whoever answers talk about one report, all of it over HTTP to the emulator."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest

from app.emulator.testing import start
from app.report_actions import Actor, assign
from app.reports import locked
from tests.bot.conftest import EAST, Play
from tests.bot.stage import Stage, datas, opened


@pytest.fixture
async def stage(play: Play) -> AsyncIterator[Stage]:
    with start() as emulator:
        async with opened(play, emulator) as stage:
            yield stage


async def status(stage: Stage) -> str:
    return (await stage.latest()).status


async def test_a_report_from_the_first_word_to_the_rating(stage: Stage) -> None:
    citizen, officer = stage.person("Олена"), stage.person("Іван")
    await stage.link(officer)
    await stage.report(citizen)
    task = stage.with_button(officer, "task:ack")
    assert "Бійка, побиття" in task["text"]
    assert "Б'ються біля магазину" in task["text"]
    first = stage.chat(citizen, by_bot=False)[0]["message_id"]

    stage.press(officer, task, "task:ack")
    await stage.go()
    accepted = stage.chat(citizen)[-1]
    # Who answers was said with the number; all of one report hangs under the citizen's first words.
    assert "прийняв" in accepted["text"]
    assert "Іван Тестовий" not in accepted["text"]
    assert accepted["reply_to_message"]["message_id"] == first
    stage.press(officer, stage.with_button(officer, "task:go"), "task:go")
    await stage.go()

    # What is said now is about it, and reaches the officer as a new message.
    stage.say(citizen, "Їх уже четверо, один із ножем")
    await stage.go()
    assert len(await stage.play.reports()) == 1
    told = stage.chat(officer)[-1]
    assert told["text"].startswith("🆕")
    assert "один із ножем" in told["text"]
    assert told["reply_to_message"]["message_id"] == task["message_id"]
    assert (await stage.latest()).answered_at is not None
    assert "один із ножем" in stage.with_button(officer, "task:there")["text"]
    stage.control(f"people/{citizen}/media", kind="photo", caption="Ось вони")
    await stage.go()
    assert any("photo" in each for each in stage.chat(officer)[-2:])
    said = next(m for m in stage.chat(citizen, by_bot=False) if "ножем" in m.get("text", ""))
    edited = {"message_id": said["message_id"], "text": "Їх уже четверо, один із битою"}
    stage.control(f"people/{citizen}/edit", **edited)
    await stage.go()
    assert "битою" in stage.texts(officer)[-1]
    assert (await stage.latest()).text == "Б'ються біля магазину"
    assert len(await stage.play.reports()) == 1

    # The officer answers under the message itself.
    stage.press(officer, told, "task:reply")
    await stage.go()
    stage.say(officer, "Бачимо їх, тримайтеся осторонь")
    await stage.go()
    stage.press(officer, stage.with_button(officer, "task:send"), "task:send")
    await stage.go()
    reply = stage.chat(citizen)[-1]["text"]
    assert "тримайтеся осторонь" in reply
    assert "цілодобово" in reply
    assert (await stage.latest()).answered_at is None

    assert stage.failures() == []


async def test_one_tap_rates_and_another_changes_it(stage: Stage) -> None:
    citizen, officer = stage.person("Олена"), stage.person("Іван")
    await stage.link(officer)
    number = (await stage.report(citizen)).number
    for deed in ("task:go", "task:there", "task:done"):
        stage.press(officer, stage.with_button(officer, deed), deed)
        await stage.go()
    closing = stage.chat(citizen)[-1]
    assert "Центр" in closing["text"]
    assert "цілодобово" in closing["text"]
    assert datas(closing) == [*(f"rate:{n}:{number}" for n in range(1, 6)), f"again:{number}"]

    first_tap = stage.press(citizen, closing, "rate:2")
    await stage.go()
    assert "★★☆☆☆" in stage.answer_to(first_tap)
    stage.press(citizen, stage.chat(citizen)[-1], "rate:5")
    stage.press(citizen, stage.chat(citizen)[-1], "rate:5")
    await stage.go()
    assert "★★★★★" in stage.chat(citizen)[-1]["text"]
    ratings = await stage.play.sql("SELECT stars FROM rating")
    assert ratings == [(5,)]
    rated = await stage.play.sql("SELECT after->>'stars' FROM report_event WHERE kind = 'rated'")
    assert rated == [("2",), ("5",)]
    assert stage.failures() == []


async def test_not_solved_comes_back_with_the_reason(stage: Stage) -> None:
    citizen, officer = stage.person("Олена"), stage.person("Іван")
    await stage.link(officer)
    number = (await stage.report(citizen)).number
    stage.press(officer, stage.with_button(officer, "task:done"), "task:done")
    await stage.go()
    closing = stage.with_button(citizen, "again:")
    stage.press(citizen, closing, "again:")
    await stage.go()
    asked = stage.chat(citizen)[-1]
    assert [each.split(":")[1] for each in datas(asked)] == ["nobody", "goes_on"]
    stage.say(citizen, "Вони повернулися")
    await stage.go()
    report = await stage.latest()
    assert (report.status, report.reopened, len(await stage.play.reports())) == ("queued", 1, 1)
    assert report.answered_at is not None
    task = stage.with_button(officer, "task:ack")
    assert "Відкрито знову" in task["text"]
    assert "Вони повернулися" in task["text"]
    assert "знову в роботі" in stage.chat(citizen)[-1]["text"]
    # The closing message's buttons are old now: they say what is true.
    old = stage.press(citizen, closing, "rate:1")
    await stage.go()
    assert "передано поліцейському" in stage.answer_to(old)
    assert datas(
        next(m for m in stage.chat(citizen) if m["message_id"] == closing["message_id"])
    ) == [f"over:{number}"]
    assert await stage.play.sql("SELECT count(*) FROM rating") == [(0,)]
    # By a button's reason it goes as well, and not when too much time has passed.
    stage.press(officer, stage.with_button(officer, "task:done"), "task:done")
    await stage.go()
    stage.press(citizen, stage.with_button(citizen, "again:"), "again:")
    await stage.go()
    stage.press(citizen, stage.with_button(citizen, "again:nobody"), "again:nobody")
    await stage.go()
    assert (await stage.latest()).reopened == 2
    stage.press(officer, stage.with_button(officer, "task:done"), "task:done")
    await stage.go()
    late = stage.with_button(citizen, "again:")
    stage.play.pass_time(timedelta(hours=73))
    for deed in ("again:", "rate:4"):
        query = stage.press(citizen, late, deed)
        await stage.go()
        assert "минув час" in stage.answer_to(query) or "опрацьовано" in stage.answer_to(query)
        late = next(m for m in stage.chat(citizen) if m["message_id"] == late["message_id"])
        if not datas(late):
            break
    assert (await stage.latest()).reopened == 2
    assert await stage.play.sql("SELECT count(*) FROM rating") == [(0,)]


async def test_it_is_over(stage: Stage) -> None:
    citizen, officer = stage.person("Олена"), stage.person("Іван")
    await stage.link(officer)
    number = (await stage.report(citizen)).number
    stage.press(officer, stage.with_button(officer, "task:ack"), "task:ack")
    await stage.go()
    stage.say(citizen, "/status")
    await stage.go()
    over = stage.with_button(citizen, "over:")
    assert over == stage.chat(citizen)[-1]
    assert datas(over) == [f"over:{number}"]
    stage.press(citizen, over, "over:")
    await stage.go()
    assert await status(stage) == "withdrawn"
    assert "вже не потрібно" in stage.chat(officer)[-1]["text"]
    assert not [m for m in stage.chat(officer) if any(d.startswith("task:ack") for d in datas(m))]
    # A slip of the finger: the way back is under the notice.
    stage.press(citizen, stage.with_button(citizen, "again:"), "again:")
    await stage.go()
    stage.press(citizen, stage.with_button(citizen, "again:goes_on"), "again:goes_on")
    await stage.go()
    assert await status(stage) == "queued"
    for deed in ("task:go",):
        stage.press(officer, stage.with_button(officer, deed), deed)
        await stage.go()
    # A crew on its way is not called back by a tap: it is told.
    stage.press(citizen, stage.with_button(citizen, "over:"), "over:")
    await stage.go()
    assert await status(stage) == "en_route"
    assert "передали наряду" in stage.texts(citizen)[-1]
    assert "вже не потрібно" in stage.texts(officer)[-1]
    kinds = await stage.play.sql("SELECT kind FROM report_event ORDER BY id DESC LIMIT 1")
    assert kinds == [("said_over",)]


async def test_what_is_about_something_else_becomes_a_report_of_its_own(stage: Stage) -> None:
    citizen, officer = stage.person("Олена"), stage.person("Іван")
    await stage.link(officer)
    number = (await stage.report(citizen)).number
    stage.press(officer, stage.with_button(officer, "task:ack"), "task:ack")
    await stage.go()
    stage.say(citizen, "А ще не горить світлофор")
    await stage.go()
    split = stage.with_button(citizen, "split:")
    stage.press(citizen, split, "split:")
    stage.press(citizen, split, "split:")
    await stage.go()
    first, second = await stage.play.reports()
    assert (first.number, second.text) == (number, "А ще не горить світлофор")
    assert second.number in stage.texts(officer)[-1]
    assert stage.failures() == []
    # A reply says for itself what it is about, also when its report waits or is closed.
    ours = next(m for m in stage.chat(citizen) if number in m.get("text", ""))
    stage.say(citizen, "Вони розбіглися", reply_to=ours["message_id"])
    await stage.go()
    assert len(await stage.play.reports()) == 2
    assert "Вони розбіглися" in stage.texts(officer)[-1]
    stage.press(officer, stage.with_button(officer, "task:done"), "task:done")
    await stage.go()
    stage.say(citizen, "Дякую!", reply_to=ours["message_id"])
    await stage.go()
    assert len(await stage.play.reports()) == 2
    assert "вже закрите" in stage.texts(citizen)[-1]
    assert datas(stage.chat(citizen)[-1]) == [f"again:{number}"]
    assert "Дякую!" in stage.texts(officer)[-1]
    # Another place is another report; so are words long after.
    stage.play.pass_time(timedelta(hours=80))
    stage.say(citizen, "Знову те саме", reply_to=ours["message_id"])
    await stage.go()
    assert len(await stage.play.reports()) == 3


async def test_reassigned_within_a_minute_is_said_once(stage: Stage) -> None:
    citizen = stage.person("Олена")
    number = (await stage.report(citizen)).number
    before = len(stage.chat(citizen))
    await stage.play.sql(
        "INSERT INTO officer (code, name, precinct_code) VALUES ('O2', 'Петро Другий', 'C')"
    )
    for to in ("O2", None, "O1"):
        await give(stage, number, to)
        stage.play.pass_time(timedelta(seconds=20))
        await stage.go()
    stage.play.pass_time(timedelta(minutes=2))
    await stage.go()
    assert len(stage.chat(citizen)) == before, "it is as it was"
    for to in (None, "O2"):
        await give(stage, number, to)
        stage.play.pass_time(timedelta(seconds=20))
        await stage.go()
    assert len(stage.chat(citizen)) == before
    stage.play.pass_time(timedelta(minutes=1))
    await stage.go()
    await stage.go()
    (told,) = stage.chat(citizen)[before:]
    assert "Петро Другий" in told["text"]
    assert datas(told) == [f"over:{number}"]


async def give(stage: Stage, number: str, officer: str | None) -> None:
    async with stage.play.owner.transaction() as session:
        report = await locked(session, number)
        desk = None if officer else "C"
        await assign(session, stage.context, Actor("desk"), report, officer, desk, "так треба")


async def test_in_a_group_nothing_private_is_said(stage: Stage) -> None:
    citizen, other = stage.person("Олена"), stage.person("Петро")
    group = stage.control("groups", title="Безпечне місто", members=[citizen, other])["id"]
    said = stage.say(citizen, "Бійка на Європейській", chat_id=group)
    await stage.go()
    number = (await stage.latest()).number
    ours = stage.chat(group)[-1]
    await stage.play.sql("UPDATE report SET status = 'resolved', closed_at = '2026-11-23 12:00+00'")
    stage.say(other, "Я теж бачив бійку", chat_id=group, reply_to=ours["message_id"])
    await stage.go()
    assert len(await stage.play.reports()) == 2, "somebody else's words are no answer of hers"
    stage.say(citizen, "Уже тихо", chat_id=group, reply_to=ours["message_id"])
    await stage.go()
    assert len(await stage.play.reports()) == 2
    last = stage.chat(group)[-1]
    assert number in last["text"]
    assert not datas(last)
    assert said["message_id"] != last["message_id"]


@pytest.mark.parametrize(
    ("language", "words"),
    [("ru", ("Не решено", "Подробнее", "Спасибо")), ("en", ("Not solved", "More:", "Thank you"))],
)
async def test_it_is_said_in_the_citizens_language(
    stage: Stage, language: str, words: tuple[str, ...]
) -> None:
    citizen, officer = stage.person("Olena", language_code=language), stage.person("Іван")
    await stage.link(officer)
    stage.share(citizen, EAST)
    await stage.go()
    await stage.play.sql("UPDATE reporter SET language_chosen = true WHERE kind = 'person'")
    stage.press(officer, stage.with_button(officer, "task:done"), "task:done")
    await stage.go()
    closing: Any = stage.chat(citizen)[-1]
    assert words[1] in closing["text"]
    buttons = [b["text"] for row in closing["reply_markup"]["inline_keyboard"] for b in row]
    assert words[0] in buttons[-1]
    query = stage.press(citizen, closing, "rate:4")
    await stage.go()
    assert words[2] in stage.answer_to(query)
