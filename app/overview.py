"""The city at one instant: what is open, what is late, who is there."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from app.models.reports import OPEN_SQL, UNACKNOWLEDGED_SQL, UNDERWAY_SQL
from app.permissions import Scope
from app.watching import Watch
from app.workflow import OPEN, Status

_ORDERED = [status.value for status in Status if status in OPEN]

# One statement is one snapshot: what is counted twice in it is counted alike. Who is on duty and
# which beats are unattended is what the last look found (see app/duty_watch.py), seconds ago.
_SNAPSHOT = text(f"""
WITH mine AS MATERIALIZED (
    SELECT CASE WHEN in_district THEN precinct_code END AS precinct,
           CASE WHEN in_district THEN beat_code END AS beat, status, received_at, number,
           CASE WHEN in_district THEN assigned_officer_id END AS officer_id,
           {UNACKNOWLEDGED_SQL} AS waiting,
           coalesce({UNACKNOWLEDGED_SQL} AND acknowledge_due_at <= :now, false) AS late_to_take,
           coalesce({UNDERWAY_SQL} AND on_scene_due_at <= :now, false) AS late_to_come
      FROM report, LATERAL (
           SELECT CAST(:told AS text[]) IS NULL OR category = ANY (CAST(:told AS text[]))
               AS in_district) AS seen
     WHERE {OPEN_SQL}
       AND (CAST(:precinct AS text) IS NULL OR precinct_code = :precinct
            OR (CAST(:unplaced AS boolean) AND precinct_code IS NULL))
       AND (CAST(:categories AS text[]) IS NULL OR category = ANY (CAST(:categories AS text[])))
       AND (CAST(:districts AS text[]) IS NULL OR precinct_code = ANY (CAST(:districts AS text[]))
            OR beat_code = ANY (CAST(:districts AS text[])))
), by_status AS (
    SELECT precinct, status, count(*) AS n, count(*) FILTER (WHERE late_to_take) AS late_to_take,
           count(*) FILTER (WHERE late_to_come) AS late_to_come
      FROM mine GROUP BY precinct, status
), oldest AS (
    SELECT DISTINCT ON (precinct) precinct, number, received_at
      FROM mine WHERE waiting ORDER BY precinct, received_at, number
), loads AS (
    SELECT officer_id, count(*) AS n,
           count(*) FILTER (WHERE late_to_take OR late_to_come) AS late
      FROM mine WHERE officer_id IS NOT NULL GROUP BY officer_id
), there AS (
    SELECT o.precinct_code AS precinct, o.code, o.name, o.rank, o.on_duty,
           coalesce(o.load_limit, :load_limit) AS load_limit,
           coalesce(l.n, 0) AS open_reports, coalesce(l.late, 0) AS overdue
      FROM officer o LEFT JOIN loads l ON l.officer_id = o.id
     WHERE o.active AND (CAST(:precinct AS text) IS NULL OR o.precinct_code = :precinct)
), staffed AS (
    SELECT precinct, count(*) AS officers, count(*) FILTER (WHERE on_duty) AS on_duty
      FROM there GROUP BY precinct
), by_beat AS (
    SELECT beat, count(*) AS n FROM mine WHERE beat IS NOT NULL GROUP BY beat
), lonely AS (
    SELECT u.beat_code AS beat, u.since, u.why, coalesce(b.n, 0) AS open_reports
      FROM unattended_beat u LEFT JOIN by_beat b ON b.beat = u.beat_code
)
SELECT (SELECT jsonb_agg(s) FROM by_status s) AS statuses,
       (SELECT jsonb_agg(s) FROM oldest s) AS oldest,
       (SELECT jsonb_agg(s) FROM staffed s) AS staffed,
       (SELECT jsonb_agg(s ORDER BY s.open_reports DESC, s.code) FROM there s
         WHERE s.on_duty) AS officers,
       (SELECT jsonb_agg(s ORDER BY s.open_reports DESC, s.since, s.beat)
          FROM lonely s) AS unattended
