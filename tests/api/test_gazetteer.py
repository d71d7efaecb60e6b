"""Staff correct the gazetteer: kept over an import, recorded, undone; and people's words for places."""

from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import text

from app.gazetteer import store
from app.gazetteer_files import read_file
from tests.api.conftest import EAST, OUTSIDE, WEST, Site

ROWS = (
    "street,house,lon,lat\n"
    "просп. Миру,10,37.500,47.10\nпросп. Миру,20,37.510,47.10\nпросп. Миру,45,37.523,47.10\n"
    "вул. Куїнджі,1,37.505,47.098\nвул. Куїнджі,3,37.505,47.102\n"
    "вул. Куїнджі,58/42,37.505,47.104\n"
)
LANDMARKS = (
    "kind,name_uk,name_ru,also,lon,lat\n"
    "theatre,Драматичний театр,Драматический театр,Драмтеатр,37.53,47.1005\n"
    "rink,Льодовий палац,Ледовый дворец,,37.50,47.1005\n"
    "locality,Слобідка,Слободка,,37.49,47.11\n"
)
BASE = "/api/v1/gazetteer"


@pytest.fixture
async def city(site: Site, tmp_path: Path) -> Site:
    (tmp_path / "a.csv").write_text(ROWS, "utf-8")
    (tmp_path / "landmarks.csv").write_text(LANDMARKS, "utf-8")
    await imported(site, tmp_path)
    return site


async def imported(site: Site, folder: Path) -> None:
    file = read_file(folder / "a.csv", lambda _done, _total: None)
    async with site.owner.transaction() as session:
        await store(session, file, "test", lambda _stage, _done, _total: None)


async def found(site: Site, q: str, **more: Any) -> list[dict[str, Any]]:
    answer = await site.as_("gis").get(BASE, params={"q": q, **more})
    assert answer.status_code == 200, answer.text
    return list(answer.json()["entries"])


async def first(site: Site, q: str) -> dict[str, Any]:
    """Return the first entry that is found, in full."""
    listed = (await found(site, q))[0]
    kind = "streets" if listed["kind"] in {"street", "house", "crossing"} else "landmarks"
    answer = await site.as_("gis").get(f"{BASE}/{kind}/{listed['id']}")
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def path_of(entry: dict[str, Any]) -> str:
    return f"{BASE}/{entry['kind']}s/{entry['id']}"


async def edited(site: Site, entry: dict[str, Any], who: str = "gis", **more: Any) -> Any:
    answer = await site.as_(who).patch(path_of(entry), json={"version": entry["version"]} | more)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def meant(site: Site, words: str) -> list[str]:
    """Return where the public geocoder finds a text, in a process of its own."""
    answer = await site.client().get("/api/v1/geocode", params={"q": words})
    return [each["label"] for each in answer.json()["results"]]


async def journal(site: Site) -> list[dict[str, Any]]:
    answer = await site.as_("leader").get(f"{BASE}/changes")
    return list(answer.json()["changes"])


async def test_what_is_typed_is_found_in_any_spelling(city: Site) -> None:
    for typed, kind, label in (
        ("мир", "street", "просп. Миру"),
        ("на проспекті Миру", "street", "просп. Миру"),
        ("myru", "street", "просп. Миру"),
        ("просп", "street", "просп. Миру"),
        ("куиндж", "street", "вул. Куїнджі"),
        ("Куінжді", "street", "вул. Куїнджі"),
        ("Миру 45", "house", "просп. Миру, 45"),
        ("Миру ріг Куїнджі", "crossing", "просп. Миру / вул. Куїнджі"),
        ("драмт", "landmark", "Драматичний театр"),
        ("ледовый", "landmark", "Льодовий палац"),
        ("слобо", "locality", "Слобідка"),
    ):
        listed = await found(city, typed)
        assert (listed[0]["kind"], listed[0]["label"]) == (kind, label), typed


