"""Dispatch rules over the API: applied, explained, edited, tried, broken and mended."""

import json
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from app import dispatch_watch
from app.boundaries import activate, store_set
from app.db import Role, open_database
from app.models import Officer, OfficerChat, OutboxMessage, Reporter, Staff, StaffChat
from app.report_actions import Actor, assign
from app.reports import locked
from app.routing import hold_boundaries
from tests.api.conftest import ALONE, CITY, EAST, WEST, Site

API = "/api/v1/dispatch-rules"


def rule(code: str, when: dict[str, Any], then: dict[str, Any], **more: Any) -> dict[str, Any]:
    names = dict.fromkeys(("uk", "ru", "en"), f"Правило {code}")
    return {"code": code, "names": names, "when": when, "then": then} | more


async def put(site: Site, *rules: dict[str, Any]) -> dict[str, Any]:
    """Let these rules be in force."""
    desk = site.as_("desk")
    based_on = (await desk.get(API)).json()["version"]
    body = {"based_on": based_on, "rules": {"rules": rules}}
    answer = await desk.post(f"{API}/versions", json=body)
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def registered(
    site: Site, text: str, at: tuple[float, float] | None = WEST, **more: Any
) -> dict[str, Any]:
    body = {"text": text} | ({"lon": at[0], "lat": at[1]} if at else {}) | more
    answer = await site.as_("desk").post("/api/v1/reports", json=body)
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def full(site: Site, number: str) -> dict[str, Any]:
    answer = await site.as_("desk").get(f"/api/v1/reports/{number}")
    found: dict[str, Any] = answer.json()
    return found


def outcome(report: dict[str, Any]) -> tuple[Any, ...]:
    owner = report["assignment"]
    return (
        report["response"],
        report["priority"],
        owner["desk"] or owner["officer"]["code"],
        owner["rung"],
    )


QUIET = "Сусіди гримлять музикою"


async def test_a_rule_changes_what_a_category_says_and_is_named(site: Site) -> None:
    plain = await registered(site, QUIET)
    assert outcome(plain) == ("beat_officer", 4, "O1", "primary")
    await put(
        site,
        rule("west", {"districts": ["C-1"], "categories": ["noise"]}, {"response": "patrol"}),
        rule("later", {}, {"priority": 2}),
    )
    report = await registered(site, QUIET)
    assert outcome(report) == ("patrol", 2, "O1", "primary")
    told = report["dispatch"]
    assert [each["code"] for each in told["rules"]] == ["west", "later"]
    assert [each["priority"] for each in told["rules"]] == [None, 2]
    assert told["base"] == {"priority": 4, "response": "beat_officer"}
    # By the priority's own deadlines, since it is more urgent than its category.
    ordinary, raised = (each["deadlines"]["acknowledge_by"] for each in (plain, report))
    assert raised < ordinary
    event = (await full(site, report["number"]))["history"][0]
    assert [each["code"] for each in event["after"]["sorting"]["rules"]] == ["west", "later"]
    assert outcome(await registered(site, QUIET, EAST))[0] == "beat_officer"


async def test_a_desk_named_by_a_rule_answers_and_sees_it(site: Site) -> None:
    await put(site, rule("fraud", {"categories": ["fraud"]}, {"desk": "P"}))
    report = await registered(site, "шахраї видурили гроші з картки")
    assert outcome(report)[2:] == ("P", "by_rule")
    assert report["precinct"]["code"] == "P"
    seen = await site.as_("stranger").get(f"/api/v1/reports/{report['number']}")
    assert seen.status_code == 200
    # Once it is about something else, the ladder of its place has it back.
    path = f"/api/v1/reports/{report['number']}/category"
    back = (await site.as_("desk").post(path, json={"category": "noise"})).json()
    assert outcome(back) == ("beat_officer", 4, "O1", "primary")
    assert (back["precinct"]["code"], back["beat"]["code"]) == ("C", "C-1")
    event = (await full(site, report["number"]))["history"][-1]
    assert event["before"]["assignment"]["desk"] == "P"
    assert event["after"]["assignment"]["officer"]["code"] == "O1"
    again = (await site.as_("desk").post(path, json={"category": "fraud"})).json()
    assert outcome(again)[2:] == ("P", "by_rule")
    # What somebody gave by hand stays with them.
    async with site.owner.transaction() as session:
        await hold_boundaries(session)
        kept = await locked(session, report["number"])
        await assign(session, site.context, Actor("desk"), kept, None, "city", "so")
    by_hand = (await site.as_("desk").post(path, json={"category": "noise"})).json()
    assert outcome(by_hand)[2:] == ("city", "by_hand")


