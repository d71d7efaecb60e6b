"""The words that rules want, and how a word of a text finds them."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field

from rapidfuzz.distance import OSA

from app.triage_rules import Pattern

# Of a word, before it may be taken for another one.
AS_IT_SOUNDS_FROM, WITH_A_SLIP_FROM = 5, 7
# Of a rule's weight, where a word only sounds like the one it wants, or has a slip in it: that alone
# never settles what a report is about.
SOUNDS_ALIKE, SLIPPED = 0.75, 0.3
REMEMBERED = 50_000

# Vowels that are heard alike where they are not stressed.
_SOUNDS = str.maketrans({"о": "а", "е": "и", "э": "и"})


@dataclass(frozen=True, slots=True)
class Hit:
    """A pattern that a word meets, and what that is worth: 1 where it is that very word."""

    pattern: int
    worth: float = 1.0


@dataclass(slots=True)
class Vocabulary:
    """Every word that some rule wants, and how a word of a text finds it."""

    patterns: dict[Pattern, int] = field(default_factory=dict)
    whole: dict[str, int] = field(default_factory=dict)
    stems: dict[str, int] = field(default_factory=dict)
    heard: dict[str, list[tuple[str, bool, int]]] = field(default_factory=lambda: defaultdict(list))
    lengths: tuple[int, ...] = ()
    remembered: dict[str, tuple[Hit, ...]] = field(default_factory=dict)

    def number(self, pattern: Pattern) -> int:
        """Return a pattern's number, giving it one."""
        if pattern not in self.patterns:
            number = self.patterns[pattern] = len(self.patterns)
            (self.stems if pattern.is_stem else self.whole)[pattern.text] = number
        return self.patterns[pattern]

    def close(self) -> None:
        """Make ready for `hits`, when every pattern is in."""
        self.lengths = tuple(sorted({len(text) for text in self.stems}))
        for pattern, number in self.patterns.items():
            sound = pattern.text.translate(_SOUNDS)
            if len(sound) < AS_IT_SOUNDS_FROM:
                continue
            entry = (sound, pattern.is_stem, number)
            keys = {sound}
            if len(sound) >= WITH_A_SLIP_FROM:
                keys.update(_shortened(sound))
            for key in keys:
                self.heard[key].append(entry)

    def hits(self, word: str) -> tuple[Hit, ...]:
        """Return the patterns that a folded word meets."""
        known = self.remembered.get(word)
        if known is None:
            if len(self.remembered) >= REMEMBERED:
                self.remembered.clear()
            known = self.remembered[word] = self._hits(word)
        return known

    def _hits(self, word: str) -> tuple[Hit, ...]:
        found = [self.whole[word]] if word in self.whole else []
        for length in self.lengths:
            if length > len(word):
                break
            number = self.stems.get(word[:length])
            if number is not None:
                found.append(number)
        if found:
            return tuple(Hit(number) for number in found)
        return tuple(self._heard(word.translate(_SOUNDS)))

    def _heard(self, sound: str) -> Iterator[Hit]:
        """Return what a word that is spelt like none of ours may have been meant for."""
        seen: set[int] = set()
        for end in range(AS_IT_SOUNDS_FROM - 1, len(sound) + 1):
            beginning = sound[:end]
            is_whole = end == len(sound)
            for key in (beginning, *_shortened(beginning)):
                for wanted, is_stem, number in self.heard.get(key, ()):
                    if number in seen or not (is_stem or is_whole):
                        continue
                    if beginning == wanted:
                        worth = SOUNDS_ALIKE
                    elif (
                        len(wanted) >= WITH_A_SLIP_FROM
                        and beginning[0] == wanted[0]
                        and OSA.distance(beginning, wanted, score_cutoff=1) <= 1
                    ):
                        worth = SLIPPED
                    else:
                        continue
                    seen.add(number)
                    yield Hit(number, worth)


def _shortened(text: str) -> list[str]:
    return [text[:at] + text[at + 1 :] for at in range(len(text))]
