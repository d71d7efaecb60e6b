"""Desks: who is to be there and who is, what each shift hands over, and when nobody was there."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Identity, Index, text
from sqlalchemy.dialects.postgresql import JSONB, TSTZRANGE, ExcludeConstraint, Range
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base, Json


class DeskShift(Base):
    """The plan: somebody sits at a desk during a period; at one desk at a time."""

    __tablename__ = "desk_shift"
    __table_args__ = (
        CheckConstraint("NOT isempty(period) AND NOT lower_inf(period)", name="period"),
        ExcludeConstraint(("staff_id", "="), ("period", "&&"), name="at_a_desk_once"),
        Index("ix_desk_shift_desk_period", "desk", "period", postgresql_using="gist"),
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    # A precinct's code, or `city`.
    desk: Mapped[str]
    period: Mapped[Range[datetime]] = mapped_column(TSTZRANGE)


class DeskTap(Base):
    """The truth: somebody said that they come to a desk or go; never changed."""

    __tablename__ = "desk_tap"
    __table_args__ = (Index("ix_desk_tap_staff_at", "staff_id", text("at DESC")),)

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    desk: Mapped[str]
    at: Mapped[datetime]
    on_duty: Mapped[bool]
    actor: Mapped[str]


class DeskPresence(Base):
    """Who the last look found at a desk: the next one acts on what has changed."""

    __tablename__ = "desk_presence"

    staff_id: Mapped[int] = mapped_column(
        ForeignKey("staff.id"), primary_key=True, autoincrement=False
    )
    desk: Mapped[str]
    since: Mapped[datetime]


class DeskGap(Base):
    """A time in which nobody was at a desk; it has no end while it lasts."""

    __tablename__ = "desk_gap"
    __table_args__ = (
        CheckConstraint("why IN ('no_roster', 'nobody')", name="why"),
        Index("ix_desk_gap_open", "desk", unique=True, postgresql_where=text("until IS NULL")),
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    desk: Mapped[str]
    since: Mapped[datetime]
    until: Mapped[datetime | None]
    why: Mapped[str]
    # Messages of the outbox by which leaders were told in Telegram, to be taken back.
    told: Mapped[list[Any]] = mapped_column(JSONB, server_default="[]")


class DeskHandover(Base):
    """What a desk had on its hands when somebody left it; the database keeps it as it was."""

    __tablename__ = "desk_handover"
    __table_args__ = (
        CheckConstraint("num_nonnulls(signed_by, signed_name, signed_at) IN (0, 3)", name="signed"),
        Index("ix_desk_handover_desk", "desk", text("id DESC")),
        Index("ix_desk_handover_unsigned", "desk", postgresql_where=text("signed_at IS NULL")),
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    desk: Mapped[str]
    at: Mapped[datetime]
    # `{"login", "name"}` of those who left, and of those who were there then.
    leaving: Mapped[list[Any]] = mapped_column(JSONB)
    staying: Mapped[list[Any]] = mapped_column(JSONB)
    summary: Mapped[Json]
    note: Mapped[str | None]
    note_by: Mapped[str | None]
    note_at: Mapped[datetime | None]
    signed_by: Mapped[str | None]
    signed_name: Mapped[str | None]
    signed_at: Mapped[datetime | None]
