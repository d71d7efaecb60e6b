"""A report says something else by now, or more people say it: what follows by the rules."""

from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from app import dispatch
from app.context import UseCases
from app.cover import Rung
from app.deadlines import set_deadlines
from app.incident_joining import check_soon
from app.incident_search import folded
from app.models import Report
from app.reports import find_owner, ownership, record, set_owner, touch
from app.triage import read, sorting, told_anew
from app.workflow import UNACKNOWLEDGED, Status


async def follow_rules(
    session: AsyncSession,
    context: UseCases,
    report: Report,
    before: dict[str, Any],
    *,
    count: int | None = None,
    may_lower: bool = True,
) -> bool:
    """Let the dispatch rules judge a report that has what its category says, with what follows.

    While nobody has taken it on, a desk that a rule names gets it, or the ladder has it back.

    Parameters
    ----------
    session
        Holds the boundary set in force, since before it holds the report.
    context, report
    before : dict
        Its `sorting` before anything was changed.
    count : int, optional
        How many reports there are of the same thing, where that has changed.
    may_lower : bool
        Whether it may become less urgent than it was.

    Returns
    -------
    bool
        Whether its `sorting` is another one by now.
    """
    desk_before, now = dispatch.desk_of(report), context.clock()
    await dispatch.apply(session, context, report, count=count)
    if not may_lower:
        dispatch.keep_priority(report, before["priority"])
    is_free = Status(report.status) in UNACKNOWLEDGED and report.rung != Rung.BY_HAND.value
    if is_free and dispatch.desk_of(report) != desk_before:
        set_owner(report, await find_owner(session, context, report, now))
    if sorting(report) == before:
        return False
    await set_deadlines(session, context, report, now)
    return True


async def amend_text(
    session: AsyncSession, context: UseCases, report: Report, text: str, actor: str
) -> bool:
    """Change what the report says; the former words stay in its history.

    Returns
    -------
    bool
        Whether it is known to be about danger to life only now.
    """
    if text == report.text:
        return False
    before, sorted_before = report.text, sorting(report)
    owner_before, precinct_before = ownership(report), report.precinct_code
    report.text, report.folded = text, folded(text)
    in_use = await context.triage.get(session)
    dispatch.undo(report)
    told_anew(in_use, report, read(in_use, text), before)
    # Before there were words, nobody had judged how urgent it is.
    is_sorted_anew = await follow_rules(
        session, context, report, sorted_before, may_lower=not before
    )
    is_given_anew = ownership(report) != owner_before
    touch(report, context.clock())
    await record(
        session,
        report,
        kind="amended",
        actor=actor,
        before={"text": before}
        | ({"sorting": sorted_before} if is_sorted_anew else {})
        | ({"assignment": owner_before} if is_given_anew else {}),
        after={"text": text}
        | ({"sorting": sorting(report)} if is_sorted_anew else {})
        | ({"assignment": ownership(report)} if is_given_anew else {}),
        precinct_before=precinct_before,
    )
    await check_soon(session, report, context.clock())
    return report.danger and not sorted_before["danger"]
