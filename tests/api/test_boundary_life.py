"""A boundary set from upload to force and back, over HTTP."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from app.places import Place, PlaceKind
from app.report_placing import confirm_side
from app.reports import locked
from tests.api.boundary_kit import activated, approved, city, feature, geojson, step, strip, upload
from tests.api.conftest import EAST, WEST, Site, opened

# Between the border of before and the one of after.
BETWEEN = (37.505, 47.10)
MOVED = city(37.50)


async def report_of(site: Site, number: str, login: str = "desk") -> dict[str, Any]:
    answer = await site.as_(login).get(f"/api/v1/reports/{number}")
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


async def history_of(site: Site, number: str) -> list[str]:
    return [event["kind"] for event in (await report_of(site, number))["history"]]


async def test_a_set_goes_from_file_to_force_and_back(site: Site) -> None:
    first = (await site.as_("gis").get("/api/v1/boundary-sets")).json()["sets"][0]
    assert (first["state"], first["in_force"]) == ("approved", True)
    report = await site.report(BETWEEN)
    stays = await site.report(EAST)

    made = await upload(site.as_("gis"), geojson(MOVED), label="Нова межа")
    assert made.status_code == 201, made.text
    body = made.json()
    assert (body["state"], body["label"], body["based_on"]) == ("draft", "Нова межа", first["id"])
    assert (body["precincts"], body["beats"], body["revision"]) == (2, 2, 1)
    assert body["problem_counts"]["error"] == 0

    seen = (await site.as_("leader").get(f"/api/v1/boundary-sets/{body['id']}/preview")).json()
    assert [(each["number"], each["from"], each["to"]) for each in seen["reports"]["moving"]] == [
        (report.number, "C-1", "C-2")
    ]
    assert seen["reports"]["moving"][0]["owner_from"]["officer"]["code"] == "O1"
    assert {each["code"] for each in seen["diff"]["changed"]} == {"C-1", "C-2"}
    assert seen["left_without_officer"] == []

    assert (await step(site.as_("gis"), body["id"], "propose")).json()["state"] == "proposed"
    same = await step(site.as_("gis"), body["id"], "approve")
    assert (same.status_code, same.json()["code"]) == (403, "same-person")
    assert (await step(site.as_("admin"), body["id"], "approve")).json()["state"] == "approved"
    done = (await step(site.as_("admin"), body["id"], "activate")).json()
    assert done["in_force"]
    assert done["reports"] == {"moved": 1, "proposed": 0, "withdrawn": 0}
    assert done["former_set"] == first["id"]

    now = await report_of(site, report.number)
    assert (now["beat"]["code"], now["decision"]["boundary_set"]) == ("C-2", body["id"])
    event = now["history"][-1]
    assert (event["kind"], event["actor"]) == ("rerouted", "admin")
    assert event["before"]["placement"]["beat"] == "C-1"
    assert event["after"]["placement"]["beat"] == "C-2"
    assert event["before"]["assignment"]["officer"]["code"] == "O1"
    assert now["version"] == 2
    assert await history_of(site, stays.number) == ["registered"]

    back = await step(site.as_("admin"), first["id"], "activate")
    assert (back.status_code, back.json()["code"]) == (409, "based-on-old-set")
    back = await step(site.as_("admin"), first["id"], "activate", rollback=True)
    assert back.status_code == 200, back.text
    assert (await report_of(site, report.number))["beat"]["code"] == "C-1"
    assert await history_of(site, report.number) == ["registered", "rerouted", "rerouted"]
    audit = (await site.as_("gis").get(f"/api/v1/boundary-sets/{body['id']}/audit")).json()
    kinds = [deed["kind"] for deed in audit["audit"]]
    assert kinds == ["uploaded", "proposed", "approved", "activated"]


async def test_a_set_with_errors_is_stored_only_when_kept_and_never_proposed(site: Site) -> None:
    gap = [*city()[:2], feature("C-2", "beat", "C", strip(37.52, 37.55)), city()[3]]
    refused = await upload(site.as_("gis"), geojson(gap))
    assert refused.status_code == 422
    assert refused.json()["code"] == "boundary-problems"
    worst = refused.json()["problems"][0]
    assert worst["severity"] == "error"
    assert worst["place"]["type"] in {"Polygon", "MultiPolygon"}
    assert worst["area_m2"] > 1000
    assert set(worst["words"]) == {"uk", "ru", "en"}
    assert len((await site.as_("gis").get("/api/v1/boundary-sets")).json()["sets"]) == 1

    kept = await upload(site.as_("gis"), geojson(gap), keep=True)
    assert kept.status_code == 201
    assert kept.json()["problems"][0]["kind"] == worst["kind"]
    set_id = kept.json()["id"]
    proposed = await step(site.as_("gis"), set_id, "propose")
    assert (proposed.status_code, proposed.json()["code"]) == (409, "blocking-problems")
    assert proposed.json()["problems"]
    listed = (await site.as_("gis").get(f"/api/v1/boundary-sets/{set_id}/problems")).json()
    assert listed["problems_total"] == len(listed["problems"]) > 0


async def test_a_draft_is_edited_by_its_revision(site: Site) -> None:
    gis = site.as_("gis")
    set_id = (await upload(gis, geojson(city()))).json()["id"]
    path = f"/api/v1/boundary-sets/{set_id}/districts"
    read = await gis.get(path)
    assert read.headers["etag"] == '"1"'
    assert {each["properties"]["code"] for each in read.json()["features"]} == {
        "C",
        "C-1",
        "C-2",
        "P",
    }
    changes = {"upsert": [each for each in MOVED if each["properties"]["level"] == "beat"]}
    done = await gis.patch(path, json=changes, headers={"If-Match": '"1"'})
    assert done.status_code == 200, done.text
    assert (done.json()["revision"], done.headers["etag"]) == (2, '"2"')
    stale = await gis.patch(path, json=changes, headers={"If-Match": '"1"'})
    assert (stale.status_code, stale.json()["code"], stale.json()["revision"]) == (409, "stale", 2)

    orphaned = await gis.patch(path, json={"remove": ["C"]})
    assert (orphaned.status_code, orphaned.json()["code"]) == (422, "boundary-problems")
    assert {each["kind"] for each in orphaned.json()["problems"]} >= {"unknown_parent"}
    assert (await gis.patch(path, json={"remove": ["Z"]})).status_code == 404
    whole = await gis.put(path, content=geojson(city(37.52)), headers={"If-Match": '"2"'})
    assert (whole.status_code, whole.json()["revision"]) == (200, 3)

    audit = (await gis.get(f"/api/v1/boundary-sets/{set_id}/audit")).json()["audit"]
    edited = next(deed for deed in audit if deed["kind"] == "edited")
    codes = [each["properties"]["code"] for each in edited["before"]["districts"]]
    assert codes == ["C-1", "C-2"]

    await step(gis, set_id, "propose")
    frozen = await gis.patch(path, json=changes)
    assert (frozen.status_code, frozen.json()["code"]) == (409, "not-a-draft")
    assert (await gis.delete(f"/api/v1/boundary-sets/{set_id}")).status_code == 409
    assert (await step(gis, set_id, "withdraw")).json()["state"] == "draft"
    assert (await gis.delete(f"/api/v1/boundary-sets/{set_id}")).status_code == 204
    assert (await gis.get(f"/api/v1/boundary-sets/{set_id}")).status_code == 404
    gone = (await gis.get(f"/api/v1/boundary-sets/{set_id}/audit")).json()["audit"]
    assert gone[-1]["kind"] == "deleted"


async def test_who_edited_does_not_approve_unless_it_is_allowed(site: Site) -> None:
    gis, admin = site.as_("gis"), site.as_("admin")
    set_id = (await upload(gis, geojson(city()))).json()["id"]
    path = f"/api/v1/boundary-sets/{set_id}/districts"
    assert (await admin.patch(path, json={"upsert": MOVED})).status_code == 200
    seen = (await step(gis, set_id, "propose")).json()
    assert not seen["may_approve"]
    assert (await step(admin, set_id, "approve")).status_code == 403
    assert not (await admin.get(f"/api/v1/boundary-sets/{set_id}")).json()["may_approve"]


async def test_one_person_may_do_it_all_where_that_is_allowed(
    fresh_database_url: Callable[[], str],
) -> None:
    async with opened(fresh_database_url(), allow_self_approval=True) as site:
        gis = site.as_("gis")
        set_id = (await upload(gis, geojson(MOVED))).json()["id"]
        assert (await step(gis, set_id, "propose")).json()["may_approve"]
        assert (await step(gis, set_id, "approve")).json()["approved_by"] == "gis"
        assert (await step(gis, set_id, "activate")).json()["in_force"]


async def test_the_preview_tells_of_beats_and_postings_that_are_left(site: Site) -> None:
    gone = [*city()[:2], feature("C-9", "beat", "C", strip(37.515, 37.55)), city()[3]]
    set_id = (await upload(site.as_("gis"), geojson(gone))).json()["id"]
    seen = (await site.as_("gis").get(f"/api/v1/boundary-sets/{set_id}/preview")).json()
    assert (seen["diff"]["added"], seen["diff"]["removed"]) == (["C-9"], ["C-2"])
    assert seen["left_without_officer"] == ["C-9"]
    assert seen["postings_to_gone_codes"] == [
        {"officer": {"code": "O2", "name": "Петро Другий"}, "beat": "C-2"}
    ]
    # Who serves no more is posted nowhere, whatever the roster says; what is over does not count.
    await site.sql("UPDATE officer SET active = false WHERE code = 'O2'")
    await site.sql(
        "UPDATE posting SET period = tstzrange(lower(period), now() - interval '1 hour')"
        " WHERE beat_code = 'C-1'"
    )
    seen = (await site.as_("gis").get(f"/api/v1/boundary-sets/{set_id}/preview")).json()
    assert seen["left_without_officer"] == ["C-1", "C-9"]
    assert seen["postings_to_gone_codes"] == []


async def test_the_side_that_a_citizen_named_comes_back_with_the_boundaries(site: Site) -> None:
    first = (await site.as_("gis").get("/api/v1/boundary-sets")).json()["sets"][0]["id"]
    place = Place(37.5151, 47.10, PlaceKind.SHARED, accuracy_m=100.0)
    report = await site.report(None, place=place)
    async with site.owner.transaction() as session:
        its = await locked(session, report.number)
        assert await confirm_side(session, site.context, its, "C-1", "citizen")
    await activated(site, MOVED)
    # C-1 has become too far away to be meant.
    assert (await report_of(site, report.number))["beat"]["code"] == "C-2"
    back = await step(site.as_("admin"), first, "activate", rollback=True)
    assert back.status_code == 200, back.text
    assert (await report_of(site, report.number))["beat"]["code"] == "C-1"


async def test_a_set_based_on_an_old_one_is_rebased(site: Site) -> None:
    gis, admin = site.as_("gis"), site.as_("admin")
    renamed = city()
    renamed[3]["properties"]["name"] = {"uk": "Порт"}
    slow, late = [(await upload(gis, geojson(renamed))).json()["id"] for _ in range(2)]
    await step(gis, late, "propose")
    await activated(site, MOVED)
    for refused in (await step(gis, slow, "propose"), await step(admin, late, "approve")):
        assert (refused.status_code, refused.json()["code"]) == (409, "based-on-old-set")
    rebased = await step(gis, slow, "rebase")
    assert rebased.status_code == 201, rebased.text
    body = rebased.json()
    # The names of the other districts were changed by both, to the same; one name by one side.
    assert body["state"] == "draft"
    its = (await gis.get(f"/api/v1/boundary-sets/{body['id']}/districts")).json()["features"]
    names = {each["properties"]["code"]: each["properties"]["name"] for each in its}
    assert names["P"]["uk"] == "Порт"
    again = await step(gis, body["id"], "rebase")
    assert (again.status_code, again.json()["code"]) == (409, "nothing-to-rebase")
    assert (await step(gis, body["id"], "propose")).status_code == 200
    assert (await step(admin, body["id"], "approve")).status_code == 200
    assert (await step(admin, body["id"], "activate")).status_code == 200


async def test_what_somebody_has_taken_on_is_only_proposed(site: Site) -> None:
    report = await site.report(BETWEEN)
    officer = site.as_("officer")
    path = f"/api/v1/reports/{report.number}"
    await officer.post(f"{path}/status", json={"status": "acknowledged"})
    done = await activated(site, MOVED)
    assert done["reports"] == {"moved": 0, "proposed": 1, "withdrawn": 0}
    now = await report_of(site, report.number)
    assert (now["beat"]["code"], now["status"]) == ("C-1", "acknowledged")
    assert now["assignment"]["officer"]["code"] == "O1"
    assert now["proposed_move"]["beat"]["code"] == "C-2"
    assert now["history"][-1]["kind"] == "move_proposed"
    stale = await officer.post(f"{path}/move", json={"accept": True, "version": 1})
    assert stale.status_code == 409
    yes = await officer.post(f"{path}/move", json={"accept": True, "version": now["version"]})
    assert yes.status_code == 200, yes.text
    after = yes.json()
    assert (after["beat"]["code"], after["status"]) == ("C-2", "queued")
    assert after["proposed_move"] is None
    twice = await officer.post(f"{path}/move", json={"accept": True})
    assert (twice.status_code, twice.json()["code"]) == (409, "no-move")


async def test_a_refused_move_is_not_proposed_again_and_a_rollback_withdraws_it(
    site: Site,
) -> None:
    first = (await site.as_("gis").get("/api/v1/boundary-sets")).json()["sets"][0]["id"]
    refused, waiting = await site.report(BETWEEN), await site.report(BETWEEN)
    for report in (refused, waiting):
        path = f"/api/v1/reports/{report.number}/status"
        await site.as_("officer").post(path, json={"status": "acknowledged"})
    await activated(site, MOVED)
    path = f"/api/v1/reports/{refused.number}/move"
    answer = await site.as_("officer").post(path, json={"accept": False})
    assert answer.json()["proposed_move"] is None
    done = await activated(site, city(37.501))
    assert done["reports"] == {"moved": 0, "proposed": 0, "withdrawn": 0}
    back = await step(site.as_("admin"), first, "activate", rollback=True)
    assert back.json()["reports"]["withdrawn"] == 2
    assert (await report_of(site, waiting.number))["proposed_move"] is None


async def test_a_report_that_is_free_again_follows_the_boundaries(site: Site) -> None:
    given_back, reopened = await site.report(BETWEEN), await site.report(BETWEEN)
    officer = site.as_("officer")
    for report, status in ((given_back, "acknowledged"), (reopened, "resolved")):
        path = f"/api/v1/reports/{report.number}/status"
        assert (await officer.post(path, json={"status": status})).status_code == 200
    await activated(site, MOVED)
    for report in (given_back, reopened):
        path = f"/api/v1/reports/{report.number}/status"
        answer = await site.as_("desk").post(path, json={"status": "queued"})
        assert answer.status_code == 200, answer.text
        assert answer.json()["beat"]["code"] == "C-2"
        assert answer.json()["proposed_move"] is None


async def test_what_was_given_by_hand_stays_and_its_move_is_proposed(site: Site) -> None:
    by_hand, untouched = await site.report(BETWEEN), await site.report(WEST)
    for report in (by_hand, untouched):
        path = f"/api/v1/reports/{report.number}/assignment"
        await site.as_("desk").post(path, json={"desk": "P", "why": "так домовились"})
    done = await activated(site, MOVED)
    assert done["reports"] == {"moved": 0, "proposed": 1, "withdrawn": 0}
    now = await report_of(site, by_hand.number)
    assert now["assignment"]["desk"] == "P"
    assert now["proposed_move"]["beat"]["code"] == "C-2"
    # The desk it was given to is no more: then it must go where somebody sees it.
    whole = [feature("C", "precinct", None, strip(37.48, 37.60)), *MOVED[1:2]]
    whole.append(feature("C-2", "beat", "C", strip(37.50, 37.60)))
    await activated(site, whole)
    now = await report_of(site, untouched.number)
    assert (now["beat"]["code"], now["assignment"]["officer"]["code"]) == ("C-1", "O1")


async def test_officers_and_desks_are_told_once_and_citizens_are_not(site: Site) -> None:
    report = await site.report_of_citizen(BETWEEN)
    await site.sql("DELETE FROM outbox")
    await site.sql(
        "INSERT INTO shift (officer_id, period) SELECT id, tstzrange(now() - interval '1 day', now()"
        " + interval '1 day') FROM officer WHERE code = 'O2'"
    )
    done = await activated(site, MOVED)
    assert await site.sql("SELECT * FROM outbox") == []
    for login, key in (("officer", "went"), ("desk", None), ("desk-c", None)):
        told = (await site.as_(login).get("/api/v1/notices?unread=true")).json()["notices"]
        told = [each for each in told if each["body"]["boundary_set"] == done["id"]]
        # The officer of precinct C is told as an officer only, its desk as the precinct's.
        assert len(told) == 1, login
        if key:
            assert told[0]["body"][key] == [report.number]
    assert (await site.as_("stranger").get("/api/v1/notices")).json()["notices"] == []
    desk = site.as_("desk")
    notice = (await desk.get("/api/v1/notices")).json()["notices"][0]
    assert (await desk.post(f"/api/v1/notices/{notice['id']}/read")).status_code == 204
    assert (await desk.post(f"/api/v1/notices/{notice['id']}/read")).status_code == 204
    left = (await desk.get("/api/v1/notices?unread=true")).json()["notices"]
    assert notice["id"] not in {each["id"] for each in left}
    assert (await desk.get("/api/v1/notices")).json()["notices"][0]["read"]
    # Somebody else at the same desk has not read it; another precinct may not.
    assert (await site.as_("admin").get("/api/v1/notices?unread=true")).json()["notices"]
    other = await site.as_("stranger").post(f"/api/v1/notices/{notice['id']}/read")
    assert other.status_code == 404


async def test_who_answered_for_a_place_on_a_day_gone_by(site: Site) -> None:
    before = (await site.sql("SELECT clock_timestamp() AS at"))[0].at
    await activated(site, MOVED)
    lon, lat = BETWEEN

    async def ask(login: str | None, at: datetime | None) -> dict[str, Any]:
        client = site.as_(login) if login else site.client()
        params = {"lon": str(lon), "lat": str(lat)}
        if at is not None:
            params["as_of"] = at.isoformat()
        answer = await client.get("/api/v1/locate", params=params)
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    assert (await ask(None, None))["beat"]["code"] == "C-2"
    past = await ask(None, before)
    assert (past["beat"]["code"], past["answered_by"]) == ("C-1", None)
    assert [each["code"] for each in (await ask("desk", before))["answered_by"]] == ["O1"]
    assert (await ask("stranger", before))["answered_by"] is None
    long_ago = {"lon": str(lon), "lat": str(lat), "as_of": "2001-01-01T00:00:00Z"}
    assert (await site.client().get("/api/v1/locate", params=long_ago)).status_code == 404


async def test_progress_comes_in_lines_and_last_the_outcome(site: Site) -> None:

    headers = {"Accept": "application/x-ndjson"}
    for features, status in ((city(37.5), 201), (city()[1:], 422)):
        answer = await upload(site.as_("gis"), geojson(features), headers=headers)
        assert answer.status_code == 200
        assert answer.headers["content-type"].startswith("application/x-ndjson")
        lines = [json.loads(line) for line in answer.text.splitlines()]
        assert {"stage", "done", "total"} <= set(lines[0])
        assert lines[-1]["status"] == status
        assert ("id" if status == 201 else "problems") in lines[-1]["body"]


@pytest.mark.parametrize("at", [timedelta(seconds=-1), timedelta(days=1000)])
async def test_a_time_that_cannot_be_kept_is_refused(site: Site, at: timedelta) -> None:
    set_id = await approved(site, MOVED)
    when = (datetime.now(UTC) + at).isoformat()
    assert (await step(site.as_("admin"), set_id, "activate", at=when)).status_code == 422


async def test_a_scheduled_activation_can_be_called_off(site: Site) -> None:
    set_id = await approved(site, MOVED)
    admin = site.as_("admin")
    when = (datetime.now(UTC) + timedelta(hours=1)).isoformat()
    later = await step(admin, set_id, "activate", at=when)
    assert later.status_code == 202, later.text
    schedule = later.json()["schedule"]
    listed = (await admin.get(f"/api/v1/boundary-sets/{set_id}")).json()["scheduled"]
    assert [(each["id"], each["state"]) for each in listed] == [(schedule, "waiting")]
    path = f"/api/v1/boundary-sets/{set_id}/activations/{schedule}"
    assert (await admin.delete(path)).status_code == 204
    assert (await admin.delete(path)).status_code == 409


@pytest.mark.parametrize("format_", ["geojson", "gpkg", "shp"])
async def test_a_set_can_be_downloaded_and_uploaded_again(site: Site, format_: str) -> None:
    gis = site.as_("gis")
    answer = await gis.get(f"/api/v1/boundary-sets/1/export?format={format_}")
    assert answer.status_code == 200
    name = {"geojson": "a.geojson", "gpkg": "a.gpkg", "shp": "a.zip"}[format_]
    again = await upload(gis, answer.content, name)
    assert again.status_code == 201, again.text
    seen = (await gis.get(f"/api/v1/boundary-sets/{again.json()['id']}/preview")).json()
    assert seen["diff"]["changed"] == seen["diff"]["moved"] == []
