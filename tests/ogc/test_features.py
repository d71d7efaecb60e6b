"""Reading districts as OGC API Features has it, Parts 1 and 2."""

import re
from typing import Any
from urllib.parse import quote

import pyproj
import pytest
import shapely
from fastapi.routing import iter_route_contexts
from openapi_spec_validator import OpenAPIV30SpecValidator
from shapely.geometry import shape

from app.boundaries import activate, store_set
from geo.districts import District, Level
from tests.api.conftest import CITY, Site, square
from tests.ogc.conftest import CRS84, EPSG, make_draft

BEATS = "/ogc/collections/beats"
REL = "http://www.opengis.net/def/rel/ogc/1.0/"


async def codes(site: Site, query: str = "", where: str = BEATS) -> list[str]:
    answer = await site.client().get(f"{where}/items{query}")
    assert answer.status_code == 200, answer.text
    body = answer.json()
    assert body["numberReturned"] == len(body["features"])
    return [feature["properties"]["code"] for feature in body["features"]]


def links(body: dict[str, Any]) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    for each in body["links"]:
        found.setdefault(each["rel"], each)
    return found


@pytest.mark.parametrize("path", ["/ogc", "/ogc/"])
async def test_the_landing_page_leads_everywhere(site: Site, path: str) -> None:
    client = site.client()
    found = links((await client.get(path)).json())
    wanted = {"self", "alternate", "service-desc", "service-doc", "conformance", "data"}
    assert wanted | {f"{REL}tilesets-vector"} <= set(found)
    for each in (await client.get(path)).json()["links"]:
        answer = await client.get(each["href"])
        assert answer.status_code == 200, each
        assert answer.headers["content-type"].split(";")[0] == each["type"].split(";")[0], each


async def test_every_link_of_every_document_is_answered_as_it_says(site: Site) -> None:
    draft = await make_draft(site)
    client = site.as_("gis")
    seen: set[str] = set()
    waiting = ["http://beatway.test/ogc/"]
    while waiting:
        url = waiting.pop()
        if url in seen:
            continue
        seen.add(url)
        answer = await client.get(url)
        assert answer.status_code == 200, (url, answer.text)
        if "json" not in answer.headers["content-type"]:
            waiting += re.findall(r'href="(http://beatway\.test/ogc[^"{]*)"', answer.text)
            waiting = [each.replace("&amp;", "&") for each in waiting]
            continue
        body = answer.json()
        of_parts = [*body.get("collections", []), *body.get("tilesets", [])]
        for each in (body, *of_parts, *body.get("features", [])):
            for link in each.get("links", []):
                if not link.get("templated"):
                    waiting.append(link["href"])
    assert any(f"draft-{draft}-beats/items/C-1" in url for url in seen)
    assert len(seen) > 60


async def test_the_definition_is_valid_openapi_3_0_and_names_every_path(site: Site) -> None:
    answer = await site.client().get("/ogc/api")
    assert answer.headers["content-type"] == "application/vnd.oai.openapi+json;version=3.0"
    document = answer.json()
    assert document["openapi"].startswith("3.0.")
    OpenAPIV30SpecValidator(document).validate()
    limit = document["components"]["parameters"]["limit"]["schema"]
    assert (limit["minimum"], limit["default"], limit["maximum"]) == (1, 100, 1000)
    described = {re.sub(r"{\w+}", "*", path).rstrip("/") for path in document["paths"]}
    from_routes = set()
    for route in await routes_of(site):
        plain = re.sub(r"{[^}]+}", "*", route.removeprefix("/ogc")).rstrip("/")
        from_routes.add(plain)
    assert described == from_routes


async def routes_of(site: Site) -> list[str]:
    paths = (context.path or "" for context in iter_route_contexts(site.app.routes))
    return [path for path in paths if path.startswith("/ogc")]


async def test_a_collection_says_what_it_has(site: Site) -> None:
    body = (await site.client().get(BEATS)).json()
    assert body["id"] == "beats"
    assert body["itemType"] == "feature"
    assert body["extent"]["spatial"] == {"bbox": [[37.48, 47.08, 37.55, 47.12]], "crs": CRS84}
    assert body["extent"]["temporal"]["interval"][0][1] is None
    assert body["storageCrs"] == CRS84
    # The world's, and what surveyors of this place use.
    assert body["crs"] == [CRS84, *(f"{EPSG}{code}" for code in (4326, 3857, 32637, 6387))]
    assert {"self", "alternate", "items", f"{REL}queryables", f"{REL}schema"} <= set(links(body))


