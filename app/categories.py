"""What a message can be about and what is done with it: one complete, checked set of rules.

Pure: the same document is the shipped fixture, a version in the database and what the page edits.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from app.errors import InvalidError

UNSORTED = "unsorted"
LIFE_DANGER = "life_danger"
TOP_PRIORITY = 1
LOWEST_PRIORITY = 5
# Without them a report could not be registered, or danger not be told.
ALWAYS_THERE = (UNSORTED, LIFE_DANGER)

_CODE = re.compile(r"^[a-z][a-z0-9_]{0,39}$")


class Response(StrEnum):
    """What is done with a report."""

    PATROL = "patrol"
    BEAT_OFFICER = "beat_officer"
    INVESTIGATION_TEAM = "investigation_team"
    REDIRECT = "redirect"
    NOTE = "note"


# Who drives out when somebody's life is in danger.
TO_DANGER = frozenset({Response.PATROL, Response.INVESTIGATION_TEAM})


class Precision(StrEnum):
    """How exactly those who only read along see where it was."""

    EXACT = "exact"
    BLOCK = "block"
    BEAT = "beat"
    NONE = "none"


class Piece(BaseModel):
    """Part of a set; a name that means nothing here is a mistake."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def _no_nul(most: int, least: int = 0) -> StringConstraints:
    return StringConstraints(
        strip_whitespace=True, min_length=least, max_length=most, pattern=r"^[^\x00]*$"
    )


Words = Annotated[str, _no_nul(200)]
Rule = Annotated[str, _no_nul(200, 1)]
Rules = Annotated[tuple[Rule, ...], Field(max_length=500)]
Minutes = Annotated[int, Field(ge=1, le=7 * 24 * 60)]


class Names(Piece):
    """The same in each language."""

    uk: Annotated[str, _no_nul(80, 1)]
    ru: Annotated[str, _no_nul(80, 1)]
    en: Annotated[str, _no_nul(80, 1)]


class Question(Piece):
    """What is worth asking whoever told of it."""

    uk: Words
    ru: Words
    en: Words


class Duplicates(Piece):
    """How near two reports are that are taken for one incident.

    Attributes
    ----------
    automatic : bool
        Whether they are linked by themselves; else staff are only told that they may be the same.
    radius_m : int
    minutes : int
        Between a report and the last one before it.
    likeness : float
        How much of the words they share, 0 to 1; 0 where place and time say enough.
    also : tuple of str
        Codes of other categories that the same incident may be taken for.
    """

    automatic: bool = True
    radius_m: Annotated[int, Field(ge=5, le=5_000)] = 100
    minutes: Annotated[int, Field(ge=1, le=7 * 24 * 60)] = 30
    likeness: Annotated[float, Field(ge=0.0, le=1.0)] = 0.3
    also: Annotated[
        tuple[Annotated[str, Field(pattern=_CODE.pattern)], ...], Field(max_length=20)
    ] = ()


class Category(Piece):
    """One thing that a message can be about.

    Attributes
    ----------
    precision : Precision
        How exactly observers see where it was.
    police : bool
        Whether it is police work.
    service : str or None
        Whose work it is else: a code such as `water`.
    active : bool
        Whether it is still given to reports; one that is not stays to name the old ones.
    words : tuple of str
        What a text is known by, see `app/triage_words.py`.
    duplicates : Duplicates
        When two such reports are one incident, see `app/incident_rules.py`.
    """

    code: Annotated[str, Field(pattern=_CODE.pattern)]
    names: Names
    questions: Annotated[tuple[Question, ...], Field(max_length=10)] = ()
    priority: Annotated[int, Field(ge=TOP_PRIORITY, le=LOWEST_PRIORITY)]
    response: Response
    acknowledge_within_min: Minutes | None = None
    on_scene_within_min: Minutes | None = None
    precision: Precision = Precision.BLOCK
    police: bool = True
    service: Annotated[str, Field(pattern=_CODE.pattern)] | None = None
    active: bool = True
    words: Rules = ()
    duplicates: Duplicates = Duplicates()

    def name(self, language: str) -> str:
        """Return what it is called in a language, in Ukrainian where that is not ours."""
        return str(getattr(self.names, language, self.names.uk))


