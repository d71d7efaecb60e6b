"""What staff do with a report."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated

from fastapi import APIRouter
from pydantic import Field
from sqlalchemy.ext.asyncio import AsyncSession

from app import (
    conduct,
    incident_keeping,
    incidents,
    report_actions,
    report_category,
    report_moves,
    report_refusals,
)
from app.access import Caller
from app.api.callers import (
    Assigns,
    Merges,
    PartsOf,
    Places,
    Replies,
    SeesConduct,
    Transaction,
    Works,
)
from app.api.parts import Parts
from app.api.problems import problems
from app.api.shapes import Body, Code, LongText, Number, ShortText, Version
from app.errors import ConflictError, NotFoundError
from app.models import Report
from app.permissions import scope_of
from app.report_actions import Actor
from app.report_shapes import ReportView
from app.report_views import Viewer, view
from app.reports import locked
from app.routing import hold_boundaries
from app.workflow import Status

router = APIRouter(
    prefix="/api/v1/reports", tags=["reports"], responses=problems(401, 403, 404, 409, 422)
)


class StatusBody(Body):
    """The next step, and the version it is meant for."""

    status: Status
    note: ShortText | None = None
    version: Version | None = None


class ReplyBody(Body):
    """An express reply."""

    text: Annotated[LongText, Field(min_length=1)]
    version: Version | None = None


class PlacementBody(Body):
    """Where it happened, EPSG:4326."""

    lon: float
    lat: float
    version: Version | None = None


class AssignmentBody(Body):
    """Who shall answer for it: an officer's code, or a desk (a precinct's code, or `city`)."""

    officer: Code | None = None
    desk: Code | None = None
    why: Annotated[ShortText, Field(min_length=1)]
    version: Version | None = None


class RefusalBody(Body):
    """Why the report is not the officer's."""

    why: Annotated[ShortText, Field(min_length=1)]
    version: Version | None = None


Other = Annotated[str, Field(pattern=r"^[0-9]{4}-[0-9]{6,12}$", max_length=20)]


class DuplicateBody(Body):
    """The number of the report that it repeats, and follows from now on."""

    of: Other
    version: Version | None = None


class DistinctBody(Body):
    """The number of a report that it is not the same as."""

    of: Other
    version: Version | None = None


class SeparateBody(Body):
    """Why a report is worked on by itself again, and the version it is meant for."""

    note: ShortText | None = None
    version: Version | None = None


class CategoryBody(Body):
    """What a report is about, by somebody who knows."""

    category: Code
    danger: Annotated[
        bool | None,
        Field(description="Whether a life is in danger; what is known of that stays by default"),
    ] = None
    version: Version | None = None


class AbusiveBody(Body):
    """Whether a report is nothing but rudeness."""

    abusive: bool
    version: Version | None = None


class MoveBody(Body):
    """Whether a report goes where new boundaries would have it."""

    accept: bool
    version: Version | None = None


@router.post("/{number}/status")
async def change_status(
    number: Number, body: StatusBody, caller: Works, session: Transaction, parts: PartsOf
) -> ReportView:
    """Move a report along its way."""
    report = await _locked(session, caller, number)
    async with _conflicts_shown(session, caller, parts, report, body.version):
        await report_actions.change_status(
            session, parts.context, _actor(caller), report, body.status, body.note
        )
    return await _answer(session, caller, parts, report)


@router.post("/{number}/reply")
async def reply(
    number: Number, body: ReplyBody, caller: Replies, session: Transaction, parts: PartsOf
) -> ReportView:
    """Send the citizen an express reply."""
    report = await _locked(session, caller, number)
    async with _conflicts_shown(session, caller, parts, report, body.version):
        await report_actions.reply(session, parts.context, _actor(caller), report, body.text)
    return await _answer(session, caller, parts, report)


@router.post("/{number}/seen", status_code=204)
async def seen(number: Number, caller: Works, session: Transaction, parts: PartsOf) -> None:
    """Note that what the citizen said last has been read."""
    report = await _locked(session, caller, number)
    await report_actions.seen(session, parts.context, _actor(caller), report)


@router.post("/{number}/placement")
async def place(
    number: Number, body: PlacementBody, caller: Places, session: Transaction, parts: PartsOf
) -> ReportView:
    """Put a report on the map."""
    report = await _locked(session, caller, number)
    async with _conflicts_shown(session, caller, parts, report, body.version):
        await report_actions.place(
            session, parts.context, _actor(caller), report, body.lon, body.lat
        )
    return await _answer(session, caller, parts, report)


@router.post("/{number}/assignment")
async def assign(
    number: Number, body: AssignmentBody, caller: Assigns, session: Transaction, parts: PartsOf
) -> ReportView:
    """Give a report to an officer or a desk."""
    report = await _locked(session, caller, number)
    async with _conflicts_shown(session, caller, parts, report, body.version):
        await report_actions.assign(
            session,
            parts.context,
            _actor(caller),
            report,
            body.officer,
            body.desk,
            body.why,
        )
    return await _answer(session, caller, parts, report)


