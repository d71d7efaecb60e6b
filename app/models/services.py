"""Services that are not the police, where each is responsible, and what was changed of them."""

from datetime import datetime

from geoalchemy2 import Geometry, WKBElement, WKTElement
from sqlalchemy import BigInteger, CheckConstraint, Identity, Index, String, func
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base, Json


class Service(Base):
    """One service; without an area it serves the whole city."""

    __tablename__ = "service"

    code: Mapped[str] = mapped_column(primary_key=True)
    names: Mapped[Json]
    # Codes of what it is responsible for, as a category names them.
    kinds: Mapped[list[str]] = mapped_column(ARRAY(String))
    phone: Mapped[str | None]
    url: Mapped[str | None]
    # As OpenStreetMap writes opening hours.
    hours: Mapped[str | None]
    area: Mapped[WKBElement | WKTElement | None] = mapped_column(
        Geometry("MULTIPOLYGON", srid=4326, spatial_index=False)
    )
    active: Mapped[bool] = mapped_column(server_default="true")
    version: Mapped[int] = mapped_column(server_default="1")
    updated_at: Mapped[datetime] = mapped_column(server_default=func.now())
    updated_by: Mapped[str]


class ServiceChange(Base):
    """One change of a service; rows are only ever added."""

    __tablename__ = "service_change"
    __table_args__ = (Index("ix_service_change_service", "service", "id"),)

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    at: Mapped[datetime] = mapped_column(server_default=func.now())
    actor: Mapped[str]
    service: Mapped[str]
    before: Mapped[Json | None]
    after: Mapped[Json | None]


class ServiceRevision(Base):
    """Counts changes of services, so that what was made of them is known to be old."""

    __tablename__ = "service_revision"
    __table_args__ = (CheckConstraint("singleton", name="one_row"),)

    singleton: Mapped[bool] = mapped_column(primary_key=True, server_default="true")
    revision: Mapped[int] = mapped_column(BigInteger, server_default="1")
