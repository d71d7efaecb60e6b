"""Reports through the API: registering, finding, reading and working on them."""

import asyncio
from datetime import timedelta
from typing import Any

import httpx
from sqlalchemy import event, text
from sqlalchemy.ext.asyncio import AsyncSession

from app import citizen_says, desk_chats
from app.models import Reporter
from app.permissions import Scope
from app.queues import Part, open_by_status, queue
from app.reports import locked
from tests.api.conftest import ALONE, EAST, OUTSIDE, WEST, Site


async def post(client: httpx.AsyncClient, path: str, **body: Any) -> httpx.Response:
    return await client.post(f"/api/v1/reports{path}", json=body)


async def new(client: httpx.AsyncClient, key: str, **body: Any) -> httpx.Response:
    return await client.post("/api/v1/reports", json=body, headers={"Idempotency-Key": key})


async def test_a_registered_report_is_routed_and_read_back(site: Site) -> None:
    client = site.as_("desk")
    lon, lat = WEST
    answer = await post(client, "", text="ДТП", lon=lon, lat=lat, accuracy=10, category="accident")
    assert answer.status_code == 201
    report = answer.json()
    assert answer.headers["location"] == f"/api/v1/reports/{report['number']}"
    assert report["number"].endswith("-000001")
    assert report["status"] == "queued"
    assert report["precinct"] == {
        "code": "C",
        "name": {"uk": "Центр", "ru": "Центр", "en": "Centre"},
    }
    assert report["beat"]["code"] == "C-1"
    assert report["decision"]["reason"] == "inside"
    assert report["placement"] == {
        "kind": "operator",
        "lon": lon,
        "lat": lat,
        "accuracy_m": 10.0,
        "label": None,
        "precision": "exact",
    }
    assert report["assignment"] == {
        "officer": {"code": "O1", "name": "Іван Перший"},
        "desk": None,
        "rung": "primary",
        "skipped": [],
        "why": None,
    }
    assert (report["source"], report["reporter"], report["version"]) == ("staff", None, 1)
    assert "acknowledged" in report["allowed"]
    full = (await client.get(answer.headers["location"])).json()
    history = full.pop("history")
    assert full.pop("deliveries") == []
    assert full.pop("incident")["members"] == []
    assert full == report
    assert [(event["kind"], event["actor"]) for event in history] == [("registered", "desk")]


async def test_an_address_without_a_point_waits_for_a_place(site: Site) -> None:
    report = (await post(site.as_("desk"), "", text="Шум", address="вул. Миру, 5")).json()
    assert report["status"] == "awaiting_place"
    assert report["text"] == "Шум\nвул. Миру, 5"
    assert report["awaiting"] == ["place"]
    assert report["assignment"]["desk"] == "city"
    empty = await post(site.as_("desk"), "", text="  ")
    assert empty.status_code == 422


async def test_the_same_request_is_done_once(site: Site) -> None:
    client = site.as_("desk")
    first = await new(client, "key-1", text="ДТП")
    second = await new(client, "key-1", text="ДТП")
    assert (first.status_code, second.status_code) == (201, 201)
    assert first.json() == second.json()
    reused = await new(client, "key-1", text="інше")
    assert reused.status_code == 422
    assert reused.json()["code"] == "idempotency-key-reused"
    assert (await new(site.as_("admin"), "key-1", text="ДТП")).json() != first.json()
    answers = await asyncio.gather(*(new(client, "key-2", text="ДТП") for _ in range(8)))
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.json()["number"] for answer in answers}) == 1
    assert (await site.sql("SELECT count(*) AS n FROM report"))[0].n == 3


