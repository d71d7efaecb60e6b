"""Services over the API: brought in, asked, edited, and never half-applied."""

import json
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pyogrio.raw
import pyproj
import shapely

from tests.api.conftest import ALONE, EAST, OUTSIDE, WEST, Site, square

PATH = "/api/v1/services"
BORDER = (37.515, 47.10)


def feature(code: str | None, kinds: Any, area: Any = None, **more: Any) -> dict[str, Any]:
    facts = {"code": code, "kinds": kinds, "name": f"{code} назва", "phone": "15-80"} | more
    geometry = None if area is None else shapely.geometry.mapping(area)
    return {"type": "Feature", "properties": facts, "geometry": geometry}


def collection(*features: dict[str, Any]) -> bytes:
    return json.dumps({"type": "FeatureCollection", "features": features}).encode()


CITY = collection(
    feature("west", ["water"], square(37.48, 37.515), hours="24/7"),
    feature("east", "water", square(37.515, 37.55), name={"uk": "Схід", "en": "East"}),
    feature("hotline", "water,power"),
)


async def send(site: Site, how: str, body: bytes, name: str = "s.geojson", query: str = "") -> Any:
    files = {"file": (name, body)}
    return await site.as_("gis").post(f"{PATH}/{how}{query}", files=files)


async def served(
    site: Site, point: tuple[float, float], category: str = "water", **more: Any
) -> Any:
    query: dict[str, Any] = {"lon": point[0], "lat": point[1], "category": category} | more
    answer = await site.client().get(f"{PATH}/locate", params=query)
    assert answer.status_code == 200, answer.text
    found = answer.json()
    return [each["code"] for each in found["services"]], found["reason"]


async def test_a_file_is_looked_at_brought_in_and_asked(site: Site) -> None:
    shown = (await send(site, "preview", CITY)).json()
    assert [(each["code"], each["what"]) for each in shown["steps"]] == [
        ("west", "added"), ("east", "added"), ("hotline", "added"),
    ]  # fmt: skip
    assert (await site.as_("desk").get(PATH)).json()["services"] == [], "a look changes nothing"
    assert (await send(site, "import", CITY)).json()["usable"]
    assert await served(site, WEST) == (["west"], "inside")
    assert await served(site, EAST) == (["east"], "inside")
    assert await served(site, BORDER) == (["east", "west"], "boundary")
    assert await served(site, (37.5148, 47.1), accuracy=400) == (["west", "east"], "uncertain")
    # In no area, and of no area: the one for the whole city.
    assert await served(site, ALONE) == (["hotline"], "whole_city")
    assert await served(site, WEST, "power") == (["hotline"], "whole_city")
    assert await served(site, WEST, "gas") == ([], "whole_city")
    again = (await send(site, "preview", CITY)).json()
    assert {each["what"] for each in again["steps"]} == {"same"}

    fewer = collection(feature("west", ["water"], square(37.48, 37.51), phone="15-81"))
    kept = (await send(site, "preview", fewer)).json()
    assert [(each["code"], each["what"], each["fields"]) for each in kept["steps"]] == [
        ("west", "changed", ["phone", "hours", "area"])
    ]
    gone = (await send(site, "import", fewer, query="?replace=true")).json()
    assert sorted(each["what"] for each in gone["steps"]) == ["changed", "removed", "removed"]
    listed = (await site.as_("leader").get(PATH)).json()
    assert ([each["code"] for each in listed["services"]], listed["may_edit"]) == (["west"], False)
    assert await served(site, OUTSIDE) == ([], "outside")
    everything = (await site.as_("desk").get(f"{PATH}?retired=true")).json()["services"]
    assert [each["code"] for each in everything] == ["west", "east", "hotline"]
    changes = (await site.as_("desk").get(f"{PATH}/west/changes")).json()["changes"]
    assert [each["actor"] for each in changes] == ["gis", "gis"]
    assert changes[0]["before"]["phone"] == "15-80"
    assert changes[0]["before"]["area"] != changes[0]["after"]["area"]
    area = (await site.as_("desk").get(f"{PATH}/west/area")).json()
    assert shapely.geometry.shape(area["geometry"]).bounds == (37.48, 47.08, 37.51, 47.12)


