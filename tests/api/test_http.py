"""What holds for every answer: problems, limits, headers, and the open routes."""

from collections.abc import AsyncIterator, Callable

import httpx
import pytest
from fastapi import FastAPI

from app.api.guards import LARGEST_BODY
from app.errors import DatabaseUnfitError
from app.main import create_app
from tests.api.conftest import EAST, OUTSIDE, PASSWORD, WEST, Site, opened, running, settings_for

PROBLEM = "application/problem+json"


def is_problem(answer: httpx.Response, status: int) -> bool:
    body = answer.json()
    return (
        answer.status_code == status
        and answer.headers["content-type"] == PROBLEM
        and {"type", "title", "status", "detail", "instance"} <= set(body)
        and body["status"] == status
        and body["instance"] == answer.request.url.path
    )


async def test_every_error_is_a_problem(site: Site) -> None:
    client = site.as_("desk")
    assert is_problem(await client.get("/api/v1/nothing"), 404)
    wrong_method = await client.delete("/api/v1/reports")
    assert is_problem(wrong_method, 405)
    assert wrong_method.headers["allow"]
    answer = await client.post(
        "/api/v1/reports", content=b"{", headers={"Content-Type": "application/json"}
    )
    assert is_problem(answer, 422)
    answer = await client.post("/api/v1/reports", json={"text": 7, "colour": "red"})
    assert is_problem(answer, 422)
    assert {error["field"] for error in answer.json()["errors"]} == {"body.text", "body.colour"}


async def test_what_was_sent_is_not_sent_back(site: Site) -> None:
    for password in ('["secret-secret"]', '"\\ud800secret-secret"', '"\\u0000"'):
        answer = await site.client().post(
            "/api/v1/login",
            content=f'{{"login": "desk", "password": {password}}}',
            headers={"Content-Type": "application/json"},
        )
        assert is_problem(answer, 422), password
        assert "secret" not in answer.text


async def test_our_own_mistakes_tell_nothing(site: Site) -> None:
    @site.app.get("/mistake")
    async def mistake() -> None:
        raise RuntimeError("inner secret")

    answer = await site.client().get("/mistake")
    assert is_problem(answer, 500)
    assert "secret" not in answer.text


@pytest.mark.parametrize("chunked", [False, True])
@pytest.mark.parametrize("path", ["/api/v1/login", "/telegram/webhook"])
async def test_a_body_that_is_too_large_is_refused(site: Site, path: str, chunked: bool) -> None:
    sent = 0

    async def chunks() -> AsyncIterator[bytes]:
        nonlocal sent
        for _ in range(1000):
            sent += 65536
            yield b" " * 65536

    headers = {
        "Content-Type": "application/json",
        "X-Telegram-Bot-Api-Secret-Token": "webhook-secret",
    }
    body = chunks() if chunked else b" " * (LARGEST_BODY + 1)
    answer = await site.client().post(path, content=body, headers=headers)
    assert is_problem(answer, 413)
    assert sent <= LARGEST_BODY + 2 * 65536


async def test_headers_that_browsers_obey(site: Site) -> None:
    report = await site.report()
    client = site.as_("desk")
    for path in ("/api/v1/session", f"/api/v1/reports/{report.number}", "/api/v1/nothing"):
        headers = (await client.get(path)).headers
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["cache-control"] == "no-store"
        assert headers["content-security-policy"].startswith("default-src 'none'")
        assert "strict-transport-security" not in headers
    page = await client.get("/")
    assert "script-src 'self'" in page.headers["content-security-policy"]
    script = await client.get("/static/api.mjs")
    assert script.status_code == 200
    assert "content-security-policy" not in script.headers
    docs = await client.get("/docs")
    assert "http" not in docs.text
    assert "<script>" not in docs.text


async def test_https_keeps_the_cookie_to_itself(fresh_database_url: Callable[[], str]) -> None:
    public = "https://beatway.example"
    async with opened(fresh_database_url(), public_url=public) as site:
        client = site.client(Origin=public)
        answer = await client.post("/api/v1/login", json={"login": "desk", "password": PASSWORD})
        assert answer.status_code == 200
        assert "Secure" in answer.headers["set-cookie"]
        assert "max-age" in answer.headers["strict-transport-security"]


