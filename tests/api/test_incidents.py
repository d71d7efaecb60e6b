"""Reports of one incident over HTTP: linked, suggested, parted, and one entry everywhere."""

from typing import Any

import httpx

from app.incident_keeping import tend_incidents
from app.incident_news import tell_followers
from app.models import Report, Reporter
from app.models.reports import ReportMessage
from tests.api.conftest import ALONE, EAST, WEST, Site
from tests.api.test_dispatch_rules import outcome, put, rule

CRASH = "ДТП на перехресті, дві машини"
LOUD = "Шумлять під вікнами, гучна музика"
NEARBY = (WEST[0] + 0.0005, WEST[1])


async def post(client: httpx.AsyncClient, number: str, what: str, **body: Any) -> httpx.Response:
    return await client.post(f"/api/v1/reports/{number}/{what}", json=body)


async def full(client: httpx.AsyncClient, number: str) -> dict[str, Any]:
    return dict((await client.get(f"/api/v1/reports/{number}")).json())


async def tend(site: Site) -> None:
    """Let everything happen that follows a moment later."""
    for work in (tend_incidents, tell_followers):
        done = 1
        while done:
            async with site.owner.transaction() as session:
                done = await work(session, site.context)


async def told(site: Site, text: str = CRASH, point: Any = WEST, **more: Any) -> Report:
    """Let a citizen of their own report something."""
    async with site.owner.transaction() as session:
        count = (await site.sql("SELECT count(*) FROM reporter"))[0][0]
        reporter = Reporter(pseudonym=f"R-CROWD{count:03}", kind="person", language="uk")
        session.add(reporter)
        await session.flush()
        reporter_id = reporter.id
    report = await site.report(point, text=text, reporter_id=reporter_id, **more)
    async with site.owner.transaction() as session:
        session.add(
            ReportMessage(
                report_id=report.id,
                chat_id=reporter_id,
                message_id=count + 1,
                text=text,
                sent_at=site.context.clock(),
            )
        )
    return report


async def said(site: Site, report: Report) -> list[str]:
    rows = await site.sql(
        "SELECT purpose FROM outbox WHERE report_id = :id ORDER BY id", id=report.id
    )
    return [row[0] for row in rows]


async def test_those_who_tell_of_the_same_are_one_entry(site: Site) -> None:
    first = await told(site)
    second = await told(site, "Аварія, зіткнулись машини на перехресті", NEARBY)
    third = await told(site, "ДТП, машини", WEST)
    elsewhere = await told(site, CRASH, EAST)
    await tend(site)
    client = site.as_("desk")
    queue = (await client.get("/api/v1/queue")).json()
    assert sorted(each["number"] for each in queue["reports"]) == [first.number, elsewhere.number]
    entry = next(each for each in queue["reports"] if each["number"] == first.number)
    assert (entry["people"], entry["members"]) == (3, 2)
    shown = await full(client, first.number)
    members = {each["number"]: each for each in shown["incident"]["members"]}
    assert members.keys() == {second.number, third.number}
    why = members[second.number]["why"]
    assert why["by"] == "system"
    assert 30 < why["distance_m"] < 50
    assert why["same_category"]
    assert (await full(client, second.number))["duplicate_of"] == first.number
    assert (await full(client, second.number))["incident"]["entry"] == first.number
    # One entry on the map, in the counts and in the overview, too.
    drawn = (await client.get("/api/v1/districts/C/map")).json()["features"]
    assert sum(each["properties"].get("kind") == "report" for each in drawn) == 2
    district = (await client.get("/api/v1/districts/C")).json()
    assert district["open_reports"] == 2
    overview = (await client.get("/api/v1/overview")).json()
    assert overview["total"]["open"] == 2


async def test_what_happens_to_the_entry_happens_to_all_and_is_told_once(site: Site) -> None:
    first, second = await told(site), await told(site, point=NEARBY)
    client = site.as_("officer")
    refused = await post(client, second.number, "status", status="acknowledged")
    assert refused.status_code == 409
    assert refused.json()["code"] == "follows-another"
    assert refused.json()["current"]["duplicate_of"] == first.number
    assert refused.json()["current"]["allowed"] == []
    for status in ("acknowledged", "en_route"):
        assert (await post(client, first.number, "status", status=status)).status_code == 200
        assert (await full(client, second.number))["status"] == status
    await post(client, first.number, "reply", text="Екіпаж за хвилину буде")
    await post(client, first.number, "status", status="on_scene")
    await post(client, first.number, "status", status="resolved")
    await tend(site)
    await tend(site)
    for report in (first, second):
        steps = ["acknowledged", "en_route", "express_reply", "on_scene", "resolved"]
        assert await said(site, report) == steps
    # Opened again by staff, it is open for all.
    assert (await post(client, first.number, "status", status="queued")).status_code == 200
    await tend(site)
    assert (await full(client, second.number))["status"] == "queued"
    assert (await said(site, second))[-1] == "reopened"


