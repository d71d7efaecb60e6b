"""What a text is about by staff's rules, and by which of its words.

Pure and deterministic. Words are compared as they sound, so that Ukrainian, Russian, mixed and
Latin spelling are one; a long word may also have one slip of the keyboard in it.
"""

import itertools
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from app.categories import LIFE_DANGER, TOP_PRIORITY, Category, RuleSet
from app.triage_rules import ParsedRule, Part, parse
from app.triage_vocabulary import SLIPPED, Vocabulary
from geo.folding import Word, words

WORDS_READ = 800
BETWEEN = 2  # words that may stand between those of a phrase
DENIED_WITHIN = 2
# Of a rule's weight: a slip alone never settles what a report is about.
# Of the score of the likeliest category, so much makes another one nearly as likely.
MAY_WELL_BE = 0.5
HEAVIEST_SLIP = 0.9
DOUBT = 1.0
GUESSES = 5

DANGER = "danger"
ABUSE = "abuse"

_CLAUSE_ENDS = frozenset(",;.!?\n()—–")


@dataclass(frozen=True, slots=True)
class Matched:
    """Words of the text that a rule was met by.

    Attributes
    ----------
    words : str
        As they stand in the text.
    category : str
        Whose rule it is, or `danger` or `abuse`.
    rule : str
        The line as staff wrote it.
    weight : float
    at : frozenset of int
        Which words of the text they are.
    """

    words: str
    start: int
    category: str
    rule: str
    weight: float
    at: frozenset[int] = frozenset()

    def as_dict(self) -> dict[str, object]:
        """Return what a report keeps of it."""
        return {
            "words": self.words,
            "category": self.category,
            "rule": self.rule,
            "weight": self.weight,
        }


@dataclass(frozen=True, slots=True)
class Reading:
    """What was made of a text.

    Attributes
    ----------
    category : str or None
        The likeliest one, however unlikely; None when no rule was met.
    certainty : float
        From 0 to 1: how far it is ahead of the next one.
    guesses : tuple of (str, float)
        Categories and their scores, the likeliest first.
    danger : bool
        Whether somebody's life may be in danger.
    """

    category: str | None
    certainty: float
    guesses: tuple[tuple[str, float], ...]
    danger: bool
    matched: tuple[Matched, ...]


@dataclass(frozen=True, slots=True)
class _Rule:
    owner: str
    parsed: ParsedRule
    wanted: tuple[int, ...]
    unwanted: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class _Span:
    first: int
    last: int
    worth: float


class Sorter:
    """A set of rules, made ready for texts.

    Parameters
    ----------
    rules : RuleSet
        Every line of it can be read, see `app.triage_rules.word_faults`.
    """

    def __init__(self, rules: RuleSet) -> None:
        self.rules = rules
        self._vocabulary = Vocabulary()
        self._parts: list[tuple[int, ...]] = []
        self._sensitive: list[bool] = []
        self._known_parts: dict[Part, int] = {}
        self._begins: dict[int, list[int]] = defaultdict(list)
        self._rules: list[_Rule] = []
        self._same: dict[tuple[str, tuple[int, ...], tuple[int, ...]], int] = {}
        self._of_part: dict[int, list[int]] = defaultdict(list)
        for category in rules.categories:
            if category.active:
                self._add(category.code, category.words)
        self._add(DANGER, rules.danger.words)
        self._add(ABUSE, rules.abuse.words)
        self._unless = [
            self._part(part) for line in rules.danger.unless for part in parse(line).wanted
        ]
        self._before = {self._single(line) for line in rules.negations.before}
        self._after = {self._single(line) for line in rules.negations.after}
        self._vocabulary.close()

    def _add(self, owner: str, lines: Iterable[str]) -> None:
        for line in lines:
            parsed = parse(line)
            rule = _Rule(
                owner,
                parsed,
                tuple(self._part(part) for part in parsed.wanted),
                tuple(self._part(part) for part in parsed.unwanted),
            )
            # Spellings that sound alike are one rule, however often staff write it.
            key = (owner, rule.wanted, rule.unwanted)
            known = self._same.get(key)
            if known is not None:
                if parsed.weight > self._rules[known].parsed.weight:
                    self._rules[known] = rule
                continue
            self._same[key] = len(self._rules)
            for part in rule.wanted:
                self._of_part[part].append(len(self._rules))
            self._rules.append(rule)

    def _part(self, part: Part) -> int:
        if part not in self._known_parts:
            number = self._known_parts[part] = len(self._parts)
            numbers = tuple(self._vocabulary.number(each) for each in part.patterns)
            self._parts.append(numbers)
            self._sensitive.append(part.unless_denied)
            self._begins[numbers[0]].append(number)
        return self._known_parts[part]

    def _single(self, line: str) -> int:
        return self._vocabulary.number(parse(line).wanted[0].patterns[-1])

    def read(self, text: str) -> Reading:
        """Tell what a text is about."""
        read = list(itertools.islice(words(text), WORDS_READ))
        found = self._find(read)
        matched = _telling(self._met(text, read, found))
        scores: dict[str, float] = defaultdict(float)
        danger = False
        for each in matched:
            if each.category == DANGER:
                danger = True
            elif each.category != ABUSE:
                scores[each.category] += each.weight
        order = {code: place for place, code in enumerate(self.rules.by_code)}
        guesses = sorted(scores.items(), key=lambda item: (-item[1], order[item[0]]))[:GUESSES]
        best = guesses[0][1] if guesses else 0.0
        second = guesses[1][1] if len(guesses) > 1 else 0.0
        certainty = best / (best + second + DOUBT) if best else 0.0
        return Reading(
            category=guesses[0][0] if guesses else None,
            certainty=round(certainty, 3),
            guesses=tuple((code, round(score, 2)) for code, score in guesses),
            danger=danger,
            matched=tuple(matched),
        )

    def _find(self, read: Sequence[Word]) -> dict[int, list[_Span]]:
        """Return where each part that the text has is in it, every time."""
        hits = [
            {hit.pattern: hit.worth for hit in self._vocabulary.hits(word.folded)} for word in read
        ]
        begins = [_begins_clause(word) for word in read]
        found: dict[int, list[_Span]] = defaultdict(list)
        for first, here in enumerate(hits):
            for pattern, worth in here.items():
                for part in self._begins.get(pattern, ()):
                    span = _follow(self._parts[part], hits, begins, first, worth)
                    if span is None or (self._sensitive[part] and self._denied(read, hits, span)):
                        continue
                    found[part].append(span)
        return found

    def _denied(self, read: Sequence[Word], hits: Sequence[dict[int, float]], span: _Span) -> bool:
        at = span.first
        for _ in range(DENIED_WITHIN):
            if at == 0 or _begins_clause(read[at]):
                break
            at -= 1
            if self._before & hits[at].keys():
                return True
        at = span.last
        for _ in range(DENIED_WITHIN):
            at += 1
            if at >= len(read) or _begins_clause(read[at]):
                break
            if self._after & hits[at].keys():
                return True
        return False

    def _met(
        self, text: str, read: Sequence[Word], found: dict[int, list[_Span]]
    ) -> Iterator[Matched]:
        covered = {
            at
            for part in self._unless
            for span in found.get(part, ())
            for at in range(span.first, span.last + 1)
        }
        for number in dict.fromkeys(each for part in found for each in self._of_part[part]):
            rule = self._rules[number]
            if any(each in found for each in rule.unwanted):
                continue
            harmless = covered if rule.owner == DANGER else frozenset[int]()
            spans = [_best(found.get(each, ()), harmless) for each in rule.wanted]
            certain = [span for span in spans if span is not None]
            if len(certain) < len(spans):
                continue
            yield Matched(
                words=" … ".join(
                    text[read[span.first].start : read[span.last].end] for span in certain
                ),
                start=read[certain[0].first].start,
                category=rule.owner,
                rule=rule.parsed.text,
                weight=_weight(rule.parsed.weight, min(span.worth for span in certain)),
                at=frozenset(at for span in certain for at in range(span.first, span.last + 1)),
            )


