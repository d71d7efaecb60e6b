"""Seal everything anew after the installation's secret was changed."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from cryptography.exceptions import InvalidTag
from sqlalchemy import Table, func, select, text, update

from app.db import Database
from app.identity import Sealer
from app.inbox import chat_of
from app.models import IdentityRow, InboxUpdate, SubscriptionSecret, table_of

BATCH = 500
Progress = Callable[[int, int], None]
_RETIRE = text(
    "UPDATE secret_key SET retired_at = now() WHERE id <> :current AND retired_at IS NULL"
    " RETURNING id"
)


@dataclass(slots=True)
class Rotated:
    """What a rotation did.

    Attributes
    ----------
    unopened : list of str
        Rows that no secret opens; they stay as they are, and so do the secrets.
    retired : int
        Former secrets that nothing needs any more.
    """

    resealed: int = 0
    unopened: list[str] = field(default_factory=list)
    retired: int = 0


async def rotate(
    database: Database, sealer: Sealer, progress: Progress, batch: int = BATCH
) -> Rotated:
    """Seal with the secret in use what is sealed with a former one; safe to stop and start again.

    Each batch is a transaction, so that nobody who writes to the bot waits for long. Pseudonyms
    stay: they are not made from secrets.

    Parameters
    ----------
    database : Database
        As its owner.
    sealer : Sealer
        With the secret in use and the former ones.
    progress : callable
        Told how many of how many are done.
    batch : int
    """
    done = Rotated()
    tables = [
        (table_of(IdentityRow), "reporter_id", _identity),
        (table_of(InboxUpdate), "update_id", _update),
        (table_of(SubscriptionSecret), "subscription_id", _secret),
    ]
    total = 0
    for table, _, _ in tables:
        async with database.transaction() as session:
            query = select(func.count()).where(_stale(table, sealer))
            total += (await session.execute(query)).scalar_one()
    progress(0, total)
    for table, name, anew in tables:
        after = -1
        while True:
            async with database.transaction() as session:
                key = table.c[name]
                rows = (
                    await session.execute(
                        select(key, table.c.sealed)
                        .where(_stale(table, sealer), key > after)
                        .order_by(key)
                        .limit(batch)
                        .with_for_update()
                    )
                ).all()
                for row in rows:
                    try:
                        values = anew(sealer, sealer.unseal(bytes(row.sealed)))
                    except InvalidTag:
                        done.unopened.append(f"{table.name} {row[0]}")
                        continue
                    await session.execute(update(table).where(key == row[0]).values(**values))
                    done.resealed += 1
            if not rows:
                break
            after = rows[-1][0]
            progress(done.resealed + len(done.unopened), total)
    if not done.unopened:
        done.retired = await _retire(database, sealer, [table for table, _, _ in tables])
    return done


def _stale(table: Table, sealer: Sealer) -> Any:
    head = func.substring(table.c.sealed, 1, len(sealer.head))
    return table.c.sealed.is_not(None) & (head != sealer.head)


def _identity(sealer: Sealer, value: dict[str, Any]) -> dict[str, Any]:
    return {"sealed": sealer.seal(value), "lookup": sealer.lookup(int(value["chat_id"]))}


def _update(sealer: Sealer, body: dict[str, Any]) -> dict[str, Any]:
    chat = chat_of(body)
    sealed: dict[str, Any] = {"sealed": sealer.seal(body)}
    return sealed if chat is None else sealed | {"chat_key": sealer.chat_key(chat)}


def _secret(sealer: Sealer, value: dict[str, Any]) -> dict[str, Any]:
    return {"sealed": sealer.seal(value)}


async def _retire(database: Database, sealer: Sealer, tables: list[Table]) -> int:
    """Let go of former secrets, unless a process that has only such a one wrote meanwhile."""
    async with database.transaction() as session:
        for table in tables:
            if (
                await session.execute(select(1).where(_stale(table, sealer)).limit(1))
            ).first() is not None:
                return 0
        found = await session.execute(_RETIRE, {"current": sealer.key_id})
        return len(found.all())
