"""What became of people who are rude or write without end."""

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Identity, Index, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base, Json


class Strike(Base):
    """One time that somebody was rude, or wrote far more than anybody reads."""

    __tablename__ = "strike"
    __table_args__ = (
        CheckConstraint("source IN ('words', 'desk', 'flood')", name="source"),
        Index("ix_strike_reporter_id", "reporter_id"),
        Index("ix_strike_report_id", "report_id"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    reporter_id: Mapped[int] = mapped_column(ForeignKey("reporter.id", ondelete="CASCADE"))
    at: Mapped[datetime]
    source: Mapped[str]
    actor: Mapped[str]
    report_id: Mapped[int | None] = mapped_column(ForeignKey("report.id", ondelete="SET NULL"))
    words: Mapped[str | None]
    # Taken back by the desk: it counts no more.
    withdrawn_at: Mapped[datetime | None]
    withdrawn_by: Mapped[str | None]


class ConductMeasure(Base):
    """What followed from somebody's strikes, and when and why it was lifted."""

    __tablename__ = "conduct_measure"
    __table_args__ = (
        CheckConstraint("level IN ('warned', 'slow', 'muted')", name="level"),
        Index("ix_conduct_measure_reporter_id", "reporter_id"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    reporter_id: Mapped[int] = mapped_column(ForeignKey("reporter.id", ondelete="CASCADE"))
    level: Mapped[str]
    since: Mapped[datetime]
    until: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    ended_by: Mapped[str | None]
    why: Mapped[str | None]


class MutedMessage(Base):
    """What a muted person wrote: kept for the desk, without a number."""

    __tablename__ = "muted_message"
    __table_args__ = (
        UniqueConstraint("chat_id", "message_id"),
        Index("ix_muted_message_reporter_id", "reporter_id", "id"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    reporter_id: Mapped[int] = mapped_column(ForeignKey("reporter.id", ondelete="CASCADE"))
    chat_id: Mapped[int] = mapped_column(ForeignKey("reporter.id", ondelete="CASCADE"))
    message_id: Mapped[int] = mapped_column(BigInteger)
    thread_id: Mapped[int | None] = mapped_column(BigInteger)
    text: Mapped[str | None]
    place: Mapped[Json | None]
    files: Mapped[list[Json] | None] = mapped_column(JSONB(none_as_null=True))
    sent_at: Mapped[datetime]
    # The report that the desk made of it.
    report_id: Mapped[int | None] = mapped_column(ForeignKey("report.id", ondelete="SET NULL"))
    acknowledged: Mapped[bool] = mapped_column(server_default="false")
