"""Boundary sets and the districts in them."""

from datetime import datetime
from typing import Any

from geoalchemy2 import Geometry, WKBElement
from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Identity, func
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base, Json


class BoundarySet(Base):
    """One immutable, complete version of all districts."""

    __tablename__ = "boundary_set"
    __table_args__ = (CheckConstraint("state IN ('draft', 'approved')", name="state"),)

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    label: Mapped[str]
    state: Mapped[str]
    approximate: Mapped[bool] = mapped_column(default=False)
    source: Mapped[str]
    notes: Mapped[list[Any]] = mapped_column(JSONB, server_default="[]")
    created_by: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    based_on: Mapped[int | None] = mapped_column(ForeignKey("boundary_set.id"))


class DistrictRow(Base):
    """One district of one boundary set; the database refuses to change it once approved."""

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

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    boundary_set_id: Mapped[int] = mapped_column(ForeignKey("boundary_set.id"))
    at: Mapped[datetime] = mapped_column(server_default=func.now())
    actor: Mapped[str]
