"""What somebody says a report is about, in place of what its text was taken for."""

from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncSession

from app.categories import LIFE_DANGER, TOP_PRIORITY, UNSORTED
from app.context import UseCases
from app.errors import ConflictError
from app.incident_joining import check_soon
from app.models import Report, TriageLabel, table_of
from app.report_rules import follow_rules
from app.reports import ownership, record, touch
from app.triage import BY_CITIZEN, BY_STAFF, BY_TEXT, given, set_category, sorting
from app.workflow import CLOSED, Status


async def correct(
    session: AsyncSession,
    context: UseCases,
    report: Report,
    code: str,
    actor: str,
    *,
    by: str = BY_STAFF,
    danger: bool | None = None,
) -> None:
    """Give a report the category that somebody knows it is; the correction is learnt from.

    Parameters
    ----------
    session
        Holds the boundary set in force, since before it holds the report.
    context
    report : Report
        Locked, see `app.reports.locked`.
    code : str
        Of a category.
    actor : str
        The name kept in history.
    by : str
        Staff, or the citizen whose report it is.
    danger : bool, optional
        Whether somebody's life is in danger; what is known of that stays by default.

    Raises
    ------
    InvalidError
        When there is no such category.
    ConflictError
        When the report is closed.
    """
    if Status(report.status) in CLOSED:
        message = f"Report {report.number} is {report.status}: reopen it before sorting it"
        raise ConflictError(message)
    category = given(await context.triage.get(session), code)
    before = sorting(report)
    # A citizen never calls danger off: who holds the telephone may not be who wrote.
    is_danger = report.danger if danger is None or by == BY_CITIZEN else danger
    if code == LIFE_DANGER and danger is not False:
        is_danger = True
    owner_before, precinct_before = ownership(report), report.precinct_code
    set_category(report, category, danger=is_danger)
    report.category_by = by
    if not await follow_rules(session, context, report, before):
        return
    is_given_anew = ownership(report) != owner_before
    touch(report, context.clock())
    await record(
        session,
        report,
        kind="sorted",
        actor=actor,
        before={"sorting": before} | ({"assignment": owner_before} if is_given_anew else {}),
        after={"sorting": sorting(report)}
        | ({"assignment": ownership(report)} if is_given_anew else {}),
        precinct_before=precinct_before,
    )
    await check_soon(session, report, context.clock())
    if code != UNSORTED:
        await session.execute(
            insert(table_of(TriageLabel)).inline(),
            {
                "report_id": report.id,
                "before": before["category"],
                "category": code,
                "by": by,
                "actor": actor,
            },
        )


async def raise_alarm(session: AsyncSession, context: UseCases, report: Report, actor: str) -> bool:
    """Put a report at the top because somebody says that a life is in danger.

    Returns
    -------
    bool
        False when that is known already, or the report is closed.
    """
    if report.danger or Status(report.status) in CLOSED:
        return False
    in_use = await context.triage.get(session)
    before = sorting(report)
    current = in_use.rules.by_code.get(report.category)
    is_only_read = report.category_by == BY_TEXT and report.priority > TOP_PRIORITY
    if current is None or is_only_read:
        current = given(in_use, LIFE_DANGER)
        report.category_by = BY_CITIZEN
    owner_before, precinct_before = ownership(report), report.precinct_code
    set_category(report, current, danger=True)
    await follow_rules(session, context, report, before)
    is_given_anew = ownership(report) != owner_before
    touch(report, context.clock())
    await record(
        session,
        report,
        kind="alarmed",
        actor=actor,
        before={"sorting": before} | ({"assignment": owner_before} if is_given_anew else {}),
        after={"sorting": sorting(report)}
        | ({"assignment": ownership(report)} if is_given_anew else {}),
        precinct_before=precinct_before,
    )
    await check_soon(session, report, context.clock())
    return True
