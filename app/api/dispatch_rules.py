"""Dispatch rules: read, tried on the reports of the last days, changed, brought back."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel, Field
from sqlalchemy.ext.asyncio import AsyncSession

from app import dispatch_sets, dispatch_watch
from app.api.callers import EditsDispatchRules, PartsOf, SeesDispatchRules, Transaction
from app.api.parts import Parts
from app.api.problems import problems
from app.api.rule_versions import BackBody, VersionId, VersionView
from app.api.shapes import Body, ShortText, Version
from app.dispatch_dry_run import FIELDS, MOST_DAYS, MOST_MOVES, USUAL_DAYS, Tried, try_rules
from app.dispatch_rules import Broken, DispatchRules
from app.permissions import Action, may

router = APIRouter(
    prefix="/api/v1/dispatch-rules", tags=["dispatch rules"], responses=problems(401, 403, 503)
)


class BrokenView(BaseModel):
    """A rule that is passed over, and why; it stays until somebody mends it.

    `what`: `no_category`, `no_district`, `no_desk` (gone: `text`), `failed`, or `unreadable`,
    when none of the rules of the version can be read.
    """

    rule: str
    what: str
    text: str


class DispatchRulesView(BaseModel):
    """A version with all that is in it."""

    version: int
    in_force: bool
    may_edit: bool
    rules: DispatchRules
    broken: list[BrokenView]


class CameIntoForceView(BaseModel):
    """When a version came into force, and by whom."""

    version: int
    at: datetime
    actor: str


class DispatchVersionsView(BaseModel):
    """The newest hundred versions, and the last hundred times that one came into force."""

    versions: list[VersionView]
    journal: list[CameIntoForceView]


class NewDispatchVersionBody(Body):
    """Rules to come into force, and the version that they were made from."""

    based_on: Version
    note: ShortText | None = None
    rules: DispatchRules


class DryRunBody(Body):
    """Rules to try beside those in force; without any, those in force beside none at all."""

    rules: DispatchRules | None = None
    days: Annotated[int, Field(ge=1, le=MOST_DAYS)] = USUAL_DAYS


class RuleTriedView(BaseModel):
    """How many reports a rule fits, of how many it sets what, and the numbers of some."""

    rule: str
    fits: int
    response: int
    priority: int
    desk: int
    samples: list[str]


class MoveTriedView(BaseModel):
    """How many reports would go from what to what; null is whom the cover ladder finds."""

    what: str
    before: str | None
    after: str | None
    reports: int
    samples: list[str]


class DryRunView(BaseModel):
    """What would have become of the reports of the last days; nothing was changed."""

    days: int
    reports: int
    changed: int
    response: int
    priority: int
    desk: int
    rules: list[RuleTriedView]
    moves: list[MoveTriedView]
    broken: list[BrokenView]


@router.get("")
async def rules_in_force(
    caller: SeesDispatchRules, session: Transaction, parts: PartsOf
) -> DispatchRulesView:
    """Return the rules in force, in the order in which they are looked at."""
    return await _in_force(session, parts, may_edit=may(caller, Action.EDIT_DISPATCH_RULES))


@router.get("/versions")
async def versions(_: SeesDispatchRules, session: Transaction) -> DispatchVersionsView:
    """List versions of the rules, the newest first, and when each came into force."""
    return DispatchVersionsView(
        versions=[
            VersionView.model_validate(each) for each in await dispatch_sets.versions(session)
        ],
        journal=[
            CameIntoForceView(version=each.version, at=each.at, actor=each.actor)
            for each in await dispatch_sets.journal(session)
        ],
    )


@router.get("/versions/{version_id}", responses=problems(404, 422))
async def read_version(
    version_id: VersionId, caller: SeesDispatchRules, session: Transaction, parts: PartsOf
) -> DispatchRulesView:
    """Return one version of the rules; what is broken is told of the one in force alone."""
    current = await _in_force(session, parts, may_edit=may(caller, Action.EDIT_DISPATCH_RULES))
    if version_id == current.version:
        return current
    rules = await dispatch_sets.read_version(session, version_id)
    return current.model_copy(
        update={"version": version_id, "in_force": False, "rules": rules, "broken": []}
    )


@router.post("/versions", status_code=201, responses=problems(409, 422))
async def save(
    body: NewDispatchVersionBody,
    caller: EditsDispatchRules,
    session: Transaction,
    parts: PartsOf,
) -> DispatchRulesView:
    """Make a new version of the rules; it is in force from the next report on."""
    rules = dispatch_sets.checked(body.rules)
    await dispatch_sets.save(session, rules, body.based_on, caller.login, body.note)
    return await _in_force(session, parts, may_edit=True)


@router.post("/versions/{version_id}/activate", responses=problems(404, 409, 422))
async def go_back(
    version_id: VersionId,
    body: BackBody,
    caller: EditsDispatchRules,
    session: Transaction,
    parts: PartsOf,
) -> DispatchRulesView:
    """Put an earlier version in force again."""
    await dispatch_sets.go_back(session, version_id, body.based_on, caller.login)
    return await _in_force(session, parts, may_edit=True)


@router.post("/dry-run", responses=problems(422, 429))
async def dry_run(
    body: DryRunBody, _: EditsDispatchRules, session: Transaction, parts: PartsOf
) -> DryRunView:
    """Tell what rules would have made of the reports of the last days; nothing is changed."""
    in_force = (await parts.context.dispatch.get(session)).rules
    rules, against = in_force, DispatchRules()
    if body.rules is not None:
        rules, against = dispatch_sets.checked(body.rules), in_force
    return _tried(await try_rules(session, parts.context, rules, against, body.days), rules)


async def _in_force(session: AsyncSession, parts: Parts, *, may_edit: bool) -> DispatchRulesView:
    in_use = await parts.context.dispatch.get(session)
    return DispatchRulesView(
        version=in_use.version_id,
        in_force=True,
        may_edit=may_edit,
        rules=in_use.rules,
        broken=_broken(await dispatch_watch.all_broken(session, parts.context)),
    )


def _broken(found: list[Broken]) -> list[BrokenView]:
    return [BrokenView(rule=each.rule, what=each.what, text=each.text) for each in found]


def _tried(tried: Tried, rules: DispatchRules) -> DryRunView:
    fits = [(each.code, tried.by_rule[each.code]) for each in rules.rules]
    return DryRunView(
        days=tried.days,
        reports=tried.reports,
        changed=tried.changed,
        **{name: tried.by_field[name] for name in FIELDS},
        rules=[
            RuleTriedView(
                rule=code,
                fits=each.fits,
                samples=each.samples,
                **{name: each.sets[name] for name in FIELDS},
            )
            for code, each in fits
        ],
        moves=[
            MoveTriedView(
                what=move.what,
                before=move.before,
                after=move.after,
                reports=count,
                samples=tried.samples[move],
            )
            for move, count in tried.moves.most_common(MOST_MOVES)
        ],
        broken=_broken(tried.broken),
    )
