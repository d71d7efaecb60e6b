"""Logging in and out."""

from typing import Annotated

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, Field
from sqlalchemy.ext.asyncio import AsyncSession

from app.access import LIFETIME, LONGEST_LOGIN, Caller, log_in, log_out
from app.access_passwords import LONGEST
from app.api.callers import COOKIE, Cookie, PartsOf, Somebody, Transaction, address_of
from app.api.guards import refuse_other_sites
from app.api.parts import Parts
from app.api.problems import problems
from app.api.shapes import Body, Secret, Words
from app.models import StaffRole
from app.report_shapes import DistrictName, OfficerName

router = APIRouter(prefix="/api/v1", tags=["access"])


class LoginBody(Body):
    """A login and its password."""

    login: Annotated[Words, Field(min_length=1, max_length=LONGEST_LOGIN)]
    password: Annotated[Secret, Field(min_length=1, max_length=LONGEST)]


class SessionView(BaseModel):
    """Who is logged in."""

    login: str
    role: StaffRole
    name: str
    precinct: DistrictName | None
    officer: OfficerName | None


@router.post("/login", responses=problems(401, 403, 422, 429))
async def login(
    body: LoginBody, request: Request, response: Response, parts: PartsOf
) -> SessionView:
    """Open a session; its cookie is sent with the answer."""
    refuse_other_sites(request, parts.settings.public_url)
    caller, cookie = await log_in(
        parts.database,
        parts.passwords,
        body.login,
        body.password.get_secret_value(),
        address=address_of(request),
        former_cookie=request.cookies.get(COOKIE),
    )
    response.set_cookie(
        COOKIE,
        cookie,
        max_age=int(LIFETIME.total_seconds()),
        path="/",
        secure=is_https(parts),
        httponly=True,
        samesite="strict",
    )
    async with parts.database.transaction() as session:
        return await _view(session, parts, caller)


@router.post("/logout", status_code=204, responses=problems(401, 403))
async def logout(
    caller: Somebody, session: Transaction, response: Response, parts: PartsOf, _cookie: Cookie
) -> None:
    """End the session."""
    if caller.by_cookie:
        await log_out(session, caller.credential)
    response.delete_cookie(
        COOKIE, path="/", secure=is_https(parts), httponly=True, samesite="strict"
    )


@router.get("/session", responses=problems(401))
async def session_of(caller: Somebody, session: Transaction, parts: PartsOf) -> SessionView:
    """Return who is logged in."""
    return await _view(session, parts, caller)


def is_https(parts: Parts) -> bool:
    """Tell whether browsers reach us by https."""
    return (parts.settings.public_url or "").startswith("https:")


async def _view(session: AsyncSession, parts: Parts, caller: Caller) -> SessionView:
    precinct = None
    if caller.precinct is not None:
        directory = await parts.directories.current_or_none(session)
        entry = directory.entries.get(caller.precinct) if directory else None
        precinct = DistrictName(code=caller.precinct, name=entry.name if entry else {})
    officer = caller.officer
    return SessionView(
        login=caller.login,
        role=caller.role,
        name=caller.name,
        precinct=precinct,
        officer=OfficerName(code=officer.code, name=officer.name) if officer else None,
    )