async def test_locate_tells_who_answers(site: Site) -> None:
    client = site.client()
    answer = await client.get("/api/v1/locate", params={"lon": WEST[0], "lat": WEST[1]})
    body = answer.json()
    assert body.pop("boundary_set") > 0
    assert body == {
        "precinct": {"code": "C", "name": {"uk": "Центр", "ru": "Центр", "en": "Centre"}},
        "beat": {"code": "C-1", "name": {"uk": "Захід", "ru": "Захід", "en": "West"}},
        "reason": "inside",
        "distance_m": 0.0,
        "share": None,
        "candidates": [{"code": "C-1", "share": None, "distance_m": 0.0}],
        "answered_by": None,
    }
    wide = await client.get(
        "/api/v1/locate", params={"lon": 37.515, "lat": EAST[1], "accuracy": 50}
    )
    assert wide.json()["reason"] == "uncertain"
    assert {c["code"] for c in wide.json()["candidates"]} == {"C-1", "C-2"}
    out = await client.get("/api/v1/locate", params={"lon": OUTSIDE[0], "lat": OUTSIDE[1]})
    assert (out.json()["reason"], out.json()["precinct"]) == ("outside", None)


async def test_coordinates_that_are_none_are_said_to_be(site: Site) -> None:
    client = site.client()
    for query, word in (
        ("", "lon"),
        ("lon=37.5", "lat"),
        ("lon=x&lat=47.1", "lon"),
        ("lon=nan&lat=47.1", "finite"),
        ("lon=37.5&lat=inf", "finite"),
        ("lon=37.5&lat=91", "91"),
        ("lon=47.1&lat=37.5", "exchanged"),
        ("lon=0&lat=0", "without a position"),
        ("lon=37.5&lat=47.1&accuracy=-1", "accuracy"),
        ("lon=37.5&lat=47.1&accuracy=nan", "accuracy"),
    ):
        answer = await client.get(f"/api/v1/locate?{query}")
        assert is_problem(answer, 422), query
        assert word in answer.json()["detail"], query


async def test_locate_is_open_but_not_without_end(site: Site) -> None:
    path = f"/api/v1/locate?lon={WEST[0]}&lat={WEST[1]}"
    client, staff = site.client(), site.as_("gis")
    answers = [await client.get(path) for _ in range(130)]
    assert answers[0].status_code == 200
    assert is_problem(answers[-1], 429)
    assert 0 < int(answers[-1].headers["retry-after"]) <= 60
    assert (await site.client("198.51.100.9").get(path)).status_code == 200
    assert (await staff.get(path)).status_code == 200


async def test_health_tells_what_is_missing(site: Site) -> None:
    client = site.client()
    ready = await client.get("/health/ready")
    assert ready.status_code == 200
    await site.sql("DELETE FROM boundary_in_force")
    ready = await client.get("/health/ready")
    assert is_problem(ready, 503)
    assert "boundaries import" in ready.json()["detail"]
    assert is_problem(await client.get("/api/v1/locate?lon=37.5&lat=47.1"), 503)
    await site.sql("UPDATE alembic_version SET version_num = '0000'")
    assert "db upgrade" in (await client.get("/health/ready")).json()["detail"]
    assert (await client.get("/health/live")).status_code == 200


async def test_reports_are_taken_even_without_boundaries(site: Site) -> None:
    await site.sql("DELETE FROM boundary_in_force")
    client = site.as_("desk")
    answer = await client.post("/api/v1/reports", json={"lon": WEST[0], "lat": WEST[1]})
    assert answer.status_code == 201
    assert answer.json()["assignment"]["desk"] == "city"
    assert len((await client.get("/api/v1/queue")).json()["reports"]) == 1


async def test_a_database_that_is_away_is_said_to_be(site: Site) -> None:
    gone = create_app(settings_for("postgresql://127.0.0.1:9/nowhere"))
    client = httpx.AsyncClient(
        transport=httpx.ASGITransport(gone, raise_app_exceptions=False), base_url="http://x"
    )
    async with client:
        for path in ("/health/ready", "/api/v1/config"):
            answer = await client.get(path)
            assert is_problem(answer, 503)
            assert "127.0.0.1" not in answer.text
        assert (await client.get("/health/live")).status_code == 200