async def test_a_report_goes_its_way(site: Site) -> None:
    report = await site.report_of_citizen()
    client = site.as_("officer")
    path = f"/{report.number}/status"
    version = 1
    for status in ("acknowledged", "en_route", "on_scene", "resolved"):
        answer = await post(client, path, status=status, version=version, note="так")
        assert answer.status_code == 200, answer.text
        version += 1
        assert (answer.json()["status"], answer.json()["version"]) == (status, version)
    full = (await client.get(f"/api/v1/reports/{report.number}")).json()
    steps = [event for event in full["history"] if event["kind"] == "status"]
    assert [step["after"]["status"] for step in steps][-1] == "resolved"
    assert steps[0]["note"] == "так"
    assert [d["purpose"] for d in full["deliveries"]] == [
        "acknowledged",
        "en_route",
        "on_scene",
        "resolved",
    ]
    assert full["deliveries"][0]["state"] == "queued"
    assert full["allowed"] == ["queued"]


async def test_a_conflict_shows_the_report_as_it_is(site: Site) -> None:
    report = await site.report()
    client = site.as_("officer")
    await post(client, f"/{report.number}/status", status="acknowledged", version=1)
    for body in ({"status": "en_route", "version": 1}, {"status": "registered", "version": 2}):
        answer = await post(client, f"/{report.number}/status", **body)
        assert answer.status_code == 409
        assert answer.headers["content-type"] == "application/problem+json"
        problem = answer.json()
        assert problem["type"] == "urn:beatway:problem:conflict"
        assert problem["current"]["status"] == "acknowledged"
        assert problem["current"]["version"] == 2
        assert problem["instance"] == f"/api/v1/reports/{report.number}/status"
    assert (await site.sql("SELECT version FROM report"))[0].version == 2


async def test_of_two_at_once_one_wins(site: Site) -> None:
    report = await site.report()
    answers = await asyncio.gather(
        *(
            post(site.as_(login), f"/{report.number}/status", status="acknowledged", version=1)
            for login in ("officer", "desk", "admin", "desk-c")
        )
    )
    assert sorted(answer.status_code for answer in answers) == [200, 409, 409, 409]


async def test_a_reply_reaches_the_outbox_and_is_shown(site: Site) -> None:
    report = await site.report_of_citizen()
    answer = await post(site.as_("officer"), f"/{report.number}/reply", text="Екіпаж виїхав")
    assert answer.status_code == 200
    (reply,) = answer.json()["replies"]
    assert (reply["text"], reply["state"]) == ("Екіпаж виїхав", "queued")
    await site.sql("UPDATE outbox SET state = 'sent', sent_at = now(), answers_lost = 1")
    full = (await site.as_("officer").get(f"/api/v1/reports/{report.number}")).json()
    assert full["replies"][0]["state"] == "sent"
    assert full["deliveries"][0]["possibly_twice"] is True
    assert "Екіпаж виїхав" in full["deliveries"][0]["text"]
    nobody = await site.report()
    answer = await post(site.as_("officer"), f"/{nobody.number}/reply", text="Хто там?")
    assert answer.status_code == 422
    stale = await post(site.as_("officer"), f"/{report.number}/reply", text="знову", version=1)
    assert stale.status_code == 409


async def test_the_desk_sets_the_pin(site: Site) -> None:
    report = await site.report(None)
    path = f"/{report.number}/placement"
    answer = await post(site.as_("desk"), path, lon=EAST[0], lat=EAST[1], version=1)
    assert answer.status_code == 200
    body = answer.json()
    assert (body["status"], body["beat"]["code"]) == ("queued", "C-2")
    assert (body["assignment"]["officer"]["code"], body["assignment"]["rung"]) == (
        "O1",
        "neighbour",
    )
    assert body["assignment"]["skipped"][0] == {
        "rung": "primary",
        "officer": "O2",
        "why": "off_shift",
    }
    stale = await post(site.as_("desk"), path, lon=EAST[0], lat=EAST[1], version=1)
    assert stale.status_code == 409
    nonsense = await post(site.as_("desk"), path, lon=EAST[0], lat=91)
    assert nonsense.status_code == 422
    assert nonsense.json()["code"] == "coordinates-out-of-range"


