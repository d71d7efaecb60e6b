"""What the database itself refuses."""

from collections.abc import Iterator

import psycopg
import pytest
from psycopg import sql
from psycopg.conninfo import make_conninfo

from app.db import Role, conninfo_for

REPORT = """
    INSERT INTO report (number, status, text, category, priority, response, source, received_at,
                        rung, assigned_desk)
    VALUES (next_report_number(2026), 'awaiting_place', '', 'unsorted', 3, 'beat_officer', 'test',
            now(), 'city_desk', 'city')
    RETURNING id
"""
EVENT = (
    "INSERT INTO report_event (report_id, version, actor, kind) VALUES (%s, 1, 'x', 'registered')"
)


@pytest.fixture
def owner(database_url: str) -> Iterator[psycopg.Connection]:
    with psycopg.connect(database_url) as connection:
        yield connection
        connection.rollback()


def one(connection: psycopg.Connection, statement: str) -> int:
    row = connection.execute(statement).fetchone()
    assert row is not None
    return int(row[0])


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE report_event SET actor = 'somebody else'",
        "DELETE FROM report_event",
        "TRUNCATE report_event",
    ],
)
def test_history_cannot_be_changed(owner: psycopg.Connection, change: str) -> None:
    report = one(owner, REPORT)
    owner.execute(EVENT, [report])
    with pytest.raises(psycopg.errors.RestrictViolation):
        owner.execute(change)


def test_an_approved_boundary_set_cannot_be_changed(owner: psycopg.Connection) -> None:
    made = one(
        owner,
        "INSERT INTO boundary_set (label, state, source, created_by, approximate)"
        " VALUES ('x', 'draft', 'x', 'x', false) RETURNING id",
    )
    district = (
        "INSERT INTO district (boundary_set_id, code, level, name, geom) VALUES (%s, %s,"
        " 'precinct', '{}', ST_GeomFromText('MULTIPOLYGON(((0 0,1 0,1 1,0 0)))', 4326))"
    )
    owner.execute(district, [made, "A"])
    owner.execute("UPDATE boundary_set SET state = 'approved' WHERE id = %s", [made])
    for change, values in (
        ('UPDATE district SET name = \'{"uk": "б"}\' WHERE boundary_set_id = %s', [made]),
        ("DELETE FROM district WHERE boundary_set_id = %s", [made]),
        (district, [made, "B"]),
        ("UPDATE boundary_set SET label = 'y' WHERE id = %s", [made]),
        ("DELETE FROM boundary_set WHERE id = %s", [made]),
    ):
        with pytest.raises(psycopg.errors.RestrictViolation), owner.transaction():
            owner.execute(change, values)


def test_a_report_has_exactly_one_owner(owner: psycopg.Connection) -> None:
    one(owner, REPORT)
    with pytest.raises(psycopg.errors.CheckViolation):
        owner.execute("UPDATE report SET assigned_desk = NULL")


def test_two_primaries_of_one_beat_and_two_shifts_at_once_are_refused(
    owner: psycopg.Connection,
) -> None:
    first, second = (
        one(
            owner,
            "INSERT INTO officer (code, name, precinct_code)"
            " VALUES (gen_random_uuid()::text, 'x', 'P') RETURNING id",
        )
        for _ in range(2)
    )
    posting = (
        "INSERT INTO posting (officer_id, beat_code, kind, period)"
        " VALUES (%s, 'B', 'primary', '[2026-01-01, 2026-06-01)')"
    )
    owner.execute(posting, [first])
    with pytest.raises(psycopg.errors.ExclusionViolation), owner.transaction():
        owner.execute(posting, [second])
    shift = "INSERT INTO shift (officer_id, period) VALUES (%s, %s)"
    owner.execute(shift, [first, "[2026-01-01 08:00, 2026-01-01 20:00)"])
    owner.execute(shift, [first, "[2026-01-01 20:00, 2026-01-02 08:00)"])
    with pytest.raises(psycopg.errors.ExclusionViolation), owner.transaction():
        owner.execute(shift, [first, "[2026-01-01 19:00, 2026-01-01 21:00)"])


@pytest.mark.parametrize("table", ["identity", "inbox"])
def test_the_webs_role_reads_no_identity(database_url: str, table: str) -> None:
    with psycopg.connect(conninfo_for(database_url, Role.WEB, "test")) as connection:
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute(sql.SQL("SELECT sealed FROM {}").format(sql.Identifier(table)))
        connection.rollback()


def test_the_webs_role_cannot_change_history_even_by_grant(database_url: str) -> None:
    with psycopg.connect(conninfo_for(database_url, Role.WEB, "test")) as connection:
        with pytest.raises(
            (psycopg.errors.InsufficientPrivilege, psycopg.errors.RestrictViolation)
        ):
            connection.execute("DELETE FROM report_event")
        connection.rollback()


def test_an_address_may_name_its_own_application_and_options(database_url: str) -> None:
    url = make_conninfo(database_url, application_name="ours", options="-c work_mem=7MB")
    with psycopg.connect(conninfo_for(url, Role.WEB, "test")) as connection:
        row = connection.execute(
            "SELECT current_setting('application_name'), current_setting('work_mem')"
        ).fetchone()
    assert row == ("test", "7MB")


def test_numbers_begin_anew_each_year(owner: psycopg.Connection) -> None:
    rows = owner.execute(
        "SELECT next_report_number(1999), next_report_number(1999), next_report_number(1998)"
    ).fetchone()
    assert rows == ("1999-000001", "1999-000002", "1998-000001")
