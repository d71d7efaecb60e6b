"""Categories over the API: given, corrected, changed as a whole, brought back."""

from typing import Any

import pytest

from app.triage_models import keep
from app.triage_sets import shipped
from app.triage_training import Label, train
from tests.api.conftest import WEST, Site


async def registered(site: Site, text: str, **more: Any) -> dict[str, Any]:
    body = {"text": text, "lon": WEST[0], "lat": WEST[1]} | more
    answer = await site.as_("desk").post("/api/v1/reports", json=body)
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def test_a_report_is_sorted_and_corrected_by_whoever_knows(site: Site) -> None:
    listed = (await site.as_("observer").get("/api/v1/categories")).json()
    codes = {each["code"]: each for each in listed["categories"]}
    assert codes["theft"]["names"]["uk"] == "Крадіжка"
    assert codes["water"]["police"] is False
    assert codes["water"]["service"] == "water"

    refused = await site.as_("desk").post("/api/v1/reports", json={"text": "x", "category": "nope"})
    assert (refused.status_code, refused.json()["code"]) == (422, "invalid")
    by_desk = await registered(site, "хтось приніс", category="drugs")
    assert (by_desk["category"], by_desk["category_by"]) == ("drugs", "staff")

    report = await registered(site, "вкрали гаманець і телефон")
    assert (report["category"], report["priority"], report["response"]) == (
        "theft", 2, "investigation_team",
    )  # fmt: skip
    matched = report["triage"]["matched"]
    assert {"вкрали"} <= {each["words"] for each in matched}
    assert report["triage"]["version"] == listed["version"]

    path = f"/api/v1/reports/{report['number']}/category"
    officer = site.as_("officer")
    assert (await site.as_("stranger").post(path, json={"category": "noise"})).status_code == 404
    assert (await site.as_("leader").post(path, json={"category": "noise"})).status_code == 403
    answer = await officer.post(path, json={"category": "nope", "version": 1})
    assert answer.status_code == 422
    answer = await officer.post(path, json={"category": "robbery", "version": 1})
    after = answer.json()
    assert (after["category"], after["category_by"], after["priority"], after["version"]) == (
        "robbery", "staff", 1, 2,
    )  # fmt: skip
    late = await site.as_("desk").post(path, json={"category": "noise", "version": 1})
    assert (late.status_code, late.json()["current"]["category"]) == (409, "robbery")
    full = (await officer.get(f"/api/v1/reports/{report['number']}")).json()
    event = full["history"][-1]
    assert (event["kind"], event["actor"]) == ("sorted", "officer")
    assert event["before"]["sorting"]["category"] == "theft"
    assert event["after"]["sorting"]["category"] == "robbery"
    labels = await site.sql("SELECT before, category, by, actor FROM triage_label")
    assert labels == [("theft", "robbery", "staff", "officer")]
    # The same again changes nothing, and is no second label.
    assert (await officer.post(path, json={"category": "robbery"})).json()["version"] == 2
    assert len(await site.sql("SELECT FROM triage_label")) == 1


async def test_what_needs_a_category_is_a_list_of_the_desks(site: Site) -> None:
    unclear = await registered(site, "коїться казна-що")
    await registered(site, "гримить музика")
    assert unclear["category"] == "unsorted"
    assert "category" in unclear["awaiting"]
    assert unclear["assignment"]["officer"] is not None
    found = (await site.as_("desk").get("/api/v1/reports?category=unsorted&category=drugs")).json()
    assert [each["number"] for each in found["reports"]] == [unclear["number"]]


async def test_danger_is_at_the_top_and_only_staff_call_it_off(site: Site) -> None:
    await registered(site, "бійка за школою")
    report = await registered(site, "немає світла, обірваний дріт іскрить")
    assert (report["danger"], report["priority"], report["category"], report["response"]) == (
        True, 1, "life_danger", "patrol",
    )  # fmt: skip
    assert report["triage"]["danger"]
    path = f"/api/v1/reports/{report['number']}/category"
    kept = (await site.as_("officer").post(path, json={"category": "power"})).json()
    assert (kept["danger"], kept["priority"], kept["response"]) == (True, 1, "patrol")
    off = await site.as_("desk").post(path, json={"category": "power", "danger": False})
    assert (off.json()["danger"], off.json()["priority"], off.json()["response"]) == (
        False, 5, "redirect",
    )  # fmt: skip
    on = await site.as_("officer").post(path, json={"category": "power", "danger": True})
    assert (on.json()["priority"], on.json()["response"]) == (1, "patrol")
    await site.as_("desk").post(
        f"/api/v1/reports/{report['number']}/status", json={"status": "resolved"}
    )
    closed = await site.as_("desk").post(path, json={"category": "noise"})
    assert closed.status_code == 409


