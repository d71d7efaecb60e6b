"""How long a report may wait."""

from sqlalchemy import CheckConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base


class DeadlineRule(Base):
    """How long a report of one priority may wait, in minutes; None for as long as it takes."""

    __tablename__ = "deadline_rule"
    __table_args__ = (
        CheckConstraint("priority BETWEEN 1 AND 9", name="priority"),
        CheckConstraint("acknowledge_within_min > 0 AND on_scene_within_min > 0", name="minutes"),
    )

    priority: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    acknowledge_within_min: Mapped[int | None]
    on_scene_within_min: Mapped[int | None]
