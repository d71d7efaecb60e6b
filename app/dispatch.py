"""What the dispatch rules make of a report, written into it.

A report's priority and response are what its category says until the rules have judged it; what
they were before is kept beside them, so that the rules begin there again whenever it is judged anew.
"""

from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime
from typing import Any

from sqlalchemy import func
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from app.categories import Response
from app.context import UseCases
from app.cover import CITY_DESK, Assignment, Rung, to_desk
from app.desk_duty import unmanned_desks
from app.dispatch_rules import Broken, Dispatch, DispatchRule, Facts, Judged, Match, judge
from app.dispatch_sets import RulesInUse
from app.models import DispatchFault, Report, table_of
from app.routing import NoBoundarySetError, current_index
from geo.districts import Level
from geo.index import DistrictIndex

DISTRICTS = ("precinct", "beat")


def facts_of(report: Report, count: int) -> Facts:
    """Return what the rules look at; where it happened is what routing said of its place."""
    decision = report.decision or {}
    point = (decision["lon"], decision["lat"]) if "lon" in decision else None
    return Facts(
        category=report.category,
        received_at=report.received_at,
        districts=tuple(decision[name] for name in DISTRICTS if decision.get(name)),
        point=point,
        count=count,
        danger=report.danger,
    )


def count_of(report: Report) -> int:
    """Return how many reports there were of the same thing when it was judged last."""
    return int((report.dispatch or {}).get("count", 1))


def desk_of(report: Report) -> str | None:
    """Return the desk that the rules gave a report to."""
    desk: str | None = (report.dispatch or {}).get("desk")
    return desk


def undo(report: Report) -> None:
    """Give a report the priority and response back that its category says.

    What somebody has changed since the rules judged it stays: the rules begin there.
    """
    kept = report.dispatch or {}
    for name in ("priority", "response"):
        if kept and getattr(report, name) == kept["made"][name]:
            setattr(report, name, kept["base"][name])


async def in_force(session: AsyncSession, context: UseCases) -> tuple[RulesInUse, Sequence[Broken]]:
    """Return the rules in force, and which of them refer to something that is not there.

    Parameters
    ----------
    session
        The boundary set in force is held in it from then on, where a rule refers to its districts.
    context : UseCases
    """
    in_use = await context.dispatch.get(session)
    place = None
    if in_use.rules.refers_to_places:
        with suppress(NoBoundarySetError):
            place = await current_index(session, context.index_cache)
    return in_use, await context.dispatch.broken(session, in_use, context.triage, place)


async def apply(
    session: AsyncSession, context: UseCases, report: Report, *, count: int | None = None
) -> None:
    """Let the rules in force judge a report that has what its category says.

    Parameters
    ----------
    session
        Where the report exists already, it holds the boundary set in force, since before it holds
        the report.
    context : UseCases
    report : Report
    count : int, optional
        How many reports there are of the same thing; as many as before by default.
    """
    in_use, broken = await in_force(session, context)
    count = count_of(report) if count is None else count
    base = Dispatch(Response(report.response), report.priority)
    skipped = {each.rule for each in broken}
    judged = judge(in_use.rules.rules, facts_of(report, count), base, context.timezone, skipped)
    for each in judged.failed:
        await note_fault(session, each, in_use.rules.by_code[each.rule])
    report.priority, report.response = judged.dispatch.priority, judged.dispatch.response.value
    report.dispatch = _kept(in_use.version_id, base, judged, count)


async def apply_again(
    session: AsyncSession, context: UseCases, report: Report, *, count: int | None = None
) -> None:
    """Let the rules judge a report anew whose category stayed as it was."""
    undo(report)
    await apply(session, context, report, count=count)


def keep_priority(report: Report, priority: int) -> None:
    """Let a report be no less urgent than it was, whatever it says by now."""
    if report.priority <= priority:
        return
    kept = report.dispatch
    if kept is not None:
        more = {"priority": priority}
        report.dispatch = kept | {"base": kept["base"] | more, "made": kept["made"] | more}
    report.priority = priority


def _kept(version: int, base: Dispatch, judged: Judged, count: int) -> dict[str, Any] | None:
    """What a report keeps of it; nothing where no rule fitted and there is nothing to remember."""
    if not judged.matches and count == 1:
        return None
    return {
        "version": version,
        "base": _plain(base),
        "made": _plain(judged.dispatch),
        "count": count,
        "desk": judged.dispatch.desk,
        "rules": [_said(each) for each in judged.matches],
    }


def _plain(dispatch: Dispatch) -> dict[str, Any]:
    return {"priority": dispatch.priority, "response": dispatch.response.value}


def _said(match: Match) -> dict[str, Any]:
    return {
        "code": match.rule.code,
        "names": match.rule.names.model_dump(),
        "response": match.response.value if match.response else None,
        "priority": match.priority,
        "desk": match.desk,
    }


async def note_fault(session: AsyncSession, fault: Broken, rule: DispatchRule | None) -> None:
    """Write down that a rule cannot be used; a second time says nothing while it is not mended."""
    await session.execute(
        insert(table_of(DispatchFault))
        .values(
            rule=fault.rule,
            what=fault.what,
            text=fault.text[:200],
            body=rule.model_dump(mode="json") if rule else None,
            since=func.clock_timestamp(),
        )
        .on_conflict_do_nothing()
        .inline()
    )


async def owner_by_rule(
    session: AsyncSession, report: Report, index: DistrictIndex | None, now: datetime
) -> Assignment | None:
    """Return the desk that the rules gave a report to, as an owner; None where the ladder decides.

    A desk that is no more is passed over, and one that is left alone is the city's to answer for.
    """
    desk = desk_of(report)
    if desk is None:
        return None
    if desk == CITY_DESK:
        return to_desk(desk)
    district = index.districts.get(desk) if index is not None else None
    if district is None or district.level is not Level.PRECINCT:
        return None
    return to_desk(desk, await unmanned_desks(session, [desk], now))


def follow_desk(report: Report) -> None:
    """Put a report where the desk that answers for it by a rule sees it."""
    desk = report.assigned_desk
    if report.rung != Rung.BY_RULE.value or desk in {None, CITY_DESK, report.precinct_code}:
        return
    report.precinct_code, report.beat_code = desk, None


def leave_desk(report: Report, index: DistrictIndex | None) -> None:
    """Put a report that a desk has by a rule back into the district of its place."""
    if report.rung != Rung.BY_RULE.value:
        return
    decision = report.decision or {}
    precinct, beat = (decision.get(name) for name in DISTRICTS)
    if index is not None and precinct not in index.districts:
        precinct = beat = None
    report.precinct_code, report.beat_code = precinct, beat
