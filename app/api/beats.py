"""Beats without their officer: now, and by the plan for the days to come."""

from datetime import date, datetime
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel

from app import beats
from app.api.callers import COUNTS_ALL, PartsOf, SeesRoster, Transaction
from app.api.problems import problems
from app.directory import Directory
from app.permissions import scope_of
from app.report_shapes import DistrictName, OfficerName

router = APIRouter(prefix="/api/v1/beats", tags=["roster"], responses=problems(401, 403, 503))


class CoverView(BaseModel):
    """Who would get a report there now."""

    officer: OfficerName | None
    desk: str | None
    rung: str


class UnattendedView(BaseModel):
    """A beat nobody on duty answers for: `vacant`, or all posted to it `off_shift`, `on_leave`."""

    beat: DistrictName
    precinct: DistrictName
    since: datetime | None
    why: str
    posted: list[OfficerName]
    cover: CoverView
    open_reports: int


class UnattendedBeatsView(BaseModel):
    """Unattended beats."""

    beats: list[UnattendedView]


class DayView(BaseModel):
    """A day of the city's calendar; when clocks change it has 23 or 25 hours."""

    date: date
    since: datetime
    until: datetime


class GapView(BaseModel):
    """Nobody posted is planned to be on duty: `vacant`, `off_shift` or `on_leave`."""

    since: datetime
    until: datetime
    why: str


class BeatForecastView(BaseModel):
    """When a beat will have nobody; `hours` for each of the days."""

    beat: DistrictName
    precinct: DistrictName
    gaps: list[GapView]
    hours: list[float]


class ForecastView(BaseModel):
    """What the plan says from now on; times are those of the city's zone."""

    since: datetime
    timezone: str
    days: list[DayView]
    beats: list[BeatForecastView]


@router.get("/unattended", dependencies=[COUNTS_ALL])
async def unattended_beats(
    caller: SeesRoster, session: Transaction, parts: PartsOf
) -> UnattendedBeatsView:
    """List the beats nobody on duty answers for, why, and who covers."""
    directory = await parts.directories.current(session)
    found = await beats.unattended_beats(session, parts.context, directory, scope_of(caller))
    return UnattendedBeatsView(
        beats=[
            UnattendedView(
                beat=_named(directory, each.beat.code),
                precinct=_named(directory, each.beat.parent or ""),
                since=each.since,
                why=each.why,
                posted=[OfficerName(code=o.code, name=o.name) for o in each.posted],
                cover=CoverView(
                    officer=OfficerName(
                        code=each.cover.officer.officer, name=each.cover.officer.name
                    )
                    if each.cover.officer
                    else None,
                    desk=each.cover.desk,
                    rung=each.cover.rung.value,
                ),
                open_reports=each.open_reports,
            )
            for each in found
        ]
    )


@router.get("/forecast", responses=problems(422))
async def forecast(
    caller: SeesRoster,
    session: Transaction,
    parts: PartsOf,
    days: Annotated[int, Query(ge=1, le=31, description="With today")] = 7,
) -> ForecastView:
    """Tell when which beats will have nobody by the plan: shifts, leave and postings."""
    directory = await parts.directories.current(session)
    found = await beats.forecast(session, parts.context, directory, scope_of(caller), days)
    zone = parts.context.timezone
    return ForecastView(
        since=found.since,
        timezone=str(zone),
        days=[DayView(date=day.date, since=day.since, until=day.until) for day in found.days],
        beats=[
            BeatForecastView(
                beat=_named(directory, each.beat.code),
                precinct=_named(directory, each.beat.parent or ""),
                gaps=[
                    GapView(
                        since=gap.since.astimezone(zone),
                        until=gap.until.astimezone(zone),
                        why=gap.why.value,
                    )
                    for gap in each.gaps
                ],
                hours=each.hours,
            )
            for each in found.beats
        ],
    )


def _named(directory: Directory, code: str) -> DistrictName:
    entry = directory.entries.get(code)
    return DistrictName(code=code, name=entry.name if entry else {})
