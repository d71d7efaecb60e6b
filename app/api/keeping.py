"""What is kept, for how long, what is held back from going, and what has gone."""

from datetime import datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Path, Request
from fastapi.responses import Response
from pydantic import BaseModel, Field

from app import retention
from app.access import Caller
from app.api.callers import (
    Anybody,
    EditsKeeping,
    ExportsData,
    Holds,
    PartsOf,
    SeesKeeping,
    Transaction,
    address_of,
)
from app.api.parts import Parts
from app.api.problems import problems
from app.api.shapes import Body, Number, ShortText
from app.errors import NotFoundError
from app.kept import LONGEST_DAYS, WARNED_FOR, Content, Rule
from app.models import Report
from app.permissions import scope_of
from app.personal_data import LONGEST_REASON, packed
from app.purge_daily import plan
from app.reports import locked
from app.routing import hold_boundaries

router = APIRouter(prefix="/api/v1", tags=["keeping"])

PrivacyClass = Literal["exact", "block", "beat", "none", "any"]


class KeptView(BaseModel):
    """How many days something is kept: after its report was closed, or after it came."""

    content: Content
    privacy_class: PrivacyClass
    days: int
    coming_days: int | None
    coming_at: datetime | None


class WhatIsKeptView(BaseModel):
    """What is kept, as of the settings in force; all may know it."""

    kept: list[KeptView]
    warned_days: int


class RuleView(KeptView):
    """The same for whoever keeps it: what it would be without a rule, and whose rule it is."""

    default_days: int
    changed_by: str | None


class ComingView(BaseModel):
    """How much of something goes until the warning's time is over, or would be due already."""

    content: Content
    privacy_class: PrivacyClass
    count: int


class GoneView(BaseModel):
    """How much of something one purge let go; `oldest` and `newest` are what it was of."""

    run: str
    content: str
    privacy_class: str
    actor: str
    begun_at: datetime
    ended_at: datetime
    count: int
    oldest: datetime
    newest: datetime


class HeldView(BaseModel):
    """A report of which nothing goes."""

    number: str
    reason: str
    placed_at: datetime
    placed_by: str


class RetentionView(BaseModel):
    """Rules, what is coming as it was last counted, holds, and what has gone."""

    rules: list[RuleView]
    warned_days: int
    next_purge_at: datetime | None
    counted_at: datetime | None
    coming: list[ComingView]
    holds: list[HeldView]
    gone: list[GoneView]


class DaysBody(Body):
    """For how many days."""

    days: Annotated[int, Field(ge=1, le=LONGEST_DAYS)]


class ReasonBody(Body):
    """Why."""

    reason: Annotated[ShortText, Field(min_length=1, max_length=LONGEST_REASON)]


def _kept(rule: Rule) -> dict[str, object]:
    return {
        "content": rule.content,
        "privacy_class": rule.privacy_class,
        "days": rule.days,
        "coming_days": rule.coming_days,
        "coming_at": rule.coming_at,
    }


def _rule(rule: Rule) -> RuleView:
    return RuleView.model_validate(
        _kept(rule) | {"default_days": rule.default, "changed_by": rule.changed_by}
    )


async def _rules(session: Transaction, parts: Parts) -> list[Rule]:
    context = parts.context
    return await retention.rules(session, context.retention_days, context.clock())


@router.get("/privacy", responses=problems(429))
async def what_is_kept(
    request: Request, caller: Anybody, session: Transaction, parts: PartsOf
) -> WhatIsKeptView:
    """Tell what is kept and for how long; open to all."""
    if caller is None:
        await parts.rates.spend("config", address_of(request))
    return WhatIsKeptView(
        kept=[KeptView.model_validate(_kept(each)) for each in await _rules(session, parts)],
        warned_days=WARNED_FOR.days,
    )


@router.get("/retention", responses=problems(401, 403))
async def retention_now(caller: SeesKeeping, session: Transaction, parts: PartsOf) -> RetentionView:
    """Tell the rules, what is coming, what is held and what has gone."""
    planned = await plan(session)
    return RetentionView(
        rules=[_rule(each) for each in await _rules(session, parts)],
        warned_days=WARNED_FOR.days,
        next_purge_at=planned.next_at if planned else None,
        counted_at=planned.counted_at if planned else None,
        coming=[
            ComingView.model_validate({"content": content, "privacy_class": name, "count": count})
            for content, name, count in (planned.coming if planned else ())
        ],
        holds=[
            HeldView(
                number=each.number,
                reason=each.reason,
                placed_at=each.placed_at,
                placed_by=each.placed_by,
            )
            for each in await retention.holds(session, scope_of(caller).condition())
        ],
        gone=[
            GoneView(
                run=str(each.run),
                content=each.content,
                privacy_class=each.privacy_class,
                actor=each.actor,
                begun_at=each.begun_at,
                ended_at=each.ended_at,
                count=each.count,
                oldest=each.oldest,
                newest=each.newest,
            )
            for each in await retention.gone(session)
        ],
    )


@router.put("/retention/{content}/{privacy_class}", responses=problems(401, 403, 422))
async def change_days(
    content: Annotated[Content, Path(description="What is kept")],
    privacy_class: Annotated[PrivacyClass, Path(description="Of which categories, or `any`")],
    body: DaysBody,
    caller: EditsKeeping,
    session: Transaction,
    parts: PartsOf,
) -> RuleView:
    """Keep something for another time; a shorter one counts only after leaders were warned."""
    context = parts.context
    changed = await retention.change_rule(
        session,
        context.retention_days,
        context.clock(),
        caller.login,
        content,
        privacy_class,
        body.days,
    )
    return _rule(changed)


async def _locked(session: Transaction, caller: Caller, number: str) -> Report:
    # In the order of an activation: first the set in force, then the report.
    await hold_boundaries(session)
    report = await locked(session, number)
    if not scope_of(caller).allows(report.precinct_code):
        message = f"There is no report {number}"
        raise NotFoundError(message)
    return report


@router.post("/reports/{number}/hold", status_code=201, responses=problems(401, 403, 404, 409, 422))
async def hold(number: Number, body: ReasonBody, caller: Holds, session: Transaction) -> HeldView:
    """Keep all of a report until the hold is lifted: it is evidence, or somebody has asked."""
    report = await _locked(session, caller, number)
    held = await retention.hold(session, report, caller.login, body.reason)
    return HeldView(
        number=held.number,
        reason=held.reason,
        placed_at=held.placed_at,
        placed_by=held.placed_by,
    )


@router.delete("/reports/{number}/hold", status_code=204, responses=problems(401, 403, 404, 422))
async def lift(number: Number, caller: Holds, session: Transaction) -> None:
    """End a hold; what is due then goes with the next purge."""
    await retention.lift(session, await _locked(session, caller, number), caller.login)


@router.post(
    "/reports/{number}/personal-data",
    response_class=Response,
    responses=problems(401, 403, 404, 422)
    | {200: {"content": {"application/zip": {}}, "description": "JSON and a page, in a ZIP"}},
)
async def personal_data(
    number: Number, body: ReasonBody, caller: ExportsData, session: Transaction, parts: PartsOf
) -> Response:
    """Give all that is kept of the person who sent a report, but for who they are to Telegram.

    That stays sealed here; `beatway privacy export` has it.
    """
    made = await packed(
        session, parts.context, number, actor=caller.login, reason=body.reason, sealer=None
    )
    headers = {"Content-Disposition": f'attachment; filename="personal-data-{number}.zip"'}
    return Response(made, media_type="application/zip", headers=headers)
