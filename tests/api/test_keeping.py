"""What is kept, over HTTP: told to all, changed by few, held by those who need it."""

import io
import json
import zipfile
from typing import Any

import httpx

from app.purge import purge
from app.purge_daily import begin
from tests.api.conftest import ALONE, Site

PROBLEM = "application/problem+json"


def of(answer: httpx.Response, content: str, name: str) -> dict[str, Any]:
    parts = answer.json()
    rows = parts.get("kept") or parts["rules"]
    return next(r for r in rows if (r["content"], r["privacy_class"]) == (content, name))


async def purge_all(site: Site) -> int:
    return sum([each.count async for each in purge(site.owner, site.context, "test")])


async def closed(site: Site, days: int, point: tuple[float, float] = ALONE) -> str:
    report = await site.report_of_citizen(point)
    await site.sql(
        "UPDATE report SET status = 'resolved', closed_at = now() - make_interval(days => :days)"
        " WHERE id = :id",
        days=days,
        id=report.id,
    )
    return report.number


async def test_everybody_may_read_what_is_kept_as_it_is_set(site: Site) -> None:
    anybody, admin = site.client(), site.as_("admin")
    answer = await anybody.get("/api/v1/privacy")
    assert answer.status_code == 200
    assert of(answer, "words", "none")["days"] == 365
    assert of(answer, "updates", "any")["days"] == 30
    path = "/api/v1/retention/words/none"
    # Longer at once; shorter only after whoever may have needed it has been warned.
    longer = await admin.put(path, json={"days": 500})
    assert (longer.status_code, longer.json()["days"]) == (200, 500)
    shorter = (await admin.put(path, json={"days": 10})).json()
    assert (shorter["days"], shorter["coming_days"]) == (500, 10)
    told = of(await anybody.get("/api/v1/privacy"), "words", "none")
    assert (told["days"], told["coming_days"]) == (500, 10)
    assert "changed_by" not in told
    await site.sql("UPDATE retention_rule SET effective_at = now()")
    assert of(await anybody.get("/api/v1/privacy"), "words", "none")["days"] == 10
    rule = of(await admin.get("/api/v1/retention"), "words", "none")
    assert (rule["changed_by"], rule["default_days"]) == ("admin", 365)


async def test_what_makes_no_sense_is_refused_and_changes_nothing(site: Site) -> None:
    admin = site.as_("admin")
    for path, body in (
        ("words/none", {"days": 0}),
        ("words/none", {"days": 10**9}),
        ("words/none", {"days": "many"}),
        ("words/any", {"days": 5}),
        ("sessions/none", {"days": 5}),
        ("nothing/any", {"days": 5}),
    ):
        answer = await admin.put(f"/api/v1/retention/{path}", json=body)
        assert answer.status_code == 422, (path, body)
        assert answer.headers["content-type"] == PROBLEM
    assert await site.sql("SELECT * FROM retention_rule") == []


async def test_a_report_that_is_held_stays_until_it_is_let_go(site: Site) -> None:
    number = await closed(site, 400)
    path = f"/api/v1/reports/{number}/hold"
    desk, leader = site.as_("desk"), site.as_("leader")
    assert (await site.as_("desk-c").post(path, json={"reason": "x"})).status_code == 404
    assert (await desk.post(path, json={"reason": "  "})).status_code == 422
    held = await desk.post(path, json={"reason": "доказ у справі"})
    assert held.status_code == 201
    again = await leader.post(path, json={"reason": "так"})
    assert (again.status_code, again.json()["code"]) == (409, "already-held")
    shown = (await leader.get("/api/v1/retention")).json()["holds"]
    assert [(each["number"], each["placed_by"]) for each in shown] == [(number, "desk")]
    assert (await site.as_("desk-c").get("/api/v1/retention")).json()["holds"] == []
    await purge_all(site)
    assert (await desk.get(f"/api/v1/reports/{number}")).json()["text"] == "Крадіжка"

    assert (await leader.delete(path)).status_code == 204
    assert (await leader.delete(path)).status_code == 404
    await purge_all(site)
    report = (await desk.get(f"/api/v1/reports/{number}")).json()
    assert report["text"] == ""
    assert [each["kind"] for each in report["history"]][-2:] == ["purged", "purged"]
    assert report["precinct"]["code"] == "P"
    gone = (await leader.get("/api/v1/retention")).json()["gone"]
    assert {each["content"] for each in gone} >= {"words", "files", "place"}
    # What was held, by whom, and what went is in the audit; why, and what was said, is not.
    rows = await site.sql("SELECT kind, actor, subject, detail::text AS detail FROM audit")
    kinds = {row.kind for row in rows}
    assert {"hold.placed", "hold.lifted", "purge.begun", "purge.ended"} <= kinds
    assert "доказ" not in str(rows)
    assert "Крадіжка" not in str(rows)


