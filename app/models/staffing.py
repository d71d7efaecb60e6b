"""Officers, the beats they are posted to, when they are to be on duty and when they were."""

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Identity, Index, func, text
from sqlalchemy.dialects.postgresql import TSTZRANGE, ExcludeConstraint, Range
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base, Json


class Officer(Base):
    """A police officer who can answer for reports."""

    __tablename__ = "officer"
    __table_args__ = (CheckConstraint("load_limit > 0", name="load_limit"),)

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    code: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    rank: Mapped[str | None]
    precinct_code: Mapped[str] = mapped_column(index=True)
    reception: Mapped[str | None]
    phone: Mapped[str | None]
    active: Mapped[bool] = mapped_column(default=True, server_default="true")
    # Open reports with which no more are given to them; None: the installation's limit.
    load_limit: Mapped[int | None]
    # What the last look found (see app/duty_watch.py): the next one acts on what has changed.
    on_duty: Mapped[bool] = mapped_column(default=False, server_default="false")


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
    """The plan: an officer is on duty, or can be called, during a period."""

    __tablename__ = "shift"
    __table_args__ = (
        CheckConstraint("NOT isempty(period)", name="period"),
        CheckConstraint("kind IN ('duty', 'on_call')", name="kind"),
        ExcludeConstraint(("officer_id", "="), ("period", "&&"), name="on_duty_once"),
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    officer_id: Mapped[int] = mapped_column(ForeignKey("officer.id"))
    kind: Mapped[str] = mapped_column(default="duty", server_default="duty")
    period: Mapped[Range[datetime]] = mapped_column(TSTZRANGE)


class Leave(Base):
    """An officer is away during a period, whatever the plan says."""

    __tablename__ = "leave"
    __table_args__ = (
        CheckConstraint("kind IN ('vacation', 'sick', 'training', 'other')", name="kind"),
        CheckConstraint("NOT isempty(period)", name="period"),
        ExcludeConstraint(("officer_id", "="), ("period", "&&"), name="away_once"),
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    officer_id: Mapped[int] = mapped_column(ForeignKey("officer.id"))
    kind: Mapped[str]
    period: Mapped[Range[datetime]] = mapped_column(TSTZRANGE)


class DutyTap(Base):
    """The truth: an officer said, or somebody for them, that they come or go; never changed."""

    __tablename__ = "duty_tap"
    __table_args__ = (Index("ix_duty_tap_officer_at", "officer_id", text("at DESC")),)

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    officer_id: Mapped[int] = mapped_column(ForeignKey("officer.id"))
    at: Mapped[datetime]
    on_duty: Mapped[bool]
    actor: Mapped[str]


class UnattendedBeat(Base):
    """A beat nobody answers for now, and since when."""

    __tablename__ = "unattended_beat"

    beat_code: Mapped[str] = mapped_column(primary_key=True)
    since: Mapped[datetime]
    why: Mapped[str]
    alerted: Mapped[bool] = mapped_column(default=False, server_default="false")


class RosterAudit(Base):
    """One change of the roster; rows are only ever added, and the database sees to it."""

    __tablename__ = "roster_audit"

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())
    actor: Mapped[str]
    kind: Mapped[str]
    officer: Mapped[str | None]
    before: Mapped[Json | None]
    after: Mapped[Json | None]
