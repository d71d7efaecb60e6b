"""An abuser's whole life: a polite word, slower answers, silence, forgiveness."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest

from app.conduct import history, mark, people, revoke
from app.emulator.testing import start
from app.errors import ConflictError, InvalidError
from app.inbox_watch import Watching, look, set_limits
from app.muted import make_report
from app.reports import locked
from app.worker import drain
from tests.bot.conftest import WEST, Play
from tests.bot.stage import Stage, opened

RUDE = "ви всі дебіли і козли"


@pytest.fixture
async def stage(play: Play) -> AsyncIterator[Stage]:
    with start() as emulator:
        async with opened(play, emulator) as stage:
            yield stage


async def rude(stage: Stage, person: int, times: int = 1, text: str = RUDE) -> None:
    for number in range(times):
        stage.play.pass_time(timedelta(minutes=20))
        stage.say(person, f"{text} {number}")
        await stage.fetch()
        await drain(stage.play.intake)
    # Slow answers are on their way in their own time.
    await stage.play.sql("UPDATE outbox SET next_try_at = now() WHERE state = 'queued'")
    await stage.go()


async def levels(stage: Stage) -> list[tuple[str, float, int]]:
    async with stage.play.owner.transaction() as session:
        found = await people(session, stage.context)
        return [(each.level, each.score, each.muted_messages) for each in found]


async def notices(stage: Stage) -> list[Any]:
    return await stage.play.sql("SELECT desk, kind FROM staff_notice WHERE kind = 'muted'")


async def pseudonym(stage: Stage) -> str:
    return str((await stage.play.sql("SELECT pseudonym FROM reporter ORDER BY id"))[0][0])


async def test_the_whole_life_of_an_abuser(stage: Stage) -> None:
    abuser = stage.person("Грубіян")
    await _warned_then_slow(stage, abuser)
    await _then_silence(stage, abuser)
    await _and_forgiven(stage, abuser)
    assert stage.failures() == []


async def _warned_then_slow(stage: Stage, abuser: int) -> None:
    await rude(stage, abuser)
    first = stage.texts(abuser)[-1]
    assert "№ 2026-000001" in first, "whatever it is, it has a number"
    assert "без образ" in first
    assert "102" in first
    (report,) = await stage.play.reports()
    assert (report.category, report.abusive) == ("chatter", True)
    assert await levels(stage) == [("warned", 1.0, 0)]

    # Then slower: the answer waits, and the next ones get less of everybody's time.
    await rude(stage, abuser, 2)
    assert await levels(stage) == [("slow", 3.0, 0)]
    stage.play.pass_time(timedelta(minutes=20))
    stage.say(abuser, "Сьогодні гарна днина")
    await stage.fetch()
    await drain(stage.play.intake)
    (waiting,) = await stage.play.sql(
        "SELECT extract(epoch FROM next_try_at - created_at) AS s FROM outbox"
        " WHERE state = 'queued'"
    )
    assert waiting.s == 60
    assert (await stage.play.sql("SELECT slow_until FROM inbox_pace"))[0].slow_until is not None
    # Danger is answered at once, and nothing stands before it.
    stage.say(abuser, "Рятуйте, вбивають!")
    await stage.go()
    assert any("ПРОСТО ЗАРАЗ" in each for each in stage.texts(abuser))
    await stage.play.sql("UPDATE report SET status = 'resolved', closed_at = received_at")


async def _then_silence(stage: Stage, abuser: int) -> None:
    # Of it the desk knows, and they do not.
    await rude(stage, abuser, 2)
    assert (await levels(stage))[0][0] == "muted"
    assert await notices(stage) == [("city", "muted")]
    numbers = len(await stage.play.reports())
    said = len(stage.texts(abuser))
    stage.play.pass_time(timedelta(minutes=20))
    for number in range(5):
        stage.say(abuser, f"{RUDE} знову {number}")
    stage.share(abuser, WEST)
    stage.control(f"people/{abuser}/media", kind="photo", caption="ось вам")
    await stage.go()
    assert len(await stage.play.reports()) == numbers, "no number is spent"
    assert stage.texts(abuser)[said:] == ["Дякуємо, повідомлення отримано."]
    async with stage.play.owner.transaction() as session:
        found = await history(session, stage.context, await pseudonym(stage))
    assert len(found.messages) == 7, "all of it is kept"
    assert found.messages[0][0].files
    assert found.messages[1][0].place is not None

    # Danger to life always gets through, and the desk sees whom it comes from.
    stage.say(abuser, "Тут людина помирає, кров")
    await stage.go()
    report = await stage.latest()
    assert (report.danger, report.priority, report.from_muted) == (True, 1, True)
    assert any("ПРОСТО ЗАРАЗ" in each for each in stage.texts(abuser)[said:])
    stage.share(abuser, WEST)
    await stage.go()
    assert (await stage.latest()).status == "queued", "its place is heard, too"
    assert len(await stage.play.reports()) == numbers + 1


async def _and_forgiven(stage: Stage, abuser: int) -> None:
    async with stage.play.owner.transaction() as session:
        with pytest.raises(InvalidError):
            await revoke(session, stage.context, await pseudonym(stage), "desk", "  ")
        await revoke(session, stage.context, await pseudonym(stage), "desk", "Вибачився")
    assert await levels(stage) == [("none", 0.0, 7)]
    async with stage.play.owner.transaction() as session:
        found = await history(session, stage.context, await pseudonym(stage))
        with pytest.raises(ConflictError):
            await revoke(session, stage.context, await pseudonym(stage), "desk", "ще раз")
    assert (found.measures[0].ended_by, found.measures[0].why) == ("desk", "Вибачився")
    assert {each.withdrawn_by for each, _ in found.strikes} == {"desk"}
    await stage.play.sql("UPDATE report SET status = 'resolved', closed_at = received_at")
    stage.play.pass_time(timedelta(hours=1))
    stage.say(abuser, "Украли велосипед з під'їзду")
    await stage.go()
    assert (await stage.latest()).category == "theft"


async def test_a_mute_ends_by_itself_and_strikes_fade(stage: Stage) -> None:
    abuser = stage.person("Грубіян")
    await rude(stage, abuser, 5)
    assert (await levels(stage))[0][0] == "muted"
    stage.play.pass_time(timedelta(days=7, minutes=1))
    count = len(await stage.play.reports())
    stage.say(abuser, "Біля будинку шумлять")
    await stage.go()
    assert len(await stage.play.reports()) == count + 1
    ((level, score, _),) = await levels(stage)
    assert (level, score) == ("warned", 3.5)
    stage.play.pass_time(timedelta(days=60))
    assert (await levels(stage))[0] == ("none", 0.2, 0)


@pytest.mark.parametrize(
    "text",
    [
        "Сосед кричит что я сука и угрожает ножом",
        "Суки, украли велосипед",
        "Полиция бездействует, уроды, заявление не принимают",
    ],
)
async def test_who_tells_of_something_may_swear(stage: Stage, text: str) -> None:
    citizen = stage.person("Олена")
    await rude(stage, citizen, 1, text)
    assert await levels(stage) == []
    assert not (await stage.latest()).abusive
    assert not any("оскорблений" in each for each in stage.texts(citizen))


async def test_the_desk_marks_a_report_and_takes_it_back(stage: Stage) -> None:
    citizen = stage.person("Олена")
    stage.say(citizen, "Ваші мами вас не люблять")
    await stage.go()
    for abusive, expected in ((True, [("warned", 1.0, 0)]), (False, [("none", 0.0, 0)])):
        # Twice is once.
        for _ in range(2):
            async with stage.play.owner.transaction() as session:
                report = await locked(session, "2026-000001")
                await mark(session, stage.context, report, "desk", abusive=abusive)
        assert await levels(stage) == expected
    kinds = await stage.play.sql("SELECT kind FROM report_event ORDER BY id")
    assert [row.kind for row in kinds][-2:] == ["abusive", "not_abusive"]


async def test_the_desk_makes_a_report_of_what_a_muted_person_wrote(stage: Stage) -> None:
    abuser = stage.person("Грубіян")
    await rude(stage, abuser, 5)
    stage.play.pass_time(timedelta(minutes=20))
    stage.say(abuser, "Біля школи розбили зупинку")
    await stage.go()
    (row,) = await stage.play.sql("SELECT id FROM muted_message")
    async with stage.play.owner.transaction() as session:
        report = await make_report(session, stage.context, row.id, "desk")
        number = report.number
    async with stage.play.owner.transaction() as session:
        with pytest.raises(ConflictError, match=number):
            await make_report(session, stage.context, row.id, "desk")
    report = await stage.latest()
    assert (report.text, report.from_muted) == ("Біля школи розбили зупинку", True)
    assert report.reporter_id is not None


async def test_a_flood_is_told_once_and_ends_in_silence(stage: Stage) -> None:
    flooder, citizen = stage.person("Потік"), stage.person("Олена")
    slow = {"room": timedelta(hours=20), "person_step": timedelta(hours=1)}
    await set_limits(stage.play.owner, slow)
    for number in range(80):
        stage.say(flooder, f"спам {number}")
    stage.say(citizen, "Украли велосипед")
    while await stage.fetch():
        await drain(stage.play.intake)
    watching = Watching(stage.play.owner, stage.context, stage.play.intake.sealer, flood=10)
    while await look(watching):
        pass
    await stage.go()
    assert "2026-" in stage.texts(citizen)[0]
    slower = [each for each in stage.texts(flooder) if "відповідаємо повільніше" in each]
    assert len(slower) == 1
    assert (await levels(stage))[0][:2] == ("muted", 5.0)
    # What waited is worked later, costs no numbers, and is all kept.
    await stage.play.sql("UPDATE inbox SET turn = now(), next_try_at = now()")
    await stage.go()
    kept = await stage.play.sql("SELECT FROM muted_message")
    joined = await stage.play.sql("SELECT FROM report_message WHERE text LIKE 'спам%'")
    assert len(kept) + len(joined) == 80
    assert len(await stage.play.reports()) == 2
