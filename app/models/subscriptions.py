"""What observers are there for, who is told of which reports, and how."""

from datetime import datetime

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Identity,
    Index,
    LargeBinary,
    SmallInteger,
    String,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base, Json

TO_SEND_SQL = "state IN ('queued', 'sending')"


class ObserverScope(Base):
    """What an observer sees: these categories in these districts; NULL is all of them."""

    __tablename__ = "observer_scope"

    staff_id: Mapped[int] = mapped_column(
        ForeignKey("staff.id", ondelete="CASCADE"), primary_key=True
    )
    categories: Mapped[list[str] | None] = mapped_column(ARRAY(String))
    districts: Mapped[list[str] | None] = mapped_column(ARRAY(String))
    set_by: Mapped[str]
    set_at: Mapped[datetime] = mapped_column(server_default=func.now(), onupdate=func.now())


class Subscription(Base):
    """Somebody is told of some reports; NULL in what it chooses by is all."""

    __tablename__ = "subscription"
    __table_args__ = (
        CheckConstraint("channel IN ('telegram', 'webhook')", name="channel"),
        CheckConstraint("(channel = 'webhook') = (url IS NOT NULL)", name="url"),
        CheckConstraint("events <@ ARRAY['reported', 'closed']::varchar[]", name="events"),
        CheckConstraint("cardinality(events) > 0", name="some_event"),
        CheckConstraint("lowest_priority BETWEEN 1 AND 5", name="lowest_priority"),
        CheckConstraint("active = (off_why IS NULL)", name="off"),
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id", ondelete="CASCADE"), index=True)
    name: Mapped[str]
    channel: Mapped[str]
    url: Mapped[str | None]
    categories: Mapped[list[str] | None] = mapped_column(ARRAY(String))
    districts: Mapped[list[str] | None] = mapped_column(ARRAY(String))
    lowest_priority: Mapped[int | None] = mapped_column(SmallInteger)
    events: Mapped[list[str]] = mapped_column(ARRAY(String))
    active: Mapped[bool] = mapped_column(server_default="true")
    # `owner` put it off, the receiver is `gone`, or it kept `failing`.
    off_why: Mapped[str | None]
    failing_since: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())


class SubscriptionSecret(Base):
    """What a webhook is signed with, sealed; the web writes it and cannot read it."""

    __tablename__ = "subscription_secret"

    subscription_id: Mapped[int] = mapped_column(
        ForeignKey("subscription.id", ondelete="CASCADE"), primary_key=True
    )
    sealed: Mapped[bytes] = mapped_column(LargeBinary)


class SubscriptionCursor(Base):
    """Up to where the history of reports has been told; one row."""

    __tablename__ = "subscription_cursor"
    __table_args__ = (CheckConstraint("singleton", name="one_row"),)

    singleton: Mapped[bool] = mapped_column(primary_key=True, server_default="true")
    xact: Mapped[int] = mapped_column(BigInteger)
    event: Mapped[int] = mapped_column(BigInteger)


class SubscriptionDelivery(Base):
    """One thing to tell a subscriber, and how that went."""

    __tablename__ = "subscription_delivery"
    __table_args__ = (
        UniqueConstraint(
            "subscription_id",
            "report_id",
            "event",
            "occurrence",
            name="uq_subscription_delivery_once",
        ),
        CheckConstraint("event IN ('reported', 'closed', 'test')", name="event"),
        CheckConstraint(
            "state IN ('queued', 'sending', 'sent', 'failed', 'cancelled')", name="state"
        ),
        Index(
            "ix_subscription_delivery_to_send",
            "subscription_id",
            "next_try_at",
            postgresql_where=text(TO_SEND_SQL),
        ),
        Index("ix_subscription_delivery_newest", "subscription_id", text("id DESC")),
        Index("ix_subscription_delivery_report_id", "report_id"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    # What a receiver knows it by: the same at every attempt.
    message_id: Mapped[str] = mapped_column(unique=True)
    subscription_id: Mapped[int] = mapped_column(ForeignKey("subscription.id", ondelete="CASCADE"))
    report_id: Mapped[int | None] = mapped_column(ForeignKey("report.id", ondelete="CASCADE"))
    event: Mapped[str]
    # A report that was reopened is closed once more.
    occurrence: Mapped[int] = mapped_column(server_default="0")
    body: Mapped[Json]
    state: Mapped[str] = mapped_column(server_default="queued")
    attempts: Mapped[int] = mapped_column(server_default="0")
    next_try_at: Mapped[datetime] = mapped_column(server_default=func.now())
    # Whoever is sending it has until then; afterwards it is another's to send.
    lease_until: Mapped[datetime | None]
    last_status: Mapped[int | None]
    last_error: Mapped[str | None]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    sent_at: Mapped[datetime | None]
