"""Dispatch rules at a terminal."""

import json
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest
from typer.testing import CliRunner, Result

from app.cli.commands import app

ADD = (
    "INSERT INTO report (number, status, text, category, priority, response, source, received_at,"
    " rung, assigned_desk) VALUES (next_report_number(2026), 'queued', '', %s, %s, %s, 'test',"
    " now() - make_interval(days => %s), 'city_desk', 'city')"
)


def test_rules_are_listed_and_tried_without_writing(
    fresh_database_url: Callable[[], str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    url = fresh_database_url()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("BEATWAY_DATABASE_URL", url)
    monkeypatch.setenv("COLUMNS", "200")
    runner = CliRunner()

    def beatway(*words: str, status: int = 0) -> Result:
        result = runner.invoke(app, ["rules", *words])
        assert result.exit_code == status, result.output
        return result

    listed = beatway("list").output
    assert "Version 1" in listed
    assert "stash_at_night" in listed
    assert "22:00-06:00" in listed
    assert "priority 2" in listed
    assert "0 of 0 reports of 30 days" in beatway("dry-run").output

    with psycopg.connect(url) as connection:
        for days in (1, 20, 40):
            connection.execute(ADD, ["noise", 4, "beat_officer", days])
        connection.execute(ADD, ["weapon", 2, "note", 2])
    alone = beatway("dry-run").output
    assert "1 of 3 reports of 30 days would change" in alone
    assert "weapon_patrol" in alone

    names = dict.fromkeys(("uk", "ru", "en"), "Quiet")
    quiet = {
        "code": "quiet",
        "names": names,
        "when": {"categories": ["noise"]},
        "then": {"priority": 1, "desk": "city"},
    }
    gone = quiet | {"code": "gone", "when": {"categories": ["gone"]}}
    file = tmp_path / "rules.json"
    file.write_text(json.dumps({"rules": [quiet, gone]}))
    tried = beatway("dry-run", str(file), "--days", "60").output
    # The noise of the last 60 days goes to the city's desk, the weapon is left as it was.
    assert "4 of 4 reports of 60 days would change" in tried
    assert "the cover ladder" in tried
    assert "gone NOT APPLIED: no category gone" in tried
    assert "1" in beatway("list").output
    with psycopg.connect(url) as connection:
        assert connection.execute(
            "SELECT count(*) FROM report WHERE dispatch IS NOT NULL"
        ).fetchone() == (0,)
        assert connection.execute("SELECT count(*) FROM dispatch_version").fetchone() == (1,)

    for wrong, said in (
        ('{"rules": [{}]}', "rules.0.code"),
        ("[", "no list of dispatch rules"),
        (json.dumps({"rules": [quiet, quiet]}), "quiet: twice"),
    ):
        file.write_text(wrong)
        assert said in beatway("dry-run", str(file), status=1).output
    beatway("dry-run", "--days", "0", status=2)
    beatway("dry-run", str(tmp_path / "nothing.json"), status=2)
