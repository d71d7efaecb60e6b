"""The audit at a terminal: what is tampered with is named."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg
import pytest
from typer.testing import CliRunner, Result

from app.audit import seal_history
from app.cli.commands import app
from app.db import Role, conninfo_for, open_database

REPORT = (
    "INSERT INTO report (number, status, text, category, priority, response, source, received_at,"
    " rung, assigned_desk) VALUES (next_report_number(2026), 'queued', 'x', 'unsorted', 3, 'note',"
    " 'test', now(), 'city_desk', 'city') RETURNING id"
)
EVENT = (
    "INSERT INTO report_event (report_id, version, actor, kind, after, note)"
    " VALUES (%s, 1, 'desk', 'amended', '{\"text\": \"x\"}', 'why')"
)
AUDITED = (
    "INSERT INTO roster_audit (actor, kind, officer, after)"
    " VALUES ('desk', 'shift_added', 'O1', '{\"n\": 1}')"
)


class City:
    """A database with something in its audit, and the program at a terminal."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.runner = CliRunner()

    def beatway(self, *words: str, status: int = 0) -> Result:
        result = self.runner.invoke(app, ["audit", *words])
        assert result.exit_code == status, result.output
        return result

    def head(self) -> str:
        return self.beatway("head").output.strip()

    def sql(
        self, statement: str, *values: object, tamper: str | None = None
    ) -> list[tuple[Any, ...]]:
        with psycopg.connect(self.url) as connection:
            # As somebody would who may do everything in the database.
            if tamper:
                connection.execute(f"ALTER TABLE {tamper} DISABLE TRIGGER ALL")
            cursor = connection.execute(statement, values or None)
            rows = cursor.fetchall() if cursor.description else []
            if tamper:
                connection.execute(f"ALTER TABLE {tamper} ENABLE TRIGGER ALL")
        return rows

    def seal(self) -> None:
        async def both() -> None:
            database = open_database(self.url, Role.BOT)
            for _ in range(3):
                async with database.transaction() as session:
                    await seal_history(session)
            await database.close()

        asyncio.run(both())


