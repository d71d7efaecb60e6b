"""Showing who a citizen is: with a reason, seldom, and so that the leader sees it."""

import math
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select, text, true
from sqlalchemy.ext.asyncio import AsyncSession

from app.access import Caller
from app.cover import CITY_DESK
from app.errors import ForbiddenError, InvalidError, NotFoundError, TooManyRequestsError
from app.identity import Sealer
from app.models import IdentityReveal, Report
from app.permissions import Scope
from app.staff_notices import tell_leaders

KIND = "reveal"
# So many for one person within so long.
MOST, WITHIN = 10, timedelta(hours=1)
# How long the page shows it.
SHOWN_FOR_S = 300
LEAST_REASON, LONGEST_REASON = 10, 500
# "aaaaaaaaaa" is no reason.
LEAST_LETTERS = 4
PAGE = 50

_REVEAL = text("SELECT * FROM reveal_identity(:number, :why, :most, :within)")


class ReasonError(InvalidError):
    """Say why in at least ten characters: your leader reads it."""

    code = "reason-needed"


class TooManyRevealsError(TooManyRequestsError):
    """You were shown too many citizens within an hour."""

    code = "too-many-reveals"


@dataclass(frozen=True, slots=True)
class Revealed:
    """Who wrote.

    Attributes
    ----------
    details : dict or None
        ``chat_id``, ``name``, ``username`` where known; None where nobody is known any more.
    """

    details: dict[str, Any] | None


def checked_reason(reason: str) -> str:
    """Return a reason that tells something.

    Raises
    ------
    ReasonError
    """
    reason = " ".join(reason.split())
    letters = {letter for letter in reason.casefold() if letter.isalnum()}
    if len(reason) < LEAST_REASON or len(letters) < LEAST_LETTERS:
        raise ReasonError
    return reason


async def reveal(
    session: AsyncSession, sealer: Sealer, caller: Caller, number: str, reason: str
) -> Revealed:
    """Return who wrote a report; that somebody asked is written down in the same transaction.

    The database writes it and then gives what is sealed, to no one else and by no other way.

    Raises
    ------
    ReasonError, ForbiddenError, NotFoundError, TooManyRevealsError
    """
    reason = checked_reason(reason)
    row = (
        await session.execute(
            _REVEAL, {"number": number, "why": reason, "most": MOST, "within": WITHIN}
        )
    ).one()
    match row.outcome:
        case "forbidden":
            raise ForbiddenError("Your role is not shown who wrote")
        case "no_reason":
            raise ReasonError
        case "no_report":
            message = f"There is no report {number}"
            raise NotFoundError(message)
        case "too_many":
            wait = row.retry_at - datetime.now(row.retry_at.tzinfo)
            raise TooManyRevealsError(retry_after_s=max(1, math.ceil(wait.total_seconds())))
    precinct = (
        await session.execute(select(Report.precinct_code).where(Report.number == number))
    ).scalar()
    await tell_leaders(
        session,
        precinct or CITY_DESK,
        KIND,
        f"reveal:{row.reveal_id}",
        {"number": number, "name": caller.name, "login": caller.login, "reason": reason},
    )
    return Revealed(sealer.unseal(bytes(row.sealed)) if row.sealed is not None else None)


@dataclass(frozen=True, slots=True)
class RevealLine:
    """Who was shown the citizen of which report, when and why."""

    id: int
    at: datetime
    number: str
    precinct: str | None
    login: str
    name: str
    reason: str
    found: bool


async def reveals(
    session: AsyncSession, scope: Scope, before: int | None, limit: int = PAGE
) -> list[RevealLine]:
    """Return what leaders see, the newest first."""
    mine = true() if scope.precinct is None else IdentityReveal.precinct_code == scope.precinct
    query = (
        select(IdentityReveal, Report.number)
        .join(Report, Report.id == IdentityReveal.report_id)
        .where(mine)
        .order_by(IdentityReveal.id.desc())
        .limit(limit)
    )
    if before is not None:
        query = query.where(IdentityReveal.id < before)
    return [
        RevealLine(
            id=each.id,
            at=each.at,
            number=number,
            precinct=each.precinct_code,
            login=each.login,
            name=each.name,
            reason=each.reason,
            found=each.found,
        )
        for each, number in await session.execute(query)
    ]
