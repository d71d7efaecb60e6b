"""What is still to be done for reports that are one incident, and what somebody said is none."""

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Identity, Index
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base


class IncidentTask(Base):
    """Something to look at soon: how many follow a report, or whether one still belongs there."""

    __tablename__ = "incident_task"
    __table_args__ = (
        CheckConstraint("kind IN ('count', 'check')", name="kind"),
        Index("ix_incident_task_due", "due_at", "id"),
        Index("ix_incident_task_report", "report_id", "kind"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    report_id: Mapped[int] = mapped_column(ForeignKey("report.id"))
    kind: Mapped[str]
    due_at: Mapped[datetime]
    # A life is in danger by what somebody says who has just joined.
    danger: Mapped[bool] = mapped_column(server_default="false")


class IncidentNews(Base):
    """What those who follow a report are still to be told: a change of status, or a reply."""

    __tablename__ = "incident_news"
    __table_args__ = (
        CheckConstraint("(before IS NULL) = (after IS NULL)", name="status"),
        CheckConstraint("(text IS NULL) <> (after IS NULL)", name="one_of"),
        Index("ix_incident_news_lead", "lead_id", "id"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    lead_id: Mapped[int] = mapped_column(ForeignKey("report.id"))
    at: Mapped[datetime]
    before: Mapped[str | None]
    after: Mapped[str | None]
    text: Mapped[str | None]
    # Up to which of them they have been told.
    told_to: Mapped[int] = mapped_column(BigInteger, server_default="0")


class NotSame(Base):
    """Two reports that somebody said are not the same, the lower id first."""

    __tablename__ = "not_same"
    __table_args__ = (CheckConstraint("low_id < high_id", name="order"),)

    low_id: Mapped[int] = mapped_column(ForeignKey("report.id"), primary_key=True)
    high_id: Mapped[int] = mapped_column(ForeignKey("report.id"), primary_key=True, index=True)
    by: Mapped[str]
    at: Mapped[datetime]
