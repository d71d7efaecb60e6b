"""Many people tell of one thing, over real HTTP: everybody is answered, nobody is flooded."""

import asyncio
import dataclasses
from collections.abc import AsyncIterator
from datetime import timedelta

import httpx
import pytest

from app.access import add_staff, make_token
from app.emulator.testing import start
from app.gazetteer import GazetteerFile, store
from app.main import create_app
from app.models import StaffRole
from app.telling import tell_all
from app.worker import process_next
from geo.gazetteer_draft import AddressRow, streets_of
from tests.api.conftest import running, settings_for
from tests.bot.conftest import EAST, WEST, Play
from tests.bot.stage import Stage, datas, opened, staff_client
from tests.bot.test_placing import NAMES, ignore

CROWD = 500
WORKERS = 4
SAID = (
    "ДТП біля проспекту Миру 10",
    "Аварія! просп. Миру 10, дві машини",
    "На проспекте Ленина 10 столкнулись машины",
    "авария мира 10",
    "Проспект Миру, 10: зіткнення, перекрито рух",
)


@pytest.fixture
async def stage(play: Play) -> AsyncIterator[Stage]:
    rows = [AddressRow(1, "проспект Мира", "10", WEST[0], WEST[1])]
    streets, _ = streets_of(rows, NAMES)
    async with play.owner.transaction() as session:
        await store(session, GazetteerFile(streets, []), "test", ignore)
    with start() as emulator:
        async with opened(play, emulator) as stage:
            yield stage


@pytest.fixture
async def desk(stage: Stage) -> AsyncIterator[httpx.AsyncClient]:
    async with stage.play.owner.transaction() as session:
        await add_staff(session, "desk", StaffRole.DESK, None)
        token = await make_token(session, "desk")
    app = create_app(settings_for(stage.play.owner.conninfo))
    app.state.parts = dataclasses.replace(app.state.parts, context=stage.context)
    async with running(app), staff_client(app, token) as client:
        yield client


async def work_together(stage: Stage) -> None:
    """Process what waits by several at once, while others tell of it, as worker processes do."""
    busy = True

    async def one() -> None:
        while busy or await process_next(stage.play.intake):
            if not await process_next(stage.play.intake):
                await asyncio.sleep(0.02)

    async def tell() -> None:
        while busy:
            await tell_all(stage.play.intake.database, stage.context)
            await asyncio.sleep(0.1)

    async with asyncio.TaskGroup() as tasks:
        for _ in range(WORKERS):
            tasks.create_task(one())
        for _ in range(2):
            tasks.create_task(tell())
        while await stage.fetch():
            pass
        busy = False


async def later(stage: Stage) -> None:
    """Let the pause between two counts pass, and what follows happen."""
    stage.play.pass_time(stage.context.incident_pause)
    await stage.go()


@pytest.mark.timeout(900)
async def test_five_hundred_people_make_one_entry(stage: Stage, desk: httpx.AsyncClient) -> None:
    ivan = stage.person("Іван")
    await stage.link(ivan)
    before = len(stage.chat(ivan))
    people = [stage.person(f"Мешканець {n}") for n in range(CROWD)]
    for n, person in enumerate(people):
        stage.say(person, SAID[n % len(SAID)])
    await work_together(stage)
    await stage.go()
    await later(stage)

    reports = await stage.play.reports()
    assert len(reports) == CROWD
    entries = [each for each in reports if each.duplicate_of_id is None]
    assert len(entries) == 1
    (entry,) = entries
    queue = (await desk.get("/api/v1/queue")).json()["reports"]
    assert [(each["number"], each["people"]) for each in queue] == [(entry.number, CROWD)]
    assert queue[0]["priority"] == 2
    numbers = {each.reporter_id: each.number for each in reports}
    assert len(set(numbers.values())) == len(numbers) == CROWD
    answered = 0
    for person in people:
        said = [
            text for text in stage.texts(person) if "зареєстровано" in text or "зарегистр" in text
        ]
        assert len(said) == 1, said
        answered += "уже повідомили" in said[0] or "уже сообщили" in said[0]
    assert answered == CROWD - 1
    # One message with the place under it, edited: the officer's phone is not a fire alarm.
    told = stage.chat(ivan)[before:]
    assert len([each for each in told if "text" in each]) == 1
    assert f"Повідомили {CROWD} людей" in told[0]["text"]
    edits = await stage.play.sql("SELECT count(*) FROM outbox WHERE method = 'editMessageText'")
    assert edits[0][0] <= 3

    # Taken on once, told to each of them once.
    stage.press(ivan, stage.with_button(ivan, "task:ack"), "task:ack")
    await stage.go()
    for person in people:
        taken = [text for text in stage.texts(person) if "прийня" in text or "принял" in text]
        assert len(taken) == 1, taken
    assert stage.failures() == []


