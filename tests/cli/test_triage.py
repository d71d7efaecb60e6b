"""Learning from corrections at a terminal."""

from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest
from typer.testing import CliRunner, Result

from app.cli.commands import app

SAID = {"noise": "гупають {}", "waste": "непотріб {}", "parking": "тачка загородила {}"}
PLACES = ("у дворі", "біля арки", "коло школи", "на розі", "за будинком")


def test_corrections_are_learnt_from_judged_and_switched(
    fresh_database_url: Callable[[], str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    url = fresh_database_url()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("BEATWAY_DATABASE_URL", url)
    runner = CliRunner()

    def beatway(*words: str, status: int = 0) -> Result:
        result = runner.invoke(app, ["triage", *words])
        assert result.exit_code == status, result.output
        return result

    assert "life in danger" in beatway("try", "людина", "не", "дихає").output
    assert "theft" in beatway("try", "вкрали велосипед").output
    assert "it takes 100" in beatway("train", status=1).output
    with psycopg.connect(url) as connection:
        for turn in range(12):
            for place in PLACES:
                for code, said in SAID.items():
                    connection.execute(
                        "WITH made AS (INSERT INTO report (number, status, text, category,"
                        " priority, response, source, received_at, rung, assigned_desk)"
                        " VALUES (next_report_number(2026), 'queued', %s, 'unsorted', 3, 'note',"
                        " 'test', now(), 'city_desk', 'city') RETURNING id)"
                        " INSERT INTO triage_label (report_id, before, category, by, actor)"
                        " SELECT id, 'unsorted', unnest(ARRAY['roads', %s]), 'staff', 'x' FROM made",
                        [said.format(f"{place} {turn}"), code],
                    )
    trained = beatway("train").output
    assert "rules" in trained
    assert "Switch it on: beatway triage use 1" in trained
    assert "model" not in beatway("try", "гупають на розі").output
    beatway("use", "1")
    assert "model" in beatway("try", "гупають на розі").output
    beatway("off")
    assert "There is no model 7" in beatway("use", "7", status=1).output
