"""Who a reporter is to Telegram: sealed, in one table that only the bot's role reads."""

import contextlib
import hashlib
import hmac
import json
import secrets
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import Boolean, column, delete, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.models import IdentityRow, Reporter
from app.secret_keys import SecretKey, derive

# What was sealed before secrets had names; which one it was is tried out.
UNNAMED = b"\x01"
# After it comes the name of the secret, so that secrets can be changed one row at a time.
NAMED = b"\x02"
NONCE_BYTES = 12
# No letters or digits that are read wrongly over a radio.
PSEUDONYM_LETTERS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
PSEUDONYM_LENGTH = 7

# In one statement, whether the reporter is known or new: most reports come from somebody new.
FIND_OR_ADD = select(Reporter, column("new", Boolean)).from_statement(
    text(
        "WITH found AS MATERIALIZED ("
        " SELECT reporter.* FROM reporter JOIN identity ON identity.reporter_id = reporter.id"
        " WHERE identity.lookup = ANY (:lookups) FOR UPDATE OF reporter),"
        " added AS ("
        " INSERT INTO reporter (pseudonym, kind, language)"
        " SELECT :pseudonym, :kind, :language WHERE NOT EXISTS (SELECT FROM found) RETURNING *),"
        " sealed AS ("
        " INSERT INTO identity (reporter_id, lookup, sealed)"
        " SELECT id, :lookup, :sealed FROM added)"
        " SELECT *, false AS new FROM found UNION ALL SELECT *, true AS new FROM added"
    )
)


class _Keys:
    """What is derived from one secret."""

    def __init__(self, secret: bytes) -> None:
        self.head = NAMED + SecretKey.of(secret).id
        self.cipher = AESGCM(derive(secret, b"seal"))
        self._lookup = derive(secret, b"lookup")

    def lookup(self, telegram_id: int) -> bytes:
        return hmac.digest(self._lookup, str(telegram_id).encode(), hashlib.sha256)


class Sealer:
    """Seals identities with keys derived from the installation's secret.

    Parameters
    ----------
    secret : bytes
        ``BEATWAY_SECRET_KEY``.
    *former : bytes
        Secrets that something may still be sealed with; nothing is sealed with them any more.
    """

    def __init__(self, secret: bytes, *former: bytes) -> None:
        self._keys = [_Keys(each) for each in dict.fromkeys((secret, *former))]
        self._by_head = {each.head: each for each in self._keys}

    @property
    def head(self) -> bytes:
        """What everything that is sealed now begins with."""
        return self._keys[0].head

    @property
    def key_id(self) -> bytes:
        """The name of the secret in use."""
        return self.head[len(NAMED) :]

    def seal(self, value: dict[str, Any]) -> bytes:
        """Encrypt a JSON-ready value."""
        keys = self._keys[0]
        nonce = secrets.token_bytes(NONCE_BYTES)
        plain = json.dumps(value, separators=(",", ":")).encode()
        return keys.head + nonce + keys.cipher.encrypt(nonce, plain, keys.head)

    def unseal(self, sealed: bytes) -> dict[str, Any]:
        """Decrypt what `seal` made.

        Raises
        ------
        cryptography.exceptions.InvalidTag
            When it was sealed with another secret or has been altered.
        """
        if sealed[: len(UNNAMED)] == UNNAMED:
            for keys in self._keys:
                with contextlib.suppress(InvalidTag):
                    return _open(keys, sealed, UNNAMED)
            raise InvalidTag
        head = sealed[: len(self.head)]
        if head not in self._by_head:
            raise InvalidTag
        return _open(self._by_head[head], sealed, head)

    def lookup(self, telegram_id: int) -> bytes:
        """Return the keyed hash by which a chat is found again."""
        return self._keys[0].lookup(telegram_id)

    def lookups(self, telegram_id: int) -> list[bytes]:
        """Return all hashes by which a chat may be known while secrets are changed."""
        return [keys.lookup(telegram_id) for keys in self._keys]

    def chat_key(self, telegram_id: int) -> int:
        """Return a signed 64-bit number that is the same for one chat and tells nothing of it."""
        return self.chat_keys(telegram_id)[0]

    def chat_keys(self, telegram_id: int) -> list[int]:
        """Return all such numbers that a chat may have while secrets are changed."""
        return [int.from_bytes(each[:8], "big", signed=True) for each in self.lookups(telegram_id)]


