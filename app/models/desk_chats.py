"""A desk's group in Telegram, its topics, and whose chat a member of the desk has."""

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

FAULTS = ("no_rights", "no_topics", "removed", "failed")


class StaffChat(Base):
    """The private chat of somebody who is no officer: they work by buttons in the desk's group."""

    __tablename__ = "staff_chat"

    staff_id: Mapped[int] = mapped_column(
        ForeignKey("staff.id", ondelete="CASCADE"), primary_key=True
    )
    chat_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey("reporter.id", ondelete="CASCADE"), unique=True
    )
    linked_at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())


class StaffCode(Base):
    """A code that links a chat to a login, once; only its hash is kept."""

    __tablename__ = "staff_code"

    staff_id: Mapped[int] = mapped_column(
        ForeignKey("staff.id", ondelete="CASCADE"), primary_key=True
    )
    code_hash: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    expires_at: Mapped[datetime]


class DeskChat(Base):
    """The group in which a desk's reports have a topic each."""

    __tablename__ = "desk_chat"
    __table_args__ = (
        CheckConstraint(
            "fault IN ({})".format(", ".join(f"'{each}'" for each in FAULTS)), name="fault"
        ),
    )

    desk: Mapped[str] = mapped_column(primary_key=True)
    chat_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("reporter.id"), unique=True)
    linked_at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())
    linked_by: Mapped[str]
    # Why nothing can be written there now; it is tried again from time to time.
    fault: Mapped[str | None]
    retry_at: Mapped[datetime | None]


class DeskCode(Base):
    """A code that links a group to a desk, once; only its hash is kept."""

    __tablename__ = "desk_code"

    desk: Mapped[str] = mapped_column(primary_key=True)
    code_hash: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    made_by: Mapped[str]
    expires_at: Mapped[datetime]


class DeskTopic(Base):
    """The topic of a report in a desk's group, and what was last said of it there."""

    __tablename__ = "desk_topic"
    __table_args__ = (
        CheckConstraint("state IN ('open', 'closed', 'gone')", name="state"),
        Index(
            "ix_desk_topic_current",
            "chat_id",
            "report_id",
            unique=True,
            postgresql_where=text("state <> 'gone'"),
        ),
        Index("ix_desk_topic_open", "id", postgresql_where=text("state = 'open'")),
        Index("ix_desk_topic_report", "report_id"),
        Index("ix_desk_topic_made", "made_by_outbox_id", unique=True),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    desk: Mapped[str]
    chat_id: Mapped[int] = mapped_column(BigInteger)
    report_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("report.id"))
    # The rows of the outbox that make the topic and send the message with the buttons.
    made_by_outbox_id: Mapped[int] = mapped_column(BigInteger)
    outbox_id: Mapped[int] = mapped_column(BigInteger, index=True)
    name: Mapped[str]
    version: Mapped[int]
    shown: Mapped[Json]
    place: Mapped[str | None]
    media_id: Mapped[int] = mapped_column(BigInteger, server_default="0")
    state: Mapped[str] = mapped_column(server_default="open")


class DeskDraft(Base):
    """A reply that somebody is asked for in a topic, or has written and not sent yet."""

    __tablename__ = "desk_draft"
    __table_args__ = (
        Index(
            "ix_desk_draft_open",
            "topic_id",
            "by_chat_id",
            postgresql_where=text("ended_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    topic_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("desk_topic.id"))
    by_chat_id: Mapped[int] = mapped_column(BigInteger)
    text: Mapped[str | None]
    expires_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
