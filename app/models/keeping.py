"""What was done, chained; how long everything is kept, what is held and what is gone."""

from datetime import datetime
from uuid import UUID

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

from app.models.base import Base, Json, Xid8


class Audit(Base):
    """One thing that was done; rows are only ever added, and hold no citizen's words."""

    __tablename__ = "audit"

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp(), index=True)
    actor: Mapped[str]
    kind: Mapped[str]
    subject: Mapped[str | None]
    detail: Mapped[Json] = mapped_column(server_default="{}")


class AuditLink(Base):
    """The place of an entry in the chain; the database adds it as the entry is committed."""

    __tablename__ = "audit_link"

    position: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    audit_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("audit.id"), unique=True)
    hash: Mapped[bytes] = mapped_column(LargeBinary)


class AuditHistoryMark(Base):
    """How far the history of reports is sealed in the audit: see `audit_seal_history`."""

    __tablename__ = "audit_history_mark"
    __table_args__ = (CheckConstraint("singleton", name="one_row"),)

    singleton: Mapped[bool] = mapped_column(primary_key=True, server_default="true")
    sealed_to: Mapped[int] = mapped_column(BigInteger, server_default="0")
    pending_id: Mapped[int] = mapped_column(BigInteger, server_default="0")
    pending_xact: Mapped[int] = mapped_column(Xid8, server_default="0")


class RetentionRule(Base):
    """How many days a kind of content is kept where it is not as long as by default."""

    __tablename__ = "retention_rule"
    __table_args__ = (
        CheckConstraint(
            "days BETWEEN 1 AND 36500 AND former_days BETWEEN 1 AND 36500", name="days"
        ),
    )

    content: Mapped[str] = mapped_column(primary_key=True)
    # A category's precision, or `any` for what belongs to no report.
    privacy_class: Mapped[str] = mapped_column(primary_key=True)
    days: Mapped[int]
    # Until `effective_at`; None for the default.
    former_days: Mapped[int | None]
    effective_at: Mapped[datetime]
    changed_by: Mapped[str]


class ReportHold(Base):
    """A report of which nothing goes while somebody needs it."""

    __tablename__ = "report_hold"
    __table_args__ = (
        CheckConstraint("num_nonnulls(lifted_at, lifted_by) IN (0, 2)", name="lifted"),
        Index(
            "ix_report_hold_open",
            "report_id",
            unique=True,
            postgresql_where=text("lifted_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    report_id: Mapped[int] = mapped_column(ForeignKey("report.id"))
    reason: Mapped[str]
    placed_at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())
    placed_by: Mapped[str]
    lifted_at: Mapped[datetime | None]
    lifted_by: Mapped[str | None]


class PurgeRecord(Base):
    """How much of what one batch of a purge let go; rows are only ever added."""

    __tablename__ = "purge_record"
    __table_args__ = (CheckConstraint("count > 0", name="count"),)

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    run: Mapped[UUID] = mapped_column(index=True)
    at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())
    actor: Mapped[str]
    content: Mapped[str]
    privacy_class: Mapped[str]
    count: Mapped[int]
    oldest: Mapped[datetime]
    newest: Mapped[datetime]
