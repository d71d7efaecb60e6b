"""An officer says that a report is not theirs, and the ladder finds the next one."""

from sqlalchemy.ext.asyncio import AsyncSession

from app.context import UseCases
from app.deadlines import follow_status
from app.errors import ConflictError, InvalidError
from app.incident_joining import demand_entry
from app.models import Report
from app.report_actions import Actor, check_version
from app.reports import find_owner, ownership, record, set_owner, touch
from app.workflow import UNACKNOWLEDGED, Status, may_change

WHY_LIMIT = 500


class NotYoursError(ConflictError):
    """Somebody else answers for this report now."""

    code = "not-yours"


async def refuse(
    session: AsyncSession,
    context: UseCases,
    actor: Actor,
    report: Report,
    why: str,
    version: int | None = None,
) -> None:
    """Hand a report on because its officer says that it is not theirs.

    The ladder passes over everybody who has refused the report; it ends with a desk, which
    cannot refuse. The citizen is told nothing: for them nothing has changed.

    Parameters
    ----------
    session
        Holds the boundary set in force, and the report.
    context : UseCases
    actor : Actor
        The officer.
    report : Report
    why : str
    version : int, optional
        The one the officer has seen.

    Raises
    ------
    InvalidError
        Without a reason.
    NotYoursError
    ConflictError
        When the version is old, or work on the scene has begun or is over.
    """
    why = why.strip()
    if not why or len(why) > WHY_LIMIT:
        message = f"Say why, in at most {WHY_LIMIT} characters"
        raise InvalidError(message)
    check_version(report, version)
    demand_entry(report)
    if actor.officer_id is None or report.assigned_officer_id != actor.officer_id:
        raise NotYoursError
    before = Status(report.status)
    if before not in UNACKNOWLEDGED and not may_change(before, Status.QUEUED):
        message = f"A report that is {before} cannot be handed on; close it or ask the desk"
        raise ConflictError(message)
    owner_before = ownership(report)
    now = context.clock()
    report.refused_by = sorted({*report.refused_by, actor.officer_id})
    if before not in UNACKNOWLEDGED:
        report.status, report.acknowledged_at = Status.QUEUED.value, None
    follow_status(report, before, now)
    set_owner(report, await find_owner(session, context, report, now))
    touch(report, now)
    await record(
        session,
        report,
        kind="refused",
        actor=actor.name,
        before={"status": before.value, "assignment": owner_before},
        after={"status": report.status, "assignment": ownership(report)},
        note=why,
    )
