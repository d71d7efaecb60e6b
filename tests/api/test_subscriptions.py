"""Subscriptions: who is told of what, webhooks that fail in every way, and chats that are not flooded."""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
from sqlalchemy import text

from app import webhooks
from app.db import Database, Role, open_database
from app.directory import DirectoryCache
from app.identity import Sealer
from app.subscription_work import tell_once
from tests.api.conftest import ALONE, EAST, WEST, Site, opened, settings_for
from tests.api.webhook_receiver import Receiver, certificates, receiving
from tests.settled import settle

PATH = "/api/v1/subscriptions"
LANGUAGES = ("uk", "ru", "en")


@dataclass
class Work:
    """The worker's part, a step at a time, and the site it works for."""

    site: Site
    database: Database
    receiver: Receiver
    sealer: Sealer
    client: httpx.AsyncClient

    async def tell(self, *, at_once: bool = False) -> None:
        if not at_once:
            settle(self.site.url)
        await tell_once(self.database, self.site.context, DirectoryCache(LANGUAGES))

    async def send(self) -> int:
        return await webhooks.send_due(self.database, self.sealer, self.client, loopback=True)

    async def run(self) -> None:
        """Do all there is to do now."""
        await self.tell()
        while await self.send():
            pass

    async def hurry(self) -> None:
        """Let the waiting between attempts be over."""
        await self.site.sql(
            "UPDATE subscription_delivery SET next_try_at = now() WHERE state = 'queued'"
        )

    async def subscribe(self, login: str = "leader", **more: Any) -> dict[str, Any]:
        body = {
            "name": "Газ",
            "channel": "webhook",
            "url": self.receiver.url,
            "events": ["reported", "closed"],
        } | more
        answer = await self.site.as_(login).post(PATH, json=body)
        assert answer.status_code == 201, answer.text
        return dict(answer.json())

    async def deliveries(self, made: dict[str, Any], login: str = "leader") -> list[Any]:
        answer = await self.site.as_(login).get(f"{PATH}/{made['id']}/deliveries")
        assert answer.status_code == 200
        return list(answer.json()["deliveries"])

    async def state(self, made: dict[str, Any], login: str = "leader") -> dict[str, Any]:
        answer = await self.site.as_(login).get(PATH)
        return next(each for each in answer.json()["subscriptions"] if each["id"] == made["id"])

    async def link(self, login: str) -> int:
        """Give somebody a chat with the bot."""
        rows = await self.site.sql(
            "INSERT INTO reporter (pseudonym, kind, language)"
            " VALUES ('R-' || :login, 'person', 'uk') RETURNING id",
            login=login,
        )
        await self.site.sql(
            "INSERT INTO staff_chat (staff_id, chat_id)"
            " SELECT id, :chat FROM staff WHERE login = :login",
            chat=rows[0].id,
            login=login,
        )
        return int(rows[0].id)

    async def said(self, chat: int) -> list[str]:
        rows = await self.site.sql(
            "SELECT payload ->> 'text' AS words FROM outbox WHERE chat_id = :chat ORDER BY id",
            chat=chat,
        )
        return [row.words for row in rows]


@pytest.fixture
async def work(fresh_database_url: Callable[[], str]) -> AsyncIterator[Work]:
    url = fresh_database_url()
    async with opened(url, webhook_loopback=True) as site, receiving() as receiver:
        database = open_database(url, Role.BOT)
        sealer = Sealer(settings_for(url).required_secret_key())
        async with webhooks.open_client() as client:
            work = Work(site, database, receiver, sealer, client)
            await work.tell()
            yield work
        await database.close()


