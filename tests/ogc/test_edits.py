"""Changing a draft as OGC API Features, Part 4, has it."""

import asyncio
import json
from typing import Any

import httpx
import pyproj
import pytest
import shapely
from shapely.geometry import mapping, shape

from geo.districts import District, Level
from tests.api.conftest import CITY, Site, square
from tests.ogc.conftest import EPSG, make_draft

GEOJSON = {"Content-Type": "application/geo+json"}
MERGE = {"Content-Type": "application/merge-patch+json"}


@pytest.fixture
async def draft(site: Site) -> int:
    return await make_draft(site)


def beats(draft: int) -> str:
    return f"/ogc/collections/draft-{draft}-beats/items"


def feature(code: str | None = "C-3", geometry: Any = None, **properties: Any) -> dict[str, Any]:
    own = {"code": code, "parent": "C", "name_uk": "Нова"} | properties
    return {
        "type": "Feature",
        "geometry": mapping(geometry or square(37.50, 37.51)),
        "properties": {name: value for name, value in own.items() if value is not None},
    }


async def get(site: Site, path: str) -> httpx.Response:
    answer = await site.as_("gis").get(path)
    assert answer.status_code == 200, answer.text
    return answer


async def revision(site: Site, draft: int) -> int:
    rows = await site.sql("SELECT revision FROM boundary_set WHERE id = :id", id=draft)
    return int(rows[0].revision)


async def test_a_new_feature_is_where_its_location_says(site: Site, draft: int) -> None:
    body = feature(name_en="New", phone="102")
    answer = await site.as_("gis").post(beats(draft), json=body, headers=GEOJSON)
    assert answer.status_code == 201, answer.text
    assert answer.headers["location"] == f"http://beatway.test{beats(draft)}/C-3"
    there = await get(site, answer.headers["location"])
    assert there.headers["etag"] == answer.headers["etag"]
    assert there.json()["properties"] == {
        "code": "C-3", "parent": "C", "name_uk": "Нова", "name_ru": None, "name_en": "New",
        "station_address": None, "phone": "102",
    }  # fmt: skip
    assert shape(there.json()["geometry"]).equals(square(37.50, 37.51))
    kinds = await site.sql("SELECT kind, actor, after FROM boundary_audit ORDER BY id DESC LIMIT 1")
    assert (kinds[0].kind, kinds[0].actor) == ("edited", "gis")
    assert kinds[0].after["districts"][0]["properties"]["code"] == "C-3"
    again = await site.as_("gis").post(beats(draft), json=body, headers=GEOJSON)
    assert again.status_code == 409


async def test_the_id_stands_for_a_missing_code(site: Site, draft: int) -> None:
    body = feature(code=None) | {"id": "C-9"}
    answer = await site.as_("gis").post(beats(draft), json=body, headers=GEOJSON)
    assert answer.headers["location"].endswith("/items/C-9")
    refused = await site.as_("gis").post(beats(draft), json=feature(code=None), headers=GEOJSON)
    assert refused.status_code == 422


async def test_a_feature_is_replaced_whole(site: Site, draft: int) -> None:
    path = f"{beats(draft)}/C-1"
    etag = (await get(site, path)).headers["etag"]
    body = feature("C-1", square(37.48, 37.52), name_ru="Запад", name_uk=None)
    answer = await site.as_("gis").put(path, json=body, headers=GEOJSON | {"If-Match": etag})
    assert answer.status_code == 204, answer.text
    there = await get(site, path)
    assert there.headers["etag"] == answer.headers["etag"] != etag
    properties = there.json()["properties"]
    assert (properties["name_ru"], properties["name_uk"], properties["name_en"]) == (
        "Запад", None, None,
    )  # fmt: skip
    assert shape(there.json()["geometry"]).equals(square(37.48, 37.52))