async def test_a_street_is_shown_with_all_that_is_known(city: Site) -> None:
    street = await first(city, "Куїнджі")
    assert [house["number"] for house in street["houses"]] == ["1", "3", "58/42"]
    assert [each["label"] for each in street["crossings"]] == ["просп. Миру"]
    assert (street["version"], street["retired"]) == (0, False)
    assert await found(city, "якесьпусте") == []
    kinds = {each["kind"] for each in await found(city, "", kind="locality")}
    assert kinds == {"locality"}


async def test_an_alias_works_at_once_and_an_import_keeps_it(city: Site, tmp_path: Path) -> None:
    assert await meant(city, "бійка біля катка") == []
    rink = await edited(city, await first(city, "льодовий"), add_names=[{"text": " каток "}])
    (alias,) = [each for each in rink["names"] if each["by_staff"]]
    assert (alias["text"], alias["kind"], rink["version"]) == ("каток", "alias", 1)
    assert await meant(city, "бійка біля катка") == ["Льодовий палац"]
    await imported(city, tmp_path)
    assert await meant(city, "бійка біля катка") == ["Льодовий палац"]
    rink = await edited(city, rink, remove_names=["каток"])
    assert await meant(city, "бійка біля катка") == []


async def test_renaming_keeps_the_former_name_and_an_import_does_not_undo_it(
    city: Site, tmp_path: Path
) -> None:
    street = await first(city, "Миру")
    street = await edited(city, street, name={"uk": "Свободи", "ru": "Свободы"}, type="boulevard")
    assert street["label"]["uk"] == "бульв. Свободи"
    await imported(city, tmp_path)
    assert await meant(city, "бульвар Свободи 10") == ["бульв. Свободи, 10"]
    assert await meant(city, "просп. Миру 10") == ["бульв. Свободи, 10"]
    # A second time: both names before stay; without, only those of before.
    street = await edited(city, street, name={"uk": "Незалежності", "ru": "Независимости"})
    kinds = {each["text"]: each["kind"] for each in street["names"]}
    assert (kinds["Свободи"], kinds["Миру"]) == ("former", "former")
    street = await edited(city, street, name={"uk": "Надії"}, keeps_former=False)
    texts = {each["text"] for each in street["names"]}
    assert "Незалежності" not in texts
    assert "Миру" not in texts


async def test_houses_are_moved_added_and_taken_out(city: Site, tmp_path: Path) -> None:
    street = await first(city, "Миру")
    house = f"{path_of(street)}/houses"
    gis = city.as_("gis")
    moved = await gis.put(f"{house}/45", json={"version": 0, "lon": 37.512, "lat": 47.1})
    states = {each["number"]: each["state"] for each in moved.json()["houses"]}
    assert states == {"10": "as_in_file", "20": "as_in_file", "45": "moved"}
    await imported(city, tmp_path)
    assert (await place_of(city, "просп. Миру 45"))[0] == pytest.approx(37.512)
    wrong = await gis.put(f"{house}/20", json={"version": 0, "misplaced": True})
    assert wrong.status_code == 200
    near = (await city.client().get("/api/v1/geocode", params={"q": "просп. Миру 20"})).json()
    assert near["results"][0]["faults"] == ["house_beyond"]
    added = await gis.put(f"{house}/99 А", json={"version": 0, "lon": 37.54, "lat": 47.1})
    assert added.json()["houses"][-1] == {
        "number": "99А", "lon": 37.54, "lat": 47.1, "state": "added", "version": 1,
    }  # fmt: skip
    assert await place_of(city, "просп. Миру 99а") == (37.54, 47.1)
    gone = await gis.put(f"{house}/99А", json={"version": 1, "misplaced": True})
    assert [each["number"] for each in gone.json()["houses"]] == ["10", "20", "45"]
    # As the file has it.
    await gis.put(f"{house}/20", json={"version": 1})
    assert (await place_of(city, "просп. Миру 20"))[0] == pytest.approx(37.51)
    slash = f"{path_of(await first(city, 'Куїнджі'))}/houses/58/42"
    put = await gis.put(slash, json={"version": 0, "lon": 37.5051, "lat": 47.104})
    assert put.status_code == 200


async def place_of(site: Site, words: str) -> tuple[float, float]:
    answer = await site.client().get("/api/v1/geocode", params={"q": words})
    best = answer.json()["results"][0]
    return best["lon"], best["lat"]


