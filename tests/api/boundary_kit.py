"""Small boundary files, and the steps of a boundary set, for tests over HTTP."""

import json
from collections.abc import Iterable
from typing import Any

import httpx
import shapely
from shapely.geometry import mapping
from shapely.geometry.base import BaseGeometry

from tests.api.conftest import Site

SOUTH, NORTH = 47.08, 47.12


def strip(west: float, east: float) -> shapely.Polygon:
    return shapely.box(west, SOUTH, east, NORTH)


def feature(
    code: Any, level: Any, parent: Any, shape: BaseGeometry | None, **more: Any
) -> dict[str, Any]:
    properties = {
        "code": code,
        "level": level,
        "parent": parent,
        "name": {"uk": f"Район {code}", "ru": f"Район {code}", "en": f"District {code}"},
    }
    return {
        "type": "Feature",
        "properties": properties | more,
        "geometry": None if shape is None else mapping(shape),
    }


def city(border: float = 37.515) -> list[dict[str, Any]]:
    """The city of the tests, with the border between its two beats elsewhere."""
    return [
        feature("C", "precinct", None, strip(37.48, 37.55)),
        feature("C-1", "beat", "C", strip(37.48, border)),
        feature("C-2", "beat", "C", strip(border, 37.55)),
        feature("P", "precinct", None, strip(37.55, 37.60)),
    ]


def geojson(features: Iterable[dict[str, Any]], **members: Any) -> bytes:
    document = {"type": "FeatureCollection", "features": list(features)} | members
    return json.dumps(document, ensure_ascii=False).encode()


async def upload(
    client: httpx.AsyncClient,
    body: bytes,
    name: str = "city.geojson",
    headers: dict[str, str] | None = None,
    **fields: Any,
) -> httpx.Response:
    return await client.post(
        "/api/v1/boundary-sets",
        files={"file": (name, body)},
        data={key: str(value) for key, value in fields.items()},
        headers=headers or {},
    )


async def step(client: httpx.AsyncClient, set_id: int, name: str, **body: Any) -> httpx.Response:
    return await client.post(f"/api/v1/boundary-sets/{set_id}/{name}", json=body or None)


async def approved(site: Site, features: list[dict[str, Any]], **fields: Any) -> int:
    """Upload a set as `gis` and have `admin` approve it."""
    answer = await upload(site.as_("gis"), geojson(features), **fields)
    assert answer.status_code == 201, answer.text
    set_id = int(answer.json()["id"])
    for login, name in (("gis", "propose"), ("admin", "approve")):
        answer = await step(site.as_(login), set_id, name)
        assert answer.status_code == 200, answer.text
    return set_id


async def activated(site: Site, features: list[dict[str, Any]]) -> dict[str, Any]:
    """Do all of it, and put the set in force."""
    set_id = await approved(site, features)
    answer = await step(site.as_("admin"), set_id, "activate")
    assert answer.status_code == 200, answer.text
    return dict(answer.json())
