"""The language of rules that staff write: one line, one reason to think of a category.

крадіж*             a stem: every word that begins so
на смерть           words that follow one another, with at most two between
дтп + постраждал*   both, anywhere in the text
собак* - повідок    the first where the second is not
постраждал*!        only where it is not denied: not after `без`, not before `немає`
вкрал* 3            its weight, where it is not the usual one
"""

import re
from dataclasses import dataclass

from app.categories import Fault, RuleSet
from geo.folding import words

USUAL_WEIGHT = 2.0
HEAVIEST = 10.0
LONGEST_PHRASE = 6
SHORTEST_STEM = 2

_WEIGHT = re.compile(r"\s(\d+(?:[.,]\d+)?)$")
_PARTS = re.compile(r"\s([+-])\s")
_TOKEN = re.compile(r"^([^\s*!]+)(\*?)(!?)$")


@dataclass(frozen=True, slots=True)
class Pattern:
    """One word of a rule, folded.

    Attributes
    ----------
    is_stem : bool
        Whether every word that begins so is meant.
    """

    text: str
    is_stem: bool


@dataclass(frozen=True, slots=True)
class Part:
    """Words that follow one another.

    Attributes
    ----------
    unless_denied : bool
        Whether it counts only where it is not denied.
    """

    patterns: tuple[Pattern, ...]
    unless_denied: bool = False


@dataclass(frozen=True, slots=True)
class ParsedRule:
    """One line as it was understood."""

    text: str
    wanted: tuple[Part, ...]
    unwanted: tuple[Part, ...]
    weight: float


class RuleSyntaxError(ValueError):
    """A line is no rule; its argument is a code that the page has words for."""


def parse(line: str) -> ParsedRule:
    """Read one rule.

    Raises
    ------
    RuleSyntaxError
    """
    text, weight = line.strip(), USUAL_WEIGHT
    found = _WEIGHT.search(text)
    if found:
        weight, text = float(found[1].replace(",", ".")), text[: found.start()].strip()
        if not 0 < weight <= HEAVIEST:
            raise RuleSyntaxError("bad_weight")
    pieces = _PARTS.split(text)
    wanted = [_part(pieces[0])]
    unwanted: list[Part] = []
    for sign, piece in zip(pieces[1::2], pieces[2::2], strict=True):
        (wanted if sign == "+" else unwanted).append(_part(piece))
    return ParsedRule(line.strip(), tuple(wanted), tuple(unwanted), weight)


def _part(text: str) -> Part:
    patterns: list[Pattern] = []
    unless_denied = False
    for token in text.split():
        read = _TOKEN.match(token)
        if read is None:
            raise RuleSyntaxError("stray_sign")
        pieces = words(read[1])
        if not pieces:
            raise RuleSyntaxError("no_word")
        is_stem = bool(read[2])
        # A hyphen parts words here as it does in a message; the star is the last one's.
        patterns += [Pattern(piece.folded, is_stem=False) for piece in pieces[:-1]]
        last = pieces[-1].folded
        if is_stem and len(last) < SHORTEST_STEM:
            raise RuleSyntaxError("stem_too_short")
        patterns.append(Pattern(last, is_stem))
        unless_denied = unless_denied or bool(read[3])
    if not patterns:
        raise RuleSyntaxError("empty")
    if len(patterns) > LONGEST_PHRASE:
        raise RuleSyntaxError("phrase_too_long")
    return Part(tuple(patterns), unless_denied)


def word_faults(rules: RuleSet) -> list[Fault]:
    """Tell which lines of a set are no rules."""
    lines = [(each.code, line) for each in rules.categories for line in each.words]
    lines += [("danger", line) for line in (*rules.danger.words, *rules.danger.unless)]
    lines += [("abuse", line) for line in rules.abuse.words]
    lines += [("negations", line) for line in (*rules.negations.before, *rules.negations.after)]
    faults = []
    for where, line in lines:
        try:
            parse(line)
        except RuleSyntaxError as error:
            faults.append(Fault(where, str(error), line))
    return faults
