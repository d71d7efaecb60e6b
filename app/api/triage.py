"""The rules by which a message finds its category: read, tried, changed, brought back."""

import asyncio
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel, Field
from sqlalchemy.ext.asyncio import AsyncSession

from app import triage, triage_models, triage_sets
from app.api.callers import EditsTriage, PartsOf, SeesTriage, Transaction
from app.api.problems import problems
from app.api.rule_versions import BackBody, VersionId, VersionView
from app.api.shapes import Body, LongText, ShortText, Version
from app.categories import Response, RuleSet
from app.permissions import Action, may
from app.report_shapes import TriageView
from app.triage_words import Sorter

router = APIRouter(prefix="/api/v1/triage", tags=["triage"], responses=problems(401, 403, 503))


class VersionsView(BaseModel):
    """The newest hundred of them."""

    versions: list[VersionView]


class RulesView(BaseModel):
    """A version with all that is in it."""

    version: int
    in_force: bool
    may_edit: bool
    rules: RuleSet


class NewVersionBody(Body):
    """Categories and rules to come into force, and the version that they were made from."""

    based_on: Version
    note: ShortText | None = None
    rules: RuleSet


class TryBody(Body):
    """A message to try the rules with: those in force, or others before they are saved."""

    text: LongText
    rules: RuleSet | None = None


class TriedView(BaseModel):
    """What would become of a message."""

    category: str
    priority: int
    response: Response
    danger: bool
    certainty_needed: Annotated[float, Field(description="Below it the desk decides")]
    triage: TriageView


@router.get("/rules")
async def rules_in_force(caller: SeesTriage, session: Transaction, parts: PartsOf) -> RulesView:
    """Return the categories and rules in force."""
    in_use = await parts.context.triage.get(session)
    return RulesView(
        version=in_use.version_id,
        in_force=True,
        may_edit=may(caller, Action.EDIT_TRIAGE),
        rules=in_use.rules,
    )


@router.get("/versions")
async def versions(_: SeesTriage, session: Transaction) -> VersionsView:
    """List versions of the rules, the newest first."""
    return VersionsView(
        versions=[VersionView.model_validate(each) for each in await triage_sets.versions(session)]
    )


@router.get("/versions/{version_id}", responses=problems(404, 422))
async def read_version(
    version_id: VersionId, caller: SeesTriage, session: Transaction, parts: PartsOf
) -> RulesView:
    """Return one version of the rules."""
    in_use = await parts.context.triage.get(session)
    return RulesView(
        version=version_id,
        in_force=version_id == in_use.version_id,
        may_edit=may(caller, Action.EDIT_TRIAGE),
        rules=await triage_sets.read_version(session, version_id),
    )


@router.post("/versions", status_code=201, responses=problems(409, 422))
async def save(body: NewVersionBody, caller: EditsTriage, session: Transaction) -> RulesView:
    """Make a new version of the rules; it is in force from the next message on."""
    rules = triage_sets.checked(body.rules)
    version_id = await triage_sets.save(session, rules, body.based_on, caller.login, body.note)
    return RulesView(version=version_id, in_force=True, may_edit=True, rules=rules)


@router.post("/versions/{version_id}/activate", responses=problems(404, 409, 422))
async def go_back(
    version_id: VersionId, body: BackBody, caller: EditsTriage, session: Transaction
) -> RulesView:
    """Put an earlier version in force again."""
    await triage_sets.go_back(session, version_id, body.based_on, caller.login)
    rules = await triage_sets.read_version(session, version_id)
    return RulesView(version=version_id, in_force=True, may_edit=True, rules=rules)


@router.post("/try", responses=problems(422))
async def try_message(
    body: TryBody, _: SeesTriage, session: Transaction, parts: PartsOf
) -> TriedView:
    """Tell what would become of a message, and by which of its words."""
    in_use = await parts.context.triage.get(session)
    if body.rules is not None:
        rules = triage_sets.checked(body.rules)
        sorter = await asyncio.to_thread(Sorter, rules)
        in_use = triage_sets.InUse(in_use.version_id, rules, sorter)
    found = triage.read(in_use, body.text)
    return TriedView(
        category=found.category.code,
        priority=found.priority,
        response=found.response,
        danger=found.danger,
        certainty_needed=in_use.rules.certainty,
        triage=TriageView(**found.kept),
    )


class ScoreView(BaseModel):
    """Share of messages held back that got the right category."""

    model: float
    rules: float
    held: int


class ModelView(BaseModel):
    """Something learnt from corrections."""

    id: int
    made_by: str
    made_at: datetime
    labels: int
    score: ScoreView
    better: Annotated[bool, Field(description="Than the rules: only then it may be switched on")]
    sha256: str


class ModelsView(BaseModel):
    """What was learnt so far, the newest first."""

    labels: int
    in_use: int | None
    models: list[ModelView]


class ModelBody(Body):
    """The model to switch on, or null for none."""

    model: Annotated[int, Field(ge=1, le=2**31 - 1)] | None


@router.get("/models")
async def models(_: SeesTriage, session: Transaction) -> ModelsView:
    """List what was learnt from corrections, and how well."""
    return await _models(session)


@router.put("/model", responses=problems(404, 409, 422))
async def switch_model(body: ModelBody, caller: EditsTriage, session: Transaction) -> ModelsView:
    """Switch a model on in place of the rules, or off."""
    await triage_models.switch(session, body.model, caller.login)
    return await _models(session)


async def _models(session: AsyncSession) -> ModelsView:
    return ModelsView(
        labels=await triage_models.count_labels(session),
        in_use=await triage_models.in_use(session),
        models=[
            ModelView(
                id=each.id,
                made_by=each.made_by,
                made_at=each.made_at,
                labels=each.labels,
                score=ScoreView(**each.score),
                better=each.better,
                sha256=each.sha256,
            )
            for each in await triage_models.models(session)
        ],
    )
