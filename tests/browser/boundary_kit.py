"""What tests of the page for boundaries share: files, drafts behind its back, what it shows."""

import json
import re
from typing import Any

import pytest
import shapely
import shapely.affinity
from playwright.async_api import Locator, Page, expect

from tests.browser.conftest import DISTRICTS, OWN_BEAT, Live
from tests.conftest import ROOT

CHICAGO = ROOT / "tests" / "data" / "chicago" / "police_beats_2012.zip"
PAGE = "/boundaries"
# A neighbour of OWN_BEAT in the same precinct.
NEXT_BEAT = "102"
SAVED = "Усе збережено."
COUNTS = re.compile(
    r"». Вам передано: \d+\. (Чекають на вашу згоду: \d+\. )?Перерозподілено звернень: \d+\."
)


def city() -> dict[str, Any]:
    return dict(json.loads(DISTRICTS.read_text(encoding="utf-8")))


def feature(collection: dict[str, Any], code: str) -> dict[str, Any]:
    return next(one for one in collection["features"] if one["properties"]["code"] == code)


def overlapping() -> dict[str, Any]:
    """Return the city with one beat that reaches into its neighbours."""
    changed = city()
    beat = feature(changed, OWN_BEAT)
    beat["geometry"] = shapely.geometry.mapping(
        shapely.geometry.shape(beat["geometry"]).buffer(0.003)
    )
    return changed


def slipped() -> dict[str, Any]:
    """Return the city with two beats half a metre beside their place."""
    changed = city()
    for code in (OWN_BEAT, "302"):
        beat = feature(changed, code)
        shape = shapely.affinity.translate(
            shapely.geometry.shape(beat["geometry"]), 0.000004, 0.000003
        )
        beat["geometry"] = shapely.geometry.mapping(shape)
    return changed


def exchanged() -> dict[str, Any]:
    """Return the city with the grounds of two beats exchanged."""
    changed = city()
    one, other = feature(changed, OWN_BEAT), feature(changed, NEXT_BEAT)
    one["geometry"], other["geometry"] = other["geometry"], one["geometry"]
    return changed


def as_file(collection: dict[str, Any], name: str = "city.geojson") -> dict[str, Any]:
    return {
        "name": name,
        "mimeType": "application/geo+json",
        "buffer": json.dumps(collection).encode(),
    }


def drafted(live: Live, collection: dict[str, Any], label: str) -> int:
    """Upload a draft behind the page's back."""
    answer = live.api("gis").post(
        "/boundary-sets",
        files={"file": ("city.geojson", json.dumps(collection))},
        data={"label": label, "keep": "true"},
    )
    return int(answer.raise_for_status().json()["id"])


def approved(live: Live, collection: dict[str, Any], label: str) -> int:
    made = drafted(live, collection, label)
    live.api("gis").post(f"/boundary-sets/{made}/propose").raise_for_status()
    live.api("admin").post(f"/boundary-sets/{made}/approve").raise_for_status()
    return made


def labels(live: Live) -> list[str]:
    return [one["label"] for one in live.api("gis").get("/boundary-sets").json()["sets"]]


def districts(live: Live, boundary_set_id: int) -> dict[str, Any]:
    answer = live.api("gis").get(f"/boundary-sets/{boundary_set_id}/districts")
    return dict(answer.raise_for_status().json())


def state(page: Page) -> Locator:
    return page.locator(".set-facts .badge").first


async def upload(page: Page, file: Any) -> None:
    await page.get_by_role("link", name="Завантажити файл").click()
    await page.locator("#file-main").set_input_files(file)
    await expect(page.get_by_label("Назва набору")).to_be_visible()


async def activate(page: Page, button: str) -> None:
    await page.get_by_role("button", name=button).click()
    await page.get_by_role("dialog").get_by_role("button", name=button).click()
    await expect(state(page)).to_have_text("Чинний", timeout=60_000)


async def is_nearer(page: Page, than: float) -> bool:
    return await pixels_per_km(page) > than


async def pixels_per_km(page: Page) -> float:
    """Return how far the map is zoomed in, by its own scale."""
    scale = page.locator("#map .maplibregl-ctrl-scale")
    shown, unit = (await scale.text_content() or "").split()
    box = await scale.bounding_box()
    assert box is not None
    return box["width"] / (float(shown) * {"м": 0.001, "км": 1}[unit])


async def is_scale(page: Page, wanted: float) -> bool:
    return await pixels_per_km(page) == pytest.approx(wanted, rel=0.1)
