"""What is kept, in which classes, and for how many days: the rules alone."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from app.categories import Precision, RuleSet

ANY = "any"
"""The class of what belongs to no report."""

LONGEST_DAYS = 36_500
WARNED_FOR = timedelta(days=14)
"""How long before it happens leaders are told of what will go; a shorter time waits as long."""


class Content(StrEnum):
    """A kind of content that is let go by itself."""

    WORDS = "words"
    FILES = "files"
    PLACE = "place"
    IDENTITY = "identity"
    MESSAGES = "messages"
    UPDATES = "updates"
    DEAD_LETTERS = "dead_letters"
    NOTICES = "notices"
    PLACE_WORDS = "place_words"
    UNREGISTERED = "unregistered"
    SESSIONS = "sessions"
    LOGIN_ATTEMPTS = "login_attempts"
    GEOCODES = "geocodes"


# Goes so many days after its report was closed; each class of categories has its own time.
OF_REPORTS = (Content.WORDS, Content.FILES, Content.PLACE, Content.IDENTITY)
CLASSES = tuple(each.value for each in Precision)
# What only keeps the program going need not be kept as long as reports.
AT_MOST = {
    Content.UPDATES: 30,
    Content.DEAD_LETTERS: 90,
    Content.SESSIONS: 30,
    Content.LOGIN_ATTEMPTS: 30,
    Content.GEOCODES: 30,
}
# Bits of `report.purged`.
BITS = {Content.WORDS: 1, Content.FILES: 2, Content.PLACE: 4}


@dataclass(frozen=True, slots=True)
class Rule:
    """How long one kind of content of one class is kept.

    Attributes
    ----------
    days : int
        In force now.
    default : int
        Without a rule of the installation's own.
    coming_days : int or None
        From `coming_at` on.
    changed_by : str or None
        None where it is the default.
    """

    content: Content
    privacy_class: str
    days: int
    default: int
    coming_days: int | None = None
    coming_at: datetime | None = None
    changed_by: str | None = None


@dataclass(frozen=True, slots=True)
class Stored:
    """A rule as it is stored."""

    days: int
    former_days: int | None
    effective_at: datetime
    changed_by: str


def classes_of(content: Content) -> tuple[str, ...]:
    """Return the classes in which a kind of content is kept."""
    return CLASSES if content in OF_REPORTS else (ANY,)


def default_days(content: Content, retention_days: int) -> int:
    """Return how long a kind of content is kept where nobody has said otherwise."""
    return min(retention_days, AT_MOST.get(content, retention_days))


def rules_now(
    stored: Mapping[tuple[str, str], Stored], retention_days: int, now: datetime
) -> list[Rule]:
    """Return every rule as it is now.

    Parameters
    ----------
    stored : mapping of (str, str) to Stored
        By content and class.
    retention_days : int
        ``BEATWAY_RETENTION_DAYS``.
    now : datetime
    """
    found = []
    for content in Content:
        default = default_days(content, retention_days)
        for name in classes_of(content):
            own = stored.get((content.value, name))
            if own is None:
                found.append(Rule(content, name, default, default))
            elif own.effective_at <= now:
                found.append(Rule(content, name, own.days, default, changed_by=own.changed_by))
            else:
                former = own.former_days or default
                coming = (own.days, own.effective_at, own.changed_by)
                found.append(Rule(content, name, former, default, *coming))
    return found


def takes_effect(days: int, rule: Rule, now: datetime) -> datetime:
    """Return when another number of days counts: a shorter one not before anybody was warned."""
    return now if days >= rule.days else now + WARNED_FOR


def codes_of(rules: RuleSet) -> dict[str, list[str]]:
    """Return the categories of each class."""
    found: dict[str, list[str]] = {name: [] for name in CLASSES}
    for category in rules.categories:
        found[category.precision.value].append(category.code)
    return found


# A category that is in no version any more is kept like the most private ones.
STRICTEST = Precision.NONE.value
