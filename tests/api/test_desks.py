"""Desks over HTTP: planned in the city's hours, seen by whom they concern, signed by who is there."""

from datetime import datetime

from tests.api.conftest import Site

PLAN = {
    "login": "desk",
    "desk": "city",
    "first": "2031-10-25",
    "days": 2,
    "begins": "20:00",
    "ends": "08:00",
}


async def test_nights_are_planned_by_the_citys_clock(site: Site) -> None:
    desk = site.as_("desk")
    made = await desk.post("/api/v1/desk-shifts/plan", json=PLAN)
    assert made.status_code == 201, made.text
    spans = [
        datetime.fromisoformat(each["until"]) - datetime.fromisoformat(each["since"])
        for each in made.json()["shifts"]
    ]
    # In that year the clocks go back on 26 October.
    assert [each.total_seconds() / 3600 for each in spans] == [13, 12]
    again = await desk.post("/api/v1/desk-shifts/plan", json=PLAN | {"desk": "C"})
    assert (again.status_code, again.json()["code"]) == (409, "overlap")
    colleague = await desk.post("/api/v1/desk-shifts/plan", json=PLAN | {"login": "admin"})
    assert colleague.status_code == 201
    span = {"since": "2031-10-25T00:00:00Z", "until": "2031-10-28T00:00:00Z"}
    listed = (await desk.get("/api/v1/desk-shifts", params=span)).json()
    assert [each["login"] for each in listed["shifts"]] == ["admin", "desk"] * 2
    assert {each["login"] for each in listed["people"]} == {"admin", "desk", "desk-c"}
    first = listed["shifts"][1]
    path = f"/api/v1/desk-shifts/{first['id']}"
    moved = await desk.patch(
        path, json={"since": "2031-10-25T16:00:00Z", "until": "2031-10-26T04:00:00Z"}
    )
    assert moved.status_code == 200
    assert (await site.as_("desk-c").delete(path)).status_code == 403
    assert (await desk.delete(path)).status_code == 204
    for wrong in ({"days": 0}, {"begins": "25:00"}, {"first": "yesterday"}, {"desk": "C-1"}):
        assert (
            await desk.post("/api/v1/desk-shifts/plan", json=PLAN | wrong)
        ).status_code == 422, wrong


async def test_a_handover_from_the_tap_to_the_signature(site: Site) -> None:
    report = await site.report(None)
    leaves, comes = site.as_("desk"), site.as_("admin")
    for client in (leaves, comes):
        body = {"on_duty": True, "desk": "city"}
        assert (await client.post("/api/v1/desk-duty", json=body)).json()["desk"] == "city"
    now = (await site.as_("leader").get("/api/v1/desks")).json()["desks"]
    assert [each["desk"]["code"] for each in now] == ["city", "C", "P"]
    assert [each["login"] for each in now[0]["there"]] == ["admin", "desk"]
    assert now[0]["gap"] is None
    off = await leaves.post("/api/v1/desk-duty", json={"on_duty": False})
    assert off.json()["desk"] is None
    found = (await comes.get("/api/v1/handovers", params={"unsigned": True})).json()["handovers"]
    (handover,) = found
    assert [each["login"] for each in handover["leaving"]] == ["desk"]
    assert [each["number"] for each in handover["summary"]["unplaced"]["reports"]] == [
        report.number
    ]
    path = f"/api/v1/handovers/{handover['id']}"
    noted = await leaves.post(f"{path}/note", json={"text": "Чекаємо адреси"})
    assert noted.json()["may_note"] is True
    refused = await leaves.post(f"{path}/sign")
    assert (refused.status_code, refused.json()["code"]) == (409, "not-at-the-desk")
    signed = (await comes.post(f"{path}/sign")).json()
    assert signed["signed_by"]["login"] == "admin"
    assert signed["note"] == "Чекаємо адреси"
    again = await comes.post(f"{path}/sign")
    assert (again.status_code, again.json()["code"]) == (409, "already-signed")
    # The city's is not the precinct's business.
    assert (await site.as_("desk-c").get(path)).status_code == 404
    assert (await site.as_("desk-c").get("/api/v1/handovers")).json()["handovers"] == []
    assert (await site.as_("leader").get(path)).json()["signed_by"]["login"] == "admin"


async def test_an_alert_goes_up_and_goes_away(site: Site) -> None:
    desk, leader = site.as_("desk"), site.as_("leader")
    for on in (True, False):
        await desk.post("/api/v1/desk-duty", json={"on_duty": on})
    (told,) = (await leader.get("/api/v1/notices")).json()["notices"]
    assert (told["kind"], told["body"]["desk"]["code"]) == ("desk_gap", "city")
    assert (await desk.get("/api/v1/notices")).json()["notices"] == []
    assert (await leader.post(f"/api/v1/notices/{told['id']}/read")).status_code == 204
    await desk.post("/api/v1/desk-duty", json={"on_duty": True})
    assert (await leader.get("/api/v1/notices")).json()["notices"] == []


async def test_others_are_tapped_by_who_keeps_the_roster(site: Site) -> None:
    body = {"on_duty": True, "login": "desk-c"}
    tapped = await site.as_("desk").post("/api/v1/desk-duty", json=body)
    assert tapped.json()["desk"] == "C"
    stranger = {"on_duty": True, "login": "desk"}
    assert (await site.as_("desk-c").post("/api/v1/desk-duty", json=stranger)).status_code == 403
    officer = {"on_duty": True, "login": "officer"}
    assert (await site.as_("desk").post("/api/v1/desk-duty", json=officer)).status_code == 422
    nobody = {"on_duty": True, "login": "nobody"}
    assert (await site.as_("desk").post("/api/v1/desk-duty", json=nobody)).status_code == 404
