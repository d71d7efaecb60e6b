"""GET /api/v1/geocode, and addresses of reports that the desk registers."""

from pathlib import Path

import pytest

from app.gazetteer import store
from app.gazetteer_files import read_file
from tests.api.conftest import Site


@pytest.fixture
def addresses(tmp_path: Path) -> Path:
    path = tmp_path / "a.csv"
    path.write_text(
        "street,house,lon,lat\nпросп. Миру,10,37.50,47.10\nпросп. Миру,20,37.51,47.10\n"
        "вул. Далека,1,30.5,50.4\n",
        "utf-8",
    )
    return path


async def fill(site: Site, path: Path) -> None:
    async with site.owner.transaction() as session:
        file = read_file(path, lambda _done, _total: None)
        await store(session, file, "test", lambda _stage, _done, _total: None)


async def test_a_text_is_looked_up_by_anybody(site: Site, addresses: Path) -> None:
    await fill(site, addresses)
    answer = (await site.client().get("/api/v1/geocode", params={"q": "на Миру 10 бійка"})).json()
    assert answer["outcome"] == "clear"
    (first,) = answer["results"]
    assert (first["label"], first["lon"], first["precision"]) == ("просп. Миру, 10", 37.5, "house")
    near = (await site.client().get("/api/v1/geocode", params={"q": "просп. Миру 14"})).json()
    assert near["results"][0]["faults"] == ["house_interpolated"]


async def test_what_nobody_answers_for_is_not_found(site: Site, addresses: Path) -> None:
    await fill(site, addresses)
    for words in ("вул. Далека 1", "мир вашему дому"):
        answer = await site.client().get("/api/v1/geocode", params={"q": words})
        assert answer.json() == {"results": [], "outcome": "none"}


async def test_bad_questions(site: Site) -> None:
    for params in ({}, {"q": ""}, {"q": "x" * 4_001}, {"q": "x", "language": "de"}):
        answer = await site.client().get("/api/v1/geocode", params=params)
        assert answer.status_code == 422


async def test_the_desk_gives_an_address_and_the_report_is_routed(
    site: Site, addresses: Path
) -> None:
    await fill(site, addresses)
    desk = site.as_("desk")
    body = {"text": "Бійка", "address": "проспект Миру, 10"}
    report = (await desk.post("/api/v1/reports", json=body)).json()
    assert (report["placement"]["kind"], report["placement"]["label"]) == (
        "geocoded",
        "просп. Миру, 10",
    )
    unknown = (await desk.post("/api/v1/reports", json=body | {"address": "десь там"})).json()
    assert unknown["placement"] is None
    assert "десь там" in unknown["text"]
