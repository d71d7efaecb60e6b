"""Planning the roster over the API: files, weeks, two people at once, and taking back."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from app.models import Officer
from app.staffing import on_duty
from tests.api.conftest import Site

WEEK = date(2026, 10, 19)  # its Sunday has 25 hours in Kyiv
HEADER = "entry,officer,name,rank,precinct,phone,beat,kind,since,until\n"
FILE = (
    HEADER
    + "span,,,,,,,,2026-10-19,2026-10-26\n"
    + "officer,N1,Нова Анна,капітан,C,+380501112233,,,,\n"
    + "posting,N1,,,,,C-1,deputy,2026-10-01,\n"
    + "shift,N1,,,,,,duty,2026-10-24 20:00,2026-10-25 08:00\n"
    + "shift,N1,,,,,,on_call,2026-10-20 08:00,2026-10-20 20:00\n"
    + "leave,N1,,,,,,sick,2026-10-21,2026-10-23\n"
)


async def send(
    client: httpx.AsyncClient, step: str, content: str, digest: str | None = None
) -> httpx.Response:
    return await client.post(
        f"/api/v1/roster/{step}",
        files={"file": ("roster.csv", content.encode())},
        data={"digest": digest} if digest else {},
    )


async def week(client: httpx.AsyncClient, day: date = WEEK, **more: str) -> dict[str, Any]:
    answer = await client.get("/api/v1/roster/week", params={"day": day.isoformat()} | more)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def of(found: dict[str, Any], code: str) -> dict[str, Any]:
    return next(each for each in found["officers"] if each["code"] == code)


async def rows(site: Site, table: str) -> int:
    return int((await site.sql(f"SELECT count(*) AS n FROM {table}"))[0].n)  # noqa: S608


async def test_a_file_is_looked_at_then_brought_in_once(site: Site) -> None:
    desk = site.as_("desk")
    shown = (await send(desk, "preview", FILE)).json()
    assert (shown["faults"], shown["counts"]) == ([], {"added": 5, "changed": 0, "ended": 0})
    assert {each["officer"] for each in shown["changes"]} == {"N1"}
    assert shown["names"] == {"N1": "Нова Анна"}
    assert await rows(site, "officer") == 3
    done = await send(desk, "import", FILE, shown["digest"])
    assert (done.status_code, done.json()["done"]) == (200, True)
    found = await week(desk, precinct="C")
    assert [day["hours"] for day in found["days"]] == [24] * 6 + [25]
    anna = of(found, "N1")
    assert [(each["kind"], each["since"]) for each in anna["shifts"]] == [
        ("on_call", "2026-10-20T05:00:00Z"),
        ("duty", "2026-10-24T17:00:00Z"),
    ]
    assert anna["phone"] == "+380501112233"
    audit = await rows(site, "roster_audit")
    again = (await send(desk, "import", FILE)).json()
    assert (again["counts"], again["unchanged"]) == (
        {"added": 0, "changed": 0, "ended": 0},
        5,
    )
    assert await rows(site, "roster_audit") == audit


async def test_what_is_taken_out_can_be_brought_in_again(site: Site) -> None:
    desk = site.as_("desk")
    await send(desk, "import", FILE)
    await site.sql("UPDATE officer SET name = '=HYPERLINK(1)', rank = '@x' WHERE code = 'O1'")
    answer = await desk.get("/api/v1/roster.csv", params={"since": "2026-10-19"})
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert "'=HYPERLINK" in answer.text
    assert "2026-10-24 20:00,2026-10-25 08:00" in answer.text
    assert "'+380501112233" in answer.text
    again = (await send(desk, "preview", answer.text)).json()
    assert (again["faults"], again["changes"]) == ([], [])
    for login, shown in (("leader", True), ("officer", False)):
        text = (await site.as_(login).get("/api/v1/roster.csv?since=2026-10-19")).text
        assert ("380501112233" in text) is shown
        assert ("Олег Третій" in text) is (login == "leader")
    # Without that column, phones stay.
    text = (await site.as_("officer").get("/api/v1/roster.csv?since=2026-10-19")).text
    assert (await send(desk, "preview", text)).json()["changes"] == []
    refused = await desk.get("/api/v1/roster.csv?since=2026-10-19&until=2026-10-01")
    assert refused.status_code == 422


BAD = {
    "shift_overlap": (FILE + "shift,N1,,,,,,duty,2026-10-25 06:00,2026-10-25 09:00\n", 8),
    "unknown_beat": (FILE + "posting,N1,,,,,X-9,deputy,2026-10-01,\n", 8),
    "two_primaries": (HEADER + "posting,O2,,,,,C-1,primary,2026-10-01,\n", 2),
    "twice_time": (FILE + "shift,N1,,,,,,duty,2026-10-25 03:30,2026-10-25 09:00\n", 8),
    "broken_row": (FILE[:-12], 7),
    "cut_off": (FILE[:-1], 7),
    "broken_quotes": (FILE + 'officer,N2,"Нова', 8),
}


@pytest.mark.parametrize("kind", BAD)
async def test_a_bad_file_changes_nothing_and_says_where(site: Site, kind: str) -> None:
    content, line = BAD[kind]
    before = await rows(site, "officer"), await rows(site, "posting"), await rows(site, "shift")
    shown = (await send(site.as_("desk"), "preview", content)).json()
    refused = await send(site.as_("desk"), "import", content)
    assert refused.status_code == 422
    for faults in (shown["faults"], refused.json()["faults"]):
        assert [(each["line"], each["kind"]) for each in faults] == [(line, kind)]
        assert set(faults[0]["words"]) == {"uk", "ru", "en"}
    after = await rows(site, "officer"), await rows(site, "posting"), await rows(site, "shift")
    assert after == before


async def test_what_is_too_large_is_refused(site: Site) -> None:
    answer = await send(site.as_("desk"), "preview", FILE + "x" * (9 * 1024 * 1024))
    assert answer.status_code == 413
    many = FILE + "officer,O1,,,,,,,,\n" * 100_001
    shown = (await send(site.as_("desk"), "preview", many)).json()
    assert shown["faults"]


async def test_a_precincts_desk_keeps_its_own_roster_only(site: Site) -> None:
    desk = site.as_("desk-c")
    other = HEADER + "officer,O3,Олег,,P,,,,,\nposting,O1,,,,,C-2,deputy,2026-10-01,\n"
    faults = (await send(desk, "preview", other)).json()["faults"]
    assert [(each["line"], each["kind"]) for each in faults] == [(2, "not_yours")]
    assert (await send(desk, "import", FILE)).status_code == 200
    for path in ("roster/week?precinct=P", "roster.csv?precinct=P"):
        assert (await desk.get(f"/api/v1/{path}")).status_code == 404
    body = {"precinct": "P", "source": "2026-10-12", "target": "2026-10-19"}
    assert (await desk.post("/api/v1/roster/copy-week", json=body)).status_code == 403


async def test_a_preview_that_is_no_longer_true_is_not_applied(site: Site) -> None:
    desk = site.as_("desk")
    shown = (await send(desk, "preview", FILE)).json()
    body = {"name": "Інша", "precinct": "C"}
    await desk.put("/api/v1/officers/N1", json=body)
    refused = await send(desk, "import", FILE, shown["digest"])
    assert (refused.status_code, refused.json()["code"]) == (409, "roster-moved")
    shown = (await send(desk, "preview", FILE)).json()
    assert (await send(desk, "import", FILE, shown["digest"])).status_code == 200


async def test_nobody_overwrites_what_they_have_not_seen(site: Site) -> None:
    one, other = site.as_("desk"), site.as_("admin")
    await send(one, "import", FILE)
    seen = of(await week(one), "N1")
    shift = seen["shifts"][1]
    path, match = f"/api/v1/roster/shifts/{shift['id']}", {"If-Match": f'"{shift["tag"]}"'}
    longer = {"since": shift["since"], "until": "2026-10-25T08:00:00Z"}
    moved = await one.patch(path, json=longer, headers=match)
    assert moved.status_code == 200, moved.text
    for answer in (
        await other.patch(path, json=longer, headers=match),
        await other.delete(path, headers=match),
    ):
        assert (answer.status_code, answer.json()["code"]) == (409, "stale")
    again = await other.patch(
        path, json=longer | {"officer": "O2"}, headers={"If-Match": f'"{moved.json()["tag"]}"'}
    )
    assert again.json()["officer"] == "O2"
    body = {"name": "Нова Анна", "precinct": "C"}
    officer, match = "/api/v1/officers/N1", {"If-Match": f'"{seen["tag"]}"'}
    assert (await one.put(officer, json=body, headers=match)).status_code == 200
    assert (await other.put(officer, json=body, headers=match)).json()["code"] == "stale"
    new = await other.put(officer, json=body, headers={"If-None-Match": "*"})
    assert (new.status_code, new.json()["code"]) == (409, "officer-exists")


async def test_an_overlap_says_what_is_in_the_way(site: Site) -> None:
    desk = site.as_("desk")
    await send(desk, "import", FILE)
    span = {"since": "2026-10-24T22:00:00Z", "until": "2026-10-25T22:00:00Z"}
    refused = await desk.post("/api/v1/shifts", json={"officer": "N1"} | span)
    assert refused.status_code == 409
    problem = refused.json()
    assert (problem["code"], problem["overlaps"]) == ("overlap", "on_duty_once")
    assert problem["since"] == "2026-10-24T17:00:00+00:00"
    posting = {"officer": "N1", "beat": "C-2", "kind": "primary", "since": span["since"]}
    refused = await desk.post("/api/v1/postings", json=posting)
    assert (refused.json()["overlaps"], refused.json()["until"] is not None) == (
        "one_primary_a_beat",
        True,
    )
    shift = of(await week(desk), "N1")["shifts"][0]
    wrong = await desk.patch(
        f"/api/v1/roster/shifts/{shift['id']}", json=span | {"kind": "vacation"}
    )
    assert wrong.status_code == 422


async def test_a_week_is_copied_after_a_look(site: Site) -> None:
    desk = site.as_("desk")
    await send(desk, "import", FILE)
    next_week = WEEK + timedelta(days=7)
    body = {"precinct": "C", "source": WEEK.isoformat(), "target": next_week.isoformat()}
    sick = {"officer": "N1", "since": "2026-10-27T00:00:00Z", "until": "2026-10-28T00:00:00Z"}
    await desk.post("/api/v1/leaves", json=sick)
    shown = (await desk.post("/api/v1/roster/copy-week", json=body | {"dry_run": True})).json()
    assert [(each["officer"], each["since"]) for each in shown["added"]] == [
        ("N1", "2026-10-31T18:00:00Z")
    ]
    assert [each["why"] for each in shown["skipped"]] == ["on_leave"]
    stale = body | {"digest": "0" * 32}
    assert (await desk.post("/api/v1/roster/copy-week", json=stale)).status_code == 409
    done = await desk.post("/api/v1/roster/copy-week", json=body | {"digest": shown["digest"]})
    assert done.json()["done"] is True
    again = (await desk.post("/api/v1/roster/copy-week", json=body)).json()
    assert (again["added"], again["same"]) == ([], 1)
    same = body | {"target": WEEK.isoformat()}
    assert (await desk.post("/api/v1/roster/copy-week", json=same)).status_code == 422


async def everything(site: Site) -> list[Any]:
    # What was seen of duty is no part of the roster.
    facts = "id, code, name, rank, precinct_code, reception, phone, active, load_limit"
    found: list[Any] = []
    for table, what in (("posting", "*"), ("shift", "*"), ("leave", "*"), ("officer", facts)):
        more = await site.sql(f"SELECT {what} FROM {table} ORDER BY id")  # noqa: S608 - from above
        found += [tuple(row) for row in more]
    return found


async def test_changes_are_taken_back_one_after_another(site: Site) -> None:
    desk = site.as_("desk")
    states = [await everything(site)]
    await send(desk, "import", FILE)
    states.append(await everything(site))
    shift = of(await week(desk), "N1")["shifts"][1]
    path = f"/api/v1/roster/shifts/{shift['id']}"
    span = {"since": shift["since"], "until": "2026-10-25T09:00:00+02:00"}
    await desk.patch(path, json=span | {"officer": "O2", "kind": "on_call"})
    states.append(await everything(site))
    await desk.delete(path)
    states.append(await everything(site))
    body = {"precinct": "C", "source": WEEK.isoformat(), "target": "2026-11-02"}
    await desk.post("/api/v1/roster/copy-week", json=body)
    assert (await everything(site)) != states[-1]
    # Another's changes are theirs.
    assert (await week(site.as_("admin")))["undo"] is None
    for state in reversed(states):
        last = (await week(desk))["undo"]
        done = await desk.post("/api/v1/roster/undo", json={"change": last["change"]})
        assert done.status_code == 200, done.text
        assert await everything(site) == state
    assert (await week(desk))["undo"] is None
    assert (await desk.post("/api/v1/roster/undo", json={})).json()["code"] == "nothing-to-undo"


async def test_what_another_has_changed_since_is_not_taken_back(site: Site) -> None:
    desk, admin = site.as_("desk"), site.as_("admin")
    await send(desk, "import", FILE)
    shift = of(await week(desk), "N1")["shifts"][1]
    await admin.delete(f"/api/v1/roster/shifts/{shift['id']}")
    before = await everything(site)
    refused = await desk.post("/api/v1/roster/undo", json={})
    assert (refused.status_code, refused.json()["code"]) == (409, "changed-since")
    assert await everything(site) == before


async def test_who_sees_what(site: Site) -> None:
    await site.sql("UPDATE officer SET phone = '+380509998877'")
    for login, edits, phones in (
        ("officer", False, 1),
        ("leader", False, 3),
        ("desk", True, 3),
        ("admin", True, 3),
    ):
        client = site.as_(login)
        found = await week(client)
        assert found["may_edit"] is edits
        listed = (await client.get("/api/v1/officers")).json()["officers"]
        assert len([each for each in listed if each["phone"]]) == phones, login
    assert [each["code"] for each in (await week(site.as_("officer")))["precincts"]] == ["C"]
    mine = of(await week(site.as_("officer")), "O1")
    assert mine["phone"]
    assert not of(await week(site.as_("officer")), "O2")["phone"]


async def test_the_truth_stands_beside_the_plan(site: Site) -> None:
    today = datetime.now(UTC).date()
    before = of(await week(site.as_("desk"), today), "O1")
    assert before["taps"] == []
    [present] = before["present"]
    tapped = await site.as_("officer").post("/api/v1/duty", json={"on_duty": False})
    assert tapped.status_code == 200
    after = of(await week(site.as_("desk"), today), "O1")
    assert [tap["on_duty"] for tap in after["taps"]] == [False]
    assert after["present"][0]["since"] == present["since"]
    assert after["present"][-1]["until"] == after["taps"][0]["at"]
    assert (after["shifts"], after["duty"]) == (before["shifts"], "off_shift")


START = datetime(2026, 10, 19, tzinfo=UTC)
STEPS = st.lists(st.tuples(st.integers(0, 60), st.integers(1, 9)), max_size=4)
TAPS = st.lists(st.tuples(st.integers(-20, 70), st.booleans()), max_size=5)


async def test_the_truth_is_what_the_database_says(site: Site) -> None:
    """The page's drawing of a week, and the rule by which reports are given out, are one."""

    @settings(max_examples=40, deadline=None)
    @given(STEPS, STEPS, TAPS)
    def holds(shifts: Any, leaves: Any, taps: Any) -> None:
        examples.append((shifts, leaves, taps))

    examples: list[Any] = []
    holds()
    for shifts, leaves, taps in examples:
        await _compare(site, shifts, leaves, taps)


