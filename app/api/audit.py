"""The audit, for whoever leads: what was done, and the head by which it can be checked later."""

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import BaseModel

from app import audit
from app.api.callers import SeesAudit, Transaction
from app.api.problems import problems
from app.api.shapes import LARGEST_ID, Words

router = APIRouter(prefix="/api/v1/audit", tags=["keeping"], responses=problems(401, 403, 422))

# What only the check needs.
DIGESTS = frozenset({"columns", "sha256"})


class EntryView(BaseModel):
    """One thing that was done, by its place in the chain."""

    position: int
    at: datetime
    actor: str
    kind: str
    subject: str | None
    detail: dict[str, Any]


class AuditView(BaseModel):
    """Entries, the latest first; `head` is what `beatway audit verify --expect-head` takes."""

    head: str
    entries: list[EntryView]
    next_before: int | None


@router.get("")
async def entries(
    _caller: SeesAudit,
    session: Transaction,
    before: Annotated[
        int | None, Query(ge=1, le=LARGEST_ID, description="Only before this place")
    ] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    kind: Annotated[
        Words | None, Query(max_length=100, description="Only kinds that begin so")
    ] = None,
) -> AuditView:
    """List what was done."""
    found = await audit.entries(session, before=before, limit=limit, kind=kind)
    return AuditView(
        head=str(await audit.head(session)),
        entries=[
            EntryView(
                position=position,
                at=entry.at,
                actor=entry.actor,
                kind=entry.kind,
                subject=entry.subject,
                detail={name: v for name, v in entry.detail.items() if name not in DIGESTS},
            )
            for position, entry in found
        ],
        next_before=found[-1][0] if len(found) == limit else None,
    )