async def test_every_problem_is_said_and_nothing_is_half_applied(site: Site) -> None:
    bow = shapely.Polygon([(37.5, 47.1), (37.6, 47.1), (37.5, 47.2), (37.6, 47.2)])
    body = collection(
        feature("good", "water"),
        feature(None, "water"),
        feature("BAD CODE", "water"),
        feature("a", "", phone=None, url=None),
        feature("b", "Wrong!", url="ftp://x"),
        feature("c", "water", hours="пн-пт з 8 до 17"),
        feature("d", "water", phone="подзвоніть"),
        feature("e", "water", shapely.Point(37.5, 47.1)),
        feature("f", "dancing", square(10.0, 11.0)),
        feature("g", "water", bow),
        feature("h", "water", square(37.48, 37.5)),
        feature("h", "water", square(37.5, 37.52), phone="15-99"),
    )
    answer = await send(site, "preview", body)
    shown = answer.json()
    assert not shown["usable"]
    assert {(each["service"], each["what"]) for each in shown["problems"]} == {
        (None, "no_code"), ("BAD CODE", "bad_code"), ("a", "no_kinds"), ("a", "no_contact"),
        ("b", "bad_kind"), ("b", "bad_url"), ("c", "bad_hours"), ("d", "bad_phone"),
        ("e", "not_polygon"), ("f", "unknown_kind"), ("f", "far_off"), ("g", "repaired"),
        ("h", "code_twice"),
    }  # fmt: skip
    assert next(each["row"] for each in shown["problems"] if each["what"] == "bad_hours") == 6
    refused = await send(site, "import", body)
    assert (refused.status_code, refused.json()["code"]) == (422, "bad-service")
    assert (await site.as_("desk").get(PATH)).json()["services"] == []
    for name, content, kind in (
        ("s.geojson", b"{", "damaged"),
        ("s.geojson", b"", "empty"),
        ("s.txt", b"hello", "not_geo"),
        (
            "s.geojson",
            collection(feature("x", "water") | {"properties": {"code": "x"}}),
            "no_field",
        ),
    ):
        bad = await send(site, "preview", content, name)
        assert (bad.status_code, bad.json()["kind"]) == (422, kind), bad.text


async def test_geopackage_and_zipped_shapefile_in_another_crs(site: Site, tmp_path: Path) -> None:
    to_utm = pyproj.Transformer.from_crs("EPSG:4326", "EPSG:32637", always_xy=True)
    area = shapely.transform(
        square(37.48, 37.515), lambda xy: np.stack(to_utm.transform(xy[:, 0], xy[:, 1]), axis=1)
    )
    columns = {"code": "west", "kinds": "water", "name": "Водоканал", "phone": "15-80"}
    for driver, suffix in (("GPKG", "gpkg"), ("ESRI Shapefile", "shp")):
        folder = tmp_path / suffix
        folder.mkdir()
        pyogrio.raw.write(
            folder / f"s.{suffix}",
            geometry=np.array([shapely.to_wkb(area)], object),
            field_data=[np.array([value], object) for value in columns.values()],
            fields=list(columns),
            crs="EPSG:32637",
            driver=driver,
            geometry_type="Polygon",
            encoding="UTF-8",
        )
        path = folder / f"s.{suffix}"
        if suffix == "shp":
            path = folder / "s.zip"
            with zipfile.ZipFile(path, "w") as archive:
                for part in folder.glob("s.*"):
                    if part.suffix != ".zip":
                        archive.write(part, part.name)
        answer = await send(site, "import", path.read_bytes(), path.name)
        assert answer.status_code == 200, answer.text
        assert await served(site, WEST) == (["west"], "inside")
        assert await served(site, EAST) == ([], "outside")
    (row,) = (await site.as_("desk").get(PATH)).json()["services"]
    assert row["names"] == {"uk": "Водоканал", "ru": "Водоканал", "en": "Водоканал"}


