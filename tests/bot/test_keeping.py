"""What is kept, let go of and handed over, as it comes about in Telegram."""

import io
import json
import zipfile
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text

from app.emulator.testing import start
from app.models import Report
from app.purge import preview, purge
from app.purge_daily import begin
from app.report_actions import Actor, change_status, reply
from app.reports import locked
from app.retention import hold, lift
from app.workflow import Status
from tests.bot.conftest import ALONE, Play
from tests.bot.stage import Stage, opened
from tests.bot.test_desk_group import desk_person, forum

CANARY = "Зюзяка77"
# Nobody else's: of these no digit may be left.
POINT = (37.501234567, 47.101234567)
LON = "37.501234"
COUNTED = (
    (
        "SELECT number, status, category, priority, response, source, precinct_code, beat_code,"
        " place_kind, decision ->> 'reason' AS reason, received_at, acknowledged_at, closed_at,"
        " assigned_officer_id, assigned_desk, rung, skipped, reopened, danger FROM report ORDER BY id"
    ),
    (
        "SELECT report_id, version, at, actor, kind, after ->> 'status' FROM report_event"
        " WHERE kind <> 'purged' ORDER BY id"
    ),
    "SELECT report_id, stars, at FROM rating ORDER BY id",
    "SELECT report_id, before, category FROM triage_label ORDER BY id",
    "SELECT count(*) FROM reporter",
)


@pytest.fixture
async def stage(play: Play) -> AsyncIterator[Stage]:
    with start() as emulator:
        async with opened(play, emulator) as stage:
            yield stage


async def everything(play: Play) -> str:
    """Return every column of every row of every table, the binary ones read as text too."""
    found = []
    tables = await play.sql(
        "SELECT c.relname FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace"
        " WHERE n.nspname = 'public' AND c.relkind = 'r' AND c.relname <> 'spatial_ref_sys'"
    )
    assert len(tables) > 40
    for (table,) in tables:
        rows = await play.sql(f"SELECT to_jsonb(t)::text FROM {table} AS t")  # noqa: S608
        found += [f"{table}: {row}" for (row,) in rows]
    return "\n".join(found)


def traces(dump: str, *words: str) -> list[str]:
    """Return the rows in which something is left, as it is or as bytes."""
    wanted = [form for word in words for form in (word, word.encode().hex())]
    return [row[:300] for row in dump.splitlines() if any(form in row for form in wanted)]


async def counted(play: Play) -> list[list[Any]]:
    return [await play.sql(query) for query in COUNTED]


async def purge_all(play: Play, batch: int = 500) -> dict[str, int]:
    gone: dict[str, int] = {}
    async for each in purge(play.intake.database, play.intake.context, "test", batch):
        gone[each.content.value] = gone.get(each.content.value, 0) + each.count
    return gone


async def close(stage: Stage, number: str) -> None:
    async with stage.play.intake.database.transaction() as session:
        report = await locked(session, number)
        await reply(session, stage.context, Actor("desk"), report, f"Відповідь {CANARY}")
        await change_status(
            session, stage.context, Actor("desk"), report, Status.RESOLVED, note=f"Бо {CANARY}"
        )
    await stage.go()


async def played(stage: Stage) -> tuple[int, int, int, str]:
    """Let a citizen, an officer and a desk say and do all there is, and close the reports."""
    play = stage.play
    citizen, officer = stage.person("Олена", username="olena_secret"), stage.person("Іван")
    await stage.link(officer)
    group = await forum(stage, await desk_person(stage, "Черговий"))
    first = (await stage.report(citizen, f"Крадіжка, {CANARY}", POINT)).number
    second = (await stage.report(citizen, f"Галасують, {CANARY}", ALONE)).number
    assert first != second
    stage.press(officer, stage.with_button(officer, "task:ack"), "task:ack")
    await stage.go()
    stage.say(citizen, f"Ще {CANARY}")
    stage.control(f"people/{citizen}/media", kind="photo", caption=f"Фото {CANARY}")
    await stage.go()
    said = stage.chat(citizen, by_bot=False)[0]
    edited = {"message_id": said["message_id"], "text": f"Крадіжка велосипеда, {CANARY}"}
    stage.control(f"people/{citizen}/edit", **edited)
    await stage.go()
    await play.sql(
        f"INSERT INTO place_feedback (at, report_id, fragment, is_street, offered, lon, lat,"  # noqa: S608
        f" chosen_by, chosen_label) SELECT now(), id, 'біля {CANARY}', false, '[]',"
        f" {POINT[0]}, {POINT[1]}, 'desk', '{CANARY}' FROM report WHERE number = '{first}'"
    )
    await play.sql(
        "INSERT INTO muted_message (reporter_id, chat_id, message_id, text, sent_at)"  # noqa: S608
        f" SELECT reporter_id, reporter_id, 900, '{CANARY}', now() FROM report"
        f" WHERE number = '{first}'"
    )
    await play.sql(
        "INSERT INTO group_reply (chat_id, message_id, report_id, text)"  # noqa: S608
        f" SELECT reporter_id, 901, id, '{CANARY}' FROM report WHERE number = '{first}'"
    )
    for number in {each.number for each in await play.reports()}:
        await close(stage, number)
    stage.press(citizen, stage.chat(citizen)[-1], "rate:4")
    await stage.go()
    return citizen, officer, group, first