async def test_a_place_that_becomes_known_lets_rules_of_places_speak(site: Site) -> None:
    area = [[37.49, 47.09], [37.51, 47.09], [37.51, 47.11], [37.49, 47.11]]
    await put(
        site,
        rule("drawn", {"area": area}, {"priority": 2, "response": "patrol"}),
        rule("east", {"districts": ["P"]}, {"desk": "city"}),
    )
    report = await registered(site, QUIET, None)
    assert outcome(report)[:2] == ("beat_officer", 4)
    assert report["dispatch"] is None
    path = f"/api/v1/reports/{report['number']}/placement"

    async def place(at: tuple[float, float]) -> dict[str, Any]:
        found = await site.as_("desk").post(path, json={"lon": at[0], "lat": at[1]})
        assert found.status_code == 200, found.text
        answer: dict[str, Any] = found.json()
        return answer

    placed = await place(WEST)
    assert outcome(placed) == ("patrol", 2, "O1", "primary")
    event = (await full(site, report["number"]))["history"][-1]
    assert event["before"]["sorting"]["priority"] == 4
    assert event["after"]["sorting"]["rules"][0]["code"] == "drawn"
    assert outcome(await place(ALONE)) == ("beat_officer", 4, "city", "by_rule")
    assert outcome(await place(EAST))[:2] == ("beat_officer", 4)


async def test_danger_and_what_was_urgent_never_become_less_so(site: Site) -> None:
    await put(
        site,
        rule("all", {}, {"priority": 5, "lower": True, "response": "note", "desk": "city"}),
    )
    danger = await registered(site, "людина не дихає")
    assert outcome(danger) == ("patrol", 1, "O1", "primary")
    calm = await registered(site, QUIET)
    assert outcome(calm) == ("note", 5, "city", "by_rule")
    path = f"/api/v1/reports/{calm['number']}/category"
    alarmed = await site.as_("desk").post(path, json={"category": "noise", "danger": True})
    assert outcome(alarmed.json()) == ("patrol", 1, "O1", "primary")


async def test_versions_are_saved_refused_when_stale_and_brought_back(site: Site) -> None:
    desk = site.as_("desk")
    first = (await desk.get(API)).json()
    assert first["may_edit"]
    assert first["broken"] == []
    assert [each["code"] for each in first["rules"]["rules"]][:2] == [
        "weapon_patrol",
        "stash_at_night",
    ]
    for login in ("leader", "desk-c"):
        assert not (await site.as_(login).get(API)).json()["may_edit"]
    second = await put(site, rule("only", {}, {"priority": 1}))
    body = {"based_on": first["version"], "rules": {"rules": []}}
    stale = await site.as_("admin").post(f"{API}/versions", json=body)
    assert (stale.status_code, stale.json()["in_force"]) == (409, second["version"])
    bad = [rule("a", {}, {}), rule("a", {"hours": {"since": "05:00", "until": "05:00"}}, {})]
    body = {"based_on": second["version"], "rules": {"rules": bad}}
    for path, sent in ((f"{API}/versions", body), (f"{API}/dry-run", {"rules": body["rules"]})):
        refused = await desk.post(path, json=sent)
        assert (refused.status_code, refused.json()["code"]) == (422, "bad-dispatch-rules")
        assert [(each["where"], each["what"]) for each in refused.json()["faults"]] == [
            ("a", "does_nothing"),
            ("a", "twice"),
            ("a", "does_nothing"),
            ("a", "no_time"),
        ]
    shapeless = await desk.post(
        f"{API}/versions", json={"based_on": 2, "rules": {"rules": [{"code": "x"}]}}
    )
    assert shapeless.json()["errors"][0]["field"] == "body.rules.rules.0.names"

    back = f"{API}/versions/{first['version']}/activate"
    assert (await desk.post(back, json={"based_on": first["version"]})).status_code == 409
    returned = await desk.post(back, json={"based_on": second["version"]})
    assert returned.json()["rules"] == first["rules"]
    listed = (await desk.get(f"{API}/versions")).json()
    assert [(each["id"], each["in_force"]) for each in listed["versions"]] == [
        (2, False),
        (1, True),
    ]
    assert [(each["version"], each["actor"]) for each in listed["journal"]] == [
        (1, "desk"),
        (2, "desk"),
        (1, "shipped"),
    ]
    old = (await desk.get(f"{API}/versions/2")).json()
    assert [each["code"] for each in old["rules"]["rules"]] == ["only"]
    assert (await desk.get(f"{API}/versions/9")).status_code == 404


