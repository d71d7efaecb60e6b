"""From words to a place, in conversation: taken, asked about, corrected; one report all along."""

from typing import Any

import pytest

from app.gazetteer import GazetteerFile, store
from geo.gazetteer_draft import AddressRow, landmarks_of, read_names, streets_of
from tests.bot.conftest import ALONE, EAST, WEST, Play, location

NAMES = read_names(
    [
        {"kind": kind, "written": written, "name_uk": uk, "name_ru": ru, "former_uk": "",
         "former_ru": former, "also": ""}
        for kind, written, uk, ru, former in (
            ("avenue", "мира", "Миру", "Мира", "Ленина"),
            ("street", "короткая", "Коротка", "Короткая", ""),
            ("boulevard", "шевченко", "Шевченка", "Шевченко", ""),
            ("lane", "шевченко", "Шевченка", "Шевченко", ""),
        )
    ]
)  # fmt: skip
HOUSES = (
    ("проспект Мира", "10", 37.500), ("проспект Мира", "20", 37.512),
    ("проспект Мира", "45", 37.530), ("улица Короткая", "1", 37.490),
    ("улица Короткая", "3", 37.491), ("бульвар Шевченко", "7", 37.500),
    ("переулок Шевченко", "7", 37.540), ("проспект Мира", "99", 37.700),
)  # fmt: skip
THEATRE = {
    "kind": "theatre", "name_uk": "Драмтеатр", "name_ru": "Драмтеатр", "also": "",
    "lon": "37.53", "lat": "47.10",
}  # fmt: skip


def ignore(_stage: str, _done: int, _total: int) -> None:
    pass


@pytest.fixture
async def city(play: Play) -> Play:
    rows = [
        AddressRow(number, street, house, lon, 47.10)
        for number, (street, house, lon) in enumerate(HOUSES)
    ]
    streets, _ = streets_of(rows, NAMES)
    async with play.owner.transaction() as session:
        await store(session, GazetteerFile(streets, landmarks_of([THEATRE])), "test", ignore)
    return play


async def since(play: Play, known: int) -> list[tuple[str, dict[str, Any]]]:
    return [(row.method, row.payload) for row in (await play.said())[known:]]


async def question(play: Play) -> dict[str, Any]:
    """Return the last message in words; venues follow it."""
    return next(row.payload for row in reversed(await play.said()) if row.method == "sendMessage")


def buttons(payload: dict[str, Any]) -> list[dict[str, Any]]:
    return [button for row in payload["reply_markup"]["inline_keyboard"] for button in row]


async def test_a_clear_address_is_routed_and_shown(city: Play) -> None:
    await city.play(text="На проспекте Ленина 10 бьют витрины")
    (report,) = await city.reports()
    assert (report.beat_code, report.place_kind) == ("C-1", "geocoded")
    assert report.place_label == "просп. Миру, 10"
    (_, told), (method, venue) = await since(city, 0)
    assert "Захід" in told["text"]
    assert method == "sendVenue"
    assert (venue["title"], venue["longitude"]) == ("просп. Миру, 10", 37.5)
    assert buttons(venue)[0]["text"] == "Не там?"


async def test_what_may_be_two_places_is_asked_and_a_tap_routes_it(city: Play) -> None:
    await city.play(text="Шевченка 7 бійка")
    (report,) = await city.reports()
    assert report.place is None
    (_, asked), *venues = await since(city, 0)
    offered = buttons(asked)
    assert [
        (method, each["title"], each["longitude"], each["address"]) for method, each in venues
    ] == [
        ("sendVenue", "бульв. Шевченка, 7", 37.500, "Захід"),
        ("sendVenue", "пров. Шевченка, 7", 37.540, "Схід"),
    ]
    assert [buttons(each)[0]["callback_data"] for _, each in venues] == [
        each["callback_data"] for each in offered[:2]
    ]
    assert [each["text"] for each in offered] == [
        "📍 бульв. Шевченка, 7", "📍 пров. Шевченка, 7", "Інше місце",
    ]  # fmt: skip
    await city.press(offered[1]["callback_data"])
    (report,) = await city.reports()
    assert (report.beat_code, report.place_label) == ("C-2", "пров. Шевченка, 7")
    assert "пров. Шевченка, 7" in await city.last_text()
    # The second press, and the other button, say what is true.
    await city.press(offered[0]["callback_data"])
    assert (await city.reports())[0].beat_code == "C-2"
    assert "місце вже відоме — пров. Шевченка, 7" in await city.last_text()
    assert [
        (each.fragment, each.chosen_label, each.chosen_by) for each in await feedback(city)
    ] == [("Шевченка", "пров. Шевченка", "citizen")]