@router.post("/{number}/refusal")
async def refuse(
    number: Number, body: RefusalBody, caller: Works, session: Transaction, parts: PartsOf
) -> ReportView:
    """Say that a report is not yours; the ladder finds who is next."""
    report = await _locked(session, caller, number)
    async with _conflicts_shown(session, caller, parts, report):
        await report_refusals.refuse(
            session, parts.context, _actor(caller), report, body.why, body.version
        )
    return await _answer(session, caller, parts, report)


@router.post("/{number}/category", responses=problems(503))
async def sort(
    number: Number, body: CategoryBody, caller: Works, session: Transaction, parts: PartsOf
) -> ReportView:
    """Say what a report is about; its priority and response follow."""
    report = await _locked(session, caller, number)
    async with _conflicts_shown(session, caller, parts, report, body.version):
        await report_category.correct(
            session, parts.context, report, body.category, caller.login, danger=body.danger
        )
    return await _answer(session, caller, parts, report)


@router.post("/{number}/abusive")
async def mark_abusive(
    number: Number, body: AbusiveBody, caller: SeesConduct, session: Transaction, parts: PartsOf
) -> ReportView:
    """Say that a report is nothing but rudeness, or take that back."""
    await conduct.hold_reporter(session, number)
    report = await _locked(session, caller, number)
    async with _conflicts_shown(session, caller, parts, report, body.version):
        await conduct.mark(session, parts.context, report, caller.login, abusive=body.abusive)
    return await _answer(session, caller, parts, report)


@router.post("/{number}/duplicate")
async def mark_duplicate(
    number: Number, body: DuplicateBody, caller: Merges, session: Transaction, parts: PartsOf
) -> ReportView:
    """Let a report follow another one: both are one incident, worked on by that one."""
    report, other = await _both(session, caller, number, body.of)
    async with _conflicts_shown(session, caller, parts, report, body.version):
        await incidents.link(session, parts.context, caller.login, report, other)
        await incident_keeping.count(session, parts.context, other, danger=report.danger)
    return await _answer(session, caller, parts, report)


@router.post("/{number}/separate")
async def separate(
    number: Number, body: SeparateBody, caller: Merges, session: Transaction, parts: PartsOf
) -> ReportView:
    """Take a report out of its incident; that it is not the same is remembered."""
    report = await _locked(session, caller, number)
    async with _conflicts_shown(session, caller, parts, report, body.version):
        await incidents.separate(session, parts.context, caller.login, report, body.note)
    return await _answer(session, caller, parts, report)


@router.post("/{number}/distinct")
async def say_distinct(
    number: Number, body: DistinctBody, caller: Merges, session: Transaction, parts: PartsOf
) -> ReportView:
    """Say that two reports are not the same: they are not linked, and nobody is asked again."""
    report, other = await _both(session, caller, number, body.of)
    async with _conflicts_shown(session, caller, parts, report, body.version):
        await incidents.say_other(session, parts.context, caller.login, report, other)
    return await _answer(session, caller, parts, report)


async def _both(
    session: AsyncSession, caller: Caller, number: str, other: str
) -> tuple[Report, Report]:
    # In one order, whoever asks: two requests must not wait for each other.
    reports = {each: await _locked(session, caller, each) for each in sorted({number, other})}
    return reports[number], reports[other]


@router.post("/{number}/move")
async def answer_move(
    number: Number, body: MoveBody, caller: Works, session: Transaction, parts: PartsOf
) -> ReportView:
    """Say yes or no to the move that new boundaries propose for a report."""
    report = await _locked(session, caller, number)
    async with _conflicts_shown(session, caller, parts, report, body.version):
        await report_moves.answer(session, parts.context, caller.login, report, accept=body.accept)
    return await _answer(session, caller, parts, report)


def _actor(caller: Caller) -> Actor:
    return Actor(name=caller.login, officer_id=caller.officer_id)


async def _locked(session: AsyncSession, caller: Caller, number: str) -> Report:
    # In the order of an activation, which moves reports: first the set in force, then the report.
    await hold_boundaries(session)
    report = await locked(session, number)
    if not scope_of(caller).allows(report.precinct_code):
        message = f"There is no report {number}"
        raise NotFoundError(message)
    return report


@asynccontextmanager
async def _conflicts_shown(
    session: AsyncSession,
    caller: Caller,
    parts: Parts,
    report: Report,
    version: int | None = None,
) -> AsyncIterator[None]:
    """Add the report as it is now to a conflict, so that a page can show what has changed.

    That it is not at the version that somebody has seen is one.
    """
    try:
        report_actions.check_version(report, version)
        yield
    except ConflictError as error:
        current = await view(session, Viewer(caller, parts.directories), report)
        error.extra["current"] = current.model_dump(mode="json")
        raise


async def _answer(
    session: AsyncSession, caller: Caller, parts: Parts, report: Report
) -> ReportView:
    await session.flush()
    return await view(session, Viewer(caller, parts.directories), report)