async def test_a_webhook_is_signed_and_tells_no_more_than_the_page(work: Work) -> None:
    made = await work.subscribe(districts=["C-1"])
    assert made["secret"].startswith("whsec_")
    report = await work.site.report_of_citizen()
    await work.site.sql("UPDATE report SET text = 'Мене звати Олена' WHERE id = :i", i=report.id)
    await work.site.report(EAST)
    await work.run()
    [taken] = work.receiver.taken
    assert taken.line == "POST /hook?from=beatway HTTP/1.1"
    assert taken.headers["host"] == f"127.0.0.1:{work.receiver.port}"
    assert taken.is_signed_with(made["secret"])
    assert not taken.is_signed_with("whsec_" + "QQ==")
    body = taken.json
    assert body["type"] == "report.reported"
    assert body["data"]["number"] == report.number
    assert body["data"]["beat"]["code"] == "C-1"
    assert body["data"]["category_name"]["uk"]
    assert (body["data"]["placement"]["lon"], body["data"]["placement"]["lat"]) == WEST
    assert "Олена" not in taken.body.decode()
    assert "R-TEST" not in taken.body.decode()
    assert "reporter" not in taken.body.decode()
    [delivery] = await work.deliveries(made)
    assert (delivery["state"], delivery["last_status"], delivery["attempts"]) == ("sent", 204, 1)
    assert delivery["message_id"] == taken.headers["webhook-id"]
    # It is shown once, and kept so that a stolen database does not tell it.
    assert made["secret"] not in (await work.site.as_("leader").get(PATH)).text
    [kept] = await work.site.sql("SELECT sealed FROM subscription_secret")
    assert made["secret"].encode() not in bytes(kept.sealed)


async def test_what_is_chosen_is_told_and_nothing_else(work: Work) -> None:
    await work.subscribe(categories=["theft"], lowest_priority=5, events=["closed"])
    theft = await work.site.report(category="theft")
    other = await work.site.report(category="vandalism")
    await work.run()
    assert work.receiver.taken == []
    desk = work.site.as_("desk")
    for report in (theft, other):
        answer = await desk.post(
            f"/api/v1/reports/{report.number}/status", json={"status": "resolved"}
        )
        assert answer.status_code == 200, answer.text
    await work.run()
    [taken] = work.receiver.taken
    assert (taken.json["type"], taken.json["data"]["number"]) == ("report.closed", theft.number)


async def test_a_report_is_told_of_once_it_has_a_place(work: Work) -> None:
    await work.subscribe(events=["reported"])
    report = await work.site.report(None)
    await work.run()
    assert work.receiver.taken == []
    place = {"lon": WEST[0], "lat": WEST[1]}
    desk = work.site.as_("desk")
    for at in (place, {"lon": EAST[0], "lat": EAST[1]}):
        answer = await desk.post(f"/api/v1/reports/{report.number}/placement", json=at)
        assert answer.status_code == 200, answer.text
    await work.run()
    assert len(work.receiver.taken) == 1


async def test_each_is_delivered_once_by_many_workers(work: Work) -> None:
    await work.subscribe()
    await work.subscribe("desk")
    for _ in range(6):
        await work.site.report()
    await asyncio.gather(*(work.tell() for _ in range(4)))
    while any(await asyncio.gather(*(work.send() for _ in range(4)))):
        pass
    ids = [taken.headers["webhook-id"] for taken in work.receiver.taken]
    assert len(ids) == len(set(ids)) == 12


async def test_an_event_of_a_transaction_that_ends_late_is_not_missed(work: Work) -> None:
    await work.subscribe()
    async with work.site.owner.transaction() as session:
        # It has its number already, and others overtake it.
        await session.execute(text("SELECT pg_current_xact_id()"))
        await work.site.report()
        await work.tell(at_once=True)
        assert await work.send() == 0
    await work.run()
    assert len(work.receiver.taken) == 1