""")  # noqa: S608 - names of the program


@dataclass(slots=True)
class Counts:
    """What is open somewhere."""

    statuses: dict[str, int] = field(default_factory=lambda: dict.fromkeys(_ORDERED, 0))
    late_to_acknowledge: int = 0
    late_on_scene: int = 0
    oldest: tuple[str, datetime] | None = None
    officers: int = 0
    on_duty: int = 0

    @property
    def open(self) -> int:
        """All of them."""
        return sum(self.statuses.values())

    def add(self, other: "Counts") -> None:
        """Count what is open elsewhere, too."""
        for status, count in other.statuses.items():
            self.statuses[status] += count
        self.late_to_acknowledge += other.late_to_acknowledge
        self.late_on_scene += other.late_on_scene
        self.officers += other.officers
        self.on_duty += other.on_duty
        both = [each for each in (self.oldest, other.oldest) if each is not None]
        self.oldest = min(both, key=lambda each: (each[1], each[0]), default=None)


@dataclass(frozen=True, slots=True)
class OnDuty:
    """An officer who is there, and what they have on their hands."""

    code: str
    name: str
    rank: str | None
    precinct: str
    load_limit: int | None
    open_reports: int
    overdue: int


@dataclass(frozen=True, slots=True)
class Lonely:
    """An unattended beat."""

    beat: str
    since: datetime
    why: str
    open_reports: int


@dataclass(frozen=True, slots=True)
class Overview:
    """The city, or a precinct; `precincts` has None for what is in none."""

    at: datetime
    precincts: dict[str | None, Counts]
    officers: list[OnDuty]
    unattended: list[Lonely]

    @property
    def total(self) -> Counts:
        """All precincts together."""
        total = Counts()
        for counts in self.precincts.values():
            total.add(counts)
        return total


def _listed(codes: frozenset[str] | None) -> list[str] | None:
    return None if codes is None else sorted(codes)


async def overview(
    session: AsyncSession,
    scope: Scope,
    now: datetime,
    load_limit: int | None,
    told: Collection[str] | None = None,
) -> Overview:
    """Count what somebody sees; one statement, so that all numbers are of one instant.

    Parameters
    ----------
    session
    scope : Scope
    now : datetime
        By which deadlines have passed or not.
    load_limit : int or None
        Of officers without one of their own.
    told : collection of str, optional
        Only these categories are counted in their districts, the others in none.
    """
    watch = scope.watch or Watch()
    row = (
        await session.execute(
            _SNAPSHOT,
            {
                "now": now,
                "precinct": scope.precinct,
                "unplaced": scope.unplaced,
                "categories": _listed(watch.categories),
                "districts": _listed(watch.districts),
                "load_limit": load_limit,
                "told": None if told is None else sorted(told),
            },
        )
    ).one()
    precincts: dict[str | None, Counts] = {}

    def of(found: dict[str, Any]) -> Counts:
        return precincts.setdefault(found["precinct"], Counts())

    for found in row.statuses or ():
        counts = of(found)
        counts.statuses[found["status"]] = found["n"]
        counts.late_to_acknowledge += found["late_to_take"]
        counts.late_on_scene += found["late_to_come"]
    for found in row.oldest or ():
        of(found).oldest = (found["number"], datetime.fromisoformat(found["received_at"]))
    for found in row.staffed or ():
        of(found).officers, of(found).on_duty = found["officers"], found["on_duty"]
    return Overview(
        at=now,
        precincts=precincts,
        officers=[_on_duty(found) for found in row.officers or ()],
        unattended=_lonely(row.unattended or ()),
    )


def _on_duty(found: dict[str, Any]) -> OnDuty:
    return OnDuty(**{name: found[name] for name in OnDuty.__slots__})


def _lonely(rows: Iterable[dict[str, Any]]) -> list[Lonely]:
    return [
        Lonely(
            beat=found["beat"],
            since=datetime.fromisoformat(found["since"]),
            why=found["why"],
            open_reports=found["open_reports"],
        )
        for found in rows
    ]
