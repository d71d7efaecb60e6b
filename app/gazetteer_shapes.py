"""What the gazetteer's entries look like to staff."""

from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel

from geo.gazetteer import NameKind

Kind = Literal["street", "landmark"]


class GazetteerNameView(BaseModel):
    """One name of a place; `shared_with` are other places that answer to it too."""

    text: str
    language: Literal["uk", "ru", "en"] | None
    kind: NameKind
    by_staff: bool
    shared_with: list[str]


class HouseView(BaseModel):
    """A house; `misplaced` is one that is not where a file has it, and looked for elsewhere."""

    number: str
    lon: float
    lat: float
    state: Literal["as_in_file", "moved", "added", "misplaced"]
    version: int


class MeetingView(BaseModel):
    """Where another street crosses."""

    id: int
    label: str
    lon: float
    lat: float


class EntryView(BaseModel):
    """A street or a landmark with everything that is known of it."""

    kind: Kind
    id: int
    type: str
    label: dict[str, str]
    names: list[GazetteerNameView]
    lon: float | None
    lat: float | None
    retired: bool
    version: int
    source: str
    course: dict[str, Any] | None
    houses: list[HouseView]
    crossings: list[MeetingView]


class ChangeView(BaseModel):
    """One edit; `can_undo` while nothing else was changed there since."""

    id: int
    at: datetime
    actor: str
    what: str
    kind: Kind
    thing_id: int | None
    house: str | None
    label: str
    before: dict[str, Any] | None
    after: dict[str, Any] | None
    undoes: int | None
    can_undo: bool
