"""What staff published, for everybody: an Atom index and CAP 1.2 messages."""

import hashlib
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from typing import Annotated, Any

from fastapi import APIRouter, Path, Request, Response

from app import alerts
from app.api.callers import PartsOf, address_of
from app.api.parts import Parts
from app.api.problems import problems
from app.cap import ATOM_TYPE, CAP_TYPE, alert_xml, feed_xml

router = APIRouter(tags=["alerts"], responses=problems(404, 429, 503))

FEED_AGE_S, MESSAGE_AGE_S = 30, 3600


def _xml(description: str, kind: str) -> dict[int | str, dict[str, Any]]:
    shown: dict[str, Any] = {
        "description": description,
        "content": {kind: {"schema": {"type": "string"}}},
    }
    return {200: shown, 304: {"description": "Not changed since"}}


@router.get("/cap", response_class=Response, responses=_xml("The index", ATOM_TYPE))
async def index(request: Request, parts: PartsOf) -> Response:
    """Return the index of what is published now; nothing is by default."""
    await parts.rates.spend("cap", address_of(request))
    async with parts.database.transaction() as session:
        found = await alerts.feed(session, parts.context.clock())
    name = parts.settings.cap_sender_name
    body = feed_xml(
        [alerts.alert_of(row) for row in found.alerts],
        found.updated,
        f"{name}: CAP 1.2",
        name,
        _base(request, parts),
    )
    return _answer(request, body, found.updated, ATOM_TYPE, FEED_AGE_S)


@router.get(
    "/cap/{identifier}.xml", response_class=Response, responses=_xml("The message", CAP_TYPE)
)
async def message(
    identifier: Annotated[str, Path(max_length=80, pattern=r"^[0-9A-Za-z-]+$")],
    request: Request,
    parts: PartsOf,
) -> Response:
    """Return one message; it never changes, and stays when it is over."""
    await parts.rates.spend("cap", address_of(request))
    async with parts.database.transaction() as session:
        row = await alerts.one(session, identifier)
    web = f"{_base(request, parts)}/cap/{identifier}.xml"
    body = alert_xml(alerts.alert_of(row), parts.context.timezone, web)
    return _answer(request, body, row.sent_at, CAP_TYPE, MESSAGE_AGE_S)


def _base(request: Request, parts: Parts) -> str:
    return parts.settings.public_url or str(request.base_url).rstrip("/")


def _answer(request: Request, body: bytes, changed: datetime, kind: str, age_s: int) -> Response:
    tag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    headers = {
        "ETag": tag,
        "Last-Modified": format_datetime(changed.astimezone(UTC), usegmt=True),
        "Cache-Control": f"public, max-age={age_s}",
        # Whoever shows warnings on another page may read them from there.
        "Access-Control-Allow-Origin": "*",
    }
    if _is_fresh(request, tag, changed):
        return Response(status_code=304, headers=headers)
    return Response(body, headers=headers, media_type=f"{kind}; charset=utf-8")


def _is_fresh(request: Request, tag: str, changed: datetime) -> bool:
    known = request.headers.get("if-none-match")
    if known is not None:
        tags = {each.strip().removeprefix("W/") for each in known.split(",")}
        return tag in tags or "*" in tags
    since = request.headers.get("if-modified-since")
    if since is None:
        return False
    try:
        at = parsedate_to_datetime(since)
    except ValueError:
        return False
    return at.tzinfo is not None and changed <= at
