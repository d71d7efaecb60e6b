"""Does it help: the figures, as JSON, CSV and PDF, and where reports happened."""

import asyncio
from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Header, Query
from pydantic import BaseModel, Field
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.responses import Response

from app import evidence_pdf, evidence_tables
from app.access import Caller
from app.api.callers import PartsOf, SeesOwnStats, SeesStats, Transaction
from app.api.parts import Parts
from app.api.problems import problems
from app.api.stats_views import EvidenceView, HeatView
from app.city_time import today
from app.errors import ForbiddenError
from app.evidence import Part, Period
from app.evidence_heat import Frames, Heat, heat
from app.evidence_views import PREVIOUS, Question, evidence, read_compare, widened
from app.models import StaffRole
from app.permissions import scope_of
from app.settings import Language

router = APIRouter(prefix="/api/v1/stats", tags=["evidence"], responses=problems(401, 403, 422))

CSV, PDF = "text/csv", "application/pdf"
LAST_DAYS = 28
FILES: dict[int | str, dict[str, Any]] = {
    200: {
        "content": {
            CSV: {"schema": {"type": "string"}},
            PDF: {"schema": {"type": "string", "format": "binary"}},
        }
    }
}


class Wanted(BaseModel):
    """Which reports are counted."""

    since: date | None = Field(None, description="First day; 28 days ago by default")
    until: date | None = Field(None, description="Last day; today by default")
    precinct: str | None = Field(None, max_length=100)
    category: str | None = Field(None, max_length=100)
    source: str | None = Field(None, max_length=100)


class Compared(Wanted):
    """The same, and with what it is compared."""

    compare: str | None = Field(
        None,
        max_length=21,
        description=f"`{PREVIOUS}` for as many days before, or days: 2026-10-01/2026-10-31",
    )


def _question(
    parts: Parts, caller: Caller, wanted: Wanted, *, leaves: bool, officer: int | None = None
) -> Question:
    """Make of it what this caller may know; what leaves the house has no small counts."""
    until = wanted.until or today(parts.context.clock(), parts.context.timezone)
    period = Period(wanted.since, until) if wanted.since else Period.ending(until, LAST_DAYS)
    part = Part(wanted.precinct, wanted.category, wanted.source, officer)
    own = scope_of(caller).precinct if officer is None else None
    if own is not None and part.precinct not in {None, own}:
        raise ForbiddenError("The figures of another precinct are not yours")
    is_outside = caller.role is StaffRole.OBSERVER or leaves
    compare = wanted.compare if isinstance(wanted, Compared) else None
    return Question(
        period=period,
        part=widened(part, own),
        compare=read_compare(compare, period),
        least=parts.settings.evidence_min_count if is_outside else 0,
    )


@router.get("", response_model=EvidenceView, responses=FILES)
async def stats(
    caller: SeesStats,
    session: Transaction,
    parts: PartsOf,
    wanted: Annotated[Compared, Query()],
    accept: Annotated[str | None, Header(include_in_schema=False)] = None,
) -> Any:
    """Count the reports received on some days, and tell how they were dealt with.

    As JSON; as CSV to whoever asks for `text/csv`. Observers, and files, have no small counts.
    """
    if CSV in (accept or ""):
        return await _csv(session, parts, caller, wanted)
    return await evidence(session, parts.context, _question(parts, caller, wanted, leaves=False))


@router.get(".csv", response_class=Response, responses=FILES)
async def stats_csv(
    caller: SeesStats, session: Transaction, parts: PartsOf, wanted: Annotated[Compared, Query()]
) -> Response:
    """Return the figures as a file: a line for each; small counts are `suppressed`."""
    return await _csv(session, parts, caller, wanted)


@router.get(".pdf", response_class=Response, responses=FILES | problems(503))
async def stats_pdf(
    caller: SeesStats,
    session: Transaction,
    parts: PartsOf,
    wanted: Annotated[Compared, Query()],
    language: Annotated[Language | None, Query()] = None,
) -> Response:
    """Return the figures to be printed; small counts are left out."""
    asked = _question(parts, caller, wanted, leaves=True)
    shown = await evidence(session, parts.context, asked)
    printed = evidence_pdf.Print(
        shown=shown,
        language=language or parts.context.languages[0],
        names=await _names(session, parts),
        zone=parts.context.timezone,
    )
    body = await asyncio.to_thread(evidence_pdf.draw, printed)
    return _file(body, PDF, asked, "pdf")


@router.get("/me", response_model=EvidenceView)
async def own_stats(
    caller: SeesOwnStats,
    session: Transaction,
    parts: PartsOf,
    wanted: Annotated[Compared, Query()],
) -> Any:
    """Count the reports that the caller, an officer, answers for."""
    if caller.officer_id is None:
        raise ForbiddenError("Only officers have figures of their own")
    asked = _question(parts, caller, wanted, leaves=False, officer=caller.officer_id)
    return await evidence(session, parts.context, asked)


@router.get("/heat", response_model=HeatView)
async def stats_heat(
    caller: SeesStats,
    session: Transaction,
    parts: PartsOf,
    wanted: Annotated[Wanted, Query()],
    resolution: Annotated[int, Query(ge=6, le=9, description="Of H3")] = 8,
    frames: Annotated[Frames, Query()] = Frames.NONE,
) -> Any:
    """Count the same reports by hexagon, all at once or in the frames of a slider.

    Observers get no hexagon, and no frame, with few reports, and none finer than resolution 8.
    """
    asked = _question(parts, caller, wanted, leaves=False)
    return await heat(session, parts.context, asked, Heat(resolution, frames))


async def _csv(session: AsyncSession, parts: Parts, caller: Caller, wanted: Compared) -> Response:
    asked = _question(parts, caller, wanted, leaves=True)
    shown = await evidence(session, parts.context, asked)
    return _file(evidence_tables.write(shown), f"{CSV}; charset=utf-8", asked, "csv")


def _file(body: str | bytes, kind: str, asked: Question, ending: Literal["csv", "pdf"]) -> Response:
    name = f"beatway-{asked.period.since}-{asked.period.until}.{ending}"
    return Response(
        body, media_type=kind, headers={"Content-Disposition": f'attachment; filename="{name}"'}
    )


async def _names(session: AsyncSession, parts: Parts) -> Mapping[str, Mapping[str, str]]:
    directory = await parts.directories.current_or_none(session)
    districts = {code: entry.name for code, entry in directory.entries.items()} if directory else {}
    in_use = await parts.context.triage.get(session)
    return districts | {each.code: each.names.model_dump() for each in in_use.rules.categories}
