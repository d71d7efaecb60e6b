"""A small city, and a way to play Telegram's updates into it."""

import itertools
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import shapely
from sqlalchemy import CursorResult, select, text
from sqlalchemy.dialects.postgresql import Range

from app import inbox
from app.boundaries import activate, store_set
from app.context import use_cases
from app.db import Database, Role, open_database
from app.identity import Sealer
from app.models import Officer, OutboxMessage, Posting, Report, Reporter, Shift
from app.settings import Settings
from app.worker import Intake, drain, make_intake
from geo.districts import District, Level

TOKEN = "123456:test"
START = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
# Two beats side by side in one precinct, and a precinct of its own to the east.
WEST, EAST, ALONE = (37.50, 47.10), (37.53, 47.10), (37.57, 47.10)
BORDER = (37.515, 47.10)


def square(west: float, east: float) -> shapely.Polygon:
    return shapely.box(west, 47.08, east, 47.12)


CITY = [
    District("C", Level.PRECINCT, None, {"uk": "Центр", "en": "Centre"}, square(37.48, 37.55)),
    District("C-1", Level.BEAT, "C", {"uk": "Захід", "en": "West"}, square(37.48, 37.515)),
    District("C-2", Level.BEAT, "C", {"uk": "Схід", "en": "East"}, square(37.515, 37.55)),
    District("P", Level.PRECINCT, None, {"uk": "Приморський"}, square(37.55, 37.60)),
]


@dataclass
class Play:
    """Plays citizens; time stands still unless told to pass."""

    intake: Intake
    owner: Database
    now: list[datetime]
    updates: Any = field(default_factory=lambda: itertools.count(1))
    messages: Any = field(default_factory=lambda: itertools.count(1))

    def pass_time(self, span: timedelta) -> None:
        self.now[0] += span

    def message(self, user: int = 1, **content: Any) -> dict[str, Any]:
        person = {"id": user, "is_bot": False, "first_name": "Олена", "username": "olena_secret"}
        person["language_code"] = content.pop("language_code", "uk")
        body: dict[str, Any] = {
            "message_id": content.pop("message_id", None) or next(self.messages),
            "date": int(self.now[0].timestamp()),
            "from": person,
            "chat": content.pop("chat", {"id": user, "type": "private", "first_name": "Олена"}),
        }
        words = content.get("text", "")
        if words.startswith("/"):
            length = len(words.split()[0])
            body["entities"] = [{"type": "bot_command", "offset": 0, "length": length}]
        return body | content

    async def play(self, kind: str = "message", **content: Any) -> dict[str, Any]:
        """Send one update and process it; return its message."""
        message = self.message(**content)
        await self.update(**{kind: message})
        return message

    async def update(self, **body: Any) -> None:
        body.setdefault("update_id", next(self.updates))
        async with self.intake.database.transaction() as session:
            await inbox.store(session, self.intake.sealer, body)
        await drain(self.intake)

    async def press(self, data: str, message_id: int = 900, user: int = 1, **content: Any) -> None:
        message = self.message(user, **content)
        await self.update(
            callback_query={
                "id": str(next(self.messages)),
                "from": message["from"],
                "chat_instance": "1",
                "message": message | {"message_id": message_id},
                "data": data,
            }
        )

    async def reports(self) -> list[Report]:
        async with self.owner.transaction() as session:
            return list((await session.execute(select(Report).order_by(Report.id))).scalars())

    async def said(self) -> list[OutboxMessage]:
        async with self.owner.transaction() as session:
            rows = await session.execute(select(OutboxMessage).order_by(OutboxMessage.id))
            return list(rows.scalars())

    async def last_text(self) -> str:
        return str((await self.said())[-1].payload["text"])

    async def reporters(self) -> list[Reporter]:
        async with self.owner.transaction() as session:
            return list((await session.execute(select(Reporter).order_by(Reporter.id))).scalars())

    async def sql(self, statement: str) -> list[Any]:
        async with self.owner.transaction() as session:
            result = await session.execute(text(statement))
            return (
                list(result.all())
                if isinstance(result, CursorResult) and result.returns_rows
                else []
            )


def location(point: tuple[float, float], **more: Any) -> dict[str, Any]:
    return {"location": {"longitude": point[0], "latitude": point[1], **more}}


@pytest.fixture
async def play(fresh_database_url: Callable[[], str]) -> AsyncIterator[Play]:
    url = fresh_database_url()
    settings = Settings(_env_file=None)
    now = [START]
    owner = open_database(url, Role.OWNER)
    async with owner.transaction() as session:
        set_id = await store_set(session, CITY, label="test", source="test", actor="test")
        await activate(session, set_id, "test")
        officer = Officer(code="O1", name="Іван Тестовий", rank="капітан", precinct_code="C")
        session.add(officer)
        await session.flush()
        day = Range(START - timedelta(days=1), START + timedelta(days=1))
        session.add(Posting(officer_id=officer.id, beat_code="C-1", kind="primary", period=day))
        session.add(Shift(officer_id=officer.id, period=day))
    database = open_database(url, Role.BOT)
    context = use_cases(settings, clock=lambda: now[0])
    intake = make_intake(database, context, Sealer(b"a secret for tests"), TOKEN, "test_bot")
    yield Play(intake, owner, now)
    await database.close()
    await owner.close()
