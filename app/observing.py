"""What those who only read along see of a report: as exactly as its category allows, and no more.

Every outlet asks here. Where a report is must not come out by another way either: not by a filter
that finds it, a count that includes it, or words that name the house.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

import shapely
from geoalchemy2.shape import to_shape
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.access import Caller
from app.categories import Precision
from app.directory import Directory, DirectoryCache
from app.models import CategoryRow, Report, TriageInForce
from app.permissions import Action, may
from app.report_shapes import AssignmentView, EventView, PlacementView, ReportView
from geo.blocks import REACH_M, block_of

CITIZEN = "citizen"
# A telephone number, an e-mail address, a name on Telegram.
REACHED_BY = re.compile(
    r"\+?\d[\d\s()\-]{7,}\d|[\w.+-]+@[\w-]+(?:\.[\w-]+)+|@\w{4,}|t\.me/\w+", re.IGNORECASE
)
Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Sight:
    """How exactly an observer sees reports.

    Attributes
    ----------
    precisions : mapping of str to Precision
        By category.
    directory : Directory or None
        Of the boundaries in force.
    """

    precisions: Mapping[str, Precision]
    directory: Directory | None

    def precision(self, category: str) -> Precision:
        """Return how exactly a category's places are shown; one that is gone shows none."""
        return self.precisions.get(category, Precision.NONE)

    @property
    def told(self) -> frozenset[str]:
        """Categories of which at least the district is told."""
        return frozenset(
            code for code, precision in self.precisions.items() if precision is not Precision.NONE
        )

    def point(self, report: Report) -> Point | None:
        """Return where a report is shown, in degrees."""
        shown = self._place(report)
        return shown and shown[0]

    def _place(self, report: Report) -> tuple[Point, float | None] | None:
        precision = self.precision(report.category)
        if report.place is None or precision is Precision.NONE:
            return None
        point = to_shape(report.place)
        match precision:
            case Precision.EXACT:
                return (point.x, point.y), report.place_accuracy_m
            case Precision.BLOCK:
                return block_of(point.x, point.y), round(REACH_M)
        middle = self._middle(report.beat_code) or self._middle(report.precinct_code)
        return middle and (middle, None)

    def _middle(self, code: str | None) -> Point | None:
        entry = self.directory.entries.get(code) if self.directory and code else None
        if entry is None:
            return None
        inside = shapely.from_geojson(entry.geometry).representative_point()
        return inside.x, inside.y

    def view(self, report: Report, exact: ReportView) -> ReportView:
        """Return what an observer is shown of a report."""
        precision = self.precision(report.category)
        changed: dict[str, object] = {
            "placement": self._placement(report, exact, precision),
            "reporter": None,
            "triage": None,
            "dispatch": None,
            "proposed_move": None,
            "duplicate_of": None,
            "abusive": False,
            "from_muted": False,
            "assignment": _assignment(exact.assignment, precision),
        }
        changed["text"] = _nameless(exact.text) if precision is Precision.EXACT else ""
        if precision is not Precision.EXACT:
            # Which service answers there tells where it is, too.
            changed |= {"decision": None, "redirect": None}
        if precision is Precision.NONE:
            awaiting = [each for each in exact.awaiting if each == "category"]
            changed |= {"precinct": None, "beat": None, "awaiting": awaiting}
        return exact.model_copy(update=changed)

    def _placement(
        self, report: Report, exact: ReportView, precision: Precision
    ) -> PlacementView | None:
        shown = self._place(report)
        if shown is None or exact.placement is None:
            return None
        (lon, lat), accuracy = shown
        label = exact.placement.label if precision is Precision.EXACT else None
        return PlacementView(
            kind=exact.placement.kind,
            lon=lon,
            lat=lat,
            accuracy_m=accuracy,
            label=label,
            precision=precision,
        )


def _nameless(text: str) -> str:
    """Return a text without what a person is reached by; who reads along need not call back."""
    return REACHED_BY.sub("…", text)


def _assignment(exact: AssignmentView, precision: Precision) -> AssignmentView:
    if precision is Precision.NONE:
        return AssignmentView(officer=None, desk=None, rung=exact.rung, skipped=[], why=None)
    return exact.model_copy(update={"why": None, "skipped": []})


def observed_events(events: list[EventView]) -> list[EventView]:
    """Return a history without places, words and names: what happened to the report, and when."""
    return [
        event.model_copy(
            update={
                "actor": CITIZEN if event.actor.startswith(CITIZEN) else event.actor,
                "before": _status(event.before),
                "after": _status(event.after),
                "note": None,
            }
        )
        for event in events
    ]


def _status(side: dict[str, object] | None) -> dict[str, object] | None:
    return {"status": side["status"]} if side and "status" in side else None


async def sight_of(
    session: AsyncSession, caller: Caller, directories: DirectoryCache
) -> Sight | None:
    """Return how exactly somebody sees reports; None for everything as it is."""
    if may(caller, Action.SEE_EXACTLY):
        return None
    rows = await session.execute(
        select(CategoryRow.code, CategoryRow.precision).join(
            TriageInForce, TriageInForce.triage_version_id == CategoryRow.triage_version_id
        )
    )
    return Sight(
        {row.code: Precision(row.precision) for row in rows},
        await directories.current_or_none(session),
    )


def told_to(sight: Sight | None) -> frozenset[str] | None:
    """Return the only categories that somebody may find by where they are; None for all."""
    return sight.told if sight is not None else None
