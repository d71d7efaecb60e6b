"""The figures: counted by hand here, and the same by day, by month and after late changes."""

import csv
import io
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from app.evidence_facts import begin_anew
from app.evidence_watch import bring_up_to_date, count_months
from tests.api.conftest import ALONE, EAST, OUTSIDE, WEST, Site
from tests.settled import settle


async def counted(site: Site, *, months: bool = False) -> None:
    settle(site.url)
    await bring_up_to_date(site.owner, site.context, limit=7)
    if months:
        await count_months(site.owner, site.context)


async def asked(site: Site, query: str = "", login: str = "leader", path: str = "") -> Any:
    answer = await site.as_(login).get(f"/api/v1/stats{path}?{query}")
    assert answer.status_code == 200, answer.text
    return answer.json()


async def do(site: Site, number: str, deed: str, login: str = "desk", **body: Any) -> None:
    answer = await site.as_(login).post(f"/api/v1/reports/{number}/{deed}", json=body)
    assert answer.status_code in {200, 201, 204}, answer.text


async def at(site: Site, number: str, *after: timedelta) -> None:
    """Say how long after its receipt each event of a report happened, in their order."""
    await site.sql("ALTER TABLE report_event DISABLE TRIGGER USER")
    await site.sql(
        "UPDATE report_event e SET at = r.received_at + n.span"
        "  FROM report r, (SELECT id, row_number() OVER (ORDER BY id) AS turn FROM report_event"
        "                   WHERE report_id = (SELECT id FROM report WHERE number = :number)) o"
        "  JOIN unnest(CAST(:spans AS interval[])) WITH ORDINALITY n (span, turn) USING (turn)"
        " WHERE e.id = o.id AND r.id = e.report_id",
        number=number,
        spans=list(after),
    )
    await site.sql("ALTER TABLE report_event ENABLE TRIGGER USER")


MINUTE = timedelta(minutes=1)


def beside(place: tuple[float, float], steps: int) -> tuple[float, float]:
    """So far from a place, in the same beat, that it is not taken for the same thing."""
    return place[0], place[1] + 0.003 * steps


async def test_each_figure_is_what_happened(site: Site) -> None:
    quick = (await site.report_of_citizen(WEST)).number
    slow = (await site.report_of_citizen(beside(WEST, 1))).number
    waiting = (await site.report_of_citizen(EAST)).number
    repeated = (await site.report_of_citizen(beside(WEST, 2))).number
    desk = (await site.report(ALONE, text="Не працює світлофор")).number
    await site.report(OUTSIDE)
    await site.report(None)
    for number in (quick, slow):
        await do(site, number, "status", status="acknowledged")
        await do(site, number, "status", status="on_scene")
        await do(site, number, "status", status="resolved")
    await do(site, desk, "status", status="redirected")
    await do(site, repeated, "duplicate", of=quick)
    await do(site, waiting, "assignment", officer="O2", why="ближче")
    await at(site, quick, 0 * MINUTE, 2 * MINUTE, 10 * MINUTE, 30 * MINUTE)
    await at(site, slow, 0 * MINUTE, 62 * MINUTE, 70 * MINUTE, 100 * MINUTE)
    await at(site, desk, 0 * MINUTE, 5 * MINUTE)
    await at(site, repeated, 0 * MINUTE, 40 * MINUTE)
    await site.sql(
        "UPDATE report SET joined_at = received_at + interval '40 minutes' WHERE number = :n",
        n=repeated,
    )
    await counted(site)

    current = (await asked(site))["current"]
    total = current["total"]
    assert total["reports"] == 7
    assert (total["open"], total["resolved"], total["redirected"]) == (3, 3, 1)
    assert (total["duplicates"], total["moved"], total["reopened"]) == (1, 1, 0)
    # O2, who is posted to the east, is not on duty; P has no beats at all.
    assert (total["in_beat"], total["covered"]) == (4, 1)
    assert total["placed"] == {"not": 1, "location": 6, "text": 0, "desk": 0}
    answer = total["times"]["answer"]
    # Nobody is answered about what staff registered; a repetition's citizen is told.
    assert (answer["reached"], answer["waiting"], answer["never"]) == (3, 1, 3)
    assert (answer["median_s"], answer["p90_s"]) == (40 * 60, 62 * 60)
    taken = total["times"]["acknowledge"]
    assert (taken["reached"], taken["waiting"], taken["never"]) == (3, 3, 1)
    assert (taken["median_s"], taken["p90_s"]) == (300, 62 * 60)
    scene = total["times"]["on_scene"]
    assert (scene["reached"], scene["waiting"], scene["never"]) == (2, 3, 2)
    closed = total["times"]["close"]
    assert (closed["reached"], closed["waiting"], closed["never"]) == (3, 3, 1)
    assert closed["median_s"] == 30 * 60
    assert total["deadlines"]["acknowledge"] == {
        "in_time": 2,
        "late": 1,
        "pending": 3,
        "share": 0.6667,
    }
    by = {row["code"]: row["reports"] for row in current["by"]["precinct"]}
    assert by == {"C": 4, "P": 1, None: 2}
    assert sum(current["hours"]) == sum(step["reports"] for step in current["series"]) == 7
    assert len(current["series"]) == 28