async def test_nothing_that_was_said_is_left_and_all_that_is_counted_stays(stage: Stage) -> None:
    play = stage.play
    citizen, officer, group, first = await played(stage)
    assert traces(await everything(play), CANARY)
    assert traces(await everything(play), LON)

    play.pass_time(timedelta(days=400))
    before = await counted(play)
    async with play.intake.database.transaction() as session:
        told = await preview(session, stage.context, stage.context.clock())
    expected = {each.content.value: 0 for each in told}
    for each in told:
        expected[each.content.value] += each.count
    # One report a transaction: whatever ends it in between, the rest is done the next time.
    gone = await purge_all(play, batch=1)
    assert gone["words"] == gone["place"] == len(await play.reports())
    assert gone["files"] == 1
    assert gone["identity"] == 1
    assert {"updates", "place_words", "unregistered"} <= gone.keys()
    assert {k: v for k, v in expected.items() if v and k != "messages"} == {
        k: v for k, v in gone.items() if k != "messages"
    }

    dump = await everything(play)
    assert traces(dump, CANARY, LON, "olena_secret", str(citizen)) == []
    assert await counted(play) == before
    # A second purge finds nothing, and all that was done is recorded.
    assert await purge_all(play) == {}
    records = await play.sql("SELECT content, sum(count) FROM purge_record GROUP BY content")
    assert {content: int(count) for content, count in records} == gone
    async with play.owner.transaction() as session:
        inside = text(
            "SELECT bool_and(ST_Covers(d.geom, r.place)) FROM report AS r JOIN district AS d"
            " ON d.boundary_set_id = r.boundary_set_id"
            " AND d.code = coalesce(r.beat_code, r.precinct_code)"
        )
        assert (await session.execute(inside)).scalar_one() is True
        with pytest.raises(Exception, match="only ever added"):
            await session.execute(text("UPDATE report_event SET note = 'back'"))

    # Those who work here are still known, and their topics still take what is said of a report.
    await stage.report(citizen, "Знову галасують", ALONE)
    assert any("Знову" in words for words in stage.texts(group))
    stage.say(citizen, "/status")
    await stage.go()
    assert first not in stage.texts(citizen)[-1]
    stage.say(officer, "/duty")
    await stage.go()
    assert "зміні" in stage.texts(officer)[-1]
    assert stage.failures() == []


async def test_what_is_open_young_or_held_stays(stage: Stage) -> None:
    play = stage.play
    citizens = [stage.person(name) for name in ("Олена", "Петро", "Ганна")]
    opened_, young, held = [
        (await stage.report(citizen, f"{CANARY} {nth}")).number
        for nth, citizen in enumerate(citizens)
    ]
    await close(stage, held)
    async with play.owner.transaction() as session:
        await hold(session, await locked(session, held), "desk", "доказ у справі")
    play.pass_time(timedelta(days=360))
    await close(stage, young)
    play.pass_time(timedelta(days=40))
    gone = await purge_all(play)
    assert not {"words", "files", "place", "identity"} & gone.keys()
    assert all(CANARY in each.text for each in await play.reports())
    assert await play.sql("SELECT count(*) FROM identity") == [(3,)]

    async with play.owner.transaction() as session:
        await lift(session, await locked(session, held), "leader")
    gone = await purge_all(play)
    assert (gone["words"], gone["place"], gone["identity"]) == (1, 1, 1)
    texts = {each.number: each.text for each in await play.reports()}
    assert texts[held] == ""
    assert CANARY in texts[opened_]
    assert CANARY in texts[young]

    # Opened again, what is said from then on has its own time.
    async with play.intake.database.transaction() as session:
        report = await locked(session, held)
        await change_status(session, stage.context, Actor("desk"), report, Status.QUEUED)
        report.text = f"Знову {CANARY}"
    await close(stage, held)
    assert "words" not in await purge_all(play)
    play.pass_time(timedelta(days=400))
    await purge_all(play)
    assert {each.text for each in await play.reports() if each.number == held} == {""}


