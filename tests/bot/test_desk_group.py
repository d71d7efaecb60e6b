"""A desk's group with a topic a report, over HTTP to the emulator."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from app import desk_chats, staff_chats
from app.access import add_staff
from app.emulator.testing import start
from app.models import Staff, StaffRole
from app.report_actions import Actor, assign
from app.reports import locked
from tests.bot.conftest import ALONE, Play
from tests.bot.stage import Stage, datas, opened

DESK = "P"


@pytest.fixture
async def stage(play: Play) -> AsyncIterator[Stage]:
    with start() as emulator:
        async with opened(play, emulator) as stage:
            yield stage


async def desk_person(stage: Stage, name: str, precinct: str | None = DESK) -> int:
    """Make a member of a desk whose Telegram is linked."""
    person = stage.person(name)
    login = f"desk-{person}"
    async with stage.play.owner.transaction() as session:
        await add_staff(session, login, StaffRole.DESK, precinct, None, name=name)
        query = select(Staff.id).where(Staff.login == login)
        code = await staff_chats.new_code(
            session, stage.context, (await session.execute(query)).scalar_one()
        )
    stage.control(f"people/{person}/start", payload=f"s_{code.code}")
    await stage.go()
    assert name in stage.texts(person)[-1]
    return person


def appoint(stage: Stage, group: int, person: int, status: str, *, manages: bool) -> None:
    stage.control(f"groups/{group}/bot", person_id=person, status=status, manages_topics=manages)


async def link(stage: Stage, group: int, person: int, desk: str = DESK) -> None:
    async with stage.play.owner.transaction() as session:
        code = await desk_chats.new_code(session, stage.context, desk, "desk")
    stage.say(person, f"/start@test_bot d_{code.code}", chat_id=group)
    await stage.go()


async def forum(stage: Stage, *members: int) -> int:
    """Make a desk's group in which all works."""
    body: dict[str, Any] = {"title": "Чергова", "forum": True, "members": list(members)}
    group = int(stage.control("groups", **body)["id"])
    appoint(stage, group, members[0], "administrator", manages=True)
    await link(stage, group, members[0])
    return group


def topics(stage: Stage, group: int) -> list[dict[str, Any]]:
    groups = stage.emulator.control.get("state").json()["groups"]
    found: list[dict[str, Any]] = next(each["topics"] for each in groups if each["id"] == group)
    return found


def said_in(stage: Stage, group: int, topic: dict[str, Any]) -> list[dict[str, Any]]:
    thread = topic["thread_id"]
    return [each for each in stage.chat(group) if each.get("message_thread_id") == thread]


async def notices(stage: Stage) -> list[tuple[str, str, str | None]]:
    rows = await stage.play.sql("SELECT desk, kind, body->>'fault' FROM staff_notice ORDER BY id")
    return [tuple(row) for row in rows]


async def test_a_report_is_worked_on_in_its_topic(stage: Stage) -> None:
    citizen = stage.person("Олена")
    ann, ben = [await desk_person(stage, name) for name in ("Ганна", "Борис")]
    group = await forum(stage, ann, ben)
    assert "Приморський" in stage.texts(group)[-1]
    report = await stage.report(citizen, "Шум уночі", ALONE)
    (topic,) = topics(stage, group)
    assert topic["name"].startswith(f"№ {report.number} · Приморський")
    task, venue = said_in(stage, group, topic)[:2]
    assert "Шум уночі" in task["text"]
    assert "venue" in venue
    assert [each.split(":")[1] for each in datas(task)] == ["ack", "go", "done", "reply"]

    # Two of them press at once: one does it, the other is told what is true.
    pressed = [stage.press(who, task, "desk:ack", chat_id=group) for who in (ann, ben)]
    await stage.go()
    answers = sorted(stage.answer_to(each) for each in pressed)
    assert len(await stage.play.sql("SELECT FROM report_event WHERE kind = 'status'")) == 1
    assert ["прийнято до роботи" in each for each in answers] == [True, True], answers
    assert [m["text"] for m in said_in(stage, group, topic) if "Ганна" in m.get("text", "")]

    # Talk among themselves is nothing to us; a set form is a reply, after a preview.
    thread = {"chat_id": group, "thread_id": topic["thread_id"]}
    stage.say(ann, "Хто поїде?", **thread)
    stage.say(ben, "Відповідь: Наряд буде за десять хвилин", **thread)
    await stage.go()
    assert len(await stage.play.reports()) == 1
    preview = stage.with_button(group, "desk:send")
    assert "Наряд буде за десять хвилин" in preview["text"]
    assert "Наряд буде" not in " ".join(stage.texts(citizen))
    stage.press(ann, preview, "desk:send", chat_id=group)
    stage.press(ben, preview, "desk:send", chat_id=group)
    await stage.go()
    assert sum("Наряд буде" in each for each in stage.texts(citizen)) == 1

    assert stage.failures() == []


