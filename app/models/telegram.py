"""The durable inbox and outbox between Telegram and the register."""

from datetime import datetime

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
        Index("ix_inbox_pending", "update_id", postgresql_where=text("state = 'pending'")),
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
