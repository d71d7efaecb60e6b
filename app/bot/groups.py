"""A group becomes a supergroup and has another id: it stays the same chat to us."""

from telegram import Update

from app.bot.work import BeatwayContext
from app.identity import migrate, reporter_of


async def on_migration(update: Update, context: BeatwayContext) -> None:
    """Follow a group to its new id, whichever of the two chats tells of it first."""
    message = update.effective_message
    if message is None:
        return
    old, new = message.chat.id, message.migrate_to_chat_id
    if message.migrate_from_chat_id is not None:
        old, new = message.migrate_from_chat_id, message.chat.id
    work = context.work
    group = await reporter_of(work.session, work.sealer, old)
    if group is not None and new is not None:
        await migrate(work.session, work.sealer, group.id, new)
