"""Logging in: sessions, tokens, guessing and other sites."""

import asyncio
import dataclasses
from typing import Any

import httpx
import pytest

from app.access import add_staff
from app.access_passwords import Passwords
from app.access_throttle import PER_ADDRESS, PER_LOGIN, network_of
from app.errors import ConflictError, InvalidError
from tests.api.conftest import PASSWORD, Site


async def try_login(client: httpx.AsyncClient, login: str, password: str) -> httpx.Response:
    return await client.post("/api/v1/login", json={"login": login, "password": password})


async def test_a_session_opens_works_and_ends(site: Site) -> None:
    client = site.client()
    assert (await client.get("/api/v1/session")).status_code == 401
    answer = await try_login(client, " Officer ", PASSWORD)
    assert answer.json() == {
        "login": "officer",
        "role": "officer",
        "name": "Іван Перший",
        "precinct": {"code": "C", "name": {"uk": "Центр", "ru": "Центр", "en": "Centre"}},
        "officer": {"code": "O1", "name": "Іван Перший"},
    }
    cookie = answer.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=strict" in cookie
    assert "Secure" not in cookie
    assert (await client.get("/api/v1/session")).json() == answer.json()
    kept = dict(client.cookies)
    assert (await client.post("/api/v1/logout")).status_code == 204
    assert (await client.get("/api/v1/session")).status_code == 401
    again = site.client()
    again.cookies.update(kept)
    assert (await again.get("/api/v1/session")).status_code == 401


async def test_only_hashes_are_kept(site: Site) -> None:
    client = await site.logged_in()
    (row,) = await site.sql("SELECT token_hash FROM staff_session")
    cookie = client.cookies["beatway_session"]
    assert len(row.token_hash) == 32
    assert cookie.encode() not in row.token_hash
    rows = await site.sql("SELECT token_hash FROM staff_token")
    assert all(len(row.token_hash) == 32 for row in rows)


async def test_a_new_login_never_takes_over_a_cookie(site: Site) -> None:
    client = await site.logged_in("officer")
    former = client.cookies["beatway_session"]
    await try_login(client, "desk", PASSWORD)
    assert client.cookies["beatway_session"] != former
    stolen = site.client()
    stolen.cookies.set("beatway_session", former)
    assert (await stolen.get("/api/v1/session")).status_code == 401


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE staff_session SET expires_at = now()",
        "UPDATE staff_session SET seen_at = now() - interval '5 hours'",
        "UPDATE staff SET active = false",
        "DELETE FROM staff_session",
    ],
)
async def test_a_session_that_is_over_is_nobody(site: Site, change: str) -> None:
    client = await site.logged_in()
    assert (await client.get("/api/v1/queue")).status_code == 200
    await site.sql(change)
    assert (await client.get("/api/v1/queue")).status_code == 401


async def test_using_a_session_keeps_it(site: Site) -> None:
    client = await site.logged_in()
    await site.sql("UPDATE staff_session SET seen_at = now() - interval '3 hours'")
    await client.get("/api/v1/session")
    (row,) = await site.sql(
        "SELECT seen_at > now() - interval '1 minute' AS fresh FROM staff_session"
    )
    assert row.fresh


@pytest.mark.parametrize(
    ("login", "password"), [("officer", "wrong password"), ("nobody", PASSWORD), ("tokens", "x")]
)
async def test_what_is_wrong_is_not_told(site: Site, login: str, password: str) -> None:
    async with site.owner.transaction() as session:
        await add_staff(session, "tokens", "desk")
    answer = await try_login(site.client(), login, password)
    assert answer.status_code == 401
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["detail"] == "The login or the password is wrong."
    assert "set-cookie" not in answer.headers
    (row,) = await site.sql("SELECT count(*) AS n FROM login_attempt")
    assert row.n == 1


async def test_guessing_one_login_is_stopped_and_the_right_password_with_it(site: Site) -> None:
    answers = [
        await try_login(site.client(f"198.51.100.{n}"), "officer", f"guess number {n}")
        for n in range(PER_LOGIN)
    ]
    assert {answer.status_code for answer in answers} == {401}
    answer = await try_login(site.client(), "officer", PASSWORD)
    assert answer.status_code == 429
    assert 0 < int(answer.headers["retry-after"]) <= 900
    assert (await try_login(site.client(), "desk", PASSWORD)).status_code == 200
    await site.sql("UPDATE login_attempt SET at = at - interval '16 minutes'")
    assert (await try_login(site.client(), "officer", PASSWORD)).status_code == 200


