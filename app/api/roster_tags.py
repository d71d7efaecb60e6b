"""Entity tags of the roster: nobody overwrites what they have not seen."""

import hashlib
import json
from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import Header

from app.errors import ConflictError

IfMatch = Annotated[
    str | None,
    Header(alias="If-Match", description="The tag of the state that is changed", max_length=200),
]
IfNoneMatch = Annotated[
    str | None,
    Header(alias="If-None-Match", description="`*`: only when there is none yet", max_length=200),
]


class SeenBeforeError(ConflictError):
    """Somebody has changed it since you looked; look at it again."""

    code = "stale"


def tag_of(owner: str, said: Mapping[str, Any]) -> str:
    """Return what a state is recognised by: the same words have the same."""
    text = json.dumps([owner, said], sort_keys=True, default=str)
    return hashlib.sha256(text.encode(errors="replace")).hexdigest()[:16]


def demand_match(if_match: str | None, tag: str) -> None:
    """Raise SeenBeforeError when a change is meant for another state."""
    if if_match is None or if_match.strip() == "*":
        return
    named = {each.strip().removeprefix("W/").strip('"') for each in if_match.split(",")}
    if tag not in named:
        raise SeenBeforeError
