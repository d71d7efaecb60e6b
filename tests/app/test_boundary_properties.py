"""Whatever new boundaries do to open reports, going back undoes it for all that nobody touched."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, Phase, event, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app import boundary_moves, rerouting
from app.boundaries import activate, store_set
from app.context import UseCases, use_cases
from app.db import Role, open_database
from app.models import BoundaryTileset, Report, ReportEvent
from app.places import Place, PlaceKind
from app.report_actions import Actor, change_status
from app.report_placing import confirm_side
from app.reports import NewReport, register
from app.settings import Settings
from app.workflow import Status
from geo.districts import District, Level
from tests.geo.coverages import CELL, SOUTH, WEST, grid

NOW = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
COLUMNS, ROWS = 3, 2
# Shares of a cell by which corners wander from one set to the other.
WANDER = st.lists(st.sampled_from([-0.3, -0.12, 0.0, 0.12, 0.3]), min_size=5, max_size=11)


@dataclass(frozen=True)
class Told:
    """A report: where, how exactly, and what becomes of it before the boundaries change."""

    x: float
    y: float
    accuracy_m: float
    says: int | None
    status: Status | None


def along(cells: int) -> st.SearchStrategy[float]:
    """In cells: anywhere, also beyond the city; or near a border, where it may be asked which side."""
    return st.floats(-0.5, cells + 0.5) | st.builds(
        lambda border, by: border + by, st.integers(1, cells), st.sampled_from([-0.1, 0.02, 0.1])
    )


TOLD = st.builds(
    Told,
    x=along(COLUMNS),
    y=along(ROWS),
    accuracy_m=st.sampled_from([0.0, 300.0, 300.0, 900.0]),
    says=st.sampled_from([None, 1, 2, 1]),
    status=st.sampled_from([None, None, None, Status.ACKNOWLEDGED, Status.RESOLVED]),
)


@st.composite
def sets(draw: st.DrawFn) -> list[District]:
    """Draw a city: its corners anywhere near, its codes in any order, one of them perhaps another's."""
    city = grid(COLUMNS, ROWS, draw(WANDER))
    beats = [each for each in city if each.level is Level.BEAT]
    codes = draw(st.permutations([each.code for each in beats]))
    if draw(st.booleans()):
        # As PostgreSQL's COPY would write a line's end.
        codes[0] = r"new\n"
    if draw(st.booleans()):
        return city
    renamed = [replace(each, code=code) for each, code in zip(beats, codes, strict=True)]
    return [each for each in city if each.level is Level.PRECINCT] + renamed


class UndoneError(Exception):
    """Ends an example, and with it all that it wrote."""


@dataclass
class Play:
    session: AsyncSession
    context: UseCases

    async def store(self, districts: list[District]) -> int:
        made = await store_set(self.session, districts, label="city", source="test", actor="test")
        # As if its tiles were there: this is not about them, and they take longest.
        self.session.add(BoundaryTileset(boundary_set_id=made, max_zoom=0))
        await self.session.flush()
        return made

    async def activate(self, set_id: int) -> None:
        await activate(self.session, set_id, "gis", self.context, rollback=True)
        self.session.expire_all()

    async def report(self, told: Told) -> int:
        place = Place(
            WEST + told.x * CELL, SOUTH + told.y * CELL, PlaceKind.SHARED, told.accuracy_m
        )
        new = NewReport(
            text="Шум", source="telegram", received_at=NOW, actor="citizen", place=place
        )
        report = (await register(self.session, self.context, new)).report
        candidates = (report.decision or {}).get("candidates", ())
        if told.says is not None and told.says < len(candidates):
            code = candidates[told.says]["code"]
            if await confirm_side(self.session, self.context, report, code, "citizen"):
                event("the citizen said which side")
        if told.status is not None:
            await self.touch(report, told.status)
        return report.id

    async def touch(self, report: Report, status: Status) -> None:
        await change_status(self.session, self.context, Actor("desk"), report, status)

    async def reports(self) -> dict[int, Report]:
        rows = await self.session.execute(select(Report).order_by(Report.id))
        return {each.id: each for each in rows.scalars()}

    async def check(self, set_id: int, told: dict[int, Told]) -> None:
        """Every open report is where the boundaries say, unless a citizen said which side."""
        reports = await self.reports()
        index = await self.context.index_cache.get(self.session, set_id)
        for key, each in told.items():
            if each.status is None and reports[key].place_kind == PlaceKind.SHARED:
                point = WEST + each.x * CELL, SOUTH + each.y * CELL
                decided = index.decide(*point, each.accuracy_m)
                assert district(reports[key]) == (decided.precinct, decided.beat)

    async def moves(self) -> int:
        rows = await self.session.execute(
            select(ReportEvent.id).where(ReportEvent.kind == "rerouted")
        )
        return len(rows.all())


def district(report: Report) -> tuple[str | None, str | None]:
    return report.precinct_code, report.beat_code


async def play(
    url: str, old: list[District], others: list[list[District]], told: list[Told], later: list[Told]
) -> None:
    database = open_database(url, Role.OWNER, "tests", 1)
    context = use_cases(Settings(_env_file=None, database_url=url), lambda: NOW)
    try:
        with suppress(UndoneError):
            async with database.transaction() as session:
                its = Play(session, context)
                first = await its.store(old)
                await its.activate(first)
                known = {await its.report(each): each for each in told}
                untouched = set(known)
                before = {key: district(each) for key, each in (await its.reports()).items()}
                new: dict[int, Told] = {}
                for districts in others:
                    second = await its.store(districts)
                    await its.activate(second)
                    await its.check(second, known | new)
                    new |= {await its.report(each): each for each in later}
                event(f"moved: {await its.moves() > 0}")
                await its.activate(first)
                after = await its.reports()
                assert {key: district(after[key]) for key in untouched} == before
                assert all(after[key].proposed_move is None for key in untouched)
                await its.check(first, new)
                raise UndoneError
    finally:
        await database.close()


def test_going_back_puts_every_untouched_report_where_it_was(
    fresh_database_url: Callable[[], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    url = fresh_database_url()
    # Far fewer than there are: reports are read and written in several pieces.
    monkeypatch.setattr(boundary_moves, "TOGETHER", 4)
    monkeypatch.setattr(rerouting, "BATCH", 3)

    @settings(
        max_examples=30,
        deadline=None,
        # Making a failing example smaller would play hundreds more in the database.
        phases=[Phase.explicit, Phase.reuse, Phase.generate],
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
    )
    @given(
        sets(),
        st.lists(sets(), min_size=1, max_size=2),
        st.lists(TOLD, min_size=8, max_size=20),
        st.lists(TOLD, max_size=3),
    )
    def plays(
        old: list[District], others: list[list[District]], told: list[Told], later: list[Told]
    ) -> None:
        asyncio.run(play(url, old, others, told, later))

    plays()