async def test_contacts_are_edited_and_two_people_do_not_overwrite_each_other(site: Site) -> None:
    names = {"uk": "Водоканал", "ru": "Водоканал", "en": "Waterworks"}
    body = {"names": names, "kinds": ["water"], "phone": "15-80", "hours": "Mo-Fr 08:00-17:00"}
    desk = site.as_("desk")
    made = await desk.post(f"{PATH}/waterworks", json=body)
    assert (made.status_code, made.json()["whole_city"]) == (201, True), made.text
    assert (await desk.post(f"{PATH}/waterworks", json=body)).status_code == 409
    changed = await desk.put(f"{PATH}/waterworks", json=body | {"phone": "15-90", "version": 1})
    assert (changed.json()["phone"], changed.json()["version"]) == ("15-90", 2)
    late = await site.as_("admin").put(f"{PATH}/waterworks", json=body | {"version": 1})
    assert (late.status_code, late.json()["version"]) == (409, 2)
    for wrong, what in (
        ({"hours": "завжди"}, "bad_hours"),
        ({"url": "javascript:alert(1)"}, "bad_url"),
        ({"kinds": ["Ні"]}, "bad_kind"),
    ):
        refused = await desk.put(f"{PATH}/waterworks", json=body | wrong | {"version": 2})
        assert refused.status_code == 422
        assert [each["what"] for each in refused.json()["problems"]] == [what]
    same = await desk.put(f"{PATH}/waterworks", json=body | {"phone": "15-90", "version": 2})
    assert same.json()["version"] == 2, "saving what is there changes nothing"
    gone = await desk.put(
        f"{PATH}/waterworks", json=body | {"phone": "15-90", "version": 2, "active": False}
    )
    assert not gone.json()["active"]
    assert await served(site, WEST) == ([], "whole_city")
    assert len((await desk.get(f"{PATH}/waterworks/changes")).json()["changes"]) == 3


async def test_the_desk_marks_abuse_and_lifts_what_followed(site: Site) -> None:
    desk = site.as_("desk")
    reports = [await site.report_of_citizen() for _ in range(2)]
    first = reports[0]
    await site.sql("UPDATE report SET reporter_id = :id", id=first.reporter_id)
    for report in reports:
        path = f"/api/v1/reports/{report.number}/abusive"
        marked = await desk.post(path, json={"abusive": True, "version": 1})
        assert (marked.status_code, marked.json()["abusive"]) == (200, True), marked.text
        old = await desk.post(path, json={"abusive": False, "version": 1})
        assert old.status_code == 409
    (person,) = (await desk.get("/api/v1/conduct")).json()["people"]
    assert (person["level"], person["strikes"], person["score"]) == ("warned", 2, 2.0)
    path = f"/api/v1/conduct/{person['reporter']}"
    history = (await desk.get(path)).json()
    assert {each["report"] for each in history["history"]} == {each.number for each in reports}
    assert (await desk.post(f"{path}/revoke", json={"why": " "})).status_code == 422
    lifted = await desk.post(f"{path}/revoke", json={"why": "Вибачився"})
    assert (lifted.json()["level"], lifted.json()["score"]) == ("none", 0.0)
    assert lifted.json()["measures"][0]["why"] == "Вибачився"
    assert (await desk.post(f"{path}/revoke", json={"why": "ще"})).status_code == 409
    danger = await site.report_of_citizen()
    await desk.post(f"/api/v1/reports/{danger.number}/category", json={"category": "life_danger"})
    refused = await desk.post(f"/api/v1/reports/{danger.number}/abusive", json={"abusive": True})
    assert refused.status_code == 409
    staffs = await site.report()
    nobody = await desk.post(f"/api/v1/reports/{staffs.number}/abusive", json={"abusive": True})
    assert nobody.status_code == 422
