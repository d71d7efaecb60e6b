"""Waiting for what else the server has in hand.

What is read in the order of its transactions is read up to the oldest that still runs, in any
database of the server: tests beside this one have theirs.
"""

import time

import psycopg

PATIENCE_S = 60.0


def settle(url: str) -> None:
    """Wait until all that has begun by now has ended."""
    deadline = time.monotonic() + PATIENCE_S
    with psycopg.connect(url, autocommit=True) as connection:
        (newest,) = _one(connection, "pg_snapshot_xmax(pg_current_snapshot())::text::bigint")
        while True:
            (oldest,) = _one(connection, "pg_snapshot_xmin(pg_current_snapshot())::text::bigint")
            if oldest >= newest:
                return
            assert time.monotonic() < deadline, "a transaction of some test does not end"
            time.sleep(0.02)


def _one(connection: psycopg.Connection, what: str) -> tuple[int]:
    row = connection.execute(f"SELECT {what}".encode()).fetchone()
    assert row is not None
    return row
