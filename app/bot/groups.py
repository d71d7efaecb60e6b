"""What becomes of groups: another id, other rights of the bot, its going and coming back."""

from telegram import ChatMemberUpdated, Update

from app import public_groups
from app.bot.work import GONE, BeatwayContext, Work
from app.chat_moves import follow
from app.identity import reporter_of


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
        await follow(work.session, work.sealer, group.id, new)


async def on_rights(work: Work, change: ChatMemberUpdated) -> None:
    """Note that the bot was removed from a public group, or may do something else there now."""
    chat = await reporter_of(work.session, work.sealer, change.chat.id)
    group = await public_groups.of_chat(work.session, chat.id) if chat else None
    if group is None:
        return
    if change.new_chat_member.status in GONE:
        subject = str(int(work.now.timestamp()))
        await public_groups.note_fault(work.session, group, public_groups.REMOVED, subject)
        group.is_administrator = group.can_delete = False
    else:
        # What exactly it may do is asked.
        group.fault = group.looked_at = None
