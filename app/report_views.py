"""Reports as staff see them."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from geoalchemy2 import WKBElement, WKTElement
from geoalchemy2.shape import to_shape
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.access import Caller
from app.categories import UNSORTED
from app.context import UseCases
from app.deadlines import Step
from app.directory import Directory, DirectoryCache
from app.incident_views import incident_view
from app.models import Media, Officer, OutboxMessage, Report, Reporter, ReportEvent
from app.observing import observed_events, sight_of
from app.permissions import Action, may
from app.report_answers import answers_of, ratings_of
from app.report_history import REPLIED, history
from app.report_moves import offered
from app.report_shapes import (
    AnswerView,
    AssignmentView,
    CandidateView,
    DeadlinesView,
    DecisionView,
    DeliveryView,
    DispatchView,
    DistrictName,
    FullReportView,
    MediaView,
    OfficerName,
    PlacementView,
    ProposedMoveView,
    RedirectView,
    ReplyView,
    ReportView,
    SkippedView,
    TriageView,
)
from app.workflow import ALLOWED, CLOSED, UNACKNOWLEDGED, Status

EXPRESS_REPLY = "express_reply"


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who looks, and the names they are shown."""

    caller: Caller
    directories: DirectoryCache


async def views(
    session: AsyncSession, viewer: Viewer, reports: Sequence[Report]
) -> list[ReportView]:
    """Return reports as somebody may see them, with the same few queries however many there are."""
    if not reports:
        return []
    sees_messages = may(viewer.caller, Action.SEE_MESSAGES)
    ids = [report.id for report in reports]
    related = _Related(
        officers=await _officers(session, reports),
        reporters=await _reporters(session, reports),
        originals=await _originals(session, reports),
        media=await _media(session, ids) if sees_messages else {},
        replies=await _replies(session, ids) if sees_messages else {},
        answers=await answers_of(session, reports) if sees_messages else {},
        ratings=await ratings_of(session, reports),
        directories=await _directories(session, viewer.directories, reports),
        may_work=may(viewer.caller, Action.WORK),
    )
    sight = await sight_of(session, viewer.caller, viewer.directories)
    if sight is None:
        return [related.view(report) for report in reports]
    return [sight.view(report, related.view(report)) for report in reports]


async def view(session: AsyncSession, viewer: Viewer, report: Report) -> ReportView:
    """Return one report as somebody may see it."""
    return (await views(session, viewer, [report]))[0]


async def full_view(
    session: AsyncSession, context: UseCases, viewer: Viewer, report: Report
) -> FullReportView:
    """Return one report with its history and what was sent about it."""
    plain = await view(session, viewer, report)
    sees_messages = may(viewer.caller, Action.SEE_MESSAGES)
    changes = await history(session, report, with_replies=sees_messages)
    if not may(viewer.caller, Action.SEE_EXACTLY):
        changes = observed_events(changes)
    deliveries: list[DeliveryView] = []
    if sees_messages:
        sent = await session.execute(
            select(OutboxMessage)
            .where(OutboxMessage.report_id == report.id)
            .order_by(OutboxMessage.id)
        )
        deliveries = [_delivery(message) for message in sent.scalars()]
    incident = await incident_view(session, context, viewer.caller, report)
    return FullReportView(**dict(plain), history=changes, deliveries=deliveries, incident=incident)


def _delivery(message: OutboxMessage) -> DeliveryView:
    words = message.payload.get("text") or message.payload.get("caption")
    return DeliveryView(
        id=message.id,
        purpose=message.purpose,
        text=words,
        state=message.state,
        at=message.sent_at or message.created_at,
        possibly_twice=message.answers_lost > 0,
    )


def point_of(place: WKBElement | WKTElement | None) -> tuple[float, float] | None:
    """Return longitude and latitude of a report's place, in degrees."""
    if place is None:
        return None
    point = to_shape(place)
    return point.x, point.y


