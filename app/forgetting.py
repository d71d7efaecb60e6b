"""Forgetting a citizen who asked for it: who they are, what they sent as it came, and their files.

What they reported stays in the register under a name that leads nowhere, and is counted; its
words go when their time is over. Files of a report that is still worked on stay until then.
"""

from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.identity import Sealer, forget
from app.models import InboxUpdate, Media, MutedMessage, Report, Reporter
from app.workflow import CLOSED


async def forget_citizen(
    session: AsyncSession, sealer: Sealer, reporter_id: int, telegram_id: int | None
) -> None:
    """Forget somebody to whom the farewell was just sent.

    Parameters
    ----------
    session, sealer
    reporter_id : int
    telegram_id : int or None
        Their chat; None when it is forgotten already.
    """
    if telegram_id is not None:
        # Raw updates name their sender; those not processed yet are needed for that.
        await session.execute(
            update(InboxUpdate)
            .where(
                InboxUpdate.chat_key.in_(sealer.chat_keys(telegram_id)),
                InboxUpdate.state.in_(("done", "dead")),
            )
            .values(sealed=None)
            .execution_options(synchronize_session=False)
        )
    closed = select(Report.id).where(
        Report.reporter_id == reporter_id, Report.status.in_([each.value for each in CLOSED])
    )
    await session.execute(
        delete(Media)
        .where(Media.report_id.in_(closed))
        .execution_options(synchronize_session=False)
    )
    await session.execute(
        delete(MutedMessage)
        .where(MutedMessage.reporter_id == reporter_id)
        .execution_options(synchronize_session=False)
    )
    await session.execute(
        update(Reporter)
        .where(Reporter.id == reporter_id)
        .values(expecting=None, expecting_until=None)
        .execution_options(synchronize_session=False)
    )
    await forget(session, reporter_id)