async def test_a_merge_patch_leaves_the_rest_as_it_was(site: Site, draft: int) -> None:
    path = f"{beats(draft)}/C-1"
    before = await get(site, path)
    patch = {"properties": {"name_ru": "Запад", "name_en": None}}
    headers = MERGE | {"If-Match": before.headers["etag"]}
    answer = await site.as_("gis").patch(path, content=json.dumps(patch), headers=headers)
    assert answer.status_code == 204, answer.text
    after = await get(site, path)
    assert after.json()["geometry"] == before.json()["geometry"]
    assert after.json()["properties"] == before.json()["properties"] | {
        "name_ru": "Запад", "name_en": None,
    }  # fmt: skip
    headers = MERGE | {"If-Match": answer.headers["etag"]}
    moved = {"geometry": mapping(square(37.48, 37.50))}
    answer = await site.as_("gis").patch(path, content=json.dumps(moved), headers=headers)
    assert answer.status_code == 204
    last = (await get(site, path)).json()
    assert shape(last["geometry"]).equals(square(37.48, 37.50))
    assert last["properties"] == after.json()["properties"]


async def test_a_feature_is_deleted(site: Site, draft: int) -> None:
    path = f"{beats(draft)}/C-2"
    etag = (await get(site, path)).headers["etag"]
    answer = await site.as_("gis").delete(path, headers={"If-Match": etag})
    assert (answer.status_code, answer.content) == (204, b"")
    assert (await site.as_("gis").get(path)).status_code == 404
    again = await site.as_("gis").delete(path, headers={"If-Match": etag})
    assert again.status_code == 404


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE"])
async def test_who_has_not_seen_the_present_state_does_not_change_it(
    site: Site, draft: int, method: str
) -> None:
    path, client = f"{beats(draft)}/C-1", site.as_("gis")
    before = await get(site, path)
    content = json.dumps(feature("C-1", name_uk="Інша"))
    kind = MERGE if method == "PATCH" else GEOJSON
    for said, status in (
        (None, 428), ('"0"', 412), (f"W/{before.headers['etag']}", 412), ('"a", "b"', 412),
    ):  # fmt: skip
        headers = kind | ({} if said is None else {"If-Match": said})
        answer = await client.request(method, path, content=content, headers=headers)
        assert answer.status_code == status, said
        assert (await get(site, path)).headers["etag"] == before.headers["etag"]
    nowhere = await client.request(
        method, f"{beats(draft)}/none", content=content, headers=kind | {"If-Match": '"xyz"'}
    )
    assert nowhere.status_code == 404
    assert await revision(site, draft) == 1
    headers = kind | {"If-Match": f'"other", {before.headers["etag"]}'}
    answer = await client.request(method, path, content=content, headers=headers)
    assert answer.status_code == 204
    assert await revision(site, draft) == 2


async def test_a_star_overwrites_whatever_is_there(site: Site, draft: int) -> None:
    answer = await site.as_("gis").put(
        f"{beats(draft)}/C-1", json=feature("C-1"), headers=GEOJSON | {"If-Match": "*"}
    )
    assert answer.status_code == 204


async def test_the_tag_of_any_representation_tells_the_state(site: Site, draft: int) -> None:
    path = f"{beats(draft)}/C-1"
    for query in (f"?crs={EPSG}3857", "?f=html"):
        etag = (await get(site, path + query)).headers["etag"]
        patch = json.dumps({"properties": {"name_ru": query}})
        answer = await site.as_("gis").patch(
            path, content=patch, headers=MERGE | {"If-Match": etag}
        )
        assert answer.status_code == 204


async def test_of_two_who_change_one_feature_at_once_one_wins(site: Site, draft: int) -> None:
    path = f"{beats(draft)}/C-1"
    etag = (await get(site, path)).headers["etag"]
    headers = GEOJSON | {"If-Match": etag}
    answers = await asyncio.gather(
        *(
            site.as_(who).put(path, json=feature("C-1", name_en=who), headers=headers)
            for who in ("gis", "admin")
        )
    )
    assert sorted(answer.status_code for answer in answers) == [204, 412]
    # Who changes another feature is in nobody's way.
    other = f"{beats(draft)}/C-2"
    tags = [(await get(site, each)).headers["etag"] for each in (path, other)]
    answers = await asyncio.gather(
        *(
            site.as_("gis").patch(
                each,
                content=json.dumps({"properties": {"name_en": "x"}}),
                headers=MERGE | {"If-Match": tag},
            )
            for each, tag in zip((path, other), tags, strict=True)
        )
    )
    assert [answer.status_code for answer in answers] == [204, 204]


