"""The web application."""

import asyncio
import contextlib
import signal
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from types import FrameType
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from app.access_passwords import Passwords
from app.api import (
    actions,
    alerts,
    audit,
    beats,
    boundary_files,
    boundary_life,
    boundary_sets,
    cap,
    categories,
    conduct,
    config,
    dead_letters,
    deadlines,
    desk_chats,
    desks,
    dispatch_rules,
    districts,
    docs,
    duty,
    gazetteer,
    gazetteer_edits,
    geocode,
    handovers,
    health,
    keeping,
    locate,
    login,
    observers,
    officer_chat,
    overview,
    problems,
    public_groups,
    reports,
    reveals,
    roster,
    roster_edits,
    roster_files,
    roster_week,
    services,
    staff_notices,
    stats,
    stream,
    subscriptions,
    triage,
    webhook,
)
from app.api.boundary_uploads import larger_bodies
from app.api.guards import BodyLimit, SafeHeaders
from app.api.parts import RATES, Parts
from app.claims import EVERYTHING, Signer
from app.context import use_cases
from app.db import Role, check_server, open_database
from app.demo import DEMO_KEY
from app.directory import DirectoryCache
from app.identity import Sealer
from app.key_check import check_believed, check_keys
from app.media import MediaSource
from app.migration import check_schema
from app.ogc import edits, features, landing, tile_routes
from app.ogc.tile_server import TileServer
from app.rates import Rates
from app.secret_keys import SecretKey
from app.settings import Settings, load_settings
from app.stream import Hub
from app.web import pages

TITLE = "Beatway"
VERSION = "1"
ROUTERS = (
    health.router,
    locate.router,
    geocode.router,
    gazetteer.router,
    gazetteer_edits.router,
    config.router,
    dead_letters.router,
    login.router,
    districts.router,
    categories.router,
    triage.router,
    services.router,
    conduct.router,
    dispatch_rules.router,
    reports.router,
    actions.router,
    reveals.router,
    roster.router,
    roster_edits.router,
    roster_files.router,
    roster_week.router,
    beats.router,
    deadlines.router,
    keeping.router,
    audit.router,
    overview.router,
    stats.router,
    duty.router,
    desks.router,
    handovers.router,
    officer_chat.router,
    desk_chats.router,
    public_groups.router,
    boundary_files.router,
    boundary_sets.router,
    boundary_life.router,
    staff_notices.router,
    stream.router,
    observers.router,
    subscriptions.router,
    alerts.router,
    cap.router,
    webhook.router,
    docs.router,
    landing.router,
    tile_routes.router,
    features.router,
    edits.router,
)


def create_app(settings: Settings | None = None) -> FastAPI:
    """Make the application; nothing is connected before it starts.

    Parameters
    ----------
    settings : Settings, optional
        Read from the environment by default.

    Raises
    ------
    app.errors.SettingsError
    """
    settings = settings or load_settings()
    parts = _parts(settings)
    app = TileServer(
        title=TITLE,
        version=VERSION,
        docs_url=None,
        redoc_url=None,
        openapi_url="/openapi.json",
        lifespan=_lifespan,
        redirect_slashes=False,
    )
    app.state.parts = parts
    for router in ROUTERS:
        app.include_router(router)
    pages.mount(
        app,
        languages=settings.languages,
        timezone=settings.timezone,
        basemap_style_url=settings.basemap_style_url,
        chat_url=settings.chat_url,
        is_demo=_is_demo(parts),
    )
    problems.install(app)
    # The last one added is the first one met.
    app.add_middleware(BodyLimit, larger=_larger_bodies(settings))
    app.add_middleware(SafeHeaders, https=login.is_https(parts))
    # FastAPI documents this way of replacing it.
    app.openapi = _openapi(app)  # type: ignore[method-assign]
    return app


def _larger_bodies(settings: Settings) -> dict[str, int]:
    return (
        larger_bodies(settings)
        | edits.LARGER_BODIES
        | roster_files.LARGER_BODIES
        | services.LARGER_BODIES
    )


def _parts(settings: Settings) -> Parts:
    key = settings.secret_key and SecretKey.of(settings.required_secret_key())
    database = open_database(
        settings.required_database_url(),
        Role.WEB,
        "beatway serve",
        signer=Signer(key) if key else None,
    )
    return Parts(
        settings=settings,
        database=database,
        context=use_cases(settings),
        directories=DirectoryCache(settings.languages),
        passwords=Passwords(),
        hub=Hub(database),
        media=MediaSource(settings),
        rates=Rates(RATES),
        sealer=Sealer(*settings.required_secrets()) if settings.secret_key else None,
    )


def _is_demo(parts: Parts) -> Callable[[], Any]:
    async def is_demo() -> bool:
        async with parts.database.transaction() as session:
            return DEMO_KEY in await config.facts(session)

    return is_demo


@contextlib.asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    parts: Parts = app.state.parts
    try:
        async with parts.database.transaction() as session:
            await check_server(session)
            await check_schema(session)
        await check_keys(
            parts.settings.required_database_url(), Role.WEB, parts.settings.required_secrets()
        )
        async with parts.database.transaction(EVERYTHING) as session:
            await check_believed(session)
        parts.hub.start()
        with _on_signal(parts.hub.close):
            yield
    finally:
        await parts.hub.stop()
        await parts.media.close()
        await parts.database.close()


@contextlib.contextmanager
def _on_signal(act: Callable[[], None]) -> Iterator[None]:
    """Do something as soon as the process is told to stop.

    The server ends the lifespan only after the last answer, and an event stream is an answer that
    never ends by itself.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    former: dict[int, Any] = {}

    loop = asyncio.get_running_loop()

    def handle(number: int, frame: FrameType | None) -> None:
        loop.call_soon_threadsafe(act)
        then = former[number]
        if callable(then):
            then(number, frame)

    for stop in (signal.SIGINT, signal.SIGTERM):
        found = signal.getsignal(stop)
        # Only between us and a server that handles it: else the process would never end.
        if callable(found) and found is not signal.default_int_handler:
            former[stop] = signal.signal(stop, handle)
    try:
        yield
    finally:
        for number, handler in former.items():
            signal.signal(number, handler)


def _openapi(app: FastAPI) -> Callable[[], dict[str, Any]]:
    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = problems.documented(
                get_openapi(title=app.title, version=app.version, routes=app.routes)
            )
        return app.openapi_schema

    return openapi
