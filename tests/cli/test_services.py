"""Services brought in at a terminal."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from app.cli.commands import app
from tests.conftest import ROOT


def test_a_file_is_shown_brought_in_and_refused_whole(
    fresh_database_url: Callable[[], str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("BEATWAY_DATABASE_URL", fresh_database_url())
    monkeypatch.setenv("COLUMNS", "200")
    runner = CliRunner()

    def beatway(*words: str, status: int = 0) -> Result:
        result = runner.invoke(app, ["services", *words])
        assert result.exit_code == status, result.output
        return result

    demo = str(ROOT / "fixtures" / "services.geojson")
    assert "There are no services" in beatway("list").output
    assert "Nothing was changed" in beatway("import", demo, "--dry-run").output
    assert "There are no services" in beatway("list").output
    assert "water-left-bank" in beatway("import", demo).output
    assert "whole city" in beatway("list").output
    broken = json.loads(Path(demo).read_text(encoding="utf-8"))
    broken["features"][0]["properties"]["hours"] = "щодня"
    broken["features"] = broken["features"][:2]
    file = tmp_path / "broken.geojson"
    file.write_text(json.dumps(broken), encoding="utf-8")
    refused = beatway("import", str(file), "--replace", status=1)
    assert "bad_hours" in refused.output
    assert "nothing was changed" in refused.output
    assert "housing-1" in beatway("list").output
    assert "There is no file" in beatway("import", "nowhere.geojson", status=1).output
