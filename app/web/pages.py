"""The HTML pages and the headers that guard them."""

import base64
import hashlib
import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, partial
from urllib.parse import urlsplit

from fastapi import APIRouter, FastAPI, Request
from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from markupsafe import Markup
from starlette.responses import Response

from app.errors import NotFoundError
from app.web.files import HERE, STATIC, VENDOR, VersionedFiles, fingerprint
from app.web.modules import reached

router = APIRouter(include_in_schema=False)

_STATE = "web_pages"

STAFF_PAGES = {
    "/": "staff",
    "/abuse": "abuse",
    "/boundaries": "boundaries",
    "/desks": "desks",
    "/evidence": "evidence",
    "/gazetteer": "gazetteer",
    "/groups": "groups",
    "/overview": "overview",
    "/privacy": "privacy",
    "/reveals": "reveals",
    "/roster": "roster",
    "/services": "services",
    "/rules": "rules",
    "/subscriptions": "subscriptions",
    "/triage": "triage",
}
"""Address → template of each page for staff; what it may show is up to the API."""


@dataclass(frozen=True, slots=True)
class Page:
    """One HTML page, made once, with its headers."""

    body: bytes
    headers: dict[str, str] = field(default_factory=dict)

    def answer(self, request: Request) -> Response:
        """Send it, or only say that the browser's copy is still right."""
        if self.headers["ETag"] in request.headers.get("if-none-match", ""):
            return Response(status_code=304, headers=self.headers)
        return Response(self.body, headers=self.headers, media_type="text/html")


@dataclass(frozen=True, slots=True)
class Pages:
    """Everything that `mount` made for the routes below."""

    staff: Mapping[str, Page]
    demo: Page
    is_demo: Callable[[], Awaitable[bool]]


async def _never() -> bool:
    return False


def mount(
    app: FastAPI,
    *,
    languages: Sequence[str] = ("uk", "ru", "en"),
    timezone: str = "Europe/Kyiv",
    basemap_style_url: str | None = None,
    chat_url: str | None = None,
    is_demo: Callable[[], Awaitable[bool]] = _never,
) -> None:
    """Add the pages and their static files to an application.

    Parameters
    ----------
    app : FastAPI
    languages : Sequence[str]
        Those the page offers; the first is its default.
    timezone : str
        The city's; the page shows times in it wherever the device is.
    basemap_style_url : str, optional
        A MapLibre style elsewhere; its origin is then allowed in the security policy.
    chat_url : str, optional
        The chat simulator that `/demo` shows beside the map.
    is_demo : Callable[[], Awaitable[bool]]
        Asked at each request of `/demo`, which is there only in a demo database.
    """
    version = fingerprint(STATIC, VENDOR)
    base = f"/static/v-{version}"
    templates = _templates()
    vendor = f"{base}/vendor/maplibre-gl/maplibre-gl.mjs"
    import_map = json.dumps({"imports": {"maplibre-gl": vendor}})
    names: dict[str, object] = {
        "base": base,
        "modules": partial(reached, STATIC),
        # Made here from our own constants; escaping quotes would break the JSON.
        "import_map": Markup(import_map),  # noqa: S704
        "languages": languages,
        "timezone": timezone,
        "chat_url": chat_url,
    }
    style_origin = _origin(basemap_style_url)
    policy = _policy(import_map, elsewhere=style_origin)
    demo_policy = _policy(import_map, frames=("'self'", *_listed(_origin(chat_url))))
    pages = Pages(
        staff={
            path: _page(templates.get_template(f"{name}.html").render(names), policy)
            for path, name in STAFF_PAGES.items()
        },
        demo=_page(templates.get_template("demo.html").render(names), demo_policy),
        is_demo=is_demo,
    )
    setattr(app.state, _STATE, pages)
    app.mount("/static", VersionedFiles(version), name="static")
    app.include_router(router)


@cache
def _templates() -> Environment:
    """Return what compiles each template once."""
    return Environment(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=select_autoescape(),
        undefined=StrictUndefined,
    )


async def staff(request: Request) -> Response:
    """Answer with a page for staff."""
    return _pages(request).staff[request.scope["route"].path].answer(request)


for _path, _name in STAFF_PAGES.items():
    router.add_api_route(_path, staff, methods=["GET"], name=_name)


@router.get("/demo")
async def demo(request: Request) -> Response:
    """Answer with the chat simulator beside the map, in a demo database only."""
    pages = _pages(request)
    if not await pages.is_demo():
        raise NotFoundError
    return pages.demo.answer(request)


def _pages(request: Request) -> Pages:
    pages: Pages = getattr(request.app.state, _STATE)
    return pages


def _page(html: str, policy: str) -> Page:
    body = html.encode()
    tag = hashlib.sha256(body + policy.encode()).hexdigest()[:20]
    return Page(
        body,
        {
            "Cache-Control": "no-cache",
            "Content-Security-Policy": policy,
            "Cross-Origin-Opener-Policy": "same-origin",
            "ETag": f'"{tag}"',
            "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=()",
            # Not `no-referrer`: that would blank the Origin that the API checks.
            "Referrer-Policy": "same-origin",
            "X-Content-Type-Options": "nosniff",
        },
    )


def _policy(import_map: str, *, elsewhere: str | None = None, frames: Sequence[str] = ()) -> str:
    # An import map cannot be a file of its own, so its text is allowed by hash.
    digest = base64.b64encode(hashlib.sha256(import_map.encode()).digest()).decode()
    also = _listed(elsewhere)
    directives = {
        "default-src": ["'none'"],
        "script-src": ["'self'", f"'sha256-{digest}'"],
        "style-src": ["'self'"],
        "img-src": ["'self'", "data:", "blob:", *also],
        "media-src": ["'self'", "blob:"],
        "worker-src": ["'self'"],
        "connect-src": ["'self'", *also],
        "font-src": ["'self'"],
        "frame-src": list(frames) or ["'none'"],
        "frame-ancestors": ["'self'"],
        "base-uri": ["'self'"],
        "form-action": ["'self'"],
    }
    return "; ".join(f"{name} {' '.join(values)}" for name, values in directives.items())


def _listed(origin: str | None) -> tuple[str, ...]:
    return (origin,) if origin else ()


def _origin(url: str | None) -> str | None:
    if not url:
        return None
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"
