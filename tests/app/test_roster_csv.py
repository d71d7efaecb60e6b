"""The roster's file format, the city's clock, and who was there: without a database."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.city_time import (
    CityTimeError,
    TimeFault,
    at_wall,
    read_time,
    week_of,
    write_time,
)
from app.phrases.roster import LANGUAGES, fault_words
from app.roster_changes import City, Entry, State, compare
from app.roster_copy import WhyNot, fit, moved
from app.roster_csv import COLUMNS, Fault, guarded, read, unguarded, write
from app.roster_week import presence
from tests.app.test_phrases import fields

KYIV = ZoneInfo("Europe/Kyiv")
HEADER = ",".join(COLUMNS)
CITY = City(frozenset({"P", "Q"}), {"A": "P", "B": "P"})
OFFICERS = "officer,O1,Іван,,P,,,,,,,,\nofficer,O2,Олег,,P,,,,,,,,\n"
HOUR = timedelta(hours=1)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def shift(officer: str, since: str, until: str, kind: str = "duty") -> str:
    return f"shift,{officer},,,,,,,,,{kind},{since},{until}\n"


def file_of(rows: str, header: str = HEADER) -> bytes:
    return f"{header}\n{rows}".encode()


def faults(content: bytes) -> list[tuple[int, str]]:
    return [(fault.line, fault.kind) for fault in read(content, KYIV).faults]


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("2026-11-24 08:00", "2026-11-24T06:00"),
        ("24.11.2026 08:00", "2026-11-24T06:00"),
        ("2026-07-01", "2026-06-30T21:00"),
        ("2026-11-24 24:00", "2026-11-24T22:00"),
        ("2026-10-25T03:30+03:00", "2026-10-25T00:30"),
        ("2026-10-25 03:30 +02:00", "2026-10-25T01:30"),
        ("2026-10-25T03:30Z", "2026-10-25T03:30"),
        ("2026-11-24 08:00:30.25", "2026-11-24T06:00:30.250000"),
    ],
)
def test_times_are_the_citys_unless_they_say_otherwise(text: str, instant: str) -> None:
    assert read_time(text, KYIV) == utc(instant)


@pytest.mark.parametrize(
    ("text", "fault", "offers"),
    [
        ("2026-03-29 03:30", TimeFault.SKIPPED, ("2026-03-29 04:30",)),
        (
            "2026-10-25 03:30",
            TimeFault.TWICE,
            ("2026-10-25 03:30+03:00", "2026-10-25 03:30+02:00"),
        ),
        ("2026-02-30 10:00", TimeFault.UNREADABLE, ()),
        ("tomorrow", TimeFault.UNREADABLE, ()),
        ("2026-11-24 8", TimeFault.UNREADABLE, ()),
        ("9999-12-31 24:00", TimeFault.UNREADABLE, ()),
        ("2026-11-24 08:00+99:00", TimeFault.UNREADABLE, ()),
        ("٢٠٢٦-11-24 08:00", TimeFault.UNREADABLE, ()),
    ],
)
def test_what_is_no_time_is_told(text: str, fault: TimeFault, offers: tuple[str, ...]) -> None:
    with pytest.raises(CityTimeError) as caught:
        read_time(text, KYIV)
    assert (caught.value.fault, caught.value.offers) == (fault, offers)


@given(
    st.datetimes(
        utc("2000-02-01T00:00").replace(tzinfo=None),
        utc("2199-11-01T00:00").replace(tzinfo=None),
        timezones=st.just(UTC),
    )
)
def test_what_is_written_is_read_again(at: datetime) -> None:
    assert read_time(write_time(at, KYIV), KYIV) == at


def test_a_week_with_a_clock_change_is_an_hour_longer_or_shorter() -> None:
    assert [day.hours for day in week_of(date(2026, 10, 21), KYIV)] == [24] * 6 + [25]
    assert [day.hours for day in week_of(date(2026, 3, 29), KYIV)] == [24] * 6 + [23]
    assert at_wall(date(2026, 3, 29), time(3, 30), KYIV) == utc("2026-03-29T01:30")
    assert at_wall(date(2026, 10, 25), time(3, 30), KYIV) == utc("2026-10-25T00:30")


def test_one_file_says_everything_in_any_dress() -> None:
    rows = (
        OFFICERS
        + "posting,O1,,,,,,,,A,primary,2026-11-01,\n"
        + shift("O1", "2026-11-24 20:00", "2026-11-25 08:00")
        + shift("O2", "2026-11-24 08:00", "2026-11-24 20:00", "on_call")
        + "leave,O2,,,,,,,,,sick,2026-11-26,2026-11-28\n\n,,,,,,,,,,,,\n"
    )
    plain = read(file_of(rows), KYIV)
    assert (plain.faults, len(plain.officers), len(plain.entries)) == ([], 2, 4)
    night = plain.entries[1]
    assert (night.line, night.since, night.until) == (
        5,
        utc("2026-11-24T18:00"),
        utc("2026-11-25T06:00"),
    )
    text = f"{HEADER}\n{rows}"
    for dressed in (
        b"\xef\xbb\xbf" + text.encode(),
        text.replace(",", ";").replace("\n", "\r\n").encode(),
        ("sep=;\n" + text.replace(",", ";")).encode(),
        text.replace(",", "\t").replace("\n", "\r").encode(),
    ):
        again = read(dressed, KYIV)
        assert again.faults == []
        assert again.officers[1].facts == plain.officers[1].facts
        assert [each.since for each in again.entries] == [each.since for each in plain.entries]


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"", [(0, "empty_file")]),
        (b"\n\n", [(0, "empty_file")]),
        ("entry,officer\nofficer,Ж".encode("cp1251"), [(2, "not_utf8")]),
        ("entry,officer\n".encode("utf-16"), [(1, "not_utf8")]),
        (b"entry,officer\nofficer,\x00", [(2, "bad_characters")]),
        (b"officer,name\n", [(1, "missing_column")]),
        (b"entry,officer,colour\n", [(1, "unknown_column")]),
        (b"entry,officer,name,name\n", [(1, "repeated_column")]),
        (file_of("shift,O1,,,,,,,,,duty,2026-11-24 08:00"), [(2, "broken_row")]),
        (file_of("shift,O1,,,,,,,,,duty,2026-11-24 08:00,2026-11-25"), [(2, "cut_off")]),
        (file_of('officer,O1,"Іван,,P,,,,,,,,\nofficer'), [(2, "broken_quotes")]),
        (file_of("rota,O1,,,,,,,,,,,\n"), [(2, "unknown_entry")]),
        (file_of("officer,,Іван,,P,,,,,,,,\n"), [(2, "empty")]),
        (file_of("officer,a/b,Іван,,P,,,,,,,,\n"), [(2, "bad_characters")]),
        (file_of("officer,O1,,,P,,,,,,,,\n"), [(2, "empty")]),
        (file_of(f"officer,O1,{'Ї' * 201},,P,,,,,,,,\n"), [(2, "too_long")]),
        (file_of("officer,O1,Іван,,P,,,0,,,,,\n"), [(2, "bad_number")]),
        (file_of("officer,O1,Іван,,P,,,,maybe,,,,\n"), [(2, "bad_yes_no")]),
        (file_of("posting,O1,,,,,,,,,primary,2026-11-24,\n"), [(2, "empty")]),
        (file_of(shift("O1", "2026-11-24", "2026-11-25", "sick")), [(2, "unknown_kind")]),
        (file_of(shift("O1", "", "2026-11-25")), [(2, "empty")]),
        (file_of(shift("O1", "2026-11-25", "2026-11-25")), [(2, "ends_before")]),
        (file_of(shift("O1", "2026-03-29 03:30", "")), [(2, "skipped_time")]),
        (file_of(shift("O1", "2026-10-25 03:30", "")), [(2, "twice_time")]),
        (file_of(shift("O1", "soon", "")), [(2, "bad_time")]),
        (
            file_of("span,,,,,,,,,,,2026-11-24,\nspan,,,,,,,,,,,2026-11-25,\n"),
            [(3, "second_span")],
        ),
        (
            file_of(shift("O1", "2026-11-24", "2026-11-25") * 2 + OFFICERS * 2),
            [(3, "repeated"), (6, "repeated"), (7, "repeated")],
        ),
    ],
)
def test_every_fault_has_its_line_and_words(
    content: bytes, expected: list[tuple[int, str]]
) -> None:
    file = read(content, KYIV)
    assert [(fault.line, fault.kind) for fault in file.faults] == expected
    for fault in file.faults:
        words = fault_words(fault, KYIV)
        assert all(words.values())
        assert "{" not in "".join(words.values())


def test_the_words_are_the_same_in_every_language() -> None:
    first = LANGUAGES["uk"].FAULTS
    for words in LANGUAGES.values():
        assert words.FAULTS.keys() == first.keys()
        for key, text in words.FAULTS.items():
            assert fields(text) == fields(first[key]), key


@given(st.binary(max_size=200) | st.text(max_size=200).map(file_of))
def test_no_bytes_break_it(content: bytes) -> None:
    file = read(content, KYIV)
    for fault in file.faults:
        assert all(fault_words(fault, KYIV).values())


@given(st.text(st.sampled_from("'=+-@|%\t a＝"), max_size=6))
def test_no_cell_is_a_formula_and_none_is_changed(value: str) -> None:
    cell = guarded(value)
    assert unguarded(cell) == value
    assert not cell.strip().startswith(tuple("=+-@|%＝"))


def plan(rows: str, *entries: Entry, officers: Sequence[str] = ()) -> Any:
    file = read(file_of(rows), KYIV)
    assert file.faults == []
    known = read(file_of(OFFICERS), KYIV).officers
    first = compare(read(file_of(OFFICERS), KYIV), State({}, []), CITY)
    facts = {each.officer: each.after for each in first.changes if each.officer in officers}
    assert len(known) == 2
    return compare(file, State(facts, list(entries)), CITY)  # type: ignore[arg-type]


def there(officer: str, since: str, until: str, entry_id: int = 1) -> Entry:
    return Entry(
        "shift", officer, "duty", read_time(since, KYIV), read_time(until, KYIV), None, entry_id
    )


BOTH = ("O1", "O2")


def test_a_file_adds_changes_and_ends() -> None:
    old = there("O1", "2026-11-24 08:00", "2026-11-24 20:00")
    rows = shift("O1", "2026-11-24 08:00", "2026-11-24 22:00")
    assert [each.verb for each in plan(rows, old, officers=BOTH).changes] == ["changed"]
    rows = shift("O1", "2026-11-25 08:00", "2026-11-25 20:00")
    assert [each.verb for each in plan(rows, old, officers=BOTH).changes] == ["added"]
    span = "span,,,,,,,,,,,2026-11-23,2026-11-30\n"
    found = plan(span + rows, old, officers=BOTH)
    assert sorted(each.verb for each in found.changes) == ["added", "ended"]
    # One that began before is cut, and after that there is nothing more to do.
    long = there("O1", "2026-11-22 20:00", "2026-11-23 08:00")
    [cut] = plan(span + "officer,O1,Іван,,P,,,,,,,,\n", long, officers=BOTH).changes
    assert (cut.verb, cut.after.until) == ("ended", read_time("2026-11-23", KYIV))
    assert plan(span + "officer,O1,Іван,,P,,,,,,,,\n", cut.after, officers=BOTH).changes == []


def test_conflicts_are_told_by_line() -> None:
    old = there("O1", "2026-11-24 08:00", "2026-11-24 20:00")
    cases = {
        shift("O9", "2026-11-24", "2026-11-25"): [(2, "unknown_officer")],
        "officer,O9,Нова,,X,,,,,,,,\n": [(2, "unknown_precinct")],
        "posting,O1,,,,,,,,Z,primary,2026-11-24,\n": [(2, "unknown_beat")],
        shift("O1", "2026-11-24 10:00", "2026-11-24 12:00"): [(2, "shift_overlap")],
        shift("O2", "2026-11-24", "2026-11-25") + shift("O2", "2026-11-24 20:00", "2026-11-26"): [
            (3, "shift_overlap")
        ],
        "posting,O1,,,,,,,,A,primary,2026-11-24,\nposting,O2,,,,,,,,A,primary,2026-12-24,\n": [
            (3, "two_primaries")
        ],
        "posting,O1,,,,,,,,A,primary,2026-11-24,\nposting,O1,,,,,,,,A,deputy,2026-12-24,\n": [
            (3, "posted_twice")
        ],
    }
    for rows, expected in cases.items():
        found = plan(rows, old, officers=BOTH).conflicts
        assert [(fault.line, fault.kind) for fault in found] == expected, rows
        for fault in found:
            assert "{" not in "".join(fault_words(fault, KYIV).values())
    new = read(file_of("officer,O1,Іван,,P,,,,,,,,\n", HEADER), KYIV)
    theirs = City(CITY.precincts, CITY.beats, lambda code: code == "Q")
    assert [f.kind for f in compare(new, State({}, []), theirs).conflicts] == ["not_yours"]
    short = read(b"entry,officer,name\nofficer,O9,\xd0\x90\n", KYIV)
    assert [f.kind for f in compare(short, State({}, []), CITY).conflicts] == ["new_officer"]


SLOTS = st.lists(st.tuples(st.integers(0, 40), st.integers(1, 6)), max_size=8)


def entries(slots: list[tuple[int, int]], first_id: int | None = 1) -> list[Entry]:
    made: list[Entry] = []
    free = 0
    for gap, length in slots:
        begins = free + gap
        free = begins + length
        since = utc("2026-10-20T00:00") + begins * HOUR * 3
        until = utc("2026-10-20T00:00") + free * HOUR * 3
        number = None if first_id is None else first_id + len(made)
        made.append(Entry("shift", "O1", "duty", since, until, None, number))
    return made


@given(SLOTS, SLOTS)
def test_a_file_with_a_span_makes_the_plan_its_own(
    before: list[tuple[int, int]], after: list[tuple[int, int]]
) -> None:
    rows = [{"entry": "span", "since": utc("2026-10-01T00:00"), "until": None}]
    rows += [{"entry": "officer", "officer": "O1", "name": "Іван", "precinct": "P"}]
    wanted = entries(after, None)
    rows += [
        {"entry": "shift", "officer": "O1", "kind": "duty", "since": e.since, "until": e.until}
        for e in wanted
    ]
    content = "".join(write(rows, KYIV)).encode()
    file = read(content, KYIV)
    assert file.faults == []
    facts = {"O1": compare(file, State({}, []), CITY).changes[0].after}
    there_now = entries(before)
    made = compare(file, State(facts, there_now), CITY)  # type: ignore[arg-type]
    assert made.conflicts == []
    left = {each.id: each for each in there_now}
    for each in made.changes:
        if isinstance(each.before, Entry):
            left.pop(each.before.id)
        if isinstance(each.after, Entry):
            left[each.after.id or len(left) + 1_000] = each.after
    final = list(left.values())
    assert sorted(each.identity for each in final) == sorted(each.identity for each in wanted)
    again = compare(file, State(facts, final), CITY)  # type: ignore[arg-type]
    assert (again.changes, again.conflicts) == ([], [])


def test_a_week_is_copied_by_the_clock_on_the_wall() -> None:
    night = there("O1", "2026-10-24 20:00", "2026-10-25 08:00")
    before = moved(night, -1, KYIV)
    assert write_time(before.since, KYIV) == "2026-10-17 20:00"
    assert (before.until or before.since) - before.since == 12 * HOUR
    assert (night.until or night.since) - night.since == 13 * HOUR
    # There is no half past three when clocks go forward.
    short = there("O1", "2026-03-22 03:30", "2026-03-22 04:00")
    after = moved(short, 1, KYIV)
    assert (after.until or after.since) - after.since == HOUR / 2
    away = [Entry("leave", "O1", "sick", utc("2026-11-24T00:00"), utc("2026-11-25T00:00"))]
    wanted = [
        there("O1", "2026-11-23 08:00", "2026-11-23 20:00"),
        there("O1", "2026-11-24 08:00", "2026-11-24 20:00"),
        there("O2", "2026-11-24 08:00", "2026-11-24 20:00"),
        there("O2", "2026-11-26 08:00", "2026-11-26 20:00"),
        Entry("shift", "O2", "duty", utc("2026-11-27T00:00"), None),
    ]
    planned = [wanted[2], there("O2", "2026-11-26 12:00", "2026-11-26 13:00")]
    copy = fit(wanted, planned, away)
    assert (copy.added, copy.same) == ([wanted[0]], 1)
    assert [each.why for each in copy.skipped] == [WhyNot.LEAVE, WhyNot.OVERLAP, WhyNot.ENDLESS]


def test_a_tap_overrules_the_plan_until_it_says_something_new() -> None:
    at = [utc("2026-11-24T00:00") + number * HOUR for number in range(25)]
    plan_, away = [(at[8], at[20])], [(at[12], at[13])]
    found = presence(
        None, plan_, away, [(at[10], False), (at[11], True), (at[22], True)], (at[0], at[24])
    )
    assert found == [(at[8], at[10]), (at[11], at[12]), (at[13], at[20]), (at[22], at[24])]
    assert presence(True, [], [], [], (at[0], at[2])) == [(at[0], at[2])]


def test_a_fault_without_values_can_be_said() -> None:
    assert fault_words(Fault(1, "empty_file"), KYIV)["en"].startswith("The file is empty")
