"""Everybody whose report follows another one hears what happens to that: once each, in order."""

from sqlalchemy import delete, exists, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from app import notices
from app.context import UseCases
from app.models import IncidentNews, Report, table_of
from app.workflow import Status

BATCH = 100


async def tell_followers(session: AsyncSession, context: UseCases) -> int:
    """Tell the next ones of those who follow a report what has happened to it.

    Returns
    -------
    int
        How many pieces of news were looked at.
    """
    earlier = aliased(IncidentNews)
    news = (
        await session.execute(
            select(IncidentNews)
            .where(
                ~exists().where(
                    earlier.lead_id == IncidentNews.lead_id, earlier.id < IncidentNews.id
                )
            )
            .order_by(IncidentNews.id)
            .limit(1)
            .with_for_update(skip_locked=True, of=IncidentNews)
        )
    ).scalar()
    if news is None:
        return 0
    reports = (
        (
            await session.execute(
                select(Report)
                .where(
                    Report.duplicate_of_id == news.lead_id,
                    Report.id > news.told_to,
                    # Who joined later was told how things stood.
                    Report.joined_at <= news.at,
                )
                .order_by(Report.id)
                .limit(BATCH)
                .with_for_update()
            )
        )
        .scalars()
        .all()
    )
    for report in reports:
        await _tell(session, context, news, report)
        news.told_to = report.id
    await session.flush()
    if len(reports) < BATCH:
        await session.execute(delete(table_of(IncidentNews)).where(IncidentNews.id == news.id))
    return 1


async def _tell(
    session: AsyncSession, context: UseCases, news: IncidentNews, report: Report
) -> None:
    if news.text is not None:
        await notices.tell_reply(session, context, report, news.text)
    elif news.before is not None and news.after is not None:
        before, after = Status(news.before), Status(news.after)
        await notices.tell_status(session, context, report, before, after)