async def test_the_button_and_the_command_ask_for_a_reply(stage: Stage) -> None:
    citizen = stage.person("Олена")
    ann, ben = [await desk_person(stage, name) for name in ("Ганна", "Борис")]
    group = await forum(stage, ann, ben)
    await stage.report(citizen, "Шум уночі", ALONE)
    (topic,) = topics(stage, group)
    thread = {"chat_id": group, "thread_id": topic["thread_id"]}
    stage.press(ann, stage.with_button(group, "desk:ack"), "desk:ack", chat_id=group)
    await stage.go()
    # By the button the next message is the reply; the command does it in one.
    stage.press(ben, stage.with_button(group, "desk:reply"), "desk:reply", chat_id=group)
    await stage.go()
    stage.say(ann, "Я не про відповідь", **thread)
    stage.say(ben, "Уже виїхали", **thread)
    await stage.go()
    preview = stage.with_button(group, "desk:send")
    assert "Уже виїхали" in preview["text"]
    stage.press(ben, preview, "desk:drop", chat_id=group)
    stage.say(ann, "/reply Чекайте біля входу", **thread)
    await stage.go()
    stage.press(ann, stage.with_button(group, "desk:send"), "desk:send", chat_id=group)
    await stage.go()
    replies = await stage.play.sql("SELECT actor FROM report_event WHERE kind = 'replied'")
    assert len(replies) == 1
    assert all(row.actor.startswith("desk-") for row in replies)

    # The citizen's answer comes into the topic.
    stage.say(citizen, "Вже стою біля входу")
    await stage.go()
    assert "Вже стою біля входу" in said_in(stage, group, topic)[-1]["text"]
    stage.press(ann, stage.with_button(group, "desk:done"), "desk:done", chat_id=group)
    await stage.go()
    assert topics(stage, group)[0]["closed"]
    stage.press(citizen, stage.with_button(citizen, "again:"), "again:")
    await stage.go()
    stage.press(citizen, stage.with_button(citizen, "again:goes_on"), "again:goes_on")
    await stage.go()
    assert not topics(stage, group)[0]["closed"]
    assert len(topics(stage, group)) == 1
    assert "Це триває" in stage.with_button(group, "desk:ack")["text"]
    assert stage.failures() == []


async def give(stage: Stage, number: str, officer: str | None, desk: str | None = None) -> None:
    async with stage.play.owner.transaction() as session:
        report = await locked(session, number)
        await assign(session, stage.context, Actor("desk"), report, officer, desk, "так треба")


async def test_another_owner_closes_the_topic_and_the_desk_opens_it_again(stage: Stage) -> None:
    citizen, ann = stage.person("Олена"), await desk_person(stage, "Ганна")
    group = await forum(stage, ann)
    number = (await stage.report(citizen, "Шум", ALONE)).number
    await give(stage, number, "O1")
    await stage.go()
    (topic,) = topics(stage, group)
    assert topic["closed"]
    assert "капітан Іван Тестовий" in said_in(stage, group, topic)[-2]["text"]
    assert not [m for m in said_in(stage, group, topic) if datas(m)]
    await give(stage, number, None, DESK)
    await stage.go()
    (topic,) = topics(stage, group)
    assert not topic["closed"]
    # An officer of the precinct may press as well, and takes the report on.
    task = stage.with_button(group, "desk:ack")
    stranger = await desk_person(stage, "Чужий", "C")
    query = stage.press(stranger, task, "desk:ack", chat_id=group)
    await stage.go()
    assert "не пов’язані" in stage.answer_to(query)
    await stage.play.sql("UPDATE officer SET precinct_code = 'P' WHERE code = 'O1'")
    ivan = stage.person("Іван")
    await stage.link(ivan)
    stage.press(ivan, task, "desk:go", chat_id=group)
    await stage.go()
    report = await stage.latest()
    assert (report.status, report.rung) == ("en_route", "taken")
    assert topics(stage, group)[0]["closed"]
    assert number in stage.with_button(ivan, "task:there")["text"]
    assert stage.failures() == []