@pytest.fixture
def city(
    fresh_database_url: Callable[[], str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> City:
    url = fresh_database_url()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("BEATWAY_DATABASE_URL", url)
    city = City(url)
    for _ in range(4):
        city.sql(AUDITED)
    (report,) = city.sql(REPORT)[0]
    for _ in range(3):
        city.sql(EVENT, report)
    city.seal()
    return city


def test_what_nobody_has_touched_is_right(city: City) -> None:
    told = city.beatway("verify").output
    assert "3 changes of reports are right" in told
    assert city.head() in told
    listed = city.beatway("list", "--kind", "roster_audit").output.splitlines()
    assert len(listed) == 4
    assert "desk\troster_audit.shift_added" in listed[0]


def test_every_single_entry_that_is_altered_is_named(city: City) -> None:
    rows = city.sql(
        "SELECT l.position, a.id, a.actor FROM audit AS a JOIN audit_link AS l ON l.audit_id = a.id"
        " ORDER BY l.position"
    )
    assert len(rows) >= 5
    for position, number, actor in rows:
        alter = "UPDATE audit SET actor = %s WHERE id = %s"
        city.sql(alter, "somebody else", number, tamper="audit")
        told = city.beatway("verify", status=1).output
        assert f"entry {position} " in told
        city.sql(alter, actor, number, tamper="audit")
    city.beatway("verify")


def test_no_part_of_an_entry_can_be_altered_and_none_added_or_taken_away(city: City) -> None:
    changes = {
        "at = at + interval '1 microsecond'": "at = at - interval '1 microsecond'",
        "kind = 'x' || kind": "kind = substr(kind, 2)",
        "subject = subject || 'x'": "subject = left(subject, -1)",
        "detail = detail || '{\"more\": 1}'": "detail = detail - 'more'",
    }
    for change, back in changes.items():
        city.sql(f"UPDATE audit SET {change} WHERE id = 3", tamper="audit")  # noqa: S608
        assert "row 3 of audit" in city.beatway("verify", status=1).output
        city.sql(f"UPDATE audit SET {back} WHERE id = 3", tamper="audit")  # noqa: S608
    city.sql("INSERT INTO audit (actor, kind) VALUES ('x', 'y')", tamper="audit")
    assert "is in no chain" in city.beatway("verify", status=1).output
    city.sql("DELETE FROM audit WHERE id = 2", tamper="audit")
    assert "entry 2 is gone" in city.beatway("verify", status=1).output
    city.sql("DELETE FROM audit_link WHERE position = 2", tamper="audit_link")
    assert "entry 2 is missing" in city.beatway("verify", status=1).output


def test_a_tail_that_is_cut_off_shows_beside_a_head_that_was_noted(city: City) -> None:
    head = city.head()
    city.sql(AUDITED)
    assert "right" in city.beatway("verify", "--expect-head", head).output
    later = city.head()
    for table, column in (("audit_link", "audit_id"), ("audit", "id")):
        city.sql(
            f"DELETE FROM {table} WHERE {column} > (SELECT max(audit_id) FROM audit_link"  # noqa: S608
            " WHERE position <= %s)"
            if table == "audit"
            else f"DELETE FROM {table} WHERE position > %s",  # noqa: S608
            int(head.partition(":")[0]),
            tamper=table,
        )
    city.sql(
        "DELETE FROM roster_audit WHERE id = (SELECT max(id) FROM roster_audit)",
        tamper="roster_audit",
    )
    city.beatway("verify")
    told = city.beatway("verify", "--expect-head", later, status=1).output
    assert "missing" in told
    city.sql(AUDITED)
    told = city.beatway("verify", "--expect-head", later, status=1).output
    assert "another than the one" in told
    assert "POSITION:HASH" in city.beatway("verify", "--expect-head", "12", status=1).output


def test_rows_that_entries_vouch_for_are_checked_too(city: City) -> None:
    city.sql("UPDATE roster_audit SET officer = 'O9' WHERE id = 2", tamper="roster_audit")
    assert "row 2 of roster_audit" in city.beatway("verify", status=1).output
    city.sql("UPDATE roster_audit SET officer = 'O1' WHERE id = 2", tamper="roster_audit")
    city.beatway("verify")
    city.sql("DELETE FROM roster_audit WHERE id = 3", tamper="roster_audit")
    assert "row 3 of roster_audit" in city.beatway("verify", status=1).output


def test_history_is_vouched_for(city: City) -> None:
    events = "rows 1 to 3 of report_event"
    for change, named in (
        ("UPDATE report_event SET note = 'because' WHERE id = 2", "row 2 of report_event"),
        ("UPDATE report_event SET note = 'why', actor = 'O9' WHERE id = 2", events),
        ("UPDATE report_event SET actor = 'desk' WHERE id = 2", ""),
        ("DELETE FROM report_event WHERE id = 2", events),
    ):
        city.sql(change, tamper="report_event")
        assert named in city.beatway("verify", status=1 if named else 0).output


def test_a_check_may_begin_late(city: City) -> None:
    (begin,) = city.sql("SELECT max(at) FROM audit")[0]
    city.sql("UPDATE audit SET actor = 'x' WHERE id = 1", tamper="audit")
    city.beatway("verify", status=1)
    told = city.beatway("verify", "--since", begin.strftime("%Y-%m-%dT%H:%M:%S")).output
    assert "are right" in told


def test_nobody_may_change_or_empty_it(city: City) -> None:
    city.sql(
        "INSERT INTO purge_record (run, actor, content, privacy_class, count, oldest, newest)"
        " VALUES (gen_random_uuid(), 'x', 'words', 'any', 1, now(), now())"
    )
    refused = (psycopg.errors.RestrictViolation, psycopg.errors.InsufficientPrivilege)
    for role in Role:
        with psycopg.connect(conninfo_for(city.url, role, "test")) as connection:
            for table, column in (
                ("audit", "actor"),
                ("audit_link", "hash"),
                ("purge_record", "actor"),
            ):
                for change in (
                    f"DELETE FROM {table}",  # noqa: S608
                    f"UPDATE {table} SET {column} = {column}",  # noqa: S608
                    f"TRUNCATE {table} CASCADE",
                ):
                    with pytest.raises(refused):
                        connection.execute(change)
                    connection.rollback()
