"""Categories and rules in versions that never change, and what is learnt from corrections."""

from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Identity,
    LargeBinary,
    SmallInteger,
    func,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base, Json


class TriageVersion(Base):
    """One complete set of categories and rules; rows are only ever added."""

    __tablename__ = "triage_version"

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    based_on: Mapped[int | None] = mapped_column(ForeignKey("triage_version.id"))
    made_by: Mapped[str]
    made_at: Mapped[datetime] = mapped_column(server_default=func.now())
    note: Mapped[str | None]
    # What is not of one category: certainty, negations, danger.
    rules: Mapped[Json]


class CategoryRow(Base):
    """One category of one version; the database refuses to change it."""

    __tablename__ = "category"
    __table_args__ = (
        CheckConstraint(
            "response IN ('patrol', 'beat_officer', 'investigation_team', 'redirect', 'note')",
            name="response",
        ),
        CheckConstraint("precision IN ('exact', 'block', 'beat', 'none')", name="precision"),
        CheckConstraint("priority BETWEEN 1 AND 5", name="priority"),
    )

    triage_version_id: Mapped[int] = mapped_column(
        ForeignKey("triage_version.id"), primary_key=True
    )
    code: Mapped[str] = mapped_column(primary_key=True)
    position: Mapped[int]
    names: Mapped[Json]
    questions: Mapped[list[Any]] = mapped_column(JSONB)
    priority: Mapped[int] = mapped_column(SmallInteger)
    response: Mapped[str]
    acknowledge_within_min: Mapped[int | None]
    on_scene_within_min: Mapped[int | None]
    precision: Mapped[str]
    police: Mapped[bool]
    service: Mapped[str | None]
    active: Mapped[bool]
    words: Mapped[list[Any]] = mapped_column(JSONB)
    duplicates: Mapped[Json] = mapped_column(server_default="{}")


class TriageModel(Base):
    """What was learnt from corrections: weights as data, never as code."""

    __tablename__ = "triage_model"

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    made_by: Mapped[str]
    made_at: Mapped[datetime] = mapped_column(server_default=func.now())
    labels: Mapped[int]
    # On the same messages, none of which it was made from: the model's, and the rules'.
    score: Mapped[Json]
    better: Mapped[bool]
    sha256: Mapped[str]
    body: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)


class TriageInForce(Base):
    """The single row that says which version, and which model if any, messages go by."""

    __tablename__ = "triage_in_force"
    __table_args__ = (CheckConstraint("singleton", name="one_row"),)

    singleton: Mapped[bool] = mapped_column(primary_key=True, server_default="true")
    triage_version_id: Mapped[int] = mapped_column(ForeignKey("triage_version.id"))
    model_id: Mapped[int | None] = mapped_column(ForeignKey("triage_model.id"))


class TriageActivation(Base):
    """When a version came into force or a model was switched, and by whom; only ever added."""

    __tablename__ = "triage_activation"

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    triage_version_id: Mapped[int] = mapped_column(ForeignKey("triage_version.id"))
    model_id: Mapped[int | None] = mapped_column(ForeignKey("triage_model.id"))
    at: Mapped[datetime] = mapped_column(server_default=func.now())
    actor: Mapped[str]


class TriageLabel(Base):
    """Somebody's word for what a report is; its text stays in the report, to be forgotten there."""

    __tablename__ = "triage_label"
    __table_args__ = (CheckConstraint("by IN ('citizen', 'staff')", name="by"),)

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    report_id: Mapped[int] = mapped_column(ForeignKey("report.id"), index=True)
    before: Mapped[str]
    category: Mapped[str]
    by: Mapped[str]
    actor: Mapped[str]
    at: Mapped[datetime] = mapped_column(server_default=func.now())
