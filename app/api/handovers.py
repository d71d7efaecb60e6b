"""What a desk's shifts hand over to each other: read, noted on, and signed."""

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query
from pydantic import BaseModel, Field

from app import handovers
from app.access import Caller
from app.api.callers import PartsOf, SeesHandovers, SitsAtDesk, Transaction
from app.api.problems import problems
from app.api.shapes import Body, Code, Words
from app.directory import Directory
from app.models import DeskHandover
from app.permissions import scope_of
from app.report_shapes import DistrictName

router = APIRouter(prefix="/api/v1/handovers", tags=["desk"], responses=problems(401, 403, 422))

HandoverId = Annotated[int, Path(ge=1, le=2**31 - 1)]


class Person(BaseModel):
    """Somebody who was at the desk."""

    login: str
    name: str


class NamedReport(BaseModel):
    """A report as it was then."""

    number: str
    status: str
    priority: int
    received_at: datetime


class NamedReports(BaseModel):
    """How many reports, and the first of them in working order."""

    total: int
    reports: list[NamedReport]


class LeftBeat(BaseModel):
    """A beat that nobody answered for."""

    code: str
    name: dict[str, str]
    since: datetime
    why: str


class LeftBeats(BaseModel):
    """How many beats were unattended, and the first of them."""

    total: int
    beats: list[LeftBeat]


class FailedMessage(BaseModel):
    """A message to a citizen that did not arrive, or may not have."""

    number: str
    purpose: str
    state: str


class FailedMessages(BaseModel):
    """How many messages, and the newest of them."""

    total: int
    messages: list[FailedMessage]


class Total(BaseModel):
    """How many."""

    total: int


class SummaryView(BaseModel):
    """What the desk had on its hands, as it was when the shift ended."""

    open: NamedReports
    by_status: dict[str, int]
    overdue: NamedReports
    unplaced: NamedReports
    unattended: LeftBeats
    undelivered: FailedMessages
    dead_letters: Total


class HandoverView(BaseModel):
    """One handover; `may_note`: whether the caller may add words to it."""

    id: int
    desk: DistrictName
    at: datetime
    leaving: list[Person]
    staying: list[Person]
    summary: SummaryView
    note: str | None
    note_by: str | None
    note_at: datetime | None
    signed_by: Person | None
    signed_at: datetime | None
    may_note: bool


class HandoversView(BaseModel):
    """Handovers, the newest first; `before` asks for the next ones."""

    handovers: list[HandoverView]
    before: int | None


class NoteBody(Body):
    """What who leaves says to who comes."""

    text: Annotated[Words, Field(min_length=1, max_length=handovers.NOTE_LIMIT)]


@router.get("")
async def list_handovers(
    caller: SeesHandovers,
    session: Transaction,
    parts: PartsOf,
    *,
    desk: Annotated[Code | None, Query(description="`city` or a precinct's code")] = None,
    unsigned: bool = False,
    before: Annotated[int | None, Query(ge=1, le=2**31 - 1)] = None,
    limit: Annotated[int, Query(ge=1, le=handovers.SHOWN)] = 20,
) -> HandoversView:
    """List the handovers of the caller's desk, or of all."""
    found = await handovers.handovers(
        session,
        scope_of(caller),
        desk=desk,
        unsigned=unsigned,
        before=before,
        limit=limit + 1,
    )
    directory = await parts.directories.current_or_none(session)
    return HandoversView(
        handovers=[_view(each, caller, directory) for each in found[:limit]],
        before=found[limit - 1].id if len(found) > limit else None,
    )


@router.get("/{handover_id}", responses=problems(404))
async def one(
    handover_id: HandoverId, caller: SeesHandovers, session: Transaction, parts: PartsOf
) -> HandoverView:
    """Return one handover."""
    found = await handovers.find(session, scope_of(caller), handover_id)
    return _view(found, caller, await parts.directories.current_or_none(session))


@router.post("/{handover_id}/note", responses=problems(404, 409))
async def note(
    handover_id: HandoverId,
    body: NoteBody,
    caller: SitsAtDesk,
    session: Transaction,
    parts: PartsOf,
) -> HandoverView:
    """Add a note to what one hands over; a second one replaces it, until it is signed."""
    found = await handovers.find(session, scope_of(caller), handover_id, hold=True)
    await handovers.add_note(session, parts.context, caller, found, body.text)
    return _view(found, caller, await parts.directories.current_or_none(session))


@router.post("/{handover_id}/sign", responses=problems(404, 409))
async def sign(
    handover_id: HandoverId, caller: SitsAtDesk, session: Transaction, parts: PartsOf
) -> HandoverView:
    """Take the desk over: say that one has read it."""
    found = await handovers.find(session, scope_of(caller), handover_id, hold=True)
    await handovers.sign(session, parts.context, caller, found)
    return _view(found, caller, await parts.directories.current_or_none(session))


def _view(found: DeskHandover, caller: Caller, directory: Directory | None) -> HandoverView:
    entry = directory.entries.get(found.desk) if directory else None
    signed: dict[str, Any] | None = None
    if found.signed_by is not None and found.signed_name is not None:
        signed = {"login": found.signed_by, "name": found.signed_name}
    return HandoverView(
        id=found.id,
        desk=DistrictName(code=found.desk, name=entry.name if entry else {}),
        at=found.at,
        leaving=[Person.model_validate(each) for each in found.leaving],
        staying=[Person.model_validate(each) for each in found.staying],
        summary=SummaryView.model_validate(found.summary),
        note=found.note,
        note_by=found.note_by,
        note_at=found.note_at,
        signed_by=Person.model_validate(signed) if signed else None,
        signed_at=found.signed_at,
        may_note=found.signed_at is None and handovers.leaves(found, caller),
    )
