"""What a report's history says of how it was dealt with: the definitions of docs/evidence.md."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from app.evidence_counts import NEVER, NO_DEADLINE, NOT_YET, Mark, Metric, Placed
from app.workflow import CLOSED, OPEN, WORKED_ON, Status

DEALT_WITH = frozenset({Status.RESOLVED, Status.REDIRECTED})
TAKEN_ON = WORKED_ON | DEALT_WITH
HOW_PLACED = {
    "shared": Placed.BY_LOCATION,
    "live": Placed.BY_LOCATION,
    "venue": Placed.BY_LOCATION,
    "geocoded": Placed.BY_TEXT,
    "confirmed": Placed.BY_TEXT,
    "operator": Placed.BY_DESK,
}
POSTED = frozenset({"primary", "deputy"})
SYSTEM = "system"


@dataclass(frozen=True, slots=True)
class Happened:
    """One event of a report's history."""

    at: datetime
    actor: str
    kind: str
    before: Mapping[str, Any] | None
    after: Mapping[str, Any] | None


@dataclass(frozen=True, slots=True)
class Reported:
    """What the register says of a report now."""

    received_at: datetime
    status: Status
    is_citizens: bool
    response: str
    danger: bool
    is_duplicate: bool
    acknowledge_due_at: datetime | None
    on_scene_due_at: datetime | None


@dataclass(frozen=True, slots=True)
class Course:
    """How a report was dealt with, as figures count it."""

    times: dict[Metric, int]
    due: dict[Metric, int]
    marks: Mark
    placed: Placed
    stars: int


def course(report: Reported, events: Sequence[Happened], shared: Sequence[Happened] = ()) -> Course:
    """Read a report's history.

    Parameters
    ----------
    report : Reported
    events : sequence of Happened
        All of them, the first one first.
    shared : sequence of Happened, optional
        What happened to the report that this one follows, since it does. Its steps are told to
        this one's citizen, too; what was said to another citizen is not.
    """
    taken = [event for event in shared if _status(event) is not None]
    told = sorted([*events, *taken], key=lambda event: event.at) if taken else events
    steps = [(event, _status(event)) for event in told]
    first: dict[Metric, Happened | None] = {
        Metric.ANSWER: None,
        Metric.ACKNOWLEDGE: None,
        Metric.ON_SCENE: None,
    }
    closed = None
    for event, status in steps:
        by_person = event.actor != SYSTEM and not event.actor.startswith("citizen:")
        if by_person and (event.kind in {"replied", "duplicate"} or status in TAKEN_ON):
            first[Metric.ANSWER] = first[Metric.ANSWER] or event
        if status in TAKEN_ON:
            first[Metric.ACKNOWLEDGE] = first[Metric.ACKNOWLEDGE] or event
        if status is Status.ON_SCENE:
            first[Metric.ON_SCENE] = first[Metric.ON_SCENE] or event
        if status in DEALT_WITH:
            closed = event
    is_open = report.status in OPEN
    done = closed if report.status in DEALT_WITH and not report.is_duplicate else None
    waits = NOT_YET if is_open else NEVER
    times = {
        metric: NEVER
        if metric is Metric.ANSWER and not report.is_citizens
        else (waits if event is None else _seconds(report.received_at, event.at))
        for metric, event in (first | {Metric.CLOSE: done}).items()
    }
    return Course(
        times=times,
        due={
            metric: _due(report, None if event in taken else event, name, now_due)
            for metric, name, now_due in (
                (Metric.ACKNOWLEDGE, "acknowledge", report.acknowledge_due_at),
                (Metric.ON_SCENE, "on_scene", report.on_scene_due_at),
            )
            for event in [first[metric]]
        },
        marks=_marks(report, events),
        placed=_placed(events),
        stars=next(
            (int((e.after or {})["stars"]) for e in reversed(events) if e.kind == "rated"), 0
        ),
    )


def _status(event: Happened) -> Status | None:
    """The step that somebody took with an event; a repetition is closed without any work."""
    said = (event.after or {}).get("status")
    if said is None or event.kind in {"registered", "duplicate"}:
        return None
    return Status(said)


def _seconds(since: datetime, until: datetime) -> int:
    return max(0, int((until - since).total_seconds()))


def _due(report: Reported, event: Happened | None, name: str, now_due: datetime | None) -> int:
    """Until when it was due at the time it was done; else until when it is due."""
    said = ((event.after or {}).get("due") or {}).get(name, "") if event else ""
    if event is not None and said is None:
        return NO_DEADLINE
    due = datetime.fromisoformat(said) if said else now_due
    return NO_DEADLINE if due is None else _seconds(report.received_at, due)


def _marks(report: Reported, events: Sequence[Happened]) -> Mark:
    marks = Mark(0)
    if report.is_duplicate:
        marks |= Mark.DUPLICATE
    if report.response == "redirect":
        marks |= Mark.OFF_TOPIC
    if report.danger:
        marks |= Mark.DANGER
    placed = None
    for event in events:
        before, after = event.before or {}, event.after or {}
        if _is(before, CLOSED) and _is(after, OPEN):
            marks |= Mark.REOPENED
        if event.kind == "placed" and _is_corrected(before, after):
            marks |= Mark.CORRECTED
        if _is_moved(event.kind, before.get("assignment"), after.get("assignment")):
            marks |= Mark.MOVED
        if placed is None and (after.get("placement") or {}).get("beat"):
            placed = event
            marks |= Mark.IN_BEAT
            if (after.get("assignment") or {}).get("rung") not in POSTED:
                marks |= Mark.COVERED
    return marks


def _is(side: Mapping[str, Any], statuses: frozenset[Status]) -> bool:
    return side.get("status") in statuses


def _is_corrected(before: Mapping[str, Any], after: Mapping[str, Any]) -> bool:
    """Tell whether a place was put right: not confirmed, nor followed while it moves."""
    was, now = ((side.get("placement") or {}).get("kind") for side in (before, after))
    return was is not None and now not in {"confirmed", "live"}


def _is_moved(kind: str, before: Mapping[str, Any] | None, after: Mapping[str, Any] | None) -> bool:
    """Tell whether another answers for it, but for finding the first and for taking it on."""
    if kind in {"registered", "placed"} or not before or not after or after.get("rung") == "taken":
        return False
    return any(before.get(name) != after.get(name) for name in ("officer_id", "desk"))


def _placed(events: Sequence[Happened]) -> Placed:
    for event in events:
        kind = ((event.after or {}).get("placement") or {}).get("kind")
        if kind is not None:
            return HOW_PLACED[kind]
    return Placed.NOT
