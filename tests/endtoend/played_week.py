"""A week of the channel's life, to be lived at our speed.

Citizens write, and press buttons, in Telegram (the emulator over HTTP); desk and officers work over
our API. Time is ours: the program's clock and the one that history is dated by are set from here to
whatever happens next, so that a week passes in minutes.
"""

import dataclasses
import heapq
import itertools
import random
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

import httpx
from sqlalchemy import TextClause, text
from sqlalchemy.dialects.postgresql import Range
from telegram.error import NetworkError

from app.access import add_staff, make_token
from app.boundaries import activate, store_set
from app.context import use_cases
from app.db import Role, open_database
from app.duty_watch import look
from app.emulator.config import EmulatorConfig
from app.emulator.testing import start
from app.escalation import escalate_once
from app.identity import Sealer
from app.main import create_app
from app.models import Officer, Posting, Shift
from app.routing import hold_for_change
from app.settings import Settings
from app.worker import drain, make_intake
from tests.api.conftest import running, settings_for
from tests.bot.conftest import ALONE, CITY, EAST, TOKEN, WEST, Play
from tests.bot.stage import Stage, datas, opened, staff_client

REPORTS, PEOPLE = 2_000, 1_000
ZONE = ZoneInfo("Europe/Kyiv")
# Clocks do not change in it.
MONDAY = datetime(2026, 11, 16, tzinfo=ZONE)
WEEK = timedelta(days=7)
BATCH = timedelta(minutes=20)
OUTSIDE = (36.0, 46.0)
TRIES = 3
TEXTS = (
    "Вкрали велосипед з під'їзду",
    "ДТП на перехресті, стукнулися дві машини",
    "Подозрительный человек раскладывает закладки",
    "Немає води вже другий день",
    "Соседи шумят всю ночь",
    "Бійка біля магазину",
    "Не працює світлофор",
    "Street trader without any licence",
)
# History is dated by the database; here by what we say.
CLOCK = (
    "CREATE TABLE play_clock AS SELECT now() AS at",
    """
    CREATE FUNCTION played_now() RETURNS timestamptz LANGUAGE sql STABLE SECURITY DEFINER
    AS 'SELECT at FROM public.play_clock'
    """,
    "ALTER TABLE report_event ALTER COLUMN at SET DEFAULT played_now()",
)
NEW = text("""
SELECT r.id, r.number, r.place IS NOT NULL AS placed, o.code
  FROM report r LEFT JOIN officer o ON o.id = r.assigned_officer_id
 WHERE r.id > :known AND r.duplicate_of_id IS NULL ORDER BY r.id
""")
ONE_BEFORE = text("""
SELECT number FROM report WHERE duplicate_of_id IS NULL AND number < :number
 ORDER BY number DESC LIMIT 1
""")

Deed = Callable[[], Awaitable[None]]


