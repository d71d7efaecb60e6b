"""The JSON of boundary sets."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from pydantic import BaseModel, Field

from app.access import Caller
from app.boundaries import BoundarySetSummary
from app.boundary_schedule import Scheduled
from app.context import UseCases
from app.permissions import Action, may


class CountsView(BaseModel):
    """How many problems of each severity."""

    error: int = 0
    warning: int = 0
    note: int = 0


class ScheduledView(BaseModel):
    """An activation at a set time."""

    id: int
    at: datetime
    by: str
    state: str
    error: str | None
    rollback: bool


class SetView(BaseModel):
    """A boundary set: a version of all districts.

    `repair` tells what was repaired on uploading, when that was asked for; `conflicts` which
    districts both sides had changed, after a rebase.
    """

    id: int
    label: str
    state: str
    in_force: bool
    was_in_force: bool
    based_on: int | None
    revision: int
    precincts: int
    beats: int
    source: str
    created_at: datetime
    created_by: str
    edited_by: list[str]
    proposed_at: datetime | None
    proposed_by: str | None
    approved_at: datetime | None
    approved_by: str | None
    approximate: bool
    may_approve: bool
    problem_counts: CountsView
    notes: list[str]
    repair: dict[str, Any] | None
    conflicts: list[dict[str, str]]
    scheduled: list[ScheduledView]


class SetLineView(SetView):
    """A boundary set with the number of its problems."""

    problems: CountsView


class SetsView(BaseModel):
    """All boundary sets, the newest first, and how much may be uploaded."""

    sets: list[SetLineView]
    upload_mb: float


class ProblemView(BaseModel):
    """One thing that is wrong with the districts of a set."""

    kind: str
    severity: str
    districts: list[str]
    place: dict[str, Any] | None = Field(description="A GeoJSON geometry to draw, EPSG:4326")
    area_m2: float | None
    distance_m: float | None
    values: dict[str, Any]
    storable: bool
    words: dict[str, str]


class CheckedSetView(SetView):
    """A boundary set with its problems, the worst first."""

    problems: list[ProblemView]
    problems_total: int


class ProblemsView(BaseModel):
    """All problems that are kept of a set."""

    problems: list[ProblemView]
    problems_total: int


def line(
    row: BoundarySetSummary,
    scheduled: Sequence[Scheduled],
    caller: Caller,
    context: UseCases,
) -> SetLineView:
    """Return a set's line of the list."""
    dicts = [note for note in row.notes if isinstance(note, dict)]
    repairs = [note for note in dicts if note.get("kind") == "repair"]
    conflicts = [note["conflicts"] for note in dicts if note.get("kind") == "rebase"]
    involved = {row.created_by, row.proposed_by, *row.edited_by}
    counts = CountsView.model_validate(row.problem_counts)
    plain = {
        name: getattr(row, name)
        for name in SetView.model_fields
        if name
        not in {"may_approve", "problem_counts", "notes", "repair", "conflicts", "scheduled"}
    }
    return SetLineView(
        **plain,
        may_approve=may(caller, Action.APPROVE_BOUNDARIES)
        and row.state == "proposed"
        and (context.allow_self_approval or caller.login not in involved),
        problem_counts=counts,
        problems=counts,
        notes=[note for note in row.notes if isinstance(note, str)],
        repair=repairs[-1] if repairs else None,
        conflicts=conflicts[-1] if conflicts else [],
        scheduled=[
            ScheduledView(
                id=each.id,
                at=each.at,
                by=each.by,
                state=each.state,
                error=each.error,
                rollback=each.rollback,
            )
            for each in scheduled
        ],
    )


class DeedView(BaseModel):
    """One thing that was done to a set."""

    id: int
    at: Any
    actor: str
    kind: str
    before: dict[str, Any] | None
    after: dict[str, Any] | None


class AuditView(BaseModel):
    """What was done to a set, the first thing first."""

    audit: list[DeedView]
