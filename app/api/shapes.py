"""Types of values that requests carry."""

from typing import Annotated

from fastapi import Path
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr, StringConstraints

LARGEST_ID = 2**63 - 1


def _storable(value: str) -> str:
    # PostgreSQL keeps no such character, and half of a surrogate pair is no text at all.
    if "\x00" in value or any("\ud800" <= letter <= "\udfff" for letter in value):
        message = "has a character that is no text"
        raise ValueError(message)
    return value


STORABLE = AfterValidator(_storable)
Words = Annotated[str, STORABLE]


def _storable_secret(value: SecretStr) -> SecretStr:
    _storable(value.get_secret_value())
    return value


Secret = Annotated[SecretStr, AfterValidator(_storable_secret)]
LongText = Annotated[Words, StringConstraints(max_length=10_000)]
ShortText = Annotated[Words, StringConstraints(max_length=500)]
Code = Annotated[Words, StringConstraints(min_length=1, max_length=100)]
Version = Annotated[int, Field(ge=1, le=2**31 - 1)]

Number = Annotated[
    str,
    Path(
        description="A registration number",
        examples=["2026-000001"],
        max_length=20,
        pattern=r"^[0-9]{4}-[0-9]{6,12}$",
    ),
]
DistrictCode = Annotated[Code, Path(description="Code of a precinct or beat")]
MediaId = Annotated[int, Path(ge=1, le=LARGEST_ID)]


class Body(BaseModel):
    """A request's JSON; a name that means nothing here is a mistake and said to be one."""

    model_config = ConfigDict(extra="forbid")
