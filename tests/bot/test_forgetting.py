"""Somebody asks to be forgotten: played over real HTTP, from the button to the last row."""

from collections.abc import AsyncIterator

import pytest

from app.emulator.testing import start
from tests.bot.conftest import Play
from tests.bot.stage import Stage, opened

FILE = """
INSERT INTO media (report_id, kind, file_id, file_unique_id)
SELECT id, 'photo', 'f', 'u' FROM report WHERE number = 'NUMBER'
"""
OLD = """
INSERT INTO report (number, status, text, category, priority, response, source, reporter_id,
                    received_at, closed_at, rung, assigned_desk)
SELECT '2020-000001', 'resolved', 'Давно', 'theft', 3, 'patrol', 'telegram', reporter_id, now(),
       now(), 'city_desk', 'city' FROM report WHERE number = 'NUMBER'
"""


@pytest.fixture
async def stage(play: Play) -> AsyncIterator[Stage]:
    with start() as emulator:
        async with opened(play, emulator) as stage:
            yield stage


async def test_nothing_tells_who_wrote_after_delete(stage: Stage) -> None:
    citizen, other = stage.person("Олена"), stage.person("Петро")
    open_one = await stage.report(citizen)
    others = await stage.report(other)
    await stage.play.sql(OLD.replace("NUMBER", open_one.number))
    for number in (open_one.number, others.number, "2020-000001"):
        await stage.play.sql(FILE.replace("NUMBER", number))
    await stage.play.sql(
        "INSERT INTO muted_message (reporter_id, chat_id, message_id, text, sent_at)"
        " SELECT reporter_id, reporter_id, 900 + id, 'Геть', now() FROM report"
    )
    stage.say(citizen, "/delete")
    await stage.go()
    stage.press(citizen, stage.with_button(citizen, "delete:yes"), "delete:yes")
    await stage.go()
    assert "видалено" in stage.texts(citizen)[-1]

    assert await stage.play.sql("SELECT count(*) FROM identity") == [(1,)]
    # Of the two who wrote, only the other one's updates can still be opened.
    sealer = stage.play.intake.sealer
    kept = await stage.play.sql("SELECT sealed FROM inbox WHERE sealed IS NOT NULL")
    assert kept
    assert all(f'"id":{citizen}' not in str(sealer.unseal(row.sealed)) for row in kept)
    assert all(str(citizen) not in str(sealer.unseal(row.sealed)) for row in kept)
    assert len(await stage.play.sql("SELECT FROM muted_message")) == 1
    # Counted as before; files of what is still worked on stay until then.
    rows = await stage.play.sql(
        "SELECT r.number, count(m.id) AS files FROM report r LEFT JOIN media m"
        " ON m.report_id = r.id GROUP BY r.number"
    )
    assert {row.number: row.files for row in rows} == {
        open_one.number: 1, others.number: 1, "2020-000001": 0,
    }  # fmt: skip
