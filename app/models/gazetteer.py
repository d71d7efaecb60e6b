"""What places are called. Written by imports alone; every process reads it as a whole."""

from datetime import datetime
from typing import Any

from geoalchemy2 import Geometry
from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Double,
    ForeignKey,
    Identity,
    LargeBinary,
    UniqueConstraint,
    func,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base, Json


class GazetteerRevision(Base):
    """The number of the last change: who has read that one has read everything."""

    __tablename__ = "gazetteer_revision"
    __table_args__ = (CheckConstraint("id = 1", name="one"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    revision: Mapped[int]
    # That of the last import; later ones are corrections of staff.
    imported: Mapped[int] = mapped_column(server_default="0")


class GazetteerStreet(Base):
    """A street; `geom` is its course where a source has drawn one."""

    __tablename__ = "gazetteer_street"

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    key: Mapped[str] = mapped_column(unique=True)
    source: Mapped[str]
    kind: Mapped[str]
    names: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    label: Mapped[Json]
    geom: Mapped[Any | None] = mapped_column(Geometry("GEOMETRY", srid=4326, spatial_index=False))


class GazetteerHouse(Base):
    """A house as a point."""

    __tablename__ = "gazetteer_house"

    street_id: Mapped[int] = mapped_column(
        ForeignKey("gazetteer_street.id", ondelete="CASCADE"), primary_key=True
    )
    number: Mapped[str] = mapped_column(primary_key=True)
    geom: Mapped[Any] = mapped_column(Geometry("POINT", srid=4326, spatial_index=False))


class GazetteerCrossing(Base):
    """Where two streets meet; computed at every import."""

    __tablename__ = "gazetteer_crossing"

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    street_a: Mapped[int] = mapped_column(ForeignKey("gazetteer_street.id", ondelete="CASCADE"))
    street_b: Mapped[int] = mapped_column(ForeignKey("gazetteer_street.id", ondelete="CASCADE"))
    geom: Mapped[Any] = mapped_column(Geometry("POINT", srid=4326, spatial_index=False))


class GeocodeAnswer(Base):
    """What an outside geocoder answered; kept for a while so that it is not asked again."""

    __tablename__ = "geocode_answer"

    key: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    places: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    expires_at: Mapped[datetime] = mapped_column(index=True)


class GazetteerLandmark(Base):
    """A place known by its own name."""

    __tablename__ = "gazetteer_landmark"

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    key: Mapped[str] = mapped_column(unique=True)
    source: Mapped[str]
    kind: Mapped[str]
    names: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    label: Mapped[Json]
    geom: Mapped[Any] = mapped_column(Geometry("POINT", srid=4326, spatial_index=False))


class GazetteerCorrection(Base):
    """What staff say of a place, over what the files say; `house` is empty for the place itself."""

    __tablename__ = "gazetteer_correction"

    kind: Mapped[str] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    house: Mapped[str] = mapped_column(primary_key=True)
    version: Mapped[int]
    body: Mapped[Json]


class GazetteerChange(Base):
    """One edit of staff; rows are only ever added."""

    __tablename__ = "gazetteer_change"

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())
    actor: Mapped[str]
    what: Mapped[str]
    kind: Mapped[str]
    key: Mapped[str]
    house: Mapped[str]
    # Of the correction that it made.
    version: Mapped[int]
    # What brings the former state back.
    body_before: Mapped[Json]
    before: Mapped[Json | None]
    after: Mapped[Json | None]
    undoes: Mapped[int | None] = mapped_column(ForeignKey("gazetteer_change.id"))


class PlaceFeedback(Base):
    """Where a piece of a text turned out to be, by whom it was chosen; of nobody's identity."""

    __tablename__ = "place_feedback"
    __table_args__ = (UniqueConstraint("report_id", "fragment"),)

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    at: Mapped[datetime] = mapped_column(index=True)
    # So that a report counts once.
    report_id: Mapped[int | None] = mapped_column(ForeignKey("report.id", ondelete="SET NULL"))
    fragment: Mapped[str]
    is_street: Mapped[bool]
    offered: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    chosen_kind: Mapped[str | None]
    chosen_key: Mapped[str | None]
    chosen_label: Mapped[str | None]
    lon: Mapped[float] = mapped_column(Double)
    lat: Mapped[float] = mapped_column(Double)
    chosen_by: Mapped[str]


class AliasDecision(Base):
    """What staff said of a proposed alias: it is not proposed again."""

    __tablename__ = "alias_decision"

    fragment: Mapped[str] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    accepted: Mapped[bool]
    actor: Mapped[str]
    at: Mapped[datetime]
    change_id: Mapped[int | None] = mapped_column(ForeignKey("gazetteer_change.id"))
