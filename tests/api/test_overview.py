"""The city at a glance: what is open, late and unattended, and who is there."""

from datetime import timedelta
from typing import Any

import pytest

from app.duty_watch import look
from app.routing import hold_for_change
from tests.api.conftest import ALONE, EAST, OUTSIDE, WEST, Site


async def looked(site: Site) -> None:
    async with site.owner.transaction() as session:
        await hold_for_change(session)
        await look(session, site.context)


async def filled(site: Site) -> dict[str, str]:
    """Leave reports of all kinds; their numbers."""
    await looked(site)
    now = site.context.clock()
    made = {
        name: (await site.report(point, received_at=now - age)).number
        for name, point, age in (
            ("late", WEST, timedelta(minutes=31)),
            ("new", WEST, timedelta(0)),
            ("east", EAST, timedelta(minutes=5)),
            ("alone", ALONE, timedelta(0)),
            ("outside", OUTSIDE, timedelta(minutes=3)),
            ("unplaced", None, timedelta(minutes=2)),
            ("slow", WEST, timedelta(hours=5)),
            ("there", WEST, timedelta(hours=9)),
            ("closed", WEST, timedelta(hours=9)),
        )
    }
    for name, status in (
        ("slow", "acknowledged"),
        ("there", "acknowledged"),
        ("there", "on_scene"),
        ("closed", "resolved"),
    ):
        answer = await site.as_("desk").post(
            f"/api/v1/reports/{made[name]}/status", json={"status": status}
        )
        assert answer.status_code == 200
    return made


async def seen(site: Site, login: str, path: str = "/overview") -> Any:
    answer = await site.as_(login).get(f"/api/v1{path}")
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_all_is_counted_where_it_belongs_and_every_number_leads_to_its_queue(
    site: Site,
) -> None:
    made = await filled(site)
    body = await seen(site, "leader")
    total = body["total"]
    assert (total["open"], total["unacknowledged"], total["overdue"]) == (8, 6, 2)
    assert (total["late_to_acknowledge"], total["late_on_scene"]) == (1, 1)
    assert total["oldest_unacknowledged"]["number"] == made["late"]
    assert (total["officers"], total["on_duty"], total["unattended"]) == (3, 1, 1)
    centre, south, nowhere = body["precincts"]
    assert (centre["precinct"]["code"], centre["open"], centre["beats"]) == ("C", 5, 2)
    assert (centre["unattended"], centre["overdue"]) == (1, 2)
    assert (south["precinct"]["code"], south["open"], south["on_duty"]) == ("P", 1, 0)
    assert (nowhere["precinct"], nowhere["open"]) == (None, 2)
    for row in body["precincts"]:
        code = row["precinct"]["code"] if row["precinct"] else None
        where = f"district={code}" if code else "unplaced=true"
        for status, count in row["statuses"].items():
            queue = await seen(site, "leader", f"/queue?{where}&status={status}")
            assert len(queue["reports"]) == sum(queue["counts"].values()) == count
        queue = await seen(site, "leader", f"/queue?{where}&overdue=true")
        assert len(queue["reports"]) == row["overdue"]
    (officer,) = body["officers"]
    assert (officer["officer"]["code"], officer["open_reports"], officer["overdue"]) == ("O1", 5, 2)
    queue = await seen(site, "leader", "/queue?officer=O1")
    assert len(queue["reports"]) == 5
    assert (await seen(site, "leader", "/queue?officer=nobody"))["reports"] == []
    (beat,) = body["unattended"]
    assert (beat["beat"]["code"], beat["why"], beat["open_reports"]) == ("C-2", "off_shift", 1)


async def test_everybody_sees_their_part_of_it(site: Site) -> None:
    await filled(site)
    own = await seen(site, "desk-c")
    assert [row["precinct"] and row["precinct"]["code"] for row in own["precincts"]] == ["C", None]
    assert own["total"]["open"] == 7
    observer = await seen(site, "observer")
    assert observer["officers"] is None
    assert observer["total"]["open"] == 8
    answer = await site.as_("observer").get("/api/v1/overview")
    assert "Іван" not in answer.text
    assert "R-" not in answer.text


async def test_an_empty_city_is_all_zeros(site: Site) -> None:
    body = await seen(site, "admin")
    assert body["total"]["open"] == 0
    assert body["total"]["oldest_unacknowledged"] is None
    assert set(body["total"]["statuses"].values()) == {0}
    assert [row["precinct"]["code"] for row in body["precincts"]] == ["C", "P"]


async def test_a_report_says_until_when_and_who_was_told(site: Site) -> None:
    made = await filled(site)
    report = await seen(site, "observer", f"/reports/{made['late']}")
    assert report["deadlines"]["told"] is None
    await site.sql("UPDATE report SET escalation_step = 2 WHERE number = :n", n=made["late"])
    queue = await seen(site, "officer", "/districts/C/queue")
    first = queue["reports"][0]
    assert (first["number"], first["deadlines"]["told"]) == (made["late"], "desk")
    assert first["deadlines"]["acknowledge_by"] < queue["at"]
    assert first["deadlines"]["on_scene_by"] > queue["at"]


async def test_an_unattended_beat_says_who_covers_and_what_lies_in_it(site: Site) -> None:
    await filled(site)
    (beat,) = (await seen(site, "officer", "/beats/unattended"))["beats"]
    assert beat["cover"] == {
        "officer": {"code": "O1", "name": "Іван Перший"},
        "desk": None,
        "rung": "neighbour",
    }
    assert beat["open_reports"] == 1
    assert beat["since"] is not None
    assert (await seen(site, "stranger", "/beats/unattended"))["beats"] == []


async def test_the_forecast_is_in_the_citys_time(site: Site) -> None:
    body = await seen(site, "officer", "/beats/forecast")
    assert (body["timezone"], len(body["days"])) == ("Europe/Kyiv", 7)
    west, east = body["beats"]
    # O1 of the west has one shift of a year; O2 of the east none.
    assert (west["gaps"], west["hours"]) == ([], [0.0] * 7)
    assert [gap["why"] for gap in east["gaps"]] == ["off_shift"]
    assert east["gaps"][0]["until"] == body["days"][-1]["until"]
    assert body["days"][0]["until"].endswith(("+02:00", "+03:00"))
    assert (await seen(site, "stranger", "/beats/forecast"))["beats"] == []


@pytest.mark.parametrize("path", ["/beats/forecast?days=0", "/queue?status=gone"])
async def test_nonsense_is_refused(site: Site, path: str) -> None:
    answer = await site.as_("desk").get(f"/api/v1{path}")
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid")


async def test_the_rules_are_kept_by_the_citys_desk(site: Site) -> None:
    before = await seen(site, "observer", "/deadlines")
    assert before["pause_min"] == 5
    assert [rule["priority"] for rule in before["rules"]] == [1, 2, 3, 4, 5]
    rule = {"priority": 3, "acknowledge_within_min": 9, "on_scene_within_min": None}
    changed = await site.as_("desk").put("/api/v1/deadlines", json={"rules": [rule]})
    assert rule in changed.json()["rules"]
    wrong: list[list[dict[str, Any]]] = [
        [rule, rule],
        [rule | {"acknowledge_within_min": 0}],
        [rule | {"on_scene_within_min": 8}],
        [],
    ]
    for each in wrong:
        answer = await site.as_("desk").put("/api/v1/deadlines", json={"rules": each})
        assert answer.status_code == 422, answer.text
