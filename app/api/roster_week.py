"""The page's week: a precinct's plan and truth, copying a week, taking back the last change."""

from datetime import date, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field
from sqlalchemy.ext.asyncio import AsyncSession

from app.access import Caller
from app.api.callers import COUNTS_ALL, EditsRoster, PartsOf, SeesRoster, Transaction
from app.api.parts import Parts
from app.api.problems import problems
from app.api.roster_tags import tag_of
from app.api.shapes import Body, Words
from app.city_time import FIRST_YEAR, LAST_YEAR, CityDay, today, week_of
from app.cover import Duty
from app.directory import Directory
from app.errors import ForbiddenError, NotFoundError
from app.permissions import Action, may, scope_of, sees_phone
from app.report_shapes import DistrictName
from app.roster import facts_said
from app.roster_changes import Entry
from app.roster_copy import Copy, WhyNot, copy_week, plan_copy
from app.roster_rows import entry_said
from app.roster_undo import LastChange, last_change, undo
from app.roster_week import OfficerWeek, week
from geo.districts import Level

router = APIRouter(prefix="/api/v1", tags=["roster"], responses=problems(401, 403, 404, 422, 503))

Day = Annotated[date, Field(ge=date(FIRST_YEAR, 1, 10), le=date(LAST_YEAR, 12, 20))]
Precinct = Annotated[Words, Field(min_length=1, max_length=100)]


class DayView(BaseModel):
    """A day of the city: 23 or 25 hours long when clocks change."""

    date: date
    since: datetime
    until: datetime
    hours: float


class PlannedView(BaseModel):
    """A posting, a shift or a leave; `tag` names this state of it for `If-Match`."""

    id: int
    kind: str
    beat: str | None
    since: datetime
    until: datetime | None
    tag: str


class TapView(BaseModel):
    """Somebody came on duty or went off."""

    at: datetime
    on_duty: bool


class SpanView(BaseModel):
    """From when till when."""

    since: datetime
    until: datetime


class WeekOfficerView(BaseModel):
    """An officer, their week, and the truth of it up to now; the phone only for who needs it."""

    code: str
    name: str
    rank: str | None
    reception: str | None
    phone: str | None
    load_limit: int | None
    active: bool
    tag: str
    duty: Duty
    open_reports: int
    postings: list[PlannedView]
    shifts: list[PlannedView]
    leaves: list[PlannedView]
    taps: list[TapView]
    present: list[SpanView]


class UndoView(BaseModel):
    """The caller's last change: of how many rows, and what the first was and became."""

    change: str
    at: datetime
    things: int
    kind: str
    officer: str
    before: dict[str, Any] | None
    after: dict[str, Any] | None


class WeekView(BaseModel):
    """A precinct's week."""

    timezone: str
    now: datetime
    load_limit: int | None
    may_edit: bool
    sees_phones: bool
    precincts: list[DistrictName]
    precinct: DistrictName | None
    beats: list[DistrictName]
    days: list[DayView]
    officers: list[WeekOfficerView]
    undo: UndoView | None


@router.get("/roster/week", dependencies=[COUNTS_ALL])
async def roster_week(
    caller: SeesRoster,
    session: Transaction,
    parts: PartsOf,
    precinct: Annotated[Precinct | None, Query(description="The caller's, or the first")] = None,
    day: Annotated[Day | None, Query(description="Of the week; today by default")] = None,
) -> WeekView:
    """Return who is planned when in a precinct's week, and who was there."""
    context = parts.context
    now = context.clock()
    days = week_of(day or today(now, context.timezone), context.timezone)
    directory = await parts.directories.current_or_none(session)
    seen = list(directory.seen_by(scope_of(caller))) if directory else []
    precincts = [each.code for each in seen if each.level is Level.PRECINCT]
    if precinct is not None and precinct not in precincts:
        raise NotFoundError(f"There is no precinct {precinct}")
    chosen = precinct or (precincts[0] if precincts else None)
    found: list[OfficerWeek] = []
    if chosen is not None:
        found = await week(session, chosen, days[0].since, days[-1].until, now)
    edits = may(caller, Action.EDIT_ROSTER)
    return WeekView(
        timezone=context.timezone.key,
        now=now,
        load_limit=context.load_limit,
        may_edit=edits,
        sees_phones=may(caller, Action.SEE_PHONES),
        precincts=[_named(directory, code) for code in precincts],
        precinct=_named(directory, chosen) if chosen else None,
        beats=[
            _named(directory, each.code)
            for each in seen
            if each.level is Level.BEAT and each.parent == chosen
        ],
        days=[_day(each) for each in days],
        officers=[_officer(one, caller) for one in found],
        undo=_undo(await last_change(session, caller.login) if edits else None),
    )


