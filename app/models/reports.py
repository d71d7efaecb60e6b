"""Reports, what belongs to them and their history."""

from collections.abc import Collection
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
    LargeBinary,
    SmallInteger,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base, Json, Xid8
from app.workflow import OPEN, UNACKNOWLEDGED, UNDERWAY, Status


def _is_one_of(statuses: Collection[Status]) -> str:
    return "status IN ({})".format(", ".join(f"'{status}'" for status in sorted(statuses)))


_STATUSES = ", ".join(f"'{status}'" for status in Status)
# What follows another report is no work of its own: see app/incidents.py.
ENTRY_SQL = "duplicate_of_id IS NULL"
OPEN_SQL = f"{_is_one_of(OPEN)} AND {ENTRY_SQL}"
UNACKNOWLEDGED_SQL = f"{_is_one_of(UNACKNOWLEDGED)} AND {ENTRY_SQL}"
UNDERWAY_SQL = f"{_is_one_of(UNDERWAY)} AND {ENTRY_SQL}"
# After so many steps everybody has been told that a report is late: see app/escalation.py.
TO_ESCALATE_SQL = "escalation_step < 3"
# Their citizens are to be told which service to turn to: see app/redirects.py.
TO_REDIRECT_SQL = (
    f"{UNACKNOWLEDGED_SQL} AND response = 'redirect' AND category_by <> 'staff'"
    " AND reporter_id IS NOT NULL AND (redirect_state IS NULL OR redirect_state = 'asked')"
)


