"""The statuses of a report and the changes between them that are allowed."""

from enum import StrEnum


class Status(StrEnum):
    """Where a report is on its way."""

    REGISTERED = "registered"
    AWAITING_PLACE = "awaiting_place"
    QUEUED = "queued"
    ACKNOWLEDGED = "acknowledged"
    EN_ROUTE = "en_route"
    ON_SCENE = "on_scene"
    RESOLVED = "resolved"
    REDIRECTED = "redirected"
    WITHDRAWN = "withdrawn"


_S = Status

ALLOWED: dict[Status, frozenset[Status]] = {
    _S.REGISTERED: frozenset(
        {_S.QUEUED, _S.AWAITING_PLACE, _S.RESOLVED, _S.REDIRECTED, _S.WITHDRAWN}
    ),
    _S.AWAITING_PLACE: frozenset({_S.QUEUED, _S.RESOLVED, _S.REDIRECTED, _S.WITHDRAWN}),
    _S.QUEUED: frozenset(
        {_S.ACKNOWLEDGED, _S.EN_ROUTE, _S.RESOLVED, _S.REDIRECTED, _S.WITHDRAWN, _S.AWAITING_PLACE}
    ),
    _S.ACKNOWLEDGED: frozenset(
        {_S.EN_ROUTE, _S.ON_SCENE, _S.RESOLVED, _S.REDIRECTED, _S.WITHDRAWN, _S.QUEUED}
    ),
    _S.EN_ROUTE: frozenset({_S.ON_SCENE, _S.RESOLVED, _S.REDIRECTED, _S.QUEUED}),
    _S.ON_SCENE: frozenset({_S.RESOLVED, _S.REDIRECTED}),
    _S.RESOLVED: frozenset({_S.QUEUED}),
    _S.REDIRECTED: frozenset({_S.QUEUED}),
    _S.WITHDRAWN: frozenset({_S.QUEUED}),
}

CLOSED = frozenset({_S.RESOLVED, _S.REDIRECTED, _S.WITHDRAWN})
OPEN = frozenset(Status) - CLOSED

# Nobody has taken the report on yet: only such a report may move by itself to another owner.
UNACKNOWLEDGED = frozenset({_S.REGISTERED, _S.AWAITING_PLACE, _S.QUEUED})

# Somebody has taken it on and is not there yet.
UNDERWAY = frozenset({_S.ACKNOWLEDGED, _S.EN_ROUTE})
# Somebody has taken the report on and is not through with it.
WORKED_ON = frozenset({_S.ACKNOWLEDGED, _S.EN_ROUTE, _S.ON_SCENE})


def may_change(before: Status, after: Status) -> bool:
    """Tell whether a report may go from one status to another."""
    return after in ALLOWED[before]
