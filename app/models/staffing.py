"""Officers, the beats they are posted to and the periods they are on duty."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Identity
from sqlalchemy.dialects.postgresql import TSTZRANGE, ExcludeConstraint, Range
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base


class Officer(Base):
    """A police officer who can answer for reports."""

    __tablename__ = "officer"

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    code: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    rank: Mapped[str | None]
    precinct_code: Mapped[str] = mapped_column(index=True)
    reception: Mapped[str | None]
    phone: Mapped[str | None]
    active: Mapped[bool] = mapped_column(default=True, server_default="true")


class Posting(Base):
    """An officer answers for a beat during a period; a beat has one primary at a time."""

    __tablename__ = "posting"
    __table_args__ = (
        CheckConstraint("kind IN ('primary', 'deputy')", name="kind"),
        CheckConstraint("NOT isempty(period)", name="period"),
        ExcludeConstraint(
            ("beat_code", "="),
            ("period", "&&"),
            where="kind = 'primary'",
            name="one_primary_a_beat",
        ),
        ExcludeConstraint(
            ("officer_id", "="), ("beat_code", "="), ("period", "&&"), name="posted_once"
        ),
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    officer_id: Mapped[int] = mapped_column(ForeignKey("officer.id"), index=True)
    beat_code: Mapped[str]
    kind: Mapped[str]
    period: Mapped[Range[datetime]] = mapped_column(TSTZRANGE)


class Shift(Base):
    """An officer is on duty during a period."""

    __tablename__ = "shift"
    __table_args__ = (
        CheckConstraint("NOT isempty(period)", name="period"),
        ExcludeConstraint(("officer_id", "="), ("period", "&&"), name="on_duty_once"),
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    officer_id: Mapped[int] = mapped_column(ForeignKey("officer.id"))
    period: Mapped[Range[datetime]] = mapped_column(TSTZRANGE)