async def test_what_comes_is_told_once_the_worker_has_counted(site: Site) -> None:
    await closed(site, 360)
    leader = site.as_("leader")
    before = (await leader.get("/api/v1/retention")).json()
    assert (before["next_purge_at"], before["coming"]) == (None, [])
    async with site.owner.transaction() as session:
        assert not await begin(session, site.context, site.context.clock())
    after = (await leader.get("/api/v1/retention")).json()
    assert after["next_purge_at"]
    counts = {each["content"]: each["count"] for each in after["coming"]}
    assert (counts["words"], counts["place"], counts["files"]) == (1, 1, 1)
    notices = (await leader.get("/api/v1/notices")).json()["notices"]
    assert [each["kind"] for each in notices] == ["purge_soon"]


async def test_somebodys_data_is_handed_over_and_that_is_audited(site: Site) -> None:
    admin = site.as_("admin")
    mine, other = await site.report_of_citizen(), await site.report_of_citizen()
    path = f"/api/v1/reports/{mine.number}/personal-data"
    answer = await admin.post(path, json={"reason": "запит 7"})
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/zip"
    archive = zipfile.ZipFile(io.BytesIO(answer.content))
    data = json.loads(archive.read("my-data.json"))
    assert [each["number"] for each in data["reports"]] == [mine.number]
    assert data["reports"][0]["files"][0]["kind"] == "photo"
    assert data["person"]["telegram"] is None
    assert other.number not in archive.read("my-data.html").decode()
    assert (await admin.post(path, json={"reason": ""})).status_code == 422
    nobodys = (await site.report()).number
    refused = await admin.post(f"/api/v1/reports/{nobodys}/personal-data", json={"reason": "x"})
    assert refused.status_code == 422
    none = await admin.post("/api/v1/reports/2026-999999/personal-data", json={"reason": "x"})
    assert none.status_code == 404
    listed = (await admin.get("/api/v1/audit?kind=personal")).json()
    assert [(each["actor"], each["subject"]) for each in listed["entries"]] == [
        ("admin", mine.number)
    ]
    assert "запит" not in json.dumps(listed, ensure_ascii=False)


async def test_the_audit_has_logins_and_staff_and_is_read_in_pages(site: Site) -> None:
    await site.logged_in("leader")
    wrong = {"login": "leader", "password": "a wrong password"}
    await site.client().post("/api/v1/login", json=wrong)
    await site.client().post("/api/v1/login", json=wrong | {"login": "my secret typed here"})
    leader = site.as_("leader")
    page = (await leader.get("/api/v1/audit?limit=5")).json()
    seen = page["entries"]
    while page["next_before"]:
        page = (await leader.get(f"/api/v1/audit?limit=5&before={page['next_before']}")).json()
        seen += page["entries"]
    assert [each["position"] for each in seen] == list(range(len(seen), 0, -1))
    assert page["head"].startswith(f"{len(seen)}:")
    kinds = [each["kind"] for each in seen]
    assert kinds.count("staff.added") == 8
    assert "login" in kinds
    assert "login.tried" in kinds
    assert "boundary_audit.activated" in kinds
    assert "secret" not in json.dumps(seen)
    assert not any("sha256" in each["detail"] for each in seen)
