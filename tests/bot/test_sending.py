"""The outbox over real HTTP: paced, in order, at least once, and honest about it."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from typing import Any

import pytest
from sqlalchemy import insert

from app.bell import Bell
from app.botapi import open_bot
from app.emulator.config import EmulatorConfig
from app.emulator.testing import Running, start
from app.identity import find_or_add
from app.models import OutboxMessage
from app.pace import Limits, Pace
from app.sender import Sending, send_outbox
from app.settings import Settings
from tests.bot.conftest import Play

SETTLED = "SELECT count(*) FROM outbox WHERE state IN ('queued', 'sending')"
FAST = Limits(overall=1000, chat=1000, group=1000)


@pytest.fixture
def emulator() -> Any:
    with start(EmulatorConfig()) as running:
        yield running


@asynccontextmanager
async def sending(
    play: Play, emulator: Running, limits: Limits | None = FAST
) -> AsyncIterator[None]:
    settings = Settings(
        _env_file=None,
        telegram_token=emulator.token,
        telegram_api_url=emulator.url,
    )
    bot = open_bot(settings)
    async with bot.request:
        what = Sending(play.intake.database, play.intake.sealer, bot, Pace(limits))
        task = asyncio.create_task(send_outbox(what, Bell()))
        try:
            yield
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task


def person(emulator: Running, **more: Any) -> int:
    answer = emulator.control.post("people", json={"first_name": "Тест", **more})
    answer.raise_for_status()
    return int(answer.json()["id"])


def fault(emulator: Running, kind: str, **more: Any) -> None:
    body = {"kind": kind, "method": "sendMessage", **more}
    emulator.control.post("faults", json=body).raise_for_status()


def texts(emulator: Running, chat: int) -> list[str]:
    rows = emulator.control.get(f"chats/{chat}/messages").json()
    return [row["message"]["text"] for row in rows if row["by_bot"]]


async def reporter(play: Play, telegram_id: int, kind: str = "person") -> int:
    async with play.intake.database.transaction() as session:
        found, _ = await find_or_add(
            session, play.intake.sealer, telegram_id, kind=kind, language="uk", details={}
        )
        return found.id


async def queue(play: Play, chat: int, *said: str, purpose: str = "test") -> None:
    async with play.intake.database.transaction() as session:
        for text in said:
            await session.execute(
                insert(OutboxMessage).values(
                    chat_id=chat, method="sendMessage", payload={"text": text}, purpose=purpose
                )
            )


async def settled(play: Play, within_s: float = 20) -> None:
    deadline = time.monotonic() + within_s
    while await play.sql(SETTLED) != [(0,)]:
        if time.monotonic() > deadline:
            pytest.fail("messages are still waiting")
        await asyncio.sleep(0.05)


async def write_to_bot(emulator: Running, chat: int) -> None:
    emulator.control.post(f"people/{chat}/text", json={"text": "Вітаю"}).raise_for_status()


async def test_messages_of_a_chat_arrive_once_and_in_order(play: Play, emulator: Running) -> None:
    chats = [person(emulator) for _ in range(3)]
    said = [f"повідомлення {number}" for number in range(8)]
    for chat in chats:
        await write_to_bot(emulator, chat)
        await queue(play, await reporter(play, chat), *said)
    async with sending(play, emulator):
        await settled(play)
    for chat in chats:
        assert texts(emulator, chat) == said
    assert await play.sql("SELECT DISTINCT state, message_id IS NOT NULL FROM outbox") == [
        ("sent", True)
    ]


async def test_telegrams_limits_are_never_exceeded(play: Play, emulator: Running) -> None:
    emulator.control.put(
        "limits",
        json={"enforce": True, "per_second": 30, "chat_burst": 1, "group_per_minute": 20},
    ).raise_for_status()
    for number in range(40):
        chat = person(emulator)
        await write_to_bot(emulator, chat)
        await queue(play, await reporter(play, chat), *["а", "б"][: 1 + number % 2])
    async with sending(play, emulator, None):
        await settled(play)
    assert emulator.control.get("limits").json()["violations"] == 0
    assert await play.sql("SELECT DISTINCT attempts, state FROM outbox") == [(1, "sent")]


async def test_a_429_is_honoured_and_then_it_arrives(play: Play, emulator: Running) -> None:
    chat = person(emulator)
    await write_to_bot(emulator, chat)
    fault(emulator, "too_many_requests", retry_after=1)
    await queue(play, await reporter(play, chat), "раз")
    async with sending(play, emulator):
        await settled(play)
    first, second = emulator.control.get("calls", params={"method": "sendMessage"}).json()
    assert (first["status"], second["status"]) == (429, 200)
    assert second["at"] - first["at"] >= 1
    assert texts(emulator, chat) == ["раз"]


@pytest.mark.parametrize(
    ("kind", "lost"), [("drop_before", 1), ("drop_after", 1), ("server_error", 1)]
)
async def test_a_lost_answer_is_sent_again_and_marked(
    play: Play, emulator: Running, kind: str, lost: int
) -> None:
    chat = person(emulator)
    await write_to_bot(emulator, chat)
    fault(emulator, kind)
    await queue(play, await reporter(play, chat), "раз")
    async with sending(play, emulator):
        await settled(play)
    assert await play.sql("SELECT state, answers_lost FROM outbox") == [("sent", lost)]
    assert len(texts(emulator, chat)) == (2 if kind == "drop_after" else 1)


async def test_a_server_that_is_not_there_loses_no_answer(
    play: Play, emulator: Running, unused_tcp_port_factory: Callable[[], int]
) -> None:
    chat = await reporter(play, person(emulator))
    await queue(play, chat, "раз")
    gone = Running(
        f"http://127.0.0.1:{unused_tcp_port_factory()}",
        emulator.token,
        emulator.emulator,
        emulator.control,
    )
    async with sending(play, gone):
        deadline = time.monotonic() + 10
        while await play.sql("SELECT attempts > 0 AND state = 'queued' FROM outbox") != [(True,)]:
            assert time.monotonic() < deadline
            await asyncio.sleep(0.05)
    assert await play.sql("SELECT answers_lost FROM outbox") == [(0,)]


async def test_who_blocked_us_is_marked_and_nothing_waits_for_them(
    play: Play, emulator: Running
) -> None:
    chat = person(emulator)
    await write_to_bot(emulator, chat)
    emulator.control.post(f"people/{chat}/block").raise_for_status()
    await queue(play, await reporter(play, chat), "раз", "два")
    async with sending(play, emulator):
        await settled(play)
    assert await play.sql("SELECT state, count(*) FROM outbox GROUP BY state") == [("failed", 2)]
    assert await play.sql("SELECT blocked_at IS NOT NULL FROM reporter") == [(True,)]


async def test_what_a_dead_sender_left_half_sent_is_sent_again_and_marked(
    play: Play, emulator: Running
) -> None:
    chat = person(emulator)
    await write_to_bot(emulator, chat)
    await queue(play, await reporter(play, chat), "раз")
    await play.sql("UPDATE outbox SET state = 'sending', attempts = 1")
    async with sending(play, emulator):
        await settled(play)
    assert await play.sql("SELECT state, answers_lost FROM outbox") == [("sent", 1)]


async def test_of_two_senders_one_works(play: Play, emulator: Running) -> None:
    chat = person(emulator)
    await write_to_bot(emulator, chat)
    await queue(play, await reporter(play, chat), *[str(number) for number in range(20)])
    async with sending(play, emulator), sending(play, emulator):
        await settled(play)
    assert texts(emulator, chat) == [str(number) for number in range(20)]


async def test_a_message_telegram_refuses_does_not_hold_up_the_next(
    play: Play, emulator: Running
) -> None:
    chat = person(emulator)
    await write_to_bot(emulator, chat)
    await queue(play, await reporter(play, chat), "x" * 5000, "два")
    async with sending(play, emulator):
        await settled(play)
    assert await play.sql("SELECT state FROM outbox ORDER BY id") == [("failed",), ("sent",)]
    assert texts(emulator, chat) == ["два"]


async def test_a_group_that_moved_is_followed(play: Play, emulator: Running) -> None:
    someone = person(emulator)
    group = emulator.control.post(
        "groups", json={"title": "Місто", "kind": "group", "members": [someone]}
    ).json()
    group_id = int(group.get("id") or group["chat_id"])
    await queue(play, await reporter(play, group_id, "group"), "раз")
    moved = emulator.control.post(f"groups/{group_id}/upgrade").json()["chat_id"]
    async with sending(play, emulator):
        await settled(play)
    assert texts(emulator, moved) == ["раз"]


async def test_forgetting_comes_after_the_farewell(play: Play, emulator: Running) -> None:
    chat = person(emulator)
    await write_to_bot(emulator, chat)
    ours = await reporter(play, chat)
    await queue(play, ours, "прощавайте", purpose="forgotten")
    await queue(play, ours, "запізно")
    await play.play(text="Вітаю", user=chat, chat={"id": chat, "type": "private"})
    await play.play(text="Вітаю", user=chat + 1, chat={"id": chat + 1, "type": "private"})
    async with sending(play, emulator):
        await settled(play)
    assert texts(emulator, chat) == ["прощавайте"]
    # Neither who they are is left, nor what they sent as it came; of others it is.
    assert await play.sql("SELECT count(*) FROM identity") == [(1,)]
    assert await play.sql("SELECT count(*) FROM inbox WHERE sealed IS NOT NULL") == [(1,)]
    states = "SELECT state FROM outbox WHERE purpose IN ('forgotten', 'test') ORDER BY id"
    assert await play.sql(states) == [("sent",), ("failed",)]


async def test_a_sender_whose_connection_dies_takes_up_again(play: Play, emulator: Running) -> None:
    chat = person(emulator)
    await write_to_bot(emulator, chat)
    ours = await reporter(play, chat)
    async with sending(play, emulator):
        await queue(play, ours, "раз")
        await settled(play)
        await play.sql(
            "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory'"
            " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
        )
        await queue(play, ours, "два")
        await settled(play)
    assert texts(emulator, chat) == ["раз", "два"]
