"""What a roster file would change: a pure comparison of it with the roster as it is."""

import hashlib
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import pairwise
from typing import Any

from app.roster import OfficerFacts, said_time
from app.roster_csv import LEAVE, OFFICER, POSTING, SHIFT, EntryLine, Fault, RosterFile, Span

ORDER = (OFFICER, POSTING, SHIFT, LEAVE)
MOST_CONFLICTS = 100
# Why one thing of a kind cannot be beside another.
OVERLAP_OF = {POSTING: "posted_twice", SHIFT: "shift_overlap", LEAVE: "leave_overlap"}
PRIMARY = "primary"


@dataclass(frozen=True, slots=True)
class Entry:
    """A posting, a shift or a leave.

    Attributes
    ----------
    id : int or None
        None while the database has it not yet.
    line : int
        Of the file that says so; 0 where none does.
    """

    what: str
    officer: str
    kind: str
    since: datetime
    until: datetime | None
    beat: str | None = None
    id: int | None = None
    line: int = 0

    @property
    def identity(self) -> tuple[Any, ...]:
        """What makes it the same as another."""
        return self.what, self.officer, self.beat, self.kind, self.since, self.until

    def overlaps(self, since: datetime, until: datetime | None) -> bool:
        """Tell whether it has an instant in common with a period."""
        return (until is None or self.since < until) and (self.until is None or since < self.until)

    def said(self) -> dict[str, Any]:
        """Return what is shown of it."""
        return {
            "id": self.id,
            "beat": self.beat,
            "kind": self.kind,
            "since": said_time(self.since),
            "until": said_time(self.until),
        }


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that is added (no `before`), changed, or ended (no `after`, or an earlier end).

    Attributes
    ----------
    verb : str
        ``added``, ``changed`` or ``ended``.
    """

    what: str
    verb: str
    officer: str
    line: int
    before: Entry | OfficerFacts | None = None
    after: Entry | OfficerFacts | None = None


@dataclass(frozen=True, slots=True)
class City:
    """Which districts there are, and whose roster may be changed.

    Attributes
    ----------
    beats : mapping of str to str
        Precinct of each beat.
    """

    precincts: frozenset[str]
    beats: Mapping[str, str]
    may_edit: Callable[[str], bool] = field(default=lambda _precinct: True)


@dataclass(frozen=True, slots=True)
class State:
    """The roster as it is, of the officers that a file names and the beats it posts to."""

    officers: Mapping[str, OfficerFacts]
    entries: Sequence[Entry]


@dataclass(frozen=True, slots=True)
class Plan:
    """What would change, and why it cannot."""

    changes: list[Change]
    conflicts: list[Fault]
    unchanged: int

    @property
    def digest(self) -> str:
        """What changes are recognised by: the same ones have the same."""
        said = sorted(
            repr((each.what, each.verb, each.officer, each.before, each.after))
            for each in self.changes
        )
        return hashlib.sha256("\n".join(said).encode(errors="replace")).hexdigest()[:32]

    def precincts(self, state: State, city: City) -> set[str]:
        """Return the precincts of everybody whom it touches, and of the beats."""
        known = (state.officers.get(each.officer) for each in self.changes)
        found = {facts.precinct for facts in known if facts is not None}
        for change in self.changes:
            for thing in (change.before, change.after):
                if isinstance(thing, OfficerFacts):
                    found.add(thing.precinct)
                elif thing is not None and thing.beat is not None and thing.beat in city.beats:
                    found.add(city.beats[thing.beat])
        return found


def compare(file: RosterFile, state: State, city: City) -> Plan:
    """Compare what a file says with the roster as it is.

    Parameters
    ----------
    file : RosterFile
        Without faults of its own.
    state : State
        With every entry of the officers named in the file, and all postings of beats named there.
    city : City
    """
    compared = _Comparison(file, state, city)
    compared.officers()
    compared.entries()
    compared.overlaps()
    compared.changes.sort(key=lambda each: (each.officer, ORDER.index(each.what), each.line))
    compared.conflicts.sort(key=lambda fault: fault.line)
    return Plan(compared.changes, compared.conflicts, compared.unchanged)


class _Comparison:
    def __init__(self, file: RosterFile, state: State, city: City) -> None:
        self._file, self._state, self._city = file, state, city
        self._facts = dict(state.officers)
        self._final: list[Entry] = []
        self.changes: list[Change] = []
        self.conflicts: list[Fault] = []
        self.unchanged = 0

    def _complain(self, line: int, kind: str, **values: Any) -> None:
        if len(self.conflicts) < MOST_CONFLICTS:
            self.conflicts.append(Fault(line, kind, values))

    def officers(self) -> None:
        for line in self._file.officers:
            known = self._state.officers.get(line.code)
            if known is None:
                missing = [name for name in ("name", "precinct") if not line.facts.get(name)]
                if missing:
                    self._complain(line.line, "new_officer", officer=line.code, column=missing[0])
                    continue
                facts = OfficerFacts(code=line.code, **line.facts)
            else:
                facts = replace(known, **line.facts)
            if facts.precinct not in self._city.precincts:
                self._complain(line.line, "unknown_precinct", precinct=facts.precinct)
                continue
            touched = {facts.precinct} | ({known.precinct} if known else set())
            refused = sorted(code for code in touched if not self._city.may_edit(code))
            if refused:
                self._complain(line.line, "not_yours", precinct=refused[0])
                continue
            self._facts[line.code] = facts
            if facts == known:
                self.unchanged += 1
                continue
            verb = "changed" if known else "added"
            if known and known.active and not facts.active:
                verb = "ended"
            self.changes.append(Change(OFFICER, verb, line.code, line.line, known, facts))

    def entries(self) -> None:
        wanted = [each for each in self._file.entries if self._allowed(each)]
        named = {each.code for each in self._file.officers} | {each.officer for each in wanted}
        theirs: dict[tuple[str, str, str | None], list[Entry]] = defaultdict(list)
        for entry in self._state.entries:
            if entry.officer in named:
                theirs[entry.what, entry.officer, entry.beat].append(entry)
            else:
                self._final.append(entry)
        asked: dict[tuple[str, str, str | None], list[Entry]] = defaultdict(list)
        for line in wanted:
            asked[line.what, line.officer, line.beat].append(entry_of(line))
        for key in sorted(
            theirs.keys() | asked.keys(), key=lambda key: (key[1], key[0], key[2] or "")
        ):
            self._match(theirs.get(key, []), asked.get(key, []))

    def _allowed(self, line: EntryLine) -> bool:
        facts = self._facts.get(line.officer)
        if facts is None:
            # Of an officer whose own line is wrong already, once is enough.
            if all(each.code != line.officer for each in self._file.officers):
                self._complain(line.line, "unknown_officer", officer=line.officer)
            return False
        touched = {facts.precinct}
        if line.beat is not None:
            if line.beat not in self._city.beats:
                self._complain(line.line, "unknown_beat", beat=line.beat)
                return False
            touched.add(self._city.beats[line.beat])
        refused = sorted(code for code in touched if not self._city.may_edit(code))
        if refused:
            self._complain(line.line, "not_yours", precinct=refused[0])
        return not refused

    def _match(self, known: list[Entry], wanted: list[Entry]) -> None:
        """Pair what is there with what is asked for; what is left over comes or goes."""
        known, wanted = _without_same(known, wanted, self._stays)
        span = self._file.span
        for alike in _LIKENESS if span else _LIKENESS[:1]:
            known.sort(key=lambda each: each.since)
            wanted.sort(key=lambda each: each.since)
            pairs = list(alike(known, wanted))
            old_ids, lines = {old.id for old, _ in pairs}, {new.line for _, new in pairs}
            known = [each for each in known if each.id not in old_ids]
            wanted = [each for each in wanted if each.line not in lines]
            for old, new in pairs:
                after = replace(new, id=old.id)
                self._final.append(after)
                self.changes.append(Change(new.what, "changed", new.officer, new.line, old, after))
        for new in wanted:
            self._final.append(new)
            self.changes.append(Change(new.what, "added", new.officer, new.line, None, new))
        for old in known:
            self._end(old, span)

    def _stays(self, entry: Entry, line: int) -> None:
        self.unchanged += 1
        self._final.append(replace(entry, line=line))

    def _end(self, old: Entry, span: Span | None) -> None:
        if span is None or not old.overlaps(span.since, span.until):
            self._final.append(old)
            return
        if old.since >= span.since:
            self.changes.append(Change(old.what, "ended", old.officer, span.line, old, None))
            return
        cut = replace(old, until=span.since)
        self._final.append(cut)
        self.changes.append(Change(old.what, "ended", old.officer, span.line, old, cut))

    def overlaps(self) -> None:
        """Find what the database would refuse, and say which line it is."""
        by_owner: dict[tuple[Any, ...], list[Entry]] = defaultdict(list)
        for entry in self._final:
            by_owner[entry.what, entry.officer, entry.beat].append(entry)
            if entry.what == POSTING and entry.kind == PRIMARY:
                by_owner[PRIMARY, entry.beat].append(entry)
        for key, entries in sorted(by_owner.items(), key=lambda item: repr(item[0])):
            entries.sort(key=lambda each: each.since)
            for first, second in pairwise(entries):
                if first.overlaps(second.since, second.until):
                    self._complain_of_overlap(first, second, primary=key[0] == PRIMARY)

    def _complain_of_overlap(self, first: Entry, second: Entry, *, primary: bool) -> None:
        new, other = sorted((first, second), key=lambda each: -each.line)
        if primary and new.officer == other.officer:
            return
        self._complain(
            new.line,
            "two_primaries" if primary else OVERLAP_OF[new.what],
            officer=new.officer,
            beat=new.beat,
            other=other.line,
            other_officer=other.officer,
            since=other.since,
            until=other.until,
        )


def entry_of(line: EntryLine) -> Entry:
    """Return what a line of a file says as an entry."""
    return Entry(
        line.what, line.officer, line.kind, line.since, line.until, line.beat, None, line.line
    )


def _without_same(
    known: list[Entry], wanted: list[Entry], note: Callable[[Entry, int], None]
) -> tuple[list[Entry], list[Entry]]:
    lines = {each.identity: each for each in wanted}
    left = []
    for entry in known:
        same = lines.pop(entry.identity, None)
        if same is None:
            left.append(entry)
        else:
            note(entry, same.line)
    return left, list(lines.values())


def _by_since(known: list[Entry], wanted: list[Entry]) -> Iterator[tuple[Entry, Entry]]:
    free = {each.since: each for each in known}
    for new in wanted:
        if new.since in free:
            yield free.pop(new.since), new


def _by_until(known: list[Entry], wanted: list[Entry]) -> Iterator[tuple[Entry, Entry]]:
    free = {each.until: each for each in known if each.until is not None}
    for new in wanted:
        if new.until in free:
            yield free.pop(new.until), new


def _by_overlap(known: list[Entry], wanted: list[Entry]) -> Iterator[tuple[Entry, Entry]]:
    # Both are in the order of time, and what is known does not overlap itself.
    waiting = iter(known)
    old = next(waiting, None)
    for new in wanted:
        while old is not None and old.until is not None and old.until <= new.since:
            old = next(waiting, None)
        if old is not None and old.overlaps(new.since, new.until):
            yield old, new
            old = next(waiting, None)


_LIKENESS = (_by_since, _by_until, _by_overlap)
"""How an entry of the roster is known again in a file that says something else of it."""
