"""Versions of the dispatch rules: which is in force, which of its rules cannot be used."""

import asyncio
import logging
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from sqlalchemy import Connection, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.cover import CITY_DESK
from app.dispatch_rules import (
    BadDispatchRulesError,
    Broken,
    DispatchRules,
    Known,
    broken,
    faults_of,
)
from app.errors import InvalidError
from app.models import DispatchActivation, DispatchInForce, DispatchVersion, table_of
from app.rule_versions import (
    SHIPPED_BY,
    SHOWN,
    VersionLine,
    check_current,
    newest,
    version_of,
    wants_first,
)
from app.triage_sets import TriageCache
from geo.districts import Level
from geo.index import DistrictIndex

log = logging.getLogger(__name__)

SHIPPED = Path(__file__).resolve().parent.parent / "fixtures" / "dispatch_rules.json"
IN_FORCE = select(DispatchInForce.version_id)


def shipped() -> DispatchRules:
    """Return the rules that come with the program."""
    return checked(DispatchRules.model_validate_json(SHIPPED.read_bytes()))


def checked(rules: DispatchRules) -> DispatchRules:
    """Return rules that can be used.

    What they refer to may be gone: then a rule is skipped, and told of, and still there.

    Raises
    ------
    BadDispatchRulesError
        With every fault that they have.
    """
    faults = faults_of(rules)
    if faults:
        raise BadDispatchRulesError(faults)
    return rules


def load_shipped_if_none(connection: Connection) -> bool:
    """Put the shipped rules in force in a database that has none.

    Returns
    -------
    bool
        False when there are some already, or no tables for them yet.
    """
    if not wants_first(connection, DispatchVersion):
        return False
    version_id = connection.execute(
        insert(DispatchVersion)
        .values(made_by=SHIPPED_BY, rules=shipped().model_dump(mode="json"))
        .returning(DispatchVersion.id)
    ).scalar_one()
    connection.execute(insert(table_of(DispatchInForce)), {"version_id": version_id})
    connection.execute(
        insert(table_of(DispatchActivation)), {"version_id": version_id, "actor": SHIPPED_BY}
    )
    return True


@dataclass(frozen=True, slots=True)
class RulesInUse:
    """What reports go by now.

    Attributes
    ----------
    is_readable : bool
        False when the version in force is none that this program knows how to read.
    """

    version_id: int
    rules: DispatchRules
    is_readable: bool = True


NO_RULES = RulesInUse(0, DispatchRules())


class DispatchCache:
    """The rules in force in memory; a version never changes, so only which one is asked for.

    Attributes
    ----------
    trying : asyncio.Lock
        Held by a dry run, of which one runs at a time.
    """

    def __init__(self) -> None:
        self.trying = asyncio.Lock()
        self._known = NO_RULES
        self._reading = asyncio.Lock()
        self._broken: tuple[Any, list[Broken]] = (None, [])

    async def get(self, session: AsyncSession) -> RulesInUse:
        """Return what is in force; where there is nothing, or nothing readable, no rules."""
        version_id = (await session.execute(IN_FORCE)).scalar()
        if version_id is None:
            return NO_RULES
        if self._known.version_id != version_id:
            async with self._reading:
                self._known = await _read(session, version_id)
        return self._known

    async def broken(
        self,
        session: AsyncSession,
        in_use: RulesInUse,
        triage: TriageCache,
        place: tuple[int, DistrictIndex] | None,
    ) -> Sequence[Broken]:
        """Tell which of the rules refer to something that is not there now.

        Parameters
        ----------
        session
        in_use : RulesInUse
        triage : TriageCache
        place : tuple or None
            The boundary set in force and its index; None when there is none.
        """
        categories = await triage.get(session)
        key = (in_use.version_id, categories.version_id, place[0] if place else None)
        if self._broken[0] != key:
            names = {each.code for each in categories.rules.categories if each.active}
            found = broken_of(in_use, known_of(names, place[1] if place else None))
            self._broken = (key, found)
        return self._broken[1]


def known_of(categories: Collection[str], index: DistrictIndex | None) -> Known:
    """Put together what rules may refer to."""
    if index is None:
        return Known(categories, None, None)
    desks = {code for code, each in index.districts.items() if each.level is Level.PRECINCT}
    return Known(categories, frozenset(index.districts), desks | {CITY_DESK})


def broken_of(in_use: RulesInUse, known: Known) -> list[Broken]:
    """Tell which rules cannot be used."""
    if not in_use.is_readable:
        return [Broken("", "unreadable", str(in_use.version_id))]
    return broken(in_use.rules, known)


class UnreadableRulesError(InvalidError):
    """That version of the dispatch rules cannot be read by this program."""

    code = "unreadable-rules"


async def _read(session: AsyncSession, version_id: int) -> RulesInUse:
    try:
        return RulesInUse(version_id, await read_version(session, version_id))
    except UnreadableRulesError:
        # Reports go on without rules, and whoever may mend it is told.
        log.exception("version %s of the dispatch rules cannot be read", version_id)
        return RulesInUse(version_id, DispatchRules(), is_readable=False)


async def read_version(session: AsyncSession, version_id: int) -> DispatchRules:
    """Return the rules of a version.

    Raises
    ------
    NotFoundError
    UnreadableRulesError
    """
    version = await version_of(session, DispatchVersion, version_id)
    try:
        return DispatchRules.model_validate(version.rules)
    except ValidationError as error:
        raise UnreadableRulesError from error


@dataclass(frozen=True, slots=True)
class ActivationLine:
    """One line of the journal: a version that came into force."""

    version: int
    at: datetime
    actor: str


async def versions(session: AsyncSession) -> list[VersionLine]:
    """List versions, the newest first."""
    current = (await session.execute(IN_FORCE)).scalar()
    return await newest(session, DispatchVersion, current)


async def journal(session: AsyncSession) -> list[ActivationLine]:
    """Tell which version came into force when, and by whom; the newest first."""
    rows = await session.execute(
        select(DispatchActivation.version_id, DispatchActivation.at, DispatchActivation.actor)
        .order_by(DispatchActivation.id.desc())
        .limit(SHOWN)
    )
    return [ActivationLine(*row) for row in rows]


async def _hold(session: AsyncSession, based_on: int) -> None:
    current = (await session.execute(IN_FORCE.with_for_update())).scalar()
    check_current(current, based_on)


async def _put_in_force(session: AsyncSession, version_id: int, actor: str) -> None:
    await session.execute(update(table_of(DispatchInForce)).values(version_id=version_id))
    await session.execute(
        insert(table_of(DispatchActivation)).values(version_id=version_id, actor=actor)
    )


async def save(
    session: AsyncSession, rules: DispatchRules, based_on: int, actor: str, note: str | None
) -> int:
    """Make a new version and put it in force.

    Raises
    ------
    ConflictError
        When another version than the one it is based on is in force by now.
    """
    await _hold(session, based_on)
    version_id = (
        await session.execute(
            insert(DispatchVersion)
            .values(
                based_on=based_on, made_by=actor, note=note, rules=rules.model_dump(mode="json")
            )
            .returning(DispatchVersion.id)
        )
    ).scalar_one()
    await _put_in_force(session, version_id, actor)
    return version_id


async def go_back(session: AsyncSession, version_id: int, based_on: int, actor: str) -> None:
    """Put an earlier version in force again.

    Raises
    ------
    NotFoundError
    ConflictError
        When another version than the one the caller looks at is in force by now.
    """
    await _hold(session, based_on)
    await version_of(session, DispatchVersion, version_id)
    await _put_in_force(session, version_id, actor)