async def test_crossings_follow_houses_that_are_moved(city: Site) -> None:
    street = await first(city, "Куїнджі")
    gis = city.as_("gis")
    before = await place_of(city, "ріг Миру і Куїнджі")
    for number in ("1", "3", "58/42"):
        at = next(each for each in street["houses"] if each["number"] == number)
        body = {"version": 0, "lon": at["lon"] + 0.01, "lat": at["lat"]}
        answer = await gis.put(f"{path_of(street)}/houses/{number}", json=body)
        assert answer.status_code == 200
    after = await place_of(city, "ріг Миру і Куїнджі")
    assert after[0] - before[0] == pytest.approx(0.01, abs=0.001)


async def test_landmarks_are_added_moved_retired_and_brought_back(
    city: Site, tmp_path: Path
) -> None:
    desk = city.as_("desk")
    body = {
        "type": "mall", "name": {"uk": "ТЦ Порт Сіті"}, "aliases": ["портсіті"],
        "lon": WEST[0], "lat": WEST[1],
    }  # fmt: skip
    made = await desk.post(f"{BASE}/landmarks", json=body)
    assert made.status_code == 201
    mall = made.json()
    assert await meant(city, "бійка біля портсіті") == ["ТЦ Порт Сіті"]
    mall = await edited(city, mall, "desk", lon=EAST[0], lat=EAST[1])
    assert await place_of(city, "бійка біля портсіті") == EAST
    await imported(city, tmp_path)
    mall = await edited(city, mall, "desk", retired=True)
    assert mall["retired"]
    assert await meant(city, "бійка біля портсіті") == []
    listed = (await desk.get(f"{BASE}/retired")).json()["entries"]
    assert [each["label"] for each in listed] == ["ТЦ Порт Сіті"]
    await edited(city, mall, "desk", retired=False)
    assert await place_of(city, "бійка біля портсіті") == EAST
    what = [(each["what"], each["actor"]) for each in await journal(city)]
    assert what == [
        ("restored", "desk"), ("retired", "desk"), ("edited", "desk"), ("added", "desk"),
    ]  # fmt: skip


async def test_everything_is_recorded_and_undone(city: Site) -> None:
    rink = await edited(city, await first(city, "льодовий"), add_names=[{"text": "каток"}])
    rink = await edited(city, rink, "admin", lon=EAST[0], lat=EAST[1])
    moved, named = await journal(city)
    assert (moved["actor"], named["actor"]) == ("admin", "gis")
    assert (moved["before"]["place"], moved["after"]["place"]) == ([37.5, 47.1005], list(EAST))
    assert "каток" in {each["text"] for each in named["after"]["names"]}
    assert (moved["can_undo"], named["can_undo"]) == (True, False)
    # What was changed since comes first.
    refused = await city.as_("gis").post(f"{BASE}/changes/{named['id']}/undo")
    assert (refused.status_code, refused.json()["code"]) == (409, "stale")
    assert refused.json()["current"]["version"] == 2
    back = await city.as_("gis").post(f"{BASE}/changes/{moved['id']}/undo")
    assert (back.json()["lon"], back.json()["lat"]) == (37.5, 47.1005)
    assert await meant(city, "бійка біля катка") == ["Льодовий палац"]
    latest = (await journal(city))[0]
    assert (latest["what"], latest["undoes"]) == ("undone", moved["id"])
    of_one = await city.as_("gis").get(
        f"{BASE}/changes", params={"kind": "landmark", "id": rink["id"], "before": latest["id"]}
    )
    assert [each["id"] for each in of_one.json()["changes"]] == [moved["id"], named["id"]]
    # The journal is closed to everybody.
    with pytest.raises(Exception, match=r"append|change"):
        await city.sql("UPDATE gazetteer_change SET actor = 'nobody'")


async def test_adding_a_landmark_is_undone_too(city: Site) -> None:
    body = {"type": "mall", "name": {"uk": "Помилка"}, "lon": WEST[0], "lat": WEST[1]}
    await city.as_("gis").post(f"{BASE}/landmarks", json=body)
    (added,) = await journal(city)
    undone = await city.as_("gis").post(f"{BASE}/changes/{added['id']}/undo")
    assert undone.json()["retired"]
    assert await found(city, "Помилка") == []


