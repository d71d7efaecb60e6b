"""Citizens are told when another answers for their report, once that has settled."""

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app import notices
from app.context import UseCases
from app.models import Report
from app.workflow import CLOSED, Status

BATCH = 100


async def tell_owners(session: AsyncSession, context: UseCases) -> int:
    """Tell the citizens whose reports went to another and stayed there for a while.

    A report that goes on and comes back in between is nothing to a citizen.

    Returns
    -------
    int
        How many reports were looked at; at most a batch.
    """
    settled = context.clock() - context.owner_settles
    reports = (
        (
            await session.execute(
                select(Report)
                .where(Report.owner_untold, Report.updated_at <= settled)
                .order_by(Report.id)
                .limit(BATCH)
                .with_for_update(skip_locked=True)
            )
        )
        .scalars()
        .all()
    )
    for report in reports:
        if Status(report.status) in CLOSED:
            report.owner_untold = False
        else:
            await notices.owner_changed(session, context, report)
    await session.flush()
    return len(reports)
