"""What is a report among all that is said in a public group; chatter is none."""

from collections.abc import Collection
from datetime import timedelta

from app.categories import UNSORTED
from app.workflow import Status

# What people say to each other, thanks and questions; said to the bot alone it is registered.
TALK = frozenset({"chatter", "question"})
# Nobody can read these before a person looks at them.
UNREAD = frozenset({"photo", "video", "voice", "video_note"})
# What everybody may know of how far a report is: not who took it on, nor when they are there.
PUBLIC_STEPS = frozenset({Status.EN_ROUTE, Status.RESOLVED, Status.REDIRECTED, Status.WITHDRAWN})
# How long an author may go on in private with what they said in a group.
LINK_LASTS = timedelta(hours=24)


def is_report(
    *,
    text: str,
    category: str,
    is_danger: bool,
    names_place: bool,
    shares_place: bool,
    files: Collection[str],
    is_answer: bool,
) -> bool:
    """Tell whether a message of a group is a report.

    Parameters
    ----------
    text : str
    category : str
        What its words are certain enough of.
    is_danger : bool
        Whether they tell of danger to life.
    names_place, shares_place : bool
        Whether a place is in its words, or sent with it.
    files : collection of str
        Kinds of what came with it.
    is_answer : bool
        Whether it answers somebody else's message.
    """
    if shares_place or is_danger:
        return True
    if text:
        return category not in TALK and (category != UNSORTED or names_place)
    # Among people who talk with each other, a picture without words is part of the talk.
    return not is_answer and not UNREAD.isdisjoint(files)


def may_be_told(step: Status) -> bool:
    """Tell whether everybody in the group may read of a step."""
    return step in PUBLIC_STEPS