async def test_a_dry_run_counts_and_names_what_would_change_and_writes_nothing(
    site: Site,
) -> None:
    await put(site, rule("quiet", {"categories": ["noise"]}, {"priority": 3}))
    west = await registered(site, QUIET)
    await registered(site, QUIET, EAST)
    await registered(site, "людина не дихає")
    old = await site.report(WEST, text=QUIET, received_at=site.context.clock() - timedelta(days=31))
    before = await site.sql("SELECT version, dispatch::text FROM report ORDER BY id")
    draft = [
        rule("quiet", {"categories": ["noise"]}, {"priority": 3}),
        rule("west", {"districts": ["C-1"]}, {"response": "patrol", "priority": 2}),
        rule("gone", {"districts": ["X"]}, {"desk": "Y"}),
    ]

    async def tried(**body: Any) -> dict[str, Any]:
        answer = await site.as_("desk").post(f"{API}/dry-run", json=body)
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    found = await tried(rules={"rules": draft})
    assert (found["days"], found["reports"], found["changed"]) == (30, 3, 1)
    assert (found["response"], found["priority"], found["desk"]) == (1, 1, 0)
    assert {(each["rule"], each["fits"]) for each in found["rules"]} == {
        ("quiet", 2), ("west", 2), ("gone", 0),
    }  # fmt: skip
    assert [
        (each["what"], each["before"], each["after"], each["reports"], each["samples"])
        for each in sorted(found["moves"], key=lambda each: str(each["what"]))
    ] == [
        ("priority", "3", "2", 1, [west["number"]]),
        ("response", "beat_officer", "patrol", 1, [west["number"]]),
    ]
    assert {(each["rule"], each["what"]) for each in found["broken"]} == {
        ("gone", "no_district"), ("gone", "no_desk"),
    }  # fmt: skip
    longer = await tried(rules={"rules": draft}, days=40)
    assert longer["reports"] == 4
    assert old.number in next(
        each["samples"] for each in longer["moves"] if each["what"] == "response"
    )
    # Without rules, those in force are tried beside none.
    alone = await tried()
    assert (alone["changed"], alone["priority"]) == (2, 2)
    assert (await tried(rules={"rules": [draft[0]]}))["changed"] == 0
    assert await site.sql("SELECT version, dispatch::text FROM report ORDER BY id") == before
    for days in (0, 367):
        refused = await site.as_("desk").post(f"{API}/dry-run", json={"days": days})
        assert refused.status_code == 422


async def linked(site: Site, login: str) -> int:
    """Link the Telegram of somebody of the staff; their chat."""
    async with site.owner.transaction() as session:
        staff = (await session.execute(select(Staff).where(Staff.login == login))).scalar_one()
        chat = Reporter(pseudonym=login, kind="person", language="uk")
        officer = Officer(code=login, name=login, precinct_code="C")
        session.add_all([chat, officer])
        await session.flush()
        if staff.role == "leader":
            staff.officer_id = officer.id
            session.add(OfficerChat(officer_id=officer.id, chat_id=chat.id))
        else:
            session.add(StaffChat(staff_id=staff.id, chat_id=chat.id))
        return chat.id


async def look(site: Site) -> int:
    """Look as the worker does, with its rights."""
    worker = open_database(site.url, Role.BOT)
    try:
        async with worker.transaction() as session:
            return await dispatch_watch.look(session, site.context)
    finally:
        await worker.close()


async def notices(site: Site, login: str) -> list[tuple[str, str, str]]:
    answer = await site.as_(login).get("/api/v1/notices")
    return [
        (each["body"]["rule"], each["body"]["what"], each["body"]["text"])
        for each in answer.json()["notices"]
        if each["kind"] == "dispatch_rule"
    ]


async def said(site: Site) -> list[tuple[int, str]]:
    async with site.owner.transaction() as session:
        rows = await session.execute(
            select(OutboxMessage.chat_id, OutboxMessage.payload)
            .where(OutboxMessage.purpose == "dispatch_rule")
            .order_by(OutboxMessage.id)
        )
        return [(row[0], row[1]["text"]) for row in rows]