async def test_missing_rights_are_told_once_and_nothing_is_lost(stage: Stage) -> None:
    citizen, ann = stage.person("Олена"), await desk_person(stage, "Ганна")
    body: dict[str, Any] = {"title": "Чергова", "kind": "group", "members": [ann]}
    old = int(stage.control("groups", **body)["id"])
    await link(stage, old, ann)
    assert "не ввімкнено теми" in stage.texts(old)[-1]
    number = (await stage.report(citizen, "Шум", ALONE)).number
    assert await notices(stage) == []
    # Topics make a supergroup of the group, which has another id; the bot is no administrator yet.
    group = stage.control(f"groups/{old}/forum")["chat_id"]
    stage.say(ann, "Є теми", chat_id=group)
    await stage.go()
    assert await notices(stage) == [(DESK, "desk_chat", "no_rights")]
    assert topics(stage, group) == []
    await stage.report(citizen, "Кинуте авто", ALONE)
    assert len(await notices(stage)) == 1
    appoint(stage, group, ann, "administrator", manages=True)
    await stage.go()
    assert {each["name"].split(" · ")[0] for each in topics(stage, group)} == {
        f"№ {each.number}" for each in await stage.play.reports()
    }
    # A topic that somebody deletes is made anew, with all that belongs into it.
    gone = next(each for each in topics(stage, group) if number in each["name"])
    stage.control(f"groups/{group}/topics/{gone['thread_id']}/delete", person_id=ann)
    stage.control(f"people/{citizen}/media", kind="photo")
    await stage.play.sql(
        f"UPDATE report SET priority = 1, version = version + 1 WHERE number = '{number}'"  # noqa: S608
    )
    await stage.go()
    await give(stage, number, None, DESK)
    await stage.go()
    stage.say(citizen, "Голосніше", reply_to=stage.chat(citizen, by_bot=False)[0]["message_id"])
    await stage.go()
    again = next(each for each in topics(stage, group) if number in each["name"])
    assert again["thread_id"] != gone["thread_id"]
    assert "Голосніше" in " ".join(m.get("text", "") for m in said_in(stage, group, again))
    assert ("P", "desk_topic", None) in await notices(stage)
    # Removed, the bot leaves the reports to the page; back again, it goes on.
    appoint(stage, group, ann, "kicked", manages=False)
    await stage.go()
    assert (await notices(stage))[-1] == (DESK, "desk_chat", "removed")
    last = (await stage.report(citizen, "Третє", ALONE)).number
    appoint(stage, group, ann, "administrator", manages=True)
    await stage.go()
    assert any(last in each["name"] for each in topics(stage, group))
    assert (await desk_chats_faults(stage)) == [None]


async def desk_chats_faults(stage: Stage) -> list[str | None]:
    rows = await stage.play.sql("SELECT fault FROM desk_chat")
    return [row.fault for row in rows]


async def test_a_code_links_one_group_once_and_only_there(stage: Stage) -> None:
    ann = await desk_person(stage, "Ганна")
    async with stage.play.owner.transaction() as session:
        code = (await desk_chats.new_code(session, stage.context, DESK, "desk")).code
    stage.control(f"people/{ann}/start", payload=f"d_{code}")
    await stage.go()
    assert "для групи" in stage.texts(ann)[-1]
    first = int(stage.control("groups", title="Чергова", forum=True, members=[ann])["id"])
    second = int(stage.control("groups", title="Інша", forum=True, members=[ann])["id"])
    for group, words in ((first, "пов’язано"), (second, "не діє")):
        stage.say(ann, f"/start d_{code.lower()}", chat_id=group)
        await stage.go()
        assert words in stage.texts(group)[-1]
    async with stage.play.owner.transaction() as session:
        code = (await desk_chats.new_code(session, stage.context, DESK, "desk")).code
    stage.play.pass_time(timedelta(minutes=16))
    stage.say(ann, f"/start d_{code}", chat_id=second)
    await stage.go()
    assert "не діє" in stage.texts(second)[-1]
    assert len(await stage.play.sql("SELECT FROM desk_chat")) == 1
