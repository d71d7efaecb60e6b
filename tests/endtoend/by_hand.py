"""The figures of docs/evidence.md, counted from the rows of the history in plain Python."""

from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from tests.bot.conftest import Play

STEPS: tuple[int, ...] = (
    *range(120),
    *range(120, 600, 5),
    *range(600, 3_600, 30),
    *range(3_600, 21_600, 120),
    *range(21_600, 86_400, 600),
    *range(86_400, 604_800, 3_600),
)


def rounded(seconds: int) -> int:
    return max(step for step in STEPS if step <= seconds)


def nearest_rank(values: list[int], percent: int) -> int | None:
    if not values:
        return None
    return rounded(sorted(values)[-(-len(values) * percent // 100) - 1])


def owner(assignment: dict[str, Any]) -> tuple[int | None, str | None]:
    return assignment["officer_id"], assignment["desk"]


@dataclass
class Life:
    """A report and its history, as the register has them."""

    row: Any
    events: list[Any]
    # Steps of the report that this one follows, since it does: its citizen is told of them.
    shared: list[Any]

    @property
    def told(self) -> list[Any]:
        return sorted([*self.events, *self.shared], key=lambda event: event.at)

    def seconds(self, event: Any) -> int:
        took: timedelta = event.at - self.row.received_at
        return int(took.total_seconds())

    def first(self, *statuses: str) -> Any:
        steps = [e for e in self.told if e.kind not in {"registered", "duplicate"}]
        return next((e for e in steps if (e.after or {}).get("status") in statuses), None)

    @property
    def taken(self) -> Any:
        return self.first("acknowledged", "en_route", "on_scene", "resolved", "redirected")

    @property
    def answered(self) -> Any:
        if self.row.reporter_id is None:
            return None
        told = {"acknowledged", "en_route", "on_scene", "resolved", "redirected"}
        for event in self.told:
            said = (event.after or {}).get("status") if event.kind != "registered" else None
            if event.actor.split(":")[0] in {"citizen", "system"}:
                continue
            if event.kind in {"replied", "duplicate"} or said in told:
                return event
        return None

    @property
    def finished(self) -> Any:
        if self.row.status not in {"resolved", "redirected"} or self.row.duplicate_of_id:
            return None
        done = {"resolved", "redirected"}
        steps = [e for e in self.events if (e.after or {}).get("status") in done]
        return steps[-1] if steps else None

    @property
    def is_open(self) -> bool:
        return self.row.status not in {"resolved", "redirected", "withdrawn"}

    @property
    def was_opened_again(self) -> bool:
        closed = {"resolved", "redirected", "withdrawn"}
        for event in self.events:
            was, now = ((side or {}).get("status") for side in (event.before, event.after))
            if was in closed and now is not None and now not in closed:
                return True
        return False

    @property
    def is_moved(self) -> bool:
        for event in self.events:
            if event.kind in {"registered", "placed"}:
                continue
            was, now = ((side or {}).get("assignment") for side in (event.before, event.after))
            if was and now and now["rung"] != "taken" and owner(was) != owner(now):
                return True
        return False

    @property
    def stars(self) -> int:
        return next((e.after["stars"] for e in reversed(self.events) if e.kind == "rated"), 0)

    def due(self, event: Any, name: str) -> datetime | None:
        """Until when it had to be done: as the step itself says, else as it is due now."""
        told = event.after.get("due") if event and event.report_id == self.row.id else None
        if told is None:
            found: datetime | None = getattr(self.row, f"{name}_due_at")
            return found
        return datetime.fromisoformat(told[name]) if told[name] else None


async def lives(play: Play) -> list[Life]:
    events = defaultdict(list)
    for event in await play.sql("SELECT * FROM report_event ORDER BY id"):
        events[event.report_id].append(event)
    rows = await play.sql("SELECT * FROM report ORDER BY id")
    return [Life(row, events[row.id], shared(row, events)) for row in rows]


def shared(row: Any, events: dict[int, list[Any]]) -> list[Any]:
    if row.duplicate_of_id is None:
        return []
    return [
        event
        for event in events[row.duplicate_of_id]
        if event.at >= row.joined_at
        and event.kind not in {"registered", "duplicate"}
        and "status" in (event.after or {})
    ]


def times(all_of: list[Life], of: Callable[[Life], Any], *, asked: bool = False) -> dict[str, Any]:
    reached = [life.seconds(of(life)) for life in all_of if of(life)]
    waits = [
        life
        for life in all_of
        if not of(life) and life.is_open and (life.row.reporter_id is not None or not asked)
    ]
    return {
        "reached": len(reached),
        "waiting": len(waits),
        "never": len(all_of) - len(reached) - len(waits),
        "median_s": nearest_rank(reached, 50),
        "p90_s": nearest_rank(reached, 90),
        "curve": [
            {"share": share, "seconds": nearest_rank(reached, share)} for share in range(5, 100, 5)
        ]
        if reached
        else [],
    }


def deadline(
    all_of: list[Life], of: Callable[[Life], Any], name: str, now: datetime
) -> dict[str, Any]:
    met = late = pending = 0
    for life in all_of:
        event = of(life)
        due = life.due(event, name)
        if due is None or (event is None and not life.is_open):
            continue
        # Whole seconds, as everything is counted.
        allowed = int((due - life.row.received_at).total_seconds())
        took = life.seconds(event) if event else int((now - life.row.received_at).total_seconds())
        if event and took <= allowed:
            met += 1
        elif event or took > allowed:
            late += 1
        else:
            pending += 1
    share = round(met / (met + late), 4) if met + late else None
    return {"in_time": met, "late": late, "pending": pending, "share": share}


def by_hand(all_of: list[Life], now: datetime) -> dict[str, Any]:
    status = Counter(life.row.status for life in all_of)
    stars = Counter(life.stars for life in all_of)
    rated = sum(n for star, n in stars.items() if star)
    average = sum(star * n for star, n in stars.items()) / rated if rated else None
    scene = lambda life: life.first("on_scene")  # noqa: E731 - one of four alike
    return {
        "reports": len(all_of),
        "open": sum(life.is_open for life in all_of),
        "resolved": status["resolved"],
        "redirected": status["redirected"],
        "withdrawn": status["withdrawn"],
        "duplicates": sum(life.row.duplicate_of_id is not None for life in all_of),
        "off_topic": sum(life.row.response == "redirect" for life in all_of),
        "danger": sum(life.row.danger for life in all_of),
        "reopened": sum(life.was_opened_again for life in all_of),
        "moved": sum(life.is_moved for life in all_of),
        "ratings": {
            "rated": rated,
            "average": average and round(average, 2),
            "stars": [stars[star] for star in range(1, 6)],
        },
        "times": {
            "answer": times(all_of, lambda life: life.answered, asked=True),
            "acknowledge": times(all_of, lambda life: life.taken),
            "on_scene": times(all_of, scene),
            "close": times(all_of, lambda life: life.finished),
        },
        "deadlines": {
            "acknowledge": deadline(all_of, lambda life: life.taken, "acknowledge", now),
            "on_scene": deadline(all_of, scene, "on_scene", now),
        },
    }
