"""Publishing on purpose: valid CAP 1.2, nothing by default, and no more than may be told."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from tests.api.conftest import WEST, Site, opened
from tests.conftest import ROOT

CAP = "{urn:oasis:names:tc:emergency:cap:1.2}"
ATOM = "{http://www.w3.org/2005/Atom}"
PATH = "/api/v1/alerts"
SCHEMA = etree.XMLSchema(etree.parse(str(Path(ROOT) / "tests" / "data" / "cap-1.2.xsd")))


def choice(**more: Any) -> dict[str, Any]:
    """Say something of one's own, until in two hours."""
    return {
        "language": "uk",
        "kind": "Safety",
        "event": "Небезпека",
        "urgency": "Immediate",
        "severity": "Severe",
        "certainty": "Observed",
        "headline": "Обмінайте квартал <біля> ринку & площі",
        "description": "Працює поліція.",
        "instruction": "Не підходьте.",
        "area": "beat",
        "expires_at": (datetime.now(UTC) + timedelta(hours=2)).isoformat(),
    } | more


async def feed(site: Site) -> Any:
    answer = await site.client().get("/cap")
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("application/atom+xml")
    return etree.fromstring(answer.content)


async def message(site: Site, identifier: str) -> Any:
    """Return a message that anybody can read, valid by the standard's schema."""
    answer = await site.client().get(f"/cap/{identifier}.xml")
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("application/cap+xml")
    root = etree.fromstring(answer.content)
    SCHEMA.assertValid(root)
    return root


def words(root: Any, *names: str) -> str:
    found = root.find("/".join(CAP + name for name in names))
    assert found is not None, names
    return str(found.text)


async def test_nothing_is_published_by_default(site: Site) -> None:
    await site.report()
    found = await feed(site)
    assert found.findall(f"{ATOM}entry") == []
    assert found.find(f"{ATOM}updated").text
    assert (await site.client().get("/cap/beatway-nothing.xml")).status_code == 404


async def test_a_message_is_published_changed_and_taken_back(site: Site) -> None:
    report = await site.report(category="theft")
    desk, leader = site.as_("desk"), site.as_("leader")
    body = choice(report=report.number)
    shown = await desk.post(f"{PATH}/preview", json=body)
    assert shown.status_code == 200, shown.text
    draft = etree.fromstring(shown.json()["xml"].encode())
    SCHEMA.assertValid(draft)
    assert words(draft, "status") == "Test"
    assert (await feed(site)).findall(f"{ATOM}entry") == []

    first = await desk.post(PATH, json=body)
    assert first.status_code == 201, first.text
    one = first.json()["identifier"]
    # A second click does not publish a second time.
    again = await desk.post(PATH, json=body)
    assert (again.status_code, again.json()["code"]) == (409, "published-already")
    root = await message(site, one)
    assert words(root, "status") == "Actual"
    assert words(root, "msgType") == "Alert"
    assert words(root, "scope") == "Public"
    assert root.find(f"{CAP}references") is None
    assert words(root, "info", "headline") == body["headline"]
    assert words(root, "info", "area", "areaDesc") == "Захід"
    polygon = [
        tuple(map(float, point.split(",")))
        for point in words(root, "info", "area", "polygon").split()
    ]
    assert polygon[0] == polygon[-1]
    assert {lat for lat, _ in polygon} == {47.08, 47.12}
    assert report.number not in etree.tostring(root).decode()

    second = await leader.post(f"{PATH}/{one}/update", json=choice(severity="Minor"))
    assert second.status_code == 201, second.text
    two = second.json()["identifier"]
    stale = await desk.post(f"{PATH}/{one}/update", json=choice())
    assert (stale.status_code, stale.json()["code"]) == (409, "alert-changed")
    third = await desk.post(f"{PATH}/{two}/cancel", json={"note": "Усе гаразд"})
    assert third.status_code == 201, third.text
    root = await message(site, third.json()["identifier"])
    assert words(root, "msgType") == "Cancel"
    assert words(root, "note") == "Усе гаразд"
    refers = words(root, "references").split(" ")
    assert [each.split(",")[1] for each in refers] == [one, two]
    for each, identifier in zip(refers, (one, two), strict=True):
        before = await message(site, identifier)
        assert each == f"{words(before, 'sender')},{identifier},{words(before, 'sent')}"
    [entry] = (await feed(site)).findall(f"{ATOM}entry")
    link = entry.find(f"{ATOM}link").get("href")
    assert link == f"http://beatway.test/cap/{third.json()['identifier']}.xml"
    over = await desk.post(f"{PATH}/{third.json()['identifier']}/cancel", json={})
    assert (over.status_code, over.json()["code"]) == (409, "alert-over")
    listed = (await desk.get(PATH, params={"report": report.number})).json()
    assert [each["msg_type"] for each in listed["alerts"]] == ["Cancel", "Update", "Alert"]
    assert [each["published_by"] for each in listed["alerts"]] == ["desk", "leader", "desk"]
    assert listed["live"] is None
    # Who published what cannot be written over.
    with pytest.raises(Exception, match="alert"):
        await site.sql("UPDATE alert SET published_by = 'nobody'")


