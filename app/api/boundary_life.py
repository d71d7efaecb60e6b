"""The steps of a boundary set: proposed, approved, in force now or at a set time, and back."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Path, Response
from pydantic import AwareDatetime

from app.api.boundary_sets import IfMatch, SetId, revision_of, set_view
from app.api.boundary_shapes import SetLineView
from app.api.callers import ApprovesBoundaries, EditsBoundaries, PartsOf, Transaction
from app.api.problems import problems
from app.api.shapes import Body
from app.boundaries import activate as put_in_force
from app.boundary_rebase import rebase as carry_over
from app.boundary_review import approve as approve_set
from app.boundary_review import propose as propose_set
from app.boundary_review import withdraw as withdraw_set
from app.boundary_schedule import cancel as call_off
from app.boundary_schedule import schedule

router = APIRouter(
    prefix="/api/v1/boundary-sets/{set_id}",
    tags=["boundaries"],
    responses=problems(401, 403, 404, 409, 422),
)

ScheduleId = Annotated[int, Path(ge=1, le=2**31 - 1)]


class ActivateBody(Body):
    """When a set comes into force (at once by default), and whether that is going back."""

    at: AwareDatetime | None = None
    rollback: bool = False


class ActivatedView(SetLineView):
    """A set that came into force, or will.

    `reports` counts those which moved, those whose move is proposed, and proposals that no longer
    hold; null for a set that comes into force later.
    """

    reports: dict[str, int] | None = None
    former_set: int | None = None
    activates_at: datetime | None = None
    schedule: int | None = None


@router.post("/propose", responses=problems(400))
async def propose(
    set_id: SetId,
    session: Transaction,
    caller: EditsBoundaries,
    parts: PartsOf,
    if_match: IfMatch = None,
) -> SetLineView:
    """Ask for approval of a draft; it stays as it is from now on."""
    await propose_set(session, parts.context, set_id, caller.login, revision_of(if_match))
    return await set_view(session, caller, parts, set_id)


@router.post("/withdraw")
async def withdraw(
    set_id: SetId, session: Transaction, caller: EditsBoundaries, parts: PartsOf
) -> SetLineView:
    """Make a proposal a draft again."""
    await withdraw_set(session, set_id, caller.login)
    return await set_view(session, caller, parts, set_id)


@router.post("/approve")
async def approve(
    set_id: SetId, session: Transaction, caller: ApprovesBoundaries, parts: PartsOf
) -> SetLineView:
    """Approve a proposal of somebody else's."""
    await approve_set(session, parts.context, set_id, caller.login)
    return await set_view(session, caller, parts, set_id)


@router.post("/rebase", status_code=201, responses=problems(503))
async def rebase(
    set_id: SetId, session: Transaction, caller: EditsBoundaries, parts: PartsOf
) -> SetLineView:
    """Make a new draft of the set in force with the changes of this one."""
    made = await carry_over(session, parts.context, set_id, caller.login)
    return await set_view(session, caller, parts, made.boundary_set_id)


@router.post(
    "/activate",
    responses=problems(503)
    | {202: {"model": ActivatedView, "description": "It comes into force at the time given"}},
)
async def activate(
    set_id: SetId,
    session: Transaction,
    caller: ApprovesBoundaries,
    parts: PartsOf,
    response: Response,
    body: ActivateBody | None = None,
) -> ActivatedView:
    """Put an approved set in force and re-route the open reports, now or at a set time."""
    wish = body or ActivateBody()
    if wish.at is not None:
        made = await schedule(
            session, parts.context, set_id, wish.at, caller.login, rollback=wish.rollback
        )
        response.status_code = 202
        view = await set_view(session, caller, parts, set_id)
        return ActivatedView(**dict(view), activates_at=wish.at, schedule=made)
    done = await put_in_force(session, set_id, caller.login, parts.context, rollback=wish.rollback)
    view = await set_view(session, caller, parts, set_id)
    return ActivatedView(**dict(view), reports=done.counts, former_set=done.former_set_id)


@router.delete("/activations/{schedule_id}", status_code=204)
async def cancel(
    set_id: SetId,
    schedule_id: ScheduleId,
    session: Transaction,
    caller: ApprovesBoundaries,
) -> None:
    """Call a scheduled activation off."""
    await call_off(session, set_id, schedule_id, caller.login)
