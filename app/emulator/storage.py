"""The SQLite file in which everything lives, so that a crash loses nothing."""

import json
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

_SCHEMA = """
CREATE TABLE IF NOT EXISTS meta (key TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS users (
    id INTEGER PRIMARY KEY, first_name TEXT NOT NULL, last_name TEXT, username TEXT,
    language_code TEXT, is_bot INTEGER NOT NULL DEFAULT 0);
CREATE TABLE IF NOT EXISTS chats (
    id INTEGER PRIMARY KEY, type TEXT NOT NULL, title TEXT, is_forum INTEGER NOT NULL DEFAULT 0,
    bot_status TEXT NOT NULL, upgraded_to INTEGER, last_message_id INTEGER NOT NULL,
    keyboard TEXT, manages_topics INTEGER NOT NULL DEFAULT 0,
    deletes_messages INTEGER NOT NULL DEFAULT 0, linked_id INTEGER NOT NULL DEFAULT 0);
CREATE TABLE IF NOT EXISTS members (
    chat_id INTEGER NOT NULL, user_id INTEGER NOT NULL, status TEXT NOT NULL,
    anonymous INTEGER NOT NULL DEFAULT 0, PRIMARY KEY (chat_id, user_id)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS topics (
    chat_id INTEGER NOT NULL, thread_id INTEGER NOT NULL, name TEXT NOT NULL,
    maker_id INTEGER NOT NULL DEFAULT 0, closed INTEGER NOT NULL DEFAULT 0,
    deleted INTEGER NOT NULL DEFAULT 0, PRIMARY KEY (chat_id, thread_id)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS messages (
    chat_id INTEGER NOT NULL, message_id INTEGER NOT NULL, sender_id INTEGER,
    by_bot INTEGER NOT NULL, payload TEXT NOT NULL, markup TEXT, update_id INTEGER,
    delivered INTEGER NOT NULL DEFAULT 1, deleted INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (chat_id, message_id)) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS messages_undelivered ON messages (update_id) WHERE delivered = 0;
CREATE TABLE IF NOT EXISTS updates (
    update_id INTEGER PRIMARY KEY AUTOINCREMENT, kind TEXT NOT NULL, lane INTEGER NOT NULL,
    payload TEXT NOT NULL, acknowledged INTEGER NOT NULL DEFAULT 0,
    repeats INTEGER NOT NULL DEFAULT 0, deliveries INTEGER NOT NULL DEFAULT 0);
CREATE INDEX IF NOT EXISTS updates_pending ON updates (update_id) WHERE acknowledged = 0;
CREATE TABLE IF NOT EXISTS callbacks (
    id TEXT PRIMARY KEY, user_id INTEGER NOT NULL, chat_id INTEGER NOT NULL,
    message_id INTEGER NOT NULL, data TEXT, answer TEXT);
CREATE TABLE IF NOT EXISTS files (
    file_id TEXT PRIMARY KEY, unique_id TEXT NOT NULL, path TEXT NOT NULL UNIQUE,
    kind TEXT NOT NULL, mime TEXT NOT NULL, about TEXT NOT NULL, content BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS calls (
    id INTEGER PRIMARY KEY AUTOINCREMENT, at REAL NOT NULL, method TEXT NOT NULL,
    chat_id INTEGER, params TEXT NOT NULL, status INTEGER NOT NULL, description TEXT,
    message_id INTEGER, fault TEXT, answered INTEGER NOT NULL);
CREATE INDEX IF NOT EXISTS calls_by_method ON calls (method, id);
"""
# Columns that a store of an earlier version lacks.
_LATER = (
    ("chats", "manages_topics"),
    ("chats", "deletes_messages"),
    ("chats", "linked_id"),
    ("members", "anonymous"),
    ("topics", "maker_id"),
    ("topics", "closed"),
    ("topics", "deleted"),
)


class Storage:
    """One connection to the store, used by one thread at a time.

    Parameters
    ----------
    folder
        Where the file lies; None keeps everything in memory.
    first_id
        The first update id of an empty store.
    """

    def __init__(self, folder: Path | None, first_id: int) -> None:
        if folder is None:
            name = ":memory:"
        else:
            folder.mkdir(parents=True, exist_ok=True)
            name = str(folder / "emulator.sqlite3")
        self._depth = 0
        # The event loop may run in another thread than the one that made the application.
        self._connection = sqlite3.connect(name, isolation_level=None, check_same_thread=False)
        self._connection.row_factory = sqlite3.Row
        # With WAL a committed change outlives the process without waiting for the disk.
        self._connection.execute("PRAGMA journal_mode = WAL")
        self._connection.execute("PRAGMA synchronous = NORMAL")
        self._connection.execute("PRAGMA busy_timeout = 5000")
        self._connection.executescript(_SCHEMA)
        for table, column in _LATER:
            known = {row["name"] for row in self.rows(f"PRAGMA table_info({table})")}
            if column not in known:
                self.execute(f"ALTER TABLE {table} ADD COLUMN {column} INTEGER NOT NULL DEFAULT 0")
        with self.transaction():
            if self.value("first_id") is None:
                self.put("first_id", first_id)
                self.execute(
                    "INSERT INTO sqlite_sequence (name, seq) VALUES ('updates', ?)", first_id
                )

    @property
    def first_id(self) -> int:
        """The number below the first message id of a new chat."""
        return int(self.value("first_id"))

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Commit all of the block or nothing; blocks may be nested."""
        if self._depth == 0:
            self._connection.execute("BEGIN IMMEDIATE")
        self._depth += 1
        try:
            yield
        except BaseException:
            self._depth -= 1
            if self._depth == 0:
                self._connection.execute("ROLLBACK")
            raise
        self._depth -= 1
        if self._depth == 0:
            self._connection.execute("COMMIT")

    def execute(self, sql: str, *values: Any) -> sqlite3.Cursor:
        """Run one statement."""
        return self._connection.execute(sql, values)

    def executemany(self, sql: str, rows: Iterable[tuple[Any, ...]]) -> None:
        """Run one statement for many rows."""
        self._connection.executemany(sql, rows)

    def row(self, sql: str, *values: Any) -> sqlite3.Row | None:
        """Give the first row, or None."""
        row: sqlite3.Row | None = self._connection.execute(sql, values).fetchone()
        return row

    def rows(self, sql: str, *values: Any) -> list[sqlite3.Row]:
        """Give all rows."""
        return self._connection.execute(sql, values).fetchall()

    def number(self, sql: str, *values: Any) -> int:
        """Give the first column of the first row; 0 when there is none."""
        row = self.row(sql, *values)
        return 0 if row is None or row[0] is None else int(row[0])

    def value(self, key: str) -> Any:
        """Read one setting, None when it was never put."""
        row = self.row("SELECT value FROM meta WHERE key = ?", key)
        return None if row is None else json.loads(row["value"])

    def put(self, key: str, value: Any) -> None:
        """Keep one setting, a JSON value."""
        self.execute(
            "INSERT INTO meta (key, value) VALUES (?, ?)"
            " ON CONFLICT (key) DO UPDATE SET value = excluded.value",
            key,
            to_json(value),
        )

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()


def to_json(value: Any) -> str:
    """Write JSON the way it is stored: short, letters as they are."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