async def test_guessing_many_logins_from_one_address_is_stopped(site: Site) -> None:
    await site.sql(
        "INSERT INTO login_attempt (login, address) SELECT 'x' || n, :address"
        " FROM generate_series(1, :n) n",
        address="203.0.113.7",
        n=PER_ADDRESS,
    )
    assert (await try_login(site.client(), "desk", PASSWORD)).status_code == 429
    assert (await try_login(site.client("203.0.113.8"), "desk", PASSWORD)).status_code == 200


async def test_guessing_all_at_once_gets_no_more_guesses(site: Site) -> None:
    answers = await asyncio.gather(
        *(try_login(site.client(), "officer", f"guess number {n}") for n in range(PER_LOGIN + 8))
    )
    codes = sorted(answer.status_code for answer in answers)
    assert codes == [401] * PER_LOGIN + [429] * 8


async def test_a_right_password_forgives(site: Site) -> None:
    for _ in range(PER_LOGIN - 1):
        await try_login(site.client(), "officer", "wrong password")
    assert (await try_login(site.client(), "officer", PASSWORD)).status_code == 200
    assert (await try_login(site.client(), "officer", "wrong password")).status_code == 401


async def test_an_old_hash_is_renewed(site: Site) -> None:
    stronger = Passwords()
    assert stronger.outdated((await site.sql("SELECT password_hash FROM staff LIMIT 1"))[0][0])
    site.app.state.parts = dataclasses.replace(site.app.state.parts, passwords=stronger)
    await site.logged_in("desk")
    (row,) = await site.sql("SELECT password_hash FROM staff WHERE login = 'desk'")
    assert not stronger.outdated(row.password_hash)
    await site.logged_in("desk")


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "same-origin", "Origin": "http://beatway.test:81"},
    ],
)
async def test_other_sites_can_change_nothing(site: Site, headers: dict[str, str]) -> None:
    client = await site.logged_in()
    report = await site.report()
    path = f"/api/v1/reports/{report.number}/status"
    answer = await client.post(path, json={"status": "acknowledged"}, headers=headers)
    assert answer.status_code == 403
    login = {"login": "desk", "password": PASSWORD}
    assert (await client.post("/api/v1/login", json=login, headers=headers)).status_code == 403
    assert (await client.get("/api/v1/session", headers=headers)).status_code == 200
    assert (await site.sql("SELECT status FROM report"))[0].status == "queued"
    # A token is never sent by itself, so no other site can make use of it.
    token = site.as_("desk")
    answer = await token.post(path, json={"status": "acknowledged"}, headers=headers)
    assert answer.status_code == 200


async def test_our_own_page_can(site: Site) -> None:
    client = await site.logged_in()
    report = await site.report()
    for status, headers in (
        ("acknowledged", {"Origin": "http://beatway.test", "Sec-Fetch-Site": "same-origin"}),
        ("en_route", {}),
    ):
        answer = await client.post(
            f"/api/v1/reports/{report.number}/status", json={"status": status}, headers=headers
        )
        assert answer.status_code == 200


def test_ipv6_counts_by_network() -> None:
    assert network_of("2001:db8:1:2:3::4") == network_of("2001:db8:1:2:ffff::1")
    assert network_of("2001:db8:1:2:3::4") != network_of("2001:db8:1:3::4")
    assert network_of("::ffff:203.0.113.7") == "203.0.113.7"
    assert network_of(None) == network_of("testclient") == "unknown"


@pytest.mark.parametrize(
    ("given", "error"),
    [
        ({"login": "x", "role": "king"}, InvalidError),
        ({"login": "x", "role": "officer"}, InvalidError),
        ({"login": "x", "role": "officer", "officer_code": "O9"}, InvalidError),
        ({"login": "x", "role": "desk", "password": "short"}, InvalidError),
        ({"login": " ", "role": "desk"}, InvalidError),
        ({"login": "DESK", "role": "desk"}, ConflictError),
    ],
)
async def test_staff_that_cannot_be_added(
    site: Site, given: dict[str, Any], error: type[Exception]
) -> None:
    with pytest.raises(error):
        async with site.owner.transaction() as session:
            await add_staff(session, **given)
