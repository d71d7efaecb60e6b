"""Who comes on duty and goes off, with one tap."""

from datetime import datetime

from fastapi import APIRouter
from pydantic import BaseModel
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app import roster
from app.access import Caller
from app.api.callers import COUNTS_ALL, PartsOf, SeesRoster, Transaction
from app.api.problems import problems
from app.api.shapes import Code
from app.context import UseCases
from app.cover import Duty
from app.errors import InvalidError, NotFoundError
from app.models import Officer, StaffRole
from app.permissions import Action, demand, scope_of
from app.report_shapes import OfficerName
from app.staffing import duty, open_reports

router = APIRouter(prefix="/api/v1", tags=["roster"], responses=problems(401, 403, 404, 409, 422))


class DutyView(BaseModel):
    """Whether an officer is on duty, and until when that holds by the plan."""

    officer: OfficerName
    duty: Duty
    until: datetime | None
    open_reports: int


class DutyChange(BaseModel):
    """Come on duty or go off; whoever keeps the roster names the officer."""

    on_duty: bool
    officer: Code | None = None


class DutyChanged(DutyView):
    """The same, and the reports that found another owner by it."""

    handed: list[str]


@router.get("/duty", dependencies=[COUNTS_ALL])
async def my_duty(
    caller: SeesRoster, session: Transaction, parts: PartsOf, officer: Code | None = None
) -> DutyView:
    """Tell whether an officer is on duty: the caller by default."""
    found = await _officer(session, caller, officer)
    return DutyView(**await _state(session, parts.context, found))


@router.post("/duty", responses=problems(503))
async def change_duty(
    change: DutyChange, caller: SeesRoster, session: Transaction, parts: PartsOf
) -> DutyChanged:
    """Come on duty or go off; doing it twice changes nothing."""
    found = await _officer(session, caller, change.officer)
    if found.id != caller.officer_id:
        demand(caller, Action.EDIT_ROSTER)
    seen = await roster.tap(session, parts.context, caller.login, found, on=change.on_duty)
    return DutyChanged(
        **await _state(session, parts.context, found),
        handed=[report.number for report in seen.handed],
    )


async def _officer(session: AsyncSession, caller: Caller, code: str | None) -> Officer:
    if code is None:
        if caller.officer_id is None:
            raise InvalidError("Name the officer: this login is none")
        return await session.get_one(Officer, caller.officer_id)
    found = await roster.find_officer(session, code)
    scope = scope_of(caller)
    if caller.role is not StaffRole.ADMIN and not scope.allows(found.precinct_code):
        message = f"There is no officer {code}"
        raise NotFoundError(message)
    return found


async def _state(session: AsyncSession, context: UseCases, officer: Officer) -> dict[str, object]:
    now = context.clock()
    row = (
        await session.execute(select(duty(now), open_reports()).where(Officer.id == officer.id))
    ).one()
    return {
        "officer": OfficerName(code=officer.code, name=officer.name),
        "duty": Duty(row[0]),
        "until": await roster.until_when(session, officer, now),
        "open_reports": row[1],
    }
