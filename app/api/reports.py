"""Reports: registering, finding and reading them, and their files."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import replace
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, BackgroundTasks, Depends, Header, Query, Response
from fastapi.responses import StreamingResponse
from pydantic import AwareDatetime, BaseModel, Field
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.access import Caller
from app.api.callers import PartsOf, Registers, SeesReports, Transaction, allowed_for_long
from app.api.problems import STAFF, problems
from app.api.shapes import Body, Code, LongText, MediaId, Number, ShortText
from app.errors import InvalidError, NotFoundError
from app.geocoding import ask_ahead, named_in
from app.idempotency import Request, remember, remembered
from app.media import wanted
from app.models import Report
from app.observing import sight_of
from app.permissions import Action, claim_of, demand, scope_of
from app.places import Place, PlaceKind
from app.queues import Filters, find, find_shown
from app.report_shapes import FullReportView, ReportView
from app.report_views import Viewer, full_view, view, views
from app.reports import NewReport, register
from app.workflow import Status
from geo.coordinates import checked_point

router = APIRouter(prefix="/api/v1/reports", tags=["reports"])

MOST = 200
SOURCE = "staff"


class NewReportBody(Body):
    """What somebody told the desk; a text, a place or an address at least."""

    text: LongText = ""
    lon: float | None = None
    lat: float | None = None
    accuracy: float = 0.0
    address: ShortText | None = None
    category: Annotated[Code, Field(pattern=r"^[a-z][a-z0-9_]*$")] | None = None


class ReportsView(BaseModel):
    """Reports, the newest first; `next_cursor` leads on."""

    reports: list[ReportView]
    next_cursor: str | None


Key = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        description="The same key with the same body makes one report, however often it is sent",
        min_length=1,
        max_length=200,
        pattern=r"^[\x21-\x7e]+$",
    ),
]


@router.post("", status_code=201, responses=problems(401, 403, 409, 422, 503))
async def register_report(
    body: NewReportBody,
    caller: Registers,
    session: Transaction,
    parts: PartsOf,
    response: Response,
    key: Key = None,
) -> ReportView:
    """Register a report that came to the desk by another way than Telegram."""
    place = _place(body)
    if body.address and place is None:
        await ask_ahead(session, parts.context, body.address)
    request = Request(caller.staff_id, key, body.model_dump_json()) if key else None
    number = await remembered(session, request) if request else None
    if number is not None:
        report = await visible(session, caller, number)
    else:
        words = body.text.strip()
        if body.address and place is None:
            words = f"{words}\n{body.address}".strip()
            # Where it may be several places the desk reads it and sets the pin.
            found = await named_in(session, parts.context, body.address)
            place = found.place if found else None
        if not words and place is None:
            raise InvalidError("Give a text, a place or an address")
        routed = await register(
            session,
            parts.context,
            NewReport(
                text=words,
                source=SOURCE,
                received_at=parts.context.clock(),
                actor=caller.login,
                place=place,
                category=body.category,
            ),
        )
        report = routed.report
        if request:
            await remember(session, request, report.number)
    response.headers["Location"] = f"{router.prefix}/{report.number}"
    return await view(session, Viewer(caller, parts.directories), report)


def _place(body: NewReportBody) -> Place | None:
    if body.lon is None and body.lat is None:
        return None
    lon, lat, accuracy = checked_point(body.lon, body.lat, body.accuracy)
    return Place(lon, lat, PlaceKind.OPERATOR, accuracy, body.address)


class FindQuery(BaseModel):
    """What reports are looked up by."""

    status: Annotated[list[Status], Field(description="One or more")] = []
    district: Annotated[Code | None, Field(description="Code of a precinct or beat")] = None
    bbox: Annotated[
        str | None,
        Field(
            description="West,south,east,north in degrees",
            examples=["37.4,47.0,37.7,47.2"],
            max_length=200,
        ),
    ] = None
    category: Annotated[
        list[Code],
        Field(description="One or more; `unsorted` are those that need one", max_length=50),
    ] = []
    since: Annotated[AwareDatetime | None, Field(description="Received then or later")] = None
    limit: Annotated[int, Field(ge=1, le=MOST)] = 50
    cursor: Annotated[str | None, Field(max_length=200)] = None


@router.get("", responses=problems(401, 403, 422))
async def find_reports(
    caller: SeesReports,
    session: Transaction,
    parts: PartsOf,
    query: Annotated[FindQuery, Query()],
) -> ReportsView:
    """Find reports, open and closed, the newest first."""
    filters = Filters(
        statuses=query.status,
        district=query.district,
        bbox=_box(query.bbox) if query.bbox is not None else None,
        since=_sane(query.since) if query.since is not None else None,
        categories=query.category,
    )
    scope, sight = scope_of(caller), await sight_of(session, caller, parts.directories)
    if sight is None:
        page = await find(session, scope, filters, query.limit, query.cursor)
    else:
        filters = replace(filters, told=sight.told)
        page = await find_shown(session, scope, filters, query.limit, query.cursor, sight.point)
    return ReportsView(
        reports=await views(session, Viewer(caller, parts.directories), page.reports),
        next_cursor=page.next_cursor,
    )


def _sane(at: datetime) -> datetime:
    try:
        at.timestamp()
    except (OverflowError, ValueError):
        raise InvalidError("The time is beyond what can be kept") from None
    return at


def _box(text: str) -> tuple[float, float, float, float]:
    try:
        west, south, east, north = (float(part) for part in text.split(","))
    except ValueError:
        raise InvalidError("A bbox is west,south,east,north in degrees") from None
    checked_point(west, south)
    checked_point(east, north)
    if west > east or south > north:
        raise InvalidError("A bbox is west,south,east,north: west before east, south before north")
    return west, south, east, north


@router.get("/{number}", responses=STAFF)
async def read_report(
    number: Number, caller: SeesReports, session: Transaction, parts: PartsOf
) -> FullReportView:
    """Return a report with its history and what was sent to the citizen."""
    report = await visible(session, caller, number)
    viewer = Viewer(caller, parts.directories)
    return await full_view(session, parts.context, viewer, report)


async def visible(session: AsyncSession, caller: Caller, number: str) -> Report:
    """Return a report that somebody may see.

    Raises
    ------
    NotFoundError
        When there is none, or it is another precinct's.
    """
    report = (await session.execute(select(Report).where(Report.number == number))).scalar()
    if report is None or not scope_of(caller).sees_report(report):
        message = f"There is no report {number}"
        raise NotFoundError(message)
    return report


@router.get(
    "/{number}/media/{media_id}",
    response_class=Response,
    responses=STAFF
    | problems(502, 503, 504)
    | {
        200: {
            "description": "The file",
            "content": {"*/*": {"schema": {"type": "string", "format": "binary"}}},
        }
    },
)
async def read_media(
    number: Number,
    media_id: MediaId,
    caller: Annotated[Caller, Depends(allowed_for_long(Action.SEE_MESSAGES))],
    parts: PartsOf,
    background: BackgroundTasks,
) -> Response:
    """Return a photo, video, voice message or document of a report.

    Photos are drawn anew and videos blanked of what cameras write into them; what cannot be
    cleaned is for the desk alone.
    """
    async with parts.database.transaction(claim_of(caller)) as session:
        report = await visible(session, caller, number)
        file = await wanted(session, report.id, media_id)
    if not file.tells_nothing:
        demand(caller, Action.SEE_FILES)
    headers = {
        "Content-Disposition": f'{"inline" if file.inline else "attachment"}; filename="{file.name}"',
        "Cache-Control": "private, max-age=3600",
        "Content-Security-Policy": "default-src 'none'; sandbox",
    }
    if file.cleaned:
        body, kind = await parts.media.cleaned(file)
        return Response(body, media_type=kind, headers=headers)
    # Open for as long as the answer is being sent, and no longer.
    stack = AsyncExitStack()
    content: AsyncIterator[bytes] = await stack.enter_async_context(parts.media.open(file))
    background.add_task(stack.aclose)
    return StreamingResponse(content, media_type=file.content_type, headers=headers)
