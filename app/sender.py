"""Send the outbox: one sender at a time, at least once, and the row says how it went."""

import asyncio
import logging
import time
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import psycopg
from sqlalchemy import Integer, cast, exists, func, literal, or_, select, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased
from telegram.error import (
    BadRequest,
    ChatMigrated,
    Forbidden,
    InvalidToken,
    NetworkError,
    RetryAfter,
    TelegramError,
)

from app import desk_faults, desk_topics, public_groups
from app.bell import Bell
from app.botapi import ApiClient
from app.cancellation import heed_cancellation
from app.chat_moves import follow
from app.db import Database
from app.forgetting import forget_citizen
from app.identity import Sealer, telegram_ids
from app.models import OutboxMessage, Reporter
from app.pace import Pace
from app.sent_data import MAKE, made

log = logging.getLogger(__name__)

MAX_ATTEMPTS = 10
FIRST_WAIT_S = 1.0
LONGEST_WAIT_S = 300.0
LOOK_AGAIN_S = 1.0
RECENT = timedelta(seconds=60)
ERROR_LENGTH = 300
LEADER_KEY = "beatway sender"
FORGOTTEN = "forgotten"
UTC = ZoneInfo("UTC")
# Calls that are no message in a chat: Telegram does not count them.
UNPACED = frozenset({"answerCallbackQuery", "deleteMessage"})
WITHOUT_CHAT = frozenset({"answerCallbackQuery"})
# What is refused of these shows what the bot may do in a group.
SAID = frozenset({"sendMessage"})
# Parameters that stand for what another row was sent as, see `app.outbox.enqueue`.
REFERS = frozenset({"edit_of", "reply_of", "topic_of"})


@dataclass(frozen=True, slots=True)
class Letter:
    """A message taken for sending."""

    id: int
    chat_id: int
    telegram_id: int | None
    group: bool
    method: str
    payload: dict[str, Any]
    purpose: str
    attempts: int


@dataclass(frozen=True, slots=True)
class Outcome:
    """What an attempt led to.

    Attributes
    ----------
    state : str
        ``sent``, ``failed`` or ``queued`` (to be tried again).
    answer_lost : bool
        Telegram may have sent it although we do not know.
    """

    state: str
    error: str | None = None
    message_id: int | None = None
    wait_s: float = 0.0
    answer_lost: bool = False
    blocked: bool = False
    pause_all: bool = False
    new_chat_id: int | None = None


@dataclass(frozen=True, slots=True)
class Sending:
    """What is needed to send."""

    database: Database
    sealer: Sealer
    bot: ApiClient
    pace: Pace
    timezone: ZoneInfo = UTC


async def send_outbox(sending: Sending, bell: Bell) -> None:
    """Send what is queued while this process is the sender, until cancelled."""
    while True:
        try:
            await _lead(sending, bell)
        except (psycopg.OperationalError, DBAPIError):
            heed_cancellation()
            log.warning("the sender lost the database; trying again")
        await asyncio.sleep(LOOK_AGAIN_S)


async def _lead(sending: Sending, bell: Bell) -> None:
    """Wait to be the only sender, then send; PostgreSQL ends it when our connection dies."""
    conninfo = sending.database.conninfo
    async with await psycopg.AsyncConnection.connect(conninfo, autocommit=True) as connection:
        await connection.execute("SELECT pg_advisory_lock(hashtext(%s))", [LEADER_KEY])
        await _take_over(sending)
        works = [
            asyncio.create_task(_watch(connection)),
            asyncio.create_task(_send_while_leading(sending, bell)),
        ]
        try:
            done, _ = await asyncio.wait(works, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
        finally:
            for task in works:
                task.cancel()
            await asyncio.gather(*works, return_exceptions=True)


async def _watch(connection: psycopg.AsyncConnection[Any]) -> None:
    """Fail as soon as the connection that makes us the sender is gone."""
    while True:
        await asyncio.sleep(LOOK_AGAIN_S)
        await connection.execute("SELECT 1")


async def _take_over(sending: Sending) -> None:
    """Requeue what the sender before us left half-sent, and learn what it sent just now."""
    async with sending.database.transaction() as session:
        lost = await session.execute(
            update(OutboxMessage)
            .where(OutboxMessage.state == "sending")
            .values(
                state="queued",
                answers_lost=OutboxMessage.answers_lost + 1,
                last_error="the sender stopped before Telegram answered",
            )
            .returning(OutboxMessage.id)
        )
        for number in lost.scalars():
            log.warning("message %s is sent again: the answer to it was lost", number)
        recent = await session.execute(
            select(
                OutboxMessage.chat_id,
                Reporter.kind,
                func.extract("epoch", func.now() - OutboxMessage.sent_at).label("age"),
            )
            .join(Reporter, Reporter.id == OutboxMessage.chat_id)
            .where(OutboxMessage.sent_at > func.now() - literal(RECENT))
            .order_by(OutboxMessage.sent_at)
        )
        now = time.monotonic()
        for row in recent:
            sending.pace.sent(row.chat_id, now - float(row.age), group=row.kind == "group")


async def _send_while_leading(sending: Sending, bell: Bell) -> None:
    running: set[asyncio.Task[None]] = set()
    try:
        while True:
            heard = bell.rung
            for task in [task for task in running if task.done()]:
                running.discard(task)
                # What failed here is still marked as being sent: leading anew takes it over.
                task.result()
            now = time.monotonic()
            room = sending.pace.room(now)
            letters = await _take(sending, room, sending.pace.busy(now)) if room else []
            for letter in letters:
                if letter.method not in UNPACED:
                    sending.pace.sending(letter.chat_id, group=letter.group)
                running.add(asyncio.create_task(_deliver(sending, letter, bell)))
            if letters:
                continue
            # Waiting rows whose chat must pause ring no bell: look again when it may go on.
            wait = sending.pace.wait_s(time.monotonic()) if not room or running else LOOK_AGAIN_S
            await bell.wait(heard, min(wait, LOOK_AGAIN_S))
    finally:
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)