class Negations(Piece):
    """Words that say that something is not so, before or after what they deny."""

    before: Rules = ()
    after: Rules = ()


class Danger(Piece):
    """What danger to life is known by, and what only sounds like it."""

    words: Rules = ()
    unless: Rules = ()


class Abuse(Piece):
    """Rude words; they count only in a message that tells of nothing."""

    words: Rules = ()


class RuleSet(Piece):
    """All categories and how a text finds its own.

    Attributes
    ----------
    certainty : float
        Below it the desk decides.
    crowd : tuple of int
        With so many people telling of one incident it is a step more urgent, each time.
    """

    certainty: Annotated[float, Field(ge=0.0, le=1.0)] = 0.5
    crowd: Annotated[
        tuple[Annotated[int, Field(ge=2, le=100_000)], ...], Field(max_length=LOWEST_PRIORITY)
    ] = (5, 20, 100)
    negations: Negations = Negations()
    danger: Danger = Danger()
    abuse: Abuse = Abuse()
    categories: Annotated[tuple[Category, ...], Field(min_length=1, max_length=200)]

    @cached_property
    def by_code(self) -> Mapping[str, Category]:
        """Categories by their code."""
        return {each.code: each for each in self.categories}

    def get(self, code: str) -> Category | None:
        """Return a category that may still be given, or None."""
        found = self.by_code.get(code)
        return found if found is not None and found.active else None

    @property
    def note(self) -> Category | None:
        """What a message is that tells of nothing; None where staff have no such category."""
        return next(
            (
                each
                for each in self.categories
                if each.active and not each.police and each.response is Response.NOTE
            ),
            None,
        )

    @property
    def unsorted(self) -> Category:
        """What a report is until somebody knows better."""
        return self.by_code[UNSORTED]


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with a set, in a code that the page has words for.

    Attributes
    ----------
    where : str
        The code of a category, `danger`, `negations` or empty for the whole.
    what : str
    text : str
        What stands there.
    """

    where: str
    what: str
    text: str = ""

    def as_dict(self) -> dict[str, str]:
        """Return what a problem document has of it."""
        return {"where": self.where, "what": self.what, "text": self.text}


class RuleSetError(InvalidError):
    """The categories or rules cannot be used as they are."""

    code = "bad-rules"

    def __init__(self, faults: Sequence[Fault]) -> None:
        listed = "; ".join(
            " ".join(filter(None, (f"{each.where}:", each.what, each.text))) for each in faults[:5]
        )
        super().__init__(
            f"The rules cannot be used: {listed}", faults=[each.as_dict() for each in faults]
        )


def faults_of(rules: RuleSet) -> list[Fault]:
    """Tell what is wrong with categories as a whole, beyond the shape of each."""
    faults: list[Fault] = []
    seen: set[str] = set()
    for each in rules.categories:
        if each.code in seen:
            faults.append(Fault(each.code, "twice"))
        seen.add(each.code)
        if each.police and each.service is not None:
            faults.append(Fault(each.code, "police_with_service", each.service))
        if each.response is Response.REDIRECT and each.police:
            faults.append(Fault(each.code, "police_redirected"))
        acknowledge, on_scene = each.acknowledge_within_min, each.on_scene_within_min
        if acknowledge is not None and on_scene is not None and on_scene < acknowledge:
            faults.append(Fault(each.code, "on_scene_first", f"{on_scene} < {acknowledge}"))
        unknown = [code for code in each.duplicates.also if code not in rules.by_code]
        faults += [Fault(each.code, "also_unknown", code) for code in unknown]
    if list(rules.crowd) != sorted(set(rules.crowd)):
        faults.append(Fault("", "crowd_not_rising", ", ".join(map(str, rules.crowd))))
    return faults + _missing(rules)


def _missing(rules: RuleSet) -> list[Fault]:
    faults = []
    for code in ALWAYS_THERE:
        needed = rules.by_code.get(code)
        if needed is None:
            faults.append(Fault(code, "missing"))
        elif not needed.active:
            faults.append(Fault(code, "not_active"))
    danger = rules.by_code.get(LIFE_DANGER)
    if danger is not None and (danger.priority != TOP_PRIORITY or not danger.police):
        faults.append(Fault(LIFE_DANGER, "danger_not_first"))
    return faults