@dataclass(frozen=True, slots=True)
class _Related:
    officers: Mapping[int, OfficerName]
    reporters: Mapping[int, str]
    originals: Mapping[int, str]
    media: Mapping[int, list[MediaView]]
    replies: Mapping[int, list[ReplyView]]
    answers: Mapping[int, list[AnswerView]]
    ratings: Mapping[int, int]
    directories: Mapping[int | None, Directory]
    may_work: bool

    def view(self, report: Report) -> ReportView:
        status = Status(report.status)
        return ReportView(
            number=report.number,
            status=status,
            text=report.text,
            category=report.category,
            category_by=report.category_by,
            danger=report.danger,
            triage=TriageView(**report.triage) if report.triage else None,
            dispatch=DispatchView(**report.dispatch) if report.dispatch else None,
            priority=report.priority,
            response=report.response,
            placement=_placement(report),
            decision=_decision(report),
            precinct=self._district(report, report.precinct_code),
            beat=self._district(report, report.beat_code),
            assignment=AssignmentView(
                officer=self.officers.get(report.assigned_officer_id or 0),
                desk=report.assigned_desk,
                rung=report.rung,
                skipped=[SkippedView(**skipped) for skipped in report.skipped],
                why=report.assigned_why,
            ),
            source=report.source,
            reporter=self.reporters.get(report.reporter_id or 0),
            duplicate_of=self.originals.get(report.duplicate_of_id or 0),
            members=report.members,
            people=report.people,
            received_at=report.received_at,
            updated_at=report.updated_at,
            deadlines=DeadlinesView(
                acknowledge_by=report.acknowledge_due_at,
                on_scene_by=report.on_scene_due_at,
                told=Step(report.escalation_step).name.lower() if report.escalation_step else None,
            ),
            version=report.version,
            media=[
                item.model_copy(update={"url": item.url.format(number=report.number)})
                for item in self.media.get(report.id, ())
            ],
            awaiting=_awaiting(report, status),
            proposed_move=self._proposed_move(report),
            allowed=_allowed(report, status) if self.may_work else [],
            replies=self.replies.get(report.id, []),
            answers=self.answers.get(report.id, []),
            answered_at=report.answered_at,
            reopened=report.reopened,
            rating=self.ratings.get(report.id),
            abusive=report.abusive,
            from_muted=report.from_muted,
            redirect=RedirectView(**report.redirect) if report.redirect else None,
        )

    def _proposed_move(self, report: Report) -> ProposedMoveView | None:
        proposed = offered(report)
        if proposed is None:
            return None
        return ProposedMoveView(
            precinct=self._district(report, proposed["precinct"]),
            beat=self._district(report, proposed["beat"]),
            officer=self.officers.get(proposed["officer_id"] or 0),
            desk=proposed["desk"],
            boundary_set=proposed["boundary_set"],
        )

    def _district(self, report: Report, code: str | None) -> DistrictName | None:
        if code is None:
            return None
        # By today's boundaries; a district that is gone keeps the name it had then.
        for boundary_set_id in (None, report.boundary_set_id):
            directory = self.directories.get(boundary_set_id)
            if directory is not None and code in directory.entries:
                return DistrictName(code=code, name=directory.entries[code].name)
        return DistrictName(code=code, name={})


def _placement(report: Report) -> PlacementView | None:
    point = point_of(report.place)
    if point is None or report.place_kind is None:
        return None
    return PlacementView(
        kind=report.place_kind,
        lon=point[0],
        lat=point[1],
        accuracy_m=report.place_accuracy_m,
        label=report.place_label,
    )


def _decision(report: Report) -> DecisionView | None:
    if report.decision is None:
        return None
    return DecisionView(
        reason=report.decision["reason"],
        share=report.decision.get("share"),
        distance_m=report.decision.get("distance_m"),
        candidates=[CandidateView(**c) for c in report.decision.get("candidates", ())],
        boundary_set=report.boundary_set_id,
    )