async def test_what_has_ended_is_in_the_feed_no_more(site: Site) -> None:
    report = await site.report()
    made = (await site.as_("desk").post(PATH, json=choice(report=report.number))).json()
    known = await site.client().get("/cap")
    for header, value in (
        ("If-None-Match", known.headers["etag"]),
        ("If-None-Match", f'"other", W/{known.headers["etag"]}'),
        ("If-Modified-Since", known.headers["last-modified"]),
    ):
        assert (await site.client(**{header: value}).get("/cap")).status_code == 304, header
    await site.sql("ALTER TABLE alert DISABLE TRIGGER USER")
    await site.sql("UPDATE alert SET expires_at = now() - interval '1 s'")
    fresh = await site.client(**{"If-None-Match": known.headers["etag"]}).get("/cap")
    assert fresh.status_code == 200
    assert etree.fromstring(fresh.content).findall(f"{ATOM}entry") == []
    await message(site, made["identifier"])


async def test_a_circle_hides_where_exactly_it_was(site: Site) -> None:
    [row] = await site.sql(
        "SELECT c.code FROM category c JOIN triage_in_force f USING (triage_version_id)"
        " WHERE c.precision = 'block' AND c.active ORDER BY c.position LIMIT 1"
    )
    report = await site.report(category=row.code)
    desk = site.as_("desk")
    listed = (await desk.get(PATH, params={"report": report.number})).json()
    assert [(each["kind"], each["least_radius_m"]) for each in listed["places"]] == [
        ("precinct", None),
        ("beat", None),
        ("circle", 500),
    ]
    body = choice(report=report.number, area="circle", radius_m=300)
    small = await desk.post(PATH, json=body)
    assert (small.status_code, small.json()["code"]) == (422, "area-too-exact")
    made = await desk.post(PATH, json=body | {"radius_m": 500})
    assert made.status_code == 201, made.text
    root = await message(site, made.json()["identifier"])
    lat, lon, km = map(float, re.split("[, ]", words(root, "info", "area", "circle")))
    assert km == 0.5
    metres = (((lat - WEST[1]) * 111_320) ** 2 + ((lon - WEST[0]) * 75_800) ** 2) ** 0.5
    assert 0 < metres < 500
    assert (lon, lat) != WEST


async def test_of_what_is_private_only_the_precinct_is_named(site: Site) -> None:
    [row] = await site.sql(
        "SELECT c.code FROM category c JOIN triage_in_force f USING (triage_version_id)"
        " WHERE c.precision = 'none' AND c.active ORDER BY c.position LIMIT 1"
    )
    report = await site.report(category=row.code)
    desk = site.as_("desk")
    for area in ("beat", "circle"):
        body = choice(report=report.number, area=area, radius_m=5000)
        answer = await desk.post(PATH, json=body)
        assert answer.json()["code"] == "area-too-exact"
    answer = await desk.post(PATH, json=choice(report=report.number, area="precinct"))
    assert answer.status_code == 201, answer.text


NOT_OWN = (
    ("headline", "Дзвоніть +38 067 123 45 67", "contact"),
    ("description", "Пишіть на olena@example.com", "contact"),
    ("instruction", "Питайте @olena_secret", "contact"),
    ("description", "Заявник R-ABC2345 бачив усе", "contact"),
    ("description", "Каже: МІЙ сусід Петро знову б'є свою дружину, вікна", "citizens_words"),
)


async def test_only_own_words_are_published(site: Site) -> None:
    report = await site.report(text="мій сусід Петро знову б'є свою дружину")
    desk = site.as_("desk")
    for field, said, fault in NOT_OWN:
        body = choice(report=report.number, area="precinct") | {field: said}
        answer = await desk.post(PATH, json=body)
        assert (answer.status_code, answer.json()["code"]) == (422, "not-own-words"), said
        assert (answer.json()["field"], answer.json()["fault"]) == (field, fault)


NONSENSE: tuple[dict[str, Any], ...] = (
    {"expires_at": "2020-01-01T00:00:00Z"},
    {"expires_at": "2999-01-01T00:00:00Z"},
    {"expires_at": "2026-01-01T00:00:00"},
    {"headline": ""},
    {"headline": "x" * 161},
    {"headline": "\x00"},
    {"severity": "Awful"},
    {"language": "de"},
    {"area": "circle", "radius_m": None},
    {"area": "circle", "radius_m": 10_000_000},
    {"area": "house"},
)


async def test_what_makes_no_sense_is_not_published(site: Site) -> None:
    report = await site.report(category="theft")
    desk = site.as_("desk")
    for wrong in NONSENSE:
        answer = await desk.post(PATH, json=choice(report=report.number) | wrong)
        assert answer.status_code == 422, (wrong, answer.text)
    assert (await feed(site)).findall(f"{ATOM}entry") == []


async def test_the_public_may_not_ask_for_ever(fresh_database_url: Any) -> None:
    async with opened(fresh_database_url()) as site:
        client = site.client("203.0.113.9")
        codes = [(await client.get("/cap")).status_code for _ in range(121)]
    assert codes[:120] == [200] * 120
    assert codes[120] == 429