def _open(keys: _Keys, sealed: bytes, head: bytes) -> dict[str, Any]:
    start = len(head)
    nonce, body = sealed[start : start + NONCE_BYTES], sealed[start + NONCE_BYTES :]
    value: dict[str, Any] = json.loads(keys.cipher.decrypt(nonce, body, head))
    return value


def new_pseudonym() -> str:
    """Return a fresh name for a reporter."""
    return "R-" + "".join(secrets.choice(PSEUDONYM_LETTERS) for _ in range(PSEUDONYM_LENGTH))


async def find_or_add(
    session: AsyncSession,
    sealer: Sealer,
    telegram_id: int,
    *,
    kind: str,
    language: str,
    details: dict[str, Any],
) -> tuple[Reporter, bool]:
    """Return the reporter of a chat, locked until the transaction ends, and whether they are new.

    The lock makes two messages of one person wait for each other even when they come through
    different chats.

    Parameters
    ----------
    session, sealer
    telegram_id : int
        Telegram's id of the chat or user.
    kind : str
        ``person`` or ``group``.
    language : str
        Taken for somebody who is new.
    details : dict
        Kept sealed beside the id.
    """
    row = (
        await session.execute(
            FIND_OR_ADD,
            {
                "lookup": sealer.lookup(telegram_id),
                "lookups": sealer.lookups(telegram_id),
                "pseudonym": new_pseudonym(),
                "kind": kind,
                "language": language,
                "sealed": sealer.seal({"chat_id": telegram_id, **details}),
            },
        )
    ).one()
    return row.Reporter, row.new


async def reporter_of(session: AsyncSession, sealer: Sealer, telegram_id: int) -> Reporter | None:
    """Return the reporter of a chat, locked; None when nothing was ever heard from there."""
    return (
        await session.execute(
            select(Reporter)
            .join(IdentityRow, IdentityRow.reporter_id == Reporter.id)
            .where(IdentityRow.lookup.in_(sealer.lookups(telegram_id)))
            .with_for_update(of=Reporter)
        )
    ).scalar()


async def forget(session: AsyncSession, reporter_id: int) -> None:
    """Delete who a reporter is; their reports stay under a name that leads nowhere."""
    await session.execute(delete(IdentityRow).where(IdentityRow.reporter_id == reporter_id))


async def telegram_ids(
    session: AsyncSession, sealer: Sealer, reporter_ids: list[int]
) -> dict[int, int]:
    """Return Telegram's chat ids of reporters that are not forgotten."""
    rows = await session.execute(
        select(IdentityRow.reporter_id, IdentityRow.sealed).where(
            IdentityRow.reporter_id.in_(reporter_ids)
        )
    )
    return {row.reporter_id: int(sealer.unseal(row.sealed)["chat_id"]) for row in rows}


async def migrate(session: AsyncSession, sealer: Sealer, reporter_id: int, chat_id: int) -> None:
    """Follow a group that became a supergroup to its new id; following twice is once."""
    # Whoever wrote first in the supergroup made it known as another chat.
    await session.execute(
        delete(IdentityRow).where(
            IdentityRow.lookup.in_(sealer.lookups(chat_id)),
            IdentityRow.reporter_id != reporter_id,
        )
    )
    await session.execute(
        update(IdentityRow)
        .where(IdentityRow.reporter_id == reporter_id)
        .values(lookup=sealer.lookup(chat_id), sealed=sealer.seal({"chat_id": chat_id}))
    )
