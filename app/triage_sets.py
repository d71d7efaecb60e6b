"""Versions of categories and rules: which is in force, how another comes into force."""

import asyncio
import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.categories import RuleSet, RuleSetError, faults_of
from app.errors import BeatwayError
from app.models import CategoryRow, TriageActivation, TriageInForce, TriageVersion, table_of
from app.rule_versions import (
    SHIPPED_BY,
    VersionLine,
    check_current,
    newest,
    version_of,
    wants_first,
)
from app.triage_learned import Learned
from app.triage_models import load
from app.triage_rules import word_faults
from app.triage_words import Sorter

log = logging.getLogger(__name__)

SHIPPED = Path(__file__).resolve().parent.parent / "fixtures" / "categories.json"

_COLUMNS = tuple(
    each.key
    for each in table_of(CategoryRow).columns
    if each.key not in {"triage_version_id", "position"}
)


class NoRulesError(BeatwayError):
    """There are no categories; run: beatway db upgrade."""

    status = 503
    code = "no-rules"


def shipped() -> RuleSet:
    """Return the categories and rules that come with the program."""
    return checked(RuleSet.model_validate_json(SHIPPED.read_bytes()))


def checked(rules: RuleSet) -> RuleSet:
    """Return a set that can be used.

    Raises
    ------
    RuleSetError
        With every fault that it has.
    """
    faults = faults_of(rules) + word_faults(rules)
    if faults:
        raise RuleSetError(faults)
    return rules


def _rows(version_id: int, rules: RuleSet) -> list[dict[str, Any]]:
    return [
        each.model_dump(mode="json") | {"triage_version_id": version_id, "position": position}
        for position, each in enumerate(rules.categories)
    ]


def _common(rules: RuleSet) -> dict[str, Any]:
    return rules.model_dump(mode="json", exclude={"categories"})


def _put_together(common: Mapping[str, Any], rows: Iterable[CategoryRow]) -> RuleSet:
    categories = [{name: getattr(row, name) for name in _COLUMNS} for row in rows]
    return RuleSet.model_validate({**common, "categories": categories})


def load_shipped_if_none(connection: Connection) -> bool:
    """Put the shipped categories and rules in force in a database that has none.

    Returns
    -------
    bool
        False when there are some already, or no tables for them yet.
    """
    if not wants_first(connection, TriageVersion):
        return False
    rules = shipped()
    version_id = connection.execute(
        insert(TriageVersion)
        .values(made_by=SHIPPED_BY, rules=_common(rules))
        .returning(TriageVersion.id)
    ).scalar_one()
    connection.execute(insert(table_of(CategoryRow)), _rows(version_id, rules))
    connection.execute(insert(table_of(TriageInForce)), {"triage_version_id": version_id})
    connection.execute(
        insert(table_of(TriageActivation)), {"triage_version_id": version_id, "actor": SHIPPED_BY}
    )
    return True


@dataclass(frozen=True, slots=True)
class InUse:
    """What messages go by now."""

    version_id: int
    rules: RuleSet
    sorter: Sorter
    model_id: int | None = None
    learned: Learned | None = None


class TriageCache:
    """The rules in force in memory; a version never changes, so only which one is asked for."""

    def __init__(self) -> None:
        self._known: InUse | None = None
        self._reading = asyncio.Lock()

    async def get(self, session: AsyncSession) -> InUse:
        """Return what is in force.

        Raises
        ------
        NoRulesError
        """
        now = (
            await session.execute(select(TriageInForce.triage_version_id, TriageInForce.model_id))
        ).first()
        if now is None:
            raise NoRulesError
        known = self._known
        if known is None or (known.version_id, known.model_id) != tuple(now):
            async with self._reading:
                known = self._known = await self._read(session, *now)
        return known

    async def _read(self, session: AsyncSession, version_id: int, model_id: int | None) -> InUse:
        known = self._known
        if known is None or known.version_id != version_id:
            rules = await read_version(session, version_id)
            known = InUse(version_id, rules, await asyncio.to_thread(Sorter, rules))
        learned = None
        if model_id is not None:
            try:
                learned = await load(session, model_id)
            except BeatwayError as error:
                # Messages go on by the rules; somebody reads the log.
                log.exception("model %s cannot be used: %s", model_id, error.detail)
        return replace(known, model_id=model_id, learned=learned)


async def read_version(session: AsyncSession, version_id: int) -> RuleSet:
    """Return the categories and rules of a version.

    Raises
    ------
    NotFoundError
    """
    version = await version_of(session, TriageVersion, version_id)
    rows = await session.execute(
        select(CategoryRow)
        .where(CategoryRow.triage_version_id == version_id)
        .order_by(CategoryRow.position)
    )
    return _put_together(version.rules, rows.scalars())


async def versions(session: AsyncSession) -> list[VersionLine]:
    """List versions, the newest first."""
    current = (await session.execute(select(TriageInForce.triage_version_id))).scalar()
    return await newest(session, TriageVersion, current)


async def _hold(session: AsyncSession, based_on: int) -> TriageInForce:
    in_force = (await session.execute(select(TriageInForce).with_for_update())).scalar()
    if in_force is None:
        raise NoRulesError
    check_current(in_force.triage_version_id, based_on)
    return in_force


async def _put_in_force(
    session: AsyncSession, in_force: TriageInForce, version_id: int, actor: str
) -> None:
    model_id = in_force.model_id
    await session.execute(update(table_of(TriageInForce)).values(triage_version_id=version_id))
    await session.execute(
        insert(table_of(TriageActivation)).values(
            triage_version_id=version_id, model_id=model_id, actor=actor
        )
    )


async def save(
    session: AsyncSession, rules: RuleSet, based_on: int, actor: str, note: str | None
) -> int:
    """Make a new version and put it in force.

    Raises
    ------
    ConflictError
        When another version than the one it is based on is in force by now.
    """
    in_force = await _hold(session, based_on)
    version_id = (
        await session.execute(
            insert(TriageVersion)
            .values(based_on=based_on, made_by=actor, note=note, rules=_common(rules))
            .returning(TriageVersion.id)
        )
    ).scalar_one()
    await session.execute(insert(table_of(CategoryRow)), _rows(version_id, rules))
    await _put_in_force(session, in_force, version_id, actor)
    return version_id


async def go_back(session: AsyncSession, version_id: int, based_on: int, actor: str) -> None:
    """Put an earlier version in force again.

    Raises
    ------
    NotFoundError
    ConflictError
        When another version than the one the caller looks at is in force by now.
    """
    in_force = await _hold(session, based_on)
    await version_of(session, TriageVersion, version_id)
    await _put_in_force(session, in_force, version_id, actor)
