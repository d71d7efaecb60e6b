"""Whatever happens to the roster and the boundaries: one owner, the right one, and a history.

How many examples are played says BEATWAY_ROSTER_EXAMPLES.
"""

import asyncio
import os
from collections import defaultdict
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from hypothesis import HealthCheck, Phase, given, note, settings
from hypothesis import strategies as st
from sqlalchemy import select, text
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.ext.asyncio import AsyncSession

from app import desk_roster, roster
from app.access import add_staff
from app.boundaries import activate, store_set
from app.cover import LADDER
from app.db import Role, open_database
from app.duty_watch import look
from app.errors import ConflictError
from app.models import DeskShift, Officer, Report, ReportEvent
from app.places import Place, PlaceKind
from app.report_actions import Actor, change_status
from app.report_refusals import refuse
from app.reports import NewReport, register
from app.roster import LeaveKind, OfficerFacts, PostingKind, ShiftKind
from app.routing import hold_for_change
from app.workflow import OPEN, UNACKNOWLEDGED, Status
from tests.app.roster_town import (
    LIMIT,
    OFFICERS,
    POSTED,
    START,
    Town,
    context_of,
    districts,
    middle,
    opened,
)

DAY = timedelta(days=1)
OFFICER, HOURS = st.sampled_from(OFFICERS), st.integers(1, 30)
ACTIONS = st.one_of(
    # Several at once, or there would hardly be enough of them to fill anybody's hands.
    st.tuples(st.just("reports"), st.lists(st.integers(0, 3), min_size=1, max_size=4)),
    st.tuples(st.just("reports"), st.lists(st.integers(0, 1), min_size=1, max_size=4)),
    st.tuples(st.just("tap"), OFFICER, st.booleans()),
    st.tuples(st.just("shift"), OFFICER, st.integers(0, 12), HOURS),
    st.tuples(st.just("leave"), OFFICER, st.integers(0, 12), HOURS),
    st.tuples(st.just("post"), OFFICER, st.sampled_from("ABC"), st.booleans(), HOURS),
    st.tuples(st.just("pass"), HOURS),
    st.tuples(st.just("acknowledge"), st.integers(0, 50)),
    st.tuples(st.just("close"), st.integers(0, 50)),
    st.tuples(st.just("boundaries"), st.integers(0, 2)),
    st.tuples(st.just("serves"), OFFICER, st.booleans()),
    st.tuples(st.just("refuse"), st.integers(0, 50)),
    st.tuples(st.just("desk"), st.booleans()),
)
EXAMPLES = int(os.environ.get("BEATWAY_ROSTER_EXAMPLES", "30"))
# After these, whoever could be given something has it: they look at the whole precinct.
LOOKS = frozenset({"shift", "leave", "post", "serves"})
AT_P = "desk-p"


class UndoneError(Exception):
    """Ends an example, and with it all that it wrote."""


def _undo() -> None:
    raise UndoneError