async def test_features_are_flat_and_whole(site: Site) -> None:
    body = (await site.client().get(f"{BEATS}/items")).json()
    assert body["type"] == "FeatureCollection"
    assert (body["numberMatched"], body["numberReturned"]) == (2, 2)
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", body["timeStamp"])
    first = body["features"][0]
    assert first["id"] == "C-1"
    assert shape(first["geometry"]).equals(CITY[1].geometry)
    properties = first["properties"]
    assert (properties["parent"], properties["name_uk"], properties["name_en"]) == (
        "C", "Захід", "West",
    )  # fmt: skip
    assert (properties["boundary_set"], properties["valid_to"]) == (1, None)
    one = await site.client().get(f"{BEATS}/items/C-1")
    assert {key: value for key, value in one.json().items() if key != "links"} == first
    assert {"self", "alternate", "collection"} <= set(links(one.json()))


async def test_pages_follow_each_other_to_the_end_and_back(site: Site) -> None:
    client, url, seen = site.client(), f"{BEATS}/items?limit=1&crs={quote(EPSG)}4326", []
    for _ in range(5):
        body = (await client.get(url)).json()
        seen += [feature["id"] for feature in body["features"]]
        assert body["numberMatched"] == 2
        if "next" not in links(body):
            break
        url = links(body)["next"]["href"]
        assert "crs=" in url
    assert seen == ["C-1", "C-2"]
    back = links(body)["prev"]["href"]
    assert [each["id"] for each in (await client.get(back)).json()["features"]] == ["C-1"]
    assert await codes(site, "?limit=100000") == ["C-1", "C-2"]
    assert await codes(site, "?offset=7") == []


@pytest.mark.parametrize(
    "query",
    [
        "nonsense=1", "limit=0", "limit=-1", "limit=x", "limit=1.5", "offset=-1", "limit=1&limit=2",
        "bbox=1,2,3", "bbox=a,b,c,d", "bbox=1,2,3,nan", "bbox=37,48,38,47", "bbox=1,2,3,1e999",
        "datetime=yesterday", "datetime=2026-13-01T00:00:00Z", "datetime=2026-01-01T00:00:00",
        "datetime=2026-02-01T00:00:00Z/2026-01-01T00:00:00Z", "datetime=2026-01-01T00:00:00Z/x",
        "crs=EPSG:4326", "bbox-crs=http://www.opengis.net/def/crs/EPSG/0/2154", "f=xml",
        "bbox=2,1,1,2&bbox-crs=http://www.opengis.net/def/crs/EPSG/0/3857",
    ],
)  # fmt: skip
async def test_what_is_unknown_or_wrong_is_refused(site: Site, query: str) -> None:
    answer = await site.client().get(f"{BEATS}/items?{query}")
    assert answer.status_code == 400
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize(
    "path",
    ["/ogc", "/ogc/api", "/ogc/conformance", "/ogc/collections", BEATS, f"{BEATS}/schema",
     f"{BEATS}/queryables", f"{BEATS}/items/C-1", "/ogc/tiles", "/ogc/tiles/WebMercatorQuad",
     "/ogc/tileMatrixSets"],
)  # fmt: skip
async def test_no_document_takes_what_it_does_not_know(site: Site, path: str) -> None:
    assert (await site.client().get(f"{path}?nonsense=1")).status_code == 400
    assert (await site.client().head(path)).status_code == 200


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("bbox=37.49,47.09,37.50,47.10", ["C-1"]),
        ("bbox=37.515,47.09,37.53,47.10", ["C-1", "C-2"]),  # the shared edge is of both
        ("bbox=37.49,47.09,0,37.50,47.10,100", ["C-1"]),
        ("bbox=37.52,47.0,37.53,47.2", ["C-2"]),
        ("bbox=-10,-10,10,10", []),
        ("bbox=37.52,-90,-179,90", ["C-2"]),  # over the antimeridian
        (f"bbox=47.09,37.49,47.10,37.50&bbox-crs={EPSG}4326", ["C-1"]),  # latitude first
        (f"bbox=37.49,47.09,37.50,47.10&bbox-crs={EPSG}4326", []),
        ("code=C-2", ["C-2"]),
        ("parent=C&name_uk=Захід", ["C-1"]),
        ("parent=P", []),
    ],
)
async def test_features_are_found_by_place_and_by_what_they_say(
    site: Site, query: str, found: list[str]
) -> None:
    assert await codes(site, f"?{query}") == found


