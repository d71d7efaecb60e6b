"""The journal of all calls of the Bot API, for tests to look into."""

import json
import sqlite3
import time
from typing import Any

from app.emulator.core import Emulator
from app.emulator.storage import to_json


def note(  # noqa: PLR0913 - the columns of its row
    emulator: Emulator,
    method: str,
    chat_id: int | None,
    params: dict[str, Any],
    *,
    status: int,
    description: str | None = None,
    message_id: int | None = None,
    fault: str | None = None,
    answered: bool = True,
) -> None:
    """Write one call down.

    Parameters
    ----------
    method, chat_id, params
        What was asked.
    status, description
        What came of it: 200, or an error; 0 when it was dropped before anything was done.
    message_id
        The message it made or changed.
    fault
        The fault it met.
    answered
        Whether the bot got to know.
    """
    emulator.storage.execute(
        "INSERT INTO calls (at, method, chat_id, params, status, description, message_id, fault,"
        " answered) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        time.time(),
        method,
        chat_id,
        to_json(params),
        status,
        description,
        message_id,
        fault,
        int(answered),
    )


def listed(
    emulator: Emulator,
    *,
    method: str | None = None,
    chat_id: int | None = None,
    after: int = 0,
    limit: int = 1000,
) -> list[dict[str, Any]]:
    """List calls, oldest first.

    Parameters
    ----------
    method, chat_id
        Only such calls, unless None.
    after
        Only those with a higher id.
    limit
        At most so many.

    Returns
    -------
    list of dict
        ``{id, at, method, chat_id, params, status, description, message_id, fault, answered}``.
    """
    rows = emulator.storage.rows(
        "SELECT * FROM calls WHERE id > ?1 AND (?2 IS NULL OR method = ?2 COLLATE NOCASE)"
        " AND (?3 IS NULL OR chat_id = ?3) ORDER BY id LIMIT ?4",
        after,
        method,
        chat_id,
        limit,
    )
    return [_as_dict(row) for row in rows]


def latest(emulator: Emulator, count: int) -> list[dict[str, Any]]:
    """List the last calls that were not mere polls, oldest first."""
    rows = emulator.storage.rows(
        "SELECT * FROM calls WHERE method != 'getUpdates' OR status != 200 ORDER BY id DESC LIMIT ?",
        count,
    )
    return [_as_dict(row) for row in reversed(rows)]


def _as_dict(row: sqlite3.Row) -> dict[str, Any]:
    return {**dict(row), "params": json.loads(row["params"]), "answered": bool(row["answered"])}


def clear(emulator: Emulator) -> None:
    """Forget all calls."""
    emulator.storage.execute("DELETE FROM calls")