async def test_staff_link_and_part_what_belongs_together_or_not(site: Site) -> None:
    first = await told(site)
    second = await told(site, "Щось гримнуло, не знаю що", (WEST[0] + 0.002, WEST[1]))
    client = site.as_("desk")
    suggested = (await full(client, second.number))["incident"]["suggestions"]
    assert [each["number"] for each in suggested] == [first.number]
    assert suggested[0]["why"]["distance_m"] > 100
    linked = await post(client, second.number, "duplicate", of=first.number)
    assert linked.status_code == 200
    assert linked.json()["duplicate_of"] == first.number
    assert linked.json()["status"] == "queued"
    assert (await said(site, second)) == ["merged"]
    # A second tap changes nothing and tells nobody.
    again = await post(client, second.number, "duplicate", of=first.number)
    assert again.json()["version"] == linked.json()["version"]
    assert (await full(client, first.number))["people"] == 2

    parted = await post(client, second.number, "separate", note="інше місце")
    assert parted.status_code == 200
    assert (parted.json()["duplicate_of"], parted.json()["status"]) == (None, "queued")
    assert parted.json()["assignment"]["officer"]["code"] == "O1"
    await site.sql("UPDATE incident_task SET due_at = now() - interval '1 minute'")
    await site.sql("UPDATE report SET counted_at = NULL")
    await tend(site)
    shown = await full(client, second.number)
    assert shown["incident"]["suggestions"] == []
    assert shown["incident"]["said_other"] == [first.number]
    assert (await full(client, first.number))["people"] == 1
    kinds = [each["kind"] for each in shown["history"]]
    assert kinds == ["registered", "duplicate", "separated"]
    # Linking is the way back.
    assert (await post(client, second.number, "duplicate", of=first.number)).status_code == 200
    assert (await full(client, second.number))["incident"]["said_other"] == []


async def test_not_the_same_is_remembered(site: Site) -> None:
    first = await site.report(text=CRASH)
    second = await site.report(text=CRASH)
    client = site.as_("desk")
    numbers = [
        each["number"] for each in (await full(client, second.number))["incident"]["suggestions"]
    ]
    assert numbers == [first.number]
    answer = await post(client, second.number, "distinct", of=first.number)
    assert answer.status_code == 200
    for one, other in ((first, second), (second, first)):
        incident = (await full(client, one.number))["incident"]
        assert incident["suggestions"] == []
        assert incident["said_other"] == [other.number]
    await post(client, first.number, "duplicate", of=second.number)
    linked = await post(client, second.number, "distinct", of=first.number)
    assert linked.status_code == 409


async def test_what_makes_no_sense_is_refused(site: Site) -> None:
    first, second = await site.report(text=CRASH), await told(site, "Шум", EAST)
    third = await site.report(ALONE)
    client = site.as_("desk")
    assert (await post(client, first.number, "duplicate", of=first.number)).status_code == 422
    assert (await post(client, first.number, "distinct", of=first.number)).status_code == 422
    assert (await post(client, first.number, "duplicate", of="2000-000001")).status_code == 404
    assert (await post(client, first.number, "separate")).status_code == 409
    assert (await post(client, first.number, "duplicate", of="first")).status_code == 422
    old = await post(client, second.number, "duplicate", of=first.number, version=9)
    assert old.status_code == 409
    await post(client, second.number, "duplicate", of=first.number)
    chain = await post(client, third.number, "duplicate", of=second.number)
    assert chain.status_code == 422
    assert chain.json()["first"] == first.number
    closed = await site.report(WEST)
    await post(client, closed.number, "status", status="resolved")
    assert (await post(client, closed.number, "duplicate", of=first.number)).status_code == 409
    for path in ("duplicate", "distinct"):
        for pair in ((third.number, first.number), (first.number, third.number)):
            answer = await post(site.as_("desk-c"), pair[0], path, of=pair[1])
            assert answer.status_code == 404


async def test_those_who_follow_go_with_what_they_follow(site: Site) -> None:
    first, second = await told(site), await told(site, point=NEARBY)
    other = await told(site, "Бійка", EAST)
    client = site.as_("desk")
    assert (await post(client, first.number, "duplicate", of=other.number)).status_code == 200
    for number in (first.number, second.number):
        assert (await full(client, number))["duplicate_of"] == other.number
    assert (await full(client, other.number))["people"] == 3
    # Given to another precinct, all of it is seen there.
    await post(client, other.number, "assignment", officer="O3", why="ближче")
    assert (await full(site.as_("stranger"), second.number))["precinct"]["code"] == "P"
    assert (await site.as_("officer").get(f"/api/v1/reports/{second.number}")).status_code == 404


