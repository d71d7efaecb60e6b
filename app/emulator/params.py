"""The arguments of a call, however they were sent."""

import json
import math
from dataclasses import dataclass, field
from typing import Any

from starlette.datastructures import UploadFile
from starlette.requests import Request

from app.emulator.errors import bad_request

_TRUE = {"true", "1", "yes", "y", "t"}


@dataclass(frozen=True, slots=True)
class Upload:
    """A file sent along with a call."""

    name: str | None
    mime: str | None
    content: bytes


@dataclass(slots=True)
class Params:
    """Arguments by name; texts of forms and values of JSON alike.

    Parameters
    ----------
    values
        What was sent.
    uploads
        Files, by the name of their form field.
    """

    values: dict[str, Any] = field(default_factory=dict)
    uploads: dict[str, Upload] = field(default_factory=dict)

    def text(self, name: str) -> str | None:
        """Read a string; None when it is missing or empty."""
        value = self.values.get(name)
        if value is None or value == "":
            return None
        return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)

    def integer(self, name: str) -> int | None:
        """Read a whole number, None when it is missing or not one."""
        value = self.values.get(name)
        if isinstance(value, bool):
            return int(value)
        try:
            return int(str(value)) if value not in {None, ""} else None
        except ValueError:
            return None

    def real(self, name: str) -> float | None:
        """Read a finite number, None when it is missing or not one."""
        try:
            number = float(self.values.get(name, ""))
        except (TypeError, ValueError):
            return None
        return number if math.isfinite(number) else None

    def flag(self, name: str) -> bool:
        """Read a yes or no; no when it is missing."""
        value = self.values.get(name)
        return value if isinstance(value, bool) else str(value).lower() in _TRUE

    def json(self, name: str) -> Any:
        """Read an object or array, which forms carry as a JSON string."""
        value = self.values.get(name)
        if not isinstance(value, str):
            return value
        if not value.strip():
            return None
        try:
            return json.loads(value)
        except ValueError as error:
            raise bad_request(f"can't parse {name.replace('_', ' ')} JSON object") from error

    def chat_id(self) -> int:
        """Read the chat a call is for.

        Raises
        ------
        BotApiError
            400, when there is none, or it is a name nobody has.
        """
        if self.text("chat_id") is None:
            raise bad_request("chat_id is empty")
        number = self.integer("chat_id")
        if number is None:
            raise bad_request("chat not found")
        return number

    def shown(self) -> dict[str, Any]:
        """Give the arguments for the journal, files by their name and size only."""
        values = {name: _readable(value) for name, value in self.values.items()}
        files = {
            name: {"file_name": upload.name, "size": len(upload.content)}
            for name, upload in self.uploads.items()
        }
        return {**values, **files}


async def read_params(request: Request) -> Params:
    """Read arguments from the query and from a form, multipart or JSON body."""
    params = Params(values=dict(request.query_params))
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind == "application/json":
        body = await request.body()
        if body.strip():
            try:
                values = json.loads(body)
            except ValueError as error:
                raise bad_request("can't parse JSON body") from error
            if not isinstance(values, dict):
                raise bad_request("expected a JSON object")
            params.values |= values
    elif kind in {"application/x-www-form-urlencoded", "multipart/form-data"}:
        async with request.form(max_part_size=16 * 1024 * 1024) as form:
            for name, value in form.multi_items():
                if isinstance(value, UploadFile):
                    params.uploads[name] = Upload(
                        value.filename, value.content_type, await value.read()
                    )
                else:
                    params.values[name] = value
    return params


def _readable(value: Any) -> Any:
    # Objects inside forms are JSON in a string; tests would rather look into them.
    if isinstance(value, str) and value[:1] in {"{", "["}:
        try:
            return json.loads(value)
        except ValueError:
            return value
    return value
