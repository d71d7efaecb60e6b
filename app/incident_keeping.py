"""What follows a moment later when reports are one incident: counting, and looking again.

Whoever joins an incident, or is moved or sorted anew, leaves a task. So nobody waits for anybody
else, and whoever answers for the incident hears of the next five hundred people not each time.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from app import dispatch, incidents
from app.categories import Category, RuleSet
from app.citizen_says import tell_owner
from app.context import UseCases
from app.incident_joining import (
    BY_ITSELF,
    CHECK,
    COUNT,
    check_soon,
    count_due,
    count_soon,
    hold_cells,
)
from app.incident_rules import Verdict, related, steps
from app.incident_search import measured, probe_of, same
from app.models import IncidentTask, Report, table_of
from app.report_rules import follow_rules
from app.reports import SYSTEM, ownership, record, touch
from app.routing import hold_boundaries
from app.triage import BY_TEXT, set_category, sorting
from app.workflow import CLOSED, UNACKNOWLEDGED, Status

LOCK = 0x1C1DE47
COUNTED = "counted"
# Of one that was moved, so many that follow it are looked at anew.
LOOKED_AT = 1_000

_COUNT = text("""
SELECT count(*) FILTER (WHERE id <> :lead) AS members,
       count(DISTINCT coalesce(reporter_id, -id)) AS people,
       max(received_at) AS last_at,
       array_agg(DISTINCT category) AS categories
  FROM report WHERE duplicate_of_id = :lead OR id = :lead
""")


async def tend_incidents(session: AsyncSession, context: UseCases) -> int:
    """Do one thing that is due for the reports of an incident.

    Returns
    -------
    int
        How many tasks that were.
    """
    await hold_boundaries(session)
    # One at a time: two would count the same, and one would look at what the other has in hand.
    await session.execute(select(func.pg_advisory_xact_lock(LOCK)))
    now = context.clock()
    task = (
        await session.execute(
            select(IncidentTask.report_id, IncidentTask.kind)
            .where(IncidentTask.due_at <= now)
            .order_by(IncidentTask.danger.desc(), IncidentTask.due_at, IncidentTask.id)
            .limit(1)
        )
    ).first()
    if task is None:
        return 0
    if task.kind == COUNT:
        return await _count_due(session, context, task.report_id, now)
    await session.execute(
        delete(table_of(IncidentTask)).where(
            IncidentTask.report_id == task.report_id, IncidentTask.kind == CHECK
        )
    )
    await _check(session, context, task.report_id, now)
    await session.flush()
    return 1


async def _locked(session: AsyncSession, report_id: int) -> Report:
    return (
        await session.execute(
            select(Report)
            .where(Report.id == report_id)
            .with_for_update()
            .execution_options(populate_existing=True)
        )
    ).scalar_one()


async def _count_due(session: AsyncSession, context: UseCases, lead_id: int, now: datetime) -> int:
    lead = await _locked(session, lead_id)
    due = (
        IncidentTask.report_id == lead_id,
        IncidentTask.kind == COUNT,
        IncidentTask.due_at <= now,
    )
    tasks = (await session.execute(select(IncidentTask.id, IncidentTask.danger).where(*due))).all()
    danger = any(task.danger for task in tasks)
    ids = [task.id for task in tasks]
    these = table_of(IncidentTask).c.id.in_(ids)
    when = count_due(lead, now, context.incident_pause)
    if when > now and not danger:
        await session.execute(update(table_of(IncidentTask)).where(these).values(due_at=when))
        return len(ids)
    await session.execute(delete(table_of(IncidentTask)).where(these))
    if lead.duplicate_of_id is not None:
        await count_soon(session, lead.duplicate_of_id, now, danger=danger)
    else:
        await count(session, context, lead, danger=danger)
    await session.flush()
    return len(ids)


async def count(
    session: AsyncSession, context: UseCases, lead: Report, *, danger: bool = False
) -> None:
    """Count those who follow a report, and let them raise it.

    Parameters
    ----------
    session, context
    lead : Report
        Locked.
    danger : bool
        Whether somebody who has just joined says that a life is in danger.
    """
    now = context.clock()
    await session.flush()
    found = (await session.execute(_COUNT, {"lead": lead.id})).one()
    before: dict[str, Any] = {
        "people": lead.people,
        "members": lead.members,
        "sorting": sorting(lead),
    }
    rules = (await context.triage.get(session)).rules
    was_danger, owner_before = lead.danger, ownership(lead)
    precinct_before = lead.precinct_code
    lead.members, lead.people, lead.last_joined_at = found.members, found.people, found.last_at
    lead.counted_at = now
    if Status(lead.status) not in CLOSED:
        lead.raised = steps(rules.crowd, lead.people)
        is_less = lead.people < before["people"]
        dispatch.undo(lead)
        _raise(rules, lead, found.categories, danger=danger, is_less=is_less)
        await follow_rules(
            session, context, lead, before["sorting"], count=lead.people, may_lower=is_less
        )
    after = {"people": lead.people, "members": lead.members, "sorting": sorting(lead)}
    if ownership(lead) != owner_before:
        before |= {"assignment": owner_before}
        after |= {"assignment": ownership(lead)}
    if before == after:
        return
    touch(lead, now)
    await record(
        session,
        lead,
        kind=COUNTED,
        actor=SYSTEM,
        before=before,
        after=after,
        precinct_before=precinct_before,
    )
    if lead.danger and not was_danger:
        # An edited message makes no sound.
        await tell_owner(session, context, lead, "incident_danger")


def _raise(
    rules: RuleSet, lead: Report, categories: Sequence[str], *, danger: bool, is_less: bool
) -> None:
    category = rules.by_code.get(lead.category)
    if category is None:
        return
    priority = lead.priority
    set_category(lead, _gravest(rules, lead, category, categories), danger=lead.danger or danger)
    if not is_less:
        lead.priority = min(priority, lead.priority)


def _gravest(
    rules: RuleSet, lead: Report, category: Category, categories: Sequence[str]
) -> Category:
    """Return the most urgent of what an incident was taken for; a person's word stays."""
    if lead.category_by != BY_TEXT:
        return category
    kin = related(rules, category.code)
    told = [each for code in categories if code in kin and (each := rules.by_code.get(code))]
    return min([category, *told], key=lambda each: each.priority)