@dataclass
class Week:
    """What is to happen, in the order of its time, and who does it."""

    stage: Stage
    clients: dict[str, httpx.AsyncClient]
    chance: random.Random = field(default_factory=lambda: random.Random(20261116))
    turn: Any = field(default_factory=itertools.count)
    coming: list[tuple[datetime, int, Deed]] = field(default_factory=list)
    answers: Counter[int] = field(default_factory=Counter)
    known: int = 0

    @property
    def now(self) -> datetime:
        return self.stage.play.now[0]

    def at(self, when: datetime, deed: Deed) -> None:
        heapq.heappush(self.coming, (when, next(self.turn), deed))

    def after(self, median_min: float, deed: Deed, spread: float = 0.9) -> None:
        minutes = median_min * self.chance.lognormvariate(0, spread)
        self.at(self.now + timedelta(minutes=minutes), deed)

    async def set_clock(self, when: datetime) -> None:
        self.stage.play.now[0] = when
        async with self.stage.play.owner.transaction() as session:
            await session.execute(text("UPDATE play_clock SET at = :at"), {"at": when})

    async def rows(self, query: TextClause, **values: Any) -> Sequence[Any]:
        async with self.stage.play.owner.transaction() as session:
            return (await session.execute(query, values)).all()

    async def ask(self, login: str, method: str, path: str, **body: Any) -> Any:
        answer = await self.clients[login].request(
            method, f"/api/v1/reports{path}", json=body or None
        )
        # What somebody else was quicker with is refused, as in life.
        self.answers[answer.status_code] += 1
        assert answer.status_code in {200, 201, 403, 404, 409, 422}, answer.text
        return answer.json() if answer.content else None

    async def fetch(self) -> None:
        """Take the updates that wait; a connection that was idle for too long is opened again."""
        for left in reversed(range(TRIES)):
            try:
                await self.stage.fetch()
                return
            except NetworkError:
                if not left:
                    raise

    async def listen(self) -> None:
        """Take in what citizens have sent, and let somebody take care of each new report."""
        await self.fetch()
        await drain(self.stage.play.intake)
        new = await self.rows(NEW, known=self.known)
        for row in new:
            self.known = row.id
            self.take_care(row.number, (row.code or "desk").lower(), placed=row.placed)

    def take_care(self, number: str, who: str, *, placed: bool) -> None:
        """Decide what will become of a report."""
        self.mend(number, who, placed=placed)
        chance = self.chance.random
        does = partial(self.step, number)
        fate = chance()
        if fate < 0.06:
            self.after(12, partial(self.merge, number))
        elif fate < 0.16:
            self.after(15, partial(does, who="desk", status="redirected"))
        elif fate < 0.93:
            self.after(8, partial(does, who=who, status="acknowledged"))
            if chance() < 0.45:
                self.after(35, partial(does, who=who, status="on_scene"))
            if chance() < 0.93:
                self.after(110, partial(does, who=who, status="resolved"))

    def mend(self, number: str, who: str, *, placed: bool) -> None:
        """Decide what staff will put right, and whether they write."""
        chance = self.chance.random
        if not placed and chance() < 0.7:
            self.after(6, partial(self.place, number))
        elif placed and chance() < 0.05:
            self.after(9, partial(self.place, number))
        if chance() < 0.04:
            self.after(4, partial(self.hand_over, number))
        if chance() < 0.15:
            self.after(5, partial(self.reply, number, who))
        if chance() < 0.08:
            self.after(4, partial(self.sort, number))

    async def step(self, number: str, who: str, status: str) -> None:
        await self.ask(who, "POST", f"/{number}/status", status=status)

    async def reply(self, number: str, who: str) -> None:
        await self.ask(who, "POST", f"/{number}/reply", text="Наряд виїхав.")

    async def sort(self, number: str) -> None:
        await self.ask("desk", "POST", f"/{number}/category", category="theft")

    async def hand_over(self, number: str) -> None:
        officer = self.chance.choice(["O1", "O2", "O3"])
        await self.ask("desk", "POST", f"/{number}/assignment", officer=officer, why="ближче")

    async def place(self, number: str) -> None:
        lon, lat = self.chance.choice([WEST, EAST, ALONE])
        await self.ask("desk", "POST", f"/{number}/placement", lon=lon, lat=lat)

    async def merge(self, number: str) -> None:
        for row in await self.rows(ONE_BEFORE, number=number):
            await self.ask("desk", "POST", f"/{number}/duplicate", of=row.number)

    async def write(self, person: int) -> None:
        chance = self.chance.random()
        where = self.chance.choices([WEST, EAST, ALONE, OUTSIDE], (5, 4, 3, 0.4))[0]
        if chance < 0.9:
            self.stage.say(person, self.chance.choice(TEXTS))
        if chance < 0.8 or chance >= 0.9:
            self.stage.share(person, where)
        if self.chance.random() < 0.3:
            self.after(240, partial(self.press, person))

    async def enter(self) -> None:
        lon, lat = self.chance.choice([WEST, EAST, ALONE])
        words = self.chance.choice(TEXTS)
        await self.ask("desk", "POST", "", text=words, lon=lon, lat=lat)

    async def press(self, person: int) -> None:
        """Press what the bot offers: stars, "it is over", or "not solved" and why."""
        await self.stage.settle()
        chance = self.chance.random()
        for message in reversed(self.stage.chat(person)):
            kinds = {data.split(":")[0] for data in datas(message)}
            if "rate" in kinds and chance < 0.85:
                self.stage.press(person, message, f"rate:{self.chance.randint(1, 5)}")
            elif "again" in kinds:
                self.stage.press(person, message, "again")
                await self.fetch()
                await drain(self.stage.play.intake)
                self.stage.say(person, "Нічого не змінилося")
            elif "over" in kinds and chance < 0.5:
                self.stage.press(person, message, "over")
            else:
                continue
            return

    async def live(self) -> None:
        """Let everything happen that is to happen until the week is over."""
        end, watch = MONDAY + WEEK, MONDAY
        while self.coming and self.coming[0][0] < end:
            until = self.coming[0][0] + BATCH
            while self.coming and self.coming[0][0] < min(until, end):
                when, _, deed = heapq.heappop(self.coming)
                await self.set_clock(when)
                await deed()
            await self.listen()
            if self.now >= watch:
                watch = self.now + timedelta(hours=4)
                await escalate_once(self.stage.play.owner, self.stage.context)
                async with self.stage.play.owner.transaction() as session:
                    await hold_for_change(session)
                    await look(session, self.stage.context)
        await self.set_clock(end - timedelta(seconds=1))
        await self.stage.settle()


