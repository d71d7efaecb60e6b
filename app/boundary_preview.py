"""What a boundary set would change, before it does: ground, open reports, officers."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.boundaries import in_force
from app.boundary_drafts import APPROVED, find_set
from app.boundary_moves import Change, find_changes
from app.context import UseCases
from app.cover import CHOSEN, Assignment
from app.errors import ConflictError
from app.models import Officer, Posting, Report
from app.rerouting import owners_of
from app.routing import load_districts, ready_index
from app.workflow import UNACKNOWLEDGED, Status
from geo.diff import Diff, diff
from geo.districts import District, DistrictError, Level
from geo.index import DistrictIndex

# Of more reports than this the rest is a number.
SHOWN_REPORTS = 1_000


class NotRoutableError(ConflictError):
    """The boundary set has faults with which nothing can be routed: mend them first."""

    code = "not-routable"


@dataclass(frozen=True, slots=True)
class MovingReport:
    """An open report that another district would answer for.

    Attributes
    ----------
    from_code, to_code : str or None
        Beats, or precincts without.
    owner_from, owner_to : dict
        `officer` with `code` and `name`, or `desk`.
    acknowledged : bool
        True when somebody has taken it on or gave it by hand: the move will only be proposed.
    """

    number: str
    from_code: str | None
    to_code: str | None
    owner_from: dict[str, Any]
    owner_to: dict[str, Any]
    acknowledged: bool


@dataclass(frozen=True, slots=True)
class Preview:
    """What putting a set in force would do now.

    Attributes
    ----------
    revision : int
        Of the set, when this was worked out.
    based_on, in_force : int or None
        Where they differ the set has to be rebased.
    diff : Diff
        With the set in force; where there is none, everything is added.
    reports : list of MovingReport
        The first `SHOWN_REPORTS` of `reports_total`.
    left_without_officer : list of str
        Beats to which nobody is posted now.
    postings_to_gone_codes : list of (officer's code, name, beat)
        Postings, now or later, to codes that the set does not have.
    """

    revision: int
    based_on: int | None
    in_force: int | None
    diff: Diff
    reports: list[MovingReport]
    reports_total: int
    left_without_officer: list[str]
    postings_to_gone_codes: list[tuple[str, str, str]]


async def preview(session: AsyncSession, context: UseCases, boundary_set_id: int) -> Preview:
    """Work out what putting a boundary set in force would change.

    Raises
    ------
    NotFoundError
    NotRoutableError
    """
    found = await find_set(session, boundary_set_id)
    now, force = context.clock(), await in_force(session)
    if found.state == APPROVED:
        known = await context.index_cache.known(session, boundary_set_id)
        districts, index = list(known.districts.values()), known.index
    else:
        districts = await load_districts(session, boundary_set_id)
        index = await _index(districts, context)
    changes = await find_changes(session, index)
    moving = [change for change in changes if change.decision is not None]
    return Preview(
        revision=found.revision,
        based_on=found.based_on,
        in_force=force,
        diff=await _difference(session, context, force, districts),
        reports=await _reports(session, index, moving[:SHOWN_REPORTS], now, context.load_limit),
        reports_total=len(moving),
        left_without_officer=await _without_officer(session, districts, now),
        postings_to_gone_codes=await _gone(session, districts, now),
    )


async def _index(districts: Sequence[District], context: UseCases) -> DistrictIndex:
    # Not through the cache: that one keeps what never changes, and a draft does.
    try:
        return await asyncio.to_thread(ready_index, districts, context.index_cache.rules)
    except DistrictError as error:
        raise NotRoutableError(str(error), district=error.district) from error


async def _difference(
    session: AsyncSession, context: UseCases, force: int | None, districts: Sequence[District]
) -> Diff:
    old: Sequence[District] = ()
    if force is not None:
        old = tuple((await context.index_cache.known(session, force)).districts.values())
    return await asyncio.to_thread(diff, old, districts)


async def _reports(
    session: AsyncSession,
    index: DistrictIndex,
    changes: Sequence[Change],
    now: datetime,
    load_limit: int | None,
) -> list[MovingReport]:
    by_id = {change.report_id: change for change in changes}
    owners = await owners_of(session, index, changes, now, load_limit)
    rows = await session.execute(
        select(
            Report.id,
            Report.number,
            Report.status,
            Report.rung,
            Report.precinct_code,
            Report.beat_code,
            Report.assigned_desk,
            Officer.code,
            Officer.name,
        )
        .outerjoin(Officer, Officer.id == Report.assigned_officer_id)
        .where(Report.id.in_(by_id))
        .order_by(Report.id)
    )
    return [
        MovingReport(
            number=row.number,
            from_code=row.beat_code or row.precinct_code,
            to_code=by_id[row.id].beat or by_id[row.id].precinct,
            owner_from=_named(row.code, row.name, row.assigned_desk),
            owner_to=_owner(owners[row.id]),
            acknowledged=Status(row.status) not in UNACKNOWLEDGED or row.rung in CHOSEN,
        )
        for row in rows
    ]


def _owner(found: Assignment) -> dict[str, Any]:
    officer = found.officer
    return _named(
        officer.officer if officer else None, officer.name if officer else None, found.desk
    )


def _named(code: str | None, name: str | None, desk: str | None) -> dict[str, Any]:
    return {"desk": desk} if code is None else {"officer": {"code": code, "name": name}}


async def _without_officer(
    session: AsyncSession, districts: Sequence[District], now: datetime
) -> list[str]:
    posted = await session.execute(
        select(Posting.beat_code)
        .join(Officer, Officer.id == Posting.officer_id)
        .where(Posting.period.op("@>")(now), Officer.active)
        .distinct()
    )
    beats = {each.code for each in districts if each.level is Level.BEAT}
    return sorted(beats - set(posted.scalars()))


async def _gone(
    session: AsyncSession, districts: Sequence[District], now: datetime
) -> list[tuple[str, str, str]]:
    rows = await session.execute(
        select(Officer.code, Officer.name, Posting.beat_code)
        .join(Posting, Posting.officer_id == Officer.id)
        .where(
            or_(func.upper_inf(Posting.period), func.upper(Posting.period) > now),
            Posting.beat_code.not_in([each.code for each in districts]),
            Officer.active,
        )
        .distinct()
        .order_by(Posting.beat_code, Officer.code)
    )
    return [(row.code, row.name, row.beat_code) for row in rows]


def as_dict(found: Preview) -> dict[str, Any]:
    """Make a preview JSON-ready."""
    return {
        "revision": found.revision,
        "based_on": found.based_on,
        "in_force": found.in_force,
        "diff": found.diff.as_dict(),
        "reports": {
            "moving": [
                {
                    "number": report.number,
                    "from": report.from_code,
                    "to": report.to_code,
                    "owner_from": report.owner_from,
                    "owner_to": report.owner_to,
                    "acknowledged": report.acknowledged,
                }
                for report in found.reports
            ],
            "total": found.reports_total,
        },
        "left_without_officer": found.left_without_officer,
        "postings_to_gone_codes": [
            {"officer": {"code": code, "name": name}, "beat": beat}
            for code, name, beat in found.postings_to_gone_codes
        ],
    }
