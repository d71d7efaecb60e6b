"""Errors as problem documents (RFC 9457): the one place where they become answers."""

import logging
from collections.abc import Awaitable, Callable
from http import HTTPStatus
from typing import Any

import psycopg
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, Response

from app.errors import BeatwayError, NotLoggedInError, TooLargeError, TooManyRequestsError
from geo.coordinates import CoordinateError

log = logging.getLogger(__name__)

MEDIA_TYPE = "application/problem+json"
TYPE = "urn:beatway:problem:"


class Field(BaseModel):
    """A part of the request that is wrong."""

    field: str
    detail: str


class Problem(BaseModel):
    """What went wrong (RFC 9457)."""

    model_config = {"extra": "allow"}

    type: str
    title: str
    status: int
    detail: str
    instance: str
    code: str
    errors: list[Field] | None = None


class ProblemResponse(JSONResponse):
    """A problem document."""

    media_type = MEDIA_TYPE


def problem(
    instance: str,
    status: int,
    code: str,
    detail: str,
    extra: dict[str, Any] | None = None,
    headers: dict[str, str] | None = None,
) -> Response:
    """Make a problem document."""
    return ProblemResponse(
        {
            **(extra or {}),
            "type": TYPE + code,
            "title": HTTPStatus(status).phrase,
            "status": status,
            "detail": detail,
            "instance": instance,
            "code": code,
        },
        status_code=status,
        headers={
            "Cache-Control": "no-store",
            "X-Content-Type-Options": "nosniff",
            **(headers or {}),
        },
    )


async def _ours(request: Request, error: BeatwayError) -> Response:
    headers = {}
    if isinstance(error, TooManyRequestsError):
        headers["Retry-After"] = str(error.retry_after_s)
    if isinstance(error, NotLoggedInError):
        headers["WWW-Authenticate"] = error.challenge
    return problem(request.url.path, error.status, error.code, error.detail, error.extra, headers)


async def _coordinates(request: Request, error: CoordinateError) -> Response:
    code = "coordinates-" + error.code.replace("_", "-")
    return problem(request.url.path, 422, code, str(error), {"fault": error.code})


async def _invalid(request: Request, error: RequestValidationError) -> Response:
    # Without what was sent: it may be a password, or no text that could be sent back.
    fields = [
        {
            "field": ".".join(str(part) for part in fault["loc"]).encode(errors="replace").decode(),
            "detail": str(fault["msg"]).encode(errors="replace").decode(),
        }
        for fault in error.errors()
    ]
    detail = "; ".join(f"{field['field']}: {field['detail']}" for field in fields)
    return problem(request.url.path, 422, "invalid", detail, {"errors": fields})


async def _http(request: Request, error: HTTPException) -> Response:
    phrase = HTTPStatus(error.status_code).phrase
    too_large = error.status_code == TooLargeError.status
    return problem(
        request.url.path,
        error.status_code,
        TooLargeError.code if too_large else phrase.lower().replace(" ", "-").replace("'", ""),
        str(error.detail),
        headers=dict(error.headers or {}),
    )


async def _no_database(request: Request, error: Exception) -> Response:
    log.error("The database did not answer %s: %s", request.url.path, error)
    return problem(
        request.url.path,
        503,
        "unavailable",
        "The database does not answer; try again in a moment",
        headers={"Retry-After": "5"},
    )


async def _unforeseen(request: Request, _error: Exception) -> Response:
    # The server logs it with its traceback; a client learns nothing of our insides.
    return problem(request.url.path, 500, "internal-error", "Something went wrong on our side")


def install(app: FastAPI) -> None:
    """Answer every error with a problem document."""
    handlers: dict[type[Exception], Callable[[Request, Any], Awaitable[Response]]] = {
        BeatwayError: _ours,
        CoordinateError: _coordinates,
        RequestValidationError: _invalid,
        HTTPException: _http,
        OperationalError: _no_database,
        InterfaceError: _no_database,
        PoolTimeoutError: _no_database,
        psycopg.OperationalError: _no_database,
        Exception: _unforeseen,
    }
    for kind, handler in handlers.items():
        app.add_exception_handler(kind, handler)


def problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Document which problems a route answers with."""
    return {
        status: {"model": Problem, "description": HTTPStatus(status).phrase} for status in statuses
    }


STAFF = problems(401, 403, 404, 422)


def documented(schema: dict[str, Any]) -> dict[str, Any]:
    """Tell the truth in OpenAPI: every error is a problem document, under its own media type."""
    reference = {"$ref": "#/components/schemas/Problem"}
    content = {MEDIA_TYPE: {"schema": reference}}
    for path in schema["paths"].values():
        for operation in path.values():
            responses = operation["responses"]
            if "requestBody" in operation:
                for status in (HTTPStatus.BAD_REQUEST, HTTPStatus.REQUEST_ENTITY_TOO_LARGE):
                    responses.setdefault(str(status.value), {"description": status.phrase})
            for status, response in responses.items():
                if status >= "400":
                    response["content"] = content
            responses.setdefault("default", {"description": "Any other error", "content": content})
    schemas = schema["components"]["schemas"]
    for unused in ("HTTPValidationError", "ValidationError"):
        schemas.pop(unused, None)
    return schema
