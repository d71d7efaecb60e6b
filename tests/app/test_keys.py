"""The installation's secret: the wrong one is told, another one takes over without losing anybody."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg
import pytest
from cryptography.exceptions import InvalidTag

from app import inbox
from app.db import Role, open_database
from app.identity import NONCE_BYTES, UNNAMED, Sealer, find_or_add, reporter_of, telegram_ids
from app.key_check import WrongKeyError, check_keys
from app.key_rotation import rotate

ROOT = Path(__file__).resolve().parents[2]
OLD, NEW, OTHER = b"the first secret of all", b"the second secret of all", b"a secret of nobody's"


def heads(url: str) -> set[bytes]:
    with psycopg.connect(url) as connection:
        rows = connection.execute(
            "SELECT substring(sealed FROM 1 FOR 9) FROM identity UNION"
            " SELECT substring(sealed FROM 1 FOR 9) FROM inbox WHERE sealed IS NOT NULL"
        )
        return {bytes(row[0]) for row in rows}


async def meet(url: str, sealer: Sealer, chats: range) -> dict[int, str]:
    """Let people write; their pseudonyms by chat."""
    database = open_database(url, Role.BOT)
    found = {}
    try:
        async with database.transaction() as session:
            for chat in chats:
                reporter, _ = await find_or_add(
                    session,
                    sealer,
                    chat,
                    kind="person",
                    language="uk",
                    details={"name": f"N{chat}"},
                )
                found[chat] = reporter.pseudonym
                body: dict[str, Any] = {"update_id": chat, "message": {"chat": {"id": chat}}}
                await inbox.store(session, sealer, body)
    finally:
        await database.close()
    return found


def keep_webhook_secret(url: str, sealed: bytes) -> None:
    """Give somebody a webhook whose secret is sealed."""
    with psycopg.connect(url) as connection:
        connection.execute(
            "WITH who AS (INSERT INTO staff (login, name, role) VALUES ('watcher', 'W', 'observer')"
            " RETURNING id), made AS (INSERT INTO subscription (staff_id, name, channel, url,"
            " events) SELECT id, 'Hook', 'webhook', 'https://example.org/', '{closed}' FROM who"
            " RETURNING id) INSERT INTO subscription_secret SELECT id, %s FROM made",
            [sealed],
        )


def webhook_secret(url: str, sealer: Sealer) -> str:
    with psycopg.connect(url) as connection:
        row = connection.execute("SELECT sealed FROM subscription_secret").fetchone()
    assert row is not None
    return str(sealer.unseal(bytes(row[0]))["webhook_secret"])


async def test_a_changed_secret_loses_nobody(fresh_database_url: Callable[[], str]) -> None:
    url = fresh_database_url()
    before = Sealer(OLD)
    await check_keys(url, Role.BOT, [OLD])
    names = await meet(url, before, range(1, 12))
    keep_webhook_secret(url, before.seal({"webhook_secret": "whsec_1"}))
    with pytest.raises(WrongKeyError, match="BEATWAY_FORMER_SECRET_KEYS"):
        await check_keys(url, Role.WEB, [NEW])
    # The new secret takes over while everything is still sealed with the old one.
    await check_keys(url, Role.WEB, [NEW, OLD])
    both = Sealer(NEW, OLD)
    assert await meet(url, both, range(1, 3)) == {chat: names[chat] for chat in (1, 2)}
    names |= await meet(url, both, range(20, 22))

    owner = open_database(url, Role.OWNER)
    told: list[tuple[int, int]] = []
    stopped = RuntimeError("somebody pulled the plug")

    def stop(done: int, total: int) -> None:
        told.append((done, total))
        if done >= 4:
            raise stopped

    try:
        with pytest.raises(RuntimeError):
            await rotate(owner, both, stop, batch=2)
        assert len(heads(url)) == 2
        # What was done stays done; the rest is done the second time, and the third has nothing.
        first = await rotate(owner, both, lambda done, total: told.append((done, total)), batch=3)
        assert first.resealed == 23 - 4
        assert (first.unopened, first.retired) == ([], 1)
        assert told[-1] == (first.resealed, first.resealed)
        assert (await rotate(owner, both, lambda *_: None)).resealed == 0
        assert heads(url) == {both.head}

        # The old secret opens nothing any more, and the new one everybody.
        after = Sealer(NEW)
        assert webhook_secret(url, after) == "whsec_1"
        await check_keys(url, Role.BOT, [NEW])
        with pytest.raises(WrongKeyError):
            await check_keys(url, Role.BOT, [OLD])
        assert await meet(url, after, range(1, 12)) == {chat: names[chat] for chat in range(1, 12)}
        async with owner.transaction() as session:
            for chat, pseudonym in names.items():
                reporter = await reporter_of(session, after, chat)
                assert reporter is not None
                assert reporter.pseudonym == pseudonym
                assert await telegram_ids(session, after, [reporter.id]) == {reporter.id: chat}
            claimed = await inbox.claim(session)
            assert claimed is not None
            assert after.unseal(claimed.sealed)["message"]["chat"]["id"] == claimed.update_id
    finally:
        await owner.close()


async def test_what_no_secret_opens_is_named_and_kept(
    fresh_database_url: Callable[[], str],
) -> None:
    url = fresh_database_url()
    await meet(url, Sealer(OTHER), range(7, 8))
    owner = open_database(url, Role.OWNER)
    try:
        done = await rotate(owner, Sealer(NEW, OLD), lambda *_: None)
    finally:
        await owner.close()
    assert done.resealed == 0
    assert len(done.unopened) == 2
    assert heads(url) == {Sealer(OTHER).head}


async def test_a_database_from_before_secrets_had_names(
    fresh_database_url: Callable[[], str],
) -> None:
    url = fresh_database_url()
    sealer = Sealer(OLD)
    sealed = as_before(sealer, {"chat_id": 5, "name": "N5"})
    with psycopg.connect(url) as connection:
        connection.execute(
            "INSERT INTO reporter (pseudonym, kind, language) VALUES ('R-OLD', 'person', 'uk')"
        )
        connection.execute(
            "INSERT INTO identity (reporter_id, lookup, sealed) SELECT id, %s, %s FROM reporter",
            [sealer.lookup(5), sealed],
        )
    with pytest.raises(WrongKeyError):
        await check_keys(url, Role.BOT, [OTHER])
    await check_keys(url, Role.BOT, [OLD])
    assert await meet(url, sealer, range(5, 6)) == {5: "R-OLD"}
    owner = open_database(url, Role.OWNER)
    try:
        # The identity alone: what `meet` stored is sealed in the new way already.
        assert (await rotate(owner, sealer, lambda *_: None)).resealed == 1
    finally:
        await owner.close()
    assert heads(url) == {sealer.head}


def as_before(sealer: Sealer, value: dict[str, Any]) -> bytes:
    nonce = bytes(NONCE_BYTES)
    cipher = sealer._keys[0].cipher
    return UNNAMED + nonce + cipher.encrypt(nonce, json.dumps(value).encode(), UNNAMED)


def test_what_is_altered_does_not_open() -> None:
    sealer = Sealer(OLD)
    sealed = sealer.seal({"chat_id": 1})
    assert sealer.unseal(sealed) == {"chat_id": 1}
    for at in range(len(sealed)):
        with pytest.raises(InvalidTag):
            sealer.unseal(sealed[:at] + bytes([sealed[at] ^ 1]) + sealed[at + 1 :])
    with pytest.raises(InvalidTag):
        sealer.unseal(b"")


# Starts the program twice.
@pytest.mark.timeout(600)
async def test_the_command_rotates_and_a_wrong_secret_is_one_line(
    fresh_database_url: Callable[[], str],
) -> None:
    url = fresh_database_url()

    def run(*command: str, **secrets: str) -> subprocess.CompletedProcess[str]:
        told = {f"BEATWAY_{name.upper()}": value for name, value in secrets.items()}
        return subprocess.run(
            [sys.executable, "-m", "app.cli", *command],
            cwd=ROOT,
            env=os.environ | {"BEATWAY_DATABASE_URL": url} | told,
            capture_output=True,
            text=True,
            check=False,
        )

    await check_keys(url, Role.OWNER, [OLD])
    wrong = run("privacy", "rotate", secret_key=NEW.decode())
    assert wrong.returncode == 1
    assert "is not the key that this database was sealed with" in wrong.stderr
    assert "Traceback" not in wrong.stderr
    right = run("privacy", "rotate", secret_key=NEW.decode(), former_secret_keys=OLD.decode())
    assert right.returncode == 0, right.stderr
    assert "0 sealed anew, 1 former secrets" in right.stdout
