"""Who did what to a boundary set, with before and after; rows are only ever added."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.models import BoundaryAudit, table_of

ADD = insert(table_of(BoundaryAudit)).inline()


@dataclass(frozen=True, slots=True)
class Deed:
    """One thing that was done.

    Attributes
    ----------
    kind : str
        `uploaded`, `edited`, `proposed`, `withdrawn`, `approved`, `rebased`, `activated`,
        `scheduled`, `unscheduled`, `schedule_failed` or `deleted`.
    before, after : dict or None
        JSON-ready; what changed only.
    """

    id: int
    at: datetime
    actor: str
    kind: str
    before: dict[str, Any] | None
    after: dict[str, Any] | None


async def note(
    session: AsyncSession,
    boundary_set_id: int,
    *,
    actor: str,
    kind: str,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
) -> None:
    """Write down what is being done, in its transaction."""
    await session.execute(
        ADD,
        {
            "boundary_set_id": boundary_set_id,
            "actor": actor,
            "kind": kind,
            "before": before,
            "after": after,
        },
    )


async def deeds(session: AsyncSession, boundary_set_id: int) -> list[Deed]:
    """Return what was done to a boundary set, the first thing first."""
    rows = await session.execute(
        select(BoundaryAudit)
        .where(BoundaryAudit.boundary_set_id == boundary_set_id)
        .order_by(BoundaryAudit.id)
    )
    return [
        Deed(row.id, row.at, row.actor, row.kind, row.before, row.after) for row in rows.scalars()
    ]