async def test_work_is_given_to_somebody_by_hand(site: Site) -> None:
    report = await site.report()
    path = f"/{report.number}/assignment"
    client = site.as_("desk")
    answer = await post(client, path, officer="O3", why="знає місце")
    assert answer.status_code == 200
    assert answer.json()["assignment"]["officer"]["code"] == "O3"
    assert answer.json()["precinct"]["code"] == "P"
    history = (await client.get(f"/api/v1/reports/{report.number}")).json()["history"]
    owners = [history[-1][side]["assignment"]["officer"]["code"] for side in ("before", "after")]
    assert owners == ["O1", "O3"]
    assert "officer_id" not in str(history)
    assert (await site.as_("officer").get(f"/api/v1/reports/{report.number}")).status_code == 404
    assert (await site.as_("stranger").get(f"/api/v1/reports/{report.number}")).status_code == 200
    for body in (
        {"officer": "O9", "why": "x"},
        {"why": "x"},
        {"officer": "O1", "desk": "C", "why": "x"},
        {"desk": "Q", "why": "x"},
        {"desk": "C", "why": " "},
    ):
        assert (await post(client, path, **body)).status_code == 422, body


async def test_the_queue_is_in_working_order(site: Site) -> None:
    now = site.context.clock()
    made = [
        await site.report(WEST, received_at=now - timedelta(minutes=age)) for age in (5, 30, 20, 10)
    ]
    newest, acknowledged, older, urgent = (report.number for report in made)
    await site.sql("UPDATE report SET priority = 1 WHERE number = :n", n=urgent)
    await post(site.as_("officer"), f"/{acknowledged}/status", status="acknowledged")
    closed = await site.report(WEST)
    await post(site.as_("officer"), f"/{closed.number}/status", status="resolved")
    await site.report(EAST)
    answer = await site.as_("officer").get("/api/v1/districts/C-1/queue")
    body = answer.json()
    assert [r["number"] for r in body["reports"]] == [urgent, older, newest, acknowledged]
    assert body["counts"] == {"queued": 3, "acknowledged": 1}
    assert body["district"]["open_reports"] == 4
    whole = (await site.as_("officer").get("/api/v1/districts/C/queue")).json()
    assert len(whole["reports"]) == 5


async def test_the_queue_does_not_grow_with_what_is_closed(site: Site) -> None:
    await site.report(WEST)
    await site.sql(
        "INSERT INTO report (number, status, text, category, priority, response, source,"
        " received_at, precinct_code, beat_code, assigned_desk, rung)"
        " SELECT 'old-' || n, 'resolved', 'x', 'x', 3, 'x', 'x', now(), 'C', 'C-1', 'C', 'x'"
        " FROM generate_series(1, 20000) n"
    )
    await site.sql("ANALYZE report")
    async with site.owner.transaction() as session:
        # As the pages' own queries are planned once they have been used a few times.
        await session.execute(text("SET plan_cache_mode = force_generic_plan"))
        for code in ("C", "C-1"):
            directory = await site.app.state.parts.directories.current(session)
            entry = directory.entry(code, Scope())
            before = await scanned(session)
            assert len(await queue(session, Scope(), site.context.clock(), Part(entry))) == 1
            assert await open_by_status(session, Scope(), site.context.clock(), Part(entry)) == {
                "queued": 1
            }
            assert await scanned(session) - before < 10


async def scanned(session: AsyncSession) -> int:
    """Return how many rows of the register this transaction has read so far."""
    row = await session.execute(
        text(
            "SELECT seq_tup_read + coalesce(idx_tup_fetch, 0) FROM pg_stat_xact_all_tables"
            " WHERE relname = 'report'"
        )
    )
    return int(row.scalar_one())


async def test_the_same_few_queries_however_many_reports(site: Site) -> None:
    counts: list[int] = []
    received_at = site.context.clock() - timedelta(days=30)
    # It asks the database at times of its own.
    await site.app.state.parts.hub.stop()
    engine = site.app.state.parts.database.engine.sync_engine

    def count(*_: Any) -> None:
        counts[-1] += 1

    # The first request also reads the districts, once and for all.
    for _ in range(3):
        for _ in range(5):
            # So long apart that none is taken for the same thing as another.
            received_at += timedelta(days=1)
            await site.report_of_citizen(received_at=received_at)
        counts.append(0)
        event.listen(engine, "before_cursor_execute", count)
        answer = await site.as_("officer").get("/api/v1/queue")
        event.remove(engine, "before_cursor_execute", count)
        assert len(answer.json()["reports"]) == 5 * len(counts)
    assert counts[1] == counts[2]