async def test_what_one_of_many_says_is_theirs(stage: Stage, desk: httpx.AsyncClient) -> None:
    ivan, *people = [stage.person(name) for name in ("Іван", "Олена", "Петро", "Марія")]
    olena, petro, maria = people
    await stage.link(ivan)
    for person in people:
        stage.say(person, SAID[0])
        await stage.go()
    await later(stage)
    first, second, third = await stage.play.reports()
    assert "Повідомили 3 людини" in stage.with_button(ivan, "task:ack")["text"]

    # It is over for the second: theirs is withdrawn. For the first, whom the others follow, too.
    for person, report in ((petro, second), (olena, first)):
        stage.say(person, "/status")
        await stage.go()
        stage.press(person, stage.with_button(person, "over:"), f"over:{report.number}")
        await stage.go()
    first, second, third = await stage.play.reports()
    assert (second.status, second.duplicate_of_id) == ("withdrawn", None)
    assert (first.status, third.duplicate_of_id) == ("queued", first.id)
    assert "Подією займаємося далі" in "\n".join(stage.texts(olena))
    stage.say(olena, "/status")
    await stage.go()
    assert "знято з розгляду" in stage.texts(olena)[-1]

    # What happens then is told to whom it still concerns.
    counts = {person: len(stage.texts(person)) for person in people}
    stage.press(ivan, stage.with_button(ivan, "task:ack"), "task:ack")
    await stage.go()
    stage.press(ivan, stage.with_button(ivan, "task:done"), "task:done")
    await stage.go()
    heard = {person: len(stage.texts(person)) - counts[person] for person in people}
    assert heard == {olena: 0, petro: 0, maria: 2}

    # Not solved, says one: theirs is open again, and what is over for the others stays so.
    stage.press(maria, stage.with_button(maria, "again:"), "again:")
    await stage.go()
    stage.press(maria, stage.with_button(maria, "again:nobody:"), "again:nobody:")
    await stage.go()
    first, _, third = await stage.play.reports()
    assert (third.status, third.duplicate_of_id, third.reopened) == ("queued", None, 1)
    assert first.status == "resolved"
    assert third.number in stage.with_button(ivan, "task:ack")["text"]
    queue = (await desk.get("/api/v1/queue")).json()["reports"]
    assert [each["number"] for each in queue] == [third.number]
    assert stage.failures() == []


async def test_danger_and_what_comes_in_parts(stage: Stage) -> None:
    ivan, *people = [stage.person(name) for name in ("Іван", "Олена", "Петро", "Марія", "Юрій")]
    olena, petro, maria, yuriy = people
    await stage.link(ivan)
    stage.say(olena, "ДТП, дві машини")
    await stage.go()
    stage.share(olena, WEST)
    await stage.go()
    before = len(stage.chat(ivan))
    # First the words and then the place; first the place and then the words.
    stage.say(petro, "Тут аварія")
    await stage.go()
    stage.share(petro, (WEST[0] + 0.0003, WEST[1]))
    await stage.go()
    stage.share(maria, WEST)
    await stage.go()
    stage.say(maria, "ДТП")
    await stage.go()
    first, second, third = await stage.play.reports()
    assert [second.duplicate_of_id, third.duplicate_of_id] == [first.id, first.id]
    assert "уже повідомили" in stage.texts(petro)[-1] + stage.texts(petro)[-2]
    assert f"у зверненні № {first.number}" in "\n".join(stage.texts(maria))

    # The same person again, elsewhere in words only: added to their own.
    stage.say(olena, "Швидше, проспект Миру 10, ДТП, дві машини")
    await stage.go()
    await later(stage)
    again = (await stage.play.reports())[-1]
    assert again.duplicate_of_id == first.id
    assert f"у вашому зверненні № {first.number}" in "\n".join(stage.texts(olena))
    assert "Повідомили 3 людини" in stage.with_button(ivan, "task:ack")["text"]

    # A life in danger is heard at once and aloud, whoever says so.
    quiet = len(stage.chat(ivan))
    stage.say(yuriy, "проспект Миру 10, ДТП, дві машини, є постраждалі, людина помирає")
    await stage.go()
    first = (await stage.play.reports())[0]
    assert (first.danger, first.priority) == (True, 1)
    aloud = stage.chat(ivan)[quiet:]
    assert len(aloud) == 1
    assert "загроза життю" in aloud[0]["text"]
    assert "ЗАГРОЗА ЖИТТЮ" in stage.with_button(ivan, "task:ack")["text"]
    told = [each for each in stage.chat(ivan)[before:] if datas(each)]
    assert [each for each in told if "task:ack" in " ".join(datas(each))] == []

    # Late, at another place: an entry of its own.
    stage.play.pass_time(timedelta(hours=3))
    stage.say(petro, "ДТП")
    await stage.go()
    stage.share(petro, EAST)
    await stage.go()
    assert (await stage.play.reports())[-1].duplicate_of_id is None
    assert stage.failures() == []