async def test_one_that_is_moved_or_sorted_anew_leaves(site: Site) -> None:
    first, moved, sorted_anew = await told(site), await told(site), await told(site)
    client = site.as_("desk")
    await post(client, moved.number, "placement", lon=EAST[0], lat=EAST[1])
    await post(client, sorted_anew.number, "category", category="theft")
    await tend(site)
    shown = await full(client, moved.number)
    assert (shown["duplicate_of"], shown["beat"]["code"]) == (None, "C-2")
    assert (await full(client, sorted_anew.number))["duplicate_of"] is None
    history = (await full(client, moved.number))["history"]
    assert [each["kind"] for each in history] == ["registered", "duplicate", "placed", "separated"]
    assert history[-1]["actor"] == "system"
    # What staff have linked stays linked, wherever it is.
    await post(client, moved.number, "duplicate", of=first.number)
    await post(client, moved.number, "placement", lon=ALONE[0], lat=ALONE[1])
    await tend(site)
    assert (await full(client, moved.number))["duplicate_of"] == first.number


async def test_when_the_entry_is_moved_the_others_stay_together(site: Site) -> None:
    first, *others = [await told(site) for _ in range(4)]
    await tend(site)
    client = site.as_("desk")
    await post(client, first.number, "placement", lon=EAST[0], lat=EAST[1])
    await tend(site)
    queue = (await client.get("/api/v1/queue")).json()["reports"]
    people = {each["number"]: each["people"] for each in queue}
    assert people == {first.number: 1, others[0].number: 3}


async def tended_anew(site: Site) -> None:
    """Let the crowd be counted now, and not a while after it was counted before."""
    await site.sql("UPDATE report SET counted_at = NULL")
    await tend(site)


async def test_a_rule_of_how_many_tell_of_it_is_followed(site: Site) -> None:
    await put(site, rule("three", {"count": 3}, {"priority": 2, "desk": "city"}))
    first, second = [await told(site, LOUD) for _ in range(2)]
    await tend(site)
    client = site.as_("desk")
    assert outcome(await full(client, first.number)) == ("beat_officer", 4, "O1", "primary")
    await told(site, LOUD)
    await tended_anew(site)
    report = await full(client, first.number)
    assert outcome(report) == ("beat_officer", 2, "city", "by_rule")
    assert (report["history"][-1]["kind"], report["dispatch"]["count"]) == ("counted", 3)
    # It is remembered when something else has the rules judge it again.
    changed = await post(client, first.number, "category", category="parking")
    assert changed.json()["priority"] == 2
    await post(client, second.number, "separate")
    await tended_anew(site)
    assert outcome(await full(client, first.number))[1:] == (4, "O1", "primary")


async def test_a_crowd_and_danger_raise_the_entry(site: Site) -> None:
    # The rules that are shipped would raise it, too.
    await put(site)
    first = await told(site, "Шумлять під вікнами, гучна музика")
    await tend(site)
    for _ in range(4):
        await told(site, "Гучна музика, шумлять під вікнами", NEARBY)
    await tended_anew(site)
    client = site.as_("desk")
    before = await full(client, first.number)
    assert (before["people"], before["priority"], before["danger"]) == (5, 3, False)
    counted = before["history"][-1]
    assert (counted["kind"], counted["after"]["people"]) == ("counted", 5)
    assert counted["before"]["sorting"]["priority"] == 4
    crash = await told(site, CRASH, EAST)
    await told(site, "ДТП, люди поранені, помирає людина", EAST)
    await tend(site)
    raised = await full(client, crash.number)
    assert (raised["danger"], raised["priority"], raised["people"]) == (True, 1, 2)


async def test_text_without_a_place_is_only_suggested(site: Site) -> None:
    placed = await told(site, "Велика аварія біля театру, перекрито рух")
    nowhere = await told(site, "Біля театру велика аварія, рух перекрито", None)
    client = site.as_("desk")
    shown = await full(client, nowhere.number)
    assert shown["duplicate_of"] is None
    assert [each["number"] for each in shown["incident"]["suggestions"]] == [placed.number]
    linked = await post(client, nowhere.number, "duplicate", of=placed.number)
    assert (linked.json()["status"], linked.json()["awaiting"]) == ("queued", [])


async def test_readers_see_no_suggestions_and_may_not_link(site: Site) -> None:
    first, second = await site.report(text=CRASH), await site.report(text=CRASH)
    for login in ("leader", "observer", "officer"):
        client = site.as_(login)
        assert (await full(client, second.number))["incident"]["suggestions"] == []
        for path in ("duplicate", "distinct"):
            answer = await post(client, second.number, path, of=first.number)
            assert answer.status_code == 403