@dataclass
class Model:
    """The same roster again, kept in the plainest way, to compare with."""

    now: datetime
    shifts: dict[str, list[tuple[datetime, datetime]]] = field(default_factory=dict)
    leaves: dict[str, list[tuple[datetime, datetime]]] = field(default_factory=dict)
    taps: dict[str, list[tuple[datetime, bool]]] = field(default_factory=dict)
    gone: set[str] = field(default_factory=set)
    postings: list[tuple[str, str, str, datetime, datetime | None]] = field(default_factory=list)
    at_desk: bool = False

    def there(self, code: str) -> bool:
        if code in self.gone or any(a <= self.now < b for a, b in self.leaves.get(code, ())):
            return False
        bounds = [edge for shift in self.shifts.get(code, ()) for edge in shift]
        news = [at for at in bounds if at <= self.now]
        for at, on in reversed(self.taps.get(code, [])):
            if not any(at < edge for edge in news):
                return on
        return any(a <= self.now < b for a, b in self.shifts.get(code, ()))

    def posted(self, beat: str, kind: str) -> list[str]:
        return sorted(
            officer
            for officer, at, what, since, until in self.postings
            if (at, what) == (beat, kind)
            and officer not in self.gone
            and since <= self.now
            and (until is None or self.now < until)
        )

    def why_not(self, code: str, load: dict[str, int], refused: set[str]) -> str | None:
        if code in refused:
            return "refused"
        if any(a <= self.now < b for a, b in self.leaves.get(code, ())):
            return "on_leave"
        if not self.there(code):
            return "off_shift"
        return "at_limit" if load.get(code, 0) >= LIMIT else None

    def around(self, beat: str, order: str) -> set[str]:
        column = order.index(beat)
        near = [order[n] for n in (column - 1, column + 1) if 0 <= n < len(order)]
        return {o for b in near for k in ("primary", "deputy") for o in self.posted(b, k)}

    def expected(
        self, beat: str, order: str, load: dict[str, int], refused: set[str]
    ) -> tuple[str, str, list[Any]]:
        """Return the owner, the rung and what was passed over: the ladder, once more and plainly."""
        skipped: list[Any] = []
        for rung in ("primary", "deputy"):
            for code in self.posted(beat, rung):
                why = self.why_not(code, load, refused)
                if why is None:
                    return code, rung, skipped
                skipped.append((rung, code, why))
            if not self.posted(beat, rung):
                skipped.append((rung, None, "vacant"))
        here = set(OFFICERS) - {"O5"} - self.gone
        for rung, officers in (("neighbour", self.around(beat, order)), ("precinct_officer", here)):
            whys = {code: self.why_not(code, load, refused) for code in sorted(officers)}
            able = [(load.get(code, 0), code) for code, why in whys.items() if why is None]
            if able:
                # All middles of this town's neighbours are equally far apart.
                return min(able)[1], rung, skipped
            there = {code: why for code, why in whys.items() if self.there(code)}
            told = {code for _, code, _ in skipped}
            new = [(rung, code, why) for code, why in there.items() if code not in told]
            nobody = "nobody_else" if there else "nobody_on_shift"
            skipped += new or [(rung, None, nobody)]
        if self.at_desk:
            return "P", "precinct_desk", skipped
        return "city", "city_desk", [*skipped, ("precinct_desk", None, "desk_unmanned")]


