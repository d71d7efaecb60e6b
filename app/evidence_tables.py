"""Figures as a table of one long form: every line one figure of one row."""

import csv
from collections.abc import Iterator, Mapping
from io import StringIO
from typing import Any

HEADER = ("section", "code", "figure", "current", "compare")
SUPPRESSED = "suppressed"
NOTHING = "none"
# Formulas that a spreadsheet would run.
_DANGEROUS = ("=", "+", "-", "@", "\t", "\r")

Flat = dict[tuple[str, str, str], Any]


def lines(shown: Mapping[str, Any]) -> Iterator[tuple[str, str, str, str, str]]:
    """Return the lines of what `app.evidence_views.evidence` answered, the header first."""
    yield HEADER
    current = flat(shown["current"])
    compare = flat(shown["compare"]) if shown["compare"] else {}
    for key in current | compare:
        # Series of other days are other lines; of all else both have the same.
        now = _cell(current[key]) if key in current else ""
        then = _cell(compare[key]) if key in compare else ""
        yield (*key, now, then)


def write(shown: Mapping[str, Any]) -> str:
    """Return the same as CSV (RFC 4180)."""
    out = StringIO()
    csv.writer(out).writerows(lines(shown))
    return out.getvalue()


def flat(side: Mapping[str, Any]) -> Flat:
    """Return all figures of one side by section, code and name."""
    found: Flat = {
        ("period", "", "since"): side["since"].isoformat(),
        ("period", "", "until"): side["until"].isoformat(),
    }
    for name, value in _leaves(side["total"]):
        found["total", "", name] = value
    for kind, rows in side["by"].items():
        for row in rows:
            if row["reports"] is None:
                found[kind, row["code"] or NOTHING, "reports"] = None
                continue
            for name, value in row.items():
                if name != "code":
                    found[kind, row["code"] or NOTHING, name] = value
    for each in side["series"]:
        found[side["step"].value, each["from"].isoformat(), "reports"] = each["reports"]
    for hour, reports in enumerate(side["hours"]):
        found["hour_of_week", f"{hour // 24 + 1} {hour % 24:02}:00", "reports"] = reports
    return found


def _leaves(tree: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    for name, value in tree.items():
        path = f"{prefix}{name}"
        if isinstance(value, Mapping):
            yield from _leaves(value, f"{path}.")
        elif name == "curve":
            for point in value:
                yield f"{path}.{point['share']}", point["seconds"]
        elif name == "bars":
            for bar in value:
                yield f"{path}.{bar['from_s']}", bar["reports"]
        elif name == "stars":
            for number, reports in enumerate(value or (), start=1):
                yield f"{path}.{number}", reports
        else:
            yield path, value


def _cell(value: object) -> str:
    if value is None:
        return SUPPRESSED
    text = str(value)
    return f"'{text}" if text.startswith(_DANGEROUS) else text