class CopyBody(Body):
    """Which week of a precinct is copied to which; with `digest`, only what was shown."""

    precinct: Precinct
    source: Day
    target: Day
    dry_run: bool = False
    digest: Annotated[Words | None, Field(max_length=64)] = None


class CopiedShiftView(BaseModel):
    """A shift as it is, or would be, in the other week."""

    officer: str
    kind: str
    since: datetime
    until: datetime | None


class SkippedView(BaseModel):
    """A shift that is not copied, and what stands in its way."""

    shift: CopiedShiftView
    why: WhyNot
    other: SpanView | None = None


class CopyView(BaseModel):
    """What is added, what is not, and how much was there already."""

    added: list[CopiedShiftView]
    skipped: list[SkippedView]
    same: int
    digest: str
    done: bool


@router.post("/roster/copy-week", responses=problems(409))
async def copy(
    body: CopyBody, caller: EditsRoster, session: Transaction, parts: PartsOf
) -> CopyView:
    """Plan a week like another one by the clock on the wall; what is planned already stays."""
    await _must_be_theirs(session, caller, parts, body.precinct)
    weeks = (body.source, body.target)
    if body.dry_run:
        planned = await plan_copy(session, parts.context, body.precinct, *weeks)
        return _copied(planned, done=False)
    made, _ = await copy_week(
        session, parts.context, caller.login, body.precinct, weeks, body.digest
    )
    return _copied(made, done=True)


class UndoBody(Body):
    """The change that is meant; it must still be the last one."""

    change: Annotated[Words | None, Field(max_length=30, pattern=r"^[0-9]+$")] = None


@router.post("/roster/undo", responses=problems(409))
async def take_back(
    body: UndoBody, caller: EditsRoster, session: Transaction, parts: PartsOf
) -> UndoView | None:
    """Take back the caller's last change of the last day; the answer is what was taken back."""
    last, _ = await undo(session, parts.context, caller.login, scope_of(caller), body.change)
    return _undo(last)


async def _must_be_theirs(
    session: AsyncSession, caller: Caller, parts: Parts, precinct: str
) -> None:
    directory = await parts.directories.current_or_none(session)
    entry = directory.entries.get(precinct) if directory else None
    if entry is None or entry.level is not Level.PRECINCT:
        raise NotFoundError(f"There is no precinct {precinct}")
    if not scope_of(caller).allows(precinct):
        raise ForbiddenError(f"Precinct {precinct} keeps its own roster")


def _named(directory: Directory | None, code: str) -> DistrictName:
    entry = directory.entries.get(code) if directory else None
    return DistrictName(code=code, name=entry.name if entry else {})


def _day(day: CityDay) -> DayView:
    return DayView(date=day.date, since=day.since, until=day.until, hours=day.hours)


def _officer(one: OfficerWeek, caller: Caller) -> WeekOfficerView:
    facts = one.facts
    return WeekOfficerView(
        code=facts.code,
        name=facts.name,
        rank=facts.rank,
        reception=facts.reception,
        phone=facts.phone if sees_phone(caller, facts.code) else None,
        load_limit=facts.load_limit,
        active=facts.active,
        tag=tag_of(facts.code, facts_said(facts)),
        duty=one.duty,
        open_reports=one.open_reports,
        postings=[_planned(each) for each in one.postings],
        shifts=[_planned(each) for each in one.shifts],
        leaves=[_planned(each) for each in one.leaves],
        taps=[TapView(at=tap.at, on_duty=tap.on_duty) for tap in one.taps],
        present=[SpanView(since=since, until=until) for since, until in one.present],
    )


def _planned(entry: Entry) -> PlannedView:
    return PlannedView(
        id=entry.id or 0,
        kind=entry.kind,
        beat=entry.beat,
        since=entry.since,
        until=entry.until,
        tag=tag_of(entry.officer, entry_said(entry)),
    )


def _copied(copy: Copy, *, done: bool) -> CopyView:
    return CopyView(
        added=[_shift(each) for each in copy.added],
        skipped=[
            SkippedView(
                shift=_shift(each.shift),
                why=each.why,
                other=SpanView(since=each.other.since, until=each.other.until)
                if each.other and each.other.until
                else None,
            )
            for each in copy.skipped
        ],
        same=copy.same,
        digest=copy.digest,
        done=done,
    )


def _shift(entry: Entry) -> CopiedShiftView:
    return CopiedShiftView(
        officer=entry.officer, kind=entry.kind, since=entry.since, until=entry.until
    )


def _undo(last: LastChange | None) -> UndoView | None:
    if last is None:
        return None
    return UndoView(
        change=last.change,
        at=last.at,
        things=last.things,
        kind=last.kind,
        officer=last.officer,
        before=last.before,
        after=last.after,
    )
