"""Register reports, complete them and keep their history."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from geoalchemy2 import WKTElement
from sqlalchemy import bindparam, func, insert, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import make_transient_to_detached
from sqlalchemy.orm.attributes import set_committed_value

from app.context import UseCases
from app.cover import CITY_DESK, Assignment, Rung
from app.errors import NotFoundError
from app.models import Report, ReportEvent, table_of
from app.places import Place, PlaceKind
from app.routing import NoBoundarySetError, decide
from app.staffing import assign
from app.workflow import UNACKNOWLEDGED, Status
from geo.decision import Decision, Reason

UNSORTED = "unsorted"
DEFAULT_PRIORITY = 3
DEFAULT_RESPONSE = "beat_officer"
SYSTEM = "system"

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


@dataclass(frozen=True, slots=True)
class Routed:
    """A report with the decision and the owner that were just found for it."""

    report: Report
    decision: Decision | None
    assignment: Assignment | None


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


def set_owner(report: Report, assignment: Assignment) -> None:
    """Write what the ladder found into the report."""
    report.assigned_officer_id = assignment.officer.officer_id if assignment.officer else None
    report.assigned_desk = assignment.desk
    report.rung = assignment.rung.value
    report.skipped = list(assignment.skipped)
    report.assigned_why = None


async def find_owner(
    session: AsyncSession,
    context: UseCases,
    report: Report,
    now: datetime,
) -> Assignment:
    """Climb the cover ladder for a report, past those who have refused it."""
    index = None
    if report.boundary_set_id is not None:
        index = await context.index_cache.get(session, report.boundary_set_id)
    place = (report.precinct_code, report.beat_code)
    return await assign(session, context, index, place, now, frozenset(report.refused_by))


async def _decide(
    session: AsyncSession, context: UseCases, report: Report, place: Place
) -> Decision | None:
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


def _write_place(report: Report, place: Place) -> None:
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
    """
    report = Report(
        text=new.text,
        category=new.category or UNSORTED,
        priority=DEFAULT_PRIORITY,
        response=DEFAULT_RESPONSE,
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
    )
    decision = None
    if new.place is not None:
        report.status = Status.QUEUED.value
        _write_place(report, new.place)
        decision = await _decide(session, context, report, new.place)
    assignment = await find_owner(session, context, report, new.received_at)
    set_owner(report, assignment)
    await _add(session, report, new.received_at.astimezone(context.timezone).year)
    await record(
        session,
        report,
        kind="registered",
        actor=new.actor,
        after={
            "number": report.number,
            "status": report.status,
            "text": report.text,
            "placement": placement(report),
            "assignment": ownership(report),
        },
    )
    return Routed(report, decision, assignment)


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
    before, owner_before = placement(report), ownership(report)
    precinct_before, status_before = report.precinct_code, report.status
    decision = await _decide(session, context, report, place)
    _write_place(report, place)
    assignment = None
    if Status(report.status) in UNACKNOWLEDGED:
        report.status = Status.QUEUED.value
        if decision is not None:
            assignment = await find_owner(session, context, report, now)
            set_owner(report, assignment)
    touch(report, now)
    await record(
        session,
        report,
        kind="placed",
        actor=actor,
        before={"placement": before, "assignment": owner_before, "status": status_before},
        after={
            "placement": placement(report),
            "assignment": ownership(report),
            "status": report.status,
        },
        precinct_before=precinct_before,
    )
    return Routed(report, decision, assignment)


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
        or Status(report.status) not in UNACKNOWLEDGED
    ):
        return None
    now = context.clock()
    index = await context.index_cache.get(session, report.boundary_set_id)
    precinct, beat = index.unit(code)
    before, owner_before, precinct_before = (
        placement(report),
        ownership(report),
        report.precinct_code,
    )
    report.place_kind = PlaceKind.CONFIRMED.value
    report.precinct_code, report.beat_code = precinct, beat
    report.decision = decision | {
        "district": code,
        "precinct": precinct,
        "beat": beat,
        "confirmed": True,
    }
    assignment = await find_owner(session, context, report, now)
    set_owner(report, assignment)
    touch(report, now)
    await record(
        session,
        report,
        kind="placed",
        actor=actor,
        before={"placement": before, "assignment": owner_before},
        after={"placement": placement(report), "assignment": ownership(report)},
        precinct_before=precinct_before,
    )
    return Routed(report, None, assignment)


async def amend_text(
    session: AsyncSession, report: Report, text: str, actor: str, now: datetime
) -> None:
    """Change what the report says; the former words stay in its history."""
    if text == report.text:
        return
    before = report.text
    report.text = text
    touch(report, now)
    await record(
        session,
        report,
        kind="amended",
        actor=actor,
        before={"text": before},
        after={"text": text},
    )


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
