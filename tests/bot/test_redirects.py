"""What is not police work: a number, and which service answers for that place."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from shapely import MultiPolygon

from app.emulator.testing import start
from app.report_actions import Actor, change_status
from app.reports import locked
from app.routing import hold_boundaries
from app.service_edits import apply
from app.service_files import ServiceDraft, ServiceFile
from app.workflow import Status
from tests.bot.conftest import ALONE, BORDER, EAST, WEST, Play, square
from tests.bot.stage import Stage, datas, opened

OUTSIDE = (37.70, 47.10)
NO_WATER = "Третій день немає води"
NO_LIGHT = "Нет света во всём доме"


def service(code: str, kind: str, area: Any = None, **more: Any) -> ServiceDraft:
    names = {"uk": f"{code} укр", "ru": f"{code} рус", "en": f"{code} eng"}
    where = None if area is None else MultiPolygon([area])
    return ServiceDraft(code, names, (kind,), area=where, **({"phone": "15-80"} | more))


SERVICES = [
    service("water-west", "water", square(37.48, 37.515), hours="Mo-Fr 08:00-17:00"),
    service("water-east", "water", square(37.515, 37.55), hours="24/7"),
    service("water-city", "water", phone="15-88"),
    service("power", "power", hours="Mo-Fr 08:00-17:00", url="https://power.example"),
]


async def keep(stage: Stage, *services: ServiceDraft) -> int:
    async with stage.play.owner.transaction() as session:
        _, told = await apply(
            session, stage.context, ServiceFile(list(services), []), "test", replace=True
        )
    return told


@pytest.fixture
async def stage(play: Play) -> AsyncIterator[Stage]:
    with start() as emulator:
        async with opened(play, emulator) as stage:
            await keep(stage, *SERVICES)
            yield stage


async def redirects(stage: Stage) -> list[tuple[str, str | None, Any]]:
    return [
        (each.status, each.redirect_state, each.redirect) for each in await stage.play.reports()
    ]


async def test_one_service_for_the_whole_city_is_named_at_once(stage: Stage) -> None:
    citizen = stage.person("Олена")
    stage.say(citizen, NO_LIGHT)
    await stage.go()
    (said,) = stage.chat(citizen)
    assert "№ 2026-000001" in said["text"]
    assert "Это не работа полиции" in said["text"]
    assert "power рус" in said["text"]
    assert "15-80" in said["text"]
    assert "https://power.example" in said["text"]
    # Monday, two in the afternoon in Kyiv.
    assert "пн–пт 08:00–17:00 (сейчас открыто, до 17:00)" in said["text"]
    assert [each.split(":")[0] for each in datas(said)] == ["police", "sos"]
    assert (await redirects(stage))[0][:2] == ("redirected", "told")
    stage.play.now[0] = datetime(2026, 11, 23, 19, 0, tzinfo=UTC)
    stage.say(citizen, "Опять нет света")
    await stage.go()
    assert "сейчас закрыто, до 24.11 08:00" in stage.texts(citizen)[-1]


async def test_where_it_depends_on_the_place_that_is_asked_first(stage: Stage) -> None:
    citizen = stage.person("Олена")
    stage.say(citizen, NO_WATER)
    await stage.go()
    (asked,) = stage.chat(citizen)
    assert "Де це?" in asked["text"]
    assert "water-city укр" in asked["text"], "somebody for the time being"
    assert "keyboard" in (await stage.play.said())[-1].payload["reply_markup"]
    assert (await redirects(stage))[0][:2] == ("awaiting_place", "asked")
    stage.share(citizen, EAST)
    await stage.go()
    answer = stage.texts(citizen)[-1]
    assert "water-east укр" in answer
    assert "цілодобово" in answer
    assert "water-west" not in answer
    assert len(stage.chat(citizen)) == 2, "told once"
    ((status, state, redirect),) = await redirects(stage)
    assert (status, state) == ("redirected", "told")
    assert (redirect["services"], redirect["reason"]) == (["water-east"], "inside")
    assert stage.failures() == []


@pytest.mark.parametrize(
    ("point", "named", "reason"),
    [
        (WEST, {"water-west"}, "inside"),
        (BORDER, {"water-west", "water-east"}, "boundary"),
        (ALONE, {"water-city"}, "whole_city"),
    ],
)
async def test_the_place_decides_as_it_does_for_districts(
    stage: Stage, point: tuple[float, float], named: set[str], reason: str
) -> None:
    citizen = stage.person("Олена")
    stage.share(citizen, point)
    stage.say(citizen, NO_WATER)
    await stage.go()
    ((_, state, redirect),) = await redirects(stage)
    assert state == "told"
    assert (set(redirect["services"]), redirect["reason"]) == (named, reason)
    assert ("на межі" in stage.texts(citizen)[-1]) is (len(named) > 1)


async def test_a_circle_over_a_border_names_both(stage: Stage) -> None:
    citizen = stage.person("Олена")
    stage.share(citizen, (37.5145, 47.10), horizontal_accuracy=300)
    stage.say(citizen, NO_WATER)
    await stage.go()
    ((_, _, redirect),) = await redirects(stage)
    assert redirect["reason"] == "uncertain"
    assert set(redirect["services"]) == {"water-west", "water-east"}


async def test_the_citizen_says_that_it_is_for_the_police(stage: Stage) -> None:
    citizen = stage.person("Олена")
    stage.say(citizen, NO_LIGHT)
    await stage.go()
    said = stage.with_button(citizen, "police:")
    # A second tap before the first is answered says what is true.
    for _ in range(2):
        stage.press(citizen, said, "police:")
    await stage.go()
    report = await stage.latest()
    assert (report.status, report.category, report.redirect_state) == (
        "awaiting_place", "unsorted", "held",
    )  # fmt: skip
    assert report.assigned_desk == "city"
    assert report.reopened == 1
    await stage.go()
    assert (await stage.latest()).status == "awaiting_place", "never sent on again"


async def test_danger_takes_a_report_back(stage: Stage) -> None:
    citizen = stage.person("Олена")
    stage.say(citizen, NO_LIGHT)
    await stage.go()
    stage.press(citizen, stage.with_button(citizen, "sos:"), "sos:")
    await stage.go()
    report = await stage.latest()
    assert (report.danger, report.priority, report.status) == (True, 1, "awaiting_place")
    assert any("ПРЯМО СЕЙЧАС" in each for each in stage.texts(citizen))


async def test_staff_take_it_back_as_police_work(stage: Stage) -> None:
    citizen = stage.person("Олена")
    stage.say(citizen, NO_WATER)
    stage.share(citizen, WEST)
    await stage.go()
    number = (await stage.latest()).number
    async with stage.play.owner.transaction() as session:
        await hold_boundaries(session)
        report = await locked(session, number)
        await change_status(session, stage.context, Actor("desk"), report, Status.QUEUED)
    await stage.go()
    report = await stage.latest()
    assert (report.status, report.redirect_state) == ("queued", "held")
    assert report.beat_code == "C-1"


async def test_the_place_comes_later_or_areas_change_and_the_answer_follows_once(
    stage: Stage,
) -> None:
    citizen = stage.person("Олена")
    await keep(stage, service("water-city", "water"))
    stage.say(citizen, NO_WATER)
    await stage.go()
    assert "water-city укр" in stage.texts(citizen)[-1]
    # Now areas are drawn, and the citizen shows where it is.
    assert await keep(stage, *SERVICES) == 0
    stage.share(citizen, EAST)
    await stage.go()
    assert "water-east укр" in stage.texts(citizen)[-1]
    assert len(await stage.play.reports()) == 1
    count = len(stage.texts(citizen))
    wider = service("water-west", "water", square(37.48, 37.55))
    assert await keep(stage, wider, SERVICES[2]) == 1
    assert await keep(stage, wider, SERVICES[2]) == 0
    await stage.go()
    assert "water-west укр" in stage.texts(citizen)[-1]
    assert len(stage.texts(citizen)) == count + 1
    # Much later nobody is told any more.
    stage.play.pass_time(timedelta(hours=25))
    assert await keep(stage, *SERVICES) == 0


async def test_nobody_known_leaves_it_to_the_desk_and_staff_name_the_service(stage: Stage) -> None:
    await keep(stage, service("water-east", "water", square(37.515, 37.55)))
    citizen = stage.person("Олена")
    stage.say(citizen, NO_LIGHT)
    await stage.go()
    assert (await redirects(stage))[0][:2] == ("awaiting_place", "held")
    other = stage.person("Ігор")
    stage.share(other, OUTSIDE)
    stage.say(other, NO_WATER)
    await stage.go()
    assert (await redirects(stage))[1][:2] == ("queued", "held")
    await keep(stage, *SERVICES)
    async with stage.play.owner.transaction() as session:
        report = await locked(session, "2026-000001")
        await change_status(session, stage.context, Actor("desk"), report, Status.REDIRECTED)
    await stage.go()
    assert "power рус" in stage.texts(citizen)[-1]


async def test_a_word_for_the_police_keeps_it_with_them(stage: Stage) -> None:
    await keep(stage, service("rubbish", "waste"))
    citizen = stage.person("Олена")
    stage.say(citizen, "Горить сміття")
    await stage.go()
    assert (await redirects(stage))[0][:2] == ("awaiting_place", "held")
    assert "не робота поліції" not in " ".join(stage.texts(citizen))


async def test_what_follows_a_redirect_is_a_report_of_its_own(stage: Stage) -> None:
    citizen = stage.person("Олена")
    stage.say(citizen, NO_LIGHT)
    await stage.go()
    stage.say(citizen, "Украли велосипед из подъезда")
    await stage.go()
    first, second = await stage.play.reports()
    assert (first.status, second.category) == ("redirected", "theft")
    assert second.status == "awaiting_place"