async def test_a_failing_receiver_is_tried_again_with_the_same_id(work: Work) -> None:
    made = await work.subscribe()
    elsewhere = f"302 Found|Location: {work.receiver.url}"
    work.receiver.answers = ["500 Oops", "drop", elsewhere, "503 Later|Retry-After: 3600", "200 OK"]
    await work.site.report()
    await work.tell()
    errors = []
    for _ in range(4):
        assert await work.send() == 1
        # Not before its time.
        assert await work.send() == 0
        [delivery] = await work.deliveries(made)
        assert delivery["state"] == "queued"
        errors.append(delivery["last_error"])
        await work.hurry()
    assert errors[0] == "HTTP 500: refused"
    assert errors[2] == "HTTP 302: a redirect, which is not followed"
    assert (await work.state(made))["failing_since"]
    assert await work.send() == 1
    [delivery] = await work.deliveries(made)
    assert (delivery["state"], delivery["attempts"]) == ("sent", 5)
    assert len({taken.headers["webhook-id"] for taken in work.receiver.taken}) == 1
    assert len({taken.body for taken in work.receiver.taken}) == 1
    assert all(taken.is_signed_with(made["secret"]) for taken in work.receiver.taken)
    assert (await work.state(made))["failing_since"] is None


async def test_a_silent_receiver_holds_nobody_up(
    work: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(webhooks, "PATIENCE_S", 0.5)
    made = await work.subscribe()
    work.receiver.answers = ["silence", "204 No Content"]
    await work.site.report()
    await work.tell()
    assert await work.send() == 1
    [delivery] = await work.deliveries(made)
    assert delivery["state"] == "queued"
    assert "no answer within" in delivery["last_error"] or "Timeout" in delivery["last_error"]


async def test_who_is_gone_or_fails_for_a_day_is_given_up_and_the_owner_told(work: Work) -> None:
    chat = await work.link("leader")
    made = await work.subscribe()
    work.receiver.answers = ["410 Gone"]
    await work.site.report()
    await work.run()
    state = await work.state(made)
    assert (state["active"], state["off_why"]) == (False, "gone")
    assert "410" in (await work.said(chat))[-1]
    # Nothing more is made for it until it is resumed.
    await work.site.report()
    await work.run()
    assert len(work.receiver.taken) == 1

    answer = await work.site.as_("leader").post(f"{PATH}/{made['id']}/resume")
    assert answer.json()["active"] is True
    work.receiver.answers = ["500 Oops"]
    await work.site.report()
    await work.run()
    await work.site.sql("UPDATE subscription SET failing_since = now() - interval '13 hours'")
    await work.site.sql(
        "UPDATE subscription_delivery SET attempts = 11, next_try_at = now() WHERE state = 'queued'"
    )
    await work.run()
    state = await work.state(made)
    assert (state["active"], state["off_why"]) == (False, "failing")
    assert (await work.deliveries(made))[0]["state"] == "failed"
    assert "не відповідає" in (await work.said(chat))[-1]

    # By a button it is sent again, under the same name.
    leader = work.site.as_("leader")
    failed = (await work.deliveries(made))[0]
    again = f"{PATH}/{made['id']}/deliveries/{failed['id']}/redeliver"
    assert (await leader.post(again)).status_code == 409
    await leader.post(f"{PATH}/{made['id']}/resume")
    work.receiver.answers = ["200 OK"]
    assert (await leader.post(again)).status_code == 200
    await work.run()
    assert work.receiver.taken[-1].headers["webhook-id"] == failed["message_id"]
    assert (await work.deliveries(made))[0]["state"] == "sent"


async def test_what_a_dead_worker_had_taken_is_sent_by_another(work: Work) -> None:
    made = await work.subscribe()
    await work.site.report()
    await work.tell()
    async with work.database.transaction() as session:
        assert len(await webhooks.take(session)) == 1
    assert await work.send() == 0
    await work.site.sql("UPDATE subscription_delivery SET lease_until = now() - interval '1 s'")
    assert await work.send() == 1
    [delivery] = await work.deliveries(made)
    assert (delivery["state"], delivery["attempts"]) == ("sent", 2)


async def test_who_may_not_see_it_any_more_is_not_sent_it(work: Work) -> None:
    made = await work.subscribe("observer")
    await work.site.report(category="theft")
    await work.tell()
    answer = await work.site.as_("admin").put(
        "/api/v1/observers/observer/scope", json={"categories": ["vandalism"], "districts": None}
    )
    assert answer.status_code == 204
    await work.send()
    assert work.receiver.taken == []
    [delivery] = await work.deliveries(made, "observer")
    assert delivery["state"] == "cancelled"


INSIDE = (
    "http://example.com/hook",
    "https://10.0.0.1/hook",
    "https://192.168.1.1/",
    "https://169.254.169.254/latest/meta-data",
    "https://100.64.0.1/",
    "https://[::1]/",
    "https://[::ffff:10.0.0.1]/",
    "https://[64:ff9b::a00:1]/",
    "https://[fd00::1]/",
    "https://0.0.0.0/",
    "https://224.0.0.1/",
    "https://user:password@example.com/",
    "https://example.com/#part",
    "https://exa mple.com/",
    "https://",
    "ftp://example.com/",
    "file:///etc/passwd",
    "https://example.com:99999/",
    "javascript:alert(1)",
)


async def test_nothing_is_sent_into_our_own_network(site: Site) -> None:
    leader = site.as_("leader")
    for url in INSIDE:
        body = {"name": "x", "channel": "webhook", "url": url, "events": ["reported"]}
        answer = await leader.post(PATH, json=body)
        assert (answer.status_code, answer.json()["code"]) == (422, "webhook-refused"), url


async def test_a_name_that_comes_to_mean_our_own_network_is_refused_when_sending(
    work: Work,
) -> None:
    made = await work.subscribe()
    # The setting is off for this worker, as it is everywhere but in tests.
    await work.site.sql(
        "UPDATE subscription SET url = :u", u=f"https://localhost:{work.receiver.port}/"
    )
    await work.site.report()
    await work.tell()
    assert await webhooks.send_due(work.database, work.sealer, work.client) == 1
    assert work.receiver.taken == []
    [delivery] = await work.deliveries(made)
    assert "not on the public internet" in delivery["last_error"]


async def test_a_certificate_must_be_for_the_name_and_not_the_address(work: Work) -> None:
    made = await work.subscribe()
    for name, arrives in (("hooks.localhost", False), ("localhost", True)):
        shows, trusted = certificates(name)
        async with receiving(shows) as receiver, webhooks.open_client(trusted) as client:
            await work.site.sql(
                "UPDATE subscription SET url = :u", u=f"https://localhost:{receiver.port}/"
            )
            await work.site.report()
            await work.tell()
            await work.hurry()
            while await webhooks.send_due(work.database, work.sealer, client, loopback=True):
                pass
            assert bool(receiver.taken) is arrives
            if not arrives:
                [delivery] = await work.deliveries(made)
                assert "certificate" in delivery["last_error"].lower()


async def test_a_storm_is_summed_up_in_the_chat(work: Work) -> None:
    body = {"name": "Усе", "channel": "telegram", "events": ["reported"]}
    observer = work.site.as_("observer")
    answer = await observer.post(PATH, json=body)
    assert (answer.status_code, answer.json()["code"]) == (409, "no-telegram")
    chat = await work.link("observer")
    assert (await observer.post(PATH, json=body)).status_code == 201
    first = await work.site.report(category="theft")
    await work.tell()
    [words] = await work.said(chat)
    assert first.number in words
    assert "Крадіжка" in words
    assert "Захід, Центр" in words
    for _ in range(30):
        await work.site.report(category="theft")
    await work.tell()
    said = await work.said(chat)
    assert len(said) == 6
    assert "разом 26" in said[-1]
    await work.site.report(category="theft")
    await work.tell()
    assert len(await work.said(chat)) == 6
    await work.site.sql("UPDATE outbox SET created_at = now() - interval '2 min'")
    await work.hurry()
    await work.tell()
    assert len(await work.said(chat)) == 7


async def test_a_subscription_is_its_owners_and_the_admins(work: Work) -> None:
    made = await work.subscribe("leader")
    for login, status in (("desk", 404), ("observer", 404), ("admin", 200), ("leader", 200)):
        answer = await work.site.as_(login).get(f"{PATH}/{made['id']}/deliveries")
        assert answer.status_code == status, login
    listed = (await work.site.as_("admin").get(PATH)).json()["subscriptions"]
    assert [(each["login"], each["own"]) for each in listed] == [("leader", False)]
    leader = work.site.as_("leader")
    test = f"{PATH}/{made['id']}/deliveries/test"
    assert (await leader.post(test)).status_code == 201
    assert (await leader.post(test)).status_code == 409
    renewed = (await leader.post(f"{PATH}/{made['id']}/secret/renew")).json()["secret"]
    assert renewed != made["secret"]
    await work.run()
    [taken] = work.receiver.taken
    assert taken.json["type"] == "test"
    assert taken.is_signed_with(renewed)
    body = {"name": "Інше", "channel": "webhook", "url": work.receiver.url, "events": ["closed"]}
    answer = await leader.put(f"{PATH}/{made['id']}", json=body)
    assert (answer.json()["name"], answer.json()["events"]) == ("Інше", ["closed"])
    assert (await leader.delete(f"{PATH}/{made['id']}")).status_code == 204
    assert (await leader.delete(f"{PATH}/{made['id']}")).status_code == 404


NONSENSE: tuple[dict[str, Any], ...] = (
    {"categories": ["nothing"]},
    {"districts": ["nowhere"]},
    {"categories": []},
    {"events": []},
    {"events": ["everything"]},
    {"lowest_priority": 6},
    {"channel": "telegram"},
    {"url": None},
    {"name": "\x00"},
    {"name": " "},
    {"secret": "mine"},
)


async def test_what_makes_no_sense_is_said_to_make_none(site: Site) -> None:
    leader = site.as_("leader")
    body = {"name": "x", "channel": "webhook", "url": "https://example.com/", "events": ["closed"]}
    for wrong in NONSENSE:
        answer = await leader.post(PATH, json=body | wrong)
        assert answer.status_code == 422, (wrong, answer.text)
        assert answer.headers["content-type"] == "application/problem+json"
    assert (await leader.get(PATH)).json() == {"subscriptions": []}


async def test_an_observer_sees_what_they_are_there_for(site: Site) -> None:
    seen = await site.report(WEST, category="theft")
    elsewhere = await site.report(ALONE, category="theft")
    other = await site.report(WEST, category="vandalism")
    admin, observer = site.as_("admin"), site.as_("observer")
    scope = "/api/v1/observers/observer/scope"
    body = {"categories": ["theft"], "districts": ["C"]}
    assert (await admin.put(scope, json=body)).status_code == 204

    async def numbers(path: str) -> set[str]:
        answer = await observer.get(f"/api/v1{path}")
        assert answer.status_code == 200
        return {each["number"] for each in answer.json()["reports"]}

    for path in ("/queue", "/reports", "/reports?category=vandalism&category=theft"):
        assert await numbers(path) == {seen.number}, path
    drawn = (await observer.get("/api/v1/map")).text
    assert seen.number in drawn
    assert elsewhere.number not in drawn
    assert other.number not in drawn
    for report, status in ((seen, 200), (elsewhere, 404), (other, 404)):
        answer = await observer.get(f"/api/v1/reports/{report.number}")
        assert answer.status_code == status
    assert (await observer.get("/api/v1/overview")).json()["total"]["open"] == 1
    counts = (await observer.get("/api/v1/districts")).json()["districts"]
    assert {each["code"]: each["open_reports"] for each in counts}["P"] == 0

    assert (await admin.delete(scope)).status_code == 204
    assert await numbers("/queue") == set()
    listed = (await admin.get("/api/v1/observers")).json()["observers"]
    assert [(each["login"], each["assigned"]) for each in listed] == [("observer", False)]
    senseless: tuple[dict[str, Any], ...] = (
        {"categories": [], "districts": None},
        {"categories": ["nothing"], "districts": None},
        {"categories": None, "districts": ["nowhere"]},
        {"categories": None},
    )
    for wrong in senseless:
        assert (await admin.put(scope, json=wrong)).status_code == 422
    assert (await admin.put("/api/v1/observers/leader/scope", json=body)).status_code == 404