@dataclass
class Play:
    """Plays one example in one transaction."""

    town: Town
    session: AsyncSession
    sets: dict[str, int]
    model: Model
    order: str = "ABC"

    async def reports(self) -> list[tuple[Report, str | None]]:
        rows = await self.session.execute(
            select(Report, Officer.code)
            .outerjoin(Officer, Officer.id == Report.assigned_officer_id)
            .where(Report.status.in_(OPEN))
            .order_by(Report.id)
        )
        return [(row.Report, row.code) for row in rows]

    async def codes(self) -> dict[int, str]:
        rows = await self.session.execute(select(Officer.id, Officer.code))
        return {row.id: row.code for row in rows}

    async def loads(self) -> dict[str, int]:
        loads: dict[str, int] = {}
        for _, code in await self.reports():
            if code is not None:
                loads[code] = loads.get(code, 0) + 1
        return loads

    async def do(self, action: tuple[Any, ...]) -> None:
        kind, *given = action
        # An entry that overlaps another is refused, and nothing of it stays.
        try:
            async with self.session.begin_nested():
                await getattr(self, f"do_{kind}")(*given)
        except ConflictError:
            self.session.expire_all()
            return
        # Of another precinct's officer, only a posting here looks here.
        if kind in LOOKS and (given[0] != "O5" or kind == "post"):
            await self.nobody_waits_while_somebody_is_free()

    async def do_reports(self, columns: list[int]) -> None:
        for column in columns:
            await self.report(column)

    async def report(self, column: int) -> None:
        lon, lat = middle(column)
        load = await self.loads()
        place = Place(lon, lat, PlaceKind.SHARED)
        new = NewReport("Шум", "telegram", self.model.now, "citizen", place)
        routed = await register(self.session, self.town.context, new)
        beat = routed.report.beat_code
        if beat is None:
            assert routed.report.precinct_code == "Q"
            return
        assert beat == self.order[column]
        found = routed.assignment
        assert found is not None
        owner = found.officer.officer if found.officer else found.desk
        skipped = [(each["rung"], each["officer"], each["why"]) for each in found.skipped]
        expected = self.model.expected(beat, self.order, load, set())
        assert (owner, found.rung.value, skipped) == expected

    async def do_tap(self, code: str, on: bool) -> None:
        if code in self.model.gone:
            return
        officer = await self.town.officer(self.session, code)
        was = self.model.there(code)
        await roster.tap(self.session, self.town.context, code, officer, on=on)
        if on != was:
            self.model.taps.setdefault(code, []).append((self.model.now, on))
        # Who was there already has had it offered; a hand that came free since waits for news.
        if on and not was:
            await self.has_what_is_theirs(code)

    async def has_what_is_theirs(self, code: str) -> None:
        """Whoever is posted and has come holds the cover of their beats, up to the limit."""
        if (await self.loads()).get(code, 0) >= LIMIT:
            return
        for report, _ in await self.reports():
            if report.status in UNACKNOWLEDGED and report.beat_code is not None:
                theirs = code in self.model.posted(report.beat_code, "primary")
                assert not (theirs and report.rung in LADDER[2:])

    async def nobody_waits_while_somebody_is_free(self) -> None:
        load = await self.loads()
        codes = await self.codes()
        for report, code in await self.reports():
            beat, rung = report.beat_code, report.rung
            if code is None and beat is not None and report.status in UNACKNOWLEDGED:
                refused = {codes[each] for each in report.refused_by}
                expected = self.model.expected(beat, self.order, load, refused)
                assert (report.assigned_desk, rung) == expected[:2], report.number

    async def do_refuse(self, which: int) -> None:
        held = [(report, code) for report, code in await self.reports() if code is not None]
        if not held:
            return
        report, code = held[which % len(held)]
        ids = await self.codes()
        load = await self.loads()
        actor = Actor(str(code), report.assigned_officer_id)
        await refuse(self.session, self.town.context, actor, report, "Не моє")
        refused = {ids[each] for each in report.refused_by}
        owner = ids.get(report.assigned_officer_id or 0, report.assigned_desk)
        if report.beat_code is None:
            return
        expected = self.model.expected(report.beat_code, self.order, load, refused)
        assert (owner, report.rung) == expected[:2]

    async def do_desk(self, on: bool) -> None:
        person = await desk_roster.find_person(self.session, AT_P)
        await desk_roster.tap(self.session, self.town.context, AT_P, person, on=on)
        self.model.at_desk = on

    async def do_shift(self, code: str, begins: int, lasts: int) -> None:
        since, until = self.period(begins, lasts)
        officer = await self.town.officer(self.session, code)
        period = Range(since, until)
        await roster.plan_shift(
            self.session, self.town.context, "desk", officer, ShiftKind.DUTY, period
        )
        self.model.shifts.setdefault(code, []).append((since, until))

    async def do_leave(self, code: str, begins: int, lasts: int) -> None:
        since, until = self.period(begins, lasts)
        officer = await self.town.officer(self.session, code)
        period = Range(since, until)
        await roster.grant_leave(
            self.session, self.town.context, "desk", officer, LeaveKind.SICK, period
        )
        self.model.leaves.setdefault(code, []).append((since, until))

    async def do_post(self, code: str, beat: str, primary: bool, lasts: int) -> None:
        since, until = self.period(0, lasts)
        kind = PostingKind.PRIMARY if primary else PostingKind.DEPUTY
        officer = await self.town.officer(self.session, code)
        await roster.post(
            self.session, self.town.context, "desk", officer, beat, kind, Range(since, until)
        )
        self.model.postings.append((code, beat, kind.value, since, until))

    def period(self, begins: int, lasts: int) -> tuple[datetime, datetime]:
        since = self.model.now + timedelta(hours=begins)
        return since, since + timedelta(hours=lasts)

    async def do_pass(self, hours: int) -> None:
        self.town.pass_time(hours=hours)
        self.model.now = self.town.now[0]
        await hold_for_change(self.session)
        await look(self.session, self.town.context)

    async def do_acknowledge(self, which: int) -> None:
        await self.step(which, Status.ACKNOWLEDGED)

    async def do_close(self, which: int) -> None:
        await self.step(which, Status.RESOLVED)

    async def step(self, which: int, status: Status) -> None:
        reports = await self.reports()
        if reports:
            report, _ = reports[which % len(reports)]
            await change_status(self.session, self.town.context, Actor("desk"), report, status)

    async def do_boundaries(self, which: int) -> None:
        order = list(self.sets)[which]
        await activate(self.session, self.sets[order], "gis", self.town.context, rollback=True)
        self.order = order

    async def do_serves(self, code: str, active: bool) -> None:
        precinct = "Q" if code == "O5" else "P"
        facts = OfficerFacts(code, code, precinct, active=active)
        await roster.put_officer(self.session, self.town.context, "admin", facts)
        (self.model.gone.discard if active else self.model.gone.add)(code)

    async def check(self) -> None:
        self.session.expire_all()
        for officer, count in (await self.loads()).items():
            assert count <= LIMIT, officer
        history: dict[int, list[ReportEvent]] = defaultdict(list)
        for event in (
            await self.session.execute(select(ReportEvent).order_by(ReportEvent.id))
        ).scalars():
            history[event.report_id].append(event)
        for report, code in await self.reports():
            assert (code is None) != (report.assigned_desk is None)
            # Not even what was taken on stays with who has left the service.
            assert code not in self.model.gone
            if report.status in UNACKNOWLEDGED:
                self.is_said_truly(report, code)
            told = history[report.id]
            assert [event.version for event in told] == list(range(1, report.version + 1))
            owners = [e.after["assignment"] for e in told if e.after and "assignment" in e.after]
            last = (owners[-1]["officer_id"], owners[-1]["desk"], owners[-1]["rung"])
            assert last == (report.assigned_officer_id, report.assigned_desk, report.rung)
            assert owners[-1]["skipped"] == report.skipped
            statuses = [e.after["status"] for e in told if e.after and "status" in e.after]
            assert statuses[-1] == report.status

    def is_said_truly(self, report: Report, code: str | None) -> None:
        """The rung of a report that nobody has taken on is what it says, and nobody on it is away."""
        rung, beat = report.rung, report.beat_code
        if code is not None:
            assert self.model.there(code), (code, report.number, rung)
        if rung in {"primary", "deputy"}:
            assert beat is not None
            assert code in self.model.posted(beat, rung)
        elif rung == "precinct_officer":
            assert (code == "O5") == (report.precinct_code == "Q")
        elif report.precinct_code == "P":
            assert rung == "neighbour" or self.model.at_desk == (report.assigned_desk == "P")


