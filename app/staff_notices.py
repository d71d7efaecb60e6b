"""What desks, officers and leaders are told of on the page, once for each subject."""

from typing import Any

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from app.models import StaffNotice, table_of

LATE = "late"


async def tell_desk(
    session: AsyncSession, desk: str, kind: str, subject: str, body: dict[str, Any]
) -> None:
    """Tell a desk of a subject; a second time says nothing.

    Parameters
    ----------
    session
    desk : str
        A precinct's code, or ``city``.
    kind : str
        What it is about, for the page's words.
    subject : str
        What it is about, exactly: nobody is told of it twice.
    body : dict
        JSON-ready.
    """
    await session.execute(
        insert(table_of(StaffNotice))
        .values(desk=desk, kind=kind, subject=subject, body=body)
        .on_conflict_do_nothing(constraint="uq_staff_notice_subject_desk")
        .inline()
    )


async def tell_leaders(
    session: AsyncSession, leaders: str, kind: str, subject: str, body: dict[str, Any]
) -> None:
    """Tell whoever leads a precinct, or the city, of a subject; a second time says nothing.

    Parameters
    ----------
    session
    leaders : str
        A precinct's code, or ``city``. Who leads the city sees what its precincts' leaders see.
    kind, subject, body
        As of `tell_desk`.
    """
    await session.execute(
        insert(table_of(StaffNotice))
        .values(leaders=leaders, kind=kind, subject=subject, body=body)
        .on_conflict_do_nothing(constraint="uq_staff_notice_subject_leaders")
        .inline()
    )
