"""Messages that reports are made of, as they are kept."""

from sqlalchemy import func, insert, select
from sqlalchemy.dialects.postgresql import insert as upsert

from app.bot.parts import Parts
from app.bot.work import Talk, Work
from app.models import Media, Report, ReportMessage, table_of

ADD_MESSAGE = insert(table_of(ReportMessage)).inline()


async def seen(work: Work, talk: Talk, message_id: int) -> ReportMessage | None:
    """Return a message of this chat that is part of a report already."""
    return (
        await work.session.execute(
            select(ReportMessage).where(
                ReportMessage.chat_id == talk.chat.id, ReportMessage.message_id == message_id
            )
        )
    ).scalar()


async def whole_text(work: Work, report: Report) -> str:
    """Return what the messages of a report say together, answers to the police left out."""
    texts = await work.session.execute(
        select(ReportMessage.text)
        .where(
            ReportMessage.report_id == report.id,
            func.coalesce(ReportMessage.text, "") != "",
            ~ReportMessage.is_answer,
        )
        .order_by(ReportMessage.id)
    )
    return "\n".join(text for text in texts.scalars() if text)


async def keep(
    work: Work, talk: Talk, parts: Parts, report: Report, *, is_answer: bool = False
) -> None:
    """Keep a message and its files as part of a report."""
    await work.session.execute(
        ADD_MESSAGE,
        {
            "report_id": report.id,
            "chat_id": talk.chat.id,
            "message_id": parts.message_id,
            "thread_id": parts.thread_id,
            "text": parts.text or None,
            "is_answer": is_answer,
            "sent_at": parts.sent_at,
        },
    )
    if parts.files:
        await work.session.execute(
            upsert(Media)
            .values(
                [
                    {
                        "report_id": report.id,
                        "kind": file.kind,
                        "file_id": file.file_id,
                        "file_unique_id": file.file_unique_id,
                        "mime": file.mime,
                        "size": file.size,
                        "name": file.name,
                    }
                    for file in parts.files
                ]
            )
            .on_conflict_do_nothing()
        )