def _best(spans: Sequence[_Span], harmless: AbstractSet[int]) -> _Span | None:
    """Return the occurrence that is most surely what the rule wants, outside harmless words."""
    return max(
        (span for span in spans if span.first not in harmless),
        key=lambda span: (span.worth, -span.first),
        default=None,
    )


def _weight(weight: float, worth: float) -> float:
    return round(min(weight * worth, HEAVIEST_SLIP if worth == SLIPPED else weight), 2)


def _telling(matched: Iterable[Matched]) -> list[Matched]:
    """Leave out what only says again what a heavier rule of the same category has said."""
    taken: dict[str, set[int]] = defaultdict(set)
    kept = []
    for each in sorted(matched, key=lambda each: (-each.weight, each.start, each.rule)):
        if each.at <= taken[each.category]:
            continue
        taken[each.category] |= each.at
        kept.append(each)
    return sorted(kept, key=lambda each: (each.start, each.rule))


def _follow(
    part: Sequence[int],
    hits: Sequence[dict[int, float]],
    begins: Sequence[bool],
    first: int,
    worth: float,
) -> _Span | None:
    at = first
    for pattern in part[1:]:
        for ahead in range(at + 1, min(at + 2 + BETWEEN, len(hits))):
            if begins[ahead]:
                return None
            if pattern in hits[ahead]:
                at, worth = ahead, min(worth, hits[ahead][pattern])
                break
        else:
            return None
    return _Span(first, at, worth)


def _begins_clause(word: Word) -> bool:
    return not _CLAUSE_ENDS.isdisjoint(word.between)


def settle(
    rules: RuleSet,
    category: str | None,
    certainty: float,
    guesses: Sequence[tuple[str, float]] = (),
    *,
    danger: bool,
) -> Category:
    """Choose the category that a report gets; danger to life goes before anything off topic.

    What nobody is certain of is as urgent as everything that it may well be.

    Parameters
    ----------
    rules : RuleSet
    category : str or None
        The likeliest one.
    certainty : float
        Too little of it leaves the report to the desk.
    guesses : sequence of (str, float)
        Categories with their scores, the likeliest first.
    danger : bool
    """
    found = rules.get(category) if category and certainty >= rules.certainty else None
    if danger and (found is None or not found.police or found.priority > TOP_PRIORITY):
        return rules.by_code[LIFE_DANGER]
    return found or _undecided(rules, guesses)


def _undecided(rules: RuleSet, guesses: Sequence[tuple[str, float]]) -> Category:
    likely = [
        found
        for code, score in guesses
        if score >= guesses[0][1] * MAY_WELL_BE and (found := rules.get(code)) is not None
    ]
    unsorted = rules.unsorted
    priority = max((each.priority for each in likely), default=unsorted.priority)
    if len(likely) < 2 or priority >= unsorted.priority:  # noqa: PLR2004 - between two
        return unsorted
    responses = {each.response for each in likely}
    response = responses.pop() if len(responses) == 1 else unsorted.response
    return unsorted.model_copy(update={"priority": priority, "response": response})