async def _sets(town: Town, url: str) -> dict[str, int]:
    """Bring three towns into force, one after the other, so that one can go back to each."""
    owner = open_database(url, Role.OWNER)
    sets = {}
    async with owner.transaction() as session:
        for order in ("BCA", "CAB", "ABC"):
            sets[order] = await store_set(
                session, districts(order), label=order, source="test", actor="test"
            )
            await activate(session, sets[order], "test", town.context)
    await owner.close()
    return sets


async def _play(url: str, actions: list[tuple[Any, ...]], sets: dict[str, int]) -> None:
    async with opened_again(url) as town:
        begin = START - timedelta(days=1)
        far = START + timedelta(days=365)
        model = Model(START, shifts={"O1": [(begin, far)], "O3": [(begin, far)]})
        model.postings = [(o, beat, kind, begin, None) for o, (beat, kind) in POSTED.items()]
        with suppress(UndoneError):
            async with town.database.transaction() as session:
                play = Play(town, session, sets, model)
                for action in actions:
                    await play.do(action)
                    await play.check()
                _undo()


@asynccontextmanager
async def opened_again(url: str) -> AsyncIterator[Town]:
    """Open a town that is there already."""
    now = [START]
    database = open_database(url, Role.OWNER, "tests", 2)
    try:
        yield Town(database, context_of(url, now), now)
    finally:
        await database.close()


async def _prepare(url: str) -> dict[str, int]:
    async with opened(url, on=()) as town:
        sets = await _sets(town, url)
        async with town.changing() as session:
            far = START + timedelta(days=365)
            await session.execute(
                text(
                    "INSERT INTO shift (officer_id, period) SELECT id, tstzrange(:a, :b)"
                    " FROM officer WHERE code IN ('O1', 'O3')"
                ),
                {"a": START - timedelta(days=1), "b": far},
            )
        async with town.administering() as session:
            # The precinct's desk has a roster, if far off: so it counts who is there.
            person = await add_staff(session, AT_P, "desk", "P")
            session.add(DeskShift(staff_id=person.id, desk="P", period=Range(far, far + DAY)))
        await town.look()
        return sets


def test_every_report_has_the_owner_that_the_ladder_says(
    fresh_database_url: Callable[[], str],
) -> None:
    url = fresh_database_url()
    sets = asyncio.run(_prepare(url))

    # An example is short enough to read; to shorten it on a real database would take minutes.
    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        phases=(Phase.reuse, Phase.generate),
    )
    @given(st.sets(OFFICER), st.lists(ACTIONS, min_size=8, max_size=20))
    def plays(there: set[str], actions: list[tuple[Any, ...]]) -> None:
        comes = [("tap", code, code in there) for code in OFFICERS]
        played = [*comes, ("post", "O4", "C", True, 24), *actions]
        note(repr(played))
        asyncio.run(_play(url, played, sets))

    plays()
