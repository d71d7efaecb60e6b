"""What figures are made of: facts, what is packed and counted of them, and how far that has come."""

from datetime import date, datetime

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Identity,
    Index,
    Integer,
    LargeBinary,
    SmallInteger,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base, Xid8


class EvidenceCode(Base):
    """The number that stands for a precinct, category or source in facts."""

    __tablename__ = "evidence_code"
    __table_args__ = (UniqueConstraint("kind", "code"),)

    id: Mapped[int] = mapped_column(SmallInteger, Identity(always=True), primary_key=True)
    kind: Mapped[str]
    code: Mapped[str]


class ReportFact(Base):
    """One report as figures count it; it has no words and nobody's name, and outlives the report."""

    __tablename__ = "report_fact"
    __table_args__ = (Index("ix_report_fact_day", "day"),)

    report_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    day: Mapped[date]
    received: Mapped[int] = mapped_column(BigInteger)
    hour: Mapped[int] = mapped_column(SmallInteger)
    precinct: Mapped[int] = mapped_column(SmallInteger)
    category: Mapped[int] = mapped_column(SmallInteger)
    source: Mapped[int] = mapped_column(SmallInteger)
    officer: Mapped[int] = mapped_column(Integer)
    status: Mapped[int] = mapped_column(SmallInteger)
    placed: Mapped[int] = mapped_column(SmallInteger)
    marks: Mapped[int] = mapped_column(SmallInteger)
    stars: Mapped[int] = mapped_column(SmallInteger)
    cell: Mapped[int] = mapped_column(BigInteger)
    answer: Mapped[int] = mapped_column(Integer)
    acknowledge: Mapped[int] = mapped_column(Integer)
    on_scene: Mapped[int] = mapped_column(Integer)
    close: Mapped[int] = mapped_column(Integer)
    acknowledge_due: Mapped[int] = mapped_column(Integer)
    on_scene_due: Mapped[int] = mapped_column(Integer)


class EvidenceDay(Base):
    """The facts of a day of the city, side by side: see `app.evidence_counts.FACT`."""

    __tablename__ = "evidence_day"

    day: Mapped[date] = mapped_column(primary_key=True)
    facts: Mapped[bytes] = mapped_column(LargeBinary)


class EvidenceMonth(Base):
    """The counters of a month for one precinct, category and source, or -1 for all of them."""

    __tablename__ = "evidence_month"

    month: Mapped[date] = mapped_column(primary_key=True)
    precinct: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    category: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    source: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    counters: Mapped[bytes] = mapped_column(LargeBinary)
    cells: Mapped[bytes] = mapped_column(LargeBinary)


class EvidenceMonthState(Base):
    """Until when the counters of a month are right; no row, or no time: they are not."""

    __tablename__ = "evidence_month_state"

    month: Mapped[date] = mapped_column(primary_key=True)
    stale: Mapped[bool]
    # Something that waits becomes late then, and no event tells.
    right_until: Mapped[datetime | None]


class EvidenceProgress(Base):
    """The event up to which history has become facts."""

    __tablename__ = "evidence_progress"
    __table_args__ = (CheckConstraint("singleton", name="one_row"),)

    singleton: Mapped[bool] = mapped_column(primary_key=True, server_default="true")
    xact: Mapped[int] = mapped_column(Xid8)
    event: Mapped[int] = mapped_column(BigInteger)
    at: Mapped[datetime]
