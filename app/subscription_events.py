"""From the history of reports to deliveries: each once, whoever of several workers does it."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from app.access import Caller, caller_of
from app.context import UseCases
from app.directory import DirectoryCache
from app.errors import NotFoundError
from app.models import (
    Report,
    Staff,
    Subscription,
    SubscriptionCursor,
    SubscriptionDelivery,
    table_of,
)
from app.permissions import Action, Scope, may, scope_of
from app.report_shapes import DistrictName, ReportView
from app.report_views import Viewer, views
from app.stream import BATCH, Position, read
from app.stream import Event as Change
from app.subscription_rules import CLOSES, MAKES_KNOWN, Event, Wanted
from app.subscriptions import new_message_id
from app.workflow import CLOSED, Status

_ANYBODY = text("SELECT EXISTS (SELECT FROM subscription WHERE active)")
# Most looks find nothing, and then nothing has to be locked. A cursor of another server's
# transactions is beyond all there is.
_NEWS = text(
    "SELECT EXISTS (SELECT FROM report_event e, subscription_cursor c"
    " WHERE (e.xact, e.id) > (CAST(CAST(c.xact AS text) AS xid8), c.event))"
    " OR EXISTS (SELECT FROM subscription_cursor c WHERE c.xact >"
    " pg_snapshot_xmax(pg_current_snapshot())::text::bigint)"
)
Key = tuple[int, int | None, str, int]


@dataclass(frozen=True, slots=True)
class _Candidate:
    subscription_id: int
    wanted: Wanted
    report: Report
    event: Event
    occurrence: int

    @property
    def key(self) -> Key:
        return self.subscription_id, self.report.id, self.event.value, self.occurrence


async def make_deliveries(
    session: AsyncSession, context: UseCases, directories: DirectoryCache
) -> int:
    """Turn the next changes of reports into deliveries; return how many changes there were.

    How far the history was read is moved on in the same transaction, and one worker at a time
    reads it. Only what is below the oldest running transaction is read: nothing can appear there
    any more.
    """
    if not (await session.execute(_NEWS)).scalar():
        return 0
    cursor = (
        await session.execute(select(SubscriptionCursor).with_for_update(skip_locked=True))
    ).scalar()
    if cursor is None:
        return 0
    found = await read(session, Position(cursor.xact, cursor.event), limit=BATCH)
    if cursor.xact > found.newest:
        # The database was restored on another server, where transactions are counted anew.
        cursor.xact, cursor.event = found.horizon, 0
        return 0
    settled = [change for change in found.events if change.xact < found.horizon]
    if not settled:
        return 0
    if (await session.execute(_ANYBODY)).scalar():
        await _deliver(session, context, directories, settled)
    cursor.xact, cursor.event = settled[-1].xact, settled[-1].id
    return len(settled)


async def _deliver(
    session: AsyncSession,
    context: UseCases,
    directories: DirectoryCache,
    changes: Sequence[Change],
) -> None:
    reports = await _reports(session, {change.number for change in changes})
    happened = list(_happened(changes, reports))
    if not happened:
        return
    known = await _known(session, reports.values())
    rules = (await context.triage.get(session)).rules
    made: list[dict[str, Any]] = []
    for caller, theirs in await _subscribers(session):
        wished = {
            each.key: each
            for wanted in theirs
            for each in _candidates(wanted, scope_of(caller), happened)
            if each.key not in known
        }
        # What they are told, and where they are told of it, is what they would see on the page.
        unique = list({each.report.id: each.report for each in wished.values()}.values())
        shown = {
            view.number: view for view in await views(session, Viewer(caller, directories), unique)
        }
        for each in wished.values():
            view = shown[each.report.number]
            if each.wanted.is_there(_code(view.precinct), _code(view.beat)):
                category = rules.by_code.get(view.category)
                names = category.names.model_dump() if category else {}
                made.append(_row(each, body_of(each.event, view, names, context.clock())))
    if made:
        await session.execute(
            insert(table_of(SubscriptionDelivery))
            .on_conflict_do_nothing(constraint="uq_subscription_delivery_once")
            .inline(),
            made,
        )


async def _subscribers(session: AsyncSession) -> list[tuple[Caller, list[tuple[int, Wanted]]]]:
    """Return who is to be told, with the rights of now, and what each of them chose."""
    rows = await session.execute(
        select(Subscription, Staff.login)
        .join(Staff, Staff.id == Subscription.staff_id)
        .where(Subscription.active, Staff.active)
        .order_by(Subscription.id)
    )
    theirs: dict[str, list[tuple[int, Wanted]]] = defaultdict(list)
    for subscription, login in rows.all():
        theirs[login].append((subscription.id, wanted_of(subscription)))
    found = [(await subscriber(session, login), chosen) for login, chosen in theirs.items()]
    return [(caller, chosen) for caller, chosen in found if caller is not None]


def _candidates(
    chosen: tuple[int, Wanted], scope: Scope, happened: Sequence[tuple[Report, Event, int]]
) -> Iterator[_Candidate]:
    subscription_id, wanted = chosen
    for report, event, occurrence in happened:
        if (
            event.value in wanted.events
            and wanted.chooses(report.category, report.priority)
            and scope.sees_report(report)
        ):
            yield _Candidate(subscription_id, wanted, report, event, occurrence)


async def subscriber(session: AsyncSession, login: str) -> Caller | None:
    """Return somebody with the rights of now; None when they may not be told any more."""
    try:
        caller = await caller_of(session, login)
    except NotFoundError:
        return None
    return caller if may(caller, Action.SUBSCRIBE) else None


def wanted_of(subscription: Subscription) -> Wanted:
    """Return what a subscription chooses."""
    return Wanted(
        subscription.categories,
        subscription.districts,
        subscription.lowest_priority,
        subscription.events,
    )


async def _reports(session: AsyncSession, numbers: Iterable[str]) -> dict[str, Report]:
    rows = await session.execute(select(Report).where(Report.number.in_(sorted(numbers))))
    return {report.number: report for report in rows.scalars()}


def _happened(
    changes: Sequence[Change], reports: Mapping[str, Report]
) -> Iterable[tuple[Report, Event, int]]:
    for change in changes:
        report = reports.get(change.number)
        if report is None:
            continue
        if change.kind in MAKES_KNOWN and report.place is not None:
            yield report, Event.REPORTED, 0
        if change.kind in CLOSES and Status(report.status) in CLOSED:
            yield report, Event.CLOSED, report.reopened


async def _known(session: AsyncSession, reports: Iterable[Report]) -> set[Key]:
    rows = await session.execute(
        select(
            SubscriptionDelivery.subscription_id,
            SubscriptionDelivery.report_id,
            SubscriptionDelivery.event,
            SubscriptionDelivery.occurrence,
        ).where(SubscriptionDelivery.report_id.in_([report.id for report in reports]))
    )
    return {(row[0], row[1], row[2], row[3]) for row in rows}


def _row(each: _Candidate, body: dict[str, Any]) -> dict[str, Any]:
    return {
        "message_id": new_message_id(),
        "subscription_id": each.subscription_id,
        "report_id": each.report.id,
        "event": each.event.value,
        "occurrence": each.occurrence,
        "body": body,
    }


def _code(district: DistrictName | None) -> str | None:
    return district.code if district else None


def body_of(
    event: Event, view: ReportView, category: Mapping[str, str], at: datetime
) -> dict[str, Any]:
    """Return what a subscriber is sent of a report.

    It is made of what they would see, less what the citizen said and under which name.
    """
    shown = view.model_dump(mode="json")
    names = (
        "number",
        "status",
        "category",
        "danger",
        "priority",
        "response",
        "precinct",
        "beat",
        "received_at",
        "updated_at",
    )
    data: dict[str, Any] = {name: shown[name] for name in names}
    data["category_name"] = dict(category)
    place = shown["placement"]
    data["placement"] = place and {name: place[name] for name in place if name != "kind"}
    return {"type": f"report.{event}", "timestamp": at.isoformat(), "data": data}


def trial_body(name: str, at: datetime) -> dict[str, Any]:
    """Return a message that tells of nothing."""
    return {"type": Event.TEST.value, "timestamp": at.isoformat(), "data": {"subscription": name}}
