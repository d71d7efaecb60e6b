"""Who may do what on the staff side: one table, and whose reports they may do it with."""

from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import ColumnElement, or_, true

from app.access import Caller
from app.errors import ForbiddenError
from app.models import Report, StaffRole


class Action(StrEnum):
    """What a route lets somebody do."""

    SEE_DISTRICTS = "see_districts"
    SEE_REPORTS = "see_reports"
    SEE_MESSAGES = "see_messages"
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
    SEE_TRIAGE = "see_triage"
    EDIT_TRIAGE = "edit_triage"


_READ = frozenset({Action.SEE_DISTRICTS, Action.SEE_REPORTS})
_READ_ALL = _READ | {Action.SEE_MESSAGES, Action.SEE_ROSTER}
_BOUNDARIES = frozenset({Action.EDIT_BOUNDARIES, Action.APPROVE_BOUNDARIES})

ALLOWED: dict[StaffRole, frozenset[Action]] = {
    StaffRole.OFFICER: _READ_ALL | {Action.WORK, Action.REPLY, Action.SEE_NOTICES},
    StaffRole.DESK: frozenset(Action) - _BOUNDARIES,
    StaffRole.ADMIN: frozenset(Action),
    StaffRole.LEADER: _READ_ALL
    | {Action.SEE_BOUNDARIES, Action.SEE_NOTICES, Action.SEE_GAZETTEER, Action.SEE_PHONES}
    | {Action.SEE_HANDOVERS, Action.SEE_OVERVIEW, Action.SEE_TRIAGE},
    # Other services read along: they see what happened and where, not what was said in private.
    StaffRole.OBSERVER: _READ | {Action.SEE_OVERVIEW},
    StaffRole.GIS: frozenset({Action.SEE_DISTRICTS, Action.SEE_BOUNDARIES, Action.SEE_NOTICES})
    | _BOUNDARIES
    | {Action.SEE_GAZETTEER, Action.EDIT_GAZETTEER},
}

# They also see what no precinct answers for yet.
SEES_UNPLACED = frozenset({StaffRole.DESK, StaffRole.ADMIN})


# What a precinct's desk may not, because it changes the work of all.
CITY_ONLY = frozenset({Action.EDIT_TRIAGE})


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
    """

    precinct: str | None = None
    unplaced: bool = False

    def allows(self, precinct: str | None) -> bool:
        """Tell whether a report of this precinct may be seen."""
        if self.precinct is None or self.precinct == precinct:
            return True
        return precinct is None and self.unplaced

    def condition(self) -> ColumnElement[bool]:
        """Return the same as SQL."""
        if self.precinct is None:
            return true()
        own = Report.precinct_code == self.precinct
        return or_(own, Report.precinct_code.is_(None)) if self.unplaced else own

    def covers(self, district: str, parent: str | None) -> bool:
        """Tell whether a precinct, or a beat of the parent, may be seen."""
        return self.precinct is None or self.precinct in {district, parent}


def scope_of(caller: Caller) -> Scope:
    """Return whose reports somebody sees."""
    if caller.precinct is None or caller.role is StaffRole.ADMIN:
        return Scope()
    return Scope(caller.precinct, caller.role in SEES_UNPLACED)
