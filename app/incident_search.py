"""Reports that may be the same incident: found by place and time, measured by words as well."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import takewhile
from operator import attrgetter
from typing import Any

from geoalchemy2.shape import to_shape
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from app.categories import RuleSet
from app.incident_rules import (
    LASTS_TIMES,
    MAYBE_LIKENESS,
    MAYBE_TIMES,
    Judged,
    Near,
    Verdict,
    judge,
    related,
)
from app.models import Report
from app.models.reports import ENTRY_SQL, OPEN_SQL
from geo.folding import words
from geo.metres import distance_m, metres_per_degree

FOLDED_LENGTH = 400
# Entries in one place at one time: where there are more, the nearest in time are enough.
MOST = 200
SUGGESTED = 3

_COLUMNS = """
SELECT r.id, r.number, r.status, r.category, r.text, r.people, r.reporter_id, r.received_at,
       coalesce(r.last_joined_at, r.received_at) AS last_at, r.precinct_code,
       ST_X(r.place) AS lon, ST_Y(r.place) AS lat, coalesce(r.place_accuracy_m, 0) AS vague_m,
       similarity(r.folded, CAST(:folded AS text)) AS likeness
  FROM report r
"""
_NOT_SAID_OTHER = """
NOT EXISTS (SELECT FROM not_same n WHERE n.low_id = least(r.id, CAST(:id AS bigint))
                                     AND n.high_id = greatest(r.id, CAST(:id AS bigint)))
"""
# By ix_report_entry_near: what follows another report is not in it, so a flood of those is free.
_NEAR = f"""
{_COLUMNS}
 WHERE r.{ENTRY_SQL} AND r.place && ST_MakeEnvelope(:west, :south, :east, :north, 4326)
   AND r.received_at BETWEEN :since AND :until AND r.id <> CAST(:id AS bigint)
   AND {_NOT_SAID_OTHER}
"""
NEAR_OPEN = text(f"{_NEAR} AND r.{OPEN_SQL} ORDER BY r.received_at DESC LIMIT {MOST}")
NEAR = text(f"{_NEAR} ORDER BY r.received_at DESC LIMIT {MOST}")
ONE = text(f"{_COLUMNS} WHERE r.id = :other")
# What lies open without a place, or anything for one that has none: by its words alone.
BY_WORDS = text(f"""
{_COLUMNS}
 WHERE r.{OPEN_SQL} AND (r.place IS NULL OR NOT CAST(:placed AS boolean))
   AND r.received_at BETWEEN :since AND :until AND r.id <> CAST(:id AS bigint)
   AND similarity(r.folded, CAST(:folded AS text)) >= {MAYBE_LIKENESS}
   AND {_NOT_SAID_OTHER}
 ORDER BY likeness DESC, r.id LIMIT 20
