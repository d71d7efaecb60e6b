"""Requests that may be sent twice and are done once."""

import hashlib
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import delete, func, literal, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.errors import InvalidError
from app.models import IdempotentRequest

KEPT = timedelta(days=7)
MOST_FORGOTTEN = 100


class KeyReusedError(InvalidError):
    """The Idempotency-Key was used for another request."""

    code = "idempotency-key-reused"


@dataclass(frozen=True, slots=True)
class Request:
    """Whose request it is, under which key, and what it says."""

    staff_id: int
    key: str
    body: str

    @property
    def digest(self) -> bytes:
        """What the body is recognised by."""
        return hashlib.sha256(self.body.encode()).digest()


async def remembered(session: AsyncSession, request: Request) -> str | None:
    """Return the number of the report that this request has made already.

    The same request at the same time waits here until the first one is committed or undone.

    Raises
    ------
    KeyReusedError
    """
    name = f"{request.staff_id} {request.key}"
    await session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(name, 0))))
    row = (
        await session.execute(
            select(IdempotentRequest).where(
                IdempotentRequest.staff_id == request.staff_id,
                IdempotentRequest.key == request.key,
            )
        )
    ).scalar()
    if row is None:
        return None
    if row.body_hash != request.digest:
        raise KeyReusedError
    return row.report_number


async def remember(session: AsyncSession, request: Request, report_number: str) -> None:
    """Note what a request has made, and forget what is too old to be asked for again."""
    session.add(
        IdempotentRequest(
            staff_id=request.staff_id,
            key=request.key,
            body_hash=request.digest,
            report_number=report_number,
        )
    )
    old = (
        select(IdempotentRequest.staff_id, IdempotentRequest.key)
        .where(IdempotentRequest.at < func.now() - literal(KEPT))
        .limit(MOST_FORGOTTEN)
        .with_for_update(skip_locked=True)
        .subquery()
    )
    await session.execute(
        delete(IdempotentRequest)
        .where(IdempotentRequest.staff_id == old.c.staff_id, IdempotentRequest.key == old.c.key)
        .execution_options(synchronize_session=False)
    )
