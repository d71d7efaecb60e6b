"""Files that come over HTTP: read only once it is known who sends them, and never left behind."""

import asyncio
import json
import re
import shutil
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import Annotated, Any

from fastapi import Request
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from starlette.datastructures import FormData, UploadFile

from app.api.shapes import Words
from app.boundary_check import Wish
from app.boundary_fields import FieldMap
from app.boundary_layers import LAYER_MARK
from app.boundary_raw import Sources
from app.errors import InvalidError, TooLargeError
from app.settings import Settings

MEGABYTE = 1_000_000
# What stands around the files of a form.
FORM_ROOM = 64 * 1024
# Features of a draft, edited one by one or a few at a time.
LARGEST_FEATURES = 16 * 1024 * 1024
LONGEST_NAME = 100
UNSAFE = re.compile(r"[^\w. ()+-]")
CHUNK = 1 << 20


def larger_bodies(settings: Settings) -> dict[str, int]:
    """Return below which paths bodies may be larger than elsewhere, and how large."""
    upload = int(settings.boundary_upload_mb * MEGABYTE) + FORM_ROOM
    return {
        "/api/v1/boundary-sets": upload,
        "/api/v1/boundary-files/": upload,
        "/ogc/collections/": LARGEST_FEATURES,
    }


Field100 = Annotated[Words, Field(min_length=1, max_length=200)]


class _Fields(BaseModel):
    model_config = ConfigDict(extra="forbid")

    code: Field100
    name: Field100 | None = None
    parent: Field100 | None = None

    def map(self) -> FieldMap:
        return FieldMap(self.code, self.name, self.parent)


class _Mapping(BaseModel):
    model_config = ConfigDict(extra="forbid")

    beats: _Fields | None = None
    precincts: _Fields | None = None


class _Form(BaseModel):
    """The form's fields beside its files."""

    model_config = ConfigDict(extra="forbid")

    mapping: _Mapping | None = None
    layer: Field100 | None = None
    precincts_layer: Field100 | None = None
    based_on: Annotated[int, Field(ge=1, le=2**31 - 1)] | None = None
    label: Annotated[Words, Field(max_length=200)] | None = None
    keep: bool = False
    repair: bool = False
    tolerance_m: Annotated[float, Field(gt=0, le=50, allow_inf_nan=False)] = 2.0


@dataclass(frozen=True, slots=True)
class Upload:
    """What somebody uploaded, in a folder that goes when they have their answer.

    Attributes
    ----------
    keep : bool
        True to store the set as a draft although it has errors.
    """

    wish: Wish
    label: str | None
    based_on: int | None
    keep: bool


@asynccontextmanager
async def received(request: Request) -> AsyncIterator[Upload]:
    """Read a form with files into a folder of its own, and remove that afterwards.

    Raises
    ------
    InvalidError
        When no file is in it, or a field is wrong.
    TooLargeError
    """
    with tempfile.TemporaryDirectory(prefix="beatway-upload-") as name:
        folder = Path(name)
        async with request.form(max_files=2, max_fields=20) as form:
            fields = _fields(form)
            file = await _saved(form, "file", folder / "file")
            precincts = await _saved(form, "precincts_file", folder / "precincts")
        if file is None:
            raise InvalidError("The form has no file", field="file")
        mapping = fields.mapping or _Mapping()
        sources = Sources(
            file=_of_layer(file, fields.layer),
            precincts_file=_of_layer(precincts, fields.precincts_layer) if precincts else None,
            beats=mapping.beats.map() if mapping.beats else None,
            precincts=mapping.precincts.map() if mapping.precincts else None,
        )
        wish = Wish(sources, repair=fields.repair, tolerance_m=fields.tolerance_m)
        yield Upload(wish, fields.label, fields.based_on, fields.keep)


def _of_layer(path: Path, layer: str | None) -> Path:
    return path if layer is None else path.with_name(f"{path.name}{LAYER_MARK}{layer}")


def _fields(form: FormData) -> _Form:
    given: dict[str, Any] = {
        name: value for name, value in form.items() if isinstance(value, str) and value
    }
    if "mapping" in given:
        try:
            given["mapping"] = json.loads(given["mapping"])
        except ValueError as error:
            raise InvalidError("mapping is not JSON", field="mapping") from error
    for name in ("file", "precincts_file"):
        if name in given:
            raise InvalidError(f"{name} is a text, not a file", field=name)
    try:
        return _Form.model_validate(given)
    except ValidationError as error:
        faults = [
            {"field": ".".join(str(part) for part in each["loc"]), "detail": str(each["msg"])}
            for each in error.errors(include_input=False, include_url=False)
        ]
        detail = "; ".join(f"{each['field']}: {each['detail']}" for each in faults)
        raise InvalidError(detail, errors=faults) from error


async def _saved(form: FormData, field: str, folder: Path) -> Path | None:
    file = form.get(field)
    if not isinstance(file, UploadFile):
        return None

    def save() -> Path:
        folder.mkdir()
        # Its name is only ever shown, and tells what kind of file it is.
        plain = UNSAFE.sub("_", PurePath((file.filename or "").replace("\\", "/")).name)
        path = folder / (plain[-LONGEST_NAME:].lstrip(". ") or "file")
        with path.open("wb") as saved:
            file.file.seek(0)
            shutil.copyfileobj(file.file, saved, CHUNK)
        return path

    return await asyncio.to_thread(save)


async def json_of(request: Request, largest: int) -> Any:
    """Read a JSON body whatever its size, up to a limit.

    Raises
    ------
    InvalidError
    TooLargeError
    """
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > largest:
            raise TooLargeError(f"A request may have {largest} bytes here")
    try:
        return await asyncio.to_thread(json.loads, bytes(body))
    except (ValueError, RecursionError) as error:
        raise InvalidError("The body is not JSON") from error
