"""The queue of updates: what the bot has not acknowledged yet."""

import json
from collections.abc import Iterable
from typing import Any

from app.emulator.core import Emulator
from app.emulator.storage import to_json

# Telegram sends these only to bots that ask for them.
_ON_REQUEST = {"chat_member", "message_reaction", "message_reaction_count"}


def add(emulator: Emulator, kind: str, payload: Any, lane: int = 0) -> int | None:
    """Put one update in the queue.

    Parameters
    ----------
    kind
        ``message``, ``callback_query``, …; also one that nobody knows yet.
    payload
        The object under that name.
    lane
        Chat within which webhooks keep the order.

    Returns
    -------
    int or None
        Its ``update_id``; None when the bot does not want this kind.
    """
    if not _wanted(emulator, kind):
        return None
    cursor = emulator.storage.execute(
        "INSERT INTO updates (kind, lane, payload, repeats) VALUES (?, ?, ?, ?)",
        kind,
        lane,
        to_json(payload),
        emulator.delivery.repeat,
    )
    emulator.arrivals.notify()
    return cursor.lastrowid


def inject(emulator: Emulator, raw: dict[str, Any]) -> int | None:
    """Put an update in the queue exactly as it is given.

    Parameters
    ----------
    raw
        An ``Update``; ``update_id`` may be missing, or be one that was used before, which
        delivers that update again with this content.

    Returns
    -------
    int or None
        Its ``update_id``.
    """
    content = {key: value for key, value in raw.items() if key != "update_id"}
    kind = next(iter(content), "")
    body = content.get(kind)
    lane = 0
    if isinstance(body, dict):
        found = (body.get("chat") or (body.get("message") or {}).get("chat") or {}).get("id")
        lane = found if isinstance(found, int) else 0
    given = raw.get("update_id")
    if given is None:
        return add(emulator, kind, body, lane)
    emulator.storage.execute(
        "INSERT INTO updates (update_id, kind, lane, payload) VALUES (?, ?, ?, ?)"
        " ON CONFLICT (update_id) DO UPDATE SET kind = excluded.kind, lane = excluded.lane,"
        " payload = excluded.payload, acknowledged = 0",
        int(given),
        kind,
        lane,
        to_json(body),
    )
    emulator.arrivals.notify()
    return int(given)


def pending(emulator: Emulator) -> int:
    """Count what is not acknowledged."""
    return emulator.storage.number("SELECT count(*) FROM updates WHERE acknowledged = 0")


def take(emulator: Emulator, limit: int) -> list[dict[str, Any]]:
    """Give the oldest updates that are not acknowledged, and count their delivery.

    Parameters
    ----------
    limit
        At most so many.

    Returns
    -------
    list of dict
        ``Update`` objects by rising id, or shuffled while delivery is out of order.
    """
    if emulator.delivery.hold:
        return []
    storage = emulator.storage
    rows = storage.rows(
        "SELECT update_id, kind, payload FROM updates WHERE acknowledged = 0"
        " ORDER BY update_id LIMIT ?",
        limit,
    )
    if not rows:
        return []
    with storage.transaction():
        storage.executemany(
            "UPDATE updates SET deliveries = deliveries + 1 WHERE update_id = ?",
            ((row["update_id"],) for row in rows),
        )
    batch = [as_update(row["update_id"], row["kind"], row["payload"]) for row in rows]
    if emulator.delivery.reorder:
        emulator.random.shuffle(batch)
    return batch


def as_update(update_id: int, kind: str, payload: str) -> dict[str, Any]:
    """Give a stored update in Telegram's form."""
    update: dict[str, Any] = {"update_id": update_id}
    if kind:
        update[kind] = json.loads(payload)
    return update


def acknowledge_below(emulator: Emulator, offset: int) -> None:
    """Acknowledge all updates with a lower id."""
    storage = emulator.storage
    with storage.transaction():
        # One that is to be repeated stays and uses up a repetition instead.
        storage.execute(
            "UPDATE updates SET acknowledged = (repeats = 0 OR deliveries = 0),"
            " repeats = max(repeats - 1, 0) WHERE acknowledged = 0 AND update_id < ?",
            offset,
        )
        rows = storage.rows(
            "UPDATE messages SET delivered = 1 WHERE delivered = 0 AND update_id < ?"
            " RETURNING chat_id, message_id",
            offset,
        )
    _tell_delivered(emulator, rows)


def acknowledge_one(emulator: Emulator, update_id: int) -> bool:
    """Acknowledge one update, as a webhook does.

    Returns
    -------
    bool
        True when it is to be delivered again all the same.
    """
    storage = emulator.storage
    with storage.transaction():
        rows = storage.rows(
            "UPDATE updates SET acknowledged = (repeats = 0), repeats = max(repeats - 1, 0)"
            " WHERE update_id = ? RETURNING acknowledged",
            update_id,
        )
        delivered = storage.rows(
            "UPDATE messages SET delivered = 1 WHERE delivered = 0 AND update_id = ?"
            " RETURNING chat_id, message_id",
            update_id,
        )
    _tell_delivered(emulator, delivered)
    return bool(rows) and not rows[0]["acknowledged"]


def drop_pending(emulator: Emulator) -> None:
    """Forget everything that is not acknowledged."""
    acknowledge_below(emulator, 2**62)
    emulator.storage.execute("UPDATE updates SET acknowledged = 1 WHERE acknowledged = 0")


def keep_last(emulator: Emulator, count: int) -> None:
    """Acknowledge all but the last ``count``, the meaning of a negative offset."""
    first = emulator.storage.number(
        "SELECT min(update_id) FROM (SELECT update_id FROM updates WHERE acknowledged = 0"
        " ORDER BY update_id DESC LIMIT ?)",
        count,
    )
    if first:
        acknowledge_below(emulator, first)


def redeliver(emulator: Emulator, update_id: int) -> bool:
    """Make an acknowledged update wait for delivery again; False when there is none."""
    changed = emulator.storage.rows(
        "UPDATE updates SET acknowledged = 0 WHERE update_id = ? RETURNING lane", update_id
    )
    if changed:
        emulator.arrivals.notify()
    return bool(changed)


def history(
    emulator: Emulator, *, after: int, limit: int, only_pending: bool
) -> list[dict[str, Any]]:
    """List updates with the state of their delivery, oldest first."""
    rows = emulator.storage.rows(
        "SELECT * FROM updates WHERE update_id > ? AND acknowledged <= ?"
        " ORDER BY update_id LIMIT ?",
        after,
        0 if only_pending else 1,
        limit,
    )
    return [
        {
            "update_id": row["update_id"],
            "acknowledged": bool(row["acknowledged"]),
            "deliveries": row["deliveries"],
            "update": as_update(row["update_id"], row["kind"], row["payload"]),
        }
        for row in rows
    ]


def _wanted(emulator: Emulator, kind: str) -> bool:
    allowed = emulator.storage.value("allowed_updates")
    return kind in allowed if allowed else kind not in _ON_REQUEST


def _tell_delivered(emulator: Emulator, rows: Iterable[Any]) -> None:
    for row in rows:
        emulator.events.publish("delivered", chat_id=row["chat_id"], message_id=row["message_id"])