async def test_it_does_not_start_on_an_empty_database(postgis_url: str) -> None:
    app: FastAPI = create_app(settings_for(postgis_url))
    with pytest.raises(DatabaseUnfitError, match="db upgrade"):
        async with running(app):
            pass


async def test_the_page_learns_of_the_demo(site: Site) -> None:
    config = (await site.client().get("/api/v1/config")).json()
    assert config == {
        "languages": ["uk", "ru", "en"],
        "basemap_style_url": None,
        "demo": False,
        "demo_logins": None,
        "telegram": {"bot_username": None, "chat_url": None},
    }


async def test_districts_say_where_nobody_is(site: Site) -> None:
    await site.report(EAST)
    client = site.as_("leader")
    body = (await client.get("/api/v1/districts")).json()
    by_code = {district["code"]: district for district in body["districts"]}
    assert list(by_code) == ["C", "P", "C-1", "C-2"]
    assert [by_code[code]["unattended"] for code in by_code] == [None, None, False, True]
    assert [by_code[code]["open_reports"] for code in by_code] == [1, 0, 0, 1]
    assert by_code["C-1"]["bbox"] == [37.48, 47.08, 37.515, 47.12]
    one = (await client.get("/api/v1/districts/C-1")).json()
    assert one["geometry"]["type"] == "MultiPolygon"
    assert one["officers"] == [
        {"code": "O1", "name": "Іван Перший", "kind": "primary", "on_shift": True}
    ]
    unattended = (await client.get("/api/v1/beats/unattended")).json()["beats"]
    assert [(beat["beat"]["code"], beat["why"]) for beat in unattended] == [("C-2", "off_shift")]
    await site.sql("DELETE FROM posting WHERE beat_code = 'C-2'")
    unattended = (await client.get("/api/v1/beats/unattended")).json()["beats"]
    assert [beat["why"] for beat in unattended] == ["vacant"]


async def test_the_map_is_geojson(site: Site) -> None:
    report = await site.report(EAST)
    await site.report(None)
    answer = await site.as_("officer").get("/api/v1/districts/C-2/map")
    assert answer.headers["content-type"] == "application/geo+json"
    body = answer.json()
    assert body["type"] == "FeatureCollection"
    kinds = [feature["properties"]["kind"] for feature in body["features"]]
    assert kinds == ["beat", "report"]
    assert body["features"][0]["properties"]["unattended"] is True
    assert body["features"][1]["properties"]["number"] == report.number
    assert body["features"][1]["geometry"]["coordinates"] == list(EAST)
    whole = (await site.as_("desk").get("/api/v1/map")).json()
    assert len(whole["features"]) == 5
    boundaries_only = (await site.as_("gis").get("/api/v1/map")).json()
    assert {f["properties"]["kind"] for f in boundaries_only["features"]} == {"precinct", "beat"}


async def test_the_roster(site: Site) -> None:
    client = site.as_("officer")
    officers = (await client.get("/api/v1/officers")).json()["officers"]
    assert [(o["code"], o["on_shift"]) for o in officers] == [("O1", True), ("O2", False)]
    postings = (await client.get("/api/v1/postings")).json()["postings"]
    assert [(p["officer"]["code"], p["beat"]["code"]) for p in postings] == [
        ("O1", "C-1"),
        ("O2", "C-2"),
    ]
    shifts = (await client.get("/api/v1/shifts")).json()["shifts"]
    assert [s["officer"]["code"] for s in shifts] == ["O1"]
    long_ago = {"since": "2001-01-01T00:00:00Z", "until": "2001-01-02T00:00:00Z"}
    assert (await client.get("/api/v1/shifts", params=long_ago)).json() == {"shifts": []}
    for wrong in (
        {"since": "2026-01-02T00:00:00Z", "until": "2026-01-01T00:00:00Z"},
        {"since": "x"},
    ):
        assert is_problem(await client.get("/api/v1/shifts", params=wrong), 422)