async def test_rules_are_tried_saved_as_a_version_and_brought_back(site: Site) -> None:
    desk = site.as_("desk")
    current = (await desk.get("/api/v1/triage/rules")).json()
    assert current["may_edit"]
    assert not (await site.as_("desk-c").get("/api/v1/triage/rules")).json()["may_edit"]
    rules = current["rules"]
    theft = next(each for each in rules["categories"] if each["code"] == "theft")
    theft["words"].append("шмигнул* 6")
    theft["names"]["uk"] = "Крадіжка майна"

    said = {"text": "шмигнули мою торбу"}
    before = (await desk.post("/api/v1/triage/try", json=said)).json()
    tried = (await desk.post("/api/v1/triage/try", json=said | {"rules": rules})).json()
    assert (before["category"], tried["category"]) == ("unsorted", "theft")
    assert tried["triage"]["matched"][0]["rule"] == "шмигнул* 6"

    saved = await desk.post(
        "/api/v1/triage/versions", json={"based_on": current["version"], "rules": rules}
    )
    assert saved.status_code == 201, saved.text
    version = saved.json()["version"]
    assert (await registered(site, **said))["category"] == "theft"
    old = await site.as_("admin").post(
        "/api/v1/triage/versions", json={"based_on": current["version"], "rules": rules}
    )
    assert (old.status_code, old.json()["in_force"]) == (409, version)

    theft["words"].append("**")
    theft["on_scene_within_min"] = 1
    for path, body in (
        ("versions", {"based_on": version, "rules": rules}),
        ("try", said | {"rules": rules}),
    ):
        broken = await desk.post(f"/api/v1/triage/{path}", json=body)
        assert (broken.status_code, broken.json()["code"]) == (422, "bad-rules")
        assert {(each["where"], each["what"]) for each in broken.json()["faults"]} == {
            ("theft", "stray_sign"),
            ("theft", "on_scene_first"),
        }
    theft["priority"] = 9
    shapeless = await desk.post(
        "/api/v1/triage/versions", json={"based_on": version, "rules": rules}
    )
    assert shapeless.json()["errors"][0]["field"].endswith("priority")

    listed = (await desk.get("/api/v1/triage/versions")).json()["versions"]
    assert [(each["id"], each["in_force"]) for each in listed] == [(version, True), (1, False)]
    back = f"/api/v1/triage/versions/{current['version']}/activate"
    assert (await desk.post(back, json={"based_on": 1})).status_code == 409
    assert (await desk.post(back, json={"based_on": version})).status_code == 200
    assert (await registered(site, **said))["category"] == "unsorted"
    # What was sorted by a former version stays so, and its name is still known.
    names = (await desk.get("/api/v1/categories")).json()["categories"]
    assert {each["names"]["uk"] for each in names} >= {"Крадіжка"}
    actors = await site.sql("SELECT triage_version_id, actor FROM triage_activation ORDER BY id")
    assert actors == [(1, "shipped"), (version, "desk"), (1, "desk")]


async def test_a_version_in_use_is_never_changed(site: Site) -> None:
    for statement in (
        "UPDATE category SET priority = 1",
        "DELETE FROM category WHERE code = 'theft'",
        "INSERT INTO category SELECT (each).* FROM (SELECT category AS each FROM category) rows",
        "UPDATE triage_version SET made_by = 'somebody else'",
        "UPDATE triage_label SET category = 'x'",
        "TRUNCATE triage_activation",
    ):
        if statement.startswith("UPDATE triage_label"):
            await site.sql(
                "INSERT INTO triage_label (report_id, before, category, by, actor)"
                " VALUES (:id, 'a', 'b', 'staff', 'x')",
                id=(await site.report()).id,
            )
        with pytest.raises(Exception, match=r"refused|never changes"):
            await site.sql(statement)


async def test_a_model_is_switched_on_by_staff_only_when_it_is_better(site: Site) -> None:
    said = {"noise": "гупають {} о {}", "waste": "непотріб {} о {}"}
    labels = [
        Label(f"2026-{number:06}", text.format(place, number), code)
        for number in range(40)
        for place in ("у дворі", "на розі")
        for code, text in said.items()
    ]
    trained = train(labels, shipped())
    async with site.owner.transaction() as session:
        score = {"model": trained.model, "rules": trained.rules, "held": trained.held}
        made = [
            await keep(session, trained.learned, trained.labels, score, "console", better=better)
            for better in (False, True)
        ]
        worse, better = (each.id for each in made)
    desk = site.as_("desk")
    text = "Сусіди гупають на розі"
    assert (await registered(site, text))["triage"]["by"] == "rules"
    refused = await desk.put("/api/v1/triage/model", json={"model": worse})
    assert refused.status_code == 409
    answer = await desk.put("/api/v1/triage/model", json={"model": better})
    assert answer.json()["in_use"] == better
    assert (
        answer.json()["models"][0]["score"]["rules"] < answer.json()["models"][0]["score"]["model"]
    )
    report = await registered(site, text)
    assert (report["category"], report["triage"]["by"]) == ("noise", f"model {better}")
    assert "гупають" in {each["words"] for each in report["triage"]["matched"]}
    # Danger is for the rules, always.
    danger = await registered(site, "непотріб на розі, людина не дихає")
    assert (danger["category"], danger["priority"]) == ("life_danger", 1)
    await desk.put("/api/v1/triage/model", json={"model": None})
    assert (await registered(site, text))["triage"]["by"] == "rules"
    # A model that is not what was stored is left alone, and messages go on.
    await site.sql("ALTER TABLE triage_model DISABLE TRIGGER USER")
    await site.sql("UPDATE triage_model SET sha256 = 'x'")
    await desk.put("/api/v1/triage/model", json={"model": better})
    assert (await registered(site, text))["triage"]["by"] == "rules"
