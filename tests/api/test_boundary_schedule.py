"""Boundaries that come into force at a set time, whoever is running then."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from typing import Any

from app.boundary_schedule import run_due
from app.context import use_cases
from app.db import Role, open_database
from app.main import create_app
from tests.api.boundary_kit import activated, approved, city, step
from tests.api.conftest import Site, opened, running, settings_for
from tests.web_role import open_web

# Between the border of before and the one of after.
BETWEEN = (37.505, 47.10)
MOVED = city(37.50)


@asynccontextmanager
async def worker(url: str, now: datetime) -> AsyncIterator[Callable[[], Any]]:
    """Start a worker that knows nothing but the database, at some time of day."""
    database = await open_web(url, 2)
    context = use_cases(settings_for(url), lambda: now)
    try:
        yield lambda: run_due(database, context)
    finally:
        await database.close()


async def planned(site: Site, set_id: int, at: datetime) -> int:
    answer = await step(site.as_("admin"), set_id, "activate", at=at.isoformat())
    assert answer.status_code == 202, answer.text
    return int(answer.json()["schedule"])


async def states(site: Site, set_id: int) -> list[str]:
    body = (await site.as_("leader").get(f"/api/v1/boundary-sets/{set_id}")).json()
    return [each["state"] for each in body["scheduled"]]


@asynccontextmanager
async def started_again(url: str, before: Site) -> AsyncIterator[Site]:
    """Start the application over a database that is filled already."""
    app, owner = create_app(settings_for(url)), open_database(url, Role.OWNER)
    site = Site(app, owner, url, before.context, before.tokens)
    try:
        async with running(app):
            yield site
    finally:
        for client in site.clients:
            await client.aclose()
        await owner.close()


async def test_it_happens_once_at_its_time_though_everything_was_restarted(
    fresh_database_url: Callable[[], str],
) -> None:
    url = fresh_database_url()
    async with opened(url) as site:
        report = await site.report(BETWEEN)
        at = site.context.clock() + timedelta(hours=1)
        set_id = await approved(site, MOVED)
        schedule = await planned(site, set_id, at)
        async with worker(url, at - timedelta(seconds=1)) as look:
            assert await look() is None
        assert await states(site, set_id) == ["waiting"]
    # All of it has stopped, over its time, and comes up again.
    async with (
        started_again(url, site) as again,
        worker(url, at + timedelta(hours=5)) as one,
        worker(url, at + timedelta(hours=5)) as other,
    ):
        assert set(await asyncio.gather(one(), other())) == {schedule, None}
        assert await other() is None
        assert await states(again, set_id) == ["done"]
        now = (await again.as_("desk").get(f"/api/v1/reports/{report.number}")).json()
        assert now["beat"]["code"] == "C-2"
        assert [(each["kind"], each["actor"]) for each in now["history"]] == [
            ("registered", "citizen"),
            ("rerouted", "admin"),
        ]
        times = await again.sql(
            "SELECT count(*) AS times FROM boundary_activation WHERE boundary_set_id = :id",
            id=set_id,
        )
        assert times[0].times == 1


async def test_one_that_cannot_happen_any_more_says_why_and_changes_nothing(site: Site) -> None:
    at = site.context.clock() + timedelta(hours=1)
    set_id = await approved(site, MOVED)
    schedule = await planned(site, set_id, at)
    other = await activated(site, city(37.52))
    async with worker(site.url, at + timedelta(minutes=1)) as look:
        assert await look() == schedule
        assert await look() is None
    assert await states(site, set_id) == ["failed"]
    body = (await site.as_("leader").get(f"/api/v1/boundary-sets/{set_id}")).json()
    assert "rebase" in body["scheduled"][0]["error"]
    sets = (await site.as_("leader").get("/api/v1/boundary-sets")).json()["sets"]
    assert [each["id"] for each in sets if each["in_force"]] == [other["id"]]
    audit = (await site.as_("gis").get(f"/api/v1/boundary-sets/{set_id}/audit")).json()["audit"]
    assert audit[-1]["kind"] == "schedule_failed"
