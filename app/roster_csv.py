"""The roster as CSV: read with every fault and its line, and written.

One row is one thing: an officer, a posting, a shift, a leave, or the span of time of which the
file says everything. See docs/roster.md.
"""

import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from app.city_time import CityTimeError, read_time, write_time

COLUMNS = (
    "entry",
    "officer",
    "name",
    "rank",
    "precinct",
    "reception",
    "phone",
    "load_limit",
    "active",
    "beat",
    "kind",
    "since",
    "until",
)
OFFICER, POSTING, SHIFT, LEAVE, SPAN = "officer", "posting", "shift", "leave", "span"
KINDS: Mapping[str, tuple[str, ...]] = {
    POSTING: ("primary", "deputy"),
    SHIFT: ("duty", "on_call"),
    LEAVE: ("vacation", "sick", "training", "other"),
}
FACTS = ("name", "rank", "precinct", "reception", "phone", "load_limit", "active")
YES, NO = frozenset({"yes", "true", "1", "так", "да"}), frozenset({"no", "false", "0", "ні", "нет"})
LONGEST = 200
LARGEST_LIMIT = 100_000
MOST_ROWS = 100_000
MOST_FAULTS = 100
# Codes stand in addresses.
NO_CODE = re.compile(r"[/\\\x00-\x1f\x7f]")
CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff]")
# What a spreadsheet would take for a formula; the wide ones are the same to some of them.
FORMULA = re.compile(r"'*[ \t\r\n]*[=+\-@|%＝＋－＠\t\r\n]")
DAY_ALONE = re.compile(r"\d{4}-\d\d-\d\d *\Z|\d\d?\.\d\d?\.\d{4} *\Z", re.ASCII)
SEPARATOR_HINT = re.compile(r"sep=(.)\r?\n")


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with a file, and where.

    Attributes
    ----------
    line : int
        As an editor counts them, from 1; 0 for the file as a whole.
    kind : str
        A key of `app.phrases.roster`.
    values : mapping
        What its words name.
    """

    line: int
    kind: str
    values: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class OfficerLine:
    """What the file says of an officer; columns that it does not have stay as they are."""

    line: int
    code: str
    facts: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class EntryLine:
    """A posting, a shift or a leave."""

    line: int
    what: str
    officer: str
    beat: str | None
    kind: str
    since: datetime
    until: datetime | None


@dataclass(frozen=True, slots=True)
class Span:
    """From when till when the file has everything of the officers it names."""

    line: int
    since: datetime
    until: datetime | None


@dataclass(slots=True)
class RosterFile:
    """What a file says."""

    officers: list[OfficerLine] = field(default_factory=list)
    entries: list[EntryLine] = field(default_factory=list)
    span: Span | None = None
    faults: list[Fault] = field(default_factory=list)
    rows: int = 0

    def complain(self, line: int, kind: str, **values: Any) -> None:
        """Note a fault."""
        self.faults.append(Fault(line, kind, values))


def read(content: bytes, zone: ZoneInfo) -> RosterFile:
    """Read a file; what is wrong with it is in its faults, and nothing is raised."""
    file = RosterFile()
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        file.complain(content.count(b"\n", 0, error.start) + 1, "not_utf8")
        return file
    if "\x00" in text:
        file.complain(text.count("\n", 0, text.index("\x00")) + 1, "bad_characters", column="")
        return file
    _Reader(file, zone).read(text)
    file.faults.sort(key=lambda fault: fault.line)
    return file


class _RowError(Exception):
    """A row that cannot be used."""

    def __init__(self, kind: str, **values: Any) -> None:
        super().__init__(kind)
        self.kind = kind
        self.values = values


class _Reader:
    def __init__(self, file: RosterFile, zone: ZoneInfo) -> None:
        self._file = file
        self._zone = zone
        self._columns: list[str] = []
        self._seen: dict[tuple[Any, ...], int] = {}

    def read(self, text: str) -> None:
        skipped = 0
        hint = SEPARATOR_HINT.match(text)
        if hint:
            text, skipped = text[hint.end() :], 1
        delimiter = hint[1] if hint else _delimiter(text)
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
        line = skipped
        try:
            for cells in reader:
                begins, line = line + 1, reader.line_num + skipped
                if any(cell.strip() for cell in cells) and not self._take(begins, cells):
                    return
        except csv.Error:
            self._file.complain(line + 1, "broken_quotes")
            return
        if not self._columns:
            self._file.complain(0, "empty_file")
        # A row that ends with a time may have lost the hours of it, and would still make sense.
        elif not self._file.faults and DAY_ALONE.search(text):
            self._file.complain(line, "cut_off")

    def _take(self, line: int, cells: list[str]) -> bool:
        """Take in the header or a row; False when it is useless to go on."""
        file = self._file
        if not self._columns:
            return self._header(line, cells)
        file.rows += 1
        if file.rows > MOST_ROWS:
            file.complain(line, "too_many_rows", most=MOST_ROWS)
            return False
        self._row(line, cells)
        return len(file.faults) < MOST_FAULTS

    def _header(self, line: int, cells: Sequence[str]) -> bool:
        names = [cell.strip().lower() for cell in cells]
        for name in sorted({name for name in names if name and name not in COLUMNS}):
            self._file.complain(line, "unknown_column", column=name, columns=", ".join(COLUMNS))
        for name in sorted({name for name in names if name and names.count(name) > 1}):
            self._file.complain(line, "repeated_column", column=name)
        for name in ("entry", "officer"):
            if name not in names:
                self._file.complain(line, "missing_column", column=name)
        self._columns = names
        return not self._file.faults

    def _row(self, line: int, cells: list[str]) -> None:
        try:
            self._understand(line, self._values(cells))
        except _RowError as error:
            self._file.complain(line, error.kind, **error.values)

    def _understand(self, line: int, values: Mapping[str, str]) -> None:
        entry = values["entry"].lower()
        if entry == SPAN:
            self._span(line, values)
            return
        if entry != OFFICER and entry not in KINDS:
            known = ", ".join((OFFICER, *KINDS, SPAN))
            raise _RowError("unknown_entry", value=values["entry"], known=known)
        if not values["officer"]:
            raise _RowError("empty", column="officer")
        if NO_CODE.search(values["officer"]):
            raise _RowError("bad_characters", column="officer")
        if entry == OFFICER:
            self._officer(line, values)
        else:
            self._entry(line, entry, values)

    def _values(self, cells: list[str]) -> dict[str, str]:
        expected = len(self._columns)
        if len(cells) < expected or any(map(str.strip, cells[expected:])):
            raise _RowError("broken_row", found=len(cells), expected=expected)
        values: dict[str, str] = {}
        for name, cell in zip(self._columns, cells, strict=False):
            value = unguarded(cell.strip()).strip()
            if CONTROL.search(value):
                raise _RowError("bad_characters", column=name)
            if len(value) > LONGEST:
                raise _RowError("too_long", column=name, most=LONGEST)
            values[name] = value
        return values

    def _span(self, line: int, values: Mapping[str, str]) -> None:
        if self._file.span is not None:
            raise _RowError("second_span", other=self._file.span.line)
        self._file.span = Span(line, *self._period(values))

    def _officer(self, line: int, values: Mapping[str, str]) -> None:
        self._check_new(line, (OFFICER, values["officer"]))
        facts = {name: _fact(name, values[name]) for name in FACTS if name in values}
        self._file.officers.append(OfficerLine(line, values["officer"], facts))

    def _entry(self, line: int, entry: str, values: Mapping[str, str]) -> None:
        kind = values.get("kind", "").lower() or KINDS[entry][0]
        if kind not in KINDS[entry]:
            raise _RowError("unknown_kind", value=kind, known=", ".join(KINDS[entry]))
        beat = (values.get("beat") or None) if entry == POSTING else None
        if entry == POSTING and beat is None:
            raise _RowError("empty", column="beat")
        since, until = self._period(values)
        officer = values["officer"]
        self._check_new(line, (entry, officer, beat, kind, since, until))
        self._file.entries.append(EntryLine(line, entry, officer, beat, kind, since, until))

    def _check_new(self, line: int, key: tuple[Any, ...]) -> None:
        other = self._seen.setdefault(key, line)
        if other != line:
            raise _RowError("repeated", other=other)

    def _period(self, values: Mapping[str, str]) -> tuple[datetime, datetime | None]:
        since, until = (self._time(name, values.get(name, "")) for name in ("since", "until"))
        if since is None:
            raise _RowError("empty", column="since")
        if until is not None and until <= since:
            raise _RowError("ends_before", since=values["since"], until=values["until"])
        return since, until

    def _time(self, column: str, value: str) -> datetime | None:
        try:
            return read_time(value, self._zone) if value else None
        except CityTimeError as error:
            offers = " / ".join(error.offers)
            raise _RowError(error.fault.value, column=column, value=value, offers=offers) from None


def _fact(name: str, value: str) -> Any:
    if name in {"name", "precinct"} and not value:
        raise _RowError("empty", column=name)
    if name == "active":
        if value.lower() not in YES | NO | {""}:
            raise _RowError("bad_yes_no", column=name, value=value)
        return value.lower() not in NO
    if name == "load_limit" and value:
        if not (value.isascii() and value.isdigit() and 0 < int(value) <= LARGEST_LIMIT):
            raise _RowError("bad_number", column=name, value=value)
        return int(value)
    return value or None


def _delimiter(text: str) -> str:
    header = text.lstrip("\r\n").partition("\n")[0]
    return max(",;\t", key=header.count)


def guarded(value: str) -> str:
    """Keep a spreadsheet from taking a text for a formula; `unguarded` gives it back."""
    return f"'{value}" if FORMULA.match(value) else value


def unguarded(value: str) -> str:
    """Return a text as it was before `guarded`."""
    return value[1:] if value.startswith("'") and FORMULA.match(value) else value


def write(
    rows: Iterable[Mapping[str, Any]], zone: ZoneInfo, columns: Sequence[str] = COLUMNS
) -> Iterator[str]:
    """Write rows, each a mapping from column to value, as CSV with a byte order mark.

    Spreadsheets know by the mark that it is UTF-8.
    """
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, lineterminator="\r\n")
    buffer.write("\ufeff")
    writer.writerow(columns)
    for row in rows:
        writer.writerow([_cell(row.get(name), zone) for name in columns])
        yield buffer.getvalue()
        buffer.seek(0)
        buffer.truncate()
    yield buffer.getvalue()


def _cell(value: Any, zone: ZoneInfo) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return write_time(value, zone)
    if isinstance(value, bool):
        return "yes" if value else "no"
    return guarded(str(value))
