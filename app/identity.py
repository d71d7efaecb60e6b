"""Who a reporter is to Telegram: sealed, in one table that only the bot's role reads."""

import hashlib
import hmac
import json
import secrets
from typing import Any

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from sqlalchemy import Boolean, column, delete, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.models import IdentityRow, Reporter

# Which key sealed a row stands before it, so that keys can be changed one row at a time.
KEY_ID = b"\x01"
NONCE_BYTES = 12
# No letters or digits that are read wrongly over a radio.
PSEUDONYM_LETTERS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
PSEUDONYM_LENGTH = 7

# In one statement, whether the reporter is known or new: most reports come from somebody new.
FIND_OR_ADD = select(Reporter, column("new", Boolean)).from_statement(
    text(
        "WITH found AS MATERIALIZED ("
        " SELECT reporter.* FROM reporter JOIN identity ON identity.reporter_id = reporter.id"
        " WHERE identity.lookup = :lookup FOR UPDATE OF reporter),"
        " added AS ("
        " INSERT INTO reporter (pseudonym, kind, language)"
        " SELECT :pseudonym, :kind, :language WHERE NOT EXISTS (SELECT FROM found) RETURNING *),"
        " sealed AS ("
        " INSERT INTO identity (reporter_id, lookup, sealed)"
        " SELECT id, :lookup, :sealed FROM added)"
        " SELECT *, false AS new FROM found UNION ALL SELECT *, true AS new FROM added"
    )
)


class Sealer:
    """Seals identities with keys derived from the installation's secret.

    Parameters
    ----------
    secret : bytes
        ``BEATWAY_SECRET_KEY``.
    """

    def __init__(self, secret: bytes) -> None:
        def derive(purpose: bytes) -> bytes:
            return HKDF(SHA256(), 32, salt=None, info=b"beatway " + purpose).derive(secret)

        self._cipher = AESGCM(derive(b"seal"))
        self._lookup_key = derive(b"lookup")

    def seal(self, value: dict[str, Any]) -> bytes:
        """Encrypt a JSON-ready value."""
        nonce = secrets.token_bytes(NONCE_BYTES)
        plain = json.dumps(value, separators=(",", ":")).encode()
        return KEY_ID + nonce + self._cipher.encrypt(nonce, plain, KEY_ID)

    def unseal(self, sealed: bytes) -> dict[str, Any]:
        """Decrypt what `seal` made.

        Raises
        ------
        cryptography.exceptions.InvalidTag
            When it was sealed with another secret or has been altered.
        """
        start = len(KEY_ID)
        nonce, body = sealed[start : start + NONCE_BYTES], sealed[start + NONCE_BYTES :]
        value: dict[str, Any] = json.loads(self._cipher.decrypt(nonce, body, sealed[:start]))
        return value

    def lookup(self, telegram_id: int) -> bytes:
        """Return the keyed hash by which a chat is found again."""
        return hmac.digest(self._lookup_key, str(telegram_id).encode(), hashlib.sha256)

    def chat_key(self, telegram_id: int) -> int:
        """Return a signed 64-bit number that is the same for one chat and tells nothing of it."""
        return int.from_bytes(self.lookup(telegram_id)[:8], "big", signed=True)


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
            .where(IdentityRow.lookup == sealer.lookup(telegram_id))
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
            IdentityRow.lookup == sealer.lookup(chat_id), IdentityRow.reporter_id != reporter_id
        )
    )
    await session.execute(
        update(IdentityRow)
        .where(IdentityRow.reporter_id == reporter_id)
        .values(lookup=sealer.lookup(chat_id), sealed=sealer.seal({"chat_id": chat_id}))
    )
