"""Telegram played over real HTTP: the emulator on one side, our sender and intake on the other."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field, replace
from typing import Any

import httpx
from sqlalchemy import select

from app import inbox, officer_chats
from app.bell import Bell
from app.botapi import ApiClient, open_bot
from app.context import UseCases
from app.emulator.testing import Running
from app.models import Officer, Report
from app.pace import Limits, Pace
from app.sender import Sending, send_outbox
from app.settings import Settings
from app.telling import tell_all
from app.worker import drain
from tests.bot.conftest import WEST, Play

FAST = Limits(overall=1000, chat=1000, group=1000)
WAITING = "SELECT count(*) FROM outbox WHERE state IN ('queued', 'sending')"
PATIENCE_S = 30.0


@dataclass
class Stage:
    """A city, its bot and the people who write to it."""

    play: Play
    emulator: Running
    bot: ApiClient
    bell: Bell = field(default_factory=Bell)
    offset: int = 0

    @property
    def context(self) -> UseCases:
        return self.play.intake.context

    def control(self, path: str, **body: Any) -> Any:
        answer = self.emulator.control.post(path, json=body)
        assert answer.is_success, answer.text
        return answer.json() if answer.content else None

    def person(self, name: str, **more: Any) -> int:
        return int(self.control("people", first_name=name, **more)["id"])

    def say(self, person: int, text: str, **where: Any) -> dict[str, Any]:
        return dict(self.control(f"people/{person}/text", text=text, **where))

    def share(self, person: int, point: tuple[float, float] = WEST, **where: Any) -> None:
        self.control(f"people/{person}/location", longitude=point[0], latitude=point[1], **where)

    def press(self, person: int, message: dict[str, Any], deed: str, **where: Any) -> str:
        """Press the button whose data begins so; the id of the query."""
        data = next(each for each in datas(message) if each.startswith(deed))
        pressed = self.control(
            f"people/{person}/press", message_id=message["message_id"], data=data, **where
        )
        return str(pressed["callback_query_id"])

    def answer_to(self, query: str) -> str:
        """Return what was shown above a button that was pressed."""
        found = self.emulator.control.get(f"callbacks/{query}").json()["answer"]
        assert found is not None, "the button was not answered"
        return str(found["text"] or "")

    def chat(self, chat: int, *, by_bot: bool = True) -> list[dict[str, Any]]:
        """Return the messages of a chat as they are now."""
        rows = self.emulator.control.get(f"chats/{chat}/messages", params={"limit": 1000}).json()
        return [row["message"] for row in rows if row["by_bot"] or not by_bot]

    def texts(self, chat: int) -> list[str]:
        return [each["text"] for each in self.chat(chat) if "text" in each]

    def with_button(self, chat: int, deed: str) -> dict[str, Any]:
        """Return the newest message that has such a button."""
        return next(
            each
            for each in reversed(self.chat(chat))
            if any(data.startswith(deed) for data in datas(each))
        )

    async def fetch(self) -> int:
        """Take the updates that wait into the inbox."""
        updates = await self.bot.call("getUpdates", {"offset": self.offset, "timeout": 0})
        if updates:
            async with self.play.intake.database.transaction() as session:
                await inbox.store(session, self.play.intake.sealer, *updates)
            self.offset = updates[-1]["update_id"] + 1
        return len(updates)

    async def go(self) -> None:
        """Let everything happen that follows from what was done."""
        busy = True
        while busy:
            busy = bool(await self.fetch())
            await drain(self.play.intake)
            await tell_all(self.play.intake.database, self.context)
            busy = await self.settle() or busy

    async def settle(self) -> bool:
        """Wait until everything is sent; whether something was."""
        deadline = time.monotonic() + PATIENCE_S
        was_busy = False
        while (await self.play.sql(WAITING))[0][0]:
            was_busy = True
            assert time.monotonic() < deadline, "messages are still waiting"
            await self.bell.ring()
            await asyncio.sleep(0.01)
        return was_busy

    async def link(self, person: int, officer: str = "O1") -> None:
        """Link an officer's chat by a code, as the page gives it."""
        async with self.play.owner.transaction() as session:
            query = select(Officer.id).where(Officer.code == officer)
            officer_id = (await session.execute(query)).scalar_one()
            code = await officer_chats.new_code(session, self.context, officer_id)
        self.control(f"people/{person}/start", payload=f"o_{code.code}")
        await self.go()

    async def report(
        self, person: int, text: str = "Б'ються біля магазину", point: tuple[float, float] = WEST
    ) -> Report:
        """Let a citizen tell what happened and where."""
        self.say(person, text)
        self.share(person, point)
        await self.go()
        return (await self.play.reports())[-1]

    async def latest(self, number: str | None = None) -> Report:
        found = await self.play.reports()
        return next((each for each in found if each.number == number), found[-1])

    def failures(self) -> list[str]:
        """Return what Telegram refused, but for edits that change nothing."""
        calls: list[dict[str, Any]] = self.emulator.control.get("calls").json()
        refused = [each for each in calls if each["status"] >= 400]
        said = [f"{each['method']}: {each['description']}" for each in refused]
        return [each for each in said if "not modified" not in each]


def datas(message: dict[str, Any]) -> list[str]:
    """Return the data of the buttons under a message."""
    rows = message.get("reply_markup", {}).get("inline_keyboard", [])
    return [button.get("callback_data", "") for row in rows for button in row]


@asynccontextmanager
async def opened(play: Play, emulator: Running) -> AsyncIterator[Stage]:
    """Open a stage over a city and an emulator, with the sender at work."""
    settings = Settings(
        _env_file=None, telegram_token=emulator.token, telegram_api_url=emulator.url
    )
    bot = open_bot(settings)
    async with bot.request, bot._request[0]:
        play.intake = replace(play.intake, bot=bot)
        stage = Stage(play, emulator, bot)
        what = Sending(play.intake.database, play.intake.sealer, bot, Pace(FAST))
        task = asyncio.create_task(send_outbox(what, stage.bell))
        try:
            yield stage
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task


def staff_client(app: Any, token: str) -> httpx.AsyncClient:
    """Return a client of our own API with somebody's token."""
    transport = httpx.ASGITransport(app, client=("203.0.113.7", 50000))
    return httpx.AsyncClient(
        transport=transport,
        base_url="http://beatway.test",
        headers={"Authorization": f"Bearer {token}"},
    )
