"""What the page has to know before anybody logs in, and its base map."""

import asyncio
from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response
from pydantic import BaseModel
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.access import Caller
from app.api.callers import PartsOf, Transaction, address_of, allowed_for_long
from app.api.problems import problems
from app.demo import DEMO_KEY
from app.models import Installation
from app.permissions import Action

router = APIRouter(prefix="/api/v1", tags=["page"])

BASEMAP = Path(__file__).resolve().parents[2] / "fixtures" / "basemap.geojson"
EMPTY = b'{"type":"FeatureCollection","features":[]}'
GEOJSON = "application/geo+json"
# The row of `installation` in which the poller leaves who the bot is.
BOT = "bot"


class DemoLogin(BaseModel):
    """A login that everybody knows, in a demo database only."""

    login: str
    password: str
    role: str
    name: str


class TelegramView(BaseModel):
    """Where citizens write."""

    bot_username: str | None
    chat_url: str | None


class ConfigView(BaseModel):
    """What the page has to know before anybody logs in."""

    languages: list[str]
    basemap_style_url: str | None
    demo: bool
    demo_logins: list[DemoLogin] | None
    telegram: TelegramView


async def facts(session: AsyncSession) -> dict[str, dict[str, Any]]:
    """Return what the database tells of itself."""
    rows = await session.execute(select(Installation.key, Installation.value))
    return {row.key: row.value for row in rows}


@router.get("/config", responses=problems(429))
async def config(request: Request, session: Transaction, parts: PartsOf) -> ConfigView:
    """Return what the page has to know before anybody logs in."""
    await parts.rates.spend("config", address_of(request))
    known = await facts(session)
    demo = known.get(DEMO_KEY)
    return ConfigView(
        languages=list(parts.settings.languages),
        basemap_style_url=parts.settings.basemap_style_url,
        demo=demo is not None,
        demo_logins=None
        if demo is None
        else [DemoLogin.model_validate(login) for login in demo.get("logins", ())],
        telegram=TelegramView(
            bot_username=known.get(BOT, {}).get("username"), chat_url=parts.settings.chat_url
        ),
    )


@router.get(
    "/basemap",
    response_class=Response,
    responses=problems(401, 403)
    | {200: {"description": "GeoJSON", "content": {GEOJSON: {"schema": {"type": "object"}}}}},
)
async def basemap(
    parts: PartsOf,
    _caller: Annotated[Caller, Depends(allowed_for_long(Action.SEE_DISTRICTS))],
) -> Response:
    """Return the demo city's base map; empty where there is none."""
    async with parts.database.transaction() as session:
        demo = DEMO_KEY in await facts(session)
    drawn = demo and await asyncio.to_thread(BASEMAP.is_file)
    body = await asyncio.to_thread(BASEMAP.read_bytes) if drawn else EMPTY
    return Response(body, media_type=GEOJSON, headers={"Cache-Control": "private, max-age=3600"})