async def _staffed(play: Play) -> dict[str, str]:
    """Post three officers in shifts of a day each; the tokens of everybody."""
    tokens = {}
    async with play.owner.transaction() as session:
        for code, precinct, beat in (("O1", "C", "C-1"), ("O2", "C", "C-2"), ("O3", "P", None)):
            officer = Officer(code=code, name=f"Офіцер {code}", precinct_code=precinct)
            session.add(officer)
            await session.flush()
            always = Range(MONDAY - WEEK, MONDAY + 2 * WEEK)
            if beat:
                session.add(
                    Posting(officer_id=officer.id, beat_code=beat, kind="primary", period=always)
                )
            for day in range(7):
                begin = MONDAY + timedelta(days=day, hours=8 * (int(code[1]) - 1))
                period = Range(begin, begin + timedelta(hours=16))
                session.add(Shift(officer_id=officer.id, period=period))
            await add_staff(session, code.lower(), "officer", precinct, code)
            tokens[code.lower()] = await make_token(session, code.lower())
        for login in ("desk", "leader"):
            await add_staff(session, login, login, None, None)
            tokens[login] = await make_token(session, login)
    return tokens


@asynccontextmanager
async def begun(url: str) -> AsyncIterator[Week]:
    """Open a city at the beginning of the week."""
    owner = open_database(url, Role.OWNER)
    now = [MONDAY]
    context = use_cases(Settings(_env_file=None), clock=lambda: now[0])
    async with owner.transaction() as session:
        for statement in CLOCK:
            await session.execute(text(statement))
        set_id = await store_set(session, CITY, label="test", source="test", actor="test")
        await activate(session, set_id, "test")
    database = open_database(url, Role.BOT)
    play = Play(
        make_intake(database, context, Sealer(b"a secret for tests"), TOKEN, "bot"), owner, now
    )
    tokens = await _staffed(play)
    app = create_app(settings_for(url))
    app.state.parts = dataclasses.replace(app.state.parts, context=context)
    async with AsyncExitStack() as stack:
        emulator = stack.enter_context(start(EmulatorConfig()))
        stage = await stack.enter_async_context(opened(play, emulator))
        await stack.enter_async_context(running(app))
        clients = {
            login: await stack.enter_async_context(staff_client(app, token))
            for login, token in tokens.items()
        }
        yield Week(stage, clients)
    await database.close()
    await owner.close()
