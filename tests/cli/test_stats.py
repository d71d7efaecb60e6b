"""The figures at a terminal."""

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest
from typer.testing import CliRunner, Result

from app.cli.commands import app
from tests.settled import settle


def test_the_figures_as_tables_csv_and_json(
    fresh_database_url: Callable[[], str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    url = fresh_database_url()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("BEATWAY_DATABASE_URL", url)
    runner = CliRunner()

    def stats(*words: str, status: int = 0) -> Result:
        result = runner.invoke(app, ["stats", *words])
        assert result.exit_code == status, result.output
        return result

    assert "Still open" in stats().output
    with psycopg.connect(url) as connection:
        connection.execute(
            "WITH made AS (INSERT INTO report (number, status, text, category, priority, response,"
            " source, received_at, rung, assigned_desk)"
            " SELECT next_report_number(2026), 'queued', 'x', 'theft', 3, 'patrol', 'telegram',"
            " '2026-05-06T12:00:00Z', 'city_desk', 'city' FROM generate_series(1, 3)"
            " RETURNING id) INSERT INTO report_event (report_id, version, actor, kind)"
            " SELECT id, 1, 'citizen:R', 'registered' FROM made"
        )
    settle(url)
    may = ("--since", "2026-05-01", "--until", "2026-05-31")
    found = json.loads(stats(*may, "--json", "--compare", "previous").stdout)
    assert found["current"]["total"]["reports"] == 3
    assert found["current"]["by"]["category"][0]["code"] == "theft"
    assert found["compare"]["total"]["reports"] == 0
    rows = list(csv.DictReader(io.StringIO(stats(*may, "--csv").stdout)))
    total = next(r for r in rows if (r["section"], r["figure"]) == ("total", "reports"))
    assert total["current"] == "suppressed"
    assert "theft" in stats(*may, "--category", "theft").output
    assert "theft" in stats(*may, "--anew").output
    stats(*may, "--csv", "--json", status=2)
    stats("--since", "yesterday", status=2)
    assert (
        "before the first"
        in stats("--since", "2026-06-01", "--until", "2026-05-01", status=1).output
    )
