"""Reports, what belongs to them and their history."""

from datetime import datetime
from typing import Any

from geoalchemy2 import Geometry, WKBElement, WKTElement
from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Identity,
    Index,
    Integer,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base, Json, Xid8
from app.workflow import OPEN, Status

_STATUSES = ", ".join(f"'{status}'" for status in Status)
OPEN_SQL = "status IN ({})".format(", ".join(f"'{status}'" for status in sorted(OPEN)))


class Reporter(Base):
    """A citizen (or a public group) as everything but the bot and the outbox knows them."""

    __tablename__ = "reporter"
    __table_args__ = (CheckConstraint("kind IN ('person', 'group')", name="kind"),)

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    pseudonym: Mapped[str] = mapped_column(unique=True)
    kind: Mapped[str]
    language: Mapped[str]
    language_chosen: Mapped[bool] = mapped_column(server_default="false")
    # What the next message of this chat answers, for example {"ask": "officer"}.
    expecting: Mapped[Json | None]
    expecting_until: Mapped[datetime | None]
    blocked_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())


class Report(Base):
    """One thing a citizen told us."""

    __tablename__ = "report"
    __table_args__ = (
        CheckConstraint(f"status IN ({_STATUSES})", name="status"),
        CheckConstraint("num_nonnulls(assigned_officer_id, assigned_desk) = 1", name="one_owner"),
        CheckConstraint("(place IS NULL) = (place_kind IS NULL)", name="place"),
        CheckConstraint("duplicate_of_id <> id", name="not_its_own_duplicate"),
        Index(
            "ix_report_open_precinct",
            "precinct_code",
            "priority",
            "received_at",
            postgresql_where=text(OPEN_SQL),
        ),
        Index("ix_report_open_beat", "beat_code", postgresql_where=text(OPEN_SQL)),
        Index("ix_report_open_officer", "assigned_officer_id", postgresql_where=text(OPEN_SQL)),
        Index("ix_report_reporter_received", "reporter_id", text("received_at DESC")),
        Index("ix_report_received", text("received_at DESC"), text("id DESC")),
        Index("ix_report_place", "place", postgresql_using="gist"),
        Index("ix_report_proposed_move", "id", postgresql_where=text("proposed_move IS NOT NULL")),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    number: Mapped[str] = mapped_column(unique=True)
    status: Mapped[str]
    text: Mapped[str]
    category: Mapped[str]
    priority: Mapped[int]
    response: Mapped[str]
    source: Mapped[str]
    reporter_id: Mapped[int | None] = mapped_column(ForeignKey("reporter.id"))
    received_at: Mapped[datetime]
    updated_at: Mapped[datetime] = mapped_column(server_default=func.now())
    acknowledged_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(server_default="1")

    place: Mapped[WKBElement | WKTElement | None] = mapped_column(
        Geometry("POINT", srid=4326, spatial_index=False)
    )
    place_kind: Mapped[str | None]
    place_accuracy_m: Mapped[float | None]
    place_label: Mapped[str | None]

    boundary_set_id: Mapped[int | None] = mapped_column(ForeignKey("boundary_set.id"))
    decision: Mapped[Json | None]
    precinct_code: Mapped[str | None]
    beat_code: Mapped[str | None]

    assigned_officer_id: Mapped[int | None] = mapped_column(ForeignKey("officer.id"))
    assigned_desk: Mapped[str | None]
    rung: Mapped[str]
    skipped: Mapped[list[Any]] = mapped_column(JSONB, server_default="[]")
    assigned_why: Mapped[str | None]
    # Officers who have said that it is not theirs.
    refused_by: Mapped[list[int]] = mapped_column(ARRAY(Integer), server_default="{}")
    # Where new boundaries would have it, for somebody to say yes or no to: see app/rerouting.py.
    proposed_move: Mapped[Json | None]

    duplicate_of_id: Mapped[int | None] = mapped_column(ForeignKey("report.id"))
    album: Mapped[str | None]


class ReportMessage(Base):
    """A message of a chat that became part of a report."""

    __tablename__ = "report_message"
    __table_args__ = (UniqueConstraint("chat_id", "message_id"),)

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    report_id: Mapped[int] = mapped_column(ForeignKey("report.id"), index=True)
    chat_id: Mapped[int] = mapped_column(ForeignKey("reporter.id"))
    message_id: Mapped[int] = mapped_column(BigInteger)
    thread_id: Mapped[int | None] = mapped_column(BigInteger)
    text: Mapped[str | None]
    sent_at: Mapped[datetime]


class Media(Base):
    """A photo, video, voice message or document, kept as Telegram's file id."""

    __tablename__ = "media"
    __table_args__ = (UniqueConstraint("report_id", "file_unique_id"),)

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    report_id: Mapped[int] = mapped_column(ForeignKey("report.id"), index=True)
    kind: Mapped[str]
    file_id: Mapped[str]
    file_unique_id: Mapped[str]
    mime: Mapped[str | None]
    size: Mapped[int | None] = mapped_column(BigInteger)
    name: Mapped[str | None]


class ReportEvent(Base):
    """One change of a report; rows are only ever added, and the database sees to it."""

    __tablename__ = "report_event"
    __table_args__ = (Index("ix_report_event_xact_id", "xact", "id"),)

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    # The transaction's id: a reader that stays below the oldest running one misses nothing.
    xact: Mapped[int] = mapped_column(Xid8, server_default=text("pg_current_xact_id()"))
    report_id: Mapped[int] = mapped_column(ForeignKey("report.id"), index=True)
    version: Mapped[int]
    at: Mapped[datetime] = mapped_column(server_default=func.now())
    actor: Mapped[str]
    kind: Mapped[str]
    before: Mapped[Json | None]
    after: Mapped[Json | None]
    note: Mapped[str | None]
    precincts: Mapped[list[Any]] = mapped_column(JSONB, server_default="[]")