async def test_leaders_are_warned_before_the_first_purge(play: Play) -> None:
    await play.play(text=f"Крадіжка {CANARY}")
    await play.sql("UPDATE report SET status = 'resolved', closed_at = now()")
    context = play.intake.context

    async def asked() -> bool:
        async with play.intake.database.transaction() as session:
            return await begin(session, context, context.clock())

    play.pass_time(timedelta(days=400))
    assert not await asked()
    notices = await play.sql("SELECT leaders, kind, body -> 'counts' ->> 'words' FROM staff_notice")
    assert notices == [("city", "purge_soon", "1")]
    play.pass_time(timedelta(days=13))
    assert not await asked()
    play.pass_time(timedelta(days=2))
    assert await asked()
    assert not await asked()
    play.pass_time(timedelta(hours=25))
    assert await asked()


async def files_of(stage: Stage, chat: int) -> list[dict[str, Any]]:
    return [each["document"] for each in stage.chat(chat) if "document" in each]


async def content_of(stage: Stage, file: dict[str, Any]) -> zipfile.ZipFile:
    found = await stage.bot.call("getFile", {"file_id": file["file_id"]})
    url = f"{stage.emulator.url}/file/bot{stage.emulator.token}/{found['file_path']}"
    answer = stage.emulator.control.get(url)
    answer.raise_for_status()
    return zipfile.ZipFile(io.BytesIO(answer.content))


async def test_somebody_gets_what_is_theirs_and_nothing_else(stage: Stage) -> None:
    play = stage.play
    citizen, other, officer = stage.person("Олена"), stage.person("Петро"), stage.person("Іван")
    await stage.link(officer)
    mine = (await stage.report(citizen, "Мій велосипед <b>вкрали</b>")).number
    theirs = (await stage.report(other, f"Чужа таємниця {CANARY}")).number
    async with play.intake.database.transaction() as session:
        report: Report = await locked(session, mine)
        await reply(session, stage.context, Actor("desk"), report, "Приходьте завтра")
    await stage.go()

    await play.sql(
        "INSERT INTO muted_message (reporter_id, chat_id, message_id, text, sent_at)"
        " SELECT reporter_id, reporter_id, 900, 'Без ' || number, now() FROM report"
    )
    stage.say(citizen, "/mydata")
    await stage.go()
    (file,) = await files_of(stage, citizen)
    archive = await content_of(stage, file)
    data = json.loads(archive.read("my-data.json"))
    page = archive.read("my-data.html").decode()
    assert [each["number"] for each in data["reports"]] == [mine]
    assert data["person"]["telegram"]["chat_id"] == citizen
    (report_data,) = data["reports"]
    assert report_data["text"] == "Мій велосипед <b>вкрали</b>"
    assert any("Приходьте завтра" in each["text"] for each in report_data["told"])
    # Whom they were told of is what they were told, and stands nowhere else.
    rest = json.dumps(report_data | {"told": []}, ensure_ascii=False)
    assert "Іван Тестовий" not in rest
    assert "&lt;b&gt;вкрали&lt;/b&gt;" in page
    assert "Ваші дані" in page
    assert [each["text"] for each in data["unregistered"]] == [f"Без {mine}"]
    assert f"Без {mine}" in page
    for body in (json.dumps(data, ensure_ascii=False), page):
        assert CANARY not in body
        assert theirs not in body
    # No copy of it is kept.
    assert traces(await everything(play), "UEsDB") == []

    # Not again at once; somebody who works here gets nothing of the reports they work on.
    stage.say(citizen, "/mydata")
    stage.say(officer, "/mydata")
    await stage.go()
    assert len(await files_of(stage, citizen)) == 1
    assert "після" in stage.texts(citizen)[-1]
    (own,) = await files_of(stage, officer)
    assert json.loads((await content_of(stage, own)).read("my-data.json"))["reports"] == []
    stage.say(citizen, "/privacy")
    await stage.go()
    assert "365" in stage.texts(citizen)[-1]
    assert stage.failures() == []
