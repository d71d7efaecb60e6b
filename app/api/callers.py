"""Dependencies of the routes: the transaction, who is asking, and whether they may."""

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Annotated

from fastapi import Depends, Request, Security
from fastapi.security import APIKeyCookie, HTTPAuthorizationCredentials, HTTPBearer
from sqlalchemy.ext.asyncio import AsyncSession

from app.access import Caller, by_cookie, by_token
from app.access_throttle import network_of
from app.api.guards import SAFE_METHODS, refuse_other_sites
from app.api.parts import Parts, parts
from app.claims import speak_for
from app.errors import NotLoggedInError
from app.permissions import Action, claim_of, demand

COOKIE = "beatway_session"

_cookie = APIKeyCookie(name=COOKIE, auto_error=False, description="The session of `login`")
_bearer = HTTPBearer(auto_error=False, description="A token of `beatway staff token`")

PartsOf = Annotated[Parts, Depends(parts)]


async def _transaction(parts: PartsOf) -> AsyncIterator[AsyncSession]:
    async with parts.database.transaction() as session:
        yield session


# Of the function's scope: committed before the first byte of the answer is sent.
Transaction = Annotated[AsyncSession, Depends(_transaction, scope="function")]

Cookie = Annotated[str | None, Security(_cookie)]
Bearer = Annotated[HTTPAuthorizationCredentials | None, Security(_bearer)]


def address_of(request: Request) -> str:
    """Return what counts as the address a request comes from."""
    return network_of(request.client.host if request.client else None)


async def identify(
    request: Request,
    session: AsyncSession,
    cookie: str | None,
    bearer: HTTPAuthorizationCredentials | None,
) -> Caller | None:
    """Find out who is asking.

    Returns
    -------
    Caller or None
        None when nobody says who they are, or a cookie is no longer good.

    Raises
    ------
    NotLoggedInError
        For a token that is not good: whoever sends one means it.
    ForbiddenError
        For a change that another site made a browser ask for.
    """
    if "authorization" in request.headers:
        caller = await by_token(session, bearer.credentials) if bearer else None
        if caller is None:
            raise NotLoggedInError("The token is not valid")
        await _speak_for(request, session, caller)
        return caller
    if not cookie:
        return None
    caller = await by_cookie(session, cookie)
    if caller is not None:
        refuse_other_sites(request, parts(request).settings.public_url)
        await _speak_for(request, session, caller)
    return caller


async def _speak_for(request: Request, session: AsyncSession, caller: Caller) -> None:
    changes = request.method not in SAFE_METHODS
    await speak_for(session, claim_of(caller, wide=changes))


async def _maybe(
    request: Request, session: Transaction, cookie: Cookie, bearer: Bearer
) -> Caller | None:
    return await identify(request, session, cookie, bearer)


async def _somebody(caller: Annotated[Caller | None, Depends(_maybe)]) -> Caller:
    if caller is None:
        raise NotLoggedInError
    return caller


Anybody = Annotated[Caller | None, Depends(_maybe)]
Somebody = Annotated[Caller, Depends(_somebody)]

Check = Callable[..., Awaitable[Caller]]


def allowed(action: Action) -> Check:
    """Make the dependency of a route that only some roles may use."""

    async def check(caller: Somebody) -> Caller:
        demand(caller, action)
        return caller

    return check


async def _see_all(caller: Somebody, session: Transaction) -> None:
    await speak_for(session, claim_of(caller, wide=True))


# Of a route that only reads, but has to count what is not only the caller's.
COUNTS_ALL = Depends(_see_all)


def allowed_for_long(action: Action) -> Check:
    """Make the same for a route that goes on after its transaction, over the network."""

    async def check(request: Request, parts: PartsOf, cookie: Cookie, bearer: Bearer) -> Caller:
        async with parts.database.transaction() as session:
            caller = await identify(request, session, cookie, bearer)
        if caller is None:
            raise NotLoggedInError
        demand(caller, action)
        return caller

    return check