async def _take(sending: Sending, room: int, busy: list[int]) -> list[Letter]:
    """Mark the next messages as being sent: of each chat the oldest, and one at a time."""
    before = aliased(OutboxMessage)
    async with sending.database.transaction() as session:
        rows = (
            await session.execute(
                select(OutboxMessage, Reporter.kind)
                .join(Reporter, Reporter.id == OutboxMessage.chat_id)
                .where(
                    OutboxMessage.state == "queued",
                    OutboxMessage.next_try_at <= func.now(),
                    or_(
                        OutboxMessage.method.in_(UNPACED),
                        OutboxMessage.chat_id.not_in(busy) if busy else literal(value=True),
                    ),
                    ~exists().where(
                        before.chat_id == OutboxMessage.chat_id,
                        before.state.in_(("queued", "sending")),
                        before.id < OutboxMessage.id,
                    ),
                )
                .order_by(OutboxMessage.id)
                .limit(room)
                .with_for_update(of=OutboxMessage, skip_locked=True)
            )
        ).all()
        if not rows:
            return []
        ids = [row.OutboxMessage.id for row in rows]
        await session.execute(
            update(OutboxMessage)
            .where(OutboxMessage.id.in_(ids))
            .values(state="sending", attempts=OutboxMessage.attempts + 1)
            .execution_options(synchronize_session=False)
        )
        chats = await telegram_ids(
            session, sending.sealer, [row.OutboxMessage.chat_id for row in rows]
        )
        sent = await _messages(session, [row.OutboxMessage for row in rows])
        return [
            Letter(
                id=message.id,
                chat_id=message.chat_id,
                telegram_id=chats.get(message.chat_id),
                group=row.kind == "group",
                method=message.method,
                payload=_addressed(message.payload, sent),
                purpose=message.purpose,
                attempts=message.attempts + 1,
            )
            for row in rows
            for message in [row.OutboxMessage]
        ]


async def _messages(session: AsyncSession, letters: list[OutboxMessage]) -> dict[int, int | None]:
    """Telegram's ids of what is referred to; that was sent before, as a chat has an order."""
    named = [
        letter.payload[name] for letter in letters for name in REFERS if name in letter.payload
    ]
    if not named:
        return {}
    rows = await session.execute(
        select(OutboxMessage.id, OutboxMessage.message_id).where(OutboxMessage.id.in_(named))
    )
    return {row.id: row.message_id for row in rows}


def _addressed(payload: dict[str, Any], sent: dict[int, int | None]) -> dict[str, Any]:
    parameters = {name: value for name, value in payload.items() if name not in REFERS}
    for name in REFERS & payload.keys():
        number = sent.get(payload[name]) or 0
        if name == "reply_of":
            reply = {"message_id": number, "allow_sending_without_reply": True}
            parameters["reply_parameters"] = reply
        else:
            parameters["message_id" if name == "edit_of" else "message_thread_id"] = number
    return parameters


async def _deliver(sending: Sending, letter: Letter, bell: Bell) -> None:
    try:
        outcome = await _attempt(sending.bot, await _whole(sending, letter))
    finally:
        if letter.method not in UNPACED:
            sending.pace.answered(letter.chat_id, time.monotonic())
    if outcome.pause_all:
        sending.pace.pause(time.monotonic() + outcome.wait_s)
    try:
        async with sending.database.transaction() as session:
            await _note(session, sending.sealer, letter, outcome)
    finally:
        await bell.ring()