async def test_the_button_of_a_venue_routes_it_too(city: Play) -> None:
    await city.play(text="Шевченка 7 бійка")
    venue = (await city.said())[-1].payload
    known = len(await city.said())
    place = {"location": {"latitude": 47.1, "longitude": 37.54}, "title": "т", "address": "а"}
    await city.press(buttons(venue)[0]["callback_data"], venue=place)
    (report,) = await city.reports()
    assert (report.beat_code, report.place_label) == ("C-2", "пров. Шевченка, 7")
    (_, _), (method, payload), (_, told) = await since(city, known)
    assert (method, payload["reply_markup"]) == (
        "editMessageReplyMarkup", {"inline_keyboard": []},
    )  # fmt: skip
    assert "пров. Шевченка, 7" in told["text"]


async def test_not_there_and_then_a_location_moves_the_same_report(city: Play) -> None:
    await city.play(text="просп. Миру 10, крадіжка")
    venue = (await city.said())[-1].payload
    await city.press(buttons(venue)[0]["callback_data"])
    assert "надішліть точку" in await city.last_text()
    await city.play(**location(EAST))
    (report,) = await city.reports()
    assert (report.beat_code, report.place_kind) == ("C-2", "shared")
    assert report.place_label == "просп. Миру, 45; біля: Драмтеатр"


async def feedback(play: Play) -> list[Any]:
    return await play.sql("SELECT * FROM place_feedback ORDER BY id")


async def test_not_there_pressed_again_says_where_it_is_now(city: Play) -> None:
    await city.play(text="просп. Миру 10, крадіжка")
    button = buttons((await city.said())[-1].payload)[0]["callback_data"]
    await city.press(button)
    await city.play(**location(EAST))
    await city.press(button)
    assert "місце вже інше — просп. Миру, 45; біля: Драмтеатр" in await city.last_text()
    await city.play(text="Миру 20")
    (report,) = await city.reports()
    assert (report.beat_code, report.place_label) == ("C-1", "просп. Миру, 20")
    # Of a report, what was said last is what counts.
    (row,) = await feedback(city)
    assert (row.fragment, row.lon, row.chosen_by) == ("Миру", 37.512, "citizen")


async def test_not_there_and_then_several_places_are_asked_about(city: Play) -> None:
    await city.play(text="просп. Миру 10, крадіжка")
    await city.press(buttons((await city.said())[-1].payload)[0]["callback_data"])
    await city.play(text="Шевченка 7")
    payload = await question(city)
    assert [each["text"] for each in buttons(payload)][:2] == [
        "📍 бульв. Шевченка, 7", "📍 пров. Шевченка, 7",
    ]  # fmt: skip
    (report,) = await city.reports()
    assert report.place_label == "просп. Миру, 10"
    await city.press(buttons(payload)[1]["callback_data"])
    (report,) = await city.reports()
    assert (report.beat_code, report.place_label) == ("C-2", "пров. Шевченка, 7")


async def test_not_there_and_then_no_place_asks_for_a_location(city: Play) -> None:
    await city.play(text="просп. Миру 10, крадіжка")
    await city.press(buttons((await city.said())[-1].payload)[0]["callback_data"])
    await city.play(text="за синім парканом")
    payload = (await city.said())[-1].payload
    assert "надішлете точку" in payload["text"]
    assert payload["reply_markup"]["keyboard"][0][0]["request_location"]
    await city.play(**location(EAST))
    (report,) = await city.reports()
    assert (report.beat_code, report.place_kind) == ("C-2", "shared")