SeesDistricts = Annotated[Caller, Depends(allowed(Action.SEE_DISTRICTS))]
SeesReports = Annotated[Caller, Depends(allowed(Action.SEE_REPORTS))]
SeesRoster = Annotated[Caller, Depends(allowed(Action.SEE_ROSTER))]
EditsRoster = Annotated[Caller, Depends(allowed(Action.EDIT_ROSTER))]
Registers = Annotated[Caller, Depends(allowed(Action.REGISTER))]
Works = Annotated[Caller, Depends(allowed(Action.WORK))]
Replies = Annotated[Caller, Depends(allowed(Action.REPLY))]
Places = Annotated[Caller, Depends(allowed(Action.PLACE))]
Assigns = Annotated[Caller, Depends(allowed(Action.ASSIGN))]
SeesDeadLetters = Annotated[Caller, Depends(allowed(Action.SEE_DEAD_LETTERS))]
SeesBoundaries = Annotated[Caller, Depends(allowed(Action.SEE_BOUNDARIES))]
EditsBoundaries = Annotated[Caller, Depends(allowed(Action.EDIT_BOUNDARIES))]
ApprovesBoundaries = Annotated[Caller, Depends(allowed(Action.APPROVE_BOUNDARIES))]
SeesNotices = Annotated[Caller, Depends(allowed(Action.SEE_NOTICES))]
SeesGazetteer = Annotated[Caller, Depends(allowed(Action.SEE_GAZETTEER))]
EditsGazetteer = Annotated[Caller, Depends(allowed(Action.EDIT_GAZETTEER))]
SeesOverview = Annotated[Caller, Depends(allowed(Action.SEE_OVERVIEW))]
SeesStats = Annotated[Caller, Depends(allowed(Action.SEE_STATS))]
SeesOwnStats = Annotated[Caller, Depends(allowed(Action.SEE_OWN_STATS))]
EditsDeadlines = Annotated[Caller, Depends(allowed(Action.EDIT_DEADLINES))]
SeesGroups = Annotated[Caller, Depends(allowed(Action.SEE_GROUPS))]
LinksGroups = Annotated[Caller, Depends(allowed(Action.LINK_GROUPS))]
LinksDesks = Annotated[Caller, Depends(allowed(Action.LINK_DESKS))]
SeesTriage = Annotated[Caller, Depends(allowed(Action.SEE_TRIAGE))]
EditsTriage = Annotated[Caller, Depends(allowed(Action.EDIT_TRIAGE))]
SeesServices = Annotated[Caller, Depends(allowed(Action.SEE_SERVICES))]
EditsServices = Annotated[Caller, Depends(allowed(Action.EDIT_SERVICES))]
SeesConduct = Annotated[Caller, Depends(allowed(Action.SEE_CONDUCT))]
SeesDispatchRules = Annotated[Caller, Depends(allowed(Action.SEE_DISPATCH_RULES))]
EditsDispatchRules = Annotated[Caller, Depends(allowed(Action.EDIT_DISPATCH_RULES))]
SeesKeeping = Annotated[Caller, Depends(allowed(Action.SEE_KEEPING))]
EditsKeeping = Annotated[Caller, Depends(allowed(Action.EDIT_KEEPING))]
Holds = Annotated[Caller, Depends(allowed(Action.HOLD))]
ExportsData = Annotated[Caller, Depends(allowed(Action.EXPORT_PERSONAL_DATA))]
SeesAudit = Annotated[Caller, Depends(allowed(Action.SEE_AUDIT))]
Merges = Annotated[Caller, Depends(allowed(Action.MERGE))]
SeesHandovers = Annotated[Caller, Depends(allowed(Action.SEE_HANDOVERS))]
Reveals = Annotated[Caller, Depends(allowed(Action.REVEAL))]
SeesReveals = Annotated[Caller, Depends(allowed(Action.SEE_REVEALS))]
SitsAtDesk = Annotated[Caller, Depends(allowed(Action.SIT_AT_DESK))]
Subscribes = Annotated[Caller, Depends(allowed(Action.SUBSCRIBE))]
Publishes = Annotated[Caller, Depends(allowed(Action.PUBLISH))]
EditsObservers = Annotated[Caller, Depends(allowed(Action.EDIT_OBSERVERS))]