async def _whole(sending: Sending, letter: Letter) -> Letter:
    """Make what is only made as it is sent; one that cannot be made holds up no other."""
    if MAKE not in letter.payload or letter.telegram_id is None:
        return letter
    try:
        async with sending.database.transaction() as session:
            method, parameters = await made(
                session, sending.sealer, sending.timezone, letter.chat_id, letter.payload
            )
    except DBAPIError:
        raise
    except Exception:
        heed_cancellation()
        log.exception("message %s could not be made", letter.id)
        return replace(letter, telegram_id=None)
    return replace(letter, method=method, payload=parameters)


async def _attempt(bot: ApiClient, letter: Letter) -> Outcome:
    if letter.telegram_id is None:
        return Outcome("failed", "the person asked to be forgotten")
    parameters = dict(letter.payload)
    if letter.method not in WITHOUT_CHAT:
        parameters["chat_id"] = letter.telegram_id
    try:
        answer = await bot.call(letter.method, parameters)
    except TelegramError as error:
        return _after_error(letter, error)
    # A topic has the id of the message that it begins with.
    told = answer if isinstance(answer, dict) else {}
    return Outcome("sent", message_id=told.get("message_id") or told.get("message_thread_id"))


def _after_error(letter: Letter, error: TelegramError) -> Outcome:
    match error:
        case RetryAfter():
            seconds = _seconds(error.retry_after)
            # A group's limit is its own; any other means that we are too fast over all.
            outcome = Outcome(
                "queued", "Telegram asked us to wait", wait_s=seconds, pause_all=not letter.group
            )
        case ChatMigrated():
            outcome = Outcome("queued", "the group has a new id", new_chat_id=error.new_chat_id)
        case Forbidden():
            outcome = Outcome("failed", error.message, blocked=True)
        case BadRequest() if "not modified" in error.message.lower().replace("_", " "):
            outcome = Outcome("sent", error.message)
        case BadRequest() | InvalidToken():
            outcome = Outcome("failed", error.message)
        case NetworkError():
            outcome = _after_network_error(letter, error)
        case _:
            outcome = Outcome("failed", error.message)
    return outcome


def _seconds(span: timedelta | float) -> float:
    return span.total_seconds() if isinstance(span, timedelta) else float(span)


def _after_network_error(letter: Letter, error: NetworkError) -> Outcome:
    never_left = isinstance(
        error.__cause__, httpx.ConnectError | httpx.ConnectTimeout | httpx.PoolTimeout
    )
    wait = min(FIRST_WAIT_S * 2 ** (letter.attempts - 1), LONGEST_WAIT_S)
    return Outcome("queued", error.message, wait_s=wait, answer_lost=not never_left)


async def _note(session: AsyncSession, sealer: Sealer, letter: Letter, outcome: Outcome) -> None:
    state = outcome.state
    lost = cast(outcome.answer_lost, Integer)
    values: dict[str, Any] = {
        "last_error": outcome.error[:ERROR_LENGTH] if outcome.error else None,
        "answers_lost": OutboxMessage.answers_lost + lost,
    }
    if state == "sent":
        values |= {"sent_at": func.now(), "message_id": outcome.message_id}
    elif state == "queued" and letter.attempts >= MAX_ATTEMPTS:
        state = "unknown" if outcome.answer_lost else "failed"
    elif state == "queued":
        values["next_try_at"] = func.now() + literal(timedelta(seconds=outcome.wait_s))
    await session.execute(
        update(OutboxMessage)
        .where(OutboxMessage.id == letter.id)
        .values(state=state, **values)
        .execution_options(synchronize_session=False)
    )
    if outcome.new_chat_id is not None:
        await follow(session, sealer, letter.chat_id, outcome.new_chat_id)
    if outcome.blocked:
        await _give_up_chat(session, letter.chat_id, outcome.error or "")
    await _note_of_group(session, letter, state, outcome.error or "")
    if letter.purpose == FORGOTTEN and state != "queued":
        await forget_citizen(session, sealer, letter.chat_id, letter.telegram_id)


async def _note_of_group(session: AsyncSession, letter: Letter, state: str, error: str) -> None:
    """Let whoever keeps a desk's or a public group hear how it went there."""
    if letter.purpose == desk_topics.PURPOSE and state in {"failed", "unknown"}:
        await desk_faults.on_failure(session, letter.id, error)
    elif letter.method == desk_faults.CREATE and state == "sent":
        await desk_faults.on_success(session, letter.chat_id)
    elif letter.group and letter.method in SAID and state == "failed":
        await public_groups.on_failure(session, letter.chat_id, letter.id, error)


async def _give_up_chat(session: AsyncSession, chat_id: int, error: str) -> None:
    """Mark a chat that blocked us; what waits for it cannot be delivered either."""
    await session.execute(
        update(Reporter).where(Reporter.id == chat_id).values(blocked_at=func.now())
    )
    await session.execute(
        update(OutboxMessage)
        .where(OutboxMessage.chat_id == chat_id, OutboxMessage.state == "queued")
        .values(state="failed", last_error=error[:ERROR_LENGTH])
        .execution_options(synchronize_session=False)
    )
