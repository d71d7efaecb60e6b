"""Who may do what on the staff side: one table, and whose reports they may do it with."""

from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import ColumnElement, and_, or_, true

from app.access import Caller
from app.claims import ALL, UNPLACED, Claim
from app.errors import ForbiddenError
from app.models import Report, StaffRole
from app.watching import Watch


class Action(StrEnum):
    """What a route lets somebody do."""

    SEE_DISTRICTS = "see_districts"
    SEE_REPORTS = "see_reports"
    SEE_MESSAGES = "see_messages"
    SEE_FILES = "see_files"
    SEE_EXACTLY = "see_exactly"
    SEE_ROSTER = "see_roster"
    REGISTER = "register"
    WORK = "work"
    REPLY = "reply"
    PLACE = "place"
    ASSIGN = "assign"
    MERGE = "merge"
    SEE_DEAD_LETTERS = "see_dead_letters"
    SEE_BOUNDARIES = "see_boundaries"
    EDIT_BOUNDARIES = "edit_boundaries"
    APPROVE_BOUNDARIES = "approve_boundaries"
    SEE_NOTICES = "see_notices"
    EDIT_ROSTER = "edit_roster"
    SEE_GAZETTEER = "see_gazetteer"
    EDIT_GAZETTEER = "edit_gazetteer"
    SEE_PHONES = "see_phones"
    SEE_HANDOVERS = "see_handovers"
    SIT_AT_DESK = "sit_at_desk"
    SEE_OVERVIEW = "see_overview"
    EDIT_DEADLINES = "edit_deadlines"
    LINK_DESKS = "link_desks"
    SEE_GROUPS = "see_groups"
    LINK_GROUPS = "link_groups"
    SEE_TRIAGE = "see_triage"
    EDIT_TRIAGE = "edit_triage"
    SEE_SERVICES = "see_services"
    EDIT_SERVICES = "edit_services"
    SEE_CONDUCT = "see_conduct"
    SEE_DISPATCH_RULES = "see_dispatch_rules"
    EDIT_DISPATCH_RULES = "edit_dispatch_rules"
    SEE_KEEPING = "see_keeping"
    HOLD = "hold"
    EDIT_KEEPING = "edit_keeping"
    EXPORT_PERSONAL_DATA = "export_personal_data"
    SEE_AUDIT = "see_audit"
    SEE_STATS = "see_stats"
    SEE_OWN_STATS = "see_own_stats"
    REVEAL = "reveal"
    SEE_REVEALS = "see_reveals"
    SUBSCRIBE = "subscribe"
    PUBLISH = "publish"
    EDIT_OBSERVERS = "edit_observers"


_READ = frozenset({Action.SEE_DISTRICTS, Action.SEE_REPORTS})
_READ_ALL = _READ | {Action.SEE_MESSAGES, Action.SEE_EXACTLY, Action.SEE_ROSTER}
# What is kept, and who is told what of whom, is no desk's to say.
_KEEPERS = frozenset({Action.EDIT_KEEPING, Action.EXPORT_PERSONAL_DATA, Action.SEE_AUDIT})
_BOUNDARIES = frozenset({Action.EDIT_BOUNDARIES, Action.APPROVE_BOUNDARIES})

ALLOWED: dict[StaffRole, frozenset[Action]] = {
    StaffRole.OFFICER: _READ_ALL
    | {Action.WORK, Action.REPLY, Action.SEE_NOTICES, Action.SEE_OWN_STATS},
    StaffRole.DESK: frozenset(Action)
    - _BOUNDARIES
    - _KEEPERS
    - {Action.SEE_REVEALS, Action.EDIT_OBSERVERS},
    StaffRole.ADMIN: frozenset(Action),
    StaffRole.LEADER: _READ_ALL
    | {Action.SEE_BOUNDARIES, Action.SEE_NOTICES, Action.SEE_GAZETTEER, Action.SEE_PHONES}
    | {Action.SEE_HANDOVERS, Action.SEE_OVERVIEW, Action.SEE_TRIAGE, Action.SEE_SERVICES}
    | {Action.SEE_GROUPS, Action.SEE_DISPATCH_RULES, Action.SEE_STATS, Action.SEE_REVEALS}
    | {Action.SEE_KEEPING, Action.HOLD, Action.SEE_AUDIT, Action.SUBSCRIBE, Action.PUBLISH},
    # Other services read along: they see what happened, and where as exactly as its category
    # allows; not what was said.
    StaffRole.OBSERVER: _READ | {Action.SEE_OVERVIEW, Action.SEE_STATS, Action.SUBSCRIBE},
    StaffRole.GIS: frozenset({Action.SEE_DISTRICTS, Action.SEE_BOUNDARIES, Action.SEE_NOTICES})
    | _BOUNDARIES
    | {Action.SEE_GAZETTEER, Action.EDIT_GAZETTEER}
    | {Action.SEE_SERVICES, Action.EDIT_SERVICES},
}

