"""Publishing what happened, on purpose and in staff's own words."""

from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Query
from pydantic import AwareDatetime, BaseModel, Field, StringConstraints
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app import alerts
from app.access import Caller
from app.alert_rules import (
    LEAST_RADIUS_M,
    MOST_RADIUS_M,
    Area,
    AreaKind,
    Certainty,
    Kind,
    MsgType,
    Says,
    Severity,
    Urgency,
    kinds_of,
)
from app.api.callers import PartsOf, Publishes, Transaction
from app.api.parts import Parts
from app.api.problems import problems
from app.api.reports import visible
from app.api.shapes import STORABLE, Body
from app.cap import Alert, alert_xml
from app.errors import NotFoundError
from app.models import AlertRow, Report
from app.reports import locked

router = APIRouter(
    prefix="/api/v1/alerts", tags=["alerts"], responses=problems(401, 403, 404, 422, 503)
)

Line = Annotated[str, StringConstraints(strip_whitespace=True, max_length=160), STORABLE]
Headline = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=160), STORABLE
]
Prose = Annotated[str, StringConstraints(strip_whitespace=True, max_length=2000), STORABLE]
ReportNumber = Annotated[str, Field(max_length=20, pattern=r"^[0-9]{4}-[0-9]{6,12}$")]
Identifier = Annotated[str, Path(max_length=80, pattern=r"^[0-9A-Za-z-]+$")]


class ChoiceBody(Body):
    """What is published: words of one's own, and no more exact a place than the category allows."""

    language: Literal["uk", "ru", "en"]
    kind: Kind
    event: Headline
    urgency: Urgency
    severity: Severity
    certainty: Certainty
    headline: Headline
    description: Prose = ""
    instruction: Prose = ""
    area: AreaKind
    radius_m: Annotated[int | None, Field(ge=1, le=MOST_RADIUS_M)] = None
    expires_at: AwareDatetime

    def choice(self) -> alerts.Choice:
        """Return the same for the use case."""
        said = self.model_dump(include=set(Says.model_fields) - {"note"})
        return alerts.Choice(Says(**said), self.area, self.radius_m, self.expires_at)


class PublishBody(ChoiceBody):
    """The same, of a report."""

    report: ReportNumber


class CancelBody(Body):
    """Why it does not hold any more."""

    note: Line = ""


class AlertView(BaseModel):
    """One message of the public feed."""

    identifier: str
    chain: str
    msg_type: MsgType
    status: str
    sent_at: datetime
    expires_at: datetime
    published_by: str
    says: Says
    area: Area


class PlaceChoice(BaseModel):
    """What may be named as the place."""

    kind: AreaKind
    name: dict[str, str]
    least_radius_m: int | None


class AlertsView(BaseModel):
    """What was published of a report, the newest first, and what may be."""

    live: Annotated[str | None, Field(description="The message that holds now")]
    alerts: list[AlertView]
    places: list[PlaceChoice]
    event: Annotated[dict[str, str], Field(description="What the category is called")]


class PreviewView(BaseModel):
    """What would be published."""

    xml: str
    area: Area


@router.get("")
async def of_report(
    report: Annotated[ReportNumber, Query()],
    caller: Publishes,
    session: Transaction,
    parts: PartsOf,
) -> AlertsView:
    """Return what was published of a report, and what may be published of it."""
    found = await visible(session, caller, report)
    rows = await alerts.messages_of(session, found)
    live = bool(rows) and alerts.is_live(rows[0], parts.context.clock())
    category = (await parts.context.triage.get(session)).rules.by_code.get(found.category)
    return AlertsView(
        live=rows[0].identifier if live else None,
        alerts=[_view(row) for row in rows],
        places=await _places(session, parts, found),
        event=category.names.model_dump() if category else {},
    )


async def _places(session: AsyncSession, parts: Parts, report: Report) -> list[PlaceChoice]:
    precision = await alerts.precision_of(session, parts.context, report)
    directory = await parts.directories.current_or_none(session)
    districts = alerts.districts_of(directory, report)
    found: list[PlaceChoice] = []
    for kind in kinds_of(precision):
        if kind is AreaKind.CIRCLE:
            if report.place is not None:
                found.append(
                    PlaceChoice(kind=kind, name={}, least_radius_m=LEAST_RADIUS_M[precision])
                )
        elif kind in districts:
            found.append(PlaceChoice(kind=kind, name=districts[kind].name, least_radius_m=None))
    return found


@router.post("/preview")
async def preview(
    body: PublishBody, caller: Publishes, session: Transaction, parts: PartsOf
) -> PreviewView:
    """Return what would be published; nothing is."""
    report = await visible(session, caller, body.report)
    choice = body.choice()
    directory = await parts.directories.current_or_none(session)
    area = await alerts.prepared(session, parts.context, directory, report, choice)
    sender = alerts.Sender.of(parts.settings)
    alert = Alert(
        identifier="beatway-preview",
        sender=sender.identifier,
        sender_name=sender.name,
        sent_at=parts.context.clock().replace(microsecond=0),
        expires_at=choice.expires_at,
        status="Test",
        msg_type=MsgType.ALERT,
        refers=(),
        says=choice.says,
        area=area,
    )
    return PreviewView(xml=alert_xml(alert, parts.context.timezone).decode(), area=area)


@router.post("", status_code=201, responses=problems(409))
async def publish(
    body: PublishBody, caller: Publishes, session: Transaction, parts: PartsOf
) -> AlertView:
    """Publish a report in the feed that everybody can read."""
    report = await _locked(session, caller, body.report)
    directory = await parts.directories.current_or_none(session)
    sender = alerts.Sender.of(parts.settings)
    return _view(
        await alerts.publish(
            session, parts.context, directory, report, body.choice(), sender, caller.login
        )
    )


@router.post("/{identifier}/update", status_code=201, responses=problems(409))
async def update(
    identifier: Identifier,
    body: ChoiceBody,
    caller: Publishes,
    session: Transaction,
    parts: PartsOf,
) -> AlertView:
    """Replace what is published, for whoever has it already, too."""
    report = await _report_of(session, caller, identifier)
    directory = await parts.directories.current_or_none(session)
    return _view(
        await alerts.follow(
            session,
            parts.context,
            directory,
            report,
            identifier,
            body.choice(),
            "",
            caller.login,
        )
    )


@router.post("/{identifier}/cancel", status_code=201, responses=problems(409))
async def cancel(
    identifier: Identifier,
    body: CancelBody,
    caller: Publishes,
    session: Transaction,
    parts: PartsOf,
) -> AlertView:
    """Tell everybody that it does not hold any more."""
    report = await _report_of(session, caller, identifier)
    return _view(
        await alerts.follow(
            session, parts.context, None, report, identifier, None, body.note, caller.login
        )
    )


async def _locked(session: AsyncSession, caller: Caller, number: str) -> Report:
    await visible(session, caller, number)
    return await locked(session, number)


async def _report_of(session: AsyncSession, caller: Caller, identifier: str) -> Report:
    number = (
        await session.execute(
            select(Report.number)
            .join(AlertRow, AlertRow.report_id == Report.id)
            .where(AlertRow.identifier == identifier)
        )
    ).scalar()
    if number is None:
        message = f"There is no alert {identifier}"
        raise NotFoundError(message)
    return await _locked(session, caller, number)


def _view(row: AlertRow) -> AlertView:
    values: dict[str, Any] = {
        name: getattr(row, name)
        for name in AlertView.model_fields
        if name not in {"says", "area", "msg_type"}
    }
    return AlertView(
        **values, msg_type=MsgType(row.msg_type), says=Says(**row.says), area=Area(**row.area)
    )
