"""An incident as staff see it: who follows a report and why, and what else may be the same."""

from collections.abc import Sequence

from sqlalchemy import func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.access import Caller
from app.context import UseCases
from app.incident_search import SUGGESTED, probe_of, suggestions
from app.incident_shapes import IncidentView, MemberView, SuggestionView, WhyView
from app.models import Media, NotSame, Report, Reporter
from app.permissions import Action, may, scope_of
from app.workflow import OPEN, Status

MEMBERS_SHOWN = 100
TEXT_SHOWN = 300


async def incident_view(
    session: AsyncSession, context: UseCases, caller: Caller, report: Report
) -> IncidentView:
    """Return what a report belongs to; those who only read along are told how many there are."""
    entry = report.number
    if not may(caller, Action.SEE_MESSAGES):
        return IncidentView(
            entry=entry,
            why=None,
            members_total=report.members,
            members=[],
            suggestions=[],
            said_other=[],
        )
    if report.duplicate_of_id is not None:
        entry = (await session.get_one(Report, report.duplicate_of_id)).number
    merges = may(caller, Action.MERGE)
    members = await _members(session, report) if report.duplicate_of_id is None else []
    return IncidentView(
        entry=entry,
        why=_why(report) if report.duplicate_of_id is not None else None,
        members_total=max(report.members, len(members)),
        members=members,
        suggestions=await _suggestions(session, context, caller, report) if merges else [],
        said_other=await _said_other(session, caller, report) if merges else [],
    )


def _why(report: Report) -> WhyView:
    return WhyView.model_validate(report.duplicate_why or {})


async def _members(session: AsyncSession, report: Report) -> list[MemberView]:
    media = (
        select(func.count()).where(Media.report_id == Report.id).correlate(Report).scalar_subquery()
    )
    rows = await session.execute(
        select(Report, Reporter.pseudonym, media)
        .outerjoin(Reporter, Reporter.id == Report.reporter_id)
        .where(Report.duplicate_of_id == report.id)
        # Those who have said something new first, then the latest.
        .order_by(Report.answered_at.desc().nulls_last(), Report.id.desc())
        .limit(MEMBERS_SHOWN)
    )
    return [
        MemberView(
            number=member.number,
            text=_short(member.text),
            category=member.category,
            danger=member.danger,
            reporter=pseudonym,
            received_at=member.received_at,
            joined_at=member.joined_at,
            answered_at=member.answered_at,
            media=files,
            why=_why(member),
        )
        for member, pseudonym, files in rows
    ]


def _short(text: str) -> str:
    return text if len(text) <= TEXT_SHOWN else f"{text[: TEXT_SHOWN - 1]}…"


async def _suggestions(
    session: AsyncSession, context: UseCases, caller: Caller, report: Report
) -> list[SuggestionView]:
    if report.duplicate_of_id is not None or Status(report.status) not in OPEN:
        return []
    rules = (await context.triage.get(session)).rules
    scope = scope_of(caller)
    found = await suggestions(session, rules, probe_of(report))
    return [
        SuggestionView(
            number=each.number,
            status=Status(each.status),
            text=_short(each.text),
            category=each.category,
            people=each.people,
            received_at=each.received_at,
            why=WhyView.model_validate(each.judged.why),
        )
        for each in found
        if scope.allows(each.precinct)
    ][:SUGGESTED]


async def _said_other(session: AsyncSession, caller: Caller, report: Report) -> list[str]:
    others: Sequence[Report] = (
        (
            await session.execute(
                select(Report)
                .join(
                    NotSame,
                    or_(NotSame.low_id == Report.id, NotSame.high_id == Report.id),
                )
                .where(
                    or_(NotSame.low_id == report.id, NotSame.high_id == report.id),
                    Report.id != report.id,
                )
                .order_by(Report.id)
            )
        )
        .scalars()
        .all()
    )
    scope = scope_of(caller)
    return [each.number for each in others if scope.allows(each.precinct_code)]
