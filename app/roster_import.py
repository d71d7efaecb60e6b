"""Bringing a roster file in: first what it would change, then all of it in one transaction."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.dialects.postgresql import TSTZRANGE
from sqlalchemy.ext.asyncio import AsyncSession

from app.context import UseCases
from app.duty_watch import Seen
from app.errors import ConflictError, InvalidError
from app.models import Officer
from app.permissions import Scope
from app.phrases.roster import fault_words
from app.roster import OfficerFacts, changing, facts_of
from app.roster_changes import Change, City, Entry, compare
from app.roster_csv import COLUMNS, OFFICER, SPAN, Fault, RosterFile
from app.roster_rows import TABLES, apply, entries_of, state_of
from app.routing import NoBoundarySetError, current_index, hold_for_change
from geo.districts import Level

PHONE = "phone"


class RosterFileError(InvalidError):
    """The roster file cannot be used; nothing was changed."""

    code = "roster-file"


class RosterMovedError(ConflictError):
    """The roster has changed since the preview; look at what the file would change now."""

    code = "roster-moved"


@dataclass(frozen=True, slots=True)
class Preview:
    """What a file would change, or why it cannot be used.

    Attributes
    ----------
    faults : list of Fault
        With them nothing can be applied.
    changes : list of Change
    unchanged : int
        Rows that say what is so already.
    digest : str
        To apply exactly this and nothing else.
    """

    rows: int
    faults: list[Fault]
    changes: list[Change]
    unchanged: int
    digest: str

    def counts(self) -> dict[str, int]:
        """Return how much is added, changed and ended."""
        verbs = [each.verb for each in self.changes]
        return {verb: verbs.count(verb) for verb in ("added", "changed", "ended")}


async def preview(
    session: AsyncSession, context: UseCases, file: RosterFile, scope: Scope
) -> Preview:
    """Tell what a file would change; nothing is written."""
    found, _ = await _look(session, context, file, scope)
    return found


async def bring_in(
    session: AsyncSession,
    context: UseCases,
    actor: str,
    file: RosterFile,
    scope: Scope,
    digest: str | None = None,
) -> tuple[Preview, Seen]:
    """Make the roster what a file says.

    Parameters
    ----------
    session, context, actor
    file : RosterFile
    scope : Scope
        Whose roster the actor may change.
    digest : str, optional
        Of the preview that somebody has agreed to.

    Raises
    ------
    RosterFileError
        With every fault, its line and words.
    RosterMovedError
    """
    await hold_for_change(session)
    found, precincts = await _look(session, context, file, scope)
    if found.faults:
        raise refusal(found.faults, context.timezone)
    if digest is not None and digest != found.digest:
        raise RosterMovedError
    if not found.changes:
        return found, Seen()
    async with changing(session, context, actor, *sorted(precincts)) as seen:
        await apply(session, actor, found.changes)
    return found, seen[0]


def refusal(faults: Sequence[Fault], zone: ZoneInfo) -> RosterFileError:
    """Return the error that names every fault."""
    return RosterFileError(
        "; ".join(f"line {each.line}: {fault_words(each, zone)['en']}" for each in faults[:3]),
        faults=[fault_view(each, zone) for each in faults],
    )


def fault_view(fault: Fault, zone: ZoneInfo) -> dict[str, Any]:
    """Return a fault as it is shown."""
    return {"line": fault.line, "kind": fault.kind, "words": fault_words(fault, zone)}


async def _look(
    session: AsyncSession, context: UseCases, file: RosterFile, scope: Scope
) -> tuple[Preview, set[str]]:
    if file.faults:
        return Preview(file.rows, file.faults, [], 0, ""), set()
    city = await city_of(session, context, scope.allows)
    codes = {each.code for each in file.officers} | {each.officer for each in file.entries}
    beats = {each.beat for each in file.entries if each.beat}
    state = await state_of(session, codes, beats)
    plan = await asyncio.to_thread(compare, file, state, city)
    found = Preview(file.rows, plan.conflicts, plan.changes, plan.unchanged, plan.digest)
    return found, plan.precincts(state, city)


async def city_of(
    session: AsyncSession, context: UseCases, may_edit: Callable[[str], bool]
) -> City:
    """Return the districts that officers can be posted to.

    Raises
    ------
    InvalidError
        When there are none yet.
    """
    try:
        _, index = await current_index(session, context.index_cache)
    except NoBoundarySetError:
        raise InvalidError("There are no boundaries yet: nobody can be posted") from None
    districts = index.districts.values()
    return City(
        frozenset(each.code for each in districts if each.level is Level.PRECINCT),
        {each.code: each.parent or "" for each in districts if each.level is Level.BEAT},
        may_edit,
    )


async def export_rows(
    session: AsyncSession,
    scope: Scope,
    precinct: str | None,
    since: datetime,
    until: datetime | None,
) -> list[dict[str, Any]]:
    """Return the rows of a file that says all of the roster in a span of time."""
    period = func.tstzrange(since, until, type_=TSTZRANGE)
    theirs: list[ColumnElement[bool]] = [
        Officer.precinct_code == code for code in (scope.precinct, precinct) if code is not None
    ]
    found = await session.execute(
        select(Officer).where(*theirs).order_by(Officer.precinct_code, Officer.code)
    )
    rows = [{"entry": SPAN, "since": since, "until": until}]
    rows += [officer_row(facts_of(each)) for each in found.scalars()]
    for what, table in TABLES.items():
        entries = await entries_of(session, what, table.period.op("&&")(period), *theirs)
        rows += [
            entry_row(each) for each in sorted(entries, key=lambda each: (each.officer, each.since))
        ]
    return rows


def officer_row(facts: OfficerFacts) -> dict[str, Any]:
    """Return an officer's row."""
    return {
        "entry": OFFICER,
        "officer": facts.code,
        "name": facts.name,
        "rank": facts.rank,
        "precinct": facts.precinct,
        "reception": facts.reception,
        "phone": facts.phone,
        "load_limit": facts.load_limit,
        "active": facts.active,
    }


def entry_row(entry: Entry) -> dict[str, Any]:
    """Return the row of a posting, a shift or a leave."""
    return {
        "entry": entry.what,
        "officer": entry.officer,
        "beat": entry.beat,
        "kind": entry.kind,
        "since": entry.since,
        "until": entry.until,
    }


def columns(*, with_phones: bool) -> tuple[str, ...]:
    """Return the columns of a file for somebody; without phones, importing it keeps them."""
    return tuple(each for each in COLUMNS if with_phones or each != PHONE)