# They also see what no precinct answers for yet.
SEES_UNPLACED = frozenset({StaffRole.DESK, StaffRole.ADMIN})


# What a precinct's desk may not, because it changes the work of all.
CITY_ONLY = frozenset(
    {
        Action.EDIT_DISPATCH_RULES,
        Action.EDIT_SERVICES,
        Action.EDIT_TRIAGE,
        Action.LINK_GROUPS,
        Action.SEE_AUDIT,
    }
)


def may(caller: Caller, action: Action) -> bool:
    """Tell whether somebody's role allows something."""
    if action in CITY_ONLY and caller.precinct is not None and caller.role is not StaffRole.ADMIN:
        return False
    return action in ALLOWED[caller.role]


def demand(caller: Caller, action: Action) -> None:
    """Raise ForbiddenError when somebody's role does not allow something."""
    if not may(caller, action):
        message = f"The role {caller.role} does not allow this"
        raise ForbiddenError(message)


def sees_phone(caller: Caller, officer: str) -> bool:
    """Tell whether somebody is shown an officer's phone: their own they know."""
    return may(caller, Action.SEE_PHONES) or (
        caller.officer is not None and caller.officer.code == officer
    )


@dataclass(frozen=True, slots=True)
class Scope:
    """Whose reports somebody sees.

    Attributes
    ----------
    precinct : str or None
        The only precinct, or None for all and for reports without one.
    unplaced : bool
        Whether reports without a precinct are seen beside that precinct's.
    watch : Watch or None
        The only ones of these that are seen.
    """

    precinct: str | None = None
    unplaced: bool = False
    watch: Watch | None = None

    def allows(self, precinct: str | None) -> bool:
        """Tell whether a report of this precinct may be seen."""
        if self.precinct is None or self.precinct == precinct:
            return True
        return precinct is None and self.unplaced

    def condition(self) -> ColumnElement[bool]:
        """Return what `sees` tells as SQL."""
        allowed: ColumnElement[bool] = true()
        if self.precinct is not None:
            allowed = Report.precinct_code == self.precinct
            if self.unplaced:
                allowed = or_(allowed, Report.precinct_code.is_(None))
        return allowed if self.watch is None else and_(allowed, self.watch.condition())

    def sees(self, category: str, precinct: str | None, beat: str | None) -> bool:
        """Tell whether a report may be seen."""
        if not self.allows(precinct):
            return False
        return self.watch is None or self.watch.sees(category, precinct, beat)

    def sees_report(self, report: Report) -> bool:
        """Tell the same of a report."""
        return self.sees(report.category, report.precinct_code, report.beat_code)

    def covers(self, district: str, parent: str | None) -> bool:
        """Tell whether a precinct, or a beat of the parent, may be seen."""
        return self.precinct is None or self.precinct in {district, parent}


def scope_of(caller: Caller) -> Scope:
    """Return whose reports somebody sees."""
    if caller.precinct is None or caller.role is StaffRole.ADMIN:
        return Scope(watch=caller.watch)
    return Scope(caller.precinct, caller.role in SEES_UNPLACED, caller.watch)


def claim_of(caller: Caller, *, wide: bool = False) -> Claim:
    """Return what a transaction of somebody's says to the database.

    Parameters
    ----------
    caller : Caller
    wide : bool
        Whether it has to see all, whoever asks: a change does, because who answers for a report
        is found among everybody and a report may leave its precinct; so does what counts how
        much officers have on their hands.
    """
    scope = scope_of(caller)
    if scope.precinct is None or wide:
        return Claim((ALL,), caller.staff_id)
    sees = (scope.precinct, UNPLACED) if scope.unplaced else (scope.precinct,)
    return Claim(sees, caller.staff_id)