""")


@dataclass(frozen=True, slots=True)
class Probe:
    """A report that others are looked for that are the same.

    Attributes
    ----------
    id : int
        0 where it has none yet.
    place : tuple of float or None
        Longitude and latitude.
    vague_m : float
        How far off the place may be.
    """

    id: int
    category: str
    place: tuple[float, float] | None
    vague_m: float
    at: datetime
    folded: str | None
    reporter_id: int | None


@dataclass(frozen=True, slots=True)
class Candidate:
    """An entry of the queue that a report may belong to."""

    id: int
    number: str
    status: str
    category: str
    text: str
    people: int
    precinct: str | None
    received_at: datetime
    judged: Judged


def folded(said: str) -> str | None:
    """Return what a text is compared by: its words as they sound, whatever the language."""
    length = 0

    def fits(word: str) -> bool:
        nonlocal length
        length += len(word) + 1
        return length <= FOLDED_LENGTH

    found = takewhile(fits, (word.folded for word in words(said[: 4 * FOLDED_LENGTH])))
    return " ".join(found) or None


def probe_of(report: Report) -> Probe:
    """Return what is looked for to find reports that are the same as one."""
    place = None
    if report.place is not None:
        point = to_shape(report.place)
        place = (point.x, point.y)
    return Probe(
        report.id or 0,
        report.category,
        place,
        report.place_accuracy_m or 0.0,
        report.received_at,
        report.folded,
        report.reporter_id,
    )


def box(place: tuple[float, float], radius_m: float) -> tuple[float, float, float, float]:
    """Return west, south, east and north of a square around a place, in degrees."""
    lon, lat = place
    per_lon, per_lat = metres_per_degree(lat)
    wide, high = radius_m / max(per_lon, 1.0), radius_m / per_lat
    return lon - wide, lat - high, lon + wide, lat + high


async def same(session: AsyncSession, rules: RuleSet, probe: Probe) -> Candidate | None:
    """Return the open entry that a report belongs to by itself, the likeliest one."""
    category = rules.by_code.get(probe.category)
    if category is None or probe.place is None:
        return None
    found = await _near(session, rules, probe, NEAR_OPEN, times=1.0, lasts=LASTS_TIMES)
    return max(
        (each for each in found if each.judged.verdict is Verdict.SAME),
        key=lambda each: (each.judged.score, -each.id),
        default=None,
    )


async def suggestions(session: AsyncSession, rules: RuleSet, probe: Probe) -> list[Candidate]:
    """Return entries that somebody may find to be the same as a report, the likeliest first."""
    found: list[Candidate] = []
    if probe.place is not None:
        found += await _near(session, rules, probe, NEAR, times=MAYBE_TIMES, lasts=LASTS_TIMES)
    if probe.folded is not None:
        found += await _by_words(session, rules, probe)
    likely = {each.id: each for each in found if each.judged.verdict is not Verdict.OTHER}
    return sorted(likely.values(), key=lambda each: (-each.judged.score, each.id))


async def measured(
    session: AsyncSession, rules: RuleSet, probe: Probe, other_id: int
) -> Candidate | None:
    """Return how near one report is to another; None where a category of theirs is no more."""
    row = (
        await session.execute(ONE, {"other": other_id, "id": probe.id, "folded": probe.folded})
    ).one()
    if probe.category not in rules.by_code:
        return None
    return next(iter(_judged(rules, probe, [row])), None)


async def why_same(
    session: AsyncSession, rules: RuleSet, probe: Probe, other_id: int
) -> dict[str, Any]:
    """Return what speaks for it, or against it, that a report is the same as another."""
    found = await measured(session, rules, probe, other_id)
    return found.judged.why if found else {}


async def _near(
    session: AsyncSession, rules: RuleSet, probe: Probe, statement: Any, times: float, lasts: float
) -> list[Candidate]:
    category = rules.by_code.get(probe.category)
    if category is None or probe.place is None:
        return []
    within = category.duplicates
    west, south, east, north = box(probe.place, times * within.radius_m + probe.vague_m)
    span = timedelta(minutes=max(times, lasts) * within.minutes)
    rows = await session.execute(
        statement,
        {
            "west": west,
            "south": south,
            "east": east,
            "north": north,
            # One that was placed late may be of what others told of after it.
            "since": probe.at - span,
            "until": probe.at + span,
            "id": probe.id,
            "folded": probe.folded,
        },
    )
    return _judged(rules, probe, rows.all())


async def _by_words(session: AsyncSession, rules: RuleSet, probe: Probe) -> list[Candidate]:
    category = rules.by_code.get(probe.category)
    if category is None:
        return []
    span = timedelta(minutes=MAYBE_TIMES * category.duplicates.minutes)
    rows = await session.execute(
        BY_WORDS,
        {
            "placed": probe.place is not None,
            "since": probe.at - span,
            "until": probe.at + span,
            "id": probe.id,
            "folded": probe.folded,
        },
    )
    return _judged(rules, probe, rows.all())


def _judged(rules: RuleSet, probe: Probe, rows: Sequence[Any]) -> list[Candidate]:
    kin = related(rules, probe.category)
    own = rules.by_code[probe.category]
    found = []
    for row in rows:
        other = rules.by_code.get(row.category)
        if other is None:
            continue
        near = _measured(probe, row)
        judged = judge(near, own, other, is_related=other.code in kin)
        found.append(
            Candidate(
                row.id,
                row.number,
                row.status,
                row.category,
                row.text,
                row.people,
                row.precinct_code,
                row.received_at,
                judged,
            )
        )
    return sorted(found, key=attrgetter("id"))


def _measured(probe: Probe, row: Any) -> Near:
    far = None
    if probe.place is not None and row.lon is not None:
        far = distance_m(*probe.place, row.lon, row.lat)
    # Between the first and the last word of an incident, a report is in the midst of it.
    first, last = row.received_at, row.last_at
    gap = max((probe.at - last).total_seconds(), (first - probe.at).total_seconds(), 0.0)
    return Near(
        distance_m=far,
        vague_m=max(probe.vague_m, row.vague_m),
        minutes=gap / 60,
        since_first=abs((probe.at - first).total_seconds()) / 60,
        likeness=row.likeness,
        same_person=probe.reporter_id is not None and probe.reporter_id == row.reporter_id,
    )
