"""What a group may read of a report that was told in it; the rest is for its author alone."""

from sqlalchemy import exists, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.group_outbox import Spot, enqueue_in_group
from app.models import OutboxMessage, Report, Reporter, ReportMessage
from app.phrases import phrase
from app.public_groups import SOURCE

GROUP, PERSON = "group", "person"


def preview_key(report: Report, otherwise: str) -> str:
    """Return the phrase over a reply that is looked at before it is sent: who will read it."""
    return "group_preview" if report.source == SOURCE else otherwise


async def private_chat_of(session: AsyncSession, report: Report) -> Reporter | None:
    """Return the author of a report whom we have written to in private; None for any other."""
    sent = exists().where(
        OutboxMessage.chat_id == Reporter.id, OutboxMessage.message_id.is_not(None)
    )
    return (
        await session.execute(
            select(Reporter).where(
                Reporter.id == report.reporter_id,
                Reporter.kind == PERSON,
                Reporter.blocked_at.is_(None),
                sent,
            )
        )
    ).scalar()


async def tell_group(
    session: AsyncSession, report: Report, key: str, lines: tuple[str, ...] = (), **values: object
) -> None:
    """Say something of a report under the message of a group that it began with, if there is one.

    Parameters
    ----------
    session, report
    key : str
        Of a phrase that names nobody and no place.
    lines : tuple of str
        What is said after it.
    **values : object
        Of the phrase.
    """
    row = (
        await session.execute(
            select(Reporter, ReportMessage.message_id, ReportMessage.thread_id)
            .join(ReportMessage, ReportMessage.chat_id == Reporter.id)
            .where(ReportMessage.report_id == report.id, Reporter.kind == GROUP)
            .order_by(ReportMessage.id)
            .limit(1)
        )
    ).first()
    if row is None:
        return
    words = phrase(row.Reporter.language, key, number=report.number, **values)
    await enqueue_in_group(
        session,
        Spot(row.Reporter.id, row.message_id, row.thread_id),
        "\n".join([words, *lines]),
        purpose=key,
        report_id=report.id,
    )