class Reporter(Base):
    """A citizen (or a public group) as everything but the bot and the outbox knows them."""

    __tablename__ = "reporter"
    __table_args__ = (
        CheckConstraint("kind IN ('person', 'group')", name="kind"),
        CheckConstraint("conduct IN ('slow', 'muted')", name="conduct"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    pseudonym: Mapped[str] = mapped_column(unique=True)
    kind: Mapped[str]
    language: Mapped[str]
    language_chosen: Mapped[bool] = mapped_column(server_default="false")
    # What the next message of this chat answers, for example {"ask": "officer"}.
    expecting: Mapped[Json | None]
    expecting_until: Mapped[datetime | None]
    blocked_at: Mapped[datetime | None]
    # What their manners have led to, and until when: see app/conduct.py.
    conduct: Mapped[str | None]
    conduct_until: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())


class Report(Base):
    """One thing a citizen told us."""

    __tablename__ = "report"
    __table_args__ = (
        CheckConstraint(f"status IN ({_STATUSES})", name="status"),
        CheckConstraint("num_nonnulls(assigned_officer_id, assigned_desk) = 1", name="one_owner"),
        CheckConstraint("(place IS NULL) = (place_kind IS NULL)", name="place"),
        CheckConstraint("duplicate_of_id <> id", name="not_its_own_duplicate"),
        CheckConstraint("category_by IN ('text', 'citizen', 'staff')", name="category_by"),
        Index(
            "ix_report_open_precinct",
            "precinct_code",
            "priority",
            "received_at",
            postgresql_where=text(OPEN_SQL),
        ),
        Index("ix_report_open_beat", "beat_code", postgresql_where=text(OPEN_SQL)),
        Index("ix_report_open_desk", "assigned_desk", postgresql_where=text(OPEN_SQL)),
        Index("ix_report_open_officer", "assigned_officer_id", postgresql_where=text(OPEN_SQL)),
        Index("ix_report_reporter_received", "reporter_id", text("received_at DESC")),
        Index("ix_report_received", text("received_at DESC"), text("id DESC")),
        Index("ix_report_place", "place", postgresql_using="gist"),
        Index(
            "ix_report_acknowledge_due",
            "acknowledge_due_at",
            postgresql_where=text(f"{UNACKNOWLEDGED_SQL} AND {TO_ESCALATE_SQL}"),
        ),
        Index(
            "ix_report_on_scene_due",
            "on_scene_due_at",
            postgresql_where=text(f"{UNDERWAY_SQL} AND {TO_ESCALATE_SQL}"),
        ),
        Index("ix_report_proposed_move", "id", postgresql_where=text("proposed_move IS NOT NULL")),
        Index(
            "ix_report_to_purge",
            "closed_at",
            "id",
            postgresql_where=text("closed_at IS NOT NULL AND purged <> 7"),
        ),
        Index("ix_report_owner_untold", "id", postgresql_where=text("owner_untold")),
        CheckConstraint("redirect_state IN ('asked', 'told', 'held')", name="redirect_state"),
        Index("ix_report_to_redirect", "id", postgresql_where=text(TO_REDIRECT_SQL)),
        Index(
            "ix_report_redirected", "closed_at", postgresql_where=text("redirect_state = 'told'")
        ),
        Index(
            "ix_report_entry_near",
            "place",
            "received_at",
            postgresql_using="gist",
            postgresql_where=text(ENTRY_SQL),
        ),
        Index(
            "ix_report_duplicate_of",
            "duplicate_of_id",
            "id",
            postgresql_where=text("duplicate_of_id IS NOT NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    number: Mapped[str] = mapped_column(unique=True)
    status: Mapped[str]
    text: Mapped[str]
    category: Mapped[str]
    priority: Mapped[int]
    response: Mapped[str]
    # Whose word the category is; a text never overrules a person.
    category_by: Mapped[str] = mapped_column(server_default="text")
    danger: Mapped[bool] = mapped_column(server_default="false")
    # What was read in the text, with the words it was known by: see app/triage.py.
    triage: Mapped[Json | None]
    # What the dispatch rules made of it, and of what: see app/dispatch.py.
    dispatch: Mapped[Json | None]
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
    # Places that the text may mean, while the citizen is asked which.
    place_offers: Mapped[Any | None] = mapped_column(JSONB)
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

    # From when the time to do something runs, and until when: see app/deadlines.py.
    deadlines_from: Mapped[datetime | None]
    acknowledge_due_at: Mapped[datetime | None]
    on_scene_due_at: Mapped[datetime | None]
    # How many have been told that the deadline that counts now was missed, and when the last was.
    escalation_step: Mapped[int] = mapped_column(SmallInteger, default=0, server_default="0")
    escalated_at: Mapped[datetime | None]
    # Officers who did not take it on in time.
    late_by: Mapped[list[int]] = mapped_column(ARRAY(Integer), default=list, server_default="{}")
    # Kept by a trigger, whatever way the report came to its owner.
    owned_since: Mapped[datetime | None]
    # What the citizen was last told: who answers for it, and how far it is.
    told: Mapped[Json | None]
    # Another answers for it, and the citizen does not know yet.
    owner_untold: Mapped[bool] = mapped_column(server_default="false")
    # When the citizen last said something that no member of the staff has acted on.
    answered_at: Mapped[datetime | None]
    reopened: Mapped[int] = mapped_column(server_default="0")

    # Which services its citizen was sent to; and `asked` for the place, `told`, or `held`: taken
    # back as police work, never sent on by itself again.
    redirect: Mapped[Json | None]
    redirect_state: Mapped[str | None]
    # Nothing but rudeness; and written by somebody who is muted.
    abusive: Mapped[bool] = mapped_column(default=False, server_default="false")
    from_muted: Mapped[bool] = mapped_column(default=False, server_default="false")

    # The report that this one follows, since when, and what spoke for it: see app/incidents.py.
    duplicate_of_id: Mapped[int | None] = mapped_column(ForeignKey("report.id"))
    joined_at: Mapped[datetime | None]
    duplicate_why: Mapped[Json | None]
    # Of one that others follow, as last counted: how many do, how many people that is with its own,
    # and how many steps more urgent they make it.
    members: Mapped[int] = mapped_column(default=0, server_default="0")
    people: Mapped[int] = mapped_column(default=1, server_default="1")
    raised: Mapped[int] = mapped_column(SmallInteger, default=0, server_default="0")
    counted_at: Mapped[datetime | None]
    last_joined_at: Mapped[datetime | None]
    # Its citizen has said that it is over, and it goes on for others.
    reporter_out: Mapped[bool] = mapped_column(server_default="false")
    # What its text is compared by.
    folded: Mapped[str | None]
    album: Mapped[str | None]
    # Which of its words (1), files (2) and place (4) are gone: see app/purge.py.
    purged: Mapped[int] = mapped_column(SmallInteger, default=0, server_default="0")


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
    # Said of a report that is worked on: it is no part of what the report itself says.
    is_answer: Mapped[bool] = mapped_column(server_default="false")
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


class Rating(Base):
    """What a citizen thinks of how a report was dealt with, each time it was closed."""

    __tablename__ = "rating"
    __table_args__ = (
        UniqueConstraint("report_id", "closed_at"),
        CheckConstraint("stars BETWEEN 1 AND 5", name="stars"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    report_id: Mapped[int] = mapped_column(ForeignKey("report.id"))
    closed_at: Mapped[datetime]
    stars: Mapped[int]
    at: Mapped[datetime]


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
    # A trigger commits to what the event says; the salt goes with the words.
    salt: Mapped[bytes | None] = mapped_column(LargeBinary, deferred=True)
    seal: Mapped[bytes | None] = mapped_column(LargeBinary, deferred=True)
