"""What other dispatch rules would have made of the reports of the last days; nothing is written."""

import asyncio
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import Float, Select, cast, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.categories import Response
from app.context import UseCases
from app.dispatch_rules import Broken, Dispatch, DispatchRules, Facts, Judged, judge
from app.dispatch_sets import RulesInUse, broken_of, known_of
from app.errors import TooManyRequestsError
from app.models import InForce, Report

USUAL_DAYS = 30
MOST_DAYS = 366
# As many are in memory at once, however many there are.
TOGETHER = 2_000
SAMPLES = 5
MOST_MOVES = 200
FIELDS = ("response", "priority", "desk")


class BusyTryingError(TooManyRequestsError):
    """Another dry run is going on; try again when it is done."""

    code = "dry-run-busy"


class Move(NamedTuple):
    """From what to what something of a report would go; `None` is the cover ladder."""

    what: str
    before: str | None
    after: str | None


@dataclass(slots=True)
class OfRule:
    """What one rule would do: how many reports it fits, and of how many it sets what."""

    fits: int = 0
    sets: Counter[str] = field(default_factory=Counter)
    samples: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Tried:
    """What a dry run found.

    Attributes
    ----------
    days : int
    reports : int
        How many were looked at.
    changed : int
        How many would be dispatched otherwise.
    by_field : counter of str
        The same for `response`, `priority` and `desk`.
    by_rule : dict of str to OfRule
        By the code of a rule that is tried.
    moves : counter of Move
    samples : dict of Move to list of str
        Numbers of some reports, the newest first.
    broken : list of Broken
        Rules that are tried and cannot be used.
    """

    days: int
    reports: int = 0
    changed: int = 0
    by_field: Counter[str] = field(default_factory=Counter)
    by_rule: defaultdict[str, OfRule] = field(default_factory=lambda: defaultdict(OfRule))
    moves: Counter[Move] = field(default_factory=Counter)
    samples: defaultdict[Move, list[str]] = field(default_factory=lambda: defaultdict(list))
    broken: list[Broken] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Side:
    """Rules and which of them cannot be used."""

    rules: DispatchRules
    skipped: frozenset[str]

    def judge(self, facts: Facts, base: Dispatch, zone: ZoneInfo) -> Judged:
        return judge(self.rules.rules, facts, base, zone, self.skipped)


async def try_rules(
    session: AsyncSession,
    context: UseCases,
    rules: DispatchRules,
    against: DispatchRules,
    days: int = USUAL_DAYS,
) -> Tried:
    """Tell what rules would have made of stored reports, beside what others make of them.

    Parameters
    ----------
    session, context
    rules : DispatchRules
        To be tried.
    against : DispatchRules
        What they are compared with: those in force, or none.
    days : int
        How far back.

    Raises
    ------
    BusyTryingError
        One runs at a time in a process.
    """
    turn = context.dispatch.trying
    if turn.locked():
        raise BusyTryingError
    async with turn:
        tried = Tried(days)
        sides = [await _side(session, context, each, tried.broken) for each in (against, rules)]
        rows = await session.stream(_stored(context, days))
        async for some in rows.partitions(TOGETHER):
            await asyncio.to_thread(_add, tried, sides[0], sides[1], some, context.timezone)
        return tried


async def _side(
    session: AsyncSession, context: UseCases, rules: DispatchRules, told: list[Broken]
) -> _Side:
    # Not held: who changes the boundaries need not wait for a dry run.
    boundary_set_id = (await session.execute(select(InForce.boundary_set_id))).scalar()
    index = None
    if boundary_set_id is not None:
        index = await context.index_cache.get(session, boundary_set_id)
    categories = (await context.triage.get(session)).rules.categories
    active = {each.code for each in categories if each.active}
    found = broken_of(RulesInUse(0, rules), known_of(active, index))
    # Of those that are tried, which come last, the caller is told.
    told[:] = found
    return _Side(rules, frozenset(each.rule for each in found))


def _stored(context: UseCases, days: int) -> Select[Any]:
    now = context.clock()
    decision = Report.decision
    return (
        select(
            Report.number,
            Report.category,
            Report.received_at,
            Report.danger,
            func.coalesce(Report.dispatch["base"]["priority"].as_integer(), Report.priority),
            func.coalesce(Report.dispatch["base"]["response"].as_string(), Report.response),
            func.coalesce(Report.dispatch["count"].as_integer(), 1),
            decision["precinct"].as_string(),
            decision["beat"].as_string(),
            cast(decision["lon"].as_string(), Float),
            cast(decision["lat"].as_string(), Float),
        )
        .where(Report.received_at > now - timedelta(days=days), Report.received_at <= now)
        .order_by(Report.received_at.desc(), Report.id.desc())
        .execution_options(yield_per=TOGETHER)
    )


def _add(tried: Tried, against: _Side, rules: _Side, rows: Sequence[Any], zone: ZoneInfo) -> None:
    for number, category, at, danger, priority, response, count, precinct, beat, lon, lat in rows:
        facts = Facts(
            category=category,
            received_at=at,
            districts=tuple(code for code in (precinct, beat) if code),
            point=None if lon is None or lat is None else (lon, lat),
            count=count,
            danger=danger,
        )
        base = Dispatch(Response(response), priority)
        judged = rules.judge(facts, base, zone)
        _note_rules(tried, judged, number)
        _note_moves(tried, against.judge(facts, base, zone).dispatch, judged.dispatch, number)
    tried.reports += len(rows)


def _note_rules(tried: Tried, judged: Judged, number: str) -> None:
    for match in judged.matches:
        of_rule = tried.by_rule[match.rule.code]
        of_rule.fits += 1
        for name in FIELDS:
            of_rule.sets[name] += getattr(match, name) is not None
        if len(of_rule.samples) < SAMPLES:
            of_rule.samples.append(number)
    for failed in judged.failed:
        if failed not in tried.broken:
            tried.broken.append(failed)


def _note_moves(tried: Tried, before: Dispatch, after: Dispatch, number: str) -> None:
    if before == after:
        return
    tried.changed += 1
    for name in FIELDS:
        was, would = (getattr(each, name) for each in (before, after))
        if was == would:
            continue
        move = Move(name, *(None if each is None else str(each) for each in (was, would)))
        tried.by_field[name] += 1
        tried.moves[move] += 1
        if len(tried.samples[move]) < SAMPLES:
            tried.samples[move].append(number)
