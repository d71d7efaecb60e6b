"""Messages to citizens, written in the transaction of the change that causes them."""

from typing import Any

from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncSession

from app.models import OutboxMessage, table_of

ADD = insert(table_of(OutboxMessage)).inline()


async def enqueue(
    session: AsyncSession,
    chat_id: int,
    method: str,
    payload: dict[str, Any],
    *,
    purpose: str,
    report_id: int | None = None,
) -> None:
    """Queue one Bot API call.

    Parameters
    ----------
    session
    chat_id : int
        Our own id of the chat (``reporter.id``); Telegram's id is added on sending.
    method : str
        For example ``sendMessage``.
    payload : dict
        The call's parameters without ``chat_id``. Rows of the outbox stand for what they are sent
        as, even if they are not sent yet: ``edit_of`` for the message to edit, ``reply_of`` for the
        one to stand under, ``topic_of`` for the topic that is made.
    purpose : str
        What it is for, shown to staff.
    report_id : int, optional
        The report whose page shows whether it was delivered.
    """
    await session.execute(
        ADD,
        {
            "chat_id": chat_id,
            "method": method,
            "payload": payload,
            "purpose": purpose,
            "report_id": report_id,
        },
    )


async def enqueue_known(
    session: AsyncSession, chat_id: int, method: str, payload: dict[str, Any], *, purpose: str
) -> int:
    """Queue one Bot API call and return its row's id, for others to refer to."""
    return (
        await session.execute(
            insert(OutboxMessage)
            .values(chat_id=chat_id, method=method, payload=payload, purpose=purpose)
            .returning(OutboxMessage.id)
        )
    ).scalar_one()


async def enqueue_text(
    session: AsyncSession,
    chat_id: int,
    text: str,
    *,
    purpose: str,
    report_id: int | None = None,
    markup: dict[str, Any] | None = None,
    answer_to: int | None = None,
    thread_id: int | None = None,
) -> None:
    """Queue a text message; ``answer_to`` is the message it stands under."""
    payload: dict[str, Any] = {"text": text, "link_preview_options": {"is_disabled": True}}
    if markup is not None:
        payload["reply_markup"] = markup
    if answer_to is not None:
        payload["reply_parameters"] = {
            "message_id": answer_to,
            "allow_sending_without_reply": True,
        }
    if thread_id is not None:
        payload["message_thread_id"] = thread_id
    await enqueue(session, chat_id, "sendMessage", payload, purpose=purpose, report_id=report_id)
