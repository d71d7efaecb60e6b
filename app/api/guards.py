"""What holds for every request: how much may be sent, and headers that browsers obey."""

from collections.abc import Mapping
from urllib.parse import urlsplit

from fastapi import Request
from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.api.problems import problem
from app.errors import ForbiddenError

LARGEST_BODY = 1024 * 1024
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})

# Scripts and style sheets answer for themselves: a policy on a worker's script would bind it.
NO_POLICY = "/static/"
POLICY = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"


class BodyLimit:
    """Refuses bodies that are too large, whether they say so first or only turn out to be.

    Parameters
    ----------
    app
    larger : mapping of str to int, optional
        Bytes allowed below paths that begin so, where they are more than `LARGEST_BODY`. What
        answers there reads the body itself, once it knows who sends it.
    """

    def __init__(self, app: ASGIApp, larger: Mapping[str, int] | None = None) -> None:
        self._app = app
        self._larger = dict(larger or {})

    def _limit(self, path: str) -> int:
        limits = (size for start, size in self._larger.items() if path.startswith(start))
        return max(limits, default=LARGEST_BODY)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        limit = self._limit(scope["path"])
        too_large = f"A request may have {limit} bytes here"
        said = Headers(scope=scope).get("content-length", "0")
        if said.isdigit() and int(said) > limit:
            refusal = problem(scope["path"], 413, "too-large", too_large, {"largest_bytes": limit})
            await refusal(scope, receive, send)
            return
        size = 0

        async def counted() -> Message:
            nonlocal size
            message = await receive()
            size += len(message.get("body", b""))
            if size > limit:
                raise HTTPException(413, too_large)
            return message

        await self._app(scope, counted, send)


class SafeHeaders:
    """Adds the headers that keep a browser from misusing an answer.

    Parameters
    ----------
    app
    https : bool
        True when browsers reach us by https, so that they may be told to stay with it.
    """

    def __init__(self, app: ASGIApp, *, https: bool) -> None:
        self._app = app
        self._https = https

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.setdefault("X-Content-Type-Options", "nosniff")
                headers.setdefault("Referrer-Policy", "same-origin")
                headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
                headers.setdefault("Cache-Control", "no-store")
                if not scope["path"].startswith(NO_POLICY):
                    headers.setdefault("Content-Security-Policy", POLICY)
                if self._https:
                    headers.setdefault("Strict-Transport-Security", "max-age=31536000")
            await send(message)

        await self._app(scope, receive, with_headers)


def refuse_other_sites(request: Request, public_url: str | None) -> None:
    """Refuse a change that another site made a browser ask for.

    Browsers say where a request comes from, and a page cannot make them lie. Who is no browser
    says nothing, and has no cookie that it did not mean to send.

    Raises
    ------
    ForbiddenError
    """
    if request.method in SAFE_METHODS:
        return
    site = request.headers.get("sec-fetch-site")
    if site is not None and site not in {"same-origin", "none"}:
        raise ForbiddenError("The request comes from another site")
    origin = request.headers.get("origin")
    if origin is None:
        return
    ours = {request.headers.get("host", "")}
    if public_url:
        ours.add(urlsplit(public_url).netloc)
    if urlsplit(origin).netloc not in ours - {""}:
        raise ForbiddenError("The request comes from another site")
