"""What is wrong with a roster file, in English."""

LINE = "line {line}"
IN_ROSTER = "the roster"
NO_END = "no end"

FAULTS = {
    "empty_file": "The file is empty. Its first line must name the columns.",
    "not_utf8": "The file is not in UTF-8. Save it as “CSV UTF-8” and try again.",
    "missing_column": "There is no column “{column}”, without which the file cannot be read.",
    "unknown_column": "The column “{column}” is unknown. There are: {columns}.",
    "repeated_column": "The column “{column}” is named twice.",
    "too_many_rows": "The file has more than {most} rows. Divide it.",
    "broken_row": "The row has {found} cells instead of {expected}. The file seems cut off or shifted.",
    "cut_off": "The last line breaks off at a date. If the file is whole, add an empty line at its end.",
    "broken_quotes": "Quotes are opened and not closed, or something follows them.",
    "bad_characters": "The column “{column}” has characters that cannot be.",
    "too_long": "The column “{column}” has more than {most} characters.",
    "unknown_entry": "“{value}” is no kind of row. There are: {known}.",
    "empty": "The column “{column}” is empty.",
    "bad_number": "“{value}” in the column “{column}” is no whole number from 1.",
    "bad_yes_no": "“{value}” in the column “{column}”: it must be yes or no.",
    "unknown_kind": "The kind “{value}” is unknown. There are: {known}.",
    "bad_time": "“{value}” in the column “{column}” is no time. Write 2026-10-24 20:00.",
    "skipped_time": "“{value}”: there is no such time, clocks go forward then. Write {offers}.",
    "twice_time": (
        "“{value}” comes twice: clocks go back then. Write it with the offset: {offers}."
    ),
    "ends_before": "The end “{until}” is not after the beginning “{since}”.",
    "second_span": "A span is named in line {other} already, and there is only one.",
    "repeated": "Line {other} says the same.",
    "new_officer": "There is no officer {officer} yet: a new one needs the column “{column}”.",
    "unknown_precinct": "There is no precinct “{precinct}” in the boundaries in force.",
    "unknown_beat": "There is no beat “{beat}” in the boundaries in force.",
    "unknown_officer": "There is no officer “{officer}”, neither in the file nor in the register.",
    "not_yours": "The roster of precinct “{precinct}” is not kept by your desk.",
    "shift_overlap": "The shift of {officer} overlaps another in {place}: {period}.",
    "leave_overlap": "The absence of {officer} overlaps another in {place}: {period}.",
    "posted_twice": "{officer} is posted to beat {beat} in that time already, in {place}: {period}.",
    "two_primaries": "Beat {beat} has another primary officer in that time: {other_officer} in {place}, {period}.",
}