async def test_two_people_at_once(city: Site) -> None:
    rink = await first(city, "льодовий")
    await edited(city, rink, "desk", add_names=[{"text": "каток"}])
    late = await city.as_("gis").patch(
        path_of(rink), json={"version": rink["version"], "add_names": [{"text": "лід"}]}
    )
    assert late.status_code == 409
    problem = late.json()
    assert problem["code"] == "stale"
    assert "каток" in {each["text"] for each in problem["current"]["names"]}
    # Nothing of the second is kept, and what did not change is no conflict.
    assert len(await journal(city)) == 1
    assert (await edited(city, problem["current"], "gis", remove_names=[]))["version"] == 1


async def test_names_that_would_be_found_everywhere_are_refused(city: Site) -> None:
    rink = await first(city, "льодовий")
    for name, fault in (
        ("на", "says_nothing"),
        ("вулиця", "says_nothing"),
        ("45", "says_nothing"),
        ("!!", "length"),
        ("раз два три чотири п'ять шість сім вісім дев'ять", "length"),
        ("Льодовий палац", "has_name"),
    ):
        answer = await city.as_("gis").patch(
            path_of(rink), json={"version": 0, "add_names": [{"text": name}]}
        )
        assert (answer.status_code, answer.json()["fault"]) == (422, fault), name
    assert await journal(city) == []


async def test_bad_edits_are_refused(city: Site) -> None:
    rink, street = await first(city, "льодовий"), await first(city, "Миру")
    gis = city.as_("gis")

    async def refused(answer: httpx.Response, status: int = 422) -> None:
        assert answer.status_code == status, answer.text

    await refused(await gis.patch(path_of(rink), json={"version": 0, "lon": 37.5}))
    await refused(await gis.patch(path_of(rink), json={"version": 0, "lon": 999, "lat": 0}))
    await refused(await gis.patch(path_of(rink), json={"version": 0, "type": ""}))
    await refused(await gis.patch(path_of(street), json={"version": 0, "type": "river"}))
    for name in ("Льодовий палац", "ніколи"):
        body = {"version": 0, "remove_names": [name]}
        await refused(await gis.patch(path_of(rink), json=body))
    house = f"{path_of(street)}/houses"
    await refused(await gis.put(f"{house}/де", json={"version": 0, "lon": 37.5, "lat": 47.1}))
    await refused(await gis.put(f"{house}/777", json={"version": 0, "misplaced": True}), 404)
    both = {"version": 0, "lon": 37.5, "lat": 47.1, "misplaced": True}
    await refused(await gis.put(f"{house}/10", json=both))
    assert await journal(city) == []


async def test_a_name_that_others_bear_is_said(city: Site) -> None:
    rink = await edited(city, await first(city, "льодовий"), add_names=[{"text": "Драмтеатр"}])
    shared = {each["text"]: each["shared_with"] for each in rink["names"]}
    assert shared["Драмтеатр"] == ["Драматичний театр"]
    assert shared["Льодовий палац"] == []


async def test_an_import_that_goes_on_is_said(city: Site) -> None:
    rink = await first(city, "льодовий")
    async with city.owner.transaction() as session:
        await session.execute(text("SELECT revision FROM gazetteer_revision FOR UPDATE"))
        answer = await city.as_("gis").patch(path_of(rink), json={"version": 0, "retired": True})
    assert answer.status_code == 503


async def test_trying_a_message(city: Site) -> None:
    for words, does, label, matched in (
        ("На проспекті Миру 10 бійка", "routes", "просп. Миру, 10", "проспекті Миру 10"),
        ("перегони на проспекті Миру", "asks_part", "просп. Миру", "проспекті Миру"),
        ("у мене вкрали 45 грн", "asks_place", None, None),
    ):
        tried = await city.as_("leader").post(f"{BASE}/understanding", json={"text": words})
        body = tried.json()
        assert body["does"] == does
        best = body["results"][0] if body["results"] else {"label": None, "matched": None}
        assert (best["label"], best["matched"]) == (label, matched)
    assert await city.sql("SELECT 1 FROM report") == []


