"""What the routes under /ogc keep in memory, made at first use."""

from dataclasses import dataclass, field
from typing import Any

from fastapi import FastAPI, Request
from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from starlette.responses import Response

from app.api.parts import Parts, parts
from app.ogc.answers import HTML, Link, open_headers, own_links, root_of, wants_html
from app.ogc.answers import answer as answer_data
from app.ogc.sources import SetStore
from app.ogc.words import WORDS, language_of
from app.tiles import TileStore
from app.web.files import HERE

_STATE = "ogc"
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline';"
    " img-src 'self' data: blob:; connect-src 'self'; worker-src 'self'; font-src 'self';"
    " frame-ancestors 'self'; base-uri 'none'; form-action 'self'"
)


@dataclass(frozen=True, slots=True)
class OgcState:
    """Boundary sets, tiles and templates of one application."""

    tiles: TileStore
    templates: Environment
    sets: SetStore = field(default_factory=SetStore)


def state_of(app: FastAPI) -> OgcState:
    """Return the state of an application."""
    found: OgcState | None = getattr(app.state, _STATE, None)
    if found is None:
        held: Parts = app.state.parts
        found = OgcState(
            tiles=TileStore(held.database),
            templates=Environment(
                loader=FileSystemLoader(HERE / "templates"),
                autoescape=select_autoescape(),
                undefined=StrictUndefined,
            ),
        )
        setattr(app.state, _STATE, found)
    return found


def words_of(request: Request) -> tuple[str, dict[str, str]]:
    """Return the language of an answer and its words."""
    language = language_of(request, parts(request).settings.languages)
    return language, WORDS[language]


def respond(
    request: Request,
    path: str,
    media_type: str,
    data: dict[str, Any],
    *,
    template: str,
    links: list[Link] | None = None,
    names: dict[str, Any] | None = None,
    headers: dict[str, str] | None = None,
) -> Response:
    """Answer with a document as data or as a page, whichever is wanted.

    Parameters
    ----------
    request : Request
    path : str
        Of the document, below the landing page.
    media_type : str
        Of the data.
    data : dict
    template : str
        Name of the page's template.
    links : list of Link, optional
        `links` of the document, behind `self` and `alternate`; None for a document without links.
    names : dict, optional
        What the template needs beside `data`.
    headers : dict, optional
    """
    html = wants_html(request, media_type)
    language, _ = words_of(request)
    if links is not None:
        data = data | {"links": own_links(request, path, media_type, html=html) + links}
    found = {"Content-Language": language} | (headers or {})
    if html:
        return page(request, template, (names or {}) | {"data": data}, path, headers=found)
    return answer_data(request, data, media_type, headers=found)


def page(
    request: Request,
    template: str,
    names: dict[str, Any],
    path: str,
    *,
    headers: dict[str, str] | None = None,
) -> Response:
    """Answer with an HTML page."""
    language, words = words_of(request)
    root = root_of(request)
    crumbs = [(words["home"], f"{root}/?f=html")]
    if path.startswith("/collections"):
        crumbs.append((words["collections"], f"{root}/collections?f=html"))
    text = (
        state_of(request.app)
        .templates.get_template(template)
        .render({"words": words, "language": language, "root": root, "crumbs": crumbs} | names)
    )
    found = open_headers(request) | {
        "Content-Language": language,
        "Content-Security-Policy": POLICY,
    }
    found |= headers or {}
    return Response(text, 200, found, HTML)
