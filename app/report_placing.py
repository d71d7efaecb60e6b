"""Complete a report with its place, or with the side of a border that its citizen names."""

from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from app import dispatch
from app.context import UseCases
from app.deadlines import follow_status, set_deadlines
from app.incident_joining import BY_ITSELF, Joined, check_soon, entry_of, follow
from app.incident_search import probe_of
from app.models import Report
from app.places import Place, PlaceKind
from app.reports import (
    Routed,
    decide_place,
    find_owner,
    note_told,
    ownership,
    placement,
    record,
    say_joined,
    set_owner,
    touch,
    write_place,
)
from app.triage import sorting
from app.workflow import UNACKNOWLEDGED, Status
from geo.decision import Reason


async def set_place(
    session: AsyncSession, context: UseCases, report: Report, place: Place, actor: str
) -> Routed:
    """Place a report, or place it anew; the owner follows while nobody has acknowledged it.

    Parameters
    ----------
    report : Report
        Locked, see `locked`.

    Raises
    ------
    geo.coordinates.CoordinateError
    """
    now = context.clock()
    before, precinct_before, beat_before = _told(report), report.precinct_code, report.beat_code
    is_new = report.place is None and report.duplicate_of_id is None
    decision = await decide_place(session, context, report, place)
    write_place(report, place)
    await dispatch.apply_again(session, context, report)
    assignment = joined = None
    if is_new and report.reporter_id is not None and Status(report.status) in UNACKNOWLEDGED:
        joined = await _join(session, context, report, now)
    if joined is not None:
        pass
    elif report.duplicate_of_id is not None:
        # Who answers is told by what it follows, while it does.
        report.precinct_code, report.beat_code = precinct_before, beat_before
    elif Status(report.status) in UNACKNOWLEDGED:
        report.status = Status.QUEUED.value
        follow_status(report, Status(before["status"]), now)
        if decision is not None:
            assignment = await find_owner(session, context, report, now, just_placed=True)
            set_owner(report, assignment)
    else:
        dispatch.follow_desk(report)
    await _record(session, context, report, actor, before, precinct_before, now)
    if joined is not None:
        await say_joined(session, report, joined, now)
    else:
        await check_soon(session, report, now)
    return Routed(report, decision, assignment, joined)


async def _join(
    session: AsyncSession, context: UseCases, report: Report, now: datetime
) -> Joined | None:
    """Let a report that has just been placed follow the incident it is of, if there is one."""
    rules = (await context.triage.get(session)).rules
    with session.no_autoflush:
        joined = await entry_of(session, rules, probe_of(report), may_wait=False)
    if joined is not None:
        follow(report, joined.lead, joined.candidate.judged.why, BY_ITSELF, now)
        note_told(report, Status(report.status))
    return joined


async def confirm_side(
    session: AsyncSession, context: UseCases, report: Report, code: str, actor: str
) -> Routed | None:
    """Take the citizen's word for which of the listed districts the place is in.

    Returns
    -------
    Routed or None
        None when the question is no longer open: the place or the boundaries have changed, the
        district is not among the candidates, or somebody has taken the report on.
    """
    decision = report.decision or {}
    offered = {candidate["code"] for candidate in decision.get("candidates", ())}
    if (
        decision.get("reason") != Reason.UNCERTAIN
        or decision.get("confirmed")
        or code not in offered
        or report.boundary_set_id is None
        or report.duplicate_of_id is not None
        or Status(report.status) not in UNACKNOWLEDGED
    ):
        return None
    now = context.clock()
    index = await context.index_cache.get(session, report.boundary_set_id)
    precinct, beat = index.unit(code)
    before, precinct_before = _told(report), report.precinct_code
    report.place_kind = PlaceKind.CONFIRMED.value
    report.precinct_code, report.beat_code = precinct, beat
    report.decision = decision | {
        "district": code,
        "precinct": precinct,
        "beat": beat,
        "confirmed": True,
        "said": code,
    }
    await dispatch.apply_again(session, context, report)
    assignment = await find_owner(session, context, report, now)
    set_owner(report, assignment)
    await _record(session, context, report, actor, before, precinct_before, now)
    return Routed(report, None, assignment)


def _told(report: Report) -> dict[str, Any]:
    return {
        "placement": placement(report),
        "assignment": ownership(report),
        "status": report.status,
        "sorting": sorting(report),
    }


async def _record(
    session: AsyncSession,
    context: UseCases,
    report: Report,
    actor: str,
    before: dict[str, Any],
    precinct_before: str | None,
    now: datetime,
) -> None:
    """Write down that a place changed, with all that changed by it."""
    after = _told(report)
    if after["sorting"] == before["sorting"]:
        for told in (before, after):
            del told["sorting"]
    else:
        await set_deadlines(session, context, report, now)
    touch(report, now)
    await record(
        session,
        report,
        kind="placed",
        actor=actor,
        before=before,
        after=after,
        precinct_before=precinct_before,
    )
