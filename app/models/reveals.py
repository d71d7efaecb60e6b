"""Who was shown which citizen, and why."""

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, Identity, Index, func
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base


class IdentityReveal(Base):
    """One time that somebody asked who wrote; only ever added, by the database itself."""

    __tablename__ = "identity_reveal"
    __table_args__ = (Index("ix_identity_reveal_staff_id_at", "staff_id", "at"),)

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())
    report_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("report.id"), index=True)
    # Whose leaders see it: the report's precinct then.
    precinct_code: Mapped[str | None]
    staff_id: Mapped[int]
    login: Mapped[str]
    name: Mapped[str]
    reason: Mapped[str]
    # False where nobody is known: forgotten, or not a citizen of Telegram's.
    found: Mapped[bool]


class SecretKeyRow(Base):
    """A secret that something is sealed with, by its name; the pads only the owner reads."""

    __tablename__ = "secret_key"

    id: Mapped[bytes] = mapped_column(primary_key=True)
    inner_pad: Mapped[bytes]
    outer_pad: Mapped[bytes]
    since: Mapped[datetime] = mapped_column(server_default=func.now())
    retired_at: Mapped[datetime | None]
