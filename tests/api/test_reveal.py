"""Who wrote: shown to the desk with a reason, and the leader sees it."""

from app.db import Role, open_database
from app.identity import Sealer, find_or_add, forget
from tests.api.conftest import ALONE, WEST, Site

WHY = "Треба зателефонувати свідкові ДТП"


async def known(site: Site, chat: int, point: tuple[float, float] | None = WEST) -> tuple[str, int]:
    """Register a report of somebody whom Telegram knows; its number, and who they are here."""
    database = open_database(site.url, Role.BOT)
    try:
        async with database.transaction() as session:
            reporter, _ = await find_or_add(
                session,
                Sealer(b"a secret key for tests"),
                chat,
                kind="person",
                language="uk",
                details={"name": "Марія Тестова", "username": "maria_test"},
            )
    finally:
        await database.close()
    report = await site.report(point, reporter_id=reporter.id)
    return report.number, reporter.id


async def test_the_desk_is_shown_who_wrote_and_the_leader_sees_it(site: Site) -> None:
    number, _ = await known(site, 555_000_111)
    desk, leader = site.as_("desk-c"), site.as_("leader")
    path = f"/api/v1/reports/{number}/reveal"
    for poor in ("", "надо", "aaaaaaaaaaaaaaaa", "          "):
        answer = await desk.post(path, json={"reason": poor})
        assert (answer.status_code, answer.json()["code"]) == (422, "reason-needed"), poor
    assert (await leader.get("/api/v1/reveals")).json()["reveals"] == []

    answer = await desk.post(path, json={"reason": f"  {WHY} "})
    assert answer.status_code == 200, answer.text
    assert answer.headers["cache-control"] == "no-store"
    assert answer.json() == {
        "number": number,
        "person": {
            "name": "Марія Тестова",
            "username": "maria_test",
            "telegram_id": 555_000_111,
            "link": "https://t.me/maria_test",
        },
        "show_for_s": 300,
    }
    (line,) = (await leader.get("/api/v1/reveals")).json()["reveals"]
    assert (line["number"], line["login"], line["reason"], line["found"]) == (
        number, "desk-c", WHY, True,
    )  # fmt: skip
    assert line["precinct"]["code"] == "C"
    notices = (await leader.get("/api/v1/notices?unread=true")).json()["notices"]
    (told,) = [each["body"] for each in notices if each["kind"] == "reveal"]
    assert (told["number"], told["login"], told["reason"]) == (number, "desk-c", WHY)
    # Nowhere else: not in the report, not for the one who asked, not for the leader.
    for login in ("desk-c", "leader", "officer", "admin"):
        for address in (f"/api/v1/reports/{number}", "/api/v1/queue", "/api/v1/reveals"):
            text = (await site.as_(login).get(address)).text
            assert "Марія" not in text
            assert "555000111" not in text


async def test_who_may_not_is_refused_and_every_look_is_counted(site: Site) -> None:
    number, _ = await known(site, 1)
    other, _ = await known(site, 2, ALONE)
    body = {"reason": WHY}
    for login in ("officer", "leader", "observer", "gis"):
        answer = await site.as_(login).post(f"/api/v1/reports/{number}/reveal", json=body)
        assert answer.status_code == 403
    desk = site.as_("desk-c")
    assert (await desk.post(f"/api/v1/reports/{other}/reveal", json=body)).status_code == 404
    for _ in range(10):
        assert (await desk.post(f"/api/v1/reports/{number}/reveal", json=body)).status_code == 200
    answer = await desk.post(f"/api/v1/reports/{number}/reveal", json=body)
    assert (answer.status_code, answer.json()["code"]) == (429, "too-many-reveals")
    assert 0 < int(answer.headers["retry-after"]) <= 3600
    # Of each person: a colleague may still, and the leader pages through all of them.
    assert (await site.as_("desk").post(f"/api/v1/reports/{other}/reveal", json=body)).is_success
    leader = site.as_("leader")
    first = (await leader.get("/api/v1/reveals?limit=6")).json()
    second = (await leader.get(f"/api/v1/reveals?limit=6&before={first['before']}")).json()
    lines = first["reveals"] + second["reveals"]
    assert [each["number"] for each in lines] == [other] + [number] * 10
    assert second["before"] is None


async def test_whom_nobody_knows_is_written_down_too(site: Site) -> None:
    number, reporter = await known(site, 3)
    own = (await site.report()).number
    async with site.owner.transaction() as session:
        await forget(session, reporter)
    for each in (number, own):
        answer = await site.as_("admin").post(
            f"/api/v1/reports/{each}/reveal", json={"reason": WHY}
        )
        assert (answer.status_code, answer.json()["person"]) == (200, None)
    lines = (await site.as_("admin").get("/api/v1/reveals")).json()["reveals"]
    assert [each["found"] for each in lines] == [False, False]
    # The record stays as it is, even for the owner of the database.
    refused = 0
    for deed in ("UPDATE identity_reveal SET reason = 'x'", "DELETE FROM identity_reveal"):
        try:
            await site.sql(deed)
        except Exception as error:  # noqa: BLE001 - the driver's own, wrapped
            refused += "only ever added" in str(error)
    assert refused == 2
