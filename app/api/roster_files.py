"""The roster as a file: what it would change, bringing it in, and taking it out."""

import asyncio
from datetime import date, datetime, timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import BaseModel, Field
from starlette.datastructures import UploadFile

from app.access import Caller
from app.api.callers import PartsOf, SeesRoster, Transaction, allowed_for_long
from app.api.forms import form
from app.api.parts import Parts
from app.api.problems import problems
from app.api.roster_week import Day, Precinct
from app.city_time import today, week_of
from app.errors import InvalidError, NotFoundError, TooLargeError
from app.permissions import Action, claim_of, may, scope_of
from app.roster import OfficerFacts, facts_said
from app.roster_changes import Change, Entry
from app.roster_csv import RosterFile, read, write
from app.roster_import import (
    Preview,
    bring_in,
    columns,
    export_rows,
    fault_view,
    preview,
    refusal,
)
from app.roster_rows import entry_said

router = APIRouter(prefix="/api/v1", tags=["roster"], responses=problems(401, 403, 413, 422))

LARGEST_FILE = 8 * 1024 * 1024
# What stands around the file of a form.
LARGER_BODIES = {
    "/api/v1/roster/preview": LARGEST_FILE + 64 * 1024,
    "/api/v1/roster/import": LARGEST_FILE + 64 * 1024,
}
MOST_SHOWN = 2_000
CSV = "text/csv; charset=utf-8"
FORM = form(digest={"type": "string", "description": "Of a preview: only exactly that is done"})
ONE_DAY = timedelta(days=1)

Editor = Annotated[Caller, Depends(allowed_for_long(Action.EDIT_ROSTER))]


class FaultView(BaseModel):
    """What is wrong, in which line of the file, in words of every language."""

    line: int
    kind: str
    words: dict[str, str]


class ChangeView(BaseModel):
    """One thing that is `added`, `changed` or `ended`."""

    what: str
    verb: str
    officer: str
    line: int
    before: dict[str, Any] | None
    after: dict[str, Any] | None


class PreviewView(BaseModel):
    """What a file changes; with faults, nothing can be done with it.

    `changes` has at most 2,000 of them, by officer; `counts` counts all.
    """

    rows: int
    unchanged: int
    counts: dict[str, int]
    digest: Annotated[str, Field(description="To import exactly this and nothing else")]
    faults: list[FaultView]
    changes: list[ChangeView]
    names: dict[str, str]
    done: bool


@router.post("/roster/preview", openapi_extra=FORM, responses=problems(503))
async def preview_file(request: Request, caller: Editor, parts: PartsOf) -> PreviewView:
    """Tell what a roster file would change, officer by officer; nothing is stored."""
    async with parts.heavy:
        file, _ = await _received(request, parts)
        async with parts.database.transaction(claim_of(caller, wide=True)) as session:
            found = await preview(session, parts.context, file, scope_of(caller))
    return _view(parts, file, found, done=False)


@router.post("/roster/import", openapi_extra=FORM, responses=problems(409, 503))
async def import_file(request: Request, caller: Editor, parts: PartsOf) -> PreviewView:
    """Make the roster what a file says: all of it, or on any fault nothing."""
    async with parts.heavy:
        file, digest = await _received(request, parts)
        if file.faults:
            raise refusal(file.faults, parts.context.timezone)
        async with parts.database.transaction(claim_of(caller, wide=True)) as session:
            found, _ = await bring_in(
                session, parts.context, caller.login, file, scope_of(caller), digest
            )
    return _view(parts, file, found, done=True)


@router.get(
    "/roster.csv",
    response_class=Response,
    responses=problems(404)
    | {200: {"description": "The roster", "content": {"text/csv": {"schema": {"type": "string"}}}}},
)
async def export_file(
    caller: SeesRoster,
    session: Transaction,
    parts: PartsOf,
    precinct: Annotated[Precinct | None, Query(description="All of them by default")] = None,
    since: Annotated[Day | None, Query(description="This week's Monday by default")] = None,
    until: Annotated[
        Day | None, Query(description="The last day; without it, all that follows")
    ] = None,
) -> Response:
    """Return the roster of a span of days as a file that can be imported again."""
    scope = scope_of(caller)
    if precinct is not None and not scope.allows(precinct):
        raise NotFoundError(f"There is no precinct {precinct}")
    begins, ends = span(parts, since, until)
    rows = await export_rows(session, scope, precinct, begins, ends)
    named = columns(with_phones=may(caller, Action.SEE_PHONES))
    zone = parts.context.timezone
    body = await asyncio.to_thread(lambda: "".join(write(rows, zone, named)).encode())
    name = (
        f"roster-{precinct if precinct and precinct.isalnum() and precinct.isascii() else 'city'}"
    )
    return Response(
        body,
        media_type=CSV,
        headers={"Content-Disposition": f'attachment; filename="{name}.csv"'},
    )


def span(parts: Parts, since: date | None, until: date | None) -> tuple[datetime, datetime | None]:
    """Return the instants between which days lie."""
    zone = parts.context.timezone
    monday = week_of(today(parts.context.clock(), zone), zone)[0]
    begins = next(each for each in week_of(since, zone) if each.date == since) if since else monday
    if until is None:
        return begins.since, None
    last = next(each for each in week_of(until, zone) if each.date == until)
    if last.until <= begins.since:
        raise InvalidError("The last day is not before the first")
    return begins.since, last.until


async def _received(request: Request, parts: Parts) -> tuple[RosterFile, str | None]:
    async with request.form(max_files=1, max_fields=5) as form:
        file, digest = form.get("file"), form.get("digest")
        if not isinstance(file, UploadFile):
            raise InvalidError("The form has no file", field="file")
        content = await file.read(LARGEST_FILE + 1)
    if len(content) > LARGEST_FILE:
        raise TooLargeError(f"A roster file may have {LARGEST_FILE} bytes")
    read_it = await asyncio.to_thread(read, content, parts.context.timezone)
    return read_it, digest if isinstance(digest, str) and digest else None


def _view(parts: Parts, file: RosterFile, found: Preview, *, done: bool) -> PreviewView:
    zone = parts.context.timezone
    named = {each.code: each.facts.get("name") or each.code for each in file.officers}
    return PreviewView(
        rows=found.rows,
        unchanged=found.unchanged,
        counts=found.counts(),
        digest=found.digest,
        faults=[FaultView(**fault_view(each, zone)) for each in found.faults],
        changes=[_change(each) for each in found.changes[:MOST_SHOWN]],
        names=named,
        done=done,
    )


def _change(change: Change) -> ChangeView:
    return ChangeView(
        what=change.what,
        verb=change.verb,
        officer=change.officer,
        line=change.line,
        before=_said(change.before),
        after=_said(change.after),
    )


def _said(thing: Entry | OfficerFacts | None) -> dict[str, Any] | None:
    if thing is None:
        return None
    return entry_said(thing) if isinstance(thing, Entry) else facts_said(thing)
