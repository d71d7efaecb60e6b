"""A boundary set's way from a file to being in force, and back."""

import asyncio
import random
from collections.abc import Sequence
from typing import Any

import httpx
import shapely

from app.boundaries import activate
from app.boundary_export import ExportFormat, export_bytes
from app.routing import load_districts
from geo.districts import District
from geo.index import DistrictIndex
from tests.api.conftest import CITY, EAST, WEST, Site

SETS = "/api/v1/boundary-sets"


def city(border: float) -> list[District]:
    """Return the city with the border of its two beats elsewhere."""
    edges = {"C-1": (37.48, border), "C-2": (border, 37.55)}
    return [
        District(
            each.code,
            each.level,
            each.parent,
            each.name,
            shapely.box(edges[each.code][0], 47.08, edges[each.code][1], 47.12)
            if each.code in edges
            else each.geometry,
        )
        for each in CITY
    ]


async def upload(
    client: httpx.AsyncClient, districts: Sequence[District], **fields: str
) -> httpx.Response:
    files = {
        "file": (
            "spring.geojson",
            export_bytes(districts, ExportFormat.GEOJSON),
            "application/geo+json",
        )
    }
    return await client.post(SETS, files=files, data=fields)


async def approved(site: Site, districts: Sequence[District]) -> int:
    made = await upload(site.as_("gis"), districts)
    assert made.status_code == 201, made.text
    number = int(made.json()["id"])
    assert (await site.as_("gis").post(f"{SETS}/{number}/propose")).status_code == 200
    assert (await site.as_("admin").post(f"{SETS}/{number}/approve")).status_code == 200
    return number


async def read(site: Site, number: str) -> dict[str, Any]:
    answer = await site.as_("admin").get(f"/api/v1/reports/{number}")
    body: dict[str, Any] = answer.json()
    return body


async def test_open_reports_move_with_the_boundaries_and_back(site: Site) -> None:
    waiting, taken = await site.report(WEST), await site.report(WEST)
    far = await site.report(EAST)
    await site.as_("officer").post(
        f"/api/v1/reports/{taken.number}/status", json={"status": "acknowledged"}
    )
    first = (await site.as_("gis").get(SETS)).json()["sets"][0]["id"]
    made = await upload(site.as_("gis"), city(37.49), label="Весна")
    assert made.status_code == 201
    new = made.json()["id"]
    preview = (await site.as_("gis").get(f"{SETS}/{new}/preview")).json()
    moving = {each["number"]: each for each in preview["reports"]["moving"]}
    assert set(moving) == {waiting.number, taken.number}
    assert preview["diff"]["moved_m2"] > 0

    # Nothing comes into force before somebody else has approved what was proposed.
    admin, gis = site.as_("admin"), site.as_("gis")
    assert (await admin.post(f"{SETS}/{new}/activate")).status_code in {404, 409}
    assert (await admin.post(f"{SETS}/{new}/approve")).status_code == 409
    assert (await gis.post(f"{SETS}/{new}/propose")).status_code == 200
    assert (await gis.post(f"{SETS}/{new}/approve")).status_code == 403
    assert (await site.as_("leader").post(f"{SETS}/{new}/approve")).status_code == 403
    assert (await admin.post(f"{SETS}/{new}/approve")).status_code == 200
    assert (await read(site, waiting.number))["beat"]["code"] == "C-1"

    done = await admin.post(f"{SETS}/{new}/activate")
    assert done.status_code == 200, done.text
    moved = await read(site, waiting.number)
    assert moved["beat"]["code"] == "C-2"
    assert moved["decision"]["boundary_set"] == new
    assert [event["kind"] for event in moved["history"]] == ["registered", "rerouted"]
    kept = await read(site, taken.number)
    assert kept["beat"]["code"] == "C-1"
    assert kept["proposed_move"]["beat"]["code"] == "C-2"
    unmoved = await read(site, far.number)
    assert [event["kind"] for event in unmoved["history"]] == ["registered"]
    # Citizens are not bothered, staff are told once.
    assert await site.sql("SELECT id FROM outbox WHERE purpose <> 'acknowledged'") == []
    latest = (await site.sql("SELECT max(id) AS id FROM boundary_activation"))[0].id
    told = await site.sql(
        "SELECT officer_id, desk, count(*) AS times FROM staff_notice"
        " WHERE activation_id = :latest GROUP BY officer_id, desk",
        latest=latest,
    )
    assert {row.times for row in told} == {1}
    shown = (await site.as_("officer").get("/api/v1/notices")).json()["notices"]
    assert len(shown) == 1
    path = f"/api/v1/notices/{shown[0]['id']}/read"
    assert (await site.as_("officer").post(path)).status_code == 204
    unread = await site.as_("officer").get("/api/v1/notices", params={"unread": True})
    assert unread.json()["notices"] == []

    back = await admin.post(f"{SETS}/{first}/activate", json={"rollback": True})
    assert back.status_code == 200, back.text
    assert (await read(site, waiting.number))["beat"]["code"] == "C-1"
    restored = await read(site, taken.number)
    assert restored["beat"]["code"] == "C-1"
    assert restored["proposed_move"] is None
    kinds = {each["kind"] for each in (await gis.get(f"{SETS}/{new}/audit")).json()["audit"]}
    assert {"proposed", "approved"} <= kinds