async def test_a_late_change_puts_days_and_months_right(site: Site) -> None:
    now = site.context.clock()
    old = [
        (await site.report_of_citizen(point)).number
        for point in (WEST, beside(WEST, 1), EAST, ALONE, beside(WEST, 2), beside(EAST, 1))
    ]
    for days, number in zip((200, 170, 140, 139, 70, 20), old, strict=True):
        await site.sql(
            "UPDATE report SET received_at = :at WHERE number = :n",
            at=now - timedelta(days=days),
            n=number,
        )
        await at(site, number, timedelta())
    since = (now - timedelta(days=300)).date()
    query = f"since={since}"
    await counted(site)
    by_day = await asked(site, query)
    await counted(site, months=True)
    assert (await asked(site, query))["current"] == by_day["current"]
    assert await site.sql("SELECT FROM evidence_month_state WHERE NOT stale")
    assert by_day["current"]["step"] == "month"
    assert by_day["current"]["total"]["reports"] == 6

    await do(site, old[0], "status", status="resolved")
    await do(site, old[3], "category", category="theft")
    await counted(site)
    late = await asked(site, query)
    assert (late["current"]["total"]["open"], late["current"]["total"]["resolved"]) == (5, 1)
    await counted(site, months=True)
    assert (await asked(site, query))["current"] == late["current"]
    async with site.owner.transaction() as session:
        await begin_anew(session)
    assert (await asked(site, query))["current"]["total"]["reports"] == 0
    await counted(site, months=True)
    assert (await asked(site, query))["current"] == late["current"]
    for part in ("precinct=C", "category=theft", "source=telegram", "precinct=C&category=theft"):
        months = (await asked(site, f"{query}&{part}"))["current"]
        await site.sql("UPDATE evidence_month_state SET stale = true")
        assert (await asked(site, f"{query}&{part}"))["current"] == months
        await counted(site, months=True)
    assert (await asked(site, f"{query}&category=no-such"))["current"]["total"]["reports"] == 0


async def test_who_follows_another_shares_its_steps(site: Site) -> None:
    first = (await site.report_of_citizen(WEST)).number
    await site.report_of_citizen(WEST)
    await counted(site)
    total = (await asked(site))["current"]["total"]
    assert (total["open"], total["duplicates"]) == (2, 1)
    await do(site, first, "status", status="acknowledged")
    await do(site, first, "status", status="resolved")
    await counted(site)
    total = (await asked(site))["current"]["total"]
    assert (total["open"], total["resolved"], total["duplicates"]) == (0, 2, 1)
    reached = {what: total["times"][what]["reached"] for what in ("answer", "acknowledge", "close")}
    assert reached == {"answer": 2, "acknowledge": 2, "close": 1}


