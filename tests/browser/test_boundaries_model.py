"""The model behind the boundary editor: modules that need no page, tested in Node.js."""

import json
import os
import subprocess
from pathlib import Path

import pyogrio.raw
import pytest
import shapely
from playwright._impl._driver import compute_driver_executable

from tests.conftest import ROOT

TESTS = sorted((Path(__file__).parent / "js").glob("*.test.mjs"))
CHICAGO = ROOT / "tests" / "data" / "chicago" / "police_beats_2012.zip"


@pytest.fixture(scope="session")
def city(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the beats of Chicago in our own schema; the parts of one beat are beats here."""
    _, _, shapes, fields = pyogrio.raw.read(CHICAGO, columns=["BEAT_NUM"])
    features = [
        {
            "type": "Feature",
            "properties": {"code": f"{code}-{number}", "level": "beat", "parent": None, "name": {}},
            "geometry": json.loads(shapely.to_geojson(shapely.from_wkb(shape))),
        }
        for number, (shape, code) in enumerate(zip(shapes, fields[0], strict=True))
    ]
    path = tmp_path_factory.mktemp("city") / "chicago.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    return path


@pytest.mark.parametrize("tests", TESTS, ids=[path.stem for path in TESTS])
def test_in_node(tests: Path, city: Path) -> None:
    # The Node.js that drives the browser is there wherever the browser tests are.
    node, _ = compute_driver_executable()
    done = subprocess.run(
        [node, "--test", "--test-reporter=spec", str(tests)],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
        env=os.environ | {"BEATWAY_TEST_CITY": str(city)},
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "skipped 0" in done.stdout