async def test_who_answered_for_a_place_on_a_day_stays_known(site: Site) -> None:
    new = await approved(site, city(37.49))
    assert (await site.as_("admin").post(f"{SETS}/{new}/activate")).status_code == 200
    at = {"lon": WEST[0], "lat": WEST[1]}
    now = (await site.client().get("/api/v1/locate", params=at)).json()
    assert now["beat"]["code"] == "C-2"
    opened = (await site.sql("SELECT min(at) AS at FROM boundary_activation"))[0].at
    then = await site.client().get("/api/v1/locate", params=at | {"as_of": opened.isoformat()})
    assert then.json()["beat"]["code"] == "C-1"


async def test_the_officer_answers_the_proposed_move(site: Site) -> None:
    report = await site.report(WEST)
    path = f"/api/v1/reports/{report.number}"
    await site.as_("officer").post(f"{path}/status", json={"status": "acknowledged"})
    new = await approved(site, city(37.49))
    assert (await site.as_("admin").post(f"{SETS}/{new}/activate")).status_code == 200
    version = (await read(site, report.number))["version"]
    old = await site.as_("officer").post(
        f"{path}/move", json={"accept": True, "version": version - 1}
    )
    assert old.status_code == 409
    answer = await site.as_("officer").post(
        f"{path}/move", json={"accept": True, "version": version}
    )
    assert answer.status_code == 200, answer.text
    assert answer.json()["beat"]["code"] == "C-2"
    again = await site.as_("officer").post(f"{path}/move", json={"accept": True})
    assert again.status_code == 409


async def test_what_was_made_of_an_old_set_is_refused_and_can_be_rebased(site: Site) -> None:
    late = (await upload(site.as_("gis"), city(37.50))).json()["id"]
    new = await approved(site, city(37.49))
    assert (await site.as_("admin").post(f"{SETS}/{new}/activate")).status_code == 200
    gis = site.as_("gis")
    refused = await gis.post(f"{SETS}/{late}/propose")
    assert refused.status_code == 409
    assert refused.json()["code"] == "based-on-old-set"
    rebased = await gis.post(f"{SETS}/{late}/rebase")
    assert rebased.status_code == 201, rebased.text
    assert rebased.json()["based_on"] == new


async def test_no_report_slips_between_while_boundaries_change(site: Site) -> None:
    sets = []
    for border in (37.49, 37.505, 37.53):
        sets.append(await approved(site, city(border)))
        assert (await site.as_("admin").post(f"{SETS}/{sets[-1]}/activate")).status_code == 200
    dice = random.Random(7)
    changing = True

    async def write() -> int:
        written = 0
        while changing:
            await site.report((dice.uniform(37.481, 37.549), dice.uniform(47.081, 47.119)))
            written += 1
        return written

    async def change() -> None:
        nonlocal changing
        try:
            for number in [*sets, *sets[1::-1], *sets[1:]]:
                async with site.owner.transaction() as session:
                    await activate(session, number, "test", site.context, rollback=True)
        finally:
            changing = False

    *written, _ = await asyncio.gather(write(), write(), write(), change())
    assert sum(filter(None, written)) > 10
    async with site.owner.transaction() as session:
        index = DistrictIndex(await load_districts(session, sets[-1]))
    rows = await site.sql(
        "SELECT number, beat_code, boundary_set_id, ST_X(place) AS lon, ST_Y(place) AS lat,"
        " assigned_officer_id, assigned_desk FROM report"
    )
    wrong = [row for row in rows if index.decide(row.lon, row.lat).beat != row.beat_code]
    assert wrong == []
