"""Who is asking: GIS programs know a name and a password better than a bearer token."""

import base64
import binascii
from collections.abc import Awaitable, Callable
from typing import Annotated

from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials
from fastapi.security.utils import get_authorization_scheme_param

from app.access import Caller
from app.api.callers import Cookie, PartsOf, Transaction, address_of, identify
from app.errors import NotLoggedInError
from app.permissions import Action, demand


class GisLoginError(NotLoggedInError):
    """Log in: any name, and a staff token as the password."""

    challenge = 'Bearer realm="beatway", Basic realm="beatway", charset="UTF-8"'


async def _maybe(request: Request, session: Transaction, cookie: Cookie) -> Caller | None:
    scheme, value = get_authorization_scheme_param(request.headers.get("authorization"))
    token = _password(value) if scheme.lower() == "basic" else value
    said = HTTPAuthorizationCredentials(scheme="Bearer", credentials=token)
    known = scheme.lower() in {"basic", "bearer"} and token
    try:
        return await identify(request, session, cookie, said if known else None)
    except NotLoggedInError as error:
        raise GisLoginError(error.detail) from error


def _password(encoded: str) -> str:
    """Return the password of `Basic` credentials: a staff token, whatever the name is."""
    try:
        return base64.b64decode(encoded, validate=True).decode().partition(":")[2]
    except (binascii.Error, UnicodeDecodeError):
        return ""


def _open_to_all(purpose: str) -> Callable[..., Awaitable[Caller | None]]:
    async def check(
        request: Request, parts: PartsOf, caller: Annotated[Caller | None, Depends(_maybe)]
    ) -> Caller | None:
        if caller is None:
            await parts.rates.spend(purpose, address_of(request))
        return caller

    return check


async def _reader(caller: Annotated[Caller | None, Depends(_maybe)]) -> Caller:
    if caller is None:
        raise GisLoginError
    demand(caller, Action.SEE_BOUNDARIES)
    return caller


async def _editor(caller: Annotated[Caller | None, Depends(_maybe)]) -> Caller:
    if caller is None:
        raise GisLoginError
    demand(caller, Action.EDIT_BOUNDARIES)
    return caller


Anybody = Annotated[Caller | None, Depends(_open_to_all("ogc"))]
TileReader = Annotated[Caller | None, Depends(_open_to_all("tiles"))]
SeesBoundaries = Annotated[Caller, Depends(_reader)]
EditsBoundaries = Annotated[Caller, Depends(_editor)]