@pytest.mark.parametrize("code", [4326, 32637])
async def test_coordinates_are_taken_in_the_system_they_are_said_to_be_in(
    site: Site, draft: int, code: int
) -> None:
    there = pyproj.Transformer.from_crs("OGC:CRS84", f"EPSG:{code}")
    moved = shapely.transform(
        square(37.50, 37.51),
        lambda xy: list(zip(*there.transform(xy[:, 0], xy[:, 1]), strict=True)),
    )
    answer = await site.as_("gis").post(
        beats(draft),
        json=feature(geometry=moved),
        headers=GEOJSON | {"Content-Crs": f"<{EPSG}{code}>"},
    )
    assert answer.status_code == 201, answer.text
    found = shape((await get(site, f"{beats(draft)}/C-3")).json()["geometry"])
    assert shapely.equals_exact(
        found.normalize(), shapely.MultiPolygon([square(37.50, 37.51)]).normalize(), 1e-9
    )
    refused = await site.as_("gis").post(
        beats(draft), json=feature("C-4"), headers=GEOJSON | {"Content-Crs": f"<{EPSG}2154>"}
    )
    assert refused.status_code == 400


WRONG: list[tuple[Any, int]] = [
    (feature(geometry=shapely.Point(37.5, 47.1)), 422),
    (feature(geometry=shapely.LineString([(1, 2), (3, 4)])), 422),
    (feature() | {"geometry": None}, 422),
    (feature() | {"geometry": {"type": "Polygon", "coordinates": []}}, 422),
    (feature() | {"geometry": {"type": "Polygon", "coordinates": [[[1, 2], [3, "x"]]]}}, 422),
    (feature() | {"geometry": {"type": "Polygon", "coordinates": [[[1, 2]]]}}, 422),
    (feature(geometry=shapely.box(200, 10, 210, 20)), 422),  # nowhere on the globe
    (feature() | {"properties": None}, 422),
    (feature() | {"properties": []}, 422),
    (feature() | {"type": "FeatureCollection"}, 422),
    (feature() | {"style": "red"}, 422),
    (feature(colour="red"), 422),
    (feature(name_uk=7), 422),
    (feature(name_uk="а\0б"), 422),
    (feature(name_uk="\ud800"), 422),
    (feature("x" * 101), 422),
    (feature(parent=None), 422),
    (feature(parent="nowhere"), 422),
    ([], 400),
    ("text", 400),
]


@pytest.mark.parametrize("number", range(len(WRONG)))
async def test_what_can_be_no_district_is_refused_and_leaves_nothing(
    site: Site, draft: int, number: int
) -> None:
    body, status = WRONG[number]
    answer = await site.as_("gis").post(beats(draft), content=json.dumps(body), headers=GEOJSON)
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert await revision(site, draft) == 1


@pytest.mark.parametrize(
    ("content", "headers", "status"),
    [
        (b"{", GEOJSON, 400),
        (b"\xff", GEOJSON, 400),
        (b'{"type": NaN}', GEOJSON, 400),
        (b"[" * 100_000, GEOJSON, 400),
        (json.dumps(feature()).encode(), {"Content-Type": "application/xml"}, 415),
        (json.dumps(feature()).encode(), {}, 400),
    ],
)
async def test_a_body_that_cannot_be_read_is_refused(
    site: Site, draft: int, content: bytes, headers: dict[str, str], status: int
) -> None:
    client = site.as_("gis")
    answer = await client.post(beats(draft), content=content, headers=headers)
    assert answer.status_code == status
    for method in ("PUT", "PATCH"):
        kind = MERGE if method == "PATCH" and headers == GEOJSON else headers
        answer = await client.request(
            method, f"{beats(draft)}/C-1", content=content, headers=kind | {"If-Match": "*"}
        )
        assert answer.status_code == status


@pytest.mark.parametrize(
    "change", [{"id": "C-9"}, {"properties": {"code": "C-9"}}, {"properties": {"code": None}}]
)
async def test_a_code_stays(site: Site, draft: int, change: dict[str, Any]) -> None:
    path, client = f"{beats(draft)}/C-1", site.as_("gis")
    patched = await client.patch(
        path, content=json.dumps(change), headers=MERGE | {"If-Match": "*"}
    )
    assert patched.status_code == 422
    body = feature("C-1") | {"id": "C-9"}
    replaced = await client.put(path, json=body, headers=GEOJSON | {"If-Match": "*"})
    assert replaced.status_code == 422
    assert (await client.get(path)).json()["properties"]["code"] == "C-1"


