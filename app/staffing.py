"""Who is posted where and on duty now."""

from datetime import datetime

from sqlalchemy import ColumnElement, exists, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.cover import Assignment, Posted, climb
from app.models import Officer, Posting, Shift


def on_shift(at: datetime) -> ColumnElement[bool]:
    """SQL condition: the officer of the row is on duty at an instant."""
    return exists().where(Shift.officer_id == Officer.id, Shift.period.op("@>")(at))


def posted_to(beat: str, at: datetime) -> ColumnElement[bool]:
    """SQL condition: the posting of the row is to a beat and holds at an instant."""
    return (Posting.beat_code == beat) & Posting.period.op("@>")(at)


async def posted_officers(session: AsyncSession, beat: str, at: datetime) -> list[Posted]:
    """Return the officers posted to a beat at an instant, on duty or not."""
    rows = await session.execute(
        select(
            Officer.id,
            Officer.code,
            Officer.name,
            Officer.rank,
            Posting.kind,
            on_shift(at),
            Officer.reception,
        )
        .join(Posting, Posting.officer_id == Officer.id)
        .where(posted_to(beat, at), Officer.active)
    )
    return [Posted(*row) for row in rows]


async def assign(
    session: AsyncSession, precinct: str | None, beat: str | None, at: datetime
) -> Assignment:
    """Find who answers for a place now."""
    posted = await posted_officers(session, beat, at) if beat is not None else []
    return climb(precinct, beat, posted)
