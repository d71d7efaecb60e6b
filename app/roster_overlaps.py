"""What the database refuses of a roster, in words: nobody is twice at the same time."""

import re
from datetime import datetime

from sqlalchemy.exc import IntegrityError

from app.errors import ConflictError

EXCLUSION = "23P01"
OVERLAPS = {
    "one_primary_a_beat": "The beat has another primary officer in that time",
    "posted_once": "The officer is posted to this beat in that time already",
    "on_duty_once": "The officer has another shift in that time",
    "away_once": "The officer is away in that time already",
    "at_a_desk_once": "They have another shift at a desk in that time",
}
# A period as PostgreSQL writes it; of those it names, the last is the one that was there before.
PERIOD = re.compile(r'\["([^"]*)",(?:"([^"]*)")?\)')


class OverlapError(ConflictError):
    """Another entry of the roster covers part of that time."""

    code = "overlap"


def overlap_of(error: IntegrityError) -> Exception:
    """Return what an overlap is shown as, with the time of what was there; else the error."""
    if getattr(error.orig, "sqlstate", None) != EXCLUSION:
        return error
    diagnosis = getattr(error.orig, "diag", None)
    name = getattr(diagnosis, "constraint_name", None) or ""
    periods = PERIOD.findall(getattr(diagnosis, "message_detail", None) or "")
    since, until = (_instant(each) for each in (periods[-1] if periods else ("", "")))
    return OverlapError(OVERLAPS.get(name), overlaps=name, since=since, until=until)


def _instant(said: str) -> str | None:
    return datetime.fromisoformat(said).isoformat() if said else None