async def test_a_precinct_that_beats_are_in_stays(site: Site, draft: int) -> None:
    path = f"/ogc/collections/draft-{draft}-precincts/items/C"
    answer = await site.as_("gis").delete(path, headers={"If-Match": "*"})
    assert answer.status_code == 422
    assert answer.json()["problems"][0]["kind"] == "unknown_parent"
    assert (await site.as_("gis").get(path)).status_code == 200


async def test_what_is_proposed_or_in_force_cannot_be_changed(site: Site, draft: int) -> None:
    await site.sql("UPDATE boundary_set SET state = 'proposed' WHERE id = :id", id=draft)
    client = site.as_("gis")
    answer = await client.post(beats(draft), json=feature(), headers=GEOJSON)
    assert answer.status_code == 409
    assert "POST" not in (await client.options(beats(draft))).headers["allow"]
    for method in ("POST", "PUT", "PATCH", "DELETE"):
        path = "/ogc/collections/beats/items" + ("" if method == "POST" else "/C-1")
        refused = await client.request(method, path, json=feature(), headers={"If-Match": "*"})
        assert refused.status_code == 405
        assert set(refused.headers["allow"].split(", ")) >= {"GET", "HEAD"}


async def test_options_say_what_may_be_done(site: Site, draft: int) -> None:
    client = site.as_("gis")
    all_ = await client.options(beats(draft))
    assert all_.status_code == 200
    assert all_.headers["allow"] == "GET, HEAD, OPTIONS, POST"
    assert all_.headers["accept-post"] == "application/geo+json"
    one = await client.options(f"{beats(draft)}/C-1")
    assert one.headers["allow"] == "GET, HEAD, OPTIONS, PUT, PATCH, DELETE"
    assert one.headers["accept-patch"] == "application/merge-patch+json"
    # Who may only look is told so.
    assert (await site.as_("leader").options(beats(draft))).headers["allow"] == "GET, HEAD, OPTIONS"
    for path in ("/ogc/collections/beats/items", "/ogc/collections/beats/items/C-1"):
        assert (await site.client().options(path)).headers["allow"] == "GET, HEAD, OPTIONS"


async def test_the_schema_is_what_may_be_written(site: Site, draft: int) -> None:
    answer = await get(site, f"/ogc/collections/draft-{draft}-beats/schema")
    schema = answer.json()
    assert answer.headers["content-type"] == "application/schema+json"
    assert schema["$id"].endswith(f"/ogc/collections/draft-{draft}-beats/schema")
    assert schema["additionalProperties"] is False
    roles = {each.get("x-ogc-role"): name for name, each in schema["properties"].items()}
    assert (roles["id"], roles["primary-geometry"]) == ("code", "geometry")
    shown = (await get(site, beats(draft))).json()["features"][0]["properties"]
    assert set(schema["properties"]) - {"geometry"} == set(shown)
    assert not any(each.get("readOnly") for each in schema["properties"].values())


async def test_names_in_languages_without_a_column_outlive_an_edit(site: Site) -> None:
    own = District("C", Level.PRECINCT, None, {"uk": "Центр", "crh": "Merkez"}, CITY[0].geometry)
    draft = await make_draft(site, districts=[own])
    path = f"/ogc/collections/draft-{draft}-precincts/items/C"
    body = {"type": "Feature", "geometry": mapping(own.geometry), "properties": {"name_uk": "Ц"}}
    answer = await site.as_("gis").put(path, json=body, headers=GEOJSON | {"If-Match": "*"})
    assert answer.status_code == 204, answer.text
    rows = await site.sql("SELECT name FROM district WHERE boundary_set_id = :id", id=draft)
    assert rows[0].name == {"uk": "Ц", "crh": "Merkez"}


async def test_a_session_of_the_page_edits_too_but_no_other_site_by_it(
    site: Site, draft: int
) -> None:
    client = await site.logged_in("gis")
    headers = GEOJSON | {"If-Match": "*"}
    path = f"{beats(draft)}/C-1"
    forged = headers | {"Origin": "https://elsewhere.example"}
    assert (await client.put(path, json=feature("C-1"), headers=forged)).status_code == 403
    assert (await client.put(path, json=feature("C-1"), headers=headers)).status_code == 204