async def test_what_waits_becomes_late_without_any_event(site: Site) -> None:
    now = site.context.clock()
    number = (await site.report(WEST, received_at=now - timedelta(days=100))).number
    await site.sql(
        "UPDATE report SET acknowledge_due_at = :at WHERE number = :n",
        at=now + timedelta(seconds=3),
        n=number,
    )
    await counted(site, months=True)
    query = f"since={(now - timedelta(days=200)).date()}"
    due = (await asked(site, query))["current"]["total"]["deadlines"]["acknowledge"]
    assert (due["late"], due["pending"]) in {(0, 1), (1, 0)}
    rows = await site.sql("SELECT right_until FROM evidence_month_state")
    assert rows[0].right_until is None or rows[0].right_until < now + timedelta(minutes=1)


async def test_a_period_is_compared_with_another(site: Site) -> None:
    now = site.context.clock()
    for days in (1, 1, 8, 30):
        await site.report(WEST, received_at=now - timedelta(days=days))
    await counted(site)
    until = now.date()
    since = until - timedelta(days=6)
    body = await asked(site, f"since={since}&until={until}&compare=previous")
    assert body["current"]["total"]["reports"] == 2
    assert body["compare"]["total"]["reports"] == 1
    assert body["compare"]["until"] == (since - timedelta(days=1)).isoformat()
    other = f"{until - timedelta(days=40)}/{until - timedelta(days=20)}"
    body = await asked(site, f"since={since}&until={until}&compare={other}")
    assert body["compare"]["total"]["reports"] == 1


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("since=2026-02-02&until=2026-02-01", "bad-period"),
        ("since=0001-01-01&until=9999-12-31", "bad-period"),
        ("since=0001-01-01&until=0001-01-02&compare=previous", "bad-period"),
        ("until=0001-01-05", "bad-period"),
        ("until=9999-12-31", "bad-period"),
        ("since=9999-12-01&until=9999-12-31", "bad-period"),
        ("since=2000-01-01&until=2000-12-31&compare=previous", "bad-period"),
        ("since=2026-02-30", "invalid"),
        ("compare=never", "bad-compare"),
        ("compare=2026-02-02/2026-02-01", "bad-period"),
        ("precinct=" + "x" * 101, "invalid"),
    ],
)
async def test_nonsense_is_refused(site: Site, query: str, code: str) -> None:
    answer = await site.as_("leader").get(f"/api/v1/stats?{query}")
    assert (answer.status_code, answer.json()["code"]) == (422, code)


async def test_everybody_sees_their_part_of_it(site: Site) -> None:
    mine = (await site.report(WEST)).number
    await site.report(ALONE)
    await do(site, mine, "status", "officer", status="acknowledged")
    await counted(site)
    own = await asked(site, login="desk-c")
    assert (own["part"]["precinct"], own["current"]["total"]["reports"]) == ("C", 1)
    answer = await site.as_("desk-c").get("/api/v1/stats?precinct=P")
    assert answer.status_code == 403
    me = await asked(site, login="officer", path="/me")
    assert me["current"]["total"]["reports"] == 1
    assert me["current"]["total"]["times"]["acknowledge"]["reached"] == 1
    assert (await asked(site, login="stranger", path="/me"))["current"]["total"]["reports"] == 0
    for login in ("officer", "gis"):
        assert (await site.as_(login).get("/api/v1/stats")).status_code == 403
    assert (await site.as_("desk").get("/api/v1/stats/me")).status_code == 403


async def test_small_counts_are_not_shown_and_cannot_be_computed(site: Site) -> None:
    for point, n in ((WEST, 12), (ALONE, 7), (OUTSIDE, 3)):
        for _ in range(n):
            await site.report(point)
    await counted(site)
    body = await asked(site, login="observer")
    assert (body["least"], body["current"]["total"]["reports"]) == (5, 22)
    rows = {row["code"]: row["reports"] for row in body["current"]["by"]["precinct"]}
    # Three alone would be 22 less the others: the next smallest goes with it.
    assert rows == {"C": 12, "P": None, None: None}
    assert (await asked(site, "precinct=P", "observer"))["current"]["total"]["reports"] == 7
    few = (await asked(site, "category=no-such", "observer"))["current"]["total"]
    assert few["reports"] == 0
    heat = await asked(site, "resolution=9", "observer", "/heat")
    assert heat["resolution"] == 8
    assert sorted(cell["reports"] for cell in heat["cells"]) == [12]
    assert heat["hidden"] == 2
    full = await asked(site, "resolution=9", "leader", "/heat")
    assert sorted(cell["reports"] for cell in full["cells"]) == [3, 7, 12]


