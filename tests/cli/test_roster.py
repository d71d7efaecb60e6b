"""The roster from a terminal: a file in, and out again."""

from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from app.cli.commands import app
from tests.conftest import ROOT

Run = Callable[..., Result]
HEADER = "entry;officer;name;precinct;beat;kind;since;until\n"


@pytest.fixture
def beatway(
    fresh_database_url: Callable[[], str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Run:
    """Return a function that runs a command on a database of its own with the city's boundaries."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("BEATWAY_DATABASE_URL", fresh_database_url())
    monkeypatch.setenv("BEATWAY_SECRET_KEY", "a secret of tests, long enough")
    runner = CliRunner()

    def run(*words: str | Path, status: int = 0) -> Result:
        result = runner.invoke(app, [str(word) for word in words])
        assert result.exit_code == status, result.output
        return result

    return run


def test_a_roster_goes_in_and_out(beatway: Run, tmp_path: Path) -> None:
    refused = beatway("roster", "import", ROOT / "fixtures" / "roster.csv", status=1)
    assert "There are no boundaries yet" in refused.output
    beatway("boundaries", "import", ROOT / "fixtures" / "districts.geojson", "--activate")
    shown = beatway("roster", "import", ROOT / "fixtures" / "roster.csv", "--dry-run")
    assert "143 added, 0 changed, 0 ended, 0 unchanged (nothing was written)." in shown.output
    done = beatway("roster", "import", ROOT / "fixtures" / "roster.csv")
    assert "143 added, 0 changed, 0 ended, 0 unchanged." in done.output
    out = tmp_path / "out.csv"
    beatway("roster", "export", out, "--since", "2020-01-01")
    assert out.read_bytes().startswith(b"\xef\xbb\xbfentry,officer,name,rank,precinct,")
    again = beatway("roster", "import", out)
    assert "0 added, 0 changed, 0 ended, 143 unchanged." in again.output
    bad = tmp_path / "bad.csv"
    bad.write_text(
        HEADER
        + "shift;101-1;;;;duty;2020-01-07 08:00;2020-01-07 20:00\n"
        + "shift;104-1;;;;duty;2020-02-30 08:00;\n",
        encoding="utf-8-sig",
    )
    refused = beatway("roster", "import", bad, status=1)
    assert "bad.csv:3: “2020-02-30 08:00” in the column “since” is no time." in refused.output
    assert "nothing was changed" in refused.output
    bad.write_text(HEADER + "shift;101-1;;;;duty;2020-01-07 08:00;2020-01-07 20:00\n")
    refused = beatway("roster", "import", bad, status=1)
    assert "bad.csv:2: The shift of 101-1 overlaps another in the roster" in refused.output
    beatway("roster", "import", tmp_path / "none.csv", status=1)
    beatway("roster", "export", out, "--since", "2020-02-01", "--until", "2020-01-01", status=2)