async def _compare(site: Site, shifts: Any, leaves: Any, taps: Any) -> None:
    hour = timedelta(hours=1)
    await site.sql("ALTER TABLE duty_tap DISABLE TRIGGER USER")
    for table in ("shift", "leave", "duty_tap"):
        await site.sql(f"DELETE FROM {table}")  # noqa: S608 - names from the line above
    for table, slots in (("shift", shifts), ("leave", leaves)):
        free = -10
        for gap, length in slots:
            since, until = free + gap % 30, free + gap % 30 + length
            free = until
            await site.sql(
                f"INSERT INTO {table} (officer_id, kind, period)"  # noqa: S608 - from above
                " SELECT id, :kind, tstzrange(:since, :until) FROM officer WHERE code = 'O1'",
                kind="duty" if table == "shift" else "sick",
                since=START + since * hour,
                until=START + until * hour,
            )
    for at, on in taps:
        await site.sql(
            "INSERT INTO duty_tap (officer_id, at, on_duty, actor)"
            " SELECT id, :at, :on, 'test' FROM officer WHERE code = 'O1'",
            at=START + at * hour,
            on=on,
        )
    present = [
        (datetime.fromisoformat(each["since"]), datetime.fromisoformat(each["until"]))
        for each in of(await week(site.as_("desk"), START.date()), "O1")["present"]
    ]
    async with site.owner.transaction() as session:
        for number in range(75):
            at = START + number * hour + hour / 2
            says = (await session.execute(select(on_duty(at)).where(Officer.code == "O1"))).scalar()
            drawn = any(since <= at < until for since, until in present)
            assert says is drawn, (shifts, leaves, taps, number)
