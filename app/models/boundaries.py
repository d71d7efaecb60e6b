"""Boundary sets and the districts in them."""

from datetime import datetime
from typing import Any

from geoalchemy2 import Geometry, WKBElement
from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Identity,
    Index,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base, Json


class BoundarySet(Base):
    """One complete version of all districts; it changes only while it is a draft."""

    __tablename__ = "boundary_set"
    __table_args__ = (CheckConstraint("state IN ('draft', 'proposed', 'approved')", name="state"),)

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    label: Mapped[str]
    state: Mapped[str]
    approximate: Mapped[bool] = mapped_column(default=False)
    source: Mapped[str]
    notes: Mapped[list[Any]] = mapped_column(JSONB, server_default="[]")
    created_by: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    based_on: Mapped[int | None] = mapped_column(ForeignKey("boundary_set.id"))
    revision: Mapped[int] = mapped_column(server_default="1")
    # Logins of all who changed its districts: none of them approves it.
    edited_by: Mapped[list[Any]] = mapped_column(JSONB, server_default="[]")
    proposed_by: Mapped[str | None]
    proposed_at: Mapped[datetime | None]
    approved_by: Mapped[str | None]
    approved_at: Mapped[datetime | None]
    # Every problem with its place may be megabytes: read where it is asked for only.
    problems: Mapped[list[Any]] = mapped_column(JSONB, server_default="[]", deferred=True)
    problem_counts: Mapped[Json] = mapped_column(server_default="{}")


class DistrictRow(Base):
    """One district of one boundary set; the database refuses to change it unless in a draft."""

    __tablename__ = "district"
    __table_args__ = (
        ForeignKeyConstraint(
            ["boundary_set_id", "parent"],
            ["district.boundary_set_id", "district.code"],
            deferrable=True,
            initially="DEFERRED",
        ),
        CheckConstraint("level IN ('precinct', 'beat')", name="level"),
        CheckConstraint("(level = 'beat') = (parent IS NOT NULL)", name="beat_has_parent"),
    )

    boundary_set_id: Mapped[int] = mapped_column(ForeignKey("boundary_set.id"), primary_key=True)
    code: Mapped[str] = mapped_column(primary_key=True)
    level: Mapped[str]
    parent: Mapped[str | None]
    name: Mapped[Json]
    station_address: Mapped[str | None]
    phone: Mapped[str | None]
    geom: Mapped[WKBElement] = mapped_column(Geometry("MULTIPOLYGON", srid=4326))


class InForce(Base):
    """The single row that says which boundary set is in force."""

    __tablename__ = "boundary_in_force"
    __table_args__ = (CheckConstraint("singleton", name="one_row"),)

    singleton: Mapped[bool] = mapped_column(primary_key=True, server_default="true")
    boundary_set_id: Mapped[int] = mapped_column(ForeignKey("boundary_set.id"))
    since: Mapped[datetime] = mapped_column(server_default=func.now())


class Activation(Base):
    """When a boundary set came into force, and by whom."""

    __tablename__ = "boundary_activation"
    __table_args__ = (Index("ix_boundary_activation_at", "at"),)

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    boundary_set_id: Mapped[int] = mapped_column(ForeignKey("boundary_set.id"))
    former_set_id: Mapped[int | None] = mapped_column(ForeignKey("boundary_set.id"))
    at: Mapped[datetime] = mapped_column(server_default=func.now())
    actor: Mapped[str]
    counts: Mapped[Json] = mapped_column(server_default="{}")


class BoundaryAudit(Base):
    """Something that was done to a boundary set; rows are only ever added."""

    __tablename__ = "boundary_audit"

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    # No foreign key: what was done to a draft outlives it.
    boundary_set_id: Mapped[int] = mapped_column(index=True)
    at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())
    actor: Mapped[str]
    kind: Mapped[str]
    before: Mapped[Json | None]
    after: Mapped[Json | None]


class BoundarySchedule(Base):
    """A boundary set that comes into force at a set time."""

    __tablename__ = "boundary_schedule"
    __table_args__ = (
        CheckConstraint("state IN ('waiting', 'done', 'failed', 'cancelled')", name="state"),
        Index("ix_boundary_schedule_waiting", "at", postgresql_where=text("state = 'waiting'")),
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    boundary_set_id: Mapped[int] = mapped_column(ForeignKey("boundary_set.id"))
    at: Mapped[datetime]
    actor: Mapped[str]
    rollback: Mapped[bool]
    state: Mapped[str] = mapped_column(server_default="waiting")
    error: Mapped[str | None]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    ended_at: Mapped[datetime | None]


class StaffNotice(Base):
    """What an officer, a desk, or leaders are told of an activation or another subject: once."""

    __tablename__ = "staff_notice"
    __table_args__ = (
        CheckConstraint("num_nonnulls(officer_id, desk, leaders) = 1", name="one_receiver"),
        UniqueConstraint("activation_id", "officer_id", name="uq_staff_notice_officer_once"),
        UniqueConstraint("activation_id", "desk", name="uq_staff_notice_desk_once"),
        UniqueConstraint("subject", "officer_id", name="uq_staff_notice_subject_officer"),
        UniqueConstraint("subject", "desk", name="uq_staff_notice_subject_desk"),
        UniqueConstraint("subject", "leaders", name="uq_staff_notice_subject_leaders"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    activation_id: Mapped[int | None] = mapped_column(ForeignKey("boundary_activation.id"))
    subject: Mapped[str | None]
    officer_id: Mapped[int | None] = mapped_column(ForeignKey("officer.id"), index=True)
    desk: Mapped[str | None] = mapped_column(index=True)
    # Whose leaders: a precinct's code, or `city`.
    leaders: Mapped[str | None]
    at: Mapped[datetime] = mapped_column(server_default=func.now())
    kind: Mapped[str]
    body: Mapped[Json]


class StaffNoticeRead(Base):
    """Somebody has read a notice; the others at a desk still see it."""

    __tablename__ = "staff_notice_read"

    notice_id: Mapped[int] = mapped_column(
        ForeignKey("staff_notice.id", ondelete="CASCADE"), primary_key=True
    )
    staff_id: Mapped[int] = mapped_column(
        ForeignKey("staff.id", ondelete="CASCADE"), primary_key=True
    )
    at: Mapped[datetime] = mapped_column(server_default=func.now())