async def test_finding_pages_through_everything_once(site: Site) -> None:
    now = site.context.clock()
    numbers = [
        (await site.report(WEST, received_at=now - timedelta(minutes=n // 3))).number
        for n in range(10)
    ]
    found: list[str] = []
    cursor = ""
    while True:
        params = {"limit": "3"} | ({"cursor": cursor} if cursor else {})
        page = (await site.as_("officer").get("/api/v1/reports", params=params)).json()
        found += [report["number"] for report in page["reports"]]
        if page["next_cursor"] is None:
            break
        cursor = page["next_cursor"]
    assert sorted(found) == sorted(numbers)
    assert len(found) == 10
    times = (await site.as_("officer").get("/api/v1/reports")).json()["reports"]
    assert [t["received_at"] for t in times] == sorted(
        (t["received_at"] for t in times), reverse=True
    )


async def test_finding_by_what_reports_have_in_common(site: Site) -> None:
    west, east, alone = [await site.report(point) for point in (WEST, EAST, ALONE)]
    outside = await site.report(OUTSIDE)
    nowhere = await site.report(None)
    await post(site.as_("desk"), f"/{west.number}/status", status="resolved")
    everything = {r.number for r in (west, east, alone, outside, nowhere)}

    async def find(**params: Any) -> set[str]:
        answer = await site.as_("desk").get("/api/v1/reports", params=params)
        assert answer.status_code == 200, answer.text
        return {report["number"] for report in answer.json()["reports"]}

    assert await find() == everything
    assert await find(status="resolved") == {west.number}
    assert await find(status=["resolved", "awaiting_place"]) == {west.number, nowhere.number}
    assert await find(district="C") == {west.number, east.number}
    assert await find(district="C-2") == {east.number}
    assert await find(bbox="37.49,47.09,37.54,47.11") == {west.number, east.number}
    assert await find(since="2999-01-01T00:00:00Z") == set()
    assert await find(since="2000-01-01T00:00:00+02:00") == everything


async def test_what_cannot_be_looked_up_is_said(site: Site) -> None:
    client = site.as_("desk")
    for params in (
        {"cursor": "nonsense"},
        {"cursor": "WyJ4IiwgMV0"},
        {"cursor": "ї"},
        {"limit": "0"},
        {"limit": "201"},
        {"status": "lost"},
        {"bbox": "1,2,3"},
        {"bbox": "nan,1,2,3"},
        {"bbox": "3,1,2,3"},
        {"since": "yesterday"},
        {"since": "2026-01-01T00:00:00"},
        {"district": "\x00"},
    ):
        answer = await client.get("/api/v1/reports", params=params)
        assert answer.status_code == 422, (params, answer.text)
        assert answer.json()["detail"]


async def test_names_of_districts_that_are_gone_stay(site: Site) -> None:
    report = await site.report(WEST)
    set_id = (await site.sql("SELECT boundary_set_id AS id FROM boundary_in_force"))[0].id
    await site.sql(
        "INSERT INTO boundary_set (label, state, source, created_by, approximate)"
        " VALUES ('new', 'draft', 't', 't', false)"
    )
    await site.sql(
        "INSERT INTO district (boundary_set_id, code, level, name, geom)"
        " SELECT (SELECT max(id) FROM boundary_set), code || 'new', level, name, geom"
        " FROM district WHERE boundary_set_id = :id AND level = 'precinct'",
        id=set_id,
    )
    await site.sql(
        "UPDATE boundary_in_force SET boundary_set_id = (SELECT max(id) FROM boundary_set)"
    )
    body = (await site.as_("desk").get(f"/api/v1/reports/{report.number}")).json()
    assert body["beat"]["name"]["uk"] == "Захід"
    codes = [
        d["code"] for d in (await site.as_("desk").get("/api/v1/districts")).json()["districts"]
    ]
    assert codes == ["Cnew", "Pnew"]


async def test_what_the_citizen_says_is_new_until_somebody_has_read_it(site: Site) -> None:
    number = (await site.report_of_citizen()).number
    path = f"/api/v1/reports/{number}"
    async with site.owner.transaction() as session:
        report = await locked(session, number)
        actor = "citizen:R-TEST000"
        await citizen_says.answer(session, site.context, actor, report, "Їх четверо", [], 1)
        await citizen_says.answer(session, site.context, actor, report, "Ні, п'ятеро", [], 1)
    officer, observer = site.as_("officer"), site.as_("observer")
    full = (await officer.get(path)).json()
    assert [(each["text"], each["is_new"]) for each in full["answers"]] == [("Ні, п'ятеро", True)]
    assert full["answered_at"] is not None
    (row,) = (await officer.get("/api/v1/queue")).json()["reports"]
    assert row["answers"] == full["answers"]
    # Other services see that something was said, not what.
    seen = await observer.get(path)
    assert seen.json()["answers"] == []
    assert "четверо" not in seen.text
    assert (await observer.post(f"{path}/seen")).status_code == 403
    for _ in range(2):
        assert (await officer.post(f"{path}/seen")).status_code == 204
    full = (await officer.get(path)).json()
    assert [each["is_new"] for each in full["answers"]] == [False]
    assert [each["kind"] for each in full["history"]].count("seen") == 1

    await officer.post(f"{path}/status", json={"status": "resolved"})
    async with site.owner.transaction() as session:
        report = await locked(session, number)
        await citizen_says.rate(session, site.context, actor, report, 4)
    assert (await officer.get(path)).json()["rating"] == 4
    async with site.owner.transaction() as session:
        report = await locked(session, number)
        await citizen_says.reopen(session, site.context, actor, report, "Знову шумлять")
    full = (await officer.get(path)).json()
    last = full["answers"][-1]
    assert (last["kind"], last["text"], last["is_new"]) == ("reopened", "Знову шумлять", True)
    assert (full["reopened"], full["rating"], full["status"]) == (1, None, "queued")
    assert "шумлять" not in (await observer.get(path)).text


async def test_a_withdrawn_report_can_be_opened_again(site: Site) -> None:
    number = (await site.report_of_citizen()).number
    desk = site.as_("desk")
    for status in ("withdrawn", "queued"):
        answer = await desk.post(f"/api/v1/reports/{number}/status", json={"status": status})
        assert answer.status_code == 200, answer.text
    assert answer.json()["reopened"] == 1


async def test_a_desk_links_its_own_group_only(site: Site) -> None:
    own, city = site.as_("desk-c"), site.as_("desk")
    assert (await own.post("/api/v1/desk-chats/P/code")).status_code == 404
    assert (await city.post("/api/v1/desk-chats/X/code")).status_code == 422
    made = (await own.post("/api/v1/desk-chats/C/code")).json()
    assert made["command"] == f"/start d_{made['code']}"
    assert (await city.get("/api/v1/desk-chats")).json() == {"chats": []}
    async with site.owner.transaction() as session:
        group = Reporter(pseudonym="R-GROUP", kind="group", language="uk")
        session.add(group)
        await session.flush()
        assert await desk_chats.link(session, site.context, group, made["code"], has_topics=False)
    for client in (own, city):
        (chat,) = (await client.get("/api/v1/desk-chats")).json()["chats"]
        assert (chat["desk"], chat["linked_by"], chat["fault"]) == ("C", "desk-c", "no_topics")
    assert (await own.post("/api/v1/desk-chats/C/retry")).status_code == 204
    assert (await own.delete("/api/v1/desk-chats/C")).status_code == 204
    assert (await own.get("/api/v1/desk-chats")).json() == {"chats": []}
