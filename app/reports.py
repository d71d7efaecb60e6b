"""Register reports, complete them and keep their history."""

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from geoalchemy2 import WKTElement
from sqlalchemy import bindparam, func, insert, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import make_transient_to_detached
from sqlalchemy.orm.attributes import set_committed_value

from app import dispatch
from app.context import UseCases
from app.cover import CITY_DESK, Assignment, Rung, passed_over
from app.deadlines import set_deadlines
from app.errors import NotFoundError
from app.incident_joining import (
    BY_ITSELF,
    Joined,
    count_soon,
    entry_of,
    follow,
    remember_other,
)
from app.incident_search import folded, probe_of
from app.models import Report, ReportEvent, table_of
from app.places import Place
from app.routing import NoBoundarySetError, current_index, decide
from app.staffing import assign
from app.triage import BY_STAFF, BY_TEXT, given, read, set_category, sorting
from app.workflow import Status
from geo.decision import Decision

SYSTEM = "system"
DUPLICATE = "duplicate"

# Registering is what the program does most: as objects its rows cost several times as much.
ADD_REPORT = (
    insert(table_of(Report))
    .values(number=func.next_report_number(bindparam("year")))
    .returning(Report.id, Report.number)
)
GIVEN_BY_DATABASE = frozenset({"id", "number"})
ADD_EVENT = insert(table_of(ReportEvent)).inline()


@dataclass(frozen=True, slots=True)
class NewReport:
    """What is known of a report when it is registered."""

    text: str
    source: str
    received_at: datetime
    actor: str
    place: Place | None = None
    reporter_id: int | None = None
    category: str | None = None
    album: str | None = None
    # Nothing but rudeness; and from somebody who is muted.
    abusive: bool = False
    from_muted: bool = False
    # The report that it is not the same as, by its citizen's own word.
    apart_from: int | None = None


@dataclass(frozen=True, slots=True)
class Routed:
    """A report with the decision and the owner that were just found for it.

    Attributes
    ----------
    joined : Joined or None
        The incident that it turned out to be of; then there is no owner of its own.
    """

    report: Report
    decision: Decision | None
    assignment: Assignment | None
    joined: Joined | None = None


async def record(
    session: AsyncSession,
    report: Report,
    *,
    kind: str,
    actor: str,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
    note: str | None = None,
    precinct_before: str | None = None,
) -> None:
    """Add a change to the report's history; the report's version is already the new one."""
    precincts = {report.precinct_code, precinct_before} - {None}
    await session.execute(
        ADD_EVENT,
        {
            "report_id": report.id,
            "version": report.version,
            "actor": actor,
            "kind": kind,
            "before": before,
            "after": after,
            "note": note,
            "precincts": sorted(str(code) for code in precincts),
        },
    )


def touch(report: Report, now: datetime) -> None:
    """Make the report's next version."""
    report.version += 1
    report.updated_at = now


def ownership(report: Report) -> dict[str, Any]:
    """Return what history keeps of a report's owner."""
    return {
        "officer_id": report.assigned_officer_id,
        "desk": report.assigned_desk,
        "rung": report.rung,
        "skipped": report.skipped,
        "why": report.assigned_why,
    }


def placement(report: Report) -> dict[str, Any]:
    """Return what history keeps of a report's place and decision."""
    return {
        "kind": report.place_kind,
        "accuracy_m": report.place_accuracy_m,
        "label": report.place_label,
        "decision": report.decision,
        "boundary_set": report.boundary_set_id,
        "precinct": report.precinct_code,
        "beat": report.beat_code,
    }


def give(report: Report, officer_id: int | None, desk: str | None) -> None:
    """Let an officer or a desk answer for a report; the citizen is told when that has settled."""
    if (officer_id, desk) == (report.assigned_officer_id, report.assigned_desk):
        return
    report.assigned_officer_id, report.assigned_desk = officer_id, desk
    report.owner_untold = True


def owner_key(report: Report) -> str:
    """Return what tells whether another answers for a report than before."""
    if report.assigned_officer_id is not None:
        return f"officer:{report.assigned_officer_id}"
    return f"desk:{report.assigned_desk}"


def note_told(report: Report, status: Status | None = None) -> None:
    """Note that the citizen knows who answers for it now, and how far it is."""
    told = (report.told or {}) | {"owner": owner_key(report)}
    if status is not None:
        told["status"] = status.value
    if told != report.told:
        report.told = told
    if report.owner_untold:
        report.owner_untold = False


def set_owner(report: Report, assignment: Assignment) -> None:
    """Write what the ladder, or a rule, found into the report."""
    give(report, assignment.officer.officer_id if assignment.officer else None, assignment.desk)
    report.rung = assignment.rung.value
    report.skipped = list(assignment.skipped)
    report.assigned_why = None
    dispatch.follow_desk(report)


async def find_owner(
    session: AsyncSession,
    context: UseCases,
    report: Report,
    now: datetime,
    *,
    just_placed: bool = False,
) -> Assignment:
    """Find who answers for a report: the desk that a rule names, or whoever the ladder comes to.

    The ladder passes over those who refused it or were late with it.

    Parameters
    ----------
    session
        Holds the boundary set in force, since before it holds the report.
    context, report, now
    just_placed : bool
        True where the report's boundary set is known to be the one in force.
    """
    index = None
    if just_placed and report.boundary_set_id is not None:
        index = await context.index_cache.get(session, report.boundary_set_id)
    elif report.precinct_code is not None or dispatch.desk_of(report) is not None:
        # Who is a neighbour is a matter of today's boundaries, not of those it was placed by.
        with suppress(NoBoundarySetError):
            _, index = await current_index(session, context.index_cache)
    by_rule = await dispatch.owner_by_rule(session, report, index, now)
    if by_rule is not None:
        return by_rule
    dispatch.leave_desk(report, index)
    place = (report.precinct_code, report.beat_code)
    return await assign(
        session, context, index, place, now, passed_over(report.late_by, report.refused_by)
    )