async def test_a_rule_whose_district_goes_stays_is_skipped_and_told_of_once(site: Site) -> None:
    chats = [await linked(site, login) for login in ("leader", "desk", "desk-c")]
    rules = [
        rule("west", {"districts": ["C-1"]}, {"priority": 1}),
        rule("all", {"categories": ["noise"]}, {"priority": 3, "desk": "P"}),
    ]
    assert (await put(site, *rules))["broken"] == []
    assert await look(site) == 0
    at_desk = await registered(site, QUIET, EAST)
    assert outcome(at_desk)[2:] == ("P", "by_rule")
    async with site.owner.transaction() as session:
        renamed = [
            district.__class__(
                code={"C-1": "C-9", "P": "Q"}.get(district.code, district.code),
                level=district.level,
                parent=district.parent,
                name=district.name,
                geometry=district.geometry,
            )
            for district in CITY
        ]
        other = await store_set(session, renamed, label="other", source="test", actor="test")
        await activate(session, other, "test", site.context)
    # What a desk had that is no more goes back to the ladder of its place.
    freed = await full(site, at_desk["number"])
    assert (freed["assignment"]["rung"], freed["precinct"]["code"]) != ("by_rule", "P")
    assert freed["precinct"]["code"] == "C"
    report = await registered(site, QUIET)
    # Neither of both is applied, and somebody answers all the same.
    assert report["priority"] == 4
    assert report["assignment"]["rung"] != "by_rule"
    expected = [("west", "no_district", "C-1"), ("all", "no_desk", "P")]
    current = (await site.as_("leader").get(API)).json()
    assert [(b["rule"], b["what"], b["text"]) for b in current["broken"]] == expected
    assert [each["code"] for each in current["rules"]["rules"]] == ["west", "all"]

    assert await look(site) == 2
    assert await look(site) == 0
    for login in ("desk", "leader", "admin"):
        assert set(await notices(site, login)) == set(expected)
    assert await notices(site, "desk-c") == []
    told = await said(site)
    # A precinct's desk cannot mend it, and is not told.
    assert sorted(each[0] for each in told) == sorted(2 * chats[:2])
    assert any("Правило west" in text and "C-1" in text for _, text in told)

    # Saved again as it was it is no news; mended, it is told of no more, and anew when it breaks.
    rules[1]["then"]["desk"] = "C"
    await put(site, *rules)
    assert await look(site) == 0
    assert await notices(site, "desk") == [expected[0]]
    mended = rules[0] | {"when": {"districts": ["C-9"]}}
    assert (await put(site, mended, rules[1]))["broken"] == []
    assert await look(site) == 0
    assert await notices(site, "desk") == []
    await put(site, *rules)
    assert await look(site) == 1
    assert len(await said(site)) == 6


async def test_a_category_that_goes_breaks_its_rule(site: Site) -> None:
    await put(site, rule("quiet", {"categories": ["noise", "parking"]}, {"priority": 1}))
    desk = site.as_("desk")
    current = (await desk.get("/api/v1/triage/rules")).json()
    rules = current["rules"]
    for each in rules["categories"]:
        each["active"] = each["active"] and each["code"] != "parking"
    saved = await desk.post(
        "/api/v1/triage/versions", json={"based_on": current["version"], "rules": rules}
    )
    assert saved.status_code == 201
    broken = (await desk.get(API)).json()["broken"]
    assert broken == [{"rule": "quiet", "what": "no_category", "text": "parking"}]
    assert (await registered(site, QUIET))["priority"] == 4
    assert await look(site) == 1


async def spoil(site: Site, document: str) -> None:
    """Put rules in force that no version of this program would have stored."""
    await site.sql(
        "WITH made AS (INSERT INTO dispatch_version (made_by, rules)"
        " VALUES ('x', CAST(:document AS jsonb)) RETURNING id)"
        " UPDATE dispatch_in_force SET version_id = (SELECT id FROM made)",
        document=document,
    )


async def test_a_rule_that_fails_is_passed_over_and_told_of_once(site: Site) -> None:
    sound = rule("sound", {}, {"priority": 2})
    two_corners = rule("odd", {"area": [[37.5, 47.1], [37.6, 47.1]]}, {"priority": 1})
    await spoil(site, json.dumps({"rules": [two_corners, sound]}))
    for _ in range(2):
        report = await registered(site, QUIET)
        assert report["priority"] == 2
    broken = (await site.as_("leader").get(API)).json()["broken"]
    assert [(each["rule"], each["what"]) for each in broken] == [("odd", "failed")]
    assert await look(site) == 1
    assert await look(site) == 0
    await put(site, sound)
    assert (await site.as_("leader").get(API)).json()["broken"] == []
    assert await look(site) == 0
    assert await notices(site, "desk") == []


async def test_rules_that_cannot_be_read_stop_nobody(site: Site) -> None:
    await spoil(site, '{"rules": [{"code": "new", "names": 7}]}')
    assert outcome(await registered(site, QUIET)) == ("beat_officer", 4, "O1", "primary")
    current = (await site.as_("desk").get(API)).json()
    assert (current["rules"], current["broken"]) == (
        {"rules": []},
        [{"rule": "", "what": "unreadable", "text": "2"}],
    )
    assert await look(site) == 1
    back = await site.as_("desk").post(f"{API}/versions/1/activate", json={"based_on": 2})
    assert back.json()["broken"] == []
    assert await look(site) == 0
    assert await notices(site, "desk") == []
    unreadable = await site.as_("desk").get(f"{API}/versions/2")
    assert (unreadable.status_code, unreadable.json()["code"]) == (422, "unreadable-rules")


async def test_versions_are_never_changed(site: Site) -> None:
    for statement in (
        "UPDATE dispatch_version SET made_by = 'somebody else'",
        "DELETE FROM dispatch_activation",
        "TRUNCATE dispatch_activation",
    ):
        with pytest.raises(Exception, match=r"refused|never changes"):
            await site.sql(statement)
