"""Letting go, and handing over, at a terminal."""

import json
import zipfile
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest
from typer.testing import CliRunner, Result

from app.cli.commands import app
from app.identity import Sealer

SECRET = "a secret of tests, long enough"
CANARY = "Зюзяка77"


def test_a_dry_run_counts_and_a_purge_lets_go_of_just_that(
    fresh_database_url: Callable[[], str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    url = fresh_database_url()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("BEATWAY_DATABASE_URL", url)
    monkeypatch.setenv("BEATWAY_SECRET_KEY", SECRET)
    monkeypatch.setenv("BEATWAY_RETENTION_DAYS", "30")
    runner = CliRunner()

    def beatway(*words: str, status: int = 0) -> Result:
        result = runner.invoke(app, words)
        assert result.exit_code == status, result.output
        return result

    assert "Nothing is due" in beatway("privacy", "purge", "--dry-run").output
    with psycopg.connect(url) as connection:
        connection.execute(
            "INSERT INTO reporter (pseudonym, kind, language, created_at)"
            " VALUES ('R-1', 'person', 'uk', now() - interval '99 days')"
        )
        sealer = Sealer(SECRET.encode())
        sealed = sealer.seal({"chat_id": 77, "first_name": "Олена"})
        connection.execute("INSERT INTO identity VALUES (1, %s, %s)", [sealer.lookup(77), sealed])
        for days in (40, 20, 31):
            connection.execute(
                "INSERT INTO report (number, status, text, category, priority, response, source,"
                " received_at, closed_at, rung, assigned_desk, reporter_id)"
                " VALUES (next_report_number(2026), 'resolved', %s, 'unsorted', 3, 'note', 'test',"
                " now(), now() - make_interval(days => %s), 'city_desk', 'city', 1)",
                [CANARY, days],
            )

    export = ("privacy", "export", "--report", "2026-000002", "--reason", "запит")
    beatway(*export, "--out", "theirs.zip")
    data = json.loads(zipfile.ZipFile("theirs.zip").read("my-data.json"))
    assert data["person"]["telegram"] == {"chat_id": 77, "first_name": "Олена"}
    assert [each["text"] for each in data["reports"]] == [CANARY] * 3
    assert Path("theirs.zip").stat().st_mode & 0o077 == 0
    beatway(*export, "--out", "theirs.zip", status=2)
    assert (
        "no report"
        in beatway(
            "privacy", "export", "--report", "x", "--reason", "y", "--out", "z.zip", status=1
        ).output
    )

    def words() -> list[str]:
        with psycopg.connect(url) as connection:
            return [row[0] for row in connection.execute("SELECT text FROM report ORDER BY id")]

    told = beatway("privacy", "purge", "--dry-run").output
    assert "words" in told
    assert "2" in told
    assert "Nothing was changed" in told
    assert words() == [CANARY] * 3
    # Two reports' words and places. Whoever sent them has another that is younger.
    assert "4 are gone" in beatway("privacy", "purge", "--batch", "1").output
    assert words() == ["", CANARY, ""]
    assert "Nothing is due" in beatway("privacy", "purge").output
    monkeypatch.setenv("BEATWAY_RETENTION_DAYS", "1")
    assert "3 are gone" in beatway("privacy", "purge").output
    with psycopg.connect(url) as connection:
        assert connection.execute("SELECT count(*) FROM identity").fetchone() == (0,)
    told = beatway("audit", "verify").output
    assert "are right" in told
    assert "purge.ended" in beatway("audit", "list").output
