"""Boundaries from a terminal: from a file to being in force, and back."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
import pytest
import shapely
from typer.testing import CliRunner, Result

from app.boundary_export import export
from app.cli.commands import app
from geo.districts import District, Level

Run = Callable[..., Result]


def square(west: float, east: float) -> shapely.Polygon:
    return shapely.box(west, 47.08, east, 47.12)


CITY = [
    District("C", Level.PRECINCT, None, {"uk": "Центр"}, square(37.50, 37.54)),
    District("C-1", Level.BEAT, "C", {"uk": "Перша"}, square(37.50, 37.52)),
    District("C-2", Level.BEAT, "C", {"uk": "Друга"}, square(37.52, 37.54)),
]
REDRAWN = [
    CITY[0],
    District("C-1", Level.BEAT, "C", {"uk": "Перша"}, square(37.50, 37.53)),
    District("C-2", Level.BEAT, "C", {"uk": "Друга"}, square(37.53, 37.54)),
]
HALF = [CITY[0], CITY[1]]


@pytest.fixture
def url(
    fresh_database_url: Callable[[], str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> str:
    """A database of its own that commands find by the environment."""
    made = fresh_database_url()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("BEATWAY_DATABASE_URL", made)
    monkeypatch.setenv("BEATWAY_SECRET_KEY", "a secret of tests, long enough")
    return made


@pytest.fixture
def beatway(url: str) -> Run:
    """Return a function that runs a command; it must succeed unless told otherwise."""
    _ = url
    runner = CliRunner()

    def run(*words: str | Path, status: int = 0) -> Result:
        result = runner.invoke(app, [str(word) for word in words])
        assert result.exit_code == status, result.output
        return result

    return run


@pytest.fixture
def people(url: str) -> None:
    with psycopg.connect(url) as connection:
        for login, role in (("olena", "gis"), ("ivan", "gis"), ("observer", "observer")):
            connection.execute(
                "INSERT INTO staff (login, name, role) VALUES (%s, %s, %s)",
                [login, login, role],
            )


def file_of(folder: Path, districts: list[District], name: str = "city.geojson") -> Path:
    path = folder / name
    export(districts, path)
    return path


def in_force(url: str) -> int:
    with psycopg.connect(url) as connection:
        row = connection.execute("SELECT boundary_set_id FROM boundary_in_force").fetchone()
    assert row is not None
    return int(row[0])


def test_a_set_lives_its_life(beatway: Run, url: str, people: None, tmp_path: Path) -> None:
    _ = people
    beatway("boundaries", "import", file_of(tmp_path, CITY), "--activate")
    first = in_force(url)
    redrawn = file_of(tmp_path, REDRAWN, "redrawn.geojson")
    made = beatway("boundaries", "validate", redrawn, "--draft", "Нові межі", "--as", "olena")
    assert "No problems." in made.output
    second = str(first + 1)
    shown = beatway("boundaries", "preview", second)
    assert "changed: C-1, C-2" in shown.output
    assert "open reports that would move: 0" in shown.output
    assert "beats without an officer: C-1, C-2" in shown.output
    beatway("boundaries", "propose", second, "--as", "olena")
    own = beatway("boundaries", "approve", second, "--as", "olena", status=1)
    assert "beatway:" in own.output
    beatway("boundaries", "withdraw", second, "--as", "olena")
    beatway("boundaries", "propose", second, "--as", "olena")
    beatway("boundaries", "approve", second, "--as", "ivan")
    beatway("boundaries", "activate", second, "--as", "ivan")
    assert in_force(url) == int(second)
    located = beatway("locate", "--lon", "37.525", "--lat", "47.1")
    assert json.loads(located.stdout)["beat"] == "C-1"
    refused = beatway("boundaries", "activate", str(first), status=1)
    assert "rebase" in refused.output
    beatway("boundaries", "activate", str(first), "--rollback")
    assert in_force(url) == first
    with psycopg.connect(url) as connection:
        deeds = connection.execute(
            "SELECT kind, actor FROM boundary_audit WHERE boundary_set_id = %s ORDER BY id",
            [int(second)],
        ).fetchall()
    assert deeds == [
        ("uploaded", "olena"),
        ("proposed", "olena"),
        ("withdrawn", "olena"),
        ("proposed", "olena"),
        ("approved", "ivan"),
        ("activated", "ivan"),
    ]


def test_a_faulty_file_is_told_and_leaves_nothing(beatway: Run, url: str, tmp_path: Path) -> None:
    half = file_of(tmp_path, HALF)
    told = beatway("boundaries", "validate", half, "--draft", "x", "--language", "en", status=1)
    assert "error:" in told.output
    document = json.loads(beatway("boundaries", "validate", half, "--json", status=1).stdout)
    assert document["draft"] is None
    worst = document["problems"][0]
    assert worst["severity"] == "error"
    assert set(worst["words"]) == {"uk", "ru", "en"}
    with psycopg.connect(url) as connection:
        assert connection.execute("SELECT count(*) FROM boundary_set").fetchone() == (0,)


def test_a_draft_on_an_old_base_is_rebased(beatway: Run, url: str, tmp_path: Path) -> None:
    beatway("boundaries", "import", file_of(tmp_path, CITY), "--activate")
    renamed = [District("C", Level.PRECINCT, None, {"uk": "Середмістя"}, CITY[0].geometry)]
    beatway("boundaries", "validate", file_of(tmp_path, [*renamed, *CITY[1:]]), "--draft", "Назва")
    draft = in_force(url) + 1
    beatway("boundaries", "import", file_of(tmp_path, REDRAWN), "--activate")
    made = beatway("boundaries", "rebase", str(draft))
    new = made.output.split()[1]
    shown = beatway("boundaries", "preview", new)
    assert "renamed: C\n" in shown.output
    assert "changed: none" in shown.output


def test_a_set_comes_into_force_at_a_time(beatway: Run, url: str, tmp_path: Path) -> None:
    beatway("boundaries", "import", file_of(tmp_path, CITY))
    tomorrow = (datetime.now(UTC) + timedelta(days=1)).isoformat(timespec="minutes")
    made = beatway("boundaries", "activate", "1", "--at", tomorrow)
    schedule = made.output.rsplit("cancel ", 1)[1].split(")")[0]
    with psycopg.connect(url) as connection:
        rows = connection.execute("SELECT at FROM boundary_schedule").fetchall()
    assert rows == [(datetime.fromisoformat(tomorrow),)]
    beatway("boundaries", "cancel", "1", schedule)
    again = beatway("boundaries", "cancel", "1", schedule, status=1)
    assert "cancelled" in again.output
    for wrong in ("tomorrow", "2020-01-01T00:00"):
        beatway("boundaries", "activate", "1", "--at", wrong, status=1)


@pytest.mark.parametrize("name", ["out.geojson", "out.gpkg", "out.zip"])
def test_what_is_exported_can_be_imported(
    beatway: Run, url: str, tmp_path: Path, name: str
) -> None:
    beatway("boundaries", "import", file_of(tmp_path, CITY), "--activate")
    out = tmp_path / name
    told = beatway("boundaries", "export", out)
    assert f"{len(CITY)} districts" in told.output
    back = beatway("boundaries", "validate", out, "--draft", "back")
    assert "No problems." in back.output
    shown = beatway("boundaries", "preview", str(in_force(url) + 1))
    assert "changed: none" in shown.output


@pytest.mark.parametrize(
    "words",
    [
        ("preview", "77"),
        ("problems", "77"),
        ("propose", "77"),
        ("approve", "77"),
        ("activate", "77"),
        ("export", "out.geojson", "--set", "77"),
        ("export", "out.dwg"),
        ("export", "out.geojson"),
        ("propose", "1", "--as", "nobody"),
        ("propose", "1", "--as", "observer"),
        ("validate", "absent.geojson"),
    ],
)
def test_a_wrong_command_is_one_line(beatway: Run, people: None, words: tuple[str, ...]) -> None:
    _ = people
    result = beatway("boundaries", *words, status=1)
    assert "beatway: " in result.output
    assert "Traceback" not in result.output
