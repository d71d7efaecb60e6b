"""Dispatch rules in versions that never change, and those of them that cannot be used."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Identity, Index, func, text
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base, Json


class DispatchVersion(Base):
    """One complete list of rules; rows are only ever added."""

    __tablename__ = "dispatch_version"

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    based_on: Mapped[int | None] = mapped_column(ForeignKey("dispatch_version.id"))
    made_by: Mapped[str]
    made_at: Mapped[datetime] = mapped_column(server_default=func.now())
    note: Mapped[str | None]
    rules: Mapped[Json]


class DispatchInForce(Base):
    """The single row that says which version reports go by."""

    __tablename__ = "dispatch_in_force"
    __table_args__ = (CheckConstraint("singleton", name="one_row"),)

    singleton: Mapped[bool] = mapped_column(primary_key=True, server_default="true")
    version_id: Mapped[int] = mapped_column(ForeignKey("dispatch_version.id"))


class DispatchActivation(Base):
    """When a version came into force, and by whom; rows are only ever added."""

    __tablename__ = "dispatch_activation"

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    version_id: Mapped[int] = mapped_column(ForeignKey("dispatch_version.id"))
    at: Mapped[datetime] = mapped_column(server_default=func.now())
    actor: Mapped[str]


class DispatchFault(Base):
    """A rule that cannot be used, from when it was found until it was mended."""

    __tablename__ = "dispatch_fault"
    __table_args__ = (
        Index(
            "uq_dispatch_fault_open",
            "rule",
            "what",
            "text",
            unique=True,
            postgresql_where=text("until IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    rule: Mapped[str]
    what: Mapped[str]
    text: Mapped[str]
    # The rule as it was: one that failed is mended when it is another one.
    body: Mapped[Json | None]
    since: Mapped[datetime] = mapped_column(server_default=func.now())
    until: Mapped[datetime | None]
    told_at: Mapped[datetime | None]
