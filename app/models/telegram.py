"""The durable inbox and outbox between Telegram and the register."""

from datetime import datetime, timedelta

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Identity,
    Index,
    LargeBinary,
    func,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base, Json


class IdentityRow(Base):
    """Who a reporter is to Telegram, sealed; only the bot's and the outbox's role reads it."""

    __tablename__ = "identity"

    reporter_id: Mapped[int] = mapped_column(
        ForeignKey("reporter.id", ondelete="CASCADE"), primary_key=True
    )
    lookup: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    sealed: Mapped[bytes] = mapped_column(LargeBinary)


class InboxUpdate(Base):
    """A Telegram update as it came, sealed because it names its sender."""

    __tablename__ = "inbox"
    __table_args__ = (
        CheckConstraint("state IN ('pending', 'done', 'dead')", name="state"),
        Index(
            "ix_inbox_pending_chat",
            "chat_key",
            "update_id",
            postgresql_where=text("state = 'pending'"),
        ),
        Index(
            "ix_inbox_pending_turn",
            "turn",
            "update_id",
            postgresql_where=text("state = 'pending'"),
        ),
        Index(
            "ix_inbox_unlooked",
            "update_id",
            postgresql_where=text("state = 'pending' AND NOT looked"),
        ),
        Index("ix_inbox_dead", "update_id", postgresql_where=text("state = 'dead'")),
    )

    update_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    chat_key: Mapped[int] = mapped_column(BigInteger)
    sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    received_at: Mapped[datetime] = mapped_column(server_default=func.now())
    state: Mapped[str] = mapped_column(server_default="pending")
    attempts: Mapped[int] = mapped_column(server_default="0")
    next_try_at: Mapped[datetime] = mapped_column(server_default=func.now())
    last_error: Mapped[str | None]
    done_at: Mapped[datetime | None]
    # Of a group, where many people write.
    crowd: Mapped[bool] = mapped_column(server_default="false")
    # Set by a trigger: its place in the round of all chats, and whether its chat has to wait.
    turn: Mapped[datetime] = mapped_column(server_default=func.now())
    held: Mapped[bool] = mapped_column(server_default="false")
    # Whether it was read for danger while it waited.
    looked: Mapped[bool] = mapped_column(server_default="false")


class InboxLimits(Base):
    """How fast one chat may write, as the workers' settings have it; the trigger reads it."""

    __tablename__ = "inbox_limits"
    __table_args__ = (CheckConstraint("singleton", name="one_row"),)

    singleton: Mapped[bool] = mapped_column(primary_key=True, server_default="true")
    # How far ahead of its turn an update may be processed.
    room: Mapped[timedelta] = mapped_column(server_default="40 s")
    person_step: Mapped[timedelta] = mapped_column(server_default="2 s")
    crowd_step: Mapped[timedelta] = mapped_column(server_default="0.2 s")
    slow_step: Mapped[timedelta] = mapped_column(server_default="20 s")


class InboxPace(Base):
    """When a chat's last update has its turn."""

    __tablename__ = "inbox_pace"

    chat_key: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    turn: Mapped[datetime]
    slow_until: Mapped[datetime | None]
    # How many had to wait since the chat was told so.
    held: Mapped[int] = mapped_column(server_default="0")
    told_at: Mapped[datetime | None]


class OutboxMessage(Base):
    """A message to be sent, written with the change that caused it."""

    __tablename__ = "outbox"
    __table_args__ = (
        CheckConstraint(
            "state IN ('queued', 'sending', 'sent', 'failed', 'unknown')", name="state"
        ),
        Index(
            "ix_outbox_waiting",
            "chat_id",
            "id",
            postgresql_where=text("state IN ('queued', 'sending')"),
        ),
        Index("ix_outbox_report", "report_id"),
        Index(
            "ix_outbox_sent_message",
            "chat_id",
            "message_id",
            postgresql_where=text("message_id IS NOT NULL"),
        ),
        Index(
            "ix_outbox_undelivered", "id", postgresql_where=text("state IN ('failed', 'unknown')")
        ),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    chat_id: Mapped[int] = mapped_column(ForeignKey("reporter.id"))
    report_id: Mapped[int | None] = mapped_column(ForeignKey("report.id"))
    purpose: Mapped[str]
    method: Mapped[str]
    payload: Mapped[Json]
    state: Mapped[str] = mapped_column(server_default="queued")
    attempts: Mapped[int] = mapped_column(server_default="0")
    # Telegram's answer to an attempt was lost: the citizen may have the message twice.
    answers_lost: Mapped[int] = mapped_column(server_default="0")
    next_try_at: Mapped[datetime] = mapped_column(server_default=func.now())
    last_error: Mapped[str | None]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    sent_at: Mapped[datetime | None]
    message_id: Mapped[int | None] = mapped_column(BigInteger)
