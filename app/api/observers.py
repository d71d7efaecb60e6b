"""What those who only read along are there for, as an admin says."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Path
from pydantic import BaseModel

from app import watching
from app.api.callers import EditsObservers, PartsOf, Transaction
from app.api.problems import problems
from app.api.shapes import Body, Code, ShortText
from app.api.subscriptions import Codes, check_codes

router = APIRouter(
    prefix="/api/v1/observers", tags=["subscriptions"], responses=problems(401, 403, 503)
)

Login = Annotated[ShortText, Path(description="An observer's login", max_length=100)]


class ScopeBody(Body):
    """What an observer sees; null is all of them."""

    categories: Codes
    districts: Codes


class ObserverView(BaseModel):
    """Somebody who reads along; until something is assigned they see nothing."""

    login: str
    name: str
    precinct: Code | None
    active: bool
    assigned: bool
    categories: list[str] | None
    districts: list[str] | None
    set_by: str | None
    set_at: datetime | None


class ObserversView(BaseModel):
    """All of them, by login."""

    observers: list[ObserverView]


@router.get("")
async def observers(_: EditsObservers, session: Transaction) -> ObserversView:
    """List who reads along, and what each is there for."""
    return ObserversView(
        observers=[
            ObserverView(
                login=each.login,
                name=each.name,
                precinct=each.precinct,
                active=each.active,
                assigned=each.assigned is not None,
                categories=each.assigned.categories if each.assigned else [],
                districts=each.assigned.districts if each.assigned else [],
                set_by=each.assigned.set_by if each.assigned else None,
                set_at=each.assigned.set_at if each.assigned else None,
            )
            for each in await watching.observers(session)
        ]
    )


@router.put("/{login}/scope", status_code=204, responses=problems(404, 422))
async def assign(
    login: Login, body: ScopeBody, caller: EditsObservers, session: Transaction, parts: PartsOf
) -> None:
    """Say what an observer sees, from their next request on."""
    await check_codes(session, parts, body.categories, body.districts)
    await watching.assign(session, login, body.categories, body.districts, caller.login)


@router.delete("/{login}/scope", status_code=204, responses=problems(404, 422))
async def take_away(login: Login, _: EditsObservers, session: Transaction) -> None:
    """Let an observer see nothing."""
    await watching.take_away(session, login)