async def test_files_are_complete_and_without_small_counts(site: Site) -> None:
    for point, n in ((WEST, 12), (ALONE, 7), (OUTSIDE, 3)):
        for _ in range(n):
            await site.report(point)
    await counted(site)
    query = "compare=previous"
    answer = await site.as_("leader").get(f"/api/v1/stats.csv?{query}")
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert "attachment" in answer.headers["content-disposition"]
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    figures = {(row["section"], row["code"], row["figure"]): row["current"] for row in rows}
    assert figures["total", "", "reports"] == "22"
    assert figures["precinct", "C", "reports"] == "12"
    assert figures["precinct", "none", "reports"] == "suppressed"
    accepted = await site.as_("leader").get(
        f"/api/v1/stats?{query}", headers={"Accept": "text/csv"}
    )
    assert accepted.text == answer.text
    for language in ("uk", "ru", "en"):
        pdf = await site.as_("leader").get(f"/api/v1/stats.pdf?{query}&language={language}")
        assert (pdf.status_code, pdf.headers["content-type"]) == (200, "application/pdf"), pdf.text
        assert pdf.content.startswith(b"%PDF-")
    empty = await site.as_("leader").get("/api/v1/stats.pdf?since=2020-01-01&until=2020-01-02")
    assert empty.content.startswith(b"%PDF-")


async def test_the_map_has_frames(site: Site) -> None:
    moment = datetime(2026, 3, 4, 10, 30, tzinfo=UTC)
    for hours in (0, 1, 24, 24):
        await site.report(WEST, received_at=moment + timedelta(hours=hours))
    await site.report(None, received_at=moment)
    await counted(site, months=True)
    days = "since=2026-03-01&until=2026-03-31"
    expected: dict[str, dict[str, int]] = {
        # Half past ten in London is half past twelve in Kyiv; the 4th was a Wednesday.
        "hour": {"12": 3, "13": 1},
        "weekday": {"2": 2, "3": 2},
        "day": {"2026-03-04": 2, "2026-03-05": 2},
    }
    for frames, counts in expected.items():
        body = await asked(site, f"{days}&frames={frames}", path="/heat")
        (cell,) = body["cells"]
        assert cell["reports"] == 4
        shown = dict(zip(body["frames"], cell["frames"], strict=True))
        assert {frame: n for frame, n in shown.items() if n} == counts
        assert len(cell["ring"]) >= 5
    year = "since=2026-01-01&until=2026-12-31"
    body = await asked(site, f"{year}&frames=month", path="/heat")
    shown = dict(zip(body["frames"], body["cells"][0]["frames"], strict=True))
    assert {frame: n for frame, n in shown.items() if n} == {"2026-03-01": 4}
    assert (await asked(site, year, path="/heat"))["cells"][0]["reports"] == 4
    answer = await site.as_("leader").get(f"/api/v1/stats/heat?{year}&frames=hour")
    assert answer.json()["code"] == "too-many-frames"
    coarse = await asked(site, f"{days}&resolution=7", path="/heat")
    fine = await asked(site, f"{days}&resolution=9", path="/heat")
    assert coarse["cells"][0]["cell"] != fine["cells"][0]["cell"]


async def test_no_words_and_no_names_become_figures(site: Site) -> None:
    await site.report_of_citizen(WEST)
    await counted(site)
    for path in ("/stats", "/stats/heat", "/stats.csv"):
        answer = await site.as_("leader").get(f"/api/v1{path}")
        assert "Крадіжка" not in answer.text
        assert "R-TEST" not in answer.text