async def test_words_that_named_nothing_are_remembered_with_the_place(city: Play) -> None:
    await city.play(text="біля жабника бійка")
    await city.play(**location((37.5301, 47.10)))
    (row,) = await feedback(city)
    assert (row.fragment, row.chosen_label, row.chosen_by) == (
        "жабника бійка", "Драмтеатр", "citizen",
    )  # fmt: skip
    # What was understood at once is no feedback.
    await city.play(text="просп. Миру 10, крадіжка", user=2)
    assert len(await feedback(city)) == 1


async def test_not_there_and_then_another_address(city: Play) -> None:
    await city.play(text="просп. Миру 10, крадіжка")
    await city.press(buttons((await city.said())[-1].payload)[0]["callback_data"])
    await city.play(text="ні, це Миру 45")
    (report,) = await city.reports()
    assert (report.beat_code, report.place_label) == ("C-2", "просп. Миру, 45")
    assert report.text.endswith("ні, це Миру 45")


async def test_a_long_street_is_asked_about_and_a_number_is_enough(city: Play) -> None:
    await city.play(text="перегони на проспекті Миру")
    (report,) = await city.reports()
    assert report.place is None
    assert "просп. Миру — довга" in await city.last_text()
    await city.play(text="біля будинку 45")
    (report,) = await city.reports()
    assert (report.beat_code, report.place_label) == ("C-2", "просп. Миру, 45")


async def test_a_street_within_one_beat_is_enough(city: Play) -> None:
    await city.play(text="на вулиці Короткій шумлять")
    (report,) = await city.reports()
    assert (report.beat_code, report.place_label) == ("C-1", "вул. Коротка")


@pytest.mark.parametrize("text", ["мир вашому дому", "у мене вкрали 45 грн", "просп. Миру 99"])
async def test_no_place_is_made_up(city: Play, text: str) -> None:
    await city.play(text=text)
    (report,) = await city.reports()
    assert report.place is None


async def test_another_place_than_those_offered(city: Play) -> None:
    await city.play(text="Шевченка 7 бійка")
    offered = buttons(await question(city))
    await city.press(offered[-1]["callback_data"])
    await city.play(**location(ALONE))
    (report,) = await city.reports()
    assert report.precinct_code == "P"


async def test_a_strangers_button_moves_nothing(city: Play) -> None:
    await city.play(text="Шевченка 7 бійка")
    data = buttons(await question(city))[0]["callback_data"]
    await city.press(data, user=2)
    (report,) = await city.reports()
    assert report.place is None


async def test_officers_read_an_address_for_a_shared_location(city: Play) -> None:
    await city.play(text="бійка")
    await city.play(**location((37.50001, 47.10)))
    (report,) = await city.reports()
    assert report.place_label in {"просп. Миру, 10", "бульв. Шевченка, 7"}
    assert (report.beat_code, WEST[0]) == ("C-1", 37.50)


async def test_an_edit_that_mends_the_address_moves_the_report(city: Play) -> None:
    told = await city.play(text="просп. Миру 10, бійка")
    await city.play("edited_message", message_id=told["message_id"], text="просп. Миру 45, бійка")
    (report,) = await city.reports()
    assert (report.beat_code, report.place_label) == ("C-2", "просп. Миру, 45")
    # What does not touch the address says nothing twice.
    known = len(await city.said())
    await city.play("edited_message", message_id=told["message_id"], text="просп. Миру 45, бійка!")
    assert len(await city.said()) == known


async def test_an_edit_does_not_overrule_a_point_that_was_shared(city: Play) -> None:
    told = await city.play(text="бійка")
    await city.play(**location(EAST))
    await city.play("edited_message", message_id=told["message_id"], text="просп. Миру 10, бійка")
    (report,) = await city.reports()
    assert (report.beat_code, report.place_kind) == ("C-2", "shared")


async def test_a_live_location_that_moves_has_a_readable_address(city: Play) -> None:
    sent = await city.play(**location((37.500, 47.10), live_period=900))
    (report,) = await city.reports()
    assert (report.place_kind, report.place_label) == ("live", "просп. Миру, 10")
    moved = {"message_id": sent["message_id"], **location((37.530, 47.10), live_period=900)}
    await city.play("edited_message", **moved)
    (report,) = await city.reports()
    assert (report.place_kind, report.place_label) == (
        "live", "просп. Миру, 45; біля: Драмтеатр",
    )  # fmt: skip
