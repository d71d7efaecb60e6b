"""What staff do with a report; every change is checked, recorded and told to the citizen."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app import notices
from app.context import UseCases
from app.cover import CITY_DESK, Rung
from app.deadlines import due_said, follow_status, set_deadlines
from app.errors import ConflictError, InvalidError
from app.incident_joining import demand_entry
from app.models import DistrictRow, Officer, Report
from app.place_feedback import learn
from app.places import Place, PlaceKind
from app.report_moves import route_again
from app.report_placing import set_place
from app.reports import Routed, find_owner, give, ownership, placement, record, set_owner, touch
from app.routing import set_in_force
from app.workflow import CLOSED, Status, may_change
from geo.districts import Level

TEXT_LIMIT = 3500


@dataclass(frozen=True, slots=True)
class Actor:
    """Who does it: the name kept in history and, for an officer, their id."""

    name: str
    officer_id: int | None = None


def check_version(report: Report, version: int | None) -> None:
    """Raise ConflictError when a report is not at the version that somebody has seen."""
    if version is not None and version != report.version:
        message = f"Report {report.number} is at version {report.version}, not {version}"
        raise ConflictError(message)


async def change_status(
    session: AsyncSession,
    context: UseCases,
    actor: Actor,
    report: Report,
    status: Status,
    note: str | None = None,
) -> None:
    """Move a report along its way.

    Raises
    ------
    ConflictError
        When the change is not allowed from where the report is.
    """
    demand_entry(report)
    before = Status(report.status)
    if before in CLOSED and status is Status.QUEUED and report.place is None:
        status = Status.AWAITING_PLACE
    elif not may_change(before, status):
        message = f"A report that is {before} cannot become {status}"
        raise ConflictError(message)
    now = context.clock()
    owner_before, place_before, precinct_before = (
        ownership(report),
        placement(report),
        report.precinct_code,
    )
    moved = status is Status.QUEUED and await route_again(session, context, report)
    report.status = status.value
    follow_status(report, before, now)
    if status in CLOSED:
        report.closed_at = now
    elif before in CLOSED:
        report.reopened += 1
        report.closed_at = None
        report.acknowledged_at = None
        report.reporter_out = False
        # What is said from now on is kept as long as that of any other report.
        report.purged = 0
        if before is Status.REDIRECTED:
            # Taken back as police work: it is not sent on by itself again.
            report.redirect_state = "held"
        # It may be older than the rules of today.
        await set_deadlines(session, context, report, now)
    if moved or before in CLOSED:
        set_owner(report, await find_owner(session, context, report, now))
    if status in {Status.ACKNOWLEDGED, Status.EN_ROUTE, Status.ON_SCENE}:
        report.acknowledged_at = report.acknowledged_at or now
        _take(report, actor)
    elif status is Status.QUEUED:
        report.acknowledged_at = None
    report.answered_at = None
    touch(report, now)
    await record(
        session,
        report,
        kind="status",
        actor=actor.name,
        before={"status": before.value, "assignment": owner_before}
        | ({"placement": place_before} if moved else {}),
        after={"status": status.value, "assignment": ownership(report), "due": due_said(report)}
        | ({"placement": placement(report)} if moved else {}),
        note=note,
        precinct_before=precinct_before,
    )
    await notices.status_changed(session, context, report, before, status)


def _take(report: Report, actor: Actor) -> None:
    """Give a desk's report to the officer who takes it on."""
    if report.assigned_officer_id is None and actor.officer_id is not None:
        give(report, actor.officer_id, None)
        report.rung = Rung.TAKEN.value
        report.assigned_why = None


