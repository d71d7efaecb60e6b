"""Which handler answers which update."""

from typing import Any

from telegram import Update
from telegram.ext import (
    ApplicationBuilder,
    BaseHandler,
    CallbackQueryHandler,
    ChatMemberHandler,
    CommandHandler,
    ContextTypes,
    MessageHandler,
    filters,
)

from app.bot import commands, desk, group_commands, groups, intake, officer
from app.bot.work import App, BeatwayContext, StoredBot, Work, parse
from app.botapi import use_timedeltas

ANYTHING = filters.ALL & ~filters.StatusUpdate.ALL

Handler = BaseHandler[Any, BeatwayContext, Any]


def handlers() -> list[Handler]:
    """Return the handlers in the order they are tried; the first that fits answers."""
    edited = filters.UpdateType.EDITED_MESSAGE
    fresh = filters.UpdateType.MESSAGE
    in_group = fresh & filters.ChatType.GROUPS
    anywhere = fresh | filters.UpdateType.CHANNEL_POST
    return [
        CommandHandler("start", commands.on_start, filters=fresh),
        CommandHandler("help", commands.on_help, filters=fresh),
        CommandHandler("status", commands.on_status, filters=fresh),
        CommandHandler("officer", commands.on_officer, filters=fresh),
        CommandHandler("language", commands.on_language, filters=fresh),
        CommandHandler("sos", commands.on_sos, filters=fresh),
        CommandHandler("duty", officer.on_duty_command, filters=fresh),
        CommandHandler("delete", commands.on_delete, filters=fresh),
        CommandHandler("privacy", commands.on_privacy, filters=fresh),
        CommandHandler("mydata", commands.on_mydata, filters=fresh),
        CommandHandler("reply", desk.on_reply_command, filters=fresh),
        CommandHandler("report", group_commands.on_report, filters=fresh),
        CommandHandler("register", group_commands.on_register, filters=in_group),
        CommandHandler("done", group_commands.on_done, filters=in_group),
        CommandHandler(["spam", "notreport"], group_commands.on_no_report, filters=in_group),
        CommandHandler("safecity", group_commands.on_safe_city, filters=anywhere),
        MessageHandler(fresh & filters.COMMAND, commands.on_unknown),
        MessageHandler(fresh & filters.StatusUpdate.MIGRATE, groups.on_migration),
        MessageHandler(fresh & ANYTHING, intake.on_message),
        MessageHandler(edited & ANYTHING, intake.on_edited),
        CallbackQueryHandler(commands.on_button),
        ChatMemberHandler(commands.on_membership, ChatMemberHandler.MY_CHAT_MEMBER),
    ]


def build_application(token: str, bot_username: str) -> App:
    """Make python-telegram-bot's application for parsing and handling, not for the network."""
    use_timedeltas()
    application: App = (
        ApplicationBuilder()
        .bot(StoredBot(token, bot_username))
        .context_types(ContextTypes(context=BeatwayContext))
        .updater(None)
        .job_queue(None)
        .build()
    )
    application.add_handlers(handlers())
    return application


async def dispatch(application: App, body: dict[str, Any], work: Work) -> bool:
    """Let the first fitting handler process an update.

    ``Application.process_update`` logs a handler's exception and returns as if all were well;
    here it reaches the caller, who then undoes the transaction.

    Returns
    -------
    bool
        False when no handler is for this kind of update.
    """
    update: Update = parse(body, application.bot)
    for handler in application.handlers[0]:
        check = handler.check_update(update)
        if check is None or check is False:
            continue
        context = application.context_types.context.from_update(update, application)
        context.work = work
        await handler.handle_update(update, application, check, context)
        return True
    return False
