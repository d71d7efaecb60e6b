"""Officers' chats with the bot, and what they were told of there."""

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, Identity, Index, LargeBinary, func, text
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base, Json


class OfficerChat(Base):
    """An officer's private chat with the bot."""

    __tablename__ = "officer_chat"

    officer_id: Mapped[int] = mapped_column(ForeignKey("officer.id"), primary_key=True)
    chat_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey("reporter.id", ondelete="CASCADE"), unique=True
    )
    linked_at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())


class OfficerCode(Base):
    """A code that links a chat to an officer, once; only its hash is kept."""

    __tablename__ = "officer_code"

    officer_id: Mapped[int] = mapped_column(ForeignKey("officer.id"), primary_key=True)
    code_hash: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    expires_at: Mapped[datetime]


class OfficerTask(Base):
    """A message that told an officer of a report, and is edited as long as it is theirs."""

    __tablename__ = "officer_task"
    __table_args__ = (
        Index(
            "ix_officer_task_current",
            "report_id",
            "officer_id",
            unique=True,
            postgresql_where=text("ended_at IS NULL"),
        ),
        Index("ix_officer_task_report_id", "report_id"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    officer_id: Mapped[int] = mapped_column(ForeignKey("officer.id"))
    chat_id: Mapped[int] = mapped_column(BigInteger)
    report_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("report.id"))
    outbox_id: Mapped[int] = mapped_column(BigInteger, index=True)
    version: Mapped[int]
    shown: Mapped[Json]
    # The point that was sent, and the newest of the report's files that was.
    place: Mapped[str | None]
    media_id: Mapped[int] = mapped_column(BigInteger, server_default="0")
    ended_at: Mapped[datetime | None]
