"""Who wrote a report: shown with a reason, and told to the leader."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, StringConstraints

from app.api.callers import PartsOf, Reveals, SeesReveals, Transaction
from app.api.problems import problems
from app.api.shapes import LARGEST_ID, Body, Number, Words
from app.errors import UnavailableError
from app.permissions import scope_of
from app.report_shapes import DistrictName
from app.reveals import LONGEST_REASON, PAGE, SHOWN_FOR_S, reveal, reveals

router = APIRouter(prefix="/api/v1", tags=["privacy"])


class RevealBody(Body):
    """Why somebody has to know; the leader reads it."""

    reason: Annotated[Words, StringConstraints(max_length=LONGEST_REASON)]


class PersonView(BaseModel):
    """Who wrote, as Telegram has them."""

    name: str | None
    username: str | None
    telegram_id: int
    link: str


class RevealedView(BaseModel):
    """Who wrote; `person` is null where nobody is known (any more).

    Show it for `show_for_s` seconds and keep it nowhere.
    """

    number: str
    person: PersonView | None
    show_for_s: int


class RevealView(BaseModel):
    """Who was shown the citizen of which report, when and why."""

    id: int
    at: datetime
    number: str
    precinct: DistrictName | None
    login: str
    name: str
    reason: str
    found: bool


class RevealsView(BaseModel):
    """The newest first; `before` leads on."""

    reveals: list[RevealView]
    before: int | None


@router.post("/reports/{number}/reveal", responses=problems(401, 403, 404, 422, 429, 503))
async def reveal_reporter(
    number: Number, body: RevealBody, caller: Reveals, session: Transaction, parts: PartsOf
) -> RevealedView:
    """Show who wrote a report. It is written down with the reason, and the leader is told."""
    if parts.sealer is None:
        raise UnavailableError("There is no secret key, so nobody can be shown")
    found = (await reveal(session, parts.sealer, caller, number, body.reason)).details
    person = None
    if found is not None:
        username = found.get("username")
        known = found["chat_id"]
        person = PersonView(
            name=found.get("name"),
            username=username,
            telegram_id=known,
            link=f"https://t.me/{username}" if username else f"tg://user?id={known}",
        )
    return RevealedView(number=number, person=person, show_for_s=SHOWN_FOR_S)


@router.get("/reveals", responses=problems(401, 403, 422))
async def list_reveals(
    caller: SeesReveals,
    session: Transaction,
    parts: PartsOf,
    before: Annotated[int | None, Query(ge=1, le=LARGEST_ID)] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = PAGE,
) -> RevealsView:
    """List who was shown citizens, and why: of the caller's precinct, or of all."""
    found = await reveals(session, scope_of(caller), before, limit + 1)
    directory = await parts.directories.current_or_none(session)
    entries = directory.entries if directory else {}

    def named(code: str | None) -> DistrictName | None:
        if code is None:
            return None
        return DistrictName(code=code, name=entries[code].name if code in entries else {})

    shown = found[:limit]
    return RevealsView(
        reveals=[
            RevealView(
                id=each.id,
                at=each.at,
                number=each.number,
                precinct=named(each.precinct),
                login=each.login,
                name=each.name,
                reason=each.reason,
                found=each.found,
            )
            for each in shown
        ],
        before=shown[-1].id if len(found) > limit else None,
    )