def _awaiting(report: Report, status: Status) -> list[str]:
    awaiting: list[str] = []
    if report.duplicate_of_id is not None:
        return awaiting
    if status not in CLOSED and report.place is None:
        awaiting.append("place")
    if status not in CLOSED and report.category == UNSORTED:
        awaiting.append("category")
    decision = report.decision or {}
    if (
        status in UNACKNOWLEDGED
        and decision.get("reason") == "uncertain"
        and not decision.get("confirmed")
    ):
        awaiting.append("side")
    return awaiting


def _allowed(report: Report, status: Status) -> list[Status]:
    if report.duplicate_of_id is not None:
        return []
    return [after for after in Status if after in ALLOWED[status]]


async def _officers(session: AsyncSession, reports: Sequence[Report]) -> dict[int, OfficerName]:
    wanted = {report.assigned_officer_id for report in reports} - {None}
    wanted |= {(report.proposed_move or {}).get("officer_id") for report in reports} - {None}
    if not wanted:
        return {}
    rows = await session.execute(
        select(Officer.id, Officer.code, Officer.name).where(Officer.id.in_(wanted))
    )
    return {row.id: OfficerName(code=row.code, name=row.name) for row in rows}


async def _reporters(session: AsyncSession, reports: Sequence[Report]) -> dict[int, str]:
    wanted = {report.reporter_id for report in reports} - {None}
    if not wanted:
        return {}
    rows = await session.execute(
        select(Reporter.id, Reporter.pseudonym).where(Reporter.id.in_(wanted))
    )
    return {row.id: row.pseudonym for row in rows}


async def _originals(session: AsyncSession, reports: Sequence[Report]) -> dict[int, str]:
    wanted = {report.duplicate_of_id for report in reports} - {None}
    if not wanted:
        return {}
    rows = await session.execute(select(Report.id, Report.number).where(Report.id.in_(wanted)))
    return {row.id: row.number for row in rows}


async def _media(session: AsyncSession, ids: Sequence[int]) -> dict[int, list[MediaView]]:
    found: dict[int, list[MediaView]] = defaultdict(list)
    rows = await session.execute(
        select(Media.id, Media.report_id, Media.kind, Media.mime)
        .where(Media.report_id.in_(ids))
        .order_by(Media.id)
    )
    for row in rows:
        url = f"/api/v1/reports/{{number}}/media/{row.id}"
        found[row.report_id].append(MediaView(id=row.id, kind=row.kind, url=url, mime=row.mime))
    return found


async def _replies(session: AsyncSession, ids: Sequence[int]) -> dict[int, list[ReplyView]]:
    sent = await session.execute(
        select(OutboxMessage.report_id, OutboxMessage.created_at, OutboxMessage.state).where(
            OutboxMessage.report_id.in_(ids), OutboxMessage.purpose == EXPRESS_REPLY
        )
    )
    # A reply and its message are of one transaction, so their times are the same to the microsecond.
    states = {(row.report_id, row.created_at): row.state for row in sent}
    events = await session.execute(
        select(ReportEvent.report_id, ReportEvent.at, ReportEvent.after)
        .where(ReportEvent.report_id.in_(ids), ReportEvent.kind == REPLIED)
        .order_by(ReportEvent.id)
    )
    found: dict[int, list[ReplyView]] = defaultdict(list)
    for event in events:
        found[event.report_id].append(
            ReplyView(
                text=(event.after or {}).get("text", ""),
                at=event.at,
                state=states.get((event.report_id, event.at), "failed"),
            )
        )
    return found


async def _directories(
    session: AsyncSession, cache: DirectoryCache, reports: Sequence[Report]
) -> dict[int | None, Directory]:
    """Return the directory in force under None, and those of sets that reports still name."""
    found: dict[int | None, Directory] = {}
    current = await cache.current_or_none(session)
    if current is not None:
        found[None] = current
    named = {code for report in reports for code in (report.precinct_code, report.beat_code)}
    known = set(current.entries) if current else set()
    if named - {None} - known:
        for boundary_set_id in {report.boundary_set_id for report in reports} - {None}:
            if boundary_set_id is not None:
                found[boundary_set_id] = await cache.get(session, boundary_set_id)
    return found
