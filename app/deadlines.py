"""Until when a report is to be acknowledged, and somebody on the scene.

The time runs from when a report begins to wait for somebody: from its receipt, and anew when it is
placed, comes back to the queue or is opened again. What is due is kept on the report, so that the
queue is sorted by it and whoever missed it is found by an index.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import IntEnum, StrEnum
from typing import Any

from sqlalchemy import ColumnElement, bindparam, case, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from app.categories import Category
from app.context import UseCases
from app.errors import InvalidError
from app.models import DeadlineRule, Report, RosterAudit, table_of
from app.workflow import UNACKNOWLEDGED, UNDERWAY, Status

PRIORITIES = range(1, 10)
LONGEST_MIN = 60 * 24 * 90
RULE_OF = select(DeadlineRule).where(DeadlineRule.priority == bindparam("priority"))


class SceneTooSoonError(InvalidError):
    """Nobody is on the scene before the report is acknowledged."""

    code = "scene-too-soon"


class Deadline(StrEnum):
    """What has to be done in time."""

    ACKNOWLEDGE = "acknowledge"
    ON_SCENE = "on_scene"


class Step(IntEnum):
    """Who has been told that a deadline was missed."""

    NOBODY = 0
    NEXT_OFFICER = 1
    DESK = 2
    LEADER = 3


@dataclass(frozen=True, slots=True)
class Within:
    """How long each may take, in minutes; None where nothing is said."""

    acknowledge_within_min: int | None = None
    on_scene_within_min: int | None = None


@dataclass(frozen=True, slots=True)
class Due:
    """Until when each is to be done; None for as long as it takes."""

    acknowledge: datetime | None = None
    on_scene: datetime | None = None


def deadlines(category_rule: Within | None, priority_rule: Within | None, since: datetime) -> Due:
    """Return until when a report is to be acknowledged and somebody on the scene.

    Parameters
    ----------
    category_rule : Within or None
        What the report's category says; each of its values goes before the priority's.
    priority_rule : Within or None
    since : datetime
        When the report began to wait.
    """
    category, priority = category_rule or Within(), priority_rule or Within()
    return Due(
        _after(since, category.acknowledge_within_min, priority.acknowledge_within_min),
        _after(since, category.on_scene_within_min, priority.on_scene_within_min),
    )


def _after(since: datetime, own: int | None, common: int | None) -> datetime | None:
    minutes = common if own is None else own
    return None if minutes is None else since + timedelta(minutes=minutes)


def counting(status: Status) -> Deadline | None:
    """Tell what a report of a status waits for; None when somebody is there, or it is closed."""
    if status in UNACKNOWLEDGED:
        return Deadline.ACKNOWLEDGE
    return Deadline.ON_SCENE if status in UNDERWAY else None


def due_now(report: Report) -> datetime | None:
    """Return until when that is to happen which the report waits for."""
    match counting(Status(report.status)):
        case Deadline.ACKNOWLEDGE:
            return report.acknowledge_due_at
        case Deadline.ON_SCENE:
            return report.on_scene_due_at
    return None


def due_said(report: Report) -> dict[str, str | None]:
    """Return what history keeps of the deadlines that a step met or missed."""
    due = {
        Deadline.ACKNOWLEDGE: report.acknowledge_due_at,
        Deadline.ON_SCENE: report.on_scene_due_at,
    }
    return {name.value: at.isoformat() if at else None for name, at in due.items()}


def due_column() -> ColumnElement[datetime | None]:
    """SQL: the same."""
    return case(
        (Report.status.in_(UNACKNOWLEDGED), Report.acknowledge_due_at),
        (Report.status.in_(UNDERWAY), Report.on_scene_due_at),
        else_=None,
    )


async def set_deadlines(
    session: AsyncSession, context: UseCases, report: Report, now: datetime
) -> None:
    """Work out what is due by a report's category and priority of now.

    Whoever registers a report, or changes its category or priority, does this before it is written.
    """
    if report.deadlines_from is None:
        report.deadlines_from = now
    rule = (await session.execute(RULE_OF, {"priority": report.priority})).scalar()
    category = (await context.triage.get(session)).rules.by_code.get(report.category)
    due = deadlines(_own(category, report.priority), _within(rule), report.deadlines_from)
    report.acknowledge_due_at, report.on_scene_due_at = due.acknowledge, due.on_scene
    current = due_now(report)
    # Who has been told of a miss need not be told again because it is now another one.
    if current is None or current > now:
        _nobody_told(report)


def _own(category: Category | None, priority: int) -> Within | None:
    # What is more urgent than its category is by that, as danger to life, does not wait for it.
    if category is None or priority < category.priority:
        return None
    return Within(category.acknowledge_within_min, category.on_scene_within_min)


def _within(rule: DeadlineRule | None) -> Within | None:
    if rule is None:
        return None
    return Within(rule.acknowledge_within_min, rule.on_scene_within_min)


def follow_status(report: Report, before: Status, now: datetime) -> None:
    """Let the deadlines follow a change of status that was just made.

    Parameters
    ----------
    report : Report
        With its new status.
    before : Status
    now : datetime
    """
    after = Status(report.status)
    placed = before is not Status.QUEUED and after is Status.QUEUED
    if after in UNACKNOWLEDGED and (placed or before not in UNACKNOWLEDGED):
        since = report.deadlines_from
        if since is not None:
            passed = now - since
            if report.acknowledge_due_at is not None:
                report.acknowledge_due_at += passed
            if report.on_scene_due_at is not None:
                report.on_scene_due_at += passed
        report.deadlines_from = now
        report.late_by = []
        _nobody_told(report)
    elif counting(before) is not counting(after):
        _nobody_told(report)


def _nobody_told(report: Report) -> None:
    report.escalation_step, report.escalated_at = Step.NOBODY.value, None


async def rules(session: AsyncSession) -> list[DeadlineRule]:
    """Return how long reports may wait, the top priority first."""
    rows = await session.execute(select(DeadlineRule).order_by(DeadlineRule.priority))
    return list(rows.scalars())


async def change_rules(session: AsyncSession, actor: str, given: dict[int, Within]) -> None:
    """Say how long reports of some priorities may wait, from now on.

    Reports that are in already keep what was due, until their priority or category changes.

    Raises
    ------
    InvalidError
        For a priority or a time that cannot be.
    """
    known = {rule.priority: _within(rule) for rule in await rules(session)}
    for priority, within in sorted(given.items()):
        _check(priority, within)
        if known.get(priority) == within:
            continue
        values: dict[str, Any] = {
            "acknowledge_within_min": within.acknowledge_within_min,
            "on_scene_within_min": within.on_scene_within_min,
        }
        await session.execute(
            insert(table_of(DeadlineRule))
            .values(priority=priority, **values)
            .on_conflict_do_update(index_elements=["priority"], set_=values)
        )
        before = known.get(priority)
        session.add(
            RosterAudit(
                actor=actor,
                kind="deadlines",
                before={"priority": priority, **_said(before)} if before else None,
                after={"priority": priority, **_said(within)},
            )
        )


def _said(within: Within) -> dict[str, Any]:
    return {name: getattr(within, name) for name in Within.__slots__}


def _check(priority: int, within: Within) -> None:
    if priority not in PRIORITIES:
        message = f"A priority is {PRIORITIES[0]} to {PRIORITIES[-1]}, not {priority}"
        raise InvalidError(message)
    for minutes in (within.acknowledge_within_min, within.on_scene_within_min):
        if minutes is not None and not 0 < minutes <= LONGEST_MIN:
            message = f"A time is 1 to {LONGEST_MIN} minutes, not {minutes}"
            raise InvalidError(message)
    acknowledge, on_scene = within.acknowledge_within_min, within.on_scene_within_min
    if acknowledge is not None and on_scene is not None and on_scene < acknowledge:
        raise SceneTooSoonError
