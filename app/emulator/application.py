"""The ASGI application: Bot API, control API and the chat page."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from pathlib import Path

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.emulator import botapi, control, control_groups, control_server, people, site
from app.emulator.config import EmulatorConfig
from app.emulator.core import open_emulator
from app.emulator.errors import BotApiError, ControlError
from app.emulator.webhook import WebhookDelivery

_CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:;"
    " media-src 'self' blob:; connect-src 'self'; worker-src 'self'; font-src 'self';"
    " base-uri 'none'; form-action 'none';"
    " frame-ancestors 'self' http://127.0.0.1:* http://localhost:*"
)
_SAFE_METHODS = {"GET", "HEAD", "OPTIONS"}


def create_app(config: EmulatorConfig) -> FastAPI:
    """Make the emulator's application.

    Parameters
    ----------
    config
        What it is started with.

    Returns
    -------
    FastAPI
        With the `Emulator` at ``app.state.emulator``; works on its own under any ASGI server,
        and drops connections for real under the one of ``app.emulator.server``.
    """
    emulator = open_emulator(config)
    people.add_newcomers(emulator)

    @contextlib.asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        delivery = asyncio.create_task(WebhookDelivery(emulator).run())
        try:
            yield
        finally:
            emulator.stop()
            for task in (delivery, *emulator.background):
                task.cancel()
                with contextlib.suppress(asyncio.CancelledError):
                    await task
            emulator.storage.close()

    app = FastAPI(
        title="Bot API emulator",
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
        openapi_url="/control/openapi.json",
        routes=[
            Route("/bot{token}/{method}", botapi.call, methods=["GET", "POST"]),
            Route("/file/bot{token}/{path:path}", botapi.download),
            *site.routes(Path(__file__).parent / "page", config.vendor_dir),
        ],
    )
    app.state.emulator = emulator
    app.include_router(control.router)
    app.include_router(control_groups.router)
    app.include_router(control_server.router)
    app.add_exception_handler(ControlError, _refused)
    app.add_exception_handler(BotApiError, _refused)
    app.add_middleware(PageDefence, hosts=config.allowed_hosts)
    return app


async def _refused(request: Request, error: Exception) -> JSONResponse:  # noqa: ARG001 - as asked for
    if isinstance(error, BotApiError):
        status = 404 if error.code == 400 else error.code  # noqa: PLR2004 - chat not found
    else:
        status = error.status if isinstance(error, ControlError) else 500
    return JSONResponse({"detail": str(error)}, status_code=status)


class PageDefence:
    """Keeps foreign web pages from playing a citizen, and sets the policy of our own.

    Parameters
    ----------
    app
        The application inside.
    hosts
        Names it may be reached by; a foreign name that leads here is refused.
    """

    def __init__(self, app: ASGIApp, hosts: tuple[str, ...]) -> None:
        self._app = app
        self._hosts = {host.encode() for host in hosts}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http" or scope["path"].startswith(("/bot", "/file/bot")):
            # The Bot API is defended by its token.
            await self._app(scope, receive, send)
            return
        headers = dict(scope["headers"])
        host = headers.get(b"host", b"")
        name = host if host.endswith(b"]") else host.rpartition(b":")[0] or host
        foreign = headers.get(b"sec-fetch-site", b"none") not in {b"none", b"same-origin"}
        if name not in self._hosts or (foreign and scope["method"] not in _SAFE_METHODS):
            answer = JSONResponse({"detail": "this may be used from its own page only"}, 403)
            await answer(scope, receive, send)
            return

        async def send_guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [
                    *message["headers"],
                    (b"content-security-policy", _CSP.encode()),
                    (b"x-content-type-options", b"nosniff"),
                    (b"referrer-policy", b"no-referrer"),
                ]
            await send(message)

        await self._app(scope, receive, send_guarded)
