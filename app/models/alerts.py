"""What staff chose to publish."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Identity, Index, func
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base


class AlertRow(Base):
    """One message of the public feed; rows are only ever added, and the database sees to it.

    An update and a cancellation are messages of their own: `chain` is the first one's identifier.
    """

    __tablename__ = "alert"
    __table_args__ = (
        CheckConstraint("msg_type IN ('Alert', 'Update', 'Cancel')", name="msg_type"),
        CheckConstraint("status IN ('Actual', 'Exercise')", name="status"),
        CheckConstraint("(msg_type = 'Alert') = (chain = identifier)", name="chain"),
        Index("ix_alert_chain", "chain", "id"),
        Index("ix_alert_report_id", "report_id"),
        Index("ix_alert_expires_at", "expires_at"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    identifier: Mapped[str] = mapped_column(unique=True)
    chain: Mapped[str]
    msg_type: Mapped[str]
    status: Mapped[str]
    report_id: Mapped[int] = mapped_column(ForeignKey("report.id", ondelete="CASCADE"))
    sender: Mapped[str]
    sender_name: Mapped[str]
    sent_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    # Earlier messages of the chain as `sender,identifier,sent`.
    refers: Mapped[list[Any]] = mapped_column(JSONB)
    # What it says and of where: see app/alert_rules.py.
    says: Mapped[dict[str, Any]] = mapped_column(JSONB)
    area: Mapped[dict[str, Any]] = mapped_column(JSONB)
    published_by: Mapped[str]
    published_at: Mapped[datetime] = mapped_column(server_default=func.now())
