"""Who may log in to the staff side, and as what."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Identity, Index, LargeBinary, func
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base, Json


class StaffRole(StrEnum):
    """What a staff member may do; nobody logs in as a citizen."""

    OFFICER = "officer"
    DESK = "desk"
    GIS = "gis"
    LEADER = "leader"
    OBSERVER = "observer"
    ADMIN = "admin"


class Staff(Base):
    """A login."""

    __tablename__ = "staff"
    __table_args__ = (
        CheckConstraint(
            "role IN ('officer', 'desk', 'gis', 'leader', 'observer', 'admin')", name="role"
        ),
        CheckConstraint("role <> 'officer' OR precinct_code IS NOT NULL", name="officer_precinct"),
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    login: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    role: Mapped[str]
    precinct_code: Mapped[str | None]
    officer_id: Mapped[int | None] = mapped_column(ForeignKey("officer.id"))
    password_hash: Mapped[str | None]
    demo: Mapped[bool] = mapped_column(server_default="false")
    active: Mapped[bool] = mapped_column(server_default="true")
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())


class StaffSession(Base):
    """A browser that is logged in; the cookie's SHA-256 is kept, never the cookie."""

    __tablename__ = "staff_session"

    token_hash: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id", ondelete="CASCADE"), index=True)
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    seen_at: Mapped[datetime] = mapped_column(server_default=func.now())
    expires_at: Mapped[datetime]


class StaffToken(Base):
    """A bearer token for programs; its SHA-256 is kept, never the token."""

    __tablename__ = "staff_token"

    token_hash: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id", ondelete="CASCADE"), index=True)
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    expires_at: Mapped[datetime | None]


class LoginAttempt(Base):
    """A failed login, kept for a while to slow down guessing."""

    __tablename__ = "login_attempt"
    __table_args__ = (
        Index("ix_login_attempt_login_at", "login", "at"),
        Index("ix_login_attempt_address_at", "address", "at"),
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    login: Mapped[str]
    address: Mapped[str]
    at: Mapped[datetime] = mapped_column(server_default=func.now())


class IdempotentRequest(Base):
    """An answer already given under an Idempotency-Key."""

    __tablename__ = "idempotent_request"

    staff_id: Mapped[int] = mapped_column(
        ForeignKey("staff.id", ondelete="CASCADE"), primary_key=True
    )
    key: Mapped[str] = mapped_column(primary_key=True)
    body_hash: Mapped[bytes] = mapped_column(LargeBinary)
    report_number: Mapped[str]
    at: Mapped[datetime] = mapped_column(server_default=func.now(), index=True)


class Installation(Base):
    """Facts about this database, such as that it holds the demo city."""

    __tablename__ = "installation"

    key: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[Json]