@pytest.mark.parametrize("code", [4326, 3857, 32637, 6387])
async def test_coordinates_come_in_the_order_of_their_system(site: Site, code: int) -> None:
    answer = await site.client().get(f"{BEATS}/items/C-1?crs={EPSG}{code}")
    assert answer.headers["content-crs"] == f"<{EPSG}{code}>"
    there = pyproj.Transformer.from_crs("OGC:CRS84", f"EPSG:{code}")  # as the system has it
    expected = sorted(there.transform(*point) for point in CITY[1].geometry.exterior.coords)
    got = sorted(shapely.get_coordinates(shape(answer.json()["geometry"])).tolist())
    assert got == [pytest.approx(point, rel=1e-12) for point in map(list, expected)]
    # And a box in that system finds what is in it.
    middle = there.transform(37.5, 47.1)
    near = 0.001 if code == 4326 else 100
    box = ",".join(repr(number + side) for side in (-near, near) for number in middle)
    assert await codes(site, f"?bbox={box}&bbox-crs={EPSG}{code}") == ["C-1"]


async def test_as_of_a_time_the_boundaries_of_that_time_are_there(site: Site) -> None:
    later = [
        District("C", Level.PRECINCT, None, {"uk": "Центр"}, square(37.48, 37.55)),
        District("C-1", Level.BEAT, "C", {"uk": "Захід 2"}, square(37.48, 37.53)),
        District("C-3", Level.BEAT, "C", {"uk": "Новий"}, square(37.53, 37.55)),
    ]
    async with site.owner.transaction() as session:
        set_id = await store_set(session, later, label="2", source="test", actor="test")
        await activate(session, set_id, "test", rollback=True)
    rows = await site.sql("SELECT at FROM boundary_activation ORDER BY id")
    first, second = (row.at.isoformat().replace("+00:00", "Z") for row in rows)
    assert await codes(site) == ["C-1", "C-3"]
    assert await codes(site, f"?datetime={first}") == ["C-1", "C-2"]
    assert await codes(site, f"?datetime={second}") == ["C-1", "C-3"]
    assert await codes(site, "?datetime=2000-01-01T00:00:00Z") == []
    assert await codes(site, "?datetime=../2000-01-01") == []
    assert await codes(site, "?datetime=../..") == ["C-1", "C-1", "C-2", "C-3"]
    body = (await site.client().get(f"{BEATS}/items?datetime={first}/..")).json()
    ids = [feature["id"] for feature in body["features"]]
    assert ids == ["C-1", "C-1@1", "C-2@1", "C-3"]
    for feature in body["features"]:
        one = (await site.client().get(f"{BEATS}/items/{feature['id']}")).json()
        assert one["properties"] == feature["properties"]
        assert one["geometry"] == feature["geometry"]
    ended = body["features"][1]["properties"]
    assert (ended["valid_to"], ended["boundary_set"]) == (second, 1)
    assert (await site.client().get(f"{BEATS}/items/C-2")).status_code == 404


async def test_a_set_that_never_was_in_force_is_not_shown(site: Site) -> None:
    draft = await make_draft(site)
    client = site.client()
    assert (await client.get(f"{BEATS}/items/C-1@{draft}")).status_code == 404
    listed = (await client.get("/ogc/collections")).json()["collections"]
    assert [each["id"] for each in listed] == ["precincts", "beats"]
    listed = (await site.as_("leader").get("/ogc/collections")).json()["collections"]
    assert [each["id"] for each in listed][2:] == [
        f"draft-{draft}-precincts",
        f"draft-{draft}-beats",
    ]
    listed = (await site.as_("officer").get("/ogc/collections")).json()["collections"]
    assert len(listed) == 2


async def test_the_format_is_chosen_by_accept_and_by_f(site: Site) -> None:
    client = site.client()
    for accept, media in (
        ("text/html,application/xhtml+xml,*/*;q=0.8", "text/html"),
        ("application/geo+json, application/json", "application/geo+json"),
        ("*/*", "application/geo+json"),
        ("text/html;q=0.2, application/json", "application/geo+json"),
    ):
        answer = await client.get(f"{BEATS}/items", headers={"Accept": accept})
        assert answer.headers["content-type"].startswith(media), accept
        assert "Accept" in answer.headers["vary"]
    answer = await client.get(f"{BEATS}/items?f=json", headers={"Accept": "text/html"})
    assert answer.headers["content-type"] == "application/geo+json"
    refused = await client.get(f"{BEATS}/items", headers={"Accept": "image/png"})
    assert refused.status_code == 406


