"""The JSON of a report."""

from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel

from app.categories import Precision
from app.incident_shapes import IncidentView
from app.workflow import Status


class DistrictName(BaseModel):
    """A district's code and its name in each language."""

    code: str
    name: dict[str, str]


class OfficerName(BaseModel):
    """An officer's code and name."""

    code: str
    name: str


class PlacementView(BaseModel):
    """Where it happened, EPSG:4326, and how we know.

    `precision` is how exactly the caller is shown it: `block` is the middle of a block, `beat` a
    point in the middle of the beat.
    """

    kind: str
    lon: float
    lat: float
    accuracy_m: float | None
    label: str | None
    precision: Precision = Precision.EXACT


class CandidateView(BaseModel):
    """A district that the place may belong to."""

    code: str
    share: float | None
    distance_m: float


class DecisionView(BaseModel):
    """What routing said of the place, by which boundary set."""

    reason: str
    share: float | None
    distance_m: float | None
    candidates: list[CandidateView]
    boundary_set: int | None


class SkippedView(BaseModel):
    """A rung of the cover ladder that was passed over, or an officer on it."""

    rung: str | None = None
    officer: str | None
    why: str


class AssignmentView(BaseModel):
    """Who answers for it now, and why that one."""

    officer: OfficerName | None
    desk: str | None
    rung: str
    skipped: list[SkippedView]
    why: str | None


class MediaView(BaseModel):
    """A photo, video, voice message or document."""

    id: int
    kind: str
    url: str
    mime: str | None


class ReplyView(BaseModel):
    """An express reply and whether it reached the citizen."""

    text: str
    at: datetime
    state: str


class AnswerView(BaseModel):
    """What the citizen said while or after the report was worked on."""

    text: str
    at: datetime
    media: int
    kind: Literal["answered", "said_over", "reopened"]
    is_new: bool


class ProposedMoveView(BaseModel):
    """Where new boundaries would have a report that somebody has taken on already."""

    precinct: DistrictName | None
    beat: DistrictName | None
    officer: OfficerName | None
    desk: str | None
    boundary_set: int


class DeadlinesView(BaseModel):
    """Until when a report is to be acknowledged and somebody on the scene; null for no hurry.

    Only one of them counts at a time, by the report's status; `told` is who was told last that it
    was missed: `next_officer`, `desk` or `leader`.
    """

    acknowledge_by: datetime | None
    on_scene_by: datetime | None
    told: str | None


class MatchView(BaseModel):
    """Words of the text that a rule knew, and what for."""

    words: str
    category: str
    rule: str
    weight: float


class GuessView(BaseModel):
    """What a text may be about, and how much speaks for it."""

    category: str
    score: float


class TriageView(BaseModel):
    """What was read in the text, by which version of the rules."""

    version: int
    by: str
    certainty: float
    guesses: list[GuessView]
    matched: list[MatchView]
    danger: list[MatchView]
    abuse: list[MatchView] = []


class RedirectView(BaseModel):
    """Which services its citizen was sent to, and what decided that."""

    kind: str
    services: list[str]
    names: list[dict[str, str]]
    reason: str


class AppliedRuleView(BaseModel):
    """A dispatch rule that fits a report, and what it set; null for what it left as it was."""

    code: str
    names: dict[str, str]
    response: str | None
    priority: int | None
    desk: str | None


class DispatchView(BaseModel):
    """What the dispatch rules made of a report; `base` is what its category says."""

    version: int
    rules: list[AppliedRuleView]
    base: dict[str, Any]
    desk: str | None
    count: int


class ReportView(BaseModel):
    """One thing a citizen told us."""

    number: str
    status: Status
    text: str
    category: str
    category_by: str
    danger: bool
    triage: TriageView | None
    dispatch: DispatchView | None
    priority: int
    response: str
    placement: PlacementView | None
    decision: DecisionView | None
    precinct: DistrictName | None
    beat: DistrictName | None
    assignment: AssignmentView
    source: str
    reporter: str | None
    duplicate_of: str | None
    members: int
    people: int
    received_at: datetime
    updated_at: datetime
    deadlines: DeadlinesView
    version: int
    media: list[MediaView]
    awaiting: list[str]
    proposed_move: ProposedMoveView | None
    allowed: list[Status]
    replies: list[ReplyView]
    answers: list[AnswerView]
    answered_at: datetime | None
    reopened: int
    rating: int | None
    abusive: bool
    from_muted: bool
    redirect: RedirectView | None


class EventView(BaseModel):
    """One change in a report's history."""

    id: int
    at: datetime
    actor: str
    kind: str
    before: dict[str, Any] | None
    after: dict[str, Any] | None
    note: str | None


class DeliveryView(BaseModel):
    """A message to the citizen about a report, and where it is."""

    id: int
    purpose: str
    text: str | None
    state: str
    at: datetime
    possibly_twice: bool


class FullReportView(ReportView):
    """A report with all that happened to it."""

    history: list[EventView]
    deliveries: list[DeliveryView]
    incident: IncidentView
