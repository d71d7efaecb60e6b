"""Where Telegram delivers updates."""

import json
import secrets
from typing import Annotated

from fastapi import APIRouter, Header, Request
from pydantic import BaseModel

from app.api.callers import PartsOf, Transaction
from app.api.problems import problems
from app.errors import BadRequestError, ForbiddenError, NotLoggedInError, UnavailableError
from app.inbox import store

router = APIRouter(tags=["telegram"])


class Stored(BaseModel):
    """The update is kept."""

    ok: bool = True


@router.post(
    "/telegram/webhook",
    responses=problems(400, 401, 403, 413, 503),
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {"application/json": {"schema": {"type": "object"}}},
        }
    },
)
async def webhook(
    request: Request,
    session: Transaction,
    parts: PartsOf,
    secret: Annotated[str | None, Header(alias="X-Telegram-Bot-Api-Secret-Token")] = None,
) -> Stored:
    """Store an update; the answer comes after it is committed."""
    if secret is None:
        raise NotLoggedInError("The secret token is missing")
    expected = parts.settings.webhook_secret
    if expected is None or not secrets.compare_digest(
        secret.encode(errors="replace"), expected.get_secret_value().encode()
    ):
        raise ForbiddenError("The secret token is wrong")
    if parts.sealer is None:
        raise UnavailableError("BEATWAY_SECRET_KEY is not set, so updates cannot be kept")
    try:
        update = json.loads(await request.body())
    except (ValueError, RecursionError):
        raise BadRequestError("The body is not JSON") from None
    if not isinstance(update, dict):
        raise BadRequestError("This is no Telegram update: it is no JSON object")
    try:
        await store(session, parts.sealer, update)
    except UnicodeEncodeError:
        raise BadRequestError("The body has a character that is no text") from None
    return Stored()