async def decide_place(
    session: AsyncSession, context: UseCases, report: Report, place: Place
) -> Decision | None:
    """Let the boundaries in force say where a report belongs; None while there are none."""
    try:
        boundary_set_id, decision = await decide(
            session, context.index_cache, place.lon, place.lat, place.accuracy_m
        )
    except NoBoundarySetError:
        # A report is registered even before the city has boundaries; the city desk gets it.
        return None
    report.boundary_set_id = boundary_set_id
    report.decision = decision.as_dict() | {"lon": place.lon, "lat": place.lat}
    report.precinct_code = decision.precinct
    report.beat_code = decision.beat
    return decision


def write_place(report: Report, place: Place) -> None:
    """Note where a report is, and how that is known."""
    report.place = WKTElement(f"POINT({place.lon!r} {place.lat!r})", srid=4326)
    report.place_kind = place.kind.value
    report.place_accuracy_m = place.accuracy_m
    report.place_label = place.label


async def register(session: AsyncSession, context: UseCases, new: NewReport) -> Routed:
    """Give a report its number, its place in the city and its owner.

    Returns
    -------
    Routed
        The report has its id and number; nothing is committed yet.

    Raises
    ------
    geo.coordinates.CoordinateError
        When the place is no point on Earth.
    InvalidError
        When there is no such category.
    """
    in_use = await context.triage.get(session)
    triaged = read(in_use, new.text)
    category = given(in_use, new.category) if new.category else triaged.category
    report = Report(
        text=new.text,
        category_by=BY_STAFF if new.category else BY_TEXT,
        triage=triaged.kept,
        source=new.source,
        reporter_id=new.reporter_id,
        received_at=new.received_at,
        updated_at=new.received_at,
        status=Status.AWAITING_PLACE.value,
        version=1,
        album=new.album,
        assigned_desk=CITY_DESK,
        rung=Rung.CITY_DESK.value,
        skipped=[],
        refused_by=[],
        escalation_step=0,
        late_by=[],
        deadlines_from=new.received_at,
        reopened=0,
        abusive=new.abusive,
        from_muted=new.from_muted,
        members=0,
        people=1,
        raised=0,
        reporter_out=False,
        folded=folded(new.text),
        purged=0,
    )
    # Danger is heard whatever else somebody says.
    set_category(report, category, danger=triaged.danger)
    decision = joined = assignment = None
    if new.place is not None:
        report.status = Status.QUEUED.value
        write_place(report, new.place)
        decision = await decide_place(session, context, report, new.place)
        # Whoever registers for staff sees what is near, and says whether it is the same.
        if new.reporter_id is not None and new.apart_from is None:
            probe = probe_of(report)
            joined = await entry_of(session, in_use.rules, probe, may_wait=True)
    await dispatch.apply(session, context, report)
    if joined is not None:
        follow(report, joined.lead, joined.candidate.judged.why, BY_ITSELF, new.received_at)
    else:
        assignment = await find_owner(session, context, report, new.received_at, just_placed=True)
        set_owner(report, assignment)
    # Whoever registers it is told at once who answers.
    report.owner_untold = False
    if new.reporter_id is not None and new.place is not None:
        note_told(report, Status(report.status) if joined else None)
    await set_deadlines(session, context, report, new.received_at)
    await _add(session, report, new.received_at.astimezone(context.timezone).year)
    if new.apart_from is not None:
        await remember_other(session, new.actor, report.id, new.apart_from, new.received_at)
    await record(
        session,
        report,
        kind="registered",
        actor=new.actor,
        after={
            "number": report.number,
            "status": report.status,
            "text": report.text,
            "sorting": sorting(report),
            "placement": placement(report),
            "assignment": ownership(report),
        },
    )
    if joined is not None:
        await say_joined(session, report, joined, new.received_at)
    return Routed(report, decision, assignment, joined)


async def say_joined(session: AsyncSession, report: Report, joined: Joined, now: datetime) -> None:
    """Record what a report follows from now on, and let those who follow be counted."""
    await record(
        session,
        report,
        kind=DUPLICATE,
        actor=SYSTEM,
        after={"of": joined.lead.number, "why": joined.candidate.judged.why},
    )
    await count_soon(session, joined.lead.id, now, danger=report.danger)


async def _add(session: AsyncSession, report: Report, year: int) -> None:
    row = {
        column.key: getattr(report, column.key)
        for column in table_of(Report).columns
        if column.key not in GIVEN_BY_DATABASE
    }
    added = (await session.execute(ADD_REPORT, row | {"year": year})).one()
    report.id, report.number = added
    # What was left out is known to be empty; else touching it would read the row again.
    for key in row.keys() - report.__dict__.keys():
        set_committed_value(report, key, None)
    make_transient_to_detached(report)
    session.add(report)


async def locked(session: AsyncSession, number: str) -> Report:
    """Return a report, locked against other changes until the transaction ends.

    Raises
    ------
    NotFoundError
    """
    found = (
        await session.execute(select(Report).where(Report.number == number).with_for_update())
    ).scalar()
    if found is None:
        message = f"There is no report {number}"
        raise NotFoundError(message)
    return found