async def placed(site: Site, words: str, point: tuple[float, float]) -> None:
    """Let somebody write and the desk find the place."""
    report = await site.report(None, text=words)
    answer = await site.as_("desk").post(
        f"/api/v1/reports/{report.number}/placement", json={"lon": point[0], "lat": point[1]}
    )
    assert answer.status_code == 200, answer.text


RINK = (37.5002, 47.1004)


async def proposed(site: Site) -> list[dict[str, Any]]:
    return list((await site.as_("leader").get(f"{BASE}/proposals")).json()["proposals"])


async def test_repeated_feedback_proposes_an_alias_that_staff_accept(city: Site) -> None:
    for words in ("Біля катка бійка", "коло катка сваряться", "П'яні біля Катка!"):
        assert await proposed(city) == []
        await placed(city, words, RINK)
    (one,) = await proposed(city)
    assert (one["text"], one["label"], one["times"]) == ("катка", "Льодовий палац", 3)
    assert (one["by_desk"], one["by_citizens"]) == (3, 0)
    decision = {key: one[key] for key in ("fragment", "kind", "id")}
    # Nothing improves by itself.
    assert await meant(city, "бійка на катку") == []
    answer = await city.as_("gis").post(
        f"{BASE}/proposals/decision", json=decision | {"accept": True, "text": "каток"}
    )
    assert answer.status_code == 204
    assert await meant(city, "бійка на катку") == ["Льодовий палац"]
    assert await proposed(city) == []
    again = await city.as_("desk").post(
        f"{BASE}/proposals/decision", json=decision | {"accept": True}
    )
    assert again.status_code == 404
    (accepted,) = await journal(city)
    assert (accepted["what"], accepted["actor"]) == ("accepted", "gis")
    # Undone, it is open again.
    await city.as_("gis").post(f"{BASE}/changes/{accepted['id']}/undo")
    assert await meant(city, "бійка на катку") == []
    assert len(await proposed(city)) == 1


async def test_a_declined_proposal_does_not_come_again(city: Site) -> None:
    for _ in range(3):
        await placed(city, "біля старого млина сміття", RINK)
    (one,) = await proposed(city)
    # Of words said together as often, all of them.
    assert one["text"] == "старого млина сміття"
    decision = {key: one[key] for key in ("fragment", "kind", "id")}
    await city.as_("gis").post(f"{BASE}/proposals/decision", json=decision | {"accept": False})
    assert all(each["fragment"] != one["fragment"] for each in await proposed(city))
    await placed(city, "біля старого млина сміття", RINK)
    assert all(each["fragment"] != one["fragment"] for each in await proposed(city))


async def test_what_people_do_not_agree_on_is_not_proposed(city: Site) -> None:
    for point in (RINK, EAST, RINK, EAST, RINK, EAST):
        await placed(city, "біля катка бійка", point)
    assert await proposed(city) == []
    # One report counts once, however often it is placed.
    report = await city.report(None, text="біля ставка бійка")
    for lon in (37.5001, 37.5002, 37.5003):
        await city.as_("desk").post(
            f"/api/v1/reports/{report.number}/placement", json={"lon": lon, "lat": 47.1004}
        )
    assert await proposed(city) == []


async def test_what_was_understood_is_no_feedback(city: Site) -> None:
    await placed(city, "просп. Миру 10, крадіжка", (37.5001, 47.1))
    assert await city.sql("SELECT 1 FROM place_feedback") == []
    await placed(city, "просп. Миру 10, крадіжка", (37.5231, 47.1))
    (row,) = await city.sql("SELECT * FROM place_feedback")
    assert (row.fragment, row.chosen_label, row.chosen_by) == ("Миру", "просп. Миру", "desk")
    assert [each["label"] for each in row.offered] == ["просп. Миру, 10"]
    # Outside of everything nothing is near.
    await placed(city, "біля катка бійка", OUTSIDE)
    rows = await city.sql("SELECT * FROM place_feedback ORDER BY id")
    assert rows[-1].chosen_key is None
