"""Updates that Telegram delivers."""

import json
from collections.abc import Callable

from tests.api.conftest import SECRET, Site, opened

SIGNED = {"X-Telegram-Bot-Api-Secret-Token": SECRET}
UPDATE = {
    "update_id": 7,
    "message": {"message_id": 1, "chat": {"id": 5, "type": "private"}, "text": "секрет"},
}


async def test_an_update_is_kept_once_and_sealed(site: Site) -> None:
    client = site.client(**SIGNED)
    for _ in range(2):
        answer = await client.post("/telegram/webhook", json=UPDATE)
        assert answer.status_code == 200
    (row,) = await site.sql("SELECT update_id, sealed, state FROM inbox")
    assert (row.update_id, row.state) == (7, "pending")
    assert site.app.state.parts.sealer.unseal(bytes(row.sealed)) == UPDATE
    assert "секрет".encode() not in bytes(row.sealed)


async def test_what_is_no_update_is_refused(site: Site) -> None:
    client = site.client(**SIGNED)
    for body in (
        b"",
        b"{",
        b"[]",
        b"7",
        b"{}",
        b'{"update_id": "7"}',
        b'{"update_id": true}',
        b'{"update_id": -1}',
        b'{"update_id": 9223372036854775808}',
        b"\xff\xfe",
        b"[" * 100_000,
    ):
        answer = await client.post("/telegram/webhook", content=body)
        assert answer.status_code == 400, (body[:40], answer.text)
        assert answer.headers["content-type"] == "application/problem+json"
    assert await site.sql("SELECT * FROM inbox") == []


async def test_the_answer_comes_after_the_commit(site: Site) -> None:
    await site.sql(
        "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS"
        " $$ BEGIN RAISE EXCEPTION 'not now'; END $$"
    )
    await site.sql(
        "CREATE CONSTRAINT TRIGGER late AFTER INSERT ON inbox DEFERRABLE INITIALLY DEFERRED"
        " FOR EACH ROW EXECUTE FUNCTION refuse()"
    )
    answer = await site.client(**SIGNED).post("/telegram/webhook", json=UPDATE)
    assert answer.status_code == 500
    assert "not now" not in answer.text
    await site.sql("DROP TRIGGER late ON inbox")
    answer = await site.client(**SIGNED).post("/telegram/webhook", content=json.dumps(UPDATE))
    assert answer.status_code == 200


async def test_without_a_secret_of_ours_it_is_closed(
    fresh_database_url: Callable[[], str],
) -> None:
    async with opened(fresh_database_url(), webhook_secret=None) as site:
        answer = await site.client(**SIGNED).post("/telegram/webhook", json=UPDATE)
        assert answer.status_code == 403