async def _check(session: AsyncSession, context: UseCases, report_id: int, now: datetime) -> None:
    report = await session.get_one(Report, report_id)
    rules = (await context.triage.get(session)).rules
    if report.duplicate_of_id is None:
        # Before any report is locked: who registers holds the cell, and waits for an entry.
        await hold_cells(session, rules, probe_of(report))
        await _check_entry(session, context, rules, report_id)
        return
    report = await _locked(session, report_id)
    if report.duplicate_of_id is None:
        await check_soon(session, report, now)
        return
    lead_id = report.duplicate_of_id
    if await _belongs_elsewhere(session, rules, report, lead_id):
        await incidents.separate(session, context, BY_ITSELF, report)
        await check_soon(session, report, now)
        return
    lead = await session.get_one(Report, lead_id)
    await count_soon(session, lead_id, now, danger=report.danger and not lead.danger)


async def _belongs_elsewhere(
    session: AsyncSession, rules: RuleSet, report: Report, lead_id: int
) -> bool:
    """Tell whether a report that was linked by itself is no longer like what it follows."""
    if (report.duplicate_why or {}).get("by") != BY_ITSELF or Status(report.status) in CLOSED:
        return False
    found = await measured(session, rules, probe_of(report), lead_id)
    if found is None:
        return False
    said_other = report.category_by != BY_TEXT and found.category not in related(
        rules, report.category
    )
    return said_other or found.judged.verdict is Verdict.OTHER


async def _check_entry(
    session: AsyncSession, context: UseCases, rules: RuleSet, report_id: int
) -> None:
    report = await session.get_one(Report, report_id, populate_existing=True)
    if report.duplicate_of_id is not None or Status(report.status) in CLOSED:
        return
    if await incidents.has_followers(session, report):
        await _check_followers(session, context, rules, report_id)
        return
    if report.reporter_id is None or Status(report.status) not in UNACKNOWLEDGED:
        return
    found = await same(session, rules, probe_of(report))
    if found is None:
        return
    both = {each: await _locked(session, each) for each in sorted({report_id, found.id})}
    report, lead = both[report_id], both[found.id]
    may_join = Status(report.status) in UNACKNOWLEDGED and report.duplicate_of_id is None
    if may_join and lead.duplicate_of_id is None and Status(lead.status) not in CLOSED:
        await incidents.link(session, context, BY_ITSELF, report, lead)


async def _check_followers(
    session: AsyncSession, context: UseCases, rules: RuleSet, lead_id: int
) -> None:
    """Part from a report that was moved those who told of where it was before, together."""
    lead = await _locked(session, lead_id)
    followers = (
        (
            await session.execute(
                select(Report)
                .where(Report.duplicate_of_id == lead_id)
                .order_by(Report.id)
                .limit(LOOKED_AT)
                .with_for_update()
            )
        )
        .scalars()
        .all()
    )
    leaving = [
        each for each in followers if await _belongs_elsewhere(session, rules, each, lead_id)
    ]
    if not leaving:
        return
    first, *rest = leaving
    await incidents.separate(session, context, BY_ITSELF, first)
    await session.flush()
    for each in rest:
        if not await _belongs_elsewhere(session, rules, each, first.id):
            await incidents.hand_on(session, context, each, first)
        else:
            await incidents.separate(session, context, BY_ITSELF, each)
            await session.flush()
    await count(session, context, first)
    await count(session, context, lead)
