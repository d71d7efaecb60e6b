"""Looking into a boundary file before it becomes a boundary set."""

import asyncio
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel

from app.access import Caller
from app.api.boundary_uploads import received
from app.api.callers import PartsOf, allowed_for_long
from app.api.forms import form
from app.api.problems import problems
from app.boundary_fields import FileFacts, inspect
from app.boundary_layers import read_layer
from app.permissions import Action

router = APIRouter(prefix="/api/v1/boundary-files", tags=["boundaries"])

FORM = form(layer={"type": "string"})


class FieldView(BaseModel):
    """A field of the file, with some of its values."""

    name: str
    type: str
    samples: list[Any]
    distinct: int
    empty: int


class FileView(BaseModel):
    """What is in a boundary file."""

    file: str
    crs: str
    features: int
    geometry_types: list[str]
    fields: list[FieldView]
    guess: dict[str, str | None]
    notes: list[str]


@router.post(
    "/inspect",
    responses=problems(401, 403, 413, 422),
    openapi_extra=FORM,
)
async def look_into(
    request: Request,
    _caller: Annotated[Caller, Depends(allowed_for_long(Action.EDIT_BOUNDARIES))],
    parts: PartsOf,
) -> FileView:
    """Tell what a file holds and guess which of its fields is what; nothing is stored."""
    async with received(request) as upload, parts.heavy:
        source = upload.wish.sources

        def look() -> FileFacts:
            return inspect(read_layer(source.file, max_unpacked_mb=source.max_unpacked_mb))

        return FileView.model_validate((await asyncio.to_thread(look)).as_dict())