async def test_pages_speak_the_readers_language_and_show_everything(site: Site) -> None:
    for language, word in (("uk", "Поліцейські"), ("ru", "Полицейские"), ("en", "Police beats")):
        headers = {"Accept": "text/html", "Accept-Language": f"{language}-XX, de;q=0.5"}
        answer = await site.client().get(f"{BEATS}/items", headers=headers)
        assert answer.headers["content-language"] == language
        assert word in answer.text
        assert f'<html lang="{language}">' in answer.text
        assert "Захід" in answer.text
        assert "C-2" in answer.text
        assert "script-src 'self'" in answer.headers["content-security-policy"]


async def test_a_copy_that_is_still_right_is_not_sent_again(site: Site) -> None:
    client = site.client()
    answer = await client.get(f"{BEATS}/items/C-1")
    again = await client.get(
        f"{BEATS}/items/C-1", headers={"If-None-Match": answer.headers["etag"]}
    )
    assert (again.status_code, again.content) == (304, b"")
    other = await client.get(f"{BEATS}/items/C-1?crs={EPSG}3857")
    assert other.headers["etag"] != answer.headers["etag"]


@pytest.mark.parametrize(
    "path",
    ["/ogc/collections/streets", "/ogc/collections/reports/items", f"{BEATS}/items/nowhere",
     "/ogc/collections/precincts/items/C-1", f"{BEATS}/items/C-1@99999999999999",
     "/ogc/collections/draft-1-beats", "/ogc/collections/draft-99999999999999999-beats",
     "/ogc/collections/draft-1-streets"],
)  # fmt: skip
async def test_what_is_not_there_is_not_found(site: Site, path: str) -> None:
    assert (await site.as_("gis").get(path)).status_code == 404


async def test_before_any_boundaries_are_in_force_everything_is_empty(site: Site) -> None:
    await site.sql("ALTER TABLE boundary_activation DISABLE TRIGGER USER")
    await site.sql("DELETE FROM boundary_in_force")
    await site.sql("DELETE FROM staff_notice")
    await site.sql("DELETE FROM boundary_activation")
    assert await codes(site) == []
    body = (await site.client().get(BEATS)).json()
    assert "extent" not in body
    assert (await site.client().get("/ogc/tiles/WebMercatorQuad")).status_code == 503


async def test_codes_of_any_letters_have_an_address(site: Site) -> None:
    strange = ["1/2", "Ц №5 100%", "a@1", "x?y&z", "C-1@1"]
    districts = [
        District("C", Level.PRECINCT, None, {"uk": "Центр"}, square(37.48, 37.55)),
        *(
            District(code, Level.BEAT, "C", {"uk": code}, square(37.48 + k / 100, 37.49 + k / 100))
            for k, code in enumerate(strange)
        ),
    ]
    async with site.owner.transaction() as session:
        set_id = await store_set(session, districts, label="2", source="test", actor="test")
        await activate(session, set_id, "test", rollback=True)
    assert sorted(await codes(site)) == sorted(strange)
    for code in strange:
        answer = await site.client().get(f"{BEATS}/items/{quote(code, safe='')}")
        assert answer.json()["id"] == code
        own = links(answer.json())["self"]["href"]
        assert (await site.client().get(own)).json()["id"] == code


async def test_basic_credentials_with_a_token_as_password_open_drafts(site: Site) -> None:
    draft = await make_draft(site)
    path = f"/ogc/collections/draft-{draft}-beats/items"
    refused = await site.client().get(path)
    assert refused.status_code == 401
    assert "Basic" in refused.headers["www-authenticate"]
    client = site.client()
    assert (await client.get(path, auth=("qgis", site.tokens["gis"]))).status_code == 200
    assert (await client.get(path, auth=("qgis", "wrong"))).status_code == 401
    assert (await client.get(path, auth=("qgis", site.tokens["officer"]))).status_code == 403
    # Where everybody may read, a token that is no good is said to be none all the same.
    assert (await client.get("/ogc", auth=("qgis", "wrong"))).status_code == 401
