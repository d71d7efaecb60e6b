"""Every route, asked by everybody: who gets what is written here once more, independently."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
from fastapi.routing import iter_route_contexts
from sqlalchemy import text

from tests.api.conftest import ALONE, PASSWORD, SECRET, WEST, Site

OPEN = "open"
PROBLEM = "application/problem+json"
OFFICER, DESK, DESK_C, ADMIN = "officer", "desk", "desk-c", "admin"
LEADER, OBSERVER, GIS = "leader", "observer", "gis"
STRANGER = "stranger"
ALL = {OFFICER, STRANGER, DESK, DESK_C, ADMIN, LEADER, OBSERVER, GIS}
READERS = ALL - {GIS}
MESSAGES = READERS - {OBSERVER}
WORKERS = {OFFICER, STRANGER, DESK, DESK_C, ADMIN}
DESKS = {DESK, DESK_C, ADMIN}


@dataclass(frozen=True)
class Entry:
    """Who may use a route; `own` if it is about something of precinct C only."""

    who: Any
    own: bool = False
    body: Any = None
    success: int = 200


TABLE = {
    ("GET", "/health/live"): Entry(OPEN),
    ("GET", "/health/ready"): Entry(OPEN),
    ("GET", "/api/v1/locate"): Entry(OPEN),
    ("GET", "/api/v1/geocode"): Entry(OPEN),
    ("GET", "/api/v1/config"): Entry(OPEN),
    ("POST", "/api/v1/login"): Entry(OPEN, body={"login": "admin", "password": PASSWORD}),
    ("POST", "/telegram/webhook"): Entry("secret"),
    ("GET", "/"): Entry(OPEN),
    ("GET", "/boundaries"): Entry(OPEN),
    ("GET", "/gazetteer"): Entry(OPEN),
    ("GET", "/roster"): Entry(OPEN),
    ("GET", "/desks"): Entry(OPEN),
    ("GET", "/groups"): Entry(OPEN),
    ("GET", "/overview"): Entry(OPEN),
    ("GET", "/evidence"): Entry(OPEN),
    ("GET", "/reveals"): Entry(OPEN),
    ("GET", "/api/v1/reveals"): Entry({LEADER, ADMIN}),
    ("POST", "/api/v1/reports/{number}/reveal"): Entry(
        DESKS, own=True, body={"reason": "Треба зателефонувати свідкові"}
    ),
    ("GET", "/demo"): Entry(OPEN, success=404),
    ("GET", "/static/{path}"): Entry(OPEN),
    ("GET", "/docs"): Entry(OPEN),
    ("GET", "/docs/start.js"): Entry(OPEN),
    ("GET", "/openapi.json"): Entry(OPEN),
    ("POST", "/api/v1/logout"): Entry(ALL, success=204),
    ("GET", "/api/v1/session"): Entry(ALL),
    ("GET", "/api/v1/basemap"): Entry(ALL),
    ("GET", "/api/v1/districts"): Entry(ALL),
    ("GET", "/api/v1/categories"): Entry(ALL),
    ("GET", "/api/v1/districts/{code}"): Entry(ALL, own=True),
    ("GET", "/api/v1/districts/{code}/map"): Entry(ALL, own=True),
    ("GET", "/api/v1/districts/{code}/queue"): Entry(READERS, own=True),
    ("GET", "/api/v1/map"): Entry(ALL),
    ("GET", "/api/v1/queue"): Entry(READERS),
    ("GET", "/api/v1/stream"): Entry(READERS),
    ("GET", "/api/v1/officers"): Entry(MESSAGES),
    ("GET", "/api/v1/postings"): Entry(MESSAGES),
    ("GET", "/api/v1/shifts"): Entry(MESSAGES),
    ("GET", "/api/v1/beats/unattended"): Entry(MESSAGES),
    ("GET", "/api/v1/beats/forecast"): Entry(MESSAGES),
    ("GET", "/api/v1/overview"): Entry({DESK, DESK_C, ADMIN, LEADER, OBSERVER}),
    ("GET", "/api/v1/stats"): Entry({DESK, DESK_C, ADMIN, LEADER, OBSERVER}),
    ("GET", "/api/v1/stats.csv"): Entry({DESK, DESK_C, ADMIN, LEADER, OBSERVER}),
    ("GET", "/api/v1/stats.pdf"): Entry({DESK, DESK_C, ADMIN, LEADER, OBSERVER}),
    ("GET", "/api/v1/stats/heat"): Entry({DESK, DESK_C, ADMIN, LEADER, OBSERVER}),
    ("GET", "/api/v1/stats/me"): Entry({OFFICER, STRANGER}),
    ("GET", "/api/v1/deadlines"): Entry(READERS),
    # Those of the city are not a precinct's desk to change.
    ("PUT", "/api/v1/deadlines"): Entry(
        {DESK, ADMIN},
        body={
            "rules": [{"priority": 3, "acknowledge_within_min": 20, "on_scene_within_min": None}]
        },
    ),
    ("GET", "/api/v1/dead-letters"): Entry(DESKS),
    # There is none: who may, learns that.
    ("POST", "/api/v1/dead-letters/{update_id}/retry"): Entry(DESKS, success=404),
    ("POST", "/api/v1/reports"): Entry(DESKS, body={"text": "hello"}, success=201),
    ("GET", "/api/v1/reports"): Entry(READERS),
    ("GET", "/api/v1/reports/{number}"): Entry(READERS, own=True),
    # Telegram is not there in these tests: who may, learns that.
    ("GET", "/api/v1/reports/{number}/media/{media_id}"): Entry(MESSAGES, own=True, success=502),
    ("POST", "/api/v1/reports/{number}/status"): Entry(
        WORKERS, own=True, body={"status": "acknowledged"}
    ),
    ("POST", "/api/v1/reports/{number}/reply"): Entry(WORKERS, own=True, body={"text": "hello"}),
    ("POST", "/api/v1/reports/{number}/placement"): Entry(
        DESKS, own=True, body={"lon": WEST[0], "lat": WEST[1]}
    ),
    ("POST", "/api/v1/reports/{number}/assignment"): Entry(
        DESKS, own=True, body={"desk": "C", "why": "so"}
    ),
    ("POST", "/api/v1/reports/{number}/category"): Entry(
        WORKERS, own=True, body={"category": "theft"}
    ),
    ("POST", "/api/v1/reports/{number}/duplicate"): Entry(
        DESKS, own=True, body={"of": "2026-000002"}
    ),
    ("POST", "/api/v1/reports/{number}/distinct"): Entry(
        DESKS, own=True, body={"of": "2026-000002"}
    ),
    ("POST", "/api/v1/reports/{number}/separate"): Entry(DESKS, own=True, body={}, success=409),
}

TRIAGE = "/api/v1/triage"
TRIAGE_READERS = DESKS | {LEADER}
TRIAGE_EDITORS = {ADMIN, DESK}
TABLE |= {
    ("GET", "/triage"): Entry(OPEN),
    ("GET", f"{TRIAGE}/rules"): Entry(TRIAGE_READERS),
    ("GET", f"{TRIAGE}/versions"): Entry(TRIAGE_READERS),
    ("GET", f"{TRIAGE}/versions/{{version_id}}"): Entry(TRIAGE_READERS),
    ("GET", f"{TRIAGE}/models"): Entry(TRIAGE_READERS),
    ("POST", f"{TRIAGE}/try"): Entry(TRIAGE_READERS, body={"text": "ДТП"}),
    # There is one version and no model: who may, learns that they stay.
    ("POST", f"{TRIAGE}/versions"): Entry(TRIAGE_EDITORS, body={}, success=422),
    ("POST", f"{TRIAGE}/versions/{{version_id}}/activate"): Entry(
        TRIAGE_EDITORS, body={"based_on": 2}, success=409
    ),
    ("PUT", f"{TRIAGE}/model"): Entry(TRIAGE_EDITORS, body={"model": 1}, success=404),
}

SERVICES = "/api/v1/services"
SERVICE = {"names": {"uk": "Водоканал", "ru": "Водоканал", "en": "Waterworks"}, "kinds": ["water"]}
SERVICE_READERS = TRIAGE_READERS | {GIS}
SERVICE_EDITORS = TRIAGE_EDITORS | {GIS}
TABLE |= {
    ("GET", "/services"): Entry(OPEN),
    ("GET", "/abuse"): Entry(OPEN),
    ("GET", SERVICES): Entry(SERVICE_READERS),
    ("GET", f"{SERVICES}/locate"): Entry(OPEN),
    # A form without a file: who may, learns that.
    ("POST", f"{SERVICES}/preview"): Entry(SERVICE_EDITORS, success=422),
    ("POST", f"{SERVICES}/import"): Entry(SERVICE_EDITORS, success=422),
    # It says nothing of the service: who may, learns that.
    ("POST", f"{SERVICES}/{{code}}"): Entry(SERVICE_EDITORS, body={}, success=422),
    # There is none: who may, learns that.
    ("PUT", f"{SERVICES}/{{code}}"): Entry(
        SERVICE_EDITORS, body=SERVICE | {"version": 1}, success=404
    ),
    ("GET", f"{SERVICES}/{{code}}/changes"): Entry(SERVICE_READERS),
    ("GET", f"{SERVICES}/{{code}}/area"): Entry(SERVICE_READERS, success=404),
    ("GET", "/api/v1/conduct"): Entry(DESKS),
    # Nothing is known of anybody: who may, learns that.
    ("GET", "/api/v1/conduct/{reporter}"): Entry(DESKS, success=404),
    ("POST", "/api/v1/conduct/{reporter}/revoke"): Entry(DESKS, body={"why": "so"}, success=404),
    ("POST", "/api/v1/conduct/messages/{message_id}/report"): Entry(DESKS, success=404),
    ("POST", "/api/v1/reports/{number}/abusive"): Entry(DESKS, own=True, body={"abusive": True}),
}

RULES = "/api/v1/dispatch-rules"
TABLE |= {
    ("GET", "/rules"): Entry(OPEN),
    ("GET", RULES): Entry(TRIAGE_READERS),
    ("GET", f"{RULES}/versions"): Entry(TRIAGE_READERS),
    ("GET", f"{RULES}/versions/{{version_id}}"): Entry(TRIAGE_READERS),
    # There is one version: who may, learns that it stays.
    ("POST", f"{RULES}/versions"): Entry(TRIAGE_EDITORS, body={}, success=422),
    ("POST", f"{RULES}/versions/{{version_id}}/activate"): Entry(
        TRIAGE_EDITORS, body={"based_on": 2}, success=409
    ),
    ("POST", f"{RULES}/dry-run"): Entry(TRIAGE_EDITORS, body={}),
}

KEPT_READERS = DESKS | {LEADER}
TABLE |= {
    ("GET", "/privacy"): Entry(OPEN),
    ("GET", "/api/v1/privacy"): Entry(OPEN),
    ("GET", "/api/v1/retention"): Entry(KEPT_READERS),
    ("PUT", "/api/v1/retention/{content}/{privacy_class}"): Entry({ADMIN}, body={"days": 400}),
    ("POST", "/api/v1/reports/{number}/hold"): Entry(
        KEPT_READERS, own=True, body={"reason": "so"}, success=201
    ),
    # It is not held: who may, learns that.
    ("DELETE", "/api/v1/reports/{number}/hold"): Entry(KEPT_READERS, own=True, success=404),
    ("POST", "/api/v1/reports/{number}/personal-data"): Entry({ADMIN}, body={"reason": "so"}),
    ("GET", "/api/v1/audit"): Entry({ADMIN, LEADER}),
}

SPAN = {"since": "2031-01-01T08:00:00Z", "until": "2031-01-01T20:00:00Z"}
TABLE |= {
    ("GET", "/api/v1/leaves"): Entry(MESSAGES),
    ("GET", "/api/v1/duty"): Entry(MESSAGES, own=True),
    ("POST", "/api/v1/duty"): Entry(
        MESSAGES - {LEADER}, own=True, body={"officer": "O1", "on_duty": True}
    ),
    ("GET", "/api/v1/officer-chat"): Entry(WORKERS),
    ("POST", "/api/v1/officer-chat"): Entry(WORKERS, success=201),
    ("DELETE", "/api/v1/officer-chat"): Entry(WORKERS, success=204),
    ("GET", "/api/v1/public-groups"): Entry(DESKS | {LEADER}),
    ("POST", "/api/v1/public-groups/code"): Entry({DESK, ADMIN}, success=201),
    # Nothing of that number is there: who may, learns that.
    ("POST", "/api/v1/public-groups/{group_id}/look"): Entry({DESK, ADMIN}, success=404),
    ("DELETE", "/api/v1/public-groups/{group_id}"): Entry({DESK, ADMIN}, success=404),
    ("GET", "/api/v1/desk-chats"): Entry(DESKS),
    ("POST", "/api/v1/desk-chats/{desk}/code"): Entry(DESKS, success=201),
    ("POST", "/api/v1/desk-chats/{desk}/retry"): Entry(DESKS, success=204),
    ("DELETE", "/api/v1/desk-chats/{desk}"): Entry(DESKS, success=204),
    ("POST", "/api/v1/reports/{number}/seen"): Entry(WORKERS, own=True, success=204),
    ("PUT", "/api/v1/officers/{code}"): Entry(DESKS, body={"name": "Новий", "precinct": "C"}),
    ("POST", "/api/v1/postings"): Entry(
        DESKS, body={"officer": "O2", "beat": "C-1", "kind": "deputy"} | SPAN, success=201
    ),
    ("POST", "/api/v1/shifts"): Entry(DESKS, body={"officer": "O2"} | SPAN, success=201),
    ("POST", "/api/v1/leaves"): Entry(DESKS, body={"officer": "O2"} | SPAN, success=201),
    # Nothing of that number is there: who may, learns that.
    ("PATCH", "/api/v1/roster/{kind}/{entry_id}"): Entry(DESKS, body=SPAN, success=404),
    ("DELETE", "/api/v1/roster/{kind}/{entry_id}"): Entry(DESKS, success=404),
    ("GET", "/api/v1/roster/week"): Entry(MESSAGES),
    ("GET", "/api/v1/roster.csv"): Entry(MESSAGES),
    # A form without a file: who may, learns that.
    ("POST", "/api/v1/roster/preview"): Entry(DESKS, success=422),
    ("POST", "/api/v1/roster/import"): Entry(DESKS, success=422),
    ("POST", "/api/v1/roster/copy-week"): Entry(
        DESKS, body={"precinct": "C", "source": "2031-01-06", "target": "2031-01-13"}
    ),
    # Nothing of theirs that could be taken back: who may, learns that.
    ("POST", "/api/v1/roster/undo"): Entry(DESKS, body={"change": "1"}, success=404),
}

DESK_READERS = {DESK, DESK_C, LEADER, ADMIN}
AT_C = {"login": "desk-c", "desk": "C"}
HOURS = {"first": "2031-02-01", "days": 2, "begins": "20:00", "ends": "08:00"}
TABLE |= {
    ("GET", "/api/v1/desks"): Entry(DESK_READERS),
    ("GET", "/api/v1/desk-shifts"): Entry(DESK_READERS),
    ("POST", "/api/v1/desk-shifts"): Entry(DESKS, body=AT_C | SPAN, success=201),
    ("POST", "/api/v1/desk-shifts/plan"): Entry(DESKS, body=AT_C | HOURS, success=201),
    # Nothing of that number is there: who may, learns that.
    ("PATCH", "/api/v1/desk-shifts/{shift_id}"): Entry(DESKS, body=SPAN, success=404),
    ("DELETE", "/api/v1/desk-shifts/{shift_id}"): Entry(DESKS, success=404),
    ("GET", "/api/v1/desk-duty"): Entry(DESKS),
    ("POST", "/api/v1/desk-duty"): Entry(DESKS, body={"on_duty": True}),
    ("GET", "/api/v1/handovers"): Entry(DESK_READERS),
    ("GET", "/api/v1/handovers/{handover_id}"): Entry(DESK_READERS, success=404),
    ("POST", "/api/v1/handovers/{handover_id}/note"): Entry(
        DESKS, body={"text": "so"}, success=404
    ),
    ("POST", "/api/v1/handovers/{handover_id}/sign"): Entry(DESKS, success=404),
}

OGC = "/ogc/collections"
BOUNDARY_READERS = {GIS, ADMIN, LEADER, DESK, DESK_C}
BOUNDARY_EDITORS = {GIS, ADMIN}
TABLE |= {
    ("GET", path): Entry(OPEN)
    for path in (
        "/ogc",
        "/ogc/",
        "/ogc/api",
        "/ogc/conformance",
        OGC,
        "/ogc/tileMatrixSets",
        "/ogc/tileMatrixSets/WebMercatorQuad",
        "/ogc/tiles",
        "/ogc/tiles/WebMercatorQuad",
        f"{OGC}/{{collection}}",
        f"{OGC}/{{collection}}/schema",
        f"{OGC}/{{collection}}/queryables",
        f"{OGC}/{{collection}}/items",
        f"{OGC}/{{collection}}/items/{{feature:path}}",
        f"{OGC}/{{collection}}/tiles",
        f"{OGC}/{{collection}}/tiles/WebMercatorQuad",
    )
}
TILE = "tiles/WebMercatorQuad/{z}/{y}/{x}"
TABLE |= {
    # Nothing is there that is as large as that.
    ("GET", f"/ogc/{TILE}"): Entry(OPEN, success=204),
    ("GET", f"{OGC}/{{collection}}/{TILE}"): Entry(OPEN, success=204),
    ("OPTIONS", f"{OGC}/{{collection}}/items"): Entry(OPEN),
    ("OPTIONS", f"{OGC}/{{collection}}/items/{{feature:path}}"): Entry(OPEN),
}
DRAFT = f"{OGC}/draft-{{draft:int}}-{{kind}}"
# The only set there is approved, and no draft: who may, learns that.
TABLE |= {
    (method, f"{DRAFT}{path}"): Entry(who, success=404)
    for who, method, paths in (
        (
            BOUNDARY_READERS,
            "GET",
            ("", "/schema", "/queryables", "/items", "/items/{feature:path}"),
        ),
        (BOUNDARY_READERS, "OPTIONS", ("/items", "/items/{feature:path}")),
        (BOUNDARY_EDITORS, "POST", ("/items",)),
        (BOUNDARY_EDITORS, "PUT", ("/items/{feature:path}",)),
        (BOUNDARY_EDITORS, "PATCH", ("/items/{feature:path}",)),
        (BOUNDARY_EDITORS, "DELETE", ("/items/{feature:path}",)),
    )
    for path in paths
}
GAZETTEER = "/api/v1/gazetteer"
GAZETTEER_READERS = {GIS, ADMIN, LEADER, DESK, DESK_C}
GAZETTEER_EDITORS = GAZETTEER_READERS - {LEADER}
PLACE = {"lon": WEST[0], "lat": WEST[1]}
TABLE |= {
    ("GET", f"{GAZETTEER}{path}"): Entry(GAZETTEER_READERS)
    for path in ("", "/retired", "/changes", "/proposals")
}
TABLE |= {
    # Nothing of that number is there: who may, learns that.
    ("GET", f"{GAZETTEER}/streets/{{entry_id}}"): Entry(GAZETTEER_READERS, success=404),
    ("GET", f"{GAZETTEER}/landmarks/{{entry_id}}"): Entry(GAZETTEER_READERS, success=404),
    ("POST", f"{GAZETTEER}/understanding"): Entry(GAZETTEER_READERS, body={"text": "Миру 5"}),
    ("PATCH", f"{GAZETTEER}/streets/{{entry_id}}"): Entry(
        GAZETTEER_EDITORS, body={"version": 0}, success=404
    ),
    ("PATCH", f"{GAZETTEER}/landmarks/{{entry_id}}"): Entry(
        GAZETTEER_EDITORS, body={"version": 0}, success=404
    ),
    ("POST", f"{GAZETTEER}/landmarks"): Entry(
        GAZETTEER_EDITORS, body={"type": "mall", "name": {"uk": "Ринок"}} | PLACE, success=201
    ),
    ("PUT", f"{GAZETTEER}/streets/{{entry_id}}/houses/{{house:path}}"): Entry(
        GAZETTEER_EDITORS, body={"version": 0} | PLACE, success=404
    ),
    ("POST", f"{GAZETTEER}/changes/{{change_id}}/undo"): Entry(GAZETTEER_EDITORS, success=404),
    ("POST", f"{GAZETTEER}/proposals/decision"): Entry(
        GAZETTEER_EDITORS,
        body={"fragment": "так", "kind": "landmark", "id": 1, "accept": False},
        success=404,
    ),
}
SETS = "/api/v1/boundary-sets"
SET = f"{SETS}/{{set_id}}"
NOTICED = ALL - {OBSERVER}
TABLE |= {
    ("GET", path): Entry(BOUNDARY_READERS)
    for path in (
        SETS,
        SET,
        f"{SET}/audit",
        f"{SET}/districts",
        f"{SET}/export",
        f"{SET}/preview",
        f"{SET}/problems",
    )
}
TABLE |= {
    # A form without a file: who may, learns that.
    ("POST", SETS): Entry(BOUNDARY_EDITORS, success=422),
    ("POST", "/api/v1/boundary-files/inspect"): Entry(BOUNDARY_EDITORS, success=422),
    # The only set is in force: who may, learns that it stays as it is.
    ("DELETE", SET): Entry(BOUNDARY_EDITORS, success=409),
    ("PUT", f"{SET}/districts"): Entry(BOUNDARY_EDITORS, body={}, success=422),
    ("PATCH", f"{SET}/districts"): Entry(
        BOUNDARY_EDITORS, body={"upsert": [], "remove": []}, success=409
    ),
    ("DELETE", f"{SET}/activations/{{schedule_id}}"): Entry(BOUNDARY_EDITORS, success=404),
    ("GET", "/api/v1/notices"): Entry(NOTICED),
    ("POST", "/api/v1/notices/{notice_id}/read"): Entry(NOTICED, success=404),
    # Nobody has seen that version: who may, learns that.
    ("POST", "/api/v1/reports/{number}/refusal"): Entry(
        WORKERS, own=True, body={"why": "so", "version": 99}, success=409
    ),
    ("POST", "/api/v1/reports/{number}/move"): Entry(
        WORKERS, own=True, body={"accept": True}, success=409
    ),
}
TABLE |= {
    ("POST", f"{SET}/{step}"): Entry(BOUNDARY_EDITORS, success=409)
    for step in ("propose", "withdraw", "approve", "rebase", "activate")
}

SUBSCRIPTIONS = "/api/v1/subscriptions"
SUBSCRIPTION = f"{SUBSCRIPTIONS}/{{subscription_id}}"
SUBSCRIBERS = DESKS | {LEADER, OBSERVER}
PUBLISHERS = DESKS | {LEADER}
WISH = {"name": "x", "channel": "webhook", "url": "https://example.com/", "events": ["closed"]}
TABLE |= {
    ("GET", "/subscriptions"): Entry(OPEN),
    ("GET", SUBSCRIPTIONS): Entry(SUBSCRIBERS),
    ("POST", SUBSCRIPTIONS): Entry(SUBSCRIBERS, body=WISH, success=201),
    ("GET", f"{SUBSCRIPTIONS}/chat"): Entry(SUBSCRIBERS),
    ("POST", f"{SUBSCRIPTIONS}/chat"): Entry(SUBSCRIBERS, success=201),
    ("DELETE", f"{SUBSCRIPTIONS}/chat"): Entry(SUBSCRIBERS, success=204),
    # There is none of that number: who may, learns that.
    ("PUT", SUBSCRIPTION): Entry(SUBSCRIBERS, body=WISH, success=404),
    ("DELETE", SUBSCRIPTION): Entry(SUBSCRIBERS, success=404),
    ("POST", f"{SUBSCRIPTION}/{{step}}"): Entry(SUBSCRIBERS, success=404),
    ("POST", f"{SUBSCRIPTION}/secret/renew"): Entry(SUBSCRIBERS, success=404),
    ("GET", f"{SUBSCRIPTION}/deliveries"): Entry(SUBSCRIBERS, success=404),
    ("POST", f"{SUBSCRIPTION}/deliveries/test"): Entry(SUBSCRIBERS, success=404),
    ("POST", f"{SUBSCRIPTION}/deliveries/{{delivery_id}}/redeliver"): Entry(
        SUBSCRIBERS, success=404
    ),
    ("GET", "/api/v1/observers"): Entry({ADMIN}),
    ("PUT", "/api/v1/observers/{login}/scope"): Entry(
        {ADMIN}, body={"categories": None, "districts": None}, success=404
    ),
    ("DELETE", "/api/v1/observers/{login}/scope"): Entry({ADMIN}, success=404),
    ("GET", "/cap"): Entry(OPEN),
    ("GET", "/cap/{identifier}.xml"): Entry(OPEN, success=404),
    ("GET", "/api/v1/alerts"): Entry(PUBLISHERS),
    # Without anything to say: who may, learns that.
    ("POST", "/api/v1/alerts"): Entry(PUBLISHERS, body={}, success=422),
    ("POST", "/api/v1/alerts/preview"): Entry(PUBLISHERS, body={}, success=422),
    ("POST", "/api/v1/alerts/{identifier}/update"): Entry(PUBLISHERS, body={}, success=422),
    ("POST", "/api/v1/alerts/{identifier}/cancel"): Entry(PUBLISHERS, body={}, success=404),
}


def routes(site: Site) -> Iterator[tuple[str, str]]:
    for context in iter_route_contexts(site.app.routes):
        route = context.original_route
        path = context.path or ""
        if path == "/static":
            yield "GET", "/static/{path}"
            continue
        for method in sorted((context.methods or set()) - {"HEAD"}):
            yield method, path
        assert path, f"{route} has no path: teach this test about it"


async def reset(site: Site) -> str:
    """Leave one fresh report with a photo in precinct C, and another one to be its original."""
    tables = (
        "report_hold",
        "identity_reveal",
        "incident_task",
        "incident_news",
        "not_same",
        "outbox",
        "media",
        "report_message",
        "triage_label",
        "report_event",
        "report",
    )
    async with site.owner.transaction() as session:
        for table in tables:
            await session.execute(text(f"ALTER TABLE {table} DISABLE TRIGGER USER"))
            await session.execute(text(f"DELETE FROM {table}"))  # noqa: S608 - from the lines above
            await session.execute(text(f"ALTER TABLE {table} ENABLE TRIGGER USER"))
    await site.report_of_citizen()
    await site.report()
    rows = await site.sql("SELECT number FROM report ORDER BY id")
    await site.sql("UPDATE report SET number = '2026-000002' WHERE number = :n", n=rows[1].number)
    await site.sql("UPDATE report SET number = '2026-000001' WHERE number = :n", n=rows[0].number)
    return "2026-000001"


async def ask(
    site: Site, client: httpx.AsyncClient, method: str, path: str, entry: Entry
) -> httpx.Response:
    media = await site.sql("SELECT max(id) AS id FROM media")
    address = re.sub(r":[a-z]+}", "}", path).format(
        collection="beats",
        feature="C-1",
        draft=1,
        kind="shifts" if "/roster/" in path else "beats",
        entry_id=1_000_000,
        change_id=1_000_000,
        house=5,
        z=0,
        x=0,
        y=0,
        set_id=1,
        version_id=1,
        schedule_id=1,
        notice_id=1_000_000,
        shift_id=1_000_000,
        handover_id=1_000_000,
        subscription_id=1_000_000,
        delivery_id=1_000_000,
        step="pause",
        login="nobody",
        identifier="beatway-none",
        code="C",
        desk="C",
        group_id=1_000_000,
        number="2026-000001",
        media_id=media[0].id or 1,
        update_id=1,
        reporter="R-NOBODY",
        message_id=1_000_000,
        content="words",
        privacy_class="exact",
        path="icon.svg",
    )
    if address == "/api/v1/locate":
        address += f"?lon={WEST[0]}&lat={WEST[1]}"
    if address == "/api/v1/services/locate":
        address += f"?lon={WEST[0]}&lat={WEST[1]}&category=water"
    if address == "/api/v1/geocode":
        address += "?q=Миру"
    if address == "/api/v1/duty" and method == "GET":
        address += "?officer=O1"
    if address == "/api/v1/alerts" and method == "GET":
        address += "?report=2026-000001"
    if address == "/api/v1/stream":
        # It would never end: ended before it begins, it says hello only.
        site.app.state.parts.hub.close()
    return await client.request(method, address, json=entry.body)


def carries_data(answer: httpx.Response) -> bool:
    return any(word in answer.text for word in ("Крадіжка", "R-TEST", "Центр", "Іван"))


async def test_no_route_is_missing_here(site: Site) -> None:
    assert set(routes(site)) == set(TABLE)


async def nobodies(site: Site) -> dict[str, tuple[httpx.AsyncClient, bool]]:
    """Return clients that are nobody, and whether they claim to be somebody by a token."""
    expired = await site.logged_in()
    await site.sql("UPDATE staff_session SET expires_at = now()")
    cookie = expired.cookies["beatway_session"]
    return {
        "nothing": (site.client(), False),
        "a forged cookie": (site.client(Cookie="beatway_session=forged-forged"), False),
        "an expired session": (site.client(Cookie=f"beatway_session={cookie}"), False),
        "a token as a cookie": (
            site.client(Cookie=f"beatway_session={site.tokens['admin']}"),
            False,
        ),
        "a wrong token": (site.client(Authorization="Bearer bw_wrong"), True),
        "another scheme": (site.client(Authorization="Basic YWRtaW46YWRtaW4="), True),
        "a cookie as a token": (site.client(Authorization=f"Bearer {cookie}"), True),
    }


async def test_nobody_gets_in(site: Site) -> None:
    await reset(site)
    wrong: list[Any] = []
    clients = await nobodies(site)
    for (method, path), entry in TABLE.items():
        for who, (client, by_token) in clients.items():
            answer = await ask(site, client, method, path, entry)
            # Whoever has logged in is somebody from then on.
            client.cookies.clear()
            if entry.who != OPEN:
                kind = answer.headers["content-type"]
                if (answer.status_code, kind) != (401, PROBLEM) or carries_data(answer):
                    wrong.append((who, method, path, answer.status_code, answer.text))
            elif not by_token and answer.status_code != entry.success:
                wrong.append((who, method, path, answer.status_code, answer.text))
    assert wrong == []


@pytest.mark.parametrize("login", sorted(ALL))
async def test_everybody_gets_what_they_may(site: Site, login: str) -> None:
    wrong: list[Any] = []
    client, is_changed = site.as_(login), True
    for (method, path), entry in TABLE.items():
        if entry.who == OPEN:
            continue
        if is_changed:
            await reset(site)
        answer = await ask(site, client, method, path, entry)
        is_changed = method != "GET" and answer.is_success
        if entry.who == "secret":
            expected = 401
        elif login not in entry.who:
            expected = 403
        elif entry.own and login == STRANGER:
            expected = 404
        else:
            expected = entry.success
        if answer.status_code != expected:
            wrong.append((method, path, answer.status_code, answer.text))
        if expected in {401, 403, 404} and (
            answer.headers["content-type"] != PROBLEM or carries_data(answer)
        ):
            wrong.append((method, path, "data", answer.text))
    assert wrong == []


async def test_another_precincts_officer_sees_nothing_in_any_list(site: Site) -> None:
    await reset(site)
    await site.report(None, text="Крадіжка без місця")
    client = site.as_(STRANGER)
    for path in ("/queue", "/reports", "/map", "/districts", "/officers", "/postings", "/shifts"):
        answer = await client.get(f"/api/v1{path}")
        assert answer.status_code == 200
        assert "Крадіжка" not in answer.text
        assert "2026-00000" not in answer.text
        assert "Центр" not in answer.text
        assert "Іван" not in answer.text
    for code in ("C", "C-1", "nowhere"):
        for rest in ("", "/queue", "/map"):
            assert (await client.get(f"/api/v1/districts/{code}{rest}")).status_code == 404


async def test_a_precincts_desk_also_sees_what_has_no_place(site: Site) -> None:
    await reset(site)
    nowhere = await site.report(None)
    elsewhere = await site.report(ALONE)
    for login, seen in (("desk", 4), ("desk-c", 3), ("officer", 2), ("leader", 4)):
        answer = await site.as_(login).get("/api/v1/queue")
        assert len(answer.json()["reports"]) == seen, login
    client = site.as_("desk-c")
    assert (await client.get(f"/api/v1/reports/{nowhere.number}")).status_code == 200
    assert (await client.get(f"/api/v1/reports/{elsewhere.number}")).status_code == 404


async def test_observers_see_no_words_between_police_and_citizen(site: Site) -> None:
    number = await reset(site)
    await site.as_("desk").post(f"/api/v1/reports/{number}/reply", json={"text": "Приватне"})
    for login, told in (("desk", True), ("leader", True), ("observer", False)):
        answer = await site.as_(login).get(f"/api/v1/reports/{number}")
        body = answer.json()
        assert ("Приватне" in answer.text) is told, login
        assert bool(body["media"]) is told
        assert bool(body["replies"]) is told
        assert bool(body["deliveries"]) is told
    assert body["allowed"] == []
    assert [event["kind"] for event in body["history"]] == ["registered", "replied"]


@pytest.mark.parametrize(
    ("secret", "status"), [(None, 401), ("wrong", 403), ("", 403), (SECRET, 200)]
)
async def test_the_webhook_opens_by_its_secret(site: Site, secret: str | None, status: int) -> None:
    headers = {} if secret is None else {"X-Telegram-Bot-Api-Secret-Token": secret}
    answer = await site.client().post("/telegram/webhook", json={"update_id": 1}, headers=headers)
    assert answer.status_code == status
    rows = await site.sql("SELECT * FROM inbox")
    assert len(rows) == (status == 200)
