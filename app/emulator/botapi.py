"""The Bot API over HTTP: from a request to Telegram's answer, or to a fault."""

import asyncio
import hmac
import logging
import mimetypes
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from app.emulator import calls, files
from app.emulator.core import Emulator
from app.emulator.errors import BotApiError, forbidden, too_many_requests
from app.emulator.faults import Fault
from app.emulator.methods import METHODS
from app.emulator.params import Params, read_params
from app.emulator.polling import get_updates

_POLL = "getUpdates"
_log = logging.getLogger(__name__)


async def call(request: Request) -> Response:
    """Answer ``/bot<token>/<method>``."""
    emulator: Emulator = request.app.state.emulator
    try:
        _check_token(emulator, request.path_params["token"])
        name, params = await _read(request)
    except BotApiError as error:
        return _answer(error)
    chat_id = params.integer("chat_id")
    fault = emulator.faults.meet(name, chat_id)
    if fault is not None and fault.kind == "delay":
        await asyncio.sleep(fault.seconds)
    if fault is not None and fault.kind == "drop_before":
        _note(emulator, name, params, 0, fault, answered=False)
        return await _drop(emulator, request)
    try:
        if fault is not None:
            _refuse(fault)
        if name == _POLL:
            result: Any = await get_updates(emulator, params, request.receive)
            _note(emulator, name, params, 200, fault)
        else:
            with emulator.storage.transaction():
                result = METHODS[name.lower()][1](emulator, params)
                _note(emulator, name, params, 200, fault, result=result)
    except BotApiError as error:
        _note(emulator, name, params, error.code, fault, description=error.description)
        return _answer(error)
    except Exception:  # noqa: BLE001 - Telegram answers JSON whatever has happened
        _log.exception("%s failed", name)
        return _answer(BotApiError(500, "Internal Server Error"))
    if fault is not None and fault.kind == "drop_after":
        return await _drop(emulator, request)
    return JSONResponse({"ok": True, "result": result})


async def download(request: Request) -> Response:
    """Answer ``/file/bot<token>/<path>``."""
    emulator: Emulator = request.app.state.emulator
    try:
        _check_token(emulator, request.path_params["token"])
    except BotApiError as error:
        return _answer(error)
    path = request.path_params["path"]
    fault = emulator.faults.meet("file", None)
    if fault is not None and fault.kind.startswith("drop"):
        return await _drop(emulator, request)
    content = files.content_by_path(emulator, path)
    if content is None:
        return _answer(BotApiError(404, "Not Found"))
    kind = mimetypes.guess_type(path)[0] or "application/octet-stream"
    return Response(content, media_type=kind)


def _check_token(emulator: Emulator, token: str) -> None:
    if not hmac.compare_digest(token.encode(), emulator.config.token.encode()):
        raise BotApiError(401, "Unauthorized")


async def _read(request: Request) -> tuple[str, Params]:
    asked = request.path_params["method"].lower()
    if asked == _POLL.lower():
        name = _POLL
    elif asked in METHODS:
        name = METHODS[asked][0]
    else:
        raise BotApiError(404, "Not Found")
    return name, await read_params(request)


def _refuse(fault: Fault) -> None:
    if fault.kind == "too_many_requests":
        raise too_many_requests(fault.retry_after)
    if fault.kind == "blocked":
        raise forbidden("bot was blocked by the user")
    if fault.kind == "server_error":
        words = {500: "Internal Server Error", 503: "Service Unavailable", 504: "Gateway Timeout"}
        raise BotApiError(fault.status, words.get(fault.status, "Bad Gateway"))


def _note(
    emulator: Emulator,
    name: str,
    params: Params,
    status: int,
    fault: Fault | None,
    *,
    description: str | None = None,
    result: Any = None,
    answered: bool | None = None,
) -> None:
    message_id = result.get("message_id") if isinstance(result, dict) else None
    if answered is None:
        answered = fault is None or fault.kind != "drop_after" or status != 200  # noqa: PLR2004 - OK
    calls.note(
        emulator,
        name,
        params.integer("chat_id"),
        params.shown(),
        status=status,
        description=description,
        message_id=message_id,
        fault=fault.kind if fault is not None else None,
        answered=answered,
    )


def _answer(error: BotApiError) -> Response:
    headers = {}
    if error.parameters and "retry_after" in error.parameters:
        headers["Retry-After"] = str(error.parameters["retry_after"])
    return JSONResponse(error.as_dict(), status_code=error.code, headers=headers)


async def _drop(emulator: Emulator, request: Request) -> Response:
    await emulator.connections.drop(request.client)
    # Nobody hears this any more.
    return Response(status_code=500)
