"""The city at a glance."""

from datetime import datetime

from fastapi import APIRouter
from pydantic import BaseModel

from app.api.callers import PartsOf, SeesOverview, Transaction
from app.api.problems import problems
from app.directory import Directory
from app.observing import sight_of, told_to
from app.overview import Counts, Overview, overview
from app.permissions import Action, Scope, may, scope_of
from app.report_shapes import DistrictName, OfficerName
from app.workflow import UNACKNOWLEDGED
from geo.districts import Level

router = APIRouter(prefix="/api/v1", tags=["reports"])


class OldestView(BaseModel):
    """The report that has waited longest for somebody to acknowledge it."""

    number: str
    received_at: datetime


class CountsView(BaseModel):
    """What is open, by status; how much of it is late; how many of the officers are on duty."""

    open: int
    statuses: dict[str, int]
    unacknowledged: int
    overdue: int
    late_to_acknowledge: int
    late_on_scene: int
    oldest_unacknowledged: OldestView | None
    officers: int
    on_duty: int
    unattended: int


class PrecinctView(CountsView):
    """The same of one precinct; null for reports that are in none."""

    precinct: DistrictName | None
    beats: int


class OnDutyView(BaseModel):
    """An officer who is on duty; with `load_limit` open reports they get no more by themselves."""

    officer: OfficerName
    rank: str | None
    precinct: DistrictName
    open_reports: int
    overdue: int
    load_limit: int | None


class LonelyView(BaseModel):
    """A beat nobody on duty answers for."""

    beat: DistrictName
    precinct: DistrictName
    since: datetime
    why: str
    open_reports: int


class OverviewView(BaseModel):
    """The city, or the caller's precinct, at one instant.

    `officers` is null for whoever may not see the roster.
    """

    at: datetime
    total: CountsView
    precincts: list[PrecinctView]
    officers: list[OnDutyView] | None
    unattended: list[LonelyView]


@router.get("/overview", responses=problems(401, 403))
async def city_overview(caller: SeesOverview, session: Transaction, parts: PartsOf) -> OverviewView:
    """Count what is open, late and unattended, and who is on duty."""
    scope, context = scope_of(caller), parts.context
    directory = await parts.directories.current_or_none(session)
    told = told_to(await sight_of(session, caller, parts.directories))
    found = await overview(session, scope, context.clock(), context.load_limit, told)
    shown = _Shown(found, directory, scope)
    return OverviewView(
        at=found.at,
        total=CountsView(**shown.counts(found.total, len(shown.unattended))),
        precincts=shown.precincts(),
        officers=shown.officers() if may(caller, Action.SEE_ROSTER) else None,
        unattended=shown.unattended,
    )


class _Shown:
    """What was found, with the names of districts."""

    def __init__(self, found: Overview, directory: Directory | None, scope: Scope) -> None:
        self._found = found
        self._entries = directory.entries if directory else {}
        self._seen = list(directory.seen_by(scope)) if directory else []
        beats = {entry.code: entry for entry in self._seen if entry.level is Level.BEAT}
        self.unattended = [
            LonelyView(
                beat=self._named(each.beat),
                precinct=self._named(beats[each.beat].parent or ""),
                since=each.since,
                why=each.why,
                open_reports=each.open_reports,
            )
            for each in found.unattended
            if each.beat in beats
        ]

    def precincts(self) -> list[PrecinctView]:
        """Return those in force, then others that reports still name, then what is in none."""
        known: list[str | None] = [each.code for each in self._seen if each.level is Level.PRECINCT]
        others = sorted(code for code in self._found.precincts if code and code not in known)
        none: list[str | None] = [None] if None in self._found.precincts else []
        return [self._precinct(code) for code in (*known, *others, *none)]

    def _precinct(self, code: str | None) -> PrecinctView:
        unattended = sum(each.precinct.code == code for each in self.unattended)
        counts = self._found.precincts.get(code, Counts())
        return PrecinctView(
            precinct=None if code is None else self._named(code),
            beats=sum(each.parent == code and code is not None for each in self._seen),
            **self.counts(counts, unattended),
        )

    def officers(self) -> list[OnDutyView]:
        """Return who is on duty, those with most to do first."""
        return [
            OnDutyView(
                officer=OfficerName(code=each.code, name=each.name),
                rank=each.rank,
                precinct=self._named(each.precinct),
                open_reports=each.open_reports,
                overdue=each.overdue,
                load_limit=each.load_limit,
            )
            for each in self._found.officers
        ]

    @staticmethod
    def counts(counts: Counts, unattended: int) -> dict[str, object]:
        """Return counts as the JSON has them."""
        oldest = counts.oldest
        return {
            "open": counts.open,
            "statuses": counts.statuses,
            "unacknowledged": sum(counts.statuses[status] for status in UNACKNOWLEDGED),
            "overdue": counts.late_to_acknowledge + counts.late_on_scene,
            "late_to_acknowledge": counts.late_to_acknowledge,
            "late_on_scene": counts.late_on_scene,
            "oldest_unacknowledged": oldest and OldestView(number=oldest[0], received_at=oldest[1]),
            "officers": counts.officers,
            "on_duty": counts.on_duty,
            "unattended": unattended,
        }

    def _named(self, code: str) -> DistrictName:
        entry = self._entries.get(code)
        return DistrictName(code=code, name=entry.name if entry else {})
