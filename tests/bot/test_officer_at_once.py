"""The officer's side over HTTP: what arrives, what an old button says, and two devices at once."""

import asyncio
import dataclasses
from collections.abc import AsyncIterator

import httpx
import pytest

from app.access import add_staff, make_token
from app.emulator.testing import start
from app.main import create_app
from app.models import StaffRole
from app.report_actions import Actor, assign
from app.reports import locked
from app.worker import drain
from tests.api.conftest import running, settings_for
from tests.bot.conftest import WEST, Play
from tests.bot.stage import Stage, datas, opened, staff_client


@pytest.fixture
async def stage(play: Play) -> AsyncIterator[Stage]:
    with start() as emulator:
        async with opened(play, emulator) as stage:
            yield stage


@pytest.fixture
async def page(stage: Stage) -> AsyncIterator[httpx.AsyncClient]:
    """The officer's own page, over the same database and clock."""
    async with stage.play.owner.transaction() as session:
        await add_staff(session, "ivan", StaffRole.OFFICER, "C", "O1")
        token = await make_token(session, "ivan")
    app = create_app(settings_for(stage.play.owner.conninfo))
    app.state.parts = dataclasses.replace(app.state.parts, context=stage.context)
    async with running(app), staff_client(app, token) as client:
        yield client


async def test_an_assignment_arrives_whole_and_goes_quietly(stage: Stage) -> None:
    citizen, ivan, petro = [stage.person(name) for name in ("Олена", "Іван", "Петро")]
    await stage.play.sql(
        "INSERT INTO officer (code, name, precinct_code) VALUES ('O2', 'Петро Другий', 'C')"
    )
    await stage.link(ivan)
    await stage.link(petro, "O2")
    place = {"longitude": WEST[0], "latitude": WEST[1]}
    stage.say(citizen, "Обікрали машину")
    stage.control(f"people/{citizen}/venue", **place, title="Кафе", address="проспект Миру, 1")
    stage.control(f"people/{citizen}/media", kind="photo")
    await stage.go()
    await stage.play.sql(
        "UPDATE report SET category = 'theft', priority = 1, version = version + 1"
    )
    await stage.go()
    number = (await stage.latest()).number
    task, venue, photo = stage.chat(ivan)[-3:]
    for words in (number, "ТЕРМІНОВО", "Крадіжка", "Обікрали машину", "проспект Миру, 1", "Захід"):
        assert words in task["text"]
    assert venue["venue"]["location"]["longitude"] == pytest.approx(WEST[0])
    theirs = next(each for each in stage.chat(citizen, by_bot=False) if "photo" in each)
    assert photo["photo"][-1]["file_unique_id"] == theirs["photo"][-1]["file_unique_id"]
    assert [each.split(":")[1] for each in datas(task)] == ["ack", "go", "done", "no", "reply"]

    # Reassigned: the old message says who answers now, and makes no sound.
    count = len(stage.chat(ivan))
    async with stage.play.owner.transaction() as session:
        report = await locked(session, number)
        await assign(session, stage.context, Actor("desk"), report, "O2", None, "ближче")
    await stage.go()
    assert len(stage.chat(ivan)) == count
    old = next(each for each in stage.chat(ivan) if each["message_id"] == task["message_id"])
    assert "Петро Другий" in old["text"]
    assert datas(old) == []
    assert number in stage.with_button(petro, "task:ack")["text"]

    # A press that was under way all the while is told what is true.
    query = {
        "id": "77",
        "from": {"id": ivan, "is_bot": False, "first_name": "Іван"},
        "chat_instance": "1",
        "message": task,
        "data": f"task:ack:{number}",
    }
    stage.control("updates", updates=[{"callback_query": query}])
    await stage.go()
    assert (await stage.latest()).status == "queued"
    last = stage.emulator.control.get("calls", params={"method": "answerCallbackQuery"}).json()[-1]
    assert "Петро Другий" in last["params"]["text"]


async def test_page_and_buttons_at_the_same_instant_change_it_once(
    stage: Stage, page: httpx.AsyncClient
) -> None:
    citizen, ivan = stage.person("Олена"), stage.person("Іван")
    await stage.link(ivan)
    number = (await stage.report(citizen)).number
    steps = (("ack", "acknowledged"), ("go", "en_route"), ("there", "on_scene"))
    for count, (deed, status) in enumerate(steps, 1):
        task = stage.with_button(ivan, f"task:{deed}")
        version = (await stage.latest()).version
        # Two devices show the same button, and a third the page.
        queries = [stage.press(ivan, task, f"task:{deed}") for _ in range(2)]
        await stage.fetch()
        body = {"status": status, "version": version}
        answer, *_ = await asyncio.gather(
            page.post(f"/api/v1/reports/{number}/status", json=body),
            drain(stage.play.intake),
            drain(stage.play.intake),
        )
        await stage.go()
        events = await stage.play.sql("SELECT actor FROM report_event WHERE kind = 'status'")
        assert len(events) == count
        by_page = events[-1].actor == "ivan"
        assert answer.status_code == (200 if by_page else 409)
        if not by_page:
            assert answer.json()["current"]["status"] == status
        for query in queries:
            assert stage.answer_to(query)
        told = [each for each in stage.texts(citizen) if number in each]
        assert len(told) == len(set(told)), "nothing was said twice"
    assert stage.failures() == []


async def test_the_reply_is_sent_once_however_often_it_is_pressed(stage: Stage) -> None:
    citizen, ivan = stage.person("Олена"), stage.person("Іван")
    await stage.link(ivan)
    await stage.report(citizen)
    stage.press(ivan, stage.with_button(ivan, "task:reply"), "task:reply")
    await stage.go()
    stage.say(ivan, "Їду до вас")
    await stage.go()
    preview = stage.with_button(ivan, "task:send")
    queries = [stage.press(ivan, preview, "task:send") for _ in range(3)]
    await stage.fetch()
    await asyncio.gather(*(drain(stage.play.intake) for _ in range(3)))
    await stage.go()
    assert sum("Їду до вас" in each for each in stage.texts(citizen)) == 1
    assert [stage.answer_to(each) for each in queries] == ["", "", ""]
    # Not mine, with why: it goes on, and the message says to whom.
    stage.press(ivan, stage.with_button(ivan, "task:no"), "task:no")
    await stage.go()
    stage.press(ivan, stage.with_button(ivan, "task:why_busy"), "task:why_busy")
    await stage.go()
    assert (await stage.latest()).assigned_desk == "C"
    assert not [each for each in stage.chat(ivan) if any("task:ack" in d for d in datas(each))]
    assert stage.failures() == []
