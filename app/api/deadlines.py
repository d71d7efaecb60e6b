"""How long reports may wait."""

from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel, Field
from sqlalchemy.ext.asyncio import AsyncSession

from app.api.callers import EditsDeadlines, PartsOf, SeesReports, Transaction
from app.api.problems import problems
from app.api.shapes import Body
from app.context import UseCases
from app.cover import CITY_DESK
from app.deadlines import LONGEST_MIN, PRIORITIES, Within, change_rules, rules
from app.errors import ForbiddenError, InvalidError
from app.permissions import scope_of

router = APIRouter(prefix="/api/v1/deadlines", tags=["reports"], responses=problems(401, 403))

Minutes = Annotated[int | None, Field(ge=1, le=LONGEST_MIN)]


class RuleBody(Body):
    """How long a report of one priority may wait, in minutes; null for as long as it takes."""

    priority: Annotated[int, Field(ge=PRIORITIES[0], le=PRIORITIES[-1])]
    acknowledge_within_min: Minutes
    on_scene_within_min: Minutes


class RulesBody(Body):
    """The rules that are to be others."""

    rules: Annotated[list[RuleBody], Field(min_length=1, max_length=len(PRIORITIES))]


class RuleView(BaseModel):
    """How long a report of one priority may wait, in minutes; null for as long as it takes."""

    priority: int
    acknowledge_within_min: int | None
    on_scene_within_min: int | None


class RulesView(BaseModel):
    """All rules, and the minutes between two who are told that one was missed."""

    rules: list[RuleView]
    pause_min: float


@router.get("")
async def deadline_rules(_caller: SeesReports, session: Transaction, parts: PartsOf) -> RulesView:
    """Tell how long reports of each priority may wait."""
    return await _view(session, parts.context)


@router.put("", responses=problems(422))
async def change_deadline_rules(
    body: RulesBody, caller: EditsDeadlines, session: Transaction, parts: PartsOf
) -> RulesView:
    """Say how long reports may wait from now on; those that are in keep what was due."""
    if scope_of(caller).precinct is not None:
        message = f"The city's deadlines are kept by the {CITY_DESK} desk"
        raise ForbiddenError(message)
    given = {
        each.priority: Within(each.acknowledge_within_min, each.on_scene_within_min)
        for each in body.rules
    }
    if len(given) < len(body.rules):
        raise InvalidError("A priority is named twice")
    await change_rules(session, caller.login, given)
    return await _view(session, parts.context)


async def _view(session: AsyncSession, context: UseCases) -> RulesView:
    return RulesView(
        rules=[
            RuleView(
                priority=rule.priority,
                acknowledge_within_min=rule.acknowledge_within_min,
                on_scene_within_min=rule.on_scene_within_min,
            )
            for rule in await rules(session)
        ],
        pause_min=context.escalation_pause.total_seconds() / 60,
    )
