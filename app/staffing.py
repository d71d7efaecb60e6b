"""Who is posted where and on duty now."""

from datetime import datetime

from sqlalchemy import DateTime, bindparam, exists, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.cover import Assignment, Posted, climb
from app.models import Officer, Posting, Shift

INSTANT = DateTime(timezone=True)


# Kept as one statement: it runs for every report, and building it costs as much as running it.
POSTED = (
    select(
        Officer.id,
        Officer.code,
        Officer.name,
        Officer.rank,
        Posting.kind,
        exists().where(
            Shift.officer_id == Officer.id, Shift.period.op("@>")(bindparam("at", type_=INSTANT))
        ),
        Officer.reception,
    )
    .join(Posting, Posting.officer_id == Officer.id)
    .where(
        Posting.beat_code == bindparam("beat"),
        Posting.period.op("@>")(bindparam("at", type_=INSTANT)),
        Officer.active,
    )
)


async def posted_officers(session: AsyncSession, beat: str, at: datetime) -> list[Posted]:
    """Return the officers posted to a beat at an instant, on duty or not."""
    rows = await session.execute(POSTED, {"beat": beat, "at": at})
    return [Posted(*row) for row in rows]


async def assign(
    session: AsyncSession, precinct: str | None, beat: str | None, at: datetime
) -> Assignment:
    """Find who answers for a place now."""
    posted = await posted_officers(session, beat, at) if beat is not None else []
    return climb(precinct, beat, posted)