async def reply(
    session: AsyncSession,
    context: UseCases,
    actor: Actor,
    report: Report,
    text: str,
    *,
    is_said_in_group: bool = False,
) -> None:
    """Send the express reply to the citizen.

    Parameters
    ----------
    session, context, actor, report, text
    is_said_in_group : bool
        Whether it was written in the group that the report is from.

    Raises
    ------
    InvalidError
        For an empty or too long text, or a report nobody can be answered about.
    """
    text = text.strip()
    if not text:
        raise InvalidError("The reply is empty")
    if len(text) > TEXT_LIMIT:
        message = f"The reply has {len(text)} characters; at most {TEXT_LIMIT} fit in a message"
        raise InvalidError(message)
    if report.reporter_id is None and not report.members:
        raise InvalidError("This report came from staff: there is nobody to reply to")
    report.answered_at = None
    touch(report, context.clock())
    await record(session, report, kind="replied", actor=actor.name, after={"text": text})
    await notices.express_reply(session, context, report, text, is_said_in_group=is_said_in_group)


async def seen(session: AsyncSession, context: UseCases, actor: Actor, report: Report) -> None:
    """Note that somebody has read what the citizen said last; twice is once."""
    if report.answered_at is None:
        return
    report.answered_at = None
    touch(report, context.clock())
    await record(session, report, kind="seen", actor=actor.name)


async def place(
    session: AsyncSession,
    context: UseCases,
    actor: Actor,
    report: Report,
    lon: float,
    lat: float,
) -> Routed:
    """Place a report by hand.

    Raises
    ------
    ConflictError
        When the report is closed.
    geo.coordinates.CoordinateError
    """
    if Status(report.status) in CLOSED:
        message = f"Report {report.number} is {report.status}: reopen it before placing it"
        raise ConflictError(message)
    was_placed = report.place is not None
    where = Place(lon, lat, PlaceKind.OPERATOR)
    routed = await set_place(session, context, report, where, actor.name)
    await learn(session, context, report, where, "desk")
    if not was_placed:
        await notices.placed(session, context.index_cache, routed)
    return routed


async def assign(
    session: AsyncSession,
    context: UseCases,
    actor: Actor,
    report: Report,
    officer_code: str | None,
    desk: str | None,
    why: str,
) -> None:
    """Give a report to an officer or a desk by hand.

    Raises
    ------
    InvalidError
        When there is no such officer or desk, both or neither are named, or no reason is given.
    ConflictError
        When the report is closed.
    """
    if (officer_code is None) == (desk is None):
        raise InvalidError("Name an officer or a desk")
    if not why.strip():
        raise InvalidError("Say why")
    demand_entry(report)
    if Status(report.status) in CLOSED:
        message = f"Report {report.number} is {report.status}: reopen it before assigning it"
        raise ConflictError(message)
    before, precinct_before = ownership(report), report.precinct_code
    if officer_code is not None:
        officer = (
            await session.execute(
                select(Officer).where(Officer.code == officer_code, Officer.active)
            )
        ).scalar()
        if officer is None:
            message = f"There is no officer {officer_code}"
            raise InvalidError(message)
        give(report, officer.id, None)
        # Whoever answers for a report must see it in their queue.
        report.precinct_code = officer.precinct_code
    elif desk is not None:
        await check_desk(session, desk)
        give(report, None, desk)
        if desk != CITY_DESK:
            report.precinct_code = desk
    if report.precinct_code != precinct_before:
        report.beat_code = None
    report.rung, report.skipped, report.assigned_why = Rung.BY_HAND.value, [], why.strip()
    touch(report, context.clock())
    await record(
        session,
        report,
        kind="assigned",
        actor=actor.name,
        before={"assignment": before, "precinct": precinct_before},
        after={"assignment": ownership(report), "precinct": report.precinct_code},
        note=why.strip(),
        precinct_before=precinct_before,
    )


async def check_desk(session: AsyncSession, desk: str) -> None:
    """Raise InvalidError when there is no desk of that name."""
    if desk == CITY_DESK:
        return
    known = (
        await session.execute(
            select(DistrictRow.code).where(
                DistrictRow.boundary_set_id == await set_in_force(session),
                DistrictRow.level == Level.PRECINCT.value,
                DistrictRow.code == desk,
            )
        )
    ).scalar()
    if known is None:
        message = f"There is no desk {desk}: name a precinct's code or {CITY_DESK}"
        raise InvalidError(message)
