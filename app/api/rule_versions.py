"""Versions of rules as the API shows them."""

from datetime import datetime
from typing import Annotated

from fastapi import Path
from pydantic import BaseModel, ConfigDict

from app.api.shapes import Body, Version

VersionId = Annotated[int, Path(ge=1, le=2**31 - 1, description="Of a version of the rules")]


class VersionView(BaseModel):
    """One version of the rules."""

    model_config = ConfigDict(from_attributes=True)

    id: int
    based_on: int | None
    made_by: str
    made_at: datetime
    note: str | None
    in_force: bool


class BackBody(Body):
    """The version that is in force, as far as the caller knows."""

    based_on: Version
