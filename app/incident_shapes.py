"""The JSON of an incident."""

from datetime import datetime

from pydantic import BaseModel

from app.workflow import Status


class WhyView(BaseModel):
    """What speaks for two reports being one incident; `by` is who linked them, or `system`."""

    by: str | None = None
    distance_m: int | None = None
    minutes: int | None = None
    likeness: float | None = None
    category: str | None = None
    same_category: bool = False
    same_person: bool = False
    score: float | None = None


class MemberView(BaseModel):
    """A report that follows another one."""

    number: str
    text: str
    category: str
    danger: bool
    reporter: str | None
    received_at: datetime
    joined_at: datetime | None
    answered_at: datetime | None
    media: int
    why: WhyView


class SuggestionView(BaseModel):
    """A report that may be the same."""

    number: str
    status: Status
    text: str
    category: str
    people: int
    received_at: datetime
    why: WhyView


class IncidentView(BaseModel):
    """What a report belongs to; `entry` is the number of the one that is worked on."""

    entry: str
    why: WhyView | None
    members_total: int
    members: list[MemberView]
    suggestions: list[SuggestionView]
    said_other: list[str]
