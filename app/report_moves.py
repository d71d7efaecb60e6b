"""A report follows the boundaries: when it is free again, or when somebody agrees to a move."""

from typing import Any

from geoalchemy2.shape import to_shape
from sqlalchemy.ext.asyncio import AsyncSession

from app import dispatch
from app.boundary_moves import said_side, settled
from app.context import UseCases
from app.deadlines import follow_status, set_deadlines
from app.errors import ConflictError
from app.models import Report
from app.places import PlaceKind
from app.reports import find_owner, ownership, placement, record, set_owner, touch
from app.routing import NoBoundarySetError, current_index
from app.workflow import CLOSED, UNDERWAY, Status


class NoMoveError(ConflictError):
    """No move is proposed for this report any more."""

    code = "no-move"


def offered(report: Report) -> dict[str, Any] | None:
    """Return the move that somebody can still say yes or no to."""
    proposed = report.proposed_move
    if proposed is None or proposed.get("refused_by") or Status(report.status) in CLOSED:
        return None
    return proposed


async def route_again(session: AsyncSession, context: UseCases, report: Report) -> bool:
    """Put a report into the district of its place today, where that is another one than before.

    Returns
    -------
    bool
        True when it is another one; the owner is the caller's to find.
    """
    if report.place is None:
        return False
    point = to_shape(report.place)
    try:
        boundary_set_id, index = await current_index(session, context.index_cache)
    except NoBoundarySetError:
        return False
    if report.boundary_set_id == boundary_set_id and report.proposed_move is None:
        return False
    before = report.decision or {}
    decision = index.decide(point.x, point.y, report.place_accuracy_m or 0.0)
    said = said_side(before) if report.place_kind == PlaceKind.CONFIRMED.value else None
    _, target, kept = settled(index, decision, said)
    report.proposed_move = None
    if target == (before.get("precinct"), before.get("beat")):
        return False
    report.boundary_set_id = boundary_set_id
    report.decision = kept | {"lon": point.x, "lat": point.y}
    report.precinct_code, report.beat_code = target
    await dispatch.apply_again(session, context, report)
    await set_deadlines(session, context, report, context.clock())
    return True


async def answer(
    session: AsyncSession, context: UseCases, actor: str, report: Report, *, accept: bool
) -> None:
    """Say yes or no to the move that new boundaries propose.

    With yes the report goes to who answers there, as new; a crew that is at the place keeps it.

    Parameters
    ----------
    report : Report
        Locked, after the boundary set in force.

    Raises
    ------
    NoMoveError
    """
    proposed = offered(report)
    if proposed is None:
        raise NoMoveError
    now = context.clock()
    status, precinct_before = Status(report.status), report.precinct_code
    before: dict[str, Any] = {"placement": placement(report), "assignment": ownership(report)}
    if not accept:
        # Kept, so that the same move is not proposed again.
        report.proposed_move = proposed | {"refused_by": actor}
        touch(report, now)
        await record(
            session,
            report,
            kind="move_refused",
            actor=actor,
            before={"proposed_move": proposed},
            after={"proposed_move": None},
        )
        return
    moved = await route_again(session, context, report)
    report.proposed_move = None
    if moved and status is not Status.ON_SCENE:
        # On their way a crew can be called back; who is there finishes it.
        if status in UNDERWAY:
            report.status, report.acknowledged_at = Status.QUEUED.value, None
            follow_status(report, status, now)
        set_owner(report, await find_owner(session, context, report, now))
    touch(report, now)
    await record(
        session,
        report,
        kind="rerouted",
        actor=actor,
        before=before | {"status": status.value, "proposed_move": proposed},
        after={
            "placement": placement(report),
            "assignment": ownership(report),
            "status": report.status,
            "proposed_move": None,
        },
        precinct_before=precinct_before,
    )
