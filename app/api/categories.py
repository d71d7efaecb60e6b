"""What a report can be about."""

from fastapi import APIRouter
from pydantic import BaseModel

from app.api.callers import PartsOf, Somebody, Transaction
from app.api.problems import problems
from app.categories import Precision, Response

router = APIRouter(prefix="/api/v1", tags=["triage"], responses=problems(401, 503))


class NamesView(BaseModel):
    """The same in each language."""

    uk: str
    ru: str
    en: str


class CategoryView(BaseModel):
    """One thing that a report can be about; one that is not active only names old reports."""

    code: str
    names: NamesView
    questions: list[NamesView]
    priority: int
    response: Response
    acknowledge_within_min: int | None
    on_scene_within_min: int | None
    precision: Precision
    police: bool
    service: str | None
    active: bool


class CategoriesView(BaseModel):
    """Every category of the version in force, in the order staff gave them."""

    version: int
    categories: list[CategoryView]


@router.get("/categories")
async def categories(_: Somebody, session: Transaction, parts: PartsOf) -> CategoriesView:
    """List what a report can be about."""
    in_use = await parts.context.triage.get(session)
    return CategoriesView(
        version=in_use.version_id,
        categories=[
            CategoryView.model_validate(each.model_dump(exclude={"words"}))
            for each in in_use.rules.categories
        ],
    )
