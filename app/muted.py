"""What muted people write: kept without a number, until the desk makes a report of it."""

from datetime import timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from app.context import UseCases
from app.errors import ConflictError, NotFoundError
from app.models import Media, MutedMessage, Report, ReportMessage, table_of
from app.places import Place, PlaceKind
from app.reports import NewReport, register

# Every so often they are thanked, as anybody would be.
THANKED_EVERY = timedelta(minutes=10)
SOURCE = "telegram"


async def keep(session: AsyncSession, context: UseCases, values: dict[str, Any]) -> bool:
    """Keep a message, or what an edited one says now; tell whether to thank for it.

    Parameters
    ----------
    session, context
    values : dict
        Of the columns of `MutedMessage`.
    """
    query = insert(table_of(MutedMessage)).values(values)
    row = (
        await session.execute(
            query.on_conflict_do_update(
                constraint="uq_muted_message_chat_id_message_id",
                set_={name: query.excluded[name] for name in ("text", "place", "files")},
            ).returning(table_of(MutedMessage).c.id, table_of(MutedMessage).c.acknowledged)
        )
    ).one()
    thanked = (
        await session.execute(
            select(MutedMessage.id)
            .where(
                MutedMessage.reporter_id == values["reporter_id"],
                MutedMessage.acknowledged,
                MutedMessage.sent_at > context.clock() - THANKED_EVERY,
            )
            .limit(1)
        )
    ).scalar()
    if thanked is not None or row.acknowledged:
        return False
    message = await session.get_one(MutedMessage, row.id)
    message.acknowledged = True
    return True


async def make_report(
    session: AsyncSession, context: UseCases, message_id: int, actor: str
) -> Report:
    """Register what a muted person wrote; they are answered about it like anybody.

    Raises
    ------
    NotFoundError
    ConflictError
        When it is registered already.
    """
    message = (
        await session.execute(
            select(MutedMessage).where(MutedMessage.id == message_id).with_for_update()
        )
    ).scalar()
    if message is None:
        message_text = f"There is no message {message_id}"
        raise NotFoundError(message_text)
    if message.report_id is not None:
        number = (await session.get_one(Report, message.report_id)).number
        registered = f"It is registered already: {number}"
        raise ConflictError(registered)
    place = message.place
    routed = await register(
        session,
        context,
        NewReport(
            text=message.text or "",
            source=SOURCE,
            received_at=context.clock(),
            actor=actor,
            place=Place(place["lon"], place["lat"], PlaceKind(place["kind"]), place["accuracy_m"])
            if place
            else None,
            reporter_id=message.reporter_id,
            from_muted=True,
        ),
    )
    report = routed.report
    message.report_id = report.id
    session.add(
        ReportMessage(
            report_id=report.id,
            chat_id=message.chat_id,
            message_id=message.message_id,
            thread_id=message.thread_id,
            text=message.text,
            sent_at=message.sent_at,
        )
    )
    for file in message.files or []:
        session.add(Media(report_id=report.id, **file))
    return report
