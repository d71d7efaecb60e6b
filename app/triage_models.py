"""Models made from corrections: kept, and switched on and off by staff."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import undefer

from app.errors import ConflictError, NotFoundError
from app.models import (
    Report,
    TriageActivation,
    TriageInForce,
    TriageLabel,
    TriageModel,
    table_of,
)
from app.triage_learned import Learned, digest, from_bytes, to_bytes


@dataclass(frozen=True, slots=True)
class Labelled:
    """A report's text, and what somebody said last that it is."""

    number: str
    text: str
    category: str


async def labelled(session: AsyncSession) -> list[Labelled]:
    """Return every text that somebody has given a category to, by the last word on it."""
    last = select(func.max(TriageLabel.id)).group_by(TriageLabel.report_id)
    rows = await session.execute(
        select(Report.number, Report.text, TriageLabel.category)
        .join(TriageLabel, TriageLabel.report_id == Report.id)
        .where(Report.text != "", TriageLabel.id.in_(last))
        .order_by(Report.id)
    )
    return [Labelled(*row) for row in rows]


async def count_labels(session: AsyncSession) -> int:
    """Count the reports that somebody has given a category to."""
    counted = select(func.count(TriageLabel.report_id.distinct()))
    return (await session.execute(counted)).scalar_one()


async def keep(
    session: AsyncSession,
    learned: Learned,
    labels: int,
    score: dict[str, float],
    actor: str,
    *,
    better: bool,
) -> TriageModel:
    """Store a model; it is not used before somebody says so."""
    body = to_bytes(learned)
    model = TriageModel(
        made_by=actor, labels=labels, score=score, better=better, sha256=digest(body), body=body
    )
    session.add(model)
    await session.flush()
    return model


async def models(session: AsyncSession, limit: int = 20) -> Sequence[TriageModel]:
    """List models, the newest first."""
    rows = await session.execute(select(TriageModel).order_by(TriageModel.id.desc()).limit(limit))
    return rows.scalars().all()


async def in_use(session: AsyncSession) -> int | None:
    """Return the model that is switched on."""
    return (await session.execute(select(TriageInForce.model_id))).scalar()


async def load(session: AsyncSession, model_id: int) -> Learned:
    """Read a model back.

    Raises
    ------
    NotFoundError
    SpoiltModelError
    """
    model = (
        await session.execute(
            select(TriageModel).where(TriageModel.id == model_id).options(undefer(TriageModel.body))
        )
    ).scalar()
    if model is None:
        message = f"There is no model {model_id}"
        raise NotFoundError(message)
    return from_bytes(model.body, model.sha256)


async def switch(session: AsyncSession, model_id: int | None, actor: str) -> None:
    """Switch a model on, or all of them off.

    Raises
    ------
    NotFoundError
    ConflictError
        When it was not better than the rules.
    """
    in_force = (await session.execute(select(TriageInForce).with_for_update())).scalar_one()
    if model_id == in_force.model_id:
        return
    if model_id is not None:
        model = await session.get(TriageModel, model_id)
        if model is None:
            message = f"There is no model {model_id}"
            raise NotFoundError(message)
        if not model.better:
            message = f"Model {model_id} is not better than the rules"
            raise ConflictError(message)
    await session.execute(update(table_of(TriageInForce)).values(model_id=model_id))
    await session.execute(
        insert(table_of(TriageActivation)).values(
            triage_version_id=in_force.triage_version_id, model_id=model_id, actor=actor
        )
    )
