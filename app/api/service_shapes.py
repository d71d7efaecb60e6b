"""The JSON of services."""

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field, StringConstraints

from app.api.shapes import Body, Version, Words
from app.context import UseCases
from app.models import Service, ServiceChange
from app.service_edits import Preview
from app.service_hours import HoursError, open_at
from app.service_lookup import ServiceFacts


class NamesBody(Body):
    """What it is called in each language."""

    uk: Annotated[Words, StringConstraints(min_length=1, max_length=200)]
    ru: Annotated[Words, StringConstraints(min_length=1, max_length=200)]
    en: Annotated[Words, StringConstraints(min_length=1, max_length=200)]


Contact = Annotated[Words, StringConstraints(strip_whitespace=True, max_length=500)]
Kinds = Annotated[
    list[Annotated[Words, StringConstraints(min_length=1, max_length=40)]],
    Field(min_length=1, max_length=30),
]


class ServiceBody(Body):
    """What is said of a service; nothing of phone, url or hours means that there is none."""

    names: NamesBody
    kinds: Kinds
    phone: Contact | None = None
    url: Contact | None = None
    hours: Annotated[Contact | None, Field(description="As OpenStreetMap writes opening hours")] = (
        None
    )
    active: bool = True

    def values(self) -> dict[str, Any]:
        """Return the columns that it sets."""
        return {
            "names": self.names.model_dump(),
            "kinds": list(dict.fromkeys(self.kinds)),
            "phone": self.phone or None,
            "url": self.url or None,
            "hours": self.hours or None,
            "active": self.active,
        }


class EditBody(ServiceBody):
    """The same, of a service as the caller has seen it."""

    version: Version


class OpenView(BaseModel):
    """Whether it is open now, by the city's clocks, and until when."""

    open: bool
    until: datetime | None


class ServedView(BaseModel):
    """A service as anybody is told of it."""

    code: str
    names: dict[str, str]
    kinds: list[str]
    phone: str | None
    url: str | None
    hours: str | None
    now: OpenView | None


class ServiceView(ServedView):
    """A service as staff see it."""

    whole_city: bool
    active: bool
    version: int
    updated_at: datetime
    updated_by: str


class KindView(BaseModel):
    """What a category sends people elsewhere with."""

    kind: str
    names: dict[str, str]


class ServicesView(BaseModel):
    """All services, and what they may be asked for."""

    services: list[ServiceView]
    kinds: list[KindView]
    may_edit: bool


class ServingView(BaseModel):
    """Who is responsible for a category at a place; several where that is open."""

    category: str
    kind: str
    reason: Annotated[
        str, Field(description="As of `/locate`, or `whole_city` where no area decided")
    ]
    services: list[ServedView]


class ChangeView(BaseModel):
    """One change of a service."""

    at: datetime
    actor: str
    before: dict[str, Any] | None
    after: dict[str, Any] | None


class ChangesView(BaseModel):
    """The newest hundred of them."""

    changes: list[ChangeView]


class ProblemView(BaseModel):
    """Something wrong with a file of services."""

    severity: Literal["error", "warning"]
    what: str
    service: str | None
    row: int | None
    text: str


class StepView(BaseModel):
    """What an import makes of one service."""

    code: str
    names: dict[str, str]
    what: Literal["added", "changed", "same", "removed"]
    fields: list[str]


class PreviewView(BaseModel):
    """What an import does; `told` citizens learnt that another service is responsible."""

    usable: bool
    steps: list[StepView]
    problems: list[ProblemView]
    notes: list[str]
    told: int = 0


def _now(hours: str | None, context: UseCases) -> OpenView | None:
    if not hours:
        return None
    try:
        state = open_at(hours, context.clock(), context.timezone)
    except HoursError:
        return None
    return OpenView(open=state.is_open, until=state.until)


def served(facts: ServiceFacts, context: UseCases) -> ServedView:
    """Make the JSON of what anybody is told."""
    return ServedView(
        code=facts.code,
        names=dict(facts.names),
        kinds=list(facts.kinds),
        phone=facts.phone,
        url=facts.url,
        hours=facts.hours,
        now=_now(facts.hours, context),
    )


def service_view(row: Service, context: UseCases) -> ServiceView:
    """Make the JSON of what staff see."""
    return ServiceView(
        code=row.code,
        names=row.names,
        kinds=row.kinds,
        phone=row.phone,
        url=row.url,
        hours=row.hours,
        now=_now(row.hours, context),
        whole_city=row.area is None,
        active=row.active,
        version=row.version,
        updated_at=row.updated_at,
        updated_by=row.updated_by,
    )


def change_view(change: ServiceChange) -> ChangeView:
    """Make the JSON of a change."""
    return ChangeView(at=change.at, actor=change.actor, before=change.before, after=change.after)


def preview_view(shown: Preview, told: int = 0) -> PreviewView:
    """Make the JSON of what an import does."""
    return PreviewView(
        usable=shown.is_usable,
        steps=[
            StepView(
                code=each.code,
                names=dict(each.names),
                what=each.what,
                fields=list(each.fields),
            )
            for each in shown.steps
        ],
        problems=[ProblemView.model_validate(each.as_dict()) for each in shown.problems],
        notes=list(shown.notes),
        told=told,
    )
